"""What passes the gate [U9]: item release passes, used once before they expire, and visitors with temporary cards.

Names, phones and plates that the estate seals stand encrypted in `sealed` instead [T12]."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.lifecycle import Guard, Lifecycle, State, Step
from propcli.engine.record import Event, Form, Line, Model, Moment, UnitId, Words, wrong
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import PASS, VISITOR
from propcli.kinds.resident import Phone, Plate, Recipient, ResidentId, Sealed, has_its_key

EXPIRED = "expired"  # how a pass is listed that nobody used in time; no event makes it so
PassStatus = Literal["issued", "used", "cancelled"]
PassEventName = Literal["issued", "used", "extended", "cancelled", "noted"]
VisitorStatus = Literal["inside", "left"]
VisitorEventName = Literal["entered", "left", "card_lost", "card_found", "noted"]
CardState = Literal["out", "lost", "returned"]

PASS_STATUS = Vocabulary("pass state", (*get_args(PassStatus), EXPIRED))
PASS_EVENT = Vocabulary("pass event", get_args(PassEventName), used="goods let out at the gate")
VISITOR_STATUS = Vocabulary("visitor state", get_args(VisitorStatus))
VISITOR_EVENT = Vocabulary("visitor event", get_args(VisitorEventName), card_lost="card lost", card_found="card found")
CARD = Vocabulary("card", get_args(CardState))

PassId = Annotated[str, Form(PASS.pattern, say("a pass (like P-20261121-001)"))]
VisitorId = Annotated[str, Form(VISITOR.pattern, say("a visitor (like V-20261121-001)"))]


class PassEvent(Event):
    """A step in the life of a pass."""

    event: PassEventName
    until: Moment | None = None
    who: Line | None = None  # at the gate: a staff or resident id, `carrier`, or a name
    reason: Words | None = None
    text: Words | None = None


class Pass(Model):
    """A pass that lets goods leave the gate: asked for by a resident, used once, good until a time."""

    kind_of_record: ClassVar[str] = "pass"

    id: PassId
    status: PassStatus
    unit: UnitId
    resident: ResidentId | None = None
    who: Line | None = None  # who asked for it, where the office has no record of that person
    items: Words
    carrier: Line | None = None
    plate: Plate | None = None
    until: Moment
    key: Recipient | None = None
    sealed: Sealed | None = None
    events: Annotated[tuple[PassEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        return Text("{items}", {"items": self.items.replace("\n", ", ")})

    def state_at(self, now: datetime) -> str:
        """Its state, or `expired`: nobody used it and its time is over. At its last moment it is still good."""
        return EXPIRED if self.status == "issued" and now > self.until else self.status

    @model_validator(mode="after")
    def _fits(self) -> "Pass":
        has_its_key(self)
        if self.resident is None and self.who is None:
            raise wrong(say("who asked for it is missing"), "who", hint=say("resident or who"))
        return self


class VisitorEvent(Event):
    """A step of a visit."""

    event: VisitorEventName
    text: Words | None = None


class Visitor(Model):
    """A visit, with the temporary card given out for it."""

    kind_of_record: ClassVar[str] = "visitor"

    id: VisitorId
    status: VisitorStatus
    unit: UnitId
    name: Line | None = None
    phone: Phone | None = None
    plate: Plate | None = None
    purpose: Line | None = None
    card: Line | None = None
    until: Moment
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


PASS_STEPS: dict[str, Step] = {
    step.event: step
    for step in (
        Step("issued", frozenset(), "issued", ("until",), ("text",), rule="U9"),
        Step("used", frozenset({"issued"}), "used", (), ("who", "text"), rule="U9"),
        Step("extended", frozenset({"issued"}), None, ("until", "reason"), (), rule="U9"),
        Step("cancelled", frozenset({"issued"}), "cancelled", ("reason",), (), rule="U9"),
        Step("noted", frozenset(get_args(PassStatus)), None, ("text",)),
    )
}
VISITOR_STEPS: dict[str, Step] = {
    step.event: step
    for step in (
        Step("entered", frozenset(), "inside", (), ("text",), rule="U9"),
        Step("left", frozenset({"inside"}), "left", (), ("text",), rule="U9"),
        Step("card_lost", frozenset({"inside", "left"}), None, (), ("text",), rule="U9"),
        Step("card_found", frozenset({"inside", "left"}), None, (), ("text",), rule="U9"),
        Step("noted", frozenset(VISITOR_STATUS), None, ("text",)),
    )
}
_Found = Iterator[tuple[str, Text, Text | None, str]]


def _fold_pass(state: State, event: PassEvent) -> None:
    if event.until is not None:
        state.folded["until"] = event.until


def _check_pass(state: State, event: PassEvent) -> _Found:
    until = state.folded.get("until")
    if event.until is not None and event.until <= event.at:
        yield "U9", say("{field} ({at}) is not after the event itself", field="until", at=event.until), None, "until"
    elif event.event == "extended" and event.until is not None and until is not None and event.until <= until:
        yield "U9", say("it is good until {until} already", until=until), None, "until"
    if event.event in ("used", "extended") and until is not None and event.at > until:
        yield "U9", say("the pass expired on {until}", until=until), say("issue a new one"), "at"


def _fold_visitor(state: State, event: VisitorEvent) -> None:
    if event.event == "card_lost":
        state.facts.add("lost")
    elif event.event == "card_found":
        state.facts.discard("lost")


def _check_visitor(state: State, event: VisitorEvent) -> _Found:
    visitor = state.record
    if event.event in ("card_lost", "card_found") and visitor.card is None:
        yield "U9", say("no card was given out"), None, "event"
    elif event.event == "card_lost" and "lost" in state.facts:
        yield "U9", say("the card is lost already"), None, "event"
    if event.event == "entered" and visitor.until <= event.at:
        yield "U9", say("{field} ({at}) is not after the event itself", field="until", at=visitor.until), None, "at"


PASS_LIFE = Lifecycle(
    steps=PASS_STEPS,
    guards=(),
    kinds=None,
    states=PASS_STATUS,
    events=PASS_EVENT,
    first=frozenset({"issued"}),
    folded=("until",),
    round_facts=frozenset(),
    fold=_fold_pass,
    check=_check_pass,
    ending=frozenset({"used", "cancelled"}),
)
VISITOR_LIFE = Lifecycle(
    steps=VISITOR_STEPS,
    guards=(
        Guard(
            "U9",
            ("card_found",),
            "lost",
            say("the card is not lost"),
            say("nothing has to be recorded"),
        ),
    ),
    kinds=None,
    states=VISITOR_STATUS,
    events=VISITOR_EVENT,
    first=frozenset({"entered"}),
    folded=(),
    round_facts=frozenset(),
    fold=_fold_visitor,
    check=_check_visitor,
)
