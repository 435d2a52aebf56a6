"""One change at a time, first come, first served.

Who comes gets the next number: a file in `line/` that its owner holds locked until it is done, so that the kernel says
who is still there, whatever killed the others. Everybody waits for the one before; the first in the line takes `lock`,
which says who it is. Versions without a line wait for `lock` alone."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.store import disk
from propcli.store.caller import caller
from propcli.store.opening import share

WAIT_SECONDS = 20.0  # for one and the same holder; a line that moves is waited for
SAID_AFTER = 1.0
PAUSE = 0.01


@contextmanager
def turn(private: Path) -> Iterator[None]:
    """Wait until it is this process's turn, and keep it. After a second it says for whom it waits. Refuses, naming
    whoever holds it, when that does not end."""
    line = private / "line"
    try:
        disk.make_folder(line)
        place, held = _join(line)
    except PermissionError:
        raise _not_shared(private) from None
    lock = -1
    try:
        waiting = _Waiting(private)
        while _before(line, place):
            waiting.pause()
        lock = _opened(private)
        while not _locked(lock):
            waiting.pause()
        _sign(lock)
        _sweep(line)
        yield
    finally:
        if lock >= 0:
            os.close(lock)
        place.unlink(missing_ok=True)
        os.close(held)


@dataclass
class Holder:
    """Whose turn it is; `since`: seconds of the epoch."""

    pid: int
    host: str
    command: str
    since: float

    @property
    def words(self) -> Text:
        when = datetime.fromtimestamp(int(self.since), UTC)
        return say(
            "{command}, process {pid} on {host}, since {since}",
            command=self.command,
            pid=str(self.pid),
            host=self.host,
            since=when,
        )


def holder(private: Path) -> Holder | None:
    """Who has signed the lock last: whose turn it is, while it is somebody's."""
    try:
        said = json.loads((private / "lock").read_bytes())
        return Holder(int(said["pid"]), str(said["host"]), str(said["command"]), float(said["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


class _Waiting:
    """How long the same one has been waited for, and what was said of it."""

    def __init__(self, private: Path) -> None:
        self.private = private
        self.moved = time.monotonic()
        self.to_say = self.moved + SAID_AFTER
        self.holder: Holder | None = None

    def pause(self) -> None:
        time.sleep(PAUSE)
        now = time.monotonic()
        found = holder(self.private)
        if found != self.holder:
            self.holder, self.moved = found, now
        if now >= self.to_say and found is not None:
            self.to_say = now + WAIT_SECONDS  # in a long line not of each
            caller().say(say("waiting for another propcli: {holder}", holder=found.words))
        if now - self.moved >= WAIT_SECONDS:
            raise Refusal(
                say("another propcli has been changing records here for {seconds} seconds", seconds=int(WAIT_SECONDS))
                if found is None
                else say(
                    "another propcli has been changing records here for {seconds} seconds: {holder}",
                    seconds=int(now - self.moved),
                    holder=found.words,
                ),
                hint=say("wait for it to end, or end it, and run the command again"),
                code=3,
            )


def _opened(private: Path) -> int:
    """The lock, made where there is none."""
    file = private / "lock"
    new = not file.exists()
    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except PermissionError:
        raise _not_shared(private) from None
    if new:
        share(file, private.stat().st_mode)
    return lock


def _not_shared(private: Path) -> Refusal:
    """The refusal where the repository belongs to somebody else, and not to a group of both."""
    try:
        owner = private.owner()
    except KeyError:  # of somebody the machine has no name for
        owner = str(private.stat().st_uid)
    return Refusal(
        say("{folder} belongs to {owner} and may not be written to by you", folder=str(private), owner=owner),
        hint=say(
            "for a repository of a group {owner} types: git config core.sharedRepository group && chmod -R g+rwX {top}",
            owner=owner,
            top=str(private.parent.parent),
        ),
        code=3,
    )


def _join(line: Path) -> tuple[Path, int]:
    """Take the next number: its file, and the descriptor that holds it. It is locked before it has its name."""
    draft = line / f".{socket.gethostname()}.{os.getpid()}.{time.monotonic_ns()}"
    held = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        share(draft, line.stat().st_mode)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        while True:
            place = line / f"{max(_numbers(line), default=0) + 1:09d}"
            with suppress(FileExistsError):
                os.link(draft, place)
                return place, held
    except BaseException:
        os.close(held)
        raise
    finally:
        draft.unlink(missing_ok=True)


def _numbers(line: Path) -> list[int]:
    return sorted(int(place.name) for place in line.iterdir() if place.name.isdigit())


def _before(line: Path, place: Path) -> bool:
    """Whether somebody stands before this place; whoever died there is taken out of the line."""
    mine = int(place.name)
    return any(_there(line / f"{number:09d}") for number in reversed(_numbers(line)) if number < mine)


def _there(place: Path) -> bool:
    try:
        descriptor = os.open(place, (os.O_RDWR if os.access(place, os.W_OK) else os.O_RDONLY) | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        if not _locked(descriptor):
            return True
        with suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == place.stat().st_ino:
                place.unlink()  # nobody but whoever has its lock takes a name away
        return False
    finally:
        os.close(descriptor)


def _sweep(line: Path) -> None:
    """Take away what somebody left who died before having a number: long ago, so that it is nobody coming just now."""
    for draft in line.glob(".*"):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime < time.time() - 60:
                draft.unlink()


def _locked(descriptor: int) -> bool:
    """Lock an open file, if nobody else has."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(lock: int) -> None:
    """Write into the lock who has it. On a full disk nobody is named."""
    who = {"pid": os.getpid(), "host": socket.gethostname(), "command": caller().command, "since": time.time()}
    with suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps(who).encode(), 0)
