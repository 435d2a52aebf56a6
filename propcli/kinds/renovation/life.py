"""The life of a renovation filing [N1-N13]: `STEPS` says which step may follow which; what a step lacks, the file of
the filing knows (`file`)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from propcli.engine.lifecycle import Lack, Lifecycle, State, Why
from propcli.engine.policy import after, limit_of, spoken
from propcli.engine.text import Text, say
from propcli.kinds.renovation.file import File, Paper
from propcli.kinds.renovation.model import RenovationEvent
from propcli.kinds.renovation.steps import FILING_EVENT, STEPS
from propcli.kinds.renovation.words import FILING, FILING_PAYMENT, SITE, known, yuan
from propcli.kinds.ticket.words import PUBLIC


def file_of(state: State) -> File:
    """The file of a filing in replay."""
    found: File = state.folded.setdefault("file", File())
    return found


def _fold(state: State, event: RenovationEvent) -> None:
    file = file_of(state)
    file.take(event)
    state.folded["start"], state.folded["until"] = file.start, file.until
    state.folded["items"] = tuple(works.item for works in file.works.values())
    state.folded["workers"] = tuple(file.workers.values())
    if event.event == "works_checked" and not event.passed:
        _becomes(state, "working")
    elif event.event in ("violated", "rectified") and state.status in SITE:
        _becomes(state, "stopped" if file.stopped else "working")


def _becomes(state: State, status: str) -> None:
    if state.status != status:
        state.previous, state.status = state.status, status


def _lacks(state: State, event: str, at: datetime) -> Iterator[Lack]:
    return file_of(state).lacks(event, at.date(), state.record.below)


def _check(state: State, event: RenovationEvent) -> Iterator[Why]:
    for check, events in _CHECKS.items():
        if event.event in events:
            yield from check(state, event, file_of(state))


def _check_applied(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    record = state.record
    if record.unit == PUBLIC:
        yield "N1", say("which unit it is about is missing"), None, "event"
    if record.resident is None and record.who is None:
        yield "N1", say("who applies is missing"), None, "event"
    if record.unit in record.below:
        yield "N12", say("{unit} is not below itself", unit=record.unit), None, "event"
    if record.contractor is not None and record.sealed is None:
        if record.in_charge is None:
            yield "N1", say("the contractor's person in charge is missing"), None, "event"
        if record.phone is None:
            yield "N1", say("the phone of the person in charge is missing"), None, "event"


def _check_item(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.event == "item_added" and event.item in file.items_given:
        yield "N1", say("there was an item {n} already", n=event.item), None, "item"
    if event.event == "item_dropped":
        yield from _known_item(event, file)


def _known_item(event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.item is not None and event.item not in file.works:
        yield "N1", say("there is no item {n}", n=event.item), known(file.works), "item"


def _passed(event: RenovationEvent, rule: str, field: str, hint: Text | None = None) -> Iterator[Why]:
    """A day that lies before what the event says of it."""
    day = getattr(event, field)
    if day is not None and day < event.at.date():
        yield rule, say("{day} has passed", day=day), hint, field


def _check_papers(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    yield from _known_item(event, file)
    yield from _known_worker(event, file)
    for index, code in enumerate(event.papers):
        paper = Paper(code, event.item, event.worker)
        if event.event == "papers_checked" and paper not in file.papers:
            yield "N1", say("it has not been received: {what}", what=paper.word), None, f"papers.{index}"
    if event.event == "papers_checked" and event.ok is False and event.reason is None:
        yield "N1", say("what is not in order is missing"), say("say it with a reason"), "ok"


def _check_term(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    """The permit's days [N9]: at most so long from the day it begins; an extension from the day it would have ended."""
    begins, extended = event.start, event.event == "extended"
    if extended and file.until is not None:  # filed late, it counts from the day it is filed
        begins = max(file.until, event.at.date())
    if begins is None or event.until is None:
        if extended:
            yield "N9", say("the permit has no last day to extend"), None, "until"
        return
    for field in {"permitted": ("until", "start"), "extended": ("until",)}.get(event.event, ()):
        yield from _passed(event, "N9", field, say("a permit is for days to come"))
    if extended and file.extension_from is not None and event.at.date() <= file.extension_from:
        what = say("the extension from {day} on has not begun yet", day=file.extension_from)
        yield "N9", what, say("one extension after the other"), "event"
    limit = file.terms.extension if extended else file.terms.term
    if extended and file.until is not None and event.until <= file.until:
        yield "N9", say("the permit is good until {until} already", until=file.until), None, "until"
    elif event.until < begins:
        yield "N9", say("it ends ({until}) before it begins ({first})", until=event.until, first=begins), None, "until"
    elif limit is not None and event.until > after(begins, limit):
        values = {"term": spoken(limit_of(limit)), "last": after(begins, limit)}
        if extended:
            what = say("an extension is for at most {term}: until {last}", **values)
            yield "N9", what, say("extend it again before that day"), "until"
        else:
            what = say("a permit is for at most {term}: until {last}", **values)
            yield "N9", what, say("beyond that an extension is filed"), "until"


