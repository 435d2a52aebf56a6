"""What one file cannot know of itself: references to staff, teams, categories, other records [validate].

Each check is a plain function from a record and its surroundings to findings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from propcli.engine.policy import AGREED, Policy, Trigger
from propcli.engine.record import KEY, Event, Model
from propcli.engine.text import Text, say
from propcli.engine.worktime import Calendar
from propcli.kinds.catalog import KINDS, Kind, kind_of
from propcli.kinds.resident import SEALABLE, Resident, is_child
from propcli.kinds.settings import Settings
from propcli.kinds.staff import Staff
from propcli.kinds.ticket import PART, PUBLIC, Ticket, TicketEvent

Finding = tuple[tuple[str | int, ...], Text, Text | None]
IMPORTER = "import"  # who signs events that came from another system


@dataclass(frozen=True)
class Surroundings:
    """What records may refer to. None: not asked about. As long as an estate keeps no units, `units` is None and
    tickets name homes by their form alone."""

    staff: frozenset[str]
    teams: frozenset[str]
    categories: frozenset[str]
    tickets: frozenset[str] | None = None
    units: frozenset[str] | None = None
    residents: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()  # what of people the estate has chosen to seal


@dataclass
class Sources:
    """Which ticket has which source number; used to find the same one imported twice."""

    seen: dict[tuple[str, str, str], str] = field(default_factory=dict)


def _unknown(what: Text, value: str, known: frozenset[str], where: str) -> tuple[Text, Text]:
    close = get_close_matches(value, sorted(known), 1)
    hint = say("did you mean {name}?", name=close[0]) if close else say("known ones stand in {where}", where=where)
    return say("{what} {value} does not exist", what=what, value=value), hint


def _among(what: Text, value: str, known: frozenset[str]) -> tuple[Text, Text]:
    """The same, of few that can be named."""
    text, hint = _unknown(what, value, known, "")
    return text, say("one of: {known}", known=", ".join(sorted(known))) if "where" in hint.values else hint


def references(record: Any, around: Surroundings) -> Iterator[Finding]:
    """Everything that a record names and that does not exist: staff, teams, categories, tickets, units, residents."""
    unit = getattr(record, "unit", None)
    if unit is not None and unit != PUBLIC and around.units is not None and unit not in around.units:
        yield ("unit",), *_unknown(say("unit"), unit, around.units, "units/")
    resident = getattr(record, "resident", None)
    if resident is not None and resident not in around.residents:
        yield ("resident",), *_unknown(say("resident"), resident, around.residents, "residents/")
    for index, other in enumerate(getattr(record, "below", ())):
        if around.units is not None and other not in around.units:
            yield (("below", index), *_unknown(say("unit"), other, around.units, "units/"))
    yield from _in_clear(record, around)
    if isinstance(record, Ticket) and record.category not in around.categories:
        yield (
            ("category",),
            *_unknown(say("category"), record.category, around.categories, "policy.yaml, routing"),
        )
    for index, event in enumerate(record.events):
        yield from _event_references(event, ("events", index), around)


def _in_clear(record: Any, around: Surroundings) -> Iterator[Finding]:
    """What is to be sealed and is not [T12]: by the estate's choice, or because it is about a child."""
    if not isinstance(record, Resident) or record.status == "forgotten":
        return
    child = record.born is not None and is_child(record.born, record.events[-1].at.date())
    for name in SEALABLE if child else sorted(around.sealed):
        if getattr(record, name, None):
            what = (
                say("{field} stands in clear; everything about a child is sealed [T12]", field=name)
                if child
                else say("{field} stands in clear, and this estate seals it [T12]", field=name)
            )
            yield (name,), what, say("propcli resident seal puts it right")


def caller_in_clear(ticket: Ticket, around: Surroundings) -> Iterator[Finding]:
    """A caller written down before the estate chose to seal names or phones, or by hand since [T12]."""
    caller = ticket.caller
    if caller is not None and ("name" in around.sealed or (caller.phone is not None and "phones" in around.sealed)):
        what = say("{field} stands in clear, and this estate seals it [T12]", field="caller")
        yield ("caller",), what, say("propcli resident seal puts it right")


