"""Tickets: what residents raise and patrols find [T2, T3]. Their steps are in `kind`, their life is in `life`."""

import re
from typing import Annotated, ClassVar

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
    OneOf,
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
from propcli.kinds.catalog import TICKET
from propcli.kinds.resident.model import ResidentId
from propcli.kinds.ticket.kind import STEPS
from propcli.kinds.ticket.words import (
    CATEGORY,
    CHANNEL,
    KIND,
    ORDER,
    ORIGIN,
    PART,
    PAYMENT,
    PUBLIC,
    SEVERITY,
    STATUS,
    SUPPLY,
    URGENCY,
    WAITING,
    Channel,
    Kind,
    Order,
    Origin,
    Part,
    Payment,
    Severity,
    Status,
    Stopped,
    Urgency,
    Waiting,
)

TicketId = Annotated[str, Form(TICKET.pattern, say("a ticket id (like T-20261121-001)")), Ref("ticket")]
_UNIT_OR_PUBLIC = re.compile(r"[0-9A-Za-z]{1,8}-[0-9A-Za-z]{1,8}-[0-9A-Za-z]{1,8}|public")
TicketUnit = Annotated[
    str,
    Form(_UNIT_OR_PUBLIC, say("a unit (building-entrance-room, like 3-2-0501) nor public for the public area")),
    Ref("unit"),
]
Rating = Annotated[Count, Field(ge=1, le=5), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 5})]


