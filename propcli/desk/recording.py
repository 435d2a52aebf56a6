"""Putting changes on record: every step is checked against the ticket's life and its references, then all files
of the operation are written and committed together."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from propcli.desk.checks import Finding, Surroundings, ticket_life, ticket_references
from propcli.engine.lifecycle import Fault
from propcli.engine.problem import Refusal
from propcli.engine.record import Model
from propcli.engine.text import Text, say
from propcli.kinds.ticket import Ticket, TicketEvent, is_id, path_of
from propcli.kinds.ticket_life import LIFECYCLE
from propcli.store import yamlfile
from propcli.store.estate import Estate
from propcli.store.reading import load, locate
from propcli.store.transaction import Operation


def surroundings(estate: Estate, with_tickets: bool = False) -> Surroundings:
    """What tickets of the estate may refer to. Staff and tickets are known by their file names."""
    return Surroundings(
        frozenset(path.stem for path in estate.paths("staff")[0]),
        frozenset(estate.settings.teams),
        frozenset(estate.policy.routing),
        frozenset(estate.ticket_ids()) if with_tickets else None,
    )


class Recorder:
    """Steps and new tickets of one operation. Nothing is written before `commit`."""

    def __init__(self, estate: Estate, operation: Operation) -> None:
        self.estate = estate
        self.operation = operation
        self._taken: dict[date, int] = {}
        self._gone: list[str] | None = None
        self._gone_since: datetime | None = None
        self.touched: dict[str, list[str]] = {}  # ticket id: the events recorded

    @cached_property
    def around(self) -> Surroundings:
        return surroundings(self.estate)

    # --- tickets that exist

    def ticket(self, ticket_id: str) -> Ticket:
        """A ticket as this operation sees it. Refuses one that is missing or bad."""
        path = path_of(ticket_id)
        raw = self.operation.read(path)
        if raw is None:
            raise Refusal(say("there is no ticket {id}", id=ticket_id))
        ticket, problems = load(Ticket, raw, str(path))
        if ticket is None:
            raise Refusal(say("{path} is not a good record", path=str(path)), code=3, problems=tuple(problems))
        return ticket

    def step(self, ticket_id: str, events: Sequence[TicketEvent]) -> Ticket:
        """Let events happen to a ticket; the ticket after them. Refuses with every reason at once."""
        ticket = self.ticket(ticket_id)
        state, _ = LIFECYCLE.replay(ticket, ticket.events)
        done = len(ticket.events)
        for number, event in enumerate(events):
            faults = LIFECYCLE.faults(state, event, done + number)
            if faults:
                raise refusal(ticket_id, faults)
            LIFECYCLE.advance(state, event)
        changes: dict[str, object] = {}
        for name in ("status", *LIFECYCLE.folded):
            value = state.status if name == "status" else state.folded.get(name)
            have = getattr(ticket, name)
            if (value or None) != (have or None):
                changes[name] = list(value) if isinstance(value, tuple) and value else (value or None)
        path = path_of(ticket_id)
        raw = self.operation.read(path)
        assert raw is not None
        try:
            text = yamlfile.edit(raw.decode(), changes, [event.plain() for event in events], list(Ticket.model_fields))
        except ValueError:
            raise Refusal(
                say("{path} is written in a way that cannot be changed safely", path=str(path)),
                hint=say("write it as plain block YAML, one field a line"),
                code=3,
            ) from None
        after = self._checked(Ticket, text.encode(), path)
        self.operation.write(path, text.encode())
        self.touched.setdefault(ticket_id, []).extend(event.event for event in events)
        return after

    # --- new tickets

    def add(self, fields: dict[str, Any], events: Sequence[TicketEvent], day: date) -> Ticket:
        """A new ticket, numbered within the day it was taken in. `fields` are those of Ticket without id, status and
        events. Refuses with every problem at once."""
        ticket_id = self.new_id(day)
        draft = Ticket.model_construct(**{**fields, "id": ticket_id})
        state, faults = LIFECYCLE.replay(draft, events)
        if faults:
            raise refusal(say("a new ticket"), faults)
        plain: dict[str, Any] = {
            **fields,
            "id": ticket_id,
            "status": state.status,
            **{name: value for name in LIFECYCLE.folded if (value := state.folded.get(name))},
            "events": [event.plain() for event in events],
        }
        ordered = {name: plain[name] for name in Ticket.model_fields if plain.get(name) not in (None, (), [], "")}
        content = yamlfile.dump(_lists(ordered)).encode()
        path = path_of(ticket_id)
        ticket = self._checked(Ticket, content, path)
        self.operation.write(path, content)
        self.touched[ticket_id] = [event.event for event in events]
        return ticket

    def new_id(self, day: date) -> str:
        """The next number of a day. A number once given, even to a file deleted since, is not given again."""
        if day not in self._taken:
            prefix = f"T-{day:%Y%m%d}-"
            names = [i for i in self.estate.ticket_ids(f"{day:%Y}", f"{day:%m}") if i.startswith(prefix)]
            committed = self.operation.history.names_in(f"tickets/{day:%Y}/{day:%m}")
            names += [
                name[:-5] for name in (*committed, *self._deleted(day)) if is_id(name[:-5]) and name.startswith(prefix)
            ]
            self._taken[day] = max((int(name.rsplit("-", 1)[1]) for name in names), default=0)
        self._taken[day] += 1
        return f"T-{day:%Y%m%d}-{self._taken[day]:03d}"

    def _deleted(self, day: date) -> list[str]:
        since = datetime.combine(day - timedelta(days=1), datetime.min.time(), self.estate.settings.zone)
        if self._gone is None or self._gone_since is None or since < self._gone_since:
            self._gone = self.operation.history.deleted_names(since, "tickets")
            self._gone_since = since
        return self._gone

    # --- the end

    def _checked(self, model: type[Ticket], content: bytes, path: PurePosixPath) -> Ticket:
        ticket, problems = load(model, content, str(path))
        if ticket is not None:
            findings: list[Finding] = [*ticket_references(ticket, self.around), *ticket_life(ticket)]
            problems = locate(content, str(path), findings)
        if problems or ticket is None:
            raise Refusal(
                *(
                    say("{what} ({hint})", what=problem.what, hint=problem.hint) if problem.hint else problem.what
                    for problem in problems
                ),
                title=say("this cannot be recorded"),
            )
        return ticket

    def commit(self, subject: str, by: str) -> str:
        """Write everything and commit it, with trailers that a program can read. '' if nothing changed."""
        if self.operation.empty:
            return ""
        trailers = []
        for ticket_id, events in self.touched.items():
            trailers.append(f"Record: {ticket_id}")
            trailers += [f"Event: {event}" for event in events]
        if len(trailers) > 200:  # an import: the files in the commit say which
            trailers = [f"Records: {len(self.touched)}"]
        return self.operation.commit("\n".join([subject, "", *trailers, f"By: {by}"]))


def _lists(value: Any) -> Any:
    if isinstance(value, Model):
        return value.plain()
    if isinstance(value, dict):
        return {k: _lists(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(v) for v in value]
    return value


def refusal(what: str | Text, faults: Sequence[Fault]) -> Refusal:
    """Why a step cannot be taken: every reason with its rule and what to do."""
    reasons = []
    for fault in faults:
        text = say("{what} [{rule}]", what=fault.what, rule=fault.rule) if fault.rule else fault.what
        reasons.append(say("{what} ({hint})", what=text, hint=fault.hint) if fault.hint else text)
    return Refusal(*reasons, title=say("{record}: refused", record=what))
