"""Parking spaces are looked at every month, the holder is told before a lease ends, none is let twice and a car has one
space [U10, U14]; the cars are nowhere written in clear where the estate seals plates [T12]."""

import json

import pytest

from .asking import append, events, falls_due, owed, record, replace, rows
from .cars import CAR, JOINED, OTHER, SECOND, SPACE, UNSEEN, command, do, refused, space, table, twin, wrong

SELL = "sell --unit 3-2-0501"
LET = "let --unit 3-2-0502 --until 2026-12-31 --fee 300"


def standings(desk, what: str) -> list[tuple[str, str]]:
    return [(o["due"][:10], o["standing"]) for o in owed(desk, SPACE, "U10", what)]


# --- looked at every month


@pytest.mark.rule("U10")
@pytest.mark.parametrize("step", ["", SELL, LET])
def test_every_space_is_looked_at_every_month(desk, step):
    """Free, sold or let: by the end of the day a month after it was put on record, whatever else happens to it."""
    space(desk, step)
    falls_due(desk, SPACE, "U10", "space-check", "chen.jing", "2026-11-14T23:59:59+08:00")


@pytest.mark.rule("U10")
def test_the_guards_supervisor_answers_for_it(desk):
    replace(desk, "propcli.yaml", "{name: 秩序部}", "{name: 秩序部, supervisor: zhao.lei}")
    space(desk)
    falls_due(desk, SPACE, "U10", "space-check", "zhao.lei", "2026-11-14T23:59:59+08:00")


@pytest.mark.rule("U10")
@pytest.mark.parametrize("found", ["--ok", "--wrong --finding 车位锁坏了"])
def test_a_look_starts_the_next_month(desk, found):
    """In order or not; nothing else puts it off."""
    space(desk, SELL)
    do(desk, f"parking note {SPACE} --text 已贴新号", at="2026-11-01T09:00:00+08:00")
    do(desk, f"parking sell {SPACE} --unit 3-2-0502")
    assert standings(desk, "space-check") == [("2026-11-14", "open")]
    do(desk, f"parking check {SPACE} {found}", at="2026-11-10T09:00:00+08:00")
    assert standings(desk, "space-check") == [("2026-11-14", "met"), ("2026-12-10", "open")]


@pytest.mark.rule("U10")
def test_a_month_after_the_31st_is_the_last_of_the_month(desk):
    space(desk, at="2027-01-31T10:00:00+08:00")
    falls_due(desk, SPACE, "U10", "space-check", "chen.jing", "2027-02-28T23:59:59+08:00")


@pytest.mark.rule("U10")
def test_what_is_not_in_order_is_said(desk):
    space(desk)
    refused(desk, f"parking check {SPACE} --ok --finding 车位锁坏了", "something was found, yet it is in order [U10]")
    refused(desk, f"parking check {SPACE} --wrong", "what was found is missing [U10]", "say what is wrong")
    refused(desk, f"parking check {SPACE}", "--ok")


# --- leases


@pytest.mark.rule("U10")
def test_the_holder_is_told_two_weeks_before_a_lease_ends(desk):
    """By the desk; and on its last day the lease ends or goes on."""
    space(desk, LET)
    falls_due(desk, SPACE, "U10", "lease-notice", "zhou.min", "2026-12-17T23:59:59+08:00")
    falls_due(desk, SPACE, "U10", "lease-end", "zhou.min", "2026-12-31T23:59:59+08:00")


@pytest.mark.rule("U10")
@pytest.mark.parametrize(("until", "notice"), [("2026-10-28", [("2026-10-14", "open")]), ("2026-10-27", [])])
def test_a_lease_shorter_than_two_weeks_owes_no_notice(desk, until, notice):
    space(desk, f"let --unit 3-2-0502 --until {until} --fee 300")
    assert standings(desk, "lease-notice") == notice
    assert standings(desk, "lease-end") == [(until, "open")]