def _event_references(event: Event, where: tuple[str | int, ...], around: Surroundings) -> Iterator[Finding]:
    people: list[tuple[tuple[str | int, ...], str]] = [((*where, "by"), event.by)] if event.by != IMPORTER else []
    if isinstance(event, TicketEvent):
        yield from _ticket_event_references(event, where, around, people)
    for place, person in people:
        if person not in around.staff:
            yield (place, *_unknown(say("staff"), person, around.staff, "staff/"))
    ties = getattr(event, "ties", ())
    named = [((*where, "ties", i, "resident"), tie.resident) for i, tie in enumerate(ties)]
    named += [((*where, "ties", i, "of"), tie.of) for i, tie in enumerate(ties) if tie.of]
    for place, resident in named:
        if resident not in around.residents:
            yield (place, *_unknown(say("resident"), resident, around.residents, "residents/"))
    for index, team in enumerate(getattr(event, "teams", ())):
        if team not in around.teams:
            yield ((*where, "teams", index), *_unknown(say("team"), team, around.teams, "propcli.yaml, teams"))
    for index, ticket in enumerate(getattr(event, "tickets", ())):
        if around.tickets is not None and ticket not in around.tickets:
            yield (*where, "tickets", index), say("ticket {id} does not exist", id=ticket), None


def _ticket_event_references(
    event: TicketEvent,
    where: tuple[str | int, ...],
    around: Surroundings,
    people: list[tuple[tuple[str | int, ...], str]],
) -> Iterator[Finding]:
    if event.assignee:
        people.append(((*where, "assignee"), event.assignee))
    people += [((*where, "helpers", i), helper) for i, helper in enumerate(event.helpers)]
    if event.event == "handed_over" and event.to:
        people.append(((*where, "to"), event.to))
    teams: list[tuple[tuple[str | int, ...], str]] = [((*where, "team"), event.team)] if event.team else []
    teams += [((*where, "co_teams", i), team) for i, team in enumerate(event.co_teams)]
    for place, team in teams:
        if team not in around.teams:
            yield (place, *_unknown(say("team"), team, around.teams, "propcli.yaml, teams"))
    if event.other and around.tickets is not None and event.other not in around.tickets:
        yield (*where, "other"), say("ticket {id} does not exist", id=event.other), None


def life(record: Any) -> Iterator[Finding]:
    """The replay of a record's events: steps that cannot follow, and fields that say something else than they."""
    its = kind_of(record).life
    state, faults = its.replay(record, record.events)
    for fault in faults:
        what = say("{what} [{rule}]", what=fault.what, rule=fault.rule) if fault.rule else fault.what
        yield ("events", fault.index, *_parts(fault.field)), what, fault.hint
    if state.status is None:
        return  # the first event is wrong; what follows from it would only repeat that
    for name, folded in its.fields(state, record).items():
        have = getattr(record, name)
        if have == folded:
            continue
        if name == "status":
            yield (
                ("status",),
                say("status is {status}, but the events come to {folded}", status=have, folded=str(folded)),
                say("write {folded}, or add the event that is missing", folded=str(folded)),
            )
            continue
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


def _parts(name: str) -> tuple[str | int, ...]:
    """A field of a fault as a path: `ties.0` is the first of ties."""
    return tuple(int(part) if part.isdigit() else part for part in name.split("."))


def _shown(value: object) -> object:
    if value in (None, ()):
        return say("empty")
    if isinstance(value, Model):
        return ", ".join(f"{k} {v}" for k, v in value.plain().items())
    if isinstance(value, tuple):
        return [f"({_shown(v)})" if isinstance(v, Model) else v for v in value]
    return value


