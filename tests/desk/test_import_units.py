"""`propcli import units`: all or none, what is certain repaired, what is not refused with its cell [U1]."""

import json
from datetime import date
from typing import Any

import pytest

from tests.conftest import Desk
from tests.desk.rosters import GOOD, MAP, bad_cells, put, repairs, report, row

pytestmark = pytest.mark.rule("U1")


def unit(desk: Desk, unit_id: str) -> dict[str, Any]:
    """A unit's record, as JSON."""
    found: dict[str, Any] = json.loads(desk.ok("show", unit_id, "--format", "json"))
    return found


def units(desk: Desk) -> list[str]:
    return sorted(path.stem for path in (desk.root / "units").rglob("*.yaml"))


# --- the whole of a table


@pytest.mark.parametrize("name", ["in.csv", "in.xlsx"])
def test_a_good_table_is_one_commit_and_importing_it_again_changes_nothing(desk: Desk, name: str) -> None:
    """A unit begins with `registered`, by import, at the present time."""
    command = ("import", "units", *put(desk, name, row(), row(房号="0502", 状态="空置", 面积="", 户型="")))
    head = desk.git("rev-parse", "HEAD")
    dry = desk.run(*command, "--dry-run")
    assert (dry.code, units(desk)) == (0, [])
    assert desk.ok(*command).splitlines() == [
        "2 rows: 2 new, 0 imported before, 0 bad",
        "new: 2 units in 1 buildings",
        "2 units were written.",
    ]
    assert desk.git("rev-list", "--count", f"{head.strip()}..HEAD").strip() == "1"
    assert desk.git("status", "--porcelain") == ""
    assert (desk.root / "units/3/3-2-0501.yaml").read_text("utf-8") == (
        "id: '3-2-0501'\nstatus: owner_occupied\nuse: residential\narea: 89.50\nlayout: 三室两厅\n"
        "handed_over: 2025-06-01\nevents:\n- at: 2026-10-14T10:00:00+08:00\n  by: import\n  event: registered\n"
        "  state: owner_occupied\n  use: residential\n  handed_over: 2025-06-01\n"
    )
    assert desk.run("validate").code == 0
    before = desk.snapshot()
    assert desk.ok(*command).splitlines() == ["2 rows: 0 new, 2 imported before, 0 bad", "Nothing to write."]
    assert desk.snapshot() == before


def test_one_bad_row_keeps_all_out_and_can_be_skipped(desk: Desk) -> None:
    """The others are written with --skip-bad; mended, the last comes in alone."""
    command = ("import", "units", *put(desk, "in.csv", row(), row(房号="0502", 状态="住人"), row(房号="0503")))
    assert bad_cells(desk, *command) == [(3, "J3", "'住人' has no translation under values: state")]
    assert units(desk) == []
    assert "2 units were written" in desk.ok(*command, "--skip-bad")
    put(desk, "in.csv", row(), row(房号="0502"), row(房号="0503"))
    assert "3 rows: 1 new, 2 imported before, 0 bad" in desk.ok(*command)
    assert units(desk) == ["3-2-0501", "3-2-0502", "3-2-0503"]


def test_rows_of_one_home_are_taken_together(desk: Desk) -> None:
    """Co-owners have a row each; an empty cell says nothing, a different one is told with the row it differs from."""
    rows = [row(), row(业主姓名="陈大明", 面积="", 户型="", 状态=""), row(业主姓名="李娜", 面积="98.50")]
    command = ("import", "units", *put(desk, "in.csv", *rows))
    assert bad_cells(desk, *command) == [(4, "G4", "area is 98.50, but in row 2 89.50")]
    put(desk, "in.csv", *rows[:2])
    assert "2 rows: 2 new" in desk.ok(*command)
    assert units(desk) == ["3-2-0501"]


