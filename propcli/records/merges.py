"""Whether a merge has every event of each side and nothing that no side had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from propcli.engine.text import Text, say
from propcli.kinds.catalog import Kind
from propcli.records.claims import Claim
from propcli.records.comparing import FOLDERS, Data, events_of, key, placed, renamed, told
from propcli.records.standing import life_faults
from propcli.store.estate import SINGLE
from propcli.store.past import Change, Deed

Found = tuple[str, str, Text]
SETTLED = "told_settled"
Sides = Sequence[dict[str, Change]]  # what is different from each parent, by path


class Looker(Protocol):
    """What is asked of whoever looks at the commits (`verifying.Verifier`)."""

    @property
    def ledger(self) -> Any: ...

    def data(self, change: Change) -> Data | None: ...

    def old(self, change: Change) -> Data | None: ...

    def own_id(self, record_id: str, new: Data) -> Iterator[Found]: ...

    def forgotten(self, record_id: str, old: Data, new: Data) -> Iterator[Found]: ...

    def sealed(self, record_id: str, old: Data | None, new: Data) -> Iterator[Found]: ...

    def event(self, deed: Deed, kind: Kind, record_id: str, event: Data) -> Iterator[Found]: ...

    def unreadable(self, change: Change, record_id: str) -> Iterator[Found]: ...


@dataclass(frozen=True, slots=True)
class _Merged:
    """A record in a merge: as the sides had it, and as it is now. `taken`: just as one side had it."""

    kind: Kind
    id: str
    versions: Sequence[Data]
    new: Data
    taken: bool


def merged(looker: Looker, deed: Deed, said: Claim) -> Iterator[Found]:
    """What is wrong with a merge."""
    sides = [{change.path: change for change in changes} for changes in deed.changes]
    for path in sorted({path for side in sides for path in side}):
        kind, record_id = placed(path)
        result = next(side[path] for side in sides if path in side)
        if kind is None:
            yield from _file(path, [side[path] for side in sides if path in side], len(sides))
        elif not result.new:
            moved = said.renumbered.get(record_id)
            if path not in looker.ledger.gone and moved is None:
                looker.ledger.gone[path] = result.old
                yield "record_deleted", record_id, say("deleted in a merge")
        elif (new := looker.data(result)) is None:
            yield from looker.unreadable(result, record_id)
        else:
            versions = _versions(looker, sides, path, kind, record_id, said)
            taken = any(path not in side for side in sides)
            yield from _record(looker, deed, said, _Merged(kind, record_id, versions, new, taken))


def _versions(looker: Looker, sides: Sides, path: str, kind: Kind, record_id: str, said: Claim) -> list[Data]:
    """A record as the sides had it, those that have it otherwise; of one that has another id now as it was before."""
    found = [looker.old(side[path]) for side in sides if path in side]
    was = next((old for old, new in said.renumbered.items() if new == record_id), None)
    if was is not None:
        before = str(kind.path(was))
        found += [renamed(looker.old(side[before]), said.renumbered) for side in sides if before in side]
    return [version for version in found if version is not None]


def _file(path: str, changes: Sequence[Change], sides: int) -> Iterator[Found]:
    """Rules as no side had them, and files where none belong."""
    if len(changes) < sides:
        return  # one side has it just so
    if path in SINGLE:
        yield "rules_hidden", path, say("is as no side had it")
    elif path.split("/", 1)[0] in FOLDERS and changes[0].new:
        yield "stray", path, say("a file where no record belongs")


def _record(looker: Looker, deed: Deed, said: Claim, it: _Merged) -> Iterator[Found]:
    here = {key(event) for event in events_of(it.new)}
    lost = [
        event
        for version in it.versions
        for event in events_of(version)
        if key(event) not in here and key(renamed(event, said.renumbered)) not in here
    ]
    lost = [event for event in {key(e): e for e in lost}.values() if not _begun(it, event)]
    for version in it.versions:
        yield from looker.forgotten(it.id, version, it.new)
    if it.id in said.renumbered or _moved(looker, deed, it):
        lost = []
    known = {key(e) for v in it.versions for event in events_of(v) for e in (event, renamed(event, said.renumbered))}
    more = [] if it.taken else [event for event in events_of(it.new) if key(event) not in known]
    yield from _events(it, said, lost, more)
    if it.taken:
        return
    for event in more:
        yield from looker.event(deed, it.kind, it.id, event)
    yield from _fields(it)
    yield from looker.own_id(it.id, it.new)
    yield from looker.sealed(it.id, next(iter(it.versions), None), it.new)
    yield from life_faults(it.kind, it.id, it.new, len(events_of(it.new)))


def _events(it: _Merged, said: Claim, lost: Sequence[Data], more: Sequence[Data]) -> Iterator[Found]:
    """Events that went and came. Where somebody has decided for one side, what the other did stands as notes."""
    names = [str(event.get("event")) for event in more]
    claimed = [*said.records.get(it.id, []), *(["noted"] if it.id in said.renumbered.values() else [])]
    if not lost and (not more or names == claimed):
        return
    notes = all(event.get("event") == "noted" for event in more) and len(more) >= len(lost)
    if notes and (lost or _differ(it)) and all(any(_tells(note, event) for note in more) for event in lost):
        what = say("decided for one side; of the other stand as notes: {events}", events=told(it.kind, lost))
        yield SETTLED, it.id, what
        return
    if lost:
        yield "merge_lost", it.id, say("the merge loses {events}", events=told(it.kind, lost))
    if more:
        yield "merge_added", it.id, say("the merge adds {events}, which no side had", events=told(it.kind, more))


def _begun(it: _Merged, event: Data) -> bool:
    """Whether an event began a record that both sides wrote down, and the earlier one stands for both."""
    first: Data = next(iter(events_of(it.new)), {})
    apart = ("at", "by")
    return str(first.get("at")) <= str(event.get("at")) and (
        {n: v for n, v in first.items() if n not in apart} == {n: v for n, v in event.items() if n not in apart}
    )


def _tells(note: Data, event: Data) -> bool:
    """Whether a note stands for an event: by the same person, with its words."""
    return note.get("by") == event.get("by") and str(event.get("text", "")) in str(note.get("text"))


def _fields(it: _Merged) -> Iterator[Found]:
    folded = {"status", *it.kind.life.folded, "id", "events"}
    for name in sorted(set(it.new) - folded):
        values = [version.get(name) for version in it.versions]
        if not values or _of_a_side(it.new[name], values):
            continue
        if any(value != values[0] for value in values):
            yield SETTLED, it.id, say("{field} was decided by hand", field=name)
        else:
            yield "merge_field", it.id, say("{field} is as no side had it", field=name)


def _differ(it: _Merged) -> bool:
    """Whether the sides had different things to say besides events."""
    first = {n: v for n, v in it.versions[0].items() if n != "events"} if it.versions else {}
    return any({n: v for n, v in version.items() if n != "events"} != first for version in it.versions)


def _moved(looker: Looker, deed: Deed, it: _Merged) -> bool:
    """Whether a record of one side stands under another number now, all its events with it."""
    wanted = [{key(event) for event in events_of(version)} for version in it.versions]
    for change in (change for side in deed.changes for change in side if not change.old and change.new):
        other = looker.data(change) if placed(change.path)[1] != it.id and change.path.endswith(".yaml") else None
        if other is not None and {key(event) for event in events_of(other)} in wanted:
            return True
    return False


def _of_a_side(value: Any, sides: Sequence[Any]) -> bool:
    """Whether a merge can have come to a value from those of the sides: one of them, or of lists their entries; what is
    sealed is sealed anew."""
    if any(value == side for side in sides) or (isinstance(value, str) and value.startswith("age:")):
        return True
    entries = [entry for side in sides if isinstance(side, list) for entry in side]
    return isinstance(value, list) and all(entry in entries for entry in value)
