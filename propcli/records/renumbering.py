"""Another number for a record, and everything that points to it changed with it: what points is known by its type."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from propcli.engine.fields import marked
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import KINDS, Kind
from propcli.output.language import words
from propcli.records.merging import kind_at
from propcli.store import yamlfile
from propcli.store.reading import load

Files = Mapping[PurePosixPath, bytes | None]
New = Mapping[tuple[str, str], str]  # of a kind by its name and a number: the new number


@dataclass(frozen=True)
class Moved:
    """A record that has another number now. `changed`: the records that point to it; `named`: those in whose texts the
    old number stands still, whichever record is meant there."""

    kind: Kind
    old: str
    new: str
    title: Text | str = ""
    changed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hand:
    """Who gives another number, and when."""

    by: str
    at: datetime


def free_number(kind: Kind, record_id: str, taken: Iterable[str]) -> str:
    """The next number of the same day or year (or of all); `taken`: names that were ever given."""
    prefix = record_id.rsplit("-", 1)[0] + "-"
    used = [int(n.rsplit("-", 1)[1]) for n in (record_id, *taken) if n.startswith(prefix) and kind.is_id(n)]
    return f"{prefix}{max(used) + 1:0{kind.digits}d}"


def renumber(files: Files, new: New, hand: Callable[[], Hand]) -> tuple[dict[PurePosixPath, bytes | None], list[Moved]]:
    """What becomes of files when records get other numbers, all at once: the contents of those that change (None: the
    file is gone), and what is to be told. Refuses a record that points there and cannot be read."""
    changes: dict[PurePosixPath, bytes | None] = {}
    moved = {key: Moved(KINDS[key[0]], key[1], number) for key, number in new.items()}
    for path, content in files.items():
        if content is None or not any(old.encode() in content for _kind, old in new):
            continue
        kind = kind_at(path)
        if kind is None:
            continue
        record: Any
        record, problems = load(kind.model, content, str(path))
        if record is None:
            raise Refusal(say("{path} is not a good record", path=str(path)), code=3, problems=tuple(problems))
        text, pointed = _repointed(content.decode(), record, kind, new)
        mine = moved.get((kind.name, path.stem))
        for key in pointed:
            if key != (kind.name, path.stem):
                moved[key] = _with(moved[key], changed=(*moved[key].changed, path.stem))
        target = path
        if mine is not None:
            changes[path] = None
            target = kind.path(mine.new)
            text = _noted(text, record, kind, mine.old, hand())
            moved[(kind.name, mine.old)] = _with(moved[(kind.name, mine.old)], title=record.title)
        if mine is not None or pointed:
            changes[target] = text.encode()
        for key in new:
            if _named(text, key[1], mine, key) and key != (kind.name, path.stem):
                moved[key] = _with(moved[key], named=(*moved[key].named, target.stem))
    return changes, list(moved.values())


def _with(moved: Moved, **values: Any) -> Moved:
    return Moved(**{**{n: getattr(moved, n) for n in ("kind", "old", "new", "title", "changed", "named")}, **values})


def _repointed(text: str, record: Any, kind: Kind, new: New) -> tuple[str, set[tuple[str, str]]]:
    """A file with every reference to the records replaced, and to which there were any."""
    found: list[tuple[yamlfile.Path, tuple[str, str]]] = []
    if (kind.name, record.id) in new:
        found.append((("id",), (kind.name, record.id)))
    for place, value, its in marked(record, "ref", "named"):
        # somebody named is a resident, if it is a number at all
        key = next((k for k in new if k[1] == value and (its.ref == k[0] or its.named)), None)
        if key is not None and place != ("id",):
            found.append((place, key))
    marks = yamlfile.places(text)
    cuts = []
    for place, key in found:
        mark = marks.get(place) or marks[place[:-1]]  # a single value stands for a list of one
        cuts.append((mark.start, mark.end, text[mark.start : mark.end].replace(key[1], new[key])))
    for start, end, written in sorted(cuts, reverse=True):
        text = text[:start] + written + text[end:]
    return text, {key for _place, key in found}


def _noted(text: str, record: Any, kind: Kind, old: str, hand: Hand) -> str:
    """The renumbered record with a note of its old number, where its life takes notes now."""
    event = {
        "at": max(hand.at, record.events[-1].at),
        "by": hand.by,
        "event": "noted",
        "text": words(say("this was {old} until two desks were brought together", old=old)),
    }
    noted = kind.event.model_validate(event)
    state, _faults = kind.life.replay(record, record.events)
    if kind.life.faults(state, noted, len(record.events)):
        return text
    return yamlfile.edit(text, {}, [noted.plain()], list(kind.model.model_fields))


def _named(text: str, old: str, mine: Moved | None, key: tuple[str, str]) -> bool:
    """Whether a number stands in the texts of a record, but for the note that says it was its own."""
    return old in text and (mine is None or (mine.kind.name, mine.old) != key)
