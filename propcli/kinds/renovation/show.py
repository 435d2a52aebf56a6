"""The cover sheet of a renovation filing [N13]: term, owner, contact, state of the works, payments; then what happened,
what is owed, what is missing."""

import json
from typing import TYPE_CHECKING, Any

from propcli.commands.session import session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import listing, words
from propcli.output.table import cell, raw

if TYPE_CHECKING:
    from propcli.commands.reading import Office
    from propcli.kinds.renovation.file import File
    from propcli.kinds.renovation.model import Renovation


def show_filing(filing_id: str, form: str, whole: bool = False) -> int:
    """A filing as it stood at --at. `whole`: everything that happened, not only the latest."""
    from propcli.commands.reading import Office
    from propcli.kinds.renovation.filings import file
    from propcli.kinds.renovation.life import LIFE
    from propcli.kinds.renovation.model import Renovation
    from propcli.records.hidden import personal

    here = session()
    record = here.estate.one(Renovation, filing_id)
    assert record is not None
    if form == "json":
        opened = {name: value for name, value in personal(record, here.keys).items() if isinstance(value, str)}
        fields = {**record.plain(), **opened, "deposit": _sums(file(record))}
        show(json.dumps(raw(fields), ensure_ascii=False, indent=2))
        return 0
    office = Office(here.as_of)
    then = LIFE.as_of(record, office.now)
    if then is None:
        raise Refusal(say("{id} did not exist yet at {at}", id=filing_id, at=office.now))
    its = file(then)
    _cover(then, its)
    _works(its)
    _workers(then, its)
    _violations(its)
    _ledger(its)
    _events(then, office, whole)
    _rest(then, office)
    return office.finish()


def _sums(its: "File") -> dict[str, Any]:
    return {**{what: its.sum_of(what) for what in ("received", "deducted", "refunded")}, "held": its.held}


def _line(label: Text, value: Any) -> None:
    if value not in (None, "", [], ()):
        show(Text("  {label}: {value}", {"label": label, "value": cell(value)}))


def _cover(filing: "Renovation", its: "File") -> None:
    """Term, owner, contact, state of the works, payments [N13]."""
    from propcli.kinds.renovation.model import DEPOSIT, FILING_PAYMENT, STATES, state_at, yuan
    from propcli.kinds.unit.words import TIE
    from propcli.records.hidden import personal

    here = session()
    where = filing.unit if filing.place is None else filing.place
    state = STATES.word(state_at(filing, here.today))
    values = {"id": filing.id, "state": state, "where": where, "works": filing.works}
    show(Text("{id}  {state}  {where}  {works}", values))
    face = here.people.face(filing.resident) if filing.resident else None
    name = here.people.called(filing.resident) if filing.resident else filing.who
    who = f"{name} ({filing.resident})" if filing.resident and isinstance(name, str) else name
    tie = TIE.word(filing.capacity) if filing.capacity else None
    _line(say("applicant"), [part for part in (who, tie) if part])
    _line(say("contact"), list(face.phones) if face else None)
    if filing.contractor is not None:
        known = personal(filing, here.keys)
        parts = (filing.contractor, filing.company_number, known["in_charge"], known["phone"])
        _line(say("contractor"), [part for part in parts if part])
    elif filing.source is None:
        _line(say("contractor"), say("own work"))
    if filing.start is not None:
        term = say("{start} to {until}", start=filing.start, until=filing.until or "–")
        _line(say("term"), [term, *([say("extensions: {n}", n=its.extended)] if its.extended else [])])
    sums = {what: yuan(amount) for what, amount in _sums(its).items()}
    for code, amount in its.paid.items():
        money = say("{received} received, {deducted} deducted, {refunded} refunded, {held} held", **sums)
        _line(FILING_PAYMENT.word(code), money if code == DEPOSIT else yuan(amount))
    signed = [say("{unit} (signed)", unit=u) if its.below.get(u) else u for u in filing.below]
    _line(say("below"), signed)
    _line(say("check passed"), its.passed)
    _line(say("lived in since"), its.occupied)
    _line(say("refund from"), its.refund_from())
    if filing.source is not None:
        _line(say("source"), f"{filing.source.system} {filing.source.id}")
    if filing.detail:
        show("\n".join("  " + line for line in filing.detail.split("\n")))


def _works(its: "File") -> None:
    from propcli.kinds.renovation.model import TOUCHES

    if its.works:
        show("")
        show(say("  works:"))
    for number, works in its.works.items():
        touched = listing(words(TOUCHES.word(code)) for code in works.item.touches)
        tested = say("water test passed") if works.tested else say("water test to come") if works.test else None
        if works.testing is not None:
            tested = say("water stands since {at}", at=works.testing)
        parts = [f"{number} {works.item.text}", touched, words(tested) if tested else ""]
        show("    " + " · ".join(part for part in parts if part))


def _workers(filing: "Renovation", its: "File") -> None:
    from propcli.kinds.renovation.filings import workers_of

    known = workers_of(filing, session().keys)
    if its.workers:
        show("")
        show(say("  workers:"))
    for number, worker in its.workers.items():
        face = known[number]
        parts = [
            number,
            *(words(p) if isinstance(p, Text) else p or "" for p in (face["name"], worker.trade, face["phone"])),
        ]
        line = " ".join(part for part in parts if part)
        if worker.card is not None:
            line += "  " + words(say("pass {card} until {until}", card=worker.card, until=worker.until))
        show("    " + line)
    lost = [number for number, card in its.cards.items() if card.state == "lost"]
    if lost:
        show(Text("    {what}", {"what": say("lost passes: {cards}", cards=lost)}))


