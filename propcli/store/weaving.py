"""Two versions of a file woven into one: cut along its fields and events, each piece with the comments above it, and
put together again, so that what neither side changed stays as it was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from propcli.store.yamlfile import Path, dump, end_of, line_start, places

EVENTS = "events"


@dataclass
class Pieces:
    """The text of a file in pieces: each field and each event with the comments above it, and what stands below."""

    fields: dict[str, str] = field(default_factory=dict)
    begin: str = "events:\n"  # what stands before the first event
    events: list[str] = field(default_factory=list)
    indent: int = 0  # of the events
    below: str = ""


def cut(text: str) -> Pieces | None:
    """The pieces of a well-formed file; None where it is written in flow style (`{…}`)."""
    text = text.replace("\r\n", "\n")
    marks = places(text)
    if marks[()].style == "flow" or ((EVENTS,) in marks and marks[(EVENTS,)].style == "flow"):
        return None
    pieces = Pieces()
    at = 0
    for (name, *_), mark in sorted(((p, m) for p, m in marks.items() if len(p) == 1), key=lambda one: one[1].key_start):
        end = end_of(text, (name,), marks)
        if name == EVENTS:
            first: Path = (EVENTS, 0)
            begin = line_start(text, marks[first].start) if first in marks else end
            pieces.begin = text[at:begin]
            pieces.indent = mark.column - 1
            at, number = begin, 0
            while (EVENTS, number) in marks:
                stop = end_of(text, (EVENTS, number), marks)
                pieces.events.append(text[at:stop])
                at, number = stop, number + 1
        else:
            pieces.fields[str(name)] = text[at:end]
        at = max(at, end)
    pieces.below = text[at:]
    return pieces


@dataclass(frozen=True)
class Version:
    """One version of a file: what it says, with every scalar as text, and its pieces (none: its text cannot be cut)."""

    data: Mapping[str, object]
    pieces: Pieces | None


def weave(
    wanted: Mapping[str, object],
    origins: Sequence[tuple[int, int]],
    sides: tuple[Version, Version],
    base: Version,
    order: Sequence[str],
) -> str | None:
    """A text that says what is wanted, from the pieces of two versions. `origins`: of each event, which side's it is
    (0, 1; -1: none's) and its number there; `order`: the fields of the model. None where a side cannot be cut."""
    ours, theirs = (side.pieces for side in sides)
    if ours is None or theirs is None:
        return None
    names = _in_order([n for n in ours.fields if n in wanted], [n for n in wanted if n != EVENTS], order)
    out = [_field(name, wanted[name], sides, base) for name in names]
    events = wanted.get(EVENTS)
    if isinstance(events, list) and events:
        begun = ours if ours.events or not theirs.events else theirs
        out.append(begun.begin if begun.events else "events:\n")
        for event, (side, number) in zip(events, origins, strict=True):
            if side < 0:
                out.append(_shifted(dump([event]), begun.indent))
            else:
                pieces = (ours, theirs)[side]
                out.append(_shifted(_whole(pieces.events[number]), begun.indent - pieces.indent))
    below = base.pieces.below if base.pieces else ""
    out.append(_with_new_lines(ours.below, theirs.below, below))
    return "".join(_whole(piece) for piece in out)


def _in_order(ours: list[str], wanted: list[str], order: Sequence[str]) -> list[str]:
    """The fields in the order of our file; those that it does not have go where the model has them."""
    rank = {name: number for number, name in enumerate(order)}
    for name in wanted:
        if name not in ours:
            later = (i for i, other in enumerate(ours) if rank.get(other, 0) > rank.get(name, len(rank)))
            ours.insert(next(later, len(ours)), name)
    return ours


def _field(name: str, value: object, sides: tuple[Version, Version], base: Version) -> str:
    """The text of a field, from the side that says what is wanted; comments that the other side wrote go with it."""
    was = base.pieces.fields.get(name, "") if base.pieces else ""
    texts = [side.pieces.fields.get(name, "") if side.pieces else "" for side in sides]
    saying = [text for text, side in zip(texts, sides, strict=True) if text and side.data.get(name) == value]
    if not saying:
        return _with_new_lines(_comments(texts[0]) + dump({name: value}), texts[1], was)
    chosen = next((text for text in saying if text != was), saying[0])
    for other in texts:
        chosen = _with_new_lines(chosen, other, was)
    return chosen


def _comments(piece: str) -> str:
    return "".join(line for line in piece.splitlines(keepends=True) if line.lstrip().startswith("#"))


def _with_new_lines(chosen: str, other: str, was: str) -> str:
    """A piece with the comment lines on top that the other side has written since."""
    known = {line.strip() for line in (chosen + was).splitlines()}
    new = [line for line in _comments(other).splitlines() if line.strip() not in known]
    return "".join(line + "\n" for line in new) + chosen


def _whole(piece: str) -> str:
    return piece if not piece or piece.endswith("\n") else piece + "\n"


def _shifted(piece: str, by: int) -> str:
    """Lines moved to the right, or to the left."""
    lines = piece.splitlines(keepends=True)
    if by >= 0:
        return "".join(" " * by + line if line.strip() else line for line in lines)
    return "".join(line[-by:] if line[:-by].isspace() else line.lstrip(" ") for line in lines)
