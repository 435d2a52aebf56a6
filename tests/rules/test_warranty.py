"""Free or paid [P2]: the warranty of each part, from the handover or completion [P6], and deciding otherwise."""

import json

import pytest

from tests.conftest import Desk
from tests.rules.asking import MENDED, record, refuses, replace, walk

pytestmark = pytest.mark.rule("P2", "P6")

HOME = "5-1-0301"
ADD = (
    "ticket",
    "add",
    "--kind",
    "repair",
    "--category",
    "water",
    "--unit",
    HOME,
    "--summary",
    "漏水",
    "--name",
    "王丽",
)
TWO_YEARS = "fit_out], from: [handed_over, completed], within: 2 years"


def home(desk: Desk, **days: str) -> None:
    """A home with these dates: handed_over, completed."""
    options = [part for name, day in days.items() for part in (f"--{name.replace('_', '-')}", day)]
    desk.ok("unit", "add", HOME, "--no-gas", "--state", "owner_occupied", "--owner", "王丽,13800138000", *options)


def taken_in(desk: Desk, *options: str, at: str | None = None) -> str:
    """A repair at that home; its id."""
    return desk.add("--unit", HOME, *options, at=at)


def says(desk: Desk, ticket: str) -> tuple[str | None, str | None]:
    """Free or paid, and until when it is covered."""
    found = record(desk, ticket)
    return found.get("payment"), found.get("covered_until")


# --- until when


@pytest.mark.parametrize(
    ("part", "last"),
    [
        *((part, "2030-03-10") for part in ("roof", "wet_room", "outer_wall")),
        *((part, "2027-03-10") for part in ("electrics", "pipes", "equipment", "fit_out")),
        ("heating", "2027-03-15"),
        ("structure", "2075-03-10"),
    ],
)
def test_the_last_day_is_covered_and_the_next_is_not(desk: Desk, part: str, last: str) -> None:
    """From the handover on 2025-03-10: 5 years, 2 years, 2 heating seasons, 50 years."""
    home(desk, handed_over="2025-03-10")
    free = taken_in(desk, "--part", part, at=f"{last}T23:59:00+08:00")
    assert says(desk, free) == ("free", last)
    day = int(last[-2:]) + 1
    paid = taken_in(desk, "--part", part, at=f"{last[:-2]}{day}T00:00:00+08:00")
    assert says(desk, paid) == ("paid", last)


@pytest.mark.parametrize(
    ("handed_over", "last"),
    [
        ("2025-11-14", "2027-03-15"),  # before the season: it counts
        ("2025-11-15", "2027-03-15"),  # on its first day
        ("2025-11-16", "2028-03-15"),  # it had begun: the next two count
        ("2026-01-31", "2028-03-15"),
        ("2026-03-15", "2028-03-15"),  # on its last day
        ("2026-03-16", "2028-03-15"),
    ],
)
def test_heating_is_covered_for_whole_seasons(desk: Desk, handed_over: str, last: str) -> None:
    home(desk, handed_over=handed_over)
    assert says(desk, taken_in(desk, "--part", "heating")) == ("free", last)


@pytest.mark.parametrize(("handed_over", "last"), [("2024-05-01", "2025-09-30"), ("2024-05-02", "2026-09-30")])
def test_a_season_within_one_year(desk: Desk, handed_over: str, last: str) -> None:
    """Cooling, say: an estate sets its own season."""
    replace(desk, "policy.yaml", "{from: 11-15, until: 03-15}", "{from: 05-01, until: 09-30}")
    home(desk, handed_over=handed_over)
    assert says(desk, taken_in(desk, "--part", "heating"))[1] == last


def test_a_day_that_a_year_does_not_have_ends_on_the_month_s_last(desk: Desk) -> None:
    home(desk, handed_over="2024-02-29")
    assert says(desk, taken_in(desk, "--part", "pipes"))[1] == "2026-02-28"
    assert says(desk, taken_in(desk, "--part", "roof"))[1] == "2029-02-28"


@pytest.mark.parametrize(
    ("days", "pipes", "structure"),
    [
        ({"handed_over": "2025-06-01", "completed": "2024-09-01"}, "2027-06-01", "2074-09-01"),
        ({"completed": "2024-09-01"}, "2026-09-01", "2074-09-01"),
        ({"handed_over": "2025-06-01"}, "2027-06-01", "2075-06-01"),
    ],
    ids=["both", "completion only", "handover only"],
)
def test_from_the_handover_else_from_completion(desk: Desk, days: dict[str, str], pipes: str, structure: str) -> None:
    """The structure the other way round: a building ages from when it was built."""
    home(desk, **days)
    assert says(desk, taken_in(desk, "--part", "pipes"))[1] == pipes
    assert says(desk, taken_in(desk, "--part", "structure"))[1] == structure


