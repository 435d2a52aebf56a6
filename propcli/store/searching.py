"""Looking for texts in everything the history holds. The texts are personal data: git is never told them, since what a
program is started with can be read by everybody on the machine."""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store.history import SETTINGS


def files_with(top: Path, texts: Iterable[str]) -> dict[str, list[str]]:
    """The texts that stand in some commit of the repository at a place: in which files, by their paths, or in the
    messages of which commits."""
    wanted = {text: text.encode() for text in texts if text}
    found: dict[str, set[str]] = {}
    if not wanted:
        return {}
    for name, content in _objects(top):
        for text, raw in wanted.items():
            if raw in content:
                found.setdefault(text, set()).add(name)
    return {text: sorted(names) for text, names in found.items()}


def _objects(top: Path) -> Iterator[tuple[str, bytes]]:
    """Every content and every commit message on any branch, with the path or the commit it belongs to."""
    with tempfile.TemporaryFile() as listed, tempfile.TemporaryFile() as asked:
        _git(top, ["rev-list", "--all", "--objects"], listed)
        listed.seek(0)
        names = []
        for line in listed:
            commit, _, path = line.rstrip(b"\n").partition(b" ")
            names.append(os.fsdecode(path))
            asked.write(commit + b"\n")
        asked.seek(0)
        with _started(top, ["cat-file", "--batch", "--buffer"], asked, subprocess.PIPE) as running:
            assert running.stdout is not None
            for name in names:
                commit, kind, size = running.stdout.readline().split()
                content = running.stdout.read(int(size) + 1)
                if kind == b"commit":
                    yield f"commit {commit[:10].decode()}", content.partition(b"\n\n")[2]
                elif kind == b"blob":
                    yield name, content


def _git(top: Path, arguments: list[str], out: IO[bytes]) -> None:
    with _started(top, arguments, subprocess.DEVNULL, out) as running:
        _, error = running.communicate()
    if running.returncode:
        raise Refusal(say("git cannot read the history: {said}", said=error.decode("utf-8", "replace").strip()), code=3)


def _started(top: Path, arguments: list[str], given: IO[bytes] | int, out: IO[bytes] | int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["git", *arguments],
        cwd=top,
        env={**os.environ, **SETTINGS},
        stdin=given,
        stdout=out,
        stderr=subprocess.PIPE if out != subprocess.PIPE else subprocess.DEVNULL,
    )
