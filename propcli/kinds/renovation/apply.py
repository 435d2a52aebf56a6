"""The steps of a renovation filing up to its approval: who applies, what the works touch [N2, N3, N4], papers and
review [N1]. Each function is called before the step it is named for, with what was typed."""

from collections.abc import Iterable

from propcli.engine.policy import RenovationRules
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import UNIT
from propcli.kinds.renovation.file import File, Paper
from propcli.kinds.renovation.filings import plain_number, workers_meant
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.neighbours import line, of_units
from propcli.kinds.renovation.requirements import ruled, rules_of, ruling, terms
from propcli.kinds.renovation.words import ENDED, FILING, FILING_PAPER, TOUCHES
from propcli.kinds.unit.homes import named, resident_for
from propcli.kinds.unit.model import in_line
from propcli.kinds.unit.words import OWNERS, TIE
from propcli.output.language import words
from propcli.records.changing import Change, Fields, Here, Taken
from propcli.records.choosing import EVERY, chosen, code, known, money, of, parts
from propcli.records.household import among, introduced, unit_of
from propcli.records.people import identity, phone
from propcli.records.surroundings import surroundings
from propcli.store.estate import Estate

Scope = tuple[str | None, str | None]  # an item and a worker that papers are of


def begins(change: Change, fields: Fields, event: Fields, by: str) -> Iterable[Taken]:
    """An application: who applies and may, what the policy asks of it, who has to sign below; its work items follow."""
    here = change.here
    rules = rules_of(here.estate.policy)
    typed = {name: fields.pop(name, None) for name in ("item", "in_charge_id", "own_work", "none_below")}
    _complete_contractor(here, fields, typed["own_work"], typed["in_charge_id"])
    unit = fields["unit"]
    if not UNIT.is_id(unit):
        raise Refusal(say("{value} is not a unit (building-entrance-room, like 3-2-0501)", value=repr(unit)))
    items, answers = _items(rules, typed["item"] or (), 0)
    resident, capacity, note = _applicant(change, unit, fields["resident"], fields.get("capacity"), by)
    fields.update(resident=resident, capacity=capacity)
    home = unit_of(change.recorder, unit)
    change.notes.append(note or introduced(resident, home, here.people, here.today))
    if not fields.get("below") and not typed["none_below"]:
        fields["below"] = _below(here.estate, unit)
    below = fields.get("below")
    signs = say("  below: {units}, to sign before the refund that nothing leaks [N12]", units=list(below or ()))
    change.notes.append(signs if below else say("  no unit below: nobody has to sign for leaks"))
    change.notes += [_other(other) for other in of_units(here.estate, [unit])[0] if other.status not in ENDED]
    change.notes += answers
    event["terms"] = terms(rules, capacity in OWNERS, "contractor" in fields)
    return [("item_added", item) for item in items]


def _complete_contractor(here: Here, fields: Fields, own_work: bool | None, id_number: str | None) -> None:
    """The contractor with number and person in charge, or the owner's own work [N1]."""
    if ("contractor" in fields) == bool(own_work):
        raise Refusal(
            say("--own-work goes without --contractor") if own_work else say("who does the works is missing [N1]"),
            hint=say("give --contractor NAME, or --own-work"),
        )
    number, in_charge = fields.pop("company_number", None), fields.pop("in_charge", None)
    if "contractor" not in fields:
        if number or in_charge or id_number:
            values = {"option": "--company-number, --in-charge", "other": "--contractor"}
            raise Refusal(say("{option} goes with {other}", **values))
        return
    name, _sign, digits = (part.strip() for part in (in_charge or "").replace("，", ",").partition(","))
    if not (name and digits):
        raise Refusal(
            say("the contractor's person in charge, with a phone, is missing [N1]"),
            hint=say("give --in-charge NAME,PHONE"),
        )
    fields.update(in_charge=name, phone=of("--in-charge", lambda: phone(digits, here.estate.settings.region)))
    if number is not None:
        fields["company_number"] = of("--company-number", lambda: identity("company_number", number)["number"])
    if id_number is not None:
        fields["identity"] = identity_number(id_number, "--in-charge-id")


def identity_number(typed: str, option: str) -> str:
    """An ID number from an option, checked; it never stands anywhere in clear."""
    return of(option, lambda: identity("id_card", typed)["number"])


