"""A number once given out is not given again, whatever became of the record: deleted, on another branch, undone with
the commit that made it, dated in the year 1970. And where the history does not say, nothing is given."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from conftest import Desk

from propcli.kinds.catalog import RENOVATION, RESIDENT, TICKET, Kind
from propcli.records.recording import Recorder
from propcli.store.estate import Estate
from propcli.store.transaction import operation

NEW = (
    "ticket",
    "add",
    "--kind",
    "repair",
    "--category",
    "water",
    "--unit",
    "3-2-0501",
    "--name",
    "王丽",
    "--summary",
    "x",
)
FIRST = "tickets/2026/10/T-20261014-001.yaml"
STRANGE = {"1970": "1970-01-02T00:00:00Z", "2099": "2099-01-01T00:00:00Z"}


def next_id(desk: Desk, kind: Kind = TICKET) -> str:
    with operation(desk.root) as change:
        return Recorder(Estate(desk.root), change).new_id(kind, date(2026, 10, 14))


def deleted(desk: Desk, path: str = FIRST) -> None:
    desk.git("rm", "--quiet", path)
    desk.git("commit", "--quiet", "-m", "A slip")


def dated(desk: Desk, when: str, *arguments: str) -> None:
    """A git command that makes commits of another time."""
    dates = {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    subprocess.run(["git", *arguments], cwd=desk.root, env={**desk.environment(), **dates}, check=True)


def forgotten(desk: Desk) -> None:
    """Leave only what the branches say: no memory of this repository, no reflog."""
    (desk.root / ".git" / "propcli" / "numbers.json").unlink(missing_ok=True)
    shutil.rmtree(desk.root / ".git" / "logs", ignore_errors=True)


@pytest.mark.parametrize("year", STRANGE)
def test_whatever_the_dates_of_commits_say(desk: Desk, year: str) -> None:
    desk.write(FIRST, "x\n")
    desk.git("add", FIRST)
    dated(desk, STRANGE[year], "commit", "--quiet", "-m", "The first")
    desk.git("rm", "--quiet", FIRST)
    dated(desk, STRANGE[year], "commit", "--quiet", "-m", "A slip")
    desk.git("commit", "--quiet", "--allow-empty", "-m", "Today")
    assert next_id(desk) == "T-20261014-002"


def test_a_number_of_another_branch(desk: Desk) -> None:
    desk.git("switch", "--quiet", "-c", "night")
    desk.add()
    desk.git("switch", "--quiet", "main")
    forgotten(desk)
    assert not (desk.root / FIRST).exists()
    assert next_id(desk) == "T-20261014-002"


def test_a_number_of_a_branch_that_was_only_fetched(desk: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path / "other")
    desk.git("clone", "--quiet", ".", str(other.root))
    other.add()
    desk.git("remote", "add", "other", str(other.root))
    assert next_id(desk) == "T-20261014-001"
    desk.git("fetch", "--quiet", "other")
    assert next_id(desk) == "T-20261014-002"


@pytest.mark.parametrize("logged", [True, False], ids=["reflog", "no reflog"])
def test_a_number_whose_commit_was_undone(desk: Desk, logged: bool) -> None:
    desk.add()
    desk.git("reset", "--quiet", "--hard", "HEAD~1")
    if not logged:
        shutil.rmtree(desk.root / ".git" / "logs")
    assert next_id(desk) == "T-20261014-002"


def test_a_number_given_and_deleted_in_a_merge_itself(desk: Desk) -> None:
    desk.git("switch", "--quiet", "-c", "night")
    desk.write("a.txt", "a\n")
    desk.git("add", "a.txt")
    desk.git("commit", "--quiet", "-m", "a")
    desk.git("switch", "--quiet", "main")
    desk.git("commit", "--quiet", "--allow-empty", "-m", "b")
    desk.git("merge", "--quiet", "--no-commit", "--no-ff", "night")
    desk.write(FIRST, "x\n")
    desk.git("add", FIRST)
    desk.git("commit", "--quiet", "-m", "An evil merge")
    deleted(desk)
    assert next_id(desk) == "T-20261014-002"


@pytest.mark.parametrize(
    ("kind", "last", "given"),
    [
        (RENOVATION, "N-2026-0007", "N-2026-0008"),
        (RESIDENT, "R-00007", "R-00008"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_of_every_kind_and_only_of_this_estate(desk: Desk, kind: Kind, last: str, given: str) -> None:
    path = str(kind.path(last))
    desk.write(path, "x\n")
    desk.write(f"east/{kind.path(last[:-1] + '9')}", "x\n")
    desk.git("add", "--all")
    desk.git("commit", "--quiet", "-m", "The last one")
    deleted(desk, path)
    assert next_id(desk, kind) == given


def test_what_is_remembered_is_only_read_on_from(desk: Desk) -> None:
    desk.add()
    deleted(desk)
    assert next_id(desk) == "T-20261014-002"
    memory = desk.root / ".git" / "propcli" / "numbers.json"
    for spoilt in ('{"format": 1}', "[", "", memory.read_text().replace('"seen": ["', '"seen": ["0')):
        memory.write_text(spoilt)
        assert next_id(desk) == "T-20261014-002"


def test_a_shallow_clone_gives_no_numbers_and_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    desk.add()
    deleted(desk)
    desk.git("commit", "--quiet", "--allow-empty", "-m", "Something else")
    clone = Desk(tmp_path / "clone")
    desk.git("clone", "--quiet", "--depth", "1", f"file://{desk.root}", str(clone.root))
    said = clone.refused(*NEW, code=3)
    assert "shallow" in said and "git fetch --unshallow" in said
    clone.git("fetch", "--quiet", "--unshallow")
    assert clone.ok(*NEW).startswith("T-20261014-002")
