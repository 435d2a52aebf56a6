"""Real tables of other offices, brought in by the same command; their own verdicts are the oracle."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from propcli.desk.duty import Duties
from propcli.kinds.renovation.model import Renovation
from propcli.kinds.ticket.model import Ticket
from propcli.store.estate import Estate
from tests.conftest import Desk

HERE = Path(__file__).parent
Find = Callable[[str], Path]
pytestmark = pytest.mark.realdata


@pytest.fixture
def american(tmp_path: Path) -> Desk:
    """An empty estate in the sources' time zone."""
    root = tmp_path / "estate"
    root.mkdir()
    desk = Desk(root)
    desk.now = "2026-10-14T10:00:00-04:00"
    desk.ok("init", ".", "--name", "Estate", "--timezone", "America/New_York")
    return desk


def bring(desk: Desk, source: Path, mapping: str, *options: str, what: str = "tickets") -> tuple[int, str]:
    result = desk.run("import", what, str(source), "--map", str(HERE / mapping), *options)
    assert "Traceback" not in result.all
    return result.code, result.all


@pytest.mark.slow
def test_the_city_and_the_program_agree_on_every_verdict(american: Desk, realdata: Find) -> None:
    """8,027 requests: each is on time or overdue exactly as the city says, open and closed ones alike."""
    source = realdata("boston311_2015h1_housing.csv")
    code, out = bring(american, source, "boston.yaml")
    assert (code, out.splitlines()[-1]) == (0, "8027 tickets were written.")
    assert american.ok("validate").splitlines()[-1] == "8030 files, no problems"
    assert american.git("rev-list", "--count", "HEAD").strip() == "2", "one commit for the import"

    moment = "2016-01-13T00:00:00-05:00"
    assert len(json.loads(american.ok("overdue", "--format", "json", at=moment))) == 2335
    assert len(json.loads(american.ok("due", "--within", "9999d", "--format", "json"))) == 18

    estate = Estate(american.root)
    now = datetime.fromisoformat(moment)
    duties = Duties(estate.settings, estate.policy, estate.calendar, now).add(estate.read(Ticket).records)
    ours = {o.record.source.id: "OVERDUE" if o.late(now) else "ONTIME" for o in duties.all}
    assert len(duties.all) == 8027, "one obligation each: the city's own due time"
    with source.open(encoding="utf-8", newline="") as file:
        theirs = {row["CASE_ENQUIRY_ID"]: row["OnTime_Status"] for row in csv.DictReader(file)}
    assert ours == theirs

    report = json.loads(
        american.ok("report", "monthly", "--from", "2015-01-01", "--to", "2015-12-31", "--format", "json", at=moment)
    )
    timely, handled = (report["tables"]["measures"][i]["value"] for i in (0, 1))
    assert (timely["count"], timely["of"], timely["of"] - timely["count"]) == (3108, 5674, 2566)
    assert (handled["count"], handled["of"]) == (5674, 8027)

    before = american.snapshot()
    code, out = bring(american, source, "boston.yaml")
    assert (code, out.splitlines()) == (0, ["8027 rows: 0 new, 8027 imported before, 0 bad", "Nothing to write."])
    assert american.snapshot() == before, "importing again changes nothing"


@pytest.mark.slow
def test_requests_closed_before_they_were_opened_are_told_row_by_row(american: Desk, realdata: Find) -> None:
    """New York's thousand: the ten impossible rows are named, and nothing is written until they are left out."""
    source = realdata("nyc311_2018_1k.csv")
    before = american.snapshot()
    code, out = bring(american, source, "nyc.yaml")
    assert code == 3
    assert out.count("before it was reported") == 10
    assert "1000 rows: 990 new, 0 imported before, 10 bad" in out
    assert american.snapshot() == before
    code, out = bring(american, source, "nyc.yaml", "--skip-bad")
    assert (code, out.splitlines()[-1]) == (0, "990 tickets were written.")
    assert american.run("validate").code == 0


