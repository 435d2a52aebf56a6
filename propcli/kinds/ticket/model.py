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
    PersonName,
    Private,
    Ref,
    StaffId,
    TeamCode,
    UnitId,
    Who,
    Words,
    Yes,
    labelled,
    wrong,
)
from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET
from propcli.kinds.resident.model import ResidentId
from propcli.kinds.ticket.kind import EVENT
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
    Stopped,
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

    event: Annotated[str, EVENT]
    severity: Annotated[str, SEVERITY] | None = labelled("severity", "If it turns out major, important or minor.")
    expected: Moment | None = labelled("expected", "When the resident was told it will be done [T8].")
    appointment: Moment | None = labelled("visit", "The time agreed for the visit [P7].")
    team: TeamCode | None = labelled("team", "The lead team; else by the category.")
    assignee: StaffId | None = labelled("who", "Who it was given to.")
    co_teams: tuple[TeamCode, ...] = labelled("co-teams", "A team that shares the work [T9].", ())
    helpers: tuple[StaffId, ...] = labelled("helpers", "Who helps.", ())  # [T6]
    order: Annotated[str, ORDER] | None = None
    cause: Words | None = labelled("cause", "The cause that was found.")
    stops: tuple[Annotated[Stopped, SUPPLY], ...] = Field((), description="The work cuts water or power [P4].")
    to: Code | None = labelled("to", "What was agreed to, the level it went up to, or the new acceptor.")
    who: Who | None = labelled("resident", "The resident it was agreed with or told to.")  # or another outsider
    labour: Money | None = labelled("labour", "Labour, in yuan.")  # [P3]
    material: Money | None = labelled("material", "Material, in yuan.")  # [P3]
    item: Line | None = labelled("item", "What is charged.")
    waiting_for: Annotated[str, WAITING] | None = labelled("waiting for", "resident, parts, weather or authority.")
    reason: Words | None = labelled("reason", "Why.")
    payment: Annotated[str, PAYMENT] | None = labelled("payment", "Who pays now.")  # [P2]
    covered_until: Day | None = None  # the last day of the warranty [P6]
    tight: Yes | None = labelled("tight", "What the water test showed.")  # [F2]
    text: Words | None = labelled("text", "In words.")
    how: Annotated[Channel, CHANNEL] | None = labelled("channel", "By which channel (phone, visit, …).")
    solved: Yes | None = labelled("solved", "What the resident says.")
    rating: Rating | None = labelled("rating", "How satisfied, 1 to 5.")
    valid: Yes | None = labelled("valid", "Whether the complaint is valid.")
    responsible: Line | None = labelled("responsible", "Who is responsible.")
    solution: Words | None = labelled("solution", "The solution proposed.")
    other: TicketId | None = labelled("other ticket", "The other ticket.")


class Caller(Model):
    """Who raised it, where the office has no record of that person."""

    name: PersonName | None = None
    phone: Annotated[Line, Private("phones")] | None = None
    unit: UnitId | None = None  # where the caller lives, if the matter is elsewhere

    @model_validator(mode="after")
    def _somebody(self) -> "Caller":
        if self.name is None and self.phone is None:
            raise wrong(say("who raised it is missing"), "name", hint=say("give a name or a phone"))
        return self


class Source(Model):
    """Where an imported ticket comes from: the other system and its own number there."""

    system: Code
    id: Line

    @property
    def said(self) -> str:
        return f"{self.system} {self.id}"


class Ticket(Model):
    """One matter raised by a resident or found by staff [T2]."""

    kind_of_record: ClassVar[str] = "ticket"

    id: TicketId = Field(title="ticket")
    kind: Annotated[str, KIND] = Field(
        title="kind",
        description="repair, complaint, suggestion, inquiry, help, convenience, entrusted, praise.",
    )
    category: Annotated[CategoryCode, CATEGORY] = Field(
        title="category", description="water, electricity, elevator, leak, noise, … (policy.yaml, routing)."
    )
    severity: Annotated[str, SEVERITY] | None = labelled(
        "severity", "Of a complaint: major, important or minor [C1, C2, C3]."
    )
    urgency: Annotated[str, URGENCY] = Field(title="urgency", description="urgent, normal (the default) or low.")
    status: Annotated[str, STATUS] = Field(title="state")
    channel: Annotated[Channel, CHANNEL] = Field(
        title="channel", description="phone (the default), visit, web, wechat, letter, …"
    )
    reported: Moment = Field(title="reported", description="When it was reported, if not just now.")
    unit: TicketUnit = Field(title="unit", description="The unit, like 3-2-0501, or public for the public area.")
    building: Line | None = labelled("building", "The building, where the place is public.")
    place: Line | None = labelled("place", "The exact place.")
    summary: Line = Field(title="summary", description="What it is, in one line.")
    detail: Words | None = labelled("detail", "Everything else that was said.")
    resident: ResidentId | None = labelled("resident", "Who raised it, of those on record (else --name).")
    caller: Caller | None = labelled("caller", "Who raised it, where the office has no record of that person.")
    origin: Annotated[str, ORIGIN] | None = labelled("found at", "What the office itself found it at.")
    part: Annotated[str, PART] | None = labelled(
        "part", "What is to be repaired, for the warranty: pipes, roof, fit_out, … [P6]."
    )
    payment: Annotated[str, PAYMENT] | None = labelled(
        "payment", "Whether the owner pays; else as the warranty says [P2]."
    )
    covered_until: Day | None = labelled("warranty until", "The last day of the warranty [P6].")
    convenient: Line | None = labelled("convenient", "When a visit suits, in words.")
    appointment: Moment | None = labelled("visit", "The time agreed for a visit [P7].")
    asked_by: Moment | None = labelled("asked by", "The time by which the resident asked for it [C3].")
    expected: Moment | None = labelled("expected", "When the resident was told it will be done [T8].")
    due: Moment | None = labelled("due", "The due time of an imported ticket.")
    acceptor: StaffId | None = labelled("acceptor", "Who took it in.")
    team: TeamCode | None = labelled("team", "The team that leads.")
    co_teams: tuple[TeamCode, ...] = labelled("co-teams", "The teams that share the work [T9].", ())
    assignee: StaffId | None = labelled("who", "Who it was given to.")
    helpers: tuple[StaffId, ...] = labelled("helpers", "Who helps.", ())
    duplicate_of: TicketId | None = labelled("duplicate of", "The ticket that goes on instead.")
    source: Source | None = labelled("source", "Where an imported ticket comes from.")
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
