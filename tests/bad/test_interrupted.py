"""A command that is killed or interrupted at any moment: the next one finishes or undoes what it left, wholly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from conftest import IDENTITY, Desk
from process import ADD, Done, begin, end, environment, run

from propcli.store.transaction import operation

CRASH = Path(__file__).parent / "crash.py"
FIRST, SECOND, THIRD = (f"tickets/2026/10/T-20261014-00{number}.yaml" for number in (1, 2, 3))
MERGE = ("ticket", "merge", "002", "--into", "001")
NEW = (*ADD, "--summary", "灯不亮")
BESIDE = "tickets/2026/10/.T-20261014-001.yaml."  # and the mark of the change
Files = dict[str, bytes]


@pytest.fixture
def two(desk: Desk) -> Desk:
    desk.add("--summary", "水管漏水")
    desk.add("--summary", "还是漏水")
    return desk


def crash(desk: Desk, moment: str, how: str, *arguments: str) -> Done:
    """Run a command that dies at a moment (see crash.py), if it comes to that; or one for every moment."""
    done = subprocess.run(
        [sys.executable, str(CRASH), how, moment, str(desk.root), *arguments],
        cwd=desk.root,
        env=environment(desk),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=300,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def copy(desk: Desk, name: str) -> Desk:
    root = desk.root.parent / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(desk.root, root, symlinks=True)
    return Desk(root)


def records(desk: Desk) -> Files:
    """The ticket files, whatever they are called."""
    return {str(p.relative_to(desk.root)): p.read_bytes() for p in (desk.root / "tickets").rglob("*") if p.is_file()}


def subjects(desk: Desk) -> list[str]:
    return desk.git("log", "--format=%s").splitlines()


def check_whole(desk: Desk, old: Files, new: Files, commits: list[str], moment: str) -> None:
    """After a crash and one more command: all of the old or all of the new, and nothing lying about.

    The command is one that is refused for what it is, after it has finished or undone what was left."""
    assert desk.run("ticket", "confirm", "001").code == 2, moment
    left = records(desk)
    assert left in (old, new), (moment, sorted(left))
    assert desk.git("status", "--porcelain", "--ignored") == "", moment
    assert desk.run("validate").code == 0, moment
    finished = subjects(desk)[: -len(commits)]
    assert len(finished) == (0 if left == old else 1), (moment, finished)
    assert not (desk.root / ".git" / "propcli" / "journal.json").exists(), moment


def every_moment(desk: Desk, how: str, arguments: tuple[str, ...], code: int, refused: bool = False) -> list[str]:
    """Let a command die before each of the changes it makes in turn, each time in a fresh copy; the moments.

    `refused`: a hook refuses the command's commit, so that it dies before or while it puts everything back."""
    old, commits = records(desk), subjects(desk)
    whole = copy(desk, "whole")
    whole.ok(*arguments)
    new = records(whole)
    assert new != old
    if refused:
        hook(desk, "pre-commit", "exit 1\n")
    moments: list[str] = []
    codes = crash(desk, "every", how, *arguments).out.split()
    for number, found in enumerate(codes, 1):
        victim = Desk(desk.root.with_name(f"{desk.root.name}-{number}"))
        said = victim.root.with_name(f"{victim.root.name}.said").read_text("utf-8")
        moment = f"{number}: {said}"
        assert "Traceback" not in said, moment
        if number == len(codes):
            assert records(victim) == (old if refused else new), moment
            return moments
        assert int(found) == code, moment
        moments.append(moment)
        (victim.root / ".git" / "hooks" / "pre-commit").unlink(missing_ok=True)
        if how == "kill":
            check_whole(victim, old, new, commits, moment)
            continue
        # the person at the desk is told that nothing was recorded: it must not be done later all the same
        head = subjects(victim)
        assert victim.git("status", "--porcelain") == "", moment
        check_whole(victim, old, new, commits, moment)
        assert subjects(victim) == head, moment
    raise AssertionError(codes)


def hook(desk: Desk, name: str, script: str) -> None:
    folder = desk.root / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n" + script, "utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.slow
