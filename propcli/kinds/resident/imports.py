"""Residents and their ties to units from a table [U1, U2]. A row is a person and a home: who is in several rows is one
resident, rows of one home are one event on its record. What the record of somebody lacks is added; what it says
otherwise makes the row bad, and nothing is overwritten."""

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RESIDENT, UNIT
from propcli.kinds.resident.model import SEALABLE, Resident
from propcli.kinds.resident.recognising import Answers, Described, Question, Recognition, Somebody
from propcli.kinds.resident.words import IDENTITY, PERSON
from propcli.kinds.settings import Settings
from propcli.kinds.unit.model import Tie, Unit, UnitEvent, fraction
from propcli.kinds.unit.words import OWNERS, TIE
from propcli.output.privacy import mask_number
from propcli.records import importing, people, plates, repairs
from propcli.records.cells import Cells, Reader
from propcli.records.changing import Here
from propcli.records.checking import IMPORTER
from propcli.records.importing import on_record
from propcli.records.mapping import Mapping, Plan
from propcli.records.people import Face
from propcli.records.places import Register, place_of, target_of
from propcli.records.recording import Recorder
from propcli.records.residents import change, register
from propcli.store.sheets import EXACT, Sheet

REQUIRED = ("name", "tie")
SCALARS = ("identity", "born", "bank", "type", "language")  # a person has one
LISTS = ("phones", "plates")
TARGET_OF = {"phones": "phone", "plates": "plate"}
PERSONAL = ("name", "phone", "identity", "born", "plate", "bank")  # a row without these names nobody
FIRST_BIRTH = 1901
ADDED = re.compile(r"R-9[0-9]{5}")  # stands for somebody new until the number is given


@dataclass
class Person:
    """A resident to be, or what is added to one on record (`id`)."""

    values: dict[str, Any]
    id: str | None = None


@dataclass
class Draft:
    """What the rows come to: people by a key of their own, and the ties of each unit in those keys."""

    people: dict[str, Person] = field(default_factory=dict)
    ties: dict[str, list[Tie]] = field(default_factory=dict)

    @property
    def new(self) -> list[Person]:
        return [p for p in self.people.values() if p.id is None]

    @property
    def completed(self) -> list[Person]:
        return [p for p in self.people.values() if p.id is not None]


@dataclass
class ResidentPlan(Plan[Draft]):
    """A plan, what is to be asked before it is complete, and the answers that were not needed. `nobody`: rows of homes
    without a person."""

    nobody: int = 0
    questions: list[Question] = field(default_factory=list)
    unneeded: list[int] = field(default_factory=list)


@dataclass
class _Entry:
    """A row that could be read."""

    cells: Cells
    unit: str
    values: dict[str, Any]
    tie: dict[str, Any]

    @property
    def row(self) -> int:
        return self.cells.number

    @property
    def group(self) -> str:
        """Owners and co-owners are one kind here: which of them leads is not always known to a table."""
        return "owner" if self.tie["tie"] in OWNERS else str(self.tie["tie"])

    @property
    def described(self) -> Described:
        number = self.values.get("identity")
        identity = (number["kind"], number["number"]) if number else None
        return Described(self.row, self.values["name"], self.values["phones"], identity, (self.unit, self.group))


