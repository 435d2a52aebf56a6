"""Asking afterwards whether it is really solved, and what happens if it is not [F1, F2, F3, F4, F5]."""

import pytest

from .asking import (
    FOUND,
    MENDED,
    SENT,
    SIGNED,
    TOLD,
    UNFOUNDED,
    add,
    due,
    events,
    falls_due,
    overdue,
    owed,
    record,
    refuses,
    replace,
    walk,
)

DONE = "done --text 修好了"
ARRIVED = (*SENT, "arrive", "diagnose --cause 老化")
UNSOLVED = "follow-up --unsolved --text 还在漏"


# --- F1, F2, F3: by when


@pytest.mark.rule("F1")
@pytest.mark.parametrize(
    ("category", "at", "moment"),
    [
        ("fire_safety", "15:30", "2026-10-16T15:30:00+08:00"),
        ("elevator", "2026-10-30T09:00", "2026-11-01T09:00:00+08:00"),
        ("security", "2026-12-30T23:59", "2027-01-01T23:59:00+08:00"),
    ],
)
def test_safety_equipment_within_two_days(desk, category, at, moment):
    """A repair of safety equipment is followed up by the acceptor within 2 days of being done."""
    ticket = add(desk, f"--category {category}")
    walk(desk, ticket, *ARRIVED, f"{at} {DONE}")
    falls_due(desk, ticket, "F1", "follow-up", "zhou.min", moment)


@pytest.mark.rule("F3")
@pytest.mark.parametrize("category", ["water", "gas", "parking", "other"])
def test_any_other_repair_within_two_days(desk, category):
    """Any other repair is followed up by the acceptor within 2 days of being done."""
    ticket = add(desk, f"--category {category}")
    walk(desk, ticket, *ARRIVED, f"15:30 {DONE}")
    falls_due(desk, ticket, "F3", "follow-up", "zhou.min", "2026-10-16T15:30:00+08:00")
    assert owed(desk, ticket, "F1", "follow-up") == []


@pytest.mark.rule("F3", "C5")
def test_the_acceptor_of_then_asks(desk):
    """Handed over, it is the new acceptor who owes the follow-up."""
    ticket = add(desk)
    walk(desk, ticket, *MENDED, "hand-over-to lin.yue")
    falls_due(desk, ticket, "F3", "follow-up", "lin.yue", "2026-10-16T10:00:00+08:00")


@pytest.mark.rule("F2")
def test_the_water_test(desk):
    """After a leak repair the person sent owes the water test within 2 days."""
    ticket = add(desk, "--category leak")
    walk(desk, ticket, *FOUND, f"15:30 {DONE}")
    falls_due(desk, ticket, "F2", "water-test", "zhang.wei", "2026-10-16T15:30:00+08:00")


@pytest.mark.rule("F2")
def test_a_leak_within_three_days_of_the_test(desk):
    """A leak repair is followed up within 3 days of the water test; before the test nothing is owed but it."""
    ticket = add(desk, "--category leak")
    walk(desk, ticket, *FOUND, f"15:30 {DONE}")
    assert owed(desk, ticket, "F2", "follow-up") == owed(desk, ticket, "F3", "follow-up") == []
    walk(desk, ticket, "2026-10-15T09:20 test --tight")
    falls_due(desk, ticket, "F2", "follow-up", "zhou.min", "2026-10-18T09:20:00+08:00")


@pytest.mark.rule("F2")
def test_from_the_last_test_on(desk):
    """The 3 days run from the test that was tight; one that leaks leaves the test owed."""
    ticket = add(desk, "--category leak")
    walk(desk, ticket, *MENDED, "11:00 test --leaking")
    assert owed(desk, ticket, "F2", "follow-up") == []
    assert [o["standing"] for o in owed(desk, ticket, "F2", "water-test")] == ["open"]
    walk(desk, ticket, "2026-10-16T11:00 test --tight")
    assert [o["standing"] for o in owed(desk, ticket, "F2", "water-test")] == ["met"]
    assert [(o["due"], o["standing"]) for o in owed(desk, ticket, "F2", "follow-up")] == [
        ("2026-10-19T11:00:00+08:00", "open"),
    ]


@pytest.mark.rule("F2")
@pytest.mark.parametrize(
    ("steps", "refused", "missing"),
    [
        ((), "sign-off --who 王丽", ("test --tight",)),
        (("test --leaking",), "sign-off --who 王丽", ("test --tight",)),
        (("test --leaking",), "sign-off --who 王丽", ("reopen --reason 仍漏", *MENDED, "test --tight")),
    ],
    ids=["untested", "leaking, tested again", "leaking, repaired again"],
)
def test_no_signature_before_it_is_tight(desk, steps, refused, missing):
    """A leak repair is signed off only after a water test that held."""
    ticket = add(desk, "--category leak")
    walk(desk, ticket, *MENDED, *steps)
    refuses(desk, ticket, refused, "F2")
    walk(desk, ticket, *missing, refused)


