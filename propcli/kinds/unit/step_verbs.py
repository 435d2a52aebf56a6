"""What happens to a unit, as commands: transfers and lettings [U2], custody [U6], keys [U7], gas checks [U8]."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options, standing
from propcli.commands.options import By, How, Id, Text, code
from propcli.commands.session import session
from propcli.engine.problem import Refusal
from propcli.engine.text import Text as Message
from propcli.engine.text import say
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.kinds.unit.model import Unit
    from propcli.records.recording import Recorder

    People = list[tuple[str, str | None]]  # residents named at the desk, each perhaps with a share

Words = Annotated[str, typer.Option("--text", help=_("In words."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why."))]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help=_("The day it took effect, if not today."))]
Then = Annotated[
    str | None, typer.Option("--then", metavar="STATE", help=_("vacant (the default), owner_occupied or renovating."))
]
Person = Annotated[str, typer.Option("--who", metavar="NAME", help=_("Who: a resident's name or id, or anybody."))]
Finding = Annotated[
    list[str] | None,
    typer.Option("--finding", metavar="CATEGORY=TEXT", help=_("What is wrong; it becomes a repair. Several times.")),
]


def register(group: typer.Typer) -> None:
    options.commands(
        group,
        ("transfer", transfer, _("It has new owners: sale, inheritance, gift, court decision [U2].")),
        ("let", let, _("It is let [U2].")),
        ("let-renew", let_renew, _("The lease goes on [U2].")),
        ("let-end", let_end, _("The lease has ended; the tenants are gone [U2].")),
        ("join", join, _("Family or an agent of somebody there, or one more tenant [U2].")),
        ("leave", leave, _("Somebody who is no owner has left [U2].")),
        ("use", use, _("It is used for something else now [U2].")),
        ("state", state, _("Vacant, owner_occupied or renovating from now on [U1].")),
        ("meters", meters, _("Meters read.")),
        ("custody", custody, _("The office looks after it from now on, under an agreement [U6].")),
        ("custody-renew", custody_renew, _("The agreement goes on [U6].")),
        ("custody-end", custody_end, _("Custody has ended [U6].")),
        ("check", check, _("It was checked on site; what was found becomes a repair [U6, U7].")),
        ("told", told, _("The owner was told what was found [U6].")),
        ("gas-appoint", gas_appoint, _("The time of the gas check, agreed at least a day ahead [U8].")),
        ("gas-check", gas_check, _("The gas check was done and signed [U8].")),
        ("gas-missed", gas_missed, _("Nobody let us in for the gas check [U8].")),
        ("key-in", key_in, _("A key is in the office's keeping: its number and place [U7].")),
        ("key-lend", key_lend, _("A key is lent: to whom, until when [U7].")),
        ("key-back", key_back, _("A lent key is back [U7].")),
        ("key-out", key_out, _("A key was given back to the owner [U7].")),
        ("note", note, _("Write something down.")),
    )


def take(unit_id: str, by: str | None, *steps: tuple[str, dict[str, Any]]) -> "Unit":
    """Steps of one unit, in one commit."""
    from propcli.kinds.catalog import UNIT

    after: Unit = standing.take(UNIT, unit_id, by, *steps)
    return after


def people_named(
    recorder: "Recorder", typed: Sequence[str], option: str, by: str
) -> "tuple[People, dict[str, Message]]":
    """The residents that options name, with their shares, and what is to be said of them; new ones are registered in
    the same operation."""
    from propcli.kinds.unit.homes import named, resident_for

    here = session()
    found: People = []
    notes: dict[str, Message] = {}
    for text in typed:
        who = named(text)
        resident, about = resident_for(recorder, here.people, who, option, here.now, by)
        if resident in (r for r, _share in found):
            raise Refusal(say("{option}: {who} is named twice", option=option, who=who.name))
        found.append((resident, who.share))
        if about is not None:
            notes[resident] = about
    return found, notes


def _with_people(
    unit_id: str,
    by: str | None,
    step: str,
    option: str,
    typed: list[str],
    fields: "Callable[[Unit, People], dict[str, Any]]",
) -> int:
    """A step that names people: they and the unit change together or not at all. `fields`: what the event says, from
    the unit as it is and the residents named, each perhaps with a share."""
    from propcli.kinds.catalog import UNIT
    from propcli.records.household import introduced
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    here.happened()
    record_id = here.record_id(UNIT, unit_id)
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        before: Unit = recorder.record(UNIT, record_id)
        people, notes = people_named(recorder, typed, option, desk)
        event = standing.event(UNIT, before, step, desk, fields(before, people), recorder)
        after = recorder.step(UNIT, record_id, [event])
        recorder.commit(standing.subject(after, [step]), desk)
    said = [notes.get(r) or introduced(r, after, here.people, here.today) for r, _share in people]
    standing.show_standing(after, said)
    return 0


def ties(people: "People", tie: str, of: str | None = None) -> list[dict[str, Any]]:
    """The same tie for everybody named."""
    return [{"resident": resident, "tie": tie, **({"of": of} if of else {})} for resident, _share in people]


# --- who owns it, who lives there


def transfer(
    unit_id: Id,
    to: Annotated[
        list[str],
        typer.Option("--to", metavar="WHO", help=_("Every owner from now on: R-00042 or NAME,PHONE, with =1/2.")),
    ],
    manner: Annotated[str, typer.Option(help=_("sale, inheritance, gift, court, first_sale or correction."))],
    on: On = None,
    then: Annotated[
        str | None,
        typer.Option(
            "--then",
            metavar="STATE",
            help=_("Its state afterwards: vacant or owner_occupied; unless said, as it follows from who stays."),
        ),
    ] = None,
    text: Text = None,
    by: By = None,
) -> int:
    from propcli.kinds.unit.homes import ownership, state_then
    from propcli.kinds.unit.model import MANNER, STATE

    def fields(unit: "Unit", people: "People") -> dict[str, Any]:
        owners = [resident for resident, _share in people]
        how = code(MANNER, manner, "--manner")
        day = options.day(on, "--on")
        state = code(STATE, then, "--then") or state_then(unit, owners, how, day or session().today)
        return {"manner": how, "on": day, "state": state, "ties": ownership(people), "text": text}

    return _with_people(unit_id, by, "transferred", "--to", to, fields)


def let(
    unit_id: Id,
    to: Annotated[list[str], typer.Option("--to", metavar="WHO", help=_("The tenants: R-00042 or NAME,PHONE."))],
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help=_("The last day of the lease."))] = None,
    on: On = None,
    text: Text = None,
    by: By = None,
) -> int:
    def fields(unit: "Unit", people: "People") -> dict[str, Any]:
        if unit.status == "let":
            raise Refusal(
                say("{unit} is let already", unit=unit.id),
                hint=say("record let-end first; the same tenants go on with let-renew, another joins with join"),
            )
        until_day = options.day(until, "--until")
        return {"on": options.day(on, "--on"), "until": until_day, "ties": ties(people, "tenant"), "text": text}

    return _with_people(unit_id, by, "let", "--to", to, fields)


def let_renew(
    unit_id: Id,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help=_("The last day of the lease."))],
    text: Text = None,
    by: By = None,
) -> int:
    take(unit_id, by, ("let_renewed", {"until": options.day(until, "--until"), "text": text}))
    return 0


Without = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help=_("The first day without them, if not today."))
]


def let_end(unit_id: Id, on: Without = None, then: Then = None, text: Text = None, by: By = None) -> int:
    fields = {"on": options.day(on, "--on"), "state": _then(then), "text": text}
    take(unit_id, by, ("let_ended", fields))
    return 0


def _then(typed: str | None) -> str:
    from propcli.kinds.unit.model import STATE

    return code(STATE, typed, "--then") or "vacant"


def join(
    unit_id: Id,
    who: Annotated[list[str], typer.Option("--who", metavar="WHO", help=_("R-00042 or NAME,PHONE."))],
    tie: Annotated[str, typer.Option(help=_("family or agent; where it is let also tenant."))] = "family",
    of: Annotated[str | None, typer.Option("--of", metavar="NAME", help=_("Whose family or agent."))] = None,
    on: On = None,
    by: By = None,
) -> int:
    from propcli.kinds.unit.model import TIE

    kind = code(TIE, tie, "--tie") or ""

    def fields(unit: "Unit", people: "People") -> dict[str, Any]:
        whose = _of_unit(unit, of, "--of") if of else _whose(unit, kind)
        return {"on": options.day(on, "--on"), "ties": ties(people, kind, whose)}

    return _with_people(unit_id, by, "joined", "--who", who, fields)


def _whose(unit: "Unit", kind: str) -> str | None:
    """Whose family or agent somebody is when nobody says: where it is let the tenant's, else the owner's."""
    here = session()
    if kind == "tenant":
        return None
    ties = unit.ties_on(here.today)
    tenants = [t.resident for t in ties if t.tie == "tenant"]
    chiefs = tenants if kind == "family" and tenants else [t.resident for t in ties if t.tie in ("owner", "co_owner")]
    if len(chiefs) < 2:
        return chiefs[0] if chiefs else None
    raise Refusal(
        say("--of is missing: whose family or agent?"), hint=say("one of: {known}", known=here.listed(chiefs))
    )


def _of_unit(unit: "Unit", typed: str, option: str) -> str:
    """One of the unit's people, by id or name."""
    here = session()
    ids = [t.resident for t in unit.ties_on(here.today)]
    found = typed if typed in ids else here.people.known_as(typed, ids)
    if found not in ids:
        raise Refusal(
            say("{option}: {value} has no tie to {unit}", option=option, value=typed, unit=unit.id),
            hint=say("known: {ids}", ids=here.listed(ids)),
        )
    return found


