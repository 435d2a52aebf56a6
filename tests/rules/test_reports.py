"""What the supervisor and the manager read: counts, what is overdue, what recurs and why [M7]."""

import csv
import io
import json

import pytest

from .asking import MENDED, SENT, add, add_all, replace, walk

REPLY = "reply --text 已答复"
NOISE = "--kind complaint --category noise --severity minor"


def monthly(desk, at: str | None = None):
    """The tables of October's report."""
    said = desk.ok("report", "monthly", "--month", "2026-10", "--format", "json", at=at)
    return json.loads(said)["tables"]


def counts(table) -> dict[str, tuple[int, int, str, int, int]]:
    """By group: came in, done, in time, closed, overdue."""
    return {
        row["group"]: (
            row["received"],
            row["done"],
            f"{row['timely']['count']}/{row['timely']['of']}",
            row["closed"],
            row["overdue"],
        )
        for row in table
    }


def leak(unit: str, category: str = "leak") -> str:
    return f"kind: repair\ncategory: {category}\nunit: {unit}\nsummary: 渗水\ncaller: {{name: 王丽}}"


def recurring(desk) -> list[tuple[str, str, int]]:
    """What recurs: where, which category, how often."""
    return [(r["place"], r["category"], r["count"]) for r in monthly(desk)["recurring"]]


@pytest.fixture
def autumn(desk):
    """October: a water repair whose person never confirmed, a lift nobody was sent to, an inquiry answered and closed,
    on the last evening an inquiry and a complaint; and from September an inquiry answered late and never closed."""
    september = add(desk, "--kind inquiry --category fees --unit 1-1-0101", at="2026-09-28T10:00")
    walk(desk, september, f"2026-10-09T10:00 {REPLY}")
    water = add(desk, at="2026-10-12T10:00")
    walk(desk, water, "dispatch --to zhang.wei")
    add(desk, "--category elevator --unit public --building 7 --channel patrol")
    answered = add(desk, "--kind inquiry --category fees --unit 3-1-0201 --channel wechat")
    walk(desk, answered, f"2026-10-12T11:00 {REPLY}", "close")
    add(desk, "--kind inquiry --category fees --unit 12-1-0101", at="2026-10-31T23:00")
    add(desk, f"{NOISE} --unit public", at="2026-10-31T23:30")
    return desk


@pytest.mark.rule("M7")
def test_counts_by_kind(autumn):
    """Came in, done, in time, of these closed, overdue at the month's end, of each kind."""
    assert counts(monthly(autumn, "2026-11-20T10:00")["by_kind"]) == {
        "inquiry": (2, 2, "1/2", 1, 1),
        "repair": (2, 0, "0/0", 0, 2),
        "complaint": (1, 0, "0/0", 0, 0),
    }


@pytest.mark.rule("M7")
def test_counts_by_category(autumn):
    """The same by category."""
    assert counts(monthly(autumn, "2026-11-20T10:00")["by_category"]) == {
        "fees": (2, 2, "1/2", 1, 1),
        "elevator": (1, 0, "0/0", 0, 1),
        "noise": (1, 0, "0/0", 0, 0),
        "water": (1, 0, "0/0", 0, 1),
    }


@pytest.mark.rule("M7")
def test_counts_by_team(autumn):
    """The same by the team it is with or, before anybody was sent, the one it belongs to."""
    assert counts(monthly(autumn, "2026-11-20T10:00")["by_team"]) == {
        "engineering": (2, 0, "0/0", 0, 2),
        "service": (2, 2, "1/2", 1, 1),
        "security": (1, 0, "0/0", 0, 0),
    }


@pytest.mark.rule("M7")
def test_counts_by_building(autumn):
    """The same by building, from the unit or the public area of one; what is in none is counted too."""
    table = counts(monthly(autumn, "2026-11-20T10:00")["by_building"])
    assert {group: row[0] for group, row in table.items()} == {"3": 2, "7": 1, "12": 1, "1": 0, "not known": 1}
    assert table["1"] == (0, 1, "0/1", 0, 1)


@pytest.mark.rule("M7", "T1")
def test_counts_by_channel(autumn):
    """The same by channel."""
    table = counts(monthly(autumn, "2026-11-20T10:00")["by_channel"])
    assert {group: row[0] for group, row in table.items()} == {"phone": 3, "patrol": 1, "wechat": 1}