def _violations(its: "File") -> None:
    from propcli.kinds.renovation.model import yuan

    if its.violations:
        show("")
        show(say("  violations:"))
    for number, v in its.violations.items():
        state = (
            say("put right {at}", at=v.rectified) if v.rectified else say("to be put right by {day}", day=v.rectify_by)
        )
        stop = [say("works stopped")] if v.stop and v.rectified is None else []
        money = [say("charged {amount}", amount=yuan(v.charged))] if v.charged else []
        values = {"n": number, "text": v.text, "state": [*stop, state, *money]}
        show(Text("    {n} {text}  {state}", values))


def _ledger(its: "File") -> None:
    """The deposit, entry by entry, with what is held after each (yuan)."""
    from decimal import Decimal

    from propcli.kinds.renovation.model import yuan

    if not its.ledger:
        return
    names = {"received": say("received"), "deducted": say("deducted"), "refunded": say("refunded")}
    show("")
    show(say("  deposit:"))
    held = Decimal("0.00")
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
        show(words(say("    {at}  {what} {amount}, held {held}  {more}", **values)).rstrip())


def _events(filing: "Renovation", office: "Office", whole: bool) -> None:
    from propcli.commands.telling import event_line
    from propcli.kinds.renovation.filings import names_of
    from propcli.kinds.renovation.model import FILING_EVENT
    from propcli.kinds.unit.show import LATEST

    names = names_of(filing, session().keys)
    earlier = 0 if whole else max(0, len(filing.events) - LATEST)
    show("")
    if earlier:
        show(say("  … {n} earlier (--all)", n=earlier))
    for event in filing.events[earlier:]:
        show(event_line(event, FILING_EVENT.word(event.event), office.names, _said(event, names, office)))


def _rest(filing: "Renovation", office: "Office") -> None:
    """What is owed, what is missing, what may come next."""
    from propcli.commands.showing import owed_lines
    from propcli.desk.duty import Duties
    from propcli.kinds.renovation.life import LIFE
    from propcli.kinds.renovation.steps import COMMAND_OF, show_missing

    duties = Duties(office.settings, office.policy, office.calendar, office.now).add([filing])
    lines = owed_lines(duties, office.names)
    if lines:
        show("")
    for line in lines:
        show(line)
    show("")
    show_missing(filing)
    state, _faults = LIFE.replay(filing, filing.events)
    turns = LIFE.ahead(state, office.now)
    steps = [COMMAND_OF[event] for event, lacks in turns.items() if not lacks and event in COMMAND_OF]
    show(say("  possible now: {steps}", steps=", ".join(steps)))


def _said(event: Any, workers: dict[str, Any], office: "Office") -> list[str]:
    """The fields of an event, as words. What the filing has to meet (`terms`) is told as what is missing."""
    from propcli.kinds.renovation.model import CERTIFICATE, COPY, FILING_PAPER, FILING_PAYMENT, SHOWN, TOUCHES, yuan
    from propcli.kinds.ticket.model import CHANNEL

    people = session().people
    lists = {"touches": TOUCHES, "papers": FILING_PAPER, "shown": SHOWN}
    copies = COPY if event.event == "signed" else CERTIFICATE
    said: list[str] = []
    for name in type(event).model_fields:
        value = getattr(event, name)
        if name in ("at", "by", "event", "terms", "needs", "test", "sealed", "phone") or value in (None, ()):
            continue
        if name == "ok" and value and event.event == "papers_checked":
            continue  # checked and nothing else: in order
        if name in lists:
            said.append(listing(words(lists[name].word(code)) for code in value))
        elif name == "copies":
            said.append(listing(words(copies.word(code)) for code in value))
        elif name == "amount":
            said.append(words(say("{amount} yuan", amount=yuan(value))))
        elif name == "payment":
            said.append(words(FILING_PAYMENT.word(value)))
        elif name == "how":
            said.append(words(CHANNEL.word(value)))
        elif name == "teams":
            said.append(cell([office.names.team(team) for team in value]))
        elif name == "who":
            said.append(words(people.who(value)))
        elif name == "name" or (name == "worker" and event.event == "worker_added"):
            continue
        elif name in FLAGS:
            text = FLAGS[name][0 if value else 1]
            said += [words(text)] if text else []
        else:
            label = LABELS.get(name)
            said.append(f"{words(label)} {cell(value)}" if label else cell(value))
    if event.event == "worker_added":
        who = workers.get(event.worker)
        said.insert(0, " ".join((event.worker, words(who) if isinstance(who, Text) else who or "")))
    return said


FLAGS: dict[str, tuple[Text | None, Text | None]] = {
    "ok": (say("in order"), say("not in order")),
    "tight": (say("tight"), say("leaking")),
    "passed": (say("passed"), say("not passed")),
    "stop": (say("works stopped"), None),
}
LABELS = {
    "item": say("item"),
    "worker": say("worker"),
    "card": say("worker pass"),
    "violation": say("violation"),
    "start": say("first day"),
    "until": say("last day"),
    "rectify_by": say("to be put right by"),
    "started": say("water stood since"),
    "on": say("lived in since"),
    "refund_from": say("refund from"),
    "receipt": say("receipt"),
    "rule": say("rule"),
}
