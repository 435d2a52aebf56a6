"""The life of a resident's record: put on record, changed, consents, forgotten [U1, T12]."""

from collections.abc import Iterator

from propcli.engine.lifecycle import Lifecycle, State, Why
from propcli.engine.text import say
from propcli.kinds.resident.kind import STEPS
from propcli.kinds.resident.model import ResidentEvent
from propcli.kinds.resident.words import CONSENT, RESIDENT_EVENT, RESIDENT_STATUS


def _fold(state: State, event: ResidentEvent) -> None:
    if event.event in ("registered", "consented", "withdrawn"):
        given = [c for c in state.folded.get("consent", ()) if c not in event.to]
        state.folded["consent"] = tuple(given) if event.event == "withdrawn" else (*given, *event.to)
    elif event.event == "forgotten":
        state.folded["consent"] = ()


def _check(state: State, event: ResidentEvent) -> Iterator[Why]:
    if event.event == "withdrawn":
        for consent in event.to:
            if consent not in state.folded.get("consent", ()):
                yield "T12", say("no consent was given for: {what}", what=CONSENT.word(consent)), None, "to"


LIFE = Lifecycle(
    steps=STEPS,
    states=RESIDENT_STATUS,
    events=RESIDENT_EVENT,
    first=frozenset({"registered"}),
    folded=("consent",),
    fold=_fold,
    check=_check,
)
