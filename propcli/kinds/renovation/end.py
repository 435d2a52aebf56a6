"""The last steps of a renovation filing: the check of the works [N11], occupancy, the unit below, the refund [N12].
Each function is called before the step it is named for, with what was typed."""

from datetime import date
from typing import TYPE_CHECKING, Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.renovation.file import File
from propcli.kinds.renovation.filings import beyond, file
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.neighbours import of_units
from propcli.kinds.renovation.permit import unit_becomes
from propcli.kinds.renovation.words import RUNNING, SHOWN, yuan
from propcli.kinds.unit.life import LIFE
from propcli.kinds.unit.words import FREE, STATE
from propcli.records.choosing import chosen, code
from propcli.records.household import unit_of, written

if TYPE_CHECKING:
    from propcli.records.changing import Change

Fields = dict[str, Any]


def works_checked(change: "Change", filing: Renovation, fields: Fields) -> None:
    """As in the plans, or something to be put right by a day; then the permit's last day counts again."""
    passed, then = fields.setdefault("passed", False), fields.pop("then", None)
    if passed == ("finding" in fields):
        raise Refusal(say("give either {one} or {other}", one="--passed", other="--finding TEXT --rectify-by DAY"))
    its, on = file(filing), fields.pop("on", None)
    if not passed:
        fields["until"] = its.until
        return
    fields.update(_occupied(change, its, on, change.here.today))
    _no_longer_renovating(change, filing, then)


def _occupied(change: "Change", its: File, on: date | None, passed: date | None) -> Fields:
    """Since when the home is lived in, and from when on the refund is possible then."""
    then = File(terms=its.terms, passed=passed, occupied=on or its.occupied)
    possible = then.refund_from()
    if possible is not None:
        change.notes.append(say("  refund possible from {day} on [N12]", day=possible))
    return {"on": on, "refund_from": possible}


def _no_longer_renovating(change: "Change", filing: Renovation, typed: str | None) -> None:
    """The unit's state after the works, unless others go on in it [U1]."""
    state = code(STATE, typed, "--then")
    unit = unit_of(change.recorder, filing.unit)
    if unit is None or unit.status != "renovating":
        if state is not None:
            raise Refusal(say("--then: the unit is not renovating"), hint=say("unit state changes it"))
        return
    filings, problems = of_units(change.here.estate, [filing.unit])
    if problems:
        what = say("whether other works go on there cannot be told")
        raise Refusal(what, hint=say("mend these records first"), code=3, problems=tuple(problems))
    others = [f for f in filings if f.id != filing.id and f.status in RUNNING]
    if others and state is None:
        return
    before = LIFE.replay(unit, unit.events)[0].previous
    becomes = state or (before if before in FREE else None)
    if becomes is None:
        raise Refusal(say("the unit's state before the works is not on record"), hint=say("give --then"))
    unit_becomes(change, unit, becomes, filing)


def occupied(change: "Change", filing: Renovation, fields: Fields) -> None:
    its = file(filing)
    fields.update(_occupied(change, its, fields["on"], its.passed))


def neighbour_signed(change: "Change", filing: Renovation, fields: Fields) -> None:
    """Who of the unit below signed: by id, where one of its people is called that."""
    if not filing.below:
        raise Refusal(say("{id} has no unit below: nobody has to sign [N12]", id=filing.id))
    if "unit" not in fields and len(filing.below) > 1:
        known = ", ".join(filing.below)
        raise Refusal(say("the option {option} is missing", option="--unit"), hint=say("known: {ids}", ids=known))
    below = fields.setdefault("unit", filing.below[0])
    fields["tight"] = not fields.get("leaks")
    here = change.here
    unit = unit_of(change.recorder, below)
    ids = [tie.resident for tie in unit.ties_on(here.today)] if unit else []
    who, by = fields["who"], here.desk(change.by)
    fields["who"] = written(change.recorder, here.people, who, ids, here.now, by, "--who")


def refunded(change: "Change", filing: Renovation, fields: Fields) -> None:
    """What is held goes back, unless said, once what was given out is shown."""
    its = file(filing)
    fields["shown"] = chosen(SHOWN, its.terms.shown, fields["shown"], "--shown")
    _refuse_leaks(change, filing, fields["shown"])
    fields.setdefault("amount", its.held)
    change.notes.append(say("  {amount} yuan", amount=yuan(its.held)))


def _refuse_leaks(change: "Change", filing: Renovation, shown: tuple[str, ...]) -> None:
    """Refuses a refund while a leak ticket of the unit below is open [N12], with everything else that is missing."""
    here, its = change.here, file(filing)
    found = beyond(filing, here.estate, here.now) if filing.status == "passed" else []
    if found:
        lacks = (*found, *its.lacks("refunded", here.today, filing.below), *its.to_show(shown))
        raise Refusal(
            *(say("{what} [{rule}]", what=lack.what, rule=lack.rule) for lack in lacks),
            title=say("{record}: refused", record=filing.id),
            hint=say("find out where the leak comes from, mend it and close the ticket first"),
        )
