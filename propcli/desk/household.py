"""Who somebody is who is named at the desk together with a unit: one of its people, or a person without a record, whose
name an estate that seals names does not write down in clear [T12]."""

from datetime import date, datetime

from propcli.desk.people import Face, People, matching
from propcli.desk.recording import Recorder
from propcli.desk.residents import register
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import UNIT
from propcli.kinds.unit import TIE, Unit


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
    return register(recorder, people, {"name": name, "phones": (phone,) if phone else ()}, now, by).id


def introduced(resident_id: str, home: Unit | None, people: People, today: date) -> Text:
    """A resident with what he is to the unit: `王丽 (R-00001), owner`."""
    ties = [TIE.word(t.tie) for t in home.ties_on(today) if t.resident == resident_id] if home else []
    called = people.called(resident_id)
    who = f"{called} ({resident_id})" if isinstance(called, str) else called
    return say("  {who}, {tie}", who=who, tie=ties) if ties else Text("  {who}", {"who": who})
