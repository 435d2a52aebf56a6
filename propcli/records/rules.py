"""What settings and policy name and what does not exist: people, teams, kinds, fields, events, clocks [validate]."""

from collections.abc import Iterator
from datetime import date, datetime
from difflib import get_close_matches

from propcli.engine.fields import shapes
from propcli.engine.policy import AGREED, Policy, Trigger
from propcli.engine.record import KEY, Model
from propcli.engine.text import Text, say
from propcli.engine.worktime import Calendar
from propcli.kinds.catalog import KINDS, TICKET, Kind
from propcli.kinds.settings import Settings
from propcli.kinds.ticket.words import PART
from propcli.records.checking import WHERE, Finding, Surroundings, unknown


def _among(what: Text, value: str, known: frozenset[str]) -> tuple[Text, Text]:
    """The same, of few that can be named."""
    text, hint = unknown(what, value, known, "")
    return text, say("one of: {known}", known=", ".join(sorted(known))) if "where" in hint.values else hint


def _named(
    place: tuple[str | int, ...], what: Text, value: str | None, known: frozenset[str], where: str
) -> Iterator[Finding]:
    """Something named that does not exist."""
    if value is not None and value not in known:
        yield place, *unknown(what, value, known, where)


def _team(place: tuple[str | int, ...], value: str | None, around: Surroundings) -> Iterator[Finding]:
    return _named(place, say("team"), value, around.teams, WHERE["team"])


def _category(place: tuple[str | int, ...], value: str, around: Surroundings) -> Iterator[Finding]:
    return _named(place, say("category"), value, around.categories, WHERE["category"])


def settings_references(settings: Settings, around: Surroundings) -> Iterator[Finding]:
    """Manager, desk and supervisors."""
    named: list[tuple[tuple[str | int, ...], str | None]] = [
        (("manager",), settings.manager),
        (("desk",), settings.desk),
    ]
    named += [(("teams", code, "supervisor"), team.supervisor) for code, team in settings.teams.items()]
    for place, person in named:
        if person and person not in around.staff:
            yield (place, *unknown(say("staff"), person, around.staff, "staff/"))
        elif last := around.gone(person):
            what = say("{who} worked here until {day} [D6]", who=person, day=last)
            yield place, what, say("name who does it now")


def policy_references(policy: Policy, around: Surroundings, calendar: Calendar) -> Iterator[Finding]:
    """Teams, kinds, fields, events and clocks that the rules name."""
    kinds = _values("kind", TICKET.model) or frozenset()
    for category, teams in policy.routing.items():
        for team in teams:
            yield from _team(("routing", category), team, around)
    for index, sent in enumerate(policy.dispatch.kinds):
        yield from _named(("dispatch", "kinds", index), say("kind"), sent, kinds, "docs/format.md")
    yield from _terms_references(policy, around)
    for index, row in enumerate(policy.obligations):
        here = ("obligations", index)
        kind = KINDS.get(row.record)
        if kind is None:
            yield ((*here, "record"), *_among(say("kind of record"), row.record, frozenset(KINDS)))
            continue
        fields, on_event = frozenset(kind.model.model_fields), frozenset(kind.event.model_fields)
        for key, conditions in (("when", row.when), ("unless", row.unless)):
            for name, values in conditions.items():
                if name not in fields:
                    yield ((*here, key, name), *unknown(say("field"), name, fields, "docs/format.md"))
                    continue
                known = {"category": around.categories, "team": around.teams}.get(name, _values(name, kind.model))
                for value in values:
                    if known is not None and value not in known and value not in ("any", "none"):
                        yield ((*here, key, name), *_among(say("value"), value, known))
        if row.agreed and (row.agreed not in AGREED or row.agreed not in fields | on_event):
            known = frozenset(name for name in AGREED if name in fields | on_event)
            yield ((*here, "agreed"), *_among(say("field"), row.agreed, known))
        yield from _named((*here, "per"), say("field"), row.per, on_event, "docs/format.md")
        times = _times(kind.event)
        if row.counted_from is not None and row.counted_from not in times:
            what, hint = _among(say("field"), row.counted_from, times)
            if row.counted_from in on_event:
                what = say("{field} is not a time", field=row.counted_from)
            yield (*here, "counted_from"), what, hint
        yield from _team((*here, "team"), row.team, around)
        if row.clock != "calendar":
            yield from _named((*here, "clock"), say("clock"), row.clock, frozenset(calendar.clocks), "calendar.yaml")
        for key, named in (("from", row.start), ("until", row.until), ("ends", row.ends)):
            for trigger in named:
                for found in _trigger_references(trigger, kind):
                    yield ((*here, key), *found)


def _terms_references(policy: Policy, around: Surroundings) -> Iterator[Finding]:
    """Categories of a move-in's defects, parts under warranty, what work items touch."""
    from propcli.kinds.renovation.words import TOUCHES

    for item, category in policy.move_in.items.items() if policy.move_in else ():
        yield from _category(("move_in", "items", item), category, around)
    for index, row in enumerate(policy.renovation.gate if policy.renovation else ()):
        for touch in row.touches:
            close = get_close_matches(touch, list(TOUCHES), 1, 0.8) if touch not in TOUCHES else []
            if close:  # a misspelt word would be the estate's own, and a rule switched off
                what = say("{value} is almost {close}", value=touch, close=close[0])
                yield ("renovation", "gate", index, "touches"), what, say("correct it, or choose another word")
    for index, team in enumerate(policy.renovation.told if policy.renovation else ()):
        yield from _team(("renovation", "told", index), team, around)
    parts = frozenset(PART)
    for index, term in enumerate(policy.warranty):
        for part in term.part:
            yield from _named(("warranty", index, "part"), say("part"), part, parts, "docs/format.md")
    for category, part in policy.warranty_parts.items():
        yield from _category(("warranty_parts", category, KEY), category, around)
        yield from _named(("warranty_parts", category), say("part"), part, parts, "docs/format.md")


def _trigger_references(trigger: Trigger, kind: Kind) -> Iterator[tuple[Text, Text]]:
    """The event of a trigger, the fields it says that event has, and their values."""
    step = kind.life.steps.get(trigger.event)
    if step is None:
        yield unknown(say("event"), trigger.event, frozenset(kind.life.steps), "docs/format.md")
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
    return frozenset(its.name for its in shapes(model).values() if its.base in (date, datetime))


def _values(name: str, model: type[Model]) -> frozenset[str] | None:
    """The codes a field can have, where they are a closed list."""
    its = shapes(model)[name]
    return frozenset(("true", "false") if its.base is bool else its.codes) or None
