"""Rows of somebody else's file: CSV, TSV, JSON lines, Excel. Cells come as text, or as Excel's own dates."""

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say

Cell = str | datetime | date


@dataclass(slots=True)
class Row:
    """One row: its number in the file (the first line is 1) and its cells by column name; `bad` says why it
    cannot be trusted as a whole."""

    number: int
    cells: dict[str, Cell] = field(default_factory=dict)
    bad: Text | None = None


@dataclass(slots=True)
class Sheet:
    columns: list[str]
    rows: list[Row]


def read(path: Path, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None) -> Sheet:
    """Every row of a file. Refuses a file that cannot be opened or whose form is not known."""
    suffix = path.suffix.lower()
    try:
        if suffix in (".xlsx", ".xls", ".xlsm", ".ods"):
            return _excel(path, sheet)
        raw = path.read_bytes()
    except OSError as error:
        raise Refusal(say("{file} cannot be read: {why}", file=str(path), why=error.strerror or str(error))) from None
    text = _decode(raw, encoding, path)
    if suffix in (".jsonl", ".ndjson"):
        return _json_lines(text)
    if suffix in (".csv", ".tsv", ".txt"):
        return _csv(text, delimiter or ("\t" if suffix == ".tsv" else _guess_delimiter(text)))
    raise Refusal(say("{file}: this kind of file is not read", file=str(path)), hint=say("save it as .csv or .xlsx"))


def _decode(raw: bytes, encoding: str | None, path: Path) -> str:
    for name in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise Refusal(say("there is no encoding {name}", name=name)) from None
    raise Refusal(
        say("{file} is neither UTF-8 nor GBK", file=str(path))
        if not encoding
        else say("{file} is not {name}", file=str(path), name=encoding),
        hint=say("name its encoding in the mapping (encoding: …)"),
    )


def _guess_delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t|", key=first.count)


def _names(header: list[str]) -> list[str]:
    """Column names; an empty or repeated one gets its number, so that no cell is lost."""
    names: list[str] = []
    for number, name in enumerate(header, 1):
        name = name.strip()
        names.append(f"{name}#{number}" if not name or name in names else name)
    return names


def _csv(text: str, delimiter: str) -> Sheet:
    csv.field_size_limit(2**31 - 1)  # a huge cell is told like any other that does not fit
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    columns: list[str] = []
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not columns:
                columns = _names(cells)
                continue
            if not any(cell.strip() for cell in cells):
                continue
            row = Row(start, dict(zip(columns, (cell.strip() for cell in cells), strict=False)))
            if len(cells) != len(columns):
                row.bad = say("{have} cells, the header has {want}", have=len(cells), want=len(columns))
            rows.append(row)
    except csv.Error as error:
        rows.append(Row(line, bad=say("not readable as CSV from here on: {why}", why=str(error))))
    return Sheet(columns, rows)


def _json_lines(text: str) -> Sheet:
    columns: dict[str, None] = {}
    rows: list[Row] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            rows.append(Row(number, bad=say("not readable as JSON: {why}", why=error.msg)))
            continue
        if not isinstance(found, dict):
            rows.append(Row(number, bad=say("not a JSON object")))
            continue
        cells = {
            str(k): "" if v is None else v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)
            for k, v in found.items()
        }
        columns.update(dict.fromkeys(cells))
        rows.append(Row(number, {k: v.strip() for k, v in cells.items()}))
    return Sheet(list(columns), rows)


def _excel(path: Path, sheet: str | None) -> Sheet:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with path.open("rb"):  # a missing file speaks as every other does
            pass
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise Refusal(
                say("there is no sheet {sheet} in {file}", sheet=sheet, file=str(path)),
                hint=say("one of: {known}", known=", ".join(names)),
            )
        content = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Refusal(say("{file} is not readable as a workbook: {why}", file=str(path), why=str(error))) from None
    if not content:
        return Sheet([], [])
    columns = _names([_text(cell) for cell in content[0]])
    rows = [
        Row(number, {name: _cell(cell) for name, cell in zip(columns, cells, strict=False)})
        for number, cells in enumerate(content[1:], 2)
        if any(_text(cell) for cell in cells)
    ]
    return Sheet(columns, rows)


def _cell(value: Any) -> Cell:
    return value if isinstance(value, datetime | date) else _text(value)


def _text(value: Any) -> str:
    """A cell as text: 5.0 is 5, as it looks in the sheet."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, time):
        return value.isoformat()
    return "" if value is None else str(value).strip()
