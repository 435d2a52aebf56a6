"""`propcli renovation`, the application: who applies, what the works touch [N2, N3, N4], papers, review [N1]."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options, standing
from propcli.commands.options import EVERY, By, Text
from propcli.commands.session import session
from propcli.commands.standing import Step
from propcli.engine.problem import Refusal
from propcli.engine.text import Text as Message
from propcli.engine.text import say
from propcli.kinds.catalog import RENOVATION, UNIT
from propcli.kinds.renovation import steps as filing
from propcli.kinds.renovation.steps import Id, Reason, number, show_missing
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.engine.policy import RenovationRules
    from propcli.kinds.renovation.file import File, Paper
    from propcli.kinds.renovation.gate import Ruling
    from propcli.kinds.renovation.model import Renovation
    from propcli.records.recording import Recorder

Item = Annotated[
    list[str] | None,
    typer.Option("--item", metavar="TOUCHES=TEXT", help=_("A work item and what it touches. Several times.")),
]


def register(group: typer.Typer) -> None:
    options.commands(
        group,
        ("apply", apply, _("An owner, or a tenant with the owner's consent, applies [N1].")),
        ("add-item", add_item, _("One more work item; what it touches decides on what it needs [N2, N3, N4].")),
        ("drop-item", drop_item, _("A work item is given up.")),
        ("paper", paper, _("Papers received, checked, or not in order [N1].")),
        ("review", review, _("Approve it, return it with reasons, or refuse it.")),
        ("resubmit", resubmit, _("What was returned is here again.")),
    )


# --- the application


def apply(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help=_("The unit, like 3-2-0501."))],
    applicant: Annotated[
        str, typer.Option("--applicant", metavar="WHO", help=_("Who applies: a name or id of somebody of the unit."))
    ],
    works: Annotated[str, typer.Option("--works", help=_("The works in one line."))],
    capacity: Annotated[
        str | None, typer.Option("--as", metavar="TIE", help=_("owner, tenant, … where nobody is on record."))
    ] = None,
    item: Item = None,
    contractor: Annotated[str | None, typer.Option(help=_("The contractor's name."))] = None,
    company_number: Annotated[
        str | None, typer.Option(metavar="NUMBER", help=_("The contractor's company number; it is checked."))
    ] = None,
    in_charge: Annotated[
        str | None, typer.Option(metavar="NAME,PHONE", help=_("The contractor's person in charge."))
    ] = None,
    in_charge_id: Annotated[
        str | None, typer.Option(metavar="NUMBER", help=_("That person's ID number, sealed; - asks for it unseen."))
    ] = None,
    own_work: Annotated[bool, typer.Option("--own-work", help=_("There is no contractor."))] = False,
    below: Annotated[
        list[str] | None,
        typer.Option(metavar="UNIT", help=_("The unit below, where it is not the one a floor down in the same line.")),
    ] = None,
    none_below: Annotated[
        bool, typer.Option("--none-below", help=_("Nobody lives below: nobody has to sign."))
    ] = False,
    detail: Annotated[str | None, typer.Option(help=_("More about it."))] = None,
    by: By = None,
) -> int:
    from propcli.kinds.renovation import filings as renovations
    from propcli.kinds.renovation import gate as renovation_gate
    from propcli.kinds.renovation import neighbours
    from propcli.kinds.renovation.life import ENDED
    from propcli.kinds.renovation.model import Renovation
    from propcli.kinds.unit.words import TIE
    from propcli.records.hidden import concealed
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    now = here.happened()
    rules = renovation_gate.rules_of(here.estate.policy)
    if (contractor is None) != own_work:
        raise Refusal(
            say("--own-work goes without --contractor") if own_work else say("who does the works is missing [N1]"),
            hint=say("give --contractor NAME, or --own-work"),
        )
    if contractor is None and (company_number or in_charge or in_charge_id):
        raise Refusal(say("{option} goes with {other}", option="--company-number, --in-charge", other="--contractor"))
    in_charge_name, _sign, in_charge_phone = ((in_charge or "").replace("，", ",")).partition(",")
    if contractor is not None and not (in_charge_name.strip() and in_charge_phone.strip()):
        raise Refusal(
            say("the contractor's person in charge, with a phone, is missing [N1]"),
            hint=say("give --in-charge NAME,PHONE"),
        )
    fields = options.typed(
        Renovation,
        {
            "unit": unit,
            "works": works,
            "detail": detail,
            "contractor": contractor,
            "company_number": _company_number(company_number),
            "in_charge": in_charge_name.strip() or None,
            "phone": options.phone(in_charge_phone.strip() or None, "--in-charge"),
            "below": tuple(below or ()),
        },
    )
    if not UNIT.is_id(unit):
        raise Refusal(say("{value} is not a unit (building-entrance-room, like 3-2-0501)", value=repr(unit)))
    if in_charge_id is not None:
        fields["identity"] = identity_number(in_charge_id, "--in-charge-id")
    tie = options.code(TIE, capacity, "--as")
    items, answers = _items(rules, item or [], 0)
    desk = here.desk(by)
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        who = renovations.applicant(recorder, here.people, unit, applicant, tie, now, desk)
        fields.update(resident=who.resident, capacity=who.capacity)
        notes = [who.note or _applicant(recorder, who.resident, unit)]
        if not below and not none_below:
            fields["below"] = _below(unit)
        notes.append(_said_of_below(fields.setdefault("below", ())))
        terms = renovation_gate.terms(rules, renovation_gate.is_owner(who.capacity), contractor is not None)
        steps: list[Step] = [("applied", {"terms": terms}), *(("item_added", fields_of) for fields_of in items)]
        events = [standing.event(RENOVATION, None, name, desk, given) for name, given in steps]
        made: Renovation = recorder.add(
            RENOVATION,
            recorder.new_id(RENOVATION, here.today),
            concealed(Renovation, fields, recorder, here.keys),
            events,
        )
        notes += [_other(other) for other in neighbours.of_units(here.estate, [unit])[0] if other.status not in ENDED]
        recorder.commit(standing.subject(made, ["applied"]), desk)
    standing.show_standing(made, [*notes, *answers])
    show_missing(made)
    return 0


def _company_number(typed: str | None) -> str | None:
    from propcli.records.people import identity

    if typed is None:
        return None
    return options.of("--company-number", lambda: identity("company_number", typed)["number"])


def identity_number(typed: str, option: str) -> str:
    """An ID number from an option, checked; it never stands anywhere in clear."""
    from propcli.records.people import identity

    return options.of(option, lambda: identity("id_card", options.secret(typed, _("ID card number")))["number"])


def _applicant(recorder: "Recorder", resident: str, unit: str) -> Message:
    from propcli.records.household import introduced, unit_of

    here = session()
    return introduced(resident, unit_of(recorder, unit), here.people, here.today)


def _said_of_below(units: tuple[str, ...]) -> Message:
    if units:
        return say("  below: {units}, to sign before the refund that nothing leaks [N12]", units=list(units))
    return say("  no unit below: nobody has to sign for leaks")


def _below(unit: str) -> tuple[str, ...]:
    """The unit below. Refuses to waive its signature only because it is not on record [N12]."""
    from propcli.kinds.renovation.neighbours import line
    from propcli.kinds.unit.model import in_line

    found = line(session().estate, unit, -1)
    possible = in_line(unit, -1)
    if possible and not found:
        raise Refusal(
            say("the unit below, {unit}, is not on record; it signs before the refund [N12]", unit=possible[0]),
            hint=say(
                "unit add {unit} puts it on record; else give --below UNIT, or --none-below where nobody lives below",
                unit=possible[0],
            ),
        )
    return found


def _other(other: "Renovation") -> Message:
    from propcli.kinds.renovation.model import FILING

    return say(
        "  note: {id} of the same unit is open too, {state}: {works}",
        id=other.id,
        state=FILING.word(other.status),
        works=other.works,
    )


def _items(rules: "RenovationRules", typed: list[str], last: int) -> tuple[list[dict[str, Any]], list[Message]]:
    """Work items from TOUCHES=TEXT as events have them, and what the policy answers. Refuses all that are never
    allowed at once."""

    from propcli.kinds.renovation import gate as renovation_gate

    fields: list[dict[str, Any]] = []
    answers: list[Message] = []
    refused: list[Message] = []
    for index, text in enumerate(typed, last + 1):
        touches, what = _item(rules, text)
        ruling = renovation_gate.ruling(rules, touches)
        refused += ruling.refusals(what)
        answers.append(say("  item {n} {text}", n=index, text=what))
        answers += [say("    {answer}", answer=answer) for answer in ruling.answers(rules)]
        fields.append(_item_event(str(index), touches, what, ruling))
    if refused:
        raise Refusal(
            *refused,
            title=say("this cannot be approved and is not put on file"),
            hint=say(
                "leave it out; to keep on file that it was asked for and refused: "
                "propcli renovation add-item ID --item … --on-file"
            ),
        )
    return fields, answers


def _item(rules: "RenovationRules", text: str) -> tuple[tuple[str, ...], str]:
    """What a work item touches, and what it is."""
    from propcli.kinds.renovation.model import TOUCHES

    touched, sign, what = text.replace("＝", "=").partition("=")
    if not sign or not what.strip() or not touched.strip():
        raise Refusal(
            say("--item: {value} does not say what it touches", value=repr(text)),
            hint=say("write TOUCHES=TEXT, like waterproofing=主卫重做防水; one of: {known}", known=_touches(rules)),
        )
    own = {touch for row in rules.gate for touch in row.touches if touch not in TOUCHES}  # the estate's own words
    found = [part if part in own else options.code(TOUCHES, part, "--item") or "" for part in options.parts([touched])]
    return tuple(dict.fromkeys(found)), what.strip()


def _touches(rules: "RenovationRules") -> str:
    """What an item may touch, to choose from: the program's words, then the estate's own."""
    from propcli.kinds.renovation.model import TOUCHES

    own = {touch for row in rules.gate for touch in row.touches if touch not in TOUCHES}
    return options.known(TOUCHES, (*TOUCHES, *sorted(own)))


def _item_event(number: str, touches: tuple[str, ...], text: str, ruling: "Ruling") -> dict[str, Any]:
    return {
        "item": number,
        "touches": touches,
        "needs": tuple(ruling.needs),
        "test": True if ruling.test else None,
        "text": text,
    }


def add_item(
    filing_id: Id,
    item: Item = None,
    on_file: Annotated[
        bool, typer.Option("--on-file", help=_("Keep on file that it was asked for and refused [N4]."))
    ] = False,
    by: By = None,
) -> int:

    from propcli.kinds.renovation import gate as renovation_gate

    rules = renovation_gate.rules_of(session().estate.policy)
    if not item:
        raise Refusal(
            say("the option {option} is missing", option="--item"),
            hint=say("write TOUCHES=TEXT, like waterproofing=主卫重做防水; one of: {known}", known=_touches(rules)),
        )
    notes: list[Message] = []

    def steps(_recorder: "Recorder", record: "Renovation", _file: "File") -> list[Step]:
        numbers = [event.item for event in record.events if event.event == "item_added" and event.item]
        if on_file:
            return _refused_items(rules, item, notes)
        fields, answers = _items(rules, item, max((int(n) for n in numbers), default=0))
        notes.extend(answers)
        return [("item_added", given) for given in fields]

    def _refused_items(rules: "RenovationRules", typed: list[str], notes: list[Message]) -> list[Step]:
        found: list[Step] = []
        for text in typed:
            touches, what = _item(rules, text)
            ruling = renovation_gate.ruling(rules, touches)
            if not ruling.refused:
                raise Refusal(
                    say("--on-file: {value} is not refused", value=what), hint=say("add it without --on-file")
                )
            notes.extend(say("  {answer}", answer=why) for why in ruling.refusals(what))
            rule = ", ".join(dict.fromkeys(row.rule for _touch, row in ruling.refused))
            found.append(("item_refused", {"rule": rule, "touches": touches, "text": what}))
        return found

    filing.change(filing_id, by, steps, notes)
    return 0


ItemNumber = Annotated[str | None, typer.Option("--item", metavar="N", help=_("Of this work item."))]


def drop_item(
    filing_id: Id,
    item: Annotated[str, typer.Option("--item", metavar="N", help=_("Which work item."))],
    reason: Reason,
    by: By = None,
) -> int:
    filing.take(filing_id, by, ("item_dropped", {"item": number(item), "reason": reason}))
    return 0


# --- papers and review


def paper(
    filing_id: Id,
    received: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=_("Papers that are here: application, … or all."))
    ] = None,
    checked: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=_("Papers that are here, checked and in order."))
    ] = None,
    wrong: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=_("Papers that are not in order, with --reason."))
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=_("What is not in order."))] = None,
    item: ItemNumber = None,
    worker: Annotated[str | None, typer.Option("--worker", metavar="N|NAME", help=_("Of this worker."))] = None,
    by: By = None,
) -> int:
    if not (received or checked or wrong):
        raise Refusal(say("say which papers"), hint=say("give --received, --checked or --wrong"))
    if (reason is None) == bool(wrong):
        raise Refusal(say("--wrong and --reason go together"))

    def steps(_recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        scope = number(item), filing.workers(record, [worker])[0] if worker else None
        if scope[0] is not None and scope[0] not in file.works:
            known = ", ".join(file.works) or "–"
            raise Refusal(say("there is no item {n}", n=scope[0]), hint=say("known: {ids}", ids=known))
        here, fine, bad = (
            _papers(file, typed or [], option, scope, settled)
            for typed, option, settled in (
                (received, "--received", ("received", "checked")),
                (checked, "--checked", ("checked", "wrong")),
                (wrong, "--wrong", ("wrong",)),
            )
        )
        if any(part in EVERY for part in options.parts(checked or [])):  # what was wrong is fine only if brought anew
            fine += [p for p in here if p not in fine]
        # what is checked is here; what was not in order and is now has been brought again
        here += [p for p in fine if file.papers.get(p) in (None, "wrong") and p not in here]
        here += [p for p in bad if p not in file.papers and p not in here]
        found = [
            *(("papers_received", given) for given in _by_scope(here)),
            *(("papers_checked", {**given, "ok": True}) for given in _by_scope(fine)),
            *(("papers_checked", {**given, "ok": False, "reason": reason}) for given in _by_scope(bad)),
        ]
        if not found:
            raise Refusal(say("all these papers are on file already"))
        return found

    filing.change(filing_id, by, steps)
    return 0


def _by_scope(papers: "list[Paper]") -> list[dict[str, Any]]:
    """Papers of the filing, of each item, of each worker: the fields of an event each."""
    groups: dict[tuple[str | None, str | None], list[str]] = {}
    for one in papers:
        groups.setdefault((one.item, one.worker), []).append(one.code)
    return [{"papers": tuple(codes), "item": item, "worker": worker} for (item, worker), codes in groups.items()]


def _papers(
    file: "File", typed: list[str], option: str, scope: tuple[str | None, str | None], settled: tuple[str, ...]
) -> "list[Paper]":
    """The papers an option names among those that the filing needs, of one item or worker or of any; `all` leaves out
    those that are in one of the `settled` states."""
    from propcli.kinds.renovation.model import FILING_PAPER

    item, worker = scope
    wanted = [p for _rule, p in file.wanted() if item in (None, p.item) and worker in (None, p.worker)]
    found: list[Paper] = []
    for part in options.parts(typed):
        if part in EVERY:
            found += [p for p in wanted if p not in found and file.papers.get(p) not in settled]
            continue
        (code,) = options.chosen(FILING_PAPER, dict.fromkeys(p.code for p in wanted), [part], option)
        meant = [p for p in wanted if p.code == code]
        if len(meant) > 1:
            which = ", ".join(words(p.word) for p in meant)
            raise Refusal(
                say("{option}: {value} could be {ids}", option=option, value=part, ids=which),
                hint=say("give --worker N") if meant[0].worker else say("give --item N"),
            )
        found += [p for p in meant if p not in found]
    return found


def review(
    filing_id: Id,
    approve: Annotated[bool, typer.Option("--approve", help=_("Everything is in order."))] = False,
    return_: Annotated[bool, typer.Option("--return", help=_("Back to the applicant, with --reason."))] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help=_("For good, with --reason."))] = False,
    refund: Annotated[
        str | None, typer.Option("--refund", metavar="YUAN", help=_("The deposit that goes back, if it was paid."))
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=_("Why."))] = None,
    text: Text = None,
    by: By = None,
) -> int:
    if approve + return_ + refuse != 1:
        raise Refusal(say("give one of --approve, --return and --refuse"))
    if approve:
        if reason is not None:
            raise Refusal(say("{option} goes without {other}", option="--reason", other="--approve"))

        def steps(_recorder: "Recorder", record: "Renovation", _file: "File") -> list[Step]:
            _still_allowed(record)
            return [("approved", {"text": text})]

        filing.change(filing_id, by, steps)
        return 0
    if reason is None:
        raise Refusal(say("{option} goes with {other}", option="--return" if return_ else "--refuse", other="--reason"))
    if return_:
        filing.take(filing_id, by, ("returned", {"reason": reason}))
    else:
        filing.take(filing_id, by, ("refused", {"reason": reason, "amount": options.money(refund, "--refund")}))
    return 0


def _still_allowed(record: "Renovation") -> None:
    """Refuses to approve what the policy asks for today and the items, written by hand or long ago, do not say."""
    from propcli.kinds.renovation.checks import ruled
    from propcli.records.recording import surroundings

    found = [what for _where, what, _hint in ruled(record, surroundings(session().estate))]
    if found:
        raise Refusal(*found, title=say("{record}: refused", record=record.id))


def resubmit(filing_id: Id, text: Text = None, by: By = None) -> int:

    from propcli.kinds.renovation import gate as renovation_gate

    rules = renovation_gate.rules_of(session().estate.policy)

    def steps(_recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        today = renovation_gate.terms(rules, renovation_gate.is_owner(record.capacity), record.contractor is not None)
        have = file.terms.model_dump()
        changed = any(have[name] != value for name, value in today.items())
        return [("resubmitted", {"terms": today if changed else None, "text": text})]

    filing.change(filing_id, by, steps)
    return 0
