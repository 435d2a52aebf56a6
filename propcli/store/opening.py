"""Opening files so that nothing else is opened instead: no link is followed on the way below a root, no pipe waited
for, no device read without end, nothing written into what was there before."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import say

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
SHARED = 0o020  # a folder its group may write to: whatever is made in it is the group's too


@contextmanager
def folder(path: Path, below: Path, make: bool = False) -> Iterator[int]:
    """A folder as a descriptor, reached from a root without following any link. `make`: it is made where missing.

    Raises Refusal where a link stands in the way, FileNotFoundError where there is nothing."""
    here = below
    held = os.open(below, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in path.relative_to(below).parts:
            here = here / part
            if make:
                _made(here, held)
            inner = _opened(part, FOLDER, held, here.relative_to(below))
            os.close(held)
            held = inner
        yield held
    finally:
        os.close(held)


def content(path: Path, below: Path, most: int | None = None) -> bytes | None:
    """The bytes of a plain file below a root, at most so many and one more; None where there is none.

    Raises Refusal for a link, a pipe, a device."""
    try:
        with folder(path.parent, below) as held:
            return _read(_opened(path.name, READING, held, path.relative_to(below)), path.relative_to(below), most)
    except (FileNotFoundError, NotADirectoryError):
        return None


def walked(root: Path, path: PurePosixPath, most: int) -> bytes:
    """The bytes of a file, at most so many and one more, whose folders have been walked just now, so that only it
    itself can be a link: of thousands of files, each way gone but once."""
    return _read(_opened(f"{root}/{path}", READING, None, path), path, most)


@contextmanager
def fresh(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file where nothing is, not even a link that leads nowhere. Raises FileExistsError."""
    with os.fdopen(os.open(path, CREATING, mode), "wb") as out:
        yield out


@contextmanager
def created(path: Path, below: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file below a root, opened to be written, its folder made where missing. What a dead process left under its
    name (a link, a pipe) goes first: the name is one that only this program uses. Whoever writes it flushes it."""
    with folder(path.parent, below, make=True) as held:
        with suppress(FileNotFoundError):
            path.unlink()
        descriptor = os.open(path, CREATING, mode)
        with os.fdopen(descriptor, "wb") as out:
            # by its whole path, so that whoever watches the process sees which; then it has to be in the folder reached
            try:
                there = os.stat(path.name, dir_fd=held, follow_symlinks=False)
            except FileNotFoundError:
                there = None
            if there is None or not os.path.samestat(there, os.fstat(descriptor)):
                path.unlink(missing_ok=True)
                raise _strange(path.relative_to(below), stat.S_IFLNK)
            if os.fstat(held).st_mode & SHARED and mode & 0o060:
                os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) | 0o060)
            yield out


def replace(path: Path, below: Path, written: bytes, mode: int = 0o666) -> None:
    """Write beside, flush, rename over: a reader sees the old file or the new one, and what a link leads to stays."""
    beside = path.with_name(f".{path.name}.new")
    with created(beside, below, mode) as out:
        out.write(written)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def given(path: Path, most: int) -> bytes:
    """What a person names to be read: a file, a link to one, a pipe; at most so many bytes.

    Raises Refusal for more, and OSError as reading does."""
    with path.open("rb") as file:
        return bounded(file, most, str(path))


def bounded(file: BinaryIO, most: int, name: str) -> bytes:
    """What is in a file, a pipe or a device, if it is not more than so many bytes."""
    found = file.read(most + 1)
    if len(found) > most:
        raise Refusal(
            say("{file} has more than {most} MB; that much is not read", file=name, most=most >> 20),
            hint=say("split it"),
        )
    return found


def strange(name: str, mode: int) -> Problem:
    """That something among the records is no plain file."""
    if stat.S_ISLNK(mode):
        what = say("a symbolic link; records are plain files inside the estate")
        return Problem(name, 0, 0, what, say("put the file itself here"))
    return Problem(name, 0, 0, say("not a plain file"), say("remove it from the records"))


def _strange(path: PurePath, mode: int) -> Refusal:
    return Refusal(say("{path} cannot be used", path=str(path)), code=3, problems=(strange(str(path), mode),))


def _made(path: Path, parent: int) -> None:
    """Make a folder where there is none; in a folder of a group it is the group's."""
    try:
        os.stat(path.name, dir_fd=parent, follow_symlinks=False)
        return
    except FileNotFoundError:
        pass
    with suppress(FileExistsError):  # somebody else makes it just now
        path.mkdir()
        share(path, os.fstat(parent).st_mode)


def share(path: Path, like: int) -> None:
    """Give what was made in a folder of a group (`like`: the folder's mode) to the group."""
    if like & SHARED:
        mode = path.stat().st_mode
        path.chmod(stat.S_IMODE(mode) | (0o060 | like & 0o2010 if stat.S_ISDIR(mode) else 0o060))


def _opened(name: str, flags: int, parent: int | None, shown: PurePath) -> int:
    try:
        return os.open(name, flags, dir_fd=parent)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            raise
        raise _strange(shown, mode) from None


def _read(descriptor: int, shown: PurePath, most: int | None) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise _strange(shown, mode)
        return file.read() if most is None else file.read(most + 1)
