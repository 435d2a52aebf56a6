"""Complaints: severity and its limits, the steps, who answers for it [C1, C2, C3, C4, C5, C6]."""

import pytest

from propcli.desk.duty import Debtor, debtor
from propcli.store.estate import Estate
from tests.kinds.samples import sample

from .asking import JUDGED, UNFOUNDED, add, due, events, falls_due, overdue, owed, record, refuses, walk

ESCALATE = "escalate --to manager --reason 影响恶劣"
UP = "escalate --to supervisor --reason 管理失误"
DONE = "done --text 已整改"
REPLY = "reply --text 已整改并道歉"
CLOSE = "close --text 加强装修时间管理"


def complain(desk, severity: str = "minor", options: str = "", at: str | None = None) -> str:
    return add(desk, f"--kind complaint --category noise --severity {severity} {options}", at=at)


# --- C1, C2, C3: the limits

LIMITS = {
    # severity, taken in when, rule, what is owed, until when
    "major: report the same day": ("major", "10:00", "C1", "report", "2026-10-14T23:59:59+08:00"),
    "major: report, late in the day": ("major", "23:59", "C1", "report", "2026-10-14T23:59:59+08:00"),
    "major: report, at midnight": ("major", "2026-10-15T00:00", "C1", "report", "2026-10-15T23:59:59+08:00"),
    "major: report, last day of the month": ("major", "2026-10-31T20:00", "C1", "report", "2026-10-31T23:59:59+08:00"),
    "major: reply in 2 days": ("major", "10:00", "C1", "reply", "2026-10-16T10:00:00+08:00"),
    "major: reply, over the weekend": ("major", "2026-10-16T18:30", "C1", "reply", "2026-10-18T18:30:00+08:00"),
    "major: reply, over the year": ("major", "2026-12-30T11:11", "C1", "reply", "2027-01-01T11:11:00+08:00"),
    "major: resolved in 10 days": ("major", "10:00", "C1", "resolution", "2026-10-24T10:00:00+08:00"),
    "major: resolved, over the month": ("major", "2026-10-25T10:00", "C1", "resolution", "2026-11-04T10:00:00+08:00"),
    "important: report within the hour": ("important", "10:00", "C2", "report", "2026-10-14T11:00:00+08:00"),
    "important: report, at night": ("important", "23:30", "C2", "report", "2026-10-15T00:30:00+08:00"),
    "important: resolved in 3 days": ("important", "10:00", "C2", "resolution", "2026-10-17T10:00:00+08:00"),
    "minor: resolved in 2 days": ("minor", "10:00", "C3", "resolution", "2026-10-16T10:00:00+08:00"),
    "minor: resolved, over February": ("minor", "2026-02-27T08:00", "C3", "resolution", "2026-03-01T08:00:00+08:00"),
    "minor: resolved, leap year": ("minor", "2028-02-28T08:00", "C3", "resolution", "2028-03-01T08:00:00+08:00"),
    "judged within a day": ("minor", "10:00", "C4", "judgement", "2026-10-15T10:00:00+08:00"),
    "major: judged within a day": ("major", "10:00", "C4", "judgement", "2026-10-15T10:00:00+08:00"),
    "important: replied in 3 days": ("important", "10:00", "C4", "reply", "2026-10-17T10:00:00+08:00"),
    "minor: replied in 3 days": ("minor", "10:00", "C4", "reply", "2026-10-17T10:00:00+08:00"),
}


@pytest.mark.rule("C1", "C2", "C3", "C4", "C5")
@pytest.mark.parametrize("case", LIMITS)
def test_in_time(desk, case):
    """What a complaint of each severity demands, by when; the acceptor owes it."""
    severity, at, rule, what, moment = LIMITS[case]
    ticket = complain(desk, severity, at=at)
    falls_due(desk, ticket, rule, what, "zhou.min", moment)


@pytest.mark.rule("C1", "C2", "C3")
@pytest.mark.parametrize(
    ("severity", "demands"),
    [
        ("major", {("C1", "report"), ("C1", "reply"), ("C1", "resolution"), ("C4", "judgement")}),
        ("important", {("C2", "report"), ("C2", "resolution"), ("C4", "judgement"), ("C4", "reply")}),
        ("minor", {("C3", "resolution"), ("C4", "judgement"), ("C4", "reply")}),
    ],
)
def test_nothing_more_is_demanded(desk, severity, demands):
    """Left alone, a complaint is overdue by the limits of its own severity and no other."""
    complain(desk, severity)
    assert {(rule, what) for rule, what, _ in overdue(desk, "2026-12-01T10:00:00+08:00")} == demands


