"""What one file cannot know of itself: references to staff, teams, categories, other records [validate].

Each check is a plain function from a record and its surroundings to findings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from propcli.engine.policy import AGREED, Policy, Trigger
from propcli.engine.text import Text, say
from propcli.engine.worktime import Calendar
from propcli.kinds.settings import Settings
from propcli.kinds.staff import Staff
from propcli.kinds.ticket import Ticket, TicketEvent
from propcli.kinds.ticket_life import LIFECYCLE

Finding = tuple[tuple[str | int, ...], Text, Text | None]
IMPORTER = "import"  # who signs events that came from another system


@dataclass(frozen=True)
class Surroundings:
    """What a ticket may refer to."""

    staff: frozenset[str]
    teams: frozenset[str]
    categories: frozenset[str]
    tickets: frozenset[str] | None = None  # None: not asked about


@dataclass
class Sources:
    """Which ticket has which source number; used to find the same one imported twice."""

    seen: dict[tuple[str, str], str] = field(default_factory=dict)


def _unknown(what: Text, value: str, known: frozenset[str], where: str) -> tuple[Text, Text]:
    close = get_close_matches(value, sorted(known), 1)
    hint = say("did you mean {name}?", name=close[0]) if close else say("known ones stand in {where}", where=where)
    return say("{what} {value} does not exist", what=what, value=value), hint


def ticket_references(ticket: Ticket, around: Surroundings) -> Iterator[Finding]:
    """Staff, teams, categories and tickets a ticket names."""
    if ticket.category not in around.categories:
        yield (
            ("category",),
            *_unknown(say("category"), ticket.category, around.categories, "policy.yaml, routing"),
        )
    for index, event in enumerate(ticket.events):
        yield from _event_references(event, ("events", index), around)


def _event_references(event: TicketEvent, where: tuple[str | int, ...], around: Surroundings) -> Iterator[Finding]:
    people: list[tuple[tuple[str | int, ...], str]] = [((*where, "by"), event.by)] if event.by != IMPORTER else []
    if event.assignee:
        people.append(((*where, "assignee"), event.assignee))
    people += [((*where, "helpers", i), helper) for i, helper in enumerate(event.helpers)]
    if event.event == "handed_over" and event.to:
        people.append(((*where, "to"), event.to))
    for place, person in people:
        if person not in around.staff:
            yield (place, *_unknown(say("staff"), person, around.staff, "staff/"))
    teams: list[tuple[tuple[str | int, ...], str]] = [((*where, "team"), event.team)] if event.team else []
    teams += [((*where, "co_teams", i), team) for i, team in enumerate(event.co_teams)]
    for place, team in teams:
        if team not in around.teams:
            yield (place, *_unknown(say("team"), team, around.teams, "propcli.yaml, teams"))
    if event.other and around.tickets is not None and event.other not in around.tickets:
        yield (*where, "other"), say("ticket {id} does not exist", id=event.other), None


def ticket_life(ticket: Ticket) -> Iterator[Finding]:
    """The replay of a ticket's events: steps that cannot follow, and fields that say something else than they."""
    state, faults = LIFECYCLE.replay(ticket, ticket.events)
    for fault in faults:
        what = say("{what} [{rule}]", what=fault.what, rule=fault.rule) if fault.rule else fault.what
        yield ("events", fault.index, fault.field), what, fault.hint
    if state.status is None:
        return  # the first event is wrong; what follows from it would only repeat that
    if ticket.status != state.status:
        yield (
            ("status",),
            say(
                "status is {status}, but the events come to {folded}",
                status=ticket.status,
                folded=str(state.status),
            ),
            say("write {folded}, or add the event that is missing", folded=str(state.status)),
        )
    for name in LIFECYCLE.folded:
        empty: object = () if name in ("co_teams", "helpers") else None
        have, folded = getattr(ticket, name), state.folded.get(name, empty)
        if have != folded:
            yield (
                (name,),
                say(
                    "{field} is {have}, but the events come to {folded}",
                    field=name,
                    have=_shown(have),
                    folded=_shown(folded),
                ),
                say("correct {field} or the events", field=name),
            )


