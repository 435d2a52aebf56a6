"""How a ticket stands, after every command that changed it: its state, what is owed next, by whom, by when."""

from typing import TYPE_CHECKING, Any

from propcli.commands.session import session, show, tell_unknown_years
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import listing, words

if TYPE_CHECKING:
    from pydantic import ValidationError

    from propcli.desk.recording import Recorder
    from propcli.engine.record import Model
    from propcli.kinds.ticket import Ticket


def headline(ticket: "Ticket") -> Text:
    """T-20261121-001  on site  repair · water · urgent  3-2-0501 厨房  水管漏水"""
    from propcli.kinds.ticket import CATEGORY, KIND, SEVERITY, STATUS, URGENCY, place_of

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
            "place": place_of(ticket),
            "summary": ticket.summary,
        },
    )


def show_standing(ticket: "Ticket") -> None:
    """The headline, and what is owed on the ticket from now on."""
    from propcli.desk.duty import Duties
    from propcli.desk.reports import Names
    from propcli.engine.policy import OWED, ROLES
    from propcli.kinds.staff import Staff

    here = session()
    estate = here.estate
    show(headline(ticket))
    duties = Duties(estate.settings, estate.policy, estate.calendar, here.now).add([ticket])
    names = Names(estate.settings, estate.read(Staff).records)
    for owed in duties.all:
        if owed.standing == "stopped":
            show(say("  {rule} {owed}: the clock stands still", rule=owed.row.rule, owed=OWED.word(owed.row.owed)))
        elif owed.standing == "open" and owed.due is not None:
            debtor = duties.debtor(owed)
            who = names.person(debtor.person)
            values = {
                "rule": owed.row.rule,
                "owed": OWED.word(owed.row.owed),
                "due": owed.due,
                "who": who.text if who else ROLES.word(debtor.role),
            }
            late = owed.late(here.now)
            show(
                say("  {rule} {owed} by {due}, {who} – overdue", **values)
                if late
                else say("  {rule} {owed} by {due}, {who}", **values)
            )
    tell_unknown_years(estate.calendar)


def actor(ticket: "Ticket", step: str, by: str | None) -> str:
    """Who does a step when nobody is named: the person sent, the acceptor, or the desk."""
    from propcli.kinds.ticket_life import STEPS

    here = session()
    if by is not None:
        return here.person(by, "--by")
    if step == "confirmed" and ticket.assignee is None:
        raise Refusal(say("it was given to a team: who of it takes it? [T6]"), hint=say("give --by STAFF"))
    role = STEPS[step].actor
    chosen = (
        (ticket.assignee or ticket.acceptor) if role == "assignee" else ticket.acceptor if role == "acceptor" else None
    )
    return chosen or here.desk(None)


def take(typed: str, by: str | None, *steps: tuple[str, dict[str, Any]], quiet: bool = False) -> "Ticket":
    """Let steps happen to a ticket, all or none, in one commit; print how it stands then."""
    from propcli.desk.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    ticket_id = here.ticket_id(typed)
    here.happened()
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        ticket = record(recorder, ticket_id, by, *steps)
        recorder.commit(subject(ticket, [name for name, _ in steps]), ticket.events[-1].by)
    if not quiet:
        show_standing(ticket)
    return ticket


def record(recorder: "Recorder", ticket_id: str, by: str | None, *steps: tuple[str, dict[str, Any]]) -> "Ticket":
    """Put steps on record within an operation that somebody else commits."""
    from pydantic import ValidationError

    from propcli.kinds.ticket import TicketEvent

    before = recorder.ticket(ticket_id)
    events = []
    at = session().now
    for name, fields in steps:
        given = {k: v for k, v in fields.items() if v is not None and v != ()}
        try:
            events.append(TicketEvent(at=at, by=actor(before, name, by), event=name, **given))
        except ValidationError as error:
            raise Refusal(*said(error, TicketEvent), title=say("{record}: refused", record=ticket_id)) from None
    return recorder.step(ticket_id, events)


def said(error: "ValidationError", model: "type[Model]") -> list[Text]:
    """What is wrong with values given as options, by the option's name."""
    from propcli.store.reading import described

    reasons = []
    for where, what, hint in described(error, model):
        parts = [str(part) for part in where if part not in ("caller", -1)]
        text = say("{option}: {what}", option="--" + "-".join(parts).replace("_", "-"), what=what) if parts else what
        reasons.append(say("{what} ({hint})", what=text, hint=hint) if hint else text)
    return reasons


def subject(ticket: "Ticket", steps: list[str]) -> str:
    """A commit's first line, in the language the desk works in: `T-20261121-001 arrived: 水管漏水`."""
    from propcli.kinds.ticket import EVENT

    what = listing(words(EVENT.word(step)) for step in dict.fromkeys(steps))
    return f"{ticket.id} {what}: {ticket.summary}"
