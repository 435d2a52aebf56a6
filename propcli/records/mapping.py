"""Tables of another system: a mapping says what the columns mean, every row becomes a draft or a complaint with its
row, its column, its cell and the reason."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from propcli.engine.problem import Refusal
from propcli.engine.record import Code, Line, Model, quoted, several, wrong
from propcli.engine.text import Text, say
from propcli.kinds.catalog import KINDS
from propcli.kinds.settings import TimeZone
from propcli.store.sheets import Sheet

PARTS = ("building", "entrance", "room")


def every_target() -> tuple[str, ...]:
    """The fields that any kind of record takes from a table."""
    every: list[str] = []
    for kind in KINDS.values():
        every += ["id"] if kind.tabled else []
        every += kind.declared.tables.fields
    return tuple(dict.fromkeys(every))


def _known(name: str) -> str:
    """Whether a field is one that some kind takes."""
    every = every_target()
    if name not in every:
        close = get_close_matches(name, every, 1)
        hint = say("did you mean {name}?", name=close[0]) if close else say("one of: {known}", known=", ".join(every))
        raise wrong(say("{value} is not known here", value=quoted(name)), hint=hint)
    return name


TargetName = Annotated[str, AfterValidator(_known)]
Several = Annotated[tuple[str, ...], BeforeValidator(several), Field(min_length=1)]


def _formats(forms: tuple[str, ...]) -> tuple[str, ...]:
    """Whether each is a date format that can read anything."""
    example = datetime(2026, 10, 31, 14, 25)
    for form in forms:
        try:
            day = datetime.strptime(example.strftime(form), form).date()
        except (ValueError, re.error):
            day = None
        if day != example.date():
            raise wrong(say("{value} is not a date format (like %Y-%m-%d %H:%M:%S)", value=quoted(form)))
    return forms


class Mapping(Model):
    """What the columns of a foreign table mean.

    `columns` names, for each field, the column (or columns, joined); `values` translates what stands in them (`*` for
    everything else; `*: *` leaves it as it stands); `constants` gives what the table does not say. A date without a
    time of day is the beginning of that day for what begins (reported, filed, issued) and its end for what ends (due,
    closed, expires).

    One mapping may serve several commands: each looks only at its own fields."""

    kind_of_record: ClassVar[str] = "mapping"

    system: Code
    timezone: TimeZone | None = None
    dates: Annotated[Several, AfterValidator(_formats)] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
    encoding: Line | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: Line | None = None
    columns: dict[TargetName, Several]
    values: dict[TargetName, dict[str, str]] = Field(default_factory=dict)
    constants: dict[TargetName, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row cannot be imported. `cell` is what a spreadsheet calls the place: C7."""

    row: int
    column: str
    cell: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Repair:
    """What a table had lost or spelt otherwise, and was certain. What was there and what became of it is not said of
    phones and numbers of identity."""

    repair: str  # of REPAIRS
    row: int
    column: str
    cell: str
    was: str = ""
    became: str = ""


# what is repaired, in the order in which it is summed up
REPAIRS = {
    "merged": say("{n} cells of merged ranges", n=0),
    "room": say("{n} room numbers", n=0),
    "name": say("{n} names", n=0),
    "phone": say("{n} phones", n=0),
    "identity": say("{n} identity numbers", n=0),
    "plate": say("{n} number plates", n=0),
    "date": say("{n} dates", n=0),
    "text": say("{n} other cells", n=0),
}

D = TypeVar("D")


@dataclass
class Plan(Generic[D]):
    """What an import would do."""

    drafts: list[D] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    known: int = 0  # rows imported before
    rows: int = 0

    @property
    def bad_rows(self) -> int:
        return len({b.row for b in self.bad})

    @property
    def new_rows(self) -> int:
        return self.rows - self.known - self.bad_rows

    def repaired(self) -> list[Text]:
        """How many repairs there were of each kind, in rows that are good."""
        refused = {b.row for b in self.bad}
        counted = Counter(r.repair for r in self.repairs if r.row not in refused)
        return [Text(text.pattern, {"n": counted[kind]}) for kind, text in REPAIRS.items() if counted[kind]]


def check_mapping(mapping: Mapping, sheet: Sheet, targets: Iterable[str], required: Iterable[str]) -> None:
    """Refuse a mapping that names columns the table does not have or leaves a needed field open. Only the fields of
    one command are looked at (`targets`)."""
    wrong: list[Text] = []
    asked = [target for target in mapping.columns if target in set(targets)]
    for target in asked:
        for name in mapping.columns[target]:
            if name not in sheet.columns:
                close = get_close_matches(name, sheet.columns, 1)
                what = say("{target}: the table has no column {name}", target=target, name=repr(name))
                wrong.append(say("{what} (did you mean {close}?)", what=what, close=repr(close[0])) if close else what)
    for needed in required:
        if needed not in mapping.columns and needed not in mapping.constants:
            wrong.append(say("{target} is neither among columns nor among constants", target=needed))
    for target in asked:
        if target in mapping.constants:
            wrong.append(say("{target} is both a column and a constant", target=target))
    if wrong:
        raise Refusal(
            *wrong,
            title=say("the mapping does not fit the table"),
            hint=say("the table has: {columns}", columns=", ".join(sheet.columns)),
        )


def place_targets(mapping: Mapping) -> tuple[str, ...]:
    """How a mapping says which unit a row is about: as a whole, or by its parts."""
    named = {*mapping.columns, *mapping.constants}
    return PARTS if "unit" not in named and named & set(PARTS) else ("unit",)
