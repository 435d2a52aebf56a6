"""What is different between two versions of a record: events that came, went or say something else, and fields."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import Any

from propcli.engine.text import Text
from propcli.kinds.catalog import KINDS, Kind

FOLDERS = {kind.folder: kind for kind in KINDS.values()}
Data = Mapping[str, Any]  # a record as its file has it: every value a text


@dataclass(slots=True)
class Difference:
    """`appended`: events after all that were there; `changed`: (place, before, after); `removed` and `inserted`:
    (place, event); `fields`: the names of other fields that say something else."""

    appended: list[Data] = field(default_factory=list)
    changed: list[tuple[int, Data, Data]] = field(default_factory=list)
    removed: list[tuple[int, Data]] = field(default_factory=list)
    inserted: list[tuple[int, Data]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)

    @property
    def rewritten(self) -> bool:
        """Whether what had happened is told otherwise."""
        return bool(self.changed or self.removed or self.inserted)


def events_of(data: Data) -> list[Data]:
    """The events of a record, as far as they are some."""
    events = data.get("events")
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


def difference(old: Data, new: Data) -> Difference:
    """How a record differs from what it was."""
    found = Difference(fields=sorted(n for n in {*old, *new} - {"events"} if old.get(n) != new.get(n)))
    before, after = events_of(old), events_of(new)
    if after[: len(before)] == before:
        found.appended = after[len(before) :]
        return found
    blocks = SequenceMatcher(None, [key(e) for e in before], [key(e) for e in after], autojunk=False).get_opcodes()
    for tag, i, j, k, m in blocks:
        if tag == "equal":
            continue
        pairs = [*zip(range(i, j), range(k, m), strict=False)]
        found.changed += [(a, before[a], after[b]) for a, b in pairs]
        found.removed += [(a, before[a]) for a in range(i + len(pairs), j)]
        rest = range(k + len(pairs), m)
        if j == len(before):
            found.appended += [after[b] for b in rest]
        else:
            found.inserted += [(b, after[b]) for b in rest]
    return found


def key(event: Data) -> str:
    """An event as a text: the same for the same words, however they are laid out."""
    return repr(sorted((name, repr(value)) for name, value in event.items()))


def sealed_in(value: Any) -> Iterator[str]:
    """Every sealed text within a value, and every public key."""
    if isinstance(value, str):
        if value.startswith(("age:", "age1")):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from sealed_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from sealed_in(inner)


def placed(path: str) -> tuple[Kind | None, str]:
    """The kind and the id of the record that a path belongs to; (None, path) where no record lies there."""
    kind = FOLDERS.get(path.split("/", 1)[0])
    record_id = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    if kind is None or not kind.is_id(record_id) or kind.path(record_id) != PurePosixPath(path):
        return None, path
    return kind, record_id


def renamed(value: Any, ids: Mapping[str, str]) -> Any:
    """A value with other ids in it."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, dict):
        return {name: renamed(inner, ids) for name, inner in value.items()}
    return [renamed(inner, ids) for inner in value] if isinstance(value, list) else value


def listed(names: Iterable[str]) -> str:
    """Names in one line, each once."""
    return ", ".join(dict.fromkeys(names)) or "–"


def word(kind: Kind, event: Data) -> Text:
    """What an event is called."""
    return kind.life.events.word(str(event.get("event")))


def told(kind: Kind, events: Iterable[Data]) -> list[Text] | str:
    """What several events are called."""
    return [word(kind, event) for event in events] or "–"
