"""`propcli audit`: what the history says happened, when, by whom and why. Git history is the audit log."""

from typing import Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import session, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import Person, say
from propcli.engine.words import Vocabulary
from propcli.output.language import _

MOST = 50
# what happens to the estate and not to one record
OTHER = Vocabulary("audit event", ("revealed", "edited"))


def register(app: typer.Typer) -> None:
    app.command("audit", help=_("What was recorded, when, by whom and why: of a record, of a kind of event, of all."))(
        audit
    )


def audit(
    record: Annotated[str | None, typer.Argument(metavar="ID", help=_("Only this record."))] = None,
    event: Annotated[
        str | None,
        typer.Option("--event", metavar="EVENT", help=_("Only this event: forgotten, revealed, transferred, …")),
    ] = None,
    start: options.From = None,
    end: options.To = None,
    all_: Annotated[bool, typer.Option("--all", help=_("Not only the latest 50."))] = False,
    format: options.Format = "table",
) -> int:
    from propcli.engine.table import Column, Table
    from propcli.store.history import History

    form = options.form(format)
    here = session()
    wanted = here.find(record)[1] if record else None
    event = _event(event) if event else None
    history = History(here.estate.root)
    begin, stop = here.time(start, "--from"), here.time(end, "--to", end_of_day=True)
    rows: list[dict[str, Any]] = []
    for commit in history.log(wanted, event, None if all_ or form != "table" else MOST):
        if (begin and commit.at < begin) or (stop and commit.at > stop):
            continue
        rows.append(
            {
                "at": commit.at,
                "by": Person(commit.first("By")) if commit.first("By") else commit.author,
                "records": commit.every("Record"),
                "events": commit.every("Event"),
                "what": commit.subject,
                "reason": commit.first("Reason"),
                "commit": commit.id[:10],
            }
        )
    columns = [
        Column("at", say("when")),
        Column("by", say("who")),
        Column("what", say("what"), wide=True),
        Column("reason", say("reason"), wide=True),
        Column("commit", say("commit")),
    ]
    if form != "table":
        columns[2:2] = [Column("records", say("records")), Column("events", say("events"))]
    show_table(Table("audit", None, columns, rows, say("Nothing on record.")), form)
    return 0


def _event(typed: str) -> str:
    """The event of some kind of record that a code or a word in either language means."""
    from propcli.kinds.catalog import KINDS
    from propcli.output.language import parse

    vocabularies = [*(kind.life.events for kind in KINDS.values()), OTHER]
    found = next((code for vocabulary in vocabularies if (code := parse(vocabulary, typed))), None)
    if found is None:
        known = ", ".join(dict.fromkeys(code for vocabulary in vocabularies for code in vocabulary))
        raise Refusal(
            say("{option}: {value} is not known", option="--event", value=repr(typed)),
            hint=say("one of: {known}", known=known),
        )
    return found
