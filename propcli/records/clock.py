"""What speaks against a machine's clock, and what a wrong one wrote."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from propcli.engine.text import Text, say

Finding = tuple[tuple[str | int, ...], Text, Text | None]
SLOW = timedelta(minutes=10)  # what the clocks of two machines may differ by
PAUSE = timedelta(days=14)  # after which an office that wrote nothing is asked whether that is so


def doubt(now: datetime, last: datetime | None) -> Text | None:
    """What speaks against a clock, knowing when the last change was recorded: a clock behind it (but for what two
    machines differ by), or so far ahead that an office would have written nothing for two weeks."""
    if last is None or -SLOW <= now - last <= PAUSE:
        return None
    if now < last:
        return say("this machine's clock says {now}, but the last change was recorded at {last}", now=now, last=last)
    return say("nothing was recorded here since {last}, and this machine's clock says {now}", now=now, last=last)


def ahead(record: Any, now: datetime) -> Iterator[Finding]:
    """What is dated later than it is: written by a machine whose clock was wrong, it is seen by nobody until then."""
    for index, event in enumerate(getattr(record, "events", ())):
        if event.at > now + SLOW:
            what = say("{at} has not come yet", at=event.at)
            yield ("events", index, "at"), what, ahead_hint(record.id)


def ahead_hint(record_id: str) -> Text:
    """How what a wrong clock wrote is amended or taken back."""
    return say("if it is wrong, propcli edit {id} amends it and git revert takes its commit back", id=record_id)
