"""What is nobody else's business stays out of what others on the machine can see: the arguments and the environment of
processes, temporary files, commit subjects. And nothing that others wrote acts on the screen it is printed on."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import Desk
from process import SECONDS, command, environment

NAME, PHONE, SECRET = "欧阳丽", "13900139123", "correct horse"
ADDING = ("resident", "add", "--name", NAME, "--phone", PHONE)
FIRST = "tickets/2026/10/T-20261014-001.yaml"


@pytest.fixture
def overheard(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What every git process was started with: its arguments and its environment."""
    log = tmp_path / "overheard"
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    real = subprocess.run(["/bin/sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout
    git.write_text(f"#!/bin/sh\n{{ printf '%s\\n' \"$@\"; env; }} >> '{log}'\nexec {real.strip()} \"$@\"\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}:{os.environ['PATH']}")
    return log


def test_git_is_told_no_name_no_phone_and_no_passphrase(desk: Desk, overheard: Path, tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    desk.ok(*ADDING, PROPCLI_KEYS=keys)
    desk.ok("resident", "change", "1", "--phone", "13900139124", PROPCLI_KEYS=keys, PROPCLI_PASSPHRASE=SECRET)
    desk.add("--name", NAME, "--phone", PHONE)
    desk.ok("find", NAME, "--reveal", PROPCLI_KEYS=keys)
    said = desk.ok("resident", "forget", "1", "--reason", "x", "--yes", PROPCLI_KEYS=keys, PROPCLI_PASSPHRASE=SECRET)
    assert "still readable in the history" in said and FIRST in said
    told = overheard.read_text("utf-8", "replace")
    assert "rev-list" in told
    for private in (NAME, PHONE, "13900139124", SECRET):
        assert private not in told


def test_a_name_in_a_commit_message_of_the_past_is_told(desk: Desk, tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    desk.ok(*ADDING, PROPCLI_KEYS=keys)
    desk.git("commit", "--quiet", "--allow-empty", "-m", f"{NAME} was here")
    commit = desk.git("rev-parse", "HEAD")[:10]
    said = desk.ok("resident", "forget", "1", "--reason", "x", "--yes", PROPCLI_KEYS=keys)
    assert f"commit {commit}" in said and "residents/R-00001.yaml" in said


@pytest.mark.parametrize("summary", [f"{NAME}家漏水", "漏水，回电 139 0013 9123", "请打13900139123"])
def test_a_subject_names_nobody(desk: Desk, summary: str) -> None:
    desk.add("--summary", summary, "--name", NAME)
    desk.ok("ticket", "note", "001", "--text", "x")
    assert desk.git("log", "-2", "--format=%s").splitlines() == ["T-20261014-001 noted", "T-20261014-001 accepted"]


@pytest.fixture
def editing(desk: Desk, tmp_path: Path) -> subprocess.Popen[bytes]:
    """`propcli edit` with the editor open."""
    desk.add("--name", NAME)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "editor").write_text("#!/bin/sh\necho open; exec sleep 120\n")
    (tmp_path / "editor").chmod(0o755)
    process = subprocess.Popen(
        command("edit", "001"),
        cwd=desk.root,
        env=environment(desk, EDITOR=str(tmp_path / "editor"), TMPDIR=str(tmp_path / "tmp")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    desk.begun.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    return process


def copies(folder: Path) -> list[str]:
    """The files below a folder that have the name in clear."""
    return [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and NAME.encode() in p.read_bytes()]


def test_a_killed_edit_leaves_no_copy_for_long(desk: Desk, editing: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    [draft] = copies(desk.root / ".git" / "propcli")
    assert (desk.root / ".git" / "propcli" / draft).stat().st_mode & 0o077 == 0
    desk.ok("ticket", "note", "001", "--text", "x")
    assert copies(desk.root / ".git" / "propcli") == [draft]  # somebody is at it
    os.killpg(editing.pid, signal.SIGKILL)
    editing.wait(SECONDS)
    assert copies(tmp_path / "tmp") == []
    desk.ok("ticket", "note", "001", "--text", "x")
    assert copies(desk.root / ".git" / "propcli") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_edit_that_is_ended_leaves_none(
    desk: Desk, editing: "subprocess.Popen[bytes]", number: signal.Signals
) -> None:
    os.killpg(editing.pid, number)
    editing.wait(SECONDS)
    assert copies(desk.root / ".git" / "propcli") == []


def test_a_version_kept_of_somebody_goes_when_they_are_forgotten(desk: Desk, tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    desk.ok(*ADDING, PROPCLI_KEYS=keys)
    assert desk.run("edit", "R-00001", EDITOR="sed -i '$aa: ['", PROPCLI_KEYS=keys).code == 3
    assert copies(desk.root / ".git") == []
    [kept] = copies(tmp_path / "keys")
    assert (tmp_path / "keys" / kept).stat().st_mode & 0o077 == 0
    desk.ok("resident", "forget", "1", "--reason", "x", "--yes", PROPCLI_KEYS=keys)
    assert copies(tmp_path / "keys") == []


def test_words_and_passphrases_need_not_stand_where_others_read(desk: Desk, tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    desk.ok(*ADDING, "--identity", "passport=E12345678", PROPCLI_KEYS=keys)
    assert "R-00001" in desk.run("find", "-", stdin=f"{NAME} 9123\n").out
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "secret").chmod(0o600)
    backup = str(tmp_path / "backup")
    desk.ok("keys", "backup", backup, PROPCLI_KEYS=keys, PROPCLI_PASSPHRASE_FILE=str(tmp_path / "secret"))
    said = desk.ok("keys", "restore", backup, PROPCLI_KEYS=str(tmp_path / "other"), PROPCLI_PASSPHRASE=SECRET)
    assert said.startswith("1 keys restored")


ACTING = ("\x1b", "\x9b", "\x07", "\u202e", "\u2066", "\r")


def acts(text: str) -> bool:
    return any(sign in text for sign in ACTING)


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "html", "json"])
def test_what_others_wrote_into_the_history_does_not_act_on_the_screen(desk: Desk, form: str) -> None:
    desk.git(
        "-c",
        "user.name=x\u202e\x1b[31mDesk",
        "commit",
        "--quiet",
        "--allow-empty",
        "--message=A\x1b[2J\u202eb\x9b\u2066c\x07",
        "--author=evil\x1b]0;title\x07 <a@b>",
    )
    printed = desk.ok("audit", "--format", form)
    assert not acts(printed)
    if form == "json":
        assert "\u202e" in json.dumps(json.loads(printed), ensure_ascii=False)
    else:
        assert "\\u202e" in printed


def test_no_message_hides_what_stands_behind_it(desk: Desk) -> None:
    desk.git("commit", "--quiet", "--allow-empty", "--message=A\x1eB\x1f\n\nRecord: T-20261014-001\nReason: \x1ewhy\n")
    [row, *_others] = json.loads(desk.ok("audit", "--format", "json"))
    assert (row["what"], row["records"], row["reason"]) == ("A\x1eB\x1f", ["T-20261014-001"], "\x1ewhy")


def test_names_of_files_and_what_is_typed_do_not_act_either(desk: Desk) -> None:
    desk.write("tickets/2026/10/T-\u202e\x1b[2J.yaml", "a: 1\n")
    for arguments in (("validate",), ("overdue",), ("show", "\x1b[2J\u202e"), ("ticket", "list", "--\u202e\x1b[31m")):
        result = desk.run(*arguments)
        assert result.code in (2, 3)
        assert not acts(result.all), arguments


def test_git_that_fails_says_it_without_acting(desk: Desk) -> None:
    hook = desk.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf 'no\\033[2J' >&2\nexit 1\n")
    hook.chmod(0o755)
    result = desk.run("staff", "note", "zhang.wei", "--text", "x")
    assert result.code == 3 and "no\\u001b[2J" in result.err
