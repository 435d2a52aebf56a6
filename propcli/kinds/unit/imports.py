"""Units from a table [U1]. A table often has a row per person and home: rows of one home are taken together. What is on
record stays as it is: a row that says the same is known, one that says something else is bad."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from propcli.engine.text import Text, say
from propcli.kinds.catalog import UNIT
from propcli.kinds.unit.model import Meters, Unit, UnitEvent
from propcli.kinds.unit.words import STATE, USE
from propcli.records import importing, repairs
from propcli.records.cells import Cells, Reader
from propcli.records.changing import Here
from propcli.records.checking import IMPORTER
from propcli.records.importing import on_record
from propcli.records.mapping import Mapping, Plan
from propcli.records.places import Register, Widths, place_of, target_of
from propcli.records.recording import Recorder
from propcli.store.sheets import Sheet

REQUIRED = ("state", "use")
VOCABULARIES = {"state": STATE, "use": USE}
DAYS = ("completed", "handed_over")
METERS = {"water_meter": "water", "electricity_meter": "electricity", "gas_meter": "gas"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A unit to be: its fields, its event, and the rows it comes from."""

    rows: tuple[int, ...]
    id: str
    fields: dict[str, Any]
    event: UnitEvent


@dataclass
class _Home:
    """What the rows of one home say together."""

    id: str
    rows: list[tuple[Cells, dict[str, Any]]] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)
    by: dict[str, int] = field(default_factory=dict)  # the row that said it first

    def add(self, cells: Cells, said: dict[str, Any]) -> None:
        """One more row. A cell that is empty says nothing; a row that is bad or says otherwise than one before it
        does not count."""
        for target, value in said.items():
            if value is not None and self.said.get(target, value) != value:
                values = {"field": target, "value": value, "row": self.by[target], "other": self.said[target]}
                cells.complain(target, say("{field} is {value}, but in row {row} {other}", **values))
        self.rows.append((cells, said))
        if not cells.bad:
            for target, value in said.items():
                if value is not None:
                    self.said.setdefault(target, value)
                    self.by.setdefault(target, cells.number)

    @property
    def good(self) -> list[Cells]:
        return [cells for cells, _said in self.rows if not cells.bad]

    def require(self) -> None:
        """Complain in every row where no row of the home says what is needed."""
        for cells, said in self.rows:
            cells.require(REQUIRED, lambda target, said=said: said.get(target) or self.said.get(target))  # type: ignore[misc]

    def refuse(self, target: Any, what: Text, hint: Text | None = None) -> None:
        """Complain in every good row: together they do not stand."""
        for cells in self.good:
            cells.complain(target, what, hint)


class Import(importing.Import[Draft]):
    """Units; rows of one home are taken together."""

    needed = REQUIRED
    targets = UNIT.declared.tables.fields
    subject = say("Import {n} units from {system}", n=0, system="")
    done = say("{n} units were written.", n=0)

    def plan(self, here: Here, mapping: Mapping, sheet: Sheet) -> Plan[Draft]:
        return prepare(sheet, mapping, here.estate.settings.zone, on_record(here, UNIT), here.now)

    def found(self, plan: Plan[Draft]) -> Text | None:
        n, buildings = len(plan.drafts), len({draft.id.split("-")[0] for draft in plan.drafts})
        return say("new: {n} units in {buildings} buildings", n=n, buildings=buildings) if n else None

    def write(self, plan: Plan[Draft], recorder: Recorder, here: Here) -> None:
        for draft in plan.drafts:
            recorder.add(UNIT, draft.id, draft.fields, [draft.event])


