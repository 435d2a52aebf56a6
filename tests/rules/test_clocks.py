"""Pauses: when a clock stands still, and which do; the ends of months and years [M8]."""

import pytest

from .asking import MENDED, add, falls_due, on_clock, overdue, owed, rows, walk

PARTS = "pause --for parts --reason 缺货"
HELP = "--kind help"  # three days, paused time not counted; the supervisor owes it while nobody was sent
COMPLAINT = "--kind complaint --category noise --severity minor"


# --- pauses, in days

DAYS = {
    # taken in on Wednesday the 14th at 10:00, due on Saturday the 17th at 10:00 but for the pauses
    "none": ((), "2026-10-17T10:00:00+08:00"),
    "five hours": ((f"11:00 {PARTS}", "16:00 resume"), "2026-10-17T15:00:00+08:00"),
    "from the first second": ((f"10:00 {PARTS}", "10:30 resume"), "2026-10-17T10:30:00+08:00"),
    "of no length": ((f"11:00 {PARTS}", "11:00 resume"), "2026-10-17T10:00:00+08:00"),
    "twice": (
        (f"11:00 {PARTS}", "12:00 resume", f"2026-10-15T20:00 {PARTS}", "2026-10-16T09:00 resume"),
        "2026-10-18T00:00:00+08:00",
    ),
    "one after the other": (
        (f"11:00 {PARTS}", "12:00 resume", f"12:00 {PARTS}", "13:00 resume"),
        "2026-10-17T12:00:00+08:00",
    ),
    "across the time it was due": (
        (f"2026-10-17T09:00 {PARTS}", "2026-10-19T09:00 resume"),
        "2026-10-19T10:00:00+08:00",
    ),
    "in the time won by a pause": (
        (f"2026-10-17T09:00 {PARTS}", "12:00 resume", f"12:30 {PARTS}", "2026-10-18T12:30 resume"),
        "2026-10-18T13:00:00+08:00",
    ),
    "only after it was due": ((f"2026-10-17T10:00:01 {PARTS}", "2026-10-19T09:00 resume"), "2026-10-17T10:00:00+08:00"),
}


@pytest.mark.rule("M8", "T8")
@pytest.mark.parametrize("case", DAYS)
def test_paused_time_does_not_count(desk, case):
    """What was paused is added to the days; what was paused after the time had passed is not."""
    steps, moment = DAYS[case]
    ticket = add(desk, HELP)
    walk(desk, ticket, *steps)
    falls_due(desk, ticket, "T8", "resolution", "wang.gang", moment)


@pytest.mark.rule("M8", "T8")
def test_what_still_waits_is_not_overdue(desk):
    """While it waits, its time stands still, for however long; then it runs on."""
    ticket = add(desk, HELP)
    walk(desk, ticket, f"2026-10-17T09:59 {PARTS}")
    assert ("T8", "resolution", "wang.gang") not in overdue(desk, "2027-10-01T10:00:00+08:00")
    assert "T8 resolution: the clock stands still" in desk.ok("ticket", "note", ticket, "--text", "催货")
    walk(desk, ticket, "2026-12-31T23:59 resume")
    falls_due(desk, ticket, "T8", "resolution", "wang.gang", "2027-01-01T00:00:00+08:00")


@pytest.mark.rule("M8", "T8")
def test_what_was_overdue_stays_overdue(desk):
    """Pausing after the time has passed hides nothing."""
    ticket = add(desk, HELP)
    walk(desk, ticket, f"2026-10-17T10:00:01 {PARTS}")
    assert ("T8", "resolution", "wang.gang") in overdue(desk, "2026-10-18T10:00:00+08:00")


STOPPED = {
    # what, what happened, what its pause stops, and what goes on: complaints have their own in test_complaints
    "repair": ("", (), {"P7 resolution"}, {"T6 dispatch"}),
    "urgent repair": ("--urgency urgent", (), {"P7 resolution"}, {"T6 dispatch", "P7 arrival"}),
    "urgent gas": ("--urgency urgent --category gas", (), {"P7 resolution"}, {"T6 dispatch", "P7 arrival"}),
    "help": (HELP, (), {"T8 resolution"}, {"T6 dispatch"}),
    "sent": (HELP, ("dispatch --to zhang.wei",), {"T8 resolution"}, {"T6 confirmation"}),
    "passed up": (HELP, ("escalate --to manager --reason 需停水",), {"T8 resolution"}, {"T6 dispatch", "T7 decision"}),
    "leak, done": ("--category leak", MENDED, {"P5 sign-off", "F2 water-test"}, set()),
    "lift, done": ("--category elevator", MENDED, {"P5 sign-off"}, {"F1 follow-up"}),
    "inquiry": ("--kind inquiry", (), set(), {"T10 reply"}),
    "suggestion": ("--kind suggestion", (), set(), {"T11 reply"}),
}


