"""The cover sheet of a renovation filing [N13]: term, owner, contact, state of the works, payments; then what happened,
what is owed, what is missing."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from propcli.commands import showing
from propcli.commands.options import Id
from propcli.commands.reading import Office
from propcli.commands.session import session, show
from propcli.commands.standing import headline
from propcli.desk.views import View
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION
from propcli.kinds.renovation.file import NOTHING, File
from propcli.kinds.renovation.filings import beyond, missing, missing_lines, names_of, workers_of
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.words import DEPOSIT, ENDED, FILING_PAYMENT, TOUCHES, yuan
from propcli.kinds.unit.show import LATEST
from propcli.kinds.unit.words import TIE
from propcli.output.language import _, listing, words
from propcli.output.table import raw
from propcli.records.hidden import personal


def show_filing(filing_id: str, form: str, whole: bool = False) -> int:
    """A filing as it stood at --at. `whole`: everything that happened, not only the latest."""
    here = session()
    filing = here.estate.one(Renovation, filing_id)
    assert filing is not None
    its = File.of(filing)
    if form == "json":
        opened = {name: value for name, value in personal(filing, here.keys).items() if isinstance(value, str)}
        fields = {**filing.plain(), **opened, "deposit": {**its.sums, "held": its.held}}
        show(json.dumps(raw(fields), ensure_ascii=False, indent=2))
        return 0
    office = Office(here.as_of)
    then = showing.stood(filing, office.now)
    its, view = File.of(then), office.view()
    show(words(headline(then)).rstrip())
    showing.lines(_cover(then, its, view))
    if then.detail:
        show("\n".join("  " + line for line in then.detail.split("\n")))
    _part(say("  works:"), _works(its))
    _part(say("  workers:"), _workers(then, its, view))
    _part(say("  violations:"), _violations(its))
    _part(say("  deposit:"), _ledger(its))
    _events(then, view, whole)
    showing.owed(then, office)
    _ahead(then, office)
    return office.finish()


def _part(title: Text, lines: Iterator[Text]) -> None:
    """A part of the sheet, if there is anything in it."""
    found = list(lines)
    if found:
        show("")
        show(title)
    for line in found:
        show(words(Text("    {line}", {"line": line})).rstrip())


def _cover(filing: Renovation, its: File, view: View) -> Iterator[tuple[Text, Any]]:
    """Term, owner, contact, state of the works, payments [N13]."""
    people = view.people
    face = people.face(filing.resident) if filing.resident else None
    name = people.called(filing.resident) if filing.resident else filing.who
    who = f"{name} ({filing.resident})" if filing.resident and isinstance(name, str) else name
    tie = TIE.word(filing.capacity) if filing.capacity else None
    yield say("applicant"), [part for part in (who, tie) if part]
    yield say("contact"), list(face.phones) if face else None
    if filing.contractor is not None:
        known = personal(filing, people.keys)
        parts = (filing.contractor, filing.company_number, known["in_charge"], known["phone"])
        yield say("contractor"), [part for part in parts if part]
    elif filing.source is None:
        yield say("contractor"), say("own work")
    if filing.start is not None:
        term = say("{start} to {until}", start=filing.start, until=filing.until or "–")
        yield say("term"), [term, *([say("extensions: {n}", n=its.extended)] if its.extended else [])]
    sums = {what: yuan(amount) for what, amount in {**its.sums, "held": its.held}.items()}
    for code, amount in its.paid.items():
        money = say("{received} received, {deducted} deducted, {refunded} refunded, {held} held", **sums)
        yield FILING_PAYMENT.word(code), money if code == DEPOSIT else yuan(amount)
    yield say("below"), [say("{unit} (signed)", unit=u) if its.below.get(u) else u for u in filing.below]
    yield say("check passed"), its.passed
    yield say("lived in since"), its.occupied
    yield say("refund from"), its.refund_from()
    yield say("source"), filing.source.said if filing.source is not None else None


def _works(its: File) -> Iterator[Text]:
    for number, works in its.works.items():
        touched = listing(words(TOUCHES.word(code)) for code in works.item.touches)
        tested = say("water test passed") if works.tested else say("water test to come") if works.test else None
        if works.testing is not None:
            tested = say("water stands since {at}", at=works.testing)
        parts = [f"{number} {works.item.text}", touched, words(tested)]
        yield Text("{line}", {"line": " · ".join(part for part in parts if part)})


def _workers(filing: Renovation, its: File, view: View) -> Iterator[Text]:
    known = workers_of(filing, view.people.keys)
    for number, worker in its.workers.items():
        parts = [number, *(words(part) for part in (known[number]["name"], worker.trade, known[number]["phone"]))]
        line = " ".join(part for part in parts if part)
        if worker.card is not None:
            line += "  " + words(say("pass {card} until {until}", card=worker.card, until=worker.until))
        yield Text("{line}", {"line": line})
    lost = [number for number, card in its.cards.items() if card.state == "lost"]
    if lost:
        yield say("lost passes: {cards}", cards=lost)


def _violations(its: File) -> Iterator[Text]:
    for number, v in its.violations.items():
        state = (
            say("put right {at}", at=v.rectified) if v.rectified else say("to be put right by {day}", day=v.rectify_by)
        )
        stop = [say("works stopped")] if v.stop and v.rectified is None else []
        money = [say("charged {amount}", amount=yuan(v.charged))] if v.charged else []
        values = {"n": number, "text": v.text, "state": [*stop, state, *money]}
        yield Text("{n} {text}  {state}", values)


def _ledger(its: File) -> Iterator[Text]:
    """The deposit, entry by entry, with what is held after each (yuan)."""
    names = {"received": say("received"), "deducted": say("deducted"), "refunded": say("refunded")}
    held = NOTHING
    for entry in its.ledger:
        held += entry.amount if entry.what == "received" else -entry.amount
        more = [
            say("violation {n}", n=entry.violation) if entry.violation else None,
            say("receipt {number}", number=entry.receipt) if entry.receipt else None,
            entry.text,
        ]
        values = {
            "at": entry.at,
            "what": names[entry.what],
            "amount": yuan(entry.amount),
            "held": yuan(held),
            "more": [part for part in more if part],
        }
        yield say("{at}  {what} {amount}, held {held}  {more}", **values)


def _events(filing: Renovation, view: View, whole: bool) -> None:
    earlier = 0 if whole else max(0, len(filing.events) - LATEST)
    show("")
    if earlier:
        show(say("  … {n} earlier (--all)", n=earlier))
    for event in filing.events[earlier:]:
        show(showing.event_line(filing, event, view))


def worker_said(filing: Renovation, event: Any, view: View) -> Any:
    """Which worker; the name where the worker is put on file, opened where its key is here."""
    if event.event != "worker_added":
        return Text("{worker} {n}", {"worker": say("worker"), "n": event.worker})
    name = names_of(filing, view.people.keys).get(event.worker)
    return Text("{n} {name}", {"n": event.worker, "name": name})


def check(
    record_id: Id,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 when something is missing."))] = False,
) -> int:
    """What a filing lacks for its next step."""
    here = session()
    then = showing.stood(here.estate.one(RENOVATION.model, here.record_id(RENOVATION, record_id)), here.as_of)
    show(words(headline(then)).rstrip())
    step, lacks = missing(then, here.estate, here.as_of)
    for line in missing_lines(then, step, lacks):
        show(line)
    if then.status in ENDED:
        show(say("  nothing more comes"))
    return 1 if exit_code and lacks else 0


def _ahead(filing: Renovation, office: Office) -> None:
    """What is missing for the next step, and what may come now."""
    besides = beyond(filing, office.estate, office.now)
    step, lacks = missing(filing, office.estate, office.now, besides)
    show("")
    for line in missing_lines(filing, step, lacks):
        show(line)
    showing.ahead(filing, office, {step: besides} if step else None, told=step)
