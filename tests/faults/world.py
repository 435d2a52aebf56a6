"""What the tests of faults share: the program with something going wrong at a moment, and what has to hold after."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import IDENTITY, Desk

HERE = Path(__file__).parent
COUNT, KILL, KILL_GIT, FULL = range(4)
FAULTS = {"all killed": KILL, "git killed": KILL_GIT, "disk full": FULL}


@dataclass(frozen=True)
class Done:
    """A command that ended: exit code (-9: killed), what it printed, how many moments it had, whether the fault hit."""

    code: int
    out: str
    err: str
    count: int
    hit: bool


class Player:
    """The program, forked from a process that has everything imported (player.py). `root`: what lies below can go
    wrong."""

    def __init__(self, library: Path, root: Path) -> None:
        state = root.with_name(root.name + ".state")
        state.write_bytes(bytes(64))
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root.parent),
            "LANG": "C.UTF-8",
            "LD_PRELOAD": str(library),
            "FAULT_ROOT": str(root) + "/",
            "FAULT_STATE": str(state),
            **IDENTITY,
        }
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "player.py")],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, desk: Desk, arguments: tuple[str, ...], how: int = COUNT, at: int = 0, out: str = "", **env: str
    ) -> Done:
        assert self.process.stdin is not None and self.process.stdout is not None
        asked = {
            "estate": str(desk.root),
            "arguments": list(arguments),
            "environment": {"PROPCLI_NOW": desk.now, **env},
            "how": how,
            "at": at,
            "out": out,
        }
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return Done(said["code"], said["out"], said["err"], said["count"], bool(said["hit"]))

    def end(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait()


def compiled(folder: Path) -> Path | None:
    """The library of faults; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / "fault.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "fault.c"), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return library


@contextmanager
def playing(folder: Path, library: Path) -> Iterator[Player]:
    root = folder / "below"
    root.mkdir()
    player = Player(library, root)
    try:
        yield player
    finally:
        player.end()


def flaws(desk: Desk) -> list[str]:
    """What a person would have to put right."""
    found = []
    status = desk.git("status", "--porcelain", "--ignored", check=False)
    if status:
        found.append(f"not clean: {status}")
    git = desk.root / ".git"
    found += [f"lock left: {lock.relative_to(git)}" for lock in git.rglob("*.lock")]
    left = [name for name in ("prepare", "journal", "undo") if (git / "propcli" / f"{name}.json").exists()]
    found += [f"journal left: {name}" for name in left]
    return found
