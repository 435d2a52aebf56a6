"""Forgetting somebody: a tombstone in the record, the key destroyed, every old commit unreadable, and the truth about
what is not [T12]."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import IDENTITY

from .asking import append
from .leaks import id_card, keys_of, leaks, opened

pytestmark = pytest.mark.rule("T12")
CRASH = Path(__file__).parent.parent / "bad" / "crash.py"
CARD = id_card("11010519850101123")
BANKS = ("6222020200098765432", "6217001210024455220")
FORGET = "resident forget 00001 --reason 本人要求 --yes"


def do(desk, line: str, code: int = 0, **environment: str) -> str:
    done = desk.run(*shlex.split(line), **environment)
    assert done.code == code, (line, done.all)
    assert "Traceback" not in done.all
    return done.all


@pytest.fixture
def moved(desk):
    """欧阳文 had an ID card and two accounts, another phone, a ticket; has moved out. 孙建平 lives there now."""
    do(desk, f"resident add --name 欧阳文 --phone 13700001111 --id-card {CARD} --bank {BANKS[0]} --language zh")
    do(desk, "unit add 3-2-0501 --state owner_occupied --owner R-00001 --since 2025-06-01")
    desk.add("--name", "欧阳文", "--phone", "13700001111")
    do(desk, f"resident change 00001 --phone 13700002222 --bank {BANKS[1]} --plate 粤B98765")
    do(desk, "resident consent 00001 --to contact")
    do(desk, "unit transfer 3-2-0501 --manner sale --to 孙建平,13700003333 --on 2026-10-13")
    do(desk, f"resident change 00002 --bank {BANKS[0]}9")
    return desk


def test_not_while_there_are_ties(desk):
    """Whoever has a tie to a unit is not forgotten, unless it is said that it is known; from the day after the last
    tie on it can be done."""
    do(desk, f"resident add --name 欧阳文 --phone 13700001111 --id-card {CARD}")
    do(desk, "unit add 3-2-0501 --state let --owner 孙建平,13700003333 --since 2025-06-01 --lease-until 2027-01-01")
    do(desk, "unit join 3-2-0501 --who R-00001 --tie agent --of 孙建平")
    said = desk.refused(*shlex.split(FORGET))
    assert "still agent of 3-2-0501" in said and "--though-tied" in said
    assert "still owner of 3-2-0501" in desk.refused(*shlex.split(FORGET.replace("00001", "00002")))
    do(desk, "unit leave 3-2-0501 --who R-00001 --on 2026-10-14")
    last = {day: desk.run(*shlex.split(FORGET), "--at", day).code for day in ("2026-10-13T23:59", "2026-10-14T10:00")}
    assert last == {"2026-10-13T23:59": 2, "2026-10-14T10:00": 0}
    assert "R-00002  forgotten" in do(desk, FORGET.replace("00001", "00002") + " --though-tied")
    assert "R-00002 (forgotten)" in do(desk, "unit show 3-2-0501")
    do(desk, "validate")


def test_not_by_mistake(moved):
    """Off a terminal only with --yes, and never without a reason."""
    said = moved.refused("resident", "forget", "00001", "--reason", "本人要求")
    assert "cannot be undone" in said and "--yes" in said
    assert "--reason" in moved.refused("resident", "forget", "00001", "--yes")
    assert "--reason: empty" in moved.refused("resident", "forget", "00001", "--reason", "  ", "--yes")
    assert "control character" in moved.refused("resident", "forget", "00001", "--reason", "a\x1bb", "--yes")
    assert moved.refused("resident", "forget", "00009", "--reason", "x", "--yes")
    assert len(list(keys_of(moved).iterdir())) == 2


def test_nothing_sealed_can_be_opened_any_more(moved):
    """No key that is left opens what any commit has sealed of the person; what is sealed of others opens as before."""
    before = opened(moved, keys_of(moved))
    assert [value for value in (CARD, *BANKS) if not any(value in text for text in before)] == []
    (key,) = [
        line.split()[1] for line in (moved.root / "residents/R-00001.yaml").read_text().splitlines() if "key" in line
    ]
    copy = keys_of(moved).parent / "copy"
    shutil.copytree(keys_of(moved), copy)
    do(moved, FORGET)
    after = opened(moved, keys_of(moved))
    assert [text for text in after if CARD in text or BANKS[1] in text] == []
    assert [json.loads(text)["bank"] for text in after] == [f"{BANKS[0]}9"]
    assert not (keys_of(moved) / f"{key}.key").exists()
    assert any(CARD in text for text in opened(moved, copy))  # it was the key that made the difference
    assert leaks(moved, [CARD, *BANKS]) == []


def test_what_remains_is_a_tombstone(moved):
    """The record keeps its id, its public key and what happened; units and tickets go on, naming the id."""
    do(moved, FORGET)
    text = (moved.root / "residents/R-00001.yaml").read_text("utf-8")
    assert not any(value in text for value in ("欧阳文", "1370000", "粤B98765", "sealed", "language", "consent:"))
    found = json.loads(moved.ok("resident", "show", "00001", "--format", "json"))
    assert {name for name in found if name not in ("id", "status", "type", "key", "events")} == set()
    assert [event["event"] for event in found["events"]] == ["registered", "changed", "consented", "forgotten"]
    assert found["events"][-1]["reason"] == "本人要求"
    do(moved, "validate")
    for line in ("show T-20261014-001", "ticket list", "unit show 3-2-0501", "resident list --all", "find 0501"):
        assert "欧阳文" not in do(moved, line)
    assert "R-00001 (forgotten)" in do(moved, "show T-20261014-001")
    for line in ("change 00001 --name 某人", "consent 00001 --to survey", "note 00001 --text x"):
        moved.refused("resident", *shlex.split(line))
    do(moved, "ticket note 1014-001 --text 还在办")
    assert len(list(keys_of(moved).iterdir())) == 1  # no new key either


def test_audit_shows_when_by_whom_and_why(moved):
    """`audit --event forgotten` answers the authority's question; the reason stands in the commit."""
    do(moved, FORGET + " --by lin.yue")
    (row,) = json.loads(moved.ok("audit", "--event", "forgotten", "--format", "json"))
    assert (row["by"], row["reason"], row["records"]) == ("lin.yue", "本人要求", ["R-00001"])
    assert row["at"].startswith("20") and "欧阳文" not in row["what"]
    moved.refused("resident", "forget", "00002", "--reason", "两行\nBy: x", "--yes")  # tied
    do(moved, "resident forget 00002 --though-tied --yes --reason '两行\nBy: somebody'")
    (row, _before) = json.loads(moved.ok("audit", "--event", "forgotten", "--format", "json"))
    assert (row["by"], row["reason"]) == ("zhou.min", "两行 By: somebody")