@pytest.mark.parametrize(
    ("change", "cell", "reason"),
    [
        ({"面积": "90"}, "G2", "area is 90.00, but on the record of 3-2-0501 89.50"),
        ({"户型": "两室"}, "H2", "layout is 两室, but on the record of 3-2-0501 三室两厅"),
        ({"状态": "空置"}, "J2", "state is vacant, but on the record of 3-2-0501 owner_occupied"),
        ({"交房日期": "2025-06-02"}, "I2", "handed_over is 2025-06-02, but on the record of 3-2-0501 2025-06-01"),
    ],
)
def test_a_unit_on_record_is_never_overwritten(homes: Desk, change: dict[str, str], cell: str, reason: str) -> None:
    """The same row is known; another value is told by its field."""
    command = ("import", "units", *put(homes, "in.csv", row()))
    assert "1 rows: 0 new, 1 imported before, 0 bad" in homes.ok(*command)
    put(homes, "in.csv", row(**change))
    assert bad_cells(homes, *command) == [(2, cell, reason)]


def test_a_table_stays_known_when_life_has_gone_on(desk: Desk) -> None:
    """The state the unit was registered with is no contradiction to the one it has come to."""
    command = ("import", "units", *put(desk, "in.csv", row(状态="空置")))
    desk.ok(*command)
    file = desk.root / "units/3/3-2-0501.yaml"
    changed = (
        "- at: 2026-10-14T10:00:00+08:00\n  by: zhou.min\n  event: state_changed\n  state: renovating\n  reason: 装修\n"
    )
    file.write_text(file.read_text("utf-8").replace("status: vacant", "status: renovating") + changed, "utf-8")
    assert desk.run("validate").code == 0
    assert "1 imported before" in desk.ok(*command)


def test_bad_records_are_put_right_first(desk: Desk) -> None:
    command = ("import", "units", *put(desk, "in.csv", row()))
    desk.write("units/3/3-2-0501.yaml", "id: [broken\n")
    assert "before importing more" in desk.refused(*command, code=3)


def test_what_is_not_mapped_is_told(desk: Desk) -> None:
    """state and use have to be said; columns of other commands are not looked at."""
    command = (
        "import",
        "units",
        *put(desk, "in.csv", row(), mapping=MAP.replace("  use: residential", "  kind: repair")),
    )
    assert "use is neither among columns nor among constants" in desk.refused(*command)
    put(desk, "in.csv", row(), mapping=MAP.replace("name: 业主姓名", "name: 没有这一列"))
    assert "1 units were written" in desk.ok(*command)
    put(desk, "in.csv", row(), mapping=MAP.replace("area: 面积", "area: 面 积"))
    assert "did you mean '面积'?" in desk.refused(*command)


def test_every_field_of_a_unit(desk: Desk) -> None:
    """Codes stand as they are, words by the mapping; meters, gas, the day of completion."""
    extra = {"用途": "shop", "竣工": "2010年5月1日", "水表": "０01234", "电表": 5678.0, "气表": "G-9", "燃气": "TRUE"}
    lines = [
        "use: 用途",
        "completed: 竣工",
        "water_meter: 水表",
        "electricity_meter: 电表",
        "gas_meter: 气表",
        "gas: 燃气",
    ]
    mapping = MAP.replace("columns:\n", "columns:\n" + "".join(f"  {line}\n" for line in lines))
    mapping = mapping[: mapping.index("constants:")]
    desk.ok("import", "units", *put(desk, "in.xlsx", row(状态="vacant", **extra), mapping=mapping))
    found = unit(desk, "3-2-0501")
    assert found["use"] == "shop" and found["status"] == "vacant" and found["completed"] == "2010-05-01"
    assert found["meters"] == {"water": "001234", "electricity": "5678", "gas": "G-9"}
    assert found["gas"] is True


# --- units and their zeros


@pytest.mark.parametrize(
    ("cells", "unit_id"),
    [
        ({"楼栋": "3栋", "单元": "2单元", "房号": "0501室"}, "3-2-0501"),
        ({"楼栋": "３", "单元": "２", "房号": "Ｂ101"}, "3-2-B101"),
        ({"楼栋": "第3幢", "单元": "2", "房号": "0501"}, "3-2-0501"),
        ({"楼栋": "A座", "单元": "1门", "房号": "501"}, "A-1-501"),
    ],
)
def test_parts_of_a_unit_as_people_write_them(desk: Desk, cells: dict[str, str], unit_id: str) -> None:
    desk.ok("import", "units", *put(desk, "in.csv", row(**cells)))
    assert units(desk) == [unit_id]


