"""Clocks held to what must be true of any of them, whatever the day and however often it was paused."""

import itertools
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from propcli.engine.worktime import UTC, Calendar, Hours, Limit, Pause, Span, run

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
CLOCKS = {
    "desk": Hours("all", ((time(9, 30), time(17, 50)),)),
    "working": Hours("working", ((time(9), time(12)), (time(13, 30), time(18)))),
    "night": Hours("all", ((time(0), time(8)), (time(20), None))),
}
calendars = st.builds(
    Calendar,
    st.sampled_from([SHANGHAI, NEW_YORK]),
    st.sampled_from([frozenset({5, 6}), frozenset({6}), frozenset()]),
    st.sampled_from(["china", "none"]),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=3),
    st.just(frozenset()),
    st.just(CLOCKS),
)
moments = st.datetimes(datetime(2026, 1, 2), datetime(2026, 11, 30), timezones=st.just(UTC)).map(
    lambda t: t.replace(microsecond=0)
)
lengths = st.integers(1, 60 * 24 * 20)


@st.composite
def paused(draw: st.DrawFn) -> tuple[datetime, list[Pause]]:
    """A start and some pauses after it, one after another."""
    start = at = draw(moments)
    pauses = []
    for gap, length in draw(st.lists(st.tuples(lengths, lengths), max_size=4)):
        begin = at + timedelta(minutes=gap)
        at = begin + timedelta(minutes=length)
        pauses.append(Pause(begin, at))
    return start, pauses


def real(span: Span) -> timedelta:
    return span.end.astimezone(UTC) - span.start.astimezone(UTC)


@settings(deadline=None)
@given(calendars, st.sampled_from(["calendar", *CLOCKS]), paused(), st.integers(1, 3000))
def test_what_counted_adds_up_to_the_limit(
    calendar: Calendar, clock: str, when: tuple[datetime, list[Pause]], minutes: int
) -> None:
    """The counted stretches of a limit in minutes sum to it, follow one another, and end at the due time."""
    start, pauses = when
    spans: list[Span] = []
    due = run(calendar, clock, start, Limit(minutes, "m"), pauses, spans).due
    assert due is not None
    assert sum((real(s) for s in spans if s.what == "counted"), timedelta()) == timedelta(minutes=minutes)
    assert spans[-1].end == due
    for before, after in itertools.pairwise(spans):
        assert before.end.astimezone(UTC) == after.start.astimezone(UTC)
    for span in spans:
        inside = [
            p
            for p in pauses
            if p.start <= span.start.astimezone(UTC) and p.end is not None and span.end.astimezone(UTC) <= p.end
        ]
        assert not (span.what == "counted" and inside), "paused time was counted"


@settings(deadline=None)
@given(calendars, paused(), st.integers(1, 30))
def test_days_without_pause_keep_the_time_of_day(
    calendar: Calendar, when: tuple[datetime, list[Pause]], days: int
) -> None:
    """Two days from 14:20 end at 14:20, whatever summer time does; a pause adds its own length."""
    start, pauses = when
    local = start.astimezone(calendar.zone)
    due = run(calendar, "calendar", start, Limit(days, "d"), []).due
    assert due is not None
    assert (due.date(), due.time()) == (local.date() + timedelta(days=days), local.time())
    later = run(calendar, "calendar", start, Limit(days, "d"), pauses).due
    assert later is not None
    spent = sum((p.end - p.start for p in pauses if p.end and p.end <= later.astimezone(UTC)), timedelta())
    assert later.astimezone(UTC) - due.astimezone(UTC) == spent


@settings(deadline=None)
@given(calendars, moments, st.integers(1, 15))
def test_working_days_end_at_a_close_of_work(calendar: Calendar, start: datetime, days: int) -> None:
    """As many working days lie after the first day as the limit says, and the last ends it."""
    due = run(calendar, "working", start, Limit(days, "wd"), []).due
    assert due is not None
    first = start.astimezone(calendar.zone).date()
    between = [first + timedelta(days=n) for n in range(1, (due.date() - first).days + 1)]
    assert sum(calendar.is_working(day) for day in between) == days
    assert calendar.is_working(due.date())
    assert due.time() == time(18)


@settings(deadline=None)
@given(
    calendars,
    st.sampled_from(["calendar", *CLOCKS]),
    moments,
    st.sampled_from(["m", "d", "wd", "same day"]),
    st.integers(0, 5000),
)
def test_a_pause_that_has_not_ended_stops_every_clock_it_meets(
    calendar: Calendar, clock: str, start: datetime, unit: str, after: int
) -> None:
    """Before the due time: no due time any more. After it: as if there had been none."""
    if unit == "d":
        clock = "calendar"
    limit = Limit(90 if unit == "m" else 1 if unit == "same day" else 2, unit)
    due = run(calendar, clock, start, limit, []).due
    assert due is not None
    begin = start + timedelta(minutes=after)
    stopped = run(calendar, clock, start, limit, [Pause(begin, None)]).due
    assert stopped == (due if begin > due.astimezone(UTC) else None) or begin == due.astimezone(UTC)
