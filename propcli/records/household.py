"""Who somebody is who is named at the desk together with a unit: one of its people, or a person without a record, whose
name an estate that seals names does not write down in clear [T12]."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RESIDENT, TICKET, UNIT
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.model import Ticket, TicketEvent
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.words import TIE
from propcli.records.people import Face, People, matching, same_name
from propcli.records.people import phone as digits
from propcli.records.recording import Recorder
from propcli.records.residents import register


def unit_of(recorder: Recorder, unit_id: str) -> Unit | None:
    """The unit, where the estate keeps one under that id; what does not exist is told with the rest."""
    if not UNIT.is_id(unit_id) or recorder.operation.read(UNIT.path(unit_id)) is None:
        return None
    unit: Unit = recorder.record(UNIT, unit_id)
    return unit


def among(
    home: Unit | None,
    name: str,
    phone: str | None,
    people: People,
    today: date,
    option: str = "--name",
    hint: Text | None = None,
) -> Face | None:
    """Who of the unit's people it is; None where none of them is called that. Refuses where that is not certain."""
    if home is None:
        return None
    faces = [f for tie in home.ties_on(today) if (f := people.face(tie.resident)) is not None]
    found = {f.id: f for f in matching(faces, name, phone)}
    if len(found) > 1:
        raise Refusal(
            say("{option}: {value} could be {ids}", option=option, value=name, ids=", ".join(found)),
            hint=hint or say("give --resident"),
        )
    return next(iter(found.values()), None)


def registered(recorder: Recorder, people: People, name: str, phone: str | None, now: datetime, by: str) -> str | None:
    """The id under which a person without a record is registered, so that nothing to be sealed is written in clear;
    None where the estate seals nothing of it."""
    sealed = recorder.estate.settings.sealed
    if "name" not in sealed and (phone is None or "phones" not in sealed):
        return None
    phones = (digits(phone, recorder.estate.settings.region),) if phone else ()
    return register(recorder, people, {"name": name, "phones": phones}, now, by).id


def written(
    recorder: Recorder | None, people: People, name: str, ids: Iterable[str], now: datetime, by: str, option: str
) -> str:
    """How an event names somebody: by id, where exactly one of these residents has the name. Else the name as it was
    given, unless the estate seals names: staff stay themselves there, nobody is guessed, and whoever is not on record
    is registered, so that no name is written in clear [T12]."""
    new = recorder.touched if recorder else ()  # who was put on record just now, perhaps by the step before
    ids = list(dict.fromkeys([*ids, *(i for i in new if RESIDENT.is_id(i))]))
    known = people.known_as(name, ids)
    if known != name or "name" not in people.estate.settings.sealed:
        return known
    if RESIDENT.is_id(name):
        if people.face(name) is None:
            raise Refusal(say("{option}: there is no resident {value}", option=option, value=name))
        return name
    if any(name == person.id or same_name(name, person.name) for person in people.estate.read(Staff).records):
        return name
    faces = [face for i in ids if (face := people.face(i)) is not None]
    possible = [face.id for face in matching(faces, name, None)] or [face.id for face in faces if face.hidden]
    if possible or recorder is None:
        raise Refusal(
            say("{option}: {value} could be {ids}", option=option, value=name, ids=", ".join(possible or ids)),
            hint=say("names are sealed here: give the id"),
        )
    return registered(recorder, people, name, None, now, by) or name


def of_resident(
    recorder: Recorder,
    people: People,
    fields: dict[str, Any],
    met: dict[tuple[str | None, ...], str],
    now: datetime,
    by: str,
) -> dict[str, Any]:
    """The fields of an imported ticket, its caller a resident where the estate seals names or phones. `met`: who was
    named by the rows before; a name without a phone is the same person only in the same home."""
    sealed = recorder.estate.settings.sealed
    caller = fields.get("caller")
    if caller is None or "name" not in caller or ("name" not in sealed and "phones" not in sealed):
        return fields
    name, phone = caller["name"], caller.get("phone")
    who = (name, phone, None if phone else fields["unit"])
    if who not in met:
        try:
            found = among(unit_of(recorder, fields["unit"]), name, phone, people, now.date())
        except Refusal:  # two of one name: nobody is guessed
            found = None
        resident = found.id if found else registered(recorder, people, name, phone, now, by)
        if resident is None:
            return fields
        met[who] = resident
    return {**fields, "caller": None, "resident": met[who]}


def seal_callers(recorder: Recorder, people: People, now: datetime, by: str) -> list[str]:
    """Make residents of the callers that tickets name in clear where the estate seals that; the tickets changed. Where
    a caller lives elsewhere, a note keeps saying so."""
    met: dict[tuple[str | None, ...], str] = {}
    done = []
    for ticket in recorder.estate.read(Ticket).records:
        if ticket.caller is None:
            continue
        home = ticket.caller.unit
        said = {"unit": home or ticket.unit, "caller": ticket.caller.plain()}
        resident = of_resident(recorder, people, said, met, now, by).get("resident")
        if resident is None:
            continue
        note = {"at": now, "by": by, "event": "noted", "text": f"{resident}: {home}"}
        events = [TicketEvent.model_validate(note)] if home else []
        recorder.step(TICKET, ticket.id, events, {"caller": None, "resident": resident})
        done.append(ticket.id)
    return done


def introduced(resident_id: str, home: Unit | None, people: People, today: date) -> Text:
    """A resident with what he is to the unit: `王丽 (R-00001), owner`."""
    ties = [TIE.word(t.tie) for t in home.ties_on(today) if t.resident == resident_id] if home else []
    called = people.called(resident_id)
    who = f"{called} ({resident_id})" if isinstance(called, str) else called
    return Text("  {who}", {"who": [who, *ties]})
