"""Reading the estate for a command: records, names, obligations; bad records are told, never passed over."""

from datetime import datetime
from pathlib import PurePosixPath

from propcli.commands.session import complain, note, session, tell_unknown_years
from propcli.desk.checks import policy_references
from propcli.desk.duty import Duties
from propcli.desk.recording import surroundings
from propcli.desk.reports import Names
from propcli.engine.problem import Problem
from propcli.engine.text import say
from propcli.kinds.staff import Staff
from propcli.kinds.ticket import Ticket


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

    def tickets(self) -> list[Ticket]:
        reading = self.estate.read(Ticket)
        self.problems += reading.problems
        return reading.records

    def duties(self) -> Duties:
        return Duties(self.settings, self.policy, self.calendar, self.now).add(self.tickets())

    def finish(self, code: int = 0) -> int:
        """The exit code: 3 if a record could not be read, after telling which; what was printed lacks it."""
        tell_unknown_years(self.calendar)
        if complain(self.problems):
            n = len(self.problems)
            note(say("{n} problems: what is printed above may lack something (propcli validate)", n=n))
            return 3
        return code
