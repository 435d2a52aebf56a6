"""What the commands that look back share: the history, the records that were ever in it, and how it is shown."""

import re
from typing import TYPE_CHECKING

from propcli.commands.session import note, session
from propcli.engine.problem import Refusal
from propcli.engine.text import say

if TYPE_CHECKING:
    from datetime import datetime

    from propcli.kinds.catalog import Kind
    from propcli.records.comparing import Data
    from propcli.store.past import Deed, Past

_AT = re.compile(rb"^- at: (\S+)$", re.M)
_ENTRY = re.compile(rb"^-", re.M)
MANY = 50  # records in one commit, of which one is not told from the others


def happened(past: "Past", deed: "Deed") -> list[tuple[str, "datetime"]]:
    """The records whose events a commit adds, and when each of these happened by its own word."""
    from propcli.records.comparing import placed
    from propcli.records.retold import moment

    found = []
    for change in deed.changes[0] if len(deed.parents) < 2 and len(deed.changes[0]) <= MANY else ():
        kind, record_id = placed(change.path)
        if kind is not None and change.new:
            before, after = (_times(past, blob) for blob in (change.old, change.new))
            found += [(record_id, at) for time in after[len(before) :] if (at := moment(time)) is not None]
    return found


def _times(past: "Past", blob: str) -> list[object]:
    """When the events of a record happened. As commands write them they are seen without reading the whole."""
    raw = past.blob(blob) if blob else None
    if raw is None:
        return []
    _head, _events, events = raw.partition(b"\nevents:\n")
    times: list[object] = [time.decode() for time in _AT.findall(events)]
    if times and len(times) == len(_ENTRY.findall(events)):
        return times
    from propcli.records.comparing import events_of

    return [event.get("at") for event in events_of(version(past, blob) or {})]


def version(past: "Past", blob: str) -> "Data | None":
    """A record as a commit has it; None where there is none or it cannot be read."""
    from propcli.store.yamlfile import read

    raw = past.blob(blob) if blob else None
    return read(raw, "")[0] if raw is not None else None


def known_ever(past: "Past", head: str, typed: str) -> "tuple[Kind, str]":
    """The record an id or its ending means, also one whose file is gone."""
    from propcli.records.comparing import placed

    here = session()
    try:
        return here.find(typed)
    except Refusal:
        gone = [placed(path.removeprefix(past.prefix)) for path in sorted(past.deleted(head))] if head else []
        found = [(kind, id) for kind, id in gone if kind is not None and id.endswith(typed)]
        exact = [pair for pair in found if pair[1] == typed] or found
        if len(exact) != 1:
            raise
        return exact[0]


def the_past() -> "Past":
    """The history of the estate."""
    from propcli.store.history import History
    from propcli.store.past import Past

    return Past(History(session().estate.root))


def tell_cut(past: "Past") -> None:
    """Say where the history that is here is not the whole, or not the one that is there."""
    for id in past.cut():
        note(say("note: the history before {commit} is not in this clone (git fetch --unshallow)", commit=id[:10]))
    for id in past.grafts():
        note(say("note: {commit} is said to have other parents than it has (.git/info/grafts)", commit=id[:10]))
    for id in past.replaced():
        note(
            say(
                "note: git shows another object in the place of {commit} (git replace); here it is as it was",
                commit=id[:10],
            )
        )