@pytest.mark.parametrize(
    ("file", "bad", "complaint"),
    [
        ("boston311-100.csv", 0, ""),
        ("boston311-100-untrimmed.jsonl", 0, ""),
        ("boston311-100-with-fake-pii.csv", 0, ""),
        ("boston311-100-with-nonascii.csv", 0, ""),
        ("boston311-100-20dupes-random.csv", 20, "also stands in row"),
        ("boston311-100-bad.tsv", 1, "30 cells, the header has 29"),
        ("boston311-100-notime.csv", 100, "it looks like %Y-%m-%d"),
        ("boston311-dmy-100.csv", 100, "it looks like %d/%m/%Y %H:%M:%S"),
    ],
)
def test_a_damaged_table_is_refused_with_the_right_complaint(
    american: Desk, realdata: Find, file: str, bad: int, complaint: str
) -> None:
    """What is wrong is said row by row; a table with a bad row changes nothing; good rows validate."""
    before = american.snapshot()
    code, out = bring(american, realdata("dirty/" + file), "boston_clean.yaml")
    assert f"100 rows: {100 - bad} new, 0 imported before, {bad} bad" in out
    if bad:
        assert code == 3
        assert complaint in out
        assert american.snapshot() == before
    else:
        assert code == 0
    assert american.run("validate").code == 0


def test_a_table_with_other_columns_is_refused_as_a_whole(american: Desk, realdata: Find) -> None:
    """A mapping for another city names each column that is not there, and what the table has."""
    code, out = bring(american, realdata("dirty/nyc311-100.csv"), "boston_clean.yaml")
    assert code == 2
    assert "the table has no column 'case_enquiry_id'" in out
    assert "the table has: Unique Key, Created Date" in out
    assert bring(american, realdata("dirty/nyc311-100.csv"), "nyc.yaml")[0] == 0


def test_chinese_messages_come_out_of_excel_whole(desk: Desk, realdata: Find) -> None:
    """Long Chinese cells and Excel's dates: every reply is a ticket, answered where the office answered."""
    code, out = bring(desk, realdata("tipdm2020_a4_replies_sample.xlsx"), "messages.yaml")
    assert code == 0, out
    assert "120 tickets were written." in out
    assert desk.run("validate").code == 0


def permits(source: Path) -> list[dict[str, str]]:
    """The rows of a table, the first of them row 2."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_building_permits_are_told_row_by_row_and_the_good_ones_become_filings(american: Desk, realdata: Find) -> None:
    """Burlington's 5,026 permits: the one issued before it was filed and the 356 whose number stands in a row before
    are named, each with that row; all others are filings with the city's own dates and states."""
    source = realdata("burlington_on_permits.csv")
    first: dict[str, int] = {}
    bad: dict[int, str] = {}
    good: dict[str, dict[str, str]] = {}
    for number, row in enumerate(permits(source), 2):
        if row["ISSUEDATE"] < row["INDATE"]:  # both are days, the year first
            bad[number] = "ISSUEDATE"
        elif row["FILENO"] in first:
            bad[number] = f"{row['FILENO']} also stands in row {first[row['FILENO']]}"
        else:
            first[row["FILENO"]] = number
            good[row["FILENO"]] = row
    assert (len(bad), Counter(bad.values())["ISSUEDATE"], len(good)) == (357, 1, 4669)

    before = american.snapshot()
    result = american.run(
        "import", "renovations", str(source), "--map", str(HERE / "burlington.yaml"), "--format", "json"
    )
    assert result.code == 3
    told = json.loads(result.out)
    assert [told[name] for name in ("rows", "new", "known", "bad")] == [5026, 4669, 0, 357]
    assert american.snapshot() == before
    said = {
        row["row"]: "ISSUEDATE" if "before it was filed" in row["reason"] else row["reason"]
        for row in told["tables"]["bad_rows"]
    }
    assert said == bad
    assert {row["column"] for row in told["tables"]["bad_rows"]} == {"ISSUEDATE", "FILENO"}

    code, out = bring(american, source, "burlington.yaml", "--skip-bad", what="renovations")
    assert (code, out.splitlines()[-1]) == (0, "4669 renovation filings were written.")
    assert american.git("rev-list", "--count", "HEAD").strip() == "2", "one commit for the import"
    assert american.ok("validate").splitlines()[-1] == "4672 files, no problems"

    filings = list(Estate(american.root).read(Renovation).records)
    assert {f.source.id for f in filings if f.source} == set(good)
    for filing in filings:
        assert filing.source is not None
        row = good[filing.source.id]
        filed, issued = (date.fromisoformat(row[name][:10].replace("/", "-")) for name in ("INDATE", "ISSUEDATE"))
        assert (filing.status == "closed", filing.status == "working") == (
            row["FOLDERSTATUSDESC"] == "Final",
            row["FOLDERSTATUSDESC"] == "Issued",
        )
        assert (filing.start, filing.until, filing.unit) == (issued, None, "public")
        assert [event.at.isoformat()[:19] for event in filing.events[:2]] == [f"{filed}T00:00:00", f"{issued}T00:00:00"]
        assert filing.id.startswith(f"N-{filed.year}-")
        assert filing.place == " ".join(row["ADDRESS"].split())
    in_order = sorted(filings, key=lambda f: f.id)
    assert in_order == sorted(filings, key=lambda f: (f.events[0].at, f.source and f.source.id))

    running = sum(row["FOLDERSTATUSDESC"] == "Issued" for row in good.values())
    assert len(json.loads(american.ok("renovation", "list", "--format", "json"))) == running
    report = json.loads(american.ok("report", "renovations", "--format", "json"))
    assert {name: len(rows) for name, rows in report["tables"].items()} == {
        "running": running,
        "expiring": 0,
        "expired": 0,
        "completed": 0,
        "violations": 0,
        "refunds": 0,
    }
    assert json.loads(american.ok("overdue", "--format", "json")) == [], "no permit of theirs has a last day"

    before = american.snapshot()
    code, out = bring(american, source, "burlington.yaml", "--skip-bad", what="renovations")
    assert (code, out.splitlines()[-1]) == (0, "Nothing to write.")
    assert "5026 rows: 0 new, 4669 imported before, 357 bad" in out
    assert american.snapshot() == before, "importing again changes nothing"


