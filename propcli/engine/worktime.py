"""The estate's time: working days, opening hours, and the clocks that obligations run on [M8, D1].

A clock says when time counts. `calendar` always counts; the others are rows of `calendar.yaml`: hours on all days
or on working days. Working days are weekdays less public holidays, plus make-up workdays 调休.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")


def fixed(moment: datetime) -> datetime:
    """The same moment with its offset from UTC fixed.

    Python compares and subtracts two times of one ZoneInfo by their wall clocks, which is wrong over a change of
    summer time; times with fixed offsets are compared as the moments they are."""
    offset = moment.utcoffset()
    return moment if offset is None else moment.replace(tzinfo=timezone(offset))


@dataclass(frozen=True, slots=True)
class Hours:
    """A clock of the estate: on which days it runs (`all` or `working`) and during which hours."""

    days: str
    spans: tuple[tuple[time, time | None], ...]  # None as the end: 24:00


@dataclass(frozen=True, slots=True)
class Limit:
    """How much time is allowed: minutes, calendar days, calendar months, or working days.

    `day` units: `same day` is the close of the day it starts on; `wd` counts working days after the day it
    starts on and ends at the close of the last (the day of the event itself is not counted)."""

    amount: int
    unit: str  # "m", "d", "mo", "wd", "same day"

    def __str__(self) -> str:
        if self.unit == "same day":
            return self.unit
        if self.unit == "m" and self.amount % 60 == 0:
            return f"{self.amount // 60}h"
        if self.unit == "mo":
            years, months = divmod(self.amount, 12)
            amount, name = (months, "month") if months or not years else (years, "year")
            amount = self.amount if months and years else amount
            return f"{amount} {name}" + ("s" if amount > 1 else "")
        return f"{self.amount}{self.unit}"


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (or before); the month's last day where it has no such day
    (民法典 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an obligation's time: `counted`, `paused`, `closed` (the clock stands still), or a `day` that
    counted as working day number `number`, or a `day off`."""

    what: str
    start: datetime
    end: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """From the `paused` event to `resumed`; `end` is None while it lasts."""

    start: datetime
    end: datetime | None


