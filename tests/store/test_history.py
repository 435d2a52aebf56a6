"""What git is asked: how often, and that what is read without asking it is what it would have said."""

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest
from conftest import Desk

from propcli.engine.problem import Refusal
from propcli.kinds.catalog import RENOVATION, RESIDENT, TICKET, Kind
from propcli.records.recording import Recorder
from propcli.store.estate import Estate
from propcli.store.history import History
from propcli.store.transaction import operation

ADD = ("ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--name", "王丽")
NEW = (*ADD, "--summary", "水管漏水")
NOTE = ("ticket", "note", "001", "--text", "已致电")
FIRST = "tickets/2026/10/T-20261014-001.yaml"


class Counting:
    """A git on PATH that writes down what it is asked, before git itself answers."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.log = folder / "asked"
        git = folder / "bin" / "git"
        git.parent.mkdir()
        real = subprocess.run(["/bin/sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout
        git.write_text(f'#!/bin/sh\necho "$1" >> \'{self.log}\'\nexec {real.strip()} "$@"\n')
        git.chmod(0o755)
        self.path = f"{git.parent}:{os.environ['PATH']}"

    def asked(self, *arguments: str, code: int = 0) -> list[str]:
        """The git commands that a command starts."""
        self.log.write_text("")
        result = self.desk.run(*arguments, PATH=self.path)
        assert result.code == code, result.all
        return self.log.read_text().split()


@pytest.fixture
def counting(desk: Desk, tmp_path: Path) -> Counting:
    return Counting(desk, tmp_path)


def test_a_ticket_asks_git_four_things(counting: Counting) -> None:
    """Which numbers were given; two to record."""
    for _ in range(2):
        assert counting.asked(*NEW) == ["log", "add", "commit"]


def test_many_tickets_ask_no_more_than_one(counting: Counting, tmp_path: Path) -> None:
    row = "- {kind: repair, category: water, unit: 3-2-0501, caller: {name: 王丽}, summary: 漏水"
    (tmp_path / "in.yaml").write_text("tickets:\n" + "".join(f"{row}{number}}}\n" for number in range(20)), "utf-8")
    asked = counting.asked("ticket", "add", "--from", str(tmp_path / "in.yaml"))
    assert asked == ["log", "add", "commit"]


def test_a_step_asks_git_two_things(counting: Counting) -> None:
    counting.desk.add()
    counting.desk.add()
    for step in (NOTE, ("ticket", "dispatch", "001", "--to", "zhang.wei"), ("ticket", "merge", "002", "--into", "001")):
        assert counting.asked(*step) == ["ls-tree", "commit"]


def test_a_plan_asks_two_things_for_each_commit(counting: Counting) -> None:
    for _ in range(3):
        counting.desk.add()
    assert counting.asked("dispatch") == []
    assert counting.asked("dispatch", "--apply") == ["ls-tree", "commit"] * 3


def test_a_plan_in_one_commit_asks_two_things(counting: Counting) -> None:
    for _ in range(3):
        counting.desk.add()
    assert counting.asked("dispatch", "--apply", "--one-commit") == ["ls-tree", "commit"]


def test_a_step_that_is_refused_asks_nothing(counting: Counting) -> None:
    counting.desk.add()
    assert counting.asked("ticket", "close", "001", code=2) == []


def test_looking_asks_nothing(counting: Counting) -> None:
    counting.desk.add()
    for reading in (("overdue",), ("due",), ("ticket", "list"), ("show", "001"), ("validate",), ("report", "daily")):
        assert counting.asked(*reading) == []


def test_looking_at_people_in_full_asks_two_things(counting: Counting) -> None:
    counting.desk.add()
    assert counting.asked("ticket", "list", "--reveal") == ["commit"]


def test_after_gc_the_last_commit_is_asked_for_once(counting: Counting) -> None:
    """Git has moved the branches into one file then; the next commit brings this one's own back."""
    counting.desk.add()
    counting.desk.git("gc", "--quiet")
    assert not (counting.desk.root / ".git/refs/heads/main").exists()
    assert counting.asked(*NOTE) == ["rev-parse", "ls-tree", "commit"]
    assert counting.asked(*NOTE) == ["ls-tree", "commit"]


def test_an_import_asks_once_which_numbers_were_given(counting: Counting, tmp_path: Path) -> None:
    """However many days a table is about, and whichever comes first."""
    days = [f"2026-{month:02d}-{day:02d}" for month in (9, 8, 7) for day in range(28, 0, -1)]
    rows = [f"{number},{day} 10:00,water,3-2-0501,漏水,王丽" for number, day in enumerate(days)]
    (tmp_path / "in.csv").write_text("\n".join(["no,reported,category,unit,summary,name", *rows]) + "\n", "utf-8")
    (tmp_path / "map.yaml").write_text(
        "system: old\ntimezone: Asia/Shanghai\ncolumns: {source_id: no, reported: reported, category: category, "
        "unit: unit, summary: summary, caller_name: name}\nconstants: {kind: repair, urgency: normal, channel: phone}\n"
    )
    asked = counting.asked("import", "tickets", str(tmp_path / "in.csv"), "--map", str(tmp_path / "map.yaml"))
    assert asked == ["log", "add", "commit"]


# --- the last commit


def same(desk: Desk) -> str:
    """The last commit, read; git says the same."""
    read = History(desk.root.resolve()).head()
    assert read == desk.git("rev-parse", "--verify", "--quiet", "HEAD", check=False).strip()
    return read


