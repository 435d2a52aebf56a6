"""Renovation filings 装修备案 [N1-N13]: an owner applies, the office checks the papers, gives the permit, looks at the
works, and pays the deposit back. Their life is in `renovation_life`."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from propcli.engine.policy import Hours, Term
from propcli.engine.record import (
    Code,
    Day,
    Event,
    Form,
    Line,
    Model,
    Moment,
    Money,
    PersonName,
    TeamCode,
    UnitId,
    Who,
    Words,
    Yes,
    wrong,
)
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import RENOVATION
from propcli.kinds.resident.model import Phone, Recipient, ResidentId, Sealed, has_its_key
from propcli.kinds.ticket.model import PUBLIC, Source, TicketUnit
from propcli.kinds.unit.words import TieKind

Status = Literal[
    "applied",
    "returned",
    "approved",
    "working",
    "stopped",
    "completed",
    "passed",
    "refunded",
    "closed",
    "refused",
    "cancelled",
]
EventName = Literal[
    "applied",
    "item_added",
    "item_dropped",
    "item_refused",
    "papers_received",
    "papers_checked",
    "approved",
    "returned",
    "resubmitted",
    "refused",
    "signed",
    "paid",
    "permitted",
    "certified",
    "told",
    "worker_added",
    "worker_dropped",
    "pass_issued",
    "pass_renewed",
    "pass_returned",
    "pass_lost",
    "inspected",
    "violated",
    "rectified",
    "charged",
    "extended",
    "warned",
    "test_began",
    "tested",
    "completed",
    "works_checked",
    "occupied",
    "neighbour_signed",
    "refunded",
    "closed",
    "cancelled",
    "noted",
    "imported",
    "permit_imported",
    "settled",
]

FILING = Vocabulary(
    "filing state",
    get_args(Status),
    working="works going on",
    stopped="works stopped",
    completed="to be checked",
    passed="check passed",
)
EXPIRED = "expired"  # how works are called that go on after their permit has ended; no event makes it so
STATES = Vocabulary(
    "filing state at a time",
    (*FILING, EXPIRED),
    **{**FILING.labels, "expired": "permit ended, works going on"},
)
FILING_EVENT = Vocabulary(
    "filing event",
    get_args(EventName),
    item_added="work item added",
    item_dropped="work item dropped",
    item_refused="work item refused",
    signed="agreement signed",
    permitted="permit issued",
    certified="certificate given out",
    told="teams told",
    violated="violation found",
    rectified="violation put right",
    charged="charged against the deposit",
    warned="told that the term ends",
    test_began="water test began",
    tested="water test",
    completed="completion applied for",
    works_checked="works checked",
    occupied="lived in",
    neighbour_signed="unit below signed",
    refunded="deposit refunded",
    permit_imported="permit taken over",
    settled="settled before it came here",
)
# what a work item touches; policy.yaml says what follows from it [N2, N3, N4], and may add words of its own
TOUCHES = Vocabulary(
    "touches",
    (
        "structure",
        "load",
        "facade",
        "heating_pipes",
        "gas_pipes",
        "waterproofing",
        "wet_room_moved",
        "bearing_opening",
        "balcony_masonry",
        "energy_saving",
        "electrics",
        "water_pipes",
        "partition",
        "doors_windows",
        "air_conditioning",
        "kitchen",
        "finishing",
        "other",
    ),
    structure="main structure",
    load="load added to the floor",
    facade="façade",
    waterproofing="old waterproofing",
    wet_room_moved="wet room moved to where there was none",
    bearing_opening="wider opening in a load-bearing wall",
    balcony_masonry="masonry between room and balcony",
    energy_saving="energy-saving layer",
    partition="wall that bears no load",
    doors_windows="doors and windows",
    finishing="floors, walls, ceilings",
)
# the papers that policy.yaml may ask for [N1, N2, N3]; an estate may add its own
FILING_PAPER = Vocabulary(
    "filing paper",
    (
        "application",
        "undertaking",
        "plan",
        "owner_consent",
        "business_licence",
        "qualification_certificate",
        "drawings",
        "method",
        "in_charge_id",
        "in_charge_photo",
        "id_card",
        "photo",
        "structure_approval",
        "planning_approval",
        "heating_approval",
        "gas_approval",
        "waterproofing_undertaking",
    ),
    owner_consent="the owner's written consent",
    drawings="the contractor's drawings",
    method="the contractor's method",
    in_charge_id="ID of the person in charge",
    in_charge_photo="photo of the person in charge",
    id_card="ID of the worker",
    photo="photo of the worker",
    structure_approval="approval of the structure by the housing authority",
    planning_approval="approval of the planning authority",
    heating_approval="approval of the heating company",
    gas_approval="approval of the gas company",
    waterproofing_undertaking="undertaking for the waterproofing",
)
COPY = Vocabulary("copy of the agreement", ("contractor", "owner", "centre"))  # [N5]
FILING_PAYMENT = Vocabulary("filing payment", ("deposit", "rubbish_fee"), rubbish_fee="rubbish-removal fee")  # [N6]
DEPOSIT = "deposit"
CERTIFICATE = Vocabulary(
    "certificate", ("passes", "door", "owner"), passes="copy for the passes", door="copy for the door", owner="original"
)  # [N7]
SHOWN = Vocabulary("shown", ("certificate", "receipt"), certificate="original certificate", receipt="deposit receipt")
CARD_STATE = Vocabulary("worker pass", ("out", "returned", "lost"))

_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
Number = Annotated[str, Form(_NUMBER, say("a number within the filing (like 2)"))]
FilingId = Annotated[str, Form(RENOVATION.pattern, say("a renovation filing (like N-2026-0007)"))]


def _checked(number: str) -> str:
    """A unified social credit code with the right check character (GB 32100)."""
    from stdnum.cn import uscc

    if not uscc.is_valid(number):
        raise wrong(say("the check character of {value} is wrong", value=number), hint=say("read it from the licence"))
    return number


CompanyNumber = Annotated[
    str,
    Form(re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}"), say("a company number (18 digits and capitals)")),
    AfterValidator(_checked),
]


class Need(Model):
    """A paper that a work item needs, and the rule that asks for it."""

    paper: Code
    rule: Line


class Terms(Model):
    """What a filing has to meet, as policy.yaml had it on the day it was taken in: later changes of the policy do not
    touch it. What is left out is not asked for."""

    papers: tuple[Code, ...] = ()
    worker_papers: tuple[Code, ...] = ()
    copies: tuple[Code, ...] = ()
    payments: tuple[Code, ...] = ()
    certificate: tuple[Code, ...] = ()
    shown: tuple[Code, ...] = ()
    term: Term | None = None
    extension: Term | None = None
    test_at_least: Hours | None = None
    test_at_most: Hours | None = None
    occupancy: Term | None = None


class Item(Model):
    """One of the works applied for."""

    item: Number
    text: Line
    touches: tuple[Code, ...] = ()


class Worker(Model):
    """Somebody who works on the site; the pass that is out, until its last day. The name may stand sealed in the event
    that put the worker on file."""

    worker: Number
    name: Line | None = None
    trade: Line | None = None
    card: Number | None = None
    until: Day | None = None


class RenovationEvent(Event):
    """A step in the life of a filing. Which fields an event needs and takes stands in `STEPS`."""

    event: EventName
    terms: Terms | None = None
    item: Number | None = None
    touches: tuple[Code, ...] = ()
    needs: tuple[Need, ...] = ()
    test: Yes | None = None
    rule: Line | None = None
    papers: tuple[Code, ...] = ()
    worker: Number | None = None
    name: PersonName | None = None
    phone: Phone | None = None
    trade: Line | None = None
    sealed: Sealed | None = None
    ok: Yes | None = None
    copies: tuple[Code, ...] = ()
    payment: Code | None = None
    amount: Money | None = None
    receipt: Line | None = None
    start: Day | None = None
    until: Day | None = None
    teams: tuple[TeamCode, ...] = ()
    card: Number | None = None
    finding: Words | None = None
    violation: Number | None = None
    stop: Yes | None = None
    rectify_by: Day | None = None
    started: Moment | None = None
    tight: Yes | None = None
    passed: Yes | None = None
    on: Day | None = None
    refund_from: Day | None = None
    unit: UnitId | None = None
    who: Who | None = None
    how: Code | None = None
    shown: tuple[Code, ...] = ()
    reason: Words | None = None
    text: Words | None = None


class Renovation(Model):
    """One filing, from application to refund. `below`: the units that sign that nothing leaks [N12]."""

    kind_of_record: ClassVar[str] = "renovation"

    id: FilingId
    status: Status
    unit: TicketUnit
    place: Line | None = None
    works: Line
    detail: Words | None = None
    resident: ResidentId | None = None  # who applies
    who: Who | None = None  # who applies, where the office has no record of that person
    capacity: TieKind | None = None  # what the applicant is to the unit
    contractor: Line | None = None
    company_number: CompanyNumber | None = None
    in_charge: PersonName | None = None
    phone: Phone | None = None  # of the person in charge
    below: tuple[UnitId, ...] = ()
    start: Day | None = None
    until: Day | None = None
    items: tuple[Item, ...] = ()
    workers: tuple[Worker, ...] = ()
    key: Recipient | None = None
    sealed: Sealed | None = None
    source: Source | None = None
    events: Annotated[tuple[RenovationEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        """What lists call it besides its id."""
        return Text("{works}", {"works": self.works})

    @model_validator(mode="after")
    def _fits(self) -> "Renovation":
        has_its_key(self)
        if any(event.sealed is not None for event in self.events) and self.key is None:
            raise wrong(say("what is sealed needs its key"), "key")
        if self.resident is not None and self.who is not None:
            raise wrong(say("a resident needs no name besides"), "who", hint=say("keep one of them"))
        if self.contractor is None and (self.company_number or self.in_charge or self.phone):
            raise wrong(say("the contractor is missing"), "contractor")
        return self


def state_at(filing: Renovation, day: date) -> str:
    """Its state, or `expired`: works go on though the permit has ended [N9]. On its last day it still stands."""
    return EXPIRED if filing.status == "working" and filing.until is not None and day > filing.until else filing.status


def is_public(unit: str) -> bool:
    """Whether a filing taken over from another system names no unit."""
    return unit == PUBLIC


def yuan(amount: Decimal) -> str:
    """1850.00 as it is printed: 1,850.00."""
    return f"{amount:,.2f}"