@pytest.mark.rule("U10")
@pytest.mark.parametrize(
    ("step", "notices", "ends"),
    [
        ("told --who 陈大明", [("2026-12-17", "met")], [("2026-12-31", "open")]),
        (
            "renew --until 2027-12-31",
            [("2026-12-17", "met"), ("2027-12-17", "open")],
            [("2026-12-31", "met"), ("2027-12-31", "open")],
        ),
        ("free --reason 退租", [("2026-12-17", "met")], [("2026-12-31", "met")]),
        ("note --text 未接电话", [("2026-12-17", "open")], [("2026-12-31", "open")]),
    ],
)
def test_what_meets_it(desk, step, notices, ends):
    """Telling is told; renewed it begins anew, freed nothing more is owed on the lease."""
    space(desk, LET)
    do(desk, command("parking", SPACE, step), at="2026-12-10T09:00:00+08:00")
    assert (standings(desk, "lease-notice"), standings(desk, "lease-end")) == (notices, ends)


@pytest.mark.rule("U10")
def test_the_last_day_of_a_lease_is_a_day_of_it(desk):
    """It may be today, by the estate's calendar not the machine's; it goes on from there, even late, but longer."""
    space(desk)
    letting = f"parking let {SPACE} --unit 3-2-0502 --fee 300 --until"
    refused(desk, f"{letting} 2026-10-13", "its last day (2026-10-13) has passed [U10]")
    refused(desk, f"{letting} 2026-10-14", "has passed [U10]", at="2026-10-14T16:00:00+00:00")  # midnight here
    do(desk, f"{letting} 2026-10-14", at="2026-10-14T15:59:59+00:00")
    falls_due(desk, SPACE, "U10", "lease-end", "zhou.min", "2026-10-14T23:59:59+08:00")
    desk.now = "2026-10-16T09:00:00+08:00"
    refused(desk, f"{letting} 2026-12-31", "let out cannot follow while the state is let [U10]")
    for until in ("2026-10-14", "2026-10-13", "2026-10-15"):
        refused(desk, f"parking renew {SPACE} --until {until}", "[U10]")
    do(desk, f"parking renew {SPACE} --until 2026-10-16 --fee 320")
    assert (record(desk, SPACE)["until"], record(desk, SPACE)["fee"]) == ("2026-10-16", "320.00")


@pytest.mark.rule("U10")
@pytest.mark.parametrize(("fee", "kept"), [("0", "0.00"), ("300.5", "300.50"), ("-5", None), ("面议", None)])
def test_a_fee_is_yuan_a_month(desk, fee, kept):
    """Nothing is a fee too: some spaces go with a home."""
    space(desk)
    letting = f"parking let {SPACE} --unit 3-2-0502 --until 2026-12-31 --fee {fee}"
    if kept is None:
        refused(desk, letting, f"--fee: '{fee}' is not an amount in yuan")
        return
    do(desk, letting)
    assert record(desk, SPACE)["fee"] == kept
    do(desk, "validate parking")


# --- never let twice


@pytest.mark.rule("U10")
@pytest.mark.parametrize(
    ("first", "step", "state"),
    [
        (LET, "let --unit 3-2-0501 --until 2027-12-31 --fee 1", "let"),
        (LET, "sell --unit 3-2-0501", "let"),
        (LET, "sell --unit 3-2-0502", "let"),  # to whom it is let neither
        (SELL, "let --unit 3-2-0502 --until 2027-12-31 --fee 1", "sold"),
        (SELL, "renew --until 2027-12-31", "sold"),
        (SELL, "told", "sold"),
        ("", "renew --until 2027-12-31", "free"),
        ("", "free", "free"),
        ("", f"cars --cars {CAR}", "free"),
    ],
)
def test_what_cannot_follow(desk, first, step, state):
    """A let space is freed before it is let or sold; only a let one has a lease, only one that is held has cars."""
    space(desk, first)
    refused(desk, command("parking", SPACE, step), f"cannot follow while the state is {state} [")


@pytest.mark.rule("U10")
def test_a_freed_space_has_no_holder(desk):
    """Neither home nor day, fee, cars; the next has what is said of him alone."""
    space(desk, f"{LET} --cars {CAR}")
    do(desk, f"parking free {SPACE} --reason 退租")
    assert not {"unit", "until", "fee", "cars"} & set(record(desk, SPACE))
    do(desk, f"parking sell {SPACE} --unit 3-2-0501 --cars {CAR}")
    assert record(desk, SPACE)["cars"] == [CAR] and "until" not in record(desk, SPACE)
    do(desk, f"parking sell {SPACE} --unit 3-2-0502")
    assert record(desk, SPACE)["unit"] == "3-2-0502" and "cars" not in record(desk, SPACE)
    assert events(desk, SPACE) == ["registered", "let", "freed", "sold", "sold"]
    assert [row["unit"] for row in rows(desk, "parking list --state sold")] == ["3-2-0502"]
    do(desk, "validate parking")


