"""The life of a ticket until it is closed: the office's procedures as tables.

`STEPS` says which step may follow which [P1, C4], `GUARDS` what has to have happened before a step, each with its rule.
`LIFE` replays them."""

from collections.abc import Iterator
from typing import get_args

from propcli.engine.lifecycle import Guard, Lifecycle, State, Step
from propcli.engine.text import Person, Text, say
from propcli.kinds.ticket.model import EVENT, KIND, LEAK, LEVEL, STATUS, SUPPLY, Status, TicketEvent

ENDED = frozenset({"closed", "cancelled", "merged"})
OPEN = frozenset(get_args(Status)) - ENDED
WORK = frozenset({"waiting", "assigned", "confirmed", "on_site", "diagnosed"})
CLOSING = frozenset({"closed", "settled", "cancelled", "merged"})
FINISHED = frozenset({"done", "signed_off", "followed_up"})

# Kinds whose work is the answer itself: replied is their done [T10, T11].
ANSWERS = ("inquiry", "suggestion")
# Kinds somebody goes out for.
SERVICES = ("help", "convenience", "entrusted")
WORKED = ("repair", "complaint", *SERVICES)

_OPENING = ("severity", "expected", "appointment", "payment", "covered_until")
STEPS: dict[str, Step] = {
    step.event: step
    for step in (
        Step("accepted", frozenset(), "waiting", takes=_OPENING, rule="T2"),
        Step("imported", frozenset(), "waiting", takes=_OPENING, actor="import"),
        Step(
            "dispatched",
            WORK,
            "assigned",
            ("team",),
            ("assignee", "co_teams", "helpers", "order", "expected", "appointment", "reason"),
            rule="T6",
        ),
        Step("confirmed", frozenset({"assigned"}), "confirmed", (), ("text",), "assignee", "T6"),
        Step("arrived", frozenset({"confirmed"}), "on_site", (), ("text",), "assignee", "P1"),
        Step(
            "diagnosed",
            frozenset({"on_site", "diagnosed"}),
            "diagnosed",
            ("cause",),
            ("stops",),
            "assignee",
            "P1",
        ),
        Step("consented", OPEN, None, ("to", "who"), ("text",), "assignee", "P4"),
        Step(
            "charged",
            frozenset({"on_site", "diagnosed", "done"}),
            None,
            ("item",),
            ("labour", "material"),
            "assignee",
            "P3",
        ),
        Step("paused", WORK | {"done"}, "paused", ("waiting_for", "reason"), (), "assignee", "T8"),
        Step("resumed", frozenset({"paused"}), "back", (), ("text",), "assignee", "T8"),
        Step(
            "delayed", WORK | {"paused"}, None, ("reason",), ("expected", "appointment", "who", "how"), "acceptor", "T8"
        ),
        Step("done", WORK, "done", ("text",), (), "assignee", "P1", WORKED),
        Step("tested", frozenset({"done", "signed_off"}), None, ("tight",), ("text",), "assignee", "F2", ("repair",)),
        Step("signed_off", frozenset({"done"}), "signed_off", ("who",), ("text",), "assignee", "P5"),
        Step(
            "replied",
            OPEN | {"merged"},
            dict.fromkeys(ANSWERS, "done"),
            ("text",),
            ("who", "how"),
            "acceptor",
            "T11",
            stays=frozenset({"merged"}),  # an answered duplicate does not come to life again
        ),
        Step(
            "followed_up",
            FINISHED,
            "followed_up",
            ("solved",),
            ("rating", "text", "who", "how"),
            "acceptor",
            "F4",
        ),
        Step("reopened", FINISHED | {"closed"}, "waiting", ("reason",), (), "acceptor", "F5"),
        Step("escalated", OPEN, None, ("to", "reason"), (), "acceptor", "T7"),
        Step(
            "judged",
            OPEN,
            None,
            ("valid",),
            ("severity", "cause", "responsible", "solution", "text"),
            "acceptor",
            "C4",
            ("complaint",),
        ),
        Step("assisted", WORK, None, ("helpers",), ("text",), "desk", "T6", adds=("helpers",)),
        Step("handed_over", OPEN, None, ("to",), ("reason",), "acceptor", "C5"),
        Step("merged", WORK | {"paused"}, "merged", ("other",), ("reason",), "acceptor", "T11"),
        Step("linked", OPEN | ENDED, None, ("other",), ("text",)),
        Step("payment_decided", OPEN, None, ("payment", "reason"), (), "desk", "P2"),
        Step("noted", OPEN | ENDED, None, ("text",)),
        Step("closed", FINISHED | WORK, "closed", (), ("text",), "acceptor", "C5"),
        Step("settled", OPEN, "closed", (), ("text",), "import"),
        Step("cancelled", WORK | {"paused"}, "cancelled", ("reason",), ("who",), "acceptor"),
    )
}

