"""The period a list or report is about, from --month, --from and --to."""

from datetime import datetime, timedelta

from propcli.commands.session import session
from propcli.desk.measures import Period
from propcli.desk.times import month
from propcli.engine.problem import Refusal
from propcli.engine.text import say


def period(named: str | None, start: str | None, end: str | None) -> Period:
    """The period asked for; without any option, the month of the present time. Its end is exclusive."""
    here = session()
    zone = here.estate.settings.zone
    if named and (start or end):
        raise Refusal(say("--month goes without --from and --to"))
    if named or not (start or end):
        found = month(named or here.now.astimezone(zone).strftime("%Y-%m"), zone)
        if found is None:
            raise Refusal(say("--month: {value} is not a month", value=repr(named)), hint=say("write 2026-10"))
        return Period(*found)
    if not start:
        raise Refusal(say("--to needs --from"))
    begin = here.time(start, "--from")
    stop = here.time(end, "--to", end_of_day=True) if end else here.now
    assert begin is not None and stop is not None
    if stop <= begin:
        raise Refusal(say("the period ends ({end}) before it begins ({start})", end=stop, start=begin))
    return Period(begin, stop + timedelta(seconds=1))


def as_of(asked: Period, now: datetime) -> datetime:
    """The time whose state a report on the period shows: its last moment, or now while it lasts."""
    return min(now, asked.end - timedelta(seconds=1))
