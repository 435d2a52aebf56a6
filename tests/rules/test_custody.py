"""Custody [U6]: agreement and readings, weekly checks, checks before and after heavy rain, use of water and power,
findings and telling the owner."""

import json

import pytest

from propcli.kinds.catalog import UNIT
from tests.conftest import Desk
from tests.rules.asking import append, falls_due, overdue, owed, record, replace, rows

pytestmark = pytest.mark.rule("U6")

HOME = "3-2-0601"
BEGAN = "2026-10-14T10:00:00+08:00"
WEEKLY, BEFORE, AFTER = "outdoor-check", "check-before-rain", "check-after-rain"


def keep(desk: Desk, at: str | None = None, unit: str = HOME) -> None:
    """The office looks after a home; the meters stand at 100 m³ and 1000 kWh."""
    desk.ok("unit", "custody", unit, "--agreement", "TG-07", "--water", "100", "--electricity", "1000", at=at)


def check(desk: Desk, *options: str, at: str | None = None) -> str:
    return desk.ok("unit", "check", HOME, *options, at=at)


def rain(desk: Desk, start: str, end: str, at: str | None = None) -> str:
    return desk.ok("weather", "rain", "--from", start, "--to", end, at=at)


def standings(desk: Desk, what: str) -> list[tuple[str, str]]:
    """Every time something was owed on the home: due, standing."""
    return [(o["due"], o["standing"]) for o in owed(desk, HOME, "U6", what)]


# --- the agreement


@pytest.mark.parametrize("missing", ["--agreement", "--water", "--electricity"])
def test_custody_needs_its_agreement_and_both_readings(homes: Desk, missing: str) -> None:
    given = {"--agreement": "TG-07", "--water": "100", "--electricity": "1000"}
    del given[missing]
    said = homes.refused("unit", "custody", HOME, *(part for option in given.items() for part in option))
    assert missing in said


def test_a_beginning_by_hand_that_lacks_its_readings_is_told() -> None:
    """`validate` goes on after what is missing, to the next."""
    begun = (
        {"at": BEGAN, "event": "registered", "state": "vacant", "use": "residential"},
        {"at": BEGAN, "event": "custody_began", "agreement": "TG-07"},
    )
    events = [UNIT.event.model_validate({"by": "zhang.wei", **event}) for event in begun]
    _state, faults = UNIT.life.replay(UNIT.model.model_construct(id=HOME), events)
    assert [str(fault.what) for fault in faults] == ["custody began needs water", "custody began needs electricity"]


@pytest.mark.parametrize("reading", ["-1", "many", "1,000", "1.005"])
def test_a_reading_is_an_amount(homes: Desk, reading: str) -> None:
    said = homes.refused("unit", "custody", HOME, "--agreement", "TG-07", f"--water={reading}", "--electricity", "1000")
    assert "--water" in said
    assert reading in said


def test_the_terms_stand_in_the_record_with_the_fee_of_the_policy(homes: Desk) -> None:
    """A later change of the policy changes nothing in a custody that was agreed."""
    keep(homes)
    terms = {
        "agreement": "TG-07",
        "from": "2026-10-14",
        "water": 100,
        "electricity": 1000,
        "fee": 70,
    }
    assert {k: float(v) if k in ("water", "electricity") else v for k, v in record(homes, HOME)["custody"].items()} == (
        terms
    )
    assert "fee 70%" in homes.ok("unit", "show", HOME)
    replace(homes, "policy.yaml", "fee: 70}", "fee: 60}")
    assert record(homes, HOME)["custody"]["fee"] == 70
    homes.ok("unit", "custody-end", HOME)
    keep(homes)
    assert record(homes, HOME)["custody"]["fee"] == 60
    assert homes.run("validate").code == 0


def test_custody_is_for_a_home_that_is_empty_or_its_owners(homes: Desk) -> None:
    options = ("--agreement", "TG-07", "--water", "1", "--electricity", "1")
    assert "[U6]" in homes.refused("unit", "custody", "3-2-0502", *options)  # let
    assert "[U6]" in homes.refused("unit", "custody", "1-1-0101", *options)  # unsold
    keep(homes)
    assert "[U6]" in homes.refused("unit", "custody", HOME, *options)  # in custody already
    assert "[U6]" in homes.refused("unit", "custody-end", "3-2-0501")


# --- every week


