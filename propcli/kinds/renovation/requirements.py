"""What the policy asks of a renovation filing: by what its work items touch [N2, N3, N4], and as a whole (`terms`); and
a filing that is not approved yet, held against the policy of today [N1-N7, N9, N12]."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from propcli.engine.policy import SOURCE, GateRow, Policy, RenovationRules, limit_of, spoken
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.renovation.file import File
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.words import BEFORE, CERTIFICATE, COPY, FILING_PAPER, FILING_PAYMENT, SHOWN, TOUCHES
from propcli.kinds.unit.words import OWNERS
from propcli.records.checking import Finding, Surroundings

RENEW = say("return it: coming in again, with resubmit, it takes over the policy of today")
# each part of a filing's terms: the rule behind it, and what its codes are called
PARTS: dict[str, tuple[str, Vocabulary | None]] = {
    "papers": ("N1", FILING_PAPER),
    "worker_papers": ("N1", FILING_PAPER),
    "copies": ("N5", COPY),
    "payments": ("N6", FILING_PAYMENT),
    "certificate": ("N7", CERTIFICATE),
    "shown": ("N12", SHOWN),
    "term": ("N9", None),
    "extension": ("N9", None),
    "test_at_least": ("N3", None),
    "test_at_most": ("N3", None),
    "occupancy": ("N12", None),
}
_MINUTES = {"m": 1, "d": 24 * 60, "mo": 30 * 24 * 60}


def rules_of(policy: Policy) -> RenovationRules:
    """The policy's section on renovations. Refuses to go on without."""
    if policy.renovation is None:
        raise Refusal(
            say("policy.yaml does not say what a renovation filing has to meet"),
            hint=say("take the section renovation over from a new estate (propcli init)"),
            code=3,
        )
    return policy.renovation


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
                least, most = (spoken(limit_of(time)) for time in (rules.water_test.at_least, rules.water_test.at_most))
                needed.append(say("a water test of {least} to {most} before it is closed up", least=least, most=most))
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


def ruled(filing: Renovation, around: Surroundings) -> Iterator[Finding]:
    """What the policy of today asks of a filing not approved yet, and its own events do not say: items it refuses,
    papers and tests that were left out. What was approved stands as it was."""
    rules = around.policy.renovation if around.policy is not None else None
    if filing.status not in BEFORE or rules is None:
        return
    its = File.of(filing)
    first = next((n for n, e in reversed(list(enumerate(filing.events))) if e.terms is not None), None)
    if first is not None:
        asked = terms(rules, (filing.capacity or "owner") in OWNERS, filing.contractor is not None)
        for name, wanted in asked.items():
            have = getattr(its.terms, name)
            rule, called = PARTS[name]
            if called is not None:
                absent = [called.word(code) for code in wanted if code not in have]
                if absent:
                    what = say("the policy asks for more [{rule}]: {what}", rule=rule, what=absent)
                    yield ("events", first, "terms", name), what, RENEW
            elif have is None or _looser(name, have, wanted):
                what = say("the policy says {wanted} [{rule}]", wanted=spoken(limit_of(wanted)), rule=rule)
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


def _looser(name: str, have: str, wanted: str) -> bool:
    """Whether a length of time asks for less than the policy does."""
    one, other = (limit.amount * _MINUTES[limit.unit] for limit in (limit_of(have), limit_of(wanted)))
    return one < other if name in ("test_at_least", "occupancy") else one > other
