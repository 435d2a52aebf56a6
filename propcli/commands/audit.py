"""`propcli audit`: what the history says happened, when, by whom and why. Git history is the audit log."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.past import happened, known_ever, tell_cut, the_past
from propcli.commands.session import session, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import Person, say
from propcli.engine.words import Vocabulary
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.kinds.catalog import Kind
    from propcli.store.past import Deed, Past

MOST = 50
# what happens to the estate and not to one record
OTHER = Vocabulary("audit event", ("revealed", "edited"))
APART = timedelta(minutes=1)  # times that differ by more are both shown


def register(app: typer.Typer) -> None:
    from propcli.commands import anchoring, reviewing, then, verifying

    group = typer.Typer(
        context_settings={"obj": "log"},
        help=_("What was recorded, when, by whom and why; and whether the history is what commands made of it."),
    )
    group.command(
        "log", help=_("What was recorded: of a record, of a kind of event, of all. Meant where no other is.")
    )(log)
    reviewing.register(group)
    then.register(group)
    verifying.register(group)
    anchoring.register(group)
    app.add_typer(group, name="audit")


def log(
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
    from propcli.engine.table import Table

    form = options.form(format)
    here = session()
    past = the_past()
    head = past.head()
    wanted = known_ever(past, head, record) if record else None
    event = _event(event) if event else None
    begin, stop = here.time(start, "--from"), here.time(end, "--to", end_of_day=True)
    ids = _chosen(past, head, wanted, event) if head else []
    rows: list[dict[str, Any]] = []
    most = None if all_ or form != "table" else MOST
    for deed in _latest_first(past, ids):
        if (begin and deed.author.at < begin) or (stop and deed.author.at > stop):
            continue
        rows.append(_row(past, deed, wanted[1] if wanted else None))
        if len(rows) == most:
            break
    show_table(Table("audit", None, _columns(rows, form), rows, say("Nothing on record.")), form)
    tell_cut(past)
    return 0


def _columns(rows: Sequence[dict[str, Any]], form: str) -> list[Any]:
    """A table that is looked at has the times of events and commits only where they are others."""
    from propcli.engine.table import Column

    columns = [
        Column("at", say("when")),
        Column("by", say("who")),
        Column("what", say("what"), wide=True),
        Column("reason", say("reason"), wide=True),
        Column("commit", say("commit")),
    ]
    happened, committed = Column("happened", say("happened")), Column("committed", say("committed"))
    if form != "table":
        columns[2:2] = [Column("records", say("records")), Column("events", say("events"))]
        return [*columns, happened, committed]
    if any(abs(row["committed"] - row["at"]) > APART for row in rows):
        columns.insert(1, committed)
    if any(at and abs(at - row["at"]) > APART for row in rows for at in row["happened"]):
        columns.insert(1, happened)
    return columns


def _row(past: "Past", deed: "Deed", record_id: str | None) -> dict[str, Any]:
    from propcli.records.claims import claim

    said = claim(deed.message)
    reason = next((line[8:] for line in deed.message.split("\n") if line.startswith("Reason: ")), None)
    times = [at for one, at in happened(past, deed) if record_id in (None, one)]
    return {
        "at": deed.author.at,
        "by": Person(said.by) if said.by else deed.author.name,
        "records": [*said.records],
        "events": [event for events in (said.events, *said.records.values()) for event in events],
        "what": deed.subject,
        "reason": reason or None,
        "commit": deed.id[:10],
        "happened": list(dict.fromkeys(times)),
        "committed": deed.committer.at,
    }


# --- which commits


def _chosen(past: "Past", head: str, wanted: "tuple[Kind, str] | None", event: str | None) -> list[str]:
    """The commits that are meant, the first first."""
    found = set(past.ids(head)) if wanted is None and event is None else None
    if wanted is not None:
        kind, record_id = wanted
        found = past.about(head, kind.path(record_id)) | past.about(head, None, [f"Record: {record_id}"])
    if event is not None:
        those = past.about(head, None, [f"Event: {event}"])
        found = those if found is None else found & those
    return [id for id in past.ids(head) if found is not None and id in found]


def _latest_first(past: "Past", ids: Sequence[str]) -> "list[Deed] | Any":
    """Commits from the latest on, a few at a time: mostly only those are looked at."""
    for stop in range(len(ids), 0, -MOST * 4):
        yield from reversed(list(past.deeds(ids[max(0, stop - MOST * 4) : stop])))


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
