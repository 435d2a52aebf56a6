"""A workbook (.xlsx, .xls, .ods), read in a process of its own that may use so much memory and time and no more.

A workbook of one kilobyte can say that its last cell is a thousand million cells away, or unpack to any size; whoever
reads it then asks for that memory and dies. This process may die. Run as a script it imports nothing of propcli:
`workbook.py FILE SHEET` writes what it found, pickled, to stdout."""

import io
import pickle
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from datetime import date
from typing import Any
from xml.etree import ElementTree

MEMORY = 2 << 30  # bytes
SECONDS = 120
CELLS = 5_000_000
EPOCH, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Place = tuple[int, int]  # line and column, from 0


def contents(path: str, sheet: str | None) -> dict[str, Any]:
    """What is in a sheet (the first unless named): `cells` by lines, `epoch`, the day dates count from, `errors`, what
    stands in cells that are errors, `merged`, the ranges that are. Or `refused`: `unreadable`, `sheet` or `large`, with
    `why`."""
    command = [sys.executable, "-P", __file__, path, sheet or ""]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        return {"refused": "large", "why": ""}
    found: dict[str, Any] = pickle.loads(done.stdout)
    return found


def _read(path: str, sheet: str) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if sheet and sheet not in names:
            return {"refused": "sheet", "why": ", ".join(names)}
        found = book.get_sheet_by_name(sheet or names[0])
        last, right = found.end or (0, 0)
        if (last + 1) * (right + 1) > CELLS:
            return {"refused": "large", "why": f"{last + 1} × {right + 1}"}
        cells = found.to_python(skip_empty_area=False)
    except CalamineError as error:
        large = "limit exceeded" in str(error)
        return {"refused": "large", "why": ""} if large else {"refused": "unreadable", "why": str(error)}
    epoch, errors = _beneath(path, found.name) if cells else (EPOCH, {})
    return {"cells": cells, "epoch": epoch, "errors": errors, "merged": found.merged_cell_ranges or []}


def _beneath(path: str, sheet: str) -> tuple[date, dict[Place, str]]:
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


def _errors(raw: bytes) -> dict[Place, str]:
    """The cells of a sheet that hold an error."""
    found = {}
    for _event, cell in ElementTree.iterparse(io.BytesIO(raw)):
        place = re.fullmatch(r"([A-Z]+)([0-9]+)", cell.get("r") or "")
        if cell.tag == f"{_MAIN}c" and cell.get("t") == "e" and place is not None:
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - ord("A") + 1
            found[int(place[2]) - 1, column - 1] = cell.findtext(f"{_MAIN}v") or "#"
    return found


def _confine() -> None:
    """No more memory and time than these, and no image of the memory on the disk."""
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # where the system has no such limit, or a lower one already
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _confine()
    sys.stdout.buffer.write(pickle.dumps(_read(*sys.argv[1:])))
