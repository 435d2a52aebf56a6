"""What of a ticket its types cannot say: whom it was handed over to, and callers in clear [C5, T12]."""

from collections.abc import Iterator

from propcli.engine.text import say
from propcli.kinds.ticket.model import Ticket
from propcli.records.checking import Finding, Surroundings, unknown


def acceptors(ticket: Ticket, around: Surroundings) -> Iterator[Finding]:
    """Somebody who is handed a ticket over works here."""
    for index, event in enumerate(ticket.events):
        if event.event == "handed_over" and event.to and event.to not in around.staff:
            yield (("events", index, "to"), *unknown(say("staff"), event.to, around.staff, "staff/"))


def caller_in_clear(ticket: Ticket, around: Surroundings) -> Iterator[Finding]:
    """A caller written down before the estate chose to seal names or phones, or by hand since [T12]."""
    caller = ticket.caller
    if caller is not None and ("name" in around.sealed or (caller.phone is not None and "phones" in around.sealed)):
        what = say("{field} stands in clear, and this estate seals it [T12]", field="caller")
        yield ("caller",), what, say("propcli resident seal puts it right")