@pytest.mark.rule("M7")
def test_what_is_overdue(autumn):
    """What was overdue at the month's end, by rule, the longest overdue first."""
    tables = monthly(autumn, "2026-11-20T10:00")
    assert [(row["rule"], row["owed"], row["count"]) for row in tables["overdue_by_rule"]] == [
        ("P7", "resolution", 2),
        ("C5", "closing", 1),
        ("T6", "confirmation", 1),
        ("T6", "dispatch", 1),
    ]
    assert [(row["owed"], row["by"], row["due"][5:16]) for row in tables["overdue"]] == [
        ("closing", "zhou.min", "10-12T10:00"),
        ("dispatch", "zhou.min", "10-12T12:00"),
        ("confirmation", "zhang.wei", "10-12T15:30"),
        ("resolution", "zhang.wei", "10-15T10:00"),
        ("resolution", "wang.gang", "10-15T10:00"),
    ]


@pytest.mark.rule("M7")
def test_the_slowest(desk):
    """The ten that took longest from being reported to being done, the longest first."""
    desk.now = "2026-10-12T12:00:00+08:00"
    inquiry = "kind: inquiry\ncategory: fees\nunit: 3-2-0501\nsummary: 收费\ncaller: {name: 王丽}"
    reported = [f"2026-10-12T08:{minute:02}:00+08:00" for minute in (30, 0, 20, 10, 50, 40, 5, 15, 25, 35, 45)]
    tickets = add_all(desk, *(f"{inquiry}\nreported: {at}" for at in reported))
    for ticket in tickets:
        walk(desk, ticket, REPLY)
    slowest = [(row["id"][-3:], row["took"]) for row in monthly(desk)["slowest"]]
    assert slowest[:3] == [("002", 240), ("007", 235), ("004", 230)]
    assert len(slowest) == 10 and "005" not in dict(slowest)


# --- what recurs


@pytest.mark.rule("M7")
def test_twice_in_one_unit(desk):
    """The same category twice in a unit is a problem that recurs; once there and once of another kind is none."""
    ids = add_all(desk, leak("3-2-0501"), leak("3-2-0501"), leak("3-2-0602"), leak("3-2-0602", "water"))
    (found,) = monthly(desk)["recurring"]
    assert "3-2-0501" in found["place"]
    assert (found["category"], found["count"], found["tickets"]) == ("leak", 2, ids[:2])


@pytest.mark.rule("M7")
@pytest.mark.parametrize(("rooms", "recurs"), [(("0501", "0601"), False), (("0501", "0601", "1201"), True)])
def test_along_one_pipe(desk, rooms, recurs):
    """The same on three floors of one line, which share a pipe, recurs; on two it does not."""
    add_all(desk, *(leak(f"3-2-{room}") for room in (*rooms, "0702")))
    found = recurring(desk)
    assert [(category, count) for _, category, count in found] == ([("leak", 3)] if recurs else [])
    assert all("3-2-··01" in place for place, _, _ in found)


@pytest.mark.rule("M7")
@pytest.mark.parametrize("number", [4, 5])
def test_in_one_building(desk, number):
    """Five of a category in one building recur, one in its public area included; four do not."""
    units = ["public\nbuilding: '3'", "3-1-0101", "3-2-0202", "3-3-0303", "3-4-0404"][:number]
    add_all(desk, *(leak(unit) for unit in units), leak("4-1-0101"))
    assert [count for _, _, count in recurring(desk)] == ([5] if number == 5 else [])


@pytest.mark.rule("M7")
def test_in_the_public_area(desk):
    """The same twice in the public area of one building recurs; in those of two buildings it does not."""
    add_all(desk, *(leak(f"public\nbuilding: '{building}'", "facility") for building in (7, 8, 7)))
    ((place, category, count),) = recurring(desk)
    assert "public" in place and "7" in place
    assert (category, count) == ("facility", 2)


@pytest.mark.rule("M7")
def test_only_this_month_and_only_what_stands(desk):
    """Last month's, a duplicate and what was cancelled do not make a problem recur."""
    add_all(desk, leak("3-2-0501"), at="2026-09-30T10:00")
    one, duplicate, cancelled = add_all(desk, *[leak("3-2-0501")] * 3, at="2026-10-14T10:00")
    walk(desk, duplicate, f"merge --into {one}")
    walk(desk, cancelled, "cancel --reason 误报")
    assert recurring(desk) == []