@pytest.mark.rule("M8", "P5", "P7", "T6", "T7", "T8", "T10", "T11", "F1", "F2")
@pytest.mark.parametrize("case", STOPPED)
def test_only_the_clocks_the_policy_names_stand_still(desk, case):
    """A pause stops what the policy says it stops, for as long as it lasts; everything else goes on."""
    options, steps, stands, goes_on = STOPPED[case]
    ticket = add(desk, options)
    walk(desk, ticket, *steps, f"10:05 {PARTS}")
    assert {f"{rule} {what}" for rule, what, _ in overdue(desk, "2026-12-01T10:00:00+08:00")} == goes_on
    standing = {f"{o['rule']} {o['owed']}": o["standing"] for o in rows(desk, f"explain {ticket}")}
    assert {name for name, how in standing.items() if how == "stopped"} == stands


@pytest.mark.rule("M8", "F5")
def test_an_earlier_rounds_pause_is_over(desk):
    """A pause before the ticket was reopened adds nothing to the time after it."""
    ticket = add(desk, HELP)
    walk(desk, ticket, f"11:00 {PARTS}", "2026-10-15T11:00 resume", "dispatch --to zhang.wei", "confirm")
    walk(desk, ticket, "done --text 好了", "2026-10-16T10:00 reopen --reason 又坏了")
    assert [o["due"] for o in owed(desk, ticket, "T8", "resolution")] == [
        "2026-10-18T10:00:00+08:00",
        "2026-10-19T10:00:00+08:00",
    ]


@pytest.mark.rule("M8", "T8")
def test_a_pause_is_explained(desk):
    """`explain` shows what counted and what was paused."""
    ticket = add(desk, HELP)
    walk(desk, ticket, f"11:00 {PARTS}", "2026-10-15T11:00 resume")
    (resolution,) = owed(desk, ticket, "T8", "resolution")
    assert [(s["what"], s["start"][8:16], s["end"][8:16]) for s in resolution["spans"]] == [
        ("counted", "14T10:00", "14T11:00"),
        ("paused", "14T11:00", "15T11:00"),
        ("counted", "15T11:00", "18T10:00"),
    ]


# --- pauses, the same day

SAME_DAY = {
    "over by evening": ((f"11:00 {PARTS}", "20:00 resume"), "2026-10-14T23:59:59+08:00"),
    "over night": ((f"22:00 {PARTS}", "2026-10-15T08:00 resume"), "2026-10-15T23:59:59+08:00"),
    "two nights": ((f"22:00 {PARTS}", "2026-10-16T00:30 resume"), "2026-10-16T23:59:59+08:00"),
    "again the next night": (
        (f"22:00 {PARTS}", "2026-10-15T08:00 resume", f"21:00 {PARTS}", "2026-10-16T07:00 resume"),
        "2026-10-16T23:59:59+08:00",
    ),
    "only after midnight": ((f"2026-10-15T00:00 {PARTS}", "2026-10-15T08:00 resume"), "2026-10-14T23:59:59+08:00"),
}


@pytest.mark.rule("M8", "P7")
@pytest.mark.parametrize("case", SAME_DAY)
def test_the_same_day_with_pauses(desk, case):
    """A day on whose end it waits is not its day; the next one on whose end it does not is."""
    steps, moment = SAME_DAY[case]
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, *steps)
    falls_due(desk, ticket, "P7", "resolution", "wang.gang", moment)


# --- pauses, in hours and working days