@pytest.mark.rule("U10")
@pytest.mark.parametrize("step", ["sell", "let --until 2026-12-31 --fee 1"])
def test_it_goes_with_a_home_that_exists(homes, step):
    space(homes)
    refused(homes, command("parking", SPACE, f"{step} --unit 3-2-0503"), "unit 3-2-0503 does not exist")
    refused(homes, command("parking", SPACE, step), "--unit")


# --- a car has one space


@pytest.mark.rule("U14")
@pytest.mark.parametrize("plate", JOINED)
def test_a_car_has_one_space(desk, plate):
    """However its plate is written; it may stay where it is, and move when it is free again."""
    space(desk, f"{SELL} --cars {CAR}")
    space(desk, space_id=OTHER)
    said = f"{CAR} parks in {SPACE} already [U14]"
    refused(desk, command("parking", OTHER, f"{SELL} --cars {SECOND},{plate}"), said)
    refused(desk, command("parking", OTHER, f"{LET} --cars {plate}"), said)
    do(desk, f"parking sell {OTHER} --unit 3-2-0501 --cars {SECOND}")
    refused(desk, f"parking cars {OTHER} --cars {plate}", said)
    do(desk, f"parking cars {SPACE} --cars {plate} --cars 粤B00007 --cars {CAR}")
    assert record(desk, SPACE)["cars"] == [CAR, "粤B00007"]
    do(desk, f"parking free {SPACE}")
    do(desk, f"parking cars {OTHER} --cars {plate}")
    assert record(desk, OTHER)["cars"] == [CAR]


@pytest.mark.rule("U14")
def test_a_space_that_cannot_be_read_keeps_its_car(desk):
    space(desk, f"{SELL} --cars {CAR}")
    space(desk, space_id=OTHER)
    replace(desk, f"parking/{SPACE}.yaml", "place:", "room:")
    desk.git("commit", "--quiet", "-am", "Broken")
    sell = f"parking sell {OTHER} --unit 3-2-0501 --cars"
    refused(desk, f"{sell} {CAR}", f"whether {CAR} is free cannot be told", "unknown field room", code=3)
    do(desk, f"{sell} {SECOND}")


# --- tables


@pytest.mark.rule("U14")
@pytest.mark.parametrize("cell", [*JOINED, f"{SECOND}、{CAR}", f"{SECOND} {CAR}"])
def test_a_car_stands_in_a_table_once(desk, cell):
    """In whatever rows, and not if it has a space on record; the row is told, and left out if that is wanted."""
    command = table(desk, f"B1-001,地库,已售,3-2-0501,,,{CAR}", f"B1-002,地库,已售,3-2-0502,,,{cell}")
    said = f"{CAR} parks in B1-001 already [U14]"
    result = desk.run(*command)
    assert result.code == 3 and said in result.out and "  G3  " in result.out
    assert "1 records were written." in desk.ok(*command, "--skip-bad")
    result = desk.run(*table(desk, f"B1-003,地库,已售,3-2-0502,,,{cell}"))
    assert result.code == 3 and said in result.out
    assert "1 new" in desk.ok(*table(desk, f"B1-003,地库,已售,3-2-0502,,,{SECOND}、{SECOND}"))
    assert record(desk, "B1-003")["cars"] == [SECOND]
    do(desk, "validate")


