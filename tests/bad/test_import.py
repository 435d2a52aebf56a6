"""Hostile tables for `propcli import tickets`: every bad row by its number and column, all of a file or nothing."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from conftest import Desk

from propcli.kinds.catalog import KINDS
from propcli.kinds.ticket.imports import TARGETS, Destination, prepare
from propcli.kinds.ticket.model import TicketEvent
from propcli.records.cells import Reader
from propcli.records.checking import Surroundings
from propcli.records.mapping import Mapping
from propcli.records.places import Register
from propcli.store.sheets import Row, Sheet

MAP = """\
system: legacy
dates: ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d']
columns:
  source_id: 单号
  reported: 报修时间
  closed: 完成时间
  summary: 内容
  unit: 房号
  urgency: 缓急
  caller_name: 姓名
  caller_phone: 电话
  closed_text: 结果
  detail: 备注
values:
  urgency: {急: urgent, 普通: normal, '*': normal}
constants:
  kind: repair
  category: water
  channel: phone
"""
HEADER = ["单号", "报修时间", "完成时间", "内容", "房号", "缓急", "姓名", "电话", "结果", "备注"]
GOOD = ["1001", "2026-10-01 08:00:00", "", "水管漏水", "3-2-0501", "急", "王丽", "13800138000", "", ""]


def row(**changes: str) -> list[str]:
    """A good row with some cells changed, by column name."""
    return [changes.get(name, cell) for name, cell in zip(HEADER, GOOD, strict=True)]


def text(*rows: list[str], header: list[str] = HEADER, end: str = "\n") -> str:
    return "".join(",".join(cells) + end for cells in (header, *rows))


def table(desk: Desk, content: str | bytes, name: str = "in.csv", mapping: str = MAP) -> tuple[str, ...]:
    """Put a table and its mapping beside the estate; the command that imports it."""
    folder = desk.root.parent
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "map.yaml").write_text(mapping, "utf-8")
    return ("import", "tickets", f"../{name}", "--map", "../map.yaml")


def workbook(desk: Desk, *rows: list[Any], header: list[Any] = HEADER, mapping: str = MAP) -> tuple[str, ...]:
    """The same as an Excel file; None leaves a cell empty, a date or time is a date cell."""
    file = desk.root.parent / "in.xlsx"
    book = xlsxwriter.Workbook(str(file), {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("报修")
    for number, cells in enumerate((header, *rows)):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and not cell.startswith("="):
                sheet.write_string(number, column, cell)
            elif cell is not None:
                sheet.write(number, column, cell)
    book.close()
    (desk.root.parent / "map.yaml").write_text(mapping, "utf-8")
    return ("import", "tickets", "../in.xlsx", "--map", "../map.yaml")


def bad_rows(desk: Desk, command: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """What an import says of its bad rows, having written nothing: (row, column, reason)."""
    before = desk.snapshot()
    told = desk.run(*command)
    assert told.code == 3, told.all
    assert "Nothing was written" in told.out
    result = desk.run(*command, "--format", "json")
    assert result.code == 3
    assert desk.snapshot() == before
    found = json.loads(result.out)["tables"]["bad_rows"]
    rows = [(bad["row"], bad["column"], bad["reason"]) for bad in found]
    for number, column, reason in rows:
        assert str(number) in told.out and column in told.out
        assert "Input should" not in reason and "String should" not in reason, reason
    return rows


def tickets(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        desk.ok("ticket", "list", "--state", "all", "--format", "json", "--reveal")
    )
    return found


# --- the whole of a file


def test_a_good_table_is_one_commit_and_importing_it_again_changes_nothing(desk: Desk) -> None:
    command = table(desk, text(row(), row(单号="1002", 完成时间="2026-10-02 10:00:00", 结果="换了")))
    assert "2 tickets were written" in desk.ok(*command)
    assert desk.git("status", "--porcelain") == ""
    assert desk.run("validate").code == 0
    before = desk.snapshot()
    assert "Nothing to write" in desk.ok(*command)
    assert desk.snapshot() == before
    # the rows in another order, and one new
    command = table(desk, text(row(单号="1003"), row(单号="1002"), row()))
    assert "1 tickets were written" in desk.ok(*command)
    assert len(tickets(desk)) == 3


def test_one_bad_row_keeps_all_out_and_can_be_skipped(desk: Desk) -> None:
    command = table(desk, text(row(), row(单号="1002", 房号="五号楼"), row(单号="1003")))
    assert bad_rows(desk, command) == [
        (3, "房号", "'五号楼' is not a unit (building-entrance-room, like 3-2-0501) nor public for the public area")
    ]
    before = desk.snapshot()
    dry = desk.run(*command, "--skip-bad", "--dry-run")
    assert "nothing was written" in dry.out
    assert desk.snapshot() == before
    assert "2 tickets were written" in desk.ok(*command, "--skip-bad")
    # mended, the one that was left out comes in; the others do not come twice
    command = table(desk, text(row(), row(单号="1002"), row(单号="1003")))
    assert "1 tickets were written" in desk.ok(*command)
    assert len(tickets(desk)) == 3


def test_a_refused_commit_imports_nothing(desk: Desk) -> None:
    hook = desk.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    command = table(desk, text(*(row(单号=str(number)) for number in range(50))))
    desk.refused(*command, code=3)
    hook.unlink()
    assert "50 tickets were written" in desk.ok(*command)


def test_bad_records_are_put_right_first(desk: Desk) -> None:
    desk.write("tickets/2026/10/T-20261014-001.yaml", "id: [broken\n")
    said = desk.refused(*table(desk, text(row())), code=3)
    assert "T-20261014-001.yaml:" in said and "before importing more" in said


# --- rows and cells


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"单号": ""}, "单号", "source_id is empty"),
        ({"单号": "9" * 201}, "单号", "longer than 200 characters"),
        ({"报修时间": ""}, "报修时间", "reported is empty"),
        ({"报修时间": "13/10/2026 08:00:00"}, "报修时间", "it looks like %d/%m/%Y %H:%M:%S"),
        ({"报修时间": "2026/10/13"}, "报修时间", "it looks like %Y/%m/%d"),
        ({"报修时间": "2026年10月13日"}, "报修时间", "'2026年10月13日' is not a date of the form"),
        ({"报修时间": "2026-02-30 08:00:00"}, "报修时间", "'2026-02-30 08:00:00' is not a date"),
        ({"报修时间": "0026-10-01"}, "报修时间", "'0026-10-01' is not"),
        ({"报修时间": "1900-01-01"}, "报修时间", "1900-01-01"),  # what exports write for nothing
        ({"报修时间": "2206-10-01"}, "报修时间", "'2206-10-01' is not"),
        ({"报修时间": "46296.5"}, "报修时间", "'46296.5' is not a date"),
        ({"完成时间": "2026-09-01 08:00:00"}, "完成时间", "closed (2026-09-01 08:00) before it was reported"),
        ({"完成时间": "已完成"}, "完成时间", "'已完成' is not a date"),
        ({"内容": ""}, "内容", "summary is empty"),
        ({"内容": " "}, "内容", "summary is empty"),
        ({"房号": "501"}, "房号", "'501' is not a unit"),
        ({"姓名": "王" * 201}, "姓名", "longer than 200 characters"),
        ({"电话": "1" * 201}, "电话", "is not a phone number"),
        ({"备注": "长" * 4001}, "备注", "longer than 4000 characters"),
        ({"完成时间": "2026-10-02 08:00:00", "结果": "长" * 4001}, "结果", "longer than 4000 characters"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else str(value)[:30],
)
def test_a_bad_cell_is_told_by_row_and_column(desk: Desk, changes: dict[str, str], column: str, reason: str) -> None:
    rows = bad_rows(desk, table(desk, text(row(单号="1"), row(**changes), row(单号="3"))))
    assert [(number, name) for number, name, _ in rows] == [(3, column)]
    assert reason in rows[0][2]


def test_a_bad_cell_is_called_as_a_spreadsheet_calls_it(desk: Desk) -> None:
    """By its letter, and by the row there: a line break in a cell makes one row of two lines. Not in JSON lines."""
    command = table(desk, text(row(备注='"一\n二"'), row(单号="2", 房号="x")))
    result = desk.run(*command)
    assert "4  房号    E3" in result.out
    table(desk, json.dumps(dict(zip(HEADER, row(房号="x"), strict=True))), "in.jsonl")
    said = desk.run(*command[:2], "../in.jsonl", *command[3:], "--format", "json").out
    found = json.loads(said)["tables"]["bad_rows"]
    assert (found[0]["row"], found[0]["cell"]) == (1, "")


def test_every_problem_of_every_row_is_told(desk: Desk) -> None:
    rows = bad_rows(
        desk, table(desk, text(row(报修时间="x", 房号=""), row(单号="2", 内容=""), row(单号="", 完成时间="y")))
    )
    assert [(number, column) for number, column, _ in rows] == [
        (2, "报修时间"),
        (2, "房号"),
        (3, "内容"),
        (4, "完成时间"),
        (4, "单号"),
    ]


def test_an_id_twice_in_a_table_names_both_rows(desk: Desk) -> None:
    command = table(desk, text(row(), row(单号="1002"), row(内容="另一件"), row(单号=" 1001 ")))
    assert bad_rows(desk, command) == [
        (4, "单号", "1001 also stands in row 2"),
        (5, "单号", "1001 also stands in row 2"),
    ]


def test_ragged_rows_are_told_by_number(desk: Desk) -> None:
    command = table(desk, text(row()[:-1], row(单号="2"), [*row(单号="3"), "", "多"], ["4"]))
    assert [(number, reason) for number, _, reason in bad_rows(desk, command)] == [
        (2, "9 cells, the header has 10"),
        (4, "12 cells, the header has 10"),
        (5, "1 cells, the header has 10"),
    ]


def test_rows_are_counted_by_the_line_they_begin_on(desk: Desk) -> None:
    """Line breaks within quotes, empty lines between rows, CR LF."""
    content = text(
        row(备注='"一\n二\n三"'), [""], row(单号="2", 房号="x"), ["", "", ""], row(单号="3", 内容=""), end="\r\n"
    )
    assert [(number, column) for number, column, _ in bad_rows(desk, table(desk, content))] == [
        (6, "房号"),
        (8, "内容"),
    ]


def test_a_quote_that_is_never_closed_is_told(desk: Desk) -> None:
    rows = bad_rows(desk, table(desk, text(row(), row(单号="2", 备注='"没有结束'), row(单号="3"), row(单号="4"))))
    assert len(rows) == 1
    assert rows[0][0] == 3
    assert "not readable as CSV from here on" in rows[0][2]


def test_a_huge_cell_is_told_and_nothing_else_is_lost(desk: Desk) -> None:
    rows = bad_rows(desk, table(desk, text(row(), row(单号="2", 备注="长" * 200_000), row(单号="3", 房号="x"))))
    assert [(number, column) for number, column, _ in rows] == [(3, "备注"), (4, "房号")]


def test_a_long_summary_is_moved_to_the_detail(desk: Desk) -> None:
    desk.ok(*table(desk, text(row(内容="漏" * 300))))
    ticket = json.loads(desk.ok("show", "001", "--format", "json"))
    assert len(ticket["summary"]) == 200
    assert ticket["detail"] == "漏" * 300


def test_whatever_a_row_says_becomes_part_of_its_ticket() -> None:
    """Every field that a mapping can name, each with a value of its own: none is read and then forgotten."""
    reported, due, closed, visit, asked_by, expected = (f"2026-10-0{day} 08:00:00" for day in range(1, 7))
    cells = {
        "source_id": "1001", "reported": reported, "due": due, "closed": closed, "closed_text": "已协调",
        "kind": "complaint", "category": "noise", "severity": "minor", "urgency": "low", "channel": "visit",
        "unit": "3-2-0501", "building": "3", "place": "主卧", "summary": "夜里施工", "detail": "连续三晚",
        "caller_name": "王丽", "caller_phone": "13800138000", "convenient": "周末", "appointment": visit,
        "asked_by": asked_by, "expected": expected, "status": "closed",
    }  # fmt: skip
    assert {*cells, "entrance", "room"} == set(TARGETS)
    mapping = Mapping.model_validate({"system": "legacy", "columns": {name: name for name in cells}})
    sheet, zone = Sheet(list(cells), [Row(2, dict(cells))]), ZoneInfo("Asia/Shanghai")
    around = Surroundings(dict.fromkeys((*KINDS, "team", "category")))
    to = Destination(around, "CN", Register(frozenset()), datetime(2026, 10, 31, tzinfo=zone))
    (draft,) = prepare(Reader(sheet, mapping, zone), to, frozenset()).drafts
    moments = {cell: datetime.fromisoformat(cell).replace(tzinfo=zone) for cell in cells.values() if "08:00" in cell}
    same = ("kind", "category", "urgency", "channel", "unit", "building", "place", "summary", "detail", "convenient")
    assert draft.fields == {
        **{name: cells[name] for name in same},
        **{name: moments[cells[name]] for name in ("reported", "due", "asked_by")},
        "source": {"system": "legacy", "id": "1001"},
        "caller": {"name": "王丽", "phone": "13800138000"},
    }
    begun = {"severity": "minor", "expected": moments[expected], "appointment": moments[visit]}
    assert draft.events == (
        TicketEvent(at=moments[reported], by="import", event="imported", **begun),
        TicketEvent(at=moments[closed], by="import", event="settled", text="已协调"),
    )


@pytest.mark.parametrize("cell", ["\x00", "a\x00b", "\x1b[31m红", "\x07"])
def test_control_characters_in_a_cell_are_told(desk: Desk, cell: str) -> None:
    rows = bad_rows(desk, table(desk, text(row(单号="1"), row(内容=f"漏{cell}水"))))
    assert [(number, column) for number, column, _ in rows] == [(3, "内容")]


@pytest.mark.parametrize(
    "cell", ["=HYPERLINK(1)", "no", "0501", "12:30", "1e3", "~", "- x", "a: b", "#REF!", "{a}", "%s", "{0}"]
)
def test_a_cell_is_text_whatever_it_looks_like(desk: Desk, cell: str) -> None:
    desk.ok(*table(desk, text(row(内容=cell, 备注=cell))))
    ticket = json.loads(desk.ok("show", "001", "--format", "json"))
    assert ticket["summary"] == ticket["detail"] == cell
    assert desk.run("validate").code == 0
    assert "Nothing to write" in desk.ok(*table(desk, text(row(内容=cell))))


@pytest.mark.parametrize(
    ("cell", "number"), [('="0012"', "0012"), ("'0012", "0012"), ("12.0", "12"), ("No. 7", "No. 7"), ("１２", "１２")]
)
def test_what_was_put_around_a_number_for_a_spreadsheet_is_taken_off(desk: Desk, cell: str, number: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    said = desk.ok(*table(desk, text(row(单号=quoted))))
    assert ("repaired: 1 other cells" in said) == (cell != number)
    assert json.loads(desk.ok("show", "001", "--format", "json"))["source"]["id"] == number


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "#REF!", "2.0261E+16", "20261030000100.5"])
def test_a_number_that_a_spreadsheet_has_spoilt_is_told(desk: Desk, cell: str) -> None:
    assert [(number, column) for number, column, _ in bad_rows(desk, table(desk, text(row(单号=cell))))] == [
        (2, "单号")
    ]


def test_numbers_keep_every_digit_or_are_refused(desk: Desk) -> None:
    """As text they are whole; as numbers a workbook has kept fifteen digits."""
    good = ["20261030000100200", datetime(2026, 10, 1, 8), None, "漏水", "3-2-0501", "急", "王丽", None, None, None]
    rows = bad_rows(desk, workbook(desk, good, [20261030000100200, *good[1:]], [202610300001002, *good[1:]]))
    assert [(number, column) for number, column, _ in rows] == [(3, "单号")] and "last digits are lost" in rows[0][2]
    desk.ok(*table(desk, text(row(单号="20261030000100200"))))
    assert json.loads(desk.ok("show", "001", "--format", "json"))["source"]["id"] == "20261030000100200"


def test_a_time_that_the_zone_does_not_have_is_told(desk: Desk) -> None:
    mapping = MAP + "timezone: America/New_York\n"
    command = table(desk, text(row(报修时间="2026-03-08 02:30:00")), mapping=mapping)
    assert "does not exist in America/New_York" in bad_rows(desk, command)[0][2]


# --- the form of the file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_encodings_of_the_country_are_read(desk: Desk, encoding: str) -> None:
    desk.ok(*table(desk, text(row()).encode(encoding)))
    assert tickets(desk)[0]["summary"] == "水管漏水"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "big5", "utf-32"])
def test_other_encodings_are_refused_and_can_be_named(desk: Desk, encoding: str) -> None:
    content = text(row(内容="水管漏水")).encode(encoding, "replace")
    said = desk.run(*table(desk, content))
    assert said.code in (2, 3)
    assert "Traceback" not in said.all
    assert "水管漏水" not in said.all
    assert tickets(desk) == []
    if encoding.startswith("utf-16") and encoding != "utf-16-le":
        assert "1 tickets were written" in desk.ok(*table(desk, content, mapping=f"{MAP}encoding: {encoding}\n"))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "base64", "zlib", "idna", "punycode"])
def test_an_encoding_that_is_none_is_refused(desk: Desk, encoding: str) -> None:
    said = desk.run(*table(desk, text(row()), mapping=f"{MAP}encoding: {encoding}\n"))
    assert said.code in (2, 3)
    assert said.err.startswith("propcli: ")
    assert tickets(desk) == []


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n", b"   \n", b"\x00" * 100, b"{}"])
@pytest.mark.parametrize("name", ["in.csv", "in.tsv", "in.xlsx", "in.xls", "in.jsonl", "in.ods"])
def test_a_file_with_nothing_in_it_is_refused(desk: Desk, content: bytes, name: str) -> None:
    said = desk.refused(*table(desk, content, name), code=2)
    assert said.startswith("propcli: ")
    assert said.count("propcli: ") == 1


def test_a_table_without_rows_is_nothing_to_write(desk: Desk) -> None:
    assert "Nothing to write" in desk.ok(*table(desk, text()))
    assert "Nothing to write" in desk.ok(*workbook(desk))


@pytest.mark.parametrize("file", ["nowhere.csv", "nowhere.xlsx", ".", "in.pdf", "in"])
def test_a_file_that_is_none_is_refused(desk: Desk, file: str) -> None:
    command = table(desk, text(row()), "in.pdf")
    (desk.root.parent / "in").write_text("x")
    said = desk.refused(*command[:2], f"../{file}", *command[3:])
    assert said.startswith("propcli: ")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_found(desk: Desk, delimiter: str) -> None:
    desk.ok(*table(desk, text(row()).replace(",", delimiter)))
    assert [ticket["place"] for ticket in tickets(desk)] == ["3-2-0501"]


# --- the mapping


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (MAP.replace("房号", "房间号"), "unit: the table has no column '房间号'"),
        (MAP.replace("  summary: 内容\n", ""), "summary is neither among columns nor among constants"),
        (MAP.replace("  kind: repair\n", "  kind: repair\n  unit: public\n"), "unit is both a column and a constant"),
        (MAP.replace("  kind: repair\n", ""), "kind is neither among columns nor among constants"),
        (MAP.replace("columns:", "colums:"), "unknown field colums (did you mean columns?)"),
        (MAP.replace("  summary: 内容", "  sumary: 内容"), "'sumary' is not known here (did you mean summary?)"),
        (MAP.replace("constants:", "constants:\n  colour: red"), "'colour' is not known here"),
        (MAP + "timezone: Asia/Shanghia\n", "there is no time zone 'Asia/Shanghia'"),
        (MAP + "delimiter: ';;'\n", "longer than 1 characters"),
        (MAP.replace("system: legacy", "system: ''"), "'' is not a code"),
        (MAP.replace("system: legacy\n", ""), "system is missing"),
        (MAP.replace("columns:", "columns: {}\ncolums:"), "columns"),
        (MAP.replace("dates: ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d']", "dates: []"), "empty"),
        ("", "the file is empty"),
        ("- a\n", "the file is not a list of"),
        ("a: [\n", "not readable as YAML"),
    ],
    ids=str,
)
def test_a_mapping_that_does_not_fit_is_told(desk: Desk, mapping: str, said: str) -> None:
    before = desk.snapshot()
    result = desk.run(*table(desk, text(row()), mapping=mapping))
    assert result.code in (2, 3)
    assert desk.snapshot() == before
    assert said in result.err


def test_a_mapping_that_is_not_there(desk: Desk) -> None:
    command = table(desk, text(row()))
    assert "cannot be read" in desk.refused(*command[:-1], "../nowhere.yaml")
    assert "cannot be read" in desk.refused(*command[:-1], "..")


@pytest.mark.parametrize("form", ["%Q", "%", "%Y-%m-%d %Y", "", "(", "%d", "%s"])
def test_a_date_form_that_is_none_is_told_once_not_for_every_row(desk: Desk, form: str) -> None:
    """`%Q` is no directive: the mapping is wrong, not the rows."""
    mapping = MAP.replace("['%Y-%m-%d %H:%M:%S', '%Y-%m-%d']", json.dumps([form]))
    result = desk.run(*table(desk, text(row(), row(单号="2")), mapping=mapping))
    assert result.code in (2, 3)
    assert "Traceback" not in result.all
    assert tickets(desk) == []


def test_values_that_the_mapping_does_not_know_are_told(desk: Desk) -> None:
    mapping = MAP.replace(", '*': normal", "")
    command = table(desk, text(row(), row(单号="2", 缓急="特急")), mapping=mapping)
    assert bad_rows(desk, command) == [(3, "缓急", "'特急' has no translation under values: urgency")]


def test_values_that_translate_to_nothing_known_are_told(desk: Desk) -> None:
    command = table(desk, text(row()), mapping=MAP.replace("急: urgent", "急: urgnt"))
    assert bad_rows(desk, command) == [(2, "缓急", "'urgnt' is not one of: urgent, normal, low")]


def test_a_category_the_estate_does_not_route_is_told(desk: Desk) -> None:
    command = table(desk, text(row()), mapping=MAP.replace("category: water", "category: watter"))
    assert bad_rows(desk, command) == [(2, "category", "category watter does not exist (did you mean water?)")]


def test_columns_that_stand_twice_or_have_no_name(desk: Desk) -> None:
    header = [*HEADER, "备注", ""]
    desk.ok(*table(desk, text([*row(备注="甲"), "乙", "丙"], header=header)))
    assert json.loads(desk.ok("show", "001", "--format", "json"))["detail"] == "甲"


# --- Excel


def test_cells_of_excel_are_read_as_they_look(desk: Desk) -> None:
    cells = [
        1001,
        datetime(2026, 10, 1, 8, 0, 0),
        date(2026, 10, 2),
        305.5,
        "3-2-0501",
        "急",
        True,
        13800138000,
        None,
        0,
    ]
    desk.ok(*workbook(desk, cells))
    ticket = json.loads(desk.ok("show", "001", "--format", "json"))
    assert ticket["source"]["id"] == "1001"
    assert ticket["reported"] == "2026-10-01T08:00:00+08:00"
    assert ticket["events"][1]["at"] == "2026-10-02T23:59:59+08:00"
    assert ticket["summary"] == "305.5"
    assert ticket["caller"] == {"name": "true", "phone": "13800138000"}
    assert "Nothing to write" in desk.ok(*workbook(desk, ["1001", *cells[1:]]))


def test_formulas_are_read_by_their_result_and_never_run(desk: Desk) -> None:
    desk.ok(*workbook(desk, ["1001", GOOD[1], None, "=1+1", "3-2-0501", "急", "王丽", None, None, '="a"&"b"']))
    ticket = json.loads(desk.ok("show", "001", "--format", "json"))
    assert ticket["summary"] == "0"  # what the file has as the result; XlsxWriter computes nothing


def test_the_value_of_merged_cells_counts_for_each_of_their_rows(desk: Desk) -> None:
    file = desk.root.parent / "in.xlsx"
    workbook(desk)
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet()
    for column, name in enumerate(HEADER):
        sheet.write(0, column, name)
    for line, number in ((1, "1"), (2, "2"), (3, "3")):
        for column, cell in enumerate(row(单号=number)):
            if HEADER[column] != "房号":
                sheet.write_string(line, column, cell)
    sheet.merge_range(1, 4, 3, 4, "3-2-0501")
    book.close()
    command = ("import", "tickets", "../in.xlsx", "--map", "../map.yaml")
    assert "repaired: 2 cells of merged ranges" in desk.ok(*command)
    shown = [json.loads(desk.ok("show", number, "--format", "json"))["unit"] for number in ("001", "002", "003")]
    assert shown == ["3-2-0501"] * 3


def test_bad_cells_of_excel_are_told_by_row_and_column(desk: Desk) -> None:
    good: list[Any] = ["1", datetime(2026, 10, 1, 8), None, "漏水", "3-2-0501", "急", "王丽", None, None, None]
    rows = [
        good,
        ["2", 46000.25, *good[2:]],  # a number that is not formatted as a date
        ["3", timedelta(hours=30), *good[2:]],
        [None] * 10,
        ["4", good[1], datetime(2026, 9, 1), *good[3:]],
        ["5", datetime(9999, 12, 31), *good[2:]],
        ["6", datetime(1899, 12, 31, 1), *good[2:]],
        [None, *good[1:]],
        ["1.0", *good[1:]],
        [1, *good[1:]],
        ["7", *good[1:3], "=NA()", *good[4:]],
    ]
    found = bad_rows(desk, workbook(desk, *rows))
    assert [(number, column) for number, column, _ in found][:6] == [
        (3, "报修时间"),
        (4, "报修时间"),
        (6, "完成时间"),
        (7, "报修时间"),
        (8, "报修时间"),
        (9, "单号"),
    ]
    assert (11, "单号", "1 also stands in row 2") in found


def test_a_sheet_that_is_not_there_is_told(desk: Desk) -> None:
    said = desk.refused(*workbook(desk, GOOD, mapping=f"{MAP}sheet: 维修\n"))
    assert "there is no sheet 维修" in said and "报修" in said


@pytest.mark.parametrize("when", [datetime(1900, 1, 1), datetime(2206, 10, 1, 8), datetime(9999, 12, 31)], ids=str)
def test_a_year_that_cannot_be_is_told_by_row_and_does_not_keep_the_others_out(desk: Desk, when: datetime) -> None:
    good: list[Any] = ["1", datetime(2026, 10, 1, 8), None, "漏水", "3-2-0501", "急", "王丽", None, None, None]
    command = workbook(desk, good, ["2", when, *good[2:]])
    assert [(number, column) for number, column, _ in bad_rows(desk, command)] == [(3, "报修时间")]
    assert "1 tickets were written" in desk.ok(*command, "--skip-bad")


def test_a_header_that_is_not_in_the_first_row_is_told(desk: Desk) -> None:
    said = desk.refused(*workbook(desk, HEADER, GOOD, header=["翠湖苑报修登记表"]))
    assert "the table has no column '单号'" in said


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"not a zip", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_a_workbook_that_is_none_is_told(desk: Desk, content: bytes) -> None:
    for name in ("in.xlsx", "in.xls", "in.ods", "in.xlsm"):
        said = desk.refused(*table(desk, content, name))
        assert "is not readable as a workbook" in said
        assert "Traceback" not in said


def test_half_a_workbook_is_told(desk: Desk) -> None:
    command = workbook(desk, GOOD)
    file = desk.root.parent / "in.xlsx"
    whole = file.read_bytes()
    for size in (len(whole) // 4, len(whole) // 2, len(whole) - 30):
        file.write_bytes(whole[:size])
        assert "is not readable as a workbook" in desk.refused(*command)


# --- JSON lines


def test_json_lines_are_told_by_line(desk: Desk) -> None:
    good = dict(zip(HEADER, GOOD, strict=True))
    lines = [
        json.dumps(good, ensure_ascii=False),
        "{broken",
        "[]",
        "null",
        json.dumps({**good, "单号": 1002, "备注": None, "电话": 13800138000}),
        json.dumps({**good, "单号": "1003", "内容": {"a": [1]}}),
        json.dumps({"单号": "1004"}),
        "NaN",
        '{"单号": "1005", "单号": "1006"}',
    ]
    found = bad_rows(desk, table(desk, "\n".join(lines), "in.jsonl"))
    assert [number for number, _, _ in found[:4]] == [2, 3, 4, 7]
    assert {number for number, _, _ in found} == {2, 3, 4, 7, 8, 9}


def test_lines_of_json_end_where_lines_end(desk: Desk) -> None:
    """A line separator within a text is part of it."""
    good = dict(zip(HEADER, GOOD, strict=True))
    desk.ok(*table(desk, json.dumps({**good, "备注": "一\u2028二"}, ensure_ascii=False) + "\n", "in.jsonl"))
    assert json.loads(desk.ok("show", "001", "--format", "json"))["detail"] == "一\u2028二"


def test_a_table_in_the_way_of_the_estate(desk: Desk, tmp_path: Path) -> None:
    """The files of an import are named from where the command runs."""
    command = table(desk, text(row()))
    folder = desk.root / "tickets"
    folder.mkdir(exist_ok=True)
    result = desk.run("import", "tickets", str(tmp_path / "in.csv"), *command[3:4], str(tmp_path / "map.yaml"))
    assert result.code == 0


def test_a_state_in_the_words_of_the_table(desk: Desk) -> None:
    """Over or not as the mapping says; a state that the times contradict is told; called off is no work."""
    mapping = MAP.replace("  urgency: 缓急", "  urgency: 缓急\n  status: 状态").replace(
        "values:", "values:\n  status: {完: closed, 撤: cancelled, 开: waiting}"
    )
    header = [*HEADER, "状态"]
    done = "2026-10-02 10:00:00"

    def lines(*rows: list[str]) -> str:
        return "\n".join(",".join(cells) for cells in (header, *rows)) + "\n"

    rows = [[*row(单号="1", 完成时间=done), "完"], [*row(单号="2"), "撤"], [*row(单号="3"), "开"], [*row(单号="4"), ""]]
    desk.ok(*table(desk, lines(*rows), mapping=mapping))
    shown = [json.loads(desk.ok("show", f"00{n}", "--format", "json"))["status"] for n in (1, 2, 3, 4)]
    assert shown == ["closed", "cancelled", "waiting", "waiting"]
    wrong = table(desk, lines([*row(单号="5", 完成时间=done), "开"], [*row(单号="6"), "zzz"]), mapping=mapping)
    assert [(number, column) for number, column, _ in bad_rows(desk, wrong)] == [(2, "状态"), (3, "状态")]


def test_a_day_and_its_hour_in_two_columns(desk: Desk) -> None:
    mapping = MAP.replace("reported: 报修时间", "reported: [报修时间, 备注]").replace("  detail: 备注\n", "")
    mapping = mapping.replace("'%Y-%m-%d']", "'%Y-%m-%d', '%m/%d/%Y %I:%M %p']")
    desk.ok(*table(desk, text(row(报修时间="10/01/2026", 备注="02:31 PM")), mapping=mapping))
    assert json.loads(desk.ok("show", "001", "--format", "json"))["reported"].startswith("2026-10-01T14:31:00")


@pytest.mark.parametrize(
    ("day", "bad"), [("26/10/01", False), ("68/10/01", True), ("69/10/01", True), ("50/10/01", True)]
)
def test_two_digits_of_a_year_are_no_other_century(desk: Desk, day: str, bad: bool) -> None:
    mapping = MAP.replace("'%Y-%m-%d']", "'%y/%m/%d']")
    assert (desk.run(*table(desk, text(row(报修时间=day)), mapping=mapping)).code == 3) == bad


def test_a_phone_without_a_name_is_kept(desk: Desk) -> None:
    desk.ok(*table(desk, text(row(姓名="", 电话="１３８００１３８０００/13900139001"))))
    ticket = json.loads(desk.ok("show", "001", "--format", "json"))
    assert ticket["caller"] == {"phone": "13800138000"} and "13900139001" in ticket["detail"]
    assert desk.run("validate").code == 0 and "T-" in desk.ok("find", "13800138000")


@pytest.mark.rule("T12")
@pytest.mark.parametrize("cell", ["１３８００１３８０００", '="13800138000"', "13800138000.0", "138 0013 8000"])
def test_what_is_repaired_of_a_phone_is_not_printed(desk: Desk, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    command = table(desk, text(row(电话=quoted)))
    for form in ("table", "json", "csv"):
        said = desk.run(*command, "--dry-run", "--format", form).all
        assert "13800138000" not in said and cell not in said and "138 0013" not in said, said
    repairs = json.loads(desk.run(*command, "--dry-run", "--format", "json").out)["tables"]["repairs"]
    assert repairs and {repair["column"] for repair in repairs} == {"电话"}


def test_a_complaint_called_off_by_nobody_is_a_bad_row(desk: Desk) -> None:
    """Only who raised it can do that [C6]: the row says so, not the whole import at its end."""
    mapping = MAP.replace("  kind: repair\n", "  kind: complaint\n  severity: minor\n  status: cancelled\n")
    assert [
        (number, column)
        for number, column, _ in bad_rows(desk, table(desk, text(row(姓名="", 电话="")), mapping=mapping))
    ]
    desk.ok(*table(desk, text(row()), mapping=mapping))
