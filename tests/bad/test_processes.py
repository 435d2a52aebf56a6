"""Several commands at once, and readers that go away."""

import fcntl
import json
import os
import shutil
import subprocess

import pytest
from conftest import Desk
from process import ADD, Done, begin, command, end, environment, run

from propcli.store import turn


def test_commands_at_the_same_time_give_no_id_twice(desk: Desk) -> None:
    waiting = [begin(desk, *ADD, "--summary", f"第{number}件") for number in range(5)]
    done = [end(process) for process in waiting]
    assert [d.code for d in done] == [0] * 5, [d.err for d in done]
    ids = {d.out.split()[0] for d in done}
    assert ids == {f"T-20261014-00{number}" for number in range(1, 6)}
    assert desk.git("status", "--porcelain") == ""
    assert sum("accepted" in line for line in desk.git("log", "--format=%s").splitlines()) == 5
    listed = json.loads(desk.ok("ticket", "list", "--format", "json"))
    assert {row["summary"] for row in listed} == {f"第{number}件" for number in range(5)}
    assert desk.run("validate").code == 0


def test_steps_on_one_ticket_at_the_same_time_are_all_recorded(desk: Desk) -> None:
    desk.add()
    waiting = [begin(desk, "ticket", "note", "001", "--text", f"第{number}句") for number in range(4)]
    assert [end(process).code for process in waiting] == [0] * 4
    events = json.loads(desk.ok("show", "001", "--format", "json"))["events"]
    assert {event.get("text") for event in events} == {None, *(f"第{number}句" for number in range(4))}
    assert desk.git("status", "--porcelain") == ""


def test_of_two_that_cannot_both_happen_one_is_refused(desk: Desk) -> None:
    desk.add()
    done = [
        end(process)
        for process in [begin(desk, "ticket", "cancel", "001", "--reason", f"第{number}人取消") for number in range(2)]
    ]
    assert sorted(d.code for d in done) == [0, 2]
    assert (desk.root / "tickets/2026/10/T-20261014-001.yaml").read_text("utf-8").count("event: cancelled") == 1


def test_readers_are_not_kept_waiting_by_a_writer(desk: Desk) -> None:
    """A hook that takes its time holds the lock; reading goes on, and sees a whole record."""
    desk.add()
    gate = desk.root.parent / "gate"
    os.mkfifo(gate)
    hooks = desk.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-commit").write_text(f"#!/bin/sh\necho in > '{gate}'\ncat '{gate}' > /dev/null\n", "utf-8")
    (hooks / "pre-commit").chmod(0o755)
    writing = begin(desk, "ticket", "note", "001", "--text", "慢")
    with gate.open() as opened:
        assert opened.read() == "in\n"
    for reading in (("overdue",), ("ticket", "list"), ("show", "001"), ("validate",)):
        assert desk.run(*reading).code == 0
    gate.write_text("out\n")
    assert end(writing).code == 0
    assert desk.git("status", "--porcelain") == ""


def test_what_hangs_is_gone_after_the_test(desk: Desk) -> None:
    """A hook that never ends: whoever gave up waiting leaves neither a process nor an open pipe."""
    gate = desk.root.parent / "gate"
    os.mkfifo(gate)
    hooks = desk.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-commit").write_text(f"#!/bin/sh\necho in > '{gate}'\ncat '{gate}' > /dev/null\n", "utf-8")
    (hooks / "pre-commit").chmod(0o755)
    process = begin(desk, *ADD, "--summary", "x")
    with gate.open() as opened:
        assert opened.read() == "in\n"
    desk.end()
    gate.write_text("out\n")
    assert process.returncode == -9
    assert process.stdout is not None and process.stdout.closed
    assert process.stderr is not None and process.stderr.closed


def closed(desk: Desk, *arguments: str) -> Done:
    """Run a command whose output nobody reads: the other end of the pipe is closed before it starts."""
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        command(*arguments),
        cwd=desk.root,
        env=environment(desk),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    desk.begun.append(process)
    os.close(writer)
    return end(process)


def test_head_ends_a_list_without_a_word(desk: Desk) -> None:
    desk.add()
    done = subprocess.run(
        "set -o pipefail; " + " ".join(str(part) for part in command("ticket", "list")) + " | head -1",
        shell=True,
        executable="/bin/bash",
        cwd=desk.root,
        env=environment(desk),
        capture_output=True,
        check=False,
    )
    assert done.stdout.startswith(b"ticket")
    assert done.stderr == b""
    assert done.returncode == 0


