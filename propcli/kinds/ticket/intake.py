"""Taking a ticket in [T2]: from options, from answers at the prompt, or from a YAML file. Who raised it is found among
the unit's people [T12]; free or paid follows from the warranty [P2, P6]."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.record import Code, Line, Model, Moment, StaffId, Words
from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET, UNIT
from propcli.kinds.resident.model import ResidentId
from propcli.kinds.ticket.model import (
    LEAK,
    PART,
    PAYMENT,
    Caller,
    Channel,
    Kind,
    Origin,
    Part,
    Payment,
    Severity,
    Ticket,
    TicketEvent,
    TicketUnit,
    Urgency,
)
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.warranty import cover, part_of
from propcli.records.household import among, introduced, registered, unit_of
from propcli.records.people import People
from propcli.records.recording import Recorder

OPENING = ("severity", "expected", "appointment")  # what the accepted event says


class Intake(Model):
    """What the desk writes down; the ticket's id, status and events follow from it."""

    kind: Kind
    category: Code
    severity: Severity | None = None
    urgency: Urgency = "normal"
    channel: Channel = "phone"
    reported: Moment | None = None
    unit: TicketUnit
    building: Line | None = None
    place: Line | None = None
    summary: Line
    detail: Words | None = None
    resident: ResidentId | None = None
    caller: Caller | None = None
    origin: Origin | None = None
    part: Part | None = None
    payment: Payment | None = None
    payment_reason: Words | None = None  # why it is not as the warranty says
    convenient: Line | None = None
    appointment: Moment | None = None
    asked_by: Moment | None = None
    expected: Moment | None = None
    acceptor: StaffId | None = None


@dataclass
class Admitted:
    """A ticket taken in, and what the desk should know about it."""

    ticket: Ticket
    notes: list[Text] = field(default_factory=list)


def admit(recorder: Recorder, people: People, intake: Intake, now: datetime, desk: str) -> Admitted:
    """Take a ticket in within an operation. Refuses with every reason at once."""
    notes: list[Text] = []
    today = now.astimezone(recorder.estate.settings.zone).date()
    by = intake.acceptor or desk
    fields = {name: value for name, value in intake.plain().items() if name in Ticket.model_fields}
    for name in (*OPENING, "payment", "acceptor"):
        fields.pop(name, None)
    fields.setdefault("reported", now)
    fields.update(resident=intake.resident, caller=intake.caller)
    unit = unit_of(recorder, intake.unit)
    home = unit if intake.caller is None or intake.caller.unit is None else unit_of(recorder, intake.caller.unit)
    if intake.resident is None and intake.caller is not None:
        name, phone = intake.caller.name, intake.caller.phone
        found = among(home, name, phone, people, today)
        resident = found.id if found else registered(recorder, people, name, phone, now, by)
        if resident is not None:
            fields.update(resident=resident, caller=None)
    if fields["resident"] is not None:
        notes.append(introduced(fields["resident"], home, people, today))
    if intake.category == LEAK and UNIT.is_id(intake.unit):
        from propcli.kinds.renovation.neighbours import above  # of all tickets, only these look at renovation filings

        notes += above(recorder.estate, intake.unit, today)
    events = _opening(recorder, intake, unit, fields, today, now, by, notes)
    ticket = recorder.add(TICKET, recorder.new_id(TICKET, today), fields, events)
    return Admitted(ticket, notes)


def _opening(
    recorder: Recorder,
    intake: Intake,
    unit: Unit | None,
    fields: dict[str, Any],
    today: date,
    now: datetime,
    by: str,
    notes: list[Text],
) -> list[TicketEvent]:
    """The event that accepts it, with what the warranty says [P2, P6], and the one that decides otherwise."""
    given = {name: value for name in OPENING if (value := getattr(intake, name)) is not None}
    policy = recorder.estate.policy
    decided: list[TicketEvent] = []
    payment = intake.payment
    if intake.origin == "move_in" and unit is not None and unit.handed_over is None:
        unit = unit.model_copy(update={"handed_over": today})  # it is being handed over: warranties begin today
    part = intake.part or (part_of(intake.category, policy) if intake.kind == "repair" and unit else None)
    if part is not None and unit is not None:
        found = cover(unit, part, policy)
        if found is None:
            if payment is None:
                known = any(part in row.part for row in policy.warranty)
                notes.append(
                    say("  P6 {unit} has no date the warranty counts from: free or paid is not decided", unit=unit.id)
                    if known
                    else say(
                        "  P6 policy.yaml has no warranty for {part}: free or paid is not decided", part=PART.word(part)
                    )
                )
        else:
            fields["part"] = part
            says = "free" if found.covers(today) else "paid"
            given.update(payment=says, covered_until=found.until)
            notes.append(say("  P6 {why}", why=found.why(today)))
            if payment is not None and payment != says:
                if intake.payment_reason is None:
                    raise Refusal(
                        say("the warranty says {says} [P6]: {why}", says=PAYMENT.word(says), why=found.why(today)),
                        hint=say("to decide otherwise give --payment-reason"),
                    )
                values = {"payment": payment, "reason": intake.payment_reason}
                decided.append(TicketEvent.model_validate({"at": now, "by": by, "event": "payment_decided", **values}))
                notes.append(
                    say(
                        "  P2 {payment}, decided otherwise: {reason}",
                        payment=PAYMENT.word(payment),
                        reason=intake.payment_reason,
                    )
                )
            elif intake.payment_reason is not None:
                raise Refusal(
                    say("the warranty says {says} too [P6]: nothing is decided otherwise", says=PAYMENT.word(says)),
                    hint=say("leave --payment-reason away, or write it into --detail"),
                )
            payment = None
    if payment is not None:
        given["payment"] = payment
    return [TicketEvent.model_validate({"at": now, "by": by, "event": "accepted", **given}), *decided]
