"""What the commands on tickets are made from: the steps of a ticket's life [P1, C4], and what is only its own."""

from typing import Any

from propcli.engine.lifecycle import Ask, Step, called, table
from propcli.engine.text import say
from propcli.kinds.declaration import Declaration, Filter, Listing, Shown, Tables, Verb, deferred, plain
from propcli.kinds.ticket.words import ANSWERS, ENDED, FINISHED, LEVEL, OPEN, SUPPLY, WORK, WORKED

_OPENING = ("severity", "expected", "appointment", "payment", "covered_until")
_CONSENT = {"consent_of": Ask(metavar="NAME", help="The resident who agreed, before it was done.")}
# fmt: off
STEPS = table(
    Step(
        "accepted", frozenset(), "waiting", takes=_OPENING, rule="T2", clears=_OPENING, verb="add",
        help="Take a ticket in. At a terminal, what is missing is asked for."
    ),
    Step("imported", frozenset(), "waiting", takes=_OPENING, actor="import", clears=_OPENING),
    Step(
        "dispatched", WORK, "assigned", needs=("team",),
        takes=("assignee", "co_teams", "helpers", "order", "expected", "appointment", "reason"), rule="T6",
        clears=("team", "co_teams", "assignee", "helpers", "asked"), verb="dispatch",
        help="Give it to a team and a person, by hand or as the plan says [T6, T9].",
        asks={
            "assignee": Ask(option="--to", help="Who goes; without it, whom the plan finds."),
            "co_teams": Ask(option="--co-team"), "helpers": Ask(option="--helper", help="A helper from any post."),
            "expected": Ask(end=True), "reason": Ask(help="Why this person.")
        }
    ),
    Step(
        "confirmed", frozenset({"assigned"}), "confirmed", takes=("text",), actor="assignee", rule="T6", verb="confirm",
        help="The person sent has taken it [T6]."
    ),
    Step(
        "arrived", frozenset({"confirmed"}), "on_site", takes=("text",), actor="assignee", rule="P1", verb="arrive",
        help="The person is on site [P1, P7]."
    ),
    Step(
        "diagnosed", frozenset({"on_site", "diagnosed"}), "diagnosed", needs=("cause",), takes=("stops",),
        actor="assignee", rule="P1", verb="diagnose", help="The cause has been found [P1, P4].", extra=_CONSENT
    ),
    Step(
        "consented", OPEN, needs=("to", "who"), takes=("text",), actor="assignee", rule="P4", verb="consent",
        help="The resident agrees to a charge or to water or power being cut [P3, P4].",
        asks={"to": Ask(of=SUPPLY, help="What the resident agrees to."), "who": Ask(help="Who agreed.")}
    ),
    Step(
        "charged", frozenset({"on_site", "diagnosed", "done"}), needs=("item",), takes=("labour", "material"),
        actor="assignee", rule="P3", verb="charge", help="Labour and material the owner pays for, agreed before [P3].",
        extra=_CONSENT
    ),
    Step(
        "paused", WORK | {"done"}, "paused", needs=("waiting_for", "reason"), actor="assignee", rule="T8", verb="pause",
        help="Waiting for the resident, parts, weather or the authority; the clock stands still.",
        asks={"waiting_for": Ask(option="--for")}
    ),
    Step(
        "resumed", frozenset({"paused"}), "back", takes=("text",), actor="assignee", rule="T8", verb="resume",
        help="The wait is over."
    ),
    Step(
        "delayed", WORK | {"paused"}, needs=("reason",), takes=("expected", "appointment", "who", "how"),
        actor="acceptor", rule="T8", clears=("asked",), verb="delay",
        help="Tell the resident a new time and why, before the old one has passed [T8].",
        asks={
            "expected": Ask(option="--until", end=True, help="The new time told to the resident for the work."),
            "appointment": Ask(help="The new time agreed for the visit.")
        }
    ),
    Step(
        "done", WORK, "done", needs=("text",), actor="assignee", rule="P1", kinds=WORKED, clears=("asked",),
        verb="done", help="The work is done."
    ),
    Step(
        "tested", frozenset({"done", "signed_off"}), needs=("tight",), takes=("text",), actor="assignee", rule="F2",
        kinds=("repair",), verb="test", help="The water test after a leak repair [F2].", called="water-tested",
        asks={"tight": Ask(option="--tight/--leaking")}
    ),
    Step(
        "signed_off", frozenset({"done"}), "signed_off", needs=("who",), takes=("text",), actor="assignee", rule="P5",
        verb="sign-off", help="The resident accepted the work and signed [P5].", asks={"who": Ask(help="Who signed.")}
    ),
    Step(
        "replied",
        OPEN | {"merged"},
        dict.fromkeys(ANSWERS, "done"),
        needs=("text",),
        takes=("who", "how"),
        actor="acceptor",
        rule="T11",
        stays=frozenset({"merged"}),  # an answered duplicate does not come to life again
        clears=("asked",),
        verb="reply",
        help="The acceptor has answered the resident [C4, C5, T11].",
    ),
    Step(
        "followed_up", FINISHED, "followed_up", needs=("solved",), takes=("rating", "text", "who", "how"),
        actor="acceptor", rule="F4", verb="follow-up",
        help="Asked whether it is really solved; if not, it is reopened [F4, F5].",
        asks={"solved": Ask(option="--solved/--unsolved")},
        extra={
            "close": Ask(help="And close it."), "summary": Ask(metavar="WORDS", help="The summing-up, with --close.")
        }
    ),
    Step(
        "reopened",
        FINISHED | {"closed"},
        "waiting",
        needs=("reason",),
        actor="acceptor",
        rule="F5",
        clears=("expected", "appointment", "stops", "asked"),  # told, found and agreed to for the work before
        verb="reopen",
        help="It is not solved: back to work [F5].",
    ),
    Step(
        "escalated", OPEN, needs=("to", "reason"), actor="acceptor", rule="T7", verb="escalate",
        help="Pass it up to the supervisor or the manager [T7, C1, C2].", asks={"to": Ask(of=LEVEL, help="To whom.")}
    ),
    Step(
        "judged", OPEN, needs=("valid",), takes=("severity", "cause", "responsible", "solution", "text"),
        actor="acceptor", rule="C4", kinds=("complaint",), clears=("asked",), verb="judge",
        help="Whether a complaint is valid; cause, who is responsible, solution [C4].",
        asks={"valid": Ask(option="--valid/--invalid"), "cause": Ask(help="The cause.")}
    ),
    Step(
        "assisted", WORK, needs=("helpers",), takes=("text",), rule="T6", adds=("helpers",), verb="assist",
        called="helpers added", help="Helpers from any post join in [T6].", asks={"helpers": Ask(argument=True)}
    ),
    Step(
        "handed_over", OPEN, needs=("to",), takes=("reason",), actor="acceptor", rule="C5", verb="hand-over-to",
        called="handed over to another acceptor", help="Another acceptor answers for it from now on [C5].",
        asks={"to": Ask(of="staff", argument=True, help="The new acceptor.")}
    ),
    Step(
        "merged", WORK | {"paused"}, "merged", needs=("other",), takes=("reason",), actor="acceptor", rule="T11",
        verb="merge", help="It is a duplicate of another ticket.", called="merged as a duplicate",
        asks={"other": Ask(option="--into", help="The ticket that goes on.")}
    ),
    Step(
        "linked", OPEN | ENDED, needs=("other",), takes=("text",), verb="link",
        help="It has to do with another ticket.", asks={"other": Ask(option="--to")}
    ),
    Step(
        "payment_decided", OPEN, needs=("payment", "reason"), rule="P2", verb="payment",
        called="payment decided otherwise",
        help="Free or paid otherwise than it was decided, and why [P2].", asks={"payment": Ask(argument=True)}
    ),
    Step("noted", OPEN | ENDED, needs=("text",), verb="note", help="Write something down."),
    Step(
        "closed", FINISHED | WORK, "closed", takes=("text",), actor="acceptor", rule="C5", verb="close",
        help="Everything has been done; a complaint is summed up [C4]."
    ),
    Step("settled", OPEN, "closed", takes=("text",), actor="import", called="closed in the former system"),
    Step(
        "cancelled", WORK | {"paused"}, "cancelled", needs=("reason",), takes=("who",), actor="acceptor", verb="cancel",
        help="It is not wanted any more."
    ),
)
# fmt: on
EVENT = called("event", STEPS)