def test_a_check_is_due_by_the_end_of_the_seventh_day(homes: Desk) -> None:
    keep(homes)
    falls_due(homes, HOME, "U6", WEEKLY, "chen.jing", "2026-10-21T23:59:59+08:00")


def test_security_answers_for_it(homes: Desk) -> None:
    """The team of the rule has a supervisor; without one it is the manager's."""
    replace(homes, "propcli.yaml", "security: {name: 秩序部}", "security: {name: 秩序部, supervisor: zhao.lei}")
    keep(homes)
    assert owed(homes, HOME, "U6", WEEKLY)[0]["by"] == "zhao.lei"
    assert [r["id"] for r in rows(homes, "due --within 8d --team security")] == [HOME]
    assert rows(homes, "due --within 8d --team engineering") == []


def test_each_check_begins_the_next_week_until_custody_ends(homes: Desk) -> None:
    """Early, in time to the second, and late; what is late moves the following ones."""
    keep(homes)
    check(homes, at="2026-10-16T09:00:00+08:00")
    check(homes, at="2026-10-23T23:59:59+08:00")
    check(homes, at="2026-10-31T00:00:00+08:00")
    assert [(o["due"][:10], o["standing"], o["late"]) for o in owed(homes, HOME, "U6", WEEKLY)] == [
        ("2026-10-21", "met", False),
        ("2026-10-23", "met", False),
        ("2026-10-30", "met", True),
        ("2026-11-07", "open", False),
    ]
    homes.ok("unit", "custody-end", HOME, at="2026-11-01T10:00:00+08:00")
    assert standings(homes, WEEKLY)[-1] == ("2026-11-07T23:59:59+08:00", "void")
    assert [r for r in overdue(homes, "2027-03-01T10:00") if r[1] == WEEKLY] == []


def test_custody_again_begins_anew(homes: Desk) -> None:
    keep(homes)
    homes.ok("unit", "custody-end", HOME, at="2026-10-15T10:00:00+08:00")
    keep(homes, at="2026-11-02T10:00:00+08:00")
    assert standings(homes, WEEKLY) == [("2026-10-21T23:59:59+08:00", "void"), ("2026-11-09T23:59:59+08:00", "open")]


def test_a_check_of_a_home_not_in_custody_begins_no_week(homes: Desk) -> None:
    check(homes)
    assert owed(homes, HOME, "U6", WEEKLY) == []


def test_what_the_empty_home_owed_before_is_no_longer_owed(homes: Desk) -> None:
    """In custody it has a schedule of its own; afterwards the other one begins anew [U7]."""
    keep(homes)
    assert owed(homes, HOME, "U7", "unit-check") == []
    homes.ok("unit", "custody-end", HOME, at="2026-11-01T10:00:00+08:00")
    found = owed(homes, HOME, "U7", "unit-check")
    assert [(o["due"][:10], o["standing"], o["late"]) for o in found] == [
        ("2026-10-15", "void", False),
        ("2026-11-15", "open", False),
    ]


# --- heavy rain

STARTS, STOPS = "2026-10-15T18:00:00+08:00", "2026-10-16T06:00:00+08:00"


def test_before_the_rain_begins_it_is_checked(homes: Desk) -> None:
    keep(homes)
    rain(homes, STARTS, STOPS)
    falls_due(homes, HOME, "U6", BEFORE, "chen.jing", STARTS)


@pytest.mark.parametrize(
    ("at", "late"),
    [("2026-10-15T17:59:00+08:00", False), (STARTS, False), ("2026-10-15T18:00:01+08:00", True)],
)
def test_a_check_when_it_begins_is_in_time(homes: Desk, at: str, late: bool) -> None:
    keep(homes)
    rain(homes, STARTS, STOPS)
    check(homes, at=at)
    (before,) = owed(homes, HOME, "U6", BEFORE)
    assert (before["standing"], before["late"]) == ("met", late)


def test_within_a_day_of_its_end_it_is_checked_again(homes: Desk) -> None:
    keep(homes)
    rain(homes, STARTS, STOPS)
    falls_due(homes, HOME, "U6", AFTER, "chen.jing", "2026-10-17T06:00:00+08:00")


@pytest.mark.parametrize(
    ("at", "standing"), [("2026-10-16T05:59:59+08:00", "open"), (STOPS, "met"), ("2026-10-17T06:00:00+08:00", "met")]
)
def test_a_check_before_the_end_of_the_rain_is_none_after_it(homes: Desk, at: str, standing: str) -> None:
    keep(homes)
    rain(homes, STARTS, STOPS)
    check(homes, at=at)
    (after,) = owed(homes, HOME, "U6", AFTER)
    assert (after["standing"], after["late"]) == (standing, False)


