"""What is recorded is what was asked for, and what is said of it is true: hand edits, commits of others, a git that is
killed or broken, a disk that is full."""

import json
import os
from pathlib import Path

import pytest
from conftest import Desk
from process import ADD, run

from propcli.store import journal

NEW = (*ADD, "--summary", "水管漏水")
NOTE = ("ticket", "note", "001", "--text", "已致电")
FIRST = "tickets/2026/10/T-20261014-001.yaml"
OTHER = "git update-ref HEAD $(git commit-tree HEAD^{tree} -p HEAD -m Another)\n"


def hook(desk: Desk, name: str, script: str) -> Path:
    file = desk.root / ".git" / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\n" + script, "utf-8")
    file.chmod(0o755)
    return file


def by_hand(desk: Desk) -> None:
    desk.write(FIRST, (desk.root / FIRST).read_text("utf-8").replace("水管漏水", "厨房水管漏水"))


# --- only what is its own


@pytest.mark.parametrize("staged", [False, True], ids=["in the work tree", "staged"])
def test_a_hand_edit_of_the_same_file_is_a_commit_of_its_own(desk: Desk, staged: bool) -> None:
    desk.add()
    by_hand(desk)
    if staged:
        desk.git("add", FIRST)
    result = desk.run(*NOTE)
    assert result.code == 0
    assert f"{FIRST} had been edited by hand" in result.err
    assert desk.git("log", "-2", "--format=%s").splitlines() == [
        "T-20261014-001 noted: 厨房水管漏水",
        "Edited by hand: T-20261014-001",
    ]
    noted, edited = desk.git("show", "HEAD", "-U0"), desk.git("show", "HEAD~1", "-U0")
    assert "+summary: 厨房水管漏水" in edited and "已致电" not in edited
    assert "已致电" in noted and "+summary" not in noted
    assert "Record: T-20261014-001\nEvent: edited\nBy: -" in desk.git("log", "-1", "--format=%B", "HEAD~1")
    assert desk.git("status", "--porcelain") == ""


def test_a_hand_edit_of_another_file_stays_as_it_is(desk: Desk) -> None:
    desk.add()
    desk.add()
    by_hand(desk)
    desk.ok("ticket", "note", "002", "--text", "已致电")
    assert desk.git("log", "-1", "--format=%s").startswith("T-20261014-002 noted")
    assert desk.git("status", "--porcelain") == f" M {FIRST}\n"


def test_line_ends_that_git_changes_are_no_hand_edit(desk: Desk) -> None:
    desk.add()
    desk.write(FIRST, (desk.root / FIRST).read_bytes().replace(b"\n", b"\r\n"))
    desk.git("config", "core.autocrlf", "true")
    desk.git("add", "-A")
    desk.ok(*NOTE)
    assert "by hand" not in desk.git("log", "-2", "--format=%s")


# --- commits of others


def test_a_commit_that_lands_at_the_same_moment_comes_before_ours(desk: Desk) -> None:
    desk.add()
    hook(desk, "pre-commit", f"[ -e ../once ] && exit 0\ntouch ../once\n{OTHER}")
    desk.ok(*NOTE)
    assert desk.git("log", "-2", "--format=%s").splitlines() == ["T-20261014-001 noted: 水管漏水", "Another"]
    assert desk.git("status", "--porcelain") == ""


def test_a_commit_of_another_is_not_taken_for_ours(desk: Desk) -> None:
    """The branch has moved on and git has failed: that it moved says nothing of who did it."""
    desk.add()
    hook(desk, "pre-commit", f"{OTHER}echo 不行 >&2\nexit 1\n")
    before = (desk.root / FIRST).read_bytes()
    result = desk.run(*NOTE)
    assert result.code == 3
    assert "nothing was recorded" in result.err
    assert desk.git("log", "-1", "--format=%s") == "Another\n"
    assert (desk.root / FIRST).read_bytes() == before
    assert desk.git("status", "--porcelain") == ""


# --- git


