"""What lies above and below a unit: leaks there [N12], and works that leaks may come from."""

from collections.abc import Sequence
from datetime import date

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION, TICKET, UNIT
from propcli.kinds.renovation import STATES, Renovation, state_at
from propcli.kinds.ticket import Ticket
from propcli.kinds.ticket_life import OPEN
from propcli.kinds.unit import in_line
from propcli.store.estate import Estate

LEAK = "leak"  # the category of tickets about leaks


def line(estate: Estate, unit_id: str, floors: int) -> tuple[str, ...]:
    """The units on record so many floors up or down in the same line; where the estate keeps no units, the one that its
    id says."""
    possible = in_line(unit_id, floors)
    if not estate.has(UNIT):
        return possible[:1]
    return tuple(i for i in possible if (estate.root / UNIT.path(i)).is_file())[:1]


def leaks(estate: Estate, units: Sequence[str]) -> list[Ticket]:
    """The open leak tickets of some units [N12]. Only files that may be about them are read in earnest."""
    found = []
    for path in estate.paths(TICKET)[0] if units else ():
        raw = estate.raw(path)
        if LEAK.encode() not in raw or not any(unit.encode() in raw for unit in units):
            continue
        ticket, problems = estate.load(Ticket, path, walked=True)
        if ticket is None:
            raise Refusal(
                say("whether a leak is open below cannot be told"),
                hint=say("mend this record first"),
                code=3,
                problems=tuple(problems),
            )
        if ticket.category == LEAK and ticket.unit in units and ticket.status in OPEN:
            found.append(ticket)
    return found


def of_units(estate: Estate, units: Sequence[str]) -> list[Renovation]:
    """The filings of some units, the latest first."""
    return [filing for filing in mentioning(estate, units) if filing.unit in units]


def mentioning(estate: Estate, units: Sequence[str]) -> list[Renovation]:
    """The filings that name one of some units, the latest first. Only files with their ids are read in earnest."""
    found = []
    for path in estate.paths(RENOVATION)[0] if units else ():
        raw = estate.glance(path)
        if raw is None or any(unit.encode() in raw for unit in units):
            filing, _problems = estate.load(Renovation, path, walked=True)
            if filing is not None:
                found.append(filing)
    return sorted(found, key=lambda f: (f.start or f.events[0].at.date(), f.id), reverse=True)


def above(estate: Estate, unit_id: str, day: date) -> list[Text]:
    """What a leak ticket should know: the works above, with their dates, as they stand on a day."""
    lines = []
    over = line(estate, unit_id, 1)
    for filing in mentioning(estate, (unit_id, *over)):
        if filing.start is None or not (filing.unit in over or unit_id in filing.below):
            continue  # no permit, no works
        values = {
            "unit": filing.unit,
            "id": filing.id,
            "start": filing.start,
            "end": filing.until or "–",
            "state": STATES.word(state_at(filing, day)),
            "works": filing.works,
        }
        lines.append(say("  above: {unit} {id}, {start} to {end}, {state}: {works}", **values))
    return lines
