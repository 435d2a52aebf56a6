"""Where the clocks are put forward and back: days, hours and minutes over the change [M8]."""

import pytest

from .asking import add, due, falls_due, on_clock, replace, rows

COMPLAINT = "--kind complaint --category noise --severity minor"


def in_new_york(desk) -> None:
    replace(desk, "propcli.yaml", "timezone: Asia/Shanghai", "timezone: America/New_York")


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-03-07T10:00:00-05:00", "2026-03-09T10:00:00-04:00"),
        ("2026-03-06T01:30:00-05:00", "2026-03-08T01:30:00-05:00"),
        ("2026-10-31T10:00:00-04:00", "2026-11-02T10:00:00-05:00"),
        ("2026-07-14T10:00:00-04:00", "2026-07-16T10:00:00-04:00"),
    ],
    ids=["spring", "the night of the change", "autumn", "summer"],
)
def test_days_end_at_the_same_time_of_day(desk, at, moment):
    """Two days over a change of summer time end at the same time by the clock on the wall."""
    in_new_york(desk)
    falls_due(desk, add(desk, COMPLAINT, at=at), "C3", "resolution", "zhou.min", moment)


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-03-08T01:45:00-05:00", "2026-03-08T03:15:00-04:00"),
        ("2026-11-01T00:45:00-04:00", "2026-11-01T01:15:00-04:00"),
        ("2026-11-01T01:45:00-04:00", "2026-11-01T01:15:00-05:00"),
        ("2026-11-01T01:45:00-05:00", "2026-11-01T02:15:00-05:00"),
    ],
    ids=["spring", "before the hour that comes twice", "into the second hour", "out of it"],
)
def test_minutes_are_minutes_that_passed(desk, at, moment):
    """The 30 minutes of an urgent repair are 30 minutes, also where the clock on the wall is put forward or back."""
    in_new_york(desk)
    falls_due(desk, add(desk, "--urgency urgent", at=at), "P7", "arrival", "wang.gang", moment)


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-03-07T12:00:00-05:00", "2026-03-08T13:00:00-04:00"),
        ("2026-10-31T12:00:00-04:00", "2026-11-01T11:00:00-05:00"),
    ],
    ids=["spring", "autumn"],
)
def test_hours_are_hours_that_passed(desk, at, moment):
    """24 hours over a change of summer time are 24 hours, not a day."""
    in_new_york(desk)
    on_clock(desk, "calendar", "24h")
    assert due(desk, add(desk, "--kind praise", at=at), "X1", "resolution") == moment


@pytest.mark.rule("M8")
def test_in_the_hour_that_comes_twice(desk):
    """When the clock is put back, nothing is overdue in the first of the two hours that is due in the second."""
    in_new_york(desk)
    ticket = add(desk, "--urgency urgent", at="2026-11-01T01:45:00-04:00")
    listed = [r["owed"] for r in rows(desk, "overdue", "2026-11-01T01:54:00-04:00") if r["id"] == ticket]
    assert listed == []
    assert due(desk, ticket, "T6", "dispatch") == "2026-11-01T01:55:00-04:00"


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-08T00:30:00-05:00", "2026-03-08T23:59:59-04:00"),
        ("2026-11-01T00:30:00-04:00", "2026-11-01T23:59:59-05:00"),
    ],
    ids=["23 hours", "25 hours"],
)
def test_a_day_of_23_or_25_hours(desk, at, day):
    """The same day ends at its midnight, however long it is."""
    in_new_york(desk)
    falls_due(desk, add(desk, "--urgency urgent", at=at), "P7", "resolution", "wang.gang", day)


@pytest.mark.rule("M8", "D1")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-03-07T17:00:00-05:00", "2026-03-08T10:40:00-04:00"),
        ("2026-10-31T17:00:00-04:00", "2026-11-01T10:40:00-05:00"),
    ],
    ids=["spring", "autumn"],
)
def test_the_desk_opens_by_the_clock_on_the_wall(desk, at, moment):
    """Over the night of a change the desk opens at 9:30 by the new time."""
    in_new_york(desk)
    falls_due(desk, add(desk, at=at), "T6", "dispatch", "zhou.min", moment)


@pytest.mark.rule("M8")
@pytest.mark.parametrize(
    ("at", "now", "minutes"),
    [
        ("2026-03-08T00:30:00-05:00", "2026-03-08T03:30:00-04:00", 90),
        ("2026-11-01T00:30:00-04:00", "2026-11-01T03:30:00-05:00", 210),
    ],
    ids=["spring", "autumn"],
)
def test_late_by_minutes_that_passed(desk, at, now, minutes):
    """How late an arrival is, is counted in minutes that passed."""
    in_new_york(desk)
    add(desk, "--urgency urgent", at=at)
    (arrival,) = [row for row in rows(desk, "overdue", now) if row["owed"] == "arrival"]
    assert arrival["late"] == minutes


@pytest.mark.rule("M8")
def test_times_from_elsewhere(desk):
    """A time typed with the offset of another zone is that moment, shown in the estate's own time."""
    ticket = add(desk, "--urgency urgent", at="2026-10-14T02:00:00+00:00")
    assert due(desk, ticket, "P7", "arrival") == "2026-10-14T10:30:00+08:00"
