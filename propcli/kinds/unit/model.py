"""Units: one file per home [U1], who has ties to it and since when [U2], what happened to it."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, get_args

from pydantic import Field, WithJsonSchema, model_validator

from propcli.engine.record import (
    Amount,
    Code,
    Count,
    Day,
    Event,
    Form,
    Line,
    Model,
    Moment,
    Ref,
    UnitId,
    Who,
    Words,
    Yes,
    wrong,
)
from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET
from propcli.kinds.resident.model import ResidentId
from propcli.kinds.ticket.words import CHANNEL
from propcli.kinds.unit.words import (
    CASE,
    ITEM,
    MANNER,
    METER,
    OWNERS,
    PAPER,
    STATE,
    TIE,
    USE,
    Case,
    EventName,
    Manner,
    State,
    TieKind,
    Use,
)

TicketId = Annotated[str, Form(TICKET.pattern, say("a ticket id (like T-20261121-001)")), Ref("ticket")]
SHARE = re.compile(r"1|[1-9][0-9]{0,3}/[1-9][0-9]{0,3}|[1-9][0-9]?(\.[0-9]{1,2})?%|100%")
Share = Annotated[str, Form(SHARE, say("a share (like 1/2 or 50%)"))]


class Tie(Model):
    """Somebody's tie to the unit, from the first day to the last, both included. No `from`: not known since when."""

    resident: ResidentId
    tie: TieKind
    share: Share | None = None  # of the ownership; none at all where it is owned jointly
    of: ResidentId | None = None  # of family and agents: whose
    first: Day | None = Field(None, alias="from")
    until: Day | None = None

    def on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.first is None or self.first <= day) and (self.until is None or day <= self.until)

    @model_validator(mode="after")
    def _fits(self) -> "Tie":
        if self.until is not None and self.first is not None and self.until < self.first:
            raise wrong(
                say("it ends ({until}) before it begins ({first})", until=self.until, first=self.first), "until"
            )
        if self.share is not None and self.tie not in OWNERS:
            raise wrong(say("only owners have shares [U2]"), "share")
        return self


def fraction(share: str) -> Fraction:
    """1/2, 50% or 1 as a part of the whole."""
    return Fraction(share[:-1]) / 100 if share.endswith("%") else Fraction(share)


class Meters(Model):
    """The numbers on the meters."""

    water: Line | None = None
    electricity: Line | None = None
    gas: Line | None = None


class Key(Model):
    """A key in the office's keeping [U7]: its number and place, and who has it until when while it is lent."""

    key: Line
    place: Line
    holder: Who | None = None
    back: Moment | None = None


class Custody(Model):
    """An agreement to look after the unit [U6]: readings at the start (m³, kWh), the part of the service fee that is
    paid meanwhile (percent)."""

    agreement: Line
    first: Day = Field(alias="from")
    until: Day | None = None
    water: Amount
    electricity: Amount
    fee: Count | None = None


class UnitEvent(Event):
    """Something that happened to a unit. Which fields an event needs and takes stands in `STEPS`.

    `on` is the day it takes effect where that is not the day it was written down."""

    event: EventName
    on: Day | None = Field(None, title="day", description="The day it took effect, if not today.")
    state: Annotated[State, STATE] | None = Field(None, title="state")
    use: Annotated[Use, USE] | None = Field(None, title="use")
    handed_over: Day | None = None
    manner: Annotated[Manner, MANNER] | None = Field(
        None, title="manner", description="sale, inheritance, gift, court, first_sale or correction."
    )
    ties: tuple[Tie, ...] = ()
    ends: tuple[ResidentId, ...] = ()  # whose ties end
    case: Annotated[Case, CASE] | None = None
    # a resident's id, or the name of somebody without a record
    who: Who | None = Field(None, title="who", description="Who: a resident's name or id, or anybody.")
    papers: tuple[Annotated[Code, PAPER], ...] = ()
    forms: tuple[Annotated[Code, PAPER], ...] = ()
    things: tuple[Annotated[Code, PAPER], ...] = ()
    meters: tuple[Annotated[Code, METER], ...] = ()
    items: tuple[Annotated[Code, ITEM], ...] = ()
    item: Annotated[Code, ITEM] | None = None
    ok: Yes | None = None
    finding: Words | None = None
    tickets: tuple[TicketId, ...] = ()
    # m³, kWh, m³
    water: Amount | None = Field(None, title="water", description="The water meter's reading.")
    electricity: Amount | None = Field(None, title="electricity", description="The electricity meter's reading.")
    gas: Amount | None = Field(None, title="gas", description="The gas meter's reading.")
    agreement: Line | None = Field(None, title="agreement", description="The number of the agreement.")
    until: Day | None = Field(None, title="until", description="The last day of the lease or the agreement.")
    fee: Count | None = None  # percent
    rain_from: Moment | None = None
    rain_until: Moment | None = None
    appointment: Moment | None = Field(None, title="appointment", description="When we come: tomorrow or later.")
    how: Annotated[Code, CHANNEL] | None = Field(None, title="how", description="By which channel (phone, visit, …).")
    key: Line | None = Field(None, title="key", description="The number on the key.")
    place: Line | None = Field(None, title="place", description="Where it hangs.")
    back: Moment | None = Field(None, title="back", description="When it is to be back.")
    reason: Words | None = Field(None, title="reason", description="Why.")
    text: Words | None = Field(None, title="text", description="In words.")


