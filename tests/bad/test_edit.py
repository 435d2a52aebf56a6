"""`propcli edit` with editors that do what editors and people do; what was typed is never lost."""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

import pexpect
import pytest
from conftest import Desk, interrupt
from process import SECONDS, command, environment

FIRST = "tickets/2026/10/T-20261014-001.yaml"


@pytest.fixture
def one(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An estate with one ticket; what is kept of an edit lies beside it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    desk.add()
    return desk


def editor(desk: Desk, script: str) -> str:
    """A shell script as EDITOR; the file being edited is $1, the estate's folder $ESTATE."""
    file = desk.root.parent / "editor"
    file.write_text(f"#!/bin/sh\nESTATE='{desk.root}'\n{script}\n", "utf-8")
    file.chmod(0o755)
    return str(file)


def kept(said: str) -> bytes:
    """The content of the file that a message says somebody's version is kept in."""
    path = re.search(r"kept in (\S+)", said)
    assert path, said
    return Path(path[1]).read_bytes()


def test_a_good_change_is_saved_and_committed(one: Desk) -> None:
    result = one.run("edit", "001", EDITOR=editor(one, "sed -i 's/水管漏水/厨房水管漏水/' \"$1\""))
    assert result.code == 0
    assert "厨房水管漏水" in one.git("show", f"HEAD:{FIRST}")
    assert one.git("status", "--porcelain") == ""


def test_an_unchanged_file_is_no_commit(one: Desk) -> None:
    before = one.snapshot()
    result = one.run("edit", "001", EDITOR="true")
    assert (result.code, result.err) == (0, "")
    assert one.snapshot() == before


@pytest.mark.parametrize("missing", ["/nonexistent/editor", "nosuchcommand -w", "'unbalanced", "/tmp", "/etc/passwd"])
def test_an_editor_that_is_not_there(one: Desk, missing: str) -> None:
    before = one.snapshot()
    result = one.run("edit", "001", EDITOR=missing)
    assert result.code == 3
    assert "cannot be started" in result.err and "set EDITOR" in result.err
    assert one.snapshot() == before


def test_visual_comes_before_editor(one: Desk) -> None:
    assert "cannot be started" in one.run("edit", "001", EDITOR="true", VISUAL="/nonexistent").err


@pytest.mark.parametrize("end", ["exit 1", "exit 130", "kill -9 $$", "kill -TERM $$"])
def test_an_editor_that_gives_up_changes_nothing(one: Desk, end: str) -> None:
    before = one.snapshot()
    result = one.run("edit", "001", EDITOR=editor(one, f"echo '# half' >> \"$1\"\n{end}"))
    assert result.code == 3
    assert "nothing was changed" in result.err
    assert one.snapshot() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("sed -i 's/status: waiting/status: done/' \"$1\"", ":5:9: status is done, but the events come to waiting"),
        ("sed -i 's/by: zhou.min/by: nobody/' \"$1\"", "staff nobody does not exist"),
        ("echo 'a: [' >> \"$1\"", "not readable as YAML"),
        (': > "$1"', "the file is empty"),
        ('printf "\\377\\376" > "$1"', "the file is UTF-16"),
        ('iconv -f UTF-8 -t GBK "$1" > "$1.x"; mv "$1.x" "$1"', "it reads as GBK"),
        ("sed -i '1s/^/\\xef\\xbb\\xbf/' \"$1\"", "byte order mark"),
        ("sed -i 's/T-20261014-001/T-20261014-002/' \"$1\"", "the id"),
        ("sed -i 's/^- at: 2026-10-14T10/- at: 2026-10-14T09/' \"$1\"", "before it was reported"),
        ('head -c 3000000 /dev/zero > "$1"', "a record has at most"),
    ],
)
def test_what_is_not_valid_is_not_saved_and_not_lost(one: Desk, change: str, said: str) -> None:
    before = one.snapshot()
    result = one.run("edit", "001", EDITOR=editor(one, f"{change}\ncp \"$1\" '{one.root.parent}/typed'"))
    assert result.code == 3
    assert said in result.err
    assert "was not saved" in result.err
    assert one.snapshot() == before
    typed = (one.root.parent / "typed").read_bytes()
    if 0 < len(typed) < 10_000:
        assert kept(result.err) == typed


