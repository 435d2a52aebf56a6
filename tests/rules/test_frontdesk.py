"""The front desk: its hours, the night, what one shift leaves for the next [D1, D2]."""

import json

import pytest

from .asking import MENDED, SENT, UNFOUNDED, add, due, falls_due, record, replace, rows, walk

# --- D1


@pytest.mark.rule("D1")
@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("09:30", "2026-10-14T11:30:00+08:00"),
        ("09:29:59", "2026-10-14T11:30:00+08:00"),
        ("15:50", "2026-10-14T17:50:00+08:00"),
        ("15:51", "2026-10-15T09:31:00+08:00"),
        ("17:00", "2026-10-15T10:40:00+08:00"),
        ("17:49:30", "2026-10-15T11:29:30+08:00"),
        ("17:50", "2026-10-15T11:30:00+08:00"),
        ("23:00", "2026-10-15T11:30:00+08:00"),
        ("00:30", "2026-10-14T11:30:00+08:00"),
        ("2026-10-16T17:00", "2026-10-17T10:40:00+08:00"),
        ("2026-10-17T17:00", "2026-10-18T10:40:00+08:00"),
        ("2026-09-30T17:00", "2026-10-01T10:40:00+08:00"),
        ("2026-10-31T17:00", "2026-11-01T10:40:00+08:00"),
        ("2026-12-31T17:00", "2027-01-01T10:40:00+08:00"),
    ],
)
def test_the_desk_answers_from_0930_to_1750(desk, at, moment):
    """The desk's 2 hours run between 9:30 and 17:50 on every day, holidays too, and stand still over night."""
    falls_due(desk, add(desk, at=at), "T6", "dispatch", "zhou.min", moment)


@pytest.mark.rule("D1")
def test_the_night_desk_keeps_the_register(desk):
    """What comes in at night is taken in by the night desk, and answered for by it."""
    ticket = add(desk, "--channel night_desk --by lin.yue", at="02:00")
    made = record(desk, ticket)
    assert (made["channel"], made["acceptor"], made["reported"]) == (
        "night_desk",
        "lin.yue",
        "2026-10-14T02:00:00+08:00",
    )
    assert [p["id"] for p in rows(desk, "staff list --on-duty") if p["team"] == "service"] == ["lin.yue"]


@pytest.mark.rule("D1")
@pytest.mark.parametrize(
    ("at", "who"), [("09:29:59", "lin.yue"), ("09:30", "zhou.min"), ("17:49:59", "zhou.min"), ("17:50", "lin.yue")]
)
def test_who_is_at_the_desk(desk, at, who):
    """At 9:30 the day desk takes over from the night desk, at 17:50 the other way round."""
    on_duty = rows(desk, "staff list --on-duty", f"2026-10-14T{at}")
    assert [p["id"] for p in on_duty if p["team"] == "service"] == [who]


@pytest.mark.rule("D1")
def test_urgent_matters_do_not_wait_for_the_desk_to_open(desk):
    """What is urgent runs on the 24-hour clock."""
    falls_due(
        desk, add(desk, "--urgency urgent", at="02:00"), "T6", "dispatch", "zhou.min", "2026-10-14T02:10:00+08:00"
    )


@pytest.mark.rule("D1")
def test_the_hours_are_the_estates(desk):
    """Another desk has other hours: they stand in its calendar."""
    replace(desk, "calendar.yaml", "['09:30-17:50']", "['08:00-12:00', '14:00-20:00']")
    ticket = add(desk, at="11:15")
    assert due(desk, ticket, "T6", "dispatch") == "2026-10-14T15:15:00+08:00"


# --- D2


def daily(desk, *options: str, at: str | None = None):
    report = json.loads(desk.ok("report", "daily", *options, "--format", "json", at=at))
    return report["tables"]


def figures(tables) -> dict[str, int]:
    return {row["what"]: row["count"] for row in tables["summary"]}


@pytest.mark.rule("D2")
def test_at_the_start_of_the_shift(desk):
    """The day begins with what came in over night and what is still open."""
    evening = add(desk, "--summary 傍晚 --reported 18:10 --channel night_desk --by lin.yue", at="2026-10-13T18:10")
    night = add(desk, "--summary 夜里 --channel night_desk --by lin.yue", at="2026-10-14T02:00")
    add(desk, "--summary 白天", at="2026-10-13T17:49")
    add(desk, "--summary 早上", at="2026-10-14T09:31")
    log = rows(desk, "ticket list --state all --from '2026-10-13 17:50' --to '2026-10-14 09:30'")
    assert [row["id"] for row in log] == [evening, night]
    assert len(rows(desk, "ticket list")) == 4


