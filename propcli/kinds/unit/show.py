"""The whole file of a home on one screen: people, state, open tickets, keys, papers, what is owed [U1]."""

import json
from itertools import groupby
from typing import Any

from propcli.commands import options
from propcli.commands.reading import Office
from propcli.commands.session import session, show
from propcli.commands.showing import ahead, event_line, lines, owed, owed_lines
from propcli.commands.standing import headline
from propcli.desk.views import View
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import KINDS, RENOVATION, TICKET
from propcli.kinds.ticket.words import OPEN, PART
from propcli.kinds.unit.homes import under_way
from propcli.kinds.unit.life import LIFE
from propcli.kinds.unit.model import Tie, Unit
from propcli.kinds.unit.warranty import cover
from propcli.kinds.unit.words import ITEM, METER, PAPER, STATE, TIE, USE
from propcli.output.language import CLAUSES, listing, words
from propcli.output.table import raw

LATEST = 12  # lines of history that fit on the screen with the rest


def show_unit(unit_id: str, form: str, reveal: bool = False, whole: bool = False) -> int:
    """A unit as it stood at --at. People are those who had their ties on that day, also where they were written down
    only later."""
    here = session()
    record = here.estate.one(Unit, unit_id)
    if record is None:
        raise Refusal(say("there is no unit {id}", id=unit_id))
    options.revealed(reveal, f"unit show {unit_id}")
    if form == "json":
        show(json.dumps(raw(record.plain()), ensure_ascii=False, indent=2))
        return 0
    office = Office(here.as_of)
    then = LIFE.as_of(record, office.now)
    _head(record, then, office)
    _people(record)
    if then is not None:
        _holdings(then)
        _warranty(then)
        _under_way(then)
        _tickets(then, office)
        _filings(then, office)
        _others(then, office)
        owed(then, office)
        _events(then, office, whole)
        show("")
        ahead(then, office)
    return office.finish()


def _head(record: Unit, then: Unit | None, office: Office) -> None:
    if then is None:
        begun = record.events[0].at
        show(say("{id}  not on record yet at {at}: its file begins {begun}", id=record.id, at=office.now, begun=begun))
    parts = [
        words(USE.word((then or record).use)),
        f"{record.area:.2f} m²" if record.area is not None else "",
        record.layout or "",
        words(say("floor {n}", n=record.floor)) if record.floor is not None else "",
    ]
    if then is not None:
        what = " · ".join(p for p in parts if p)
        show(Text("{id}  {state}  {what}", {"id": then.id, "state": STATE.word(then.status), "what": what}))
    meters = record.meters.plain().items() if record.meters else ()
    lines(
        (
            (say("completed"), record.completed),
            (say("handed over"), then.handed_over if then else None),
            (say("meters"), [f"{words(METER.word(name))} {number}" for name, number in meters]),
        )
    )
    if record.gas is False:
        show(say("  no gas"))


def _people(record: Unit) -> None:
    ties = record.ties_on(session().today)
    show("")
    if not ties:
        show(say("  nobody has a tie to it"))
    for tie in ties:
        show(_tie(tie))


def _tie(tie: Tie) -> Text:
    """owner 1/2  王丽 (R-00001) 13800138000, since 2025-06-01"""
    people = session().people
    face = people.face(tie.resident)
    what = words(TIE.word(tie.tie)) + (f" {tie.share}" if tie.share else "")
    if tie.of:
        what = words(say("{tie} of {who}", tie=TIE.word(tie.tie), who=people.called(tie.of)))
    who = words(people.called(tie.resident)) + ("" if face and face.name is None else f" ({tie.resident})")
    values = {
        "what": what,
        "who": who,
        "phone": " ".join(face.phones) if face else "",
        "since": tie.first,
        "until": tie.until,
    }
    if tie.until is not None:
        return say("  {what}  {who} {phone}  {since} to {until}", **values)
    if tie.first is not None:
        return say("  {what}  {who} {phone}  since {since}", **values)
    return Text("  {what}  {who} {phone}", values)


def _holdings(unit: Unit) -> None:
    """Lease, custody, keys, papers."""
    people = session().people
    c = unit.custody
    custody = c and say(
        "agreement {number}, {day} to {until}; meters at first: {water} m³, {electricity} kWh; fee {fee}%",
        number=c.agreement,
        day=c.first,
        until=c.until or "–",
        water=c.water,
        electricity=c.electricity,
        fee=c.fee if c.fee is not None else "–",
    )
    lines(((say("lease until"), unit.lease_until), (say("custody"), custody)))
    for key in unit.keys:
        values = {
            "key": key.key,
            "place": key.place,
            "who": people.who(key.holder) if key.holder else "",
            "back": key.back,
        }
        show(
            say("  key {key}: lent to {who} until {back}", **values)
            if key.holder
            else say("  key {key}: {place}", **values)
        )
    papers = (
        (say("papers received"), unit.received),
        (say("signed"), unit.signed),
        (say("handed to the owner"), unit.issued),
    )
    lines((label, [PAPER.word(c) for c in codes]) for label, codes in papers)