def test_an_editor_that_removes_the_file(one: Desk) -> None:
    before = one.snapshot()
    result = one.run("edit", "001", EDITOR=editor(one, 'rm "$1"'))
    assert result.code == 3
    assert "Traceback" not in result.all
    assert one.snapshot() == before


@pytest.mark.parametrize("record", ["zhang.wei", "policy", "calendar", "settings"])
def test_every_record_that_can_be_edited_is_checked(one: Desk, record: str) -> None:
    before = one.snapshot()
    for change in ("echo 'nosuchfield: 1' >> \"$1\"", "echo 'a: [' >> \"$1\"", ': > "$1"'):
        result = one.run("edit", record, EDITOR=editor(one, change))
        assert result.code == 3, change
        assert "was not saved" in result.err
        assert one.snapshot() == before


def test_a_file_changed_by_somebody_else_meanwhile_is_not_overwritten(one: Desk) -> None:
    theirs = "sed -i 's/水管漏水/卫生间漏水/' \"$ESTATE/" + FIRST + '"'
    mine = "sed -i 's/水管漏水/厨房漏水/' \"$1\""
    result = one.run("edit", "001", EDITOR=editor(one, f"{theirs}\n{mine}"))
    assert result.code == 3
    assert "was changed by somebody else" in result.err
    assert "厨房漏水".encode() in kept(result.err)
    assert "卫生间漏水" in (one.root / FIRST).read_text("utf-8")


