"""What some steps of a ticket bring with them or refuse, besides what its life says. Each function is called before
the step it is named for, with what was typed."""

from collections.abc import Iterable

from propcli.desk.duty import owed_on
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.catalog import TICKET
from propcli.kinds.ticket.model import Ticket
from propcli.kinds.ticket.words import ENDED, STATUS
from propcli.records.changing import Change, Fields, Taken


def diagnosed(_change: Change, _ticket: Ticket, fields: Fields) -> Iterable[Taken]:
    """Whoever agreed to water or power being cut did so then [P4]."""
    who, stops = fields.pop("consent_of", None), fields.get("stops", ())
    if who and not stops:
        raise Refusal(say("--consent-of needs --stops water or --stops power"))
    return [("diagnosed", fields), *(("consented", {"to": supply, "who": who}) for supply in stops if who)]


def charged(_change: Change, _ticket: Ticket, fields: Fields) -> Iterable[Taken]:
    """Whoever agreed to the charge did so before [P3]."""
    who = fields.pop("consent_of", None)
    agreed: list[Taken] = [("consented", {"to": "charge", "who": who, "text": fields["item"]})] if who else []
    return [*agreed, ("charged", fields)]


def delayed(change: Change, ticket: Ticket, fields: Fields) -> None:
    """A delay is told before the old time: the one told or, where none was, the limit by policy [T8]."""
    here = change.here
    for owed in owed_on(ticket, here.estate.policy, here.estate.calendar) if "expected" in fields else ():
        if owed.standing == "open" and owed.row.agreed == "expected" and owed.late(here.now):
            raise Refusal(
                say("the time it was due ({due}) has already passed [T8]", due=owed.due),
                title=say("{record}: refused", record=ticket.id),
                hint=say("a delay is told before; record what was told now with note"),
            )


def followed_up(_change: Change, _ticket: Ticket, fields: Fields) -> Iterable[Taken]:
    """What is unsolved is reopened [F5]; what is solved may be closed at once."""
    close, summary, text = fields.pop("close", False), fields.pop("summary", None), fields.get("text")
    if fields["solved"]:
        return [("followed_up", fields), *([("closed", {"text": summary})] if close else [])]
    if close:
        raise Refusal(say("--close goes with --solved: what is unsolved is reopened [F5]"))
    if not text:
        raise Refusal(say("--unsolved needs --text: what is still wrong"))
    return [("followed_up", fields), ("reopened", {"reason": text})]


def merged(change: Change, ticket: Ticket, fields: Fields) -> None:
    """The other ticket goes on, and tells of this one; the duplicate's resident still gets an answer [T11]."""
    other: Ticket = change.recorder.record(TICKET, fields["other"])
    if other.status in ENDED:
        hint = say("merge into {other}", other=other.duplicate_of) if other.duplicate_of else None
        raise Refusal(say("{id} does not go on: {state}", id=other.id, state=STATUS.word(other.status)), hint=hint)
    change.also.append((TICKET, other.id, ("linked", {"other": ticket.id})))


def linked(change: Change, ticket: Ticket, fields: Fields) -> None:
    """The other ticket tells of this one as well."""
    change.also.append((TICKET, fields["other"], ("linked", {"other": ticket.id, "text": fields.get("text")})))