@pytest.mark.rule("F2")
def test_what_leaks_is_not_solved(desk):
    """When a later water test leaks it is not solved, whatever was signed: it goes on."""
    ticket = add(desk, "--category leak")
    walk(desk, ticket, *MENDED, "test --tight", "sign-off --who 王丽", "test --leaking")
    refuses(desk, ticket, "follow-up --solved", "F2")
    walk(desk, ticket, "reopen --reason 试漏不合格")


# --- F4: every one


@pytest.mark.rule("F4")
@pytest.mark.parametrize("urgency", ["urgent", "normal", "low"])
def test_every_repair_is_followed_up(desk, urgency):
    """No repair is closed without a follow-up."""
    ticket = add(desk, f"--urgency {urgency}")
    walk(desk, ticket, *SIGNED)
    refuses(desk, ticket, "close", "F4")
    walk(desk, ticket, "follow-up --solved", "close")


@pytest.mark.rule("F4", "C6")
def test_every_complaint_too(desk):
    """No complaint is closed without a follow-up, also an invalid one."""
    ticket = add(desk, "--kind complaint --severity minor")
    walk(desk, ticket, *UNFOUNDED)
    refuses(desk, ticket, "close --text 小结", "C6")
    walk(desk, ticket, "follow-up --solved", "close --text 小结")


@pytest.mark.rule("F4")
@pytest.mark.parametrize("kind", ["help", "convenience", "entrusted"])
def test_other_kinds_need_none(desk, kind):
    """A service may be followed up, but is closed without."""
    ticket = add(desk, f"--kind {kind}")
    walk(desk, ticket, *SENT, DONE)
    assert owed(desk, ticket, "F3", "follow-up") == []
    walk(desk, ticket, "close")


@pytest.mark.rule("F4")
def test_what_the_resident_said(desk):
    """The answer, the rating from 1 to 5 and who gave it are on record."""
    ticket = add(desk)
    walk(desk, ticket, *SIGNED)
    for rating in ("0", "6", "4.5", "好"):
        desk.refused("ticket", "follow-up", ticket, "--solved", "--rating", rating)
    assert "--solved" in desk.refused("ticket", "follow-up", ticket, "--rating", "5")
    walk(desk, ticket, "follow-up --solved --rating 5 --text 满意 --who 王丽 --how phone")
    told = record(desk, ticket)["events"][-1]
    assert (told["solved"], told["rating"], told["text"], told["who"], told["how"]) == (
        True,
        5,
        "满意",
        "王丽",
        "phone",
    )


# --- F5: unsolved


@pytest.mark.rule("F5")
def test_unsolved_it_goes_back_to_work(desk):
    """A follow-up that finds it unsolved reopens it, in one step and one commit."""
    ticket = add(desk)
    walk(desk, ticket, *SIGNED)
    before = desk.git("rev-list", "--count", "HEAD")
    walk(desk, ticket, UNSOLVED)
    assert events(desk, ticket)[-2:] == ["followed_up", "reopened"]
    assert record(desk, ticket)["status"] == "waiting"
    assert int(desk.git("rev-list", "--count", "HEAD")) == int(before) + 1


@pytest.mark.rule("F5")
def test_unsolved_it_is_not_closed(desk):
    """What is unsolved cannot be closed with the follow-up, and says what is still wrong."""
    ticket = add(desk)
    walk(desk, ticket, *SIGNED)
    assert "[F5]" in desk.refused("ticket", "follow-up", ticket, "--unsolved", "--text", "还在漏", "--close")
    assert "--text" in desk.refused("ticket", "follow-up", ticket, "--unsolved")


@pytest.mark.rule("F5")
def test_written_by_hand_it_is_not_closed_either(desk):
    """Where somebody wrote into the file that it is unsolved, it can only be reopened."""
    ticket = add(desk)
    walk(desk, ticket, *TOLD)
    replace(desk, f"tickets/2026/10/{ticket}.yaml", "solved: true", "solved: false")
    desk.git("commit", "--quiet", "-am", "Asked again")
    refuses(desk, ticket, "close", "F5")
    walk(desk, ticket, "reopen --reason 还在漏")


