"""Renovation filings 装修备案 [N1-N13]: an owner applies, the office checks the papers, gives the permit, looks at the
works, and pays the deposit back. Their life is in `life`."""

import re
from typing import Annotated, Any, ClassVar

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
    labelled,
    wrong,
)
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION, UNIT
from propcli.kinds.renovation.steps import FILING_EVENT
from propcli.kinds.renovation.words import FILING, FILING_PAPER, FILING_PAYMENT, SHOWN, TOUCHES
from propcli.kinds.resident.model import Phone, Recipient, ResidentId, Sealed, has_its_key
from propcli.kinds.ticket.model import Source, TicketUnit
from propcli.kinds.ticket.words import CHANNEL
from propcli.kinds.unit.model import floor_of
from propcli.kinds.unit.words import TIE, TieKind

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

    event: Annotated[str, FILING_EVENT]
    terms: Terms | None = None
    item: Number | None = labelled("work item", "Which work item.")
    touches: tuple[Annotated[Code, TOUCHES], ...] = ()
    needs: tuple[Need, ...] = ()
    test: Yes | None = None
    rule: Line | None = None
    papers: tuple[Annotated[Code, FILING_PAPER], ...] = ()
    worker: Number | None = labelled("worker", "Which worker.")
    name: PersonName | None = labelled("name", "The worker's name.")
    phone: Phone | None = labelled("phone", "The worker's phone.")
    trade: Line | None = labelled("trade", "The worker's trade.")
    sealed: Sealed | None = None
    ok: Yes | None = labelled("in order", "Everything is in order.")
    copies: tuple[Code, ...] = ()
    payment: Annotated[Code, FILING_PAYMENT] | None = None
    amount: Money | None = labelled("amount", "The deposit that goes back, if it was paid.")
    receipt: Line | None = labelled("receipt", "The receipt's number.")
    start: Day | None = labelled("first day", "The first day, if not today.")
    until: Day | None = labelled("last day", "The last day; else the permit's last day.")
    teams: tuple[TeamCode, ...] = ()
    card: Number | None = labelled("worker pass", "By its number or the worker's name; or all.")
    finding: Words | None = labelled("finding", "What is not in order.")
    violation: Number | None = labelled("violation", "Which violation, where there are several.")
    stop: Yes | None = labelled("stop", "The works are stopped until it is put right.")
    rectify_by: Day | None = labelled("to be put right by", "The day by which it is put right.")
    started: Moment | None = labelled("water stood since", "Since when water stood, where --begin was not recorded.")
    tight: Yes | None = labelled("tight", "It has stood, and nothing leaks.")
    passed: Yes | None = labelled("passed", "As in the plans; everything is in order.")
    on: Day | None = labelled("lived in since", "Since when the home is lived in [N12].")
    refund_from: Day | None = None
    unit: UnitId | None = labelled("unit", "Which unit below, where there are several.")
    who: Who | None = labelled("who", "Who: a resident's name or id, or anybody.")
    how: Annotated[Code, CHANNEL] | None = labelled("how", "By which channel (phone, visit, …).")
    shown: tuple[Annotated[Code, SHOWN], ...] = labelled("shown", "What was shown: certificate, receipt or all.", ())
    reason: Words | None = labelled("reason", "Why.")
    text: Words | None = labelled("text", "In words.")


class Renovation(Model):
    """One filing, from application to refund. `below`: the units that sign that nothing leaks [N12]."""

    kind_of_record: ClassVar[str] = "renovation"

    id: FilingId = Field(title="filing")
    status: Annotated[str, FILING] = Field(title="state")
    unit: TicketUnit = Field(title="unit", description="The unit, like 3-2-0501.")
    place: Line | None = None
    works: Line = Field(title="works", description="The works in one line.")
    detail: Words | None = labelled("detail", "More about it.")
    resident: ResidentId | None = labelled("applicant", "Who applies: a name or id of somebody of the unit.")
    who: Who | None = labelled("who", "Who applies, where the office has no record of that person.")
    capacity: Annotated[TieKind, TIE] | None = labelled("tie", "owner, tenant, … where nobody is on record.")
    contractor: Line | None = labelled("contractor", "The contractor's name.")
    company_number: CompanyNumber | None = labelled("company number", "The contractor's company number; it is checked.")
    in_charge: PersonName | None = labelled("in charge", "The contractor's person in charge.")
    phone: Phone | None = labelled("phone", "The phone of the person in charge.")
    below: tuple[UnitId, ...] = labelled(
        "below", "The unit below, where it is not the one a floor down in the same line.", ()
    )
    start: Day | None = labelled("first day")
    until: Day | None = labelled("last day")
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


def shelf(filing: Renovation) -> tuple[Any, ...]:
    """The order in which filings stand on the shelf: by building, low floors first [N13]."""
    if not UNIT.is_id(filing.unit):
        return ((1, 0, ""), 0, (0, 0, ""), filing.unit, filing.id)
    building, entrance, room = filing.unit.split("-")
    floor = floor_of(filing.unit)
    return (_natural(building), floor if floor is not None else 10_000, _natural(entrance), room, filing.id)


def _natural(text: str) -> tuple[int, int, str]:
    """2 stands before 10, numbers before letters."""
    return (0, int(text), "") if text.isdigit() else (1, 0, text)
