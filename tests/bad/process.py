"""propcli as a process of its own, for what a test cannot show inside its own: signals, pipes, locales, races."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from conftest import IDENTITY, ROOT, Desk

SECONDS = 60  # after which a command hangs, on a machine that has other things to do as well
ADD = ("ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--name", "王丽")


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code (-9: killed) and the bytes it printed, read as UTF-8."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


def environment(desk: Desk, **changes: str | None) -> dict[str, str]:
    """The environment of a command: the least there is, an identity for git, and changes (None removes)."""
    given: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "HOME": str(desk.root.parent),
        "LANG": "C.UTF-8",
        "PROPCLI_NOW": desk.now,
        "PYTHONPATH": str(ROOT),
        **IDENTITY,
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def command(*arguments: str | bytes) -> list[str | bytes]:
    return [sys.executable, "-m", "propcli", *arguments]


def begin(desk: Desk, *arguments: str | bytes, cwd: Path | None = None, **env: str | None) -> subprocess.Popen[bytes]:
    """Start a command and do not wait for it; it does not outlive the test."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=cwd or desk.root,
        env=environment(desk, **env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    desk.begun.append(process)
    return process


def end(process: subprocess.Popen[bytes]) -> Done:
    """Wait for a command; one that hangs is killed and fails the test."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError("the command hangs") from None
    return Done(process.returncode, (out or b"").decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def run(desk: Desk, *arguments: str | bytes, cwd: Path | None = None, **env: str | None) -> Done:
    """Run a command to its end."""
    return end(begin(desk, *arguments, cwd=cwd, **env))