@pytest.mark.parametrize(
    "text", ["3-2-0501", "3—2—0501", "3栋2单元0501室", "3号楼2单元0501", "3－2－0501", "3 - 2 - 0501"]
)
def test_a_unit_in_one_column(desk: Desk, text: str) -> None:
    mapping = MAP.replace("  building: 楼栋\n  entrance: 单元\n  room: 房号\n", "  unit: 房号\n")
    desk.ok("import", "units", *put(desk, "in.csv", row(房号=text), mapping=mapping))
    assert units(desk) == ["3-2-0501"]


@pytest.mark.parametrize("text", ["501", "五栋二单元501", "3-2", "3-2-05-01", "32501", "3-2-050100000"])
def test_what_is_no_unit_is_told(desk: Desk, text: str) -> None:
    mapping = MAP.replace("  building: 楼栋\n  entrance: 单元\n  room: 房号\n", "  unit: 房号\n")
    [(number, cell, reason)] = bad_cells(desk, "import", "units", *put(desk, "in.csv", row(房号=text), mapping=mapping))
    assert (number, cell) == (2, "C2")
    assert "is not a unit" in reason


def test_a_date_that_was_a_room_is_told(desk: Desk) -> None:
    """Excel takes 3-2-2001 for the second of March."""
    mapping = MAP.replace("  building: 楼栋\n  entrance: 单元\n  room: 房号\n", "  unit: 房号\n")
    [(_, cell, reason)] = bad_cells(
        desk, "import", "units", *put(desk, "in.xlsx", row(房号=date(2001, 3, 2)), mapping=mapping)
    )
    assert cell == "C2" and "made a date of it" in reason


def test_lost_zeros_come_back_where_all_other_rooms_show_them(desk: Desk) -> None:
    """0401 and 1201 of the building stand as text: 501 as a number was 0501."""
    rows = [row(房号="0401"), row(房号="1201"), row(房号=501), row(房号=502)]
    command = ("import", "units", *put(desk, "in.xlsx", *rows))
    assert repairs(desk, *command) == [
        ("C4", "room", "3-2-501", "3-2-0501"),
        ("C5", "room", "3-2-502", "3-2-0502"),
    ]
    assert "repaired: 2 room numbers" in desk.ok(*command)
    assert units(desk) == ["3-2-0401", "3-2-0501", "3-2-0502", "3-2-1201"]
    before = desk.snapshot()
    assert "4 imported before" in desk.ok(*command)
    assert desk.snapshot() == before


@pytest.mark.parametrize(
    "others",
    [
        [],  # nothing to go by
        ["1201", "1202"],  # no zero anywhere: floors above nine have a digit more
        ["0401", "401"],  # both in use
        ["B101"],
    ],
)
def test_zeros_are_not_made_up(desk: Desk, others: list[str]) -> None:
    desk.ok("import", "units", *put(desk, "in.xlsx", *(row(房号=room) for room in others), row(房号=501)))
    assert "3-2-501" in units(desk)


def test_a_unit_on_record_is_found_without_its_zeros(homes: Desk) -> None:
    command = ("import", "units", *put(homes, "in.xlsx", row(房号=501)))
    assert repairs(homes, *command) == [("C2", "room", "3-2-501", "3-2-0501")]
    assert "1 imported before" in homes.ok(*command)


def test_one_home_in_two_spellings_is_told(desk: Desk) -> None:
    """Of rooms 501 and 0501 without a rule which is right, the second is refused."""
    rows = [row(房号="1201"), row(房号="0501"), row(房号="501"), row(房号="502")]
    command = ("import", "units", *put(desk, "in.csv", *rows))
    [(number, cell, reason)] = bad_cells(desk, *command)
    assert (number, cell) == (4, "C4")
    assert "3-2-501 may be the same home as 3-2-0501 in row 3" in reason


