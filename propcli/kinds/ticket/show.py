"""What is seen of a ticket: its headline, who raised it, who pays [P2, P6]."""

from collections.abc import Iterable, Iterator
from typing import Any

from propcli.desk.views import View
from propcli.engine.text import Person, Text, say
from propcli.kinds.catalog import UNIT
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import CATEGORY, KIND, PAYMENT, SEVERITY, STATUS, URGENCY
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.warranty import cover
from propcli.output.language import words
from propcli.records.changing import Here
from propcli.records.people import caller_of


def headline(ticket: Ticket) -> Text:
    """T-20261121-001  on site  repair · water · urgent  3-2-0501 厨房  水管漏水"""
    what = [KIND.word(ticket.kind), CATEGORY.word(ticket.category)]
    if ticket.severity:
        what.append(SEVERITY.word(ticket.severity))
    if ticket.urgency != "normal":
        what.append(URGENCY.word(ticket.urgency))
    return Text(
        "{id}  {status}  {what}  {place}  {summary}",
        {
            "id": ticket.id,
            "status": STATUS.word(ticket.status),
            "what": " · ".join(words(w) for w in what),
            "place": ticket.where,
            "summary": ticket.summary,
        },
    )


def caller(ticket: Ticket, view: View) -> Any:
    return view.private(caller_of(ticket, view.people)[0])


def phone(ticket: Ticket, view: View) -> Any:
    return view.private(caller_of(ticket, view.people)[1], "phones")


def caller_in_full(ticket: Ticket, view: View) -> str | None:
    """Name, phone and home: whoever looks at one ticket handles it."""
    where = ticket.resident or (ticket.caller.unit if ticket.caller else None)
    return " ".join(words(part) for part in (*caller_of(ticket, view.people), where) if part) or None


def payment(ticket: Ticket, _view: View) -> Text | None:
    if ticket.payment is None:
        return None
    if ticket.covered_until is None:
        return PAYMENT.word(ticket.payment)
    return say("{payment}; warranty until {day}", payment=PAYMENT.word(ticket.payment), day=ticket.covered_until)


def paid_by(ticket: Ticket, here: Here) -> Iterable[Text | str]:
    """Free or paid: what the warranty says, what was decided at intake and by whom otherwise [P2, P6]."""
    unit = here.estate.one(Unit, ticket.unit) if UNIT.is_id(ticket.unit) else None
    if ticket.payment is not None:
        yield ""
        yield from _warranty(ticket, unit, here)
        yield from _decided(ticket)
    elif unit is not None and ticket.kind == "repair":
        yield ""
        yield say("[P2] free or paid is not decided")


def _warranty(ticket: Ticket, unit: Any, here: Here) -> Iterator[Text]:
    if ticket.covered_until is None:
        return
    found = cover(unit, ticket.part, here.estate.policy) if unit and ticket.part else None
    if found is None or found.until != ticket.covered_until:
        until = ticket.covered_until
        yield say("[P6] covered until {until}, as the policy and the unit's dates were then", until=until)
    else:
        day = ticket.events[0].at.astimezone(here.estate.settings.zone).date()
        yield say("[P6] {why}", why=found.why(day))


def _decided(ticket: Ticket) -> Iterator[Text]:
    for event in ticket.events:
        if event.payment is None:
            continue
        values = {"payment": PAYMENT.word(event.payment), "at": event.at, "who": Person(event.by)}
        if event.event == "payment_decided":
            yield say("[P2] {payment}, decided otherwise {at}, {who}: {reason}", **values, reason=event.reason)
        else:
            yield say("[P2] {payment}, decided at intake {at}, {who}", **values)
