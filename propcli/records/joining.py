"""Two desks' files made one estate: records merged one by one; two new records with one number are two, and ours gets
another; what does not go together is left to a person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from propcli.engine.text import say
from propcli.records.differing import Difference
from propcli.records.merging import Merged, Side, kind_at, merge
from propcli.records.renumbering import Files, Hand, Moved, free_number, renumber
from propcli.store.sealing import Keys

ByText = Callable[[bytes | None, bytes, bytes], bytes | None]


@dataclass(frozen=True)
class Left:
    """A file that a person has to decide on."""

    path: PurePosixPath
    differences: tuple[Difference, ...]


@dataclass
class Joined:
    """What two sides come to. `renumbered`: the files of ours that renumbering changes; `files`: those that have
    another content then; None: the file is gone. `decided`: whose words stand where a person had to say so."""

    renumbered: dict[PurePosixPath, bytes | None] = field(default_factory=dict)
    files: dict[PurePosixPath, bytes | None] = field(default_factory=dict)
    moved: list[Moved] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    decided: dict[PurePosixPath, Side] = field(default_factory=dict)


def join(
    base: Files,
    ours: Files,
    theirs: Files,
    given: Callable[[PurePosixPath], Iterable[str]],
    hand: Callable[[], Hand],
    decided: Callable[[PurePosixPath], Side | None] = lambda _path: None,
    by_text: ByText = lambda _base, _ours, _theirs: None,
    keys: Keys | None = None,
) -> Joined:
    """Make one of two. All three have the files that ours changed since `base` and those that both changed (None: it is
    not there). `given(folder)`: every name a folder has ever had on either side; `hand()`: who renumbers, and when;
    `decided(path)`: whose words stand where the two differ, if a person has said so; `by_text`: other files than
    records, merged by their lines; `keys`: for what both sealed anew."""
    joined = Joined()
    new: dict[tuple[str, str], str] = {}
    for path in sorted(ours):
        kind, mine, other = kind_at(path), ours[path], theirs.get(path)
        if kind is None or not kind.prefix or mine is None or other is None or base.get(path) is not None:
            continue
        if merge(kind, None, mine, other).twice:
            names = (*given(path.parent), *new.values(), *(p.stem for files in (ours, theirs) for p in files))
            new[kind.name, path.stem] = free_number(kind, path.stem, names)
    if new:
        joined.renumbered, joined.moved = renumber(ours, new, hand)
    mine_now = {**ours, **joined.renumbered}
    for path in sorted(mine_now):
        was, mine, other = base.get(path), mine_now[path], theirs.get(path)
        if mine == other or other == was:
            continue
        if mine == was:
            joined.files[path] = other
        elif (content := _decide(joined, path, (was, mine, other), decided, by_text, keys)) != mine:
            joined.files[path] = content
    return joined


def _decide(
    joined: Joined,
    path: PurePosixPath,
    versions: tuple[bytes | None, bytes | None, bytes | None],
    decided: Callable[[PurePosixPath], Side | None],
    by_text: ByText,
    keys: Keys | None,
) -> bytes | None:
    """Merge one file that both sides changed: by itself, as a person has decided, or else it is left."""
    base, ours, theirs = versions
    kind = kind_at(path)
    if ours is None or theirs is None:
        said = (say("deleted"), say("changed"))
        merged = Merged(None, (Difference(say("one side deleted it"), *(said if ours is None else said[::-1])),))
    elif kind is not None:
        merged = merge(kind, base, ours, theirs, None, keys)
    else:
        merged = Merged(by_text(base, ours, theirs), (Difference(say("both sides changed the same lines")),))
    if merged.content is not None:
        return merged.content
    keep = decided(path)
    if keep is not None:
        joined.decided[path] = keep
        if kind is None or ours is None or theirs is None:
            return ours if keep == "ours" else theirs
        merged = merge(kind, base, ours, theirs, keep, keys)
    if merged.content is None:
        joined.left.append(Left(path, merged.differences))
    return merged.content
