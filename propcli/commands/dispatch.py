"""`propcli dispatch`: plan for every waiting ticket who goes and why; record it with --apply [T5, T6, T7, T9]."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show, show_table
from propcli.engine.text import Text, say
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.desk.dispatch import Assignment


def register(app: typer.Typer) -> None:
    app.command("dispatch", help=_("Who should go to each waiting ticket, and why; --apply records it."))(dispatch)


def dispatch(
    apply: Annotated[
        bool, typer.Option("--apply", help=_("Record the plan: send them, and pass up what nobody can take."))
    ] = False,
    one_commit: Annotated[
        bool, typer.Option("--one-commit", help=_("One commit for all, not one for each ticket."))
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help=_("Every candidate, and why not."))] = False,
    printed: Annotated[bool, typer.Option("--printed", help=_("With printed orders; without this, orally."))] = False,
    by: options.By = None,
    format: options.Format = "table",
) -> int:
    return run_plan(None, apply, explain, one_commit, by, printed, options.form(format))


def run_plan(
    only: str | None,
    apply: bool,
    explain: bool,
    one_commit: bool,
    by: str | None,
    printed: bool = False,
    form: str = "table",
) -> int:
    """Plan for all waiting tickets (or one) and, if asked, put it on record."""
    from propcli.commands.reading import Office
    from propcli.desk.dispatch import plan
    from propcli.desk.views import word
    from propcli.engine.table import Column, Table
    from propcli.kinds.ticket.model import CATEGORY, URGENCY, Ticket, place_of

    if only is not None:
        session().estate.one(Ticket, only)  # refused, with its problems, where it is no good record

    office = Office()
    tickets = office.tickets()
    planned = plan(
        tickets, office.staff, office.policy, office.calendar, office.now, frozenset({only}) if only else None
    )
    if only and not planned:
        from propcli.engine.problem import Refusal
        from propcli.kinds.ticket.life import WORK
        from propcli.kinds.ticket.model import STATUS

        ticket = next((t for t in tickets if t.id == only), None)
        state = STATUS.word(ticket.status) if ticket else say("unreadable")
        raise Refusal(
            say("{id} does not wait to be sent: {state}", id=only, state=state),
            hint=say("name who goes with --to STAFF to send it anyway") if ticket and ticket.status in WORK else None,
        )
    rows: list[dict[str, Any]] = [
        {
            "id": a.ticket.id,
            "urgency": word(URGENCY, a.ticket.urgency),
            "category": word(CATEGORY, a.ticket.category),
            "place": place_of(a.ticket),
            "summary": a.ticket.summary,
            "team": office.names.team(a.team),
            "co_teams": [office.names.team(t) for t in a.co_teams],
            "to": office.names.person(a.person.id) if a.person else say("nobody"),
            "why": a.why,
        }
        for a in planned
    ]
    columns = [
        Column("id", say("ticket")),
        Column("urgency", say("urgency")),
        Column("category", say("category")),
        Column("place", say("place"), wide=True),
        Column("summary", say("summary"), wide=True),
        Column("team", say("team")),
        Column("to", say("goes")),
        Column("why", say("why"), wide=True),
    ]
    if form != "table":
        columns.insert(6, Column("co_teams", say("co-teams")))
    if explain and form != "table":
        columns.append(Column("candidates", say("candidates")))
        for row, assignment in zip(rows, planned, strict=True):
            row["candidates"] = [
                {"id": c.staff.id, "load": c.load, "sent": c.sent, "bar": c.bar} for c in assignment.candidates
            ]
    show_table(Table("dispatch", None, columns, rows, say("Nothing waits to be sent.")), form)
    if explain and form == "table":
        _explain(planned)
    if not apply:
        if planned and form == "table":
            show(say("This is a plan. propcli dispatch --apply records it."))
        return office.finish()
    _apply(planned, one_commit, by, printed, show if form == "table" else note)
    return office.finish()


def _explain(planned: "list[Assignment]") -> None:
    for a in planned:
        show("")
        show(f"{a.ticket.id}  {a.ticket.summary}")
        for c in a.candidates:
            bar = c.bar if c.bar is not None else say("can go")
            mark = "*" if a.person is not None and c.staff.id == a.person.id else " "
            show(
                say(
                    "{mark} {name}: {bar}; load {load}, sent {sent} lately",
                    mark=mark,
                    name=c.staff.name,
                    bar=bar,
                    load=c.load,
                    sent=c.sent,
                )
            )
        if not a.candidates:
            show(say("  nobody is in that team"))


def _apply(
    planned: "list[Assignment]", one_commit: bool, by: str | None, printed: bool, tell: Callable[[Text], None]
) -> None:
    """Record the plan. A ticket that changed since it was planned is refused by its own life."""
    from propcli.commands.standing import record, subject
    from propcli.kinds.catalog import TICKET
    from propcli.kinds.ticket.life import LIFE
    from propcli.kinds.ticket.model import LEVEL
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    here.happened()
    sender = here.desk(by)
    steps: list[tuple[str, str, dict[str, Any]]] = []
    for a in planned:
        if a.person is not None:
            fields: dict[str, Any] = {
                "team": a.team,
                "assignee": a.person.id,
                "co_teams": a.co_teams,
                "order": "printed" if printed else "oral",
                "reason": words(a.why),
            }
            steps.append((a.ticket.id, "dispatched", fields))
        elif asked := LIFE.replay(a.ticket, a.ticket.events)[0].folded.get("asked"):
            tell(
                say("{id}: nobody can go; it is with the {level} already", id=a.ticket.id, level=LEVEL.word(asked[-1]))
            )
        else:
            steps.append((a.ticket.id, "escalated", {"to": "supervisor", "reason": words(a.why)}))
    done: list[str] = []
    try:
        if one_commit and steps:
            with operation(here.estate.root) as op:
                recorder = Recorder(here.estate, op)
                for ticket_id, step, fields in steps:
                    record(recorder, TICKET, ticket_id, sender, (step, fields))
                sent = sum(step == "dispatched" for _id, step, _fields in steps)
                recorder.commit(
                    words(say("{sent} tickets dispatched, {up} passed up", sent=sent, up=len(steps) - sent)), sender
                )
            done = [step for _id, step, _fields in steps]
        else:
            for ticket_id, step, fields in steps:
                with operation(here.estate.root) as op:
                    recorder = Recorder(here.estate, op)
                    ticket = record(recorder, TICKET, ticket_id, sender, (step, fields))
                    recorder.commit(subject(ticket, [step]), sender)
                done.append(step)
    finally:
        sent = done.count("dispatched")
        tell(say("{sent} sent, {up} passed up to the supervisor.", sent=sent, up=len(done) - sent))
