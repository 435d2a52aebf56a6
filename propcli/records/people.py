"""What is known of a resident: the clear fields of the record, and the sealed ones where the key is here [T12]."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import Person, Text, say
from propcli.kinds.catalog import RESIDENT, STAFF
from propcli.kinds.resident.model import ALWAYS_SEALED, SEALABLE, Resident, SealedPart, is_child
from propcli.output.language import words
from propcli.records.matching import fold
from propcli.store.estate import Estate
from propcli.store.reading import described
from propcli.store.sealing import Keys, Spoilt, seal, spoilt


@dataclass(frozen=True, slots=True)
class Face:
    """One resident as the office can see him now. `hidden`: something is sealed and the key is not here."""

    id: str
    status: str
    type: str
    name: str | None
    phones: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    born: date | None = None
    identity: Mapping[str, str] | None = None  # kind and number
    bank: str | None = None
    hidden: bool = False
    sealed: tuple[str, ...] = ()  # the fields that are sealed, where the key is here

    @property
    def called(self) -> Text | str:
        """The name, or why there is none."""
        if self.name is not None:
            return self.name
        if self.status == "forgotten":
            return say("{id} (forgotten)", id=self.id)
        return say("{id} (sealed)", id=self.id)


def face(resident: Resident, keys: Keys) -> Face:
    """A record with its sealed part opened, if that can be done here."""
    opened: dict[str, Any] | None = {}
    if resident.sealed is not None and resident.key is not None:
        opened = keys.open(resident.key, resident.sealed, resident.id)
    try:
        inside = SealedPart.model_validate(opened or {})
    except ValidationError:
        raise spoilt(resident.id) from None
    return Face(
        resident.id,
        resident.status,
        resident.type,
        inside.name or resident.name,
        inside.phones or resident.phones,
        inside.plates or resident.plates,
        inside.born or resident.born,
        inside.identity.plain() if inside.identity else None,
        inside.bank,
        opened is None,
        tuple(opened or ()),
    )


@dataclass
class People:
    """The residents of an estate, each read when it is asked for."""

    estate: Estate
    keys: Keys
    problems: list[Problem] = field(default_factory=list)  # sealed parts that are spoilt
    _faces: dict[str, Face | None] = field(default_factory=dict)

    def face(self, resident_id: str) -> Face | None:
        """One resident; None where there is no such record or it is bad (validate says why)."""
        if resident_id not in self._faces:
            record, _problems = self.estate.load(Resident, RESIDENT.path(resident_id))
            self._faces[resident_id] = self._seen(record) if record else None
        return self._faces[resident_id]

    def add(self, resident: Resident) -> Face:
        """A record somebody has read already."""
        found = self._seen(resident)
        self._faces[resident.id] = found
        return found

    def _seen(self, resident: Resident) -> Face:
        """What is known of somebody; of one whose sealed part is spoilt, the rest."""
        try:
            return face(resident, self.keys)
        except Spoilt as refusal:
            path = str(RESIDENT.path(resident.id))
            found = [Problem(path, 1, 1, reason, refusal.hint) for reason in refusal.reasons]
            self.problems += [problem for problem in found if problem not in self.problems]
            return replace(face(resident.model_copy(update={"sealed": None}), self.keys), hidden=True)

    def called(self, resident_id: str) -> Text | str:
        """What somebody is called; the id where that is all that is known."""
        found = self.face(resident_id)
        return found.called if found else resident_id

    def known_as(self, name: str, ids: Iterable[str]) -> str:
        """The id of the only one of these residents who has this name; else the name itself."""
        found = {f.id for i in ids if (f := self.face(i)) is not None and f.name and same_name(f.name, name)}
        return found.pop() if len(found) == 1 else name

    def who(self, text: str) -> Text | str:
        """A `who` of an event: residents and staff, named by their ids, are shown by their names."""
        if RESIDENT.is_id(text):
            return self.called(text)
        return Person(text) if text in self._staff else text

    @cached_property
    def _staff(self) -> frozenset[str]:
        return frozenset(self.estate.ids(STAFF))

    def listed(self, ids: Iterable[str]) -> str:
        """Residents to choose from, by id and name."""
        return ", ".join(f"{i} {words(self.called(i))}" for i in ids) or "–"


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for what tells none apart: width, case, spaces, dots."""
    return fold(one) == fold(other)


