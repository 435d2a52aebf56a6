"""What somebody owes by a time: policy rows × a record's events × the calendar. Derived, never stored.

One engine for every kind of record. `overdue`, `due`, `explain`, the reports' rates are readings of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from propcli.engine.lifecycle import fits, holds
from propcli.engine.policy import OWED, TOLD_ANEW, Row, Trigger
from propcli.engine.record import Event, Record
from propcli.engine.text import Text
from propcli.engine.worktime import Calendar, Limit, Pause, Run, Span, add_months, fixed, run

Standing = Literal["open", "stopped", "met", "void"]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed on one record.

    `start` is the event that started the clock, `since` when it started to run, `due` the time it must be met (None
    while paused time keeps the clock standing), `met` the event that met it. `void`: the record ended, or the clock
    was started anew, before it was met; `ended` says when. `agreed`: the due time was agreed, not computed."""

    record: Any
    row: Row
    start: Event
    since: datetime
    due: datetime | None
    met: Event | None
    standing: Standing
    ended: datetime | None = None
    agreed: bool = False
    left: int | None = None  # minutes left on a clock that stands still
    of: Any = None  # which of several owed at once (`per`): the number of a key

    @property
    def what(self) -> Text:
        """What is owed, and which of several: `return of the key K-1`."""
        what = OWED.word(self.row.owed)
        return Text("{what} {of}", {"what": what, "of": self.of}) if isinstance(self.of, str) else what

    def late(self, now: datetime) -> bool:
        """Whether it was met after it was due, or is due and still not met. Exactly at the due time is in time."""
        if self.due is None:
            return False
        if self.standing == "met" and self.met is not None:
            return self.met.at > self.due
        if self.ended is not None:
            return self.ended > self.due
        return now > self.due


def matches(triggers: Sequence[Trigger], event: Event) -> bool:
    """Whether an event is one of those named, with fields as asked."""
    return any(
        trigger.event == event.event
        and all(fits(getattr(event, name, None), wanted) for name, wanted in trigger.having.items())
        for trigger in triggers
    )


def pauses_of(events: Iterable[Event]) -> list[Pause]:
    """The stretches between `paused` and `resumed`, the last one perhaps still open."""
    found: list[Pause] = []
    since: datetime | None = None
    for event in events:
        if event.event == "paused" and since is None:
            since = event.at
        elif event.event == "resumed" and since is not None:
            found.append(Pause(since, event.at))
            since = None
    if since is not None:
        found.append(Pause(since, None))
    return found


def obligations(record: Record, rows: Sequence[Row], calendar: Calendar, ending: frozenset[str]) -> list[Obligation]:
    """Every obligation of a record, met or not, in the order of the policy and of the events that start them.

    `ending` names the events after which nothing more is owed for what went before (closed, cancelled, …)."""
    found: list[Obligation] = []
    events = record.events

    def value_of(name: str) -> Any:
        return getattr(record, name, None)

    for row in rows:
        if not holds(row.when, value_of) or (row.unless and holds(row.unless, value_of)):
            continue
        starts = _starts(row, events, ending, calendar)
        for position, (index, of, since) in enumerate(starts):
            following = next((later for later, other, _since in starts[position + 1 :] if other == of), len(events))
            met: Event | None = None
            ended: datetime | None = None
            stop = len(events)
            for number, event in enumerate(events[index + 1 :], index + 1):
                if row.per is not None and _of(row, event) not in (None, of):
                    continue
                if event.at >= since and matches(row.until, event):
                    met, stop = event, number
                    break
                if event.event in ending or matches(row.ends, event) or number == following:
                    ended, stop = event.at, number
                    break
            agreed = _agreed(record, row, of, index, stop, calendar) if row.agreed else None
            if agreed is not None and position and row.per is None and agreed <= since:
                agreed = None  # a time agreed before says nothing about work that was reopened after it
            if agreed is not None and row.ahead is not None:
                agreed = _earlier(agreed, row.ahead, calendar)
                if agreed <= since:
                    continue  # the whole term is shorter than that
            if agreed is None and row.limit is None:
                continue
            result = Run(agreed) if agreed is not None else _count(row, events, since, calendar)
            standing: Standing = "met" if met else "void" if ended else "stopped" if result.due is None else "open"
            found.append(
                Obligation(
                    record,
                    row,
                    events[index],
                    since,
                    result.due,
                    met,
                    standing,
                    ended,
                    agreed is not None,
                    result.left,
                    of,
                )
            )
    return found


