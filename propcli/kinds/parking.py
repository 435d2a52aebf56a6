"""Parking spaces 车位 [U10]: sold, let or free, looked at every month, never let twice.

The cars that may park there stand on the record, sealed where the estate seals plates; events never name them [T12]."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.lifecycle import Ask, Lifecycle, State, Step, Why, table, term
from propcli.engine.policy import OWED
from propcli.engine.record import Day, Event, Form, Line, Model, Money, Ref, UnitId, Who, Words, Yes, wrong
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import PARKING
from propcli.kinds.declaration import Declaration, Listing, Shown, Sole, Tables
from propcli.kinds.resident.model import Plate, Recipient, ResidentId, Sealed, has_its_key
from propcli.records.plates import written

if TYPE_CHECKING:
    from propcli.records.changing import Change, Here

StatusCode = Literal["free", "sold", "let"]
EventName = Literal["registered", "sold", "let", "renewed", "freed", "cars_changed", "checked", "told", "noted"]
STATUS = Vocabulary("parking state", get_args(StatusCode))
EVENT = Vocabulary(
    "parking event",
    get_args(EventName),
    let="let out",
    renewed="lease renewed",
    freed="free again",
    cars_changed="other cars",
    checked="looked at",
    told="told that the lease ends",
)
OWED.extend({"space-check": "monthly look at the space", "lease-notice": "telling that the lease ends"})
Status = Annotated[StatusCode, STATUS]
SpaceId = Annotated[str, Form(PARKING.pattern, say("a parking space (like B1-012)")), Ref("parking")]


class ParkingSpaceEvent(Event):
    """Something that happened to a space."""

    event: EventName
    unit: UnitId | None = Field(None, title="unit", description="The home it goes with from now on, like 3-2-0501.")
    resident: ResidentId | None = Field(None, title="resident", description="Who has it: a resident's id or name.")
    until: Day | None = Field(None, title="until", description="The last day of the lease.")
    fee: Money | None = Field(None, title="fee", description="What it costs a month, in yuan.")
    ok: Yes | None = Field(None, title="in order", description="Whether everything is in order.")
    finding: Words | None = Field(None, title="finding", description="What is not in order.")
    who: Who | None = Field(None, title="who", description="Who was told.")
    reason: Words | None = Field(None, title="reason", description="Why.")
    text: Words | None = Field(None, title="text", description="In words.")


class ParkingSpace(Model):
    """One space, by the number painted on it."""

    kind_of_record: ClassVar[str] = "parking"

    id: SpaceId = Field(title="space", description="The number painted on it, like B1-012.")
    status: Status = Field(title="state")
    place: Line = Field(title="place", description="Where it is.")
    unit: UnitId | None = Field(None, title="unit")
    resident: ResidentId | None = Field(None, title="resident")
    until: Day | None = Field(None, title="until")
    fee: Money | None = Field(None, title="fee a month")
    cars: tuple[Plate, ...] = Field((), title="cars")
    key: Recipient | None = None
    sealed: Sealed | None = None
    events: Annotated[tuple[ParkingSpaceEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        return Text("{place}", {"place": self.place})

    @property
    def what(self) -> Text:
        return self.title

    @model_validator(mode="after")
    def _fits(self) -> "ParkingSpace":
        has_its_key(self)
        if self.status == "free" and self.cars:
            raise wrong(say("a free space has no cars"), "cars")
        return self


def _check(state: State, event: ParkingSpaceEvent) -> Iterator[Why]:
    yield from term(state, event, "U10", say("the lease goes on until {until} already", until=""))
    if event.event == "checked" and event.ok == (event.finding is not None):
        hint = say("say what is wrong") if not event.ok else None
        what = say("something was found, yet it is in order") if event.ok else say("what was found is missing")
        yield "U10", what, hint, "ok"


ALL = frozenset(get_args(StatusCode))
FREE, LET, HELD = frozenset({"free"}), frozenset({"let"}), frozenset({"sold", "let"})
HOLDER = ("unit", "resident", "until", "fee")
CARS = Ask("--cars", "The plates of the cars that may park there: 粤B12345,粤B54321.", "PLATES")
# fmt: off
LIFE = Lifecycle(
    steps=table(
        Step("registered", frozenset(), "free", (), ("text",), rule="U10", verb="add", help="Put a space on record."),
        Step(
            "sold", FREE | {"sold"}, "sold", ("unit",), ("resident", "text"), rule="U10", clears=HOLDER, verb="sell",
            help="It is sold to a home, or sold on to another.", along={"cars": CARS}
        ),
        Step(
            "let", FREE, "let", ("unit", "until", "fee"), ("resident", "text"), rule="U10", verb="let",
            help="It is let to a home until a day, for a fee a month; only a free one.", along={"cars": CARS}
        ),
        Step("renewed", LET, None, ("until",), ("fee", "text"), rule="U10", verb="renew", help="The lease goes on."),
        Step(
            "freed", HELD, "free", (), ("reason",), rule="U10", clears=HOLDER, verb="free",
            help="The lease has ended, or it was given back: it is free.", carries=("cars",)
        ),
        Step(
            "cars_changed", HELD, None, (), ("text",), rule="U14", verb="cars",
            help="Other cars may park there from now on.", along={"cars": replace(CARS, needed=True)}
        ),
        Step(
            "checked", ALL, None, ("ok",), ("finding", "text"), rule="U10", verb="check",
            help="The monthly look at it.", asks={"ok": Ask("--ok/--wrong")}
        ),
        Step("told", LET, None, (), ("who", "text"), rule="U10", verb="told", help="The holder was told that it ends."),
        Step("noted", ALL, None, ("text",), verb="note", help="Write something down."),
    ),
    states=STATUS,
    events=EVENT,
    first=frozenset({"registered"}),
    folded=HOLDER,
    check=_check,
)
# fmt: on


def _cars(change: "Change", space: ParkingSpace, fields: dict[str, Any]) -> None:
    """The cars go along with the step; a new holder without the option has none on record."""
    cars = tuple(dict.fromkeys(fields.get("cars") or ()))
    if not cars and space.cars:
        change.notes.append(say("  its cars until now are not on record any more"))
    change.refuse_taken(PARKING, cars, space.id)
    change.conceal(space, {"cars": cars})


def _freed(change: "Change", space: ParkingSpace, _fields: dict[str, Any]) -> None:
    change.conceal(space, {"cars": ()})


def _taken(space: ParkingSpace, car: str, _personal: Any) -> tuple[Text, Text | None]:
    return say("{plate} parks in {space} already [U14]", plate=car, space=space.id), None


CAR = Sole("cars", lambda _space, _day: True, written, (b"cars:", b"sealed:"), _taken)


def _after(space: ParkingSpace, _here: "Here") -> Iterable[Text]:
    if space.status == "let":
        values = {"unit": space.unit, "until": space.until, "fee": space.fee}
        yield say("  let to {unit} until {until}, {fee} yuan a month", **values)


def _happened(values: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """A row of a table: the space, and whose it is."""
    status = values.pop("status", None) or ("let" if "until" in values else "sold" if "unit" in values else "free")
    held = {name: values.get(name) for name in ("unit", "until", "fee")}
    return [("registered", held)] if status == "free" else [("registered", {}), (status, held)]


# fmt: off
DECLARED = Declaration(
    show_help="One space: whose it is, which cars, what happened.", id_help="The number painted on it, like B1-012.",
    asked=("place",), before={"sold": _cars, "let": _cars, "cars_changed": _cars, "freed": _freed}, after=_after,
    states=STATUS, sole=CAR, finds=("place",),
    listing=Listing(
        columns=(
            Shown("id"), Shown("status"), Shown("place", wide=True), Shown("unit"), Shown("resident"), Shown("until"),
            Shown("fee"), Shown("cars")
        ),
        empty=say("No such spaces."), help="Spaces, free, sold and let.",
        state_help="free, sold, let or all (the default)."
    ),
    details=(Shown("place"), Shown("resident"), Shown("until"), Shown("fee"), Shown("cars")),
    labels={"until": say("until {value}"), "fee": say("{value} yuan a month")},
    flags={"ok": (say("in order"), say("not in order"))},
    tables=Tables(("place", "status", "unit", "until", "fee", "cars"), _happened, ("place",))
)
# fmt: on