def _warranty(unit: Unit) -> None:
    """Until when each part is under warranty [P6]."""
    here = session()
    found = [(part, c.until) for part in PART if (c := cover(unit, part, here.estate.policy)) is not None]
    running: dict[Any, list[str]] = {}
    for part, until in found:
        if until >= here.today:
            running.setdefault(until, []).append(words(PART.word(part)))
    groups = (f"{listing(parts)} → {until}" for until, parts in sorted(running.items()))
    lines([(say("under warranty"), words(CLAUSES).join(groups))])


def _under_way(unit: Unit) -> None:
    if under_way(unit) is not None:
        show("")
        show(say("  move-in under way:"))
        missing(unit)


def missing(unit: Unit) -> None:
    """What a move-in under way still lacks, one line a rule."""
    state, _faults = LIFE.replay(unit, unit.events)
    if state.folded.get("move_in") is None:
        return
    lacking: dict[str, list[str]] = {}
    for lack in LIFE.missing(state, "moved_in", session().now):
        pattern = f"[{lack.rule}] " + words(Text(lack.what.pattern, {"what": "{what}"}))
        lacking.setdefault(pattern, []).append(words(lack.what.values["what"]))
    for pattern, parts in lacking.items():
        show("  " + pattern.format(what=listing(parts)))
    if not lacking:
        show(say("  nothing is missing: complete it with --complete"))


def _tickets(unit: Unit, office: Office) -> None:
    its = [t for t in office.tickets() if t.unit == unit.id]
    still = [t for t in its if t.status in OPEN]
    show("")
    show(say("  tickets: {open} open, {closed} closed", open=len(still), closed=len(its) - len(still)))
    for ticket in sorted(still, key=lambda t: t.id):
        show("  " + words(headline(ticket)))


def _filings(unit: Unit, office: Office) -> None:
    """The renovation filings of the home, the latest first [N13]."""
    from propcli.kinds.renovation.neighbours import of_units

    found, problems = of_units(office.estate, [unit.id])
    office.problems += problems
    filings = [RENOVATION.life.as_of(filing, office.now) for filing in found]
    known = [filing for filing in filings if filing is not None]
    if known:
        show("")
        show(say("  renovations:"))
    for filing in known:
        term = say("{start} to {until}", start=filing.start, until=filing.until or "–") if filing.start else ""
        show(Text("  {line}  {term}", {"line": headline(filing), "term": term}))


def _others(unit: Unit, office: Office) -> None:
    """Whatever else goes with the home and is not over, of any kind that names one: with what is owed on it."""
    kinds = (kind for kind in KINDS.values() if kind not in (TICKET, RENOVATION) and kind.declared.open_states)
    found = [
        record
        for kind in kinds
        if "unit" in kind.model.model_fields
        for record in office.records(kind)
        if record.unit == unit.id and office.view().state(record).code in kind.declared.open_states
    ]
    if found:
        show("")
    for record in found:
        show(Text("  {line}", {"line": words(headline(record)).rstrip()}))
        for line in owed_lines(office.owed_on([record]), office.names):
            show(Text("  {line}", {"line": line}))


def _events(unit: Unit, office: Office, whole: bool) -> None:
    """What happened, the latest last; items inspected together and in order stand in one line."""
    view = office.view()
    found = []
    numbered = enumerate(unit.events)
    for (*_same, number), pairs in groupby(numbered, key=lambda e: (e[1].at, e[1].by, e[1].event, _alone(*e))):
        group = [event for _number, event in pairs]
        items = [listing(words(ITEM.word(e.item or "")) for e in group), words(say("in order"))]
        found.append(event_line(unit, group[0], view, items if number is None else None))
    earlier = 0 if whole else max(0, len(found) - LATEST)
    show("")
    if earlier:
        show(say("  … {n} earlier (--all)", n=earlier))
    for line in found[earlier:]:
        show(line)


def _alone(number: int, event: Any) -> int | None:
    """What tells an event from its neighbours; nothing where it is an item inspected and in order."""
    return None if event.event == "inspected" and event.ok and event.text is None else number


def begun(_unit: Unit, event: Any, view: View) -> str:
    """Ties that begin: owner 王丽 1/2; co-owner 周舟 1/2."""
    people = view.people
    ties = (f"{words(TIE.word(t.tie))} {words(people.called(t.resident))} {t.share or ''}" for t in event.ties)
    return words(CLAUSES).join(tie.rstrip() for tie in ties)


def ended(_unit: Unit, event: Any, view: View) -> str:
    """Whose ties end."""
    return words(CLAUSES).join(words(view.people.called(who)) for who in event.ends)