def test_a_closed_pipe_is_no_traceback(desk: Desk) -> None:
    desk.add()
    for arguments in (("ticket", "list"), ("overdue",), ("--help",), ("ticket", "note", "--help"), ("--version",)):
        done = closed(desk, *arguments)
        assert done.err == "", arguments
        assert done.code in (0, 141)
    for arguments in (("show", "999"), ("frobnicate",), ("ticket", "note", "001")):
        done = closed(desk, *arguments)
        assert done.code == 2
        assert "Traceback" not in done.err and "Exception ignored" not in done.err


def test_what_is_wrong_is_not_right_because_nobody_listens(desk: Desk) -> None:
    desk.write("tickets/2026/10/T-20261014-001.yaml", "id: [broken\n")
    assert closed(desk, "validate").code != 0
    assert closed(desk, "ticket", "list").code != 0


def test_a_change_is_recorded_though_nobody_listens(desk: Desk) -> None:
    done = closed(desk, *ADD, "--summary", "水管漏水")
    assert done.err == ""
    assert desk.git("status", "--porcelain") == ""
    assert "accepted" in desk.git("log", "-1", "--format=%s")


def test_a_long_plan_is_recorded_though_nobody_listens(desk: Desk) -> None:
    intake = desk.root.parent / "in.yaml"
    row = "- kind: repair\n  category: water\n  unit: 3-2-0501\n  caller: {name: 王丽}\n  summary: "
    intake.write_text("tickets:\n" + "".join(f"{row}{'漏' * 150}{number}\n" for number in range(30)), "utf-8")
    desk.ok("ticket", "add", "--from", str(intake))
    done = closed(desk, "dispatch", "--apply", "--one-commit")
    assert "dispatched" in desk.git("log", "-1", "--format=%B") or done.err, "neither recorded nor said"


def test_a_full_disk_is_told(desk: Desk) -> None:
    desk.add()
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            command("ticket", "list"),
            cwd=desk.root,
            env=environment(desk),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_standard_streams_that_are_not_there(desk: Desk) -> None:
    desk.add()
    for closing in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            " ".join(str(part) for part in command("ticket", "note", "001", "--text", "x")) + " " + closing,
            shell=True,
            cwd=desk.root,
            env=environment(desk),
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr, closing
        assert done.returncode == 0, (closing, done.stderr)
    assert desk.run("validate").code == 0
    assert desk.git("status", "--porcelain") == ""


def test_a_question_without_a_terminal_is_not_asked(desk: Desk) -> None:
    done = run(desk, "ticket", "add", "--kind", "repair")
    assert done.code == 2
    assert "--category is missing" in done.err


def test_a_folder_that_was_removed_under_the_shell(desk: Desk) -> None:
    done = subprocess.run(
        "mkdir ../gone && cd ../gone && rmdir ../gone && " + " ".join(str(part) for part in command("overdue")),
        shell=True,
        cwd=desk.root,
        env={**environment(desk), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 3
    assert done.stderr.startswith(b"propcli: ")


def test_a_plan_cut_short_says_what_was_recorded(desk: Desk) -> None:
    """Each ticket is a commit of its own; the second is refused."""
    desk.add()
    desk.add("--category", "electricity")
    hook = desk.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nif git diff --cached --name-only | grep -q 002; then exit 1; fi\n")
    hook.chmod(0o755)
    result = desk.run("dispatch", "--apply")
    assert result.code == 3
    assert desk.git("status", "--porcelain") == ""
    assert "dispatched" in desk.git("log", "-1", "--format=%b")
    assert "1 sent" in result.all


def test_a_lock_that_is_held_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    monkeypatch.setattr(turn, "WAIT_SECONDS", 0.2)
    with (desk.root / ".git" / "propcli" / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another propcli" in desk.refused("ticket", "note", "001", "--text", "x", code=3)
    desk.ok("ticket", "note", "001", "--text", "x")


@pytest.mark.parametrize("what", ["a file for the folder", "a folder for the lock"])
def test_something_else_where_the_lock_should_be(desk: Desk, what: str) -> None:
    private = desk.root / ".git" / "propcli"
    shutil.rmtree(private)
    if what == "a file for the folder":
        private.touch()
    else:
        private.mkdir()
        (private / "lock").mkdir()
    result = desk.run(*ADD, "--summary", "x")
    assert result.code in (0, 3)
    assert "Traceback" not in result.all


@pytest.mark.prove
def test_of_twenty_writers_at_once_nobody_is_refused(desk: Desk) -> None:
    desk.add()
    for _ in range(3):
        waiting = [begin(desk, "ticket", "note", "001", "--text", f"第{number}句") for number in range(20)]
        done = [end(process) for process in waiting]
        assert [one.code for one in done] == [0] * 20, [one.err for one in done]
    assert desk.git("log", "--format=%s").count("noted") == 60
    assert desk.git("status", "--porcelain") == ""
