"""Records of a kind from a table, as the kind declares it: a row a record. A row whose id is on record is known."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from propcli.engine.fields import Shape, shapes
from propcli.engine.record import Event
from propcli.engine.text import Text, say
from propcli.kinds.catalog import UNIT, Kind
from propcli.records import importing, repairs
from propcli.records.cells import Cells, Reader
from propcli.records.changing import Here
from propcli.records.checking import IMPORTER, unknown
from propcli.records.hidden import concealed, personal
from propcli.records.mapping import PARTS, Mapping, Plan, place_targets
from propcli.records.places import Register, Widths, place_of, target_of
from propcli.records.plates import written
from propcli.records.recording import Recorder
from propcli.records.sole import Holders, holding, not_compared
from propcli.store.sheets import Sheet

_BETWEEN = re.compile(r"[;；、,，/\s]+")  # what stands between several values in one cell


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be: its fields and what happened to it."""

    row: int
    id: str
    fields: dict[str, Any]
    events: list[Event]


class Import(importing.Import[Draft]):
    """Of a kind that declares what its tables say."""

    subject = say("Import {n} records from {system}", n=0, system="")
    done = say("{n} records were written.", n=0)

    def __init__(self, kind: Kind) -> None:
        self.kind, self.closed = kind, 0
        fields = kind.declared.tables.fields
        self.targets = ("id", *fields, *(PARTS if "unit" in fields else ()))

    def required(self, mapping: Mapping) -> tuple[str, ...]:
        """Of a unit, the whole of it or its parts."""
        wanted = self.kind.declared.tables.required
        places = place_targets(mapping) if "unit" in wanted else ()
        return ("id", *(name for name in wanted if name != "unit"), *places)

    def plan(self, here: Here, mapping: Mapping, sheet: Sheet) -> Plan[Draft]:
        records = importing.on_record(here, self.kind)
        known = frozenset(record.id for record in records)
        holders = holding(self.kind, records, here.today, here.keys)
        self.closed = holders.closed if holders is not None else 0
        units = frozenset(here.estate.ids(UNIT))
        zone = here.estate.settings.zone
        return Table(self.kind, sheet, mapping, zone, units, known, here.now, holders).plan()

    def notes(self, plan: Plan[Draft]) -> Iterable[Text]:
        return [not_compared(self.closed)] if self.closed and plan.drafts else []

    def write(self, plan: Plan[Draft], recorder: Recorder, here: Here) -> None:
        for draft in plan.drafts:
            fields = concealed(self.kind.model, draft.fields, recorder, here.keys)
            recorder.add(self.kind, draft.id, fields, draft.events)


@dataclass
class Table:
    """A table of one kind's records, with what is on record already."""

    kind: Kind
    sheet: Sheet
    mapping: Mapping
    zone: ZoneInfo
    units: frozenset[str]
    known: frozenset[str]
    now: datetime
    holders: Holders | None  # of what only one record has at a time

    def plan(self) -> Plan[Draft]:
        """Every row as a record to be, as known, or as a complaint."""
        plan: Plan[Draft] = Plan(rows=len(self.sheet.rows))
        reader = Reader(self.sheet, self.mapping, self.zone)
        rows = [Cells(reader, row) for row in self.sheet.rows]
        first: dict[str, int] = {}
        for cells in rows:
            values = self._values(cells)
            record_id = values.pop("id", None)
            if record_id is None or cells.bad:
                continue
            if record_id in first:
                cells.complain("id", say("{id} stands in row {row} too", id=record_id, row=first[record_id]))
            elif record_id in self.known:
                plan.known += 1
            elif (draft := self._draft(cells, record_id, values)) is not None:
                plan.drafts.append(draft)
            first.setdefault(record_id, cells.number)
        plan.bad = sorted((bad for cells in rows for bad in cells.bad), key=lambda bad: bad.row)
        plan.repairs = [repair for cells in rows for repair in cells.repairs]
        return plan

    def _values(self, cells: Cells) -> dict[str, Any]:
        """What a row says, each field by its type. An empty cell says nothing."""
        known = {**shapes(self.kind.event), **shapes(self.kind.model)}
        found: dict[str, Any] = {"id": cells.typed("id", repairs.plain, self.kind.model, "id")}
        for name in self.kind.declared.tables.fields:
            found[name] = self._value(cells, known[name])
        cells.require(("id", *self.kind.declared.tables.required), found.get)
        return {name: value for name, value in found.items() if value not in (None, ())}

    def _value(self, cells: Cells, its: Shape) -> Any:
        if its.ref == "unit":
            return self._unit(cells)
        if its.vocabulary is not None:
            return cells.code(its.name, its.vocabulary)
        if its.base is date:
            return cells.day(its.name)
        if its.base is datetime:
            return cells.moment(its.name)
        model = self.kind.model if its.name in self.kind.model.model_fields else self.kind.event
        if not its.many:
            mend = written if its.private == "plates" else repairs.plain
            return cells.typed(its.name, mend, model, its.name)
        text = cells.sound(its.name)
        parts = [written(part) if its.private == "plates" else part for part in _BETWEEN.split(text or "") if part]
        return cells.valid(its.name, model, its.name, list(dict.fromkeys(parts)))

    def _unit(self, cells: Cells) -> str | None:
        names = [name for target in place_targets(self.mapping) for name in self.mapping.columns.get(target, ())]
        if not any(cells.row.cells.get(name) for name in names):
            return None
        place = place_of(cells)
        if place is None:
            return None
        found = place.settle(cells, Register(self.units).meant(place.id) or Widths(self.units).padded(place))
        if self.units and found not in self.units:
            cells.complain(target_of(cells), *unknown(UNIT.title, found, self.units, f"{UNIT.folder}/"))
        return found

    def _draft(self, cells: Cells, record_id: str, values: dict[str, Any]) -> Draft | None:
        """The record that a row comes to, if its life can have been so."""
        events: list[Event] = []
        taken: set[str] = set()
        for name, fields in self.kind.declared.tables.events(values):
            taken |= fields.keys()
            by_alias = {shapes(self.kind.event)[n].alias: value for n, value in fields.items() if value is not None}
            try:
                given = {"at": self.now, "by": IMPORTER, "event": name, **by_alias}
                events.append(self.kind.event.model_validate(given))
            except ValidationError as error:
                cells.misfits(error, self.kind.event, lambda where: str(where[0]) if where else "")
        own = {n: v for n, v in values.items() if n in self.kind.model.model_fields and n not in self.kind.life.folded}
        trial = self.kind.model.model_construct(**{**own, "id": record_id})
        state, faults = self.kind.life.replay(trial, events)
        for fault in faults if not cells.bad else ():
            cells.complain("" if fault.field == "event" else fault.field, fault.what, fault.hint)
        whole = trial.model_copy(update={**self.kind.life.fields(state, trial), "events": tuple(events)})
        if not cells.bad:
            try:
                self.kind.model.model_validate({n: v for n, v in whole if v is not None})
            except ValidationError as error:
                cells.misfits(error, self.kind.model, lambda where: str(where[0]) if where else "")
        if self.holders is not None and not cells.bad:
            sole = self.holders.sole
            for value, holder in self.holders.add(whole):
                cells.complain(sole.field, *sole.taken(holder, value, personal(holder, self.holders.keys)))
        return None if cells.bad else Draft(cells.number, record_id, own, events)
