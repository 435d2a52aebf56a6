"""The steps of a ticket's life as commands: each turns its options into one event, or a few that belong together."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options, standing
from propcli.commands.options import By, How, Id, Text, Who, code
from propcli.commands.session import session
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.catalog import TICKET
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.kinds.ticket.model import Ticket

Words = Annotated[str, typer.Option("--text", help=_("In words."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why."))]
Consent = Annotated[
    str | None, typer.Option("--consent-of", metavar="NAME", help=_("The resident who agreed, before it was done."))
]


def register(group: typer.Typer) -> None:
    options.commands(
        group,
        ("note", note, _("Write something down.")),
        ("dispatch", dispatch, _("Give it to a team and a person, by hand or as the plan says [T6, T9].")),
        ("assist", assist, _("Helpers from any post join in [T6].")),
        ("confirm", confirm, _("The person sent has taken it [T6].")),
        ("arrive", arrive, _("The person is on site [P1, P7].")),
        ("diagnose", diagnose, _("The cause has been found [P1, P4].")),
        ("consent", consent, _("The resident agrees to a charge or to water or power being cut [P3, P4].")),
        ("charge", charge, _("Labour and material the owner pays for, agreed before [P3].")),
        ("pause", pause, _("Waiting for the resident, parts, weather or the authority; the clock stands still.")),
        ("resume", resume, _("The wait is over.")),
        ("delay", delay, _("Tell the resident a new time and why, before the old one has passed [T8].")),
        ("done", done, _("The work is done.")),
        ("test", test, _("The water test after a leak repair [F2].")),
        ("sign-off", sign_off, _("The resident accepted the work and signed [P5].")),
        ("reply", reply, _("The acceptor has answered the resident [C4, C5, T11].")),
        ("follow-up", follow_up, _("Asked whether it is really solved; if not, it is reopened [F4, F5].")),
        ("reopen", reopen, _("It is not solved: back to work [F5].")),
        ("escalate", escalate, _("Pass it up to the supervisor or the manager [T7, C1, C2].")),
        ("judge", judge, _("Whether a complaint is valid; cause, who is responsible, solution [C4].")),
        ("hand-over-to", hand_over_to, _("Another acceptor answers for it from now on [C5].")),
        ("merge", merge, _("It is a duplicate of another ticket.")),
        ("link", link, _("It has to do with another ticket.")),
        ("payment", payment, _("Free or paid otherwise than it was decided, and why [P2].")),
        ("close", close, _("Everything has been done; a complaint is summed up [C4].")),
        ("cancel", cancel, _("It is not wanted any more.")),
    )


def take(ticket_id: str, by: str | None, *steps: tuple[str, dict[str, Any]]) -> "Ticket":
    """Steps of one ticket, in one commit."""
    after: Ticket = standing.take(TICKET, ticket_id, by, *steps)
    return after


def note(ticket_id: Id, text: Words, by: By = None) -> int:
    take(ticket_id, by, ("noted", {"text": text}))
    return 0


def dispatch(
    ticket_id: Id,
    to: Annotated[
        str | None, typer.Option("--to", metavar="STAFF", help=_("Who goes; without it, whom the plan finds."))
    ] = None,
    team: Annotated[
        str | None, typer.Option("--team", metavar="TEAM", help=_("The lead team; else by the category."))
    ] = None,
    co_team: Annotated[
        list[str] | None, typer.Option("--co-team", metavar="TEAM", help=_("A team that shares the work [T9]."))
    ] = None,
    helper: Annotated[
        list[str] | None, typer.Option("--helper", metavar="STAFF", help=_("A helper from any post."))
    ] = None,
    printed: Annotated[bool, typer.Option("--printed", help=_("With a printed order; without this, orally."))] = False,
    expected: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("When the resident was told it will be done [T8]."))
    ] = None,
    appointment: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("The time agreed for the visit [P7]."))
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=_("Why this person."))] = None,
    by: By = None,
) -> int:
    from propcli.kinds.staff import Staff
    from propcli.kinds.ticket.model import Ticket

    here = session()
    found = here.ticket_id(ticket_id)
    if to is None and team is None:
        from propcli.commands.dispatch import run_plan

        return run_plan(only=found, apply=True, explain=False, one_commit=False, by=by, printed=printed)
    ticket = here.estate.one(Ticket, found)
    assert ticket is not None
    person = here.person(to, "--to") if to else None
    team = here.team(team) if team else None
    member = here.estate.one(Staff, person) if person else None
    if member is not None and not member.employed(here.now.astimezone(here.estate.settings.zone).date()):
        raise Refusal(say("--to: {name} does not work here at that time", name=member.name))
    routed = here.estate.policy.routing.get(ticket.category, ())
    if team is None and person is not None:
        team = (member.team if member else None) or (routed[0] if routed else None)
    co_teams = (
        tuple(here.team(t, "--co-team") for t in co_team)
        if co_team
        else tuple(t for t in routed[1:] if t != team)
        if routed[:1] == (team,)
        else ()
    )
    take(
        found,
        by,
        (
            "dispatched",
            {
                "team": team,
                "assignee": person,
                "co_teams": co_teams,
                "helpers": tuple(here.person(h, "--helper") for h in helper or ()),
                "order": "printed" if printed else "oral",
                "expected": here.time(expected, "--expected", end_of_day=True),
                "appointment": here.visit(appointment),
                "reason": reason,
            },
        ),
    )
    return 0


def assist(
    ticket_id: Id,
    helpers: Annotated[list[str], typer.Argument(metavar="STAFF...", help=_("Who helps."))],
    text: Text = None,
    by: By = None,
) -> int:
    people = tuple(session().person(h, "STAFF") for h in helpers)
    take(ticket_id, by, ("assisted", {"helpers": people, "text": text}))
    return 0


def confirm(ticket_id: Id, text: Text = None, by: By = None) -> int:
    take(ticket_id, by, ("confirmed", {"text": text}))
    return 0


def arrive(ticket_id: Id, text: Text = None, by: By = None) -> int:
    take(ticket_id, by, ("arrived", {"text": text}))
    return 0


def diagnose(
    ticket_id: Id,
    cause: Annotated[str, typer.Option("--cause", help=_("The cause that was found."))],
    stops: Annotated[
        list[str] | None, typer.Option("--stops", metavar="water|power", help=_("The work cuts water or power [P4]."))
    ] = None,
    consent_of: Consent = None,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import SUPPLY

    supplies = options.codes(SUPPLY, stops, "--stops")
    steps: list[tuple[str, dict[str, Any]]] = [("diagnosed", {"cause": cause, "stops": supplies})]
    if consent_of:
        if not supplies:
            raise Refusal(say("--consent-of needs --stops water or --stops power"))
        steps += [("consented", {"to": supply, "who": consent_of}) for supply in supplies]
    take(ticket_id, by, *steps)
    return 0


def consent(
    ticket_id: Id,
    to: Annotated[str, typer.Option("--to", metavar="water|power|charge", help=_("What the resident agrees to."))],
    who: Annotated[str, typer.Option("--who", metavar="NAME", help=_("Who agreed."))],
    text: Text = None,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import SUPPLY

    take(ticket_id, by, ("consented", {"to": code(SUPPLY, to, "--to"), "who": who, "text": text}))
    return 0


def charge(
    ticket_id: Id,
    item: Annotated[str, typer.Option("--item", help=_("What is charged."))],
    labour: Annotated[str | None, typer.Option("--labour", metavar="YUAN", help=_("Labour, in yuan."))] = None,
    material: Annotated[str | None, typer.Option("--material", metavar="YUAN", help=_("Material, in yuan."))] = None,
    consent_of: Consent = None,
    by: By = None,
) -> int:
    steps: list[tuple[str, dict[str, Any]]] = []
    if consent_of:
        steps.append(("consented", {"to": "charge", "who": consent_of, "text": item}))
    take(ticket_id, by, *steps, ("charged", {"item": item, "labour": labour, "material": material}))
    return 0


def pause(
    ticket_id: Id,
    waiting_for: Annotated[
        str, typer.Option("--for", metavar="WHAT", help=_("resident, parts, weather or authority."))
    ],
    reason: Reason,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import WAITING

    take(ticket_id, by, ("paused", {"waiting_for": code(WAITING, waiting_for, "--for"), "reason": reason}))
    return 0


def resume(ticket_id: Id, text: Text = None, by: By = None) -> int:
    take(ticket_id, by, ("resumed", {"text": text}))
    return 0


def delay(
    ticket_id: Id,
    reason: Reason,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help=_("The new time told to the resident for the work."))
    ] = None,
    appointment: Annotated[
        str | None, typer.Option("--appointment", metavar="TIME", help=_("The new time agreed for the visit."))
    ] = None,
    who: Who = None,
    how: How = None,
    by: By = None,
) -> int:
    """[T8] The old time is the one told before or, where none was, the limit by policy."""
    from propcli.desk.duty import owed_on
    from propcli.kinds.ticket.model import CHANNEL, Ticket

    here = session()
    found = here.ticket_id(ticket_id)
    ticket = here.estate.one(Ticket, found)
    assert ticket is not None
    for owed in owed_on(ticket, here.estate.policy, here.estate.calendar) if until else ():
        if owed.standing == "open" and owed.row.agreed == "expected" and owed.late(here.now):
            raise Refusal(
                say("the time it was due ({due}) has already passed [T8]", due=owed.due),
                title=say("{record}: refused", record=found),
                hint=say("a delay is told before; record what was told now with note"),
            )
    fields = {
        "expected": here.time(until, "--until", end_of_day=True),
        "appointment": here.visit(appointment),
        "reason": reason,
        "who": who,
        "how": code(CHANNEL, how, "--how"),
    }
    take(found, by, ("delayed", fields))
    return 0


def done(ticket_id: Id, text: Words, by: By = None) -> int:
    take(ticket_id, by, ("done", {"text": text}))
    return 0


def test(
    ticket_id: Id,
    tight: Annotated[bool, typer.Option("--tight/--leaking", help=_("What the water test showed."))],
    text: Text = None,
    by: By = None,
) -> int:
    take(ticket_id, by, ("tested", {"tight": tight, "text": text}))
    return 0


def sign_off(
    ticket_id: Id,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help=_("Who signed."))],
    text: Text = None,
    by: By = None,
) -> int:
    take(ticket_id, by, ("signed_off", {"who": who, "text": text}))
    return 0


def reply(ticket_id: Id, text: Words, who: Who = None, how: How = None, by: By = None) -> int:
    from propcli.kinds.ticket.model import CHANNEL

    take(ticket_id, by, ("replied", {"text": text, "who": who, "how": code(CHANNEL, how, "--how")}))
    return 0


def follow_up(
    ticket_id: Id,
    solved: Annotated[bool, typer.Option("--solved/--unsolved", help=_("What the resident says."))],
    rating: Annotated[str | None, typer.Option("--rating", metavar="1-5", help=_("How satisfied, 1 to 5."))] = None,
    text: Text = None,
    who: Who = None,
    how: How = None,
    close: Annotated[bool, typer.Option("--close", help=_("And close it."))] = False,
    summary: Annotated[str | None, typer.Option("--summary", help=_("The summing-up, with --close."))] = None,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import CHANNEL

    fields = {"solved": solved, "rating": rating, "text": text, "who": who, "how": code(CHANNEL, how, "--how")}
    steps: list[tuple[str, dict[str, Any]]] = [("followed_up", fields)]
    if not solved:
        if close:
            raise Refusal(say("--close goes with --solved: what is unsolved is reopened [F5]"))
        if not text:
            raise Refusal(say("--unsolved needs --text: what is still wrong"))
        steps.append(("reopened", {"reason": text}))
    elif close:
        steps.append(("closed", {"text": summary}))
    take(ticket_id, by, *steps)
    return 0


def reopen(ticket_id: Id, reason: Reason, by: By = None) -> int:
    take(ticket_id, by, ("reopened", {"reason": reason}))
    return 0


def escalate(
    ticket_id: Id,
    to: Annotated[str, typer.Option("--to", metavar="supervisor|manager", help=_("To whom."))],
    reason: Reason,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import LEVEL

    take(ticket_id, by, ("escalated", {"to": code(LEVEL, to, "--to"), "reason": reason}))
    return 0


def judge(
    ticket_id: Id,
    valid: Annotated[bool, typer.Option("--valid/--invalid", help=_("Whether the complaint is valid."))],
    cause: Annotated[str | None, typer.Option("--cause", help=_("The cause."))] = None,
    responsible: Annotated[str | None, typer.Option("--responsible", help=_("Who is responsible."))] = None,
    solution: Annotated[str | None, typer.Option("--solution", help=_("The solution proposed."))] = None,
    severity: Annotated[
        str | None, typer.Option("--severity", help=_("If it turns out major, important or minor."))
    ] = None,
    text: Text = None,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import SEVERITY

    fields = {
        "valid": valid,
        "cause": cause,
        "responsible": responsible,
        "solution": solution,
        "severity": code(SEVERITY, severity, "--severity"),
        "text": text,
    }
    take(ticket_id, by, ("judged", fields))
    return 0


def hand_over_to(
    ticket_id: Id,
    to: Annotated[str, typer.Argument(metavar="STAFF", help=_("The new acceptor."))],
    reason: Annotated[str | None, typer.Option("--reason", help=_("Why."))] = None,
    by: By = None,
) -> int:
    take(ticket_id, by, ("handed_over", {"to": session().person(to, "STAFF"), "reason": reason}))
    return 0


def merge(
    ticket_id: Id,
    into: Annotated[str, typer.Option("--into", metavar="ID", help=_("The ticket that goes on."))],
    reason: Annotated[str | None, typer.Option("--reason", help=_("Why."))] = None,
    by: By = None,
) -> int:
    """The duplicate's resident still gets an answer [T11]."""
    return _on_both(ticket_id, into, by, "merged", {"reason": reason}, {})


