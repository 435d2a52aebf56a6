"""A free gas-safety check at every home every two months, by appointment a day ahead, signed [U8]."""

import pytest

from tests.conftest import Desk
from tests.rules.asking import falls_due, overdue, owed, record, replace, rows

pytestmark = pytest.mark.rule("U8")

HOME = "3-2-0601"  # on record since 2026-10-01 10:00


def unit(desk: Desk, verb: str, *options: str, at: str | None = None, home: str = HOME) -> str:
    return desk.ok("unit", verb, home, *options, at=at)


def checks(desk: Desk, home: str = HOME) -> list[tuple[str, str]]:
    """Every gas check that was owed: by which day, standing."""
    return [(o["due"][:10], o["standing"]) for o in owed(desk, home, "U8", "gas-check")]


def visit(desk: Desk, day: str, *options: str) -> str:
    """An appointment for the next day, and the check on it."""
    unit(desk, "gas-appoint", "--appointment", f"{day} 14:00", at="2026-10-14T10:00:00+08:00")
    return unit(desk, "gas-check", "--who", "王丽", *options, at=f"{day}T14:00:00+08:00")


# --- every two months


def test_it_is_due_two_months_after_the_home_came_on_record(homes: Desk) -> None:
    falls_due(homes, HOME, "U8", "gas-check", "wang.gang", "2026-12-01T23:59:59+08:00")


def test_each_check_begins_the_next_two_months(homes: Desk) -> None:
    visit(homes, "2026-10-20")
    assert checks(homes) == [("2026-12-01", "met"), ("2026-12-20", "open")]
    falls_due(homes, HOME, "U8", "gas-check", "wang.gang", "2026-12-20T23:59:59+08:00")


@pytest.mark.parametrize(
    ("on", "due"),
    [
        ("2026-12-31", "2027-02-28"),
        ("2026-12-30", "2027-02-28"),
        ("2026-12-29", "2027-02-28"),
        ("2026-12-28", "2027-02-28"),
        ("2026-12-27", "2027-02-27"),
        ("2027-12-31", "2028-02-29"),
        ("2027-02-28", "2027-04-28"),  # the month's last day then is not the month's last day again
        ("2027-06-30", "2027-08-30"),
        ("2027-07-31", "2027-09-30"),
        ("2026-11-15", "2027-01-15"),
    ],
)
def test_a_month_without_such_a_day_ends_it_on_its_last(homes: Desk, on: str, due: str) -> None:
    visit(homes, on)
    assert checks(homes)[-1] == (due, "open")


def test_the_interval_is_the_policys(homes: Desk) -> None:
    replace(homes, "policy.yaml", "every: 2 months", "every: 6 months")
    assert checks(homes) == [("2027-04-01", "open")]


def test_a_home_without_gas_owes_none_and_has_none(homes: Desk) -> None:
    for home in ("3-2-0501", "3-2-0502"):
        assert checks(homes, home) == []
    homes.ok("unit", "add", "5-1-0101", "--no-gas")
    assert checks(homes, "5-1-0101") == []
    assert "no gas" in homes.refused("unit", "gas-appoint", "5-1-0101", "--appointment", "2026-10-15 14:00")


def test_an_unsold_home_owes_none_until_it_is_sold(homes: Desk) -> None:
    """The two months begin with the first owner, not when the home was built."""
    home = "1-1-0101"
    assert checks(homes, home) == []
    assert {r["id"] for r in rows(homes, "overdue", "2027-10-01T10:00") if r["rule"] == "U8"} == {HOME}
    assert "[U8]" in homes.refused("unit", "gas-appoint", home, "--appointment", "2026-10-15 14:00")
    unit(
        homes,
        "transfer",
        "--to",
        "孙梅,13800138009",
        "--manner",
        "first_sale",
        at="2027-03-10T10:00:00+08:00",
        home=home,
    )
    assert checks(homes, home) == [("2027-05-10", "open")]


def test_an_unsold_home_that_is_put_to_use_owes_one(homes: Desk) -> None:
    unit(homes, "state", "owner_occupied", home="1-1-0101")
    assert checks(homes, "1-1-0101") == [("2026-12-14", "open")]


@pytest.mark.parametrize(
    "change",
    [
        ("transfer", "--to", "孙梅,13800138009", "--manner", "sale"),
        ("let", "--to", "孙梅,13800138009"),
        ("state", "renovating"),
        ("custody", "--agreement", "TG-07", "--water", "1", "--electricity", "1"),
    ],
    ids=lambda options: options[0],
)
def test_whoever_lives_there_it_goes_on_as_before(homes: Desk, change: tuple[str, ...]) -> None:
    """What was late does not become new with a new owner or tenant."""
    verb, *options = change
    unit(homes, verb, *options, at="2026-12-05T10:00:00+08:00")
    assert checks(homes) == [("2026-12-01", "open")]
    assert ("U8", "gas-check", "wang.gang") in overdue(homes, "2026-12-05T10:00")


# --- the appointment