# --- cells


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019.6.30", "2019-06-30"),
        ("2019/6/30", "2019-06-30"),
        ("2019年6月30日", "2019-06-30"),
        ("2019 年 6 月 30 日", "2019-06-30"),
        ("２０１９年６月３０日", "2019-06-30"),
        ("20190630", "2019-06-30"),
        ("2019-6-30", "2019-06-30"),
        (20190630, "2019-06-30"),
        (43646, "2019-06-30"),
        (43646.5, "2019-06-30"),
    ],
)
def test_days_in_every_notation_with_the_year_first(desk: Desk, text: Any, day: str) -> None:
    """And as the numbers that Excel counts days in; each is counted as repaired."""
    command = ("import", "units", *put(desk, "in.xlsx", row(交房日期=text)))
    assert repairs(desk, *command) == [("I2", "date", str(text), day)]
    desk.ok(*command)
    assert unit(desk, "3-2-0501")["handed_over"] == day


@pytest.mark.parametrize("text", ["2019-06-30", "2019-06-30 00:00:00", date(2019, 6, 30)])
def test_a_day_that_stands_there_needs_no_repair(desk: Desk, text: Any) -> None:
    command = ("import", "units", *put(desk, "in.xlsx", row(交房日期=text)))
    assert repairs(desk, *command) == []
    desk.ok(*command)
    assert unit(desk, "3-2-0501")["handed_over"] == "2019-06-30"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2019-02-29", "does not exist in the calendar"),
        ("2019年13月1日", "does not exist in the calendar"),
        ("20190631", "does not exist in the calendar"),
        ("6/7/2019", "can be read as more than one day"),
        ("06.07.19", "can be read as more than one day"),
        ("19/6/7", "can be read as more than one day"),
        ("30/6/2019", "can be read as more than one day"),
        ("2019年6月", "is not a date"),
        ("2019", "is not a date"),
        ("去年", "is not a date"),
        (2019, "is not a year this office will see"),
        (3.5, "is not a date"),
        ("1900-01-01", "is not a year this office will see"),
        ("=DATE(2019,6,30)", "#N/A is an error of a formula"),
    ],
)
def test_a_day_that_is_none_or_could_be_two_is_told(desk: Desk, text: Any, reason: str) -> None:
    [(number, cell, told)] = bad_cells(desk, "import", "units", *put(desk, "in.xlsx", row(交房日期=text)))
    assert (number, cell) == (2, "I2")
    assert reason in told


def test_a_form_of_dates_can_be_named(desk: Desk) -> None:
    """The mapping says that the day stands first; a row that only reads the other way makes the column suspect."""
    mapping = MAP + "dates: ['%d/%m/%Y']\n"
    command = ("import", "units", *put(desk, "in.csv", row(交房日期="6/7/2019"), mapping=mapping))
    desk.ok(*command)
    assert unit(desk, "3-2-0501")["handed_over"] == "2019-07-06"
    rows = [row(房号="0601", 交房日期="6/7/2019"), row(房号="0602", 交房日期="6/30/2019")]
    put(desk, "in.csv", *rows, mapping=mapping)
    assert [(number, cell) for number, cell, _ in bad_cells(desk, *command)] == [(2, "I2"), (3, "I3")]
    assert "Nothing to write" in desk.ok(*command, "--skip-bad")


def test_days_are_counted_from_1904_where_the_workbook_says_so(desk: Desk) -> None:
    """Old workbooks of Macs."""
    import xlsxwriter

    from tests.desk.rosters import HEADER

    put(desk, "in.xlsx", row())
    book = xlsxwriter.Workbook(str(desk.root.parent / "in.xlsx"), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, [GOOD[name] if name != "交房日期" else 43646 - 1462 for name in HEADER])
    book.close()
    desk.ok("import", "units", "../in.xlsx", "--map", "../map.yaml")
    assert unit(desk, "3-2-0501")["handed_over"] == "2019-06-30"


