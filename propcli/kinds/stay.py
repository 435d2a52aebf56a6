"""Temporary parking 临时停车 [U10, U14]: a car comes in and goes out, and the hours are counted. Fees come later."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.lifecycle import Lifecycle, Step, table
from propcli.engine.policy import OWED
from propcli.engine.record import Event, Form, Line, Model, UnitId, Words, wrong
from propcli.engine.table import Minutes
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import STAY
from propcli.kinds.declaration import Declaration, Listing, Shown, Sole
from propcli.kinds.resident.model import Plate, Recipient, Sealed, has_its_key
from propcli.records.plates import written

if TYPE_CHECKING:
    from propcli.desk.views import View
    from propcli.records.changing import Here

StatusCode = Literal["inside", "left"]
EventName = Literal["entered", "left", "noted"]
STATUS = Vocabulary("stay state", get_args(StatusCode), left="gone")
EVENT = Vocabulary("stay event", get_args(EventName), left="gone")
OWED.extend({"long-stay": "looking at the car that stays"})
StayId = Annotated[str, Form(STAY.pattern, say("a stay (like S-20261121-001)"))]


class StayEvent(Event):
    """A step of a stay."""

    event: EventName
    text: Words | None = Field(None, title="text", description="In words.")


class Stay(Model):
    """A car that parks for a while."""

    kind_of_record: ClassVar[str] = "stay"

    id: StayId = Field(title="stay")
    status: Annotated[StatusCode, STATUS] = Field(title="state")
    plate: Plate | None = Field(None, title="plate", description="The plate of the car, like 粤B12345.")
    unit: UnitId | None = Field(None, title="unit", description="The home it comes to, if to one.")
    purpose: Line | None = Field(None, title="purpose", description="What for.")
    key: Recipient | None = None
    sealed: Sealed | None = None
    events: Annotated[tuple[StayEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        return Text("{purpose}", {"purpose": self.purpose}) if self.purpose else say("parked")

    @property
    def what(self) -> Text:
        return self.title

    @property
    def gone(self) -> datetime | None:
        """When it left; None while it is inside."""
        return next((event.at for event in self.events if event.event == "left"), None)

    @model_validator(mode="after")
    def _fits(self) -> "Stay":
        has_its_key(self)
        if self.plate is None and self.sealed is None:
            raise wrong(say("plate is missing"), "plate")
        return self


def minutes(stay: Stay, now: datetime) -> int:
    """How long it has parked, or had when it left, in whole minutes."""
    return int(((stay.gone or now) - stay.events[0].at).total_seconds()) // 60


def hours(stay: Stay, now: datetime) -> int:
    """The hours that count: each that was begun; the first as soon as the car is in."""
    return max(1, -(-minutes(stay, now) // 60))


LIFE = Lifecycle(
    steps=table(
        Step("entered", frozenset(), "inside", (), ("text",), rule="U14", verb="enter", help="A car comes in."),
        Step("left", frozenset({"inside"}), "left", (), ("text",), rule="U14", verb="leave", help="It goes out."),
        Step("noted", frozenset(get_args(StatusCode)), None, ("text",), verb="note", help="Write something down."),
    ),
    states=STATUS,
    events=EVENT,
    first=frozenset({"entered"}),
    ending=frozenset({"left"}),
)


def _taken(stay: Stay, plate: str, _personal: Any) -> tuple[Text, Text | None]:
    what = say("{plate} is inside already: {id}, since {at} [U14]", plate=plate, id=stay.id, at=stay.events[0].at)
    return what, say("once it has left: propcli stay leave {id}", id=stay.id)


def _held(stay: Stay, _day: date) -> bool:
    return stay.status == "inside"


def _after(stay: Stay, here: "Here") -> Iterable[Text]:
    if stay.gone is not None:
        values = {"start": stay.events[0].at, "end": stay.gone, "hours": hours(stay, here.now)}
        yield say("  parked {start} to {end}, hours begun: {hours}", **values)


def _length(stay: Stay, view: "View") -> Any:
    return Minutes(minutes(stay, view.now))


def _hours(stay: Stay, view: "View") -> Any:
    return hours(stay, view.now)


# fmt: off
DECLARED = Declaration(
    show_help="One stay with its hours.", asked=("plate", "unit", "purpose"), needed=frozenset({"plate"}),
    sole=Sole("plate", _held, written, (b"inside",), _taken), after=_after, finds=("purpose",), states=STATUS,
    listing=Listing(
        columns=(
            Shown("id"), Shown("status"), Shown("plate"), Shown("unit"), Shown("purpose", wide=True),
            Shown("entered", say("entered"), lambda stay, _view: stay.events[0].at),
            Shown("gone", say("left at"), lambda stay, _view: stay.gone), Shown("length", say("parked for"), _length),
            Shown("hours", say("hours begun"), _hours)
        ),
        empty=say("No such cars."), default="inside",
        help="Cars that park for a while, those that are inside unless asked otherwise.",
        state_help="inside (the default), left or all."
    ),
    details=(
        Shown("plate"), Shown("purpose"), Shown("length", say("parked for"), _length),
        Shown("hours", say("hours begun"), _hours)
    )
)
# fmt: on