_ROOM = re.compile(r"([Bb]?)([0-9]{1,3})([0-9]{2})")


def floor_of(unit_id: str) -> int | None:
    """Which floor: 0501 is on the fifth; B101 is on the first below; None where the room does not say."""
    match = _ROOM.fullmatch(unit_id.rsplit("-", 1)[-1])
    return None if match is None else -int(match[2]) if match[1] else int(match[2])


def in_line(unit_id: str, floors: int) -> tuple[str, ...]:
    """What the unit so many floors up (or, negative, down) in the same line may be called: 3-2-0501 has 3-2-0401 below
    it, 3-2-1001 has 3-2-0901 or 3-2-901. () on the lowest floor, and where the room does not say its floor."""
    building, entrance, room = unit_id.split("-")
    match = _ROOM.fullmatch(room)
    if match is None or match[1] or int(match[2]) + floors < 1:
        return ()
    floor = str(int(match[2]) + floors)
    rooms = dict.fromkeys((floor.zfill(len(match[2])) + match[3], floor + match[3], floor.zfill(2) + match[3]))
    return tuple(f"{building}-{entrance}-{room}" for room in rooms)


class Unit(Model):
    """One home or shop [U1]. Building, entrance, room and floor follow from the id."""

    kind_of_record: ClassVar[str] = "unit"

    id: UnitId = Field(title="unit")
    status: State = Field(title="state")
    use: Annotated[Use, USE] = Field(
        title="use", description="What it is used for: residential, shop, office, storage or other."
    )
    area: Annotated[Amount, WithJsonSchema({"type": "number", "minimum": 0})] | None = None  # m²
    layout: Line | None = None
    completed: Day | None = None
    handed_over: Day | None = None
    gas: Yes | None = None  # false: it has none
    meters: Meters | None = None
    people: tuple[Tie, ...] = ()
    lease_until: Day | None = None
    custody: Custody | None = None
    keys: tuple[Key, ...] = ()
    received: tuple[Code, ...] = ()
    signed: tuple[Code, ...] = ()
    issued: tuple[Code, ...] = ()
    events: Annotated[tuple[UnitEvent, ...], Field(min_length=1)]

    @property
    def building(self) -> str:
        return self.id.split("-")[0]

    @property
    def entrance(self) -> str:
        return self.id.split("-")[1]

    @property
    def room(self) -> str:
        return self.id.split("-")[2]

    @property
    def floor(self) -> int | None:
        return floor_of(self.id)

    @property
    def title(self) -> Text:
        """What lists call it besides its id."""
        return STATE.word(self.status)

    @property
    def what(self) -> Text:
        """What stands behind its state in one line."""
        return USE.word(self.use)

    def ties_on(self, day: date) -> list[Tie]:
        """Who had ties to it on a day: owners first, then who lived there."""
        order = list(get_args(TieKind))
        return sorted((t for t in self.people if t.on(day)), key=lambda t: order.index(t.tie))


def contradictions(people: Iterable[Tie]) -> Iterable[Text]:
    """What ties say against one another [U2]: shares that do not add up, two leading owners, somebody with two ties at
    once."""
    ties = list(people)
    seen: set[tuple[str, str]] = set()
    # what holds changes where a tie begins and on the day after one has ended
    changes = {t.first for t in ties} | {t.until + timedelta(days=1) for t in ties if t.until and t.until < date.max}
    days = sorted(day for day in changes if day is not None)
    for day in (date.min, *days):
        then = [t for t in ties if t.on(day)]
        owners = [t for t in then if t.tie in OWNERS]
        since = say("from {day} on", day=day) if day != date.min else say("at first")
        found: list[tuple[str, Text]] = []
        if sum(t.tie == "owner" for t in owners) > 1:
            text = say("{since}: two leading owners, {who}; the others are co-owners", since=since, who=_names(owners))
            found.append(("lead", text))
        shares = [fraction(t.share) for t in owners if t.share is not None]
        if shares and len(shares) < len(owners):
            text = say("{since}: either every owner has a share or none (owned jointly)", since=since)
            found.append(("some", text))
        elif shares and sum(shares) != 1:
            text = say("{since}: the shares add up to {sum}, not to 1", since=since, sum=str(sum(shares)))
            found.append(("sum", text))
        people_then = [t.resident for t in then]
        for person in sorted({p for p in people_then if people_then.count(p) > 1}):
            had = [TIE.word(t.tie) for t in then if t.resident == person]
            found.append((person, say("{since}: {who} is {ties} at once", since=since, who=person, ties=had)))
        for key, text in found:
            mark = (key, ",".join(sorted(t.resident for t in owners)))
            if mark not in seen:
                seen.add(mark)
                yield text


def _names(ties: Iterable[Tie]) -> str:
    return ", ".join(t.resident for t in ties if t.tie == "owner")


def used(custody: Custody, water: Decimal | None, electricity: Decimal | None) -> dict[str, Decimal]:
    """What ran through the meters since custody began, of those that were read: m³, kWh [U6]."""
    return {
        name: reading - start
        for name, reading, start in (
            ("water", water, custody.water),
            ("electricity", electricity, custody.electricity),
        )
        if reading is not None
    }
