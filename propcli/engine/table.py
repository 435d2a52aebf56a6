"""Tables before they are drawn: typed cells, so that one table serves people, spreadsheets and programs."""

from dataclasses import dataclass, field
from typing import Any

from propcli.engine.text import Text


@dataclass(frozen=True, slots=True)
class Word:
    """A code with the word for it: people see the word, json has the code."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole, both shown: 12/15 80%. json: count, of, rate (null where `of` is 0)."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """A length of time in minutes; negative for what is still to come."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of `value` against the longest, `most`. Only in tables people look at."""

    value: int
    most: int


@dataclass(frozen=True, slots=True)
class Column:
    """`wide` columns hold free text and give way when the screen is narrow."""

    key: str
    header: Text
    wide: bool = False


@dataclass(slots=True)
class Table:
    """`name` is for programs, `title` for people. Rows map column keys to cells (None: empty)."""

    name: str
    title: Text | None
    columns: list[Column]
    rows: list[dict[str, Any]] = field(default_factory=list)
    empty: Text | None = None  # what to say when there are no rows
    note: Text | None = None


@dataclass(slots=True)
class Report:
    """Several tables about one period."""

    name: str
    title: Text
    facts: dict[str, Any]
    tables: list[Table]
