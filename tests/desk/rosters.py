"""Rosters as estates have them: a row per person and home, in Excel or CSV. Everybody in them is invented."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from stdnum.cn import ric, uscc

from tests.conftest import Desk

HEADER = ["楼栋", "单元", "房号", "业主姓名", "电话", "身份证", "面积", "户型", "交房日期", "状态", "关系", "份额"]
MAP = """\
system: roster
columns:
  building: 楼栋
  entrance: 单元
  room: 房号
  name: 业主姓名
  phone: 电话
  identity: 身份证
  area: 面积
  layout: 户型
  handed_over: 交房日期
  from: 交房日期
  state: 状态
  tie: 关系
  share: 份额
values:
  state: {自住: owner_occupied, 空置: vacant, 出租: let, 未售: unsold, 装修: renovating}
  tie: {业主: owner, 租户: tenant, 家属: family}
constants:
  use: residential
"""


def card(number: int, born: str = "19800101") -> str:
    """An ID card number with its check digit, of nobody."""
    body = f"110101{born}{number:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def company(number: int) -> str:
    body = f"91110000{number:09d}"
    return body + str(uscc.calc_check_digit(body))


GOOD: dict[str, Any] = {
    "楼栋": "3",
    "单元": "2",
    "房号": "0501",
    "业主姓名": "王丽",
    "电话": "13800138000",
    "身份证": card(1),
    "面积": "89.50",
    "户型": "三室两厅",
    "交房日期": "2025-06-01",
    "状态": "自住",
    "关系": "业主",
    "份额": "",
}


def row(**changes: Any) -> dict[str, Any]:
    """A good row with some cells changed, by column name."""
    return {**GOOD, **changes}


def put(
    desk: Desk, name: str, *rows: dict[str, Any], mapping: str = MAP, merge: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Put a table and its mapping beside the estate; what to give to an import. `merge`: ranges (C2:C3) to merge, each
    with the value of its first cell. In a workbook a str is text, a number a number, a date a date cell, `=…` a formula
    whose result is an error."""
    file = desk.root.parent / name
    (desk.root.parent / "map.yaml").write_text(mapping, "utf-8")
    header = list(dict.fromkeys([*HEADER, *(key for r in rows for key in r)]))
    if name.endswith(".csv"):
        lines = [header, *([str(r.get(column, "")) for column in header] for r in rows)]
        file.write_text("".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines), "utf-8")
    else:
        _workbook(file, header, rows, merge)
    return (f"../{name}", "--map", "../map.yaml")


def _workbook(file: Path, header: list[str], rows: tuple[dict[str, Any], ...], merge: tuple[str, ...]) -> None:
    book = xlsxwriter.Workbook(str(file), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("花名册")
    for line, cells in enumerate([dict(zip(header, header, strict=True)), *rows]):
        for column, name in enumerate(header):
            cell = cells.get(name)
            if isinstance(cell, str) and cell.startswith("="):
                sheet.write_formula(line, column, cell, None, "#N/A")
            elif isinstance(cell, str):
                sheet.write_string(line, column, cell) if cell else None
            elif isinstance(cell, date) and not isinstance(cell, datetime):
                sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day))
            elif cell is not None:
                sheet.write(line, column, cell)
    for span in merge:
        first = span.split(":")[0]
        sheet.merge_range(span, rows[int(first[1:]) - 2][header[ord(first[0]) - ord("A")]])
    book.close()


def report(desk: Desk, *command: str, code: int = 0) -> dict[str, Any]:
    """What an import says to programs, writing nothing."""
    before = desk.snapshot()
    result = desk.run(*command, "--dry-run", "--format", "json")
    assert result.code == code, result.all
    assert desk.snapshot() == before
    found: dict[str, Any] = json.loads(result.out)
    return found


def bad_cells(desk: Desk, *command: str) -> list[tuple[int, str, str]]:
    """The bad rows of an import that has some: (row, cell, reason)."""
    told = report(desk, *command, code=3)["tables"]["bad_rows"]
    shown = desk.run(*command)
    assert shown.code == 3
    assert all(bad["cell"] in shown.out for bad in told)
    assert "Input should" not in shown.all and "Traceback" not in shown.all
    return [(bad["row"], bad["cell"], bad["reason"]) for bad in told]


def repairs(desk: Desk, *command: str) -> list[tuple[str, str, str | None, str | None]]:
    """The repairs of an import without bad rows: (cell, kind, was, became)."""
    return [(r["cell"], r["repair"], r["was"], r["became"]) for r in report(desk, *command)["tables"]["repairs"]]