@dataclass(eq=False)
class Calendar:
    """Working days and clocks of one estate, in its time zone.

    `holidays` is `china` (public holidays and make-up workdays, for the years there is data) or `none`. Years
    asked for without data are collected in `unknown_years`; for them only weekends are known."""

    zone: ZoneInfo
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: str = "none"
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    clocks: dict[str, Hours] = field(default_factory=dict)
    unknown_years: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.is_working = lru_cache(maxsize=4096)(self._is_working)

    def _is_working(self, day: date) -> bool:
        if day in self.days_off:
            return False
        if day in self.working_days:
            return True
        if self.holidays == "china":
            from chinese_calendar import constants, is_workday

            try:
                is_workday(day)
            except NotImplementedError:
                self.unknown_years.add(day.year)
            else:
                # an estate with other days off a week keeps the holidays and make-up days of the nation
                if day in constants.workdays:
                    return True
                if day in constants.holidays:
                    return False
        return day.weekday() not in self.weekend

    def _is_holiday(self, day: date) -> bool:
        if self.holidays != "china":
            return False
        from chinese_calendar import constants

        return day in constants.holidays

    def why(self, day: date) -> str:
        """What kind of day it is: `day off` and `make-up day` (the estate's own), `public holiday`, `make-up workday`,
        `weekend`, `working day`."""
        if day in self.days_off:
            return "day off"
        if day in self.working_days:
            return "make-up day"
        weekend = day.weekday() in self.weekend
        if self.is_working(day):
            return "make-up workday" if weekend else "working day"
        if weekend and not self._is_holiday(day):
            return "weekend"
        return "public holiday"

    def runs_on(self, clock: str, day: date) -> bool:
        return clock == "calendar" or self.clocks[clock].days == "all" or self.is_working(day)

    def spans(self, clock: str, day: date) -> list[tuple[datetime, datetime]]:
        """When the clock runs on a day, in order."""
        midnight = datetime.combine(day + timedelta(days=1), time(), self.zone)
        if clock == "calendar":
            return [(datetime.combine(day, time(), self.zone), midnight)]
        if not self.runs_on(clock, day):
            return []
        return [
            (
                datetime.combine(day, begin, self.zone),
                midnight if end is None else datetime.combine(day, end, self.zone),
            )
            for begin, end in self.clocks[clock].spans
        ]

    def close(self, clock: str, day: date) -> datetime:
        """The last moment of a day on a clock: 23:59:59 on the calendar clock."""
        if clock == "calendar":
            return datetime.combine(day, time(23, 59, 59), self.zone)
        end = self.clocks[clock].spans[-1][1]
        return datetime.combine(day, end or time(23, 59, 59), self.zone)


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of running a clock: when the time is used up (None: it stands still, paused), and how much is
    left in that case (minutes; for day limits None)."""

    due: datetime | None
    left: int | None = None


def run(
    calendar: Calendar,
    clock: str,
    start: datetime,
    limit: Limit,
    pauses: Sequence[Pause],
    spans: list[Span] | None = None,
) -> Run:
    """When `limit` is used up on `clock` from `start`, pauses not counting.

    `spans`, if given, is filled with every stretch on the way, so that the result can be checked by hand.
    Minutes are counted as they pass; days on the calendar clock keep the time of day (so that two days over a
    change to summer time end at the same clock time)."""
    start = start.astimezone(calendar.zone)
    course = _Course(calendar, clock, start, [p for p in pauses if p.end is None or p.end > start], spans)
    if limit.unit == "m":
        result = course.minutes(limit.amount)
    elif limit.unit in ("d", "mo"):
        result = course.days(limit)
    else:
        result = course.closings(limit)
    return result if result.due is None else Run(fixed(result.due), result.left)


def _elapsed(begin: datetime, end: datetime) -> timedelta:
    """Time that really passed: across a change of summer time, wall clocks differ."""
    return end.astimezone(UTC) - begin.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Course:
    """One run of a clock from `start`, in the estate's zone."""

    calendar: Calendar
    clock: str
    start: datetime
    pauses: Sequence[Pause]
    spans: list[Span] | None

    def note(self, what: str, start: datetime, end: datetime, number: int = 0) -> None:
        """A stretch on the way, where somebody wants to know."""
        if self.spans is not None:
            self.spans.append(Span(what, start, end, number))

    def minutes(self, minutes: int) -> Run:
        left = timedelta(minutes=minutes)
        at = self.start
        for what, begin, end in self._stretches():
            if end is None:  # an open pause
                self.note("paused", begin, begin)
                return Run(None, int(left.total_seconds()) // 60)
            if what == "counted":
                length = _elapsed(begin, end)
                if length >= left:
                    due = (begin.astimezone(UTC) + left).astimezone(self.calendar.zone)
                    self.note("counted", begin, due)
                    return Run(due)
                left -= length
            self.note(what, begin, end)
            at = end
        raise AssertionError(f"clock {self.clock} never runs after {at}")  # refused when the calendar is read

    def _stretches(self) -> Iterator[tuple[str, datetime, datetime | None]]:
        """Time from the start on, cut where the clock stops or starts and where a pause begins or ends."""
        zone = self.calendar.zone
        for what, begin, end in self._open_hours():
            for pause in self.pauses:
                stop = pause.end
                if stop is not None and stop <= begin:
                    continue
                if pause.start >= end or what == "closed":
                    break
                if pause.start > begin:
                    yield what, begin, pause.start.astimezone(zone)
                paused = max(begin, pause.start).astimezone(zone)
                if stop is None:
                    yield "paused", paused, None
                    return
                begin = min(stop, end).astimezone(zone)
                yield "paused", paused, begin
            if begin < end:
                yield what, begin, end

    def _open_hours(self) -> Iterator[tuple[str, datetime, datetime]]:
        at = self.start
        if self.clock == "calendar":
            yield "counted", at, at + timedelta(days=36500)
            return
        day = at.date()
        for _ in range(36_600):
            for begin, end in self.calendar.spans(self.clock, day):
                if end <= at:
                    continue
                if begin > at:
                    yield "closed", at, begin
                    at = begin
                yield "counted", at, end
                at = end
            day += timedelta(days=1)

    def days(self, limit: Limit) -> Run:
        zone = self.calendar.zone
        at = self.start
        # same wall clock time: aware arithmetic within one zone
        if limit.unit == "mo":
            due = datetime.combine(add_months(at.date(), limit.amount), at.time(), zone)
        else:
            due = at + timedelta(days=limit.amount)
        for pause in self.pauses:
            begin = max(pause.start.astimezone(zone), self.start)
            if begin >= due:
                break
            if begin > at:
                self.note("counted", at, begin)
            self.note("paused", begin, (pause.end or begin).astimezone(zone))
            if pause.end is None:
                return Run(None, int(_elapsed(begin, due).total_seconds()) // 60)
            at = pause.end.astimezone(zone)
            due = (due.astimezone(UTC) + _elapsed(begin, at)).astimezone(zone)
        self.note("counted", at, due)
        return Run(due)

    def closings(self, limit: Limit) -> Run:
        """`same day` and `wd`: a day counts when the clock is running (not paused) at its close."""
        calendar, clock, start = self.calendar, self.clock, self.start
        day = start.date()
        counted = 0
        if limit.unit == "wd":
            self.note("day not counted", start, calendar.close(clock, day))
            day += timedelta(days=1)
        for _ in range(36_600):
            close = calendar.close(clock, day)
            begin = datetime.combine(day, time(), calendar.zone)
            working = calendar.is_working(day) if limit.unit == "wd" else calendar.runs_on(clock, day)
            if working and close >= start:
                pause = next((p for p in self.pauses if p.start <= close and (p.end is None or p.end > close)), None)
                if pause is not None and pause.end is None:
                    self.note("paused", max(start, pause.start.astimezone(calendar.zone)), close)
                    return Run(None)
                if pause is None:
                    counted += 1
                    self.note("day", max(start, begin), close, counted)
                    if counted >= limit.amount:
                        return Run(close)
                else:
                    self.note("paused", max(start, begin), close)
            else:
                self.note("day off", begin, close)
            day += timedelta(days=1)
        raise AssertionError(f"clock {clock} never runs after {start}")
