"""`propcli pass`: item release passes. A resident asks for one, the gate lets the goods out once, in time [U9]."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import gate_screen, options, standing
from propcli.commands.options import By, Text
from propcli.commands.session import session, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import Text as Message
from propcli.engine.text import say
from propcli.kinds.catalog import PASS
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.desk.recording import Recorder
    from propcli.kinds.gate import Pass
    from propcli.kinds.unit import Unit

Id = Annotated[str, typer.Argument(metavar="ID", help=_("The pass's id, or any unambiguous ending of it."))]
Words = Annotated[str, typer.Option("--text", help=_("In words."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why."))]
# event: the command that records it
STEPS = {"used": "use", "extended": "extend", "cancelled": "cancel", "noted": "note"}
NOT_EXPIRED = ("used", "extended")
OPEN = {"open": {"issued"}, "未结": {"issued"}}


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Item release passes: what residents take out of the gate [U9]."))
    options.commands(
        group,
        ("issue", issue, _("A resident asks for a pass: which goods, until when.")),
        ("use", use, _("At the gate: the goods go out, once and in time.")),
        ("extend", extend, _("It is good for longer; before it has expired.")),
        ("cancel", cancel, _("It is good no longer.")),
        ("note", note, _("Write something down.")),
        ("list", list_, _("Passes, those that are good now unless asked otherwise.")),
        ("show", show_one, _("One pass with everything that happened.")),
    )
    app.add_typer(group, name="pass")


def issue(
    unit: Annotated[str, typer.Option("--unit", help=_("The unit it comes from, like 3-2-0501."))],
    items: Annotated[str, typer.Option("--items", help=_("Which goods, and how many of each."))],
    resident: Annotated[
        str | None, typer.Option(metavar="ID|NAME", help=_("Who asks for it, of those on record (else --who)."))
    ] = None,
    who: Annotated[str | None, typer.Option(metavar="NAME", help=_("Who asks for it."))] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("Until when it is good; without it, the end of the day."))
    ] = None,
    carrier: Annotated[str | None, typer.Option(metavar="NAME", help=_("Who carries the goods out."))] = None,
    plate: Annotated[str | None, typer.Option(help=_("The plate of the car, like 粤B12345."))] = None,
    text: Text = None,
    by: By = None,
) -> int:
    from propcli.desk import gate
    from propcli.desk.household import introduced, unit_of
    from propcli.desk.recording import Recorder
    from propcli.kinds.gate import Pass, PassEvent
    from propcli.store.transaction import operation

    here = session()
    now = here.happened()
    if (resident is None) == (who is None):
        raise Refusal(
            say("--resident goes without --who") if who is not None else say("who asks for it is missing"),
            hint=say("give --resident ID|NAME for somebody on record, else --who NAME"),
        )
    fields = options.typed(
        Pass,
        {
            "unit": unit,
            "resident": here.resident(resident, "--resident") if resident is not None else None,
            "who": who,
            "items": items,
            "carrier": carrier,
            "plate": gate_screen.plate(plate),
            "until": gate_screen.until(until),
        },
    )
    said = options.typed(PassEvent, {"text": text})
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        home = unit_of(recorder, unit)
        if resident is not None and home is not None:
            _refuse_stranger(home, fields["resident"])
        made = gate.issue(recorder, here.people, fields, said.get("text"), now, desk)
        recorder.commit(standing.subject(made, ["issued"]), desk)
    notes = [introduced(made.resident, home, here.people, here.today)] if made.resident else []
    _show_standing(made, *notes)
    return 0


def _refuse_stranger(home: "Unit", resident: str) -> None:
    """A pass is asked for by somebody of that home [U9]."""
    here = session()
    ids = [tie.resident for tie in home.ties_on(here.today)]
    if resident not in ids:
        values = {"who": here.people.called(resident), "id": resident, "unit": home.id}
        raise Refusal(
            say("--resident: {who} ({id}) has no tie to {unit} [U9]", **values),
            hint=say("known: {ids}", ids=here.listed(ids)),
        )


def _show_standing(after: "Pass", *notes: Message) -> None:
    """How a pass stands after a command, and until when it is or was good, if nobody used it."""
    state = after.state_at(session().now)
    if state == "issued":
        notes = (*notes, say("  good until {until}", until=after.until))
    elif state == "expired":
        notes = (*notes, say("  it was good until {until}", until=after.until))
    standing.show_standing(after.model_copy(update={"status": state}), notes)


def _take(pass_id: str, by: str | None, event: str, fields: dict[str, Any]) -> int:
    """A step of one pass, in one commit."""
    from propcli.desk import gate
    from propcli.kinds.gate import PassEvent

    here = session()
    given = options.typed(PassEvent, fields)

    def steps(recorder: "Recorder", before: "Pass") -> list[standing.Step]:
        if event != "noted":
            gate.check_unused(before, here.people)
        if "who" in given:
            given["who"] = gate.met_at_gate(recorder, here.people, before, given["who"], here.now, here.desk(by))
        return [(event, given)]

    after = standing.change(PASS, pass_id, by, steps)
    _show_standing(after)
    return 0


def use(
    pass_id: Id,
    who: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("Who was at the gate: the guard or the carrier."))
    ] = None,
    text: Text = None,
    by: By = None,
) -> int:
    return _take(pass_id, by, "used", {"who": who, "text": text})


def extend(
    pass_id: Id,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help=_("Until when it is good now."))],
    reason: Reason,
    by: By = None,
) -> int:
    return _take(pass_id, by, "extended", {"until": gate_screen.until(until), "reason": reason})


def cancel(pass_id: Id, reason: Reason, by: By = None) -> int:
    return _take(pass_id, by, "cancelled", {"reason": reason})


def note(pass_id: Id, text: Words, by: By = None) -> int:
    return _take(pass_id, by, "noted", {"text": text})


def list_(
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state", metavar="STATE", help=_("issued, used, cancelled, expired, open (the default) or all.")
        ),
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=_("A unit, or the beginning of one: 3-2."))] = None,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.reports import word
    from propcli.engine.table import Column, Table
    from propcli.kinds.gate import PASS_STATUS

    form = options.form(format)
    wanted = options.states(state, "open", PASS_STATUS, OPEN)
    office = Office()
    rows = [
        {**_row(pass_, reveal), "status": word(PASS_STATUS, its)}
        for pass_ in office.records(PASS)
        if (its := pass_.state_at(office.now)) in wanted and options.at_unit(pass_, unit)
    ]
    columns = [
        Column("id", say("pass")),
        Column("status", say("state")),
        Column("unit", say("unit")),
        Column("who", say("asked for by")),
        Column("items", say("items"), wide=True),
        Column("until", say("until")),
    ]
    if form != "table" or reveal:
        columns += [Column("carrier", say("carrier")), Column("plate", say("plate")), Column("used", say("used"))]
    options.revealed(reveal, "pass list")
    show_table(Table("passes", None, columns, rows, say("No such passes.")), form)
    return office.finish()


def _row(pass_: "Pass", reveal: bool) -> dict[str, Any]:
    from propcli.desk.hidden import personal
    from propcli.output.privacy import mask_name, mask_plate, masked

    here = session()
    known = personal(pass_, here.keys)
    who = here.people.called(pass_.resident) if pass_.resident else pass_.who
    return {
        "id": pass_.id,
        "unit": pass_.unit,
        "who": masked(who, mask_name, reveal),
        "items": " ".join(pass_.items.split("\n")),
        "until": pass_.until,
        "carrier": masked(known["carrier"], mask_name, reveal),
        "plate": masked(known["plate"], mask_plate, reveal),
        "used": next((event.at for event in pass_.events if event.event == "used"), None),
    }


def show_one(pass_id: Id, format: options.Format = "table") -> int:
    from propcli.desk.gate import known
    from propcli.desk.hidden import personal
    from propcli.kinds.gate import PASS_STATUS

    found = gate_screen.found(PASS, pass_id, options.form(format))
    if found is None:
        return 0
    pass_, office = found
    people = session().people
    state = pass_.state_at(office.now)
    headline = Message(
        "{id}  {status}  {unit}", {"id": pass_.id, "status": PASS_STATUS.word(state), "unit": pass_.unit}
    )
    who = people.called(pass_.resident) if pass_.resident else pass_.who
    its = personal(pass_, people.keys)
    details = [
        (say("items"), pass_.items.replace("\n", "\n    ")),
        (say("asked for by"), f"{who} ({pass_.resident})" if pass_.resident and isinstance(who, str) else who),
        (say("carrier"), its["carrier"]),
        (say("plate"), its["plate"]),
        (say("until"), pass_.until),
    ]
    steps = {event: name for event, name in STEPS.items() if state != "expired" or event not in NOT_EXPIRED}
    gate_screen.screen(headline, details, pass_, office, lambda who: known(who, pass_, people), steps)
    return int(office.finish())
