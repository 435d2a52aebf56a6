"""`propcli dispatch`: plan for every waiting ticket who goes and why; record it with --apply [T5, T6, T7, T9]."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show, show_table
from propcli.engine.text import Text, say
from propcli.kinds.catalog import TICKET
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.desk.dispatch import Assignment
    from propcli.desk.views import View
    from propcli.engine.table import Table
    from propcli.kinds.ticket.model import Ticket
    from propcli.records.changing import Taken


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
    from propcli.kinds.ticket.model import Ticket

    if only is not None:
        session().estate.one(Ticket, only)  # refused, with its problems, where it is no good record

    office = Office()
    tickets = office.tickets()
    planned = plan(
        tickets, office.staff, office.policy, office.calendar, office.now, frozenset({only}) if only else None
    )
    if only and not planned:
        _refuse(only, next((t for t in tickets if t.id == only), None))
    show_table(_table(planned, office.view(), form, explain), form)
    if explain and form == "table":
        _explain(planned)
    if apply:
        _apply(planned, one_commit, by, printed, show if form == "table" else note)
    elif planned and form == "table":
        show(say("This is a plan. propcli dispatch --apply records it."))
    return office.finish()


def _refuse(ticket_id: str, ticket: "Ticket | None") -> NoReturn:
    from propcli.engine.problem import Refusal
    from propcli.kinds.ticket.words import STATUS, WORK

    state = STATUS.word(ticket.status) if ticket else say("unreadable")
    raise Refusal(
        say("{id} does not wait to be sent: {state}", id=ticket_id, state=state),
        hint=say("name who goes with --to STAFF to send it anyway") if ticket and ticket.status in WORK else None,
    )


def _table(planned: "list[Assignment]", view: "View", form: str, explain: bool) -> "Table":
    """The plan, a ticket a row; for programs also who else helps and, to explain it, every candidate."""
    from propcli.desk.views import word
    from propcli.kinds.declaration import Shown
    from propcli.kinds.ticket.words import CATEGORY, URGENCY

    def candidates(a: "Assignment", _view: "View") -> list[dict[str, Any]]:
        return [{"id": c.staff.id, "load": c.load, "sent": c.sent, "bar": c.bar} for c in a.candidates]

    columns = [
        Shown("id", say("ticket"), lambda a, _view: a.ticket.id),
        Shown("urgency", say("urgency"), lambda a, _view: word(URGENCY, a.ticket.urgency)),
        Shown("category", say("category"), lambda a, _view: word(CATEGORY, a.ticket.category)),
        Shown("place", say("place"), lambda a, _view: a.ticket.where, wide=True),
        Shown("summary", say("summary"), lambda a, _view: a.ticket.summary, wide=True),
        Shown("team", say("team"), lambda a, view: view.names.team(a.team)),
        Shown("co_teams", say("co-teams"), lambda a, view: [view.names.team(t) for t in a.co_teams]),
        Shown("to", say("goes"), lambda a, view: view.names.person(a.person.id) if a.person else say("nobody")),
        Shown("why", say("why"), wide=True),
        Shown("candidates", say("candidates"), candidates),
    ]
    left_out = {"co_teams", "candidates"} if form == "table" else set() if explain else {"candidates"}
    shown = [column for column in columns if column.key not in left_out]
    return view.table("dispatch", None, shown, planned, say("Nothing waits to be sent."))


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
    """Record the plan, each ticket in a commit of its own or all in one. A ticket that changed since it was planned is
    refused by its own life."""
    from propcli.records.changing import changing, subject

    here = session()
    here.happened()
    sender = here.desk(by)
    steps = [step for a in planned if (step := _step(a, printed, tell)) is not None]
    done: list[str] = []
    try:
        for part in [steps] if one_commit and steps else [[step] for step in steps]:
            with changing(here) as change:
                taken = [change.take(TICKET, ticket_id, sender, step) for ticket_id, step in part]
                names = [name for _id, (name, _fields) in part]
                whole = words(say("{sent} tickets dispatched, {up} passed up", **_counted(names)))
                change.recorder.commit(whole if one_commit else subject(taken[0], names), sender)
            done += names
    finally:
        tell(say("{sent} sent, {up} passed up to the supervisor.", **_counted(done)))


def _counted(names: list[str]) -> dict[str, int]:
    """How many were sent, how many passed up."""
    sent = names.count("dispatched")
    return {"sent": sent, "up": len(names) - sent}


def _step(a: "Assignment", printed: bool, tell: Callable[[Text], None]) -> "tuple[str, Taken] | None":
    """What the plan does with a ticket: somebody is sent, or it is passed up, once."""
    from propcli.kinds.ticket.words import LEVEL

    if a.person is not None:
        fields = {
            "team": a.team,
            "assignee": a.person.id,
            "co_teams": a.co_teams,
            "order": "printed" if printed else "oral",
            "reason": words(a.why),
        }
        return a.ticket.id, ("dispatched", fields)
    if asked := TICKET.life.replay(a.ticket, a.ticket.events)[0].folded.get("asked"):
        tell(say("{id}: nobody can go; it is with the {level} already", id=a.ticket.id, level=LEVEL.word(asked[-1])))
        return None
    return a.ticket.id, ("escalated", {"to": "supervisor", "reason": words(a.why)})