def test_what_stands_in_clear_is_told(moved):
    """Every file in whose history a value of any version stands: old phones, former names, tickets with the caller's
    name; and that notes stay."""
    do(moved, "resident change 00001 --name 欧阳文静")
    text = (moved.root / "tickets/2026/10/T-20261014-001.yaml").read_text("utf-8").replace("-001", "-009")
    text = text.replace("resident: R-00001", "caller: {name: 欧阳文, phone: '13700001111'}")
    moved.write("tickets/2026/10/T-20261014-009.yaml", text)
    moved.git("add", "-A")
    moved.git("commit", "--quiet", "-m", "By hand")
    do(moved, "resident note 00001 --text 常在夜里来电")
    said = {
        line.split(": ", 1)[1].split(",")[0]: line
        for line in do(moved, FORGET).splitlines()
        if "still readable in the history" in line
    }
    assert "residents/R-00001.yaml" in said["name"] and "tickets/2026/10/T-20261014-009.yaml" in said["name"]
    assert "residents/R-00001.yaml" in said["phones"] and "T-20261014-009" in said["phones"]
    assert "residents/R-00001.yaml" in said["plates"] and "T-20261014-009" not in said["plates"]
    assert "born" not in said
    # and that is the truth: nowhere else
    assert {file for file in moved.git("log", "--all", "--format=", "--name-only", "-S欧阳文").split() if file} == {
        "residents/R-00001.yaml",
        "tickets/2026/10/T-20261014-009.yaml",
    }


