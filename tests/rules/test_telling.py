"""What the resident is told: the expected time, a delay before it, an answer to each [T8, T10, T11]."""

import pytest

from .asking import FOUND, JUDGED, SENT, add, due, events, falls_due, overdue, owed, record, refuses, walk

# --- T8


@pytest.mark.rule("T8")
@pytest.mark.parametrize("kind", ["help", "convenience", "entrusted"])
def test_services_take_three_days(desk, kind):
    """Help and services are done within 3 days, by the person sent."""
    ticket = add(desk, f"--kind {kind}")
    walk(desk, ticket, *SENT)
    falls_due(desk, ticket, "T8", "resolution", "zhang.wei", "2026-10-17T10:00:00+08:00")


@pytest.mark.rule("T8", "P7")
@pytest.mark.parametrize("expected", ["2026-10-14T16:00:00+08:00", "2026-10-24T09:00:00+08:00"])
@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ("--kind help", "T8"),
        ("--kind convenience", "T8"),
        ("--kind entrusted", "T8"),
        ("--kind repair", "P7"),
        ("--kind repair --urgency urgent", "P7"),
        ("--kind repair --urgency urgent --category gas", "P7"),
    ],
)
def test_the_time_told_stands(desk, options, rule, expected):
    """The time the resident was told stands instead of the office's own limit, earlier or later."""
    ticket = add(desk, f"{options} --expected {expected}")
    falls_due(desk, ticket, rule, "resolution", "wang.gang", expected)


@pytest.mark.rule("T8")
def test_a_day_told_is_its_end(desk):
    """Told only the day, the resident may expect it until the end of that day."""
    ticket = add(desk, "--kind help --expected 2026-10-16")
    falls_due(desk, ticket, "T8", "resolution", "wang.gang", "2026-10-16T23:59:59+08:00")


@pytest.mark.rule("T8")
@pytest.mark.parametrize("promise", ["--expected 09:59", "--appointment 09:59"])
def test_no_promise_for_the_past(desk, promise):
    """Neither the time told nor that of the visit has passed when it is told."""
    option, moment = promise.split()
    ADD = ("ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--summary", "漏")
    assert "[T8]" in desk.refused(*ADD, "--name", "王丽", option, moment)
    refuses(desk, add(desk), f"dispatch --to zhang.wei {promise}", "T8")


@pytest.mark.rule("T8")
def test_the_time_told_when_somebody_is_sent(desk):
    """The resident may be told the time when somebody is sent."""
    ticket = add(desk)
    walk(desk, ticket, "dispatch --to zhang.wei --expected 15:00")
    falls_due(desk, ticket, "P7", "resolution", "zhang.wei", "2026-10-14T15:00:00+08:00")


@pytest.mark.rule("T8")
def test_what_was_promised_on_a_complaint(desk):
    """A time told for a complaint is owed beside the limits of its severity."""
    ticket = add(desk, "--kind complaint --severity major --expected 2026-10-15T12:00")
    falls_due(desk, ticket, "T8", "promise", "zhou.min", "2026-10-15T12:00:00+08:00")
    assert due(desk, ticket, "C1", "resolution") == "2026-10-24T10:00:00+08:00"


@pytest.mark.rule("T8")
@pytest.mark.parametrize("at", ["14:59", "15:00"])
def test_a_delay_told_in_time(desk, at):
    """Told before the old time has passed, the new time stands; the reason is on record."""
    ticket = add(desk, "--expected 15:00")
    walk(desk, ticket, *SENT, f"{at} delay --until 2026-10-15T11:00 --reason 等配件 --who 王丽 --how phone")
    assert record(desk, ticket)["events"][-1] == {
        "at": f"2026-10-14T{at}:00+08:00",
        "by": "zhou.min",
        "event": "delayed",
        "who": "王丽",
        "expected": "2026-10-15T11:00:00+08:00",
        "reason": "等配件",
        "how": "phone",
    }
    falls_due(desk, ticket, "P7", "resolution", "zhang.wei", "2026-10-15T11:00:00+08:00")


@pytest.mark.rule("T8")
def test_a_delay_told_too_late(desk):
    """Once the time told has passed, no new time makes it undone; what was said is noted."""
    ticket = add(desk, "--expected 15:00")
    refuses(desk, ticket, "delay --until 2026-10-15T11:00 --reason 等配件", "T8", at="15:00:01")
    walk(desk, ticket, "note --text 已致歉")
    assert ("P7", "resolution", "wang.gang") in overdue(desk, "2026-10-14T15:00:01+08:00")


