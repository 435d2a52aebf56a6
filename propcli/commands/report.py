"""`propcli report`: daily, monthly, workload [M7, D2]; renovations and deposits [N6, N12, N13]."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands import options
from propcli.commands.session import session, show_report
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.commands.reading import Office


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Report tables: daily, monthly, workload, renovations, deposits."))
    group.command(
        "daily", help=_("For the supervisor: what came in, was closed, stays open and why, is overdue [M7, D2].")
    )(daily)
    group.command("monthly", help=_("For the manager: counts, the measures M1 to M5, the slowest, what recurs [M7]."))(
        monthly
    )
    group.command("workload", help=_("Per person: open, done, late, average hours."))(workload)
    group.command(
        "renovations", help=_("Works going on, expiring, expired; violations, refunds waiting [N9, N10, N13].")
    )(renovations)
    group.command(
        "deposits", help=_("Deposits held: by whom, since when, refundable when; that it balances [N6, N12].")
    )(deposits)
    app.add_typer(group, name="report")


def daily(
    date: Annotated[str | None, typer.Option("--date", metavar="DAY", help=_("The day (else today)."))] = None,
    format: options.Format = "table",
) -> int:
    from propcli.commands.periods import as_of
    from propcli.commands.reading import Office
    from propcli.desk import reports
    from propcli.desk.measures import Period

    form = options.form(format)
    here = session()
    moment = here.time(date, "--date") if date else here.now
    assert moment is not None
    start = moment.astimezone(here.estate.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if start > here.now:
        raise Refusal(say("--date: {date} has not come yet", date=start.date()))
    asked = Period(start, start + timedelta(days=1))
    office = Office(as_of(asked, here.now))
    show_report(reports.daily(office.all_duties(), asked, office.view()), form)
    return office.finish()


def monthly(
    month: options.Month = None, start: options.From = None, end: options.To = None, format: options.Format = "table"
) -> int:
    from propcli.commands.periods import as_of, period
    from propcli.commands.reading import Office
    from propcli.desk import reports

    form = options.form(format)
    asked = period(month, start, end)
    office = Office(as_of(asked, session().now))
    show_report(reports.monthly(office.all_duties(), asked, office.view(), occupied(office)), form)
    return office.finish()


def occupied(office: "Office") -> int | None:
    """How many homes are lived in [M5]: as propcli.yaml says or, where it does not, as the units' states say."""
    from propcli.kinds.catalog import UNIT

    if office.settings.occupied_units is not None:
        return office.settings.occupied_units
    return sum(unit.status in ("owner_occupied", "let") for unit in office.records(UNIT)) or None


def workload(
    month: options.Month = None, start: options.From = None, end: options.To = None, format: options.Format = "table"
) -> int:
    from propcli.commands.periods import as_of, period
    from propcli.commands.reading import Office
    from propcli.desk import reports

    form = options.form(format)
    asked = period(month, start, end)
    office = Office(as_of(asked, session().now))
    show_report(reports.workload(office.duties(), asked, office.view(), office.staff), form)
    return office.finish()


def renovations(reveal: options.Reveal = False, format: options.Format = "table") -> int:
    from propcli.commands.reading import Office
    from propcli.kinds.catalog import RENOVATION
    from propcli.kinds.renovation import reports as filing_reports

    form = options.form(format)
    office = Office(session().as_of)
    found = filing_reports.renovations(office.records(RENOVATION), office.view(reveal))
    options.revealed(reveal, "report renovations")
    show_report(found, form)
    return office.finish()


def deposits(reveal: options.Reveal = False, format: options.Format = "table") -> int:
    from propcli.commands.reading import Office
    from propcli.kinds.catalog import RENOVATION
    from propcli.kinds.renovation import reports as filing_reports

    form = options.form(format)
    office = Office(session().as_of)
    found = filing_reports.deposits(office.records(RENOVATION), office.estate, office.view(reveal))
    options.revealed(reveal, "report deposits")
    show_report(found, form)
    return office.finish()
