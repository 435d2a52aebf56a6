"""Every command can be asked what it does, in either language."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LOCALES, ROOT

ALL = """
import typer
from propcli import cli
waiting = [[]]
while waiting:
    path = waiting.pop()
    print("= " + " ".join(path))
    if cli.run([*path, "--help"]):
        print("failed")
    command = typer.main.get_command(cli._app(path))
    for name in path:
        command = command.commands[name]
    waiting += [[*path, name] for name in getattr(command, "commands", {})]
"""
# what stands for an option or an argument is the same in every language, and so is what is typed
TYPED = re.compile(r"\[OPTIONS\]|COMMAND|\[ARGS\]\.\.\.|--?[a-z-]+|\b[A-Z]+\b|[a-z|]+\|[a-z|]+|propcli [a-z -]+")


@pytest.mark.parametrize("language", LOCALES)
def test_every_command_says_what_it_does(tmp_path: Path, language: str) -> None:
    """Each page is whole; in Chinese no phrase of ours or of typer's own is left in English."""
    done = subprocess.run(
        [sys.executable, "-c", ALL],
        env={"PATH": os.environ["PATH"], "LANG": LOCALES[language], "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    pages = dict(page.split("\n", 1) for page in done.stdout.removeprefix("= ").split("\n= "))
    assert len(pages) > 100
    usage, leave = {"en": ("Usage: ", "Show this message and exit."), "zh": ("用法： ", "显示本帮助后退出。")}[language]
    for path, page in pages.items():
        assert page.startswith(f"{usage}propcli {path}".rstrip() + " "), page
        assert leave in page and "failed" not in page, page
        if language == "zh":
            for line in page.splitlines():
                assert not re.search(r"[a-z]{2,} [a-z]{2,}", TYPED.sub("", line)), line