def leave(
    unit_id: Id,
    who: Annotated[list[str], typer.Option("--who", metavar="NAME", help=_("Who: name or id."))],
    on: Without = None,
    text: Text = None,
    by: By = None,
) -> int:
    unit = _unit(unit_id)
    ends = tuple(_of_unit(unit, name, "--who") for name in who)
    take(unit_id, by, ("left", {"ends": ends, "on": options.day(on, "--on"), "text": text}))
    return 0


def _unit(unit_id: str) -> "Unit":
    from propcli.kinds.catalog import UNIT
    from propcli.kinds.unit.model import Unit

    here = session()
    unit = here.estate.one(Unit, here.record_id(UNIT, unit_id))
    assert unit is not None
    return unit


def use(
    unit_id: Id,
    what: Annotated[str, typer.Argument(metavar="USE", help=_("residential, shop, office, storage or other."))],
    reason: Reason,
    on: On = None,
    by: By = None,
) -> int:
    from propcli.kinds.unit.model import USE

    fields = {"use": code(USE, what, "USE"), "reason": reason, "on": options.day(on, "--on")}
    take(unit_id, by, ("use_changed", fields))
    return 0


def state(
    unit_id: Id,
    what: Annotated[str, typer.Argument(metavar="STATE", help=_("vacant, owner_occupied or renovating."))],
    reason: Annotated[str | None, typer.Option("--reason", help=_("Why."))] = None,
    on: On = None,
    by: By = None,
) -> int:
    from propcli.kinds.unit.model import STATE

    fields = {"state": code(STATE, what, "STATE"), "reason": reason, "on": options.day(on, "--on")}
    take(unit_id, by, ("state_changed", fields))
    return 0


