"""What a renovation filing has come to: papers, copies, payments, passes, violations, water tests, the deposit. It is
the fold of the filing's events, and it knows what the next step still lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from propcli.engine.lifecycle import Lack
from propcli.engine.policy import after
from propcli.engine.text import Text, say
from propcli.kinds.renovation.model import Item, Need, Renovation, RenovationEvent, Terms, Worker
from propcli.kinds.renovation.words import CERTIFICATE, COPY, DEPOSIT, FILING_PAPER, FILING_PAYMENT, SHOWN, yuan

NOTHING = Decimal("0.00")


class Paper(NamedTuple):
    """A paper asked for: of the filing, or of one of its items or workers."""

    code: str
    item: str | None = None
    worker: str | None = None

    @property
    def word(self) -> Text:
        word = FILING_PAPER.word(self.code)
        if self.item is not None:
            return say("{paper} (item {n})", paper=word, n=self.item)
        return say("{paper} (worker {n})", paper=word, n=self.worker) if self.worker is not None else word


@dataclass
class Works:
    """An item with what it needs."""

    item: Item
    needs: tuple[Need, ...] = ()
    test: bool = False
    tested: bool = False  # a water test was passed
    testing: datetime | None = None  # since when water stands
    looked_at: datetime | None = None  # the end of the last water test


@dataclass
class Card:
    """A worker pass."""

    worker: str
    until: date
    state: str = "out"


@dataclass
class Violation:
    text: str
    stop: bool
    rectify_by: date
    rectified: datetime | None = None
    charged: Decimal = NOTHING


@dataclass(frozen=True)
class Entry:
    """A line of the deposit ledger: received and refunded amounts, deductions with their violation (yuan)."""

    at: datetime
    what: str  # received, deducted, refunded
    amount: Decimal
    violation: str | None = None
    receipt: str | None = None
    text: str | None = None


@dataclass
class File:
    """One filing as its events have made it."""

    terms: Terms = field(default_factory=Terms)
    works: dict[str, Works] = field(default_factory=dict)
    papers: dict[Paper, str] = field(default_factory=dict)  # received, checked or wrong
    wrong: dict[Paper, str] = field(default_factory=dict)  # what was not in order
    workers: dict[str, Worker] = field(default_factory=dict)
    items_given: set[str] = field(default_factory=set)  # numbers, once given not given again: papers hang on them
    workers_given: set[str] = field(default_factory=set)
    signed: set[str] = field(default_factory=set)
    paid: dict[str, Decimal] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)
    certified: set[str] = field(default_factory=set)
    cards: dict[str, Card] = field(default_factory=dict)
    violations: dict[str, Violation] = field(default_factory=dict)
    start: date | None = None
    until: date | None = None
    extended: int = 0
    extension_from: date | None = None  # the last day before the present extension
    passed: date | None = None  # the day the check was passed
    to_rectify: tuple[str, date] | None = None  # what the last check found, and by when it is put right
    occupied: date | None = None  # since when the home is lived in
    below: dict[str, bool] = field(default_factory=dict)  # unit below: whether it signed that nothing leaks

    @classmethod
    def of(cls, filing: Renovation) -> "File":
        """What a filing has come to, right or wrong."""
        file = cls()
        for event in filing.events:
            file.take(event)
        return file

    # --- the deposit

    def sum_of(self, what: str) -> Decimal:
        """Yuan received, deducted or refunded so far."""
        return sum((e.amount for e in self.ledger if e.what == what), NOTHING)

    @property
    def sums(self) -> dict[str, Decimal]:
        """Yuan received, deducted and refunded so far."""
        return {what: self.sum_of(what) for what in ("received", "deducted", "refunded")}

    @property
    def held(self) -> Decimal:
        """What of the deposit is still with the office (yuan)."""
        return self.sum_of("received") - self.sum_of("deducted") - self.sum_of("refunded")

    def refund_from(self) -> date | None:
        """The first day the deposit may go back: so long after the check was passed and the home lived in [N12]."""
        if self.passed is None or self.terms.occupancy is None:
            return self.passed
        return None if self.occupied is None else after(max(self.passed, self.occupied), self.terms.occupancy)

    # --- what is asked for

    def wanted(self) -> Iterator[tuple[str, Paper]]:
        """(rule, paper) of everything the filing needs, in the order of the procedure."""
        for code in self.terms.papers:
            yield "N1", Paper(code)
        for number, works in self.works.items():
            for need in works.needs:
                yield need.rule, Paper(need.paper, item=number)
        for number in self.workers:
            yield from self.wanted_of(number)

    def wanted_of(self, worker: str) -> Iterator[tuple[str, Paper]]:
        for code in self.terms.worker_papers:
            yield "N1", Paper(code, worker=worker)

    def lacking_papers(self, worker: str | None = None) -> Iterator[Lack]:
        """Papers that are not here, not checked or not in order; of one worker alone, or of all."""
        for rule, paper in self.wanted() if worker is None else self.wanted_of(worker):
            have = self.papers.get(paper)
            if have is None:
                yield Lack(rule, say("not received: {what}", what=paper.word))
            elif have == "received":
                yield Lack(rule, say("received, not checked: {what}", what=paper.word))
            elif have == "wrong":
                why = self.wrong.get(paper)
                what = Text("{paper}: {why}", {"paper": paper.word, "why": why}) if why else paper.word
                yield Lack(rule, say("not in order: {what}", what=what))

    # --- what a step lacks

    def lacks(self, step: str, day: date, below: tuple[str, ...] = ()) -> Iterator[Lack]:
        """What is missing before a step on a day. `below`: the units that have to sign."""
        if step in ("approved", "permitted"):
            if not self.works:
                yield Lack("N1", say("no work item is on file"))
            yield from self.lacking_papers()
        if step == "permitted":
            for copy in self.terms.copies:
                if copy not in self.signed:
                    yield Lack("N5", say("copy of the agreement not signed: {what}", what=COPY.word(copy)))
            for code in self.terms.payments:
                if self.paid.get(code, NOTHING) <= 0:
                    yield Lack("N6", say("not paid: {what}", what=FILING_PAYMENT.word(code)))
        if step in ("completed", "refunded"):
            for number, works in self.works.items():
                if works.test and (not works.tested or works.testing is not None):
                    what = say("item {n} {text}", n=number, text=works.item.text)
                    yield Lack("N3", say("no water test passed: {what}", what=what))
            yield from self.open_violations()
        if step == "refunded":
            yield from self._lacks_refund(day, below)
        if step == "closed" and self.held != 0:
            yield Lack("N6", say("{what} yuan of the deposit are still held", what=yuan(self.held)))

    def open_violations(self) -> Iterator[Lack]:
        """Violations that are not put right."""
        for number, violation in self.violations.items():
            if violation.rectified is None:
                what = say("{n} {text}", n=number, text=violation.text)
                yield Lack("N10", say("violation not put right: {what}", what=what))

    def _lacks_refund(self, day: date, below: tuple[str, ...]) -> Iterator[Lack]:
        if self.passed is None:
            yield Lack("N12", say("the works have not passed the check"))
        elif self.occupied is None and self.terms.occupancy is not None:
            yield Lack("N12", say("since when the home is lived in is not on record"))
        possible = self.refund_from()
        if possible is not None and day < possible:
            yield Lack("N12", say("possible from {what} on", what=str(possible)))
        for unit in below:
            if unit not in self.below:
                yield Lack("N12", say("{what} below has not signed that nothing leaks", what=unit))
            elif not self.below[unit]:
                yield Lack("N12", say("{what} below says that it leaks", what=unit))
        yield from (replace(lack, rule="N12") for lack in self.lacking_papers())
        for number, card in self.cards.items():
            if card.state == "out":
                yield Lack("N12", say("pass not returned: {what}", what=number))
        if "owner" in self.terms.certificate and "owner" not in self.certified:
            yield self.not_given("owner")

    def not_given(self, copy: str) -> Lack:
        return Lack("N7", say("certificate not given out: {what}", what=CERTIFICATE.word(copy)))

    def to_show(self, shown: tuple[str, ...] = ()) -> Iterator[Lack]:
        """What the owner has to show for the refund and has not."""
        for code in self.terms.shown:
            if code not in shown:
                yield Lack("N12", say("to be shown: {what}", what=SHOWN.word(code)))

    # --- what happened

    def take(self, event: RenovationEvent) -> None:
        """One more event, right or wrong."""
        handler = getattr(self, f"_{event.event}", None)
        if handler is not None:
            handler(event)

    def _applied(self, event: RenovationEvent) -> None:
        self.terms = event.terms or self.terms

    _imported = _resubmitted = _applied

    def _item_added(self, event: RenovationEvent) -> None:
        number = event.item
        if number is None:
            return  # told by the step itself
        item = Item(item=number, text=event.text or "", touches=event.touches)
        self.works[number] = Works(item, event.needs, bool(event.test))
        self.items_given.add(number)
        self.signed.clear()  # what was signed before was another agreement [N5]

    def _item_dropped(self, event: RenovationEvent) -> None:
        self.works.pop(event.item or "", None)
        self.signed.clear()

    def _papers_received(self, event: RenovationEvent) -> None:
        for code in event.papers:
            self.papers[Paper(code, event.item, event.worker)] = "received"

    def _papers_checked(self, event: RenovationEvent) -> None:
        for code in event.papers:
            paper = Paper(code, event.item, event.worker)
            self.papers[paper] = "checked" if event.ok else "wrong"
            self.wrong[paper] = event.reason or ""

    def _signed(self, event: RenovationEvent) -> None:
        self.signed |= set(event.copies)

    def _paid(self, event: RenovationEvent) -> None:
        code, amount = event.payment or "", event.amount or NOTHING
        self.paid[code] = self.paid.get(code, NOTHING) + amount
        if code == DEPOSIT:
            self.ledger.append(Entry(event.at, "received", amount, receipt=event.receipt, text=event.text))

    def _permitted(self, event: RenovationEvent) -> None:
        self.start, self.until = event.start, event.until

    _permit_imported = _permitted

    def _extended(self, event: RenovationEvent) -> None:
        self.extension_from, self.until = self.until, event.until
        self.extended += 1

    def _certified(self, event: RenovationEvent) -> None:
        self.certified |= set(event.copies)

    def _worker_added(self, event: RenovationEvent) -> None:
        number = event.worker
        if number is None:
            return
        self.workers[number] = Worker(worker=number, name=event.name, trade=event.trade)
        self.workers_given.add(number)

    def _worker_dropped(self, event: RenovationEvent) -> None:
        self.workers.pop(event.worker or "", None)

    def _pass_issued(self, event: RenovationEvent) -> None:
        number, until = event.card, event.until or date.min
        if number is None:
            return
        self.cards[number] = Card(event.worker or "", until)
        self._carry(event.worker or "", number, until)

    def _pass_renewed(self, event: RenovationEvent) -> None:
        card = self.cards.get(event.card or "")
        if card is not None:
            card.until = event.until or date.min
            self._carry(card.worker, event.card, card.until)

    def _pass_returned(self, event: RenovationEvent) -> None:
        card = self.cards.get(event.card or "")
        if card is not None:
            card.state = "lost" if event.event == "pass_lost" else "returned"
            worker = self.workers.get(card.worker)
            if worker is not None and worker.card == event.card:
                self._carry(card.worker, None, None)

    _pass_lost = _pass_returned

    def _carry(self, worker: str, card: str | None, until: date | None) -> None:
        if worker in self.workers:
            self.workers[worker] = self.workers[worker].model_copy(update={"card": card, "until": until})

    def _violated(self, event: RenovationEvent) -> None:
        if event.violation is not None:
            until = event.rectify_by or date.min
            self.violations[event.violation] = Violation(event.text or "", bool(event.stop), until)

    def _rectified(self, event: RenovationEvent) -> None:
        violation = self.violations.get(event.violation or "")
        if violation is not None:
            violation.rectified = event.at

    def _charged(self, event: RenovationEvent) -> None:
        number, amount = event.violation or "", event.amount or NOTHING
        violation = self.violations.get(number)
        if violation is not None:
            violation.charged += amount
        self.ledger.append(Entry(event.at, "deducted", amount, number, text=event.reason))

    def _test_began(self, event: RenovationEvent) -> None:
        works = self.works.get(event.item or "")
        if works is not None:
            works.testing = event.at

    def _tested(self, event: RenovationEvent) -> None:
        works = self.works.get(event.item or "")
        if works is not None:
            works.testing, works.tested, works.looked_at = None, bool(event.tight), event.at

    def _works_checked(self, event: RenovationEvent) -> None:
        if event.passed:
            self.passed = event.at.date()
        self.to_rectify = None if event.passed else (event.finding or "", event.rectify_by or date.min)
        self.occupied = event.on or self.occupied

    def _occupied(self, event: RenovationEvent) -> None:
        self.occupied = event.on

    def _neighbour_signed(self, event: RenovationEvent) -> None:
        self.below[event.unit or ""] = bool(event.tight)

    def _refunded(self, event: RenovationEvent) -> None:
        amount = event.amount or NOTHING
        self.ledger.append(Entry(event.at, "refunded", amount, receipt=event.receipt, text=event.text))

    def _cancelled(self, event: RenovationEvent) -> None:
        if event.amount:
            self.ledger.append(Entry(event.at, "refunded", event.amount, text=event.reason))

    _refused = _cancelled

    # --- what of it stands in the record

    @property
    def stopped(self) -> bool:
        """Whether a violation has the works stopped."""
        return any(v.stop and v.rectified is None for v in self.violations.values())