@pytest.mark.rule("T8")
@pytest.mark.parametrize(("at", "taken"), [("2026-10-17T10:00:00", True), ("2026-10-17T10:00:01", False)])
def test_where_no_time_was_told_the_limit_is_the_old_time(desk, at, taken):
    """Without a time told, the limit of the policy is what a delay has to be told before."""
    ticket = add(desk, "--kind help")
    delay = "delay --until 2026-10-20T10:00 --reason 等配件"
    if taken:
        walk(desk, ticket, f"{at} {delay}")
        assert due(desk, ticket, "T8", "resolution") == "2026-10-20T10:00:00+08:00"
    else:
        refuses(desk, ticket, delay, "T8", at=at)


@pytest.mark.rule("T8")
@pytest.mark.parametrize("until", ["2026-10-14T09:00", "10:30"])
def test_a_new_time_lies_ahead(desk, until):
    """A new time that has passed, or is now, is none."""
    ticket = add(desk)
    refuses(desk, ticket, f"delay --until {until} --reason 等配件", "T8", at="10:30")


@pytest.mark.rule("T8")
def test_a_delay_has_its_reason(desk):
    """A delay without a reason, or without a new time, is refused."""
    ticket = add(desk)
    assert "--reason" in desk.refused("ticket", "delay", ticket, "--until", "12:00")
    refuses(desk, ticket, "delay --reason 等配件", "T8")


@pytest.mark.rule("T8")
def test_sending_somebody_else_is_no_way_round(desk):
    """After the time told has passed, telling another with a dispatch does not make it undone either."""
    ticket = add(desk, "--expected 15:00")
    walk(desk, ticket, *SENT)
    desk.run("ticket", "dispatch", ticket, "--to", "li.qiang", "--expected", "2026-10-16T12:00", at="16:00")
    assert "resolution" in [what for _, what, _ in overdue(desk, "2026-10-14T16:01:00+08:00")]


@pytest.mark.rule("T8", "F5")
def test_after_reopening_a_new_time_is_told(desk):
    """The time told for the first repair is over with it: when it is reopened the resident is told a new one."""
    ticket = add(desk, "--expected 15:00")
    walk(desk, ticket, *FOUND, "done --text 好了", "16:00 reopen --reason 又漏了")
    walk(desk, ticket, "delay --until 2026-10-15T12:00 --reason 需换管")
    _first, second = owed(desk, ticket, "P7", "resolution")
    assert second["due"] == "2026-10-15T12:00:00+08:00"


@pytest.mark.rule("T8", "M1")
def test_a_time_told_later_does_not_mend_what_was_late(desk):
    """A new time told after reopening says nothing about the first repair, which was late."""
    ticket = add(desk, "--kind help")
    walk(desk, ticket, *SENT, "2026-10-20T10:00 done --text 好了", "11:00 reopen --reason 又坏了")
    walk(desk, ticket, "delay --until 2026-10-22T12:00 --reason 等配件")
    first, second = owed(desk, ticket, "T8", "resolution")
    assert (first["due"], first["late"]) == ("2026-10-17T10:00:00+08:00", True)
    assert second["due"] == "2026-10-22T12:00:00+08:00"


@pytest.mark.rule("T8")
def test_waiting_says_for_what(desk):
    """A pause names what is waited for, and why; anything else is refused."""
    ticket = add(desk)
    said = desk.refused("ticket", "pause", ticket, "--for", "inspiration", "--reason", "x")
    assert all(what in said for what in ("resident", "parts", "weather", "authority"))
    walk(desk, ticket, "pause --for parts --reason 等水泵到货")
    assert record(desk, ticket)["events"][-1]["waiting_for"] == "parts"


# --- T10


@pytest.mark.rule("T10")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("10:00", "2026-10-15T18:00:00+08:00"),
        ("23:59", "2026-10-15T18:00:00+08:00"),
        ("2026-10-16T09:00", "2026-10-19T18:00:00+08:00"),
    ],
)
def test_an_inquiry_is_answered_by_the_next_working_day(desk, at, moment):
    """An inquiry is answered by its acceptor by the close of the next working day."""
    ticket = add(desk, "--kind inquiry", at=at)
    falls_due(desk, ticket, "T10", "reply", "zhou.min", moment)


