"""`policy.yaml`: the office's rules as data. Every number in it is a default that the estate may change.

Conditions are equality and membership on fields; `any` asks that a field is set, `none` that it is not. `when`
must hold and `unless` must not. There is no expression language: a rule that needs one is a sign that a field or an
event is missing.
"""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from propcli.engine.record import Code, Count, Line, Model, Yes, quoted, several, wrong
from propcli.engine.text import say
from propcli.engine.words import Vocabulary
from propcli.engine.worktime import Limit

OWED = Vocabulary(
    "owed",
    (
        "dispatch",
        "confirmation",
        "arrival",
        "resolution",
        "report",
        "reply",
        "judgement",
        "follow-up",
        "water-test",
        "sign-off",
        "notice",
        "decision",
        "closing",
        "promise",
    ),
    **{"water-test": "water test", "promise": "what was promised"},
)
# the fields of a record that hold a time somebody agreed to
AGREED = Vocabulary(
    "agreed",
    ("appointment", "asked_by", "expected", "due"),
    appointment="the time of the visit",
    asked_by="the time the resident asked for",
    expected="the time told to the resident",
    due="the due time in the former system",
)
SOURCE = Vocabulary(
    "source",
    ("procedures", "grade", "own"),
    procedures="the office procedures",
    grade="published service grades",
    own="a default of this program",
)
ROLES = Vocabulary("debtor", ("acceptor", "assignee", "supervisor", "manager", "desk"), assignee="person sent")

_LIMIT = re.compile(r"([0-9]{1,6})(m|h|d|wd)")
_LONGEST = {"m": 120_000, "h": 2_000, "d": 3_650, "wd": 2_500}  # ten years of days; hours as long as two years of work


def _limit(value: object) -> object:
    if isinstance(value, str):
        if value == "same day":
            return Limit(1, "same day")
        match = _LIMIT.fullmatch(value)
        if match is None or int(match[1]) == 0:
            raise wrong(
                say(
                    "{value} is not a length of time (30m, 1h, 2d, 10wd for working days, same day)",
                    value=quoted(value),
                )
            )
        amount, unit = int(match[1]), match[2]
        if amount > _LONGEST[unit]:
            raise wrong(say("{value} is longer than ten years", value=quoted(value)))
        return Limit(amount * 60, "m") if unit == "h" else Limit(amount, unit)
    return value


Within = Annotated[
    Limit,
    BeforeValidator(_limit),
    WithJsonSchema({"type": "string", "pattern": "^([0-9]{1,5}(m|h|d|wd)|same day)$"}),
]


class Trigger(Model):
    """An event, by name, or an event whose field has one of some values."""

    event: Code
    to: Annotated[tuple[Code, ...], BeforeValidator(several)] = ()
    solved: Literal["true", "false"] | None = None
    tight: Literal["true", "false"] | None = None


def _trigger(value: object) -> object:
    if isinstance(value, str):
        return {"event": value}
    return value


_NAME = {"type": "string"}
_TRIGGER_SCHEMA: dict[str, Any] = {
    "anyOf": [
        _NAME,
        {
            "type": "object",
            "properties": {
                "event": _NAME,
                "to": {"anyOf": [_NAME, {"type": "array", "items": _NAME}]},
                "solved": {"enum": ["true", "false", True, False]},
                "tight": {"enum": ["true", "false", True, False]},
            },
            "required": ["event"],
            "additionalProperties": False,
        },
    ]
}
Triggers = Annotated[
    tuple[Annotated[Trigger, BeforeValidator(_trigger)], ...],
    BeforeValidator(several),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_TRIGGER_SCHEMA, {"type": "array", "items": _TRIGGER_SCHEMA, "minItems": 1}]}),
]
Conditions = Annotated[
    dict[Code, Annotated[tuple[str, ...], BeforeValidator(several), Field(min_length=1)]],
    WithJsonSchema({"type": "object", "additionalProperties": {"anyOf": [_NAME, {"type": "array", "items": _NAME}]}}),
]


class Row(Model):
    """One obligation: what is owed by whom, from which event, within which time, until which event.

    `agreed` names a field of the record holding a time agreed with the resident: where it is set, that time stands
    instead of `within`; a row without `within` applies only where it is set. With `pauses`, time between paused
    and resumed does not count. `clock` is `calendar` (always runs) or one of `calendar.yaml`."""

    rule: Line
    source: Line | None = None
    record: Literal["ticket"] = "ticket"
    when: Conditions = Field(default_factory=dict)
    unless: Conditions = Field(default_factory=dict)
    owed: Code
    by: Literal["acceptor", "assignee", "supervisor", "manager", "desk"]
    start: Triggers = Field(alias="from")
    within: Within | None = None
    agreed: Code | None = None
    until: Triggers
    clock: Code = "calendar"
    pauses: Yes = False
    note: Line | None = None

    @model_validator(mode="after")
    def _timed(self) -> "Row":
        if self.within is None and self.agreed is None:
            raise wrong(say("a row needs within (30m, 1h, 2d, 10wd, same day) or agreed (a field with a time)"))
        if self.within is not None and self.within.unit == "d" and self.clock != "calendar":
            raise wrong(say("days go with the calendar clock; on clock {clock} count m, h or wd", clock=self.clock))
        return self


class Weights(Model):
    """How heavily an open ticket of each urgency weighs in a person's workload [T6]."""

    urgent: Count
    normal: Count
    low: Count


class Dispatch(Model):
    """How waiting tickets find a person [T6]."""

    kinds: Annotated[tuple[Code, ...], Field(min_length=1)]
    weights: Weights
    fair_days: Annotated[Count, Field(ge=1)]  # ties go to whom fewest were sent in so many days


class Recurring(Model):
    """How often within a report's period counts as a problem that recurs [M7]."""

    unit: Annotated[Count, Field(ge=2)]
    line: Annotated[Count, Field(ge=2)]
    public: Annotated[Count, Field(ge=2)]
    building: Annotated[Count, Field(ge=2)]


class Policy(Model):
    """The rules of one estate."""

    kind_of_record: ClassVar[str] = "policy"

    routing: Annotated[
        dict[Code, Annotated[tuple[Code, ...], BeforeValidator(several), Field(min_length=1)]],
        WithJsonSchema(
            {
                "type": "object",
                "additionalProperties": {"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]},
            }
        ),
    ]  # category → lead team, then co-teams [T4, T9]
    dispatch: Dispatch
    recurring: Recurring
    obligations: tuple[Row, ...]
