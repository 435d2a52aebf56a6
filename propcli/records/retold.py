"""What of a record is told otherwise than it was, in words."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from propcli.engine.fields import shapes
from propcli.engine.record import Model
from propcli.engine.text import Text, say
from propcli.kinds.catalog import Kind
from propcli.records.comparing import Data, Difference, events_of, key, word
from propcli.records.standing import SEALABLE


def another(old: Data, new: Data) -> bool:
    """Whether not one event of a record is left, and it is not one event that was corrected."""
    before, after = events_of(old), events_of(new)
    if not before or not after or {key(e) for e in before} & {key(e) for e in after}:
        return False
    return len(before) > 1 or before[0].get("event") != after[0].get("event") or _far(old, new)


def _far(old: Data, new: Data) -> bool:
    """Whether most of what a record says is something else."""
    names = {*old, *new} - {"id", "events", "status"}
    return len([name for name in names if old.get(name) != new.get(name)]) * 2 > len(names)


def personal(model: type[Model], name: str) -> bool:
    """Whether what a field says is about a person, and not for everybody who reads the history [T12]."""
    its = next((shape for shape in shapes(model).values() if shape.alias == name), None)
    if its is None or name in SEALABLE or name in ("sealed", "key"):
        return True
    if its.model is not None and any(personal(its.model, part.alias) for part in shapes(its.model).values()):
        return True
    return bool(its.private or its.named)


def rewritten(kind: Kind, record_id: str, found: Difference) -> Iterator[tuple[str, str, Text]]:
    """Events that are told otherwise than they were."""
    for place, old, new in found.changed:
        name = word(kind, old)
        before, after = moment(old.get("at")), moment(new.get("at"))
        if before is not None and after is not None and before != after:
            code = "event_backdated" if after < before else "event_postdated"
            what = say(
                "event {n} ({event}) was {before}, is {after}", n=place + 1, event=name, before=before, after=after
            )
            yield code, record_id, what
        rest = [f for f in {*old, *new} if f != "at" and old.get(f) != new.get(f)]
        for which in sorted(rest):
            said = {"n": place + 1, "event": name, "field": which}
            if personal(kind.event, which):
                yield "event_changed", record_id, say("event {n} ({event}): {field} was something else", **said)
                continue
            said |= {"was": shown(old.get(which)), "now": shown(new.get(which))}
            yield "event_changed", record_id, say("event {n} ({event}): {field} was {was}, is {now}", **said)
    for place, event in found.removed:
        what = say("event {n} ({event}) is gone", n=place + 1, event=word(kind, event))
        yield "event_removed", record_id, what
    for place, event in found.inserted:
        what = say("event {n} ({event}) was put in between", n=place + 1, event=word(kind, event))
        yield "event_inserted", record_id, what


def field_told(kind: Kind, name: str, old: Data, new: Data) -> Text:
    """What a field was and is; of what is personal only that it is something else."""
    if personal(kind.model, name):
        return say("{field} was something else", field=name)
    was, now = shown(old.get(name)), shown(new.get(name))
    return say("{field} was {was}, is {now}", field=name, was=was, now=now)


def shown(value: Any) -> str:
    if value is None:
        return "–"
    text = value if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= 40 else text[:37] + "…"


def moment(value: Any) -> datetime | None:
    """A time as files have it; None where it is none."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None