@pytest.mark.rule("D2", "M7")
def test_at_the_end_of_the_shift(desk):
    """The day ends with what came in, what was closed, what is open and why, what is overdue."""
    older = add(desk, "--kind inquiry", at="2026-10-13T11:00")
    answered = add(desk, "--kind suggestion", at="2026-10-14T10:00")
    walk(desk, answered, "10:30 reply --text 采纳", "10:40 close")
    urgent = add(desk, "--urgency urgent", at="11:00")
    tables = daily(desk, at="17:50")
    assert figures(tables) == {"came in": 2, "done": 1, "closed": 1, "still open": 2, "overdue": 2}
    assert [row["id"] for row in tables["received"]] == [answered, urgent]
    assert [row["id"] for row in tables["closed"]] == [answered]
    assert [(row["id"], row["why"]) for row in tables["open"]] == [
        (older, "with the acceptor"),
        (urgent, "nobody sent yet"),
    ]
    assert [(row["rule"], row["owed"], row["by"]) for row in tables["overdue"]] == [
        ("T6", "dispatch", "zhou.min"),
        ("P7", "arrival", "wang.gang"),
    ]


REASONS = {
    "nobody sent yet": ("", ()),
    "with the acceptor": ("--kind inquiry", ()),
    "sent, not confirmed": ("", SENT[:1]),
    "in work": ("", SENT),
    "waiting for parts: 缺阀门": ("", (*SENT, "pause --for parts --reason 缺阀门")),
    "done, not signed off": ("", MENDED),
    "signed off, not followed up": ("", (*MENDED, "sign-off --who 王丽")),
    "done, not followed up": ("--kind complaint --severity minor", UNFOUNDED),
    "followed up, not closed": ("--kind complaint --severity minor", (*UNFOUNDED, "follow-up --solved")),
    "done, not closed": ("--kind inquiry", ("reply --text 周五",)),
    "reopened, nobody sent yet": ("", (*MENDED, "reopen --reason 又漏了")),
    "passed up, no decision yet": ("", ("escalate --to supervisor --reason 需停水",)),
}


@pytest.mark.rule("D2")
@pytest.mark.parametrize("why", REASONS)
def test_why_it_is_still_open(desk, why):
    """What is handed over says why it is not closed."""
    options, steps = REASONS[why]
    walk(desk, add(desk, options), *steps)
    assert [row["why"] for row in daily(desk)["open"]] == [why]


@pytest.mark.rule("D2")
def test_the_day_ends_at_midnight(desk):
    """A report is about one day of the estate, from its first to its last second."""
    for at in ("2026-10-13T23:59:59", "2026-10-14T00:00:00", "2026-10-14T23:59:59", "2026-10-15T00:00:00"):
        add(desk, f"--summary {at[5:]}", at=at)
    came = [row["summary"] for row in daily(desk, "--date", "2026-10-14")["received"]]
    assert came == ["10-14T00:00:00", "10-14T23:59:59"]


@pytest.mark.rule("D2")
def test_the_night_before_is_not_lost(desk):
    """What was reported before midnight and written down in the morning came in on one of the two days."""
    ticket = add(desk, "--reported 2026-10-13T23:30 --channel night_desk", at="2026-10-14T08:00")
    days = [daily(desk, "--date", day, at="2026-10-15T10:00") for day in ("2026-10-13", "2026-10-14")]
    assert [row["id"] for tables in days for row in tables["received"]] == [ticket]


@pytest.mark.rule("D2")
def test_a_day_that_is_over_does_not_change(desk):
    """The report of a past day is as it was that evening, whatever happened since."""
    ticket = add(desk, "--urgency urgent", at="2026-10-14T11:00")
    then = daily(desk, at="2026-10-14T23:59:59")
    walk(desk, ticket, *(f"2026-10-15T10:0{n} {step}" for n, step in enumerate(MENDED)))
    add(desk, at="2026-10-15T11:00")
    assert daily(desk, "--date", "2026-10-14", at="2026-10-15T18:00") == then


@pytest.mark.rule("D2")
def test_a_day_that_has_not_come(desk):
    """There is no report of tomorrow."""
    desk.refused("report", "daily", "--date", "2026-10-15")


@pytest.mark.rule("D2")
def test_what_cannot_be_read_is_not_passed_over(desk):
    """A ticket whose file is broken is told of and makes the report fail, so that no open item is lost."""
    ticket = add(desk)
    file = desk.root / f"tickets/2026/10/{ticket}.yaml"
    file.write_text(file.read_text("utf-8").replace("urgency: normal", "urgency: sometime"), "utf-8")
    for command in (("report", "daily"), ("overdue",), ("dispatch",), ("ticket", "list")):
        result = desk.run(*command)
        assert result.code == 3
        assert f"{ticket}.yaml" in result.err