@pytest.mark.rule("C3")
@pytest.mark.parametrize("asked", ["2026-10-14T18:00:00+08:00", "2026-10-20T12:00:00+08:00"])
def test_by_the_time_the_resident_asked_for(desk, asked):
    """A minor complaint is resolved by the time the resident asked for, where one was."""
    ticket = complain(desk, "minor", f"--asked-by {asked}")
    falls_due(desk, ticket, "C3", "resolution", "zhou.min", asked)


@pytest.mark.rule("C1", "C2")
@pytest.mark.parametrize(("severity", "rule"), [("major", "C1"), ("important", "C2")])
def test_the_graver_ones_do_not_wait_longer(desk, severity, rule):
    """For a graver complaint the limit stands, whatever time the resident asked for."""
    ticket = complain(desk, severity, "--asked-by 2026-11-30T12:00")
    assert due(desk, ticket, rule, "resolution") < "2026-10-25"


@pytest.mark.rule("C1")
def test_a_major_complaint_goes_to_the_manager(desk):
    """Reported to the supervisor it is not reported to the manager."""
    ticket = complain(desk, "major")
    walk(desk, ticket, "10:30 escalate --to supervisor --reason 影响恶劣")
    assert ("C1", "report", "zhou.min") in overdue(desk, "2026-10-15T00:00:00+08:00")
    walk(desk, ticket, "23:59:59 " + ESCALATE)
    assert ("C1", "report", "zhou.min") not in overdue(desk, "2026-10-15T00:00:00+08:00")


@pytest.mark.rule("C2")
@pytest.mark.parametrize("level", ["supervisor", "manager"])
def test_an_important_complaint_goes_up(desk, level):
    """Told the supervisor, or the manager at once, within the hour, it is reported."""
    ticket = complain(desk, "important")
    walk(desk, ticket, f"11:00 escalate --to {level} --reason 管理失误")
    assert [(o["standing"], o["late"]) for o in owed(desk, ticket, "C2", "report")] == [("met", False)]


@pytest.mark.rule("C1", "C2", "C3", "C4")
@pytest.mark.parametrize(
    ("severity", "stands", "goes_on"),
    [
        ("major", {"C1 resolution"}, {"C1 report", "C1 reply", "C4 judgement"}),
        ("important", {"C2 resolution", "C4 reply"}, {"C2 report", "C4 judgement"}),
        ("minor", {"C3 resolution", "C4 reply"}, {"C4 judgement"}),
    ],
)
def test_what_a_pause_stops(desk, severity, stands, goes_on):
    """Waiting stops the time for the solution, not the one for reporting, judging, or a major complaint's reply."""
    ticket = complain(desk, severity)
    walk(desk, ticket, "10:15 pause --for authority --reason 等城管鉴定")
    late = {f"{rule} {what}" for rule, what, _ in overdue(desk, "2026-12-01T10:00:00+08:00")}
    assert late == goes_on
    assert {o["standing"] for name in stands for o in owed(desk, ticket, *name.split())} == {"stopped"}


@pytest.mark.rule("C1", "C4")
def test_it_turns_out_worse(desk):
    """A complaint judged graver than it seemed has the graver limits, counted from its intake."""
    ticket = complain(desk, "minor")
    walk(desk, ticket, f"11:00 {JUDGED} --severity major")
    assert due(desk, ticket, "C1", "report") == "2026-10-14T23:59:59+08:00"
    assert due(desk, ticket, "C1", "resolution") == "2026-10-24T10:00:00+08:00"
    assert owed(desk, ticket, "C3", "resolution") == []
    refuses(desk, ticket, REPLY, "C1")


# --- C4: the steps

