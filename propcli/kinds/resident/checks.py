"""What is to be sealed and is not [T12]."""

from collections.abc import Iterator

from propcli.engine.text import say
from propcli.kinds.resident.model import SEALABLE, Resident, is_child
from propcli.records.checking import Finding, Surroundings


def in_clear(record: Resident, around: Surroundings) -> Iterator[Finding]:
    """What is to be sealed and is not [T12]: by the estate's choice, or because it is about a child."""
    if record.status == "forgotten":
        return
    child = record.born is not None and is_child(record.born, record.events[-1].at.date())
    for name in SEALABLE if child else sorted(around.sealed):
        if getattr(record, name, None):
            what = (
                say("{field} stands in clear; everything about a child is sealed [T12]", field=name)
                if child
                else say("{field} stands in clear, and this estate seals it [T12]", field=name)
            )
            yield (name,), what, say("propcli resident seal puts it right")
