"""Units put on record and looked at [U1]; what happens to them is in `step_verbs`, the move-in in `move_in`."""

from typing import Annotated

import typer

from propcli.commands import options
from propcli.commands.options import By, Id, code
from propcli.commands.session import session
from propcli.commands.standing import show_standing
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.catalog import UNIT
from propcli.kinds.unit.homes import ownership
from propcli.kinds.unit.show import show_unit
from propcli.kinds.unit.step_verbs import people_named, ties
from propcli.kinds.unit.words import READINGS, STATE, USE
from propcli.output.language import _
from propcli.records.changing import changing, subject
from propcli.records.repairs import loose


def add(
    unit_id: Annotated[str, typer.Argument(metavar="ID", help=_("building-entrance-room, like 3-2-0501."))],
    state: Annotated[str, typer.Option(help=_("unsold, vacant, owner_occupied, let or renovating."))] = "vacant",
    use: Annotated[str, typer.Option(help=_("residential, shop, office, storage or other."))] = "residential",
    area: Annotated[str | None, typer.Option(metavar="M2", help=_("Its area in m²."))] = None,
    layout: Annotated[str | None, typer.Option(help=_("Its rooms, in words."))] = None,
    completed: Annotated[str | None, typer.Option(metavar="DAY", help=_("When the building was completed."))] = None,
    handed_over: Annotated[
        str | None, typer.Option(metavar="DAY", help=_("When it was handed over to its first owner."))
    ] = None,
    no_gas: Annotated[bool, typer.Option("--no-gas", help=_("It has no gas: no gas checks."))] = False,
    water_meter: Annotated[str | None, typer.Option(help=_("The number of the water meter."))] = None,
    electricity_meter: Annotated[str | None, typer.Option(help=_("The number of the electricity meter."))] = None,
    gas_meter: Annotated[str | None, typer.Option(help=_("The number of the gas meter."))] = None,
    owner: Annotated[
        list[str] | None, typer.Option(metavar="WHO", help=_("R-00042, or NAME[,PHONE][=SHARE]; several times."))
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help=_("Since when it is theirs (else the handover, if known)."))
    ] = None,
    tenant: Annotated[
        list[str] | None, typer.Option(metavar="WHO", help=_("Of one that is let: its tenants, like --owner."))
    ] = None,
    lease_until: Annotated[str | None, typer.Option(metavar="DAY", help=_("Of one that is let: until when."))] = None,
    by: By = None,
) -> int:
    here = session()
    here.happened()
    if not UNIT.is_id(unit_id):
        raise Refusal(say("{value} is not a unit (building-entrance-room)", value=repr(unit_id)))
    numbers = dict(zip(READINGS, (water_meter, electricity_meter, gas_meter), strict=True))
    meters = {name: number for name, number in numbers.items() if number}
    fields = {
        "area": area,
        "layout": layout,
        "completed": options.day(completed, "--completed"),
        "gas": False if no_gas else None,
        "meters": meters or None,
    }
    _refuse_double(unit_id)
    here.desk(by)
    with changing(here, by) as change:
        owners, notes = people_named(change, owner or [], "--owner")
        handed = options.day(handed_over, "--handed-over")
        first = options.day(since, "--since") or handed
        owned = [{**tie, **({"from": first} if first else {})} for tie in ownership(owners)]
        tenants, more = people_named(change, tenant or [], "--tenant")
        begun = {
            "state": code(STATE, state, "--state"),
            "use": code(USE, use, "--use"),
            "handed_over": handed,
            "until": options.day(lease_until, "--lease-until"),
            "ties": [*owned, *ties(tenants, "tenant")],
        }
        event = change.event(UNIT, None, "registered", by, begun)
        unit = change.recorder.add(UNIT, unit_id, options.typed(UNIT.model, fields), [event])
        change.recorder.commit(subject(unit, ["registered"]), change.desk)
    show_standing(unit, [*notes.values(), *more.values()])
    return 0


def _refuse_double(unit_id: str) -> None:
    """3-2-501 and 3-2-0501 are one home: whichever is on record is the one."""
    for other in session().estate.ids(UNIT):
        if other != unit_id and loose(other) == loose(unit_id):
            raise Refusal(say("{id} is on record already, as {other}", id=unit_id, other=other))


def show_one(
    unit_id: Id,
    whole: options.Whole = False,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    return show_unit(session().record_id(UNIT, unit_id), options.form(format), reveal, whole)