class TicketEvent(Event):
    """A step in a ticket's life. Which fields an event needs and takes stands in `STEPS`."""

    event: Annotated[str, OneOf(STEPS)]
    severity: Annotated[Severity, SEVERITY] | None = Field(
        None, title="severity", description="If it turns out major, important or minor."
    )
    expected: Moment | None = Field(
        None, title="expected", description="When the resident was told it will be done [T8]."
    )
    appointment: Moment | None = Field(None, title="visit", description="The time agreed for the visit [P7].")
    team: TeamCode | None = Field(None, title="team", description="The lead team; else by the category.")
    assignee: StaffId | None = Field(None, title="who", description="Who it was given to.")
    co_teams: tuple[TeamCode, ...] = Field((), title="co-teams", description="A team that shares the work [T9].")
    helpers: tuple[StaffId, ...] = Field((), title="helpers", description="Who helps.")  # [T6]
    order: Annotated[Order, ORDER] | None = None
    cause: Words | None = Field(None, title="cause", description="The cause that was found.")
    stops: tuple[Annotated[Stopped, SUPPLY], ...] = Field((), description="The work cuts water or power [P4].")
    to: Code | None = Field(
        None, title="to", description="What was agreed to, the level it went up to, or the new acceptor."
    )
    who: Who | None = Field(
        None, title="resident", description="The resident it was agreed with or told to."
    )  # or another outsider
    labour: Money | None = Field(None, title="labour", description="Labour, in yuan.")  # [P3]
    material: Money | None = Field(None, title="material", description="Material, in yuan.")  # [P3]
    item: Line | None = Field(None, title="item", description="What is charged.")
    waiting_for: Annotated[Waiting, WAITING] | None = Field(
        None, title="waiting for", description="resident, parts, weather or authority."
    )
    reason: Words | None = Field(None, title="reason", description="Why.")
    payment: Annotated[Payment, PAYMENT] | None = Field(None, title="payment", description="Who pays now.")  # [P2]
    covered_until: Day | None = None  # the last day of the warranty [P6]
    tight: Yes | None = Field(None, title="tight", description="What the water test showed.")  # [F2]
    text: Words | None = Field(None, title="text", description="In words.")
    how: Annotated[Channel, CHANNEL] | None = Field(
        None, title="channel", description="By which channel (phone, visit, …)."
    )
    solved: Yes | None = Field(None, title="solved", description="What the resident says.")
    rating: Rating | None = Field(None, title="rating", description="How satisfied, 1 to 5.")
    valid: Yes | None = Field(None, title="valid", description="Whether the complaint is valid.")
    responsible: Line | None = Field(None, title="responsible", description="Who is responsible.")
    solution: Words | None = Field(None, title="solution", description="The solution proposed.")
    other: TicketId | None = Field(None, title="other ticket", description="The other ticket.")


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

    id: TicketId = Field(title="ticket")
    kind: Annotated[Kind, KIND] = Field(
        title="kind",
        description="repair, complaint, suggestion, inquiry, help, convenience, entrusted, praise.",
    )
    category: Annotated[CategoryCode, CATEGORY] = Field(
        title="category", description="water, electricity, elevator, leak, noise, … (policy.yaml, routing)."
    )
    severity: Annotated[Severity, SEVERITY] | None = Field(
        None, title="severity", description="Of a complaint: major, important or minor [C1, C2, C3]."
    )
    urgency: Annotated[Urgency, URGENCY] = Field(title="urgency", description="urgent, normal (the default) or low.")
    status: Annotated[Status, STATUS] = Field(title="state")
    channel: Annotated[Channel, CHANNEL] = Field(
        title="channel", description="phone (the default), visit, web, wechat, letter, …"
    )
    reported: Moment = Field(title="reported", description="When it was reported, if not just now.")
    unit: TicketUnit = Field(title="unit", description="The unit, like 3-2-0501, or public for the public area.")
    building: Line | None = Field(None, title="building", description="The building, where the place is public.")
    place: Line | None = Field(None, title="place", description="The exact place.")
    summary: Line = Field(title="summary", description="What it is, in one line.")
    detail: Words | None = Field(None, title="detail", description="Everything else that was said.")
    resident: ResidentId | None = Field(
        None, title="resident", description="Who raised it, of those on record (else --name)."
    )
    caller: Caller | None = Field(
        None, title="caller", description="Who raised it, where the office has no record of that person."
    )
    origin: Annotated[Origin, ORIGIN] | None = Field(
        None, title="found at", description="What the office itself found it at."
    )
    part: Annotated[Part, PART] | None = Field(
        None, title="part", description="What is to be repaired, for the warranty: pipes, roof, fit_out, … [P6]."
    )
    payment: Annotated[Payment, PAYMENT] | None = Field(
        None, title="payment", description="Whether the owner pays; else as the warranty says [P2]."
    )
    covered_until: Day | None = Field(None, title="warranty until", description="The last day of the warranty [P6].")
    convenient: Line | None = Field(None, title="convenient", description="When a visit suits, in words.")
    appointment: Moment | None = Field(None, title="visit", description="The time agreed for a visit [P7].")
    asked_by: Moment | None = Field(
        None, title="asked by", description="The time by which the resident asked for it [C3]."
    )
    expected: Moment | None = Field(
        None, title="expected", description="When the resident was told it will be done [T8]."
    )
    due: Moment | None = Field(None, title="due", description="The due time of an imported ticket.")
    acceptor: StaffId | None = Field(None, title="acceptor", description="Who took it in.")
    team: TeamCode | None = Field(None, title="team", description="The team that leads.")
    co_teams: tuple[TeamCode, ...] = Field((), title="co-teams", description="The teams that share the work [T9].")
    assignee: StaffId | None = Field(None, title="who", description="Who it was given to.")
    helpers: tuple[StaffId, ...] = Field((), title="helpers", description="Who helps.")
    duplicate_of: TicketId | None = Field(None, title="duplicate of", description="The ticket that goes on instead.")
    source: Source | None = Field(None, title="source", description="Where an imported ticket comes from.")
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

    @property
    def where(self) -> Text:
        """The unit, or the public area of a building, and the exact place."""
        area: Text | str = self.unit
        if area == PUBLIC:
            area = (
                say("public area, building {building}", building=self.building) if self.building else say("public area")
            )
        return Text("{where} {place}" if self.place else "{where}", {"where": area, "place": self.place})

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
