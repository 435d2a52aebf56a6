"""Working days and hours: weekends, holidays, make-up workdays, lunch, the estate's own days [M8]."""

import re

import pytest

from .asking import add, append, due, falls_due, owed, replace, rows, walk

INQUIRY = "--kind inquiry"  # one working day
SUGGESTION = "--kind suggestion"  # three working days


# --- working days

NEXT = {
    # taken in, answered by the close of the next working day
    "Wednesday": ("2026-10-14T10:00", "2026-10-15"),
    "Wednesday, last second": ("2026-10-14T23:59:59", "2026-10-15"),
    "Friday": ("2026-10-16T09:00", "2026-10-19"),
    "Saturday": ("2026-10-17T12:00", "2026-10-19"),
    "Sunday night": ("2026-10-18T23:59", "2026-10-19"),
    "before the National Day": ("2026-09-30T10:00", "2026-10-08"),
    "on the National Day": ("2026-10-01T10:00", "2026-10-08"),
    "before the make-up Saturday of October": ("2026-10-09T10:00", "2026-10-10"),
    "on the make-up Saturday of October": ("2026-10-10T10:00", "2026-10-12"),
    "before the make-up Sunday of September": ("2026-09-18T10:00", "2026-09-20"),
    "before Mid-Autumn": ("2026-09-24T10:00", "2026-09-28"),
    "before the make-up Saturday of the Spring Festival": ("2026-02-13T10:00", "2026-02-14"),
    "before the Spring Festival": ("2026-02-14T10:00", "2026-02-24"),
    "before the second make-up Saturday": ("2026-02-27T10:00", "2026-02-28"),
    "before Qingming": ("2026-04-03T10:00", "2026-04-07"),
    "before Labour Day": ("2026-04-30T10:00", "2026-05-06"),
    "before the make-up Saturday of May": ("2026-05-08T10:00", "2026-05-09"),
    "before the Dragon Boat Festival": ("2026-06-18T10:00", "2026-06-22"),
    "over the year": ("2025-12-31T10:00", "2026-01-04"),
    "make-up Sunday of January": ("2026-01-03T10:00", "2026-01-04"),
    "over the month": ("2026-10-30T10:00", "2026-11-02"),
}


@pytest.mark.rule("M8", "T10")
@pytest.mark.parametrize("case", NEXT)
def test_the_next_working_day(desk, case):
    """A working day is no weekend and no public holiday, but a make-up workday 调休 is one; it ends at 18:00."""
    at, day = NEXT[case]
    falls_due(desk, add(desk, INQUIRY, at=at), "T10", "reply", "zhou.min", f"{day}T18:00:00+08:00")


@pytest.mark.rule("M8", "T11")
@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-10-12T10:00", "2026-10-15"),
        ("2026-10-14T10:00", "2026-10-19"),
        ("2026-10-16T10:00", "2026-10-21"),
        ("2026-09-30T10:00", "2026-10-10"),
        ("2026-10-08T10:00", "2026-10-12"),
        ("2026-09-17T10:00", "2026-09-21"),
        ("2026-02-14T10:00", "2026-02-26"),
        ("2026-02-26T10:00", "2026-03-02"),
        ("2025-12-30T10:00", "2026-01-05"),
    ],
)
def test_three_working_days(desk, at, day):
    """The day it comes in is not counted; three working days after it are."""
    assert due(desk, add(desk, SUGGESTION, at=at), "T11", "reply") == f"{day}T18:00:00+08:00"


# --- working hours

