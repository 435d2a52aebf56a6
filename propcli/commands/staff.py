"""`propcli staff`: who works here, and who is on duty."""

from typing import Annotated

import typer

from propcli.commands import options
from propcli.commands.session import show_table
from propcli.engine.text import say
from propcli.output.language import _


def list_(
    on_duty: Annotated[bool, typer.Option("--on-duty", help=_("Only who is on duty (at --at)."))] = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.reports import in_hand
    from propcli.desk.views import word
    from propcli.engine.table import Column, Table
    from propcli.kinds.staff import ROLE
    from propcli.kinds.ticket.words import CATEGORY

    form = options.form(format)
    office = Office()
    today = office.now.astimezone(office.settings.zone).date()
    open_ones: dict[str, int] = {}
    for ticket in office.tickets():
        if in_hand(ticket):
            open_ones[in_hand(ticket)] = open_ones.get(in_hand(ticket), 0) + 1
    rows = []
    for person in office.staff:
        duty = person.on_duty(office.now, office.calendar)
        if on_duty and not duty:
            continue
        leave = person.away(today)
        state = say("on duty") if duty else say("on leave until {day}", day=leave.until) if leave else say("off duty")
        if person.left is not None and person.left < today:
            state = say("worked here until {day}", day=person.left)
        rows.append(
            {
                "id": person.id,
                "name": person.name,
                "role": word(ROLE, person.role),
                "team": office.names.team(person.team),
                "skills": [word(CATEGORY, skill) for skill in person.skills],
                "state": state,
                "open": open_ones.get(person.id, 0),
            }
        )
    columns = [
        Column("id", say("id")),
        Column("name", say("name")),
        Column("role", say("role")),
        Column("team", say("team")),
        Column("skills", say("skills"), wide=True),
        Column("state", say("state")),
        Column("open", say("open")),
    ]
    show_table(Table("staff", None, columns, rows, say("Nobody.")), form)
    return office.finish()
