"""Nothing is written through a link, a pipe or a device that lies where the program is about to write, and what lies so
is told. Most of this comes with a `git pull`: a link can be committed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Desk
from process import ADD, environment, run

from propcli.engine.problem import Refusal
from propcli.store import opening

TICKET = "tickets/2026/10/T-20261014-001.yaml"
BESIDE = "tickets/2026/10/.T-20261014-001.yaml.new"
SECOND = "tickets/2026/10/.T-20261014-002.yaml.new"
NEW = (*ADD, "--summary", "水管漏水")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file in somebody's home that no command has any business with."""
    file = tmp_path / "home" / "notes.txt"
    file.parent.mkdir()
    file.write_text("mine\n", "utf-8")
    return file


def committed(desk: Desk, path: str, to: Path | str) -> None:
    """A link in the repository, as a pull brings it."""
    (desk.root / path).symlink_to(to)
    desk.git("add", "-f", path)
    desk.git("commit", "--quiet", "-m", "Notes")


@pytest.mark.parametrize(("path", "command"), [(BESIDE, ("ticket", "note", "001", "--text", "x")), (SECOND, NEW)])
def test_a_committed_hidden_link_is_told_and_never_written_through(
    desk: Desk, victim: Path, path: str, command: tuple[str, ...]
) -> None:
    desk.add()
    committed(desk, path, victim)
    told = desk.run("validate")
    assert told.code == 3 and f"{path}:0:0: a symbolic link" in told.out
    desk.run(*command)
    assert victim.read_text("utf-8") == "mine\n"
    assert stat.S_ISREG((desk.root / TICKET).lstat().st_mode)
    assert all(p.is_symlink() is False for p in (desk.root / "tickets").rglob("T-*.yaml"))


@pytest.mark.parametrize("name", [".propcli.yaml.new", ".policy.yaml.new"])
def test_a_hidden_link_beside_the_settings_is_told(desk: Desk, victim: Path, name: str) -> None:
    committed(desk, name, victim)
    assert f"{name}:0:0: a symbolic link" in desk.run("validate").out
    desk.run("edit", name[1:].split(".")[0].replace("propcli", "settings"), EDITOR="sed -i '$a# x'")
    assert victim.read_text("utf-8") == "mine\n"


def test_a_pipe_where_the_program_writes_hangs_nothing(desk: Desk) -> None:
    desk.add()
    os.mkfifo(desk.root / BESIDE)
    assert f"{BESIDE}:0:0: not a plain file" in desk.run("validate").out
    assert run(desk, "ticket", "note", "001", "--text", "x").code == 0
    assert (desk.root / BESIDE).is_fifo(), "what is not the program's own stays, and is told"


def test_what_an_interrupted_change_left_is_told(desk: Desk) -> None:
    desk.add()
    desk.write(BESIDE, "half")
    told = desk.run("validate")
    assert told.code == 3 and f"{BESIDE}:0:0: left by a change that was interrupted" in told.out
    (desk.root / ".git" / "propcli" / "journal.json").write_text("{}")  # a change is under way
    assert desk.run("validate").code == 0


def test_a_folder_that_became_a_link_stops_what_is_being_finished(desk: Desk, tmp_path: Path) -> None:
    """A journal of a dead process names a path; what leads there now may lead elsewhere."""
    desk.add()
    killed = [str(Path(__file__).parent / "crash.py"), "kill", f"os.rename {BESIDE}", str(desk.root)]
    subprocess.run(
        [sys.executable, *killed, "ticket", "note", "001", "--text", "x"],
        env=environment(desk),
        capture_output=True,
        check=False,
    )
    elsewhere = tmp_path / "elsewhere"
    (desk.root / "tickets/2026/10").rename(elsewhere)
    (desk.root / "tickets/2026/10").symlink_to(elsewhere)
    before = {p.name: p.read_bytes() for p in elsewhere.iterdir()}
    result = desk.run("ticket", "note", "001", "--text", "y")
    assert result.code == 3 and "a symbolic link" in result.err
    assert {p.name: p.read_bytes() for p in elsewhere.iterdir()} == before


def test_schemas_are_not_written_through_links(desk: Desk, victim: Path, tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "ticket.json").symlink_to(victim)
    desk.ok("schema", "--write", str(folder))
    assert victim.read_text("utf-8") == "mine\n"
    assert not (folder / "ticket.json").is_symlink()


def test_a_backup_of_keys_is_not_written_through_a_link(desk: Desk, tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    adding = ("resident", "add", "--name", "王丽", "--phone", "13800138000", "--identity", "passport=E12345678")
    desk.ok(*adding, PROPCLI_KEYS=keys)
    target = tmp_path / "backup"
    target.symlink_to(tmp_path / "home-of-another")
    result = desk.run("keys", "backup", str(target), PROPCLI_KEYS=keys, PROPCLI_PASSPHRASE="x")
    assert result.code == 2 and "exists already" in result.err
    assert not (tmp_path / "home-of-another").exists()


def test_a_key_that_is_a_link_is_neither_read_nor_destroyed(desk: Desk, victim: Path, tmp_path: Path) -> None:
    from propcli.store.sealing import Keys

    keys = Keys(tmp_path / "keys")
    recipient = keys.new()
    file = tmp_path / "keys" / f"{recipient}.key"
    file.unlink()
    victim.chmod(0o600)
    file.symlink_to(victim)
    for use in (keys.secret, keys.destroy):
        with pytest.raises(Refusal):
            use(recipient)
    assert victim.read_text("utf-8") == "mine\n"


# --- the functions


def test_content_is_of_plain_files_only(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("inner")
    os.mkfifo(tmp_path / "inner" / "pipe")
    (tmp_path / "inner" / "zero").symlink_to("/dev/zero")
    assert opening.content(tmp_path / "inner" / "file", tmp_path) == b"abc"
    assert opening.content(tmp_path / "inner" / "file", tmp_path, 1) == b"ab"
    assert opening.content(tmp_path / "inner" / "nothing", tmp_path) is None
    assert opening.content(tmp_path / "nowhere" / "nothing", tmp_path) is None
    for path in ("link/file", "inner/pipe", "inner/zero", "inner/zero/x"):
        with pytest.raises(Refusal):
            opening.content(tmp_path / path, tmp_path)


def test_created_makes_folders_but_goes_through_no_link(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    with opening.created(root / "a" / "b" / "file", root) as file:
        file.write(b"x")
    assert (root / "a" / "b" / "file").read_bytes() == b"x"
    (root / "a" / "out").symlink_to(outside)
    with pytest.raises(Refusal), opening.created(root / "a" / "out" / "file", root):
        pass
    with pytest.raises(Refusal), opening.created(root / "a" / "out" / "deeper" / "file", root):
        pass
    assert list(outside.iterdir()) == []
