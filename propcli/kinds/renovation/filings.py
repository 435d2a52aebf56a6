"""How a renovation filing stands: what its next step lacks, who works on it, what is meant by numbers and names."""

from collections.abc import Iterable
from datetime import datetime

from propcli.engine.lifecycle import Lack
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.renovation.file import File
from propcli.kinds.renovation.life import LIFE
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.neighbours import leaks
from propcli.kinds.renovation.requirements import ruled
from propcli.kinds.renovation.steps import STEPS
from propcli.kinds.renovation.words import SITE, known
from propcli.kinds.ticket.model import Ticket
from propcli.output.language import words
from propcli.records.changing import Here
from propcli.records.hidden import opened
from propcli.records.people import same_name
from propcli.records.surroundings import surroundings
from propcli.store.estate import Estate
from propcli.store.sealing import Keys

# what comes after a state, and what it is called
NEXT = {
    "applied": "approved",
    "returned": "approved",
    "approved": "permitted",
    "working": "completed",
    "stopped": "completed",
    "completed": "works_checked",
    "passed": "refunded",
    "refunded": "closed",
}
NEXT_STEP = Vocabulary(
    "next step",
    tuple(dict.fromkeys(NEXT.values())),
    approved="approval",
    permitted="the permit",
    completed="completion",
    works_checked="the check of the works",
    refunded="the refund",
    closed="closing",
)


def beyond(filing: Renovation, estate: Estate, now: datetime, open_leaks: Iterable[Ticket] | None = None) -> list[Lack]:
    """What the next step lacks that other records and the policy tell: leaks below [N12], what the policy asks for
    today [N1]. `open_leaks`: those of the whole estate, where they are known already."""
    step = NEXT.get(filing.status)
    if step == "approved":
        found = ruled(filing, surroundings(estate))
        return [Lack("N1", say("not as the policy of today: {what}", what=what)) for _at, what, _hint in found]
    if step != "refunded":
        return []
    tickets = leaks(estate, filing.below, now) if open_leaks is None else open_leaks
    return [
        Lack("N12", say("an open leak below: {what}", what=f"{ticket.id} {ticket.unit} {ticket.summary}"))
        for ticket in tickets
        if ticket.unit in filing.below
    ]


def missing(
    filing: Renovation, estate: Estate, now: datetime, besides: list[Lack] | None = None
) -> tuple[str | None, list[Lack]]:
    """The next step of a filing, and everything it lacks at a time; for the refund also what the owner has to show.
    `besides`: what is `beyond` it, where that is known already."""
    step = NEXT.get(filing.status)
    if step is None:
        return None, []
    state, _faults = LIFE.replay(filing, filing.events)
    lacks = LIFE.missing(state, step, now.astimezone(estate.settings.zone))
    lacks += beyond(filing, estate, now) if besides is None else besides
    if step == "refunded":
        lacks += File.of(filing).to_show()
    return step, lacks


def lacking(filing: Renovation, here: Here) -> list[Text]:
    """What is said of a filing after every change."""
    return missing_lines(filing, *missing(filing, here.estate, here.now))


def missing_lines(filing: Renovation, step: str | None, lacks: list[Lack]) -> list[Text]:
    """What a filing lacks for its next step, a line each rule and reason."""
    if step is None:
        return []
    lines = []
    if filing.status == "returned":
        reason = next(event.reason for event in reversed(filing.events) if event.event == "returned")
        lines.append(say("  returned: {reason} (once it is put right: resubmit)", reason=reason))
        if not lacks:
            return lines
    found = File.of(filing).to_rectify if filing.status in SITE else None
    if found is not None:
        lines.append(say("  the check found, to be put right by {day} [N11]: {what}", day=found[1], what=found[0]))
    word = NEXT_STEP.word(step)
    if not lacks:
        return [*lines, say("  nothing is missing for {step}: {command}", step=word, command=STEPS[step].verb)]
    missing_for = say("  missing for {step}:", step=word)
    return [*lines, missing_for, *(Text("    {line}", {"line": line}) for line in grouped(lacks))]


def grouped(lacks: Iterable[Lack]) -> list[Text]:
    """Things that are missing, those of one rule and reason in one line: `[N1] not received: …`."""
    groups: dict[tuple[str, str], list[Text | str]] = {}
    for lack in lacks:
        groups.setdefault((lack.rule, lack.what.pattern), []).append(lack.what.values.get("what", ""))
    return [
        Text("[{rule}] {what}", {"rule": rule, "what": Text(pattern, {"what": parts})})
        for (rule, pattern), parts in groups.items()
    ]


def names_of(filing: Renovation, keys: Keys) -> dict[str, Text | str | None]:
    """The names of a filing's workers by their numbers."""
    return {number: its["name"] for number, its in workers_of(filing, keys).items()}


def workers_of(filing: Renovation, keys: Keys) -> dict[str, dict[str, Text | str | None]]:
    """What is known of a filing's workers by their numbers, opened where the key is here."""
    return {
        event.worker: opened(event, event.sealed, filing.key, filing.id, keys)
        for event in filing.events
        if event.event == "worker_added" and event.worker is not None
    }


def workers_meant(filing: Renovation, typed: Iterable[str], keys: Keys) -> list[str]:
    """The workers named by number or name, each once. Refuses whom there is not, or not only one of."""
    names = names_of(filing, keys)
    found: dict[str, None] = {}
    for part in typed:
        meant = [n for n, name in names.items() if isinstance(name, str) and same_name(name, part)]
        meant = [plain_number(part)] if part.isdigit() else meant
        if len(meant) != 1 or meant[0] not in names:
            there_are = known(f"{n} {words(name)}" for n, name in names.items())
            raise Refusal(say("--worker: there is no one worker {value}", value=part), hint=there_are)
        found[meant[0]] = None
    return list(found)


def plain_number(typed: str) -> str:
    """A number within the filing, as it is written: 02 is 2."""
    return typed.lstrip("0") or "0" if typed.isdigit() else typed


def number_after(numbers: Iterable[str]) -> str:
    """The next number within a filing."""
    return str(max((int(n) for n in numbers), default=0) + 1)
