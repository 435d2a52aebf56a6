"""Taking a ticket in [T2]: from options, from answers at the prompt, or from a YAML file. Who raised it is found among
the unit's people [T12]; free or paid follows from the warranty [P2, P6]."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from propcli.engine.policy import Policy
from propcli.engine.problem import Refusal
from propcli.engine.record import Code, Line, Model, Moment, StaffId, Words
from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET, UNIT
from propcli.kinds.resident.model import ResidentId
from propcli.kinds.ticket.model import Caller, Ticket, TicketEvent, TicketUnit
from propcli.kinds.ticket.words import KIND, LEAK, ORIGIN, PART, PAYMENT, SEVERITY, URGENCY, Channel
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.warranty import Cover, cover, part_of
from propcli.records.household import among, introduced, registered, unit_of
from propcli.records.people import People
from propcli.records.recording import Recorder

OPENING = ("severity", "expected", "appointment")  # what the accepted event says


class Intake(Model):
    """What the desk writes down; the ticket's id, status and events follow from it."""

    kind: Annotated[str, KIND]
    category: Code
    severity: Annotated[str, SEVERITY] | None = None
    urgency: Annotated[str, URGENCY] = "normal"
    channel: Channel = "phone"
    reported: Moment | None = None
    unit: TicketUnit
    building: Line | None = None
    place: Line | None = None
    summary: Line
    detail: Words | None = None
    resident: ResidentId | None = None
    caller: Caller | None = None
    origin: Annotated[str, ORIGIN] | None = None
    part: Annotated[str, PART] | None = None
    payment: Annotated[str, PAYMENT] | None = None
    payment_reason: Words | None = None  # why it is not as the warranty says
    convenient: Line | None = None
    appointment: Moment | None = None
    asked_by: Moment | None = None
    expected: Moment | None = None
    acceptor: StaffId | None = None


def admit(recorder: Recorder, people: People, intake: Intake, now: datetime, desk: str) -> tuple[Ticket, list[Text]]:
    """Take a ticket in within an operation: the ticket, and what the desk should know about it. Refuses with every
    reason at once."""
    today = now.astimezone(recorder.estate.settings.zone).date()
    by = intake.acceptor or desk
    unit = unit_of(recorder, intake.unit)
    home = unit if intake.caller is None or intake.caller.unit is None else unit_of(recorder, intake.caller.unit)
    fields = {name: value for name, value in intake.plain().items() if name in Ticket.model_fields}
    for name in (*OPENING, "payment", "acceptor"):
        fields.pop(name, None)
    fields.setdefault("reported", now)
    fields.update(_raised_by(recorder, people, intake, home, now, by))
    notes: list[Text] = []
    if fields["resident"] is not None:
        notes.append(introduced(fields["resident"], home, people, today))
    if intake.category == LEAK and UNIT.is_id(intake.unit):
        from propcli.kinds.renovation.neighbours import above  # of all tickets, only these look at renovation filings

        notes += above(recorder.estate, intake.unit, today)
    pays = _payment(intake, unit, recorder.estate.policy, today)
    if pays.part is not None:
        fields["part"] = pays.part
    given = {name: value for name in OPENING if (value := getattr(intake, name)) is not None}
    opening = [{"event": "accepted", **given, **pays.told}]
    opening += [{"event": "payment_decided", **decided} for decided in pays.decided]
    events = [TicketEvent.model_validate({"at": now, "by": by, **said}) for said in opening]
    ticket = recorder.add(TICKET, recorder.new_id(TICKET, today), fields, events)
    return ticket, [*notes, *pays.notes]


def _raised_by(
    recorder: Recorder, people: People, intake: Intake, home: Unit | None, now: datetime, by: str
) -> dict[str, Any]:
    """Who raised it: a resident where one is meant, or where the estate does not name people in clear; else the
    caller."""
    if intake.resident is None and intake.caller is not None and intake.caller.name is not None:
        name, phone = intake.caller.name, intake.caller.phone
        found = among(home, name, phone, people, now.astimezone(recorder.estate.settings.zone).date())
        resident = found.id if found else registered(recorder, people, name, phone, now, by)
        if resident is not None:
            return {"resident": resident, "caller": None}
    return {"resident": intake.resident, "caller": intake.caller}


@dataclass
class Pays:
    """Who pays for a repair: the part it is on, what the accepted event says of it, what is decided otherwise, and what
    the desk should know."""

    part: str | None = None
    told: dict[str, Any] = field(default_factory=dict)
    decided: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


def _payment(intake: Intake, unit: Unit | None, policy: Policy, today: date) -> Pays:
    """Free or paid: as it was given or, where the unit has a warranty, as that says [P2, P6]."""
    if intake.origin == "move_in" and unit is not None and unit.handed_over is None:
        unit = unit.model_copy(update={"handed_over": today})  # it is being handed over: warranties begin today
    part = intake.part or (part_of(intake.category, policy) if intake.kind == "repair" else None)
    found = cover(unit, part, policy) if unit is not None and part is not None else None
    if found is not None:
        return _by_warranty(intake, found, today)
    pays = Pays(told={"payment": intake.payment} if intake.payment is not None else {})
    if unit is not None and part is not None and intake.payment is None:
        known = any(part in row.part for row in policy.warranty)
        pays.notes.append(
            say("  P6 {unit} has no date the warranty counts from: free or paid is not decided", unit=unit.id)
            if known
            else say("  P6 policy.yaml has no warranty for {part}: free or paid is not decided", part=PART.word(part))
        )
    return pays


def _by_warranty(intake: Intake, found: Cover, today: date) -> Pays:
    """As the warranty says; to decide otherwise needs a reason, and only that [P2]."""
    says, why, reason = "free" if found.covers(today) else "paid", found.why(today), intake.payment_reason
    pays = Pays(found.part, {"payment": says, "covered_until": found.until}, notes=[say("  P6 {why}", why=why)])
    if intake.payment in (None, says):
        if reason is not None:
            raise Refusal(
                say("the warranty says {says} too [P6]: nothing is decided otherwise", says=PAYMENT.word(says)),
                hint=say("leave --payment-reason away, or write it into --detail"),
            )
        return pays
    if reason is None:
        raise Refusal(
            say("the warranty says {says} [P6]: {why}", says=PAYMENT.word(says), why=why),
            hint=say("to decide otherwise give --payment-reason"),
        )
    pays.decided.append({"payment": intake.payment, "reason": reason})
    payment = PAYMENT.word(intake.payment or "")
    pays.notes.append(say("  P2 {payment}, decided otherwise: {reason}", payment=payment, reason=reason))
    return pays
