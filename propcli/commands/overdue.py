"""`propcli overdue` and `propcli due`: what somebody owes, late or soon."""

from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands import options
from propcli.commands.session import session, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.desk.duty import Duties
    from propcli.engine.obligations import Obligation

Team = Annotated[str | None, typer.Option("--team", metavar="TEAM", help=_("Only what this team has to do."))]
Person = Annotated[str | None, typer.Option("--who", metavar="STAFF", help=_("Only what this person owes."))]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=_("Print nothing when there is nothing to say (for cron)."))]
Tell = Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 when something is listed."))]


def register(app: typer.Typer) -> None:
    app.command("overdue", help=_("What is owed and past its time: rule, by whom, due, how late."))(overdue)
    app.command("due", help=_("What is owed and due soon."))(due)


def overdue(
    team: Team = None,
    who: Person = None,
    quiet: Quiet = False,
    exit_code: Tell = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.reports import overdue_table

    form = options.form(format)
    office = Office()
    duties = office.all_duties()
    table = overdue_table(_mine(duties, duties.overdue(), team, who), duties, office.view())
    if table.rows or not quiet:
        show_table(table, form)
    return office.finish(1 if exit_code and table.rows else 0)


def due(
    within: Annotated[str, typer.Option("--within", metavar="24h", help=_("How far ahead: 30m, 24h, 7d."))] = "24h",
    team: Team = None,
    who: Person = None,
    quiet: Quiet = False,
    exit_code: Tell = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.reports import due_table
    from propcli.desk.times import length

    form = options.form(format)
    ahead = length(within)
    if ahead is None:
        raise Refusal(
            say("--within: {value} is not a length of time", value=repr(within)), hint=say("write 30m, 24h or 7d")
        )
    office = Office()
    duties = office.all_duties()
    owed = _mine(duties, duties.due(office.now + ahead), team, who)
    if owed or not quiet:
        empty = say("Nothing is due within {within}.", within=within)
        show_table(due_table(owed, duties, office.view(), empty), form)
    return office.finish(1 if exit_code and owed else 0)


def _mine(duties: "Duties", owed: "list[Obligation]", team: str | None, who: str | None) -> "list[Obligation]":
    """Of these obligations, those on a team's tickets, or owed by a person."""
    here = session()
    if team is not None:
        team = here.team(team)
    if who is not None:
        who = here.person(who, "--who")
    return [
        o for o in owed if (team is None or team == duties.team(o)) and (who is None or duties.debtor(o).person == who)
    ]
