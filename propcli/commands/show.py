"""`propcli show ID`: one record of any kind on one screen."""

from typing import Annotated

import typer

from propcli.commands import options
from propcli.commands.session import session
from propcli.output.language import _


def register(app: typer.Typer) -> None:
    app.command("show", help=_("One record, whole: a ticket, a unit, a resident, …"))(show_any)


def show_any(
    record: Annotated[str, typer.Argument(metavar="ID", help=_("A record's id or its ending."))],
    whole: options.Whole = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands import showing

    kind, record_id = session().find(record)
    return showing.show_any(kind, record_id, options.form(format), whole)