def same_phone(one: str, other: str) -> bool:
    """Whether two phone numbers are the same but for signs and the country's prefix."""
    a, b = (re.sub(r"\D", "", n) for n in (one, other))
    short, long = sorted((a, b), key=len)
    return len(short) >= 7 and long.endswith(short)


def matching(faces: Iterable[Face], name: str, phone: str | None) -> list[Face]:
    """Those who have this name, and this phone where one is given and they have any."""
    named = [f for f in faces if f.name is not None and same_name(f.name, name)]
    if phone is None:
        return named
    exact = [f for f in named if any(same_phone(phone, p) for p in f.phones)]
    return exact or [f for f in named if not f.phones]


def caller_of(ticket: Any, people: People) -> tuple[Text | str | None, str | None]:
    """Who raised a ticket, and that person's first phone."""
    if ticket.resident is not None:
        found = people.face(ticket.resident)
        return (found.called, next(iter(found.phones), None)) if found else (ticket.resident, None)
    return (ticket.caller.name, ticket.caller.phone) if ticket.caller else (None, None)


# --- writing


def to_seal(values: Mapping[str, Any], chosen: Iterable[str], today: date) -> frozenset[str]:
    """Which fields are sealed: identity and bank always, what the estate chose, and everything about a child."""
    births = (values.get("born"), born_by(values.get("identity")))
    child = any(isinstance(born, date) and is_child(born, today) for born in births)
    return frozenset(SEALABLE if child else (*ALWAYS_SEALED, *chosen))


def fields_of(values: Mapping[str, Any], sealing: frozenset[str], keys: Keys, key: str | None) -> dict[str, Any]:
    """A person's values as a record has them: some in clear, the others in one sealed part. A key is made where one
    is needed and there is none."""
    clear = {name: None if name in sealing else values.get(name) for name in SEALABLE if name not in ALWAYS_SEALED}
    inside = {
        name: value.isoformat() if isinstance(value, date) else value
        for name in SEALABLE
        if name in sealing and (value := values.get(name)) not in (None, (), [], "")
    }
    if not inside:
        return {**clear, "key": key, "sealed": None}
    try:
        SealedPart.model_validate(inside)
    except ValidationError as error:
        raise Refusal(
            *(say("{option}: {what}", option=at[0], what=what) for at, what, _hint in described(error, SealedPart)),
            title=say("this cannot be recorded"),
        ) from None
    key = key or keys.new()
    return {**clear, "key": key, "sealed": seal(key, inside)}


# --- what people type

SHORTEST = 7  # digits of a phone number


def phone(text: str, region: str) -> str:
    """A phone number in digits: as dialled at home, or with + and the country. Refuses what is no number."""
    import unicodedata

    import phonenumbers

    typed = unicodedata.normalize("NFKC", text)
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        number = None
    # shorter ones are hotlines and extensions: nobody's own
    if number is None or not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < SHORTEST:
        raise Refusal(say("{value} is not a phone number", value=repr(text)))
    if region == phonenumbers.region_code_for_number(number) or number.country_code == _country(region):
        return re.sub(r"\D", "", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _country(region: str) -> int:
    import phonenumbers

    return int(phonenumbers.country_code_for_region(region))


def identity(kind: str, text: str) -> dict[str, str]:
    """An identity number, checked where the number says so itself (ID cards, company numbers)."""
    import unicodedata

    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not number:
        raise Refusal(say("empty"))
    if kind in ("id_card", "company_number"):
        _check_number(kind, number)
    return {"kind": kind, "number": number}


def _check_number(kind: str, number: str) -> None:
    """Length, check digit and date of an ID card's or company's number. The county of an ID card is not looked at: the
    lists of counties begin in the 1980s, and most owners are older."""
    from stdnum.cn import ric, uscc
    from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError

    again = say("read it again from the paper")
    try:
        try:
            (ric if kind == "id_card" else uscc).validate(number)
        except InvalidComponent:
            if kind != "id_card":
                raise
            ric.get_birth_date(number)
    except InvalidLength:
        raise Refusal(say("the number has {have} characters, not {want}", have=len(number), want=18)) from None
    except InvalidChecksum:
        wrong = say("the number's check digit is wrong: a digit was misread or mistyped")
        raise Refusal(wrong, hint=again) from None
    except ValidationError:
        raise Refusal(say("this is not such a number"), hint=again) from None


def born_by(number: Mapping[str, str] | None) -> date | None:
    """The date of birth that an ID card's number contains."""
    if number is None or number["kind"] != "id_card":
        return None
    digits = number["number"][6:14]
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
