"""The office's measures, counted by hand on estates small enough for it [M1, M2, M3, M4, M5]."""

import csv
import html
import io
import json
import re

import pytest

from .asking import MENDED, SENT, UNFOUNDED, add, replace, walk

INQUIRY = "--kind inquiry"
COMPLAINT = "--kind complaint --category noise --severity minor"
REPLY = "reply --text 已答复"
FOLLOW_UP = "follow-up --solved"


def measures(desk, *options: str, at: str | None = None) -> dict[str, object]:
    """The measures of a month, by rule: (part, whole), or a number."""
    report = json.loads(desk.ok("report", "monthly", *options, "--format", "json", at=at))
    values = {row["rule"]: row["value"] for row in report["tables"]["measures"]}
    return {r: (v["count"], v["of"]) if isinstance(v, dict) else v for r, v in values.items()}


def october(desk, rule: str) -> object:
    """A measure of October, seen in the middle of November."""
    return measures(desk, "--month", "2026-10", at="2026-11-15T12:00")[rule]


# --- M1


@pytest.mark.rule("M1")
def test_timely(desk):
    """Done within the limit ÷ done: of five done in October, three in time."""
    # inquiries: due at 18:00 of the next working day; a minor complaint: in 2 days
    to_the_second = add(desk, INQUIRY, at="2026-10-12T10:00")
    too_late = add(desk, INQUIRY)
    walk(desk, to_the_second, f"2026-10-13T18:00:00 {REPLY}")
    walk(desk, too_late, f"2026-10-13T18:00:01 {REPLY}")
    complaint = add(desk, COMPLAINT, at="2026-10-15T10:00")
    walk(desk, complaint, "judge --invalid", "2026-10-17T10:00:00 done --text 已查明")
    service = add(desk, "--kind convenience", at="2026-10-20T10:00")
    walk(desk, service, *SENT, "2026-10-23T10:00:01 done --text 办好了")
    repair = add(desk, at="2026-10-26T10:00")
    walk(desk, repair, *MENDED)
    assert october(desk, "M1") == (3, 5)


@pytest.mark.rule("M1")
def test_what_is_not_done_is_not_counted(desk):
    """Neither what is still open, however late, nor what was cancelled is done."""
    add(desk, INQUIRY, at="2026-10-12T10:00")
    walk(desk, add(desk), "cancel --reason 不需要了")
    walk(desk, add(desk, COMPLAINT), "judge --invalid", REPLY)
    assert october(desk, "M1") == (0, 0)


@pytest.mark.rule("M1")
@pytest.mark.parametrize(
    ("at", "counted"),
    [
        ("2026-09-30T23:59:59", (0, 0)),
        ("2026-10-01T00:00:00", (1, 1)),
        ("2026-10-31T23:59:59", (0, 1)),
        ("2026-11-01T00:00:00", (0, 0)),
    ],
)
def test_done_in_the_month(desk, at, counted):
    """A month counts what was done from its first to its last second, whenever that had come in."""
    ticket = add(desk, INQUIRY, at="2026-09-30T09:00")
    walk(desk, ticket, f"{at} {REPLY}")
    assert october(desk, "M1") == counted


@pytest.mark.rule("M1")
def test_paused_time_is_not_held_against_it(desk):
    """A service that waited two days for parts has two days more."""
    ticket = add(desk, "--kind help", at="2026-10-12T10:00")
    walk(desk, ticket, *SENT, "2026-10-13T08:00 pause --for parts --reason 缺货", "2026-10-15T08:00 resume")
    walk(desk, ticket, "2026-10-17T10:00:00 done --text 好了")
    assert october(desk, "M1") == (1, 1)


@pytest.mark.rule("M1")
def test_without_a_limit(desk):
    """What is done without a limit is in neither part of the rate, and the report says how many those are."""
    replace(desk, "policy.yaml", "when: {kind: suggestion}", "when: {kind: praise}")
    walk(desk, add(desk, "--kind suggestion"), REPLY)
    walk(desk, add(desk, INQUIRY), REPLY)
    assert october(desk, "M1") == (1, 1)
    assert "1 done without a limit" in desk.ok("report", "monthly", "--month", "2026-10")


@pytest.mark.rule("M1", "F5")
def test_each_round_counts(desk):
    """A repair done late, reopened and then done in time was done twice, once in time."""
    ticket = add(desk, "--kind help", at="2026-10-12T10:00")
    walk(desk, ticket, *SENT, "2026-10-16T10:00 done --text 好了", "reopen --reason 又坏了")
    walk(desk, ticket, *SENT, "2026-10-17T10:00 done --text 好了")
    assert october(desk, "M1") == (1, 2)


@pytest.mark.rule("M1", "T8")
def test_a_new_time_told_after_reopening(desk):
    """The time told for the second round does not make the first one timely."""
    ticket = add(desk, "--kind help", at="2026-10-12T10:00")
    walk(desk, ticket, *SENT, "2026-10-16T10:00 done --text 好了", "reopen --reason 又坏了")
    walk(desk, ticket, "delay --until 2026-10-20T10:00 --reason 缺货")
    assert october(desk, "M1") == (0, 1)