def link(
    ticket_id: Id,
    to: Annotated[str, typer.Option("--to", metavar="ID", help=_("The other ticket."))],
    text: Text = None,
    by: By = None,
) -> int:
    return _on_both(ticket_id, to, by, "linked", {"text": text}, {"text": text})


def _on_both(
    ticket_id: str, other_id: str, by: str | None, step: str, fields: dict[str, Any], there: dict[str, Any]
) -> int:
    """A step that ties a ticket to another: both tell of it, in one commit."""
    from propcli.commands.standing import record, show_standing, subject
    from propcli.kinds.ticket.life import ENDED
    from propcli.kinds.ticket.model import STATUS
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    here.happened()
    one, other = here.ticket_id(ticket_id), here.ticket_id(other_id)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        goes_on = recorder.record(TICKET, other)
        if step == "merged" and goes_on.status in ENDED:
            state = STATUS.word(goes_on.status)
            hint = say("merge into {other}", other=goes_on.duplicate_of) if goes_on.duplicate_of else None
            raise Refusal(say("{id} does not go on: {state}", id=other, state=state), hint=hint)
        tied = record(recorder, TICKET, one, by, (step, {**fields, "other": other}))
        record(recorder, TICKET, other, by, ("linked", {**there, "other": one}))
        recorder.commit(subject(tied, [step]), tied.events[-1].by)
    show_standing(tied)
    return 0


def payment(
    ticket_id: Id,
    what: Annotated[str, typer.Argument(metavar="free|paid", help=_("Who pays now."))],
    reason: Reason,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import PAYMENT

    take(ticket_id, by, ("payment_decided", {"payment": code(PAYMENT, what, "free|paid"), "reason": reason}))
    return 0


def close(ticket_id: Id, text: Text = None, by: By = None) -> int:
    take(ticket_id, by, ("closed", {"text": text}))
    return 0


def cancel(ticket_id: Id, reason: Reason, who: Who = None, by: By = None) -> int:
    take(ticket_id, by, ("cancelled", {"reason": reason, "who": who}))
    return 0
