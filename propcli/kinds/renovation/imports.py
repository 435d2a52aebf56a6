"""Renovation filings from another system's table: what was over there is closed here, what is not goes on here and has
to meet what comes after the permit [N8-N13]."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from propcli.engine.policy import RenovationRules
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION, UNIT
from propcli.kinds.renovation.model import Renovation, RenovationEvent, Terms
from propcli.kinds.renovation.neighbours import line
from propcli.kinds.renovation.requirements import rules_of, terms_taken_over
from propcli.kinds.renovation.requirements import terms as terms_of
from propcli.kinds.ticket.words import PUBLIC
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.words import OWNERS
from propcli.records import importing, repairs
from propcli.records.cells import Cells, Reader
from propcli.records.changing import Here
from propcli.records.checking import IMPORTER, Surroundings, references
from propcli.records.household import among, registered, unit_of
from propcli.records.importing import Sourced, by_source, sources
from propcli.records.mapping import Mapping, Plan, place_targets
from propcli.records.people import People
from propcli.records.places import Register, target_of, unit_or_public
from propcli.records.recording import Recorder
from propcli.records.surroundings import surroundings
from propcli.store.sheets import Sheet

REQUIRED = ("source_id", "filed", "works")
TIMES = ("filed", "issued", "expires", "closed")
PLAIN = ("source_id", "status", "detail", "closed_text", "place", "works", "contractor")
OUTCOMES = ("applied", "working", "closed")  # what a `status` comes to
LINE_LENGTH = 200  # of works and place
Times = dict[str, datetime | None]
Texts = dict[str, str | None]


@dataclass(frozen=True)
class Draft(Sourced):
    """A filing to be; `applicant`: who applied (name, phone)."""

    applicant: tuple[str, str | None] | None = None

    @property
    def state(self) -> str:
        return {"imported": "applied", "permit_imported": "working"}.get(self.events[-1].event, "closed")


class Import(importing.Import[Draft]):
    """Filings of another system."""

    targets = RENOVATION.declared.tables.fields
    subject = say("Import {n} renovation filings from {system}", n=0, system="")
    done = say("{n} renovation filings were written.", n=0)

    def required(self, mapping: Mapping) -> tuple[str, ...]:
        return (*REQUIRED, *place_targets(mapping))

    def plan(self, here: Here, mapping: Mapping, sheet: Sheet) -> Plan[Draft]:
        around, rules = surroundings(here.estate), rules_of(here.estate.policy)
        reader = Reader(sheet, mapping, here.estate.settings.zone)
        register = Register(around.known["unit"] or frozenset())
        rows = (Cells(reader, row) for row in sheet.rows)
        drafts = ((cells, _draft(cells, here, around, rules, register)) for cells in rows)
        return by_source(reader, drafts, sources(here, RENOVATION))

    def found(self, plan: Plan[Draft]) -> Text | None:
        if not plan.drafts:
            return None
        count = Counter(draft.state for draft in plan.drafts)
        return say(
            "new: {applied} applied for, {working} with works going on, {closed} closed, filed {first} to {last}",
            **{state: count[state] for state in OUTCOMES},
            first=plan.drafts[0].day,
            last=plan.drafts[-1].day,
        )

    def write(self, plan: Plan[Draft], recorder: Recorder, here: Here) -> None:
        """The units below sign only where the works go on here [N12]."""
        met: dict[tuple[str | None, ...], str] = {}
        for draft in plan.drafts:
            fields = {**draft.fields, **_applicant(draft, recorder, here.people, met, here.now)}
            if draft.state != "closed" and fields["unit"] != PUBLIC:
                fields["below"] = line(recorder.estate, fields["unit"], -1)
            events = list(draft.events)
            if draft.state == "applied" and (fields.get("capacity") or "owner") not in OWNERS:
                asked = terms_of(rules_of(recorder.estate.policy), False, "contractor" in fields)
                events[0] = events[0].model_copy(update={"terms": Terms.model_validate(asked)})
            recorder.add(RENOVATION, recorder.new_id(RENOVATION, draft.day), fields, events)


# --- a row


def _draft(cells: Cells, here: Here, around: Surroundings, rules: RenovationRules, register: Register) -> Draft | None:
    """The filing a row describes. Everything wrong with it is complained about."""
    if cells.bad:
        return None
    zone = cells.reader.zone
    times: Times = {target: cells.moment(target) for target in TIMES}
    texts: Texts = {target: cells.sound(target) for target in PLAIN}
    number = cells.mended("company_number", lambda text: repairs.plain(text).upper())
    name = " ".join((cells.sound("applicant_name") or "").split())
    phones = cells.phones("applicant_phone", here.estate.settings.region)  # a filing has no place for them
    unit = unit_or_public(cells, register)
    cells.require(REQUIRED, lambda target: times.get(target) or texts.get(target))
    state = _state(cells, texts["status"], times)
    _compare(cells, state, times, zone, here.now)
    filed = times["filed"]
    if cells.bad or filed is None or unit is None:
        return None
    fields = _fields(cells, texts, unit, number)
    try:
        events = _events(rules, here.now, state, times, texts, zone)
        trial = Renovation.model_validate(
            {**fields, "who": name or None, "id": "N-2000-0001", "status": state, "events": events}
        )
    except ValidationError as error:
        cells.misfits(error, Renovation, lambda where: _target(cells, where))
        return None
    for where, what, hint in references(trial, around):
        cells.complain(_target(cells, where), what, hint)
    applicant = (name, next(iter(phones), None)) if name else None
    return Draft(
        cells.number, texts["source_id"] or "", filed, filed.astimezone(zone).date(), fields, tuple(events), applicant
    )


def _state(cells: Cells, status: str | None, times: Times) -> str:
    """What a filing has come to: by its status, else by its dates. What the dates do not bear out is complained
    about."""
    issued = times["issued"]
    if status is None:
        return "closed" if times["closed"] else "working" if issued else "applied"
    if status not in OUTCOMES:
        cells.complain("status", say("{value} is not one of: {known}", value=repr(status), known=", ".join(OUTCOMES)))
    if status == "working":
        cells.require(["issued"], lambda _target: issued)
    if status == "applied" and issued is not None:
        cells.complain("status", say("status is {status}, but it was issued ({issued})", status=status, issued=issued))
    return status


def _compare(cells: Cells, state: str, times: Times, zone: ZoneInfo, now: datetime) -> None:
    """Complain about times that cannot follow one another. The table's `closed` counts only for what is over: where
    works go on it may be the day of any other state."""
    if state != "closed":
        times["closed"] = None
    filed, issued, expires, closed = (times[target] for target in TIMES)
    if filed and issued and issued < filed and _day_alone(issued, zone) == filed.astimezone(zone).date():
        times["issued"] = issued = filed
    if filed and issued and issued < filed:
        cells.complain("issued", say("issued ({issued}) before it was filed ({filed})", issued=issued, filed=filed))
    if filed and closed and closed < filed:
        cells.complain("closed", say("closed ({closed}) before it was filed ({filed})", closed=closed, filed=filed))
    elif issued and closed and closed < issued:
        cells.complain("closed", say("closed ({closed}) before it was issued ({issued})", **times))
    if expires and issued is None and not any(b.column == cells.reader.column("issued") for b in cells.bad):
        cells.complain("expires", say("the permit ends, but when it was issued is empty"))
    if expires and issued and expires.astimezone(zone).date() < issued.astimezone(zone).date():
        cells.complain("expires", say("the permit ends ({expires}) before it was issued ({issued})", **times))
    for target in ("filed", "issued"):
        if (at := times[target]) is not None and at > now:
            cells.complain(target, say("{day} has not come yet", day=at))
    if closed and closed.astimezone(zone).date() > now.astimezone(zone).date():
        cells.complain("closed", say("{day} has not come yet", day=closed))


def _day_alone(moment: datetime, zone: ZoneInfo) -> date | None:
    """The day, where there is no time of day."""
    there = moment.astimezone(zone)
    return there.date() if there.time() == time() else None


def _fields(cells: Cells, texts: Texts, unit: str, number: str | None) -> dict[str, Any]:
    """The fields of the filing. Works too long for one line stand whole in its detail."""
    works = " ".join((texts["works"] or "").split())
    detail = texts["detail"]
    if len(works) > LINE_LENGTH:
        detail = f"{works}\n{detail}" if detail else works
        works = works[: LINE_LENGTH - 1] + "…"
    fields: dict[str, Any] = {
        "unit": unit,
        "place": " ".join((texts["place"] or "").split())[:LINE_LENGTH],
        "works": works,
        "detail": detail,
        "contractor": texts["contractor"],
        "company_number": number,
        "source": {"system": cells.reader.mapping.system, "id": texts["source_id"]},
    }
    return {name: value for name, value in fields.items() if value}


def _events(
    rules: RenovationRules, now: datetime, state: str, times: Times, texts: Texts, zone: ZoneInfo
) -> list[RenovationEvent]:
    """What happened there, as events. What was closed at a time the table does not give is closed now, when this office
    learns of it; what has no permit yet still has to meet everything."""
    filed, issued, expires, closed = (times[target] for target in TIMES)
    terms: dict[str, Any] | None = None
    if state == "applied":
        terms = terms_of(rules, True, texts["contractor"] is not None)
    elif state != "closed":
        terms = terms_taken_over(rules)
        del terms["term"]  # how long a permit of another office is good for was decided there
    steps: list[tuple[str, datetime | None, dict[str, Any]]] = [("imported", filed, {"terms": terms})]
    if issued is not None:
        until = expires.astimezone(zone).date() if expires else None
        steps.append(("permit_imported", issued, {"start": issued.astimezone(zone).date(), "until": until}))
    if state == "closed":  # the end of a day may lie ahead
        steps.append(("settled", min(closed or now, now), {"text": texts["closed_text"]}))
    return [
        RenovationEvent.model_validate(
            {"at": at, "by": IMPORTER, "event": name, **{k: v for k, v in fields.items() if v}}
        )
        for name, at, fields in steps
    ]


def _target(cells: Cells, where: tuple[str | int, ...]) -> str:
    """The field of a mapping that a place in a filing comes from."""
    names = [str(part) for part in where if isinstance(part, str)]
    if names[:1] == ["unit"]:
        return target_of(cells)
    return {"source.id": "source_id", "who": "applicant_name", "text": "closed_text"}.get(
        ".".join(names[:2]), (names or [""])[0]
    )


# --- who applied


def _applicant(
    draft: Draft, recorder: Recorder, people: People, met: dict[tuple[str | None, ...], str], now: datetime
) -> dict[str, Any]:
    """Who applied: one of the unit's people, on the day of filing or now; else the name, or where the estate seals
    names a resident of that name [T12]. `met`: who was named by the rows before; a name without a phone is the same
    person only in the same place. Nobody is guessed."""
    if draft.applicant is None:
        return {}
    name, phone = draft.applicant
    unit = draft.fields["unit"]
    home = unit_of(recorder, unit) if UNIT.is_id(unit) else None
    days = (draft.day, now.astimezone(recorder.estate.settings.zone).date())
    for day in days if home is not None else ():
        try:
            found = among(home, name, phone, people, day)
        except Refusal:  # two of one name
            break
        if found is not None:
            tie = next(tie.tie for tie in home.ties_on(day) if tie.resident == found.id) if home else None
            return {"resident": found.id, "capacity": tie}
    if "name" not in recorder.estate.settings.sealed:
        return {"who": name}
    _refuse_hidden(home, people, days)
    who = (name, phone) if phone else (name, None, unit, draft.fields.get("place"))
    if who not in met:
        met[who] = registered(recorder, people, name, phone, now, IMPORTER) or ""
    return {"resident": met[who]}


def _refuse_hidden(home: Unit | None, people: People, days: Iterable[date]) -> None:
    """Refuses where somebody of the unit may be the one, and cannot be told without the keys."""
    ids = {tie.resident for day in days for tie in home.ties_on(day)} if home is not None else set()
    unseen = [face for i in ids if (face := people.face(i)) is not None and face.status == "active" and face.hidden]
    if any(face.name is None for face in unseen):
        raise Refusal(
            say("{n} residents are sealed and their keys are not here: who is who cannot be told", n=len(unseen)),
            hint=say("restore the keys first: propcli keys restore"),
            code=3,
        )
