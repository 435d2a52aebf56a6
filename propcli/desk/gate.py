"""What passes the gate, put on record [U9]: passes that residents ask for, visitors, cards that are given out once.
Names, phones and plates that the estate seals are written for a key of the record's own [T12]."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from propcli.desk.hidden import concealed, personal
from propcli.desk.household import among, registered, unit_of
from propcli.desk.people import People, same_name
from propcli.desk.recording import Recorder, refusal
from propcli.engine.lifecycle import Fault
from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import Person, Text, say
from propcli.kinds.catalog import PASS, RESIDENT, STAFF, VISITOR
from propcli.kinds.gate import Pass, PassEvent, Visitor, VisitorEvent
from propcli.kinds.staff import Staff
from propcli.store.estate import Estate

CARRIER = "carrier"  # `who` of an event: the carrier of the pass, whose name is sealed there
_MAY_HOLD_A_CARD = (b"inside", b"card_lost")  # one of these stands in the file of every visit whose card is out


def plate(text: str) -> str:
    """A number plate as it is written: capitals, no spaces, no dot."""
    return re.sub(r"[\s·•.-]", "", unicodedata.normalize("NFKC", text)).upper()


def _day(recorder: Recorder, now: datetime) -> date:
    return now.astimezone(recorder.estate.settings.zone).date()


# --- passes


def issue(
    recorder: Recorder, people: People, fields: Mapping[str, Any], text: str | None, now: datetime, by: str
) -> Pass:
    """A pass for goods to leave. Who asked for it (`who`) is found among the unit's people, else stays a name, or is
    registered where names are sealed."""
    values = dict(fields)
    name = values.get("who")
    if name is not None:
        home = unit_of(recorder, values["unit"])
        found = among(home, name, None, people, _day(recorder, now), "--who")
        resident = found.id if found else registered(recorder, people, name, None, now, by)
        if resident is not None:
            values.update(resident=resident, who=None)
    values = concealed(values, recorder, people.keys)
    given = {"until": values.pop("until"), **({"text": text} if text is not None else {})}
    event = PassEvent.model_validate({"at": now, "by": by, "event": "issued", **given})
    made: Pass = recorder.add(PASS, recorder.new_id(PASS, _day(recorder, now)), values, [event])
    return made


def check_unused(pass_: Pass, people: People) -> None:
    """Refuses a pass that was used or cancelled before, saying when and by whom. That it has expired, its life says."""
    last = next((e for e in reversed(pass_.events) if e.event in ("used", "cancelled")), None)
    if last is None:
        return
    who = known(last.who, pass_, people) if last.who else Person(last.by)
    if last.event == "used":
        what = say("the pass was used on {at} by {who}", at=last.at, who=who)
    else:
        what = say("the pass was cancelled on {at} by {who}: {reason}", at=last.at, who=who, reason=last.reason)
    raise refusal(pass_.id, [Fault(len(pass_.events), "U9", what, say("issue a new one"))])


def known(who: str, pass_: Pass, people: People) -> Text | str:
    """The `who` of an event as it is shown: staff and residents by their names."""
    if who == CARRIER:
        return personal(pass_, people.keys)["carrier"] or who
    if STAFF.is_id(who) and who in people.estate.ids(STAFF):
        return Person(who)
    return people.who(who)


def met_at_gate(recorder: Recorder, people: People, pass_: Pass, who: str, now: datetime, by: str) -> str:
    """How the event names who was at the gate: staff and residents by their ids; where names are sealed, the carrier of
    the pass as that, and anybody else as a resident without ties."""
    if RESIDENT.is_id(who):
        recorder.record(RESIDENT, who)
        return who
    staff = [p.id for p in recorder.estate.read(Staff).records if p.id == who or same_name(p.name, who)]
    if len(staff) > 1:
        raise Refusal(say("{option}: {value} could be {ids}", option="--who", value=who, ids=", ".join(staff)))
    if staff:
        return staff[0]
    sealed = "name" in recorder.estate.settings.sealed
    carrier = personal(pass_, people.keys)["carrier"]
    if sealed and (who == CARRIER or (isinstance(carrier, str) and same_name(carrier, who))):
        return CARRIER
    home = unit_of(recorder, pass_.unit)
    found = among(home, who, None, people, _day(recorder, now), "--who", say("give the id"))
    return found.id if found else registered(recorder, people, who, None, now, by) or who


# --- visitors


def enter(
    recorder: Recorder, people: People, fields: Mapping[str, Any], text: str | None, now: datetime, by: str
) -> Visitor:
    """A visit begins. The card, if one is given out, has to be here."""
    card = fields.get("card")
    if card is not None:
        check_card(recorder.estate, card, people)
    event = VisitorEvent.model_validate(
        {"at": now, "by": by, "event": "entered", **({"text": text} if text is not None else {})}
    )
    values = concealed(fields, recorder, people.keys)
    made: Visitor = recorder.add(VISITOR, recorder.new_id(VISITOR, _day(recorder, now)), values, [event])
    return made


def check_card(estate: Estate, card: str, people: People, but: str = "") -> None:
    """Refuses a card that is out or lost on any visit (`but` for one), naming who has it. A file that cannot be read
    and may be about that card is no reason to believe that the card is here."""
    holder, problems = _holder(estate, card, but)
    if holder is None and not problems:
        return
    if holder is None:
        what = say("whether card {card} is here cannot be told", card=card)
        raise Refusal(what, hint=say("mend these records, or give another card"), code=3, problems=tuple(problems))
    values = {
        "card": holder.card,
        "who": personal(holder, people.keys)["name"],
        "id": holder.id,
        "unit": holder.unit,
        "since": holder.events[0].at,
    }
    if holder.card_state == "lost":
        what = say("card {card} is lost: {who} had it, {id}, {unit}, since {since} [U9]", **values)
        hint = say("once it is found: propcli visitor card-found {id}", id=holder.id)
    else:
        what = say("card {card} is still out: {who} has it, {id}, {unit}, since {since} [U9]", **values)
        hint = say("once it is back: propcli visitor leave {id}", id=holder.id)
    raise Refusal(what, hint=hint)


def _holder(estate: Estate, card: str, but: str) -> tuple[Visitor | None, list[Problem]]:
    """The visit whose card this is and is not back. Only files that may say so are read in earnest: there are many."""
    problems: list[Problem] = []
    for path in reversed(estate.paths(VISITOR)[0]):
        if path.stem == but:
            continue
        raw = estate.raw(path)
        if not any(word in raw for word in _MAY_HOLD_A_CARD):
            continue
        visitor, wrong = estate.load(Visitor, path, walked=True)
        if visitor is None:
            problems += wrong if card.encode() in raw else ()
        elif visitor.card is not None and visitor.card_state != "returned" and same_card(visitor.card, card):
            return visitor, []
    return None, problems


def same_card(one: str, other: str) -> bool:
    """Whether two card numbers are the same but for spaces, case and the width of the characters."""
    a, b = (re.sub(r"\s", "", unicodedata.normalize("NFKC", card)).casefold() for card in (one, other))
    return a == b
