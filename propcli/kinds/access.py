"""Passes of residents' cars 停车证 and of household help 家政卡 [U14]: issued, renewed, lost, returned, expiring."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.lifecycle import Ask, Lifecycle, State, Step, Why, table, term
from propcli.engine.policy import OWED
from propcli.engine.problem import Refusal
from propcli.engine.record import Day, Event, Form, Line, Model, PersonName, UnitId, Words, wrong
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import ACCESS
from propcli.kinds.declaration import Declaration, Listing, Shown, Sole
from propcli.kinds.parking import SpaceId
from propcli.kinds.resident.model import Plate, Recipient, ResidentId, Sealed, has_its_key
from propcli.records.plates import written

if TYPE_CHECKING:
    from propcli.records.changing import Change, Here

EXPIRED = "expired"  # how a pass is listed whose last day is over; no event makes it so
TypeCode = Literal["car", "help"]
StatusCode = Literal["valid", "lost", "returned"]
EventName = Literal["issued", "renewed", "lost", "found", "returned", "noted"]
TYPE = Vocabulary("access type", get_args(TypeCode), car="car pass", help="help pass")
STATUS = Vocabulary("access state", (*get_args(StatusCode), EXPIRED))
EVENT = Vocabulary("access event", get_args(EventName))
OWED.extend({"pass-renewal": "renewal or return of the pass"})
AccessId = Annotated[str, Form(ACCESS.pattern, say("a car or help pass (like A-2026-0007)"))]


class AccessEvent(Event):
    """A step in the life of a pass."""

    event: EventName
    until: Day | None = Field(None, title="until", description="The last day from now on.")
    reason: Words | None = Field(None, title="reason", description="Why.")
    text: Words | None = Field(None, title="text", description="In words.")


class Access(Model):
    """One pass: for a car of a home, or for somebody who helps there."""

    kind_of_record: ClassVar[str] = "access"

    id: AccessId = Field(title="car/help pass")
    status: Annotated[StatusCode, STATUS] = Field(title="state")
    type: Annotated[TypeCode, TYPE] = Field(title="type", description="car or help.")
    unit: UnitId = Field(title="unit", description="The home it goes with, like 3-2-0501.")
    resident: ResidentId | None = Field(None, title="resident", description="Whose it is, of those on record.")
    name: PersonName | None = Field(None, title="name", description="Who helps there.")
    plate: Plate | None = Field(None, title="plate", description="The plate of the car, like 粤B12345.")
    space: SpaceId | None = Field(None, title="space", description="The space where the car parks, like B1-012.")
    number: Line | None = Field(None, title="number", description="The number printed on it.")
    until: Day = Field(title="until", description="The last day.")
    key: Recipient | None = None
    sealed: Sealed | None = None
    events: Annotated[tuple[AccessEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        return TYPE.word(self.type)

    @model_validator(mode="after")
    def _fits(self) -> "Access":
        has_its_key(self)
        if self.sealed is None and self.type == "car" and self.plate is None:
            raise wrong(say("a car pass needs the plate"), "plate")
        if self.sealed is None and self.type == "help" and self.name is None:
            raise wrong(say("a help pass needs the name"), "name")
        return self


def state_at(access: Access, now: datetime) -> str:
    """Its state, or `expired`: on its last day it is still good."""
    return EXPIRED if access.status == "valid" and now.date() > access.until else access.status


def _check(state: State, event: AccessEvent) -> Iterator[Why]:
    if event.event != "found":  # it is good for as long as it was
        yield from term(state, event, "U14", say("it is good until {until} already", until=""))


VALID, LOST = frozenset({"valid"}), frozenset({"lost"})
# fmt: off
LIFE = Lifecycle(
    steps=table(
        Step(
            "issued", frozenset(), "valid", ("until",), ("text",), rule="U14", verb="issue",
            help="A pass for a car of a home, or for somebody who helps there."
        ),
        Step("renewed", VALID, None, ("until",), ("text",), rule="U14", verb="renew", help="It is good for longer."),
        Step("lost", VALID, "lost", (), ("text",), rule="U14", verb="lost", help="It is lost and good no longer."),
        Step(
            "found", LOST, "valid", (), ("until", "text"), rule="U14", verb="found", help="The lost one is found.",
            fills=("until",)
        ),
        Step(
            "returned", VALID | LOST, "returned", (), ("reason",), rule="U14", verb="return",
            help="It was given back, and is good no longer."
        ),
        Step("noted", frozenset(get_args(StatusCode)), None, ("text",), verb="note", help="Write something down."),
    ),
    states=STATUS,
    events=EVENT,
    first=frozenset({"issued"}),
    folded=("until",),
    check=_check,
    ending=frozenset({"returned"}),
)
# fmt: on


def _begins(_change: "Change", fields: dict[str, Any], _event: dict[str, Any], _by: str) -> None:
    wanted, missing = ("plate", "--plate") if fields["type"] == "car" else ("name", "--name")
    if not fields.get(wanted):
        raise Refusal(say("the option {option} is missing", option=missing))


def _found(change: "Change", access: Access, fields: dict[str, Any]) -> None:
    """Its last day counts again."""
    fields["until"] = access.until
    _valid_again(change, access, fields)


def _valid_again(change: "Change", access: Access, _fields: dict[str, Any]) -> None:
    """Meanwhile the car may have another pass."""
    from propcli.records.sole import having

    change.refuse_taken(ACCESS, having(access, "plate", change.here.keys), access.id)


def _taken(access: Access, plate: str, _personal: Any) -> tuple[Text, Text | None]:
    values = {"plate": plate, "id": access.id, "unit": access.unit, "until": access.until}
    what = say("{plate} has a pass already: {id}, {unit}, until {until} [U14]", **values)
    return what, say("to give another one: propcli access return {id}, or lost", id=access.id)


def _held(access: Access, day: date) -> bool:
    return access.status == "valid" and access.until >= day


def _after(access: Access, here: "Here") -> Iterable[Text]:
    if state_at(access, here.local) == "valid":
        yield say("  good until {until}", until=access.until)


# fmt: off
DECLARED = Declaration(
    show_help="One pass with everything that happened.",
    asked=("type", "unit", "until", "plate", "name", "resident", "space", "number"), asks={"type": Ask("--type")},
    begins=_begins, before={"found": _found, "renewed": _valid_again}, after=_after,
    sole=Sole("plate", _held, written, (b"valid",), _taken), finds=("number",), states=STATUS, state_at=state_at,
    listing=Listing(
        columns=(
            Shown("id"), Shown("type"), Shown("status"), Shown("unit"), Shown("plate"), Shown("name"), Shown("space"),
            Shown("until")
        ),
        empty=say("No passes of cars or of help."), default="open",
        groups=dict.fromkeys(("open", "未结"), frozenset({"valid", EXPIRED})),
        help="Passes of cars and of household help, those that are out unless asked otherwise.",
        state_help="valid, expired, lost, returned, open (the default) or all."
    ),
    details=(Shown("resident"), Shown("plate"), Shown("name"), Shown("space"), Shown("number"), Shown("until")),
    labels={"until": say("until {value}")}
)
# fmt: on