def test_a_hook_that_kills_git_leaves_nothing_staged(desk: Desk) -> None:
    desk.add()
    before = desk.snapshot()
    hook(desk, "pre-commit", "kill -9 $PPID\n")
    for command in (NEW, NOTE):
        result = desk.run(*command)
        assert result.code == 3
        assert "git was killed (signal 9)" in result.err and "nothing was recorded" in result.err
        assert desk.snapshot() == before
    assert list((desk.root / ".git").rglob("*.lock")) == []


def test_a_git_that_is_killed_after_the_commit_has_recorded_it(desk: Desk) -> None:
    desk.add()
    hook(desk, "post-commit", "kill -9 $PPID\n")
    desk.ok(*NOTE)
    desk.ok(*NEW)
    assert [line.split()[1] for line in desk.git("log", "-2", "--format=%s").splitlines()] == ["accepted:", "noted:"]
    assert desk.git("status", "--porcelain") == ""
    assert list((desk.root / ".git").rglob("*.lock")) == []


def test_locks_of_others_stay(desk: Desk) -> None:
    """Older than what was interrupted: it is not ours to take away."""
    desk.add()
    lock = desk.root / ".git" / "HEAD.lock"
    lock.touch()
    os.utime(lock, (0, 0))
    assert "HEAD.lock" in desk.refused(*NOTE, code=3)
    assert lock.exists()
    lock.unlink()
    desk.ok(*NOTE)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 1\n", "git"),
        ("kill -9 $$\n", "git"),
        ("printf '\\377\\376'; exit 128\n", "git"),
        (None, "git cannot be"),
    ],
    ids=["fails", "dies", "speaks in tongues", "does not start"],
)
def test_a_broken_git_is_told(desk: Desk, tmp_path: Path, script: str | None, said: str) -> None:
    desk.add()
    before = desk.snapshot()
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_bytes(b"\x7fELF broken" if script is None else b"#!/bin/sh\n" + script.encode())
    git.chmod(0o755)
    for command in (NEW, NOTE, ("ticket", "list", "--reveal"), ("audit",)):
        result = run(desk, *command, PATH=str(git.parent))
        assert result.code == 3, result
        assert said in result.err
        assert "Traceback" not in result.err
    assert desk.snapshot() == before


def test_a_head_that_is_gone_is_told(desk: Desk) -> None:
    desk.add()
    (desk.root / ".git" / "HEAD").rename(desk.root / ".git" / "HEAD.gone")
    (desk.root / ".git" / "HEAD").symlink_to("nowhere")
    result = desk.run(*NOTE)
    assert result.code == 3 and "Traceback" not in result.all


def test_during_a_rebase_the_way_out_is_that_of_a_rebase(desk: Desk) -> None:
    desk.add()
    (desk.root / ".git" / "rebase-merge").mkdir()
    desk.git("checkout", "--quiet", "--detach")
    said = desk.refused(*NOTE, code=3)
    assert "rebase --continue" in said and "git switch" not in said


# --- what died


def test_the_key_is_destroyed_by_whoever_finishes_a_forgetting(desk: Desk) -> None:
    keys = desk.root.parent / ".local" / "share" / "propcli" / "keys"
    desk.ok("resident", "add", "--name", "欧阳文", "--phone", "13700001111", "--id-card", "11010519491231002X")
    desk.add()
    assert len(list(keys.iterdir())) == 1
    gone = hook(desk, "pre-commit", "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)\nexit 1\n")
    assert run(desk, "resident", "forget", "00001", "--reason", "本人要求", "--yes").code == -9
    gone.unlink()
    result = desk.run(*NOTE)
    assert result.code == 0
    assert "finished what an interrupted command had begun: R-00001 forgotten" in result.err
    assert list(keys.iterdir()) == []


