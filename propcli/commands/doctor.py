"""`propcli doctor`: is this machine, this repository, this estate in order; what to do where not."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show_table
from propcli.engine.text import Text, say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.records.health import Found

STATES = {"good": say("in order"), "note": say("to know"), "bad": say("to do"), "fixed": say("put right")}


def register(app: typer.Typer) -> None:
    app.command(
        "doctor", help=_("Whether all is in order here, and what to do where not. Exits with 3 if there is something.")
    )(doctor)


def doctor(
    fix: Annotated[bool, typer.Option("--fix", help=_("Put right what can be put right safely."))] = False,
    format: options.Format = "table",
) -> int:
    from propcli.engine.table import Column, Table, Word
    from propcli.records.health import Patient, examine

    form = options.form(format)
    here = session()
    patient = Patient(here.estate, here.keys, here.clock, bool(here.environment.get("PROPCLI_NOW")))
    rows: list[dict[str, Any]] = []
    for code, title, found in list(examine(patient)):
        state = "fixed" if fix and _fixed(found) else found.state
        todo = None if state == "fixed" else _todo(found)
        stands = Word(state, STATES[state])
        rows.append({"check": Word(code, title), "state": stands, "found": found.what, "todo": todo})
    columns = [
        Column("check", say("check")),
        Column("state", say("state")),
        Column("found", say("found"), wide=True),
        Column("todo", say("what to do"), wide=True),
    ]
    show_table(Table("doctor", None, columns, rows, None), form)
    left = sum(row["state"].code == "bad" for row in rows)
    if left:
        note(say("{n} things are to be seen to", n=left))
    return 3 if left else 0


def _fixed(found: "Found") -> bool:
    if found.fix is None:
        return False
    found.fix()
    return True


def _todo(found: "Found") -> Text | None:
    if found.fix is None:
        return found.todo
    fixing = say("propcli doctor --fix puts it right")
    return say("{todo}; {more}", todo=found.todo, more=fixing) if found.todo else fixing