def test_what_still_points_is_told(moved):
    """Records that name the id are told apart from those that say the name: a ticket, a lent key; not the home that
    was left."""
    do(moved, "unit key-in 3-2-0501 K-1 --place 钥匙柜")
    said = do(moved, FORGET)
    assert "  still pointed at by: T-20261014-001\n" in said and "3-2-0501" not in said.split("pointed at")[1]
    do(moved, "unit key-lend 3-2-0501 K-1 --who 孙建平 --until +2h")
    said = do(moved, "resident forget 00002 --reason 本人要求 --though-tied --yes")
    assert "  still pointed at by: 3-2-0501\n" in said


def test_what_was_sealed_before_is_looked_for_as_well(desk):
    """A phone that older versions had only sealed may stand in a ticket in clear: it is looked for."""
    append(desk, "propcli.yaml", "sealed: [name, phones]\n")
    desk.git("commit", "--quiet", "-am", "Seal")
    do(desk, "resident add --name 欧阳文 --phone 13700001111")
    do(desk, "resident change 00001 --phone 13700002222 --name 欧阳文静")
    do(desk, "resident note 00001 --text 常在夜里来电")
    desk.write("notes.txt", "13700001111\n")
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "By hand")
    said = do(desk, FORGET)
    assert "still readable in the history: phones, in notes.txt" in said
    assert "unreadable from now on, in every old commit too: name, phones" in said
    assert "still readable in the record: 1 notes" in said
    assert "git filter-repo" in said and "backups of the keys" in said


def test_nothing_is_said_to_remain_where_nothing_does(desk):
    append(desk, "propcli.yaml", "sealed: [name, phones, plates]\n")
    desk.git("commit", "--quiet", "-am", "Seal")
    do(desk, f"resident add --name 欧阳文 --phone 13700001111 --id-card {CARD}")
    desk.add("--name", "欧阳文", "--phone", "13700001111")
    said = do(desk, FORGET)
    assert "still readable" not in said and "filter-repo" not in said
    assert "name, phones, identity number" in said


def test_a_key_of_an_older_version_is_destroyed_too(moved):
    """A record whose key was exchanged by hand: the former key opens the older commits, so it goes as well."""
    file = moved.root / "residents/R-00001.yaml"
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith(("key:", "sealed:"))]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    moved.git("commit", "--quiet", "-am", "By hand")
    do(moved, f"resident change 00001 --id-card {CARD}")
    assert len(list(keys_of(moved).iterdir())) == 3
    do(moved, FORGET)
    assert not any(CARD in text or BANKS[1] in text for text in opened(moved, keys_of(moved)))
    assert len(list(keys_of(moved).iterdir())) == 1


def test_where_the_key_is_not(moved):
    """It can be forgotten all the same; that the key may be elsewhere is said, and no field is called unreadable."""
    said = do(moved, FORGET, PROPCLI_KEYS="../no-keys")
    assert "the key was not here" in said and "unreadable from now on" not in said
    assert "R-00001 was forgotten, but the key is here" in do(moved, "keys check", 3)
    assert "the key was still here and is destroyed now" in do(moved, FORGET)
    do(moved, "keys check")
    assert not any(CARD in text for text in opened(moved, keys_of(moved)))


def test_without_anything_sealed(desk):
    """Somebody without a key is forgotten like anybody; what stood in clear is told."""
    do(desk, "resident add --name 欧阳文 --phone 13700001111 --born 1985-01-01")
    said = do(desk, FORGET)
    assert "unreadable" not in said and "key was" not in said
    assert "date of birth, in residents/R-00001.yaml" in said
    assert do(desk, FORGET).strip() == "R-00001 was forgotten before."


# --- on the way


