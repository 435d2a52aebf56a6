"""Names, phones and plates in records that are not residents' own: in clear, or sealed for a key of the record where
the estate has chosen so [T12]. Numbers of identity are always sealed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from propcli.engine.fields import shapes
from propcli.engine.problem import Refusal
from propcli.engine.record import Model
from propcli.engine.text import say
from propcli.kinds.resident.model import ALWAYS_SEALED
from propcli.store.sealing import Keys, seal, spoilt

if TYPE_CHECKING:  # looking needs nothing of what writing does
    from propcli.records.recording import Recorder

SEALED = say("(sealed)")


def closed(record_id: str) -> Refusal:
    """That nothing can be changed of a record whose sealed part cannot be opened here."""
    what = say("{id}: a part is sealed and its key is not here", id=record_id)
    return Refusal(what, hint=say("restore the keys first: propcli keys restore"), code=3)


def personal(record: Any, keys: Keys | None) -> dict[str, Any]:
    """The personal fields of a record, opened where the key is here (None: no key is looked for). Where it is not, what
    does not stand in clear may be sealed, and says so. (Residents have a face: `propcli.records.people`.)"""
    return opened(record, getattr(record, "sealed", None), getattr(record, "key", None), record.id, keys)


def opened(model: Any, sealed: str | None, key: str | None, whose: str, keys: Keys | None) -> dict[str, Any]:
    """The personal fields of a part of a record, with what is sealed of it for the record's key; never a number of
    identity."""
    inside: Mapping[str, Any] | None = {}
    if sealed is not None and key is not None:
        inside = keys.open(key, sealed, whose) if keys is not None else None
    known = {its.name: its.many for its in shapes(type(model)).values() if its.private}
    clear = {name: getattr(model, name) for name in known}
    if inside is None:
        return {name: value or ((SEALED,) if known[name] else SEALED) for name, value in clear.items()}
    sound = {name: _sound(value, whose) for name, value in inside.items()}
    return {name: sound.get(name, value) for name, value in clear.items()}


def _sound(value: Any, whose: str) -> Any:
    """A sealed value, or several; refuses what no command has sealed."""
    several = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and one.isprintable() for one in several):
        raise spoilt(whose)
    return tuple(several) if isinstance(value, list) else value


def concealed(
    model: type[Model], fields: Mapping[str, Any], recorder: "Recorder", keys: Keys, key: str | None = None
) -> dict[str, Any]:
    """The fields of a record or an event as it has them: those to be sealed in one sealed part, for its key or a new
    one."""
    chosen = {*recorder.estate.settings.sealed, *ALWAYS_SEALED}
    known = shapes(model)
    inside = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if value and (known[name].private if name in known else name) in chosen
    }
    if not inside or "sealed" not in known:
        return dict(fields)
    key = key or keys.new()
    clear = {name: value for name, value in fields.items() if name not in inside}
    return {**clear, "key": key, "sealed": seal(key, inside)}
