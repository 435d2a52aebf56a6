"""`propcli merge-file`: git's merge driver for records. Whatever happens, git gets an answer it understands."""

import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.records.merging import Merged

OTHERWISE = 41  # git merges line by line then


def register(app: typer.Typer) -> None:
    app.command("merge-file", hidden=True, help=_("The merge driver that git runs for records."))(merge_file)


def merge_file(
    base: Annotated[Path, typer.Argument()],
    ours: Annotated[Path, typer.Argument()],
    theirs: Annotated[Path, typer.Argument()],
    path: Annotated[str, typer.Argument()],
) -> int:
    """Merge `theirs` into `ours`, the file at `path` of the repository: 0 done, 40 a conflict was left in it, anything
    else: not done."""
    from propcli.store.driver import CONFLICT

    try:
        merged = _merged(base, ours, theirs, path)
        if merged is None:
            return OTHERWISE
        if merged.content is not None:
            ours.write_bytes(merged.content)
            return 0
        _tell(merged, path)
        return CONFLICT if _left_as_text(base, ours, theirs) else OTHERWISE
    except Exception as error:  # a driver that fails must leave the merge to git
        sys.stderr.write(f"propcli: {path}: {words(error.reasons[0]) if isinstance(error, Refusal) else error}\n")
        return OTHERWISE


def _merged(base: Path, ours: Path, theirs: Path, path: str) -> "Merged | None":
    from propcli.commands.session import session
    from propcli.records.merging import kind_at, merge

    whole = PurePosixPath(path)
    places = (PurePosixPath(*whole.parts[number:]) for number in range(len(whole.parts)))
    place = next((p for p in places if kind_at(p) is not None), None)
    kind = kind_at(place) if place is not None else None
    if kind is None:
        return None
    was = base.read_bytes()
    return merge(kind, was or None, ours.read_bytes(), theirs.read_bytes(), None, session().keys)


def _tell(merged: "Merged", path: str) -> None:
    """What is left to a person, in git's own output."""
    from propcli.records.differing import lines

    told = [path, *(words(line) for difference in merged.differences for line in lines(difference))]
    record = PurePosixPath(path).stem
    if merged.twice:
        told.append(words(say("  give yours another number: propcli renumber {id}", id=record)))
        told.append(words(say("  or take it back, and let propcli do all of it: git merge --abort; propcli sync")))
    sys.stderr.write("propcli: " + "\n".join(told) + "\n")


def _left_as_text(base: Path, ours: Path, theirs: Path) -> bool:
    """Both versions of the lines that differ, in the file, as git leaves them."""
    from propcli.store.trees import run

    names = ["-L", "here", "-L", "before", "-L", "there"]
    code, _out, _error = run(Path.cwd(), ["merge-file", *names, str(ours), str(base), str(theirs)])
    return 0 <= code < 128
