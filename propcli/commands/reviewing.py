"""`propcli audit show`: one commit, what happened by it, every field before and after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.past import known_ever, tell_cut, the_past, version
from propcli.commands.session import show, show_report, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import Person, Text, say
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.engine.record import Model
    from propcli.kinds.catalog import Kind
    from propcli.records.comparing import Data
    from propcli.store.past import Change, Deed, Past


def register(group: typer.Typer) -> None:
    group.command(
        "show", help=_("One commit: who made it and when, what happened by it, every field before and after.")
    )(show_commit)


def show_commit(
    commit: Annotated[str, typer.Argument(metavar="COMMIT|ID", help=_("A commit, or a record: its latest one."))],
    reveal: options.Reveal = False,
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
        "author": deed.author.who,
        "committed": deed.committer.at,
        "committer": deed.committer.who,
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
    options.revealed(reveal, f"audit show {deed.id[:10]}")
    telling = _Telling(past, reveal)
    rows = [row for change in _first(deed) for row in telling.rows(change)]
    table = Table("changes", None, columns, rows, say("It changes nothing."))
    if form != "table":
        show_report(Report("commit", Text("{subject}", {"subject": deed.subject}), facts, [table]), form)
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
    show(Text("{id}  {subject}", {"id": deed.id[:10], "subject": deed.subject}))
    show(say("  written {at}, {who}", at=deed.author.at, who=deed.author.who))
    if deed.committer != deed.author:
        show(say("  committed {at}, {who}", at=deed.committer.at, who=deed.committer.who))
    if by:
        show(say("  done by {who}", who=Person(by)))
    show(say("  signed") if deed.signed else say("  not signed"))
    if len(deed.parents) > 1:
        show(say("  a merge; what is different from the first of its sides:"))


def _first(deed: "Deed") -> "Sequence[Change]":
    return deed.changes[0] if deed.changes else ()


@dataclass(frozen=True)
class _Telling:
    """Says what a commit did to its files; of what is personal only if that is to be shown [T12]."""

    past: "Past"
    reveal: bool

    def rows(self, change: "Change") -> "Iterator[dict[str, Any]]":
        """Events that came, with their own time, and whatever is told otherwise."""
        from propcli.records.comparing import difference, placed

        kind, record_id = placed(change.path)
        if kind is None:
            what = say("gone") if not change.new else say("changed") if change.old else say("put there")
            yield {"record": change.path, "what": what}
            return
        old, new = version(self.past, change.old), version(self.past, change.new)
        if new is None:
            yield {"record": record_id, "what": say("deleted") if not change.new else say("cannot be read as a record")}
            return
        if old is None:
            yield {"record": record_id, "what": say("a new record")}
        found = difference(old or {}, new)
        for event in found.appended:
            yield {"record": record_id, **self._event(kind, event)}
        for was, now in (
            *((was, now) for _place, was, now in found.changed),
            *((was, None) for _place, was in found.removed),
            *((None, now) for _place, now in found.inserted),
        ):
            both = {"before": was and self._said(kind, was), "after": now and self._said(kind, now)}
            yield {"record": record_id, **self._event(kind, now or was or {}), **both}
        for name in found.fields if old is not None else ():
            before, after = (self._value(kind.model, name, (data or {}).get(name)) for data in (old, new))
            yield {"record": record_id, "what": name, "before": before, "after": after}

    def _event(self, kind: "Kind", event: "Data") -> dict[str, Any]:
        from propcli.records.comparing import word
        from propcli.records.retold import moment

        more = {"what": word(kind, event), "who": Person(str(event.get("by"))), "said": self._said(kind, event)}
        pattern = "{what}, {who}: {said}" if more["said"] else "{what}, {who}"
        return {"happened": moment(event.get("at")), "what": Text(pattern, more)}

    def _said(self, kind: "Kind", event: "Data") -> str:
        """What an event says besides when, by whom and which."""
        fields = {name: value for name, value in event.items() if name not in ("at", "by", "event")}
        return "; ".join(f"{name} {self._value(kind.event, name, value)}" for name, value in fields.items())

    def _value(self, model: "type[Model]", name: str, value: Any) -> str | None:
        from propcli.records.comparing import sealed_in
        from propcli.records.retold import personal

        if value is None:
            return None
        if any(sealed_in(value)):
            return words(say("sealed"))
        return "***" if personal(model, name) and not self.reveal else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    return "; ".join(map(_plain, value)) if isinstance(value, list) else str(value)