def test_it_goes_by_the_day_in_the_estate(desk: Desk) -> None:
    """Midnight there, not in Greenwich."""
    home(desk, handed_over="2024-10-14")
    assert says(desk, taken_in(desk, at="2026-10-14T15:59:00+00:00"))[0] == "free"
    assert says(desk, taken_in(desk, at="2026-10-14T16:00:00+00:00"))[0] == "paid"


# --- what is not known is not decided


def test_without_a_date_it_is_not_decided_and_that_is_said(desk: Desk) -> None:
    home(desk)
    said = desk.ok(*ADD)
    assert f"P6 {HOME} has no date the warranty counts from: free or paid is not decided" in said
    ticket = said.split()[0]
    assert says(desk, ticket) == (None, None)
    assert "[P2] free or paid is not decided" in desk.ok("explain", ticket)
    desk.ok("ticket", "payment", ticket, "paid", "--reason", "交付已久")
    assert says(desk, ticket) == ("paid", None)


def test_a_part_that_the_policy_leaves_out_is_not_decided(desk: Desk) -> None:
    home(desk, handed_over="2025-06-01")
    replace(
        desk, "policy.yaml", "part: [electrics, pipes, equipment, fit_out]", "part: [electrics, equipment, fit_out]"
    )
    said = desk.ok(*ADD)
    assert "P6 policy.yaml has no warranty for pipes: free or paid is not decided" in said


def test_public_areas_are_not_decided(homes: Desk) -> None:
    for options in ((), ("--part", "pipes")):
        assert says(homes, homes.add("--unit", "public", *options)) == (None, None)
    decided = homes.add("--unit", "public", "--payment", "paid")
    assert says(homes, decided) == ("paid", None)


def test_complaints_and_questions_are_neither_free_nor_paid(desk: Desk) -> None:
    home(desk, handed_over="2025-06-01")
    ticket = taken_in(desk, "--kind", "inquiry")
    assert says(desk, ticket) == (None, None)
    assert "[P2]" not in desk.ok("explain", ticket)


# --- the part


@pytest.mark.parametrize(
    ("category", "part"),
    [
        ("water", "pipes"),
        ("gas", "pipes"),
        ("electricity", "electrics"),
        ("door_window", "fit_out"),
        ("leak", "wet_room"),
        ("elevator", None),
        ("other", None),
    ],
)
def test_the_category_says_the_part_where_nobody_does(desk: Desk, category: str, part: str | None) -> None:
    home(desk, handed_over="2025-06-01")
    ticket = taken_in(desk, "--category", category)
    assert record(desk, ticket).get("part") == part
    assert (says(desk, ticket)[0] is None) == (part is None)


def test_whoever_takes_it_in_knows_better(desk: Desk) -> None:
    home(desk, handed_over="2023-06-01")
    assert says(desk, taken_in(desk, "--category", "leak"))[0] == "free"  # wet room, 5 years
    assert says(desk, taken_in(desk, "--category", "leak", "--part", "pipes"))[0] == "paid"
    replace(desk, "policy.yaml", "leak: wet_room", "leak: pipes")
    assert says(desk, taken_in(desk, "--category", "leak"))[0] == "paid"


def test_an_unknown_part_is_refused(desk: Desk) -> None:
    home(desk, handed_over="2025-06-01")
    said = desk.refused(*ADD, "--part", "rof")
    assert "--part: 'rof' is not known" in said


# --- deciding otherwise


def test_to_decide_otherwise_needs_a_reason_and_is_recorded_with_who(desk: Desk) -> None:
    home(desk, handed_over="2023-06-01")
    said = desk.refused(*ADD, "--payment", "free")
    assert "the warranty says paid [P6]: pipes: 2 years from the handover on 2023-06-01, ended 2025-06-01" in said
    assert "--payment-reason" in said
    assert "--payment" in desk.refused(*ADD, "--payment-reason", "经理同意")
    said = desk.ok(*ADD, "--payment", "free", "--payment-reason", "经理同意", "--by", "lin.yue")
    assert "P2 free, decided otherwise: 经理同意" in said
    ticket = said.split()[0]
    assert says(desk, ticket) == ("free", "2025-06-01")
    first, second = record(desk, ticket)["events"]
    assert (first["event"], first["payment"]) == ("accepted", "paid")
    assert (second["event"], second["payment"], second["reason"], second["by"]) == (
        "payment_decided",
        "free",
        "经理同意",
        "lin.yue",
    )
    said = desk.ok("explain", ticket)
    for line in (
        "[P6] pipes: 2 years from the handover on 2023-06-01, ended 2025-06-01: the owner pays",
        "[P2] paid, decided at intake 2026-10-14 10:00, 林月 (lin.yue)",
        "[P2] free, decided otherwise 2026-10-14 10:00, 林月 (lin.yue): 经理同意",
    ):
        assert line in said
    assert desk.run("validate").code == 0