_REPAIR = {"kind": ("repair",)}
# a duplicate's resident is answered with what was found on the other ticket [T11]
_COMPLAINT = {"kind": ("complaint",), "duplicate_of": ("none",)}
_MAJOR = {**_COMPLAINT, "severity": ("major",)}
_IMPORTANT = {**_COMPLAINT, "severity": ("important",)}
_VALID = {**_COMPLAINT, "valid": ("true",)}
_LEAK = {**_REPAIR, "category": (LEAK,)}
GUARDS: tuple[Guard, ...] = (
    Guard(
        "P1",
        ("done",),
        "diagnosed",
        say("a repair is done only after somebody arrived and found the cause"),
        say("record arrive and diagnose first"),
        _REPAIR,
    ),
    Guard(
        "T6",
        ("done",),
        "confirmed",
        say("nobody has been sent and confirmed"),
        say("dispatch it and record confirm first"),
        {"kind": ("repair", *SERVICES)},
    ),
    Guard(
        "P5",
        ("followed_up", "closed"),
        "signed_off",
        say("the resident has not signed the work off"),
        say("record sign-off first"),
        _REPAIR,
    ),
    Guard(
        "F2",
        ("signed_off", "followed_up", "closed"),
        "tested",
        say("a leak repair needs its water test first"),
        say("record test --tight or --leaking first"),
        _LEAK,
    ),
    Guard(
        "F4",
        ("closed",),
        "followed_up",
        say("it has not been followed up; every repair is"),
        say("record follow-up first"),
        _REPAIR,
    ),
    Guard(
        "C6",
        ("closed",),
        "followed_up",
        say("it has not been followed up; every complaint is"),
        say("record follow-up first"),
        _COMPLAINT,
    ),
    Guard(
        "C4",
        ("replied", "done", "closed"),
        "judged",
        say("nobody has judged whether the complaint is valid"),
        say("record judge --valid or --invalid first"),
        _COMPLAINT,
    ),
    Guard(
        "C4",
        ("replied", "done", "closed"),
        "cause known",
        say("the cause of the complaint is not recorded"),
        say("record judge --valid --cause … first"),
        _VALID,
    ),
    Guard(
        "C4",
        ("replied", "done", "closed"),
        "responsible known",
        say("who is responsible is not recorded"),
        say("record judge --valid --responsible … first"),
        _VALID,
    ),
    Guard(
        "C4",
        ("replied", "done", "closed"),
        "solution proposed",
        say("no solution has been proposed"),
        say("record judge --valid --solution … first"),
        _VALID,
    ),
    Guard(
        "C4",
        ("followed_up", "closed"),
        "replied",
        say("the resident has had no reply; an invalid complaint gets one too"),
        say("record reply first"),
        _COMPLAINT,
    ),
    Guard(
        "C4",
        ("closed",),
        "done",
        say("the complaint is not resolved"),
        say("record done first"),
        _COMPLAINT,
    ),
    Guard(
        "C1",
        ("replied", "done", "closed"),
        "escalated to manager",
        say("a major complaint is reported to the manager first"),
        say("record escalate --to manager first"),
        _MAJOR,
    ),
    Guard(
        "C2",
        ("done", "closed"),
        "escalated",
        say("an important complaint is reported to the supervisor first"),
        say("record escalate --to supervisor first"),
        _IMPORTANT,
    ),
    Guard(
        "T11",
        ("closed",),
        "replied",
        say("the resident has had no reply"),
        say("record reply first"),
        {"kind": ANSWERS},
    ),
    Guard(
        "C5",
        ("closed",),
        "done",
        say("it is not done"),
        say("record done first"),
        {"kind": SERVICES},
    ),
    Guard(
        "import",
        ("settled",),
        "imported",
        say("only an imported ticket can have been closed in a former system"),
        say("record close"),
    ),
    Guard(
        "P3",
        ("charged",),
        "consented charge",
        say("the owner has not agreed to the charge"),
        say("record consent --to charge --who …, or charge --consent-of …"),
    ),
)


