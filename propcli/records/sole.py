"""What one record of a kind has at a time: a temporary card, the plate of a car. Asked before a step, told by
`validate` and of the rows of a table, from one description (`Declaration.sole`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import Kind
from propcli.kinds.declaration import Sole
from propcli.records.checking import Finding
from propcli.records.hidden import SEALED, personal
from propcli.store.estate import Estate
from propcli.store.sealing import Keys

Clash = tuple[str, Any]  # what is taken, and the record that has it


@dataclass
class Holders:
    """Who has what on a day. `closed`: how many have something sealed whose key is not here."""

    kind: Kind
    sole: Sole
    day: date
    keys: Keys | None  # None: only what stands in clear is looked at
    seen: dict[str, Any] = field(default_factory=dict)
    closed: int = 0

    def add(self, record: Any) -> list[Clash]:
        """One more record; what it has and another one had already."""
        if not self.sole.held(record, self.day):
            return []
        clashes = []
        values = having(record, self.sole.field, self.keys)
        self.closed += SEALED in values
        for value in values:
            if isinstance(value, str):
                other = self.seen.setdefault(self.sole.alike(value), record)
                if other.id != record.id:
                    clashes.append((value, other))
        return clashes

    def of(self, value: str) -> Any:
        """The record that has it; None where none does."""
        return self.seen.get(self.sole.alike(value))


def holding(kind: Kind, records: Iterable[Any], day: date, keys: Keys) -> Holders | None:
    """Who of some records has what; None where the kind has nothing that only one has."""
    sole = kind.declared.sole
    if sole is None:
        return None
    holders = Holders(kind, sole, day, keys)
    for record in records:
        holders.add(record)
    return holders


def having(record: Any, name: str, keys: Keys | None) -> tuple[Any, ...]:
    """The values of a field, opened where the key is here; `SEALED` for what stays closed."""
    known = personal(record, keys)
    value = known[name] if name in known else getattr(record, name)
    return value if isinstance(value, tuple) else () if value is None else (value,)


def refuse_taken(
    estate: Estate, keys: Keys, day: date, kind: Kind, values: Iterable[Any], but: str = ""
) -> Iterator[Text]:
    """Refuses values that another record than `but` has on a day. A file that cannot be read and may be about one is no
    reason to believe that it is free; of sealed parts whose key is not here, it is told that they were not compared."""
    sole = kind.declared.sole
    given = [value for value in values if value is not None]
    wanted = [value for value in given if isinstance(value, str)]
    if sole is not None and given and not wanted:
        yield not_compared(1)
    if sole is None or not wanted:
        return
    holders = Holders(kind, sole, day, keys)
    problems = list(_read(estate, holders, wanted, but))
    for value in wanted:
        holder = holders.of(value)
        if holder is not None:
            what, hint = sole.taken(holder, value, personal(holder, keys))
            raise Refusal(what, hint=hint)
    if problems:
        what = say("whether {value} is free cannot be told", value=", ".join(wanted))
        raise Refusal(what, hint=say("mend these records first"), code=3, problems=tuple(problems))
    if holders.closed:
        yield not_compared(holders.closed)


def not_compared(n: int) -> Text:
    """What is told of sealed parts that could not be opened."""
    return say("  not compared, for the keys are not here: {n} sealed records", n=n)


def _read(estate: Estate, holders: Holders, wanted: list[str], but: str) -> Iterator[Problem]:
    """Look at every record that may have something, the newest first; the problems of those that cannot be read and
    may have what is wanted. Only files that may say so are read in earnest: there are many."""
    for path in reversed(estate.paths(holders.kind)[0]):
        if path.stem == but:
            continue
        raw = estate.raw(path)
        if not any(mark in raw for mark in holders.sole.marks):
            continue
        record, problems = estate.load(holders.kind.model, path, walked=True)
        if record is not None:
            holders.add(record)
        elif any(value.encode() in raw for value in wanted):
            yield from problems


def taken_twice(kind: Kind, records: Iterable[Any], day: date) -> Iterator[tuple[Any, Finding]]:
    """What stands in clear in two records that both have it: written by hand, or by two desks apart."""
    sole = kind.declared.sole
    if sole is None:
        return
    holders = Holders(kind, sole, day, None)
    for record in records:
        for value, holder in holders.add(record):
            where = getattr(record, sole.field)
            place = (sole.field, where.index(value)) if isinstance(where, tuple) else (sole.field,)
            what, _hint = sole.taken(holder, value, personal(holder, None))
            yield record, (place, what, say("correct one of the two"))
