"""The office's work on renovation filings: who applies [N1], what a step lacks, what hinders a refund [N12]."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import UNIT
from propcli.kinds.renovation.checks import ruled
from propcli.kinds.renovation.file import File, Lack
from propcli.kinds.renovation.life import SITE
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.neighbours import leaks
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.unit.homes import named, resident_for
from propcli.kinds.unit.model import floor_of
from propcli.kinds.unit.words import TIE
from propcli.records.hidden import opened
from propcli.records.household import among, unit_of
from propcli.records.people import People
from propcli.records.recording import Recorder, surroundings
from propcli.store.estate import Estate
from propcli.store.sealing import Keys

RUNNING = SITE | {"completed"}


def file(filing: Renovation) -> File:
    """What a filing has come to."""
    return File.of(filing.events)


# --- who applies


@dataclass(frozen=True)
class Applicant:
    resident: str
    capacity: str  # the tie
    note: Text | None = None


def applicant(
    recorder: Recorder, people: People, unit_id: str, typed: str, capacity: str | None, now: Any, by: str
) -> Applicant:
    """Who applies, found among the unit's people; the tie says whether the owner's consent is needed [N1]. Where the
    office has nobody on record for the unit, the person is registered and somebody has to say what he is."""
    home = unit_of(recorder, unit_id)
    today = now.astimezone(recorder.estate.settings.zone).date()
    if home is None and recorder.around.known["unit"] is not None:
        raise Refusal(say("there is no {kind} {id}", kind=UNIT.title, id=unit_id))
    # of two ties the stronger counts: owners stand first
    ties = {tie.resident: tie.tie for tie in reversed(home.ties_on(today))} if home else {}
    who = named(typed)
    if not ties:
        if capacity is None:
            raise Refusal(
                say("nobody is on record for {unit}: what is the applicant to it? [N1]", unit=unit_id),
                hint=say("give --as owner, tenant, family or agent"),
            )
        resident, note = resident_for(recorder, people, who, "--applicant", now, by)
        return Applicant(resident, capacity, note)
    found = among(home, who.name, who.phone, people, today, "--applicant", say("give the id"))
    resident = who.name if who.name in ties else found.id if found else ""
    if not resident:
        known = ", ".join(f"{i} {people.called(i)}" for i in ties)
        raise Refusal(
            say("--applicant: {value} has no tie to {unit} [N1]", value=who.name, unit=unit_id),
            hint=say("known: {ids}; somebody else is recorded first with unit join, let or transfer", ids=known),
        )
    if capacity is not None and capacity != ties[resident]:
        raise Refusal(
            say("--as: {value} is on record as {tie}", value=people.called(resident), tie=TIE.word(ties[resident])),
            hint=say("leave it out"),
        )
    return Applicant(resident, ties[resident])


# --- how a filing stands


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


def missing(
    filing: Renovation, estate: Estate, now: datetime, open_leaks: Iterable[Ticket] | None = None
) -> tuple[str | None, list[Lack]]:
    """The next step of a filing, and everything it lacks at a time. `open_leaks`: those of the whole estate, where they
    are known already."""
    day = now.astimezone(estate.settings.zone).date()
    step = NEXT.get(filing.status)
    if step is None:
        return None, []
    its = file(filing)
    lacks = list(its.lacks(step, day, filing.below))
    if step == "refunded":
        found = leaks(estate, filing.below, now) if open_leaks is None else open_leaks
        lacks += [leak_lack(ticket) for ticket in found if ticket.unit in filing.below]
        lacks += its.to_show()
    if step == "approved":
        lacks += [Lack("N1", CONTRADICTION, what) for _at, what, _hint in ruled(filing, surroundings(estate))]
    return step, lacks


def grouped(lacks: Iterable[Lack]) -> list[Text]:
    """Things that are missing, those of one rule and reason in one line: `[N1] not received: …`."""
    groups: dict[tuple[str, str], list[Text | str]] = {}
    for lack in lacks:
        groups.setdefault((lack.rule, lack.pattern), []).append(lack.what)
    return [
        Text("[{rule}] {what}", {"rule": rule, "what": Text(pattern, {"what": parts})})
        for (rule, pattern), parts in groups.items()
    ]


CONTRADICTION = say("not as the policy of today: {what}", what="").pattern
OPEN_LEAK = say("an open leak below: {what}", what="").pattern


def leak_lack(ticket: Ticket) -> Lack:
    return Lack("N12", OPEN_LEAK, f"{ticket.id} {ticket.unit} {ticket.summary}")


def refuse_leaks(estate: Estate, filing: Renovation, shown: tuple[str, ...], now: datetime) -> None:
    """Refuses a refund while a leak ticket of the unit below is open [N12], with everything else that is missing."""
    found = leaks(estate, filing.below, now) if filing.status == "passed" else []
    if found:
        its, day = file(filing), now.astimezone(estate.settings.zone).date()
        lacks = (*map(leak_lack, found), *its.lacks("refunded", day, filing.below), *its.to_show(shown))
        raise Refusal(
            *(say("{what} [{rule}]", what=lack.text, rule=lack.rule) for lack in lacks),
            title=say("{record}: refused", record=filing.id),
            hint=say("find out where the leak comes from, mend it and close the ticket first"),
        )


def names_of(filing: Renovation, keys: Keys) -> dict[str, Text | str | None]:
    """The names of a filing's workers by their numbers."""
    return {number: known["name"] for number, known in workers_of(filing, keys).items()}


def workers_of(filing: Renovation, keys: Keys) -> dict[str, dict[str, Text | str | None]]:
    """What is known of a filing's workers by their numbers, opened where the key is here."""
    return {
        event.worker: opened(event, event.sealed, filing.key, filing.id, keys)
        for event in filing.events
        if event.event == "worker_added" and event.worker is not None
    }


def number_after(numbers: Iterable[str]) -> str:
    """The next number within a filing."""
    return str(max((int(n) for n in numbers), default=0) + 1)


def shelf(filing: Renovation) -> tuple[Any, ...]:
    """The order in which filings stand on the shelf: by building, low floors first [N13]."""
    if not UNIT.is_id(filing.unit):
        return ((1, 0, ""), 0, (0, 0, ""), filing.unit, filing.id)
    building, entrance, room = filing.unit.split("-")
    floor = floor_of(filing.unit)
    return (_natural(building), floor if floor is not None else 10_000, _natural(entrance), room, filing.id)


def _natural(text: str) -> tuple[int, int, str]:
    """2 stands before 10, numbers before letters."""
    return (0, int(text), "") if text.isdigit() else (1, 0, text)