def prepare(sheet: Sheet, mapping: Mapping, zone: ZoneInfo, known: Iterable[Unit], now: datetime) -> Plan[Draft]:
    """Every row as part of a unit to be, as known, or as a complaint."""
    plan: Plan[Draft] = Plan(rows=len(sheet.rows))
    reader = Reader(sheet, mapping, zone)
    rows = [Cells(reader, row) for row in sheet.rows]
    on_record = {unit.id: unit for unit in known}
    homes = _homes(rows, Register(frozenset(on_record)))
    for home in homes:
        have = on_record.get(home.id)
        if have is not None:
            _compare(home, have)
            plan.known += len(home.good)
            continue
        home.require()
        if home.good and (draft := _draft(home, now)) is not None:
            plan.drafts.append(draft)
    plan.bad = [bad for cells in rows for bad in cells.bad]
    plan.repairs = [repair for cells in rows for repair in cells.repairs]
    if reader.swapped:
        plan.bad += reader.suspicions(number for draft in plan.drafts for number in draft.rows)
        plan.drafts = []
    plan.bad.sort(key=lambda b: b.row)
    return plan


def _homes(rows: list[Cells], register: Register) -> list[_Home]:
    """The rows by home, in the order of the table."""
    places = [(cells, place_of(cells) if not cells.bad else None) for cells in rows]
    written = [place.id for _cells, place in places if place is not None and not place.numeric]
    widths = Widths((*register.ids, *written))
    homes: dict[str, _Home] = {}
    for cells, place in places:
        if place is None:
            continue
        unit_id = place.settle(cells, register.meant(place.id) or widths.padded(place))
        home = homes.setdefault(repairs.loose(unit_id) if unit_id not in register.ids else unit_id, _Home(unit_id))
        if home.id != unit_id:
            first = home.rows[0][0].number
            what = say("{unit} may be the same home as {other} in row {row}", unit=unit_id, other=home.id, row=first)
            cells.complain(target_of(cells), what, say("write it the same, with every zero"))
            continue
        home.add(cells, _said(cells))
    return list(homes.values())


def _said(cells: Cells) -> dict[str, Any]:
    """What a row says of its home, besides which it is."""
    said: dict[str, Any] = {target: cells.code(target, vocabulary) for target, vocabulary in VOCABULARIES.items()}
    said.update({target: cells.day(target) for target in DAYS})
    said["area"] = cells.typed("area", lambda text: repairs.area(text, cells.value_of("area")), Unit, "area")
    said["layout"] = cells.typed("layout", repairs.narrow, Unit, "layout")
    said["gas"] = cells.typed("gas", lambda text: repairs.plain(text).lower(), Unit, "gas")
    said.update({target: cells.typed(target, repairs.plain, Meters, meter) for target, meter in METERS.items()})
    return said


def _draft(home: _Home, now: datetime) -> Draft | None:
    """The unit that the rows of a home come to."""
    said = home.said
    meters = {meter: said[target] for target, meter in METERS.items() if said.get(target)}
    fields = {name: said[name] for name in ("area", "layout", "completed", "gas") if said.get(name) is not None}
    if meters:
        fields["meters"] = Meters(**meters)
    given = {name: said[name] for name in ("state", "use", "handed_over") if said.get(name)}
    event = UnitEvent.model_validate({"at": now, "by": IMPORTER, "event": "registered", **given})
    trial = Unit.model_construct(**{**fields, "id": home.id})
    for fault in UNIT.life.replay(trial, [event])[1]:
        home.refuse(fault.field, fault.what, fault.hint)
    return Draft(tuple(cells.number for cells in home.good), home.id, fields, event) if home.good else None


def _compare(home: _Home, have: Unit) -> None:
    """Complain about what a home's rows say otherwise than its record. What has changed since it was put on record does
    not make the same rows bad."""
    first = have.events[0]
    for cells, said in home.rows:
        for target, value in said.items():
            there = _on_record(have, target)
            if value is not None and value != there and value != getattr(first, target, None):
                other = say("empty") if there is None else there
                values = {"field": target, "value": value, "id": have.id, "other": other}
                cells.complain(target, say("{field} is {value}, but on the record of {id} {other}", **values))


def _on_record(unit: Unit, target: str) -> Any:
    if target in METERS:
        return getattr(unit.meters, METERS[target]) if unit.meters else None
    if target == "gas":
        return unit.gas is not False
    return unit.status if target == "state" else getattr(unit, target)
