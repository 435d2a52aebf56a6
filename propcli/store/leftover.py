"""What a git that was killed leaves behind: locks, which every later git takes for those of a living one.

A lock is known for ours by what is written in it (the index's own, see `index.py`), or by this: a change of ours was
under way when it was made, on this machine, and no git that writes is at work in the repository any more. Whatever
cannot be known is left alone."""

import json
import os
import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import disk
from propcli.store.caller import caller

SIGN = b"propcli "  # what a lock of ours begins with
AGE_SECONDS = 1.0  # git holds a branch for milliseconds
WAIT_SECONDS = 20.0
READERS = frozenset(
    b"log show diff status blame grep cat-file ls-files ls-tree rev-parse rev-list describe shortlog help version "
    b"for-each-ref show-ref name-rev merge-base var check-ignore check-attr fsmonitor--daemon credential-cache--daemon "
    b"daemon config diff-tree diff-index diff-files".split()
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where git keeps things: the top of the work tree, its git directory, that of the repository, the branch's name
    (`refs/heads/main`, '' where there is none)."""

    top: Path
    folder: Path
    shared: Path
    branch: str


def signature() -> dict[str, Any]:
    """Who is at work, and since when: written down before git is, so that its locks can be told from others'."""
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time(), "command": caller().command}


def note(private: Path, who: dict[str, Any]) -> None:
    """Write down that git is at work for us without a journal."""
    disk.replace(private / "at-work", json.dumps(who).encode())


def noted(private: Path) -> dict[str, Any] | None:
    """What `note` wrote, if its git never came to an end; what of it was lost counts from when it was written."""
    file = private / "at-work"
    if not file.exists():
        return None
    try:
        return checked(json.loads(file.read_bytes()))
    except (ValueError, KeyError, TypeError):
        return {**signature(), "since": file.stat().st_mtime}


def checked(who: Any) -> dict[str, Any]:
    """A signature as `signature` makes it. Raises KeyError, TypeError or ValueError for another form."""
    return {
        "pid": int(who["pid"]),
        "host": str(who["host"]),
        "since": float(who["since"]),
        "command": str(who["command"]),
    }


def forget(private: Path) -> None:
    (private / "at-work").unlink(missing_ok=True)


def wait_for_orphan(places: Places, private: Path) -> None:
    """Wait until a git whose propcli was killed has ended: it may still commit. Refuses when that takes too long."""
    ends = time.monotonic() + WAIT_SECONDS
    said = False
    while (pid := next(iter(_writing(places, os.fsencode(private)) or ()), None)) is not None:
        if time.monotonic() > ends:
            raise Refusal(
                say("git (process {pid}) of an interrupted propcli is still at work here", pid=str(pid)),
                hint=say("wait for it or its hook to end, or end it, and run the command again"),
                code=3,
            )
        if not said and time.monotonic() > ends - WAIT_SECONDS + 1:
            said = True
            caller().say(say("waiting for git (process {pid}) of an interrupted propcli", pid=str(pid)))
        time.sleep(0.02)


def clear(places: Places, private: Path, who: dict[str, Any]) -> list[str]:
    """Take away the locks that a dead git of ours left, begun by `who`; their names. Others stay: git itself says
    then what is locked."""
    for file in (*places.folder.glob("next-index-*.lock"), *private.glob("index*")):
        pid = re.fullmatch(r"next-index-(\d+)\.lock", file.name)
        if pid is None or (file.stat().st_mtime > who["since"] - 2 and not _runs(Path("/proc", pid[1]))):
            file.unlink(missing_ok=True)
    gone = []
    ends = time.monotonic() + 3 * AGE_SECONDS
    for lock in _locks(places):
        while (dead := _dead(lock, places, who)) is None and time.monotonic() < ends:
            time.sleep(0.05)
        if dead:
            lock.unlink(missing_ok=True)
            gone.append(str(lock))
    return gone


def _locks(places: Places) -> list[Path]:
    shared = ("packed-refs.lock", "objects/maintenance.lock", "objects/info/commit-graph.lock")
    locks = [places.folder / "index.lock", places.folder / "HEAD.lock", *(places.shared / name for name in shared)]
    if places.branch:
        locks.append(places.shared / f"{places.branch}.lock")
    return [lock for lock in locks if lock.exists()]


def _dead(lock: Path, places: Places, who: dict[str, Any]) -> bool | None:
    """Whether a lock is that of a dead git of ours. None: not yet known."""
    try:
        if is_ours(lock):
            return True
        made = lock.stat().st_mtime
    except FileNotFoundError:
        return False
    if made < who["since"] - 2 or who["host"] != socket.gethostname():
        return False
    writing = _writing(places)
    if writing is None:
        return False
    return None if writing or time.time() - made < AGE_SECONDS else True


def _runs(process: Path) -> bool:
    """Whether there is such a process, and not only what nobody has asked about yet of one that died."""
    if not Path("/proc/self").exists():  # a machine that does not say
        return True
    with suppress(OSError):
        return process.joinpath("stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    return False


def is_ours(lock: Path) -> bool:
    """Whether propcli itself wrote a lock: only whoever has the turn does."""
    with lock.open("rb") as opened:
        return opened.read(len(SIGN)) == SIGN


def _writing(places: Places, about: bytes = b"") -> list[int] | None:
    """The processes of git that may be writing in this repository; `about`: only those with that in their arguments.
    None where the machine does not say."""
    found = []
    try:
        processes = [place for place in Path("/proc").iterdir() if place.name.isdigit()]
    except OSError:
        return None
    homes = [os.path.realpath(place) for place in (places.top, places.folder, places.shared)]
    for process in processes:
        with suppress(FileNotFoundError, ProcessLookupError, NotADirectoryError):
            if not process.joinpath("comm").read_bytes().startswith(b"git"):
                continue
            words = process.joinpath("cmdline").read_bytes().split(b"\0")
            if about not in b"\0".join(words) or any(word in READERS for word in words[1:4]):
                continue
            try:
                where = str(process.joinpath("cwd").readlink())
            except PermissionError:  # somebody else's: it may be
                where = homes[0]
            if any(where == home or where.startswith(home + os.sep) for home in homes):
                found.append(int(process.name))
    return found
