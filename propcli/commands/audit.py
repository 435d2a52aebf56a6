"""`propcli audit`: what the history says happened, when, by whom and why. Git history is the audit log."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import Person, say
from propcli.engine.words import Vocabulary
from propcli.output.language import _
from propcli.usage import Falling

if TYPE_CHECKING:
    from datetime import datetime

    from propcli.kinds.catalog import Kind
    from propcli.records.comparing import Data
    from propcli.store.past import Deed, Past

MOST = 50
# what happens to the estate and not to one record
OTHER = Vocabulary("audit event", ("revealed", "edited"))
APART = timedelta(minutes=1)  # times that differ by more are both shown


def register(app: typer.Typer) -> None:
    from propcli.commands import anchoring, reviewing, verifying

    group = typer.Typer(
        help=_("What was recorded, when, by whom and why; and whether the history is what commands made of it."),
    )
    group.command(
        "log", help=_("What was recorded: of a record, of a kind of event, of all. Meant where no other is.")
    )(log)
    reviewing.register(group)
    verifying.register(group)
    anchoring.register(group)
    app.add_typer(group, name="audit", cls=Falling)


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
    reason = next((line[8:] for line in deed.message.splitlines() if line.startswith("Reason: ")), None)
    times = [at for one, at in happened(past, deed) if record_id in (None, one)]
    return {
        "at": deed.author.at,
        "by": Person(said.by) if said.by else seen(deed.author.name),
        "records": [*said.records],
        "events": [event for events in (said.events, *said.records.values()) for event in events],
        "what": seen(deed.subject),
        "reason": seen(reason) if reason else None,
        "commit": deed.id[:10],
        "happened": list(dict.fromkeys(times)),
        "committed": deed.committer.at,
    }


def happened(past: "Past", deed: "Deed") -> list[tuple[str, "datetime"]]:
    """The records whose events a commit adds, and when each of these happened by its own word."""
    from propcli.records.comparing import difference
    from propcli.records.verifying import moment, placed

    found = []
    for change in deed.changes[0] if len(deed.parents) < 2 else ():
        kind, record_id = placed(change.path)
        if kind is not None and change.new and len(deed.changes[0]) <= MOST:
            added = difference(version(past, change.old) or {}, version(past, change.new) or {}).appended
            found += [(record_id, at) for event in added if (at := moment(event.get("at"))) is not None]
    return found


def version(past: "Past", blob: str) -> "Data | None":
    """A record as a commit has it; None where there is none or it cannot be read."""
    from propcli.store.yamlfile import read

    raw = past.blob(blob) if blob else None
    return read(raw, "")[0] if raw is not None else None


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


def known_ever(past: "Past", head: str, typed: str) -> "tuple[Kind, str]":
    """The record an id or its ending means, also one whose file is gone."""
    from propcli.records.verifying import placed

    here = session()
    try:
        return here.find(typed)
    except Refusal:
        gone = [placed(path.removeprefix(past.prefix)) for path in sorted(past.deleted(head))] if head else []
        found = [(kind, id) for kind, id in gone if kind is not None and id.endswith(typed)]
        exact = [pair for pair in found if pair[1] == typed] or found
        if len(exact) != 1:
            raise
        return exact[0]


def the_past() -> "Past":
    """The history of the estate."""
    from propcli.store.history import History
    from propcli.store.past import Past

    return Past(History(session().estate.root))


def tell_cut(past: "Past") -> None:
    """Say where the history that is here is not the whole, or not the one that is there."""
    for id in past.cut():
        note(say("note: the history before {commit} is not in this clone (git fetch --unshallow)", commit=id[:10]))
    for id in past.grafts():
        note(say("note: {commit} is said to have other parents than it has (.git/info/grafts)", commit=id[:10]))
    for id in past.replaced():
        note(
            say(
                "note: git shows another object in the place of {commit} (git replace); here it is as it was",
                commit=id[:10],
            )
        )


def seen(text: str) -> str:
    """What others wrote, without what would act on the screen."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


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