class Import(importing.Import[Draft]):
    """Residents and their ties to units. `answers`: what is said beforehand of rows; `ask`: answers a question that is
    left (None: nobody can be asked)."""

    needed = REQUIRED
    targets = RESIDENT.declared.tables.fields
    subject = say("Import {n} residents from {system}", n=0, system="")
    done = say("{n} residents and {ties} ties were written.", n=0, ties=0)

    def __init__(self, answers: Answers, ask: Callable[[Question, Answers], Answers] | None) -> None:
        self.answers, self.ask = answers, ask

    def plan(self, here: Here, mapping: Mapping, sheet: Sheet) -> ResidentPlan:
        homes = on_record(here, UNIT)
        if not homes:
            raise Refusal(say("there are no units on record to tie people to"), hint=say("propcli import units first"))
        faces = [here.people.add(resident) for resident in on_record(here, RESIDENT)]
        table = Table(sheet, mapping, here.estate.settings, homes, faces, here.now)
        answers = self.answers
        answers.check(row.number for row in sheet.rows)
        plan = table.plan(answers)
        while plan.questions and self.ask is not None:
            answers = self.ask(plan.questions[0], answers)
            plan = table.plan(answers)
        return plan

    def found(self, plan: Plan[Draft]) -> Text | None:
        return (
            None
            if not plan.drafts
            else say(
                "new: {people} residents, {ties} ties to {units} units; added to: {completed} residents",
                people=self.counts(plan)["n"],
                ties=self.counts(plan)["ties"],
                units=sum(len(draft.ties) for draft in plan.drafts),
                completed=sum(len(draft.completed) for draft in plan.drafts),
            )
        )

    def notes(self, plan: Plan[Draft]) -> Iterator[Text]:
        assert isinstance(plan, ResidentPlan)
        if plan.nobody:
            yield say("note: {n} rows name nobody; they were passed over", n=plan.nobody)
        for row in plan.unneeded:
            yield say("note: who row {row} is was certain without being told", row=row)

    def counts(self, plan: Plan[Draft]) -> dict[str, int]:
        ties = sum(len(ties) for draft in plan.drafts for ties in draft.ties.values())
        return {"n": sum(len(draft.new) for draft in plan.drafts), "ties": ties}

    def write(self, plan: Plan[Draft], recorder: Recorder, here: Here) -> None:
        """The people, and then their ties."""
        for draft in plan.drafts:
            ids: dict[str, str] = {}
            for key, person in draft.people.items():
                if person.id is None:
                    ids[key] = register(recorder, here.people, person.values, here.now, IMPORTER).id
                else:
                    change(recorder, here.people, person.id, person.values, here.now, IMPORTER)
            for unit_id, ties in draft.ties.items():
                named = (t.model_copy(update={"resident": ids.get(t.resident, t.resident)}) for t in ties)
                recorder.step(UNIT, unit_id, [recorded_as(named, here.now)])


