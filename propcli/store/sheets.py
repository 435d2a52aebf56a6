"""Rows of somebody else's file: CSV, TSV, JSON lines, Excel. Cells come as text, or as Excel's own dates; a number in a
workbook is text that knows it was one."""

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.store import opening, workbook

Cell = str | datetime | date
MOST = 256 << 20  # bytes of a table
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

    Of a workbook: which cells have their value from a merged range, and which are errors (#N/A)."""

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


def read(path: Path, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None) -> Sheet:
    """Every row of a file. Refuses a file that cannot be opened or whose form is not known. Of a workbook, every cell
    of a merged range has its value, and cells that are errors are told from empty ones."""
    suffix = path.suffix.lower()
    try:
        if suffix in (".xlsx", ".xls", ".xlsm", ".ods"):
            return _excel(path, sheet)
        raw = opening.given(path, MOST)
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
        except (LookupError, UnicodeError):  # also of codecs that are no encodings of text
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


def _excel(path: Path, sheet: str | None) -> Sheet:
    size = path.stat().st_size  # a missing file speaks as every other does
    if not path.is_file():
        raise _refusal(path, sheet, "unreadable", "no plain file")
    if size > MOST:
        raise _refusal(path, sheet, "large", f"{size >> 20} MB")
    found = workbook.contents(str(path), sheet)
    if "refused" in found:
        raise _refusal(path, sheet, found["refused"], found["why"])
    content, epoch, errors = found["cells"], found["epoch"], found["errors"]
    if not content:
        return Sheet([], [])
    empty = {n for n, cells in enumerate(content) if not any(_text(c) for c in cells)} - {n for n, _ in errors}
    filled = _fill(content, found["merged"])
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


def _refusal(path: Path, sheet: str | None, what: str, why: str) -> Refusal:
    if what == "sheet":
        no_sheet = say("there is no sheet {sheet} in {file}", sheet=sheet or "", file=str(path))
        return Refusal(no_sheet, hint=say("one of: {known}", known=why))
    if what == "unreadable":
        return Refusal(say("{file} is not readable as a workbook: {why}", file=str(path), why=why))
    return Refusal(
        say("{file} is too large to be read ({size})", file=str(path), size=why)
        if why
        else say("{file} is too large to be read", file=str(path)),
        hint=say("a cell far away from the table makes it large: delete what is beside it, or save it as .csv"),
    )


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
