"""Tables of renovation filings [N13]: the list, the report on running works, the deposits of the estate [N6, N12]."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from propcli.desk.views import View, column_of, word
from propcli.engine.table import Column, Report, Table
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RENOVATION
from propcli.kinds.renovation.file import NOTHING
from propcli.kinds.renovation.filings import beyond, file, grouped, missing
from propcli.kinds.renovation.kind import LISTED
from propcli.kinds.renovation.model import Renovation, shelf
from propcli.kinds.renovation.neighbours import leaks
from propcli.kinds.renovation.words import ENDED, SITE, STATES
from propcli.store.estate import Estate

SETTLED = ENDED | {"refunded"}  # states in which nothing of a deposit is with the office any more
SOON = timedelta(days=7)  # a permit that ends within these days is told as expiring

COLUMNS = [column_of(RENOVATION, column) for column in LISTED]


def renovations(filings: Iterable[Renovation], view: View) -> Report:
    """Running, expiring, expired but working, violations by contractor, refunds waiting; by building, low floors first
    [N13]."""
    day = view.today
    on_shelf = sorted(filings, key=shelf)
    at_work = [f for f in on_shelf if f.status in SITE]
    expired = [f for f in at_work if f.until is not None and day > f.until]
    expiring = [f for f in at_work if f.until is not None and day <= f.until <= day + SOON]
    to_check = [f for f in on_shelf if f.status == "completed"]
    return Report(
        "renovations",
        say("Renovations, {day}", day=day),
        {"as_of": view.now},
        [
            _works("running", say("Works going on"), at_work, view),
            _works("expiring", say("Permit ends within 7 days"), expiring, view),
            _works("expired", say("Permit ended, works not completed"), expired, view),
            _works("completed", say("To be checked"), to_check, view),
            _violations(on_shelf),
            _waiting([f for f in on_shelf if f.status == "passed"], view),
        ],
    )


def _works(name: str, title: Text, filings: list[Renovation], view: View) -> Table:
    columns = [*COLUMNS, Column("left", say("days left"))]
    rows = [
        {
            **view.row(filing, LISTED),
            "left": (filing.until - view.today).days if filing.until is not None else None,
        }
        for filing in filings
    ]
    return Table(name, title, columns, rows, say("None."))


def _violations(filings: list[Renovation]) -> Table:
    """Violations by contractor: how many, how many not put right, what was charged (yuan)."""
    counted: dict[str, dict[str, Any]] = {}
    for filing in filings:
        for violation in file(filing).violations.values():
            row = counted.setdefault(
                filing.contractor or "",
                {
                    "contractor": filing.contractor or say("own work"),
                    "filings": [],
                    "violations": 0,
                    "open": 0,
                    "charged": NOTHING,
                },
            )
            row["violations"] += 1
            row["open"] += violation.rectified is None
            row["charged"] += violation.charged
            if filing.id not in row["filings"]:
                row["filings"].append(filing.id)
    columns = [
        Column("contractor", say("contractor"), wide=True),
        Column("violations", say("violations")),
        Column("open", say("not put right")),
        Column("charged", say("charged")),
        Column("filings", say("filings"), wide=True),
    ]
    rows = sorted(counted.values(), key=lambda row: (-row["violations"], str(row["contractor"])))
    return Table("violations", say("Violations by contractor"), columns, rows, say("None."))


def _waiting(filings: list[Renovation], view: View) -> Table:
    columns = [
        Column("id", say("filing")),
        Column("unit", say("unit")),
        Column("applicant", say("applicant")),
        Column("passed", say("check passed")),
        Column("refundable", say("refund from")),
        Column("held", say("held")),
    ]
    rows = []
    for filing in filings:
        its = file(filing)
        shown = {key: view.row(filing, LISTED)[key] for key in ("id", "unit", "applicant")}
        rows.append({**shown, "passed": its.passed, "refundable": its.refund_from(), "held": its.held})
    return Table("refunds", say("Refunds waiting"), columns, rows, say("None."))


# --- the deposits


def deposits(filings: Iterable[Renovation], estate: Estate, view: View) -> Report:
    """What of deposits is held, by whom, since when, when it may go back and what is missing; and whether every fen
    received is deducted, refunded or held [N6, N12]. Held is what is listed: money of a filing that has ended, or less
    than nothing, is no deposit anybody holds, and does not balance."""
    holding: list[Renovation] = []
    wrong: list[dict[str, Any]] = []
    sums = dict.fromkeys(("received", "deducted", "refunded", "held"), NOTHING)
    counts = dict.fromkeys(sums, 0)
    for filing in sorted(filings, key=shelf):
        its = file(filing)
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
    rows = []
    for filing in filings:
        its = file(filing)
        lacks = []
        if filing.status == "passed":
            lacks = missing(filing, estate, view.now, beyond(filing, estate, view.now, leaking))[1]
        rows.append(
            {
                "id": filing.id,
                "unit": filing.unit,
                "applicant": view.row(filing, LISTED)["applicant"],
                **its.sums,
                "held": its.held,
                "since": its.ledger[0].at.date(),
                "refundable": its.refund_from(),
                "missing": grouped(lacks) or view.state(filing),
            }
        )
    columns = [
        Column("id", say("filing")),
        Column("unit", say("unit")),
        Column("applicant", say("applicant")),
        Column("received", say("received")),
        Column("deducted", say("deducted")),
        Column("refunded", say("refunded")),
        Column("held", say("held")),
        Column("since", say("held since")),
        Column("refundable", say("refund from")),
        Column("missing", say("still missing"), wide=True),
    ]
    return Table("held", say("Deposits held"), columns, rows, say("No deposit is held."))


def _balance(sums: dict[str, Decimal], counts: dict[str, int]) -> Table:
    """Received on one side; deducted, refunded and held on the other, and what is between them."""
    names = {
        "received": say("received"),
        "deducted": say("deducted"),
        "refunded": say("refunded"),
        "held": say("held"),
    }
    rows: list[dict[str, Any]] = [
        {"what": names[what], "filings": counts[what], "amount": sums[what]} for what in names
    ]
    difference = sums["received"] - sums["deducted"] - sums["refunded"] - sums["held"]
    rows.append({"what": say("difference"), "filings": None, "amount": difference})
    columns = [
        Column("what", say("what")),
        Column("filings", say("filings")),
        Column("amount", say("yuan")),
    ]
    note = (
        say("received = deducted + refunded + held: it balances to the fen")
        if difference == 0
        else say("it does not balance: received is not deducted + refunded + held")
    )
    return Table("balance", say("The ledger of the estate"), columns, rows, note=note)
