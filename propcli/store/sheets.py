"""Rows of somebody else's file: CSV, TSV, JSON lines, Excel. Cells come as text, or as Excel's own dates; a number in a
workbook is text that knows it was one."""

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say

Cell = str | datetime | date
EXACT = 10**15  # a workbook keeps fifteen digits of a number; the others are gone


class Number(str):
    """A number in a workbook as it looks there. `day` is the date it stands for if it is one without its format."""

    value: float
    day: date | None

    def __new__(cls, value: float, epoch: date) -> "Number":
        made = super().__new__(cls, _text(value))
        made.value = value
        made.day = epoch + timedelta(days=int(value)) if 60 < value < 110_000 else None
        return made


@dataclass(slots=True)
class Row:
    """One row: its number in the file (the first line is 1) and its cells by column name; `bad` says why it
    cannot be trusted as a whole. `line` is the row a spreadsheet would show (0: none would).

    Of a workbook read carefully: which cells have their value from a merged range, and which are errors (#N/A)."""

    number: int
    cells: dict[str, Cell] = field(default_factory=dict)
    bad: Text | None = None
    line: int = 0
    merged: frozenset[str] = frozenset()
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    columns: list[str]
    rows: list[Row]

    def cell(self, column: str, line: int) -> str:
        """What a spreadsheet calls a cell: C7. '' where there is no such cell."""
        if not line or column not in self.columns:
            return ""
        letters, number = "", self.columns.index(column) + 1
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{line}"


def read(
    path: Path,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    careful: bool = False,
) -> Sheet:
    """Every row of a file. Refuses a file that cannot be opened or whose form is not known. `careful`: of a workbook,
    every cell of a merged range has its value, and cells that are errors are told from empty ones."""
    suffix = path.suffix.lower()
    try:
        if suffix in (".xlsx", ".xls", ".xlsm", ".ods"):
            return _excel(path, sheet, careful)
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
        for number, cells in enumerate(reader, 1):
            start, line = line, reader.line_num + 1
            if not columns:
                columns = _names(cells)
                continue
            if not any(cell.strip() for cell in cells):
                continue
            row = Row(start, dict(zip(columns, (cell.strip() for cell in cells), strict=False)), line=number)
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


def _excel(path: Path, sheet: str | None, careful: bool) -> Sheet:
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
        found = book.get_sheet_by_name(sheet or names[0])
        content = found.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Refusal(say("{file} is not readable as a workbook: {why}", file=str(path), why=str(error))) from None
    if not content:
        return Sheet([], [])
    epoch, errors, ranges = EPOCH, dict[tuple[int, int], str](), []
    if careful:
        epoch, errors = _beneath(path, found.name)
        ranges = found.merged_cell_ranges or []
    empty = {n for n, cells in enumerate(content) if not any(_text(c) for c in cells)} - {n for n, _ in errors}
    filled = _fill(content, ranges)
    columns = _names([_text(cell) for cell in content[0]])
    rows = [
        Row(
            number + 1,
            {name: _cell(cell, epoch) for name, cell in zip(columns, cells, strict=False)},
            line=number + 1,
            merged=frozenset(name for n, name in enumerate(columns) if (number, n) in filled),
            errors={name: errors[number, n] for n, name in enumerate(columns) if (number, n) in errors},
        )
        for number, cells in enumerate(content[1:], 1)
        if number not in empty
    ]
    return Sheet(columns, rows)


def _fill(content: list[list[Any]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> set[tuple[int, int]]:
    """Give every cell of a merged range the value that a workbook keeps in the first; which were filled."""
    filled = set()
    for (top, left), (bottom, right) in ranges:
        for line in range(top, min(bottom, len(content) - 1) + 1):
            for column in range(left, min(right, len(content[line]) - 1) + 1):
                if (line, column) != (top, left):
                    content[line][column] = content[top][left]
                    filled.add((line, column))
    return filled


EPOCH, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _beneath(path: Path, sheet: str) -> tuple[date, dict[tuple[int, int], str]]:
    """What the reader of workbooks does not say: the day that dates are counted from, and the cells that are errors
    (it gives them as empty). Only .xlsx has these in the open."""
    try:
        with zipfile.ZipFile(path) as archive:
            book, links = (_xml(archive, name) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
            link = next(s.get(_LINK) for s in book.iter(f"{_MAIN}sheet") if s.get("name") == sheet)
            target = next(str(r.get("Target")) for r in links if r.get("Id") == link)
            raw = archive.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    except (zipfile.BadZipFile, KeyError, StopIteration, ElementTree.ParseError):
        return EPOCH, {}
    settings = book.find(f"{_MAIN}workbookPr")
    late = settings is not None and settings.get("date1904") in ("1", "true")
    return EPOCH_1904 if late else EPOCH, _errors(raw) if b'"e"' in raw and b"<!DOCTYPE" not in raw else {}


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    raw = archive.read(name)
    if b"<!DOCTYPE" in raw:  # a workbook has none; one could be made to grow without end
        raise KeyError(name)
    return ElementTree.fromstring(raw)


def _errors(raw: bytes) -> dict[tuple[int, int], str]:
    """The cells of a sheet that hold an error, by line and column from 0."""
    found = {}
    for _event, cell in ElementTree.iterparse(io.BytesIO(raw)):
        place = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.get("r") or "")
        if cell.tag == f"{_MAIN}c" and cell.get("t") == "e" and place is not None:
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - ord("A") + 1
            found[int(place[2]) - 1, column - 1] = cell.findtext(f"{_MAIN}v") or "#"
    return found


def _cell(value: Any, epoch: date) -> Cell:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return Number(value, epoch)
    return value if isinstance(value, datetime | date) else _text(value)


def _text(value: Any) -> str:
    """A cell as text: 5.0 is 5, as it looks in the sheet."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, time):
        return value.isoformat()
    return "" if value is None else str(value).strip()