# --- meters, custody, checks

Water = Annotated[str | None, typer.Option("--water", metavar="M3", help=_("The water meter's reading."))]
Power = Annotated[str | None, typer.Option("--electricity", metavar="KWH", help=_("The electricity meter's reading."))]
Gas = Annotated[str | None, typer.Option("--gas", metavar="M3", help=_("The gas meter's reading."))]


def meters(
    unit_id: Id,
    water: Water = None,
    electricity: Power = None,
    gas: Gas = None,
    who: Annotated[
        str | None, typer.Option("--confirmed-by", metavar="NAME", help=_("Who of the home confirmed them."))
    ] = None,
    text: Text = None,
    by: By = None,
) -> int:
    readings = {"water": water, "electricity": electricity, "gas": gas}
    take(unit_id, by, ("meters_read", {**readings, "who": who, "text": text}))
    return 0


def custody(
    unit_id: Id,
    agreement: Annotated[str, typer.Option("--agreement", help=_("The number of the agreement."))],
    water: Annotated[str, typer.Option("--water", metavar="M3", help=_("The water meter's reading."))],
    electricity: Annotated[
        str, typer.Option("--electricity", metavar="KWH", help=_("The electricity meter's reading."))
    ],
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help=_("Its last day, if agreed."))] = None,
    text: Text = None,
    by: By = None,
) -> int:
    rules = session().estate.policy.custody
    fields = {
        "agreement": agreement,
        "water": water,
        "electricity": electricity,
        "until": options.day(until, "--until"),
        "fee": str(rules.fee) if rules else None,
        "text": text,
    }
    take(unit_id, by, ("custody_began", fields))
    return 0