@pytest.mark.parametrize(
    ("area", "kept"), [("89.5㎡", "89.50"), ("８９．５平方米", "89.50"), (89.49999999999999, "89.50"), (120, "120.00")]
)
def test_areas(desk: Desk, area: Any, kept: str) -> None:
    desk.ok("import", "units", *put(desk, "in.xlsx", row(面积=area)))
    assert f"area: {kept}\n" in (desk.root / "units/3/3-2-0501.yaml").read_text("utf-8")


@pytest.mark.parametrize("area", ["89.555", "约90", "-5", "1e3", "=A1*2", "#REF!"])
def test_an_area_that_is_none_is_told(desk: Desk, area: str) -> None:
    [(number, cell, _)] = bad_cells(desk, "import", "units", *put(desk, "in.xlsx", row(面积=area)))
    assert (number, cell) == (2, "G2")


def test_merged_cells_count_for_every_row(desk: Desk) -> None:
    """Building, entrance and room are written once for two owners."""
    rows = [row(), row(业主姓名="陈大明"), row(房号="0502", 业主姓名="李娜")]
    command = ("import", "units", *put(desk, "in.xlsx", *rows, merge=("A2:A4", "B2:B4", "C2:C3", "J2:J4")))
    found = repairs(desk, *command)
    assert {(cell, kind) for cell, kind, _, _ in found} == {
        (cell, "merged") for cell in ("A3", "A4", "B3", "B4", "C3", "J3", "J4")
    }
    assert "repaired: 7 cells of merged ranges" in desk.ok(*command)
    assert units(desk) == ["3-2-0501", "3-2-0502"]


def test_errors_of_formulas_are_told_by_their_cell(desk: Desk) -> None:
    """The reader of workbooks gives them as empty; they are not."""
    rows = [row(), row(房号="=VLOOKUP(1,2,3)"), row(房号="0503", 状态="=NA()")]
    found = bad_cells(desk, "import", "units", *put(desk, "in.xlsx", *rows))
    assert found == [(3, "C3", "#N/A is an error of a formula"), (4, "J4", "#N/A is an error of a formula")]


def test_every_problem_of_every_row_is_told(desk: Desk) -> None:
    rows = [row(状态="", 面积="x", 交房日期="x"), row(房号="", 状态="?")]
    found = bad_cells(desk, "import", "units", *put(desk, "in.csv", *rows))
    assert sorted((number, cell) for number, cell, _ in found) == [(2, "G2"), (2, "I2"), (2, "J2"), (3, "C3")]


def test_custody_has_an_agreement_that_a_table_does_not(desk: Desk) -> None:
    [(_, cell, reason)] = bad_cells(desk, "import", "units", *put(desk, "in.csv", row(状态="in_custody")))
    assert cell == "J2" and "custody has an agreement" in reason


def test_a_number_of_a_person_is_not_printed_by_a_row_that_slipped(desk: Desk) -> None:
    """The identity number stands in the column of the area."""
    [(_, _, reason)] = bad_cells(desk, "import", "units", *put(desk, "in.csv", row(面积=GOOD["身份证"])))
    assert GOOD["身份证"] not in reason and "110*************" in reason


def test_cells_of_a_csv_are_called_as_a_spreadsheet_would(desk: Desk) -> None:
    """Line breaks within a cell and empty lines: the row of the file and the row of the sheet differ."""
    command = ("import", "units", *put(desk, "in.csv", row(户型="三室\n两厅"), row(房号="0502", 面积="x")))
    found = bad_cells(desk, *command)
    assert [(number, cell) for number, cell, _ in found] == [(2, "H2"), (4, "G3")]


def test_for_programs_it_is_one_report(desk: Desk) -> None:
    told = report(desk, "import", "units", *put(desk, "in.csv", row(), row(房号="0502", 面积="x")), code=3)
    assert (told["rows"], told["new"], told["known"], told["bad"]) == (2, 1, 0, 1)