class Table:
    """A table of people, read once; planned as often as questions are answered."""

    def __init__(
        self,
        sheet: Sheet,
        mapping: Mapping,
        settings: Settings,
        units: Iterable[Unit],
        faces: Iterable[Face],
        now: datetime,
    ) -> None:
        self.now = now
        self.today = now.astimezone(settings.zone).date()
        self.region = settings.region
        self.units = {unit.id: unit for unit in units}
        self.faces = {face.id: face for face in faces}
        unseen = [face for face in self.faces.values() if face.status == "active" and face.name is None]
        if unseen:
            raise Refusal(
                say("{n} residents are sealed and their keys are not here: who is who cannot be told", n=len(unseen)),
                hint=say("restore the keys first: propcli keys restore"),
                code=3,
            )
        self.reader = Reader(sheet, mapping, settings.zone)
        self.register = Register(frozenset(self.units))
        rows = [Cells(self.reader, row) for row in sheet.rows]
        self.rows = [cells for cells in rows if cells.bad or not cells.blank(PERSONAL)]
        self.nobody = len(rows) - len(self.rows)
        read = ((cells, self._entry(cells)) for cells in self.rows if not cells.bad)
        self.entries = [entry for cells, entry in read if entry is not None and not cells.bad]
        self.unreadable = {cells.number: list(cells.bad) for cells in self.rows}

    def plan(self, answers: Answers) -> ResidentPlan:
        """What an import would do, given what the user says of rows."""
        for cells in self.rows:
            cells.bad = list(self.unreadable[cells.number])
        plan = ResidentPlan(rows=len(self.rows), nobody=self.nobody)
        recognition = Recognition(self.faces.values(), self._homes(), answers)
        recognition.recognise(entry.described for entry in self.entries)
        plan.questions = recognition.questions
        plan.unneeded = sorted(recognition.unneeded)
        by_row = {entry.row: entry for entry in self.entries}
        for question in plan.questions:
            by_row[question.row].cells.complain("name", question.text, question.hint)
        self._check_answers(recognition, by_row)
        draft = Draft()
        plan.known = _Joining(self, recognition.found, draft).join()
        plan.drafts = [draft] if draft.people or draft.ties else []
        plan.bad = [bad for cells in self.rows for bad in cells.bad]
        plan.repairs = [repair for cells in self.rows for repair in cells.repairs]
        if self.reader.swapped:
            good = {cells.number for cells in self.rows if not cells.bad}
            plan.bad += self.reader.suspicions(good)
            plan.drafts, plan.known = [], 0
        plan.bad.sort(key=lambda b: b.row)
        return plan

    def _homes(self) -> dict[str, frozenset[tuple[str, str]]]:
        """The unit and tie of everybody on record."""
        found: dict[str, set[tuple[str, str]]] = {}
        for unit in self.units.values():
            for tie in unit.people:
                found.setdefault(tie.resident, set()).add((unit.id, "owner" if tie.tie in OWNERS else tie.tie))
        return {who: frozenset(homes) for who, homes in found.items()}

    def _check_answers(self, recognition: Recognition, by_row: Map[int, _Entry]) -> None:
        """An answer that contradicts what is certain is told, not followed."""
        for row, who in recognition.contradicted.items():
            if row in by_row:
                said = recognition.answers.same[row]
                what = say("--same {row}={said}: it is certainly {who}", row=row, said=said, who=who)
                if not who:
                    what = say("--same {row}={said}: there is no such person before this row", row=row, said=said)
                by_row[row].cells.complain("name", what)

    # --- reading

    def _entry(self, cells: Cells) -> _Entry | None:
        """A row, if all of it can be read; everything wrong with it is complained about."""
        values = self._person(cells)
        tie = self._tie(cells)
        place = place_of(cells)
        have = {"name": values.get("name"), "tie": tie.get("tie")}
        cells.require(REQUIRED, have.get)
        unit_id = None
        if place is not None:
            unit_id = self.register.meant(place.id)
            if unit_id is None:
                what = say("unit {unit} is not on record", unit=place.id)
                cells.complain(target_of(cells), what, say("import the units first"))
            else:
                place.settle(cells, unit_id)
        return None if cells.bad or unit_id is None else _Entry(cells, unit_id, values, tie)

    def _person(self, cells: Cells) -> dict[str, Any]:
        kind = cells.code("identity_kind", IDENTITY)
        said = cells.code("type", PERSON)
        company = said == "company" or (said is None and kind == "company_number")
        values: dict[str, Any] = {
            "name": cells.typed("name", repairs.narrow if company else repairs.name, Resident, "name", "name"),
            "phones": cells.phones("phone", self.region),
            "plates": self._plates(cells),
            "identity": self._identity(cells, kind or ("company_number" if company else "id_card")),
            "bank": self._bank(cells),
            "born": cells.day("born", FIRST_BIRTH),
            "language": cells.typed("language", lambda text: repairs.plain(text).lower()[:2], Resident, "language"),
            "type": said or ("company" if company else None),
        }
        on_card = people.born_by(values["identity"])
        if on_card is not None and values["born"] not in (None, on_card):
            cells.complain("born", say("the identity number says another day of birth"))
        values["born"] = values["born"] or on_card
        if values["born"] is not None and values["born"] > self.today:
            cells.complain("born", say("{day} has not come yet", day=values["born"]))
        return values

    def _plates(self, cells: Cells) -> tuple[str, ...]:
        def mended(text: str) -> str:
            return "/".join(map(plates.written, re.split("[/;、,]", repairs.plain(text))))

        text = cells.mended("plate", mended, "plate")
        found = tuple(dict.fromkeys(p for p in (text or "").split("/") if p))
        return cells.valid("plate", Resident, "plates", found) or ()

    def _identity(self, cells: Cells, kind: str) -> dict[str, str] | None:
        text = self._secret(cells, "identity")
        if text is None:
            return None
        try:
            found = people.identity(kind, text)
        except Refusal as refusal:
            cells.complain(
                "identity", say("{number}: {what}", number=mask_number(text), what=refusal.reasons[0]), refusal.hint
            )
            return None
        if found["number"] != text:
            cells.repaired("identity", "identity")
        return found

    def _bank(self, cells: Cells) -> str | None:
        text = self._secret(cells, "bank")
        return re.sub(r"[\s-]", "", repairs.plain(text)) if text else None

    def _secret(self, cells: Cells, target: str) -> str | None:
        """A long number; refuses one whose last digits a spreadsheet has lost."""
        text = cells.sound(target)
        if text is None:
            return None
        number = cells.value_of(target)
        if repairs.digits_lost(text) or (number is not None and number >= EXACT):
            what = say(
                "{number}: the spreadsheet kept it as a number, and its last digits are lost", number=mask_number(text)
            )
            cells.complain(target, what, say("read it again from the paper, and format the column as text"))
            return None
        return text

    def _tie(self, cells: Cells) -> dict[str, Any]:
        """The tie a row gives, as fields of it."""
        text = cells.mended("share", lambda t: repairs.share(t, cells.value_of("share")))
        fields = {
            "tie": cells.code("tie", TIE),
            "share": text,
            "from": cells.day("from"),
            "until": cells.day("until"),
        }
        given = {name: value for name, value in fields.items() if value is not None}
        if "tie" in given:
            try:
                Tie.model_validate({**given, "resident": "R-00000"})
            except ValidationError as error:
                cells.misfits(error, Tie, lambda where: str(where[-1]) if where else "tie")
        return given


