"""The office's work on renovation filings: what a work item needs [N2, N3, N4], who applies [N1], what a step lacks,
what hinders a refund [N12]."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from propcli.desk.checks import Finding
from propcli.desk.hidden import opened
from propcli.desk.homes import named, resident_for
from propcli.desk.household import among, unit_of
from propcli.desk.neighbours import leaks
from propcli.desk.people import People
from propcli.desk.recording import Recorder
from propcli.engine.policy import SOURCE, GateRow, Policy, RenovationRules, limit_of, spoken
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import UNIT
from propcli.kinds.renovation import (
    CERTIFICATE,
    COPY,
    FILING_PAPER,
    FILING_PAYMENT,
    SHOWN,
    TOUCHES,
    Renovation,
)
from propcli.kinds.renovation_file import File, Lack
from propcli.kinds.renovation_life import BEFORE, SITE
from propcli.kinds.ticket import Ticket
from propcli.kinds.unit import OWNERS, TIE, floor_of
from propcli.store.estate import Estate
from propcli.store.sealing import Keys

RUNNING = SITE | {"completed"}


def rules_of(policy: Policy) -> RenovationRules:
    """The policy's section on renovations. Refuses to go on without."""
    if policy.renovation is None:
        raise Refusal(
            say("policy.yaml does not say what a renovation filing has to meet"),
            hint=say("take the section renovation over from a new estate (propcli init)"),
            code=3,
        )
    return policy.renovation


def file(filing: Renovation) -> File:
    """What a filing has come to."""
    return File.of(filing.events)


# --- the gate, by work item


@dataclass(frozen=True)
class Ruling:
    """What the policy says to a work item: the rows that refuse it, and those that ask for something."""

    refused: tuple[tuple[str, GateRow], ...]  # what it touches, and the row
    asked: tuple[tuple[str, GateRow], ...]
    item: tuple[str, ...]  # papers that every item needs

    @property
    def needs(self) -> list[dict[str, str]]:
        """The papers it needs, each with its rule, as an event has them."""
        papers: dict[str, str] = dict.fromkeys(self.item, "N1")
        for _touch, row in self.asked:
            papers.update((paper, row.rule) for paper in (*row.approval, *row.undertaking) if paper not in papers)
        return [{"paper": paper, "rule": rule} for paper, rule in papers.items()]

    @property
    def test(self) -> bool:
        return any(row.test for _touch, row in self.asked)

    def refusals(self, item: str) -> Iterator[Text]:
        """Why it is refused, each with its rule and source."""
        for touch, row in self.refused:
            yield say("{item}: {what}, never allowed {why}", item=item, what=TOUCHES.word(touch), why=cited(row))

    def answers(self, rules: RenovationRules) -> Iterator[Text]:
        """What it needs, each with its rule and source."""
        for touch, row in self.asked:
            needed: list[Text] = [FILING_PAPER.word(paper) for paper in (*row.approval, *row.undertaking)]
            if row.test:
                times = rules.water_test
                needed.append(
                    say(
                        "a water test of {least} to {most} before it is closed up",
                        least=spoken(limit_of(times.at_least)),
                        most=spoken(limit_of(times.at_most)),
                    )
                )
            yield say("{what}: needs {needed} {why}", what=TOUCHES.word(touch), needed=needed, why=cited(row))


def cited(row: GateRow) -> Text:
    """The rule of a row and where it comes from: `[N4, public law: …]`."""
    source = SOURCE.word(row.source) if row.source else Text("policy.yaml")
    if row.note:
        note = Text(row.note.replace("{", "{{").replace("}", "}}"))  # the program's own notes are translated
        return Text("[{rule}, {source}: {note}]", {"rule": row.rule, "source": source, "note": note})
    return Text("[{rule}, {source}]", {"rule": row.rule, "source": source})


def ruling(rules: RenovationRules, touches: Iterable[str]) -> Ruling:
    """What the policy says to a work item that touches these things."""
    met = [(touch, row) for touch in touches for row in rules.gate if touch in row.touches]
    return Ruling(
        tuple((t, row) for t, row in met if row.refused),
        tuple((t, row) for t, row in met if not row.refused),
        rules.papers.item,
    )