def _applicant(change: Change, unit_id: str, typed: str, capacity: str | None, by: str) -> tuple[str, str, Text | None]:
    """Who applies, found among the unit's people; the tie, which says whether the owner's consent is needed [N1]; what
    is to be said of it. Where the office has nobody on record for the unit, the person is registered and somebody has
    to say what he is."""
    here, recorder, people = change.here, change.recorder, change.here.people
    home = unit_of(recorder, unit_id)
    if home is None and recorder.around.known["unit"] is not None:
        raise Refusal(say("there is no {kind} {id}", kind=UNIT.title, id=unit_id))
    # of two ties the stronger counts: owners stand first
    ties = {tie.resident: tie.tie for tie in reversed(home.ties_on(here.today))} if home else {}
    who = named(typed)
    if not ties:
        if capacity is None:
            raise Refusal(
                say("nobody is on record for {unit}: what is the applicant to it? [N1]", unit=unit_id),
                hint=say("give --as owner, tenant, family or agent"),
            )
        resident, note = resident_for(recorder, people, who, "--applicant", here.now, by)
        return resident, capacity, note
    found = among(home, who.name, who.phone, people, here.today, "--applicant", say("give the id"))
    resident = who.name if who.name in ties else found.id if found else ""
    if not resident:
        ids = ", ".join(f"{i} {people.called(i)}" for i in ties)
        raise Refusal(
            say("--applicant: {value} has no tie to {unit} [N1]", value=who.name, unit=unit_id),
            hint=say("known: {ids}; somebody else is recorded first with unit join, let or transfer", ids=ids),
        )
    if capacity is not None and capacity != ties[resident]:
        raise Refusal(
            say("--as: {value} is on record as {tie}", value=people.called(resident), tie=TIE.word(ties[resident])),
            hint=say("leave it out"),
        )
    return resident, ties[resident], None


def _below(estate: Estate, unit: str) -> tuple[str, ...]:
    """The unit below. Refuses to waive its signature only because it is not on record [N12]."""
    found = line(estate, unit, -1)
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


def _other(other: Renovation) -> Text:
    values = {"id": other.id, "state": FILING.word(other.status), "works": other.works}
    return say("  note: {id} of the same unit is open too, {state}: {works}", **values)


