"""What the desk cannot solve: up to the supervisor, then to the manager, and back with a decision [T7]."""

import pytest

from .asking import MENDED, add, events, falls_due, owed, refuses, walk


@pytest.mark.rule("T7")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("10:00", "2026-10-14T14:00:00+08:00"),
        ("16:00", "2026-10-15T11:40:00+08:00"),
        ("13:50", "2026-10-14T17:50:00+08:00"),
        ("20:00", "2026-10-15T13:30:00+08:00"),
        ("2026-10-17T16:50", "2026-10-18T12:30:00+08:00"),
    ],
)
def test_the_supervisor_decides(desk, at, moment):
    """What went up comes back with the supervisor's decision within 4 desk hours."""
    ticket = add(desk)
    walk(desk, ticket, f"{at} escalate --to supervisor --reason 需停水")
    falls_due(desk, ticket, "T7", "decision", "wang.gang", moment)


@pytest.mark.rule("T7")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("10:00", "2026-10-15T18:00:00+08:00"),
        ("2026-10-16T16:00", "2026-10-19T18:00:00+08:00"),
        ("2026-10-17T10:00", "2026-10-19T18:00:00+08:00"),
    ],
)
def test_the_manager_decides(desk, at, moment):
    """What went on to the manager is decided by the end of the next working day."""
    ticket = add(desk)
    walk(desk, ticket, f"{at} escalate --to manager --reason 需停水")
    falls_due(desk, ticket, "T7", "decision", "chen.jing", moment)


@pytest.mark.rule("T7")
def test_first_the_supervisor_then_the_manager(desk):
    """What the supervisor passes on to the manager, the manager owes and the supervisor no longer."""
    ticket = add(desk)
    walk(desk, ticket, "escalate --to supervisor --reason 需停水", "12:00 escalate --to manager --reason 整栋停水")
    standing = {o["by"]: o["standing"] for o in owed(desk, ticket, "T7", "decision")}
    assert standing == {"wang.gang": "met", "chen.jing": "open"}


@pytest.mark.rule("T7")
def test_where_there_is_no_supervisor_the_manager_answers(desk):
    """A team without a supervisor has nobody between it and the manager: nothing waits unseen."""
    ticket = add(desk, "--category noise --kind help")
    walk(desk, ticket, "escalate --to supervisor --reason 屡劝不止")
    falls_due(desk, ticket, "T7", "decision", "chen.jing", "2026-10-14T14:00:00+08:00")


@pytest.mark.rule("T7")
@pytest.mark.parametrize(
    "decision", ["dispatch --to zhang.wei", "reply --text 明天安排", "delay --until 2026-10-16T12:00 --reason 等配件"]
)
def test_a_decision(desk, decision):
    """Sending somebody, answering, telling a new time: any of them is the decision."""
    ticket = add(desk)
    walk(desk, ticket, "escalate --to supervisor --reason 需停水", decision)
    (went_up,) = owed(desk, ticket, "T7", "decision")
    assert went_up["standing"] == "met"


@pytest.mark.rule("T7")
def test_it_goes_up_once(desk):
    """What is with the supervisor already does not go there again; it may go on to the manager."""
    ticket = add(desk)
    walk(desk, ticket, "escalate --to supervisor --reason 需停水")
    refuses(desk, ticket, "escalate --to supervisor --reason 仍需停水", "T7")
    walk(desk, ticket, "escalate --to manager --reason 仍需停水")
    refuses(desk, ticket, "escalate --to manager --reason 仍需停水", "T7")


@pytest.mark.rule("T7", "F5")
def test_what_is_reopened_may_go_up_again(desk):
    """A ticket decided, done and reopened that the desk again cannot solve goes up again."""
    ticket = add(desk)
    walk(desk, ticket, "escalate --to supervisor --reason 需停水", *MENDED, "reopen --reason 又漏了")
    walk(desk, ticket, "11:00 escalate --to supervisor --reason 又需停水")
    assert events(desk, ticket).count("escalated") == 2
    assert [o["due"] for o in owed(desk, ticket, "T7", "decision") if o["standing"] == "open"] == [
        "2026-10-14T15:00:00+08:00"
    ]


@pytest.mark.rule("T7")
def test_nowhere_else_to_go(desk):
    """A ticket goes up to the supervisor or the manager, to nobody else."""
    ticket = add(desk)
    said = desk.refused("ticket", "escalate", ticket, "--to", "mayor", "--reason", "不满")
    assert "supervisor" in said and "manager" in said
