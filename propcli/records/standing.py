"""Whether a version of a record can have come from the one before it by the events it adds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET, Kind
from propcli.records.checking import life
from propcli.records.comparing import Data, Difference

# what goes from clear to sealed and back as the estate chooses, whenever a record is sealed anew
SEALABLE = frozenset({"name", "phones", "plates", "born", "cars", "plate", "phone", "identity", "bank"})
MOST = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say of a commit. `code`: which kind of thing, for programs; `at`: when it was made; `record`: what
    it is about ('': the commit itself); `alarm`: no command and no honest hand edit leaves this; `rules`: of changed
    rules and staff, the ids of what the file said before and says now."""

    code: str
    commit: str
    at: datetime
    record: str
    what: Text
    alarm: bool
    rules: tuple[str, str] = ("", "")


def explained(kind: Kind, found: Difference, old: Data, new: Data) -> list[str]:
    """The fields that none of the appended events accounts for."""
    allowed = {"status", *kind.life.folded}
    sealing = "sealed" in old or "sealed" in new
    for event in found.appended:
        step = kind.life.steps.get(str(event.get("event")))
        if step is None:
            continue
        carried = {*step.carries, *step.along}
        named = event.get("fields")
        if isinstance(named, list):
            carried = {name for name in carried if name in named or (sealing and name in SEALABLE)}
        if carried or step.carries:
            carried |= {"key", "sealed"}
        allowed |= carried
    if kind is TICKET and "caller" in old and "caller" not in new and "resident" not in old:
        allowed |= {"caller", "resident"}  # the estate seals names now
    return [name for name in found.fields if name not in allowed]


def life_faults(
    kind: Kind, record_id: str, data: Data, since: int, folded: bool = True
) -> Iterator[tuple[str, str, Text]]:
    """What keeps a version from being what its events come to; of faults those of events from `since` on."""
    try:
        record = kind.model.model_validate(data)
    except ValidationError:
        yield "record_bad", record_id, say("is not a good record")
        return
    if not getattr(record, "events", ()):
        return
    for where, what, _hint in life(record):
        if where[0] == "events":
            if int(where[1]) >= since:
                yield "event_impossible", record_id, what
        elif folded:
            yield "fold_wrong", record_id, what


def said_at(old: Mapping[str, Any], new: Mapping[str, Any]) -> Text:
    """What is different between two versions of rules: the first few places, before and after."""
    before, after = dict(_flat(old)), dict(_flat(new))
    places = [p for p in dict.fromkeys([*before, *after]) if before.get(p) != after.get(p)]
    parts = [f"{place}: {before.get(place, '–')} → {after.get(place, '–')}" for place in places[:MOST]]
    if len(places) > MOST:
        return say("{parts} and {n} more", parts="; ".join(parts), n=len(places) - MOST)
    return say("{parts}", parts="; ".join(parts)) if parts else say("laid out anew")


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every single value with its place: `obligations.T7.within`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        nth: dict[str, int] = {}
        for number, inner in enumerate(value):
            name = str(inner.get("rule", number)) if isinstance(inner, dict) else str(number)
            nth[name] = nth.get(name, 0) + 1
            name += f"/{nth[name]}" if nth[name] > 1 else ""
            yield from _flat(inner, f"{place}.{name}")
    else:
        yield place, str(value)
