"""What can be wrong with the git repository: a change is refused and everything stays as it was."""

import shutil
from pathlib import Path, PurePosixPath

import pytest
from conftest import Desk
from process import ADD, run

from propcli.store.history import History

NEW = (*ADD, "--summary", "水管漏水")
SECOND = "tickets/2026/10/T-20261014-002.yaml"


def hook(desk: Desk, name: str, script: str) -> None:
    """Install a git hook."""
    file = desk.root / ".git" / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\n" + script, "utf-8")
    file.chmod(0o755)


def own_work(desk: Desk) -> None:
    """Changes of the user's own, elsewhere: staged, unstaged, both in one file, new, deleted, renamed."""
    for name in ("both.txt", "unstaged.txt", "deleted.txt", "renamed.txt"):
        desk.write(name, f"{name}\n" * 5)
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "The user's own files")
    desk.write("staged.txt", "staged\n")
    desk.write("both.txt", "staged part\n")
    desk.git("add", "staged.txt", "both.txt")
    desk.write("both.txt", "staged part\nunstaged part\n")
    desk.write("unstaged.txt", "unstaged\n")
    desk.git("rm", "--quiet", "deleted.txt")
    desk.git("mv", "renamed.txt", "moved.txt")
    desk.write("new.txt", "new\n")
    desk.write("intended.txt", "later\n")
    desk.git("add", "--intent-to-add", "intended.txt")


def index(desk: Desk) -> str:
    """Every entry of the index: mode, content, stage, path."""
    return desk.git("ls-files", "--stage")


def test_outside_a_work_tree_nothing_is_recorded_but_everything_can_be_read(desk: Desk) -> None:
    desk.add()
    shutil.rmtree(desk.root / ".git")
    assert "not in a git work tree" in desk.refused(*NEW, code=3)
    assert "git init" in desk.refused("ticket", "note", "001", "--text", "x", code=3)
    for reading in (("overdue",), ("ticket", "list"), ("show", "001"), ("validate",), ("report", "daily")):
        assert desk.run(*reading).code == 0


def test_without_an_identity_the_way_to_give_one_is_named(desk: Desk, tmp_path: Path) -> None:
    desk.git("config", "user.useConfigOnly", "true")
    home = tmp_path / "home"
    home.mkdir()
    before = desk.snapshot()
    nobody = dict.fromkeys(
        ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_CONFIG_GLOBAL")
    )
    done = run(desk, *NEW, **{**nobody, "HOME": str(home)})
    assert done.code == 3
    assert "git config --global user.name" in done.err and "user.email" in done.err
    assert desk.snapshot() == before


def test_only_the_author_is_unknown(desk: Desk, tmp_path: Path) -> None:
    desk.git("config", "user.useConfigOnly", "true")
    before = desk.snapshot()
    done = run(desk, *NEW, GIT_AUTHOR_NAME=None, GIT_AUTHOR_EMAIL=None)
    assert done.code == 3
    assert "user.email" in done.err
    assert desk.snapshot() == before


def test_on_a_detached_head_nothing_is_recorded(desk: Desk) -> None:
    desk.git("checkout", "--quiet", "--detach")
    said = desk.refused(*NEW, code=3)
    assert "detached HEAD" in said and "git switch" in said


@pytest.mark.parametrize("action", ["merge", "rebase", "cherry-pick", "revert"])
def test_while_git_is_in_the_middle_of_something_nothing_is_recorded(desk: Desk, action: str) -> None:
    ticket = "tickets/2026/10/T-20261014-001.yaml"
    desk.add()
    desk.git("switch", "--quiet", "-c", "night")
    text = (desk.root / ticket).read_text("utf-8")
    desk.write(ticket, text.replace("水管漏水", "夜班改"))
    desk.git("commit", "--quiet", "-am", "Night")
    desk.git("switch", "--quiet", "main")
    desk.write(ticket, text.replace("水管漏水", "日班改"))
    desk.git("commit", "--quiet", "-am", "Day")
    desk.write(ticket, text.replace("水管漏水", "又改"))
    desk.git("commit", "--quiet", "-am", "Day again")
    desk.git(action, *(["HEAD~1", "--no-edit"] if action == "revert" else ["night"]), check=False)
    assert "<<<<<<<" in (desk.root / ticket).read_text("utf-8")
    said = desk.refused(*NEW, code=3)
    assert action in said or "on no branch" in said
    # readers say that the ticket is unreadable
    listed = desk.run("ticket", "list")
    assert listed.code == 3
    assert "merge conflict" in listed.err