class _Joining:
    """Rows to people and ties: what is on record already, what is new, what contradicts."""

    def __init__(self, table: Table, found: dict[int, Somebody], draft: Draft) -> None:
        self.table = table
        self.draft = draft
        self.who = found
        self.values: dict[str, dict[str, tuple[Any, int | None]]] = {}  # person: field: value, and the row it is from
        self.stand_ins: dict[str, str] = {}  # person: what stands for the number to be
        self.called: dict[str, str] = {}

    def join(self) -> int:
        """Fill the draft; how many rows say only what is on record."""
        entries = [entry for entry in self.table.entries if not entry.cells.bad]
        for entry in entries:
            self._merge(entry)
        homes: dict[str, list[_Entry]] = {}
        for entry in entries:
            if not entry.cells.bad:
                homes.setdefault(entry.unit, []).append(entry)
        recorded: set[int] = set()
        for unit_id, rows in homes.items():
            recorded |= self._home(self.table.units[unit_id], rows)
        known = 0
        for entry in entries:
            if not entry.cells.bad:
                adds = self._add(entry)
                known += entry.row in recorded and not adds
        return known

    # --- people

    def _merge(self, entry: _Entry) -> None:
        """Put what a row says of a person to what is known of him; complain about what it says otherwise."""
        key = self.who[entry.row].key
        face = self.table.faces.get(key)
        known = self.values.setdefault(key, self._recorded(face) if face else {})
        for name in SCALARS:
            value = entry.values.get(name)
            if value is None:
                continue
            have, row = known.setdefault(name, (value, entry.row))
            if have != value:
                where = say("row {row}", row=row) if row else say("the record of {id}", id=key)
                entry.cells.complain(
                    TARGET_OF.get(name, name), say("{field}: {where} says otherwise", field=name, where=where)
                )
        if face is not None and face.hidden and any(entry.values.get(n) and not getattr(face, n) for n in SEALABLE):
            what = say("{id}: a part is sealed and its key is not here", id=key)
            entry.cells.complain("name", what, say("restore the keys first: propcli keys restore"))

    def _recorded(self, face: Face) -> dict[str, tuple[Any, int | None]]:
        values = {
            "identity": dict(face.identity) if face.identity else None,
            "born": face.born,
            "bank": face.bank,
            "type": face.type,
        }
        return {name: (value, None) for name, value in values.items() if value is not None}

    def _add(self, entry: _Entry) -> bool:
        """Put the person of a good row into the draft; whether the row adds anything to what is known of him."""
        key = self._id(entry)
        face = self.table.faces.get(key)
        have = self.draft.people[key].values if key in self.draft.people else {}
        new: dict[str, Any] = {}
        for name in SCALARS:
            if entry.values.get(name) is not None and name not in have and not (face and self._has(face, name)):
                new[name] = entry.values[name]
        for name in LISTS:
            before = have.get(name) or (getattr(face, name) if face else ())
            more = tuple(v for v in entry.values[name] if not any(_alike(name, v, b) for b in before))
            if more:
                new[name] = (*before, *more)
        if face is None and not have:
            new["name"] = entry.values["name"]
        if new:
            self.draft.people.setdefault(key, Person({}, face.id if face else None)).values.update(new)
        return bool(new)

    def _has(self, face: Face, name: str) -> bool:
        """Whether a record has a field already: then it says the same, or the row is bad. A day of birth that follows
        from the number on record, and a language, are not added."""
        return name in self._recorded(face) or name == "language" or (name == "born" and face.identity is not None)

    # --- ties

    def _home(self, unit: Unit, rows: list[_Entry]) -> set[int]:
        """The event that puts the ties of a home on record; which of its rows are there already."""
        recorded: set[int] = set()
        leading: list[Tie] = []
        new: list[tuple[_Entry, Tie]] = []
        seen: dict[tuple[str, str, str | None], int] = {}
        for entry in rows:
            who = self._id(entry)
            mark = (who, entry.group, str(entry.tie.get("from")))
            if mark in seen:
                what = say("{name} also stands in row {row}", name=entry.values["name"], row=seen[mark])
                entry.cells.complain("name", what)
                continue
            seen[mark] = entry.row
            there = [t for t in unit.people if t.resident == who and _group(t) == entry.group]
            match = next((t for t in there if not _differs(entry, t)), None)
            if match is not None:
                recorded.add(entry.row)
                leading += [match] if match.tie == "owner" else []
            elif there:
                for name in _differs(entry, there[-1]):
                    what = say("{id} has another {field} on the record of {unit}", id=who, field=name, unit=unit.id)
                    entry.cells.complain(name, what)
            else:
                new.append((entry, Tie.model_validate({**entry.tie, "resident": who})))
        ties: list[Tie] = []
        for _entry, tie in new:
            if tie.tie == "owner" and any(_together(tie, other) for other in leading):
                tie = tie.model_copy(update={"tie": "co_owner"})  # the first one leads
            leading += [tie] if tie.tie == "owner" else []
            ties.append(tie)
        if ties and self._stands(unit, ties, [entry for entry, _tie in new]):
            self.draft.ties[unit.id] = ties
        return recorded

    def _id(self, entry: _Entry) -> str:
        key = self.who[entry.row].key
        if key in self.table.faces:
            return key
        if key not in self.stand_ins:
            self.stand_ins[key] = f"R-9{len(self.stand_ins) + 1:05d}"
            self.called[self.stand_ins[key]] = entry.values["name"]
        return self.stand_ins[key]

    def _stands(self, unit: Unit, ties: list[Tie], rows: list[_Entry]) -> bool:
        """Whether the ties go together with those on record; else every row that brings one is bad."""
        state, _ = UNIT.life.replay(unit, unit.events)
        faults = UNIT.life.faults(state, recorded_as(ties, self.table.now), len(unit.events))
        for fault in faults:
            for entry in rows:
                entry.cells.complain("tie", self._named(fault.what), fault.hint)
        return not faults

    def _named(self, text: Text) -> Text:
        """A text with the names of people who have no number yet."""
        values = {
            name: self._named(value)
            if isinstance(value, Text)
            else ADDED.sub(lambda m: self.called.get(m[0], m[0]), value)
            if isinstance(value, str)
            else value
            for name, value in text.values.items()
        }
        return Text(text.pattern, values, text.context)


def _alike(name: str, one: str, other: str) -> bool:
    return people.same_phone(one, other) if name == "phones" else plates.same_plate(one, other)


def _group(tie: Tie) -> str:
    return "owner" if tie.tie in OWNERS else tie.tie


def _differs(entry: _Entry, tie: Tie) -> list[str]:
    """What a row says of a tie otherwise than the record. What it leaves open it does not deny."""
    have = {"share": tie.share and fraction(tie.share), "from": tie.first, "until": tie.until}
    said = {**entry.tie, **({"share": fraction(entry.tie["share"])} if "share" in entry.tie else {})}
    return [name for name, value in have.items() if said.get(name) not in (None, value)]


def _together(one: Tie, other: Tie) -> bool:
    """Whether two ties hold at the same time on some day."""
    return (one.until is None or other.first is None or other.first <= one.until) and (
        other.until is None or one.first is None or one.first <= other.until
    )


def recorded_as(ties: Iterable[Tie], now: datetime) -> UnitEvent:
    """The event that puts ties on record as a table has them."""
    return UnitEvent.model_validate({"at": now, "by": IMPORTER, "event": "people_recorded", "ties": tuple(ties)})
