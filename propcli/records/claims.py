"""What a commit says that it did: the trailers that `propcli` writes, and the words by which a hand edit is known."""

import re
from dataclasses import dataclass, field
from typing import Literal

Nature = Literal["step", "edited", "revealed", "hand", "other"]
"""step: a command changed records; edited: `propcli edit`; revealed: somebody looked; hand: said to be a hand edit;
other: says nothing that could be held against it."""

_TRAILER = re.compile(r"([A-Za-z][A-Za-z-]*): (.*)")
# how the first line of a commit of hand edits begins
BY_HAND = ("Edited by hand", "By hand", "手工修改")
EDITED, REVEALED = "edited", "revealed"


@dataclass(frozen=True, slots=True)
class Claim:
    """`records`: what a commit says happened, by id; `events`: what happened to no record in particular; `count`: of an
    import, how many records; `by`: who is said to have done it; `renumbered`: the new ids of records, by their old."""

    nature: Nature
    records: dict[str, list[str]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    count: int | None = None
    by: str = ""
    renumbered: dict[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether it says for each record what happened to it."""
        return self.count is None


def claim(message: str) -> Claim:
    """What a commit's message says. Only trailers count, not what looks like one further up."""
    trailers = _trailers(message)
    records: dict[str, list[str]] = {}
    loose: list[str] = []
    count, by = None, ""
    renumbered: dict[str, str] = {}
    into = loose
    for name, value in trailers:
        if name == "Record":
            into = records.setdefault(value, [])
        elif name == "Event":
            into.append(value)
        elif name == "Records" and value.isdigit():
            count = int(value)
        elif name == "By":
            by = value
        elif name == "Renumbered" and len(value.split()) == 2:
            old, new = value.split()
            renumbered[old] = new
    return Claim(_nature(message, records, loose, by), records, loose, count, by, renumbered)


def _nature(message: str, records: dict[str, list[str]], loose: list[str], by: str) -> Nature:
    if message.startswith(BY_HAND):
        return "hand"
    if loose == [REVEALED]:
        return "revealed"
    if records and all(events == [EDITED] for events in records.values()):
        return "edited"
    return "step" if by or records or loose else "other"


def _trailers(message: str) -> list[tuple[str, str]]:
    """The lines at the end of a message that are all of the form `Name: value`, a blank line before them."""
    found: list[tuple[str, str]] = []
    for block in reversed(message.strip().split("\n\n")[1:]):
        lines = [_TRAILER.fullmatch(line) for line in block.strip().split("\n")]
        if not all(lines):
            break
        found[:0] = [(line[1], line[2].strip()) for line in lines if line]
    return found
