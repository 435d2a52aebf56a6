"""The work of another desk brought in: its commits and ours joined in one that has both before it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import listing, words
from propcli.records.differing import Difference
from propcli.records.joining import Joined, Left, join
from propcli.records.merging import Side, kind_at, merge
from propcli.records.renumbering import Files, Hand, Moved, free_number, renumber
from propcli.store.sealing import Keys
from propcli.store.trees import Change, Trees

REGULAR = ("100644", "100755")
WORDS = {"ours": "here", "theirs": "there"}


@dataclass
class Brought:
    """What came of it. `head`: the last commit here now; `came`: what the commits that came in are called; `joined`:
    what both made of the same files; where something is left to a person nothing else has happened."""

    head: str
    came: list[str] = field(default_factory=list)
    joined: Joined = field(default_factory=Joined)


def bring(
    trees: Trees,
    theirs: str,
    hand: Callable[[], Hand],
    decided: Callable[[PurePosixPath], Side | None],
    keys: Keys | None = None,
) -> Brought:
    """Bring in the commits up to `theirs`, under the lock of an operation. Refuses where hand edits that nobody has
    committed are in the way."""
    trees.recover()
    ours = trees.commit_of("HEAD")
    if not ours:
        raise Refusal(
            say("there is no commit yet"), hint=say("git clone brings here what the other desks have"), code=3
        )
    base = trees.base(ours, theirs) if theirs else theirs
    if base == theirs:
        return Brought(ours)
    if not base:
        raise Refusal(
            say("the two desks have no commit in common: these are not the records of one estate, or not all of them"),
            hint=say("a history that was cut short: git fetch --unshallow"),
            code=3,
        )
    brought = Brought(theirs, trees.subjects(ours, theirs))
    if base != ours:
        mine, other = trees.changed(base, ours), trees.changed(base, theirs)
        brought.joined = _join(trees, mine, other, (ours, theirs), hand, decided, keys)
        if brought.joined.left:
            return brought
        brought.head = _committed(trees, brought, (ours, theirs), mine, other, hand)
    _refuse_edits(trees, trees.changed(ours, brought.head), brought.joined.moved)
    trees.land(ours, brought.head)
    return brought


def _join(
    trees: Trees,
    mine: Mapping[PurePosixPath, Change],
    other: Mapping[PurePosixPath, Change],
    ends: tuple[str, str],
    hand: Callable[[], Hand],
    decided: Callable[[PurePosixPath], Side | None],
    keys: Keys | None,
) -> Joined:
    """What both sides come to in the files that ours changed."""
    odd = [p for p in mine if p in other and not _regular(mine[p], other[p])]
    meant = [p for p in mine if p not in odd and (p in other or kind_at(p) is not None) and _regular(mine[p])]
    blobs = {entry.blob for p in meant for entry in (*mine[p], *other.get(p, ())) if entry is not None}
    content = trees.contents(blobs)

    def version(entries: Callable[[PurePosixPath], Change | None], which: int) -> Files:
        found = {}
        for path in meant:
            change = entries(path) or (mine[path][0], mine[path][0])
            found[path] = content[entry.blob] if (entry := change[which]) is not None else None
        return found

    joined = join(
        version(mine.get, 0),
        version(mine.get, 1),
        version(other.get, 1),
        lambda folder: trees.names_ever(folder, *ends),
        hand,
        decided,
        trees.merged_text,
        keys,
    )
    what = Difference(say("no plain file on one side"))
    joined.left += [Left(path, (what,)) for path in odd if mine[path][1] != other[path][1]]
    return joined


def _regular(*changes: Change) -> bool:
    return all(entry is None or entry.mode in REGULAR for change in changes for entry in change)


def _committed(
    trees: Trees,
    brought: Brought,
    ends: tuple[str, str],
    mine: Mapping[PurePosixPath, Change],
    other: Mapping[PurePosixPath, Change],
    hand: Callable[[], Hand],
) -> str:
    """The commit that joins both sides; before it, in one of its own, what is renumbered of ours."""
    joined = brought.joined
    first = ends[0]
    if joined.renumbered:
        first = trees.commit([first], renumbered_message(joined.moved, hand()), joined.renumbered)
    entries = {path: change[1] for path, change in other.items() if path not in mine}
    subject = words(say("{n} commits of another desk brought in", n=len(brought.came)))
    trailers = [f"Decided: {path.stem} {WORDS[side]}" for path, side in joined.decided.items()]
    message = "\n".join([subject, "", *trailers, f"By: {hand().by}"]) if trailers else subject
    return trees.commit([first, ends[1]], message, joined.files, entries)


def renumbered_message(moved: Iterable[Moved], hand: Hand) -> str:
    """The message of a commit that gives records other numbers."""
    each = list(moved)
    subject = listing(words(say("{old} is {new} now", old=m.old, new=m.new)) for m in each)
    records = dict.fromkeys(name for m in each for name in (m.new, *m.changed))
    trailers = [f"Renumbered: {m.old} {m.new}" for m in each] + [f"Record: {name}" for name in records]
    return "\n".join([subject[:200], "", *trailers, f"By: {hand.by}"])


def _refuse_edits(trees: Trees, changes: Iterable[PurePosixPath], moved: Iterable[Moved]) -> None:
    """Refuse where hand edits that nobody has committed lie in files that would change, or name what is renumbered."""
    edits = trees.hand_edits()
    touched = edits & set(changes)
    for one in moved:
        touched |= {p for p in edits if kind_at(p) is not None and one.old.encode() in trees.on_disk(p)}
    if touched:
        raise Refusal(
            say("changed by hand and not committed: {files}", files=sorted(map(str, touched))),
            hint=say("commit that (git add, git commit) or put it aside (git stash), then run propcli sync again"),
            code=3,
        )


def give_number(trees: Trees, path: PurePosixPath, pushed: str, hand: Hand) -> Moved:
    """Another number for a record that nobody else has yet (`pushed`: the last commit the others are known to have),
    in a commit of its own, under the lock of an operation."""
    trees.recover()
    kind, head = kind_at(path), trees.commit_of("HEAD")
    assert kind is not None
    if pushed and path in trees.entries(pushed):
        raise Refusal(
            say("{id} keeps its number: the other desks have it already", id=path.stem),
            hint=say("if theirs is another record, propcli sync gives one of the two another number"),
        )
    entries = trees.entries(head)
    pointing = [p for p in trees.files_with(head, path.stem) if kind_at(p) is not None]
    content = trees.contents(entries[p].blob for p in pointing)
    new = free_number(kind, path.stem, trees.names_ever(path.parent, *filter(None, (head, pushed))))
    files = {p: content[entries[p].blob] for p in pointing}
    changes, moved = renumber(files, {(kind.name, path.stem): new}, lambda: hand)
    made = trees.commit([head], renumbered_message(moved, hand), changes)
    _refuse_edits(trees, trees.changed(head, made), moved)
    trees.land(head, made)
    return moved[0]


def settle_twice(trees: Trees, path: PurePosixPath, hand: Hand) -> Moved:
    """Another number for ours of two records that a merge of git's has under one, while that merge waits for a person:
    theirs gets its place, and what points to ours follows it. The files are ready to be committed then."""
    kind, ends = kind_at(path), [trees.commit_of(name) for name in ("HEAD", "MERGE_HEAD")]
    assert kind is not None
    base = trees.base(*ends)
    mine, other = (trees.changed(base, end) for end in ends)
    if any(path not in side or side[path][0] is not None or side[path][1] is None for side in (mine, other)):
        raise Refusal(say("{id} is one record on both sides: its number stays", id=path.stem))
    blobs = {p: change[1].blob for p, change in mine.items() if kind_at(p) is not None and change[1] is not None}
    theirs = other[path][1]
    assert theirs is not None
    content = trees.contents([*blobs.values(), theirs.blob])
    new = free_number(kind, path.stem, trees.names_ever(path.parent, *ends))
    files = {p: content[blob] for p, blob in blobs.items()}
    changes, moved = renumber(files, {(kind.name, path.stem): new}, lambda: hand)
    written = {path: content[theirs.blob]}
    for place, after in changes.items():
        if place != path and after is not None:
            written[place] = _followed(trees, place, files.get(place), after)
    trees.write(written)
    trees.tell_merge("\n".join(line for line in renumbered_message(moved, hand).splitlines()[1:]))
    return moved[0]


def _followed(trees: Trees, path: PurePosixPath, before: bytes | None, after: bytes) -> bytes:
    """A file as the merge has left it, with what renumbering changes in ours."""
    kind = kind_at(path)
    assert kind is not None
    if before is None:
        return after
    merged = merge(kind, before, trees.on_disk(path), after)
    if merged.content is None:
        raise Refusal(say("{path} points to it and is not settled yet", path=str(path)), hint=say("settle it first"))
    return merged.content