def test_a_missing_old_blob_does_not_hide_that_somebody_is_forgotten(desk: Desk) -> None:
    desk.ok("resident", "add", "--name", "欧阳文", "--phone", "13700001111", "--id-card", "11010519491231002X")
    desk.ok("resident", "change", "00001", "--phone", "13700002222")
    blob = desk.git("rev-parse", "HEAD~1:residents/R-00001.yaml").strip()
    (desk.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    result = desk.run("resident", "forget", "00001", "--reason", "本人要求", "--yes")
    assert result.code == 0, result.all
    assert "nothing was recorded" not in result.all
    assert "forgotten" in desk.git("show", "HEAD:residents/R-00001.yaml")


def test_the_same_command_after_a_crash_is_not_done_twice(desk: Desk) -> None:
    """Killed after the commit, before it could say so; typed again it says so, and only the third time is another."""
    desk.add()
    killing = hook(desk, "post-commit", "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)\n")
    assert run(desk, *NOTE).code == -9
    killing.unlink()
    said = run(desk, "--lang", "en", *NOTE, PROPCLI_NOW="2026-10-14T10:02:00+08:00")
    assert said.code == 0
    assert "is on record: T-20261014-001 noted" in said.err
    notes = [event for event in json.loads(desk.ok("show", "001", "--format", "json"))["events"] if "text" in event]
    assert len(notes) == 1
    assert run(desk, *NOTE).code == 0
    notes = [event for event in json.loads(desk.ok("show", "001", "--format", "json"))["events"] if "text" in event]
    assert len(notes) == 2


def test_another_command_after_a_crash_is_another(desk: Desk) -> None:
    desk.add()
    killing = hook(desk, "post-commit", "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)\n")
    assert run(desk, *NOTE).code == -9
    killing.unlink()
    said = run(desk, "ticket", "note", "001", "--text", "又致电")
    assert said.code == 0
    assert "T-20261014-001 noted" in said.err
    assert desk.git("log", "--format=%s").count("noted") == 2


# --- room


def test_a_record_that_is_full_says_what_to_do(desk: Desk) -> None:
    desk.add()
    file = desk.root / FIRST
    desk.write(FIRST, file.read_bytes() + b"# " + b"x" * (1024 * 1024 - file.stat().st_size - 10) + b"\n")
    desk.git("commit", "--quiet", "-am", "Full")
    said = desk.refused(*NOTE, code=3)
    assert "T-20261014-001 is full" in said and "propcli edit T-20261014-001" in said


def test_a_hand_edit_that_a_hook_rewrites_and_refuses_is_as_it_was(desk: Desk) -> None:
    desk.add()
    by_hand(desk)
    hook(desk, "pre-commit", f"echo '# checked' >> {FIRST}\nexit 1\n")
    before = desk.snapshot()
    assert desk.run(*NOTE).code == 3
    assert desk.snapshot() == before


def test_what_an_editor_writes_at_the_very_moment_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    edited = (desk.root / FIRST).read_bytes() + b"# by hand\n"
    turned = journal.Journal.turn

    def turn(self: journal.Journal, before: str, after: str) -> None:
        turned(self, before, after)
        if after == "journal":
            desk.write(FIRST, edited)

    with monkeypatch.context() as editing:
        editing.setattr(journal.Journal, "turn", turn)
        result = desk.run(*NOTE)
    assert result.code == 3 and "changed by somebody else just now" in result.err
    assert (desk.root / FIRST).read_bytes() == edited
    assert desk.git("status", "--porcelain") == f" M {FIRST}\n"
    desk.ok(*NOTE)


def test_a_plan_is_made_from_what_is_on_record_after_a_crash(desk: Desk) -> None:
    """Nobody is sent twice: what was interrupted is finished before the plan is made again. So with a single step."""
    for command in (("dispatch", "--apply"), ("ticket", "dispatch", "002", "--to", "zhang.wei")):
        desk.add()
        killing = hook(desk, "pre-commit", "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)\nkill -9 $PPID\n")
        assert run(desk, *command).code == -9
        killing.unlink()
        assert run(desk, *command).code == 0
    for ticket in ("001", "002"):
        events = json.loads(desk.ok("show", ticket, "--format", "json"))["events"]
        assert [event["event"] for event in events] == ["accepted", "dispatched"]
