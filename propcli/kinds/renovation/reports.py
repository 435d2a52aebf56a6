"""Tables of renovation filings [N13]: the list, the report on running works, the deposits of the estate [N6, N12]."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from propcli.desk.views import View, word
from propcli.engine.table import Column, Report, Table
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION
from propcli.kinds.declaration import Shown
from propcli.kinds.renovation.file import NOTHING, File, Violation
from propcli.kinds.renovation.filings import beyond, grouped, missing
from propcli.kinds.renovation.kind import LISTED
from propcli.kinds.renovation.model import Renovation, shelf
from propcli.kinds.renovation.neighbours import leaks
from propcli.kinds.renovation.words import ENDED, SITE, STATES
from propcli.store.estate import Estate

SETTLED = ENDED | {"refunded"}  # states in which nothing of a deposit is with the office any more
SOON = timedelta(days=7)  # a permit that ends within these days is told as expiring


def _of_file(key: str, title: Text, value: Callable[[File], Any]) -> Shown:
    """A column of what a filing has come to."""
    return Shown(key, title, lambda filing, _view: value(File.of(filing)))


def _left(filing: Renovation, view: View) -> int | None:
    return (filing.until - view.today).days if filing.until is not None else None


AT_WORK = (*LISTED, Shown("left", say("days left"), _left))
ID, UNIT, APPLICANT = LISTED[:3]
SUMS = {
    "received": _of_file("received", say("received"), lambda its: its.sum_of("received")),
    "deducted": _of_file("deducted", say("deducted"), lambda its: its.sum_of("deducted")),
    "refunded": _of_file("refunded", say("refunded"), lambda its: its.sum_of("refunded")),
    "held": _of_file("held", say("held"), lambda its: its.held),
}
PASSED = _of_file("passed", say("check passed"), lambda its: its.passed)
SINCE = _of_file("since", say("held since"), lambda its: its.ledger[0].at.date())
REFUNDABLE = _of_file("refundable", say("refund from"), File.refund_from)
WAITING = (ID, UNIT, APPLICANT, PASSED, REFUNDABLE, SUMS["held"])


def renovations(filings: Iterable[Renovation], view: View) -> Report:
    """Running, expiring, expired but working, violations by contractor, refunds waiting; by building, low floors first
    [N13]."""
    day = view.today
    on_shelf = sorted(filings, key=shelf)
    at_work = [f for f in on_shelf if f.status in SITE]
    expired = [f for f in at_work if f.until is not None and day > f.until]
    expiring = [f for f in at_work if f.until is not None and day <= f.until <= day + SOON]
    to_check = [f for f in on_shelf if f.status == "completed"]
    passed = [f for f in on_shelf if f.status == "passed"]
    return Report(
        "renovations",
        say("Renovations, {day}", day=day),
        {"as_of": view.now},
        [
            view.table("running", say("Works going on"), AT_WORK, at_work, say("None."), RENOVATION),
            view.table("expiring", say("Permit ends within 7 days"), AT_WORK, expiring, say("None."), RENOVATION),
            view.table("expired", say("Permit ended, works not completed"), AT_WORK, expired, say("None."), RENOVATION),
            view.table("completed", say("To be checked"), AT_WORK, to_check, say("None."), RENOVATION),
            _violations(on_shelf),
            view.table("refunds", say("Refunds waiting"), WAITING, passed, say("None."), RENOVATION),
        ],
    )


def _violations(filings: list[Renovation]) -> Table:
    """Violations by contractor: how many, how many not put right, what was charged (yuan)."""
    by: dict[str, list[tuple[str, Violation]]] = {}
    for filing in filings:
        found = File.of(filing).violations.values()
        by.setdefault(filing.contractor or "", []).extend((filing.id, violation) for violation in found)
    columns = [
        Column("contractor", say("contractor"), wide=True),
        Column("violations", say("violations")),
        Column("open", say("not put right")),
        Column("charged", say("charged")),
        Column("filings", say("filings"), wide=True),
    ]
    rows: list[dict[str, Any]] = [
        {
            "contractor": contractor or say("own work"),
            "violations": len(found),
            "open": sum(violation.rectified is None for _id, violation in found),
            "charged": sum((violation.charged for _id, violation in found), NOTHING),
            "filings": list(dict.fromkeys(filing for filing, _violation in found)),
        }
        for contractor, found in by.items()
        if found
    ]
    rows.sort(key=lambda row: (-row["violations"], str(row["contractor"])))
    return Table("violations", say("Violations by contractor"), columns, rows, say("None."))


def deposits(filings: Iterable[Renovation], estate: Estate, view: View) -> Report:
    """What of deposits is held, by whom, since when, when it may go back and what is missing; and whether every fen
    received is deducted, refunded or held [N6, N12]. Held is what is listed: money of a filing that has ended, or less
    than nothing, is no deposit anybody holds, and does not balance."""
    holding: list[Renovation] = []
    wrong: list[dict[str, Any]] = []
    sums = dict.fromkeys(("received", "deducted", "refunded", "held"), NOTHING)
    counts = dict.fromkeys(sums, 0)
    for filing in sorted(filings, key=shelf):
        its = File.of(filing)
        if not its.ledger:
            continue
        holds = its.held > 0 and filing.status not in SETTLED
        for what, amount in {**its.sums, "held": its.held if holds else NOTHING}.items():
            sums[what] += amount
            counts[what] += amount != 0
        if holds:
            holding.append(filing)
        elif its.held != 0:
            wrong.append({"id": filing.id, "status": word(STATES, filing.status), "amount": its.held})
    tables = [_held(holding, estate, view), _balance(sums, counts)]
    if wrong:
        columns = [Column("id", say("filing")), Column("status", say("state")), Column("amount", say("yuan"))]
        tables.append(Table("unbalanced", say("Filings that do not balance (propcli validate)"), columns, wrong))
    return Report("deposits", say("Deposits, {day}", day=view.today), {"as_of": view.now}, tables)


def _held(filings: list[Renovation], estate: Estate, view: View) -> Table:
    """The deposits that are held, with what is missing for the refund, or the state."""
    below = {unit for filing in filings if filing.status == "passed" for unit in filing.below}
    leaking = leaks(estate, below, view.now)

    def lacks(filing: Renovation, view: View) -> Any:
        found = []
        if filing.status == "passed":
            found = missing(filing, estate, view.now, beyond(filing, estate, view.now, leaking))[1]
        return grouped(found) or view.state(filing)

    last = Shown("missing", say("still missing"), lacks, wide=True)
    shown = (ID, Shown("unit"), APPLICANT, *SUMS.values(), SINCE, REFUNDABLE, last)
    return view.table("held", say("Deposits held"), shown, filings, say("No deposit is held."), RENOVATION)


def _balance(sums: dict[str, Decimal], counts: dict[str, int]) -> Table:
    """Received on one side; deducted, refunded and held on the other, and what is between them."""
    rows: list[dict[str, Any]] = [
        {"what": column.title, "filings": counts[what], "amount": sums[what]} for what, column in SUMS.items()
    ]
    difference = sums["received"] - sums["deducted"] - sums["refunded"] - sums["held"]
    rows.append({"what": say("difference"), "filings": None, "amount": difference})
    columns = [Column("what", say("what")), Column("filings", say("filings")), Column("amount", say("yuan"))]
    note = (
        say("received = deducted + refunded + held: it balances to the fen")
        if difference == 0
        else say("it does not balance: received is not deducted + refunded + held")
    )
    return Table("balance", say("The ledger of the estate"), columns, rows, note=note)
