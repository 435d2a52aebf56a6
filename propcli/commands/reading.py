"""Reading the estate for a command: records, names, obligations; bad records are told, never passed over."""

from datetime import datetime

from propcli.commands.session import complain, note, session, tell_unknown_years
from propcli.desk.duty import Duties
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
