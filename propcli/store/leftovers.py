"""What was left among the records by a change that died, or put there to be written through by the next one."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from propcli.engine.problem import Problem
from propcli.engine.text import say
from propcli.store.opening import strange
from propcli.store.repository import git_folder

JOURNALS = ("prepare", "journal", "undo", "answer")  # as far as a change has come
BESIDE = re.compile(r"\..+\.new")  # what a change writes beside a file before it takes its place


def leftovers(root: Path, folders: Iterable[str]) -> list[Problem]:
    """The hidden files of an estate, below some folders and at its top, that are links, pipes or devices, or that an
    interrupted change left. What editors and file managers hide there is theirs."""
    found = [*_hidden(root, PurePosixPath(), deep=False)]
    for folder in folders:
        found += _hidden(root, PurePosixPath(folder), deep=True)
    return [problem for path, mode in found if (problem := _told(root, path, mode)) is not None]


def _told(root: Path, path: PurePosixPath, mode: int) -> Problem | None:
    if not stat.S_ISREG(mode):
        return None if path.name.startswith(".#") else strange(str(path), mode)  # an editor's own lock
    if not BESIDE.fullmatch(path.name) or under_way(root) or not os.path.lexists(root / path):
        return None
    what = say("left by a change that was interrupted, or by nobody here")
    return Problem(str(path), 0, 0, what, say("propcli doctor --fix removes it"))


def _hidden(root: Path, top: PurePosixPath, deep: bool) -> Iterator[tuple[PurePosixPath, int]]:
    """The hidden entries of a folder but folders: (path from root, mode). Links are not followed."""
    pending = [top] if not (root / top).is_symlink() and (root / top).is_dir() else []
    while pending:
        here = pending.pop()
        with os.scandir(root / here) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if deep and not entry.name.startswith("."):
                        pending.append(here / entry.name)
                elif entry.name.startswith("."):
                    yield here / entry.name, entry.stat(follow_symlinks=False).st_mode


def under_way(root: Path) -> bool:
    """Whether a change is being written, or waits to be finished, in the repository of an estate."""
    folder = git_folder(root)
    return folder is not None and any((folder / "propcli" / f"{name}.json").exists() for name in JOURNALS)