@pytest.mark.parametrize("now", ["00:00", "10:00", "23:59"])
def test_an_appointment_is_for_tomorrow_or_later(homes: Desk, now: str) -> None:
    """A minute before midnight is still the day before; the same day is refused to its last minute."""
    homes.now = f"2026-10-14T{now}:30+08:00"
    for at in ("2026-10-14 23:59:59", "2026-10-14 09:00", "2026-10-13 09:00"):
        said = homes.refused("unit", "gas-appoint", HOME, "--appointment", at)
        assert "at least a day ahead [U8]" in said
    unit(homes, "gas-appoint", "--appointment", "2026-10-15 00:00", "--who", "王丽", "--how", "phone")
    event = record(homes, HOME)["events"][-1]
    assert (event["who"], event["how"]) == ("R-00001", "phone")


def test_an_appointment_has_a_time_of_day(homes: Desk) -> None:
    assert "time of day" in homes.refused("unit", "gas-appoint", HOME, "--appointment", "tomorrow")


def test_without_an_appointment_there_is_no_check(homes: Desk) -> None:
    assert "[U8]" in homes.refused("unit", "gas-check", HOME, "--who", "王丽")
    assert "[U8]" in homes.refused("unit", "gas-missed", HOME, "--reason", "没人")
    unit(homes, "gas-appoint", "--appointment", "2026-10-15 14:00")
    for step in (("gas-check", HOME, "--who", "王丽"), ("gas-missed", HOME, "--reason", "没人")):
        assert "[U8]" in homes.refused("unit", *step, at="2026-10-14T23:59:00+08:00")  # not before its day
    unit(homes, "gas-check", "--who", "王丽", at="2026-10-15T00:00:00+08:00")
    said = homes.refused("unit", "gas-check", HOME, "--who", "王丽", at="2026-10-15T15:00:00+08:00")
    assert "gas-appoint" in said  # the next check has its own


def test_an_appointment_can_be_moved(homes: Desk) -> None:
    unit(homes, "gas-appoint", "--appointment", "2026-10-15 14:00")
    unit(homes, "gas-appoint", "--appointment", "2026-10-17 09:00")
    assert "[U8]" in homes.refused("unit", "gas-check", HOME, "--who", "王丽", at="2026-10-15T14:00:00+08:00")
    unit(homes, "gas-check", "--who", "王丽", at="2026-10-17T09:10:00+08:00")


def test_a_visit_that_was_missed_needs_a_new_appointment(homes: Desk) -> None:
    """It meets nothing: the check stays due when it was."""
    unit(homes, "gas-appoint", "--appointment", "2026-10-15 14:00")
    unit(homes, "gas-missed", "--reason", "无人应门", at="2026-10-15T14:10:00+08:00")
    assert checks(homes) == [("2026-12-01", "open")]
    said = homes.refused("unit", "gas-check", HOME, "--who", "王丽", at="2026-10-16T10:00:00+08:00")
    assert "[U8] (record gas-appoint first, a day ahead)" in said
    unit(homes, "gas-appoint", "--appointment", "2026-10-17 09:00")
    unit(homes, "gas-check", "--who", "王丽", at="2026-10-17T09:00:00+08:00")
    assert checks(homes) == [("2026-12-01", "met"), ("2026-12-17", "open")]


# --- the check


def test_it_is_signed(homes: Desk) -> None:
    unit(homes, "gas-appoint", "--appointment", "2026-10-15 14:00")
    said = homes.refused("unit", "gas-check", HOME, at="2026-10-15T14:00:00+08:00")
    assert "--who" in said
    unit(homes, "gas-check", "--who", "邻居老周")
    assert record(homes, HOME)["events"][-1]["who"] == "邻居老周"


def test_what_is_found_becomes_a_gas_repair_and_the_owner_is_told(homes: Desk) -> None:
    said = visit(homes, "2026-10-15", "--finding", "软管老化", "--finding", "阀门漏气")
    event = record(homes, HOME)["events"][-1]
    assert event["ok"] is False
    assert [(t["category"], t["origin"], t["summary"]) for t in (record(homes, i) for i in event["tickets"])] == [
        ("gas", "gas_check", "软管老化"),
        ("gas", "gas_check", "阀门漏气"),
    ]
    assert all(ticket in said for ticket in event["tickets"])
    falls_due(homes, HOME, "U6", "telling", "zhou.min", "2026-10-16T14:00:00+08:00")
    unit(homes, "told", "--text", "已告知更换软管", at="2026-10-16T14:00:00+08:00")
    assert [(o["standing"], o["late"]) for o in owed(homes, HOME, "U6", "telling")] == [("met", False)]
    assert homes.run("validate").code == 0


def test_explain_shows_how_it_is_counted(homes: Desk) -> None:
    said = homes.ok("explain", HOME)
    assert "[U8] gas check, owed by 王刚 (supervisor): open, 48d 13h left" in said
    assert "every 2 months, by the end of the day" in said


def test_the_visit_agreed_is_owed_at_its_time(homes: Desk) -> None:
    """The appointment stands in `due` and `overdue` until somebody was there, let in or not."""
    homes.ok("unit", "gas-appoint", HOME, "--appointment", "2026-10-15T14:00", at="10:00")
    falls_due(homes, HOME, "U8", "visit", "wang.gang", "2026-10-15T14:00:00+08:00")
    homes.ok("unit", "gas-missed", HOME, "--reason", "无人在家", at="2026-10-15T14:10:00+08:00")
    assert [o["standing"] for o in owed(homes, HOME, "U8", "visit")] == ["met"]
