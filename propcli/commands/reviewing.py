"""`propcli audit show` and `audit as-of`: one commit as it is, and the estate as it was."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.past import known_ever, seen, tell_cut, the_past, version
from propcli.commands.session import note, session, show, show_table, start
from propcli.engine.problem import Refusal
from propcli.engine.text import Person, Text, say
from propcli.kinds.declaration import function_at
from propcli.output.language import _, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from propcli.kinds.catalog import Kind
    from propcli.records.comparing import Data
    from propcli.store.past import Change, Deed, Past

# what only looks, and needs no history of its own
LOOKING = frozenset({"overdue", "due", "explain", "report", "show", "validate", "find"})


def register(group: typer.Typer) -> None:
    group.command(
        "show", help=_("One commit: who made it and when, what happened by it, every field before and after.")
    )(show_commit)
    group.command(
        "as-of",
        help=_("Any command that only looks, on the estate as it was: audit as-of 2026-03-01 overdue."),
        context_settings={"ignore_unknown_options": True},
    )(as_of)


# --- one commit


def show_commit(
    commit: Annotated[str, typer.Argument(metavar="COMMIT|ID", help=_("A commit, or a record: its latest one."))],
    format: options.Format = "table",
) -> int:
    from propcli.engine.table import Column, Report, Table
    from propcli.records.claims import claim

    form = options.form(format)
    past = the_past()
    deed = _meant(past, commit)
    by = claim(deed.message).by
    facts: dict[str, Any] = {
        "commit": deed.id,
        "at": deed.author.at,
        "author": seen(deed.author.who),
        "committed": deed.committer.at,
        "committer": seen(deed.committer.who),
        "by": by or None,
        "signed": deed.signed,
    }
    columns = [
        Column("record", say("record")),
        Column("happened", say("happened")),
        Column("what", say("what"), wide=True),
        Column("before", say("before"), wide=True),
        Column("after", say("after"), wide=True),
    ]
    rows = [row for change in (deed.changes[0] if deed.changes else ()) for row in _rows(past, change)]
    table = Table("changes", None, columns, rows, say("It changes nothing."))
    if form != "table":
        from propcli.commands.session import show_report

        show_report(Report("commit", Text("{subject}", {"subject": seen(deed.subject)}), facts, [table]), form)
    else:
        _head(deed, by)
        show_table(table, form)
    tell_cut(past)
    return 0


def _meant(past: "Past", typed: str) -> "Deed":
    head = past.head()
    id = past.id(typed) if head else ""
    if not id and head:
        kind, record_id = known_ever(past, head, typed)
        about = past.about(head, kind.path(record_id)) | past.about(head, None, [f"Record: {record_id}"])
        id = next((one for one in reversed(past.ids(head)) if one in about), "")
    if not id:
        raise Refusal(say("there is no commit {value}", value=repr(typed)), hint=say("propcli audit lists them"))
    return next(iter(past.deeds([id])))


def _head(deed: "Deed", by: str) -> None:
    """Who, and the two times git has."""
    show(Text("{id}  {subject}", {"id": deed.id[:10], "subject": seen(deed.subject)}))
    show(say("  written {at}, {who}", at=deed.author.at, who=seen(deed.author.who)))
    if deed.committer != deed.author:
        show(say("  committed {at}, {who}", at=deed.committer.at, who=seen(deed.committer.who)))
    if by:
        show(say("  done by {who}", who=Person(by)))
    show(say("  signed") if deed.signed else say("  not signed"))
    if len(deed.parents) > 1:
        show(say("  a merge; what is different from the first of its sides:"))


def _rows(past: "Past", change: "Change") -> "Iterator[dict[str, Any]]":
    """What a commit did to one file: events that came with their own time, then fields."""
    from propcli.records.comparing import difference, placed

    kind, record_id = placed(change.path)
    if kind is None:
        what = say("gone") if not change.new else say("changed") if change.old else say("put there")
        yield {"record": seen(change.path), "what": what}
        return
    old, new = version(past, change.old), version(past, change.new)
    if new is None:
        yield {"record": record_id, "what": say("deleted") if not change.new else say("cannot be read as a record")}
        return
    found = difference(old or {}, new)
    for event in found.appended:
        yield _event(kind, record_id, event)
    for _place, was, now in found.changed:
        yield {**_event(kind, record_id, now), "before": _said(was), "after": _said(now)}
    for _place, was in found.removed:
        yield {**_event(kind, record_id, was), "before": _said(was)}
    for _place, now in found.inserted:
        yield {**_event(kind, record_id, now), "after": _said(now)}
    for name in found.fields:
        before, after = ((data or {}).get(name) for data in (old, new))
        yield {"record": record_id, "what": name, "before": _value(before), "after": _value(after)}


def _event(kind: "Kind", record_id: str, event: "Data") -> dict[str, Any]:
    from propcli.records.verifying import moment

    name = str(event.get("event"))
    word = kind.life.events.word(name) if name in kind.life.events else seen(name)
    more = {"what": word, "who": Person(seen(str(event.get("by")))), "said": _said(event)}
    pattern = "{what}, {who}: {said}" if more["said"] else "{what}, {who}"
    return {"record": record_id, "happened": moment(event.get("at")), "what": Text(pattern, more)}


def _said(event: "Data") -> str:
    """What an event says besides when, by whom and which."""
    fields = {name: value for name, value in event.items() if name not in ("at", "by", "event")}
    return "; ".join(f"{name} {_value(value)}" for name, value in fields.items())


def _value(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return "; ".join(_value(inner) or "" for inner in value)
    return words(say("sealed")) if str(value).startswith("age:") else seen(str(value))


# --- the estate as it was


def as_of(
    date: Annotated[str, typer.Argument(metavar="DATE", help=_("A day (its end) or a time."))],
    command: Annotated[list[str], typer.Argument(metavar="COMMAND…", help=_("overdue, ticket list, report daily, …"))],
) -> int:
    here = session()
    moment = here.time(date, "DATE", end_of_day=True)
    assert moment is not None
    _refuse_changing(command)
    past = the_past()
    head = past.head()
    commit = past.last_before(moment, head) if head else ""
    if not commit:
        raise Refusal(say("nothing was on record yet: {at}", at=moment), hint=say("propcli audit lists the commits"))
    with _laid_out(past, commit) as folder:
        note(say("as of {at}: commit {commit}", at=moment, commit=commit[:10]))
        tell_cut(past)
        return _run(folder, moment, command)


def _refuse_changing(command: "Sequence[str]") -> None:
    """Refuses what would change the past, or put on record that somebody looked at it."""
    from propcli.kinds.catalog import KINDS

    name, *rest = command
    if not (name in LOOKING or (name in KINDS and rest[:1] in (["list"], ["show"])) or command == ["dispatch"]):
        raise Refusal(
            say("the past can only be looked at: {command}", command=" ".join(command)),
            hint=say("one of: {known}", known=", ".join([*sorted(LOOKING), "ticket list", "unit show", "…"])),
        )
    if "--reveal" in rest:
        raise Refusal(say("--reveal is put on record, and nothing can be in the past"), hint=say("look without it"))


@contextmanager
def _laid_out(past: "Past", commit: str) -> Iterator[Path]:
    """The records as a commit has them, in a folder of the git directory: only as private as they are there."""
    private = past.history.private()
    for left in private.glob("past-*"):
        if not _alive(left.name.removeprefix("past-")):
            shutil.rmtree(left, ignore_errors=True)
    folder = private / f"past-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        files = past.files(commit)
        content = past.contents({*files.values()})
        for path, blob in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content[blob])
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        pass
    return True


def _run(folder: Path, moment: "datetime", command: "Sequence[str]") -> int:
    """The command, in this process, with the clock set back."""
    outer, before = session(), os.environ.get("PROPCLI_NOW")
    os.environ["PROPCLI_NOW"] = moment.isoformat()
    try:
        return int(function_at("cli:run")(["--estate", str(folder), *command]))
    finally:
        with suppress(KeyError):
            del os.environ["PROPCLI_NOW"]
        if before is not None:
            os.environ["PROPCLI_NOW"] = before
        start(outer)
