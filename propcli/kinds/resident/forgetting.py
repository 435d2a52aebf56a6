"""What is to be destroyed when somebody is forgotten, and what cannot be [T12]: every version of the record counts, not
only the last."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from propcli.engine.fields import Path, marked
from propcli.kinds.catalog import KINDS, RESIDENT, UNIT, kind_of
from propcli.store import yamlfile
from propcli.store.estate import Estate
from propcli.store.sealing import Keys, Spoilt
from propcli.store.searching import files_with

if TYPE_CHECKING:
    from propcli.store.history import History

SEARCHED = ("name", "phones", "plates")  # what is looked for in the whole history


@dataclass
class Past:
    """What the versions of a record had: keys, values in clear or sealed, a date of birth in clear."""

    keys: dict[str, None] = field(default_factory=dict)
    values: dict[str, dict[str, None]] = field(default_factory=lambda: {name: {} for name in SEARCHED})
    born: bool = False


def past(estate: Estate, history: "History", keys: Keys, resident_id: str) -> Past:
    """The past of a record, read while its keys are here."""
    found = Past()
    path = RESIDENT.path(resident_id)
    for content in (estate.raw(path), *history.versions(path)):
        data: dict[str, Any] = yamlfile.read(content, str(path))[0] or {}
        key, sealed = data.get("key"), data.get("sealed")
        inside: dict[str, Any] | None = None
        if isinstance(key, str):
            found.keys[key] = None
            if isinstance(sealed, str):
                with suppress(Spoilt):
                    inside = keys.open(key, sealed)
        for part in (data, inside or {}):
            for name, values in found.values.items():
                value = part.get(name) or ()
                values.update(dict.fromkeys([value] if isinstance(value, str) else map(str, value)))
        found.born = found.born or "born" in data
    return found


def remains(history: "History", resident_id: str, found: Past) -> dict[str, list[str]]:
    """In which files of the history still stands in clear what any version of the record said."""
    where = files_with(history.top, [value for values in found.values.values() for value in values])
    files = {
        name: sorted({file for value in values for file in where.get(value, ())})
        for name, values in found.values.items()
    }
    if found.born:  # a date says nothing by itself: only the record's own file has it with the name
        files["born"] = [str(RESIDENT.path(resident_id))]
    return {name: those for name, those in files.items() if those}


def present(estate: Estate, found: Past) -> list[str]:
    """Which records of today still say a name, phone or plate that any version of the record had."""
    texts = [value.encode() for values in found.values.values() for value in values]
    paths = [path for kind in KINDS.values() for path in estate.paths(kind)[0]]
    return [str(path) for path in paths if any(text in estate.raw(path) for text in texts)]


def pointing(estate: Estate, resident_id: str, day: date) -> list[str]:
    """Which records of today still point at somebody by id, but for ties that are over: whoever they are about or was
    met there cannot be called any more."""
    found = []
    for kind in KINDS.values():
        for path in estate.paths(kind)[0]:
            if path.stem == resident_id or resident_id.encode() not in estate.raw(path):
                continue
            record, _problems = estate.load(kind.model, path, walked=True)
            if record is None or any(
                value == resident_id and not _is_over(record, place, day)
                for place, value, _its in marked(record, "ref", "named")
            ):
                found.append(path.stem)
    return found


def _is_over(record: Any, place: Path, day: date) -> bool:
    """Whether what points is a unit's tie that has ended, or tells how one came about."""
    if kind_of(record) is not UNIT:
        return False
    if place[0] == "people":
        until = record.people[place[1]].until
        return until is not None and until < day
    return place[0] == "events" and place[2] in ("ties", "ends")
