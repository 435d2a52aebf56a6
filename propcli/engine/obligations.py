"""What somebody owes by a time: policy rows × a record's events × the calendar. Derived, never stored.

One engine for every kind of record. `overdue`, `due`, `explain`, the reports' rates are readings of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from propcli.engine.lifecycle import holds
from propcli.engine.policy import Row, Trigger
from propcli.engine.record import Event, Record
from propcli.engine.worktime import Calendar, Pause, Run, Span, run

Standing = Literal["open", "stopped", "met", "void"]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed on one record.

    `start` is the event that started the clock, `due` the time it must be met (None while paused time keeps the
    clock standing), `met` the event that met it. `void`: the record ended, or the clock was started anew, before
    it was met; `ended` says when. `agreed`: the due time was agreed with the resident, not computed."""

    record: Any
    row: Row
    start: Event
    due: datetime | None
    met: Event | None
    standing: Standing
    ended: datetime | None = None
    agreed: bool = False
    left: int | None = None  # minutes left on a clock that stands still

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
    """Whether an event is one of those named."""
    for trigger in triggers:
        if trigger.event != event.event:
            continue
        if trigger.to and getattr(event, "to", None) not in trigger.to:
            continue
        if any(
            wanted is not None and str(getattr(event, name, None)).lower() != wanted
            for name, wanted in (("solved", trigger.solved), ("tight", trigger.tight))
        ):
            continue
        return True
    return False


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
    pauses: list[Pause] | None = None

    def value_of(name: str) -> Any:
        return getattr(record, name, None)

    for row in rows:
        if not holds(row.when, value_of) or (row.unless and holds(row.unless, value_of)):
            continue
        starts = [i for i, event in enumerate(events) if matches(row.start, event)]
        for position, index in enumerate(starts):
            following = starts[position + 1] if position + 1 < len(starts) else len(events)
            met: Event | None = None
            ended: datetime | None = None
            last = len(events) - 1
            for number, event in enumerate(events[index + 1 :], index + 1):
                if matches(row.until, event):
                    met, last = event, number
                    break
                if event.event in ending or number == following:  # or the clock is started anew
                    ended, last = event.at, number
                    break
            agreed = _agreed(record, row.agreed, index if position else 0, last) if row.agreed else None
            if agreed is not None and position and agreed <= events[index].at:
                agreed = None  # a time agreed before says nothing about work that was reopened after it
            if agreed is None and row.within is None:
                continue
            if agreed is not None:
                result = Run(agreed)
            else:
                assert row.within is not None
                if row.pauses and pauses is None:
                    pauses = pauses_of(events)
                result = run(calendar, row.clock, events[index].at, row.within, pauses or () if row.pauses else ())
            standing: Standing = "met" if met else "void" if ended else "stopped" if result.due is None else "open"
            found.append(
                Obligation(
                    record, row, events[index], result.due, met, standing, ended, agreed is not None, result.left
                )
            )
    return found


def _agreed(record: Any, name: str, first: int, last: int) -> datetime | None:
    """The time agreed for one round of work: the last one its own events carry or, where events do not carry the
    field, what stands in the record."""
    events = record.events
    if name not in type(events[0]).model_fields:
        return getattr(record, name, None)
    told = [at for event in events[first : last + 1] if (at := getattr(event, name, None)) is not None]
    return told[-1] if told else None


def spans_of(obligation: Obligation, calendar: Calendar) -> list[Span]:
    """Every counted and every paused stretch from the start to the due time, for checking by hand."""
    if obligation.agreed or obligation.row.within is None:
        return []
    spans: list[Span] = []
    pauses = pauses_of(obligation.record.events) if obligation.row.pauses else []
    run(calendar, obligation.row.clock, obligation.start.at, obligation.row.within, pauses, spans)
    return spans