def custody_renew(
    unit_id: Id,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help=_("The last day agreed now."))],
    text: Text = None,
    by: By = None,
) -> int:
    take(unit_id, by, ("custody_renewed", {"until": options.day(until, "--until"), "text": text}))
    return 0


def custody_end(
    unit_id: Id, water: Water = None, electricity: Power = None, then: Then = None, text: Text = None, by: By = None
) -> int:
    """What was used beyond the agreement is found now, if it was not before [U6]."""
    unit = _unit(unit_id)
    found = _meter_findings(unit, water, electricity)
    end = ("custody_ended", {"state": _then(then), "water": water, "electricity": electricity, "text": text})
    if found:
        return checked(unit, by, "checked", {"water": water, "electricity": electricity}, found, "custody", end)
    take(unit_id, by, end)
    return 0


def _meter_findings(unit: "Unit", water: str | None, electricity: str | None) -> list[tuple[Message | str, str]]:
    """What the meters show that is too much, but for what was found before and is still being seen to."""
    from propcli.kinds.unit.homes import too_much

    read = options.amounts({"water": water, "electricity": electricity})
    meters = too_much(unit, session().estate.policy, read["water"], read["electricity"])
    return [(what, category) for what, category in meters if category not in _in_hand(unit)]


def check(
    unit_id: Id,
    finding: Finding = None,
    water: Water = None,
    electricity: Power = None,
    gas: Gas = None,
    text: Text = None,
    by: By = None,
) -> int:
    unit = _unit(unit_id)
    readings = {"water": water, "electricity": electricity, "gas": gas}
    found = [*findings(finding), *_meter_findings(unit, water, electricity)]
    origin = "custody" if unit.status == "in_custody" else "unit_check"
    return checked(unit, by, "checked", {**readings, "text": text}, found, origin)


def _in_hand(unit: "Unit") -> set[str]:
    """The categories of what checks of this custody found and what is not closed yet."""
    from propcli.kinds.ticket.life import ENDED
    from propcli.kinds.ticket.model import Ticket

    estate = session().estate
    began = max((n for n, e in enumerate(unit.events) if e.event == "custody_began"), default=len(unit.events))
    ids = [ticket for event in unit.events[began:] if event.event == "checked" for ticket in event.tickets]
    found = (estate.one(Ticket, ticket) for ticket in ids)
    return {t.category for t in found if t is not None and t.status not in ENDED}


def findings(typed: list[str] | None) -> list[tuple[Message | str, str]]:
    """(what is wrong, its category) of every --finding."""
    from propcli.kinds.ticket.model import CATEGORY

    found: list[tuple[Message | str, str]] = []
    for part in typed or ():
        category, sign, what = part.partition("=")
        routing = session().estate.policy.routing
        if not sign or not what.strip():
            raise Refusal(
                say("--finding: {value} does not say of which category it is", value=repr(part)),
                hint=say("write CATEGORY=TEXT, like water=水管漏水"),
            )
        known = category if category in routing else code(CATEGORY, category, "--finding")
        found.append((what.strip(), known or "other"))
    return found