def test_permits_that_have_ended_are_overdue_and_what_is_over_is_closed_on_its_day(
    american: Desk, realdata: Find
) -> None:
    """San Francisco's ten: what was completed, withdrawn or has expired there is closed on the day of that; of those
    issued, each that has a last day is overdue since that day, however long the city gave it."""
    source = realdata("sf_permits_10rows.csv")
    rows = {row["Permit Number"]: row for row in permits(source)}
    code, out = bring(american, source, "sf.yaml", what="renovations")
    assert (code, out.splitlines()[-1]) == (0, "10 renovation filings were written.")
    assert american.ok("validate").splitlines()[-1] == "13 files, no problems"
    filings = {f.source.id: f for f in Estate(american.root).read(Renovation).records if f.source}
    assert filings.keys() == rows.keys()
    for number, filing in filings.items():
        row = rows[number]
        over = row["Current Status"] in ("complete", "expired", "withdrawn")
        assert filing.status == ("closed" if over else "working")
        assert (filing.start is None) == (row["Issued Date"] == "")
        if over:
            last = filing.events[-1]
            assert (last.event, last.text) == ("settled", row["Current Status"])
            assert f"{last.at:%m/%d/%Y %H:%M:%S}" == row["Current Status Date"] + " 23:59:59"
    ends = {
        filings[number].id: datetime.strptime(row["Permit Expiration Date"], "%m/%d/%Y").date().isoformat()
        for number, row in rows.items()
        if row["Current Status"] == "issued" and row["Permit Expiration Date"]
    }
    assert len(ends) == 3
    overdue = json.loads(american.ok("overdue", "--format", "json"))
    assert {o["id"]: o["due"][:10] for o in overdue if o["owed"] == "permit-end"} == ends
    expired = json.loads(american.ok("renovation", "list", "--state", "expired", "--format", "json"))
    assert {row["id"] for row in expired} == set(ends)
    shown = american.ok("renovation", "show", filings["201706149344"].id)
    assert "2017-07-06 to 2018-07-01" in shown and "permit taken over" in shown and "800 Indiana St" in shown
    assert "M803667" in american.ok("renovation", "show", filings["M803667"].id)
    before = american.snapshot()
    code, out = bring(american, source, "sf.yaml", what="renovations")
    assert out.splitlines() == ["10 rows: 0 new, 10 imported before, 0 bad", "Nothing to write."]
    assert american.snapshot() == before
