"""What good records say against one another: each stands by itself, and together they cannot be true. So it comes when
two desks worked apart, or when files are written by hand. Each check takes the records of every kind."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from propcli.engine.fields import marked
from propcli.engine.text import say
from propcli.kinds.catalog import KINDS, RESIDENT, TICKET, UNIT, Kind, kind_of
from propcli.records.checking import Finding
from propcli.records.sole import taken_twice

Records = Mapping[Kind, Iterable[Any]]
Found = Iterator[tuple[Any, Finding]]


def contradictions(records: Records, today: date | None) -> Found:
    """Everything that records say against one another: the record that it is told of, and what."""
    for kind in KINDS.values():
        yield from taken_twice(kind, records[kind], today or date.min)
    yield from named_after_forgetting(records, today)
    yield from merged_in_a_circle(records[TICKET])


def named_after_forgetting(records: Records, today: date | None) -> Found:
    """Whoever was forgotten and lives on elsewhere [T12]: tied to a home that was not known to the desk which forgot,
    or named by what was written down later."""
    forgotten = {one.id: one.events[-1] for one in records[RESIDENT] if one.status == "forgotten"}
    if not forgotten:
        return
    for kind in KINDS.values():
        for record in records[kind] if kind is not RESIDENT else ():
            places = _tied(record, forgotten, today) if kind is UNIT else _named(record, forgotten)
            for place, who in places:
                what = say("{id} was forgotten on {day} [T12]", id=who, day=forgotten[who].at.date())
                hint = say("end the tie: propcli unit leave, or transfer") if kind is UNIT else say("name nobody there")
                yield record, (place, what, hint)


def _tied(unit: Any, forgotten: Mapping[str, Any], today: date | None) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Ties that hold still and that nobody knew of when the person was forgotten."""
    for number, tie in enumerate(unit.people):
        gone = forgotten.get(tie.resident)
        if gone is not None and unit.id not in gone.units and (tie.until is None or tie.until >= (today or tie.until)):
            yield ("people", number, "resident"), tie.resident


def _named(record: Any, forgotten: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """References in what was written down after somebody was forgotten."""
    events = getattr(record, "events", ())
    repeated = kind_of(record).life.folded if events else ()
    for place, value, _its in marked(record, "ref", "named"):
        gone = forgotten.get(value)
        if gone is None or not events or place[0] in repeated:
            continue
        written = events[place[1]] if place[0] == "events" else events[0]
        if written.at > gone.at:
            yield place, value


def merged_in_a_circle(tickets: Iterable[Any]) -> Found:
    """Tickets each of which is to go on in the other: then nobody works on the matter [T11]."""
    into = {ticket.id: ticket.duplicate_of for ticket in tickets if ticket.duplicate_of and ticket.status == "merged"}
    for ticket in tickets:
        way, at = [ticket.id], into.get(ticket.id)
        while at is not None and at not in way:
            way.append(at)
            at = into.get(at)
        if at == ticket.id and len(way) > 1:
            what = say("merged in a circle: {ids}; nobody works on any of them [T11]", ids=[*way, at])
            yield ticket, (("duplicate_of",), what, say("take one of them up again: propcli ticket add, and link it"))
