"""Tickets from another system's table: what is open there goes on here, what was closed stays closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET
from propcli.kinds.ticket.life import LIFE
from propcli.kinds.ticket.model import Ticket, TicketEvent
from propcli.kinds.ticket.words import CHANNEL, KIND, SEVERITY, STATUS, URGENCY
from propcli.output.language import words
from propcli.records import importing, repairs
from propcli.records.cells import Cells, Reader
from propcli.records.changing import Here
from propcli.records.checking import IMPORTER, Surroundings, references
from propcli.records.household import of_resident
from propcli.records.importing import Sourced, by_source, sources
from propcli.records.mapping import Mapping, Plan, place_targets
from propcli.records.places import Register, unit_or_public
from propcli.records.recording import Recorder
from propcli.records.surroundings import surroundings
from propcli.store.sheets import Sheet

TARGETS = TICKET.declared.tables.fields
REQUIRED = ("source_id", "reported", "kind", "category", "urgency", "channel", "summary")
TIMES = ("reported", "due", "closed", "expected", "asked_by", "appointment")
CODES = {"kind": KIND, "urgency": URGENCY, "channel": CHANNEL, "severity": SEVERITY, "status": STATUS}
WORDS = ("category", "place", "summary", "detail", "convenient", "closed_text")
LINE_LENGTH = 200  # of the summary and the place
PAST = ("reported", "closed", "asked_by")  # these have happened


@dataclass(frozen=True)
class Destination:
    """What rows are held against: what the estate knows, its region for phones, its units, the present time."""

    around: Surroundings
    region: str
    register: Register
    now: datetime


class Import(importing.Import[Sourced]):
    """Tickets of another system: what is over there is over here, what is not runs on here."""

    targets, needed = TARGETS, REQUIRED
    subject = say("Import {n} tickets from {system}", n=0, system="")
    done = say("{n} tickets were written.", n=0)

    def plan(self, here: Here, mapping: Mapping, sheet: Sheet) -> Plan[Sourced]:
        settings, around = here.estate.settings, surroundings(here.estate)
        to = Destination(around, settings.region, Register(around.known["unit"] or frozenset()), here.now)
        return prepare(Reader(sheet, mapping, settings.zone), to, sources(here, TICKET))

    def found(self, plan: Plan[Sourced]) -> Text | None:
        if not plan.drafts:
            return None
        closed = sum(len(draft.events) > 1 for draft in plan.drafts)
        return say(
            "new: {open} open, {closed} closed, reported {first} to {last}",
            open=len(plan.drafts) - closed,
            closed=closed,
            first=plan.drafts[0].began,
            last=plan.drafts[-1].began,
        )

    def write(self, plan: Plan[Sourced], recorder: Recorder, here: Here) -> None:
        met: dict[tuple[str | None, ...], str] = {}
        for draft in plan.drafts:
            fields = of_resident(recorder, here.people, draft.fields, met, here.now, IMPORTER)
            recorder.add(TICKET, recorder.new_id(TICKET, draft.day), fields, draft.events)


def prepare(reader: Reader, to: Destination, have: frozenset[tuple[str, str]]) -> Plan[Sourced]:
    """Every row as a ticket to be or a complaint. `have`: what was imported before (system, source id)."""
    rows = (Cells(reader, row) for row in reader.sheet.rows)
    return by_source(reader, ((cells, _draft(cells, to)) for cells in rows), have)


def _draft(cells: Cells, to: Destination) -> Sourced | None:
    """The ticket a row describes. Everything wrong with it is complained about."""
    if cells.bad:
        return None
    said: dict[str, Any] = {target: cells.sound(target) for target in WORDS}
    said["source_id"] = cells.mended("source_id", repairs.number)
    said |= {target: cells.moment(target) for target in TIMES}
    said |= {target: cells.code(target, vocabulary) for target, vocabulary in CODES.items()}
    said["caller_name"] = cells.mended("caller_name", repairs.name, "name")
    phones = cells.phones("caller_phone", to.region)
    if phones and not said["caller_name"] and "phones" in to.around.sealed:
        cells.complain("caller_name", say("a phone without a name: this estate seals phones, of people on record"))
    said["unit"] = unit_or_public(cells, to.register)
    whole = place_targets(cells.reader.mapping) == ("unit",)  # else it is a part of the unit
    said["building"] = cells.mended("building", repairs.building) if whole else None
    cells.require(REQUIRED, said.get)
    _compare(cells, said, to.now)
    if cells.bad:
        return None
    fields = _fields(cells, said, phones)
    try:
        events = _events(said, to.now)
        trial = Ticket.model_validate(
            {**fields, "id": "T-20000101-001", "status": "waiting", "events": events, "severity": said["severity"]}
        )
    except ValidationError as error:
        cells.misfits(error, Ticket, _target)
        return None
    for where, what, hint in references(trial, to.around):
        cells.complain(_target(where), what, hint)
    for fault in LIFE.replay(trial, events)[1]:
        cells.complain("status" if fault.field == "event" else fault.field, fault.what, fault.hint)
    reported: datetime = said["reported"]
    day = reported.astimezone(cells.reader.zone).date()
    return Sourced(cells.number, said["source_id"], reported, day, fields, tuple(events))


def _compare(cells: Cells, said: dict[str, Any], now: datetime) -> None:
    """Complain about what cannot be: times that have not come, or that do not follow one another; a state that the
    times do not bear out."""
    for target in PAST:
        if said[target] and said[target] > now:
            cells.complain(target, say("{at} has not come yet", at=said[target]))
    reported, closed, status = said["reported"], said["closed"], said["status"]
    if reported and closed and closed < reported:
        reason = say("closed ({closed}) before it was reported ({reported})", closed=closed, reported=reported)
        cells.complain("closed", reason)
    if status and status not in ("waiting", "closed", "cancelled"):
        known = ", ".join(("waiting", "closed", "cancelled"))
        cells.complain("status", say("{value} is not one of: {known}", value=repr(status), known=known))
    elif status == "waiting" and closed:
        cells.complain("status", say("status is {status}, but it was closed ({closed})", status=status, closed=closed))


def _fields(cells: Cells, said: dict[str, Any], phones: tuple[str, ...]) -> dict[str, Any]:
    """The fields of the ticket. A summary too long for one line stands whole in its detail; so do phones after the
    first."""
    summary, detail = " ".join(said["summary"].split()), said["detail"]
    if len(summary) > LINE_LENGTH:
        detail = f"{summary}\n{detail}" if detail else summary
        summary = summary[: LINE_LENGTH - 1] + "…"
        cells.repaired("text", "summary", became=summary)
    if phones[1:]:
        more = " ".join(phones[1:])
        detail = f"{detail}\n{more}" if detail else more
    caller = {k: v for k, v in (("name", said["caller_name"]), ("phone", next(iter(phones), None))) if v}
    fields: dict[str, Any] = {
        **{name: said[name] for name in ("kind", "category", "urgency", "channel", "unit", "building", "convenient")},
        **{name: said[name] for name in ("reported", "due", "asked_by")},
        "place": " ".join(said["place"].split()) if said["place"] else None,
        "summary": summary,
        "detail": detail,
        "source": {"system": cells.reader.mapping.system, "id": said["source_id"]},
        "caller": caller or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _events(said: dict[str, Any], now: datetime) -> list[TicketEvent]:
    """That it was imported, and its end over there; one that is over without a time is over now."""
    given = {name: said[name] for name in ("severity", "expected", "appointment") if said[name]}
    events = [TicketEvent(at=said["reported"], by=IMPORTER, event="imported", **given)]
    status = said["status"] or ("closed" if said["closed"] else "waiting")
    end: dict[str, Any] = {"at": said["closed"] or now, "by": IMPORTER}
    if status == "cancelled":
        who = {"who": said["caller_name"]} if said["kind"] == "complaint" else {}
        reason = said["closed_text"] or words(say("called off in the former system"))
        events.append(TicketEvent(**end, event="cancelled", reason=reason, **who))
    elif status == "closed":
        text = {"text": said["closed_text"]} if said["closed_text"] else {}
        events.append(TicketEvent(**end, event="settled", **text))
    return events


def _target(where: tuple[str | int, ...]) -> str:
    """The field of a mapping that a place in a ticket comes from."""
    names = [str(part) for part in where if isinstance(part, str)]
    return {"source.id": "source_id", "caller.name": "caller_name", "caller.phone": "caller_phone"}.get(
        ".".join(names[:2]), "closed_text" if names[:1] in (["text"], ["reason"]) else (names or [""])[0]
    )
