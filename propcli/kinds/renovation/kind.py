"""What the commands on renovation filings are made from, besides their steps."""

from datetime import date
from typing import Any

from propcli.engine.lifecycle import Ask
from propcli.engine.text import say
from propcli.kinds.declaration import Declaration, Listing, Shown, Tables, Verb, deferred, plain
from propcli.kinds.renovation.steps import STEPS as STEPS
from propcli.kinds.renovation.words import CERTIFICATE, COPY, EXPIRED, OPEN, STATES, yuan


def state_at(filing: Any, day: date) -> str:
    """Its state, or `expired`: works go on though the permit has ended [N9]. On its last day it still stands."""
    ended = filing.status == "working" and filing.until is not None and day > filing.until
    return EXPIRED if ended else filing.status


def _applicant(filing: Any, view: Any) -> Any:
    return view.private(view.people.called(filing.resident) if filing.resident else filing.who)


def _contractor(filing: Any, _view: Any) -> Any:
    return filing.contractor or (say("own work") if filing.source is None else None)


def _copies(_filing: Any, event: Any, _view: Any) -> Any:
    copies = COPY if event.event == "signed" else CERTIFICATE
    return [copies.word(code) for code in event.copies]


def _in_order(_filing: Any, event: Any, _view: Any) -> Any:
    """Papers that were checked and nothing else are in order."""
    if event.ok:
        return None if event.event == "papers_checked" else say("in order")
    return say("not in order")


LISTED = (
    Shown("id"),
    Shown("unit", value=lambda filing, _view: filing.place or filing.unit),
    Shown("applicant", say("applicant"), _applicant),
    Shown("works", wide=True),
    Shown("contractor", value=_contractor, wide=True),
    *plain("status start until"),
)
# fmt: off
DECLARED = Declaration(
    finds=("works", "place", "contractor"),
    show_help="The cover sheet: term, owner, contact, state, payments, what happened [N13].",
    asked=("unit", "resident", "works", "capacity", "contractor", "company_number", "in_charge", "below", "detail"),
    needed=frozenset({"resident"}),
    asks={
        "unit": Ask(argument=True, metavar="UNIT"), "resident": Ask(option="--applicant", metavar="WHO", raw=True),
        "capacity": Ask(option="--as", metavar="TIE"), "company_number": Ask(metavar="NUMBER", raw=True),
        "in_charge": Ask(metavar="NAME,PHONE", raw=True), "below": Ask(metavar="UNIT")
    },
    begins=deferred("kinds.renovation.apply:begins"),
    looks=tuple(f"kinds.renovation.{part}" for part in ("apply", "permit", "site")),
    lacking=deferred("kinds.renovation.filings:lacking"),
    listing=Listing(
        columns=LISTED, empty=say("No such filings."), default="open",
        help="Filings by building, low floors first [N13]; the open ones unless asked otherwise.",
        state_help="applied, working, expired, …; open (the default) or all.",
        groups={name: OPEN | {EXPIRED} for name in ("open", "未结")}, order=deferred("kinds.renovation.model:shelf")
    ),
    tables=Tables(
        tuple(
            "unit building entrance room source_id filed issued expires closed closed_text status place works detail "
            "applicant_name applicant_phone contractor company_number".split()
        )
    ),
    states=STATES, state_at=lambda filing, now: state_at(filing, now.date()),
    untold=frozenset({"terms", "needs", "test", "sealed", "name", "phone"}),
    says={
        "worker": deferred("kinds.renovation.show:worker_said"), "ok": _in_order, "copies": _copies,
        "amount": lambda _filing, event, _view: say("{amount} yuan", amount=yuan(event.amount))
    },
    flags={
        "tight": (say("tight"), say("leaking")), "passed": (say("passed"), say("not passed")),
        "stop": (say("works stopped"), None)
    },
    labels={
        "item": say("item"), "card": say("worker pass"), "violation": say("violation"), "start": say("first day"),
        "until": say("last day"), "rectify_by": say("to be put right by"), "started": say("water stood since"),
        "on": say("lived in since"), "refund_from": say("refund from"), "receipt": say("receipt"), "rule": say("rule")
    },
    verbs=(
        Verb("check", "kinds.renovation.show:check", "What is still missing for the next step, each with its rule."),
    ),
    groups={"worker": "The workers on the site [N8].", "pass": "The workers' passes, for the permit's term [N8]."},
    validates="kinds.renovation.requirements:ruled", show="kinds.renovation.show:show_filing"
)
# fmt: on
