"""Tickets: what residents raise and patrols find [T2, T3]. Their life is in `ticket_life`."""

import re
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, WithJsonSchema, model_validator

from propcli.engine.record import (
    CategoryCode,
    Code,
    Count,
    Day,
    Event,
    Form,
    Line,
    Model,
    Moment,
    Money,
    PersonName,
    Private,
    Ref,
    StaffId,
    TeamCode,
    UnitId,
    Who,
    Words,
    Yes,
    wrong,
)
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import TICKET
from propcli.kinds.resident.model import ResidentId

Kind = Literal["repair", "complaint", "suggestion", "inquiry", "help", "convenience", "entrusted", "praise"]
Severity = Literal["major", "important", "minor"]
Urgency = Literal["urgent", "normal", "low"]
Channel = Literal[
    "phone",
    "visit",
    "web",
    "wechat",
    "letter",
    "email",
    "suggestion_box",
    "staff_relay",
    "patrol",
    "night_desk",
]
Status = Literal[
    "waiting",
    "assigned",
    "confirmed",
    "on_site",
    "diagnosed",
    "paused",
    "done",
    "signed_off",
    "followed_up",
    "closed",
    "cancelled",
    "merged",
]
EventName = Literal[
    "accepted",
    "imported",
    "dispatched",
    "confirmed",
    "arrived",
    "diagnosed",
    "consented",
    "charged",
    "paused",
    "resumed",
    "delayed",
    "done",
    "tested",
    "signed_off",
    "replied",
    "followed_up",
    "reopened",
    "escalated",
    "judged",
    "handed_over",
    "merged",
    "assisted",
    "linked",
    "payment_decided",
    "noted",
    "closed",
    "settled",
    "cancelled",
]
Payment = Literal["free", "paid"]
# What a repair is on, for the warranty [P6]; policy.yaml says how long each is covered.
Part = Literal[
    "roof",
    "wet_room",
    "outer_wall",
    "electrics",
    "pipes",
    "equipment",
    "fit_out",
    "heating",
    "structure",
]
Origin = Literal["move_in", "custody", "unit_check", "gas_check"]
Waiting = Literal["resident", "parts", "weather", "authority"]

KIND = Vocabulary("kind", get_args(Kind), convenience="convenience service", entrusted="entrusted service")  # [T3]
SEVERITY = Vocabulary("severity", get_args(Severity))  # [C1, C2, C3]
URGENCY = Vocabulary("urgency", get_args(Urgency))  # [T5]
CHANNEL = Vocabulary("channel", get_args(Channel), wechat="WeChat")  # [T1]
STATUS = Vocabulary("status", get_args(Status))
PAYMENT = Vocabulary("payment", get_args(Payment))  # [P2]
PART = Vocabulary("part", get_args(Part), wet_room="wet room", fit_out="fit-out", heating="heating and cooling")  # [P6]
ORIGIN = Vocabulary("origin", get_args(Origin), move_in="move-in inspection", custody="custody check")
WAITING = Vocabulary("waiting for", get_args(Waiting))
SUPPLY = Vocabulary("consent to", ("water", "power", "charge"), water="water cut", power="power cut")
LEVEL = Vocabulary("level", ("supervisor", "manager"))
# Categories are keys of the estate's routing table; these are the ones the office knows by name [T4].
CATEGORY = Vocabulary(
    "category",
    (
        "water",
        "electricity",
        "gas",
        "elevator",
        "door_window",
        "leak",
        "facility",
        "sanitation",
        "security",
        "fire_safety",
        "greening",
        "parking",
        "noise",
        "renovation",
        "fees",
        "activity",
        "staff_conduct",
        "other",
    ),
    door_window="door/window",
)
EVENT = Vocabulary(
    "event",
    get_args(EventName),
    tested="water-tested",
    handed_over="handed over to another acceptor",
    merged="merged as a duplicate",
    payment_decided="payment decided otherwise",
    settled="closed in the former system",
    assisted="helpers added",
)

TicketId = Annotated[str, Form(TICKET.pattern, say("a ticket id (like T-20261121-001)")), Ref("ticket")]
PUBLIC = "public"
LEAK = "leak"  # the category of what comes through from the home above
_UNIT_OR_PUBLIC = re.compile(r"[0-9A-Za-z]{1,8}-[0-9A-Za-z]{1,8}-[0-9A-Za-z]{1,8}|public")
TicketUnit = Annotated[
    str,
    Form(_UNIT_OR_PUBLIC, say("a unit (building-entrance-room, like 3-2-0501) nor public for the public area")),
    Ref("unit"),
]
Rating = Annotated[Count, Field(ge=1, le=5), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 5})]


