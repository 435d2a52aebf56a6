"""`propcli weather`: a warning of heavy rain makes checks of the homes in custody owed, before and after it [U6]."""

from typing import Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _, words


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Weather that makes checks owed [U6]."))
    group.command("rain", help=_("Heavy rain is forecast: homes in custody are checked before and after it."))(rain)
    app.add_typer(group, name="weather")


def rain(
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=_("When it is to begin."))],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help=_("When it is to end."))],
    text: options.Text = None,
    by: options.By = None,
) -> int:
    from propcli.commands.standing import show_standing
    from propcli.kinds.catalog import UNIT
    from propcli.kinds.unit.model import Unit
    from propcli.records.changing import changing

    here = session()
    now = here.happened()
    begins, ends = here.time(start, "--from"), here.time(end, "--to", end_of_day=True)
    assert begins is not None and ends is not None
    if ends <= begins:
        raise Refusal(say("the rain ends ({end}) before it begins ({start})", end=ends, start=begins))
    if ends <= now:
        raise Refusal(say("--to: {at} has passed", at=ends), hint=say("a warning is for rain that is still to come"))
    reading = here.estate.read(Unit)
    if reading.problems:
        raise Refusal(say("put the records right first"), code=3, problems=tuple(reading.problems))
    kept = [unit.id for unit in reading.records if unit.status == "in_custody"]
    if not kept:
        show(say("No home is in custody: nothing is owed, and nothing was recorded."))
        return 0
    # a check before rain that has begun cannot be owed any more
    fields: dict[str, Any] = {"rain_from": begins if begins > now else None, "rain_until": ends, "text": text}
    with changing(here, by) as change:
        after = [change.take(UNIT, unit_id, by, ("rain_warned", fields)) for unit_id in kept]
        subject = words(
            say("Heavy rain from {start} to {end}: {n} homes in custody", start=begins, end=ends, n=len(kept))
        )
        change.recorder.commit(subject, change.desk)
    for unit in after:
        show_standing(unit)
    return 0
