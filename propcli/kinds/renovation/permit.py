"""What the office gives, checks and pays back of a renovation filing: the agreement [N5], payments [N6], the permit and
its certificate [N7, N9], who is told of it [N10]; the check of the works [N11], occupancy, the unit below, the refund
[N12]. Each function is called before the step it is named for, with what was typed."""

from datetime import date
from typing import Any

from propcli.engine.policy import after
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import UNIT
from propcli.kinds.renovation.file import File
from propcli.kinds.renovation.filings import beyond
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.neighbours import of_units
from propcli.kinds.renovation.requirements import rules_of
from propcli.kinds.renovation.words import CERTIFICATE, COPY, FILING_PAYMENT, RUNNING, SHOWN, known, yuan
from propcli.kinds.unit.life import LIFE
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.words import FREE, STATE
from propcli.records.changing import Change, Fields, Taken
from propcli.records.choosing import EVERY, chosen, code, money, parts
from propcli.records.household import unit_of, written


def signed(_change: Change, filing: Renovation, fields: Fields) -> None:
    """Of the copies named those that were not signed before, or all of them again."""
    its = File.of(filing)
    wanted = chosen(COPY, its.terms.copies, fields["copies"], "--copies")
    fields["copies"] = tuple(c for c in wanted if c not in its.signed) or wanted


