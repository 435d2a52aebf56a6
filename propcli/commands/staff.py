"""`propcli staff`: who works here, and who is on duty."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands import options
from propcli.commands.session import show_table
from propcli.engine.text import Text, say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.desk.views import View
    from propcli.kinds.staff import Staff


def list_(
    on_duty: Annotated[bool, typer.Option("--on-duty", help=_("Only who is on duty (at --at)."))] = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.reports import in_hand
    from propcli.kinds.declaration import Shown

    form = options.form(format)
    office = Office()
    open_ones = Counter(in_hand(ticket) for ticket in office.tickets())

    def state(person: "Staff", view: "View") -> Text:
        leave = person.away(view.today)
        if person.on_duty(office.now, office.calendar):
            return say("on duty")
        if person.left is not None and person.left < view.today:
            return say("worked here until {day}", day=person.left)
        return say("on leave until {day}", day=leave.until) if leave else say("off duty")

    columns = [
        Shown("id", say("id"), lambda person, _view: person.id),
        Shown("name", say("name")),
        Shown("role", say("role")),
        Shown("team", say("team")),
        Shown("skills", say("skills"), wide=True),
        Shown("state", say("state"), state),
        Shown("open", say("open"), lambda person, _view: open_ones[person.id]),
    ]
    people = [person for person in office.staff if not on_duty or person.on_duty(office.now, office.calendar)]
    show_table(office.view().table("staff", None, columns, people, say("Nobody.")), form)
    return office.finish()