@pytest.mark.rule("U10")
@pytest.mark.parametrize(
    ("row", "cell", "said"),
    [
        ("空闲,3-2-0501,,,", "D2", "registered does not take unit"),
        ("空闲,,2026-12-31,,", "E2", "registered does not take until"),
        ("空闲,,,300,", "F2", "registered does not take fee"),
        (f"空闲,,,,{CAR}", "G2", "a free space has no cars"),
        ("已售,3-2-0501,2026-12-31,,", "E2", "sold does not take until"),
        ("已售,3-2-0501,,300,", "F2", "sold does not take fee"),
        ("已售,,,,", "", "sold needs unit"),
        ("出租,3-2-0501,,300,", "", "let out needs until"),
        ("出租,3-2-0501,2026-12-31,,", "", "let out needs fee"),
        ("出租,3-2-0501,2026-10-13,300,", "E2", "its last day (2026-10-13) has passed"),
    ],
)
def test_a_row_that_contradicts_itself_is_told(desk, row, cell, said):
    """In the cell that does it, and nothing of it is quietly left out."""
    result = desk.run(*table(desk, f"{SPACE},地库,{row}"), "--format", "json")
    assert result.code == 3
    assert [(bad["cell"] or "", bad["reason"]) for bad in json.loads(result.out)["tables"]["bad_rows"]] == [
        (cell, said)
    ]


@pytest.mark.rule("U10")
@pytest.mark.parametrize(
    ("row", "state"),
    [
        (",,,,", "free"),
        (",3-2-0501,,,", "sold"),
        (",3-2-0501,2026-12-31,0,", "let"),
        ("出租,3-2-0501,2026-10-14,9,", "let"),
    ],
)
def test_what_a_row_says_of_its_state(desk, row, state):
    """Without a state, a day makes it let, a home sold."""
    assert "1 records were written." in desk.ok(*table(desk, f"{SPACE},地库,{row}"))
    assert record(desk, SPACE)["status"] == state
    do(desk, "validate")


# --- written by hand


@pytest.mark.rule("U10", "U14")
def test_what_hands_write_wrong_is_told(desk):
    """A car on two spaces, on a free one, a space let twice: file and line."""
    space(desk, f"{LET} --cars {CAR},{SECOND}")
    second = twin(desk, SPACE, OTHER, lambda text: text.replace(SECOND, "粤B00007").replace("粤B12345", "粤B·12345"))
    assert f"{second}:5:3: 粤B·12345 parks in {SPACE} already [U14] (correct one of the two)" in wrong(desk)
    twin(desk, SPACE, OTHER, lambda text: text.replace(SECOND, "粤B00007").replace(CAR, "粤B00008"))
    do(desk, "validate")
    again = "- {at: '2026-10-14T11:00:00+08:00', by: zhou.min, event: let, unit: 3-2-0502, until: 2026-12-31}\n"
    append(desk, second, again)
    assert f"{second}:20:58: let out cannot follow while the state is let [U10]" in wrong(desk)
    free = "id: B1-003\nstatus: free\nplace: 地库\ncars: [粤B00009]\nevents:\n"
    desk.write("parking/B1-003.yaml", free + "- {at: '2026-10-14T10:00:00+08:00', by: zhou.min, event: registered}\n")
    assert "parking/B1-003.yaml:4:7: a free space has no cars" in wrong(desk)


# --- sealed


@pytest.mark.rule("U14", "T12")
def test_sealed_cars_are_nowhere_in_clear(sealed):
    """Shown, found and compared where the key is."""
    space(sealed, f"{LET} --cars {CAR},{SECOND}")
    space(sealed, space_id=OTHER)
    sell = f"parking sell {OTHER} --unit 3-2-0501 --cars"
    refused(sealed, f"{sell} 粤b·54321", f"{SECOND} parks in {SPACE} already [U14]")
    do(sealed, f"parking cars {SPACE} --cars {CAR}")
    do(sealed, f"{sell} {SECOND}")
    assert "cars" not in record(sealed, SPACE) and record(sealed, SPACE)["sealed"]
    assert record(sealed, SPACE)["key"] != record(sealed, OTHER)["key"]
    assert not any(car in sealed.git("log", "--all", "-p", "--format=%B") for car in (CAR, SECOND))
    assert f"cars: {CAR}\n" in do(sealed, f"parking show {SPACE}")
    assert [row["cars"] for row in rows(sealed, "parking list")] == [["粤B***45"], ["粤B***21"]]
    assert [row["record"] for row in rows(sealed, "find 粤b·12345")] == [SPACE]
    assert (
        f"{CAR} parks in {SPACE} already [U14]" in sealed.run(*table(sealed, f"B1-003,地库,已售,3-2-0501,,,{CAR}")).out
    )
    do(sealed, "validate parking")


