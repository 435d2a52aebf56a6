"""The estate's own settings, `propcli.yaml`: its name, place in time, language, teams and who answers for what."""

import re
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, WithJsonSchema

from propcli.engine.record import Code, Count, Form, Line, Model, StaffId, integer, quoted, wrong
from propcli.engine.text import say


def _zone(value: object) -> object:
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise wrong(
                say("there is no time zone {value} (write one like Asia/Shanghai)", value=quoted(value))
            ) from None
    return value


TimeZone = Annotated[str, BeforeValidator(_zone), WithJsonSchema({"type": "string"})]


class Team(Model):
    """A team [T6]: what it is called, and the supervisor who answers for it [T7]."""

    name: Line
    supervisor: StaffId | None = None


class Settings(Model):
    """`propcli.yaml` marks the folder as an estate."""

    kind_of_record: ClassVar[str] = "settings"

    format: Annotated[Literal[1], BeforeValidator(integer)]
    name: Line
    timezone: TimeZone
    language: Literal["en", "zh"] | None = None
    manager: StaffId | None = None
    desk: StaffId | None = None  # who is at the desk when a command does not say (--by)
    teams: dict[Code, Team] = Field(default_factory=dict)
    region: Annotated[str, Form(re.compile(r"[A-Z]{2}"), say("a country (like CN)"))] = "CN"  # of phone numbers
    sealed: tuple[Literal["name", "phones", "plates"], ...] = ()  # besides what is always sealed [T12]
    signatures: Literal["demanded"] | None = None  # every commit has to be signed: `audit verify` says which is not
    occupied_units: Count | None = None  # for the complaint rate per 100 occupied units [M5]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
