"""Transcripts: what is typed, what is printed, the exit code. They are the program's manual by example.

A line `$ command` is run in the estate (propcli in this process, anything else by the shell); the lines below it
are what it prints, `[exit 2]` its exit code where it is not 0. `@ 2026-10-14 10:00` sets the clock, `% zh` the
language. PROPCLI_ACCEPT=1 writes what is printed into the transcripts, to be read and judged before it is kept."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from propcli import __version__
from tests.conftest import Desk

FOLDER = Path(__file__).parent / "transcripts"
ACCEPT = bool(os.environ.get("PROPCLI_ACCEPT"))


def play(desk: Desk, transcript: str) -> str:
    """The transcript with what really happens."""
    out: list[str] = []
    lines = iter(transcript.splitlines())
    skipping = False
    for line in lines:
        if line.startswith("$ "):
            here = ""
            command = line[2:]
            if "<<" in command:  # a here document is part of the command
                end = command.rsplit("<<", 1)[1].strip(" '")
                body = []
                for text in lines:
                    out_text = text
                    body.append(out_text)
                    if text == end:
                        break
                here = "\n" + "\n".join(body)
            out.append(line + here)
            out += run(desk, command + here)
            skipping = True
        elif line.startswith(("# ", "@ ", "% ")) or not (line or skipping):
            skipping = False
            out.append(line)
            if line.startswith("@ "):
                desk.now = line[2:].replace(" ", "T") + ":00+08:00"
            elif line.startswith("% "):
                desk.language = line[2:]
        elif not skipping:
            raise AssertionError(f"not a line of a transcript: {line}")
    return "\n".join(out) + "\n"


def run(desk: Desk, command: str) -> list[str]:
    if command.startswith("propcli ") and not re.search(r"[|<>]", command):
        result = desk.run(*shlex.split(command)[1:])
        printed, code = result.all, result.code
    else:
        done = subprocess.run(
            command,
            shell=True,
            cwd=desk.root,
            capture_output=True,
            text=True,
            check=False,
            env=desk.environment(),
        )
        printed, code = done.stdout + done.stderr, done.returncode
    lines = [line.rstrip() for line in printed.rstrip("\n").split("\n")] if printed else []
    return lines + ([f"[exit {code}]"] if code else [])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda p: p.stem)
def test_transcript(desk: Desk, path: Path) -> None:
    """What the transcript says is what happens."""
    said = path.read_text(encoding="utf-8")
    happened = play(desk, said)
    if ACCEPT:
        path.write_text(happened, encoding="utf-8")
    assert happened == said or ACCEPT
    assert "Traceback" not in happened
    if not path.stem.startswith("audit"):  # in these somebody forges
        verified = desk.run("audit", "verify", "--anew")
        assert verified.code == 0, verified.all


def test_a_shell_finds_the_program_under_test(desk: Desk, program: Path) -> None:
    """Not another one that is installed here, and not none."""
    assert run(desk, "command -v propcli") == [str(program)]
    assert run(desk, "cd / && propcli --version") == [f"propcli {__version__}"]
