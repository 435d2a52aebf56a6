"""`propcli renovation`, the end: completion and check [N11], occupancy, the unit below, the refund [N12]."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options, standing
from propcli.commands.options import By, Text, code
from propcli.commands.session import session
from propcli.commands.standing import Step
from propcli.engine.problem import Refusal
from propcli.engine.text import Text as Message
from propcli.engine.text import say
from propcli.kinds.catalog import UNIT
from propcli.kinds.renovation import steps as filing
from propcli.kinds.renovation.steps import Id, Reason, Signer
from propcli.output.language import _

if TYPE_CHECKING:
    from datetime import date

    from propcli.kinds.renovation.file import File
    from propcli.kinds.renovation.model import Renovation
    from propcli.records.recording import Recorder

LivedIn = Annotated[
    str | None, typer.Option("--lived-in-since", metavar="DAY", help=_("Since when the home is lived in [N12]."))
]


def register(group: typer.Typer) -> None:
    options.commands(
        group,
        ("complete", complete, _("The owner applies for the check: the works are done [N11].")),
        ("check-works", check_works, _("The site was checked against the plans [N11].")),
        ("lived-in", lived_in, _("Since when the home is lived in; the refund counts from there [N12].")),
        ("neighbour-sign", neighbour_sign, _("The unit below signed that nothing leaks [N12].")),
        ("refund", refund, _("The deposit goes back, whole or what is left of it [N12].")),
        ("close", close, _("Everything is done; the file goes on the shelf [N13].")),
        ("cancel", cancel, _("It is withdrawn before works began.")),
    )


def complete(
    filing_id: Id,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who applies for it."))] = None,
    text: Text = None,
    by: By = None,
) -> int:
    filing.take(filing_id, by, ("completed", {"who": who, "text": text}))
    return 0


def check_works(
    filing_id: Id,
    passed: Annotated[bool, typer.Option("--passed", help=_("As in the plans; everything is in order."))] = False,
    finding: Annotated[str | None, typer.Option(help=_("What is to be put right."))] = None,
    rectify_by: Annotated[
        str | None, typer.Option("--rectify-by", metavar="DAY", help=_("The day by which it is put right."))
    ] = None,
    since: LivedIn = None,
    then: Annotated[
        str | None,
        typer.Option(
            "--then", metavar="STATE", help=_("The unit's state afterwards; as before the works unless said.")
        ),
    ] = None,
    text: Text = None,
    by: By = None,
) -> int:
    if passed == (finding is not None):
        raise Refusal(say("give either {one} or {other}", one="--passed", other="--finding TEXT --rectify-by DAY"))
    notes: list[Message] = []

    def steps(recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        fields: dict[str, Any] = {
            "passed": passed,
            "finding": finding,
            "rectify_by": options.day(rectify_by, "--rectify-by"),
            "until": None if passed else file.until,  # the permit's last day counts again
            "text": text,
        }
        if passed:
            fields.update(_occupied(file, options.day(since, "--lived-in-since"), session().today, notes))
            notes.extend(_no_longer_renovating(recorder, record, then, by))
        return [("works_checked", fields)]

    filing.change(filing_id, by, steps, notes)
    return 0


def _occupied(file: "File", on: "date | None", passed: "date | None", notes: list[Message]) -> dict[str, Any]:
    """Since when the home is lived in, and from when on the refund is possible then."""
    from propcli.kinds.renovation.file import File as Fold

    then = Fold(terms=file.terms, passed=passed, occupied=on or file.occupied)
    possible = then.refund_from()
    if possible is not None:
        notes.append(say("  refund possible from {day} on [N12]", day=possible))
    return {"on": on, "refund_from": possible}


def _no_longer_renovating(
    recorder: "Recorder", record: "Renovation", typed: str | None, by: str | None
) -> list[Message]:
    """The unit's state after the works, unless others go on in it [U1]."""
    from propcli.kinds.renovation.filings import RUNNING
    from propcli.kinds.renovation.neighbours import of_units
    from propcli.kinds.unit.life import LIFE
    from propcli.kinds.unit.words import FREE, STATE
    from propcli.records.household import unit_of

    state = code(STATE, typed, "--then")
    unit = unit_of(recorder, record.unit)
    if unit is None or unit.status != "renovating":
        if state is not None:
            raise Refusal(say("--then: the unit is not renovating"), hint=say("unit state changes it"))
        return []
    filings, problems = of_units(session().estate, [record.unit])
    if problems:
        what = say("whether other works go on there cannot be told")
        raise Refusal(what, hint=say("mend these records first"), code=3, problems=tuple(problems))
    others = [f for f in filings if f.id != record.id and f.status in RUNNING]
    if others and state is None:
        return []
    before = LIFE.replay(unit, unit.events)[0].previous
    becomes = state or (before if before in FREE else None)
    if becomes is None:
        raise Refusal(say("the unit's state before the works is not on record"), hint=say("give --then"))
    event = standing.event(UNIT, unit, "state_changed", by, {"state": becomes, "reason": record.id})
    after = recorder.step(UNIT, unit.id, [event])
    return [Message("  {line}", {"line": standing.headline(after)})]


