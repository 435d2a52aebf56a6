"""`propcli doctor`: in a healthy estate there is nothing to do; what can be wrong is named with what to do, and what is
safe to put right is put right by --fix and by nothing else."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Desk

from propcli.records.health import CHECKS
from propcli.store.sealing import Keys

FOLDER = "tickets/2026/10"
BESIDE = f"{FOLDER}/.T-20261014-001.yaml.new"
Damage = Callable[[Desk], object]


def findings(desk: Desk, *options: str, **environment: str) -> dict[str, list[tuple[str, str, str]]]:
    """What it finds, by check: state, found, what to do. The exit code goes with it."""
    keys = {"PROPCLI_KEYS": str(desk.root.parent / "keys")}
    result = desk.run("doctor", "--format", "json", *options, **{**keys, **environment})
    rows = json.loads(result.out)
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        found.setdefault(row["check"], []).append((row["state"], row["found"], row["todo"] or ""))
    assert result.code == (3 if any(row["state"] == "bad" for row in rows) else 0), result.err
    return found


@pytest.fixture
def healthy(desk: Desk) -> Desk:
    """An estate with a ticket and a remote that has everything."""
    desk.add()
    remote = desk.root.parent / "remote.git"
    desk.git("init", "--quiet", "--bare", str(remote))
    desk.git("remote", "add", "origin", str(remote))
    desk.git("push", "--quiet", "-u", "origin", "HEAD")
    return desk


def test_in_a_healthy_estate_there_is_nothing_to_do(healthy: Desk) -> None:
    before = healthy.snapshot()
    found = findings(healthy, PROPCLI_NOW="")
    states = {check: {state for state, _what, _todo in those} for check, those in found.items()}
    odd = {check: found[check] for check, those in states.items() if those != {"good"} and check != "calendar"}
    assert odd == {}
    assert set(found) >= {code for code, _title, _look in CHECKS} - {"locks", "interrupted", "merging"}
    assert healthy.snapshot() == before


def hook(desk: Desk) -> None:
    file = desk.root / ".git" / "hooks" / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)


def shallow(desk: Desk) -> None:
    head = desk.git("rev-parse", "HEAD")
    (desk.root / ".git" / "shallow").write_text(head)


def lost_object(desk: Desk) -> None:
    blob = desk.git("rev-parse", "HEAD:policy.yaml").strip()
    (desk.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


def commit_here(desk: Desk) -> None:
    desk.git("commit", "--quiet", "--allow-empty", "-m", "x")


def no_repository(desk: Desk) -> None:
    shutil.move(desk.root / ".git", desk.root.parent / "gone")


def merging(desk: Desk) -> None:
    (desk.root / ".git" / "MERGE_HEAD").write_text(desk.git("rev-parse", "HEAD"))


@pytest.mark.parametrize(
    ("check", "damage", "state", "what", "todo"),
    [
        ("branch", lambda d: d.git("checkout", "--quiet", "--detach"), "bad", "on no branch", "git switch"),
        ("branch", merging, "bad", "a git merge is not finished", "git status"),
        ("locks", lambda d: (d.root / ".git/index.lock").touch(), "bad", "index.lock, since", "rm "),
        ("locks", lambda d: (d.root / ".git/refs/heads/main.lock").touch(), "bad", "main.lock", "rm "),
        ("hooks", hook, "note", "pre-commit", "refused"),
        ("remote", lambda d: d.git("remote", "remove", "origin"), "note", "nowhere else", "git remote add"),
        ("remote", lambda d: d.git("branch", "--unset-upstream"), "note", "goes to none", "git push -u origin"),
        ("remote", commit_here, "note", "1 changes are only here", "git push"),
        ("fsync", lambda d: d.git("config", "core.fsync", "none"), "bad", "core.fsync is none", "--unset"),
        ("history", shallow, "bad", "shallow", "git fetch --unshallow"),
        ("history", lambda d: d.git("replace", "HEAD", "HEAD~1"), "bad", "replaced or grafted", "git replace"),
        ("history", lost_object, "bad", "git fsck", "fetch"),
        ("calendar", lambda d: setattr(d, "now", "2099-06-01T10:00:00+08:00"), "bad", "2099", "calendar.yaml"),
        ("calendar", lambda d: d.write("calendar.yaml", "a: ["), "bad", "calendar.yaml cannot be read", ""),
        ("git", no_repository, "bad", "not in a git work tree", "git init"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_to_do(
    healthy: Desk, check: str, damage: Damage, state: str, what: str, todo: str
) -> None:
    damage(healthy)
    found = findings(healthy)[check]
    assert any(s == state and what in said and todo in do for s, said, do in found), found
    again = findings(healthy, "--fix")[check]
    assert [row[:2] for row in again] == [row[:2] for row in found]  # nothing of this is touched by itself


def test_without_an_identity_it_says_so(healthy: Desk) -> None:
    nobody = {"GIT_COMMITTER_NAME": "", "GIT_CONFIG_GLOBAL": os.devnull}
    [(state, what, todo)] = findings(healthy, **nobody)["identity"]
    assert (state, what) == ("bad", "git does not know who you are") and "user.email" in todo


def draft(desk: Desk) -> None:
    folder = desk.root / ".git" / "propcli" / f"drafts-{os.getuid()}" / "0a0b0c0d"
    folder.mkdir(parents=True)
    (folder / "T-20261014-001.yaml").write_text("a copy\n")


def journal(desk: Desk) -> None:
    """A change that died before its commit."""
    crash = str(Path(__file__).parent / "bad" / "crash.py")
    note = ("ticket", "note", "001", "--text", "x")
    command = [sys.executable, crash, "kill", "git commit", str(desk.root), *note]
    subprocess.run(command, env={**desk.environment(), "PYTHONPATH": str(ROOT)}, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (draft, "a draft somebody died at"),
        (journal, "a change was interrupted"),
        (lambda d: d.write(BESIDE, "half\n"), "left by a change that was interrupted"),
        (lambda d: (d.root / BESIDE).symlink_to("/etc/passwd"), "a symbolic link"),
        (lambda d: os.mkfifo(d.root / BESIDE), "not a plain file"),
    ],
    ids=["draft", "journal", "file", "link", "pipe"],
)
def test_what_is_safe_to_put_right_is_put_right(healthy: Desk, damage: Damage, what: str) -> None:
    damage(healthy)
    found = findings(healthy)["interrupted"]
    assert [state for state, _what, _todo in found] == ["bad"] * len(found)
    assert any(what in said and "propcli doctor --fix puts it right" in todo for _state, said, todo in found)
    assert all(state == "fixed" for state, _what, _todo in findings(healthy, "--fix")["interrupted"])
    assert "interrupted" not in findings(healthy)
    assert healthy.git("status", "--porcelain") == ""


def test_a_version_that_was_kept_is_named_and_left(healthy: Desk) -> None:
    assert (
        healthy.run("edit", "001", EDITOR="sed -i '$aa: ['", PROPCLI_KEYS=str(healthy.root.parent / "keys")).code == 3
    )
    for options in ((), ("--fix",), ()):
        [(state, what, _todo)] = findings(healthy, *options)["interrupted"]
        assert state == "note" and "T-20261014-001-" in what


def test_a_clock_that_is_wrong_is_told(healthy: Desk) -> None:
    dates = {"GIT_COMMITTER_DATE": "2099-01-01T00:00:00Z", "GIT_AUTHOR_DATE": "2099-01-01T00:00:00Z"}
    subprocess.run(
        ["git", "commit", "--quiet", "--allow-empty", "-m", "x"],
        cwd=healthy.root,
        env={**healthy.environment(), **dates},
        check=True,
    )
    [(state, what, todo)] = findings(healthy, PROPCLI_NOW="")["clock"]
    assert state == "bad" and "the last change was recorded at" in what and todo == "put the clock right"


def test_keys_and_their_backup(healthy: Desk) -> None:
    folder = healthy.root.parent / "keys"
    env = {"PROPCLI_KEYS": str(folder), "PROPCLI_PASSPHRASE": "x"}

    def said() -> str:
        return "\n".join(f"{state}: {what}; {todo}" for state, what, todo in findings(healthy)["keys"])

    assert said() == "good: none is needed; "
    add = ("resident", "add", "--name", "王丽", "--phone", "13800138000", "--identity")
    healthy.ok(*add, "passport=E12345678", **env)
    assert "good: all 1 are here" in said() and "bad: no backup was made from here" in said()
    healthy.ok("keys", "backup", str(healthy.root.parent / "one"), **env)
    assert said() == "good: all 1 are here; "
    healthy.ok("resident", "add", "--name", "李四", "--phone", "13800138009", "--identity", "passport=E999", **env)
    assert "bad: 1 are not in the backup of 2026-10-14" in said()
    healthy.ok("keys", "backup", str(healthy.root.parent / "two"), **env)
    healthy.ok("resident", "forget", "1", "--reason", "x", "--yes", **env)
    assert "bad: 1 of forgotten people are in the backup of 2026-10-14" in said()
    for file in folder.glob("age1*.key"):
        file.unlink()
    assert "bad: missing: R-00002; propcli keys restore" in said()
    assert Keys(folder).backed_up()[0] is not None


def test_to_a_person_it_is_a_table_in_their_language(healthy: Desk) -> None:
    (healthy.root / ".git/index.lock").touch()
    result = healthy.run("doctor")
    assert result.code == 3
    assert result.out.splitlines()[0].split() == ["check", "state", "found", "what", "to", "do"]
    assert "1 things are to be seen to" in result.err
