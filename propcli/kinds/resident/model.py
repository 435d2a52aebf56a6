"""Residents: people and companies with a tie to a unit [U1, T12]. What is sealed stands encrypted in `sealed`.

Identity numbers and bank accounts have no field of their own here: they exist only in the sealed part, so that no
command and no editor can put them into the history in clear."""

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from propcli.engine.record import Code, Day, Event, Form, Line, Model, PersonName, Private, Ref, UnitId, Words, wrong
from propcli.engine.text import Text, say
from propcli.engine.worktime import add_months
from propcli.kinds.catalog import RESIDENT
from propcli.kinds.resident.words import CONSENT, RESIDENT_STATUS, Consent, EventName, IdentityKind, PersonKind, Status

ResidentId = Annotated[str, Form(RESIDENT.pattern, say("a resident's id (like R-00042)")), Ref("resident")]
_PHONE = re.compile(r"\+?[0-9]{3,15}(-[0-9]{1,6})?")
Phone = Annotated[str, Form(_PHONE, say("a phone number in digits (like 13800138000)")), Private("phones")]
_PLATE = re.compile(r"[\u4e00-\u9fff]?[A-Z0-9·]{4,10}[\u4e00-\u9fff]?")
Plate = Annotated[str, Form(_PLATE, say("a number plate (like 粤B12345)")), Private("plates")]
# A key of age (X25519) and what was encrypted for it, in base64.
Recipient = Annotated[str, Form(re.compile(r"age1[0-9a-z]{58}"), say("a public key of age"))]
Sealed = Annotated[str, Form(re.compile(r"age:[0-9A-Za-z+/]+={0,2}"), say("a sealed part")), Field(max_length=20_000)]

# what may stand in the sealed part instead of in clear
SEALABLE = ("name", "phones", "plates", "born", "identity", "bank")
ALWAYS_SEALED = ("identity", "bank")
CHILD_YEARS = 14  # everything about a child younger than this is sealed


def has_its_key(record: Any) -> None:
    """A validator: what is sealed names the key it is sealed for."""
    if record.sealed is not None and record.key is None:
        raise wrong(say("what is sealed needs its key"), "sealed")


def is_child(born: date, day: date) -> bool:
    """Whether somebody is younger than 14 on a day."""
    return add_months(born, 12 * CHILD_YEARS) > day


class IdentityNumber(Model):
    """The number of a paper that says who somebody is."""

    kind: IdentityKind
    number: Line


class SealedPart(Model):
    """What may stand in the sealed part of a record."""

    name: PersonName | None = None
    phones: tuple[Phone, ...] = ()
    plates: tuple[Plate, ...] = ()
    born: Day | None = None
    identity: IdentityNumber | None = None
    bank: Line | None = None


class ResidentEvent(Event):
    """Something that happened to a resident's record. `fields` names what changed, never what it says."""

    event: EventName
    fields: tuple[Code, ...] = ()
    to: tuple[Annotated[Consent, CONSENT], ...] = Field(
        (), title="consent", description="contact, messages, survey or publication."
    )
    reason: Words | None = None
    units: tuple[UnitId, ...] = Field((), title="though still tied to")
    text: Words | None = Field(None, title="text", description="In words.")


class Resident(Model):
    """A person or a company. Where `name` or another field is missing it is sealed, or was forgotten."""

    kind_of_record: ClassVar[str] = "resident"

    id: ResidentId
    status: Status
    type: PersonKind
    name: PersonName | None = None
    phones: tuple[Phone, ...] = ()
    plates: tuple[Plate, ...] = ()
    born: Day | None = None
    language: Literal["en", "zh"] | None = None
    consent: tuple[Consent, ...] = ()
    keep_until: Day | None = None  # how long it may be kept after the last tie has ended
    key: Recipient | None = None
    sealed: Sealed | None = None
    events: Annotated[tuple[ResidentEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        """What lists call it besides its id."""
        return RESIDENT_STATUS.word(self.status)

    @model_validator(mode="after")
    def _fits(self) -> "Resident":
        has_its_key(self)
        if self.status == "active" and self.name is None and self.sealed is None:
            raise wrong(say("name is missing"), "name")
        if self.status == "forgotten" and any(
            getattr(self, field) for field in ("name", "phones", "plates", "born", "sealed")
        ):
            raise wrong(say("a forgotten resident has nothing but the id and what happened"), "status")
        return self