# Events that answer an escalation [T7].
DECISIONS = ("dispatched", "replied", "judged", "done", "delayed", "reopened")


def _fold(state: State, event: TicketEvent) -> None:
    folded, facts, name = state.folded, state.facts, event.event
    if name in ("dispatched", "delayed"):
        folded["expected"] = event.expected or folded.get("expected")
        folded["appointment"] = event.appointment or folded.get("appointment")
    if name in DECISIONS:
        folded["asked"] = ()  # whoever was asked for a decision [T7]
    if event.payment is not None:
        folded["payment"] = event.payment
    if name in ("accepted", "imported"):
        folded.update({field: getattr(event, field) for field in _OPENING})
        folded["acceptor"] = event.by if name == "accepted" else None
    elif name == "dispatched":
        folded.update(team=event.team, co_teams=event.co_teams, assignee=event.assignee, helpers=event.helpers)
        if folded.get("acceptor") is None:
            folded["acceptor"] = event.by
        # whoever is sent instead of another confirms for himself
        facts -= {"confirmed", "arrived"}
    elif name == "reopened":
        # what was told, found and agreed to was for the work before
        folded.update(expected=None, appointment=None, stops=())
    elif name == "handed_over":
        folded["acceptor"] = event.to
    elif name == "merged":
        folded["duplicate_of"] = event.other
    elif name == "escalated":
        facts.add(f"escalated to {event.to}")
        folded["asked"] = (*folded.get("asked", ()), event.to)
    elif name == "confirmed" and folded.get("team"):
        folded["assignee"] = folded.get("assignee") or event.by  # given to a team: who takes it has it
    elif name == "charged":
        facts.discard("consented charge")  # the next charge is agreed to by itself
    elif name == "consented":
        facts.add(f"consented {event.to}")
    elif name == "diagnosed":
        folded["stops"] = (*folded.get("stops", ()), *event.stops)
    elif name == "judged":
        folded["valid"] = event.valid
        if event.severity is not None:
            folded["severity"] = event.severity
        for fact, value in (
            ("cause known", event.cause),
            ("responsible known", event.responsible),
            ("solution proposed", event.solution),
        ):
            if value:
                facts.add(fact)
    elif name == "followed_up":
        folded["solved"] = event.solved
    elif name == "tested":
        folded["tight"] = event.tight


Found = Iterator[tuple[str, Text, Text | None, str]]


