"""What passes and visitors at the gate have in common [U9]."""

from datetime import datetime, time
from typing import TYPE_CHECKING

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.engine.worktime import fixed

if TYPE_CHECKING:
    from propcli.records.changing import Here


def good_until(given: datetime | None, here: "Here") -> datetime:
    """Until when something is good: as said, else the end of today. Refuses a time that is over."""
    zone = here.estate.settings.zone
    until = given or fixed(datetime.combine(here.today, time(23, 59, 59), zone))
    if until <= here.now:
        raise Refusal(say("--until: {at} is over already", at=until))
    return until
