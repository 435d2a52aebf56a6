"""Visitors and the temporary cards given out for them [U9].

Names, phones and plates that the estate seals stand encrypted in `sealed` instead [T12]."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.lifecycle import Ask, Lack, Lifecycle, State, Step, Why, table
from propcli.engine.record import Event, Form, Line, Model, Moment, PersonName, UnitId, Words, wrong
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import VISITOR
from propcli.kinds.declaration import Declaration, Filter, Listing, Shown, Sole
from propcli.kinds.gate import good_until
from propcli.kinds.resident.model import Phone, Plate, Recipient, Sealed, has_its_key

if TYPE_CHECKING:
    from propcli.desk.views import View
    from propcli.records.changing import Change, Here, Taken

Status = Literal["inside", "left"]
EventName = Literal["entered", "left", "card_lost", "card_found", "noted"]
CardState = Literal["out", "lost", "returned"]
STATUS = Vocabulary("visitor state", get_args(Status))
EVENT = Vocabulary("visitor event", get_args(EventName), card_lost="card lost", card_found="card found")
CARD = Vocabulary("card", get_args(CardState))
VisitorId = Annotated[str, Form(VISITOR.pattern, say("a visitor (like V-20261121-001)"))]


class VisitorEvent(Event):
    """A step of a visit."""

    event: EventName
    text: Words | None = Field(None, title="text", description="In words.")


class Visitor(Model):
    """A visit, with the temporary card given out for it."""

    kind_of_record: ClassVar[str] = "visitor"

    id: VisitorId = Field(title="visitor")
    status: Status = Field(title="state")
    unit: UnitId = Field(title="unit", description="The unit that is visited, like 3-2-0501.")
    name: PersonName | None = Field(None, title="name", description="Who visits.")
    phone: Phone | None = Field(None, title="phone", description="That person's phone.")
    plate: Plate | None = Field(None, title="plate", description="The plate of the car, like 粤B12345.")
    purpose: Line | None = Field(None, title="purpose", description="What for.")
    card: Line | None = Field(None, title="card", description="The temporary card given out.")
    until: Moment = Field(title="until", description="When the card is owed back; without it, the end of the day.")
    key: Recipient | None = None
    sealed: Sealed | None = None
    events: Annotated[tuple[VisitorEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        return say("card {card}", card=self.card) if self.card else say("visit")

    @property
    def card_state(self) -> CardState | None:
        """Where the card is; None where none was given out. Lost is lost until it is found, inside or left."""
        if self.card is None:
            return None
        losses = [event.event for event in self.events if event.event in ("card_lost", "card_found")]
        if losses[-1:] == ["card_lost"]:
            return "lost"
        return "out" if self.status == "inside" else "returned"

    @model_validator(mode="after")
    def _fits(self) -> "Visitor":
        has_its_key(self)
        if self.name is None and self.sealed is None:
            raise wrong(say("name is missing"), "name")
        return self


def _fold(state: State, event: VisitorEvent) -> None:
    if event.event == "card_lost":
        state.facts.add("lost")
    elif event.event == "card_found":
        state.facts.discard("lost")


def _lacks(state: State, event: str, _at: datetime) -> Iterator[Lack]:
    if event == "card_found" and "lost" not in state.facts:
        yield Lack("U9", say("the card is not lost"), say("nothing has to be recorded"), moot=True)
    elif event == "card_lost" and state.record.card is None:
        yield Lack("U9", say("no card was given out"), moot=True)
    elif event == "card_lost" and "lost" in state.facts:
        yield Lack("U9", say("the card is lost already"), moot=True)


def _check(state: State, event: VisitorEvent) -> Iterator[Why]:
    visitor = state.record
    if event.event == "entered" and visitor.until <= event.at:
        yield "U9", say("{field} ({at}) is not after the event itself", field="until", at=visitor.until), None, "at"


INSIDE, ANY = frozenset({"inside"}), frozenset(get_args(Status))
# fmt: off
LIFE = Lifecycle(
    steps=table(
        Step(
            "entered", frozenset(), "inside", (), ("text",), rule="U9", verb="enter",
            help="Somebody is let in, perhaps with a card."
        ),
        Step(
            "left", INSIDE, "left", (), ("text",), rule="U9", verb="leave",
            help="The visitor has left; the card is back.",
            extra={"without_card": Ask(help="Without giving the card back: it counts as lost.")}
        ),
        Step(
            "card_lost", ANY, None, (), ("text",), rule="U9", verb="card-lost",
            help="The card is lost: it is not given out until it is found.", asks={"text": Ask(needed=True)}
        ),
        Step("card_found", ANY, None, (), ("text",), rule="U9", verb="card-found", help="The lost card is found."),
        Step("noted", ANY, None, ("text",), verb="note", help="Write something down."),
    ),
    states=STATUS,
    events=EVENT,
    first=frozenset({"entered"}),
    fold=_fold,
    lacks=_lacks,
    check=_check,
)
# fmt: on


def _begins(change: "Change", fields: dict[str, Any], _event: dict[str, Any], _by: str) -> None:
    fields["until"] = good_until(fields.get("until"), change.here)


def _lost(change: "Change", visit: Visitor, _fields: dict[str, Any]) -> None:
    """Somebody else may have the card by now: then it is not lost."""
    change.refuse_taken(VISITOR, [visit.card], visit.id)


def _leaving(_change: "Change", visit: Visitor, fields: dict[str, Any]) -> "list[Taken]":
    """A card that is not given back counts as lost."""
    left: Taken = ("left", {"text": fields.get("text")})
    return [("card_lost", {}), left] if fields.get("without_card") and visit.card_state != "lost" else [left]


def _taken(visit: Visitor, _card: str, personal: Mapping[str, Any]) -> tuple[Text, Text | None]:
    """That a card is out or lost, and who has it."""
    since = visit.events[0].at
    values = {"card": visit.card, "who": personal["name"], "id": visit.id, "unit": visit.unit, "since": since}
    if visit.card_state == "lost":
        what = say("card {card} is lost: {who} had it, {id}, {unit}, since {since} [U9]", **values)
        return what, say("once it is found: propcli visitor card-found {id}", id=visit.id)
    what = say("card {card} is still out: {who} has it, {id}, {unit}, since {since} [U9]", **values)
    return what, say("once it is back: propcli visitor leave {id}", id=visit.id)


def _held(visit: Visitor, _day: date) -> bool:
    return visit.card_state in ("out", "lost")


def _alike(card: str) -> str:
    """A card's number but for spaces, case and the width of the characters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", card)).casefold()


