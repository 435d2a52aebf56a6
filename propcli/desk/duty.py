"""Who owes what on tickets, and by when: the obligations engine read for the desk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from propcli.engine.obligations import Obligation, obligations
from propcli.engine.policy import Policy
from propcli.engine.worktime import Calendar
from propcli.kinds.settings import Settings
from propcli.kinds.ticket import Ticket
from propcli.kinds.ticket_life import as_of

CLOSING = frozenset({"closed", "settled", "cancelled", "merged"})
ENDING = CLOSING | {"reopened"}  # what was owed before is over; reopened work has obligations of its own


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes it: the person, where one is known, and the role through which."""

    role: str
    person: str | None


def owed_on(ticket: Ticket, policy: Policy, calendar: Calendar) -> list[Obligation]:
    """Every obligation of a ticket, met or not."""
    return obligations(ticket, policy.obligations, calendar, ENDING)


@dataclass
class Duties:
    """The obligations of many tickets as they stood at a time."""

    settings: Settings
    policy: Policy
    calendar: Calendar
    now: datetime
    tickets: list[Ticket] = field(default_factory=list)  # as of `now`
    all: list[Obligation] = field(default_factory=list)

    def add(self, tickets: Iterable[Ticket]) -> "Duties":
        for ticket in tickets:
            then = as_of(ticket, self.now)
            if then is not None:
                self.tickets.append(then)
                self.all += owed_on(then, self.policy, self.calendar)
        return self

    def overdue(self) -> list[Obligation]:
        """Owed, due before now, not met: the longest overdue first."""
        late = [o for o in self.all if o.standing == "open" and o.late(self.now)]
        return sorted(late, key=lambda o: (o.due or self.now, o.record.id, o.row.rule))

    def due(self, until: datetime) -> list[Obligation]:
        """Owed and due between now and a time: the next first."""
        coming = [o for o in self.all if o.standing == "open" and o.due is not None and self.now <= o.due <= until]
        return sorted(coming, key=lambda o: (o.due or self.now, o.record.id, o.row.rule))

    def debtor(self, obligation: Obligation) -> Debtor:
        return debtor(obligation.row.by, obligation.record, self.settings, self.policy)


def debtor(role: str, ticket: Ticket, settings: Settings, policy: Policy) -> Debtor:
    """The person behind a role. What nobody has taken falls to the team's supervisor, then to the manager, so that
    nothing waits unseen."""
    team = ticket.team or next(iter(policy.routing.get(ticket.category, ())), None)
    supervisor = settings.teams[team].supervisor if team in settings.teams else None
    chain: Sequence[tuple[str, str | None]] = {
        "acceptor": (("acceptor", ticket.acceptor), ("desk", settings.desk)),
        "assignee": (("assignee", ticket.assignee),),
        "desk": (("desk", settings.desk),),
        "supervisor": (),
        "manager": (("manager", settings.manager),),
    }[role]
    for name, person in (*chain, ("supervisor", supervisor), ("manager", settings.manager)):
        if person is not None and not (role == "manager" and name == "supervisor"):
            return Debtor(name, person)
    return Debtor("manager", None)
