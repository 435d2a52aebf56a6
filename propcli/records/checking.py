"""What one file cannot know of itself: references to staff, teams, categories, other records [validate].

Each check is a plain function from a record and its surroundings to findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from propcli.engine.fields import marked
from propcli.engine.policy import Policy
from propcli.engine.record import Model
from propcli.engine.text import Text, say
from propcli.kinds.catalog import KINDS, kind_of
from propcli.kinds.declaration import function_at
from propcli.kinds.ticket.words import PUBLIC

Finding = tuple[tuple[str | int, ...], Text, Text | None]
IMPORTER = "import"  # who signs events that came from another system


def _nobody_left(_staff_id: str) -> None:
    return None


@dataclass(frozen=True)
class Surroundings:
    """What records may refer to: the ids of each kind of record, the codes of teams and categories. None: not asked
    about. As long as an estate keeps no units, tickets name homes by their form alone."""

    known: dict[str, frozenset[str] | None]
    sealed: frozenset[str] = frozenset()  # what of people the estate has chosen to seal
    policy: Policy | None = None
    last_day: Callable[[str], date | None] = _nobody_left  # of a member of staff who has left
    today: date | None = None  # None: what is to come is not asked about

    def gone(self, staff_id: str | None) -> date | None:
        """The last day of somebody who does not work here any more and is still counted on [D6]."""
        last = self.last_day(staff_id) if staff_id is not None else None
        return last if last is not None and self.today is not None and last < self.today else None

    @property
    def teams(self) -> frozenset[str]:
        return self.known["team"] or frozenset()

    @property
    def categories(self) -> frozenset[str]:
        return self.known["category"] or frozenset()

    @property
    def staff(self) -> frozenset[str]:
        return self.known["staff"] or frozenset()

    def know(self, kind: str, record_id: str) -> None:
        """One more record, which is made just now."""
        ids = self.known[kind]
        if ids is not None or kind == "unit":
            self.known[kind] = (ids or frozenset()) | {record_id}


@dataclass
class Sources:
    """Which ticket has which source number; used to find the same one imported twice."""

    seen: dict[tuple[str, str, str], str] = field(default_factory=dict)


def unknown(what: Text, value: str, known: frozenset[str], where: str) -> tuple[Text, Text]:
    """That something named does not exist, and what was meant perhaps."""
    close = get_close_matches(value, sorted(known), 1)
    hint = say("did you mean {name}?", name=close[0]) if close else say("known ones stand in {where}", where=where)
    return say("{what} {value} does not exist", what=what, value=value), hint


# where what a field names stands, for the hint
WHERE = {"team": "propcli.yaml, teams", "category": "policy.yaml, routing"}


def references(record: Any, around: Surroundings) -> Iterator[Finding]:
    """Everything that a record names, itself or in its events, and that does not exist."""
    # what a field only repeats of the events is told there
    repeated = kind_of(record).life.folded if getattr(record, "events", ()) else ()
    for place, value, its in marked(record, "ref"):
        to = its.ref or ""
        known = around.known[to]
        if known is None or value in known or value in (PUBLIC, IMPORTER) or place[0] in ("id", *repeated):
            continue
        title = KINDS[to].title if to in KINDS else say("team") if to == "team" else say("category")
        close = frozenset() if to in KINDS and KINDS[to].period else known  # one day's number is as good as another
        yield (place, *unknown(title, value, close, WHERE.get(to) or f"{KINDS[to].folder}/"))


def checked(record: Any, around: Surroundings) -> Iterator[Finding]:
    """Everything that keeps a record from being written: what it refers to, its life, what its kind checks besides."""
    yield from references(record, around)
    yield from signatures(record, around)
    own = kind_of(record).declared.checks
    if own:
        yield from function_at(own)(record, around)
    if getattr(record, "events", ()):
        yield from life(record)


def signatures(record: Any, around: Surroundings) -> Iterator[Finding]:
    """Nobody signs after his last day [D6]."""
    for index, event in enumerate(getattr(record, "events", ())):
        last = around.last_day(event.by)
        if last is not None and event.at.date() > last:
            what = say("{who} worked here until {day} [D6]", who=event.by, day=last)
            yield ("events", index, "by"), what, say("name who did it")


def left_behind(record: Any, around: Surroundings) -> Iterator[Finding]:
    """Whom a record that is open counts on though he does not work here any more [D6]. No fault of the record: what was
    his belongs to whoever stands in; a person ought to say so."""
    if getattr(record, "status", None) not in kind_of(record).declared.open_states:
        return
    for place, value, its in marked(record, "ref"):
        last = around.gone(value) if its.ref == "staff" and place[0] not in ("id", "events") else None
        if last is not None:
            what = say("{who} worked here until {day} [D6]", who=value, day=last)
            yield place, what, say("name who does it now")


def life(record: Any) -> Iterator[Finding]:
    """The replay of a record's events: steps that cannot follow, and fields that say something else than they."""
    its = kind_of(record).life
    state, faults = its.replay(record, record.events)
    for fault in faults:
        what = say("{what} [{rule}]", what=fault.what, rule=fault.rule) if fault.rule else fault.what
        yield ("events", fault.index, *_parts(fault.field)), what, fault.hint
    if state.status is None:
        return  # the first event is wrong; what follows from it would only repeat that
    for name, folded in its.fields(state, record).items():
        have = getattr(record, name)
        if have == folded:
            continue
        if name == "status":
            what = say("status is {status}, but the events come to {folded}", status=have, folded=str(folded))
            yield ("status",), what, say("write {folded}, or add the event that is missing", folded=str(folded))
            continue
        values = {"field": name, "have": _shown(have), "folded": _shown(folded)}
        what = say("{field} is {have}, but the events come to {folded}", **values)
        yield (name,), what, say("correct {field} or the events", field=name)


def _parts(name: str) -> tuple[str | int, ...]:
    """A field of a fault as a path: `ties.0` is the first of ties."""
    return tuple(int(part) if part.isdigit() else part for part in name.split("."))


def _shown(value: object) -> object:
    if value in (None, ()):
        return say("empty")
    if isinstance(value, Model):
        return ", ".join(f"{k} {v}" for k, v in value.plain().items())
    if isinstance(value, tuple):
        return [f"({_shown(v)})" if isinstance(v, Model) else v for v in value]
    return value


def source_once(record: Any, sources: Sources) -> Iterator[Finding]:
    """No two tickets, and no two filings, come from the same number of the same source."""
    source = getattr(record, "source", None)
    if source is None:
        return
    key = (record.kind_of_record, source.system, source.id)
    other = sources.seen.setdefault(key, record.id)
    if other != record.id:
        yield (
            ("source", "id"),
            say("{system} {id} was also imported as {other}", system=key[1], id=key[2], other=other),
            say("remove source from one of them"),
        )
