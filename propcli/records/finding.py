"""Finding: a few words, and every home, person and ticket that all of them fit, the best first.

An entry is what a person at the desk thinks of as one thing: a resident with the units of today, a unit with its people
of today, a ticket with who raised it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from propcli.engine.fields import Shape, marked, shapes
from propcli.engine.problem import Problem
from propcli.engine.text import Text
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import KINDS, RESIDENT, TICKET, UNIT, Kind
from propcli.kinds.resident.model import Resident
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import PUBLIC
from propcli.kinds.unit.model import Unit
from propcli.records.hidden import personal
from propcli.records.matching import FITS, Rank, Word
from propcli.records.people import Face, People
from propcli.records.sieve import Chosen, choose, everything
from propcli.store.estate import Reading
from propcli.store.sealing import Keys

FINDABLE = tuple(dict.fromkeys((UNIT, RESIDENT, TICKET, *KINDS.values())))
WHAT = Vocabulary(
    "what is found", [kind.name for kind in FINDABLE], **{kind.name: kind.title.pattern for kind in FINDABLE}
)
FIELD = Vocabulary("found by", (*FITS, "pinyin"))


@dataclass(frozen=True, slots=True)
class Field:
    """A value to look at. `own`: it is the record's, not that of what it is shown with."""

    name: str
    value: str
    own: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found: what it shows, and where the words are looked for."""

    kind: Kind
    record: Any
    called: tuple[Text | str, ...] = ()
    phones: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be done for it."""
        open_ones = self.kind.declared.open_states
        return bool(open_ones) and self.record.status is not None and self.record.status not in open_ones


