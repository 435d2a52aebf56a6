"""Drawing tables: for the screen, and as json, csv, markdown, html. The figures are the same in all of them."""

import csv
import html
import io
import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from propcli.engine.table import Bar, Column, Minutes, Rate, Report, Table, Word
from propcli.engine.text import Text
from propcli.output.language import _, listing, words

FORMATS = ("table", "json", "csv", "markdown", "html")
BAR_WIDTH = 20
NARROWEST = 12  # characters a wide column keeps on a narrow screen


def cell(value: Any) -> str:
    """A cell as people read it."""
    if isinstance(value, Word):
        return words(value.text)
    if isinstance(value, Rate):
        return (
            f"{value.count}/{value.of}  {100 * value.count / value.of:.1f}%"
            if value.of
            else f"{value.count}/{value.of}  –"
        )
    if isinstance(value, Minutes):
        return duration(value.minutes)
    if isinstance(value, Bar):
        return bar(value.value, value.most)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return listing(cell(v) for v in value)
    return words(value)


def raw(value: Any) -> Any:
    """A cell as programs read it: codes, numbers, ISO times."""
    if isinstance(value, Word):
        return value.code
    if isinstance(value, Rate):
        return {
            "count": value.count,
            "of": value.of,
            "rate": round(value.count / value.of, 4) if value.of else None,
        }
    if isinstance(value, Minutes):
        return value.minutes
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, Text):
        return words(value)
    if isinstance(value, list | tuple):
        return [raw(v) for v in value]
    if isinstance(value, dict):
        return {k: raw(v) for k, v in value.items()}
    return value


def duration(minutes: int) -> str:
    """Two units at most: 45m, 3h 20m, 12d 4h."""
    sign = "-" if minutes < 0 else ""
    minutes = abs(minutes)
    days, rest = divmod(minutes, 1440)
    hours, rest = divmod(rest, 60)
    parts = [text.format(n=n) for n, text in ((days, _("{n}d")), (hours, _("{n}h")), (rest, _("{n}m"))) if n]
    return sign + (" ".join(parts[:2]) or _("{n}m").format(n=0))


def bar(value: int, most: int) -> str:
    """A bar of up to 20 characters, in eighths."""
    eighths = round(8 * BAR_WIDTH * value / most) if most else 0
    full, part = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")


def draw(table: Table, form: str, width: int | None = None) -> str:
    """One table, with a newline at its end. `width`: the screen's, where there is one to fit."""
    if form == "json":
        return json.dumps(_objects(table), ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        return _csv([[cell_header(c) for c in _data_columns(table)], *_csv_rows(table)])
    if not table.rows and table.empty is not None and form == "table":
        return words(table.empty) + "\n"
    return _drawn(table, form, width)


def draw_report(report: Report, form: str, width: int | None = None) -> str:
    """A report: its title, then its tables. csv is one long table (table, row, column, value)."""
    if form == "json":
        body = {
            "report": report.name,
            **{k: raw(v) for k, v in report.facts.items()},
            "tables": {table.name: _objects(table) for table in report.tables},
        }
        return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    if form == "csv":
        rows = [[_("table"), _("row"), _("column"), _("value")]]
        for table in report.tables:
            columns = _data_columns(table)
            for number, row in enumerate(table.rows, 1):
                label = cell(row.get(columns[0].key)) or str(number)
                rows += [
                    [table.name, label, column.key, _flat(row.get(column.key))]
                    for column in (columns[1:] if len(columns) > 1 else columns)
                ]
        return _csv(rows)
    title = words(report.title)
    if form == "markdown":
        out = f"# {title}\n"
    elif form == "html":
        safe = html.escape(title)
        out = f'<!doctype html>\n<meta charset="utf-8">\n<title>{safe}</title>\n<h1>{safe}</h1>\n'
    else:
        out = f"{title}\n{'=' * breadth(title)}\n"
    for table in report.tables:
        heading = words(table.title) if table.title else table.name
        if form == "markdown":
            out += f"\n## {heading}\n\n"
        elif form == "html":
            out += f"<h2>{html.escape(heading)}</h2>\n"
        else:
            out += f"\n{heading}\n{'-' * breadth(heading)}\n"
        if table.rows:
            out += _drawn(table, form, width)
        for said in (None if table.rows else table.empty, table.note):
            if said:
                text = words(said)
                out += f"<p>{html.escape(text)}</p>\n" if form == "html" else text + "\n"
    return out


def cell_header(column: Column) -> str:
    return words(column.header)


def _data_columns(table: Table) -> list[Column]:
    """The columns that carry data: bars only repeat a number."""
    return [c for c in table.columns if not any(isinstance(row.get(c.key), Bar) for row in table.rows)]


def _objects(table: Table) -> list[dict[str, Any]]:
    columns = _data_columns(table)
    return [{c.key: raw(row.get(c.key)) for c in columns} for row in table.rows]


def _flat(value: Any) -> str:
    """A csv cell: words for codes, numbers bare, times in ISO form."""
    if isinstance(value, Rate):
        return f"{value.count}/{value.of}"
    if isinstance(value, Word):
        return words(value.text)
    if isinstance(value, list | tuple):
        return listing(_flat(v) for v in value)
    out = raw(value)
    return "" if out is None else str(out)


def _csv_rows(table: Table) -> list[list[str]]:
    columns = _data_columns(table)
    return [[_flat(row.get(c.key)) for c in columns] for row in table.rows]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[_harmless(value) for value in row] for row in rows])
    return out.getvalue()