HOURS = {
    # six hours on a clock from Wednesday 10:00
    "desk, none": ("desk", (), "2026-10-14T16:00:00+08:00"),
    "desk, an hour": ("desk", (f"11:00 {PARTS}", "12:00 resume"), "2026-10-14T17:00:00+08:00"),
    "desk, over night": ("desk", (f"15:00 {PARTS}", "2026-10-15T10:00 resume"), "2026-10-15T11:00:00+08:00"),
    "desk, while closed": ("desk", (f"18:00 {PARTS}", "2026-10-15T09:00 resume"), "2026-10-14T16:00:00+08:00"),
    "desk, into closing": ("desk", (f"15:30 {PARTS}", "20:00 resume"), "2026-10-15T10:00:00+08:00"),
    "desk, out of closing": (
        "desk",
        (f"12:00 {PARTS}", "17:00 resume", f"20:00 {PARTS}", "2026-10-15T10:00 resume"),
        "2026-10-15T13:10:00+08:00",
    ),
    "working, over lunch": ("working", (f"11:30 {PARTS}", "14:00 resume"), "2026-10-15T09:30:00+08:00"),
    "working, during lunch": ("working", (f"12:10 {PARTS}", "13:20 resume"), "2026-10-14T17:30:00+08:00"),
    "working, over the weekend": (
        "working",
        (f"11:00 {PARTS}", "2026-10-17T12:00 resume"),
        "2026-10-19T15:30:00+08:00",
    ),
    "calendar, over night": ("calendar", (f"15:00 {PARTS}", "2026-10-15T10:00 resume"), "2026-10-15T11:00:00+08:00"),
    "calendar, when used up": ("calendar", (f"16:00 {PARTS}", "18:00 resume"), "2026-10-14T16:00:00+08:00"),
}


@pytest.mark.rule("M8")
@pytest.mark.parametrize("case", HOURS)
def test_hours_with_pauses(desk, case):
    """On every clock only the hours that run and are not paused count."""
    clock, steps, moment = HOURS[case]
    on_clock(desk, clock, "6h")
    ticket = add(desk, "--kind praise")
    walk(desk, ticket, *steps)
    falls_due(desk, ticket, "X1", "resolution", "zhou.min", moment)


@pytest.mark.rule("M8")
@pytest.mark.parametrize("clock", ["desk", "working", "calendar"])
def test_an_open_pause_on_every_clock(desk, clock):
    """Still paused, nothing is due on any clock."""
    on_clock(desk, clock, "6h")
    ticket = add(desk, "--kind praise")
    walk(desk, ticket, f"12:30 {PARTS}")
    assert [(o["standing"], o["due"]) for o in owed(desk, ticket, "X1", "resolution")] == [("stopped", None)]
    assert ("X1", "resolution", "zhou.min") not in overdue(desk, "2026-12-01T10:00:00+08:00")


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("steps", "moment"),
    [
        ((), "2026-10-16T18:00:00+08:00"),
        ((f"2026-10-15T17:00 {PARTS}", "2026-10-16T09:00 resume"), "2026-10-19T18:00:00+08:00"),
        ((f"2026-10-15T09:00 {PARTS}", "17:59:59 resume"), "2026-10-16T18:00:00+08:00"),
        ((f"2026-10-16T17:00 {PARTS}", "2026-10-18T10:00 resume"), "2026-10-19T18:00:00+08:00"),
    ],
    ids=["none", "over the close", "within a day", "over the weekend"],
)
def test_working_days_with_pauses(desk, steps, moment):
    """Two working days: one on whose close it waits does not count."""
    on_clock(desk, "working", "2wd")
    ticket = add(desk, "--kind praise")
    walk(desk, ticket, *steps)
    falls_due(desk, ticket, "X1", "resolution", "zhou.min", moment)


# --- months and years


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-10-30T10:00", "2026-11-02T10:00:00+08:00"),
        ("2026-12-30T10:00", "2027-01-02T10:00:00+08:00"),
        ("2026-02-26T10:00", "2026-03-01T10:00:00+08:00"),
        ("2028-02-26T10:00", "2028-02-29T10:00:00+08:00"),
        ("2028-02-28T23:59:59", "2028-03-02T23:59:59+08:00"),
    ],
)
def test_days_over_the_end_of_a_month(desk, at, moment):
    """Three days over the end of a month, a year, a February."""
    falls_due(desk, add(desk, HELP, at=at), "T8", "resolution", "wang.gang", moment)


# --- what a script is told


@pytest.mark.rule("M8")
def test_the_exit_code_says_whether_something_is_listed(desk):
    """Asked to say so, `due` ends with 1 while something is due that soon and `overdue` from its first second on."""
    assert desk.run("due", "--exit-code").code == desk.run("overdue", "--exit-code").code == 0
    ticket = add(desk, "--urgency urgent")  # to be sent by 10:10
    assert desk.run("due", "--within", "10m", "--exit-code").code == 1
    assert desk.run("due", "--within", "9m", "--exit-code").code == 0
    assert desk.run("due", "--within", "10m").code == 0
    assert desk.run("overdue", "--exit-code", at="10:10").code == 0
    assert desk.run("overdue", "--exit-code", at="10:10:01").code == 1
    assert desk.run("overdue").code == 0
    walk(desk, ticket, "cancel --reason 不需要了")
    assert desk.run("overdue", "--exit-code").code == 0
