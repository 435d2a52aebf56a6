"""Power cuts, on an ext4 of its own in a file: what was not synced when the power went is not there afterwards.

What the disk has got so far is what is in the file: a copy of it is what a machine finds that comes up again. Before
the copy ext4 is made to commit its own journal, as it does every five seconds: names are on the disk then, and what
was not synced of the contents is not. That is the state in which files are found empty."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Desk

from .test_faults import COMMANDS, World, whole
from .world import COUNT, KILL, Player, compiled, flaws

pytestmark = pytest.mark.prove
TRIED = ("ticket add", "ticket merge", "note after a hand edit", "ticket add --from", "resident forget")
MOMENTS = 10


def do(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    done = do("mount", "-o", "loop", image, place)
    if done.returncode:
        pytest.skip(f"this machine mounts no image of a disk: {done.stderr.strip()}")
    try:
        yield
    finally:
        assert do("umount", place).returncode == 0


@pytest.fixture(scope="module")
def world(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("power")
    library = compiled(folder)
    if library is None or os.geteuid() or shutil.which("mkfs.ext4") is None:
        pytest.skip("power cuts need a C compiler, mkfs.ext4 and the right to mount")
    image = folder / "disk"
    with image.open("wb") as opened:
        opened.truncate(64 << 20)
    assert do("mkfs.ext4", "-q", image).returncode == 0
    with mounted(image, folder / "below"):
        player = Player(library, folder / "below")
        try:
            yield World(folder, template, player)
        finally:
            player.end()


@contextmanager
def after_a_cut(world: World) -> Iterator[Desk]:
    """The estate as it is found when the power is back."""
    folder = world.below.parent
    beside = world.below / "beside"
    with beside.open("wb") as opened:
        opened.write(b"x")
        os.fsync(opened.fileno())
    beside.unlink()
    cut = folder / "cut"
    assert do("cp", "--sparse=always", folder / "disk", cut).returncode == 0
    with mounted(cut, folder / "after"):
        yield Desk(folder / "after" / "case" / "estate")


@pytest.mark.parametrize("name", TRIED)
def test_after_a_power_cut_there_is_the_old_or_the_new(world: World, name: str) -> None:
    command = COMMANDS[name]
    its = whole(world, command)
    total = its.moments["all killed"]
    for at in [0, *range(1, total + 1, max(1, total // MOMENTS))]:
        desk = world.fresh(command)
        os.sync()
        done = world.run(desk, command.arguments, KILL if at else COUNT, at)
        with after_a_cut(world) as found:
            assert found.git("fsck", "--full", "--strict", "--no-dangling") == "", at
            following = world.run(found, ("ticket", "close", "001"))
            assert following.code == 2, (at, done, following)
            left = world.state(found)  # but for the keys: the journal knows where they were, and now they are elsewhere
            if done.code == 0:
                assert left[:2] == its.after[:2], ("lost", at, done, following)
            elif command.by_hand and left[1] != its.after[1]:
                assert left[1] in ((), its.after[1][1:]), (at, done, following)
            else:
                assert left[:2] in (its.before[:2], its.after[:2]), (at, done, following)
            wrong = [flaw for flaw in flaws(found) if not (command.by_hand and left[1] == () and "not clean" in flaw)]
            assert not wrong, (at, done, following, wrong)
            assert world.run(found, ("validate",)).code == 0
            assert found.git("fsck", "--full", "--strict", "--no-dangling") == ""