@pytest.mark.parametrize(("handed_over", "payment"), [("2025-06-01", "free"), ("2023-06-01", "paid")])
def test_to_say_what_the_warranty_says_needs_none(desk: Desk, handed_over: str, payment: str) -> None:
    home(desk, handed_over=handed_over)
    ticket = taken_in(desk, "--payment", payment)
    assert says(desk, ticket)[0] == payment
    assert len(record(desk, ticket)["events"]) == 1


def test_a_free_repair_cannot_be_charged_until_it_is_decided_otherwise(desk: Desk) -> None:
    home(desk, handed_over="2025-06-01")
    ticket = taken_in(desk)
    walk(desk, ticket, *MENDED[:-1])
    charge = "charge --item 角阀 --material 35 --consent-of 王丽"
    refuses(desk, ticket, charge, "P2")
    assert "--reason" in desk.refused("ticket", "payment", ticket, "paid")
    desk.ok("ticket", "payment", ticket, "paid", "--reason", "人为损坏", at="10:30")
    walk(desk, ticket, charge)
    said = desk.ok("explain", ticket)
    assert "[P6] pipes: 2 years from the handover on 2025-06-01, covered until 2027-06-01: free" in said
    assert "[P2] paid, decided otherwise 2026-10-14 10:30, 周敏 (zhou.min): 人为损坏" in said
    assert says(desk, ticket) == ("paid", "2027-06-01")
    assert desk.run("validate").code == 0


def test_a_paid_one_can(desk: Desk) -> None:
    home(desk, handed_over="2023-06-01")
    ticket = taken_in(desk)
    walk(desk, ticket, *MENDED[:-1], "charge --item 角阀 --material 35 --consent-of 王丽")


def test_what_was_decided_stays_when_policy_and_dates_change(desk: Desk) -> None:
    """And `explain` does not tell a story that no longer fits."""
    home(desk, handed_over="2025-06-01")
    ticket = taken_in(desk)
    replace(desk, "policy.yaml", TWO_YEARS, TWO_YEARS.replace("2 years", "1 year"))
    assert says(desk, ticket) == ("free", "2027-06-01")
    said = desk.ok("explain", ticket)
    assert "[P6] covered until 2027-06-01, as the policy and the unit's dates were then" in said
    assert "the owner pays" not in said
    assert says(desk, taken_in(desk)) == ("paid", "2026-06-01")


def test_explain_as_json_and_the_home_s_file_show_it(desk: Desk) -> None:
    home(desk, handed_over="2025-06-01")
    shown = desk.ok("unit", "show", HOME)
    assert "electrics, pipes, equipment, fit-out → 2027-06-01" in shown
    assert "heating and cooling → 2027-03-15" in shown
    assert isinstance(json.loads(desk.ok("explain", taken_in(desk), "--format", "json")), list)


@pytest.mark.parametrize("within", ["2 years", "24 months"])
def test_years_are_twelve_months(desk: Desk, within: str) -> None:
    replace(desk, "policy.yaml", TWO_YEARS, TWO_YEARS.replace("2 years", within))
    home(desk, handed_over="2025-06-01")
    assert says(desk, taken_in(desk))[1] == "2027-06-01"


def test_a_warranty_in_days(desk: Desk) -> None:
    replace(desk, "policy.yaml", TWO_YEARS, TWO_YEARS.replace("2 years", "10d"))
    home(desk, handed_over="2026-10-04")
    assert says(desk, taken_in(desk)) == ("free", "2026-10-14")
    assert says(desk, taken_in(desk, at="2026-10-15T00:00:00+08:00"))[0] == "paid"


@pytest.mark.rule("P2")
def test_a_reason_for_what_is_not_decided_is_not_dropped(homes: Desk) -> None:
    """The warranty says the same: a reason would stand nowhere, so that it is refused and not lost."""
    given = ("--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--summary", "漏水", "--name", "王丽")
    said = homes.refused("ticket", "add", *given, "--payment", "free", "--payment-reason", "经理同意")
    assert "the warranty says free too [P6]" in said