def test_a_failing_hook_leaves_everything_as_it_was(desk: Desk) -> None:
    desk.add()
    own_work(desk)
    hook(desk, "pre-commit", "echo 办公室规定不许提交 >&2\nexit 1\n")
    before, staged = desk.snapshot(), index(desk)
    for arguments in (NEW, ("ticket", "note", "001", "--text", "已致电"), ("dispatch", "--apply")):
        result = desk.run(*arguments)
        assert result.code == 3, result.all
        assert "办公室规定不许提交" in result.err
        assert "nothing was recorded" in result.err
        assert desk.snapshot() == before
        assert index(desk) == staged
    (desk.root / ".git" / "hooks" / "pre-commit").unlink()
    assert desk.ok(*NEW).startswith("T-20261014-002")
    assert desk.snapshot()[1] == before[1]
    assert desk.git("show", "--name-only", "--format=").split() == [SECOND]


def test_a_hook_that_rewrites_the_record_and_fails_is_undone_too(desk: Desk) -> None:
    desk.add()
    hook(desk, "pre-commit", "for f in tickets/2026/10/*.yaml; do echo '# checked' >> $f; git add $f; done\nexit 1\n")
    before, staged = desk.snapshot(), index(desk)
    assert desk.run("ticket", "note", "001", "--text", "已致电").code == 3
    assert desk.snapshot() == before
    assert index(desk) == staged


def test_a_failing_hook_keeps_what_the_user_had_staged_in_the_same_record(desk: Desk) -> None:
    ticket = "tickets/2026/10/T-20261014-001.yaml"
    desk.add()
    desk.write(ticket, (desk.root / ticket).read_text("utf-8").replace("水管漏水", "厨房水管漏水"))
    desk.git("add", ticket)
    hook(desk, "pre-commit", "exit 1\n")
    before, staged = desk.snapshot(), index(desk)
    assert desk.run("ticket", "note", "001", "--text", "已致电").code == 3
    assert desk.snapshot() == before
    assert index(desk) == staged


def test_what_a_hook_says_in_another_encoding_does_not_break_the_message(desk: Desk) -> None:
    hook(desk, "pre-commit", "printf '\\262\\273\\320\\320\\n' >&2\nexit 1\n")
    before = desk.snapshot()
    result = desk.run(*NEW)
    assert result.code == 3
    assert "git refused the change" in result.err
    assert desk.snapshot() == before


def test_unmerged_files_of_the_user_elsewhere(desk: Desk) -> None:
    """As `git stash pop` leaves them: git commits nothing then, and propcli changes nothing."""
    desk.write("mine.txt", "one\n")
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Mine")
    desk.write("mine.txt", "two\n")
    desk.git("stash", "--quiet")
    desk.write("mine.txt", "three\n")
    desk.git("commit", "--quiet", "-am", "Mine again")
    desk.git("stash", "pop", "--quiet", check=False)
    assert desk.git("status", "--porcelain").startswith("UU")
    before, staged = desk.snapshot(), index(desk)
    result = desk.run(*NEW)
    if result.code == 0:
        assert "T-20261014-001" in desk.git("log", "-1", "--format=%s")
    else:
        assert result.code == 3
        assert desk.snapshot() == before
        assert index(desk) == staged


def test_a_record_keeps_its_mode(desk: Desk) -> None:
    """Personal data that only the office may read stays so."""
    desk.add()
    file = desk.root / "tickets/2026/10/T-20261014-001.yaml"
    file.chmod(0o600)
    desk.ok("ticket", "note", "001", "--text", "x")
    assert file.stat().st_mode & 0o777 == 0o600
    hook(desk, "pre-commit", "exit 1\n")
    assert desk.run("ticket", "note", "001", "--text", "y").code == 3
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_cannot_sign_is_a_refusal(desk: Desk) -> None:
    desk.git("config", "commit.gpgsign", "true")
    desk.git("config", "gpg.program", "/nonexistent/gpg")
    assert "git refused the change" in desk.refused(*NEW, code=3)


def test_while_another_git_command_runs_nothing_is_recorded(desk: Desk) -> None:
    own_work(desk)
    lock = desk.root / ".git" / "index.lock"
    lock.touch()
    said = desk.refused(*NEW, code=3)
    assert "index.lock" in said and "another git command is running" in said
    lock.unlink()
    desk.ok(*NEW)


def test_a_record_that_git_ignores_is_not_recorded(desk: Desk) -> None:
    desk.write(".gitignore", "tickets/\n")
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Ignore the tickets")
    said = desk.refused(*NEW, code=3)
    assert ".gitignore" in said


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_record_that_git_was_told_not_to_watch_is_committed_or_refused(desk: Desk, flag: str) -> None:
    desk.add()
    desk.git("update-index", flag, "tickets/2026/10/T-20261014-001.yaml")
    before = desk.snapshot()
    result = desk.run("ticket", "note", "001", "--text", "已致电")
    if result.code == 0:
        assert "已致电" in desk.git("show", "HEAD:tickets/2026/10/T-20261014-001.yaml")
    else:
        assert result.code == 3
        assert desk.snapshot() == before