class TicketEvent(Event):
    """A step in a ticket's life. Which fields an event needs and takes stands in `STEPS`."""

    event: EventName
    severity: Severity | None = None
    expected: Moment | None = None  # when the resident was told it will be done [T8]
    appointment: Moment | None = None  # the time agreed for the visit [P7]
    team: TeamCode | None = None
    assignee: StaffId | None = None
    co_teams: tuple[TeamCode, ...] = ()  # [T9]
    helpers: tuple[StaffId, ...] = ()  # [T6]
    order: Literal["oral", "printed"] | None = None  # [T6]
    cause: Words | None = None
    stops: tuple[Literal["water", "power"], ...] = ()  # supplies the work interrupts [P4]
    to: Code | None = None  # what was agreed to, the level it went up to, or the new acceptor
    who: Who | None = None  # the resident (or another outsider) who agreed, signed, was told
    labour: Money | None = None  # yuan [P3]
    material: Money | None = None  # yuan [P3]
    item: Line | None = None
    waiting_for: Waiting | None = None
    reason: Words | None = None
    payment: Payment | None = None  # free or paid for the owner [P2]
    covered_until: Day | None = None  # the last day of the warranty [P6]
    tight: Yes | None = None  # outcome of the water test [F2]
    text: Words | None = None
    how: Channel | None = None
    solved: Yes | None = None
    rating: Rating | None = None
    valid: Yes | None = None
    responsible: Line | None = None
    solution: Words | None = None
    other: TicketId | None = None


class Caller(Model):
    """Who raised it, where the office has no record of that person."""

    name: PersonName
    phone: Annotated[Line, Private("phones")] | None = None
    unit: UnitId | None = None  # where the caller lives, if the matter is elsewhere


class Source(Model):
    """Where an imported ticket comes from: the other system and its own number there."""

    system: Code
    id: Line


class Ticket(Model):
    """One matter raised by a resident or found by staff [T2]."""

    kind_of_record: ClassVar[str] = "ticket"

    id: TicketId
    kind: Kind
    category: CategoryCode
    severity: Severity | None = None
    urgency: Urgency
    status: Status
    channel: Channel
    reported: Moment
    unit: TicketUnit
    building: Line | None = None
    place: Line | None = None
    summary: Line
    detail: Words | None = None
    resident: ResidentId | None = None  # who raised it
    caller: Caller | None = None  # who raised it, where the office has no record of that person
    origin: Origin | None = None  # what the office itself found it at
    part: Part | None = None  # what is to be repaired, for the warranty [P6]
    payment: Payment | None = None  # free or paid for the owner [P2]
    covered_until: Day | None = None  # the last day of the warranty [P6]
    convenient: Line | None = None  # when a visit suits the resident, in words
    appointment: Moment | None = None  # the time agreed for the visit [P7]
    asked_by: Moment | None = None  # the time by which the resident asked for it [C3]
    expected: Moment | None = None
    due: Moment | None = None  # the due time of an imported ticket
    acceptor: StaffId | None = None
    team: TeamCode | None = None
    co_teams: tuple[TeamCode, ...] = ()
    assignee: StaffId | None = None
    helpers: tuple[StaffId, ...] = ()
    duplicate_of: TicketId | None = None
    source: Source | None = None
    events: Annotated[tuple[TicketEvent, ...], Field(min_length=1)]

    @property
    def home(self) -> str:
        """The building it belongs to, from the unit where there is one; '' where nobody knows."""
        if self.building is None and self.unit != PUBLIC:
            return self.unit.split("-")[0]
        return self.building or ""

    @property
    def title(self) -> Text:
        """What lists call it besides its id."""
        return Text("{summary}", {"summary": self.summary})

    @model_validator(mode="after")
    def _fits(self) -> "Ticket":
        if self.resident is not None and self.caller is not None:
            raise wrong(say("a resident needs no caller besides"), "caller", hint=say("keep one of them"))
        if self.severity is not None and self.kind != "complaint":
            raise wrong(say("severity is for complaints; this is a {kind}", kind=KIND.word(self.kind)), "severity")
        if self.building is not None and self.unit != PUBLIC and self.unit.split("-")[0] != self.building:
            raise wrong(
                say("unit {unit} is not in building {building}", unit=self.unit, building=self.building), "building"
            )
        return self


def is_unit(text: str) -> bool:
    """Whether a text names a unit or the public area."""
    return _UNIT_OR_PUBLIC.fullmatch(text) is not None


def place_of(ticket: Ticket) -> Text:
    """Where it is: the unit, or the public area of a building, and the exact place."""
    where: Text | str = ticket.unit
    if ticket.unit == "public":
        where = (
            say("public area, building {building}", building=ticket.building) if ticket.building else say("public area")
        )
    return (
        Text("{where} {place}", {"where": where, "place": ticket.place})
        if ticket.place
        else Text("{where}", {"where": where})
    )