def paid(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """Payments from WHAT=YUAN, an event each."""
    its = File.of(filing)
    found: list[Taken] = []
    for text in fields.pop("payment"):
        what, sign, typed = text.replace("＝", "=").partition("=")
        if not sign:
            raise Refusal(
                say("--paid: {value} has no amount", value=repr(text)), hint=say("write WHAT=YUAN, deposit=2000")
            )
        codes = chosen(FILING_PAYMENT, its.terms.payments or tuple(FILING_PAYMENT), [what.strip()], "--paid")
        if len(codes) != 1:
            raise Refusal(say("--paid: {value} does not say what was paid", value=repr(text)))
        [payment] = codes
        amount = money(typed, "--paid")
        assert amount is not None
        found.append(("paid", {**fields, "payment": payment, "amount": amount}))
        values: dict[str, Any] = {"what": FILING_PAYMENT.word(payment), "amount": yuan(amount)}
        before = its.paid.get(payment)
        if before is None:
            change.notes.append(say("  {what}: {amount} yuan", **values))
        else:
            values["sum"] = yuan(before + amount)
            change.notes.append(say("  {what}: {amount} yuan, with what was paid before {sum}", **values))
    return found


def permitted(change: Change, filing: Renovation, fields: Fields) -> list[Taken]:
    """The permit, from today and for its longest term unless said; perhaps with copies given out and teams told."""
    its = File.of(filing)
    copies, teams = fields.pop("certificate", None), fields.pop("told", None)
    start = fields.setdefault("start", change.here.today)
    if "until" not in fields:
        if its.terms.term is None:
            raise Refusal(say("the option {option} is missing", option="--until"))
        fields["until"] = after(start, its.terms.term)
    found: list[Taken] = [("permitted", fields)]
    if given := chosen(CERTIFICATE, its.terms.certificate, copies, "--certificate"):
        found.append(("certified", {"copies": given}))
    if informed := _teams(change, teams, "--told"):
        found.append(("told", {"teams": informed}))
    unit = unit_of(change.recorder, filing.unit)
    if unit is not None and unit.status in ("vacant", "owner_occupied"):
        unit_becomes(change, unit, "renovating", filing)
    change.notes.append(say("  permit: {start} to {until}", start=start, until=fields["until"]))
    return found


def unit_becomes(change: Change, unit: Unit, state: str, filing: Renovation) -> None:
    """The unit's state goes with the permit and with the check [U1]."""
    fields = {"state": state, "reason": filing.id}
    after: Unit = change.take(UNIT, unit.id, change.by, ("state_changed", fields))
    values = {"id": after.id, "status": STATE.word(after.status), "what": after.what}
    change.notes.append(Text("  {id}  {status}  {what}", values))


def certified(_change: Change, filing: Renovation, fields: Fields) -> None:
    fields["copies"] = chosen(CERTIFICATE, File.of(filing).terms.certificate, fields["copies"], "--copies")


def told(change: Change, _filing: Renovation, fields: Fields) -> None:
    fields["teams"] = _teams(change, fields["teams"], "--teams")


def _teams(change: Change, typed: list[str] | None, option: str) -> tuple[str, ...]:
    """The teams named; `all` are those that the policy wants told."""
    asked = rules_of(change.here.estate.policy).told
    found = (asked if part in EVERY else (change.here.team(part, option),) for part in parts(typed))
    return tuple(dict.fromkeys(team for teams in found for team in teams))


def works_checked(change: Change, filing: Renovation, fields: Fields) -> None:
    """As in the plans, or something to be put right by a day; then the permit's last day counts again."""
    passed, then = fields.setdefault("passed", False), fields.pop("then", None)
    if passed == ("finding" in fields):
        raise Refusal(say("give either {one} or {other}", one="--passed", other="--finding TEXT --rectify-by DAY"))
    its, on = File.of(filing), fields.pop("on", None)
    if not passed:
        fields["until"] = its.until
        return
    fields.update(_occupied(change, its, on, change.here.today))
    _no_longer_renovating(change, filing, then)


def _occupied(change: Change, its: File, on: date | None, passed: date | None) -> Fields:
    """Since when the home is lived in, and from when on the refund is possible then."""
    then = File(terms=its.terms, passed=passed, occupied=on or its.occupied)
    possible = then.refund_from()
    if possible is not None:
        change.notes.append(say("  refund possible from {day} on [N12]", day=possible))
    return {"on": on, "refund_from": possible}


def _no_longer_renovating(change: Change, filing: Renovation, typed: str | None) -> None:
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


def occupied(change: Change, filing: Renovation, fields: Fields) -> None:
    its = File.of(filing)
    fields.update(_occupied(change, its, fields["on"], its.passed))


def neighbour_signed(change: Change, filing: Renovation, fields: Fields) -> None:
    """Who of the unit below signed: by id, where one of its people is called that."""
    if not filing.below:
        raise Refusal(say("{id} has no unit below: nobody has to sign [N12]", id=filing.id))
    if "unit" not in fields and len(filing.below) > 1:
        raise Refusal(say("the option {option} is missing", option="--unit"), hint=known(filing.below))
    below = fields.setdefault("unit", filing.below[0])
    fields["tight"] = not fields.get("leaks")
    here = change.here
    unit = unit_of(change.recorder, below)
    ids = [tie.resident for tie in unit.ties_on(here.today)] if unit else []
    who, by = fields["who"], here.desk(change.by)
    fields["who"] = written(change.recorder, here.people, who, ids, here.now, by, "--who")


def refunded(change: Change, filing: Renovation, fields: Fields) -> None:
    """What is held goes back, unless said, once what was given out is shown."""
    its = File.of(filing)
    fields["shown"] = chosen(SHOWN, its.terms.shown, fields["shown"], "--shown")
    _refuse_leaks(change, filing, fields["shown"])
    fields.setdefault("amount", its.held)
    change.notes.append(say("  {amount} yuan", amount=yuan(its.held)))


def _refuse_leaks(change: Change, filing: Renovation, shown: tuple[str, ...]) -> None:
    """Refuses a refund while a leak ticket of the unit below is open [N12], with everything else that is missing."""
    here, its = change.here, File.of(filing)
    found = beyond(filing, here.estate, here.now) if filing.status == "passed" else []
    if found:
        lacks = (*found, *its.lacks("refunded", here.today, filing.below), *its.to_show(shown))
        raise Refusal(
            *(say("{what} [{rule}]", what=lack.what, rule=lack.rule) for lack in lacks),
            title=say("{record}: refused", record=filing.id),
            hint=say("find out where the leak comes from, mend it and close the ticket first"),
        )
