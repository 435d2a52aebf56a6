"""The kinds of record there are: what their ids look like, where their files lie, which model and which life they
have. Models and lives are loaded when they are asked for: a command pays only for the kinds it uses."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from propcli.engine.ids import STAFF_ID, UNIT_ID
from propcli.engine.text import Text, say

if TYPE_CHECKING:
    from propcli.engine.lifecycle import Lifecycle
    from propcli.engine.record import Model


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of record. `pattern` matches its ids whole; ids numbered within a `period`, a day or a year, begin with
    `prefix` and that day or year.

    `module` (of propcli.kinds) has its model, named `model_name`, and `life_module` its LIFECYCLE, if it has one."""

    name: str
    title: Text
    folder: str
    pattern: re.Pattern[str]
    place: Callable[[re.Match[str]], str]  # the path below the folder, without .yaml
    module: str
    model_name: str
    life_module: str = ""
    prefix: str = ""
    period: Literal["day", "year"] | None = None

    @cached_property
    def model(self) -> "type[Model]":
        found: type[Model] = getattr(import_module(f"propcli.kinds.{self.module}"), self.model_name)
        return found

    @cached_property
    def event(self) -> Any:
        """The model of its events."""
        return getattr(import_module(f"propcli.kinds.{self.module}"), self.model_name + "Event")

    @cached_property
    def life(self) -> "Lifecycle":
        found: Lifecycle = getattr(import_module(f"propcli.kinds.{self.life_module}"), self.life_name)
        return found

    @property
    def life_name(self) -> str:
        return f"{self.name.upper()}_LIFE" if self.module == self.life_module else "LIFECYCLE"

    def is_id(self, text: str) -> bool:
        """Whether a text has the form of an id of this kind."""
        return self.pattern.fullmatch(text) is not None

    def path(self, record_id: str) -> PurePosixPath:
        """The file of a record; ValueError where the id has not the form of one."""
        match = self.pattern.fullmatch(record_id)
        if match is None:
            raise ValueError(record_id)
        return PurePosixPath(self.folder, self.place(match) + ".yaml")


def _by_day(match: re.Match[str]) -> str:
    return f"{match[1]}/{match[2]}/{match[0]}"


def _by_year(match: re.Match[str]) -> str:
    return f"{match[1]}/{match[0]}"


def _flat(match: re.Match[str]) -> str:
    return match[0]


def _by_building(match: re.Match[str]) -> str:
    return f"{match[1]}/{match[0]}"


def _numbered(prefix: str) -> re.Pattern[str]:
    return re.compile(prefix + r"-([0-9]{4})([0-9]{2})([0-9]{2})-([0-9]{3,5})")


TICKET = Kind(
    "ticket", say("ticket"), "tickets", _numbered("T"), _by_day, "ticket", "Ticket", "ticket_life", "T", "day"
)
UNIT = Kind(
    "unit",
    say("unit"),
    "units",
    UNIT_ID,
    _by_building,
    "unit",
    "Unit",
    "unit_life",
)
RESIDENT = Kind(
    "resident", say("resident"), "residents", re.compile(r"R-[0-9]{5,6}"), _flat, "resident", "Resident", "resident"
)
PASS = Kind("pass", say("item release pass"), "passes", _numbered("P"), _by_day, "gate", "Pass", "gate", "P", "day")
VISITOR = Kind("visitor", say("visitor"), "visitors", _numbered("V"), _by_day, "gate", "Visitor", "gate", "V", "day")
RENOVATION = Kind(
    "renovation",
    say("renovation filing"),
    "renovations",
    re.compile(r"N-([0-9]{4})-([0-9]{4,6})"),
    _by_year,
    "renovation",
    "Renovation",
    "renovation_life",
    "N",
    "year",
)
STAFF = Kind(
    "staff",
    say("staff"),
    "staff",
    STAFF_ID,
    _flat,
    "staff",
    "Staff",
)
KINDS = {kind.name: kind for kind in (TICKET, UNIT, RESIDENT, RENOVATION, PASS, VISITOR, STAFF)}
LIVING = (TICKET, UNIT, RESIDENT, RENOVATION, PASS, VISITOR)  # those with events


def kind_of(record: Any) -> Kind:
    """The kind a record or a model is of."""
    return KINDS[record.kind_of_record]
