"""The types of values in records, and what every record has in common.

Records are read with every scalar as text; the types here say what that text may be. Each turns a wrong value
into a `Text` that says what is expected, and each is strict enough that a JSON Schema validator, which sees
YAML's own types, comes to the same verdict.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Protocol

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from propcli.engine.ids import STAFF_ID, UNIT_ID
from propcli.engine.text import N_, Text, say

KEY = -1  # at the end of the path of a finding: the key itself, not its value
FIRST_YEAR, LAST_YEAR = 1950, 2199  # what an office may meet; earlier offsets from UTC have seconds
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x9b]")


def _printable(value: object) -> object:
    """No control characters in texts: they act on the screen that shows them."""
    if isinstance(value, str) and (found := _CONTROL.search(value)):
        raise wrong(say("a control character ({code})", code=repr(found[0])[1:-1]), hint=say("remove it"))
    return value


def wrong(text: Text, *where: str | int, hint: Text | None = None) -> PydanticCustomError:
    """The error a validator raises: the Text travels in its context to the reader of the file. A validator of a
    whole model says `where` in it the culprit stands."""
    return PydanticCustomError("propcli", "{text}", {"text": text, "where": where, "hint": hint})


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INTEGER = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
_MONEY = re.compile(r"(0|[1-9]\d{0,8})(\.\d{1,2})?", re.ASCII)
_CODE = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff._-]{0,39}", re.ASCII)


def _moment(value: object) -> object:
    if isinstance(value, str):
        if not _MOMENT.fullmatch(value):
            raise wrong(
                say(
                    "{value} is not a time with its offset from UTC (like 2026-11-21T09:42:00+08:00)",
                    value=quoted(value),
                )
            )
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise wrong(say("{value} does not exist in the calendar", value=quoted(value))) from None
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise wrong(say("{value} is not a year this office will see", value=quoted(value)))
        return moment
    return value


def _day(value: object) -> object:
    if isinstance(value, str):
        if not _DATE.fullmatch(value):
            raise wrong(say("{value} is not a date (like 2026-11-21)", value=quoted(value)))
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong(say("{value} does not exist in the calendar", value=quoted(value))) from None
    return value


def integer(value: object) -> object:
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value):
            raise wrong(say("{value} is not a whole number (like 5)", value=quoted(value)))
        return int(value)
    return value


def _yes(value: object) -> object:
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise wrong(say("{value} is neither true nor false", value=quoted(value)))
        return value == "true"
    return value


def _decimal(expected: str) -> BeforeValidator:
    """A validator of amounts with at most two decimals; the message for what is none."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        if not _MONEY.fullmatch(value):
            raise wrong(Text(expected, {"value": quoted(value)}))
        return Decimal(value).quantize(Decimal("0.01"))

    return BeforeValidator(read)


def quoted(value: str) -> str:
    """A value as it is shown in a message: in quotes, cut where it is long."""
    return repr(value if len(value) <= 60 else value[:57] + "...")


def several(value: object) -> object:
    """A validator for lists: a single value stands for a list of one."""
    return [value] if isinstance(value, str | dict) else value


class Form:
    """Metadata of a string type that must match a whole pattern, in our messages and in the JSON Schema alike."""

    def __init__(self, pattern: re.Pattern[str], expected: Text) -> None:
        self.pattern = pattern
        self.expected = expected

    def check(self, value: object) -> object:
        if isinstance(value, str) and not self.pattern.fullmatch(value.strip()):
            raise wrong(say("{value} is not {expected}", value=quoted(value), expected=self.expected))
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^(?:{self.pattern.pattern})$"}


@dataclass(frozen=True, slots=True)
class Ref:
    """Metadata of a type whose values name something: a kind of record, `team` or `category`."""

    to: str


@dataclass(frozen=True, slots=True)
class Private:
    """Metadata of a type with personal data [T12]: what the estate's `sealed` calls it (name, phones, plates)."""

    what: str


@dataclass(frozen=True, slots=True)
class Named:
    """Metadata of a type that says who somebody is: the id of a resident or of staff, or the name of anybody else."""


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Count = Annotated[int, BeforeValidator(integer), WithJsonSchema({"type": "integer", "minimum": 0})]
Yes = Annotated[bool, BeforeValidator(_yes), WithJsonSchema({"type": "boolean"})]
_NUMBER = WithJsonSchema({"type": "number", "minimum": 0})
Money = Annotated[Decimal, _decimal(N_("{value} is not an amount in yuan (like 35 or 35.50)")), _NUMBER]
Amount = Annotated[Decimal, _decimal(N_("{value} is not an amount (like 12 or 12.5)")), _NUMBER]
Line = Annotated[
    str,
    BeforeValidator(_printable),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\n\r]*$"),
]
Words = Annotated[
    str, BeforeValidator(_printable), StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)
]
Who = Annotated[Line, Named()]
PersonName = Annotated[Line, Private("name")]
StaffId = Annotated[str, Form(STAFF_ID, say("a staff id (like zhang.wei)")), Ref("staff")]
UnitId = Annotated[str, Form(UNIT_ID, say("a unit (building-entrance-room, like 3-2-0501)")), Ref("unit")]
Code = Annotated[str, Form(_CODE, say("a code (letters, digits, - . _, a letter first)"))]
TeamCode = Annotated[Code, Ref("team")]
CategoryCode = Annotated[Code, Ref("category")]


class Model(BaseModel):
    """Base of everything read from YAML: no unknown fields, texts stripped, values fixed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, validate_default=False)

    def plain(self) -> dict[str, Any]:
        """Fields in the order of the model, under the names files use, nothing for what is empty: what
        `store.yamlfile.dump` writes."""
        return {
            field.alias or name: _plain(value)
            for name, field in type(self).model_fields.items()
            if not _empty(value := getattr(self, name))
        }


def _empty(value: object) -> bool:
    return value is None or value == () or value == [] or value == {}


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.plain()
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    return value


def labelled(title: str, help: str | None = None, default: object = None) -> Any:
    """A field that may be left out, with its label and the help of its option."""
    return Field(default, title=title, description=help)


class Event(Model):
    """What happened: when, who did or saw it, which step it was. Kinds of record add their own fields."""

    at: Moment
    by: StaffId
    event: str


class Record(Protocol):
    """What every kind with a life has. `status` is the fold of `events`, stored so that grep finds it."""

    @property
    def id(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def events(self) -> tuple[Event, ...]: ...
