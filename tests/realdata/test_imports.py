"""Real tables of other offices, brought in by the same command; their own verdicts are the oracle."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from propcli.desk.duty import Duties
from propcli.kinds.ticket import Ticket
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


def bring(desk: Desk, source: Path, mapping: str, *options: str) -> tuple[int, str]:
    result = desk.run("import", "tickets", str(source), "--map", str(HERE / mapping), *options)
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