def _of(row: Row, event: Event) -> Any:
    """Which of several things owed at once an event is about: what the field `per` names has (None: all of them)."""
    found = getattr(event, row.per, None) if row.per is not None else None
    return None if found == () else found


def _starts(
    row: Row, events: Sequence[Event], ending: frozenset[str], calendar: Calendar
) -> list[tuple[int, Any, datetime]]:
    """The events that start the clock: their places, what they are about, and when it starts to run.

    Of what recurs, what meets it starts it again, until it ends; while it runs, no other event starts it anew."""
    found: list[tuple[int, Any, datetime]] = []
    running: dict[Any, datetime] = {}
    for index, event in enumerate(events):
        begins = matches(row.start, event)
        if row.every is None:
            if begins and (since := _since(row, event, calendar)) is not None:
                found.append((index, _of(row, event), since))
            continue
        of = _of(row, event)
        over = event.event in ending or matches(row.ends, event)
        if begins and (over or of not in running) and (since := _since(row, event, calendar)) is not None:
            running[of] = since
            found.append((index, of, since))
            continue
        about = [it for it in running if of in (None, it)]
        if over:
            for it in about:
                del running[it]
        elif matches(row.until, event):
            for it in about:
                if event.at >= running[it]:
                    running[it] = event.at
                    found.append((index, it, event.at))
    return found


def _since(row: Row, start: Event, calendar: Calendar) -> datetime | None:
    """When the clock starts: with its event, or at the time a field of the event names (None: it names none)."""
    if row.counted_from is None:
        return start.at
    return _moment(getattr(start, row.counted_from, None), calendar, time())


def _moment(value: Any, calendar: Calendar, of_day: time) -> datetime | None:
    """A time, or a day as the time of it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return fixed(datetime.combine(value, of_day, calendar.zone))
    return value if isinstance(value, datetime) else None


def _count(
    row: Row, events: Sequence[Event], since: datetime, calendar: Calendar, spans: list[Span] | None = None
) -> Run:
    """Run the clock of a row. What recurs is due at the end of its day."""
    limit = row.limit
    assert limit is not None
    result = run(calendar, row.clock, since, limit, pauses_of(events) if row.pauses else (), spans)
    if row.every is None or limit.unit == "wd" or result.due is None:
        return result
    return Run(fixed(calendar.close("calendar", result.due.astimezone(calendar.zone).date())))


def _agreed(record: Any, row: Row, of: Any, first: int, stop: int, calendar: Calendar) -> datetime | None:
    """The time agreed for one round of work: what the event says that started it, or the last one told since, where it
    may be told anew; where events do not carry the field, what stands in the record. A day means its end."""
    events, name = record.events, row.agreed or ""
    if name not in type(events[0]).model_fields:
        return _moment(getattr(record, name, None), calendar, time(23, 59, 59))
    told = [
        at
        for event in events[first : stop if name in TOLD_ANEW else first + 1]
        if (at := getattr(event, name, None)) is not None and _of(row, event) in (None, of)
    ]
    return _moment(told[-1], calendar, time(23, 59, 59)) if told else None


def _earlier(moment: datetime, ahead: Limit, calendar: Calendar) -> datetime:
    """So long before a time, by the clock on the wall."""
    local = moment.astimezone(calendar.zone)
    if ahead.unit == "mo":
        return fixed(datetime.combine(add_months(local.date(), -ahead.amount), local.time(), calendar.zone))
    return fixed(local - (timedelta(minutes=ahead.amount) if ahead.unit == "m" else timedelta(days=ahead.amount)))


def spans_of(obligation: Obligation, calendar: Calendar) -> list[Span]:
    """Every counted and every paused stretch from the start to the due time, for checking by hand."""
    if obligation.agreed or obligation.row.limit is None:
        return []
    spans: list[Span] = []
    _count(obligation.row, obligation.record.events, obligation.since, calendar, spans)
    return spans