def terms(rules: RenovationRules, owner: bool, contractor: bool) -> dict[str, Any]:
    """What a filing taken in today has to meet, as its first event keeps it."""
    papers = (
        *rules.papers.owner,
        *(() if owner else rules.papers.non_owner),
        *(rules.papers.contractor if contractor else ()),
    )
    return {
        "papers": papers,
        "worker_papers": rules.papers.worker,
        "copies": tuple(c for c in rules.copies if contractor or c != "contractor"),
        "payments": rules.payments,
        **_later(rules),
    }


def terms_taken_over(rules: RenovationRules) -> dict[str, Any]:
    """What a filing of another system still has to meet: its papers and payments were seen to there."""
    return {"worker_papers": rules.papers.worker, **_later(rules)}


def _later(rules: RenovationRules) -> dict[str, Any]:
    return {
        "certificate": rules.certificate,
        "shown": rules.shown,
        "term": rules.term,
        "extension": rules.extension,
        "test_at_least": rules.water_test.at_least,
        "test_at_most": rules.water_test.at_most,
        "occupancy": rules.occupancy,
    }


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
    if home is None and recorder.around.units is not None:
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


def is_owner(capacity: str | None) -> bool:
    return capacity in OWNERS


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
    if step == "approved" and estate.policy.renovation is not None:
        lacks += [Lack("N1", CONTRADICTION, what) for _at, what, _hint in ruled(filing, estate.policy.renovation)]
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


def ruled(filing: Renovation, rules: RenovationRules) -> Iterator[Finding]:
    """What the policy of today asks of a filing not approved yet, and its own events do not say: items it refuses,
    papers and tests that were left out. What was approved stands as it was."""
    if filing.status not in BEFORE:
        return
    its = file(filing)
    first = next((n for n, e in reversed(list(enumerate(filing.events))) if e.terms is not None), None)
    if first is not None:
        asked = terms(rules, is_owner(filing.capacity or "owner"), filing.contractor is not None)
        for name, wanted in asked.items():
            have = getattr(its.terms, name)
            if isinstance(wanted, tuple):
                absent = [code for code in wanted if code not in have]
                if absent:
                    words = [TERM_WORDS[name].word(code) if name in TERM_WORDS else code for code in absent]
                    what = say("the policy asks for more [{rule}]: {what}", rule=RULE_OF[name], what=words)
                    yield ("events", first, "terms", name), what, RENEW
            elif have is None or _looser(name, have, wanted):
                what = say("the policy says {wanted} [{rule}]", wanted=spoken(limit_of(wanted)), rule=RULE_OF[name])
                yield ("events", first, "terms", name), what, RENEW
    for index, event in enumerate(filing.events):
        if event.event != "item_added" or event.item not in its.works:
            continue
        said = ruling(rules, event.touches)
        for why in said.refusals(event.text or ""):
            yield ("events", index, "touches"), why, say("drop the item: propcli renovation drop-item")
        have = {need.paper for need in event.needs}
        missed = [FILING_PAPER.word(need["paper"]) for need in said.needs if need["paper"] not in have]
        if said.test and not event.test:
            missed.append(say("a water test"))
        if missed:
            what = say("the item needs what is not among its needs: {what}", what=missed)
            yield ("events", index, "item"), what, say("drop the item and add it again")


RENEW = say("return it: coming in again, with resubmit, it takes over the policy of today")
# the rule behind each part of a filing's terms
RULE_OF = {
    "papers": "N1",
    "worker_papers": "N1",
    "copies": "N5",
    "payments": "N6",
    "certificate": "N7",
    "shown": "N12",
    "term": "N9",
    "extension": "N9",
    "test_at_least": "N3",
    "test_at_most": "N3",
    "occupancy": "N12",
}
TERM_WORDS = {
    "papers": FILING_PAPER,
    "worker_papers": FILING_PAPER,
    "copies": COPY,
    "payments": FILING_PAYMENT,
    "certificate": CERTIFICATE,
    "shown": SHOWN,
}
_MINUTES = {"m": 1, "d": 24 * 60, "mo": 30 * 24 * 60}


def _looser(name: str, have: str, wanted: str) -> bool:
    """Whether a length of time asks for less than the policy does."""
    one, other = (limit.amount * _MINUTES[limit.unit] for limit in (limit_of(have), limit_of(wanted)))
    return one < other if name in ("test_at_least", "occupancy") else one > other


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