SENT = {
    # sent at, four working hours later (09:00-12:00, 13:30-18:00)
    "from opening": ("2026-10-14T09:00", "2026-10-14T14:30:00"),
    "before opening": ("2026-10-14T07:15", "2026-10-14T14:30:00"),
    "over lunch": ("2026-10-14T11:30", "2026-10-14T17:00:00"),
    "at the beginning of lunch": ("2026-10-14T12:00", "2026-10-14T17:30:00"),
    "during lunch": ("2026-10-14T12:45", "2026-10-14T17:30:00"),
    "at the end of lunch": ("2026-10-14T13:30", "2026-10-14T17:30:00"),
    "until closing": ("2026-10-14T14:00", "2026-10-14T18:00:00"),
    "a minute later": ("2026-10-14T14:01", "2026-10-15T09:01:00"),
    "until lunch of the next day": ("2026-10-14T17:00", "2026-10-15T12:00:00"),
    "a second later": ("2026-10-14T17:00:01", "2026-10-15T13:30:01"),
    "at closing": ("2026-10-14T18:00", "2026-10-15T14:30:00"),
    "at midnight": ("2026-10-15T00:00", "2026-10-15T14:30:00"),
    "over the weekend": ("2026-10-16T16:00", "2026-10-19T11:00:00"),
    "on Sunday": ("2026-10-18T10:00", "2026-10-19T14:30:00"),
    "over the National Day": ("2026-09-30T17:30", "2026-10-08T14:00:00"),
    "into a make-up Saturday": ("2026-10-09T17:30", "2026-10-10T14:00:00"),
    "out of a make-up Saturday": ("2026-10-10T16:00", "2026-10-12T11:00:00"),
    "over the month": ("2026-10-30T17:00", "2026-11-02T12:00:00"),
    "over the year": ("2025-12-31T16:30", "2026-01-04T11:30:00"),
}


@pytest.mark.rule("M8", "T6")
@pytest.mark.parametrize("case", SENT)
def test_four_working_hours(desk, case):
    """Working hours stand still at lunch, over night, on weekends and holidays; they run on make-up workdays."""
    at, moment = SENT[case]
    ticket = add(desk, at=at)
    walk(desk, ticket, "dispatch --to zhang.wei")
    falls_due(desk, ticket, "T6", "confirmation", "zhang.wei", f"{moment}+08:00")


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-10-01T03:00", "2026-10-01T03:30:00+08:00"),
        ("2026-10-04T23:50", "2026-10-05T00:20:00+08:00"),
        ("2026-10-14T12:15", "2026-10-14T12:45:00+08:00"),
    ],
    ids=["holiday", "Sunday night", "lunch"],
)
def test_urgent_repairs_have_a_24_hour_clock(desk, at, moment):
    """For urgent repairs there is no holiday, no weekend, no lunch."""
    assert due(desk, add(desk, "--urgency urgent", at=at), "P7", "arrival") == moment


# --- the estate's own days

OWN = {
    # calendar.yaml, taken in, answered by the close of
    "a day off": ("days_off: {2026-10-15: 公司活动}", "2026-10-14T10:00", "2026-10-16"),
    "a day to make up for it": ("working_days: {2026-10-17: 补班}", "2026-10-16T10:00", "2026-10-17"),
    "off on a make-up workday": ("days_off: {2026-10-10: 不补班}", "2026-10-09T10:00", "2026-10-12"),
    "at work on a holiday": ("working_days: {2026-10-05: 值班}", "2026-09-30T10:00", "2026-10-05"),
    "off and at work": (
        "days_off: {2026-10-15: 公司活动, 2026-10-16: 公司活动}\nworking_days: {2026-10-17: 补班}",
        "2026-10-14T10:00",
        "2026-10-17",
    ),
}


@pytest.mark.rule("M8")
@pytest.mark.parametrize("case", OWN)
def test_the_estates_own_days(desk, case):
    """The estate's own days off and working days, each with its reason, come before the public calendar."""
    lines, at, day = OWN[case]
    append(desk, "calendar.yaml", lines + "\n")
    falls_due(desk, add(desk, INQUIRY, at=at), "T10", "reply", "zhou.min", f"{day}T18:00:00+08:00")


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "day"),
    [("2026-09-30T10:00", "2026-10-01"), ("2026-10-09T10:00", "2026-10-12"), ("2026-10-16T10:00", "2026-10-19")],
)
def test_without_public_holidays(desk, at, day):
    """An estate elsewhere keeps weekends only: the National Day is worked, the make-up Saturday is not."""
    replace(desk, "calendar.yaml", "holidays: china", "holidays: none")
    assert due(desk, add(desk, INQUIRY, at=at), "T10", "reply") == f"{day}T18:00:00+08:00"


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("weekend", "at", "day"),
    [
        ("[sunday]", "2026-10-16T10:00", "2026-10-17"),
        ("[sunday]", "2026-09-30T10:00", "2026-10-08"),
        ("[monday]", "2026-10-16T10:00", "2026-10-17"),
        ("[monday]", "2026-10-18T10:00", "2026-10-20"),
        ("[]", "2026-10-17T10:00", "2026-10-18"),
    ],
)
def test_another_weekend(desk, weekend, at, day):
    """An estate with other days off a week keeps the public holidays all the same."""
    replace(desk, "calendar.yaml", "weekend: [saturday, sunday]", f"weekend: {weekend}")
    assert due(desk, add(desk, INQUIRY, at=at), "T10", "reply") == f"{day}T18:00:00+08:00"


