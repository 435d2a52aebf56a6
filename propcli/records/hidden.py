"""Names, phones and plates in records that are not residents' own: in clear, or sealed for a key of the record where
the estate has chosen so [T12]. Numbers of identity are always sealed."""

from collections.abc import Mapping
from typing import Any

from propcli.engine.fields import shapes
from propcli.engine.record import Model
from propcli.engine.text import Text, say
from propcli.kinds.resident.model import ALWAYS_SEALED
from propcli.records.recording import Recorder
from propcli.store.sealing import Keys, seal, spoilt

SEALED = say("(sealed)")


def personal(record: Any, keys: Keys) -> dict[str, Text | str | None]:
    """The personal fields of a record, opened where the key is here. Where it is not, what does not stand in clear may
    be sealed, and says so."""
    return opened(record, getattr(record, "sealed", None), getattr(record, "key", None), record.id, keys)


def opened(model: Any, sealed: str | None, key: str | None, whose: str, keys: Keys) -> dict[str, Text | str | None]:
    """The personal fields of a part of a record, with what is sealed of it for the record's key; never a number of
    identity."""
    inside: Mapping[str, Any] | None = {}
    if sealed is not None and key is not None:
        inside = keys.open(key, sealed, whose)
        if not all(isinstance(value, str) and value.isprintable() for value in (inside or {}).values()):
            raise spoilt(whose)
    clear = {its.name: getattr(model, its.name) for its in shapes(type(model)).values() if its.private and not its.many}
    if inside is None:
        return {name: SEALED if value is None else value for name, value in clear.items()}
    return {name: inside.get(name, value) for name, value in clear.items()}


def concealed(
    model: type[Model], fields: Mapping[str, Any], recorder: Recorder, keys: Keys, key: str | None = None
) -> dict[str, Any]:
    """The fields of a record or an event as it has them: those to be sealed in one sealed part, for its key or a new
    one."""
    chosen = {*recorder.estate.settings.sealed, *ALWAYS_SEALED}
    known = shapes(model)
    inside = {
        name: value
        for name, value in fields.items()
        if value and (known[name].private if name in known else name) in chosen
    }
    if not inside or "sealed" not in known:
        return dict(fields)
    key = key or keys.new()
    clear = {name: value for name, value in fields.items() if name not in inside}
    return {**clear, "key": key, "sealed": seal(key, inside)}