@pytest.mark.rule("M7")
def test_with_a_proposed_cause(desk):
    """The cause proposed is the one found most often."""
    for cause in ("管道老化", "楼上防水破损", "楼上防水破损"):
        walk(desk, add(desk, NOISE), f"judge --valid --cause {cause}")
    assert [r["cause"] for r in monthly(desk)["recurring"]] == ["楼上防水破损"]


@pytest.mark.rule("M7")
def test_without_a_cause(desk):
    """Where no cause was written down none is made up."""
    add(desk, NOISE), add(desk, NOISE)
    assert [r["cause"] for r in monthly(desk)["recurring"]] == ["none on record"]


@pytest.mark.rule("M7")
def test_a_cause_found_on_site(desk):
    """A technician's diagnosis is a cause too."""
    walk(desk, add(desk), *SENT, "arrive", "diagnose --cause 水压过高")
    add(desk)
    assert [r["cause"] for r in monthly(desk)["recurring"]] == ["水压过高"]


@pytest.mark.rule("M7")
def test_how_often_is_the_policys(desk):
    """From how many on a problem recurs stands in the policy."""
    replace(desk, "policy.yaml", "recurring: {unit: 2,", "recurring: {unit: 3,")
    add_all(desk, leak("3-2-0501"), leak("3-2-0501"))
    assert recurring(desk) == []
    add_all(desk, leak("3-2-0501"))
    assert [count for _, _, count in recurring(desk)] == [3]


# --- the same in every format, and per person


@pytest.mark.rule("M7")
def test_csv_has_the_same_counts(autumn):
    """Every number of json stands in csv: table, row, column, value."""
    tables = monthly(autumn, "2026-11-20T10:00")
    said = autumn.ok("report", "monthly", "--month", "2026-10", "--format", "csv")
    cells = {(table, row, column): value for table, row, column, value in csv.reader(io.StringIO(said))}
    for name in ("by_kind", "by_category"):
        for row in tables[name]:
            group = row["group"].replace("_", " ")
            for column in ("received", "done", "closed", "overdue"):
                assert cells[name, group, column] == str(row[column])


@pytest.mark.rule("M7")
def test_other_formats_have_the_same_counts(autumn):
    """The figures of each kind stand in one row of the printed report."""
    for form in ("table", "markdown", "html"):
        said = autumn.ok("report", "monthly", "--month", "2026-10", "--format", form, at="2026-11-20T10:00")
        line = next(line for line in said.splitlines() if "inquiry" in line and "1/2" in line)
        bare = line.replace("<", " <").replace(">", "> ").replace("|", " ")
        assert [word for word in bare.split() if word.isdigit()] == ["2", "2", "1", "1"]


@pytest.mark.rule("M7")
def test_a_day_in_every_format(desk):
    """The daily report's figures are the same in every format."""
    add(desk, "--urgency urgent")
    walk(desk, add(desk, "--kind inquiry"), REPLY, "close")
    for form in ("table", "csv", "markdown", "html"):
        said = desk.ok("report", "daily", "--format", form, at="2026-10-14T12:00")
        assert all(what in said for what in ("came in", "still open", "overdue"))
        assert said.count("T-20261014-001") >= 3  # came in, open, overdue
        assert said.count("T-20261014-002") >= 2  # came in, closed


@pytest.mark.rule("M7")
def test_per_person(desk):
    """Per person: open now, done, late, overdue, hours from being sent to done."""
    done = add(desk, at="2026-10-14T10:00")
    walk(desk, done, "11:00 dispatch --to zhang.wei", *MENDED[1:-1], "12:30 " + MENDED[-1])
    walk(desk, add(desk, "--urgency urgent"), "dispatch --to zhang.wei")
    said = desk.ok("report", "workload", "--format", "json", at="2026-10-14T13:05")
    (zhang,) = [row for row in json.loads(said)["tables"]["workload"] if row["person"] == "zhang.wei"]
    assert {name: zhang[name] for name in ("open", "done", "late", "overdue", "hours")} == {
        "open": 1,
        "done": 1,
        "late": 0,
        "overdue": 2,
        "hours": 1.5,
    }
