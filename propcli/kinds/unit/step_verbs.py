"""What goes with a step of a unit: people named at the desk become ties [U2], findings become repairs [U5-U8]."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from propcli.commands import options, standing
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import CATEGORY, ENDED
from propcli.kinds.unit.homes import defects, named, ownership, resident_for, state_then, too_much
from propcli.kinds.unit.model import Tie, Unit
from propcli.kinds.unit.words import OWNERS
from propcli.kinds.unit.words import TIE as TIES
from propcli.output.language import words
from propcli.records.changing import Change, Taken
from propcli.records.household import introduced

Fields = dict[str, Any]
People = list[tuple[str, str | None]]  # residents named at the desk, each perhaps with a share
Finding = tuple[Text | str, str]  # what is wrong, and of which category


def people_named(change: Change, typed: Iterable[str], option: str) -> tuple[People, dict[str, Text]]:
    """The residents that options name, with their shares, and what is to be said of them; new ones are registered in
    the same operation."""
    here = change.here
    found: People = []
    notes: dict[str, Text] = {}
    for text in typed:
        who = named(text)
        resident, about = resident_for(change.recorder, here.people, who, option, here.now, change.desk)
        if resident in (r for r, _share in found):
            raise Refusal(say("{option}: {who} is named twice", option=option, who=who.name))
        found.append((resident, who.share))
        if about is not None:
            notes[resident] = about
    return found, notes


def ties(people: People, tie: str, of: str | None = None) -> list[dict[str, Any]]:
    """The same tie for everybody named."""
    return [{"resident": resident, "tie": tie, **({"of": of} if of else {})} for resident, _share in people]


def _begin(change: Change, unit: Unit, fields: Fields, notes: dict[str, Text], begun: list[dict[str, Any]]) -> None:
    """Let ties begin, and say who it is that has them."""
    fields["ties"] = begun
    then = unit.model_copy(update={"people": tuple(Tie.model_validate(tie) for tie in begun)})
    here = change.here
    for who in (str(tie["resident"]) for tie in begun):
        change.notes.append(notes.get(who) or introduced(who, then, here.people, here.today))


def transferred(change: Change, unit: Unit, fields: Fields) -> None:
    people, notes = people_named(change, fields["to"], "--to")
    owners = [resident for resident, _share in people]
    day = fields.get("on") or change.here.today
    fields["state"] = fields.get("state") or state_then(unit, owners, fields["manner"], day)
    _begin(change, unit, fields, notes, ownership(people))


def let(change: Change, unit: Unit, fields: Fields) -> None:
    people, notes = people_named(change, fields["to"], "--to")
    if unit.status == "let":
        raise Refusal(
            say("{unit} is let already", unit=unit.id),
            hint=say("record let-end first; the same tenants go on with let-renew, another joins with join"),
        )
    _begin(change, unit, fields, notes, ties(people, "tenant"))


def let_ended(_change: Change, _unit: Unit, fields: Fields) -> None:
    fields.setdefault("state", "vacant")


def joined(change: Change, unit: Unit, fields: Fields) -> None:
    kind = options.code(TIES, fields.get("tie", "family"), "--tie") or ""
    people, notes = people_named(change, fields["who"], "--who")
    whose = _of_unit(change, unit, fields["of"], "--of") if "of" in fields else _whose(change, unit, kind)
    _begin(change, unit, fields, notes, ties(people, kind, whose))


def _whose(change: Change, unit: Unit, kind: str) -> str | None:
    """Whose family or agent somebody is when nobody says: where it is let the tenant's, else the owner's."""
    if kind == "tenant":
        return None
    now = unit.ties_on(change.here.today)
    tenants = [t.resident for t in now if t.tie == "tenant"]
    chiefs = tenants if kind == "family" and tenants else [t.resident for t in now if t.tie in OWNERS]
    if len(chiefs) < 2:
        return chiefs[0] if chiefs else None
    known = change.here.people.listed(chiefs)
    raise Refusal(say("--of is missing: whose family or agent?"), hint=say("one of: {known}", known=known))


def _of_unit(change: Change, unit: Unit, typed: str, option: str) -> str:
    """One of the unit's people, by id or name."""
    people = change.here.people
    ids = [t.resident for t in unit.ties_on(change.here.today)]
    found = people.known_as(typed, ids)
    if found not in ids:
        raise Refusal(
            say("{option}: {value} has no tie to {unit}", option=option, value=typed, unit=unit.id),
            hint=say("known: {ids}", ids=people.listed(ids)),
        )
    return found