@pytest.mark.rule("T10", "T11")
@pytest.mark.parametrize(("kind", "rule"), [("inquiry", "T10"), ("suggestion", "T11")])
def test_an_answer_by_a_time_agreed(desk, kind, rule):
    """Where a specialist is needed and a time was agreed for the answer, that time stands."""
    ticket = add(desk, f"--kind {kind} --expected 2026-10-20T17:00")
    falls_due(desk, ticket, rule, "reply", "zhou.min", "2026-10-20T17:00:00+08:00")


@pytest.mark.rule("T10", "T11")
@pytest.mark.parametrize("kind", ["inquiry", "suggestion"])
def test_no_closing_without_an_answer(desk, kind):
    """An inquiry or suggestion is closed only after its answer; the answer is its end."""
    ticket = add(desk, f"--kind {kind}")
    refuses(desk, ticket, "close", "T11")
    walk(desk, ticket, "reply --text 已答复")
    assert record(desk, ticket)["status"] == "done"
    walk(desk, ticket, "close")


@pytest.mark.rule("T10", "C5")
def test_what_was_answered_is_closed(desk):
    """Once answered it is closed within 3 days."""
    ticket = add(desk, "--kind inquiry")
    walk(desk, ticket, "11:00 reply --text 已答复")
    falls_due(desk, ticket, "C5", "closing", "zhou.min", "2026-10-17T11:00:00+08:00")


# --- T11


@pytest.mark.rule("T11")
@pytest.mark.parametrize(
    ("at", "moment"),
    [("10:00", "2026-10-19T18:00:00+08:00"), ("2026-10-16T10:00", "2026-10-21T18:00:00+08:00")],
)
def test_a_suggestion_is_answered(desk, at, moment):
    """Who made a suggestion has an answer by the close of the third working day."""
    ticket = add(desk, "--kind suggestion", at=at)
    falls_due(desk, ticket, "T11", "reply", "zhou.min", moment)


@pytest.mark.rule("T11")
def test_a_duplicate_is_answered_too(desk):
    """Of two tickets about one matter, each resident has an answer: the duplicate's within 2 days."""
    first, second = add(desk), add(desk, "--unit 3-2-0601 --name 李军")
    walk(desk, second, f"10:30 merge --into {first}")
    assert record(desk, second)["duplicate_of"] == first
    falls_due(desk, second, "T11", "reply", "zhou.min", "2026-10-16T10:30:00+08:00")
    walk(desk, second, "reply --text 楼上已在维修 --who 李军")
    assert [o["standing"] for o in owed(desk, second, "T11", "reply")] == ["met"]


@pytest.mark.rule("T11")
def test_of_a_duplicate_nothing_else_is_owed(desk):
    """What was owed on a duplicate is owed on the ticket that goes on; only the answer is still its own."""
    first, second = add(desk), add(desk, "--unit 3-2-0601")
    walk(desk, second, f"merge --into {first}")
    late = "2026-12-01T10:00:00+08:00"
    assert overdue(desk, late).count(("T11", "reply", "zhou.min")) == 1
    assert overdue(desk, late).count(("T6", "dispatch", "zhou.min")) == 1


@pytest.mark.rule("T11")
@pytest.mark.parametrize("severity", ["minor", "important", "major"])
def test_a_duplicate_complaint_can_be_answered(desk, severity):
    """The resident of a complaint merged into another is owed an answer, and can be given it."""
    first, second = (add(desk, f"--kind complaint --severity {severity}") for _ in range(2))
    walk(desk, first, "escalate --to manager --reason 重大投诉", JUDGED)
    walk(desk, second, f"merge --into {first}", "reply --text 已与施工方约定九点开工")
    assert events(desk, second)[-1] == "replied"


@pytest.mark.rule("T11", "C1", "C4")
def test_no_answer_before_there_is_a_position(desk):
    """Nobody replies for the company before the matter was judged and, if it is major, reported to the manager."""
    ticket = add(desk, "--kind complaint --severity major")
    refuses(desk, ticket, "reply --text 我们负全责", "C4")
    walk(desk, ticket, JUDGED)
    refuses(desk, ticket, "reply --text 我们负全责", "C1")
    walk(desk, ticket, "escalate --to manager --reason 重大投诉", "reply --text 九点后才开工")


@pytest.mark.rule("T11", "C5")
def test_only_the_acceptor_answers(desk):
    """Nobody but the acceptor speaks for the office."""
    ticket = add(desk, "--kind suggestion")
    refuses(desk, ticket, "reply --text 好主意 --by zhang.wei", "C5")
    walk(desk, ticket, "reply --text 好主意 --by zhou.min")