@dataclass(frozen=True, slots=True)
class Hit:
    """How one word fits an entry."""

    rank: Rank
    field: Field


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that every word fits, and how."""

    entry: Entry
    hits: tuple[Hit, ...]

    @property
    def order(self) -> tuple[Any, ...]:
        """What ended is last; then the word that fits worst counts, and whether it fits the record itself."""
        ranks = sorted((hit.rank for hit in self.hits), reverse=True)
        borrowed = sum(not hit.field.own for hit in self.hits)
        return self.entry.ended, ranks, borrowed, FINDABLE.index(self.entry.kind), self.entry.record.id


@dataclass
class Outcome:
    """What was found, the best first, and what could not be looked at."""

    matches: list[Match]
    problems: list[Problem]
    hidden: int  # residents of whom a name, phone or plate may be sealed and the key is not here
    closed: int  # other records of which something is sealed and the key is not here
    files: int  # how many were read for it


def search(
    people: People,
    words: Sequence[Word],
    now: datetime,
    kinds: Collection[Kind] = FINDABLE,
    sieve: bool = True,
) -> Outcome:
    """Every entry of some kinds that all the words fit. Without `sieve` every file is read, for the same outcome but
    for bad records that nobody would have found (see `sieve`)."""
    estate = people.estate
    chosen = choose(estate, people.keys, words, kinds) if sieve else everything(estate, kinds)
    records = _Records(people, now, chosen)
    matches = [
        match
        for kind in FINDABLE
        if kind in kinds
        for entry in records.entries(kind)
        if chosen.entries is None or entry.record.id in chosen.entries[kind]
        if (match := _match(entry, words)) is not None
    ]
    spoilt = {problem.path for problem in people.problems}
    # a sealed identity number hides nothing: nobody looks for it. A missing name or phone may
    hidden = {
        i
        for i, person in records.faces.items()
        if person.hidden
        and (estate.settings.sealed or person.name is None or not person.phones)
        and str(RESIDENT.path(i)) not in spoilt
    }
    return Outcome(
        sorted(matches, key=lambda m: m.order),
        [*records.problems, *people.problems],
        len(hidden | chosen.hidden),
        len(chosen.closed),
        records.files,
    )


def _match(entry: Entry, words: Sequence[Word]) -> Match | None:
    hits = []
    for word in words:
        fitting = [Hit(rank, f) for f in entry.fields if (rank := FITS[f.name](word, f.value)) is not None]
        if not fitting:
            return None
        hits.append(min(fitting, key=lambda hit: (hit.rank, not hit.field.own)))
    return Match(entry, tuple(hits))


@dataclass
class _Records:
    """The records that were chosen, as they stood at a time, and what belongs together."""

    people: People
    now: datetime
    chosen: Chosen
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    faces: dict[str, Face] = field(default_factory=dict)
    seen: dict[Kind, list[Any]] = field(default_factory=dict)
    homes: dict[str, list[str]] = field(default_factory=dict)  # of a resident today

    def __post_init__(self) -> None:
        for kind in self.chosen.files:
            reading = self._read(kind)
            if kind is RESIDENT:
                self.faces = {resident.id: self.people.add(resident) for resident in reading.records}
            self.seen[kind] = self._then(kind, reading)
        for unit in self.seen.get(UNIT, ()):
            for tie in unit.ties_on(self.day):
                homes = self.homes.setdefault(tie.resident, [])
                if unit.id not in homes:
                    homes.append(unit.id)

    @property
    def day(self) -> date:
        return self.now.astimezone(self.people.estate.settings.zone).date()

    def _read(self, kind: Kind) -> Reading[Any]:
        reading: Reading[Any] = self.people.estate.read(kind.model, self.chosen.files[kind])
        self.problems += reading.problems
        self.files += reading.files
        return reading

    def _then(self, kind: Kind, reading: Reading[Any]) -> list[Any]:
        return [then for record in reading.records if (then := kind.life.as_of(record, self.now)) is not None]

    # --- entries

    def entries(self, kind: Kind) -> list[Entry]:
        own: dict[Kind, Callable[[Any], Entry]] = {
            UNIT: self._unit,
            RESIDENT: self._resident,
            TICKET: self._ticket,
        }
        make = own.get(kind, partial(self._any, kind))
        return [make(record) for record in self.seen.get(kind, ())]

    def _named(self, resident_id: str) -> tuple[Text | str, tuple[str, ...], list[Field]]:
        """A resident whom a record names: the name, the phones, where the words are looked for. Of somebody whose
        record is missing or bad there is no name to show, or to mask."""
        fields = [Field("resident", resident_id, own=False)]
        person = self.faces.get(resident_id)
        if person is None:
            return Text("{id}", {"id": resident_id}), (), fields
        return person.called, person.phones, [*fields, *_of(person, own=False)]

    def _any(self, kind: Kind, record: Any) -> Entry:
        """A record of any other kind: by its id, whom and which home it names, and its words."""
        called: list[Text | str] = []
        phones: list[str] = []
        units: list[str] = []
        fields = [Field("id", record.id)]
        for its, value in _facts(record, self.people.keys):
            if its.ref == "unit":
                units.append(value)
                fields.append(Field("unit", value, own=False))
            elif its.ref == "resident" or (its.named and RESIDENT.is_id(value)):
                name, its_phones, its_fields = self._named(value)
                called.append(name)
                phones += its_phones
                fields += its_fields
            else:
                found_by = KNOWN_BY[its.private or "name"]
                fields += [Field(found_by, value)] if isinstance(value, str) else []
                if found_by == "name":
                    called.append(value)
                elif found_by == "phone" and isinstance(value, str):
                    phones.append(value)
        for name in kind.declared.finds:
            text = getattr(record, name)
            fields += [Field("name" if name == "name" else "summary", text)] if text else []
            called += [Text("{name}", {"name": text})] if text and name == "name" else []
        return Entry(kind, record, tuple(called), tuple(phones), tuple(units), tuple(fields))

    def _resident(self, resident: Resident) -> Entry:
        """Somebody who was forgotten is known by the id only [T12]."""
        person = self.faces[resident.id]
        homes = tuple(self.homes.get(resident.id, ()))
        fields = [Field("id", resident.id)]
        if resident.status != "forgotten":
            fields += [*_of(person, own=True), *(Field("unit", home, own=False) for home in homes)]
        return Entry(RESIDENT, resident, (person.called,), person.phones, homes, tuple(fields))

    def _unit(self, unit: Unit) -> Entry:
        called: list[Text | str] = []
        phones: list[str] = []
        fields = [Field("unit", unit.id)]
        for resident_id in dict.fromkeys(tie.resident for tie in unit.ties_on(self.day)):
            name, its_phones, its_fields = self._named(resident_id)
            called.append(name)
            phones += its_phones
            fields += its_fields
        return Entry(UNIT, unit, tuple(called), tuple(dict.fromkeys(phones)), (unit.id,), tuple(fields))

    def _ticket(self, ticket: Ticket) -> Entry:
        """A ticket with who raised it; whose plate it is does not matter here."""
        called: tuple[Text | str, ...] = ()
        phones: tuple[str, ...] = ()
        fields = [Field("id", ticket.id), *_units(ticket)]
        if ticket.resident is not None:
            name, phones, its_fields = self._named(ticket.resident)
            called = (name,)
            fields += [field for field in its_fields if field.name != "plate"]
        elif ticket.caller is not None:
            named = (ticket.caller.name,) if ticket.caller.name else ()
            called, phones = named, (ticket.caller.phone,) if ticket.caller.phone else ()
            fields += [Field("name", name, own=False) for name in named]
            fields += [Field("phone", phone, own=False) for phone in phones]
        fields += [Field("place", ticket.place)] if ticket.place else []
        fields.append(Field("summary", ticket.summary))
        return Entry(TICKET, ticket, called, phones, (ticket.unit,), tuple(fields))


# which field a personal datum is looked for in, by what the estate's `sealed` calls it
KNOWN_BY = {"name": "name", "phones": "phone", "plates": "plate"}


def _facts(record: Any, keys: Keys) -> Iterator[tuple[Shape, Any]]:
    """Whom and which home a record names, and what personal data it has, opened where the key is here; of its events
    only personal data."""
    known = personal(record, keys)
    for place, value, its in marked(record, "ref", "private", "named"):
        inside = place[0] == "events"
        if its.private if inside else its.name not in known and its.ref in (None, "unit", "resident"):
            yield its, value
    for its in shapes(type(record)).values():
        value = known.get(its.name)
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None:
                yield its, one


def _of(person: Face, own: bool) -> list[Field]:
    """Where somebody's name, phones and plates are looked for."""
    return [
        *([Field("name", person.name, own)] if person.name else []),
        *(Field("phone", phone, own) for phone in person.phones),
        *(Field("plate", plate, own) for plate in person.plates),
    ]


def _units(ticket: Ticket) -> list[Field]:
    """The home a ticket is about, or the building of a public place, and where the caller lives if elsewhere."""
    where = ticket.home if ticket.unit == PUBLIC else ticket.unit
    lives = ticket.caller.unit if ticket.caller else None
    return [Field("unit", unit, own=False) for unit in (where, lives) if unit]