_NUMBER = re.compile(r"[+-]?[0-9][0-9 .,:()/%-]*")


def _harmless(value: str) -> str:
    """A text that a spreadsheet would run as a formula gets a quote in front; numbers and phones stay."""
    return f"'{value}" if value[:1] in ("=", "@", "\t", "\r", "+", "-") and not _NUMBER.fullmatch(value) else value


def _drawn(table: Table, form: str, width: int | None) -> str:
    import tabulate

    tabulate.MIN_PADDING = 0  # two spaces between columns are enough without two more behind each header
    rows = [[cell(row.get(c.key)).replace("\n", " ") for c in table.columns] for row in table.rows]
    headers = [cell_header(c) for c in table.columns]
    if form == "table" and width:
        _fit(rows, headers, table.columns, width)
    if form == "markdown":
        rows = [[text.replace("|", "\\|") for text in row] for row in rows]
    style = {"table": "simple", "markdown": "pipe", "html": "html"}[form]
    align = [
        "right"
        if all(isinstance(row.get(c.key), int | float | Decimal | Minutes | Rate | None) for row in table.rows)
        else "left"
        for c in table.columns
    ]
    text = tabulate.tabulate(rows, headers, style, colalign=align if rows else None, disable_numparse=True)
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"


def breadth(text: str) -> int:
    """How many columns of the screen a text takes: Chinese characters take two."""
    from wcwidth import wcswidth

    return max(int(wcswidth(text)), 0)


def _fit(rows: list[list[str]], headers: list[str], columns: list[Column], width: int) -> None:
    """Cut the wide columns so that the table fits the screen; figures and ids are never cut."""
    widths = [max([breadth(headers[i]), *(breadth(row[i]) for row in rows)]) for i in range(len(columns))]
    over = sum(widths) + 2 * (len(widths) - 1) - width
    for index in sorted((i for i, c in enumerate(columns) if c.wide), key=lambda i: -widths[i]):
        if over <= 0:
            return
        keep = max(NARROWEST, widths[index] - over)
        over -= widths[index] - keep
        for row in rows:
            row[index] = cut(row[index], keep)


def cut(text: str, width: int) -> str:
    """A text in at most `width` columns of the screen, Chinese characters taking two."""
    if breadth(text) <= width:
        return text
    from wcwidth import wcwidth

    out, used = "", 0
    for character in text:
        size = max(wcwidth(character), 0)
        if used + size > width - 1:
            break
        out += character
        used += size
    return out + "…"