VALID = "judge --valid --cause 施工过早 --responsible 装修公司 --solution 改到九点开工"
STEPS = {
    # severity, what happened, what cannot follow, by which rule, what was missing
    "reply before judged": ("minor", (), REPLY, "C4", (VALID,)),
    "done before judged": ("minor", (), DONE, "C4", (VALID,)),
    "close before judged": ("minor", (), CLOSE, "C4", (VALID, DONE, REPLY, "follow-up --solved")),
    "reply before the cause": (
        "minor",
        ("judge --valid --responsible 张三 --solution 道歉",),
        REPLY,
        "C4",
        ("judge --valid --cause 疏忽",),
    ),
    "reply before who is responsible": (
        "minor",
        ("judge --valid --cause 疏忽 --solution 道歉",),
        REPLY,
        "C4",
        ("judge --valid --responsible 张三",),
    ),
    "done before a solution": (
        "minor",
        ("judge --valid --cause 疏忽 --responsible 张三",),
        DONE,
        "C4",
        ("judge --valid --solution 道歉",),
    ),
    "follow up before the reply": ("minor", (VALID, DONE), "follow-up --solved", "C4", (REPLY,)),
    "follow up before it is resolved": ("minor", (VALID, REPLY), "follow-up --solved", "F4", (DONE,)),
    "close before the follow-up": ("minor", (VALID, DONE, REPLY), CLOSE, "C6", ("follow-up --solved",)),
    "close without summing up": ("minor", (VALID, DONE, REPLY, "follow-up --solved"), "close", "C4", ()),
    "an invalid one closed without reply": (
        "minor",
        ("judge --invalid", DONE),
        "follow-up --solved",
        "C4",
        (REPLY,),
    ),
    "an important one done before reported": ("important", (VALID,), DONE, "C2", (UP,)),
    "a major one replied before reported": ("major", (VALID,), REPLY, "C1", (ESCALATE,)),
    "a major one done before reported": ("major", (VALID, UP), DONE, "C1", (ESCALATE,)),
}


@pytest.mark.rule("C1", "C2", "C4", "C6", "F4")
@pytest.mark.parametrize("case", STEPS)
def test_no_step_is_left_out(desk, case):
    """Judge, cause, responsible, solution, reply, follow-up, summing-up: none is skipped."""
    severity, before, step, rule, missing = STEPS[case]
    ticket = complain(desk, severity)
    walk(desk, ticket, *before)
    refuses(desk, ticket, step, rule)
    walk(desk, ticket, *missing, step if step != "close" else CLOSE)


@pytest.mark.rule("C4")
def test_a_complaint_has_a_severity(desk):
    """A complaint is taken in as major, important or minor."""
    said = desk.refused(
        "ticket",
        "add",
        "--kind",
        "complaint",
        "--category",
        "noise",
        "--unit",
        "1-1-0101",
        "--summary",
        "x",
        "--name",
        "李",
    )
    assert "[C4]" in said


@pytest.mark.rule("C4")
def test_an_invalid_complaint_is_answered_and_helped(desk):
    """A complaint without ground needs no cause and nobody to blame, but a reply and a follow-up as any other."""
    ticket = complain(desk)
    walk(desk, ticket, *UNFOUNDED, "follow-up --solved", CLOSE)
    assert events(desk, ticket) == ["accepted", "judged", "done", "replied", "followed_up", "closed"]


@pytest.mark.rule("C4")
def test_what_was_found_is_on_record(desk):
    """Whether it is valid, the cause, who is responsible and the solution stand in the record."""
    ticket = complain(desk)
    walk(desk, ticket, VALID)
    judged = record(desk, ticket)["events"][-1]
    assert (judged["valid"], judged["cause"], judged["responsible"], judged["solution"]) == (
        True,
        "施工过早",
        "装修公司",
        "改到九点开工",
    )


@pytest.mark.rule("C4")
@pytest.mark.parametrize("kind", ["repair", "suggestion", "inquiry", "help", "praise"])
def test_only_complaints_are_judged(desk, kind):
    """Nothing but a complaint is judged."""
    refuses(desk, add(desk, f"--kind {kind}"), "judge --valid", "C4")


@pytest.mark.rule("C4", "C6")
def test_closing_with_the_follow_up(desk):
    """Followed up and closed at once, the summing-up is still needed."""
    ticket = complain(desk)
    walk(desk, ticket, *UNFOUNDED)
    refuses(desk, ticket, "follow-up --solved --close", "C4")
    walk(desk, ticket, "follow-up --solved --close --summary 加强解释")
    assert record(desk, ticket)["status"] == "closed"


@pytest.mark.rule("C4", "F5")
def test_reopened_it_is_answered_again(desk):
    """After reopening, the new solution is done, told and followed up again before it is closed."""
    ticket = complain(desk)
    walk(desk, ticket, *UNFOUNDED, "follow-up --unsolved --text 仍有噪音")
    refuses(desk, ticket, CLOSE, "C6")
    walk(desk, ticket, DONE)
    refuses(desk, ticket, "follow-up --solved", "C4")
    walk(desk, ticket, REPLY, "follow-up --solved", CLOSE)


# --- C5: who accepts it answers for it


@pytest.mark.rule("C5")
def test_the_acceptor_stays_answerable(desk):
    """Whoever else is sent, the acceptor owes the reply and the solution."""
    ticket = complain(desk, options="--by lin.yue")
    walk(desk, ticket, "dispatch --to zhao.lei", "confirm")
    assert {who for _, _, who in overdue(desk, "2026-12-01T10:00:00+08:00")} == {"lin.yue"}