def _known_worker(event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.worker is not None and event.worker not in file.workers:
        yield "N8", say("there is no worker {n}", n=event.worker), known(file.workers), "worker"


def _check_worker(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.event == "worker_dropped":
        yield from _known_worker(event, file)
        card = file.workers[event.worker].card if event.worker in file.workers else None
        if card is not None:
            what = say("worker {n} has pass {card}", n=event.worker, card=card)
            yield "N8", what, say("record pass return first"), "worker"
        return
    if event.worker in file.workers_given:
        yield "N8", say("there was a worker {n} already", n=event.worker), None, "worker"
    if event.name is None and event.sealed is None:
        yield "N8", say("the worker has no name"), say("a pass is for a named worker"), "name"


def _check_copies(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    asked = file.terms.copies if event.event == "signed" else file.terms.certificate
    for index, code in enumerate(event.copies):
        if asked and code not in asked:
            rule = "N5" if event.event == "signed" else "N7"
            yield rule, say("there is no copy {code}", code=code), known(asked), f"copies.{index}"


def _check_pass(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    number = event.card
    if number is None:
        return
    card = file.cards.get(number)
    if event.event == "pass_issued":
        yield from _check_issue(event, file)
    elif card is None:
        yield "N8", say("there is no pass {n}", n=number), known(file.cards), "card"
        return
    elif card.state == "returned" or (card.state == "lost" and event.event != "pass_returned"):
        what = say("pass {n} was returned", n=number) if card.state == "returned" else say("pass {n} is lost", n=number)
        yield "N8", what, None, "card"
    if event.event in ("pass_issued", "pass_renewed") and event.until is not None:
        if file.until is not None and event.until > file.until:
            what = say("the permit ends before that, on {until}", until=file.until)
            yield "N8", what, say("a pass is good for the permit's term: extend that first"), "until"
        elif event.until < event.at.date():
            yield from _passed(event, "N8", "until")
        elif event.event == "pass_renewed" and card is not None and card.state == "out" and event.until <= card.until:
            yield "N9", say("the pass is good until {until} already", until=card.until), None, "until"


def _check_issue(event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.card in file.cards:
        yield "N8", say("there was a pass {n} already", n=event.card), say("a lost one gets another number"), "card"
    if event.worker not in file.workers:
        yield from _known_worker(event, file)
        return
    have = next((n for n, c in file.cards.items() if c.worker == event.worker and c.state == "out"), None)
    if have is not None:
        yield "N8", say("worker {n} has pass {card}", n=event.worker, card=have), None, "worker"
    for lack in file.lacking_papers(event.worker):
        yield lack.rule, lack.what, None, "worker"
    if "passes" in file.terms.certificate and "passes" not in file.certified:
        lack = file.not_given("passes")
        yield lack.rule, lack.what, say("record certificate first"), "event"


def _check_inspected(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.ok is False and event.finding is None:
        yield "N10", say("what was found is missing"), say("say what is wrong"), "ok"
    if event.ok and event.finding is not None:
        yield "N10", say("something was found, yet it is in order"), None, "ok"


def _check_violation(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    number = event.violation or ""
    violation = file.violations.get(number)
    if event.event == "violated":
        if violation is not None:
            yield "N10", say("there is a violation {n} already", n=number), None, "violation"
        yield from _passed(event, "N10", "rectify_by")
        if event.stop and state.status == "completed":
            what = say("the works are reported as done: there is nothing to stop")
            yield "N10", what, say("record it without a stop, or let the check fail"), "stop"
        yield from _known_item(event, file)
    elif violation is None:
        yield "N10", say("there is no violation {n}", n=number), known(file.violations), "violation"
    elif event.event == "rectified" and violation.rectified is not None:
        yield "N10", say("violation {n} was put right on {at}", n=number, at=violation.rectified), None, "violation"
    elif event.event == "charged":
        yield from _positive(event)
        if event.amount is not None and event.amount > file.held:
            what = say("only {held} yuan of the deposit are left", held=yuan(file.held))
            yield "N10", what, say("charge at most that"), "amount"


def _check_test(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    yield from _known_item(event, file)
    works = file.works.get(event.item or "")
    if works is not None and not works.test:
        yield "N3", say("item {n} needs no water test", n=event.item), say("for anything else there is note"), "item"
        return
    if event.event == "test_began" or works is None or event.started is None:
        if event.event == "test_began" and works is not None and works.testing is not None:
            most = file.terms.test_at_most
            # one that was not read in time is begun anew
            if most is None or event.at - works.testing <= timedelta(minutes=limit_of(most).amount):
                yield "N3", say("water stands there since {at}", at=works.testing), None, "event"
        return
    if event.started > event.at:
        yield "N3", say("it ends before it begins"), None, "started"
        return
    if works.testing is not None and event.started != works.testing:
        yield "N3", say("water stands there since {at}", at=works.testing), say("write that as started"), "started"
    if works.looked_at is not None and event.started < works.looked_at:
        yield "N3", say("the test before ended on {at}", at=works.looked_at), say("let water in anew"), "started"
    if file.start is not None and event.started.date() < file.start:
        yield "N3", say("the works began on {day}", day=file.start), say("test what they left"), "started"
    stood = event.at - event.started
    least, most = file.terms.test_at_least, file.terms.test_at_most
    if least is not None and stood < timedelta(minutes=limit_of(least).amount):
        can = event.started + timedelta(minutes=limit_of(least).amount)
        what = say("water stands for at least {hours}: until {at}", hours=spoken(limit_of(least)), at=can)
        yield "N3", what, say("look again then"), "started"
    if most is not None and stood > timedelta(minutes=limit_of(most).amount):
        could = event.started + timedelta(minutes=limit_of(most).amount)
        what = say("a water test is read after at most {hours}: until {at}", hours=spoken(limit_of(most)), at=could)
        yield "N3", what, say("record it as read then (--at), or test again"), "started"


def _check_works(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.passed:
        for lack in file.open_violations():
            yield lack.rule, lack.what, None, "passed"
        if event.finding is not None or event.rectify_by is not None:
            yield "N11", say("something is to be put right, yet the check is passed"), None, "passed"
        yield from _check_occupied(state, event, file)
        return
    if event.finding is None or event.rectify_by is None:
        yield "N11", say("what is to be put right, and by when, is missing"), None, "passed"
        return
    yield from _passed(event, "N11", "rectify_by")
    if event.until != file.until:
        what = say("the permit is good until {until}", until=file.until or "–")
        yield "N9", what, say("write that as until"), "until"
    if event.on is not None or event.refund_from is not None:
        yield "N12", say("the refund counts from a check that is passed"), None, "passed"


def _check_occupied(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.on is not None and event.on > event.at.date():
        yield "N12", say("{day} has not come yet", day=event.on), say("record it when it has happened"), "on"
        return
    then = File(terms=file.terms, passed=file.passed, occupied=file.occupied)
    then.take(event)
    if event.refund_from != then.refund_from():
        what = say("the refund is possible from {day} on", day=then.refund_from() or "–")
        yield "N12", what, say("write that as refund_from"), "refund_from"


def _check_below(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    if event.unit not in state.record.below:
        yield "N12", say("{unit} is not below", unit=event.unit), known(state.record.below), "unit"


def _check_paid(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    yield from _positive(event)
    asked = file.terms.payments
    if asked and event.payment not in asked:
        what = say("{payment} is not asked for", payment=FILING_PAYMENT.word(event.payment or ""))
        yield "N6", what, known(asked), "payment"


def _check_given_back(state: State, event: RenovationEvent, file: File) -> Iterator[Why]:
    """Everything that is held goes back, when the filing ends [N6] and with the refund [N12]."""
    what = say("{held} yuan of the deposit are held", held=yuan(file.held))
    whole = (event.amount or 0) == file.held
    if event.event != "refunded":
        if not whole:
            yield "N6", what, say("give back exactly that: --refund"), "amount"
        return
    if not whole:
        yield "N12", what, say("give back exactly that"), "amount"
    for lack in file.to_show(event.shown):
        yield lack.rule, lack.what, None, "shown"


def _positive(event: RenovationEvent) -> Iterator[Why]:
    if event.amount is not None and event.amount <= 0:
        yield "N6", say("the amount is nothing"), None, "amount"


_CHECKS: dict[Callable[[State, RenovationEvent, File], Iterator[Why]], tuple[str, ...]] = {
    _check_applied: ("applied",),
    _check_item: ("item_added", "item_dropped"),
    _check_papers: ("papers_received", "papers_checked"),
    _check_term: ("permitted", "permit_imported", "extended"),
    _check_worker: ("worker_added", "worker_dropped"),
    _check_pass: ("pass_issued", "pass_renewed", "pass_returned", "pass_lost", "warned"),
    _check_inspected: ("inspected",),
    _check_violation: ("violated", "rectified", "charged"),
    _check_test: ("test_began", "tested"),
    _check_works: ("works_checked",),
    _check_occupied: ("occupied",),
    _check_below: ("neighbour_signed",),
    _check_copies: ("signed", "certified"),
    _check_paid: ("paid",),
    _check_given_back: ("refunded", "cancelled", "refused", "settled"),
}
LIFE = Lifecycle(
    steps=STEPS,
    states=FILING,
    events=FILING_EVENT,
    first=frozenset({"applied", "imported"}),
    folded=("start", "until", "items", "workers"),
    fold=_fold,
    lacks=_lacks,
    check=_check,
    ending=frozenset({"refused", "cancelled", "closed", "settled"}),
)
