"""`policy.yaml`: the office's rules as data. Every number in it is a default that the estate may change.

Conditions are equality and membership on fields; `any` asks that a field is set, `none` that it is not. `when`
must hold and `unless` must not. There is no expression language: a rule that needs one is a sign that a field or an
event is missing.
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from propcli.engine.record import Amount, Code, Count, Line, Model, Yes, quoted, several, wrong
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.engine.worktime import Limit, add_months

# what may be owed; a kind of record brings words of its own along with it
OWED = Vocabulary(
    "owed",
    tuple(
        "dispatch confirmation arrival resolution report reply judgement follow-up sign-off notice decision "
        "closing rectification re-inspection completion review".split()
    ),
)
OWED.extend(
    {
        "water-test": "water test",
        "promise": "what was promised",
        "outdoor-check": "outdoor check",
        "check-before-rain": "outdoor check before heavy rain",
        "check-after-rain": "outdoor check after heavy rain",
        "unit-check": "check of the empty unit",
        "gas-check": "gas check",
        "key-return": "return of the key",
        "lease-end": "end or renewal of the lease",
        "custody-end": "end or renewal of the custody",
        "telling": "telling the owner",
        "visit": "visit agreed",
        "card-return": "return of the card",
        "maintenance-told": "telling maintenance of the permit",
        "security-told": "telling security of the permit",
        "certificate": "original certificate to the owner",
        "door-copy": "copy of the certificate on the door",
        "patrol": "inspection of the works",
        "water-test-result": "result of the water test, item",
        "expiry-notice": "expiry notice to the owner",
        "permit-end": "completion or extension of the works",
        "pass-expiry": "expiry notice, pass",
        "pass-return": "return or renewal, pass",
        "violation": "rectification, violation",
        "completion-check": "check of the works",
        "refund": "refund of the deposit",
        "shelving": "putting the file on the shelf",
    }
)
# the fields of a record that hold a time somebody agreed to
# fmt: off
AGREED = Vocabulary(
    "agreed", ("appointment", "asked_by", "expected", "due", "back", "until", "rain_from", "rain_until", "rectify_by"),
    appointment="the time of the visit, agreed with the resident", asked_by="the time the resident asked for",
    expected="the time told to the resident", due="the due time in the former system",
    back="the time it was to be back", until="the last day agreed", rain_from="the beginning of the rain",
    rain_until="the end of the rain", rectify_by="the day by which it is to be put right"
)
# fmt: on
# of these, what later events may tell anew; the others stand as the event said that started the obligation
TOLD_ANEW = frozenset({"appointment", "asked_by", "expected"})
# fmt: off
SOURCE = Vocabulary(
    "source", ("procedures", "grade", "law", "own"), procedures="the office procedures",
    grade="published service grades", law="public law", own="a default of this program"
)
# fmt: on
ROLES = Vocabulary("debtor", ("acceptor", "assignee", "supervisor", "manager", "desk"), assignee="person sent")

_LIMIT = re.compile(r"([0-9]{1,6})(?:(m|h|d|wd)| (month|year)s?)")
# ten years of days; hours as long as two years of work; a building's design life
_LONGEST = {"m": 120_000, "h": 2_000, "d": 3_650, "wd": 2_500, "month": 120, "year": 100}


def _limit(value: object) -> object:
    if isinstance(value, str):
        if value == "same day":
            return Limit(1, "same day")
        match = _LIMIT.fullmatch(value)
        if match is None or int(match[1]) == 0:
            raise wrong(
                say(
                    "{value} is not a length of time (30m, 1h, 2d, 10wd for working days, 2 months, same day)",
                    value=quoted(value),
                )
            )
        amount, unit = int(match[1]), match[2] or match[3]
        if amount > _LONGEST[unit]:
            raise wrong(say("{value} is longer than anything here lasts", value=quoted(value)))
        if unit in ("month", "year"):
            return Limit(amount * (12 if unit == "year" else 1), "mo")
        return Limit(amount * 60, "m") if unit == "h" else Limit(amount, unit)
    return value


_LIMIT_SCHEMA = {"type": "string", "pattern": "^([0-9]{1,6}((m|h|d|wd)| (month|year)s?)|same day)$"}
Within = Annotated[Limit, BeforeValidator(_limit), WithJsonSchema(_LIMIT_SCHEMA)]


def limit_of(text: str) -> Limit:
    """The length of time that a text says."""
    limit = _limit(text)
    assert isinstance(limit, Limit)
    return limit


def spoken(limit: Limit) -> Text:
    """A length of time in words."""
    if limit.unit == "same day":
        return say("the same day")
    if limit.unit == "m" and limit.amount % 60 == 0:
        return say("{n} hours", n=limit.amount // 60) if limit.amount > 60 else say("one hour")
    several, one = {
        "m": (say("{n} minutes", n=limit.amount), say("one minute")),
        "wd": (say("{n} working days", n=limit.amount), say("one working day")),
        "d": (say("{n} days", n=limit.amount), say("one day")),
        "mo": (say("{n} months", n=limit.amount), say("one month")),
    }[limit.unit]
    return several if limit.amount > 1 else one


def _counted_in(units: tuple[str, ...], expected: Text) -> AfterValidator:
    """A validator of lengths of time that stay as they are written, counted in some units only."""

    def check(value: str) -> str:
        if limit_of(value).unit not in units:
            raise wrong(expected)
        return value

    return AfterValidator(check)


Term = Annotated[
    str,
    _counted_in(("d", "mo"), say("count it in days, months or years (90d, 3 months)")),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}(d| (month|year)s?)$"}),
]
Hours = Annotated[
    str,
    _counted_in(("m",), say("count it in minutes or hours (24h)")),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}(m|h)$"}),
]


def after(day: date, term: str) -> date:
    """The last day of a Term that begins on a day, the day itself not counted: 3 months from the 30th of November end
    on the 28th (or 29th) of February."""
    limit = limit_of(term)
    try:
        return add_months(day, limit.amount) if limit.unit == "mo" else day + timedelta(days=limit.amount)
    except (ValueError, OverflowError):  # a day at the end of the calendar, written by hand
        return date.max


_NAME = {"type": "string"}
Conditions = Annotated[
    dict[Code, Annotated[tuple[str, ...], BeforeValidator(several), Field(min_length=1)]],
    WithJsonSchema({"type": "object", "additionalProperties": {"anyOf": [_NAME, {"type": "array", "items": _NAME}]}}),
]


class Trigger(Model):
    """An event, by name, or an event whose fields have one of some values: `{event: escalated, to: manager}`."""

    event: Code
    having: Conditions = Field(default_factory=dict)


def _trigger(value: object) -> object:
    if isinstance(value, str):
        return {"event": value}
    if isinstance(value, dict) and "having" not in value:
        having = {name: wanted for name, wanted in value.items() if name != "event"}
        return {**{k: v for k, v in value.items() if k == "event"}, **({"having": having} if having else {})}
    return value


_TRIGGER_SCHEMA: dict[str, Any] = {
    "anyOf": [
        _NAME,
        {
            "type": "object",
            "properties": {"event": _NAME},
            "required": ["event"],
            "additionalProperties": {"anyOf": [_NAME, {"type": "boolean"}, {"type": "array", "items": _NAME}]},
        },
    ]
}
Triggers = Annotated[
    tuple[Annotated[Trigger, BeforeValidator(_trigger)], ...],
    BeforeValidator(several),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_TRIGGER_SCHEMA, {"type": "array", "items": _TRIGGER_SCHEMA, "minItems": 1}]}),
]


class Row(Model):
    """One obligation: what is owed by whom, from which event, within which time, until which event.

    `agreed` names a field of the record holding a time agreed with the resident: where it is set, that time stands
    instead of `within`; a row without `within` applies only where it is set. `every` instead of `within` makes it
    recur: what meets it starts the next round, due at the end of its day. `counted_from` names a field of the
    starting event with the time the clock starts at; before it nothing is owed. `ahead` makes it due so long before the
    time agreed, unless the whole term is shorter than that. `per` names a field that tells apart what is owed several
    times at once (the number of a key). After an event of `ends` nothing
    more is owed. With `pauses`, time between paused and resumed does not count. `clock` is `calendar` (always runs)
    or one of `calendar.yaml`. `team` is the one whose supervisor answers where the record itself has no team."""

    rule: Line
    source: Line | None = None
    record: Code = "ticket"
    when: Conditions = Field(default_factory=dict)
    unless: Conditions = Field(default_factory=dict)
    owed: Code
    by: Literal["acceptor", "assignee", "supervisor", "manager", "desk"]
    team: Code | None = None
    start: Triggers = Field(alias="from")
    counted_from: Code | None = None
    within: Within | None = None
    every: Within | None = None
    agreed: Code | None = None
    ahead: Within | None = None
    per: Code | None = None
    until: Triggers
    ends: Triggers | tuple[()] = ()
    clock: Code = "calendar"
    pauses: Yes = False
    note: Line | None = None

    @model_validator(mode="after")
    def _timed(self) -> "Row":
        if self.within is None and self.every is None and self.agreed is None:
            raise wrong(
                say("a row needs within or every (30m, 1h, 2d, 10wd, same day) or agreed (a field with a time)")
            )
        if self.every is not None and (self.within is not None or self.agreed is not None):
            raise wrong(say("every goes without within and agreed"), "every")
        if self.every is not None and self.every.unit not in ("d", "wd", "mo"):
            raise wrong(say("what recurs is counted in days, working days or months"), "every")
        if self.ahead is not None and (self.agreed is None or self.within is not None):
            raise wrong(say("ahead counts back from a time agreed: it goes with agreed, without within"), "ahead")
        if self.ahead is not None and self.ahead.unit not in ("m", "d", "mo"):
            raise wrong(say("what is due ahead is counted in minutes, hours, days or months"), "ahead")
        limit = self.limit
        if limit is not None and limit.unit in ("d", "mo") and self.clock != "calendar":
            raise wrong(
                say("days and months go with the calendar clock; on clock {clock} count m, h or wd", clock=self.clock)
            )
        return self

    @property
    def limit(self) -> Limit | None:
        """The time allowed, each time."""
        return self.within or self.every


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


_CODES = {"anyOf": [_NAME, {"type": "array", "items": _NAME}]}
Codes = Annotated[tuple[Code, ...], BeforeValidator(several), WithJsonSchema(_CODES)]
_DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def _day_of_year(value: object) -> object:
    if isinstance(value, str):
        if not _DAY_OF_YEAR.fullmatch(value) or value == "02-29":
            raise wrong(say("{value} is not a day of every year (like 11-15)", value=quoted(value)))
        month, day = value.split("-")
        try:
            date(2001, int(month), int(day))
        except ValueError:
            raise wrong(say("{value} does not exist in the calendar", value=quoted(value))) from None
        return int(month), int(day)
    return value


DayOfYear = Annotated[
    tuple[int, int],
    BeforeValidator(_day_of_year),
    WithJsonSchema({"type": "string", "pattern": f"^{_DAY_OF_YEAR.pattern}$"}),
]


class MoveIn(Model):
    """What a move-in asks for: papers by case [U3], forms to be signed and things handed over [U4], meters, and items
    inspected, each with the category its defects belong to [U5]."""

    papers: dict[Code, Codes]
    forms: Codes
    things: Codes
    meters: Codes
    items: dict[Code, Code]


class CustodyRules(Model):
    """The terms of custody [U6]: m³ of water and kWh of electricity that may be used, percent of the service fee."""

    water: Amount
    electricity: Amount
    fee: Annotated[Count, Field(le=100)]


_DATES = {"enum": ["handed_over", "completed"]}


class Warranty(Model):
    """How long parts are under warranty [P6]: `within`, or whole heating `seasons`, from the first of the unit's dates
    that is known."""

    rule: Line
    source: Line | None = None
    part: Annotated[Codes, Field(min_length=1), WithJsonSchema(_CODES)]
    start: Annotated[
        tuple[Literal["handed_over", "completed"], ...],
        BeforeValidator(several),
        Field(alias="from", min_length=1),
        WithJsonSchema({"anyOf": [_DATES, {"type": "array", "items": _DATES, "minItems": 1}]}),
    ]
    within: Within | None = None
    seasons: Annotated[Count, Field(ge=1, le=20)] | None = None

    @model_validator(mode="after")
    def _timed(self) -> "Warranty":
        if (self.within is None) == (self.seasons is None):
            raise wrong(say("a warranty needs within (5 years) or seasons, one of them"))
        if self.within is not None and self.within.unit not in ("mo", "d"):
            raise wrong(say("a warranty lasts days, months or years"), "within")
        return self


class Season(Model):
    """The heating season: its first and last day, month-day."""

    start: DayOfYear = Field(alias="from")
    until: DayOfYear


class GateRow(Model):
    """What follows where a work item touches one of these things [N2, N3, N4]: it is refused, or needs approvals or
    undertakings (papers), or a water test before it is closed up."""

    rule: Line
    source: Line | None = None
    touches: Annotated[Codes, Field(min_length=1), WithJsonSchema(_CODES)]
    refused: Yes = False
    approval: Codes = ()
    undertaking: Codes = ()
    test: Yes = False
    note: Line | None = None

    @model_validator(mode="after")
    def _says(self) -> "GateRow":
        asks = bool(self.approval or self.undertaking or self.test)
        if self.refused == asks:
            raise wrong(say("a row either refuses or asks for something (approval, undertaking, test)"))
        return self


class WaterTest(Model):
    """How long water stands in a water test [N3]."""

    at_least: Hours
    at_most: Hours

    @model_validator(mode="after")
    def _ordered(self) -> "WaterTest":
        if limit_of(self.at_most).amount < limit_of(self.at_least).amount:
            raise wrong(say("it ends before it may end"), "at_most")
        return self


class RenovationPapers(Model):
    """The papers of a filing [N1]: of every owner's, of one that is not by an owner, of the contractor with the person
    in charge; of each worker, each work item."""

    owner: Codes
    non_owner: Codes
    contractor: Codes
    worker: Codes
    item: Codes


class RenovationRules(Model):
    """What a renovation filing has to meet: papers [N1], copies of the agreement [N5], payments [N6], copies of the
    certificate [N7], the longest term and extension [N9], the teams that are told [N10], and for the refund the time
    of occupancy and what is shown [N12]."""

    papers: RenovationPapers
    copies: Codes
    payments: Codes
    certificate: Codes
    told: Codes
    term: Term
    extension: Term
    water_test: WaterTest
    occupancy: Term
    shown: Codes
    gate: tuple[GateRow, ...] = ()


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
    move_in: MoveIn | None = None
    custody: CustodyRules | None = None
    renovation: RenovationRules | None = None
    warranty: tuple[Warranty, ...] = ()
    warranty_parts: dict[Code, Code] = Field(default_factory=dict)  # category → what its repairs are on
    heating_season: Season = Season.model_construct(start=(11, 15), until=(3, 15))
    obligations: tuple[Row, ...]