def lived_in(
    filing_id: Id,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help=_("The first day."))],
    text: Text = None,
    by: By = None,
) -> int:
    notes: list[Message] = []

    def steps(_recorder: "Recorder", _record: "Renovation", file: "File") -> list[Step]:
        return [("occupied", {**_occupied(file, options.day(since, "--since"), file.passed, notes), "text": text})]

    filing.change(filing_id, by, steps, notes)
    return 0


def neighbour_sign(
    filing_id: Id,
    who: Signer,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help=_("Which unit below, where there are several."))
    ] = None,
    leaks: Annotated[bool, typer.Option("--leaks", help=_("They say that it leaks."))] = False,
    text: Text = None,
    by: By = None,
) -> int:
    def steps(recorder: "Recorder", record: "Renovation", _file: "File") -> list[Step]:
        if not record.below:
            raise Refusal(say("{id} has no unit below: nobody has to sign [N12]", id=record.id))
        below = unit or (record.below[0] if len(record.below) == 1 else None)
        if below is None:
            known = ", ".join(record.below)
            raise Refusal(say("the option {option} is missing", option="--unit"), hint=say("known: {ids}", ids=known))
        signed = _of_below(recorder, below, who, by)
        return [("neighbour_signed", {"unit": below, "who": signed, "tight": not leaks, "text": text})]

    filing.change(filing_id, by, steps)
    return 0


def _of_below(recorder: "Recorder", unit_id: str, who: str, by: str | None) -> str:
    """Who of the unit below it is: the id, where one of its people is called that."""
    from propcli.records.household import unit_of, written

    here = session()
    unit = unit_of(recorder, unit_id)
    ids = [tie.resident for tie in unit.ties_on(here.today)] if unit else []
    return written(recorder, here.people, who, ids, here.now, here.desk(by), "--who")


def refund(
    filing_id: Id,
    shown: Annotated[
        list[str], typer.Option("--shown", metavar="WHAT", help=_("What was shown: certificate, receipt or all."))
    ],
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="YUAN", help=_("What goes back; else everything that is held."))
    ] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who received it."))] = None,
    receipt: Annotated[str | None, typer.Option(metavar="NUMBER", help=_("The number of the receipt for it."))] = None,
    text: Text = None,
    by: By = None,
) -> int:
    notes: list[Message] = []

    def steps(_recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        from propcli.kinds.renovation.filings import refuse_leaks
        from propcli.kinds.renovation.model import SHOWN, yuan

        seen = options.chosen(SHOWN, file.terms.shown, shown, "--shown")
        refuse_leaks(session().estate, record, seen, session().now)
        back = file.held if amount is None else options.money(amount, "--amount")
        notes.append(say("  {amount} yuan", amount=yuan(file.held)))
        fields = {"amount": back, "who": who, "receipt": receipt, "text": text}
        return [("refunded", {**fields, "shown": seen})]

    filing.change(filing_id, by, steps, notes)
    return 0


def close(filing_id: Id, text: Text = None, by: By = None) -> int:
    filing.take(filing_id, by, ("closed", {"text": text}))
    return 0


def cancel(
    filing_id: Id,
    reason: Reason,
    refund: Annotated[
        str | None, typer.Option("--refund", metavar="YUAN", help=_("The deposit that goes back, if it was paid."))
    ] = None,
    by: By = None,
) -> int:
    filing.take(filing_id, by, ("cancelled", {"reason": reason, "amount": options.money(refund, "--refund")}))
    return 0
