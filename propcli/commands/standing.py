"""How a record stands, after every command that changed it: its state, what is owed next, by whom, by when."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from propcli.commands.session import session, show, tell_unknown_years
from propcli.engine.text import Text, say
from propcli.kinds.catalog import kind_of
from propcli.output.language import words

if TYPE_CHECKING:
    from propcli.kinds.ticket.model import Ticket


def headline(record: Any) -> Text:
    """A record in one line: its id, its state, what it is."""
    from propcli.desk.views import state_of

    kind = kind_of(record)
    if (own := kind.declared.headline) is not None:
        return own(record)
    where = getattr(record, "place", None) if kind.name == "renovation" else None
    where = where or getattr(record, "unit", None)
    return Text(
        "{id}  {status}  {what}",
        {
            "id": record.id,
            "status": state_of(record, session().local).text,
            "what": Text("{unit}  {title}", {"unit": where, "title": record.title})
            if where
            else getattr(record, "what", ""),
        },
    )


def show_standing(record: Any, notes: Iterable[Text] = ()) -> None:
    """The headline, what else there is to know (`notes`), and what is owed on the record from now on."""
    from propcli.desk.duty import Duties, together
    from propcli.desk.views import Names
    from propcli.kinds.staff import Staff

    here = session()
    estate = here.estate
    show(words(headline(record)).rstrip())
    for note in notes:
        show(note)
    staff = estate.read(Staff).records
    by_id = {person.id: person for person in staff}
    duties = Duties(estate.settings, estate.policy, estate.calendar, here.now, staff=by_id).add([record])
    names = Names(estate.settings, staff)
    for owed, what in together(duties.all):
        if owed.standing == "stopped":
            show(say("  {rule} {owed}: the clock stands still", rule=owed.row.rule, owed=what))
        elif owed.standing == "open" and owed.due is not None:
            who = names.debtor(duties.debtor(owed)).text
            values = {"rule": owed.row.rule, "owed": what, "due": owed.due, "who": who}
            show(
                say("  {rule} {owed} by {due}, {who} – overdue", **values)
                if owed.late(here.now)
                else say("  {rule} {owed} by {due}, {who}", **values)
            )
    tell_unknown_years(estate.calendar)


def show_change(record: Any, notes: Iterable[Text] = ()) -> None:
    """How a record stands after a change, with what its kind says of it besides."""
    here = session()
    declared = kind_of(record).declared
    show_standing(record, [*notes, *declared.after(record, here)])
    for line in declared.lacking(record, here):
        show(line)


def repair(ticket: "Ticket") -> Text:
    """A repair that came of a check, and who pays for it."""
    from propcli.kinds.ticket.words import PAYMENT

    what = f"{ticket.place} {ticket.summary}" if ticket.place else ticket.summary
    if ticket.payment is None:
        return say("  repair {id}: {what}", id=ticket.id, what=what)
    return say("  repair {id}: {what} ({payment})", id=ticket.id, what=what, payment=PAYMENT.word(ticket.payment))