def item_added(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """More work items, or (`on_file`) that they were asked for and refused [N4]."""
    rules = rules_of(change.here.estate.policy)
    typed = fields.get("item")
    if not typed:
        raise Refusal(
            say("the option {option} is missing", option="--item"),
            hint=say("write TOUCHES=TEXT, like waterproofing=主卫重做防水; one of: {known}", known=_touches(rules)),
        )
    if fields.get("on_file"):
        return [_refused_item(change, rules, text) for text in typed]
    numbers = (int(event.item) for event in filing.events if event.event == "item_added" and event.item)
    items, answers = _items(rules, typed, max(numbers, default=0))
    change.notes += answers
    return [("item_added", item) for item in items]


def _refused_item(change: Change, rules: RenovationRules, text: str) -> Taken:
    touches, what = _item(rules, text)
    said = ruling(rules, touches)
    if not said.refused:
        raise Refusal(say("--on-file: {value} is not refused", value=what), hint=say("add it without --on-file"))
    change.notes += [say("  {answer}", answer=why) for why in said.refusals(what)]
    rule = ", ".join(dict.fromkeys(row.rule for _touch, row in said.refused))
    return "item_refused", {"rule": rule, "touches": touches, "text": what}


def _items(rules: RenovationRules, typed: Iterable[str], last: int) -> tuple[list[Fields], list[Text]]:
    """Work items from TOUCHES=TEXT as events have them, and what the policy answers. Refuses all that are never
    allowed at once."""
    items: list[Fields] = []
    answers: list[Text] = []
    refused: list[Text] = []
    for index, text in enumerate(typed, last + 1):
        touches, what = _item(rules, text)
        said = ruling(rules, touches)
        refused += said.refusals(what)
        answers.append(say("  item {n} {text}", n=index, text=what))
        answers += [say("    {answer}", answer=answer) for answer in said.answers(rules)]
        needs, test = tuple(said.needs), True if said.test else None
        items.append({"item": str(index), "touches": touches, "needs": needs, "test": test, "text": what})
    if refused:
        raise Refusal(
            *refused,
            title=say("this cannot be approved and is not put on file"),
            hint=say(
                "leave it out; to keep on file that it was asked for and refused: "
                "propcli renovation add-item ID --item … --on-file"
            ),
        )
    return items, answers


def _item(rules: RenovationRules, text: str) -> tuple[tuple[str, ...], str]:
    """What a work item touches, and what it is."""
    touched, sign, what = text.replace("＝", "=").partition("=")
    if not sign or not what.strip() or not touched.strip():
        raise Refusal(
            say("--item: {value} does not say what it touches", value=repr(text)),
            hint=say("write TOUCHES=TEXT, like waterproofing=主卫重做防水; one of: {known}", known=_touches(rules)),
        )
    own = _own_touches(rules)
    found = [part if part in own else code(TOUCHES, part, "--item") or "" for part in parts([touched])]
    return tuple(dict.fromkeys(found)), what.strip()


def _own_touches(rules: RenovationRules) -> set[str]:
    """The estate's own words for what works touch."""
    return {touch for row in rules.gate for touch in row.touches if touch not in TOUCHES}


def _touches(rules: RenovationRules) -> str:
    """What an item may touch, to choose from: the program's words, then the estate's own."""
    return known(TOUCHES, (*TOUCHES, *sorted(_own_touches(rules))))


def item_dropped(_change: Change, _filing: Renovation, fields: Fields) -> None:
    fields["item"] = plain_number(fields["item"])


def papers_received(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """Papers that are here, those that are in order, and those that are not, for a reason [N1]."""
    received, checked, wrong = (fields.get(name) for name in ("papers", "checked", "wrong"))
    reason = fields.get("reason")
    if not (received or checked or wrong):
        raise Refusal(say("say which papers"), hint=say("give --received, --checked or --wrong"))
    if (reason is None) == bool(wrong):
        raise Refusal(say("--wrong and --reason go together"))
    its, scope = File.of(filing), _scope(change, filing, fields)
    here = _papers(its, received, "--received", scope, ("received", "checked"))
    fine = _papers(its, checked, "--checked", scope, ("checked", "wrong"))
    bad = _papers(its, wrong, "--wrong", scope, ("wrong",))
    if any(part in EVERY for part in parts(checked)):  # what was wrong is fine only if brought anew
        fine += [p for p in here if p not in fine]
    # what is checked is here; what was not in order and is now has been brought again
    here += [p for p in fine if its.papers.get(p) in (None, "wrong") and p not in here]
    here += [p for p in bad if p not in its.papers and p not in here]
    found: list[Taken] = [
        *(("papers_received", given) for given in _by_scope(here)),
        *(("papers_checked", {**given, "ok": True}) for given in _by_scope(fine)),
        *(("papers_checked", {**given, "ok": False, "reason": reason}) for given in _by_scope(bad)),
    ]
    if not found:
        raise Refusal(say("all these papers are on file already"))
    return found


def _scope(change: Change, filing: Renovation, fields: Fields) -> Scope:
    item = plain_number(fields["item"]) if "item" in fields else None
    worker = workers_meant(filing, [fields["worker"]], change.here.keys)[0] if "worker" in fields else None
    works = File.of(filing).works
    if item is not None and item not in works:
        raise Refusal(say("there is no item {n}", n=item), hint=say("known: {ids}", ids=", ".join(works) or "–"))
    return item, worker


def _by_scope(papers: list[Paper]) -> list[Fields]:
    """Papers of the filing, of each item, of each worker: the fields of an event each."""
    groups: dict[Scope, list[str]] = {}
    for one in papers:
        groups.setdefault((one.item, one.worker), []).append(one.code)
    return [{"papers": tuple(codes), "item": item, "worker": worker} for (item, worker), codes in groups.items()]


def _papers(its: File, typed: list[str] | None, option: str, scope: Scope, settled: tuple[str, ...]) -> list[Paper]:
    """The papers an option names among those that the filing needs, of one item or worker or of any; `all` leaves out
    those that are in one of the `settled` states."""
    item, worker = scope
    wanted = [p for _rule, p in its.wanted() if item in (None, p.item) and worker in (None, p.worker)]
    found: list[Paper] = []
    for part in parts(typed):
        if part in EVERY:
            found += [p for p in wanted if p not in found and its.papers.get(p) not in settled]
            continue
        (picked,) = chosen(FILING_PAPER, dict.fromkeys(p.code for p in wanted), [part], option)
        meant = [p for p in wanted if p.code == picked]
        if len(meant) > 1:
            which = ", ".join(words(p.word) for p in meant)
            raise Refusal(
                say("{option}: {value} could be {ids}", option=option, value=part, ids=which),
                hint=say("give --worker N") if meant[0].worker else say("give --item N"),
            )
        found += [p for p in meant if p not in found]
    return found


def approved(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """The review: approved, returned or refused [N1, N2]."""
    verdicts = {"approve": "approved", "return_": "returned", "refuse": "refused"}
    given = [event for name, event in verdicts.items() if fields.get(name)]
    reason = fields.get("reason")
    if len(given) != 1:
        raise Refusal(say("give one of --approve, --return and --refuse"))
    [event] = given
    if event == "approved":
        if reason is not None:
            raise Refusal(say("{option} goes without {other}", option="--reason", other="--approve"))
        # what the policy asks for today and the items, written by hand or long ago, do not say
        if found := [what for _where, what, _hint in ruled(filing, surroundings(change.here.estate))]:
            raise Refusal(*found, title=say("{record}: refused", record=filing.id))
        return [(event, {"text": fields.get("text")})]
    if reason is None:
        option = "--return" if event == "returned" else "--refuse"
        raise Refusal(say("{option} goes with {other}", option=option, other="--reason"))
    if event == "returned":
        return [(event, {"reason": reason})]
    return [(event, {"reason": reason, "amount": money(fields.get("refund"), "--refund")})]


def resubmitted(change: Change, filing: Renovation, fields: Fields) -> None:
    """What comes in again has to meet what the policy asks for today."""
    rules = rules_of(change.here.estate.policy)
    today = terms(rules, filing.capacity in OWNERS, filing.contractor is not None)
    have = File.of(filing).terms.model_dump()
    if any(have[name] != value for name, value in today.items()):
        fields["terms"] = today
