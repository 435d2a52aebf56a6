"""A repository that a group shares (git init --shared=group): whatever the program makes is the group's too."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Desk
from process import environment

NOTE = ("ticket", "note", "001", "--text", "x")
ONE, OTHER, GROUP = 61_001, 61_002, 61_000


@pytest.fixture
def strict() -> Iterator[None]:
    """A umask that gives the group nothing."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def shared(root: Path) -> None:
    """Make a repository and its work tree a group's, as whoever sets one up does."""
    with (root / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write("[core]\n\tsharedRepository = group\n")
    for path in (root, *root.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        path.chmod(mode | (0o2070 if path.is_dir() else 0o060))


def made(root: Path, before: set[Path]) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path not in before and "objects" not in path.parts)


def test_what_is_made_in_a_shared_repository_is_the_groups(desk: Desk, strict: None) -> None:
    shared(desk.root)
    shutil.rmtree(desk.root / ".git" / "propcli")
    before = set(desk.root.rglob("*"))
    desk.add()
    desk.ok(*NOTE)
    found = made(desk.root, before)
    assert desk.root / "tickets/2026/10" in found and desk.root / ".git/propcli/lock" in found
    for path in found:
        mode = path.stat().st_mode
        assert mode & 0o060 == 0o060, path
        assert not path.is_dir() or mode & stat.S_ISGID, path


def test_in_a_repository_of_ones_own_nothing_is_given_away(desk: Desk, strict: None) -> None:
    before = set(desk.root.rglob("*"))
    desk.add()
    assert all(path.stat().st_mode & 0o020 == 0 for path in made(desk.root, before))


@pytest.fixture
def two_users(desk: Desk) -> Iterator[Desk]:
    """The estate where two users of one group can reach it."""
    if os.geteuid() != 0:
        pytest.skip("only root can be two users")
    folder = Path(tempfile.mkdtemp(prefix="propcli-shared-"))
    folder.chmod(0o755)
    shutil.copytree(desk.root, folder / "estate")
    yield Desk(folder / "estate")
    shutil.rmtree(folder)


def reachable(*paths: Path) -> bool:
    """Whether everybody on the machine may go there."""
    return all(p.stat().st_mode & 0o001 for path in paths for real in (path, path.resolve()) for p in real.parents)


def as_user(desk: Desk, user: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command run by somebody of the group, with the usual umask."""
    git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    if not reachable(ROOT, Path(sys.executable)):
        pytest.skip(f"{ROOT} cannot be read by other users")
    return subprocess.run(
        [sys.executable, "-m", "propcli", *arguments],
        cwd=desk.root,
        env=environment(desk, HOME="/nonexistent", PYTHONDONTWRITEBYTECODE="1", **git),
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=GROUP,
        extra_groups=[],
        umask=0o022,
    )


def given(root: Path, user: int) -> None:
    for path in (root, *root.rglob("*")):
        os.lchown(path, user, GROUP)


def test_two_users_of_a_group_write_in_turn(two_users: Desk) -> None:
    given(two_users.root, ONE)
    shared(two_users.root)
    new = ("ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--name", "王丽")
    for user in (ONE, OTHER, ONE, OTHER):
        done = as_user(two_users, user, *new, "--summary", "漏水")
        assert done.returncode == 0, done.stderr
        done = as_user(two_users, user, *NOTE)
        assert done.returncode == 0, done.stderr


def test_where_nothing_is_shared_it_says_what_is_wrong(two_users: Desk) -> None:
    given(two_users.root, ONE)
    new = ("ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--name", "王丽")
    assert as_user(two_users, ONE, *new, "--summary", "漏水").returncode == 0
    done = as_user(two_users, OTHER, *NOTE)
    assert done.returncode == 3
    assert "may not be written to by you" in done.stderr and "core.sharedRepository group" in done.stderr