def test_killed_at_any_moment_of_a_change_of_two_records(two: Desk) -> None:
    moments = every_moment(two, "kill", MERGE, -9)
    said = "\n".join(moments)
    for stage in ("prepare.json", "os.link tickets", f"os.rename {BESIDE}", "git commit", "answer.json"):
        assert stage in said


@pytest.mark.slow
def test_killed_at_any_moment_of_a_new_record(two: Desk) -> None:
    said = "\n".join(every_moment(two, "kill", (*ADD, "--summary", "灯不亮了"), -9))
    assert "git add" in said and "git commit" in said


@pytest.mark.slow
def test_killed_at_any_moment_of_being_refused_by_git(two: Desk) -> None:
    every_moment(two, "kill", MERGE, -9, refused=True)


@pytest.mark.slow
def test_interrupted_at_any_moment_of_a_change_of_two_records(two: Desk) -> None:
    every_moment(two, "interrupt", MERGE, 130)


@pytest.mark.slow
def test_interrupted_at_any_moment_of_a_new_record(two: Desk) -> None:
    every_moment(two, "interrupt", (*ADD, "--summary", "灯不亮了"), 130)


@pytest.mark.slow
def test_killed_again_while_finishing(two: Desk) -> None:
    """The command that finishes what another left dies as well, at each moment."""
    old, commits = records(two), subjects(two)
    whole = copy(two, "whole")
    whole.ok(*MERGE)
    new = records(whole)
    between_renames(two)
    codes = crash(two, "every", "kill", "ticket", "confirm", "001").out.split()
    assert codes == ["-9"] * (len(codes) - 1) + ["2"]  # refused for what it is, after finishing the other
    assert len(codes) > 5
    for number in range(1, len(codes) + 1):
        check_whole(Desk(two.root.with_name(f"{two.root.name}-{number}")), old, new, commits, str(number))


