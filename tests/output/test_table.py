"""What a table looks like: widths, cuts, lengths of time, cells that must not run in a spreadsheet."""

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from propcli.engine.table import Bar, Column, Minutes, Rate, Table, Word
from propcli.engine.text import say
from propcli.output.privacy import mask_name, mask_phone
from propcli.output.table import bar, cut, draw, duration

TABLE = Table(
    "t",
    None,
    [Column("id", say("id")), Column("what", say("what"), wide=True), Column("n", say("n")), Column("bar", say("b"))],
    [
        {"id": "T-1", "what": "厨房水管漏水，已经三天", "n": Rate(1, 4), "bar": Bar(1, 4)},
        {"id": "T-2", "what": "=cmd|x", "n": Rate(0, 0), "bar": Bar(4, 4)},
    ],
)


def test_columns_line_up_with_chinese_in_them() -> None:
    """Every column begins at the same place on the screen, double-width characters or not."""
    lines = draw(TABLE, "table").splitlines()
    starts = {wcswidth(line[: line.index(mark)]) for line, mark in zip(lines[2:], ["1/4", "0/0"], strict=True)}
    assert len({s + len(t) for s, t in zip(sorted(starts), ["1/4"], strict=False)}) == 1
    assert wcswidth(lines[2][: lines[2].index("25.0%")]) + 5 == wcswidth(lines[3][: lines[3].index("–")]) + 1


def test_a_narrow_screen_cuts_words_and_never_figures() -> None:
    """Free text gives way; ids and rates stay whole."""
    lines = draw(TABLE, "table", 58).splitlines()
    assert all(wcswidth(line) <= 58 for line in lines)
    assert "…" in lines[2]
    assert "T-1" in lines[2]
    assert "1/4  25.0%" in lines[2]


def test_programs_get_numbers_and_people_get_words() -> None:
    """json has counts and rates, without the bar that repeats them."""
    assert json.loads(draw(TABLE, "json"))[0] == {
        "id": "T-1",
        "what": "厨房水管漏水，已经三天",
        "n": {"count": 1, "of": 4, "rate": 0.25},
    }


def test_a_spreadsheet_does_not_run_what_a_resident_wrote() -> None:
    """A cell that begins like a formula is quoted in csv."""
    rows = list(csv.reader(io.StringIO(draw(TABLE, "csv"))))
    assert rows[2] == ["T-2", "'=cmd|x", "0/0"]


def test_markdown_and_html_keep_their_own_signs_apart() -> None:
    """A bar or an angle bracket in a text does not break the table."""
    table = Table("t", None, [Column("a", say("a"))], [{"a": "x|y <b>"}])
    assert "x\\|y" in draw(table, "markdown")
    assert "&lt;b&gt;" in draw(table, "html")


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0m"),
        (59, "59m"),
        (60, "1h"),
        (200, "3h 20m"),
        (1440, "1d"),
        (1500, "1d 1h"),
        (1441, "1d 1m"),
        (-90, "-1h 30m"),
    ],
)
def test_lengths_of_time(minutes: int, text: str) -> None:
    """Two units at most."""
    assert duration(minutes) == text


@given(st.integers(0, 100), st.integers(1, 100))
def test_a_bar_is_as_long_as_its_share(value: int, most: int) -> None:
    """Never longer than the longest."""
    assert len(bar(min(value, most), most)) <= 20
    assert bar(most, most) == "█" * 20


@given(st.text("水管abc 😀é", max_size=30), st.integers(1, 20))
def test_a_cut_text_fits(text: str, width: int) -> None:
    """Also where a double-width character would stand across the edge."""
    assert wcswidth(cut(text, width)) <= max(width, 1)


def test_cells_of_every_type_in_json() -> None:
    """Codes for words, ISO times, amounts with two places."""
    at = datetime(2026, 10, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    row = {
        "w": Word("repair", say("Repair")),
        "t": at,
        "m": Minutes(5),
        "d": Decimal("3.5"),
        "l": [Word("a", say("A"))],
    }
    table = Table("t", None, [Column(k, say("x")) for k in row], [row])
    assert json.loads(draw(table, "json")) == [
        {"w": "repair", "t": "2026-10-14T10:00:00+08:00", "m": 5, "d": "3.50", "l": ["a"]}
    ]


@pytest.mark.rule("T12")
@pytest.mark.parametrize(
    ("name", "masked"), [("王丽", "王*"), ("欧阳明", "欧**"), ("John Smith", "J***"), ("李", "李*"), ("", "")]
)
def test_names_are_masked(name: str, masked: str) -> None:
    """Enough to recognise, not enough to use."""
    assert mask_name(name) == masked


@pytest.mark.rule("T12")
@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800138000", "138****8000"),
        ("+86 138-0013-8000", "138****8000"),
        ("62345678", "****5678"),
        ("12345", "***45"),
    ],
)
def test_phones_are_masked(phone: str, masked: str) -> None:
    """The middle of a number is nobody's business."""
    assert mask_phone(phone) == masked
