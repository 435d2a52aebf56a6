"""A machine whose clock is wrong: it is asked about before anything is written by it, and what was written so before is
told and can be put right."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect
import pytest
from conftest import Desk
from process import SECONDS, command, environment

from propcli.records.clock import doubt
from propcli.store.repository import last_commit_at

FIRST = "tickets/2026/10/T-20261014-001.yaml"
NOTE = ("ticket", "note", "001", "--text", "x")
REAL = {"PROPCLI_NOW": ""}  # the machine's own clock
LAST = datetime(2026, 10, 14, 10, 0, tzinfo=UTC)


def committed(desk: Desk, when: str) -> None:
    dates = {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    subprocess.run(
        ["git", "commit", "--quiet", "--allow-empty", "-m", "x"],
        cwd=desk.root,
        env={**desk.environment(), **dates},
        check=True,
    )


@pytest.mark.parametrize(
    ("now", "doubted"),
    [
        (LAST, False),
        (LAST - timedelta(minutes=10), False),
        (LAST - timedelta(minutes=10, seconds=1), True),
        (LAST + timedelta(days=14), False),
        (LAST + timedelta(days=14, seconds=1), True),
        (datetime(1970, 1, 1, tzinfo=UTC), True),
        (datetime(2099, 1, 1, tzinfo=UTC), True),
    ],
)
def test_a_clock_is_doubted_that_is_behind_or_two_weeks_ahead(now: datetime, doubted: bool) -> None:
    assert (doubt(now, LAST) is not None) == doubted
    assert doubt(now, None) is None


def test_the_time_of_the_last_commit_is_what_git_says(desk: Desk, tmp_path: Path) -> None:
    """Where it is a file of its own, where it is packed, in a linked work tree, before the first commit."""
    when = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    committed(desk, "2026-03-04T13:06:07+08:00")
    assert last_commit_at(desk.root) == when
    desk.git("worktree", "add", "--quiet", "-b", "west", str(tmp_path / "west"))
    assert last_commit_at(tmp_path / "west") == when
    desk.git("gc", "--quiet")
    assert last_commit_at(desk.root) == when
    desk.git("checkout", "--quiet", "--detach")
    assert last_commit_at(desk.root) == when
    desk.git("symbolic-ref", "HEAD", "refs/heads/fresh")
    assert last_commit_at(desk.root) is None


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2099-01-01T00:00:00Z", "the last change was recorded at"),
        ("2001-01-01T00:00:00Z", "nothing was recorded here since"),
    ],
)
@pytest.mark.parametrize(
    "arguments",
    [NOTE, ("ticket", "list", "--reveal"), ("edit", "001"), ("staff", "note", "zhang.wei", "--text", "x")],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_where_nobody_can_be_asked_it_is_refused(desk: Desk, when: str, said: str, arguments: tuple[str, ...]) -> None:
    desk.add()
    committed(desk, when)
    before = desk.snapshot()
    result = desk.run(*arguments, EDITOR="false", **REAL)
    assert result.code == 3, result.all
    assert said in result.err and "PROPCLI_CLOCK=right" in result.err
    assert desk.snapshot() == before
    assert desk.run("ticket", "list", **REAL).code == 0  # looking is not writing


def test_it_is_taken_at_somebodys_word(desk: Desk) -> None:
    desk.add()
    committed(desk, "2001-01-01T00:00:00Z")
    old = desk.git("rev-parse", "HEAD")
    desk.ok("staff", "note", "zhang.wei", "--text", "x", PROPCLI_CLOCK="right", **REAL)
    assert desk.git("rev-parse", "HEAD~1") == old
    desk.ok("staff", "note", "zhang.wei", "--text", "y", **REAL)  # the last commit is of now: nothing to ask about


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 130)])
def test_at_a_terminal_it_is_asked_about(desk: Desk, answer: str, code: int) -> None:
    committed(desk, "2001-01-01T00:00:00Z")
    before = desk.git("rev-parse", "HEAD")
    program, *arguments = (str(part) for part in command("staff", "note", "zhang.wei", "--text", "x"))
    env = {**environment(desk, PROPCLI_NOW=None), "TERM": "dumb"}
    child = pexpect.spawn(program, arguments, cwd=str(desk.root), env=env, encoding="utf-8", timeout=SECONDS)
    child.expect("nothing was recorded here since")
    child.expect("Is this machine's clock right")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert (desk.git("rev-parse", "HEAD") == before) == bool(code)


def test_what_is_dated_ahead_is_told_and_can_be_amended(desk: Desk) -> None:
    """A note that a machine a month ahead wrote: everything after it was refused without a word about why."""
    desk.add()
    desk.ok(*NOTE, at="2026-11-14T10:00:00+08:00")
    desk.now = "2026-10-14T10:05:00+08:00"
    told = desk.run("validate")
    assert told.code == 3
    assert f"{FIRST}:" in told.out and "has not come yet (if it is wrong, propcli edit T-20261014-001" in told.out
    said = desk.refused(*NOTE, code=3)
    assert "T-20261014-001: an event of it is dated" in said and "propcli edit T-20261014-001" in said
    desk.ok("edit", "001", EDITOR="sed -i s/2026-11-14/2026-10-14/")
    desk.ok(*NOTE)
    desk.ok("validate")


def test_a_ticket_of_2099_is_told_and_its_commit_can_be_taken_back(desk: Desk) -> None:
    desk.add(at="2099-01-01T10:00:00+08:00")
    desk.now = "2026-10-14T10:05:00+08:00"
    assert "T-20990101-001.yaml" in desk.run("validate").out
    desk.git("revert", "--no-edit", "HEAD")
    desk.ok("validate")
    desk.ok("ticket", "list")


@pytest.mark.parametrize(("ahead", "code"), [("10:10:00", 0), ("10:10:01", 3)])
def test_what_two_machines_differ_by_is_no_problem(desk: Desk, ahead: str, code: int) -> None:
    desk.add(at=f"2026-10-14T{ahead}+08:00")
    desk.now = "2026-10-14T10:00:00+08:00"
    assert desk.run("validate").code == code
    assert (desk.root / FIRST).exists()


def test_a_clock_that_is_behind_says_nothing_of_records(desk: Desk) -> None:
    """The records of 2099 are no problem to a machine that is behind them; its clock is doctor's to tell."""
    desk.add(at="2099-01-01T10:00:00+08:00")
    committed(desk, "2099-01-01T02:00:00Z")
    assert desk.run("validate", **REAL).code == 0
    committed(desk, datetime.now(UTC).replace(microsecond=0).isoformat())
    assert desk.run("validate", **REAL).code == 3
