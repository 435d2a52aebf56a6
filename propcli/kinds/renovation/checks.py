"""A filing that is not approved yet, held against the policy of today [N1-N7, N9, N12]."""

from collections.abc import Iterator

from propcli.engine.policy import limit_of, spoken
from propcli.engine.text import say
from propcli.kinds.renovation.file import File
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.requirements import is_owner, ruling, terms
from propcli.kinds.renovation.words import BEFORE, CERTIFICATE, COPY, FILING_PAPER, FILING_PAYMENT, SHOWN
from propcli.records.checking import Finding, Surroundings

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


def ruled(filing: Renovation, around: Surroundings) -> Iterator[Finding]:
    """What the policy of today asks of a filing not approved yet, and its own events do not say: items it refuses,
    papers and tests that were left out. What was approved stands as it was."""
    rules = around.policy.renovation if around.policy is not None else None
    if filing.status not in BEFORE or rules is None:
        return
    its = File.of(filing.events)
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


def _looser(name: str, have: str, wanted: str) -> bool:
    """Whether a length of time asks for less than the policy does."""
    one, other = (limit.amount * _MINUTES[limit.unit] for limit in (limit_of(have), limit_of(wanted)))
    return one < other if name in ("test_at_least", "occupancy") else one > other
