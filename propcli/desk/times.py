"""Times as people at the desk write them."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from propcli.engine.worktime import UTC, fixed

_DAYS = {"today": 0, "今天": 0, "tomorrow": 1, "明天": 1, "yesterday": -1, "昨天": -1, "后天": 2}
_AHEAD = re.compile(r"\+(\d{1,4})(m|h|d)")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def when(text: str, now: datetime, zone: ZoneInfo, end_of_day: bool = False) -> datetime | None:
    """The moment a text means, in the estate's time zone, or None.

    2026-11-21T09:42:00+08:00, 2026-11-21 09:42, 2026-11-21 (its beginning, or its end with `end_of_day`), 09:42
    (today), tomorrow 09:42, 明天 09:42, +2h (from now)."""
    found = _read(text.strip(), now, zone, end_of_day)
    return fixed(found.replace(microsecond=0)) if found and 1900 <= found.year < 2200 else None


def _read(text: str, now: datetime, zone: ZoneInfo, end_of_day: bool) -> datetime | None:
    ahead = _AHEAD.fullmatch(text)
    if ahead:
        amount, unit = int(ahead[1]), ahead[2]
        if unit == "d":
            return now.astimezone(zone) + timedelta(days=amount)
        step = timedelta(hours=amount) if unit == "h" else timedelta(minutes=amount)
        return (now.astimezone(UTC) + step).astimezone(zone)
    day, _, rest = text.replace("T", " ", 1).partition(" ") if not _CLOCK.fullmatch(text) else ("today", "", text)
    if day in _DAYS:
        date = now.astimezone(zone).date() + timedelta(days=_DAYS[day])
        if not rest:
            return datetime.combine(date, time(23, 59, 59) if end_of_day else time(), zone)
        clock = _CLOCK.fullmatch(rest.strip())
        if not clock:
            return None
        return datetime.combine(date, time(int(clock[1]), int(clock[2]), int(clock[3] or 0)), zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == 10 and end_of_day:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def length(text: str) -> timedelta | None:
    """A length of time: 30m, 24h, 7d; None if it is not one."""
    match = _AHEAD.fullmatch("+" + text.strip())
    if not match:
        return None
    amount = int(match[1])
    return {"m": timedelta(minutes=amount), "h": timedelta(hours=amount), "d": timedelta(days=amount)}[match[2]]


def month(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """A month (2026-10) as its first moment and the first moment after it."""
    match = _MONTH.fullmatch(text.strip())
    if not match:
        return None
    year, number = int(match[1]), int(match[2])
    start = datetime(year, number, 1, tzinfo=zone)
    return start, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