@pytest.mark.rule("M8")
def test_other_hours(desk):
    """Lunch is a gap between hours, and the hours are the estate's."""
    replace(desk, "calendar.yaml", "['09:00-12:00', '13:30-18:00']", "['08:00-11:30', '14:00-17:00', '19:00-24:00']")
    ticket = add(desk)
    walk(desk, ticket, "11:00 dispatch --to zhang.wei")
    assert due(desk, ticket, "T6", "confirmation") == "2026-10-14T19:30:00+08:00"
    assert due(desk, add(desk, INQUIRY), "T10", "reply") == "2026-10-15T23:59:59+08:00"


# --- a year nobody knows the holidays of


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "day"),
    [("2026-12-31T10:00", "2027-01-01"), ("2027-10-01T10:00", "2027-10-04"), ("2003-05-01T09:00", "2003-05-02")],
)
def test_a_year_without_holidays(desk, at, day):
    """For a year without data only weekends are known."""
    assert due(desk, add(desk, INQUIRY, at=at), "T10", "reply") == f"{day}T18:00:00+08:00"


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    "command",
    [
        "overdue",
        "due --within 7d",
        "explain T-20261231-001",
        "report daily",
        "ticket show T-20261231-001",
        "ticket note T-20261231-001 --text x",
    ],
)
def test_a_year_without_holidays_is_said(desk, command):
    """Whatever shows a time that rests on it says that the holidays of that year are not known."""
    add(desk, INQUIRY, at="2026-12-31T10:00")
    result = desk.run(*command.split())
    assert result.code == 0, result.all
    assert "2027" in result.err and "holiday" in result.err


@pytest.mark.rule("M8")
@pytest.mark.parametrize("command", ["overdue", "due", "report daily"])
def test_a_year_with_holidays_is_not(desk, command):
    """As long as the holidays are known nothing is said."""
    add(desk, INQUIRY, at="2026-10-14T10:00")
    assert desk.run(*command.split()).err == ""


# --- checked by hand


@pytest.mark.rule("M8")
def test_explained_day_by_day(desk):
    """`explain` names every day and why it counted or did not."""
    append(desk, "calendar.yaml", "days_off: {2026-10-09: 公司活动}\nworking_days: {2026-10-11: 补班}\n")
    said = desk.ok("explain", add(desk, SUGGESTION, at="2026-09-30T10:00"))
    lines = {m[1]: m[2] for m in re.finditer(r"(?:day off|counted) +(2026-\d\d-\d\d)  (.*)", said)}
    assert "public holiday" in lines["2026-10-01"] and "public holiday" in lines["2026-10-07"]
    assert "day 1, working day" in lines["2026-10-08"]
    assert "day off of the estate" in lines["2026-10-09"]
    assert "day 2, make-up workday" in lines["2026-10-10"]
    assert "day 3, make-up day of the estate" in lines["2026-10-11"]


@pytest.mark.rule("M8")
def test_explained_hour_by_hour(desk):
    """`explain --format json` has every stretch that counted, and those in which the clock was off."""
    ticket = add(desk)
    walk(desk, ticket, "11:00 dispatch --to zhang.wei")
    (confirmation,) = owed(desk, ticket, "T6", "confirmation")
    assert [(s["what"], s["start"][11:16], s["end"][11:16]) for s in confirmation["spans"]] == [
        ("counted", "11:00", "12:00"),
        ("closed", "12:00", "13:30"),
        ("counted", "13:30", "16:30"),
    ]


@pytest.mark.rule("M8")
def test_how_late_and_how_long_left(desk):
    """Lists say how late something is and how much is left, in minutes that pass on the wall."""
    add(desk, INQUIRY)
    (coming,) = rows(desk, "due --within 7d", "2026-10-14T18:00:00")
    assert coming["left"] == 24 * 60
    (late,) = rows(desk, "overdue", "2026-10-18T18:30:00")
    assert late["late"] == 3 * 24 * 60 + 30
