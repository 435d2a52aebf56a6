"""`calendar.yaml`: when the office works, and the clocks obligations run on [M8, D1]."""

from datetime import time
from typing import Annotated, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from propcli.engine.record import KEY, Code, Day, Line, Model, wrong
from propcli.engine.text import say
from propcli.engine.worktime import Calendar
from propcli.engine.worktime import Hours as ClockHours
from propcli.kinds.staff import DayHours, Weekday, span


class Clock(Model):
    """Hours on all days or on working days; a lunch break is the gap between two of them."""

    days: Literal["all", "working"]
    hours: Annotated[tuple[DayHours, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ordered(self) -> "Clock":
        last: time | None = time()
        for text in self.hours:
            begin, end = span(text)
            if last is None or begin < last or (end is not None and end <= begin):
                raise wrong(
                    say(
                        "hours of a clock go forward and stay within the day: {hours}",
                        hours=", ".join(self.hours),
                    )
                )
            last = end
        return self


class CalendarFile(Model):
    """Weekend, public holidays, the estate's own exceptions, and its clocks."""

    kind_of_record: ClassVar[str] = "calendar"

    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    holidays: Literal["china", "none"]
    days_off: dict[Day, Line] = Field(default_factory=dict)
    working_days: dict[Day, Line] = Field(default_factory=dict)
    clocks: dict[Code, Clock]

    @model_validator(mode="after")
    def _works_sometimes(self) -> "CalendarFile":
        if len(set(self.weekend)) == 7:
            raise wrong(say("with seven days of weekend nothing is ever due"), "weekend")
        if "calendar" in self.clocks:
            raise wrong(say("the clock named calendar is built in; choose another name"), "clocks", "calendar", KEY)
        for day in self.working_days:
            if day in self.days_off:
                text = say("{day} is a day off as well", day=day)
                raise wrong(text, "working_days", day.isoformat(), KEY, hint=say("remove it from one of them"))
        return self

    def calendar(self, zone: ZoneInfo) -> Calendar:
        weekdays = get_args(Weekday)
        return Calendar(
            zone,
            frozenset(weekdays.index(day) for day in self.weekend),
            self.holidays,
            frozenset(self.days_off),
            frozenset(self.working_days),
            {
                name: ClockHours(clock.days, tuple(span(text) for text in clock.hours))
                for name, clock in self.clocks.items()
            },
        )
