"""Residents put on record, changed, forgotten [U1, T12]. What is to be sealed never leaves here in clear."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.catalog import RESIDENT
from propcli.kinds.resident.model import SEALABLE, Resident, ResidentEvent
from propcli.kinds.settings import Settings
from propcli.records.hidden import closed
from propcli.records.people import People, face, fields_of, to_seal
from propcli.records.recording import Recorder


def register(
    recorder: Recorder, people: People, values: Mapping[str, Any], now: datetime, by: str, text: str | None = None
) -> Resident:
    """A new resident. `values`: name, phones, plates, born, identity, bank, and type, language, consent, keep_until."""
    settings = recorder.estate.settings
    sealing = to_seal(values, settings.sealed, now.astimezone(settings.zone).date())
    fields: dict[str, Any] = {
        "type": values.get("type") or "person",
        "language": values.get("language"),
        "keep_until": values.get("keep_until"),
        **fields_of(values, sealing, people.keys, None),
    }
    event = ResidentEvent.model_validate(
        {"at": now, "by": by, "event": "registered", "to": values.get("consent") or (), "text": text}
    )
    made: Resident = recorder.add(RESIDENT, recorder.new_id(RESIDENT), fields, [event])
    people.add(made)
    return made


def change(
    recorder: Recorder, people: People, resident_id: str, values: Mapping[str, Any], now: datetime, by: str
) -> Resident:
    """Give some fields other values (None or () takes one away). What is sealed is sealed anew for the same key."""
    before: Resident = recorder.record(RESIDENT, resident_id)
    known = face(before, people.keys)
    settings: Settings = recorder.estate.settings
    whole = {name: getattr(known, name) for name in SEALABLE}
    whole.update({name: value for name, value in values.items() if name in SEALABLE})
    sealing = to_seal(whole, settings.sealed, now.astimezone(settings.zone).date())
    # without the key it is not known what is sealed: only what stands in clear may be given another value in clear
    if known.hidden and any(name in sealing or not getattr(before, name) for name in values if name in SEALABLE):
        raise closed(resident_id)
    changes: dict[str, Any] = {name: value for name, value in values.items() if name not in SEALABLE}
    if any(name in SEALABLE for name in values):
        if known.hidden:  # only clear fields change: what is sealed stays as it is
            changes.update({name: value for name, value in values.items() if name in SEALABLE})
        else:
            changes.update(fields_of(whole, sealing, people.keys, before.key))
    if not changes:
        raise Refusal(say("nothing to change was given"))
    changed = {name: value for name, value in changes.items() if value != getattr(before, name)}
    event = ResidentEvent.model_validate({"at": now, "by": by, "event": "changed", "fields": list(values)})
    after: Resident = recorder.step(RESIDENT, resident_id, [event], {n: v or None for n, v in changed.items()})
    people.add(after)
    return after


def seal_all(recorder: Recorder, people: People, now: datetime, by: str) -> list[str]:
    """Seal what is to be sealed and stands in clear, of everybody: the ids of those who had something. What old
    commits have in clear stays there."""
    settings = recorder.estate.settings
    done = []
    for resident in recorder.estate.read(Resident).records:
        known = face(resident, people.keys)
        whole = {name: getattr(known, name) for name in SEALABLE}
        sealing = to_seal(whole, settings.sealed, now.astimezone(settings.zone).date())
        open_ones = [name for name in SEALABLE if name in sealing and getattr(resident, name, None)]
        if resident.status == "forgotten" or not open_ones:
            continue
        if known.hidden:
            raise closed(resident.id)
        changes = fields_of(whole, sealing, people.keys, resident.key)
        event = ResidentEvent.model_validate({"at": now, "by": by, "event": "changed", "fields": open_ones})
        people.add(recorder.step(RESIDENT, resident.id, [event], {n: v or None for n, v in changes.items()}))
        done.append(resident.id)
    return done


def forget(
    recorder: Recorder, resident_id: str, reason: str, now: datetime, by: str, units: Sequence[str] = ()
) -> Resident:
    """Replace everything about a person by a tombstone. The key itself is destroyed by whoever commits this, after.
    `units`: homes the person is tied to still, as is known."""
    gone = dict.fromkeys(("name", "phones", "plates", "born", "language", "keep_until", "sealed"))
    event = ResidentEvent.model_validate(
        {"at": now, "by": by, "event": "forgotten", "reason": reason, "units": tuple(units)}
    )
    after: Resident = recorder.step(RESIDENT, resident_id, [event], dict(gone))
    return after


def tied_to(resident_id: str, units: list[Any], day: date) -> list[tuple[str, str]]:
    """The units somebody has a tie to on a day, and which."""
    return [(unit.id, tie.tie) for unit in units for tie in unit.people if tie.resident == resident_id and tie.on(day)]
