"""Empty homes are checked on a schedule; their keys are numbered, stored, lent and returned [U7]."""

import pytest

from tests.conftest import Desk
from tests.rules.asking import falls_due, overdue, owed, record, replace, rows

pytestmark = pytest.mark.rule("U7")

HOME = "3-2-0601"  # vacant since 2026-10-01 10:00


def checks(desk: Desk) -> list[tuple[str, str]]:
    """Every check of the empty home that was owed: by which day, standing."""
    return [(o["due"][:10], o["standing"]) for o in owed(desk, HOME, "U7", "unit-check")]


def unit(desk: Desk, verb: str, *options: str, at: str | None = None) -> str:
    return desk.ok("unit", verb, HOME, *options, at=at)


def keys(desk: Desk) -> list[dict[str, str]]:
    found: list[dict[str, str]] = record(desk, HOME).get("keys", [])
    return found


def hang(desk: Desk, *numbers: str) -> None:
    for number in numbers:
        unit(desk, "key-in", number, "--place", "钥匙柜2")


# --- the schedule


def test_an_empty_home_is_checked_every_two_weeks(homes: Desk) -> None:
    falls_due(homes, HOME, "U7", "unit-check", "chen.jing", "2026-10-15T23:59:59+08:00")
    unit(homes, "check", at="2026-10-15T23:59:59+08:00")
    falls_due(homes, HOME, "U7", "unit-check", "chen.jing", "2026-10-29T23:59:59+08:00")


@pytest.mark.parametrize(
    "leaving",
    [
        ("let", "--to", "孙梅,13800138009"),
        ("state", "owner_occupied"),
        ("state", "renovating"),
        ("custody", "--agreement", "TG-07", "--water", "1", "--electricity", "1"),
        ("transfer", "--to", "孙梅,13800138009", "--manner", "sale", "--then", "owner_occupied"),
    ],
    ids=lambda options: " ".join(options[:2]),
)
def test_only_while_it_is_vacant(homes: Desk, leaving: tuple[str, ...]) -> None:
    verb, *options = leaving
    unit(homes, verb, *options)
    assert checks(homes) == []
    assert [r for r in overdue(homes, "2027-10-01T10:00") if r[0] == "U7"] == []


def test_the_others_owe_none(homes: Desk) -> None:
    """Owner-occupied, let and unsold homes."""
    assert {r["id"] for r in rows(homes, "overdue", "2027-10-01T10:00") if r["owed"] == "unit-check"} == {HOME}


def test_after_a_letting_it_begins_again(homes: Desk) -> None:
    """Nothing is said to have been late while somebody lived there."""
    unit(homes, "check", at="2026-10-14T11:00:00+08:00")
    unit(homes, "let", "--to", "孙梅,13800138009", at="2026-10-20T10:00:00+08:00")
    unit(homes, "check", at="2027-01-05T10:00:00+08:00")
    unit(homes, "let-end", at="2027-03-01T10:00:00+08:00")
    assert checks(homes) == [("2026-10-15", "met"), ("2026-10-28", "void"), ("2027-03-15", "open")]
    assert not any(o["late"] for o in owed(homes, HOME, "U7", "unit-check"))
    falls_due(homes, HOME, "U7", "unit-check", "chen.jing", "2027-03-15T23:59:59+08:00")


def test_a_change_of_owner_or_to_the_same_state_does_not_put_a_check_off(homes: Desk) -> None:
    homes.now = "2026-10-20T10:00:00+08:00"
    unit(homes, "state", "vacant")
    unit(homes, "transfer", "--to", "孙梅,13800138009", "--manner", "sale")
    assert checks(homes) == [("2026-10-15", "open")]
    assert ("U7", "unit-check", "chen.jing") in overdue(homes, "2026-10-20T10:00")


def test_a_home_that_is_registered_vacant_has_one(homes: Desk) -> None:
    homes.ok("unit", "add", "5-1-0101")
    homes.ok("unit", "add", "5-1-0102", "--state", "owner_occupied", "--no-gas")
    assert [o["due"][:10] for o in owed(homes, "5-1-0101", "U7", "unit-check")] == ["2026-10-28"]
    assert owed(homes, "5-1-0102", "U7", "unit-check") == []


def test_the_schedule_is_the_policys(homes: Desk) -> None:
    replace(homes, "policy.yaml", "every: 14d", "every: 1 month")
    assert checks(homes) == [("2026-11-01", "open")]


def test_what_is_found_there_becomes_a_repair(homes: Desk) -> None:
    unit(homes, "check", "--finding", "leak=阳台渗水")
    (ticket,) = record(homes, HOME)["events"][-1]["tickets"]
    assert record(homes, ticket)["origin"] == "unit_check"
    assert [o["standing"] for o in owed(homes, HOME, "U6", "telling")] == ["open"]


# --- keys


