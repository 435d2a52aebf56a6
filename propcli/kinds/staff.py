"""Staff: who works here, in which team, with which skills, on which shifts, and when they are away [T6]."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.record import CategoryCode, Day, Form, Line, Model, StaffId, TeamCode, wrong
from propcli.engine.text import say
from propcli.engine.words import Vocabulary
from propcli.engine.worktime import Calendar
from propcli.kinds.declaration import Declaration

Role = Literal["manager", "supervisor", "desk", "technician", "cleaner", "guard", "gardener"]
ROLE = Vocabulary("role", get_args(Role))
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAY = Vocabulary("weekday", get_args(Weekday))
ShiftDay = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "all", "working"]

_HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
DayHours = Annotated[str, Form(_HOURS, say("hours (like 08:00-17:30)"))]
Hours = Annotated[str, Form(_HOURS, say("hours (like 08:00-17:30; 20:00-08:00 goes on into the next day)"))]


class Shift(Model):
    """Hours worked on certain days: weekdays, `working` days of the calendar, or `all`.

    Hours that end before they begin go on into the next day. `from` and `until` bound a rota in dates."""

    days: Annotated[tuple[ShiftDay, ...], Field(min_length=1)]
    hours: Hours
    first: Day | None = Field(None, alias="from")
    until: Day | None = None


class Leave(Model):
    """Days away, both included."""

    first: Day = Field(alias="from")
    until: Day
    reason: Line | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Leave":
        if self.until < self.first:
            raise wrong(say("the leave ends before it begins"), "until")
        return self


class Staff(Model):
    """One member of staff."""

    kind_of_record: ClassVar[str] = "staff"

    id: StaffId
    name: Line
    role: Role
    team: TeamCode | None = None
    skills: tuple[CategoryCode, ...] = ()
    phone: Line | None = None
    shifts: tuple[Shift, ...] = ()
    leave: tuple[Leave, ...] = ()
    joined: Day | None = None
    left: Day | None = None

    def employed(self, day: date) -> bool:
        return (self.joined is None or self.joined <= day) and (self.left is None or day <= self.left)

    def away(self, day: date) -> Leave | None:
        return next((leave for leave in self.leave if leave.first <= day <= leave.until), None)

    def on_duty(self, now: datetime, calendar: Calendar) -> bool:
        """Whether a shift covers this moment and no leave does; a night shift counts for the day it began."""
        local = now.astimezone(calendar.zone)
        for day in (local.date(), local.date() - timedelta(days=1)):
            if not self.employed(day) or self.away(day):
                continue
            for shift in self.shifts:
                if _covers(shift, day, local, calendar):
                    return True
        return False


def _covers(shift: Shift, day: date, local: datetime, calendar: Calendar) -> bool:
    if (shift.first and day < shift.first) or (shift.until and day > shift.until):
        return False
    weekday = get_args(Weekday)[day.weekday()]
    if not ("all" in shift.days or weekday in shift.days or ("working" in shift.days and calendar.is_working(day))):
        return False
    begin, end = span(shift.hours)
    start = datetime.combine(day, begin, calendar.zone)
    stop = (
        datetime.combine(day + timedelta(days=1), time(), calendar.zone)
        if end is None
        else datetime.combine(day, end, calendar.zone)
    )
    if stop <= start:
        stop = datetime.combine(day + timedelta(days=1), end or time(), calendar.zone)
    return start <= local < stop


def span(hours: str) -> tuple[time, time | None]:
    """The two times of `08:00-17:30`; None stands for 24:00."""
    begin, end = hours.split("-")
    return time.fromisoformat(begin), None if end == "24:00" else time.fromisoformat(end)


DECLARED = Declaration(show_help="One of them.")
