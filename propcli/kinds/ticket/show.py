"""A ticket on one screen: its fields, its history, what is owed on it, what may come next."""

import json
from typing import Any

from propcli.commands.session import session, show
from propcli.commands.showing import ahead, owed
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import CLAUSES, listing, words
from propcli.output.table import cell, raw


def show_ticket(ticket_id: str, form: str, whole: bool = False) -> int:
    """A ticket's fields, its history, what is owed on it, what may come next."""
    from propcli.commands.reading import Office
    from propcli.commands.standing import headline
    from propcli.kinds.ticket.life import LIFE
    from propcli.kinds.ticket.model import EVENT, ORIGIN, PART, Ticket

    here = session()
    ticket = here.estate.one(Ticket, ticket_id)
    assert ticket is not None
    if form == "json":
        show(json.dumps(raw(ticket.plain()), ensure_ascii=False, indent=2))
        return 0
    office = Office()
    names = office.names
    then = LIFE.as_of(ticket, office.now)
    if then is None:
        raise Refusal(say("{id} did not exist yet at {at}", id=ticket_id, at=office.now))
    ticket = then
    show(headline(ticket))
    details: list[tuple[Text, Any]] = [
        (say("reported"), ticket.reported),
        (say("caller"), _caller(ticket)),
        (say("found at"), ORIGIN.word(ticket.origin) if ticket.origin else None),
        (say("part"), PART.word(ticket.part) if ticket.part else None),
        (say("payment"), _payment(ticket)),
        (say("visit"), ticket.appointment or ticket.convenient),
        (say("expected"), ticket.expected),
        (say("due"), ticket.due),
        (say("acceptor"), names.person(ticket.acceptor)),
        (say("team"), names.team(ticket.team)),
        (say("co-teams"), [names.team(t) for t in ticket.co_teams]),
        (say("who"), names.person(ticket.assignee)),
        (say("helpers"), [names.person(h) for h in ticket.helpers]),
        (say("duplicate of"), ticket.duplicate_of),
        (say("source"), f"{ticket.source.system} {ticket.source.id}" if ticket.source else None),
    ]
    for label, value in details:
        if value not in (None, [], ()):
            show(Text("  {label}: {value}", {"label": label, "value": cell(value)}))
    if ticket.detail:
        show("")
        show("\n".join("  " + line for line in ticket.detail.split("\n")))
    show("")
    for event in ticket.events:
        said = words(CLAUSES).join(_said(event, names))
        by = names.person(event.by)
        show(
            Text(
                "  {at}  {what}  {by}{said}",
                {
                    "at": event.at,
                    "what": EVENT.word(event.event),
                    "by": by.text if by else "",
                    "said": f"  {said}" if said else "",
                },
            )
        )
    owed(ticket, office)
    show("")
    ahead(ticket, office)
    return office.finish()


def _caller(ticket: Any) -> str | None:
    """Who raised it, in full: whoever looks at one ticket handles it."""
    from propcli.records.people import caller_of

    name, phone = caller_of(ticket, session().people)
    where = ticket.resident or (ticket.caller.unit if ticket.caller else None)
    return " ".join(words(part) for part in (name, phone, where) if part) or None


def _payment(ticket: Any) -> Text | None:
    from propcli.kinds.ticket.model import PAYMENT

    if ticket.payment is None:
        return None
    if ticket.covered_until is None:
        return PAYMENT.word(ticket.payment)
    return say("{payment}; warranty until {day}", payment=PAYMENT.word(ticket.payment), day=ticket.covered_until)


def _said(event: Any, names: Any) -> list[str]:
    """The fields of an event, as words."""
    from propcli.kinds.ticket.model import CHANNEL, LEVEL, PAYMENT, SEVERITY, SUPPLY, WAITING

    vocabularies = {"severity": SEVERITY, "how": CHANNEL, "waiting_for": WAITING, "payment": PAYMENT}
    said = []
    for name in type(event).model_fields:
        value = getattr(event, name)
        if name in ("at", "by", "event") or value in (None, ()):
            continue
        if name in vocabularies:
            text = words(vocabularies[name].word(value))
        elif name in ("assignee", "helpers"):
            text = cell([names.person(p) for p in ([value] if isinstance(value, str) else value)])
        elif name in ("team", "co_teams"):
            text = cell([names.team(t) for t in ([value] if isinstance(value, str) else value)])
        elif name == "to":
            text = (
                words(SUPPLY.word(value) if value in SUPPLY else LEVEL.word(value))
                if value in SUPPLY or value in LEVEL
                else cell(names.person(value))
            )
        elif name == "stops":
            text = listing(words(SUPPLY.word(supply)) for supply in value)
        elif name in FLAGS:
            text = words(FLAGS[name][0 if value else 1])
        elif name == "who":
            text = words(session().people.who(value))
        elif name == "order":
            text = words(say("oral order") if value == "oral" else say("printed order"))
        else:
            text = cell(value)
        label = LABELS.get(name)
        said.append(f"{words(label)} {text}" if label else text)
    return said


FLAGS = {
    "solved": (say("solved"), say("unsolved")),
    "valid": (say("valid"), say("invalid")),
    "tight": (say("tight"), say("leaking")),
}
LABELS = {
    "expected": say("expected"),
    "covered_until": say("warranty until"),
    "appointment": say("visit"),
    "labour": say("labour"),
    "material": say("material"),
    "rating": say("rating"),
    "responsible": say("responsible:"),
    "solution": say("solution:"),
    "cause": say("cause:"),
    "helpers": say("helpers"),
    "co_teams": say("with"),
}
