"""`propcli visitor`: who is let in at the gate, and the temporary cards given out for it [U9]."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import gate_screen, options, standing
from propcli.commands.options import By, Text
from propcli.commands.session import session, show_table
from propcli.commands.standing import Step
from propcli.engine.text import Text as Message
from propcli.engine.text import say
from propcli.kinds.catalog import VISITOR
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.kinds.gate import Visitor

Id = Annotated[str, typer.Argument(metavar="ID", help=_("The visit's id, or any unambiguous ending of it."))]
Words = Annotated[str, typer.Option("--text", help=_("In words."))]
# event: the command that records it
STEPS = {"left": "leave", "card_lost": "card-lost", "card_found": "card-found", "noted": "note"}


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Visitors and their temporary cards [U9]."))
    options.commands(
        group,
        ("enter", enter, _("Somebody is let in, perhaps with a card.")),
        ("leave", leave, _("The visitor has left; the card is back.")),
        ("card-lost", card_lost, _("The card is lost: it is not given out until it is found.")),
        ("card-found", card_found, _("The lost card is found.")),
        ("note", note, _("Write something down.")),
        ("list", list_, _("Visitors, those who are inside unless asked otherwise.")),
        ("show", show_one, _("One visit with everything that happened.")),
    )
    app.add_typer(group, name="visitor")


def enter(
    unit: Annotated[str, typer.Option("--unit", help=_("The unit that is visited, like 3-2-0501."))],
    name: Annotated[str, typer.Option("--name", help=_("Who visits."))],
    phone: Annotated[str | None, typer.Option(help=_("That person's phone."))] = None,
    plate: Annotated[str | None, typer.Option(help=_("The plate of the car, like 粤B12345."))] = None,
    purpose: Annotated[str | None, typer.Option(help=_("What for."))] = None,
    card: Annotated[str | None, typer.Option(metavar="NUMBER", help=_("The temporary card given out."))] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("When the card is owed back; without it, the end of the day."))
    ] = None,
    text: Text = None,
    by: By = None,
) -> int:
    from propcli.desk import gate
    from propcli.desk.recording import Recorder
    from propcli.kinds.gate import Visitor, VisitorEvent
    from propcli.store.transaction import operation

    here = session()
    now = here.happened()
    fields = options.typed(
        Visitor,
        {
            "unit": unit,
            "name": name,
            "phone": gate_screen.number(phone, "--phone"),
            "plate": gate_screen.plate(plate),
            "purpose": purpose,
            "card": card,
            "until": gate_screen.until(until),
        },
    )
    said = options.typed(VisitorEvent, {"text": text})
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        made = gate.enter(recorder, here.people, fields, said.get("text"), now, desk)
        recorder.commit(standing.subject(made, ["entered"]), desk)
    standing.show_standing(made)
    return 0


def _take(visitor_id: str, by: str | None, steps: "Callable[[Visitor], list[Step]]") -> int:
    """Steps of one visit, in one commit; which, is decided by how it stands."""
    after = standing.change(VISITOR, visitor_id, by, lambda _recorder, before: steps(before))
    standing.show_standing(after, _about_card(after))
    return 0


def _about_card(after: "Visitor") -> list[Message]:
    """What there is to know of the card, unless the headline and what is owed say it."""
    if after.card_state == "lost":
        return [say("  card {card} is lost: it is not given out until it is found", card=after.card)]
    if after.card_state == "returned":
        return [say("  card {card} is back", card=after.card)]
    return []


def leave(
    visitor_id: Id,
    without_card: Annotated[
        bool, typer.Option("--without-card", help=_("Without giving the card back: it counts as lost."))
    ] = False,
    text: Text = None,
    by: By = None,
) -> int:
    def steps(visit: "Visitor") -> list[Step]:
        left: Step = ("left", {"text": text})
        return [("card_lost", {}), left] if without_card and visit.card_state != "lost" else [left]

    return _take(visitor_id, by, steps)


def card_lost(visitor_id: Id, text: Words, by: By = None) -> int:
    from propcli.desk.gate import check_card

    def steps(visit: "Visitor") -> list[Step]:
        if visit.card is not None:  # somebody else may have it by now: then it is not lost
            check_card(session().estate, visit.card, session().people, visit.id)
        return [("card_lost", {"text": text})]

    return _take(visitor_id, by, steps)


def card_found(visitor_id: Id, text: Text = None, by: By = None) -> int:
    return _take(visitor_id, by, lambda _visit: [("card_found", {"text": text})])


def note(visitor_id: Id, text: Words, by: By = None) -> int:
    return _take(visitor_id, by, lambda _visit: [("noted", {"text": text})])


def list_(
    state: Annotated[
        list[str] | None, typer.Option("--state", metavar="STATE", help=_("inside (the default), left or all."))
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=_("A unit, or the beginning of one: 3-2."))] = None,
    card: Annotated[str | None, typer.Option("--card", metavar="NUMBER", help=_("Who had this card."))] = None,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.desk.gate import same_card
    from propcli.engine.table import Column, Table
    from propcli.kinds.gate import VISITOR_STATUS

    form = options.form(format)
    wanted = options.states(state, "all" if card else "inside", VISITOR_STATUS, {})
    office = Office()
    rows = [
        _row(visit, reveal)
        for visit in office.records(VISITOR)
        if visit.status in wanted
        and options.at_unit(visit, unit)
        and (card is None or (visit.card is not None and same_card(visit.card, card)))
    ]
    columns = [
        Column("id", say("visitor")),
        Column("status", say("state")),
        Column("unit", say("unit")),
        Column("name", say("name")),
        Column("purpose", say("purpose"), wide=True),
        Column("card", say("card")),
        Column("card_state", say("card is")),
        Column("entered", say("entered")),
        Column("until", say("until")),
        Column("left", say("left at")),
    ]
    if form != "table" or reveal:
        columns += [Column("phone", say("phone")), Column("plate", say("plate"))]
    options.revealed(reveal, "visitor list")
    show_table(Table("visitors", None, columns, rows, say("No such visitors.")), form)
    return office.finish()


def _row(visit: "Visitor", reveal: bool) -> dict[str, Any]:
    from propcli.desk.hidden import personal
    from propcli.desk.reports import word
    from propcli.kinds.gate import CARD, VISITOR_STATUS
    from propcli.output.privacy import mask_name, mask_phone, mask_plate, masked

    its = personal(visit, session().keys)
    return {
        "id": visit.id,
        "status": word(VISITOR_STATUS, visit.status),
        "unit": visit.unit,
        "name": masked(its["name"], mask_name, reveal),
        "purpose": visit.purpose,
        "card": visit.card,
        "card_state": word(CARD, visit.card_state),
        "entered": visit.events[0].at,
        "until": visit.until,
        "left": next((event.at for event in visit.events if event.event == "left"), None),
        "phone": masked(its["phone"], mask_phone, reveal),
        "plate": masked(its["plate"], mask_plate, reveal),
    }


def show_one(visitor_id: Id, format: options.Format = "table") -> int:
    from propcli.desk.hidden import personal
    from propcli.kinds.gate import CARD

    found = gate_screen.found(VISITOR, visitor_id, options.form(format))
    if found is None:
        return 0
    visit, office = found
    its = personal(visit, session().keys)
    card = visit.card and Message("{card}, {state}", {"card": visit.card, "state": CARD.word(visit.card_state)})
    details = [
        (say("name"), its["name"]),
        (say("phone"), its["phone"]),
        (say("plate"), its["plate"]),
        (say("purpose"), visit.purpose),
        (say("card"), card),
        (say("until"), visit.until),
    ]
    steps = {
        event: name for event, name in STEPS.items() if event != "card_lost" or visit.card_state in ("out", "returned")
    }
    gate_screen.screen(standing.headline(visit), details, visit, office, str, steps)
    return int(office.finish())