@pytest.mark.rule("M1", "M3", "T10")
def test_an_inquiry_is_done_once(desk):
    """An inquiry is done when it is answered, and once, however often it is answered."""
    ticket = add(desk, INQUIRY)
    desk.run("ticket", "done", ticket, "--text", "已查清")
    walk(desk, ticket, REPLY, "reply --text 再次答复")
    assert october(desk, "M1") == (1, 1)
    assert october(desk, "M3") == (0, 1)


# --- M2


@pytest.mark.rule("M2")
def test_handled(desk):
    """Closed ÷ received: of four received in October two were closed in it."""
    earlier = add(desk, "--kind praise", at="2026-09-30T23:59:59")
    tickets = [add(desk, "--kind praise", at=f"2026-10-{day}") for day in ("01T00:00:00", "10T10:00", "31T10:00")]
    tickets.append(add(desk, "--kind praise", at="2026-10-31T23:59:59"))
    walk(desk, earlier, "close")
    walk(desk, tickets[0], "close")
    walk(desk, tickets[3], "close")
    add(desk, "--kind praise", at="2026-11-01T00:00:00")
    walk(desk, tickets[1], "close")
    assert october(desk, "M2") == (2, 4)


@pytest.mark.rule("M2")
def test_received_once(desk):
    """What was reported on the last night of September and written down in October is received in one of the two."""
    add(desk, "--kind praise --reported 2026-09-30T23:30", at="2026-10-01T08:00")
    received = [measures(desk, "--month", month, at="2026-11-15T12:00")["M2"] for month in ("2026-09", "2026-10")]
    assert sorted(received) == [(0, 0), (0, 1)]


@pytest.mark.rule("M2", "M7")
def test_a_month_that_is_over_does_not_change(desk):
    """October's figures are those of its end, whatever is closed, reopened or taken in later."""
    done, open_one = add(desk, INQUIRY), add(desk, INQUIRY)
    walk(desk, done, REPLY, "close")
    then = measures(desk, at="2026-10-31T23:59:59")
    walk(desk, open_one, f"2026-11-02T10:00 {REPLY}", "close")
    walk(desk, done, "reopen --reason 没看懂")
    assert measures(desk, "--month", "2026-10") == then
    assert then["M2"] == (1, 2)


@pytest.mark.rule("M2")
def test_finished_is_not_closed(desk):
    """What is done but not closed is not handled yet."""
    walk(desk, add(desk, INQUIRY), REPLY)
    assert october(desk, "M2") == (0, 1)


# --- M3


@pytest.mark.rule("M3")
def test_rework(desk):
    """Reopened ÷ done: three done in October, one of them reopened."""
    good, bad = add(desk, INQUIRY), add(desk, INQUIRY)
    walk(desk, good, REPLY)
    walk(desk, bad, REPLY, "11:00 reopen --reason 没看懂", REPLY)
    assert october(desk, "M3") == (1, 3)


@pytest.mark.rule("M3", "F5")
def test_unsolved_at_the_follow_up_is_rework(desk):
    """A repair found unsolved counts as reopened, in the month in which it was."""
    ticket = add(desk, at="2026-10-31T09:00")
    walk(desk, ticket, *MENDED, "sign-off --who 王丽", "2026-11-02T10:00 follow-up --unsolved --text 还在漏")
    assert october(desk, "M3") == (0, 1)
    assert measures(desk, "--month", "2026-11")["M3"] == (1, 0)


# --- M4


@pytest.mark.rule("M4")
def test_followed_up(desk):
    """Followed up in time ÷ owed: four fell due in October, two were followed up in time."""
    in_time, too_late, never, early, november = (add(desk, COMPLAINT, at="2026-10-12T09:00") for _ in range(5))
    for ticket in (in_time, too_late, never, early):
        walk(desk, ticket, "judge --invalid", "done --text 已查明", REPLY)
    walk(desk, early, FOLLOW_UP)
    walk(desk, in_time, f"2026-10-14T09:00:00 {FOLLOW_UP}")
    walk(desk, too_late, f"2026-10-14T09:00:01 {FOLLOW_UP}")
    walk(desk, november, "judge --invalid", "2026-10-30T09:00 done --text 已查明", REPLY)
    assert october(desk, "M4") == (2, 4)


@pytest.mark.rule("M4")
def test_due_at_the_first_moment_of_a_month(desk):
    """A follow-up due at 00:00 of the first of November is November's, though it was made in October."""
    ticket = add(desk, COMPLAINT, at="2026-10-29T09:00")
    walk(desk, ticket, "judge --invalid", "2026-10-30T00:00:00 done --text 已查明", REPLY, FOLLOW_UP)
    assert october(desk, "M4") == (0, 0)
    assert measures(desk, "--month", "2026-11")["M4"] == (1, 1)