def test_a_warning_while_it_rains_asks_for_the_check_after_it_only(homes: Desk) -> None:
    keep(homes)
    rain(homes, "2026-10-14T10:00", "2026-10-14T20:00")  # it begins this minute
    assert owed(homes, HOME, "U6", BEFORE) == []
    assert standings(homes, AFTER) == [("2026-10-15T20:00:00+08:00", "open")]
    rain(homes, "2026-10-14T10:02", "2026-10-14T20:00", at="10:01")  # in a minute
    assert standings(homes, BEFORE) == [("2026-10-14T10:02:00+08:00", "open")]


@pytest.mark.parametrize("second", ["2026-10-14T11:00:00+08:00", "2026-10-16T08:00:00+08:00"])
def test_two_rains_are_two_rains(homes: Desk, second: str) -> None:
    """Warned of together or once the first is over: each has its checks."""
    keep(homes)
    rain(homes, STARTS, STOPS)
    rain(homes, "2026-10-18T18:00", "2026-10-19T06:00", at=second)
    assert standings(homes, BEFORE) == [(STARTS, "open"), ("2026-10-18T18:00:00+08:00", "open")]
    assert standings(homes, AFTER) == [("2026-10-17T06:00:00+08:00", "open"), ("2026-10-20T06:00:00+08:00", "open")]
    check(homes, at="2026-10-17T05:00:00+08:00")
    assert [s for _due, s in standings(homes, AFTER)] == ["met", "open"]


def test_a_warning_of_the_same_rain_says_its_end_anew(homes: Desk) -> None:
    keep(homes)
    rain(homes, STARTS, STOPS)
    rain(homes, STARTS, "2026-10-16T12:00", at="2026-10-14T15:00:00+08:00")
    assert standings(homes, BEFORE) == [(STARTS, "void"), (STARTS, "open")]
    assert standings(homes, AFTER) == [("2026-10-17T06:00:00+08:00", "void"), ("2026-10-17T12:00:00+08:00", "open")]
    assert [r for r in overdue(homes, "2026-10-17T12:00:00+08:00") if r[1] == AFTER] == []


def test_nothing_is_owed_of_rain_after_custody(homes: Desk) -> None:
    keep(homes)
    rain(homes, STARTS, STOPS)
    homes.ok("unit", "custody-end", HOME, at="2026-10-15T12:00:00+08:00")
    assert standings(homes, BEFORE) == [(STARTS, "void")]
    assert standings(homes, AFTER) == [("2026-10-17T06:00:00+08:00", "void")]
    assert [r for r in overdue(homes, "2026-12-01T00:00") if r[0] == "U6"] == []


def test_a_warning_concerns_homes_in_custody_only(homes: Desk) -> None:
    """One commit for all of them; without any nothing is recorded."""
    before = homes.snapshot()
    assert "No home is in custody" in rain(homes, STARTS, STOPS)
    assert homes.snapshot() == before
    keep(homes)
    keep(homes, unit="3-2-0501")
    rain(homes, STARTS, STOPS)
    assert homes.git("show", "--format=%s", "--name-only").split("\n")[2:4] == [
        "units/3/3-2-0501.yaml",
        "units/3/3-2-0601.yaml",
    ]


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (STARTS, STARTS, "before it begins"),
        (STOPS, STARTS, "before it begins"),
        ("2026-10-13T08:00", "2026-10-14T09:59", "has passed"),
        ("2026-10-13T08:00", "2026-10-14T10:00", "has passed"),
        ("soon", STOPS, "--from"),
    ],
)
def test_a_warning_that_cannot_be_one_is_refused(homes: Desk, start: str, end: str, words: str) -> None:
    keep(homes)
    assert words in homes.refused("weather", "rain", "--from", start, "--to", end)


# --- what ran through the meters


