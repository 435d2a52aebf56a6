"""The office's work on units: who the people named at the desk are, what a transfer or a letting does, what a check
that found something leads to [U2, U5, U6]."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from propcli.engine.policy import Policy
from propcli.engine.problem import Refusal
from propcli.engine.record import quoted
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RESIDENT
from propcli.kinds.resident.model import Resident
from propcli.kinds.resident.words import RESIDENT_STATUS
from propcli.kinds.ticket.intake import Intake, admit
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.unit.life import LIFE, MoveIn
from propcli.kinds.unit.model import SHARE, Unit, used
from propcli.kinds.unit.words import METER, OWNERS
from propcli.output.language import words
from propcli.records.changing import Change
from propcli.records.people import People, matching, phone
from propcli.records.recording import Recorder
from propcli.records.residents import register
from propcli.store.reading import described

UNITS = {"water": "m³", "electricity": "kWh"}


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as named at the desk: `R-00042`, `王丽`, `王丽,13800138000`, each perhaps with `=1/2`."""

    name: str
    phone: str | None = None
    share: str | None = None


def named(text: str) -> Named:
    """Read NAME[,PHONE][=SHARE]."""
    who, _, share = text.partition("=")
    if share and not SHARE.fullmatch(share.strip()):
        raise Refusal(say("{value} is not a share (like 1/2 or 50%)", value=repr(share.strip())))
    name, _, number = who.replace("，", ",").partition(",")
    return Named(name.strip(), number.strip() or None, share.strip() or None)


def resident_for(
    recorder: Recorder, people: People, who: Named, option: str, now: datetime, by: str
) -> tuple[str, Text | None]:
    """The resident meant, registered in this operation where there is none yet, and what the desk should know.

    A name alone means the one resident who has it; a name with a phone means the resident with both, or somebody new.
    Nobody is guessed: where several could be meant, all are named."""
    if not who.name:
        raise Refusal(say("{option}: nobody is named", option=option), hint=say("write NAME,PHONE for somebody new"))
    if RESIDENT.is_id(who.name):
        known: Resident = recorder.record(RESIDENT, who.name)
        if known.status != "active":
            status = RESIDENT_STATUS.word(known.status)
            raise Refusal(say("{option}: {id} is {status}", option=option, id=known.id, status=status))
        return who.name, None
    faces = [people.add(r) for r in recorder.estate.read(Resident).records]
    # whoever was registered in this operation is in no file yet
    faces += [
        f for i in recorder.touched if RESIDENT.is_id(i) and i not in {f.id for f in faces} and (f := people.face(i))
    ]
    number = phone(who.phone, recorder.estate.settings.region) if who.phone else None
    same = [f for f in matching(faces, who.name, None) if f.status == "active"]
    exact = matching(same, who.name, number) if number else same
    if len(exact) > 1:
        ids = ", ".join(f.id for f in exact)
        raise Refusal(say("{option}: {value} could be {ids}", option=option, value=who.name, ids=ids))
    if exact:
        return exact[0].id, None
    if number is None:
        raise Refusal(
            say("{option}: there is no resident {value}", option=option, value=who.name),
            hint=say("write NAME,PHONE for somebody new"),
        )
    made = register(recorder, people, {"name": who.name, "phones": (number,)}, now, by)
    others = ", ".join(f.id for f in same)
    if others:
        return made.id, say(
            "  {who} is new: {id} (of the same name, with another phone: {ids})", who=who.name, id=made.id, ids=others
        )
    return made.id, say("  {who} is new: {id}", who=who.name, id=made.id)


def ownership(people: Sequence[tuple[str, str | None]]) -> list[dict[str, Any]]:
    """Ties of new owners from (resident, share): the first leads, the others are co-owners [U2]."""
    return [
        {"resident": resident, "tie": OWNERS[min(number, 1)], **({"share": share} if share else {})}
        for number, (resident, share) in enumerate(people)
    ]


def state_then(unit: Unit, owners: Sequence[str], manner: str | None, day: date) -> str:
    """The state of a home after a transfer, where nobody says: what is let stays let, unless its tenants have bought
    it; where one of the household owns it now, they stay; else it is empty."""
    living = {t.resident: t.tie for t in unit.ties_on(day) if t.tie != "agent"}
    tenants = {who for who, tie in living.items() if tie == "tenant"}
    if unit.status == "let":
        return "owner_occupied" if tenants and tenants <= set(owners) else "let"
    if unit.status in ("owner_occupied", "renovating") and (manner == "correction" or living.keys() & set(owners)):
        return unit.status
    return "vacant"


def under_way(unit: Unit) -> MoveIn | None:
    """The move-in that was begun and not completed."""
    found: MoveIn | None = LIFE.replay(unit, unit.events)[0].folded.get("move_in")
    return found


def defects(
    change: Change,
    unit: Unit,
    found: Iterable[tuple[Text | str, str]],
    origin: str,
    resident: str | None = None,
    place: Text | None = None,
) -> list[Ticket]:
    """A repair for each finding (what, category), linked to where it was found."""
    made = []
    for what, category in found:
        intake = _intake(
            {
                "kind": "repair",
                "category": category,
                "channel": "visit" if resident else "patrol",
                "unit": unit.id,
                "summary": words(what),
                "resident": resident,
                "origin": origin,
                **({"place": words(place)} if place else {}),
            }
        )
        made.append(admit(change.recorder, change.here.people, intake, change.here.now, change.desk)[0])
    return made


def _intake(fields: dict[str, Any]) -> Intake:
    try:
        return Intake.model_validate(fields)
    except ValidationError as error:
        raise Refusal(
            *(
                say("{value}: {what}", value=quoted(str(fields["summary"])), what=what)
                for _where, what, _hint in described(error, Intake)
            ),
            title=say("this cannot be recorded"),
        ) from None


def _measured(meter: str, amount: Decimal) -> str:
    """5.01 m³, 20 kWh."""
    return f"{amount.normalize():f} {UNITS[meter]}"


def too_much(unit: Unit, policy: Policy, water: Decimal | None, electricity: Decimal | None) -> list[tuple[Text, str]]:
    """What ran through the meters during custody beyond what the policy allows: (finding, category) [U6]."""
    if unit.custody is None or policy.custody is None:
        return []
    allowed = {"water": policy.custody.water, "electricity": policy.custody.electricity}
    return [
        (
            say(
                "{meter} used in custody: {used}, allowed {allowed}",
                meter=METER.word(name),
                used=_measured(name, amount),
                allowed=_measured(name, allowed[name]),
            ),
            name,
        )
        for name, amount in used(unit.custody, water, electricity).items()
        if amount > allowed[name]
    ]