def checked(
    unit: "Unit",
    by: str | None,
    step: str,
    fields: dict[str, Any],
    found: Sequence[tuple[Message | str, str]],
    origin: str,
    then: tuple[str, dict[str, Any]] | None = None,
) -> int:
    """A check on site: in order, or with findings, each of which becomes a repair in the same commit. `then`: a step
    that follows in it."""
    from propcli.kinds.catalog import UNIT
    from propcli.kinds.unit.homes import defects
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    here.happened()
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        tickets = defects(recorder, here.people, unit, found, origin, here.now, desk, words=words)
        outcome: dict[str, Any] = {"ok": not found}
        if found:
            outcome |= {"finding": "; ".join(words(what) if isinstance(what, Message) else what for what, _c in found)}
            outcome |= {"tickets": [ticket.id for ticket in tickets]}
        before: Unit = recorder.record(UNIT, unit.id)
        steps = [(step, {**fields, **outcome}), *([then] if then else [])]
        events = [standing.event(UNIT, before, name, desk, given, recorder) for name, given in steps]
        after = recorder.step(UNIT, unit.id, events)
        recorder.commit(standing.subject(after, [name for name, _given in steps]), desk)
    standing.show_standing(after, [standing.repair(ticket) for ticket in tickets])
    return 0


def told(
    unit_id: Id,
    text: Words,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who was told."))] = None,
    how: How = None,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import CHANNEL

    take(unit_id, by, ("owner_told", {"text": text, "who": who, "how": code(CHANNEL, how, "--how")}))
    return 0


# --- gas


def gas_appoint(
    unit_id: Id,
    appointment: Annotated[
        str, typer.Option("--appointment", metavar="TIME", help=_("When we come: tomorrow or later."))
    ],
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("With whom it was agreed."))] = None,
    how: How = None,
    by: By = None,
) -> int:
    from propcli.kinds.ticket.model import CHANNEL

    when = session().visit(appointment)
    take(unit_id, by, ("gas_appointed", {"appointment": when, "who": who, "how": code(CHANNEL, how, "--how")}))
    return 0


def gas_check(
    unit_id: Id,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help=_("Who signed."))],
    finding: Annotated[
        list[str] | None, typer.Option("--finding", metavar="TEXT", help=_("What is wrong; it becomes a repair."))
    ] = None,
    text: Text = None,
    by: By = None,
) -> int:
    found: list[tuple[Message | str, str]] = [(what, "gas") for what in finding or ()]
    return checked(_unit(unit_id), by, "gas_checked", {"who": who, "text": text}, found, "gas_check")


def gas_missed(unit_id: Id, reason: Reason, by: By = None) -> int:
    take(unit_id, by, ("gas_missed", {"reason": reason}))
    return 0


# --- keys

Key = Annotated[str, typer.Argument(metavar="KEY", help=_("The number on the key."))]


def key_in(
    unit_id: Id,
    key: Key,
    place: Annotated[str, typer.Option("--place", help=_("Where it hangs."))],
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who brought it."))] = None,
    by: By = None,
) -> int:
    take(unit_id, by, ("key_received", {"key": key, "place": place, "who": who}))
    return 0


def key_lend(
    unit_id: Id,
    key: Key,
    who: Person,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help=_("When it is to be back."))],
    reason: Annotated[str | None, typer.Option("--reason", help=_("What for."))] = None,
    by: By = None,
) -> int:
    back = session().time(until, "--until", end_of_day=True)
    take(unit_id, by, ("key_lent", {"key": key, "who": who, "back": back, "reason": reason}))
    return 0


def key_back(unit_id: Id, key: Key, text: Text = None, by: By = None) -> int:
    take(unit_id, by, ("key_returned", {"key": key, "text": text}))
    return 0


def key_out(unit_id: Id, key: Key, who: Person, text: Text = None, by: By = None) -> int:
    take(unit_id, by, ("key_given", {"key": key, "who": who, "text": text}))
    return 0


def note(unit_id: Id, text: Words, by: By = None) -> int:
    take(unit_id, by, ("noted", {"text": text}))
    return 0
