"""The life of a ticket until it is closed: the office's procedures as tables.

The steps and their order stand in `kind` [P1, C4], `GUARDS` says what has to have happened before a step, each with its
rule, `CHECKS` what a step itself must say. `LIFE` replays them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from propcli.engine.lifecycle import Guard, Lack, Lifecycle, State, Why
from propcli.engine.text import Person, Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.ticket.kind import EVENT, STEPS
from propcli.kinds.ticket.model import TicketEvent
from propcli.kinds.ticket.words import ANSWERS, KIND, LEAK, LEVEL, SERVICES, STATUS, SUPPLY, WORK, WORKED

CLOSING = frozenset({"closed", "settled", "cancelled", "merged"})

_REPAIR = {"kind": ("repair",)}
# a duplicate's resident is answered with what was found on the other ticket [T11]
_COMPLAINT = {"kind": ("complaint",), "duplicate_of": ("none",)}
_MAJOR = {**_COMPLAINT, "severity": ("major",)}
_IMPORTANT = {**_COMPLAINT, "severity": ("important",)}
_VALID = {**_COMPLAINT, "valid": ("true",)}
_LEAK = {**_REPAIR, "category": (LEAK,)}
# fmt: off
GUARDS: tuple[Guard, ...] = (
    Guard(
        "P1", ("done",), "diagnosed", say("a repair is done only after somebody arrived and found the cause"),
        say("record arrive and diagnose first"), _REPAIR
    ),
    Guard(
        "T6", ("done",), "confirmed", say("nobody has been sent and confirmed"),
        say("dispatch it and record confirm first"), {"kind": ("repair", *SERVICES)}
    ),
    Guard(
        "P5", ("followed_up", "closed"), "signed_off", say("the resident has not signed the work off"),
        say("record sign-off first"), _REPAIR
    ),
    Guard(
        "F2", ("signed_off", "followed_up", "closed"), "tested", say("a leak repair needs its water test first"),
        say("record test --tight or --leaking first"), _LEAK
    ),
    Guard(
        "F4", ("closed",), "followed_up", say("it has not been followed up; every repair is"),
        say("record follow-up first"), _REPAIR
    ),
    Guard(
        "C6", ("closed",), "followed_up", say("it has not been followed up; every complaint is"),
        say("record follow-up first"), _COMPLAINT
    ),
    Guard(
        "C4", ("replied", "done", "closed"), "judged", say("nobody has judged whether the complaint is valid"),
        say("record judge --valid or --invalid first"), _COMPLAINT
    ),
    Guard(
        "C4", ("replied", "done", "closed"), "cause known", say("the cause of the complaint is not recorded"),
        say("record judge --valid --cause … first"), _VALID
    ),
    Guard(
        "C4", ("replied", "done", "closed"), "responsible known", say("who is responsible is not recorded"),
        say("record judge --valid --responsible … first"), _VALID
    ),
    Guard(
        "C4", ("replied", "done", "closed"), "solution proposed", say("no solution has been proposed"),
        say("record judge --valid --solution … first"), _VALID
    ),
    Guard(
        "C4", ("followed_up", "closed"), "replied",
        say("the resident has had no reply; an invalid complaint gets one too"), say("record reply first"), _COMPLAINT
    ),
    Guard("C4", ("closed",), "done", say("the complaint is not resolved"), say("record done first"), _COMPLAINT),
    Guard(
        "C1", ("replied", "done", "closed"), "escalated to manager",
        say("a major complaint is reported to the manager first"), say("record escalate --to manager first"), _MAJOR
    ),
    Guard(
        "C2", ("done", "closed"), "escalated", say("an important complaint is reported to the supervisor first"),
        say("record escalate --to supervisor first"), _IMPORTANT
    ),
    Guard(
        "T11", ("closed",), "replied", say("the resident has had no reply"), say("record reply first"),
        {"kind": ANSWERS}
    ),
    Guard("C5", ("closed",), "done", say("it is not done"), say("record done first"), {"kind": SERVICES}),
    Guard(
        "import", ("settled",), "imported", say("only an imported ticket can have been closed in a former system"),
        say("record close")
    ),
    Guard(
        "P3", ("charged",), "consented charge", say("the owner has not agreed to the charge"),
        say("record consent --to charge --who …, or charge --consent-of …")
    ),
)
# fmt: on


def _fold(state: State, event: TicketEvent) -> None:
    folded, facts, name = state.folded, state.facts, event.event
    for flag in ("valid", "solved", "tight"):
        if (said := getattr(event, flag)) is not None:
            folded[flag] = said
    if name == "accepted":
        folded["acceptor"] = event.by
    elif name == "dispatched":
        folded["acceptor"] = folded.get("acceptor") or event.by
        facts -= {"confirmed", "arrived"}  # whoever is sent instead of another confirms for himself
    elif name == "handed_over":
        folded["acceptor"] = event.to
    elif name == "merged":
        folded["duplicate_of"] = event.other
    elif name == "escalated":
        facts.add(f"escalated to {event.to}")
        folded["asked"] = (*folded.get("asked", ()), event.to)  # whoever was asked for a decision [T7]
    elif name == "confirmed" and folded.get("team"):
        folded["assignee"] = folded.get("assignee") or event.by  # given to a team: who takes it has it
    elif name == "charged":
        facts.discard("consented charge")  # the next charge is agreed to by itself
    elif name == "consented":
        facts.add(f"consented {event.to}")
    elif name == "diagnosed":
        folded["stops"] = (*folded.get("stops", ()), *event.stops)
    elif name == "judged":
        known = (("cause", "cause known"), ("responsible", "responsible known"), ("solution", "solution proposed"))
        facts.update(fact for name, fact in known if getattr(event, name))


WHILE_UNSOLVED = ("reopened", "noted", "linked", "replied", "escalated", "handed_over")
LEAKS = Lack("F2", say("the water test still leaks"), say("reopen it, or record a tight test"))


def _leaks(state: State) -> bool:
    return "tested" in state.facts and state.folded.get("tight") is False


def _lacks(state: State, name: str, _at: datetime) -> Iterator[Lack]:
    """What a step lacks whatever it says, besides the guards."""
    folded, facts = state.folded, state.facts
    if name in ("done", "charged"):
        for supply in dict.fromkeys(folded.get("stops", ())):
            if f"consented {supply}" not in facts:
                what = say(
                    "the work means a {supply}; the resident's consent is not recorded", supply=SUPPLY.word(supply)
                )
                yield Lack("P4", what, say("record consent --to {supply} --who …", supply=supply))
    if name == "charged" and folded.get("payment") == "free":
        yield Lack("P2", say("it was taken in as free for the owner"), say("record payment paid --reason … first"))
    if name in ("signed_off", "closed") and _leaks(state):
        yield LEAKS
    if "followed_up" in facts and folded.get("solved") is False and name not in WHILE_UNSOLVED:
        yield Lack("F5", say("the follow-up found it unsolved"), say("reopen it first"))


def _taken_in(state: State, event: TicketEvent) -> Iterator[Why]:
    ticket = state.record
    if ticket.kind == "complaint" and event.severity is None:
        yield "C4", say("a complaint needs its severity: major, important or minor"), None, "event"
    if ticket.kind != "complaint" and event.severity is not None:
        yield "C4", say("severity is for complaints"), None, "severity"
    if (ticket.resident or ticket.caller) is None and ticket.channel not in ("patrol", "suggestion_box"):
        yield "T2", say("who raised it is missing"), say("give the caller's name"), "event"


def _reported_before(state: State, event: TicketEvent) -> Iterator[Why]:
    if event.at < state.record.reported:
        what = say("it was taken in before it was reported ({reported})", reported=state.record.reported)
        yield "", what, None, "at"


def _one_leads(_state: State, event: TicketEvent) -> Iterator[Why]:
    if event.team in event.co_teams:
        yield "T9", say("{team} leads; it cannot also be a co-team", team=event.team), None, "co_teams"


def _sent_confirms(state: State, event: TicketEvent) -> Iterator[Why]:
    sent = state.folded.get("assignee")
    if sent and event.by != sent:
        hint = say("confirm as that person, or dispatch it anew")
        yield "T6", say("the person sent confirms: {assignee}", assignee=Person(sent)), hint, "by"


def _amounts(_state: State, event: TicketEvent) -> Iterator[Why]:
    if event.labour is None and event.material is None:
        yield "P3", say("a charge needs labour or material, in yuan"), None, "event"


def _told_in_time(state: State, event: TicketEvent) -> Iterator[Why]:
    """What was told before can be told anew only as long as it has not passed [T8]."""
    for promised, what in (("expected", say("the work")), ("appointment", say("the visit"))):
        old = state.folded.get(promised)
        if getattr(event, promised) is not None and old and event.at > old:
            passed = say("the time told to the resident for {what} ({old}) has already passed", what=what, old=old)
            yield "T8", passed, say("a delay is told before; record what was told now with note"), "at"


def _new_time(_state: State, event: TicketEvent) -> Iterator[Why]:
    if event.expected is None and event.appointment is None:
        yield "T8", say("a delay needs the new time: --until, or --appointment for a visit"), None, "event"


def _promised(_state: State, event: TicketEvent) -> Iterator[Why]:
    for promised in ("expected", "appointment"):
        moment = getattr(event, promised)
        if moment is not None and moment <= event.at:
            yield "T8", say("{field} ({at}) is not after the event itself", field=promised, at=moment), None, promised


def _one_of(known: Vocabulary) -> "Check":
    def check(_state: State, event: TicketEvent) -> Iterator[Why]:
        if event.to not in known:
            yield "", say("to is one of: {known}", known=", ".join(known)), None, "to"

    return check


def _new_acceptor(state: State, event: TicketEvent) -> Iterator[Why]:
    if event.to == state.folded.get("acceptor"):
        yield "C5", say("{staff} is already the acceptor", staff=Person(event.to)), None, "to"


def _asked_anew(state: State, event: TicketEvent) -> Iterator[Why]:
    if event.to in state.folded.get("asked", ()):
        yield "T7", say("it is already with the {level}", level=LEVEL.word(str(event.to))), None, "to"


def _acceptor_replies(state: State, event: TicketEvent) -> Iterator[Why]:
    acceptor = state.folded.get("acceptor")
    if acceptor and event.by != acceptor:
        what = say("the acceptor replies: {acceptor}", acceptor=Person(acceptor))
        yield "C5", what, say("hand it over first: hand-over-to"), "by"


def _withdrawn(state: State, event: TicketEvent) -> Iterator[Why]:
    if state.record.kind == "complaint" and event.who is None:
        yield "C6", say("a complaint is cancelled only by who raised it"), say("give --who"), "event"


def _another(what: Text) -> "Check":
    def check(state: State, event: TicketEvent) -> Iterator[Why]:
        if event.other == state.record.id:
            yield "", what, None, "other"

    return check


def _tight(state: State, event: TicketEvent) -> Iterator[Why]:
    if event.solved and _leaks(state):
        yield LEAKS.rule, LEAKS.what, LEAKS.hint, "event"


def _summed_up(state: State, event: TicketEvent) -> Iterator[Why]:
    if state.record.kind == "complaint" and event.text is None:
        hint = say("give --text, or --summary with follow-up --close")
        yield "C4", say("closing a complaint needs its summing-up"), hint, "event"


def _done(state: State, _event: TicketEvent) -> Iterator[Why]:
    if state.record.kind in WORKED and state.status in WORK:
        yield "C5", say("it is not done"), say("record done first"), "event"


Check = Callable[[State, Any], Iterator[Why]]
CHECKS: dict[str, tuple[Check, ...]] = {
    "accepted": (_taken_in, _reported_before, _promised),
    "imported": (_reported_before,),
    "dispatched": (_one_leads, _told_in_time, _promised),
    "confirmed": (_sent_confirms,),
    "consented": (_one_of(SUPPLY),),
    "charged": (_amounts,),
    "delayed": (_told_in_time, _new_time, _promised),
    "replied": (_acceptor_replies,),
    "followed_up": (_tight,),
    "escalated": (_one_of(LEVEL), _asked_anew),
    "handed_over": (_new_acceptor,),
    "merged": (_another(say("a ticket cannot be a duplicate of itself")),),
    "linked": (_another(say("a ticket cannot be linked to itself")),),
    "closed": (_summed_up, _done),
    "cancelled": (_withdrawn,),
}


def _check(state: State, event: TicketEvent) -> Iterator[Why]:
    for check in CHECKS.get(event.event, ()):
        yield from check(state, event)


LIFE = Lifecycle(
    steps=STEPS,
    guards=GUARDS,
    kinds=KIND,
    states=STATUS,
    events=EVENT,
    first=frozenset({"accepted", "imported"}),
    folded=tuple(
        "severity appointment expected acceptor team co_teams assignee helpers duplicate_of payment "
        "covered_until".split()
    ),
    round_facts=frozenset(
        (
            *"dispatched confirmed arrived diagnosed done tested signed_off replied followed_up".split(),
            *(f"consented {supply}" for supply in SUPPLY),
        )
    ),
    fold=_fold,
    lacks=_lacks,
    check=_check,
    ending=CLOSING | {"reopened"},  # reopened work has obligations of its own
)
