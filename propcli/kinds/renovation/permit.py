"""The steps of a renovation filing around its permit: the agreement [N5], payments [N6], the permit and its certificate
[N7, N9], who is told of it [N10]. Each function is called before the step it is named for, with what was typed."""

from typing import TYPE_CHECKING, Any

from propcli.engine.policy import after
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import UNIT
from propcli.kinds.renovation.file import File
from propcli.kinds.renovation.filings import file
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.renovation.requirements import rules_of
from propcli.kinds.renovation.words import CERTIFICATE, COPY, FILING_PAYMENT, yuan
from propcli.kinds.unit.model import Unit
from propcli.kinds.unit.words import STATE
from propcli.records.choosing import EVERY, chosen, money, parts
from propcli.records.household import unit_of

if TYPE_CHECKING:
    from propcli.records.changing import Change, Taken

Fields = dict[str, Any]


def signed(_change: "Change", filing: Renovation, fields: Fields) -> None:
    """Of the copies named those that were not signed before, or all of them again."""
    its = file(filing)
    wanted = chosen(COPY, its.terms.copies, fields["copies"], "--copies")
    fields["copies"] = tuple(c for c in wanted if c not in its.signed) or wanted


def paid(change: "Change", filing: Renovation, fields: Fields) -> "list[Taken]":
    """Payments from WHAT=YUAN, an event each."""
    its = file(filing)
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


def permitted(change: "Change", filing: Renovation, fields: Fields) -> "list[Taken]":
    """The permit, from today and for its longest term unless said; perhaps with copies given out and teams told."""
    its = file(filing)
    copies, teams = fields.pop("certificate", None), fields.pop("told", None)
    start = fields.setdefault("start", change.here.today)
    if "until" not in fields:
        if its.terms.term is None:
            raise Refusal(say("the option {option} is missing", option="--until"))
        fields["until"] = after(start, its.terms.term)
    found: list[Taken] = [("permitted", fields)]
    if given := _copies(its, copies, "--certificate"):
        found.append(("certified", {"copies": given}))
    if informed := _teams(change, teams, "--told"):
        found.append(("told", {"teams": informed}))
    unit = unit_of(change.recorder, filing.unit)
    if unit is not None and unit.status in ("vacant", "owner_occupied"):
        unit_becomes(change, unit, "renovating", filing)
    change.notes.append(say("  permit: {start} to {until}", start=start, until=fields["until"]))
    return found


def unit_becomes(change: "Change", unit: Unit, state: str, filing: Renovation) -> None:
    """The unit's state goes with the permit and with the check [U1]."""
    fields = {"state": state, "reason": filing.id}
    after: Unit = change.take(UNIT, unit.id, change.by, ("state_changed", fields))
    values = {"id": after.id, "status": STATE.word(after.status), "what": after.what}
    change.notes.append(Text("  {id}  {status}  {what}", values))


def certified(_change: "Change", filing: Renovation, fields: Fields) -> None:
    fields["copies"] = _copies(file(filing), fields["copies"], "--copies")


def _copies(its: File, typed: list[str] | None, option: str) -> tuple[str, ...]:
    return chosen(CERTIFICATE, its.terms.certificate, typed, option)


def told(change: "Change", _filing: Renovation, fields: Fields) -> None:
    fields["teams"] = _teams(change, fields["teams"], "--teams")


def _teams(change: "Change", typed: list[str] | None, option: str) -> tuple[str, ...]:
    """The teams named; `all` are those that the policy wants told."""
    asked = rules_of(change.here.estate.policy).told
    found = (asked if part in EVERY else (change.here.team(part, option),) for part in parts(typed))
    return tuple(dict.fromkeys(team for teams in found for team in teams))