def test_a_key_that_comes_back_is_destroyed_again(moved):
    """Interrupted between the commit and the key, or a backup brought back: the same command finishes, without
    another commit."""
    kept = {key: key.read_bytes() for key in keys_of(moved).iterdir()}
    do(moved, FORGET)
    head = moved.git("rev-parse", "HEAD")
    for key, secret in kept.items():
        key.write_bytes(secret)
        key.chmod(0o600)
    assert any(CARD in text for text in opened(moved, keys_of(moved)))
    assert "R-00001" in do(moved, "keys check", 3)
    assert "the key was still here and is destroyed now" in do(moved, FORGET)
    assert not any(CARD in text for text in opened(moved, keys_of(moved)))
    assert do(moved, FORGET).strip() == "R-00001 was forgotten before."
    assert moved.git("rev-parse", "HEAD") == head
    do(moved, "keys check")


def test_a_half_destroyed_key_is_finished(moved):
    """Killed while the key was being overwritten: it opens nothing, and the command run again removes it."""
    (key,) = [
        k for k in keys_of(moved).iterdir() if k.stem in (moved.root / "residents/R-00001.yaml").read_text("utf-8")
    ]
    do(moved, FORGET)
    key.write_bytes(b"\0" * 75)
    key.chmod(0o600)
    do(moved, "resident list --all")
    assert "destroyed now" in do(moved, FORGET)
    assert not key.exists()


def test_a_hook_that_refuses_leaves_the_key(moved):
    """The commit first: where it is refused, nothing is lost."""
    hook = moved.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 不准 >&2\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    before = moved.snapshot()
    assert "不准" in do(moved, FORGET, 3)
    assert moved.snapshot() == before
    assert any(CARD in text for text in opened(moved, keys_of(moved)))
    assert "欧阳文" in do(moved, "resident show 00001")
    hook.unlink()
    do(moved, FORGET)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["prepare.json", "os.rename .git/propcli/prep", "os.rename residents", "git commit"])
@pytest.mark.parametrize("how", ["kill", "interrupt"])
def test_interrupted_anywhere_the_command_run_again_finishes(moved, moment, how):
    """Whatever it had come to: once more, and the tombstone is committed and no key opens anything. Never is the key
    gone before."""
    done = subprocess.run(
        [sys.executable, str(CRASH), how, moment, str(moved.root), *shlex.split(FORGET)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(moved.root.parent), "PROPCLI_NOW": moved.now, **IDENTITY},
        cwd=moved.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == {"kill": -9, "interrupt": 130}[how], done.stderr
    if "forgotten" not in moved.git("log", "-1", "--format=%B"):
        assert any(CARD in text for text in opened(moved, keys_of(moved)))
    do(moved, FORGET)
    assert not any(CARD in text for text in opened(moved, keys_of(moved)))
    assert moved.git("status", "--porcelain") == ""
    assert "forgotten" in moved.git("show", "HEAD:residents/R-00001.yaml")
    assert moved.git("log", "--format=%s", "--grep=^Event: forgotten$").count("\n") == 1
    do(moved, "keys check")
    do(moved, "validate")


def test_an_undone_tombstone_does_not_cost_the_key(moved):
    """A tombstone that lies in the work tree because the command was killed before the commit, and that a hook refuses
    to commit now: the record comes back, and with it the key."""
    hook = moved.root / ".git" / "hooks" / "pre-commit"
    subprocess.run(
        [sys.executable, str(CRASH), "kill", "git commit", str(moved.root), *shlex.split(FORGET)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(moved.root.parent), "PROPCLI_NOW": moved.now, **IDENTITY},
        cwd=moved.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert "status: forgotten" in (moved.root / "residents/R-00001.yaml").read_text("utf-8")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    do(moved, FORGET, 3)
    assert any(CARD in text for text in opened(moved, keys_of(moved)))
    assert "欧阳文" in do(moved, "resident show 00001")


def test_through_a_linked_folder(moved, tmp_path):
    """The estate named by a symbolic link is the same estate."""
    link = tmp_path / "link"
    link.symlink_to(moved.root)
    assert "still readable in the history: name" in do(moved, f"--estate {link} {FORGET}")
    assert not any(CARD in text for text in opened(moved, keys_of(moved)))
