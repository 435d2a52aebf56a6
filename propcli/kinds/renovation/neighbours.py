"""What lies above and below a unit: leaks there [N12], and works that leaks may come from."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION, TICKET, UNIT
from propcli.kinds.renovation.kind import state_at
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.words import STATES
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import LEAK, OPEN
from propcli.kinds.unit.model import in_line
from propcli.store.estate import Estate


def line(estate: Estate, unit_id: str, floors: int) -> tuple[str, ...]:
    """The units on record so many floors up or down in the same line; where the estate keeps no units, the one that its
    id says."""
    possible = in_line(unit_id, floors)
    if not estate.has(UNIT):
        return possible[:1]
    return tuple(i for i in possible if (estate.root / UNIT.path(i)).is_file())[:1]


def leaks(estate: Estate, units: Collection[str], now: datetime) -> list[Ticket]:
    """The leak tickets of some units that are open at a time [N12]. Only files that may be about them are read in
    earnest."""
    if not units:
        return []
    paths, problems = estate.paths(TICKET)
    found: dict[str, Ticket] = {}
    for path in paths:
        raw = estate.glance(path)
        whole = raw is not None and b"category:" in raw and b"unit:" in raw
        if whole and raw is not None and (LEAK.encode() not in raw or not any(unit.encode() in raw for unit in units)):
            continue
        ticket, wrong = estate.load(Ticket, path, walked=True)
        problems += wrong
        then = TICKET.life.as_of(ticket, now) if ticket is not None else None
        if then is not None and then.category == LEAK and then.unit in units:
            stands = _stands_for(estate, then, now)
            if stands is not None:
                found[stands.id] = then
    if problems:
        what = say("whether a leak is open below cannot be told")
        raise Refusal(what, hint=say("mend these records first"), code=3, problems=tuple(problems))
    return list(found.values())


def _stands_for(estate: Estate, ticket: Ticket, now: datetime) -> Ticket | None:
    """The ticket that is open for a matter: itself, or the one it was merged into; None where it is settled."""
    seen: set[str] = set()
    while ticket.status == "merged" and ticket.duplicate_of is not None and ticket.id not in seen:
        seen.add(ticket.id)
        other = estate.one(Ticket, ticket.duplicate_of)
        then = TICKET.life.as_of(other, now) if other is not None else None
        if then is None:
            return None
        ticket = then
    return ticket if ticket.status in OPEN else None


def of_units(estate: Estate, units: Sequence[str]) -> tuple[list[Renovation], list[Problem]]:
    """The filings of some units, the latest first, and what could not be read and may be of them."""
    found, problems = mentioning(estate, units)
    return [filing for filing in found if filing.unit in units], problems


def mentioning(estate: Estate, units: Sequence[str]) -> tuple[list[Renovation], list[Problem]]:
    """The filings that name one of some units, the latest first, and what could not be read and may name them. Only
    files with their ids are read in earnest."""
    found: list[Renovation] = []
    problems: list[Problem] = []
    for path in estate.paths(RENOVATION)[0] if units else ():
        raw = estate.glance(path)
        if raw is None or any(unit.encode() in raw for unit in units):
            filing, wrong = estate.load(Renovation, path, walked=True)
            problems += wrong
            if filing is not None:
                found.append(filing)
    return sorted(found, key=lambda f: (f.start or f.events[0].at.date(), f.id), reverse=True), problems


def above(estate: Estate, unit_id: str, day: date) -> list[Text]:
    """What a leak ticket should know: the works above, with their dates, as they stand on a day."""
    over = line(estate, unit_id, 1)
    filings, problems = mentioning(estate, (unit_id, *over))
    lines = [say("  above: {path} cannot be read (propcli validate)", path=problem.path) for problem in problems[:1]]
    for filing in filings:
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
