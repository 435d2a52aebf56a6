"""Item release passes 物品放行条 [U9]: a resident asks for one, the gate lets the goods out once, in time.

Names and plates that the estate seals stand encrypted in `sealed` instead [T12]."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from propcli.engine.lifecycle import Ask, Fault, Lack, Lifecycle, State, Step, Why, table
from propcli.engine.problem import Refusal
from propcli.engine.record import Event, Form, Model, Moment, PersonName, UnitId, Who, Words, wrong
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import PASS, RESIDENT
from propcli.kinds.declaration import Declaration, Listing, Shown
from propcli.kinds.gate import good_until
from propcli.kinds.resident.model import Plate, Recipient, ResidentId, Sealed, has_its_key

if TYPE_CHECKING:
    from propcli.desk.views import View
    from propcli.records.changing import Change, Here
    from propcli.records.people import People

EXPIRED = "expired"  # how a pass is listed that nobody used in time; no event makes it so
CARRIER = "carrier"  # `who` of an event: the carrier of the pass, whose name is sealed there
Status = Literal["issued", "used", "cancelled"]
EventName = Literal["issued", "used", "extended", "cancelled", "noted"]
STATUS = Vocabulary("pass state", (*get_args(Status), EXPIRED))
EVENT = Vocabulary("pass event", get_args(EventName), used="goods let out at the gate")
PassId = Annotated[str, Form(PASS.pattern, say("a pass (like P-20261121-001)"))]


class PassEvent(Event):
    """A step in the life of a pass. `who`: at the gate, a staff or resident id, `carrier`, or a name."""

    event: EventName
    until: Moment | None = Field(None, title="until", description="Until when it is good now.")
    who: Who | None = Field(None, title="who", description="Who was at the gate: the guard or the carrier.")
    reason: Words | None = Field(None, title="reason", description="Why.")
    text: Words | None = Field(None, title="text", description="In words.")


class Pass(Model):
    """A pass that lets goods leave the gate: asked for by a resident, used once, good until a time."""

    kind_of_record: ClassVar[str] = "pass"

    id: PassId = Field(title="pass")
    status: Status = Field(title="state")
    unit: UnitId = Field(title="unit", description="The unit it comes from, like 3-2-0501.")
    resident: ResidentId | None = Field(
        None, title="resident", description="Who asks for it, of those on record (else --who)."
    )
    who: Who | None = Field(None, title="who", description="Who asks for it.")
    items: Words = Field(title="items", description="Which goods, and how many of each.")
    carrier: PersonName | None = Field(None, title="carrier", description="Who carries the goods out.")
    plate: Plate | None = Field(None, title="plate", description="The plate of the car, like 粤B12345.")
    until: Moment = Field(title="until", description="Until when it is good; without it, the end of the day.")
    key: Recipient | None = None
    sealed: Sealed | None = None
    events: Annotated[tuple[PassEvent, ...], Field(min_length=1)]

    @property
    def title(self) -> Text:
        return Text("{items}", {"items": self.items.replace("\n", ", ")})

    @model_validator(mode="after")
    def _fits(self) -> "Pass":
        has_its_key(self)
        if self.resident is None and self.who is None:
            raise wrong(say("who asked for it is missing"), "who", hint=say("resident or who"))
        return self


def state_at(pass_: Pass, now: datetime) -> str:
    """Its state, or `expired`: nobody used it and its time is over. At its last moment it is still good."""
    return EXPIRED if pass_.status == "issued" and now > pass_.until else pass_.status


def _lacks(state: State, event: str, at: datetime) -> Iterator[Lack]:
    until = state.folded.get("until")
    if event in ("used", "extended") and until is not None and at > until:
        yield Lack("U9", say("the pass expired on {until}", until=until), say("issue a new one"))


def _check(state: State, event: PassEvent) -> Iterator[Why]:
    until = state.folded.get("until")
    if event.until is not None and event.until <= event.at:
        yield "U9", say("{field} ({at}) is not after the event itself", field="until", at=event.until), None, "until"
    elif event.event == "extended" and event.until is not None and until is not None and event.until <= until:
        yield "U9", say("it is good until {until} already", until=until), None, "until"


ISSUED = frozenset({"issued"})
UNTIL = Ask(end=True)
# fmt: off
LIFE = Lifecycle(
    steps=table(
        Step(
            "issued", frozenset(), "issued", ("until",), ("text",), rule="U9", verb="issue",
            help="A resident asks for a pass: which goods, until when."
        ),
        Step(
            "used", ISSUED, "used", (), ("who", "text"), rule="U9", verb="use",
            help="At the gate: the goods go out, once and in time."
        ),
        Step(
            "extended", ISSUED, None, ("until", "reason"), rule="U9", verb="extend",
            help="It is good for longer; before it has expired.", asks={"until": UNTIL}
        ),
        Step("cancelled", ISSUED, "cancelled", ("reason",), rule="U9", verb="cancel", help="It is good no longer."),
        Step("noted", frozenset(get_args(Status)), None, ("text",), verb="note", help="Write something down."),
    ),
    states=STATUS,
    events=EVENT,
    first=ISSUED,
    folded=("until",),
    lacks=_lacks,
    check=_check,
    ending=frozenset({"used", "cancelled"}),
)
# fmt: on


def _begins(change: "Change", fields: dict[str, Any], _event: dict[str, Any], by: str) -> None:
    """Who asked for it (`who`) is found among the unit's people, else stays a name, or is registered where names are
    sealed."""
    from propcli.records.household import among, introduced, registered, unit_of

    here, recorder = change.here, change.recorder
    resident, who = fields.get("resident"), fields.get("who")
    if (resident is None) == (who is None):
        raise Refusal(
            say("--resident goes without --who") if who is not None else say("who asks for it is missing"),
            hint=say("give --resident ID|NAME for somebody on record, else --who NAME"),
        )
    fields["until"] = good_until(fields.get("until"), here)
    home = unit_of(recorder, fields["unit"])
    if resident is not None and home is not None:
        _refuse_stranger(here, [tie.resident for tie in home.ties_on(here.today)], resident, home.id)
    if who is not None:
        found = among(home, who, None, here.people, here.today, "--who")
        resident = found.id if found else registered(recorder, here.people, who, None, here.now, by)
        if resident is not None:
            fields.update(resident=resident, who=None)
    if resident is not None:
        change.notes.append(introduced(resident, home, here.people, here.today))


def _refuse_stranger(here: "Here", ids: list[str], resident: str, unit: str) -> None:
    """A pass is asked for by somebody of that home [U9]."""
    if resident not in ids:
        values = {"who": here.people.called(resident), "id": resident, "unit": unit}
        raise Refusal(
            say("--resident: {who} ({id}) has no tie to {unit} [U9]", **values),
            hint=say("known: {ids}", ids=here.people.listed(ids)),
        )


def _unused(change: "Change", pass_: Pass, fields: dict[str, Any]) -> None:
    """Refuses a pass that was used or cancelled before, saying when and by whom. That it has expired, its life says."""
    from propcli.engine.text import Person
    from propcli.records.recording import refusal

    last = next((e for e in reversed(pass_.events) if e.event in ("used", "cancelled")), None)
    if last is None:
        return
    if last.event == "used":
        who = _met(pass_, last.who, change.here.people) if last.who else Person(last.by)
        what = say("the pass was used on {at} by {who}", at=last.at, who=who)
    else:
        what = say(
            "the pass was cancelled on {at} by {who}: {reason}", at=last.at, who=Person(last.by), reason=last.reason
        )
    raise refusal(pass_.id, [Fault(len(pass_.events), "U9", what, say("issue a new one"))])


def _extends(change: "Change", pass_: Pass, fields: dict[str, Any]) -> None:
    good_until(fields["until"], change.here)
    _unused(change, pass_, fields)


def _met(pass_: Pass, who: str, people: "People") -> Any:
    """Who was at the gate, as it is shown."""
    from propcli.records.hidden import personal

    return (personal(pass_, people.keys)["carrier"] or who) if who == CARRIER else people.who(who)


def _names(change: "Change", pass_: Pass, who: str, by: str) -> str:
    """How the event names who was at the gate: staff and residents by their ids; where names are sealed, the carrier of
    the pass as that, and anybody else as a resident without ties."""
    from propcli.kinds.staff import Staff
    from propcli.records.hidden import personal
    from propcli.records.household import among, registered, unit_of
    from propcli.records.people import same_name

    here, recorder = change.here, change.recorder
    if RESIDENT.is_id(who):
        recorder.record(RESIDENT, who)
        return who
    staff = [p.id for p in here.estate.read(Staff).records if p.id == who or same_name(p.name, who)]
    if len(staff) > 1:
        raise Refusal(say("{option}: {value} could be {ids}", option="--who", value=who, ids=", ".join(staff)))
    if staff:
        return staff[0]
    carrier = personal(pass_, here.keys)["carrier"]
    named = who == CARRIER or (isinstance(carrier, str) and same_name(carrier, who))
    if "name" in here.estate.settings.sealed and named:
        return CARRIER
    home = unit_of(recorder, pass_.unit)
    found = among(home, who, None, here.people, here.today, "--who", say("give the id"))
    return found.id if found else registered(recorder, here.people, who, None, here.now, by) or who


def _after(pass_: Pass, here: "Here") -> Iterable[Text]:
    """Until when it is or was good, if nobody used it."""
    state = state_at(pass_, here.now)
    if state == "issued":
        yield say("  good until {until}", until=pass_.until)
    elif state == EXPIRED:
        yield say("  it was good until {until}", until=pass_.until)


def _asked_by(pass_: Pass, view: "View") -> Any:
    name = view.people.called(pass_.resident) if pass_.resident else pass_.who
    if view.reveal and pass_.resident and isinstance(name, str):
        return f"{name} ({pass_.resident})"
    return view.private(name)


def _used(pass_: Pass, _view: "View") -> Any:
    return next((event.at for event in pass_.events if event.event == "used"), None)


def _heading(pass_: Pass, view: "View") -> Text:
    return Text("{id}  {status}  {unit}", {"id": pass_.id, "status": view.state(pass_).text, "unit": pass_.unit})


_WHO = Shown("who", say("asked for by"), _asked_by)
_ITEMS = Shown("items", wide=True)
_CARRIER, _PLATE, _UNTIL = Shown("carrier", more=True), Shown("plate", more=True), Shown("until")
# fmt: off
DECLARED = Declaration(
    show_help="One pass with everything that happened.",
    asked=("unit", "items", "resident", "who", "until", "carrier", "plate"), asks={"until": Ask(end=True)},
    listing=Listing(
        columns=(
            Shown("id"), Shown("status"), Shown("unit"), _WHO, _ITEMS, _UNTIL, _CARRIER, _PLATE,
            Shown("used", say("used"), _used, more=True)
        ),
        empty=say("No such passes."), default="open", groups={"open": ISSUED, "未结": ISSUED},
        help="Passes, those that are good now unless asked otherwise.",
        state_help="issued, used, cancelled, expired, open (the default) or all."
    ),
    details=(_ITEMS, _WHO, _CARRIER, _PLATE, _UNTIL), heading=_heading, finds=("items",), begins=_begins,
    completed=frozenset({"until"}), before={"used": _unused, "extended": _extends, "cancelled": _unused}, names=_names,
    called=_met, after=_after, states=STATUS, state_at=state_at, labels={"until": say("until {value}")}
)
# fmt: on
