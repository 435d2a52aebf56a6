"""What recurs, what is owed several times at once, what counts from a later time: true whatever happens in between."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propcli.engine.obligations import Obligation, obligations
from propcli.engine.policy import Row
from propcli.engine.worktime import Calendar, add_months
from propcli.kinds.unit.model import UnitEvent

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
START = datetime(2026, 1, 1, 2, tzinfo=UTC)  # 10:00 in Shanghai
calendars = st.sampled_from([SHANGHAI, NEW_YORK]).map(Calendar)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
gaps = st.lists(st.integers(1, 60 * 24 * 40), max_size=12)  # minutes between events


@dataclass
class Home:
    events: tuple[UnitEvent, ...]
    id: str = "3-2-0501"
    status: str = "vacant"


def event(name: str, minute: int, **fields: Any) -> UnitEvent:
    return UnitEvent.model_validate(
        {"at": START + timedelta(minutes=minute), "by": "zhou.min", "event": name, **fields}
    )


def row(**fields: Any) -> Row:
    """Custody, checked every week, unless the fields say otherwise; an empty one is left out."""
    filled = {
        "rule": "X1",
        "record": "unit",
        "owed": "outdoor-check",
        "by": "desk",
        "from": "custody_began",
        "every": "7d",
        "until": "checked",
        "ends": "custody_ended",
        **fields,
    }
    return Row.model_validate({name: value for name, value in filled.items() if value})


def owed(
    rule: Row, events: list[UnitEvent], calendar: Calendar, ending: frozenset[str] = frozenset()
) -> list[Obligation]:
    return obligations(Home(tuple(events)), [rule], calendar, ending)


def minutes_of(between: list[int]) -> list[int]:
    """Gaps as minutes from the beginning."""
    found: list[int] = []
    for gap in between:
        found.append((found[-1] if found else 0) + gap)
    return found


# --- months


@settings(deadline=None)
@given(days, st.integers(-240, 240))
def test_no_month_is_skipped(day: date, months: int) -> None:
    """So many months later is in that month, on the same day of it or, where there is none, on its last."""
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])


@settings(deadline=None)
@given(days)
def test_twelve_months_are_a_year(day: date) -> None:
    later = add_months(day, 12)
    assert later.year == day.year + 1
    assert (later.month, later.day) == ((2, 28) if (day.month, day.day) == (2, 29) else (day.month, day.day))


@settings(deadline=None)
@given(days, days, st.integers(0, 60))
def test_who_begins_later_does_not_end_earlier(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@settings(deadline=None)
@given(days, st.integers(0, 60))
def test_there_and_back_loses_at_most_what_the_month_lacks(day: date, months: int) -> None:
    back = add_months(add_months(day, months), -months)
    assert (back.year, back.month) == (day.year, day.month)
    assert day.day - 3 <= back.day <= day.day


# --- what recurs

intervals = st.sampled_from(["1d", "7d", "14d", "1 month", "2 months", "3wd"])


@settings(deadline=None)
@given(calendars, intervals, gaps)
def test_whatever_is_met_is_owed_again(calendar: Calendar, every: str, between: list[int]) -> None:
    """After n checks n are met, late or not, and one is open; each counts from the check before it."""
    at = minutes_of(between)
    rule = row(every=every)
    found = owed(rule, [event("custody_began", 0), *(event("checked", m, ok=True) for m in at)], calendar)
    assert [o.standing for o in found] == ["met"] * len(at) + ["open"]
    assert [o.since for o in found] == [START + timedelta(minutes=m) for m in (0, *at)]
    for one, following in pairwise(found):
        assert one.met is following.start
        assert one.due is not None and one.late(START) == (one.met.at > one.due)


@settings(deadline=None)
@given(calendars, intervals, gaps)
def test_it_is_due_at_the_end_of_its_day(calendar: Calendar, every: str, between: list[int]) -> None:
    """On the estate's clocks, also across a change to summer time, and so many days or months after it began."""
    rule = row(every=every)
    events = [event("custody_began", 0), *(event("checked", m, ok=True) for m in minutes_of(between))]
    for one in owed(rule, events, calendar):
        assert one.due is not None and rule.every is not None
        due, began = one.due.astimezone(calendar.zone), one.since.astimezone(calendar.zone)
        assert (due.hour, due.minute, due.second) == (23, 59, 59)
        if rule.every.unit == "d":
            assert due.date() == began.date() + timedelta(days=rule.every.amount)
        elif rule.every.unit == "mo":
            assert due.date() == add_months(began.date(), rule.every.amount)
        else:
            since = [began.date() + timedelta(days=n) for n in range(1, (due.date() - began.date()).days + 1)]
            assert sum(calendar.is_working(day) for day in since) == rule.every.amount


