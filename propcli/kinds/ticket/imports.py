"""Tickets from another system's table: what is open there goes on here, what was closed stays closed."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET
from propcli.kinds.ticket.model import Ticket, TicketEvent
from propcli.kinds.ticket.words import CHANNEL, KIND, SEVERITY, URGENCY
from propcli.records import importing
from propcli.records.cells import Cells, Reader
from propcli.records.changing import Here
from propcli.records.checking import IMPORTER, Surroundings, references
from propcli.records.household import of_resident
from propcli.records.importing import Sourced, by_source, sources
from propcli.records.mapping import Mapping, Plan
from propcli.records.recording import Recorder
from propcli.records.surroundings import surroundings
from propcli.store.sheets import Sheet

TARGETS = TICKET.declared.tables.fields
REQUIRED = ("source_id", "reported", "kind", "category", "urgency", "channel", "unit", "summary")
TIMES = ("reported", "due", "closed", "expected", "asked_by", "appointment")
VOCABULARIES = {"kind": KIND, "urgency": URGENCY, "channel": CHANNEL, "severity": SEVERITY}
SUMMARY_LENGTH = 200


class Import(importing.Import[Sourced]):
    """Tickets of another system: what is closed there is closed here, what is not runs on here."""

    targets = TARGETS
    careful = False
    subject = say("Import {n} tickets from {system}", n=0, system="")
    done = say("{n} tickets were written.", n=0)

    def required(self, mapping: Mapping) -> tuple[str, ...]:
        return REQUIRED

    def plan(self, here: Here, mapping: Mapping, sheet: Sheet) -> Plan[Sourced]:
        return prepare(sheet, mapping, here.estate.settings.zone, surroundings(here.estate), sources(here, TICKET))

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


def prepare(
    sheet: Sheet, mapping: Mapping, zone: ZoneInfo, around: Surroundings, have: frozenset[tuple[str, str]]
) -> Plan[Sourced]:
    """Every row as a ticket to be or a complaint. `have`: what was imported before (system, source id)."""
    reader = Reader(sheet, mapping, zone)
    rows = (Cells(reader, row) for row in sheet.rows)
    return by_source(reader, ((cells, _draft(cells, around)) for cells in rows), have)


def _draft(cells: Cells, around: Surroundings) -> Sourced | None:
    """The ticket a row describes. Everything wrong with it is complained about."""
    if cells.bad:
        return None
    times = {target: cells.moment(target) for target in TARGETS if target in TIMES}
    texts = {target: cells.text(target) for target in TARGETS if target not in TIMES}
    cells.require(REQUIRED, lambda target: times.get(target) or texts.get(target))
    reported, closed = times["reported"], times["closed"]
    if reported and closed and closed < reported:
        reason = say("closed ({closed}) before it was reported ({reported})", closed=closed, reported=reported)
        cells.complain("closed", reason)
    for target, vocabulary in VOCABULARIES.items():
        code = texts[target]
        if code and code not in vocabulary:
            known = ", ".join(vocabulary)
            cells.complain(target, say("{value} is not one of: {known}", value=repr(code), known=known))
    if cells.bad or reported is None:
        return None
    fields = _fields(cells, texts, times)
    try:
        events = _events(reported, texts, times)
        trial = Ticket.model_validate(
            {**fields, "id": "T-20000101-001", "status": "waiting", "events": events, "severity": texts["severity"]}
        )
    except ValidationError as error:
        cells.misfits(error, Ticket, _target)
        return None
    for where, what, hint in references(trial, around):
        cells.complain(str(where[0]), what, hint)
    day = reported.astimezone(cells.reader.zone).date()
    return Sourced(cells.number, texts["source_id"] or "", reported, day, fields, tuple(events))


def _fields(cells: Cells, texts: dict[str, str | None], times: dict[str, datetime | None]) -> dict[str, Any]:
    summary = " ".join((texts["summary"] or "").split())
    detail = texts["detail"]
    if len(summary) > SUMMARY_LENGTH:
        detail = f"{summary}\n{detail}" if detail else summary
        summary = summary[: SUMMARY_LENGTH - 1] + "…"
    caller = {k: v for k, v in (("name", texts["caller_name"]), ("phone", texts["caller_phone"])) if v}
    fields: dict[str, Any] = {
        **{name: texts[name] for name in ("kind", "category", "urgency", "channel", "unit", "building", "convenient")},
        "place": " ".join(texts["place"].split())[:SUMMARY_LENGTH] if texts["place"] else None,
        "summary": summary,
        "detail": detail,
        "reported": times["reported"],
        "due": times["due"],
        "asked_by": times["asked_by"],
        "source": {"system": cells.reader.mapping.system, "id": texts["source_id"]},
        "caller": caller if texts["caller_name"] else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _events(reported: datetime, texts: dict[str, str | None], times: dict[str, datetime | None]) -> list[TicketEvent]:
    row: dict[Any, Any] = {**texts, **times}
    given = {name: row[name] for name in ("severity", "expected", "appointment") if row[name]}
    events = [TicketEvent(at=reported, by=IMPORTER, event="imported", **given)]
    closed = times["closed"]
    if closed:
        said = {"text": texts["closed_text"]} if texts["closed_text"] else {}
        events.append(TicketEvent(at=closed, by=IMPORTER, event="settled", **said))
    return events


def _target(where: tuple[str | int, ...]) -> str:
    """The field of a mapping that a place in a ticket comes from."""
    names = [str(part) for part in where if isinstance(part, str)]
    return {"source.id": "source_id", "caller.name": "caller_name", "caller.phone": "caller_phone"}.get(
        ".".join(names[:2]), "closed_text" if names[:1] == ["text"] else (names or [""])[0]
    )
