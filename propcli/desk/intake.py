"""Taking a ticket in [T2]: from options, from answers at the prompt, or from a YAML file."""

from typing import Any

from propcli.engine.record import Code, Line, Model, Moment, StaffId, Words
from propcli.kinds.ticket import Caller, Channel, Kind, Payment, Severity, Ticket, TicketEvent, TicketUnit, Urgency


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
    caller: Caller | None = None
    payment: Payment | None = None
    convenient: Line | None = None
    appointment: Moment | None = None
    asked_by: Moment | None = None
    expected: Moment | None = None
    acceptor: StaffId | None = None

    def opening(self, now: Any, acceptor: str) -> tuple[dict[str, Any], TicketEvent]:
        """The fields of the new ticket, and the event that accepts it."""
        fields = {name: value for name, value in self.plain().items() if name in Ticket.model_fields}
        for name in ("severity", "expected", "appointment", "acceptor"):  # the accepted event says these
            fields.pop(name, None)
        fields.setdefault("reported", now)
        fields["caller"] = self.caller
        given = {
            name: value
            for name in ("severity", "expected", "appointment")
            if (value := getattr(self, name)) is not None
        }
        return fields, TicketEvent(at=now, by=self.acceptor or acceptor, event="accepted", **given)
