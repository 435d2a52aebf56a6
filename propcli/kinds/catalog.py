"""The kinds of record there are: what their ids look like and where their files lie. What a kind declares besides, its
models and its life, is loaded when it is asked for: a command pays only for the kinds it uses.

A small kind is one module of this folder; a large one a folder with `kind` (steps and declaration: what the list of
its commands needs), `model` and `life`. A new kind is such a module and an entry here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from propcli.engine.ids import STAFF_ID, UNIT_ID
from propcli.engine.text import N_, Text, say

if TYPE_CHECKING:
    from propcli.engine.lifecycle import Lifecycle, Step
    from propcli.engine.record import Model
    from propcli.kinds.declaration import Declaration

Place = Callable[[re.Match[str]], str]  # from a matched id to the path below the folder, without .yaml


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of record. `help`: of its commands. `pattern` matches its ids whole; ids that the program numbers begin
    with `prefix`, within a `period` (a day, a year) with that as well, and have `digits` for the number.

    `tabled`: its records can be brought over from a table, as the kind declares.
    `module` (of propcli.kinds) is where it lives; its model is named `model_name`, its events `…Event`."""

    name: str
    title: Text
    help: str
    folder: str
    pattern: re.Pattern[str]
    place: Place
    module: str = ""
    model_name: str = ""
    prefix: str = ""
    period: Literal["day", "year"] | None = None
    digits: int = 3
    large: bool = False
    tabled: bool = False

    def _part(self, part: str) -> Any:
        module = self.module or self.name
        return import_module(f"propcli.kinds.{module}" + (f".{part}" if self.large else ""))

    @cached_property
    def model(self) -> "type[Model]":
        found: type[Model] = getattr(self._part("model"), self.model_name or self.name.title())
        return found

    @cached_property
    def event(self) -> Any:
        """The model of its events."""
        return getattr(self._part("model"), (self.model_name or self.name.title()) + "Event")

    @cached_property
    def life(self) -> "Lifecycle":
        found: Lifecycle = self._part("life").LIFE
        return found

    @cached_property
    def steps(self) -> "Mapping[str, Step]":
        """The steps of its life; of a large kind without the models that its life needs besides."""
        found: Mapping[str, Step] = self._part("kind").STEPS if self.large else self.life.steps
        return found

    @cached_property
    def declared(self) -> "Declaration":
        found: Declaration = self._part("kind").DECLARED
        return found

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


def _by_first(match: re.Match[str]) -> str:
    """Below the first part of the id that the pattern names: a year, a building."""
    return f"{match[1]}/{match[0]}"


def _flat(match: re.Match[str]) -> str:
    return match[0]


def _daily(name: str, title: Text, help: str, folder: str, prefix: str, **more: Any) -> Kind:
    """A kind whose records are numbered anew every day: T-20261121-001."""
    pattern = re.compile(prefix + r"-([0-9]{4})([0-9]{2})([0-9]{2})-([0-9]{3,5})")
    return Kind(name, title, help, folder, pattern, _by_day, prefix=prefix, period="day", **more)


def _yearly(name: str, title: Text, help: str, folder: str, prefix: str, **more: Any) -> Kind:
    """A kind whose records are numbered anew every year: N-2026-0007."""
    pattern = re.compile(prefix + r"-([0-9]{4})-([0-9]{4,6})")
    return Kind(name, title, help, folder, pattern, _by_first, prefix=prefix, period="year", digits=4, **more)


def _counted(name: str, title: Text, help: str, folder: str, prefix: str, **more: Any) -> Kind:
    """A kind whose records are numbered once and for all: R-00042."""
    pattern = re.compile(prefix + r"-[0-9]{5,6}")
    return Kind(name, title, help, folder, pattern, _flat, prefix=prefix, digits=5, **more)


TICKET = _daily(
    "ticket",
    say("ticket"),
    N_("Tickets: repairs, complaints and whatever else residents raise."),
    "tickets",
    "T",
    large=True,
)
UNIT = Kind(
    "unit", say("unit"), N_("Units: homes and shops, one file each [U1]."), "units", UNIT_ID, _by_first, large=True
)
RESIDENT = _counted(
    "resident",
    say("resident"),
    N_("Residents: people and companies with a tie to a unit."),
    "residents",
    "R",
    large=True,
)
PASS = _daily(
    "pass",
    say("item release pass"),
    N_("Item release passes: what residents take out of the gate [U9]."),
    "passes",
    "P",
    module="release_pass",
)
VISITOR = _daily("visitor", say("visitor"), N_("Visitors and their temporary cards [U9]."), "visitors", "V")
RENOVATION = _yearly(
    "renovation",
    say("renovation filing"),
    N_("Renovation filings, from application to refund [N1-N13]."),
    "renovations",
    "N",
    large=True,
)
STAFF = Kind(
    "staff",
    say("staff"),
    N_("Who works here: roles, skills, shifts, leave and who stands in [D6]."),
    "staff",
    STAFF_ID,
    _flat,
)
PARKING = Kind(
    "parking",
    say("parking space"),
    N_("Parking spaces: sold, let, free; which cars, looked at monthly [U10]."),
    "parking",
    re.compile(r"[A-Z][A-Z0-9]{0,5}-[0-9]{2,4}"),
    _flat,
    model_name="ParkingSpace",
    tabled=True,
)
ACCESS = _yearly(
    "access", say("car or help pass"), N_("Passes of residents' cars and of household help [U14]."), "access", "A"
)
STAY = _daily("stay", say("parking stay"), N_("Temporary parking: in, out, the hours [U10, U14]."), "stays", "S")
KINDS = {kind.name: kind for kind in (TICKET, UNIT, RESIDENT, RENOVATION, PASS, VISITOR, STAFF, PARKING, ACCESS, STAY)}


def kind_of(record: Any) -> Kind:
    """The kind a record or a model is of."""
    return KINDS[record.kind_of_record]
