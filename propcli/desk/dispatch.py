"""Sending people: which team a ticket belongs to [T4, T9], and who of it goes [T6], with the reasons.

Among the team's people: on duty now, with the skill; then the lightest open workload, weighted by urgency; ties
go to whom fewest were sent lately. Urgent tickets are planned first [T5], so they get the freest people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from propcli.engine.policy import Policy
from propcli.engine.text import Text, say
from propcli.engine.worktime import Calendar
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import ENDED, FINISHED

URGENCY_ORDER = {"urgent": 0, "normal": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person considered for one ticket. `bar`: why not, or None."""

    staff: Staff
    load: int  # weighted open tickets, those of this plan included
    sent: int  # tickets sent to in the last `fair_days`
    bar: Text | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the plan says for one ticket: who goes, or `person` None and it must go up [T7]."""

    ticket: Ticket
    team: str | None
    co_teams: tuple[str, ...]
    person: Staff | None
    why: Text
    candidates: tuple[Candidate, ...] = field(default=())


def waiting(tickets: Sequence[Ticket], policy: Policy) -> list[Ticket]:
    """Tickets that wait to be sent, in the order they are planned: urgent first, then the oldest [T5]."""
    open_ones = [t for t in tickets if t.status == "waiting" and t.kind in policy.dispatch.kinds]
    return sorted(open_ones, key=lambda t: (URGENCY_ORDER[t.urgency], t.reported, t.id))


def plan(
    tickets: Sequence[Ticket],
    staff: Sequence[Staff],
    policy: Policy,
    calendar: Calendar,
    now: datetime,
    only: frozenset[str] | None = None,
) -> list[Assignment]:
    """Who should go to each waiting ticket (`only`: those ids), given everything else that is open."""
    weights = policy.dispatch.weights.model_dump()
    load = dict.fromkeys((p.id for p in staff), 0)
    sent = dict.fromkeys((p.id for p in staff), 0)
    since = now - timedelta(days=policy.dispatch.fair_days)
    for ticket in tickets:
        if ticket.status not in ENDED | FINISHED | {"waiting"}:
            for person in (ticket.assignee, *ticket.helpers):
                if person in load:
                    load[person] += weights[ticket.urgency]
        for event in ticket.events:
            if event.event == "dispatched" and event.assignee in sent and since <= event.at <= now:
                sent[event.assignee] += 1
    made: list[Assignment] = []
    for ticket in waiting(tickets, policy):
        if only is not None and ticket.id not in only:
            continue
        teams = policy.routing.get(ticket.category, ())
        candidates = [
            Candidate(p, load[p.id], sent[p.id], _bar(p, ticket, calendar, now))
            for p in staff
            if p.team in teams[:1] and p.role not in ("manager", "supervisor")
        ]
        candidates.sort(key=lambda c: (c.bar is not None, c.load, c.sent, c.staff.id))
        assignment = _assign(ticket, teams, candidates)
        made.append(assignment)
        if assignment.person is not None:
            load[assignment.person.id] += weights[ticket.urgency]
            sent[assignment.person.id] += 1
    return made


def _assign(ticket: Ticket, teams: Sequence[str], candidates: Sequence[Candidate]) -> Assignment:
    """Who goes: the first of these, if anybody can."""
    if not teams:
        why = say("no team is named for {category} in policy.yaml", category=ticket.category)
        return Assignment(ticket, None, (), None, why)
    free = [c for c in candidates if c.bar is None]
    if not free:
        why = say("nobody in the team is on duty with the skill") if candidates else say("the team has no staff")
        return Assignment(ticket, teams[0], tuple(teams[1:]), None, why, tuple(candidates))
    why = _why(free[0], free[1] if len(free) > 1 else None)
    return Assignment(ticket, teams[0], tuple(teams[1:]), free[0].staff, why, tuple(candidates))


def _why(best: Candidate, second: Candidate | None) -> Text:
    """Why the first of those who can go is sent, and not the next."""
    if second is None:
        return say("the only one on duty with the skill, load {load}", load=best.load)
    values = {"load": best.load, "sent": best.sent, "other": second.staff.name}
    if best.load < second.load:
        return say("lightest load: {load}, next {other} {next}", next=second.load, **values)
    if best.sent < second.sent:
        return say("same load {load} as {other}; sent fewer times lately: {sent} to {next}", next=second.sent, **values)
    return say("same load {load} and turns as {other}; first by name", **values)


def not_here(person: Staff, calendar: Calendar, now: datetime) -> Text | None:
    """Why somebody is not at work now, or None; who has no shifts is at work unless on leave."""
    leave = person.away(now.astimezone(calendar.zone).date())
    if leave is None and not person.shifts:
        return None
    if person.on_duty(now, calendar):  # the night shift that began before the leave is still worked
        return None
    return say("on leave until {day}", day=leave.until) if leave else say("off duty")


def _bar(person: Staff, ticket: Ticket, calendar: Calendar, now: datetime) -> Text | None:
    """Why a person cannot be sent now, or None."""
    today = now.astimezone(calendar.zone).date()
    if not person.employed(today):
        return say("not employed")
    if not person.on_duty(now, calendar):
        return not_here(person, calendar, now) or say("off duty")
    if ticket.category not in person.skills:
        return say("without the skill")
    return None
