"""The office's measures [M1, M2, M3, M4, M5], each as a part of a whole, over a period.

A period's figures are those of its end (or of now, while it lasts): run again later they are the same."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from propcli.desk.duty import Duties
from propcli.engine.obligations import Obligation
from propcli.engine.table import Rate
from propcli.engine.text import Text, say
from propcli.kinds.ticket.life import CLOSING
from propcli.kinds.ticket.model import Ticket, TicketEvent
from propcli.kinds.ticket.words import ANSWERS, ENDED, PUBLIC


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to just before `end`."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Completion:
    """One time a ticket's work came to an end. `late` is None where no limit applied."""

    ticket: Ticket
    event: TicketEvent
    late: bool | None

    @property
    def minutes(self) -> int:
        """From being reported to being done, in minutes that passed."""
        return whole_minutes(self.ticket.reported, self.event.at)


def whole_minutes(start: datetime, end: datetime) -> int:
    """The minutes that passed between two times; negative where the second is the earlier."""
    return int((end - start).total_seconds()) // 60


@dataclass(frozen=True)
class Measures:
    """What happened in a period."""

    received: list[Ticket]
    completions: list[Completion]
    reopened: list[tuple[Ticket, TicketEvent]]
    follow_ups: list[tuple[Obligation, bool]]  # those owed, and whether in time
    closed: list[Ticket]

    @property
    def timely(self) -> Rate:
        """Done within the limit ÷ done, of those that had a limit [M1]."""
        limited = [c for c in self.completions if c.late is not None]
        return Rate(sum(not c.late for c in limited), len(limited))

    @property
    def handled(self) -> Rate:
        """Closed ÷ received, of the tickets received in the period [M2]."""
        return Rate(sum(t.status in ENDED for t in self.received), len(self.received))

    @property
    def rework(self) -> Rate:
        """Reopened ÷ done [M3]."""
        return Rate(len(self.reopened), len(self.completions))

    @property
    def followed_up(self) -> Rate:
        """Followed up in time ÷ owed [M4]."""
        return Rate(sum(ok for _, ok in self.follow_ups), len(self.follow_ups))

    def complaint_rate(self, occupied_units: int | None) -> float | None:
        """Complaints per 100 occupied units [M5]; None while their number is not known."""
        if not occupied_units:
            return None
        return round(100 * sum(t.kind == "complaint" for t in self.received) / occupied_units, 2)


def completes(ticket: Ticket, event: TicketEvent) -> bool:
    """Whether an event is the end of the work: done, settled elsewhere, or, for an inquiry or suggestion, replied."""
    return event.event == "settled" or event.event == ("replied" if ticket.kind in ANSWERS else "done")


def ended_at(ticket: Ticket) -> datetime:
    """When an ended ticket ended; what was noted afterwards does not move it."""
    return next(event.at for event in reversed(ticket.events) if event.event in CLOSING)


def measure(duties: Duties, period: Period) -> Measures:
    """The measures of a period from tickets and obligations as they stood at its end."""
    limits: dict[int, list[Obligation]] = defaultdict(list)
    follow_ups: list[tuple[Obligation, bool]] = []
    for obligation in duties.all:
        ticket = obligation.record
        if obligation.met is not None and (
            obligation.row.owed == "resolution" or (obligation.row.owed == "reply" and ticket.kind in ANSWERS)
        ):
            limits[id(obligation.met)].append(obligation)
        if obligation.row.owed == "follow-up" and obligation.due is not None and obligation.due in period:
            late = obligation.late(duties.now)
            if obligation.standing == "met" or late:
                follow_ups.append((obligation, not late))
    received, closed, reopened, completions = [], [], [], []
    for ticket in duties.tickets:
        if ticket.events[0].at in period:
            received.append(ticket)
        if ticket.status in ENDED and ended_at(ticket) in period:
            closed.append(ticket)
        answered = False
        for event in ticket.events:
            if event.at not in period:
                continue
            if event.event == "reopened":
                reopened.append((ticket, event))
                answered = False
            elif completes(ticket, event) and not answered:
                answered = event.event == "replied"
                owed = limits.get(id(event))
                completions.append(Completion(ticket, event, any(o.late(duties.now) for o in owed) if owed else None))
    return Measures(received, completions, reopened, follow_ups, closed)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The same category again and again at one place [M7]."""

    place: Text
    category: str
    tickets: tuple[Ticket, ...]
    cause: str | None  # most often found; None where nothing was written down


def line_of(ticket: Ticket) -> str | None:
    """The building line: one entrance, the same room on every floor, sharing pipes (3-2-··01)."""
    if ticket.unit == PUBLIC:
        return None
    building, entrance, room = ticket.unit.split("-")
    return f"{building}-{entrance}-··{room[-2:]}" if len(room) > 2 else None


# at which places problems recur: where a ticket belongs (None: nowhere there), and what the place is called
_LEVELS: dict[str, tuple[Callable[[Ticket], str | None], Callable[[str], Text]]] = {
    "unit": (lambda t: None if t.unit == PUBLIC else t.unit, lambda place: say("unit {unit}", unit=place)),
    "line": (line_of, lambda place: say("line {line}", line=place)),
    "public": (
        lambda t: t.building if t.unit == PUBLIC else None,
        lambda place: say("public area, building {building}", building=place),
    ),
    "building": (lambda t: t.home or None, lambda place: say("building {building}", building=place)),
}


def recurrences(tickets: Iterable[Ticket], least: dict[str, int]) -> list[Recurrence]:
    """Problems that recur in a unit, a building line or a building; `least`: from how many tickets on.

    The proposed cause is the one most often recorded for these tickets; none is made up."""
    found: list[Recurrence] = []
    pool = [t for t in tickets if t.status not in ("merged", "cancelled")]
    for level, (place_of, called) in _LEVELS.items():
        groups: dict[tuple[str, str], list[Ticket]] = defaultdict(list)
        for ticket in pool:
            place = place_of(ticket)
            if place is not None:
                groups[(place, ticket.category)].append(ticket)
        for (place, category), members in groups.items():
            spread = level != "line" or len({t.unit for t in members}) > 1
            if len(members) >= least[level] and spread:
                found.append(Recurrence(called(place), category, tuple(members), _cause(members)))
    return sorted(found, key=lambda r: (-len(r.tickets), str(r.place), r.category))


def _cause(tickets: Iterable[Ticket]) -> str | None:
    causes = Counter(
        event.cause
        for ticket in tickets
        for event in ticket.events
        if event.event in ("diagnosed", "judged") and event.cause
    )
    return causes.most_common(1)[0][0] if causes else None
