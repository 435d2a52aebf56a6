"""Repairs: the steps of a visit, and by when somebody is there and it is done [P1, P7]."""

import pytest

from .asking import (
    FOUND,
    MENDED,
    SENT,
    SIGNED,
    TOLD,
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

DIAGNOSE = "diagnose --cause 阀门老化"
DONE = "done --text 换了阀门"
SIGN = "sign-off --who 王丽"

# --- P1

WAY = (
    ("dispatch --to zhang.wei", "assigned"),
    ("confirm", "confirmed"),
    ("arrive", "on_site"),
    (DIAGNOSE, "diagnosed"),
    (DONE, "done"),
    (SIGN, "signed_off"),
    ("follow-up --solved", "followed_up"),
    ("close", "closed"),
)


@pytest.mark.rule("P1", "T6", "P5", "F4")
def test_the_way_of_a_repair(desk):
    """Accepted, dispatched, confirmed, arrived, diagnosed, done, signed off, followed up, closed."""
    ticket = add(desk)
    for minute, (step, status) in enumerate(WAY, 10):
        walk(desk, ticket, f"10:{minute} {step}")
        assert record(desk, ticket)["status"] == status
    assert events(desk, ticket) == [
        "accepted",
        "dispatched",
        "confirmed",
        "arrived",
        "diagnosed",
        "done",
        "signed_off",
        "followed_up",
        "closed",
    ]


OUT_OF_TURN = {
    # what happened, what cannot follow, by which rule, what was missing
    "confirm before sent": ((), "confirm", "T6", WAY[0][0:1]),
    "arrive before sent": ((), "arrive", "P1", SENT),
    "arrive before confirmed": (SENT[:1], "arrive", "P1", ("confirm",)),
    "find before arrived": (SENT, DIAGNOSE, "P1", ("arrive",)),
    "done before sent": ((), DONE, "P1", FOUND),
    "done before arrived": (SENT, DONE, "P1", ("arrive", DIAGNOSE)),
    "done before found": ((*SENT, "arrive"), DONE, "P1", (DIAGNOSE,)),
    "arrive while paused": (
        (*SENT, "pause --for resident --reason 家中无人"),
        "arrive",
        "P1",
        ("resume",),
    ),
    "done while paused": ((*FOUND, "pause --for parts --reason 缺阀门"), DONE, "P1", ("resume",)),
    "sign before done": (FOUND, SIGN, "P5", (DONE,)),
    "follow up before done": (FOUND, "follow-up --solved", "F4", (DONE, SIGN)),
    "follow up before signed": (MENDED, "follow-up --solved", "P5", (SIGN,)),
    "close before done": (FOUND, "close", "F4", (DONE, SIGN, "follow-up --solved")),
    "close before signed": (MENDED, "close", "P5", (SIGN, "follow-up --solved")),
    "close before follow-up": (SIGNED, "close", "F4", ("follow-up --solved",)),
    "send after done": (MENDED, "dispatch --to li.qiang", "T6", ("reopen --reason 又漏了",)),
    "resume what is not paused": (SENT, "resume", "T8", ("pause --for parts --reason 缺阀门",)),
    "reopen what is not done": (FOUND, "reopen --reason 又漏了", "F5", (DONE,)),
}


@pytest.mark.rule("P1", "P5", "F4", "T6")
@pytest.mark.parametrize("case", OUT_OF_TURN)
def test_no_step_is_skipped(desk, case):
    """A step out of turn is refused; after what was missing it is accepted."""
    before, step, rule, missing = OUT_OF_TURN[case]
    ticket = add(desk)
    walk(desk, ticket, *before)
    refuses(desk, ticket, step, rule)
    walk(desk, ticket, *missing, step)


@pytest.mark.rule("P1")
def test_every_reason_at_once(desk):
    """A refusal names everything that is missing, not only the first."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND)
    said = refuses(desk, ticket, "close", "P5")
    assert "[F4]" in said


@pytest.mark.rule("P1")
def test_on_after_a_wait(desk):
    """After a pause the repair goes on where it stood."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND, "pause --for parts --reason 缺阀门")
    assert record(desk, ticket)["status"] == "paused"
    walk(desk, ticket, "resume")
    assert record(desk, ticket)["status"] == "diagnosed"


@pytest.mark.rule("P1")
def test_a_cause_is_in_words(desk):
    """To have found the cause is to write it down."""
    ticket = add(desk)
    walk(desk, ticket, *SENT, "arrive")
    assert "--cause" in desk.refused("ticket", "diagnose", ticket)
    desk.refused("ticket", "diagnose", ticket, "--cause", " ")


@pytest.mark.rule("P1")
def test_nothing_happens_to_what_is_closed(desk):
    """A closed ticket can be reopened, noted on and linked; no step of the work follows."""
    ticket = add(desk)
    walk(desk, ticket, *TOLD, "close")
    for step in (*(step for step, _ in WAY), "pause --for parts --reason 缺货", "charge --item 阀 --consent-of 王丽"):
        verb, *options = step.split()
        desk.refused("ticket", verb, ticket, *options)
    walk(desk, ticket, "note --text 补记", "reopen --reason 又漏了")


@pytest.mark.rule("P1")
def test_what_happened_is_not_told_before_it_happened(desk):
    """Steps stand in the order of time: none before the one before it, none in the future."""
    ticket = add(desk)
    walk(desk, ticket, "10:30 dispatch --to zhang.wei")
    desk.refused("ticket", "confirm", ticket, at="10:29:59")
    desk.refused("ticket", "confirm", ticket, "--at", "10:31", at="10:30")
    desk.ok("ticket", "confirm", ticket, "--at", "10:30", at="10:40")
    assert record(desk, ticket)["events"][-1]["at"] == "2026-10-14T10:30:00+08:00"


# --- P7


@pytest.mark.rule("P7")
@pytest.mark.parametrize(
    ("category", "at", "moment"),
    [
        ("water", "10:00", "2026-10-14T10:30:00+08:00"),
        ("elevator", "10:00", "2026-10-14T10:30:00+08:00"),
        ("leak", "23:45", "2026-10-15T00:15:00+08:00"),
        ("water", "2026-10-31T23:31", "2026-11-01T00:01:00+08:00"),
        ("water", "2026-12-31T23:30:01", "2027-01-01T00:00:01+08:00"),
    ],
)
def test_arrival_within_30_minutes(desk, category, at, moment):
    """At an urgent repair somebody is on site within 30 minutes, at any hour."""
    ticket = add(desk, f"--urgency urgent --category {category}", at=at)
    walk(desk, ticket, "dispatch --to zhang.wei")
    falls_due(desk, ticket, "P7", "arrival", "zhang.wei", moment)


@pytest.mark.rule("P7")
@pytest.mark.parametrize("urgency", ["normal", "low"])
def test_arrival_as_agreed(desk, urgency):
    """At other repairs somebody comes at the time agreed; where none was agreed none is owed."""
    ticket = add(desk, f"--urgency {urgency} --appointment 2026-10-15T14:00")
    walk(desk, ticket, *SENT)
    falls_due(desk, ticket, "P7", "arrival", "zhang.wei", "2026-10-15T14:00:00+08:00")
    assert owed(desk, add(desk, f"--urgency {urgency}"), "P7", "arrival") == []


@pytest.mark.rule("P7")
@pytest.mark.parametrize(
    ("category", "at", "moment"),
    [
        ("water", "00:00", "2026-10-14T23:59:59+08:00"),
        ("electricity", "10:00", "2026-10-14T23:59:59+08:00"),
        ("water", "23:59", "2026-10-14T23:59:59+08:00"),
        ("water", "23:59:59", "2026-10-14T23:59:59+08:00"),
        ("electricity", "2026-10-31T09:00", "2026-10-31T23:59:59+08:00"),
        ("water", "2026-12-31T22:00", "2026-12-31T23:59:59+08:00"),
    ],
)
def test_urgent_water_and_electricity_the_same_day(desk, category, at, moment):
    """An urgent repair of water or electricity is done the same day, also when it came in at 23:59."""
    ticket = add(desk, f"--urgency urgent --category {category}", at=at)
    walk(desk, ticket, "dispatch --to zhang.wei")
    falls_due(desk, ticket, "P7", "resolution", "zhang.wei", moment)


@pytest.mark.rule("P7")
@pytest.mark.parametrize(
    "options",
    ["", "--urgency low", "--category electricity", "--urgency urgent --category gas", "--urgency urgent --harm"],
)
def test_other_repairs_within_three_days(desk, options):
    """Any other repair is done within 3 days; urgent water alone is not among them."""
    ticket = add(desk, options)
    moment = "2026-10-14T23:59:59+08:00" if "--harm" in options else "2026-10-17T10:00:00+08:00"
    falls_due(desk, ticket, "P7", "resolution", "wang.gang", moment)


@pytest.mark.rule("P7", "T8")
@pytest.mark.parametrize("step", ["dispatch --to zhang.wei", "delay --reason 技师改期"])
def test_another_time_is_agreed(desk, step):
    """The time of the visit may be agreed when somebody is sent, or agreed anew before the old one."""
    ticket = add(desk, "--appointment 2026-10-15T14:00" if "delay" in step else "")
    walk(desk, ticket, "dispatch --to zhang.wei", f"{step} --appointment 2026-10-16T09:00")
    falls_due(desk, ticket, "P7", "arrival", "zhang.wei", "2026-10-16T09:00:00+08:00")


@pytest.mark.rule("P7", "T8")
def test_a_visit_that_was_missed(desk):
    """A visit whose time has passed is not put off any more; it is late."""
    ticket = add(desk, "--appointment 14:00")
    refuses(desk, ticket, "delay --appointment 16:00 --reason 技师改期", "T8", at="14:00:01")
    assert ("P7", "arrival", "wang.gang") in overdue(desk, "2026-10-14T14:00:01+08:00")


@pytest.mark.rule("P7", "F5")
def test_reopened_the_limits_begin_anew(desk):
    """An urgent repair that was reopened has 30 minutes and its day again."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, *MENDED, "2026-10-16T08:00 reopen --reason 又漏了")
    falls_due(desk, ticket, "P7", "arrival", "zhang.wei", "2026-10-16T08:30:00+08:00")
    falls_due(desk, ticket, "P7", "resolution", "zhang.wei", "2026-10-16T23:59:59+08:00")


@pytest.mark.rule("P7")
def test_waiting_stops_the_work_but_not_the_arrival(desk):
    """While paused the limit for the work stands still, the one for the arrival does not."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, *SENT, "10:05 pause --for resident --reason 家中无人")
    late = overdue(desk, "2026-10-20T10:00:00+08:00")
    assert ("P7", "arrival", "zhang.wei") in late
    assert "resolution" not in [what for _, what, _ in late]
    assert [o["standing"] for o in owed(desk, ticket, "P7", "resolution")] == ["stopped"]


@pytest.mark.rule("P7")
def test_arriving_in_time_is_arriving(desk):
    """Who arrives at the 30th minute is in time, whenever the ticket is looked at."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, *SENT, "10:30 arrive")
    assert [(o["standing"], o["late"]) for o in owed(desk, ticket, "P7", "arrival")] == [("met", False)]
    assert "arrival" not in [what for _, what, _ in overdue(desk, "2026-10-20T10:00:00+08:00")]


@pytest.mark.rule("P7")
def test_cancelled_nothing_is_owed(desk):
    """What the resident no longer wants is owed by nobody."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, "10:20 cancel --reason 业主自行解决")
    assert overdue(desk, "2026-10-20T10:00:00+08:00") == []


@pytest.mark.rule("P7")
def test_the_limits_are_the_policys(desk):
    """The office may set other limits: they are defaults, not law."""
    replace(desk, "policy.yaml", "    within: same day\n    agreed: expected", "    within: 6h\n    agreed: expected")
    assert due(desk, add(desk, "--urgency urgent"), "P7", "resolution") == "2026-10-14T16:00:00+08:00"