@pytest.mark.parametrize(
    ("water", "electricity", "found"),
    [
        ("105", "1020", []),
        ("105.00", "1020.00", []),
        ("105.01", "1020", ["water"]),
        ("105", "1020.01", ["electricity"]),
        ("200", "2000", ["water", "electricity"]),
    ],
)
def test_more_than_5_m3_or_20_kwh_is_a_finding(homes: Desk, water: str, electricity: str, found: list[str]) -> None:
    keep(homes)
    check(homes, "--water", water, "--electricity", electricity)
    event = record(homes, HOME)["events"][-1]
    assert event["ok"] is (not found)
    repairs = [record(homes, ticket) for ticket in event.get("tickets", [])]
    assert [(r["kind"], r["category"], r["origin"], r["unit"]) for r in repairs] == [
        ("repair", category, "custody", HOME) for category in found
    ]


def test_a_meter_that_was_not_read_is_no_finding(homes: Desk) -> None:
    keep(homes)
    check(homes, "--water", "105")
    assert record(homes, HOME)["events"][-1]["ok"] is True


def test_the_limits_are_the_policys(homes: Desk) -> None:
    keep(homes)
    replace(homes, "policy.yaml", "custody: {water: 5,", "custody: {water: 8,")
    check(homes, "--water", "108")
    assert record(homes, HOME)["events"][-1]["ok"] is True
    assert "allowed 8 m³" in check(homes, "--water", "108.01")


def test_a_meter_does_not_run_backwards(homes: Desk) -> None:
    """A reading below that at the beginning is a slip, not a saving."""
    keep(homes)
    assert "[U6]" in homes.refused("unit", "check", HOME, "--water", "99.99")
    assert "[U6]" in homes.refused("unit", "custody-end", HOME, "--electricity", "999")
    check(homes, "--water", "100", "--electricity", "1000")
    homes.ok("unit", "custody-end", HOME)
    homes.ok("unit", "meters", HOME, "--water", "3")  # another meter, outside custody


def test_the_readings_at_the_end_are_compared_too(homes: Desk) -> None:
    keep(homes)
    said = homes.ok("unit", "custody-end", HOME, "--water", "105.01", "--electricity", "1020")
    assert ": water used in custody: 5.01 m³, allowed 5 m³" in said
    assert "electricity" not in said
    after = record(homes, HOME)
    assert "custody" not in after
    assert [e["event"] for e in after["events"][-2:]] == ["checked", "custody_ended"]
    falls_due(homes, HOME, "U6", "telling", "zhou.min", "2026-10-15T10:00:00+08:00")
    homes.ok("unit", "told", HOME, "--text", "已告知")


def test_custody_goes_on_or_is_owed_an_end(homes: Desk) -> None:
    """Its last day agreed: by the end of it custody is ended or renewed; a last day that has passed is refused."""
    terms = ("unit", "custody", HOME, "--agreement", "TG-07", "--water", "100", "--electricity", "1000")
    assert "has passed [U6]" in homes.refused(*terms, "--until", "2026-10-13")
    homes.ok(*terms, "--until", "2026-10-20")
    falls_due(homes, HOME, "U6", "custody-end", "zhou.min", "2026-10-20T23:59:59+08:00")
    homes.ok("unit", "custody-renew", HOME, "--until", "2026-12-31")
    assert record(homes, HOME)["custody"]["until"] == "2026-12-31"
    falls_due(homes, HOME, "U6", "custody-end", "zhou.min", "2026-12-31T23:59:59+08:00")


# --- findings


def test_a_finding_becomes_a_repair_and_the_owner_is_told_within_a_day(homes: Desk) -> None:
    keep(homes)
    said = check(homes, "--finding", "leak=阳台渗水", "--finding", "door_window=窗没关")
    event = record(homes, HOME)["events"][-1]
    assert [record(homes, t)["summary"] for t in event["tickets"]] == ["阳台渗水", "窗没关"]
    assert all(t in said for t in event["tickets"])
    assert len(homes.git("show", "--format=", "--name-only").split()) == 3  # with the home, in one commit
    falls_due(homes, HOME, "U6", "telling", "zhou.min", "2026-10-15T10:00:00+08:00")


def test_a_check_in_order_owes_the_owner_nothing(homes: Desk) -> None:
    keep(homes)
    check(homes)
    assert owed(homes, HOME, "U6", "telling") == []
    assert "[U6]" in homes.refused("unit", "told", HOME, "--text", "一切正常")