def test_a_step_recorded_meanwhile_is_not_overwritten(one: Desk) -> None:
    other = " ".join(str(part) for part in command("ticket", "note", "001", "--text", "已致电"))
    result = one.run(
        "edit", "001", EDITOR=editor(one, f'cd "$ESTATE" && {other} >/dev/null\nsed -i \'s/水管漏水/厨房漏水/\' "$1"')
    )
    assert result.code == 3
    assert "厨房漏水".encode() in kept(result.err)
    assert "已致电" in (one.root / FIRST).read_text("utf-8")
    assert one.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    "trouble", ["failing hook", "detached head", "unfinished merge", "index.lock", "no repository"]
)
def test_an_edit_that_cannot_be_committed_is_kept(one: Desk, trouble: str) -> None:
    git = one.root / ".git"
    if trouble == "failing hook":
        (git / "hooks").mkdir(exist_ok=True)
        (git / "hooks" / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
        (git / "hooks" / "pre-commit").chmod(0o755)
    elif trouble == "detached head":
        one.git("checkout", "--quiet", "--detach")
    elif trouble == "unfinished merge":
        (git / "MERGE_HEAD").write_text(one.git("rev-parse", "HEAD"))
    elif trouble == "index.lock":
        (git / "index.lock").touch()
    else:
        git.rename(one.root.parent / "gone")
    before = one.snapshot()
    opened = one.root.parent / "opened"
    change = f"touch '{opened}'\nsed -i 's/水管漏水/厨房漏水/' \"$1\""
    result = one.run("edit", "001", EDITOR=editor(one, change))
    assert result.code == 3
    assert one.snapshot() == before
    # either the editor was not opened at all, or what was typed in it is kept
    if opened.exists():
        assert "厨房漏水".encode() in kept(result.err)


def test_an_edit_refused_for_the_signature_is_refused_before_the_editor_opens(one: Desk) -> None:
    opened = one.root.parent / "opened"
    assert one.run("edit", "001", "--by", "nobody", EDITOR=editor(one, f"touch '{opened}'; echo >> \"$1\"")).code == 2
    assert not opened.exists()


@pytest.mark.parametrize("record", ["policy", "calendar", "settings"])
def test_a_broken_file_of_the_estate_can_be_mended_with_edit(one: Desk, record: str) -> None:
    name = {"settings": "propcli.yaml"}.get(record, f"{record}.yaml")
    good = (one.root / name).read_text("utf-8")
    one.write(name, good + "nosuchfield: 1\n")
    one.git("commit", "--quiet", "-am", "Broken")
    result = one.run("edit", record, EDITOR=editor(one, 'sed -i /nosuchfield/d "$1"'))
    assert result.code == 0, result.err
    assert (one.root / name).read_text("utf-8") == good
    assert one.run("validate").code == 0


@pytest.mark.parametrize("record", ["001", "zhang.wei"])
def test_a_broken_record_can_be_mended_with_edit(one: Desk, record: str) -> None:
    name = {"001": FIRST}.get(record, f"staff/{record}.yaml")
    good = (one.root / name).read_text("utf-8")
    one.write(name, good + "nosuchfield: 1\n")
    result = one.run("edit", record, EDITOR=editor(one, 'sed -i /nosuchfield/d "$1"'))
    assert result.code == 0, result.err
    assert one.run("validate").code == 0


@pytest.mark.parametrize(
    ("record", "change", "what"),
    [
        ("policy", "sed -i 's/^  fees: service/  money: service/' \"$1\"", "category fees"),
        ("calendar", "sed -i 's/^  desk:/  front:/' \"$1\"", "clock desk"),
        ("settings", "sed -i '/engineering:/d' \"$1\"", "team engineering"),
    ],
)
def test_an_edit_that_breaks_other_records_is_not_saved(one: Desk, record: str, change: str, what: str) -> None:
    """The file is good in itself; what refers to it would not be."""
    before = one.snapshot()
    result = one.run("edit", record, EDITOR=editor(one, change))
    assert result.code == 3
    assert what in result.err
    assert one.snapshot() == before


def test_at_a_terminal_an_invalid_file_is_offered_again(one: Desk) -> None:
    script = 'if [ -e "$ESTATE/../once" ]; then sed -i \'s/nobody/zhou.min/\' "$1"; else\n'
    script += 'touch "$ESTATE/../once"; sed -i \'s/zhou.min/nobody/; s/水管漏水/厨房漏水/\' "$1"; fi'
    child = terminal(one, script)
    child.expect("Edit again")
    child.sendline("y")
    child.expect("is saved")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "厨房漏水" in one.git("show", f"HEAD:{FIRST}")


@pytest.mark.parametrize("answer", ["n", "ctrl-c", "ctrl-d"])
def test_at_a_terminal_what_is_thrown_away_is_thrown_away_knowingly(one: Desk, answer: str) -> None:
    before = one.snapshot()
    child = terminal(one, "sed -i 's/zhou.min/nobody/; s/水管漏水/厨房漏水/' \"$1\"")
    child.expect("Edit again")
    if answer == "n":
        child.sendline("n")
    elif answer == "ctrl-c":
        interrupt(child)
    else:
        child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == (3 if answer == "n" else 130)
    assert "Traceback" not in (child.before or "")
    assert one.snapshot() == before


def terminal(desk: Desk, script: str) -> "pexpect.spawn[str]":
    program, *arguments = (str(part) for part in command("edit", "001"))
    return pexpect.spawn(
        program,
        arguments,
        cwd=str(desk.root),
        env={**environment(desk, EDITOR=editor(desk, script), TMPDIR=str(desk.root.parent)), "TERM": "dumb"},
        encoding="utf-8",
        timeout=SECONDS,
    )


def test_an_interrupt_while_the_editor_is_open(one: Desk) -> None:
    before = one.snapshot()
    process = subprocess.Popen(
        command("edit", "001"),
        cwd=one.root,
        env=environment(one, EDITOR=editor(one, "echo open; exec sleep 120"), TMPDIR=str(one.root.parent)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    one.begun.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    os.killpg(process.pid, signal.SIGINT)
    _out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert one.snapshot() == before
