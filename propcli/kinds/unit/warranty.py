"""Free or paid [P2]: what the unit's dates and the part to be repaired say [P6]."""

from dataclasses import dataclass
from datetime import date, timedelta

from propcli.engine.policy import Policy, Warranty
from propcli.engine.text import Text, say
from propcli.engine.worktime import Limit, add_months
from propcli.kinds.ticket.words import PART
from propcli.kinds.unit.model import Unit


@dataclass(frozen=True, slots=True)
class Cover:
    """The warranty of one part of one unit: counted from a date, until its last day."""

    part: str
    row: Warranty
    counted_from: str  # handed_over or completed
    start: date
    until: date

    def covers(self, day: date) -> bool:
        return day <= self.until

    def why(self, day: date) -> Text:
        """How it was counted, in a sentence that anyone can check."""
        length = (
            say("{n} heating seasons", n=self.row.seasons)
            if self.row.seasons is not None
            else _lasting(self.row.within)
        )
        values = {
            "part": PART.word(self.part),
            "length": length,
            "what": say("the handover") if self.counted_from == "handed_over" else say("the completion"),
            "start": self.start,
            "until": self.until,
        }
        if self.covers(day):
            return say("{part}: {length} from {what} on {start}, covered until {until}: free", **values)
        return say("{part}: {length} from {what} on {start}, ended {until}: the owner pays", **values)


def _lasting(within: Limit | None) -> Text:
    """A length of days, months or years."""
    assert within is not None
    if within.unit == "d":
        return say("{n} days", n=within.amount)
    years, months = divmod(within.amount, 12)
    return say("{n} months", n=within.amount) if months else say("{n} years", n=years)


def part_of(category: str, policy: Policy) -> str | None:
    """What a repair of a category is on when nobody says."""
    return policy.warranty_parts.get(category)


def cover(unit: Unit, part: str, policy: Policy) -> Cover | None:
    """The warranty of a part; None where the policy has none or the unit's dates are not known."""
    for row in policy.warranty:
        if part not in row.part:
            continue
        for name in row.start:
            start = getattr(unit, name)
            if start is None:
                continue
            if row.seasons is not None:
                until = season_end(start, row.seasons, policy)
            else:
                assert row.within is not None
                until = (
                    add_months(start, row.within.amount)
                    if row.within.unit == "mo"
                    else start + timedelta(days=row.within.amount)
                )
            return Cover(part, row, name, start, until)
    return None


def season_end(start: date, seasons: int, policy: Policy) -> date:
    """The last day of so many whole heating seasons: one that had begun before the start does not count."""
    begins, ends = policy.heating_season.start, policy.heating_season.until
    year = start.year if (start.month, start.day) <= begins else start.year + 1
    year += seasons - 1
    return date(year + (ends < begins), *ends)
