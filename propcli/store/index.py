"""Git's index, for one commit: held by the lock that every git respects, and worked on in a copy.

What stands in the lock says whose it is. The index itself changes only when the commit is made, in one rename; a
commit that is refused, or a process that dies, leaves it as it was to the byte."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import disk
from propcli.store.leftover import SIGN, is_ours


class Busy(Refusal):
    """Another git command holds what is needed."""


WAIT_SECONDS = 2.0  # an editor's `git status` takes milliseconds


@contextmanager
def held(folder: Path, private: Path) -> Iterator[Path]:
    """Hold the index of a git directory; a copy of it, for GIT_INDEX_FILE. `keep` makes that the index. Refuses where
    another git command does not let go of it."""
    index, lock, copy = folder / "index", folder / "index.lock", private / "index"
    sign = private / "index-sign"
    sign.unlink(missing_ok=True)
    disk.create(sign, SIGN + f"process {os.getpid()} is changing records; the next propcli takes it away\n".encode())
    try:
        _take(sign, lock)
    finally:
        sign.unlink(missing_ok=True)
    try:
        for old in (copy, private / "index.lock"):
            old.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            try:
                os.link(index, copy)  # git replaces it, and never writes into it
            except FileNotFoundError:
                raise
            except OSError:
                shutil.copy2(index, copy)
        yield copy
    finally:
        lock.unlink(missing_ok=True)
        for old in (copy, private / "index.lock"):
            old.unlink(missing_ok=True)


def keep(folder: Path, copy: Path) -> None:
    """Make the copy the index."""
    with suppress(FileNotFoundError):
        disk.sync(copy)
        copy.replace(folder / "index")


def _take(sign: Path, lock: Path) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            os.link(sign, lock)
            return
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            with suppress(FileExistsError):
                disk.create(lock, sign.read_bytes())
                return
        with suppress(FileNotFoundError):
            if is_ours(lock):  # of one that died: whoever has the turn is alone
                lock.unlink()
                continue
        if time.monotonic() > ends:
            raise Busy(
                say("another git command is running here, or has left its lock: {lock}", lock=str(lock)),
                hint=say("nothing was recorded; try again when it has ended; where no git is running, delete the lock"),
                code=3,
            )
        time.sleep(0.02)