@pytest.mark.parametrize("files", [2, 40])
def test_what_is_renamed_is_on_the_disk_before(desk: Desk, monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    """After a power cut there is what was synced: whatever a file is renamed to was, whole; before the first record is
    replaced also the journal, under its name, and the old and the new of each. Few files are synced one by one, very
    many at once."""
    on_disk: dict[Path, bytes | set[str]] = {}  # files by content, folders by the names in them
    renamed: list[str] = []
    fsync, sync, replace = os.fsync, os.sync, os.replace

    def written(path: Path) -> bytes | set[str]:
        return {child.name for child in path.iterdir()} if path.is_dir() else path.read_bytes()

    def noting_fsync(descriptor: int) -> None:
        fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        on_disk[path] = written(path)

    def noting_sync() -> None:
        sync()
        on_disk.update((path, written(path)) for path in desk.root.rglob("*"))

    def noting_replace(old: Path, new: Path) -> None:
        assert on_disk[old] == old.read_bytes(), new.name
        if new.suffix == ".yaml":
            assert "journal.json" in on_disk[stage.parent]
            assert on_disk[stage] == {str(number) for number in range(files)}
            assert {on_disk[stage / str(number)] for number in range(files)} == {b"old"}
        replace(old, new)
        on_disk[new] = on_disk[old]
        renamed.append(new.name)

    paths = [PurePosixPath(f"tickets/2026/10/T-20261014-{number:03d}.yaml") for number in range(files)]
    for path in paths:
        desk.write(str(path), b"old")
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Old")
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    with operation(desk.root) as change:
        stage = change.private / "stage"
        for path in paths:
            change.write(path, b"new")
        with monkeypatch.context() as noting:
            noting.setattr(os, "fsync", noting_fsync)
            noting.setattr(os, "sync", noting_sync)
            noting.setattr(os, "replace", noting_replace)
            change.commit("All of them")
    assert renamed == ["prepare.json", "journal.json", *(path.name for path in paths), "index"]
    assert on_disk[desk.root / paths[0].parent] == {path.name for path in paths}


def test_a_reading_command_after_a_crash_changes_nothing(two: Desk) -> None:
    between_renames(two)
    before = two.snapshot()
    for reading in (("overdue",), ("ticket", "list"), ("validate",), ("show", "001"), ("report", "daily")):
        assert two.run(*reading).code in (0, 3)
    assert two.snapshot() == before


def between_renames(desk: Desk) -> None:
    """Kill a merge after the first of its two files was replaced."""
    done = crash(desk, f"os.rename {BESIDE}", "kill", *MERGE)
    assert done.code == -9, done
    changed = desk.git("status", "--porcelain", "-uno", ".")
    assert SECOND in changed and FIRST not in changed


def test_what_somebody_wrote_after_a_crash_is_not_overwritten(two: Desk) -> None:
    between_renames(two)
    two.write(FIRST, (two.root / FIRST).read_bytes() + b"# by hand\n")
    before = [(two.root / name).read_bytes() for name in (FIRST, SECOND)]
    result = two.run(*NEW)
    assert result.code == 3
    assert "an interrupted change cannot be finished" in result.err and FIRST in result.err
    assert [(two.root / name).read_bytes() for name in (FIRST, SECOND)] == before
    assert not (two.root / THIRD).exists()
    # the hint, followed: the files put right and committed, the journal deleted
    two.git("checkout", "--quiet", "--", ".")
    journal = result.err.rsplit("delete ", 1)[1].strip()
    Path(journal).unlink()
    two.ok(*NEW)
    assert two.run("validate").code == 0
    assert two.git("status", "--porcelain") == ""


@pytest.mark.parametrize("cleaning", ["checkout", "stash", "commit"])
def test_a_person_who_tidies_up_after_a_crash_harms_nothing(two: Desk, cleaning: str) -> None:
    old = records(two)
    new_files = copy(two, "whole")
    new_files.ok(*MERGE)
    between_renames(two)
    if cleaning == "commit":
        two.git("commit", "--quiet", "-am", "Half")
    elif cleaning == "stash":
        two.git("stash", "--quiet", "--include-untracked")
    else:
        two.git("checkout", "--quiet", "--", ".")
    added = two.ok(*NEW).split()[0]
    left = records(two)
    del left[f"tickets/2026/10/{added}.yaml"]
    assert left in (old, records(new_files))
    assert two.git("status", "--porcelain") == ""
    assert two.run("validate").code == 0


def test_a_crash_on_another_branch_is_not_finished_on_this_one_unseen(two: Desk) -> None:
    between_renames(two)
    two.git("stash", "--quiet")
    two.git("switch", "--quiet", "-c", "night", "HEAD~2")  # a branch on which the tickets do not exist
    result = two.run(*NEW)
    assert result.code == 3
    assert "an interrupted change cannot be finished" in result.err


@pytest.mark.parametrize("damage", ["garbage", "empty", "another form"])
def test_a_journal_that_cannot_be_read_is_told(two: Desk, damage: str) -> None:
    between_renames(two)
    private = two.root / ".git" / "propcli"
    (private / "journal.json").write_text({"garbage": "{", "empty": "", "another form": "[]"}[damage])
    before = two.snapshot()
    result = two.run(*NEW)
    assert result.code == 3
    assert "journal.json" in result.err
    assert two.snapshot() == before


def test_of_two_estates_in_one_repository_each_keeps_its_own(two: Desk) -> None:
    """What one left is finished by a command in the other, which then goes on in its own."""
    top = two.root.parent / "both"
    shutil.copytree(two.root, top / "east", ignore=shutil.ignore_patterns(".git"))
    shutil.copytree(two.root, top / "west", ignore=shutil.ignore_patterns(".git"))
    both = Desk(top)
    both.git("init", "--quiet", "-b", "main")
    both.git("add", "-A")
    both.git("commit", "--quiet", "-m", "Two estates")
    # the last number of the west was given to a ticket that is gone
    (top / "west" / SECOND).unlink()
    subprocess.run(
        ["git", "commit", "--quiet", "-am", "Gone"],
        cwd=top,
        env={**environment(both), "GIT_COMMITTER_DATE": "2026-10-14T10:00:00+08:00"},
        check=True,
    )
    east, west = Desk(top / "east"), Desk(top / "west")
    between_renames(east)
    assert west.ok(*NEW).startswith("T-20261014-003")
    assert both.git("status", "--porcelain") == ""
    assert both.git("show", "--name-only", "--format=").split() == [f"west/{THIRD}"]
    assert set(both.git("show", "--name-only", "--format=", "HEAD~1").split()) == {f"east/{FIRST}", f"east/{SECOND}"}
    for estate in (east, west):
        assert estate.run("validate").code == 0


# --- while git is at work

PROPCLI = "$(cut -d' ' -f4 /proc/$PPID/stat)"  # the parent of git, seen from a hook


def test_killed_while_git_commits_and_git_goes_on(two: Desk) -> None:
    whole = copy(two, "whole")
    whole.ok(*MERGE)
    ended = two.root.parent / "ended"
    os.mkfifo(ended)
    hook(two, "pre-commit", f"kill -9 {PROPCLI}\n")
    hook(two, "post-commit", f"echo done > '{ended}'\n")
    assert run(two, *MERGE).code == -9
    with ended.open() as opened:
        assert opened.read() == "done\n"
    for name in ("pre-commit", "post-commit"):
        (two.root / ".git" / "hooks" / name).unlink()
    commits = subjects(two)
    added = two.ok(*NEW).split()[0]
    assert subjects(two)[1:] == commits
    left = records(two)
    del left[f"tickets/2026/10/{added}.yaml"]
    assert left == records(whole)
    assert two.git("status", "--porcelain") == ""


def test_killed_together_with_git(two: Desk) -> None:
    """The next command takes away the locks they left, finishes what they had begun, and says both."""
    whole = copy(two, "whole")
    whole.ok(*MERGE)
    hook(two, "pre-commit", f"p={PROPCLI}\nkill -9 $PPID\nkill -9 $p\n")
    assert run(two, *MERGE).code == -9
    (two.root / ".git" / "hooks" / "pre-commit").unlink()
    lock = two.root / ".git" / "index.lock"
    assert lock.read_text().startswith("propcli ")
    result = two.run(*NEW)
    assert result.code == 0
    assert "index.lock" in result.err and "finished what an interrupted command had begun: T-20261014-002" in result.err
    left = records(two)
    del left[f"tickets/2026/10/{result.out.split()[0]}.yaml"]
    assert left == records(whole)
    assert two.git("status", "--porcelain") == ""
    assert two.run("validate").code == 0


def test_interrupted_together_with_git_before_the_commit(two: Desk) -> None:
    """Ctrl-C at the terminal reaches git as well."""
    before = two.snapshot()
    hook(two, "pre-commit", f"p={PROPCLI}\nkill -INT $p\nkill -INT $PPID\nexit 1\n")
    assert run(two, *MERGE).code == 130
    (two.root / ".git" / "hooks" / "pre-commit").unlink()
    assert not (two.root / ".git" / "propcli" / "journal.json").exists()
    assert two.snapshot() == before
    two.ok(*NEW)
    assert two.git("status", "--porcelain") == ""


def test_interrupted_after_git_has_committed(two: Desk) -> None:
    """Ctrl-C during a post-commit hook that takes its time: the commit is there, so the files must be those of it."""
    whole = copy(two, "whole")
    whole.ok(*MERGE)
    hook(two, "post-commit", f"kill -INT {PROPCLI}\n")
    done = run(two, *MERGE)
    assert done.code in (0, 130)
    (two.root / ".git" / "hooks" / "post-commit").unlink()
    assert "merged" in subjects(two)[0]
    assert two.git("status", "--porcelain") == ""
    assert records(two) == records(whole)


def test_interrupted_while_git_goes_on(two: Desk) -> None:
    """Only propcli is interrupted (kill -INT, timeout -s INT): it does not put files back under a git that commits."""
    gate, ended = two.root.parent / "gate", two.root.parent / "ended"
    os.mkfifo(gate)
    os.mkfifo(ended)
    hook(two, "pre-commit", f"echo in > '{gate}'\nkill -INT {PROPCLI}\n")
    hook(two, "post-commit", f"echo done > '{ended}'\n")
    process = begin(two, *MERGE)
    with gate.open() as opened:
        assert opened.read() == "in\n"
    with ended.open() as opened:
        assert opened.read() == "done\n"
    assert end(process).code in (0, 130)
    for name in ("pre-commit", "post-commit"):
        (two.root / ".git" / "hooks" / name).unlink()
    assert two.git("status", "--porcelain") == ""
    assert two.run("validate").code == 0
