"""Reading the estate for a command: records, names, obligations; bad records are told, never passed over."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from propcli.commands.session import session, tell_unknown_years, told
from propcli.desk.duty import Duties
from propcli.desk.views import Names, View
from propcli.engine.problem import Problem
from propcli.kinds.catalog import KINDS, TICKET, Kind
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.model import Ticket
from propcli.records.rules import policy_references
from propcli.records.surroundings import surroundings


class Office:
    """Everything a list or report needs, as it stands at a time."""

    def __init__(self, at: datetime | None = None) -> None:
        here = session()
        self.estate = here.estate
        self.settings, self.policy, self.calendar = self.estate.settings, self.estate.policy, self.estate.calendar
        self.now = at or here.now
        staff = self.estate.read(Staff)
        self.staff = staff.records
        self.problems: list[Problem] = staff.problems
        findings = list(policy_references(self.policy, surroundings(self.estate), self.calendar))
        if findings:  # rows that name what does not exist are told, and left out
            path = PurePosixPath("policy.yaml")
            self.problems = [*self.problems, *self.estate.at(path, findings)]
            wrong = {where[1] for where, _what, _hint in findings if where[0] == "obligations"}
            rows = tuple(row for number, row in enumerate(self.policy.obligations) if number not in wrong)
            self.policy = self.policy.model_copy(update={"obligations": rows})
        self.names = Names(self.settings, self.staff)

    def view(self, reveal: bool = True) -> View:
        """How records are seen from here."""
        return View(session().people, self.names, self.now, reveal)

    def records(self, kind: Kind) -> list[Any]:
        """Every record of a kind as it stood at that time."""
        reading = self.estate.read(kind.model)
        self.problems += reading.problems
        return [then for record in reading.records if (then := kind.life.as_of(record, self.now)) is not None]

    def tickets(self) -> list[Ticket]:
        return self.records(TICKET)

    def owed_on(self, records: Iterable[Any]) -> Duties:
        """What is owed on some records, and by whom as things stand."""
        staff = {person.id: person for person in self.staff}
        return Duties(self.settings, self.policy, self.calendar, self.now, staff=staff).add(records)

    def duties(self, *kinds: Kind) -> Duties:
        """What is owed on the records of some kinds (tickets, unless others are named)."""
        duties = self.owed_on([])
        for kind in kinds or (TICKET,):
            # of tickets the reports count what has ended too
            duties.add(self.records(kind), ended=kind is TICKET)
        return duties

    def all_duties(self) -> Duties:
        """What is owed on anything: on every kind that the policy has a rule for."""
        ruled = {row.record for row in self.policy.obligations}
        return self.duties(*(kind for kind in KINDS.values() if kind.name in ruled))

    def finish(self, code: int = 0) -> int:
        """The exit code: 3 if a record could not be read, after telling which; what was printed lacks it."""
        tell_unknown_years(self.calendar)
        return told([*self.problems, *session().unseen], code)