@pytest.mark.rule("U14", "T12")
def test_without_the_key_nothing_is_compared_and_that_is_said(sealed):
    """Not shown, not found, and never in the way: whoever frees a space or says its cars anew needs to open nothing."""
    space(sealed, f"{LET} --cars {CAR}")
    space(sealed, space_id=OTHER)
    assert "cars: (sealed)" in do(sealed, f"parking show {SPACE}", **UNSEEN)
    assert "1 other records have sealed parts" in sealed.run("find", CAR, **UNSEEN).all
    unlike = "not compared, for the keys are not here: 1 sealed records"
    assert unlike in do(sealed, f"parking sell {OTHER} --unit 3-2-0501 --cars {SECOND}", **UNSEEN)
    assert "not compared" not in do(sealed, f"parking renew {SPACE} --until 2027-01-31", **UNSEEN)
    row = "B1-003,地库,已售,3-2-0501,,,粤B00007"
    assert unlike in sealed.run(*table(sealed, row), "--dry-run", **UNSEEN).all
    do(sealed, f"parking cars {SPACE} --cars 粤B00008", **UNSEEN)
    assert "cars: 粤B00008\n" in do(sealed, f"parking show {SPACE}")
    do(sealed, f"parking free {SPACE} --reason 退租", **UNSEEN)
    assert "sealed" not in record(sealed, SPACE)
    do(sealed, "validate parking")


# --- where it is seen


@pytest.mark.rule("U10", "U14")
def test_where_a_space_is_seen(homes):
    """With its home while it is held, by its cars, in what is due and overdue, and why."""
    space(homes, f"{SELL} --cars {CAR},{SECOND}")
    space(homes, LET, OTHER)
    shown = do(homes, "unit show 3-2-0501")
    assert (
        f"  {SPACE}  sold  3-2-0501  地库\n    [U10] monthly look at the space  2026-11-14 23:59  陈静  open" in shown
    )
    assert OTHER not in shown
    for typed in (CAR, "粤b·１２３４５", "54321"):
        (found,) = rows(homes, f"find {typed}")
        assert (found["record"], found["state"], found["units"]) == (SPACE, "sold", ["3-2-0501"])
    soon = [(r["id"], r["rule"], r["owed"]) for r in rows(homes, "due --within 70d") if r["rule"] == "U10"]
    assert soon == [(SPACE, "U10", "space-check"), (OTHER, "U10", "space-check"), (OTHER, "U10", "lease-notice")]
    late = rows(homes, "overdue", "2026-12-18T00:00")
    assert [r["owed"] for r in late if r["id"] == OTHER] == ["space-check", "lease-notice"]
    explained = do(homes, f"explain {OTHER}")
    assert "limit       14 days before the last day agreed\n    due         2026-12-17 23:59" in explained
    do(homes, f"parking free {SPACE} --reason 卖出")
    assert SPACE not in do(homes, "unit show 3-2-0501")
    assert rows(homes, f"find {CAR}") == []


@pytest.mark.rule("U10", "U14")
def test_lists_of_a_home_leave_out_what_belongs_to_none(homes):
    """A free space, and a car that came for nobody, are about no home."""
    space(homes)
    space(homes, f"{LET} --cars {CAR}", OTHER)
    listed = homes.ok("parking", "list", "--unit", "3-2")
    assert OTHER in listed and SPACE not in listed
    do(homes, "stay enter --plate 粤B00001")
    do(homes, "stay enter --plate 粤B00002 --unit 3-2-0501")
    assert "3-2-0501" in homes.ok("stay", "list", "--unit", "3-2-0501")
    assert len(json.loads(homes.ok("stay", "list", "--unit", "3-2", "--format", "json"))) == 1


@pytest.mark.rule("U10")
def test_a_home_that_is_not_on_record_is_a_bad_row(homes):
    command = table(homes, "B1-003,地库,已售,3-2-0999,,,")
    told = homes.run(*command, "--dry-run")
    assert (told.code, "D2" in told.out and "unit 3-2-0999 does not exist" in told.out) == (3, True)
    assert "Nothing to write" in homes.ok(*command, "--skip-bad")