@settings(deadline=None)
@given(calendars, gaps, st.integers(1, 60 * 24 * 40), gaps)
def test_after_the_end_nothing_is_owed(calendar: Calendar, before: list[int], gap: int, after: list[int]) -> None:
    """The open one is void, and what happens afterwards begins nothing."""
    at = minutes_of([*before, gap, *after])
    checks, end, idle = at[: len(before)], at[len(before)], at[len(before) + 1 :]
    events = [
        event("custody_began", 0),
        *(event("checked", m, ok=True) for m in checks),
        event("custody_ended", end, state="vacant"),
        *(event("checked", m, ok=True) for m in idle),
    ]
    found = owed(row(), events, calendar)
    assert [o.standing for o in found] == ["met"] * len(checks) + ["void"]
    assert found[-1].ended == events[len(checks) + 1].at


@settings(deadline=None)
@given(calendars, gaps, st.data())
def test_what_starts_it_again_while_it_runs_puts_nothing_off(
    calendar: Calendar, between: list[int], data: st.DataObject
) -> None:
    """Only what meets it moves it; a second start is as if it had not been."""
    at = minutes_of(between)
    names = data.draw(st.lists(st.sampled_from(["checked", "custody_began"]), min_size=len(at), max_size=len(at)))
    fields = {"checked": {"ok": True}, "custody_began": {}}
    events = [event("custody_began", 0), *(event(n, m, **fields[n]) for n, m in zip(names, at, strict=True))]
    only = [events[0], *(e for e in events if e.event == "checked")]
    assert [(o.since, o.due, o.standing) for o in owed(row(), events, calendar)] == [
        (o.since, o.due, o.standing) for o in owed(row(), only, calendar)
    ]


@settings(deadline=None)
@given(calendars, st.lists(st.sampled_from(["custody_began", "checked", "custody_ended", "noted"]), max_size=20))
def test_never_two_at_once(calendar: Calendar, names: list[str]) -> None:
    """Whatever happens in whatever order: at most one is open, and only while it runs."""
    fields: dict[str, dict[str, Any]] = {"checked": {"ok": True}, "custody_ended": {"state": "vacant"}}
    events = [event(n, 60 * i, **fields.get(n, {})) for i, n in enumerate(names)]
    if not events:
        return
    found = owed(row(), events, calendar)
    runs = [n for n in names if n in ("custody_began", "custody_ended")][-1:] == ["custody_began"]
    assert [o.standing for o in found].count("open") == runs
    assert all(o.standing == "open" for o in found[-1:]) or not runs
    assert sum(o.standing == "met" for o in found) <= names.count("checked")


def test_the_end_of_a_record_ends_it_too() -> None:
    """What the kind of record says ends everything; where that is a start as well, it begins anew."""
    calendar = Calendar(SHANGHAI)
    events = [event("custody_began", 0), event("noted", 60), event("checked", 120, ok=True)]
    assert [o.standing for o in owed(row(), events, calendar, frozenset({"noted"}))] == ["void"]
    both = row(**{"from": ["custody_began", "noted"]})
    found = owed(both, events, calendar, frozenset({"noted"}))
    assert [(o.standing, o.start.event) for o in found] == [
        ("void", "custody_began"),
        ("met", "noted"),
        ("open", "checked"),
    ]


# --- several at once

