"""The work order [T6, P5]: the sheet a repair goes out with and comes back signed on. As text."""

from collections.abc import Callable
from typing import Any

from propcli.engine.text import say
from propcli.kinds.ticket.words import CATEGORY, KIND, PAYMENT, SUPPLY, URGENCY
from propcli.output.language import _, words
from propcli.output.table import breadth, cell

WIDTH = 64


def work_order(
    ticket: Any, estate: str, names: Any, caller: tuple[Any, str | None], called: Callable[[str], Any]
) -> str:
    """One sheet. The resident's name and phone (`caller`) stand in full: it is for the person who goes there.
    `called`: the name behind a `who`."""
    rows = _rows(ticket, names, caller, called)
    label_width = max(breadth(label) for label, _value in rows) + 2
    out = [estate, _("Work order"), "=" * WIDTH]
    for label, value in rows:
        out.append(label + " " * (label_width - breadth(label)) + (value or "_" * (WIDTH - label_width)))
    out += ["-" * WIDTH, _("Material and labour (agreed with the owner before use) [P3]")]
    total = 0
    charges = [event for event in ticket.events if event.event == "charged"]
    for event in charges:
        amounts = {"labour": event.labour or 0, "material": event.material or 0}
        total += sum(amounts.values())
        out.append(f"  {event.item}  " + words(say("labour {labour}, material {material} yuan", **amounts)))
    out.append("  " + words(say("total {total} yuan", total=total)) if charges else "  " + "_" * (WIDTH - 2))
    out += [
        "-" * WIDTH,
        _("Accepted by the resident (signature, date)") + "  " + "_" * 20,
        _("Repaired by (signature, date)") + "  " + "_" * 20,
        "",
    ]
    return "\n".join(out)


def _rows(
    ticket: Any, names: Any, caller: tuple[Any, str | None], called: Callable[[str], Any]
) -> list[tuple[str, str]]:
    """What is known of the ticket, line by line; the empty ones are written in by hand."""

    def told(event: str, name: str) -> str:
        return "; ".join(said for e in ticket.events if e.event == event and (said := getattr(e, name)))

    kinds = (KIND.word(ticket.kind), CATEGORY.word(ticket.category), URGENCY.word(ticket.urgency))
    consents = [event for event in ticket.events if event.event == "consented"]
    agreed = [say("{what}: {who}", what=SUPPLY.word(e.to), who=called(e.who)) for e in consents]
    return [
        (_("No."), ticket.id),
        (_("Kind"), " · ".join(words(word) for word in kinds)),
        (_("Reported"), words(ticket.reported)),
        (_("Taken in by"), cell(names.person(ticket.events[0].by))),
        (_("Resident"), " ".join(words(part) for part in caller if part)),
        (_("Place"), words(ticket.where)),
        (_("Payment"), words(PAYMENT.word(ticket.payment)) if ticket.payment else ""),
        (_("Visit"), words(ticket.appointment) if ticket.appointment else ticket.convenient or ""),
        (_("What"), ticket.summary),
        (_("Detail"), (ticket.detail or "").replace("\n", " ")),
        (_("Team"), cell([names.team(team) for team in (ticket.team, *ticket.co_teams)])),
        (_("Sent"), cell([names.person(p) for p in (ticket.assignee, *ticket.helpers) if p])),
        (_("Cause found"), told("diagnosed", "cause")),
        (_("Agreed"), cell(agreed)),
        (_("Work done"), told("done", "text")),
    ]