def _shown(value: object) -> object:
    return say("empty") if value in (None, ()) else value


def source_once(ticket: Ticket, sources: Sources) -> Iterator[Finding]:
    """No two tickets come from the same number of the same source."""
    if ticket.source is None:
        return
    key = (ticket.source.system, ticket.source.id)
    other = sources.seen.setdefault(key, ticket.id)
    if other != ticket.id:
        yield (
            ("source", "id"),
            say("{system} {id} was also imported as {other}", system=key[0], id=key[1], other=other),
            say("remove source from one of them"),
        )


def staff_references(person: Staff, around: Surroundings) -> Iterator[Finding]:
    """Team and skills of a member of staff."""
    if person.team and person.team not in around.teams:
        yield (("team",), *_unknown(say("team"), person.team, around.teams, "propcli.yaml, teams"))
    for index, skill in enumerate(person.skills):
        if skill not in around.categories:
            yield (
                ("skills", index),
                *_unknown(say("category"), skill, around.categories, "policy.yaml, routing"),
            )


def settings_references(settings: Settings, around: Surroundings) -> Iterator[Finding]:
    """Manager, desk and supervisors."""
    named: list[tuple[tuple[str | int, ...], str | None]] = [
        (("manager",), settings.manager),
        (("desk",), settings.desk),
    ]
    named += [(("teams", code, "supervisor"), team.supervisor) for code, team in settings.teams.items()]
    for place, person in named:
        if person and person not in around.staff:
            yield (place, *_unknown(say("staff"), person, around.staff, "staff/"))


def policy_references(policy: Policy, around: Surroundings, calendar: Calendar) -> Iterator[Finding]:
    """Teams, kinds, fields, events and clocks that the rules name."""
    kinds = _values("kind") or frozenset()
    for category, teams in policy.routing.items():
        for team in teams:
            if team not in around.teams:
                yield (
                    ("routing", category),
                    *_unknown(say("team"), team, around.teams, "propcli.yaml, teams"),
                )
    for index, kind in enumerate(policy.dispatch.kinds):
        if kind not in kinds:
            yield (("dispatch", "kinds", index), *_unknown(say("kind"), kind, kinds, "docs/format.md"))
    fields = frozenset(Ticket.model_fields)
    events = frozenset(LIFECYCLE.steps)
    for index, row in enumerate(policy.obligations):
        here = ("obligations", index)
        for key, conditions in (("when", row.when), ("unless", row.unless)):
            for name, values in conditions.items():
                if name not in fields:
                    yield ((*here, key, name), *_unknown(say("field"), name, fields, "docs/format.md"))
                    continue
                known = around.categories if name == "category" else around.teams if name == "team" else _values(name)
                for value in values:
                    if known is not None and value not in known and value not in ("any", "none"):
                        yield ((*here, key, name), *_unknown(say("value"), value, known, "docs/format.md"))
        if row.agreed and row.agreed not in AGREED:
            times = frozenset(AGREED)
            yield ((*here, "agreed"), *_unknown(say("field"), row.agreed, times, "docs/format.md"))
        if row.clock != "calendar" and row.clock not in calendar.clocks:
            yield (
                (*here, "clock"),
                *_unknown(say("clock"), row.clock, frozenset(calendar.clocks), "calendar.yaml"),
            )
        triggers: list[tuple[str, tuple[Trigger, ...]]] = [("from", row.start), ("until", row.until)]
        for key, named in triggers:
            for trigger in named:
                if trigger.event not in events:
                    yield ((*here, key), *_unknown(say("event"), trigger.event, events, "docs/format.md"))


def _values(name: str) -> frozenset[str] | None:
    """The codes a ticket field can have, where they are a closed list."""
    from typing import get_args

    for annotation in (Ticket.model_fields[name].annotation,):
        codes = {str(c) for part in (annotation, *get_args(annotation)) for c in get_args(part) if isinstance(c, str)}
        if codes:
            return frozenset(codes)
    return None