keys = st.sampled_from(["K-1", "K-2", "K-3"])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["key_lent", "key_returned", "noted"]), keys, st.integers(1, 600)), max_size=15)
)
def test_each_key_is_owed_as_if_it_were_the_only_one(log: list[tuple[str, str, int]]) -> None:
    """Due times and returns of one key do not depend on the others."""
    calendar = Calendar(SHANGHAI)
    rule = row(
        **{"from": "key_lent", "every": None, "ends": None, "agreed": "back", "per": "key", "until": "key_returned"}
    )
    events = [event("registered", 0, state="vacant", use="residential")]
    for number, (name, key, back) in enumerate(log, 1):
        fields = {} if name == "noted" else {"key": key}
        if name == "key_lent":
            fields["back"] = START + timedelta(minutes=number + back)
        events.append(event(name, number, **fields))

    def seen(found: list[Obligation]) -> list[tuple[Any, ...]]:
        return [(o.of, o.since, o.due, o.standing, o.ended) for o in found]

    together = owed(rule, events, calendar)
    alone = [
        o for key in ("K-1", "K-2", "K-3") for o in owed(rule, [e for e in events if e.key in (None, key)], calendar)
    ]
    assert sorted(seen(together), key=str) == sorted(seen(alone), key=str)
    for one in together:
        assert one.due == one.start.back


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["key_received", "key_returned", "key_given"]), keys), max_size=15))
def test_what_recurs_of_each_key_recurs_by_itself(log: list[tuple[str, str]]) -> None:
    """A row of an estate's own: every key is looked at once a week, until it is given back."""
    calendar = Calendar(SHANGHAI)
    rule = row(**{"from": "key_received", "per": "key", "until": "key_returned", "ends": "key_given"})
    events = [event(name, 60 * i, key=key) for i, (name, key) in enumerate(log)]
    if not events:
        return
    together = owed(rule, events, calendar)
    alone = [
        o
        for key in ("K-1", "K-2", "K-3")
        if (its := [e for e in events if e.key == key])
        for o in owed(rule, its, calendar)
    ]
    assert sorted(str((o.of, o.since, o.due, o.standing)) for o in together) == sorted(
        str((o.of, o.since, o.due, o.standing)) for o in alone
    )
    last = {key: name for name, key in log if name != "key_returned"}
    assert sum(o.standing == "open" for o in together) == sum(name == "key_received" for name in last.values())


def test_what_names_none_of_them_is_about_all() -> None:
    """One telling of the owner is about every finding; what recurs of each begins again with it."""
    calendar = Calendar(SHANGHAI)
    lent = [event("key_received", 0, key="K-1"), event("key_received", 60, key="K-2"), event("checked", 120, ok=True)]
    rule = row(**{"from": "key_received", "per": "key"})
    assert [(o.of, o.standing) for o in owed(rule, lent, calendar)] == [
        ("K-1", "met"),
        ("K-2", "met"),
        ("K-1", "open"),
        ("K-2", "open"),
    ]


# --- counted from a later time


@settings(deadline=None)
@given(calendars, st.integers(0, 9999), st.lists(st.integers(1, 2000), max_size=6))
def test_before_its_time_nothing_meets_it(calendar: Calendar, later: int, between: list[int]) -> None:
    """A clock that starts at the rain's end is met by the first check from then on, and due a day after it."""
    until = START + timedelta(minutes=later)
    at = minutes_of(between)
    events = [
        event("custody_began", 0),
        event("rain_warned", 0, rain_until=until),
        *(event("checked", m, ok=True) for m in at),
    ]
    rule = row(**{"from": "rain_warned", "every": None, "within": "1d", "counted_from": "rain_until"})
    (one,) = owed(rule, events, calendar)
    first = next((e for e in events if e.event == "checked" and e.at >= until), None)
    assert (one.since, one.met) == (until, first)
    assert one.due == (until.astimezone(calendar.zone) + timedelta(days=1)).astimezone(UTC)
    assert one.late(until) == (first is not None and first.at > one.due)


@settings(deadline=None)
@given(calendars, st.integers(0, 5000), st.lists(st.integers(1, 2000), max_size=6))
def test_a_round_begun_later_begins_then(calendar: Calendar, later: int, between: list[int]) -> None:
    """With both, only what meets it after that time counts, and begins the next round."""
    until = START + timedelta(minutes=later)
    at = minutes_of(between)
    events = [event("rain_warned", 0, rain_until=until), *(event("checked", m, ok=True) for m in at)]
    found = owed(row(**{"from": "rain_warned", "counted_from": "rain_until"}), events, calendar)
    meeting = [e.at for e in events[1:] if e.at >= until]
    assert [o.since for o in found] == [until, *meeting]
    assert [o.standing for o in found] == ["met"] * len(meeting) + ["open"]


@pytest.mark.parametrize("field", ["rain_from", "until"])
def test_a_start_without_that_time_starts_nothing(field: str) -> None:
    calendar = Calendar(SHANGHAI)
    warned = event("rain_warned", 0, rain_until=START + timedelta(days=1))
    rule = row(**{"from": "rain_warned", "every": None, "within": "1d", "counted_from": field})
    assert owed(rule, [warned], calendar) == []


def test_a_day_counts_from_its_beginning() -> None:
    calendar = Calendar(SHANGHAI)
    let = event("let", 0, until=date(2026, 3, 31))
    rule = row(**{"from": "let", "every": None, "within": "1d", "counted_from": "until", "until": "let_ended"})
    (one,) = owed(rule, [let], calendar)
    assert (one.since.isoformat(), one.due and one.due.isoformat()) == (
        "2026-03-31T00:00:00+08:00",
        "2026-04-01T00:00:00+08:00",
    )