@pytest.mark.parametrize(
    ("at", "late"),
    [("2026-10-15T09:59:00+08:00", False), ("2026-10-15T10:00:00+08:00", False), ("2026-10-15T10:01:00+08:00", True)],
)
def test_telling_the_owner_meets_it(homes: Desk, at: str, late: bool) -> None:
    keep(homes)
    check(homes, "--finding", "leak=阳台渗水")
    homes.ok("unit", "told", HOME, "--text", "已电话告知", "--who", "王丽", "--how", "phone", at=at)
    (notice,) = owed(homes, HOME, "U6", "telling")
    assert (notice["standing"], notice["late"]) == ("met", late)
    event = record(homes, HOME)["events"][-1]
    assert (event["who"], event["how"]) == ("R-00001", "phone")
    assert "[U6]" in homes.refused("unit", "told", HOME, "--text", "再说一次")


def test_the_next_finding_does_not_put_off_telling_of_the_first(homes: Desk) -> None:
    """The same words on another day: each has its day, and one telling meets both."""
    keep(homes)
    check(homes, "--finding", "leak=阳台渗水")
    check(homes, "--finding", "leak=阳台渗水", at="2026-10-15T09:00:00+08:00")
    assert standings(homes, "telling") == [("2026-10-15T10:00:00+08:00", "open"), ("2026-10-16T09:00:00+08:00", "open")]
    assert ("U6", "telling", "zhou.min") in overdue(homes, "2026-10-15T10:01")
    homes.ok("unit", "told", HOME, "--text", "已告知", at="2026-10-15T11:00:00+08:00")
    assert [(o["standing"], o["late"]) for o in owed(homes, HOME, "U6", "telling")] == [("met", True), ("met", False)]


def test_what_was_found_is_owed_to_the_owner_after_custody_too(homes: Desk) -> None:
    keep(homes)
    check(homes, "--finding", "leak=阳台渗水")
    homes.ok("unit", "custody-end", HOME, at="11:00")
    assert standings(homes, "telling") == [("2026-10-15T10:00:00+08:00", "open")]
    homes.ok("unit", "told", HOME, "--text", "已告知", at="12:00")
    assert standings(homes, "telling") == [("2026-10-15T10:00:00+08:00", "met")]


@pytest.mark.parametrize("finding", ["渗水", "=渗水", "leak=", "leak= ", "drains=渗水"])
def test_a_finding_says_its_category(homes: Desk, finding: str) -> None:
    keep(homes)
    assert "--finding" in homes.refused("unit", "check", HOME, "--finding", finding)


# --- where it shows


def test_lists_and_explain_show_what_is_owed(homes: Desk) -> None:
    keep(homes)
    rain(homes, STARTS, STOPS)
    said = homes.ok("due", "--within", "8d")
    for what in ("outdoor check ", "outdoor check before heavy rain", "outdoor check after heavy rain"):
        assert what in said
    for line in (
        "[U6] outdoor check, owed by 陈静 (manager): open, 7d 13h left",
        "limit       every 7 days, by the end of the day on the clock calendar (it always runs)",
        "[U6] outdoor check before heavy rain, owed by 陈静 (manager): open, 1d 8h left",
        "limit       the beginning of the rain",
        "starts      2026-10-16 06:00",
        "source: the office procedures",
    ):
        assert line in homes.ok("explain", HOME)
    found = {o["owed"]: o for o in json.loads(homes.ok("explain", HOME, "--format", "json"))}
    assert (found[WEEKLY]["every"], found[WEEKLY]["within"]) == (True, "7d")
    assert (found[BEFORE]["agreed"], found[BEFORE]["due"]) == ("rain_from", STARTS)
    assert [s["start"] for s in found[AFTER]["spans"]] == [STOPS]
    homes.now = "2026-10-22T00:00:00+08:00"
    said = homes.ok("overdue")
    assert [line.split()[0] for line in said.splitlines()[2:]].count(HOME) == 3
    assert {r["owed"] for r in rows(homes, "overdue")} == {WEEKLY, BEFORE, AFTER}


def test_the_estate_may_ask_for_more(homes: Desk) -> None:
    """A row of its own with working days: what recurs ends with the working day."""
    append(
        homes,
        "policy.yaml",
        "  - {rule: X1, record: unit, owed: 巡视, by: desk, from: custody_began, every: 2wd, clock: working,"
        " until: checked, ends: custody_ended}\n",
    )
    keep(homes)
    assert [o["due"] for o in owed(homes, HOME, "X1", "巡视")] == ["2026-10-16T18:00:00+08:00"]
    check(homes, at="2026-10-16T17:00:00+08:00")
    assert [o["due"] for o in owed(homes, HOME, "X1", "巡视")][1:] == ["2026-10-20T18:00:00+08:00"]