def test_without_git_nothing_is_recorded_but_everything_can_be_read(desk: Desk) -> None:
    desk.add()
    before = desk.snapshot()
    done = run(desk, *NEW, PATH="/nonexistent")
    assert done.code == 3
    assert "git is not installed" in done.err
    assert run(desk, "overdue", PATH="/nonexistent").code == 0
    assert desk.snapshot() == before


def test_without_git_an_estate_is_not_begun(tmp_path: Path, desk: Desk) -> None:
    done = run(desk, "init", "new", cwd=tmp_path, PATH="/nonexistent")
    assert done.code == 3
    assert "git is not installed" in done.err
    assert not (tmp_path / "new" / "propcli.yaml").exists()


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"])
def test_variables_that_point_git_elsewhere_do_not_lead_the_commit_astray(
    desk: Desk, tmp_path: Path, variable: str
) -> None:
    """As where propcli is called from a hook of another repository, which sets them."""
    other = Desk(tmp_path / "other")
    shutil.copytree(desk.root, other.root)
    value = {
        "GIT_DIR": other.root / ".git",
        "GIT_INDEX_FILE": other.root / ".git" / "index",
        "GIT_WORK_TREE": other.root,
        "GIT_OBJECT_DIRECTORY": other.root / ".git" / "objects",
    }[variable]
    before, others = desk.snapshot(), other.snapshot()
    done = run(desk, *NEW, **{variable: str(value)})
    assert other.snapshot() == others
    if done.code == 0:
        assert desk.git("status", "--porcelain") == ""
        assert "T-20261014-001" in desk.git("log", "-1", "--format=%s")
        desk.git("fsck", "--strict")
    else:
        assert done.code == 3
        assert desk.snapshot() == before


def test_an_estate_in_a_larger_repository_sweeps_nothing_in(template: Path, tmp_path: Path) -> None:
    top = tmp_path / "repository"
    shutil.copytree(template, top / "物业 资料" / "estate [1]*", ignore=shutil.ignore_patterns(".git"))
    outer = Desk(top)
    outer.git("init", "--quiet", "-b", "main")
    outer.git("add", "-A")
    outer.git("commit", "--quiet", "-m", "Everything")
    own_work(outer)
    estate = Desk(top / "物业 资料" / "estate [1]*")
    before, staged = outer.snapshot(), index(outer)
    assert estate.ok(*NEW).startswith("T-20261014-001")
    after = outer.snapshot()
    new = "物业 资料/estate [1]*/tickets/2026/10/T-20261014-001.yaml"
    assert outer.git("-c", "core.quotepath=off", "show", "--name-only", "--format=").strip() == new
    assert after[1] == before[1]
    assert {name: raw for name, raw in after[2].items() if name != new} == before[2]
    assert [line for line in index(outer).splitlines() if "T-20261014-001" not in line] == staged.splitlines()
    # and the same when it is refused
    hook(outer, "pre-commit", "exit 1\n")
    assert estate.run("ticket", "note", "001", "--text", "x").code == 3
    assert outer.snapshot() == after


def test_a_linked_work_tree_is_a_place_like_any_other(desk: Desk, tmp_path: Path) -> None:
    desk.git("worktree", "add", "--quiet", "-b", "night", str(tmp_path / "night"))
    night = Desk(tmp_path / "night")
    assert night.ok(*NEW).startswith("T-20261014-001")
    assert night.git("status", "--porcelain") == ""
    assert "T-20261014-001" in night.git("log", "-1", "--format=%s", "night")
    assert desk.git("status", "--porcelain") == ""


def test_a_branch_without_commits_takes_the_first_ticket(template: Path, tmp_path: Path) -> None:
    root = tmp_path / "fresh"
    shutil.copytree(template, root, ignore=shutil.ignore_patterns(".git"))
    fresh = Desk(root)
    fresh.git("init", "--quiet", "-b", "main")
    hook(fresh, "pre-commit", "exit 1\n")
    before = fresh.snapshot()
    assert fresh.run(*NEW).code == 3
    assert fresh.snapshot() == before
    (root / ".git" / "hooks" / "pre-commit").unlink()
    assert fresh.ok(*NEW).startswith("T-20261014-001")
    assert fresh.git("show", "--name-only", "--format=").split() == ["tickets/2026/10/T-20261014-001.yaml"]


def test_more_files_than_a_command_line_can_name(desk: Desk) -> None:
    """An import of tens of thousands of tickets is one commit; asking git about them is no longer one command line."""
    paths = [PurePosixPath(f"tickets/2026/10/T-20261014-{number:05d}.yaml") for number in range(60_000)]
    assert History(desk.root).differing(dict.fromkeys(paths, b"")) == paths
