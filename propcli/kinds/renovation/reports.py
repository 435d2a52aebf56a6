"""Tables of renovation filings [N13]: the list, the report on running works, the deposits of the estate [N6, N12]."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from propcli.desk.views import word
from propcli.engine.table import Column, Report, Table
from propcli.engine.text import Text, say
from propcli.kinds.renovation.file import NOTHING
from propcli.kinds.renovation.filings import file, grouped, missing, shelf
from propcli.kinds.renovation.life import ENDED, SITE
from propcli.kinds.renovation.model import STATES, Renovation, state_at
from propcli.kinds.renovation.neighbours import leaks
from propcli.records.people import People
from propcli.store.estate import Estate

SETTLED = ENDED | {"refunded"}  # states in which nothing of a deposit is with the office any more
SOON = timedelta(days=7)  # a permit that ends within these days is told as expiring
Mask = Callable[[Any], Any]  # a name as the table may show it

FILING_COLUMNS = [
    Column("id", say("filing")),
    Column("unit", say("unit")),
    Column("applicant", say("applicant")),
    Column("works", say("works"), wide=True),
    Column("contractor", say("contractor"), wide=True),
    Column("status", say("state")),
    Column("start", say("first day")),
    Column("until", say("last day")),
]


def filing_row(filing: Renovation, day: date, people: People, mask: Mask) -> dict[str, Any]:
    """One filing as lists have it."""
    return {
        "id": filing.id,
        "unit": filing.unit if filing.place is None else Text("{p}", {"p": filing.place}),
        "applicant": mask(people.called(filing.resident) if filing.resident else filing.who),
        "works": filing.works,
        "contractor": filing.contractor or (say("own work") if filing.source is None else None),
        "status": word(STATES, state_at(filing, day)),
        "start": filing.start,
        "until": filing.until,
    }


def renovations(filings: Iterable[Renovation], now: datetime, day: date, people: People, mask: Mask) -> Report:
    """Running, expiring, expired but working, violations by contractor, refunds waiting; by building, low floors first
    [N13]."""
    on_shelf = sorted(filings, key=shelf)
    at_work = [f for f in on_shelf if f.status in SITE]
    expired = [f for f in at_work if f.until is not None and day > f.until]
    expiring = [f for f in at_work if f.until is not None and day <= f.until <= day + SOON]
    to_check = [f for f in on_shelf if f.status == "completed"]
    return Report(
        "renovations",
        say("Renovations, {day}", day=day),
        {"as_of": now},
        [
            _works("running", say("Works going on"), at_work, day, people, mask),
            _works("expiring", say("Permit ends within 7 days"), expiring, day, people, mask),
            _works("expired", say("Permit ended, works not completed"), expired, day, people, mask),
            _works("completed", say("To be checked"), to_check, day, people, mask),
            _violations(on_shelf),
            _waiting([f for f in on_shelf if f.status == "passed"], day, people, mask),
        ],
    )


def _works(name: str, title: Text, filings: list[Renovation], day: date, people: People, mask: Mask) -> Table:
    columns = [*FILING_COLUMNS, Column("left", say("days left"))]
    rows = [
        {
            **filing_row(filing, day, people, mask),
            "left": (filing.until - day).days if filing.until is not None else None,
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


def _waiting(filings: list[Renovation], day: date, people: People, mask: Mask) -> Table:
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
        shown = {key: filing_row(filing, day, people, mask)[key] for key in ("id", "unit", "applicant")}
        rows.append({**shown, "passed": its.passed, "refundable": its.refund_from(), "held": its.held})
    return Table("refunds", say("Refunds waiting"), columns, rows, say("None."))


# --- the deposits


def deposits(
    filings: Iterable[Renovation], now: datetime, day: date, estate: Estate, people: People, mask: Mask
) -> Report:
    """What of deposits is held, by whom, since when, when it may go back and what is missing; and whether every fen
    received is deducted, refunded or held [N6, N12]. Held is what is listed: money of a filing that has ended, or less
    than nothing, is no deposit anybody holds, and does not balance."""
    rows: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    sums = dict.fromkeys(("received", "deducted", "refunded", "held"), NOTHING)
    counts = dict.fromkeys(sums, 0)
    filings = sorted(filings, key=shelf)
    below = {unit for filing in filings if filing.status == "passed" for unit in filing.below}
    leaking = leaks(estate, below, now)
    for filing in filings:
        its = file(filing)
        if not its.ledger:
            continue
        amounts = {what: its.sum_of(what) for what in ("received", "deducted", "refunded")}
        holds = its.held > 0 and filing.status not in SETTLED
        for what, amount in (*amounts.items(), ("held", its.held if holds else NOTHING)):
            sums[what] += amount
            counts[what] += amount != 0
        if its.held != 0 and not holds:
            wrong.append({"id": filing.id, "status": word(STATES, filing.status), "amount": its.held})
        if not holds:
            continue
        lacks = missing(filing, estate, now, leaking)[1] if filing.status == "passed" else []
        rows.append(
            {
                "id": filing.id,
                "unit": filing.unit,
                "applicant": mask(people.called(filing.resident) if filing.resident else filing.who),
                **amounts,
                "held": its.held,
                "since": its.ledger[0].at.date(),
                "refundable": its.refund_from(),
                "missing": grouped(lacks) or word(STATES, state_at(filing, day)),
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
    held = Table("held", say("Deposits held"), columns, rows, say("No deposit is held."))
    tables = [held, _balance(sums, counts)]
    if wrong:
        columns = [Column("id", say("filing")), Column("status", say("state")), Column("amount", say("yuan"))]
        tables.append(Table("unbalanced", say("Filings that do not balance (propcli validate)"), columns, wrong))
    return Report("deposits", say("Deposits, {day}", day=day), {"as_of": now}, tables)


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
