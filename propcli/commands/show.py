"""`propcli show ID`: one record on one screen."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import CLAUSES, _, listing, words
from propcli.output.table import cell, raw

if TYPE_CHECKING:
    from propcli.desk.duty import Duties
    from propcli.desk.reports import Names


def register(app: typer.Typer) -> None:
    app.command("show", help=_("One record, whole: a ticket, a unit, a resident, …"))(show_any)


def show_any(
    record: Annotated[str, typer.Argument(metavar="ID", help=_("A record's id or its ending."))],
    whole: Annotated[bool, typer.Option("--all", help=_("Its whole history, not only the latest."))] = False,
    format: options.Format = "table",
) -> int:
    from propcli.kinds.catalog import PASS, RENOVATION, RESIDENT, TICKET, UNIT, VISITOR

    here = session()
    form = options.form(format)
    kind, record_id = here.find(record)
    if kind is TICKET:
        return show_ticket(record_id, form)
    if kind is UNIT:
        from propcli.commands.show_unit import show_unit

        return show_unit(record_id, form, whole=whole)
    if kind is RESIDENT:
        from propcli.commands.resident import show_resident

        return show_resident(record_id, form)
    if kind is RENOVATION:
        from propcli.commands.show_filing import show_filing

        return show_filing(record_id, form, whole)
    if kind is PASS and form != "json":
        from propcli.commands.passes import show_one as show_pass

        return show_pass(record_id, form)
    if kind is VISITOR and form != "json":
        from propcli.commands.visitors import show_one as show_visitor

        return show_visitor(record_id, form)
    person = here.estate.one(kind.model, record_id)
    assert person is not None
    _fields(person.plain(), form)
    return 0


def _fields(plain: dict[str, Any], form: str) -> None:
    if form == "json":
        show(json.dumps(raw(plain), ensure_ascii=False, indent=2))
        return
    from propcli.store.yamlfile import dump

    show(dump(plain).rstrip())


def show_ticket(ticket_id: str, form: str) -> int:
    """A ticket's fields, its history, what is owed on it, what may come next."""
    from propcli.commands.reading import Office
    from propcli.commands.standing import headline
    from propcli.desk.duty import Duties
    from propcli.kinds.ticket import EVENT, ORIGIN, PART, Ticket
    from propcli.kinds.ticket_life import LIFECYCLE

    here = session()
    ticket = here.estate.one(Ticket, ticket_id)
    assert ticket is not None
    if form == "json":
        show(json.dumps(raw(ticket.plain()), ensure_ascii=False, indent=2))
        return 0
    office = Office()
    names = office.names
    then = LIFECYCLE.as_of(ticket, office.now)
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
    duties = Duties(office.settings, office.policy, office.calendar, office.now).add([ticket])
    lines = owed_lines(duties, names)
    if lines:
        show("")
    for line in lines:
        show(line)
    state, _faults = LIFECYCLE.replay(ticket, ticket.events)
    steps = [COMMAND_OF[e] for e in LIFECYCLE.possible(state) if e in COMMAND_OF]
    show("")
    show(say("  possible now: {steps}", steps=", ".join(steps)))
    return office.finish()


def owed_lines(duties: "Duties", names: "Names") -> list[Text]:
    """What is owed and not met yet, a line each; the same of several things at the same time in one."""
    from propcli.desk.duty import together
    from propcli.engine.policy import ROLES

    lines = []
    for o, what in together(o for o in duties.all if o.standing in ("open", "stopped")):
        debtor = duties.debtor(o)
        person = names.person(debtor.person)
        values = {
            "rule": o.row.rule,
            "owed": what,
            "due": o.due,
            "who": person.text if person else ROLES.word(debtor.role),
            "state": say("paused") if o.due is None else say("OVERDUE") if o.late(duties.now) else say("open"),
        }
        lines.append(Text("  [{rule}] {owed}  {due}  {who}  {state}", values))
    return lines


def _caller(ticket: Any) -> str | None:
    """Who raised it, in full: whoever looks at one ticket handles it."""
    from propcli.desk.people import caller_of

    name, phone = caller_of(ticket, session().people)
    where = ticket.resident or (ticket.caller.unit if ticket.caller else None)
    return " ".join(words(part) for part in (name, phone, where) if part) or None


def _payment(ticket: Any) -> Text | None:
    from propcli.kinds.ticket import PAYMENT

    if ticket.payment is None:
        return None
    if ticket.covered_until is None:
        return PAYMENT.word(ticket.payment)
    return say("{payment}; warranty until {day}", payment=PAYMENT.word(ticket.payment), day=ticket.covered_until)


# the command that records an event, where it is called differently
COMMAND_OF = {
    "dispatched": "dispatch",
    "confirmed": "confirm",
    "arrived": "arrive",
    "diagnosed": "diagnose",
    "consented": "consent",
    "charged": "charge",
    "paused": "pause",
    "resumed": "resume",
    "delayed": "delay",
    "assisted": "assist",
    "done": "done",
    "tested": "test",
    "signed_off": "sign-off",
    "replied": "reply",
    "followed_up": "follow-up",
    "reopened": "reopen",
    "escalated": "escalate",
    "judged": "judge",
    "handed_over": "hand-over-to",
    "merged": "merge",
    "linked": "link",
    "noted": "note",
    "payment_decided": "payment",
    "closed": "close",
    "cancelled": "cancel",
}


def _said(event: Any, names: Any) -> list[str]:
    """The fields of an event, as words."""
    from propcli.kinds.ticket import CHANNEL, LEVEL, PAYMENT, SEVERITY, SUPPLY, WAITING

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