def _handler(ticket: Any, view: Any) -> Any:
    """Who has it: whoever was sent, else who took it in."""
    return view.names.person(ticket.assignee or ticket.acceptor)


def _visit(ticket: Any, _view: Any) -> Any:
    return ticket.appointment or ticket.convenient


def _sent(ticket: Any, staff: str) -> bool:
    return staff == ticket.assignee or staff in ticket.helpers


def _mentions(ticket: Any, wanted: str) -> bool:
    """Whether the words stand in a ticket or in what was said of it."""
    parts = [part for event in ticket.events for part in (event.text, event.cause, event.reason)]
    if ticket.caller:
        parts += [ticket.caller.name, ticket.caller.phone]
    parts = [ticket.id, ticket.summary, ticket.detail, ticket.place, *parts]
    return wanted.lower() in "\n".join(part for part in parts if part).lower()


DECLARED = Declaration(
    show_help="One ticket with everything that happened.",
    asked=tuple(
        "kind category unit summary urgency severity channel building place detail resident part payment "
        "convenient appointment asked_by expected reported".split()
    ),
    asks={"asked_by": Ask(end=True), "expected": Ask(end=True)},
    listing=Listing(
        columns=(
            *plain("id kind category urgency"),
            Shown("place", None, lambda ticket, _view: ticket.where, wide=True),
            Shown("summary", wide=True),
            Shown("status"),
            Shown("assignee", None, _handler),
            Shown("reported"),
            Shown("severity", more=True),
            Shown("caller", None, deferred("kinds.ticket.show:caller"), more=True),
            Shown("phone", say("phone"), deferred("kinds.ticket.show:phone"), more=True),
        ),
        empty=say("No such tickets."),
        default="open",
        groups={"open": OPEN, "未结": OPEN},
        help="Tickets, the open ones unless asked otherwise.",
        state_help="waiting, assigned, …, open (the default) or all.",
        filters=(
            Filter("kind"),
            Filter("category"),
            Filter("team"),
            Filter("assignee", test=_sent, field="assignee"),
            Filter("acceptor"),
            Filter("urgency"),
            Filter("building", "In this building.", lambda ticket, building: ticket.home == building, "BUILDING"),
            Filter("text", "Words in summary, detail, place or what was noted.", _mentions, "WORDS"),
        ),
        period="reported",
    ),
    tables=Tables(
        tuple(
            "source_id reported due closed closed_text status kind category severity urgency channel unit building "
            "entrance room place "
            "summary detail caller_name caller_phone convenient appointment asked_by expected".split()
        )
    ),
    details=(
        Shown("reported"),
        Shown("caller", None, deferred("kinds.ticket.show:caller_in_full")),
        *plain("origin part"),
        Shown("payment", None, deferred("kinds.ticket.show:payment")),
        Shown("appointment", None, _visit),
        *plain("expected due acceptor team co_teams assignee helpers duplicate_of source"),
        Shown("detail", paragraph=True),
    ),
    headline=deferred("kinds.ticket.show:headline"),
    explains=deferred("kinds.ticket.show:paid_by"),
    looks=("kinds.ticket.step_verbs",),
    labels={
        "expected": say("expected"),
        "covered_until": say("warranty until"),
        "appointment": say("visit"),
        "labour": say("labour"),
        "material": say("material"),
        "rating": say("rating"),
        "responsible": say("responsible:"),
        "solution": say("solution:"),
        "cause": say("cause:"),
        "helpers": say("helpers"),
        "co_teams": say("with"),
    },
    flags={
        "solved": (say("solved"), say("unsolved")),
        "valid": (say("valid"), say("invalid")),
        "tight": (say("tight"), say("leaking")),
    },
    verbs=(
        Verb("add", "kinds.ticket.verbs:add"),
        Verb("dispatch", "kinds.ticket.verbs:dispatch"),
        Verb("print", "kinds.ticket.verbs:print_", "The work order, to be printed and signed [P5]."),
    ),
    checks="kinds.ticket.checks:acceptors",
    validates="kinds.ticket.checks:caller_in_clear",
)