@pytest.mark.rule("M4")
def test_not_owed_yet(desk):
    """While its time has not passed, a follow-up not made yet is not held against the office."""
    ticket = add(desk, COMPLAINT, at="2026-10-12T09:00")
    walk(desk, ticket, *UNFOUNDED)
    assert measures(desk, at="2026-10-14T09:00:00")["M4"] == (0, 0)
    assert measures(desk, at="2026-10-14T09:00:01")["M4"] == (0, 1)


@pytest.mark.rule("M4", "F2")
def test_a_leak_counts_from_its_test(desk):
    """The follow-up of a leak is owed 3 days after the test, not 2 days after the work."""
    ticket = add(desk, "--category leak", at="2026-10-12T09:00")
    walk(desk, ticket, *MENDED, "2026-10-13T09:00 test --tight", "sign-off --who 王丽")
    walk(desk, ticket, f"2026-10-16T09:00 {FOLLOW_UP}")
    assert october(desk, "M4") == (1, 1)


@pytest.mark.rule("M4", "F4")
def test_reopened_is_not_followed_up(desk):
    """Work reopened before anybody asked the resident was not followed up."""
    ticket = add(desk)
    walk(desk, ticket, *MENDED, "11:00 reopen --reason 业主来电又漏了")
    followed_up, _ = october(desk, "M4")
    assert followed_up == 0


# --- M5


@pytest.mark.rule("M5")
def test_complaints_per_100_occupied_units(desk):
    """Three complaints received in a month in an estate of 200 occupied units: 1.5 per 100."""
    for _ in range(3):
        add(desk, COMPLAINT)
    add(desk)
    add(desk, COMPLAINT, at="2026-11-01T00:00")
    assert october(desk, "M5") == 1.5


@pytest.mark.rule("M5")
def test_how_many_units_are_occupied_is_not_known(desk):
    """Without the number of occupied units there is no rate, and the report says what is missing."""
    replace(desk, "propcli.yaml", "occupied_units: 200\n", "")
    add(desk, COMPLAINT)
    assert october(desk, "M5") is None
    assert "occupied_units" in desk.ok("report", "monthly", "--month", "2026-10")


# --- the same in every format

FORMATS = ("table", "csv", "markdown", "html")


def printed(text: str, form: str) -> dict[str, list[str]]:
    """The cells of the measures in a printed report, by rule."""
    if form == "csv":
        cells: dict[str, list[str]] = {}
        for table, row, _, value in csv.reader(io.StringIO(text)):
            if table == "measures":
                cells.setdefault(row, []).append(value)
        return cells
    found = {}
    for line in text.splitlines():
        if match := re.match(r"\W*(?:<tr><td[^>]*>)?\s*(M[1-5])\b(.*)", line):
            rest = html.unescape(re.sub(r"<[^>]+>", "  ", match[2]))
            found[match[1]] = [part.strip() for part in re.split(r"\s{2,}|\|", rest) if part.strip()]
    return found


@pytest.mark.rule("M1", "M2", "M3", "M4", "M5")
def test_the_same_figures_in_every_format(desk):
    """Whatever the report is printed as, the parts and the wholes are the same."""
    replace(desk, "propcli.yaml", "occupied_units: 200", "occupied_units: 400")
    complaint = add(desk, COMPLAINT, at="2026-10-12T09:00")
    add(desk, COMPLAINT), add(desk, COMPLAINT)
    walk(desk, complaint, *UNFOUNDED, f"2026-10-13T09:00 {FOLLOW_UP}")
    inquiry = add(desk, INQUIRY)
    walk(desk, inquiry, REPLY, "reopen --reason 没看懂", f"2026-10-20T09:00 {REPLY}", "close")
    by_hand = {"M1": "2/3", "M2": "1/4", "M3": "1/3", "M4": "1/1", "M5": "0.75"}
    assert measures(desk, "--month", "2026-10", at="2026-11-15T12:00") == {
        "M1": (2, 3),
        "M2": (1, 4),
        "M3": (1, 3),
        "M4": (1, 1),
        "M5": 0.75,
    }
    report = ("report", "monthly", "--month", "2026-10", "--format")
    found = {form: printed(desk.ok(*report, form, at="2026-11-15T12:00"), form) for form in FORMATS}
    figures = {
        form: {rule: next(c for c in row if re.match(r"\d", c)) for rule, row in cells.items()}
        for form, cells in found.items()
    }
    assert figures == dict.fromkeys(FORMATS, by_hand)


@pytest.mark.rule("M1")
def test_json_has_part_whole_and_rate(desk):
    """json gives the part, the whole and the rate; no rate where there is no whole."""

    def timely() -> dict[str, object]:
        report = desk.ok("report", "monthly", "--month", "2026-10", "--format", "json")
        return json.loads(report)["tables"]["measures"][0]["value"]

    assert timely() == {"count": 0, "of": 0, "rate": None}
    for at in ("2026-10-15T10:00", "2026-10-15T18:00", "2026-10-20T10:00"):
        walk(desk, add(desk, INQUIRY, at="2026-10-14T10:00"), f"{at} {REPLY}")
    assert timely() == {"count": 2, "of": 3, "rate": 0.6667}
