"""Who owes what, and by when: the obligations engine read for the desk, over every kind of record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from propcli.engine.obligations import Obligation, obligations
from propcli.engine.policy import OWED, Policy, Row
from propcli.engine.text import Text
from propcli.engine.worktime import Calendar
from propcli.kinds.catalog import TICKET, kind_of
from propcli.kinds.settings import Settings
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.model import Ticket


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes it: the person, where one is known, and the role through which."""

    role: str
    person: str | None


def rows_for(policy: Policy, kind: str) -> list[Row]:
    """The rows of the policy that are about one kind of record."""
    return [row for row in policy.obligations if row.record == kind]


def owed_on(record: Any, policy: Policy, calendar: Calendar) -> list[Obligation]:
    """Every obligation of a record, met or not."""
    kind = kind_of(record)
    return obligations(record, rows_for(policy, kind.name), calendar, kind.life.ending)


@dataclass
class Duties:
    """The obligations of many records as they stood at a time."""

    settings: Settings
    policy: Policy
    calendar: Calendar
    now: datetime
    tickets: list[Ticket] = field(default_factory=list)  # as of `now`
    records: list[Any] = field(default_factory=list)  # of every kind, tickets too, as of `now`
    all: list[Obligation] = field(default_factory=list)
    staff: Mapping[str, Staff] = field(default_factory=dict)

    def add(self, records: Iterable[Any], ended: bool = True) -> "Duties":
        """The obligations of more records; also of those that have ended, where nothing is open, if `ended`."""
        rows: dict[str, list[Row]] = {}
        for record in records:
            kind = kind_of(record)
            then = kind.life.as_of(record, self.now)
            if then is None:
                continue
            self.records.append(then)
            if kind is TICKET:
                self.tickets.append(then)
            if not ended and then.events and then.events[-1].event in kind.life.ending:
                continue
            if kind.name not in rows:
                rows[kind.name] = rows_for(self.policy, kind.name)
            self.all += obligations(then, rows[kind.name], self.calendar, kind.life.ending)
        return self

    def overdue(self) -> list[Obligation]:
        """Owed, due before now, not met: the longest overdue first."""
        late = [o for o in self.all if o.standing == "open" and o.late(self.now)]
        return sorted(late, key=lambda o: (o.due or self.now, o.record.id, o.row.rule))

    def due(self, until: datetime) -> list[Obligation]:
        """Owed and due between now and a time: the next first."""
        coming = [o for o in self.all if o.standing == "open" and o.due is not None and self.now <= o.due <= until]
        return sorted(coming, key=lambda o: (o.due or self.now, o.record.id, o.row.rule))

    def team(self, obligation: Obligation) -> str | None:
        return team_of(obligation.record, self.policy, obligation.row)

    def debtor(self, obligation: Obligation) -> Debtor:
        """Who owes it now; of what is over, who owed it then."""
        over = obligation.met.at if obligation.met is not None else obligation.ended
        day = (over or self.now).astimezone(self.settings.zone).date()
        return debtor(obligation.row, obligation.record, self.settings, self.policy, self.staff, day)


def together(owed: Iterable[Obligation]) -> list[tuple[Obligation, Text]]:
    """Obligations with what is owed, the same of several things at the same time as one: `return, pass 1, 2, 3`."""
    groups: dict[tuple[object, ...], list[Obligation]] = {}
    for number, o in enumerate(owed):
        alike = (o.row.rule, o.row.owed, o.record.id, o.due) if isinstance(o.of, str) else (number,)
        groups.setdefault((o.standing, *alike), []).append(o)
    return [
        (group[0], Text("{what} {of}", {"what": OWED.word(group[0].row.owed), "of": [o.of for o in group]}))
        if len(group) > 1
        else (group[0], group[0].what)
        for group in groups.values()
    ]


def team_of(record: Any, policy: Policy, row: Row | None = None) -> str | None:
    """The team that has a record or an obligation on it: the record's, else by its category [T4], else the rule's."""
    routed = policy.routing.get(getattr(record, "category", ""), ())
    return getattr(record, "team", None) or next(iter(routed), None) or (row.team if row else None)


def debtor(
    row: Row,
    record: Any,
    settings: Settings,
    policy: Policy,
    staff: Mapping[str, Staff] | None = None,
    day: date | None = None,
) -> Debtor:
    """The person behind a role. What belongs to somebody who is not here on that day belongs to whoever stands in
    [D6]; what nobody has taken falls to the team's supervisor, then to the manager, so that nothing waits unseen."""
    team = team_of(record, policy, row)
    supervisor = settings.teams[team].supervisor if team in settings.teams else None
    chain: Sequence[tuple[str, str | None]] = {
        "acceptor": (("acceptor", getattr(record, "acceptor", None)), ("desk", settings.desk)),
        "assignee": (("assignee", getattr(record, "assignee", None)),),
        "desk": (("desk", settings.desk),),
        "supervisor": (),
        "manager": (("manager", settings.manager),),
    }[row.by]
    for name, person in (*chain, ("supervisor", supervisor), ("manager", settings.manager)):
        if person is None or (row.by == "manager" and name == "supervisor"):
            continue
        found = present(person, staff, day) if staff and day is not None else person
        if found is not None:
            return Debtor(name, found)
    return Debtor("manager", settings.manager)


def present(person: str, staff: Mapping[str, Staff], day: date) -> str | None:
    """Somebody, or whoever stands in on a day on which he is not here; None where nobody does [D6]."""
    asked: list[str] = []
    while person not in asked:
        member = staff.get(person)
        if member is None or member.here(day):
            return person
        asked.append(person)
        person = member.deputy(day) or person
    return None
