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


def kind_name(model: Any) -> str:
    return str(model.kind_of_record)


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema 2020-12 of every kind of file, by kind."""
    from propcli.engine.policy import Policy
    from propcli.kinds.calendar import CalendarFile
    from propcli.kinds.catalog import KINDS
    from propcli.kinds.settings import Settings
    from propcli.records.mapping import Mapping, every_target

    found: dict[str, dict[str, Any]] = {}
    records = [kind.model for kind in KINDS.values()]
    others: list[Any] = [Policy, CalendarFile, Settings, Mapping]
    for model in (*records, *others):
        body = model.model_json_schema(by_alias=True, mode="validation")
        found[kind_name(model)] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"propcli {kind_name(model)}",
            **{k: v for k, v in body.items() if k != "title"},
        }
    found["policy"]["$defs"]["Row"]["properties"]["record"]["enum"] = list(KINDS)
    for name in ("columns", "values", "constants"):
        found["mapping"]["properties"][name]["propertyNames"] = {"enum": list(every_target())}
    return found


def schema(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help=_("ticket, unit, resident, pass, visitor, staff, policy, …"))
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="DIR", help=_("Write every schema into this folder."))
    ] = None,
) -> int:
    from propcli.store import opening

    every = schemas()
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for name, body in every.items():
            written = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
            opening.replace(write / f"{name}.json", write, written.encode())
        return 0
    if kind not in every:
        raise Refusal(say("name a kind"), hint=say("one of: {known}", known=", ".join(every)))
    show(json.dumps(every[kind], ensure_ascii=False, indent=2))
    return 0