@pytest.mark.rule("C5")
def test_what_nobody_has_accepted_is_the_desks(desk):
    """What came from another system has no acceptor here: the desk answers for it, not the supervisor of the team."""
    estate, accepted = Estate(desk.root), sample("ticket")
    nobodys = accepted.model_copy(update={"acceptor": None})
    rows = [row for row in estate.policy.obligations if row.record == "ticket" and row.by == "acceptor"]

    def owes(ticket):
        return {debtor(row, ticket, estate.settings, estate.policy) for row in rows}

    assert owes(accepted) == {Debtor("acceptor", "zhou.min")}
    assert owes(nobodys) == {Debtor("desk", "zhou.min")}


@pytest.mark.rule("C5")
def test_handing_over_is_recorded(desk):
    """Another acceptor is answerable from the hand-over on, which is an event of its own."""
    ticket = complain(desk)
    walk(desk, ticket, "10:40 hand-over-to lin.yue --reason 休假 --by zhou.min")
    made = record(desk, ticket)
    assert made["acceptor"] == "lin.yue"
    assert made["events"][-1] == {
        "at": "2026-10-14T10:40:00+08:00",
        "by": "zhou.min",
        "event": "handed_over",
        "to": "lin.yue",
        "reason": "休假",
    }
    falls_due(desk, ticket, "C3", "resolution", "lin.yue", "2026-10-16T10:00:00+08:00")


@pytest.mark.rule("C5")
def test_only_the_acceptor_replies(desk):
    """Nobody else replies before it was handed over to them; then nobody but them."""
    ticket = complain(desk)
    walk(desk, ticket, VALID)
    refuses(desk, ticket, f"{REPLY} --by lin.yue", "C5")
    walk(desk, ticket, "hand-over-to lin.yue")
    refuses(desk, ticket, f"{REPLY} --by zhou.min", "C5")
    walk(desk, ticket, f"{REPLY} --by lin.yue")


@pytest.mark.rule("C5")
def test_handing_over_to_whom(desk):
    """It is handed over to a member of staff who does not have it yet."""
    ticket = complain(desk)
    refuses(desk, ticket, "hand-over-to zhou.min", "C5")
    desk.refused("ticket", "hand-over-to", ticket, "nobody")
    walk(desk, ticket, "hand-over-to lin.yue")


@pytest.mark.rule("C5")
@pytest.mark.parametrize(
    ("options", "steps", "moment"),
    [
        ("--kind praise", (), "2026-10-17T10:00:00+08:00"),
        ("--kind suggestion", ("2026-10-15T09:00 reply --text 采纳",), "2026-10-18T09:00:00+08:00"),
        ("--kind help", ("dispatch --to zhang.wei", "confirm", "11:00 done --text 好了"), "2026-10-17T11:00:00+08:00"),
        (
            "--kind complaint --severity minor",
            (*UNFOUNDED, "12:30 follow-up --solved"),
            "2026-10-16T12:30:00+08:00",
        ),
    ],
    ids=["praise", "suggestion", "help", "complaint"],
)
def test_what_is_finished_is_closed(desk, options, steps, moment):
    """The acceptor closes what is finished: 2 days after the follow-up, 3 where there is none."""
    ticket = add(desk, options)
    walk(desk, ticket, *steps)
    falls_due(desk, ticket, "C5", "closing", "zhou.min", moment)


@pytest.mark.rule("C5")
@pytest.mark.parametrize("kind", ["help", "convenience", "entrusted"])
def test_what_is_not_done_is_not_closed(desk, kind):
    """A service is closed only when it is done."""
    ticket = add(desk, f"--kind {kind}")
    refuses(desk, ticket, "close", "C5")
    walk(desk, ticket, "dispatch --to zhang.wei", "confirm", DONE, "close")


# --- C6


@pytest.mark.rule("C6")
@pytest.mark.parametrize("severity", ["minor", "important", "major"])
def test_every_complaint_is_followed_up(desk, severity):
    """Every complaint is followed up, within 2 days of being resolved."""
    ticket = complain(desk, severity)
    walk(desk, ticket, ESCALATE, VALID, f"2026-10-15T16:45 {DONE}", REPLY)
    falls_due(desk, ticket, "C6", "follow-up", "zhou.min", "2026-10-17T16:45:00+08:00")
    refuses(desk, ticket, CLOSE, "C6")
    walk(desk, ticket, "follow-up --solved --rating 4 --who 王丽 --how phone", CLOSE)