def test_the_last_commit_is_what_git_says(desk: Desk, tmp_path: Path) -> None:
    """On any branch, in a linked work tree, with branches in one file, on no branch, before the first commit."""
    found = {same(desk)}
    desk.add()
    found.add(same(desk))
    desk.git("pack-refs", "--all")
    assert same(desk) in found
    desk.ok(*NOTE)
    found.add(same(desk))
    desk.git("switch", "--quiet", "-c", "夜班/一", "HEAD~1")
    assert same(desk) in found
    desk.git("worktree", "add", "--quiet", "-b", "west", str(tmp_path / "west"), "HEAD~1")
    west = Desk(tmp_path / "west")
    assert same(west) in found - {same(desk)}
    west.ok(*ADD, "--summary", "灯不亮")
    found.add(same(west))
    desk.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    desk.git("symbolic-ref", "HEAD", "refs/heads/alias")
    assert same(desk) in found
    desk.git("checkout", "--quiet", "--detach")
    assert same(desk) in found
    desk.git("symbolic-ref", "HEAD", "refs/heads/fresh")
    assert same(desk) == ""
    assert len(found) == 4


def test_a_place_with_a_line_break_in_its_name_is_found(desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "line\nbreak\n"
    desk.root.rename(place)
    desk = Desk(place)
    desk.ok(*NEW)
    history = History(place.resolve())
    assert (history.top, history.folder) == (place, place / ".git")
    assert desk.git("status", "--porcelain") == ""


def test_a_bare_repository_is_no_place(tmp_path: Path, desk: Desk) -> None:
    desk.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    with pytest.raises(Refusal) as refused:
        History(tmp_path / "bare")
    assert "bare" in str(refused.value.reasons[0])


# --- what git does not know yet


def by_hand(desk: Desk) -> None:
    """A ticket written with an editor, and not committed."""
    desk.add()
    content = (desk.root / FIRST).read_bytes()
    desk.git("rm", "--quiet", "--cached", FIRST)
    desk.git("commit", "--quiet", "-m", "Not that one")
    assert (desk.root / FIRST).read_bytes() == content


def test_a_step_on_a_record_that_was_never_committed(desk: Desk) -> None:
    by_hand(desk)
    desk.write("mine.txt", "mine\n")
    desk.git("add", "mine.txt")
    desk.ok(*NOTE)
    assert desk.git("show", "--name-only", "--format=").split() == [FIRST]
    assert "已致电" in desk.git("show", f"HEAD:{FIRST}")
    assert desk.git("status", "--porcelain") == "A  mine.txt\n"


def test_refused_it_is_as_unknown_to_git_as_before(desk: Desk) -> None:
    by_hand(desk)
    hook = desk.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before, index = desk.snapshot(), (desk.root / ".git" / "index").read_bytes()
    assert desk.run(*NOTE).code == 3
    assert desk.snapshot() == before
    assert (desk.root / ".git" / "index").read_bytes() == index


def test_a_record_taken_out_of_the_index_comes_back_with_its_next_step(desk: Desk) -> None:
    desk.add()
    desk.git("rm", "--quiet", "--cached", FIRST)
    desk.ok(*NOTE)
    assert "已致电" in desk.git("show", f"HEAD:{FIRST}")
    assert desk.git("status", "--porcelain") == ""


# --- numbers


def test_a_number_given_on_a_branch_and_deleted_there_is_not_given_again(desk: Desk) -> None:
    """Merged, such a branch leaves nothing in the files; only the history knows."""
    environment = {"GIT_COMMITTER_DATE": "2026-10-14T10:00:00+08:00"}
    desk.git("switch", "--quiet", "-c", "night")
    desk.ok(*NEW, **environment)
    desk.git("rm", "--quiet", FIRST)
    commit(desk, "commit", "--quiet", "-m", "A slip")
    desk.git("switch", "--quiet", "main")
    desk.write("day.txt", "day\n")
    desk.git("add", "day.txt")
    commit(desk, "commit", "--quiet", "-m", "Day")
    commit(desk, "merge", "--quiet", "--no-edit", "night")
    assert desk.ok(*NEW, **environment).startswith("T-20261014-002")


def commit(desk: Desk, *arguments: str) -> None:
    """A git command of this Wednesday."""
    dated = {**os.environ, "GIT_COMMITTER_DATE": "2026-10-14T10:00:00+08:00"}
    names = {f"GIT_{who}_{what}": "a@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=desk.root, env={**dated, **names}, check=True)


@pytest.mark.parametrize("since", [0, 2], ids=["just now", "two commits ago"])
@pytest.mark.parametrize(
    ("kind", "last", "given"),
    [
        (TICKET, "T-20261014-007", "T-20261014-008"),  # numbered within the day
        (RENOVATION, "N-2026-0007", "N-2026-0008"),  # within the year
        (RESIDENT, "R-00007", "R-00008"),  # once for all
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_number_of_a_deleted_record_is_not_given_again(
    desk: Desk, kind: Kind, last: str, given: str, since: int
) -> None:
    """Whether the last commit deleted it or an earlier one: somebody may still have that number on paper."""
    desk.write(str(kind.path(last)), "x\n")
    desk.git("add", "--all")
    commit(desk, "commit", "--quiet", "-m", "The last one")
    desk.git("rm", "--quiet", str(kind.path(last)))
    commit(desk, "commit", "--quiet", "-m", "Not that one")
    for _ in range(since):
        commit(desk, "commit", "--quiet", "--allow-empty", "-m", "Something else")
    with operation(desk.root) as change:
        recorder = Recorder(Estate(desk.root), change)
        assert recorder.new_id(kind, date(2026, 10, 14)) == given


@pytest.mark.parametrize("staged", [False, True], ids=["removed", "removed and staged"])
def test_a_number_whose_file_was_removed_without_a_commit_is_not_given_again(desk: Desk, staged: bool) -> None:
    desk.add()
    (desk.root / FIRST).unlink()
    if staged:
        desk.git("add", "--all")
    assert desk.ok(*NEW).startswith("T-20261014-002")
