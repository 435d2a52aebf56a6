"""`propcli schema`: the JSON Schema of a kind of file, for editors and other validators."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from propcli.commands.session import show
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _


def register(app: typer.Typer) -> None:
    app.command("schema", help=_("The JSON Schema of a kind of file, or all of them into a folder."))(schema)


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema 2020-12 of every kind of file, by kind."""
    from propcli.desk.importing import Mapping
    from propcli.engine.policy import Policy
    from propcli.kinds.calendar import CalendarFile
    from propcli.kinds.settings import Settings
    from propcli.kinds.staff import Staff
    from propcli.kinds.ticket import Ticket

    found = {}
    for model in (Ticket, Staff, Policy, CalendarFile, Settings, Mapping):
        body = model.model_json_schema(by_alias=True, mode="validation")
        found[model.kind_of_record] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"propcli {model.kind_of_record}",
            **{k: v for k, v in body.items() if k != "title"},
        }
    return found


def schema(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help=_("ticket, staff, policy, calendar, settings, mapping."))
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="DIR", help=_("Write every schema into this folder."))
    ] = None,
) -> int:
    every = schemas()
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for name, body in every.items():
            (write / f"{name}.json").write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return 0
    if kind not in every:
        raise Refusal(say("name a kind"), hint=say("one of: {known}", known=", ".join(every)))
    show(json.dumps(every[kind], ensure_ascii=False, indent=2))
    return 0