def test_a_key_is_numbered_stored_lent_returned_and_given_back(homes: Desk) -> None:
    hang(homes, "K-12")
    assert keys(homes) == [{"key": "K-12", "place": "钥匙柜2"}]
    unit(homes, "key-lend", "K-12", "--who", "张伟", "--until", "17:00", "--reason", "看房")
    assert keys(homes)[0]["holder"] == "张伟"
    assert "key K-12: lent to 张伟 until 2026-10-14 17:00" in unit(homes, "show")
    unit(homes, "key-back", "K-12", at="16:00")
    assert keys(homes) == [{"key": "K-12", "place": "钥匙柜2"}]
    unit(homes, "key-out", "K-12", "--who", "王丽", at="16:30")
    assert keys(homes) == []
    log = [(e["event"], e.get("who")) for e in record(homes, HOME)["events"][1:]]
    assert log == [("key_received", None), ("key_lent", "张伟"), ("key_returned", None), ("key_given", "R-00001")]
    assert homes.run("validate").code == 0


@pytest.mark.parametrize(
    ("back", "overdue_at"),
    [("17:00", "2026-10-14T17:00:00+08:00"), ("2026-10-15", "2026-10-15T23:59:59+08:00")],
)
def test_a_lent_key_is_owed_to_the_minute(homes: Desk, back: str, overdue_at: str) -> None:
    """A day means its end."""
    hang(homes, "K-12")
    unit(homes, "key-lend", "K-12", "--who", "张伟", "--until", back)
    falls_due(homes, HOME, "U7", "key-return", "zhou.min", overdue_at)


@pytest.mark.parametrize(("at", "late"), [("17:00", False), ("17:01", True)])
def test_a_return_is_late_to_the_minute(homes: Desk, at: str, late: bool) -> None:
    hang(homes, "K-12")
    unit(homes, "key-lend", "K-12", "--who", "张伟", "--until", "17:00")
    unit(homes, "key-back", "K-12", at=at)
    (owing,) = owed(homes, HOME, "U7", "key-return")
    assert (owing["standing"], owing["late"]) == ("met", late)
    if late:
        assert "return of the key K-12, owed by 周敏 (desk): met 1m late" in homes.ok("explain", HOME)


@pytest.mark.parametrize("first", ["K-12", "K-13"])
def test_two_keys_lent_at_once_are_owed_each_by_its_own_time(homes: Desk, first: str) -> None:
    """Whichever comes back first, the other is owed as before."""
    hang(homes, "K-12", "K-13")
    unit(homes, "key-lend", "K-12", "--who", "张伟", "--until", "12:00")
    unit(homes, "key-lend", "K-13", "--who", "李强", "--until", "15:00", at="10:05")
    due = {"K-12": "2026-10-14T12:00:00+08:00", "K-13": "2026-10-14T15:00:00+08:00"}
    assert {o["of"]: o["due"] for o in owed(homes, HOME, "U7", "key-return")} == due
    said = homes.ok("due", "--within", "9h")
    assert "return of the key K-12" in said
    assert "return of the key K-13" in said
    unit(homes, "key-back", first, at="11:00")
    other = ({*due} - {first}).pop()
    assert {o["of"]: (o["due"], o["standing"]) for o in owed(homes, HOME, "U7", "key-return")} == {
        first: (due[first], "met"),
        other: (due[other], "open"),
    }


def test_a_key_lent_again_is_owed_anew(homes: Desk) -> None:
    """The other, still out, is not touched by it."""
    hang(homes, "K-12", "K-13")
    unit(homes, "key-lend", "K-13", "--who", "李强", "--until", "10:30")
    for until, back in (("12:00", "11:00"), ("15:00", "14:00")):
        unit(homes, "key-lend", "K-12", "--who", "张伟", "--until", until)
        unit(homes, "key-back", "K-12", at=back)
    found = [(o["of"], o["due"][11:16], o["standing"], o["late"]) for o in owed(homes, HOME, "U7", "key-return")]
    assert found == [
        ("K-13", "10:30", "open", True),
        ("K-12", "12:00", "met", False),
        ("K-12", "15:00", "met", False),
    ]


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ((), ("key-lend", "K-12", "--who", "张伟", "--until", "17:00")),  # not here
        ((), ("key-back", "K-12")),
        ((), ("key-out", "K-12", "--who", "王丽")),
        (("key-in",), ("key-in", "K-12", "--place", "抽屉")),  # twice
        (("key-in",), ("key-back", "K-12")),  # not lent
        (("key-in",), ("key-lend", "K-12", "--who", "张伟", "--until", "10:00")),  # back before it goes
        (("key-in", "key-lend"), ("key-lend", "K-12", "--who", "李强", "--until", "18:00")),  # lent already
        (("key-in", "key-lend"), ("key-out", "K-12", "--who", "王丽")),
        (("key-in", "key-lend"), ("key-in", "K-12", "--place", "抽屉")),
        (("key-in", "key-out"), ("key-lend", "K-12", "--who", "张伟", "--until", "17:00")),  # gone
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_what_cannot_be_done_with_a_key_is_refused(
    homes: Desk, steps: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    options = {
        "key-in": ("--place", "钥匙柜2"),
        "key-lend": ("--who", "张伟", "--until", "17:00"),
        "key-out": ("--who", "王丽"),
    }
    for step in steps:
        unit(homes, step, "K-12", *options[step])
    verb, *rest = refused
    said = homes.refused("unit", verb, HOME, *rest)
    assert "[U7]" in said
    assert "propcli: 3-2-0601: refused" in said