def left(change: Change, unit: Unit, fields: Fields) -> None:
    fields["ends"] = tuple(_of_unit(change, unit, name, "--who") for name in fields["who"])


def custody_began(change: Change, _unit: Unit, fields: Fields) -> None:
    """The part of the service fee that is paid meanwhile is the policy's."""
    rules = change.here.estate.policy.custody
    fields["fee"] = rules.fee if rules else None


def custody_ended(change: Change, unit: Unit, fields: Fields) -> list[Taken]:
    """What was used beyond the agreement is found now, if it was not before [U6]."""
    let_ended(change, unit, fields)
    read = {name: fields.get(name) for name in ("water", "electricity")}
    found = _beyond(change, unit, **read)
    last = ("custody_ended", fields)
    return [("checked", {**read, **outcome(change, unit, found, "custody")}), last] if found else [last]


def checked(change: Change, unit: Unit, fields: Fields) -> None:
    found = [
        *findings(change, fields.get("found", ())),
        *_beyond(change, unit, fields.get("water"), fields.get("electricity")),
    ]
    fields |= outcome(change, unit, found, "custody" if unit.status == "in_custody" else "unit_check")


def gas_checked(change: Change, unit: Unit, fields: Fields) -> None:
    fields |= outcome(change, unit, [(what, "gas") for what in fields.get("found", ())], "gas_check")


def findings(change: Change, typed: Iterable[str]) -> list[Finding]:
    """Every --finding: CATEGORY=TEXT."""
    found: list[Finding] = []
    for part in typed:
        category, sign, what = part.partition("=")
        if not sign or not what.strip():
            raise Refusal(
                say("--finding: {value} does not say of which category it is", value=repr(part)),
                hint=say("write CATEGORY=TEXT, like water=水管漏水"),
            )
        routed = category in change.here.estate.policy.routing
        known = category if routed else options.code(CATEGORY, category, "--finding")
        found.append((what.strip(), known or "other"))
    return found


def _beyond(change: Change, unit: Unit, water: Decimal | None, electricity: Decimal | None) -> list[Finding]:
    """What the meters show that is too much, but for what was found before and is still being seen to."""
    meters = too_much(unit, change.here.estate.policy, water, electricity)
    return [(what, category) for what, category in meters if category not in _in_hand(change, unit)]


def _in_hand(change: Change, unit: Unit) -> set[str]:
    """The categories of what checks of this custody found and what is not closed yet."""
    began = max((n for n, e in enumerate(unit.events) if e.event == "custody_began"), default=len(unit.events))
    ids = [ticket for event in unit.events[began:] if event.event == "checked" for ticket in event.tickets]
    found = (change.here.estate.one(Ticket, ticket) for ticket in ids)
    return {t.category for t in found if t is not None and t.status not in ENDED}


def outcome(change: Change, unit: Unit, found: Sequence[Finding], origin: str) -> Fields:
    """What a check on site says: in order, or with findings, each of which becomes a repair in the same commit."""
    if not found:
        return {"ok": True}
    tickets = defects(change, unit, found, origin)
    change.notes += [standing.repair(ticket) for ticket in tickets]
    said = "; ".join(words(what) if isinstance(what, Text) else what for what, _category in found)
    return {"ok": False, "finding": said, "tickets": [ticket.id for ticket in tickets]}
