"""The work order [T6, P5]: the sheet a repair goes out with and comes back signed on. As text."""

from collections.abc import Callable
from typing import Any

from propcli.engine.text import say
from propcli.output.language import _, words
from propcli.output.table import breadth, cell

WIDTH = 64


def work_order(
    ticket: Any, estate: str, names: Any, caller: tuple[Any, str | None], called: Callable[[str], Any]
) -> str:
    """One sheet. The resident's name and phone (`caller`) stand in full: it is for the person who goes there.
    `called`: the name behind a `who`."""
    from propcli.kinds.ticket.words import CATEGORY, KIND, PAYMENT, SUPPLY, URGENCY

    agreed = [
        say("{what}: {who}", what=SUPPLY.word(e.to), who=called(e.who)) for e in ticket.events if e.event == "consented"
    ]
    charges = [e for e in ticket.events if e.event == "charged"]
    causes = [e.cause for e in ticket.events if e.event == "diagnosed"]
    done = [e.text for e in ticket.events if e.event == "done"]
    team = names.team(ticket.team)
    rows: list[tuple[str, str]] = [
        (_("No."), ticket.id),
        (
            _("Kind"),
            " · ".join(
                words(w) for w in (KIND.word(ticket.kind), CATEGORY.word(ticket.category), URGENCY.word(ticket.urgency))
            ),
        ),
        (_("Reported"), words(ticket.reported)),
        (_("Taken in by"), cell(names.person(ticket.events[0].by))),
        (
            _("Resident"),
            " ".join(words(part) for part in caller if part),
        ),
        (_("Place"), words(ticket.where)),
        (_("Payment"), words(PAYMENT.word(ticket.payment)) if ticket.payment else ""),
        (_("Visit"), words(ticket.appointment) if ticket.appointment else ticket.convenient or ""),
        (_("What"), ticket.summary),
        (_("Detail"), (ticket.detail or "").replace("\n", " ")),
        (_("Team"), cell([team, *(names.team(t) for t in ticket.co_teams)])),
        (_("Sent"), cell([names.person(p) for p in (ticket.assignee, *ticket.helpers) if p])),
        (_("Cause found"), "; ".join(c for c in causes if c)),
        (_("Agreed"), cell(agreed)),
        (_("Work done"), "; ".join(d for d in done if d)),
    ]
    out = [estate, _("Work order"), "=" * WIDTH]
    label_width = max(breadth(label) for label, _v in rows) + 2
    for label, value in rows:
        out.append(label + " " * (label_width - breadth(label)) + (value or "_" * (WIDTH - label_width)))
    out += ["-" * WIDTH, _("Material and labour (agreed with the owner before use) [P3]")]
    total = 0
    for event in charges:
        amount = (event.labour or 0) + (event.material or 0)
        total += amount
        out.append(
            f"  {event.item}  "
            + words(
                say("labour {labour}, material {material} yuan", labour=event.labour or 0, material=event.material or 0)
            )
        )
    out.append("  " + words(say("total {total} yuan", total=total)) if charges else "  " + "_" * (WIDTH - 2))
    out += [
        "-" * WIDTH,
        _("Accepted by the resident (signature, date)") + "  " + "_" * 20,
        _("Repaired by (signature, date)") + "  " + "_" * 20,
        "",
    ]
    return "\n".join(out)