def _had(visit: Visitor, card: str) -> bool:
    return visit.card is not None and _alike(visit.card) == _alike(card)


def _after(visit: Visitor, _here: "Here") -> Iterable[Text]:
    """What there is to know of the card, unless the headline and what is owed say it."""
    if visit.card_state == "lost":
        yield say("  card {card} is lost: it is not given out until it is found", card=visit.card)
    elif visit.card_state == "returned":
        yield say("  card {card} is back", card=visit.card)


def _card(visit: Visitor, _view: "View") -> Any:
    """The card, and where it is."""
    if visit.card is None or visit.card_state is None:
        return None
    return Text("{card}, {state}", {"card": visit.card, "state": CARD.word(visit.card_state)})


def _card_state(visit: Visitor, _view: "View") -> Any:
    from propcli.desk.views import word

    return word(CARD, visit.card_state)


def _left(visit: Visitor, _view: "View") -> Any:
    return next((event.at for event in visit.events if event.event == "left"), None)


# fmt: off
DECLARED = Declaration(
    show_help="One visit with everything that happened.",
    asked=("unit", "name", "phone", "plate", "purpose", "card", "until"), needed=frozenset({"name"}),
    asks={"until": Ask(end=True), "card": Ask(metavar="NUMBER")},
    listing=Listing(
        columns=(
            Shown("id"), Shown("status"), Shown("unit"), Shown("name"), Shown("purpose", wide=True), Shown("card"),
            Shown("card_state", say("card is"), _card_state),
            Shown("entered", say("entered"), lambda visit, _view: visit.events[0].at), Shown("until"),
            Shown("left", say("left at"), _left), Shown("phone", more=True), Shown("plate", more=True)
        ),
        empty=say("No such visitors."), default="inside", help="Visitors, those who are inside unless asked otherwise.",
        state_help="inside (the default), left or all.",
        filters=(Filter("card", "Who had this card.", _had, "NUMBER", every=True),)
    ),
    details=(
        Shown("name"), Shown("phone"), Shown("plate"), Shown("purpose"), Shown("card", None, _card), Shown("until")
    ),
    finds=("purpose", "card"), sole=Sole("card", _held, _alike, (b"inside", b"card_lost"), _taken), begins=_begins,
    completed=frozenset({"until"}),
    before={"left": _leaving, "card_lost": _lost}, after=_after
)
# fmt: on
