"""The tests say the same wherever they are started, and the program does what is right there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import IDENTITY, ROOT, Desk

CRASH = Path(__file__).parent / "bad" / "crash.py"
INTERRUPTED = ("tests/test_interactive.py::test_giving_up_at_a_question_records_nothing",)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["trap '' INT; exec \"$@\"", 'exec "$@" <&-', 'exec "$@"'])
def test_in_the_background_and_without_a_terminal(how: str, tmp_path: Path) -> None:
    """Ctrl-C ignored as by nohup and in the background of a script; no input; no terminal."""
    tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}", *INTERRUPTED]
    done = subprocess.run(
        ["sh", "-c", how, "sh", *tests],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_started_to_go_on_goes_on(desk: Desk) -> None:
    """nohup propcli …, or a script in the background: a Ctrl-C meant for somebody else is none."""
    add = ("ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--name", "王丽")
    crash = [sys.executable, str(CRASH), "interrupt", "git commit", str(desk.root), *add, "--summary", "漏水"]
    done = subprocess.run(
        ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *crash],
        env={**os.environ, "PROPCLI_NOW": desk.now, **IDENTITY},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "before git commit" in done.stderr
    assert "accepted" in desk.git("log", "-1", "--format=%s")
