"""`propcli unit`: the group. Units put on record and looked at; what happens to them is in `unit_steps`, the move-in
in `move_in`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options, standing
from propcli.commands.options import By, Id, code, codes
from propcli.commands.session import session, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.unit import move_in
from propcli.kinds.unit import step_verbs as unit_steps
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.kinds.unit.model import Unit
    from propcli.records.people import People


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Units: homes and shops, one file each [U1]."))
    group.command("add", help=_("Put a unit on record."))(add)
    group.command("list", help=_("Units, by state, building or use."))(list_)
    group.command("show", help=_("The whole file of a home on one screen; --at DAY: who owned it and lived there."))(
        show_one
    )
    move_in.register(group)
    unit_steps.register(group)
    from propcli.commands.edit import edit

    group.command("edit", help=_("Open the record in $EDITOR; it is saved only if it is valid."))(edit)
    app.add_typer(group, name="unit")


Day = Annotated[str | None, typer.Option(metavar="DAY")]


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
    from propcli.kinds.catalog import UNIT
    from propcli.kinds.unit.homes import ownership
    from propcli.kinds.unit.model import STATE, USE
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    here.happened()
    if not UNIT.is_id(unit_id):
        raise Refusal(say("{value} is not a unit (building-entrance-room)", value=repr(unit_id)))
    meters = {
        name: value
        for name, value in (("water", water_meter), ("electricity", electricity_meter), ("gas", gas_meter))
        if value
    }
    fields = {
        "area": area,
        "layout": layout,
        "completed": options.day(completed, "--completed"),
        "gas": False if no_gas else None,
        "meters": meters or None,
    }
    _refuse_double(unit_id)
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        owners, notes = unit_steps.people_named(recorder, owner or [], "--owner", desk)
        handed = options.day(handed_over, "--handed-over")
        first = options.day(since, "--since") or handed
        ties = [{**tie, **({"from": first} if first else {})} for tie in ownership(owners)]
        tenants, more = unit_steps.people_named(recorder, tenant or [], "--tenant", desk)
        ties += unit_steps.ties(tenants, "tenant")
        event = standing.event(
            UNIT,
            None,
            "registered",
            desk,
            {
                "state": code(STATE, state, "--state"),
                "use": code(USE, use, "--use"),
                "handed_over": handed,
                "until": options.day(lease_until, "--lease-until"),
                "ties": ties,
            },
        )
        unit = recorder.add(UNIT, unit_id, options.typed(UNIT.model, fields), [event])
        recorder.commit(standing.subject(unit, ["registered"]), desk)
    standing.show_standing(unit, [*notes.values(), *more.values()])
    return 0


def _refuse_double(unit_id: str) -> None:
    """3-2-501 and 3-2-0501 are one home: whichever is on record is the one."""
    from propcli.kinds.catalog import UNIT

    def bare(unit: str) -> list[str]:
        return [part.lstrip("0").lower() for part in unit.split("-")]

    for other in session().estate.ids(UNIT):
        if other != unit_id and bare(other) == bare(unit_id):
            raise Refusal(say("{id} is on record already, as {other}", id=unit_id, other=other))


def list_(
    state: Annotated[list[str] | None, typer.Option("--state", help=_("vacant, let, in_custody, …"))] = None,
    building: Annotated[str | None, typer.Option("--building", help=_("Only of this building."))] = None,
    use: Annotated[list[str] | None, typer.Option("--use", help=_("residential, shop, office, …"))] = None,
    key: Annotated[bool, typer.Option("--keys", help=_("Only those whose keys the office has."))] = False,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.views import word
    from propcli.engine.table import Column, Table
    from propcli.kinds.catalog import UNIT
    from propcli.kinds.unit.model import STATE, USE

    form = options.form(format)
    states, uses = codes(STATE, state, "--state"), codes(USE, use, "--use")
    here = session()
    office = Office()
    rows: list[dict[str, Any]] = []
    for unit in office.records(UNIT):
        if (
            (states and unit.status not in states)
            or (building and unit.building != building)
            or (uses and unit.use not in uses)
            or (key and not unit.keys)
        ):
            continue
        rows.append(
            {
                "id": unit.id,
                "state": word(STATE, unit.status),
                "use": word(USE, unit.use),
                "area": unit.area,
                "owners": names_of(unit, ("owner", "co_owner"), here.people, reveal),
                "tenants": names_of(unit, ("tenant",), here.people, reveal),
                "keys": [k.key for k in unit.keys],
            }
        )
    columns = [
        Column("id", say("unit")),
        Column("state", say("state")),
        Column("use", say("use")),
        Column("area", say("m²")),
        Column("owners", say("owners"), wide=True),
        Column("tenants", say("tenants"), wide=True),
        Column("keys", say("keys"), wide=True),
    ]
    options.revealed(reveal, "unit list")
    show_table(Table("units", None, columns, rows, say("No such units.")), form)
    return office.finish()


def names_of(unit: "Unit", ties: tuple[str, ...], people: "People", reveal: bool) -> list[Any]:
    """Who has one of these ties today, masked unless revealed."""
    from propcli.output.privacy import mask_name, masked

    today = session().today
    called = [people.called(t.resident) for t in unit.ties_on(today) if t.tie in ties]
    return [masked(name, mask_name, reveal) for name in called]


def show_one(
    unit_id: Id,
    all_: Annotated[bool, typer.Option("--all", help=_("Its whole history, not only the latest."))] = False,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    from propcli.kinds.catalog import UNIT
    from propcli.kinds.unit.show import show_unit

    return show_unit(session().record_id(UNIT, unit_id), options.form(format), reveal, all_)