@pytest.mark.rule("F5", "P1", "P5", "F4")
def test_until_the_resident_is_satisfied(desk):
    """Reopened, the whole way is gone again, as often as it takes; the ticket stays one."""
    ticket = add(desk)
    walk(desk, ticket, *SIGNED, UNSOLVED)
    refuses(desk, ticket, DONE, "P1")
    refuses(desk, ticket, "close", "F4")
    walk(desk, ticket, *MENDED)
    refuses(desk, ticket, "follow-up --solved", "P5")
    walk(desk, ticket, "sign-off --who 王丽", "follow-up --solved", "close")
    assert record(desk, ticket)["status"] == "closed"


@pytest.mark.rule("F5")
def test_also_after_it_was_closed(desk):
    """What comes back after closing is reopened, not taken in anew."""
    ticket = add(desk, "--kind inquiry")
    walk(desk, ticket, "reply --text 周五", "close", "2026-10-18T09:00 reopen --reason 仍未到")
    assert record(desk, ticket)["status"] == "waiting"
    falls_due(desk, ticket, "T10", "reply", "zhou.min", "2026-10-19T18:00:00+08:00")


@pytest.mark.rule("F5", "F2")
def test_a_leak_is_tested_again(desk):
    """The water test of the first repair does not serve for the second."""
    ticket = add(desk, "--category leak")
    walk(desk, ticket, *MENDED, "test --tight", "sign-off --who 王丽", UNSOLVED, *MENDED)
    refuses(desk, ticket, "sign-off --who 王丽", "F2")


@pytest.mark.rule("F5")
@pytest.mark.parametrize(
    "kind", ["repair", "complaint --severity minor", "help", "convenience", "inquiry", "suggestion"]
)
def test_the_owner_is_told(desk, kind):
    """Within a day of reopening the acceptor tells the owner how it goes on."""
    ticket = add(desk, f"--kind {kind}")
    steps = {
        "repair": MENDED,
        "complaint": UNFOUNDED,
        "inquiry": ("reply --text 周五",),
        "suggestion": ("reply --text 采纳",),
    }
    walk(desk, ticket, *steps.get(kind.split()[0], (*SENT, DONE)), "16:10 reopen --reason 仍未解决")
    falls_due(desk, ticket, "F5", "notice", "zhou.min", "2026-10-15T16:10:00+08:00")


@pytest.mark.rule("F5")
@pytest.mark.parametrize("told", ["reply --text 明天再来", "delay --until 2026-10-16T10:00 --reason 待料", SENT[0]])
def test_told(desk, told):
    """An answer, a new time or somebody sent: the owner knows."""
    ticket = add(desk)
    walk(desk, ticket, *MENDED, "16:10 reopen --reason 仍漏", told)
    assert [o["standing"] for o in owed(desk, ticket, "F5", "notice")] == ["met"]


@pytest.mark.rule("F5", "T6")
def test_reopened_somebody_is_sent_again(desk):
    """A repair reopened waits to be sent as a new one does."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, *MENDED, "2026-10-15T08:00 reopen --reason 仍漏")
    falls_due(desk, ticket, "T6", "dispatch", "zhou.min", "2026-10-15T08:10:00+08:00")


@pytest.mark.rule("F5")
def test_of_the_first_round_nothing_is_owed_any_more(desk):
    """Reopened, the signature and follow-up of the first repair are no longer owed."""
    ticket = add(desk)
    walk(desk, ticket, *MENDED, "11:00 reopen --reason 仍漏")
    late = {(rule, what) for rule, what, _ in overdue(desk, "2026-12-01T10:00:00+08:00")}
    assert late == {("T6", "dispatch"), ("P7", "resolution"), ("F5", "notice")}


@pytest.mark.rule("F5", "C3")
def test_a_time_asked_for_once_is_over(desk):
    """Reopened after the time the resident had asked for, a complaint has its 2 days again."""
    ticket = add(desk, "--kind complaint --severity minor --asked-by 12:00")
    walk(desk, ticket, *UNFOUNDED, "2026-10-15T10:00 reopen --reason 仍有噪音")
    assert [o["due"] for o in owed(desk, ticket, "C3", "resolution")] == [
        "2026-10-14T12:00:00+08:00",
        "2026-10-17T10:00:00+08:00",
    ]


@pytest.mark.rule("F3")
def test_the_limit_is_the_policys(desk):
    """The office may ask sooner."""
    policy = (desk.root / "policy.yaml").read_text("utf-8")
    begin = policy.index("  - rule: F3")
    desk.write("policy.yaml", policy[:begin] + policy[begin:].replace("within: 2d", "within: 1d", 1))
    ticket = add(desk)
    walk(desk, ticket, *MENDED)
    assert due(desk, ticket, "F3", "follow-up") == "2026-10-15T10:00:00+08:00"