def source_once(ticket: Any, sources: Sources) -> Iterator[Finding]:
    """No two tickets, and no two filings, come from the same number of the same source."""
    if ticket.source is None:
        return
    key = (ticket.kind_of_record, ticket.source.system, ticket.source.id)
    other = sources.seen.setdefault(key, ticket.id)
    if other != ticket.id:
        yield (
            ("source", "id"),
            say("{system} {id} was also imported as {other}", system=key[1], id=key[2], other=other),
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
    for index, sent in enumerate(policy.dispatch.kinds):
        if sent not in kinds:
            yield (("dispatch", "kinds", index), *_unknown(say("kind"), sent, kinds, "docs/format.md"))
    yield from _terms_references(policy, around)
    for index, row in enumerate(policy.obligations):
        here = ("obligations", index)
        kind = KINDS[row.record]
        fields, on_event = frozenset(kind.model.model_fields), frozenset(kind.event.model_fields)
        for key, conditions in (("when", row.when), ("unless", row.unless)):
            for name, values in conditions.items():
                if name not in fields:
                    yield ((*here, key, name), *_unknown(say("field"), name, fields, "docs/format.md"))
                    continue
                known = (
                    around.categories
                    if name == "category"
                    else around.teams
                    if name == "team"
                    else _values(name, kind.model)
                )
                for value in values:
                    if known is not None and value not in known and value not in ("any", "none"):
                        yield ((*here, key, name), *_among(say("value"), value, known))
        if row.agreed and (row.agreed not in AGREED or row.agreed not in fields | on_event):
            known = frozenset(name for name in AGREED if name in fields | on_event)
            yield ((*here, "agreed"), *_among(say("field"), row.agreed, known))
        if row.per is not None and row.per not in on_event:
            yield ((*here, "per"), *_unknown(say("field"), row.per, on_event, "docs/format.md"))
        times = _times(kind.event)
        if row.counted_from is not None and row.counted_from not in times:
            unknown, hint = _among(say("field"), row.counted_from, times)
            if row.counted_from in on_event:
                unknown = say("{field} is not a time", field=row.counted_from)
            yield (*here, "counted_from"), unknown, hint
        if row.team is not None and row.team not in around.teams:
            yield ((*here, "team"), *_unknown(say("team"), row.team, around.teams, "propcli.yaml, teams"))
        if row.clock != "calendar" and row.clock not in calendar.clocks:
            yield (
                (*here, "clock"),
                *_unknown(say("clock"), row.clock, frozenset(calendar.clocks), "calendar.yaml"),
            )
        for key, named in (("from", row.start), ("until", row.until), ("ends", row.ends)):
            for trigger in named:
                for what in _trigger_references(trigger, kind):
                    yield ((*here, key), *what)


def _terms_references(policy: Policy, around: Surroundings) -> Iterator[Finding]:
    """Categories of a move-in's defects, parts under warranty, what work items touch."""
    from propcli.kinds.renovation import TOUCHES

    for item, category in policy.move_in.items.items() if policy.move_in else ():
        if category not in around.categories:
            known = _unknown(say("category"), category, around.categories, "policy.yaml, routing")
            yield (("move_in", "items", item), *known)
    for index, row in enumerate(policy.renovation.gate if policy.renovation else ()):
        for touch in row.touches:
            close = get_close_matches(touch, list(TOUCHES), 1, 0.8) if touch not in TOUCHES else []
            if close:  # a misspelt word would be the estate's own, and a rule switched off
                what = say("{value} is almost {close}", value=touch, close=close[0])
                yield ("renovation", "gate", index, "touches"), what, say("correct it, or choose another word")
    for index, team in enumerate(policy.renovation.told if policy.renovation else ()):
        if team not in around.teams:
            yield (("renovation", "told", index), *_unknown(say("team"), team, around.teams, "propcli.yaml, teams"))
    parts = frozenset(PART)
    for index, term in enumerate(policy.warranty):
        for part in term.part:
            if part not in parts:
                yield (("warranty", index, "part"), *_unknown(say("part"), part, parts, "docs/format.md"))
    for category, part in policy.warranty_parts.items():
        if category not in around.categories:
            known = _unknown(say("category"), category, around.categories, "policy.yaml, routing")
            yield (("warranty_parts", category, KEY), *known)
        if part not in parts:
            yield (("warranty_parts", category), *_unknown(say("part"), part, parts, "docs/format.md"))


def _trigger_references(trigger: Trigger, kind: Kind) -> Iterator[tuple[Text, Text]]:
    """The event of a trigger, the fields it says that event has, and their values."""
    step = kind.life.steps.get(trigger.event)
    if step is None:
        yield _unknown(say("event"), trigger.event, frozenset(kind.life.steps), "docs/format.md")
        return
    has = frozenset({"by", *step.needs, *step.takes})
    for name, values in trigger.having.items():
        if name not in has:
            _what, hint = _among(say("field"), name, has)
            yield say("{event} has no field {field}", event=trigger.event, field=name), hint
            continue
        known = _values(name, kind.event)
        for value in values:
            if known is not None and value not in known and value not in ("any", "none"):
                yield _among(say("value"), value, known)


def _times(model: type[Model]) -> frozenset[str]:
    """The fields of a model that hold a time or a day."""
    return frozenset(name for name in model.model_fields if not {date, datetime}.isdisjoint(_types(name, model)))


def _values(name: str, model: type[Model] = Ticket) -> frozenset[str] | None:
    """The codes a field can have, where they are a closed list."""
    types = _types(name, model)
    if bool in types:
        return frozenset({"true", "false"})
    return frozenset(part for part in types if isinstance(part, str)) or None


def _types(name: str, model: type[Model]) -> frozenset[object]:
    """The types a field is made of, and the codes of those that list them."""
    from typing import get_args

    whole = model.model_fields[name].annotation
    parts = [whole, *get_args(whole)]
    inner = [part for one in parts for part in (one, *get_args(one))]
    return frozenset(part for part in inner if isinstance(part, type | str))