def _check(state: State, event: TicketEvent) -> Found:
    ticket, name = state.record, event.event
    if name == "accepted":
        if ticket.kind == "complaint" and event.severity is None:
            yield "C4", say("a complaint needs its severity: major, important or minor"), None, "event"
        if ticket.kind != "complaint" and event.severity is not None:
            yield "C4", say("severity is for complaints"), None, "severity"
        if (ticket.resident or ticket.caller) is None and ticket.channel not in (
            "patrol",
            "suggestion_box",
        ):
            yield "T2", say("who raised it is missing"), say("give the caller's name"), "event"
    if name in ("accepted", "imported") and event.at < ticket.reported:
        yield (
            "",
            say("it was taken in before it was reported ({reported})", reported=ticket.reported),
            None,
            "at",
        )
    if name == "dispatched" and event.team in event.co_teams:
        yield "T9", say("{team} leads; it cannot also be a co-team", team=event.team), None, "co_teams"
    if name == "confirmed" and event.by != state.folded.get("assignee") and state.folded.get("assignee"):
        yield (
            "T6",
            say("the person sent confirms: {assignee}", assignee=Person(state.folded["assignee"])),
            say("confirm as that person, or dispatch it anew"),
            "by",
        )
    if name in ("done", "charged"):
        for supply in dict.fromkeys(state.folded.get("stops", ())):
            if f"consented {supply}" not in state.facts:
                yield (
                    "P4",
                    say(
                        "the work means a {supply}; the resident's consent is not recorded",
                        supply=SUPPLY.word(supply),
                    ),
                    say("record consent --to {supply} --who …", supply=supply),
                    "event",
                )
    if name == "charged" and state.folded.get("payment") == "free":
        yield (
            "P2",
            say("it was taken in as free for the owner"),
            say("record payment paid --reason … first"),
            "event",
        )
    if name == "charged" and event.labour is None and event.material is None:
        yield "P3", say("a charge needs labour or material, in yuan"), None, "event"
    if name in ("delayed", "dispatched"):
        for promised, what in (("expected", say("the work")), ("appointment", say("the visit"))):
            old = state.folded.get(promised)
            if getattr(event, promised) is not None and old is not None and event.at > old:
                yield (
                    "T8",
                    say("the time told to the resident for {what} ({old}) has already passed", what=what, old=old),
                    say("a delay is told before; record what was told now with note"),
                    "at",
                )
    if name == "delayed" and event.expected is None and event.appointment is None:
        yield "T8", say("a delay needs the new time: --until, or --appointment for a visit"), None, "event"
    for promised in ("expected", "appointment"):
        moment = getattr(event, promised)
        if moment is not None and moment <= event.at and name != "imported":
            yield "T8", say("{field} ({at}) is not after the event itself", field=promised, at=moment), None, promised
    if name in ("consented", "escalated", "handed_over"):
        allowed = {"consented": SUPPLY, "escalated": LEVEL}.get(name)
        if allowed is not None and event.to not in allowed:
            yield "", say("to is one of: {known}", known=", ".join(allowed)), None, "to"
    if name == "handed_over" and event.to == state.folded.get("acceptor"):
        yield "C5", say("{staff} is already the acceptor", staff=Person(event.to)), None, "to"
    if name == "escalated" and event.to in state.folded.get("asked", ()):
        yield "T7", say("it is already with the {level}", level=LEVEL.word(str(event.to))), None, "to"
    if name == "replied" and event.by != state.folded.get("acceptor") and state.folded.get("acceptor"):
        yield (
            "C5",
            say("the acceptor replies: {acceptor}", acceptor=Person(state.folded["acceptor"])),
            say("hand it over first: hand-over-to"),
            "by",
        )
    if name == "cancelled" and ticket.kind == "complaint" and event.who is None:
        yield "C6", say("a complaint is cancelled only by who raised it"), say("give --who"), "event"
    if name == "merged" and event.other == ticket.id:
        yield "", say("a ticket cannot be a duplicate of itself"), None, "other"
    if name == "linked" and event.other == ticket.id:
        yield "", say("a ticket cannot be linked to itself"), None, "other"
    if (
        (name in ("signed_off", "closed") or (name == "followed_up" and event.solved))
        and state.folded.get("tight") is False
        and "tested" in state.facts
    ):
        yield "F2", say("the water test still leaks"), say("reopen it, or record a tight test"), "event"
    if (
        "followed_up" in state.facts
        and state.folded.get("solved") is False
        and name not in ("reopened", "noted", "linked", "replied", "escalated", "handed_over")
    ):
        yield "F5", say("the follow-up found it unsolved"), say("reopen it first"), "event"
    if name == "closed":
        if ticket.kind == "complaint" and event.text is None:
            yield (
                "C4",
                say("closing a complaint needs its summing-up"),
                say("give --text, or --summary with follow-up --close"),
                "event",
            )
        if ticket.kind not in (*ANSWERS, "praise") and state.status in WORK:
            yield "C5", say("it is not done"), say("record done first"), "event"


LIFE = Lifecycle(
    steps=STEPS,
    guards=GUARDS,
    kinds=KIND,
    states=STATUS,
    events=EVENT,
    first=frozenset({"accepted", "imported"}),
    folded=(
        "severity",
        "appointment",
        "expected",
        "acceptor",
        "team",
        "co_teams",
        "assignee",
        "helpers",
        "duplicate_of",
        "payment",
        "covered_until",
    ),
    round_facts=frozenset(
        {
            "dispatched",
            "confirmed",
            "arrived",
            "diagnosed",
            "done",
            "tested",
            "signed_off",
            "replied",
            "followed_up",
            *(f"consented {supply}" for supply in SUPPLY),
        }
    ),
    fold=_fold,
    check=_check,
    ending=CLOSING | {"reopened"},  # reopened work has obligations of its own
)
