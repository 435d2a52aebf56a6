"""The checks of a change run as on a fresh machine, or not at all."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ("bash", "dirname", "env", "mkdir", "mktemp", "rm", "ls", "sort")


def ci(path: Path | str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(ROOT / ".ci" / "run")],
        env={"PATH": str(path), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs with nothing in it but the tools of a shell; its make says how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    for name, script in (
        ("python3", "exit 0"),
        ("git", "exit 1"),
        ("apt-get", "exit 1"),
        ("make", 'echo "make $*"; env | sort; echo "home: $(ls -A "$HOME")"'),
    ):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def test_a_machine_that_has_the_program_is_refused(machine: Path, program: Path) -> None:
    """Whatever would find that one by mistake would pass."""
    done = ci(f"{machine}{os.pathsep}{program.parent}")
    assert done.returncode == 1
    assert str(program) in done.stderr
    assert done.stdout == ""


def test_the_checks_see_nothing_of_whoever_starts_them(machine: Path, tmp_path: Path) -> None:
    """An empty home, no venv from before, no variables of the caller's but where packages come from."""
    theirs = {"HOME": str(ROOT), "PYTHONPATH": "/x", "PROPCLI_NOW": "x", "PIP_TIMEOUT": "9", "HTTPS_PROXY": "p"}
    done = ci(machine, TMPDIR=str(tmp_path), **theirs)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert {"make test", "make lowest"} <= set(said)  # the first as the README has it
    assert all(line == "home: " for line in said if line.startswith("home:"))
    seen = dict(line.split("=", 1) for line in said if "=" in line)
    known = {"PATH", "HOME", "LANG", "CI", "VENV", "PIP_TIMEOUT", "HTTPS_PROXY"}
    assert seen.keys() - {"PWD", "SHLVL", "_", "OLDPWD"} == known
    assert not Path(seen["HOME"]).exists() and not Path(seen["VENV"]).exists()
    assert seen["VENV"] != str(ROOT / ".venv")


def test_every_library_has_a_lowest_version() -> None:
    """One that is declared without would be tried in no version but the newest."""
    lowest = [sys.executable, str(ROOT / "tools" / "lowest.py")]
    done = subprocess.run(lowest, capture_output=True, text=True, check=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert len(done.stdout.split()) == len(project["dependencies"] + project["optional-dependencies"]["dev"])
    assert all("==" in line for line in done.stdout.split())
