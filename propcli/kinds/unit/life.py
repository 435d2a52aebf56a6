"""The life of a unit: move-in [U3, U4, U5], transfers and lettings [U2], custody [U6], keys [U7], gas checks [U8].

`STEPS` says which step may follow which; ties, keys and papers are what the events come to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from propcli.engine.lifecycle import Guard, Lack, Lifecycle, State, Why
from propcli.engine.text import Text, say
from propcli.kinds.unit.kind import MOVE_IN, STEPS
from propcli.kinds.unit.model import Custody, Key, Tie, UnitEvent, contradictions, used
from propcli.kinds.unit.words import FREE, ITEM, METER, OWNERS, PAPER, READINGS, STATE, UNIT_EVENT

# fmt: off
GUARDS: tuple[Guard, ...] = (
    Guard(
        "U3", ("moved_in", "inspected"), "move_in_began", say("no move-in has begun"),
        say("begin it with move-in --case …"), moot=True
    ),
    Guard(
        "U8", ("gas_checked", "gas_missed"), "gas_appointed", say("no appointment was made for the gas check"),
        say("record gas-appoint first, a day ahead"), moot=True
    ),
    Guard(
        "U6", ("owner_told",), "found", say("nothing was found that the owner has to be told of"),
        say("for anything else there is note"), moot=True
    ),
)
# fmt: on


MISSING = {
    "papers": ("U3", PAPER, say("paper missing: {what}", what="")),
    "forms": ("U4", PAPER, say("not signed: {what}", what="")),
    "things": ("U4", PAPER, say("not handed over: {what}", what="")),
    "items": ("U5", ITEM, say("not inspected: {what}", what="")),
}


@dataclass
class MoveIn:
    """A move-in under way: what it asks for, as policy had it when it began, and what is there."""

    case: str
    who: str
    wanted: dict[str, tuple[str, ...]]
    have: dict[str, list[str]] = field(default_factory=lambda: {n: [] for n in ("papers", "forms", "things", "items")})
    read: set[str] = field(default_factory=set)  # meters read and confirmed by both

    def missing(self) -> Iterator[Lack]:
        """What is missing, in the order of the procedure."""
        for name, (rule, vocabulary, text) in MISSING.items():
            for code in self.wanted[name]:
                if code not in self.have[name]:
                    yield Lack(rule, Text(text.pattern, {"what": vocabulary.word(code)}))
        for code in self.wanted["meters"]:
            if code not in self.read:
                yield Lack("U5", say("meter not read and confirmed by both: {what}", what=METER.word(code)))

    def again(self, case: str, who: str, wanted: dict[str, tuple[str, ...]]) -> "MoveIn":
        """Begun again as another case or with another of the owners: what is there stays, but papers are a person's."""
        papers = {"papers": self.have["papers"] if who == self.who else []}
        return MoveIn(case, who, wanted, self.have | papers, self.read)


def day_of(event: UnitEvent) -> date:
    """The day an event takes effect."""
    return event.on or event.at.date()


def people_after(people: Sequence[Tie], event: UnitEvent) -> tuple[Tie, ...]:
    """The ties once an event has happened: those that end do so the day before, those that begin on its day."""
    day = day_of(event)
    name = event.event
    if name == "registered":
        return event.ties
    if name == "people_recorded":
        return (*people, *event.ties)
    if name not in ("transferred", "let", "let_ended", "joined", "left"):
        return tuple(people)
    begun = [t if t.first else t.model_copy(update={"first": day}) for t in event.ties]
    gone, coming = set(event.ends) if name == "left" else set(), set[str]()
    if name == "transferred":
        owned = {(t.resident, t.tie, t.share) for t in people if t.on(day) and t.tie in OWNERS}
        gone = {who for who, _tie, _share in owned - {(t.resident, t.tie, t.share) for t in begun}}
        begun = [t for t in begun if (t.resident, t.tie, t.share) not in owned]
        # whoever becomes an owner is no longer the tenant or family he was
        coming = {t.resident for t in begun}
    elif name == "let_ended":
        gone = {t.resident for t in people if t.on(day) and t.tie == "tenant"}
    left: list[Tie] = []
    leaving = {t.resident for t in begun if t.tie in OWNERS}
    for tie in people:
        ends = tie.on(day) and (
            (tie.resident in gone and (name != "transferred" or tie.tie in OWNERS))
            or tie.resident in coming
            or (tie.of in gone and tie.of not in leaving)
        )
        if not ends:
            left.append(tie)
        elif tie.first is None or tie.first < day:
            left.append(tie.model_copy(update={"until": day - timedelta(days=1)}))
        # a tie that would end before it began never held
    return (*left, *begun)


def _fold(state: State, event: UnitEvent) -> None:
    folded, facts, name = state.folded, state.facts, event.event
    if event.state is not None and name != "let":
        _becomes(state, event.state)
    people = people_after(folded.get("people", ()), event)
    if people:
        folded["people"] = people
    if name == "registered" or name in ("let", "let_renewed"):
        folded["lease_until"] = event.until
    elif name == "move_in_began":
        wanted = {n: getattr(event, n) for n in MOVE_IN}
        begun = MoveIn(event.case or "", event.who or "", wanted)
        before: MoveIn | None = folded.get("move_in")
        folded["move_in"] = before.again(begun.case, begun.who, wanted) if before else begun
    elif name in ("moved_in", "transferred"):  # new owners move in anew
        folded["move_in"] = None
        facts.discard("move_in_began")
    elif name == "custody_began" and None not in (event.agreement, event.water, event.electricity):
        agreed = {name: getattr(event, name) for name in ("agreement", "until", "water", "electricity", "fee")}
        # by the names files use: `from` is no name in python
        folded["custody"] = Custody.model_validate({"from": event.at.date(), **agreed})
    elif name == "custody_renewed" and folded.get("custody") is not None:
        folded["custody"] = folded["custody"].model_copy(update={"until": event.until})
    elif name == "custody_ended":
        folded["custody"] = None
    elif name in ("gas_checked", "gas_missed"):
        facts.discard("gas_appointed")  # the next check has an appointment of its own
    elif name == "gas_appointed":
        folded["gas_visit"] = event.appointment
    elif name == "owner_told":
        facts.discard("found")
    if event.ok is False and name in ("checked", "gas_checked"):
        facts.add("found")
    if state.status != "let":
        folded["lease_until"] = None
    _fold_move_in(folded, event)
    _fold_keys(folded, event)


def _becomes(state: State, status: str) -> None:
    if state.status != status:
        state.previous, state.status = state.status, status


def _fold_move_in(folded: dict[str, Any], event: UnitEvent) -> None:
    """What was received, signed and handed over, in the order in which it was."""
    if event.event != "move_in_began":
        for name, kept in (("papers", "received"), ("forms", "signed"), ("things", "issued")):
            codes = getattr(event, name)
            if codes:
                folded[kept] = tuple(dict.fromkeys((*folded.get(kept, ()), *codes)))
    under_way: MoveIn | None = folded.get("move_in")
    if under_way is None or event.event == "move_in_began":
        return
    for name in ("papers", "forms", "things"):
        under_way.have[name] += getattr(event, name)
    if event.event == "inspected" and event.item:
        under_way.have["items"].append(event.item)
    if event.event == "meters_read" and event.who:
        under_way.read |= {name for name in READINGS if getattr(event, name) is not None}


def _fold_keys(folded: dict[str, Any], event: UnitEvent) -> None:
    keys = {k.key: k for k in folded.get("keys", ())}
    number = event.key or ""
    if event.event == "key_received":
        keys[number] = Key(key=number, place=event.place or "")
    elif event.event == "key_lent" and number in keys:
        keys[number] = keys[number].model_copy(update={"holder": event.who, "back": event.back})
    elif event.event == "key_returned" and number in keys:
        keys[number] = keys[number].model_copy(update={"holder": None, "back": None})
    elif event.event == "key_given":
        keys.pop(number, None)
    else:
        return
    folded["keys"] = tuple(keys.values())


def _lacks(state: State, event: str, _at: datetime) -> Iterator[Lack]:
    """What a move-in asks for has to be there before it is complete."""
    under_way: MoveIn | None = state.folded.get("move_in")
    if event == "moved_in" and under_way is not None:
        yield from under_way.missing()


def _check(state: State, event: UnitEvent) -> Iterator[Why]:
    name, folded = event.event, state.folded
    if event.on is not None and event.on > event.at.date():
        yield "U2", say("{day} has not come yet", day=event.on), say("record it when it has happened"), "on"
    if event.handed_over is not None and event.handed_over > event.at.date():
        yield "U1", say("{day} has not come yet", day=event.handed_over), None, "handed_over"
    if name in ("registered", "transferred", "let", "let_ended", "joined", "left", "people_recorded"):
        yield from _check_ties(state, event)
    if name in ("registered", "let", "let_renewed") and event.until is not None:
        yield from _check_lease(state, event)
    yield from _check_tenants(state, event)
    begun: MoveIn | None = folded.get("move_in")
    if name == "move_in_began" and begun is not None and (begun.case, begun.who) == (event.case, event.who):
        yield "U3", say("a move-in is under way already"), say("go on with it, or complete it"), "event"
    if name in ("custody_began", "custody_renewed") and event.until is not None and event.until < event.at.date():
        yield "U6", say("its last day ({day}) has passed", day=event.until), None, "until"
    if name == "registered" and event.state == "in_custody":
        yield "U6", say("custody has an agreement"), say("register it vacant, then record custody"), "state"
    if name == "state_changed" and event.state not in FREE:
        known = ", ".join(sorted(FREE))
        yield "U1", say("a change of state leads to one of: {known}", known=known), None, "state"
    then = FREE | {"let"} if state.status == "let" and name != "let_ended" else FREE
    if name in ("transferred", "let_ended", "moved_in", "custody_ended") and event.state not in then:
        yield "U1", say("it cannot be {state} after that", state=STATE.word(event.state or "")), None, "state"
    if name in ("inspected", "checked", "gas_checked"):
        if event.ok is False and event.finding is None:
            yield "U5", say("what was found is missing"), say("say what is wrong"), "ok"
        if event.ok and event.finding is not None:
            yield "U5", say("something was found, yet it is in order"), None, "ok"
    if name == "meters_read" and not any(getattr(event, meter) is not None for meter in READINGS):
        yield "U5", say("no reading is given"), None, "event"
    yield from _check_custody(folded.get("custody"), event)
    yield from _check_gas(state, event)
    yield from _check_keys(state, event)


def _check_custody(kept: Custody | None, event: UnitEvent) -> Iterator[Why]:
    """No meter of a home in custody runs backwards, and no rain ends before it begins."""
    for meter, amount in used(kept, event.water, event.electricity).items() if kept else ():
        if amount < 0:
            values = {"meter": METER.word(meter), "start": getattr(kept, meter)}
            what = say("the {meter} meter stood higher when custody began, at {start}", **values)
            hint = say("read it again; if the meter was exchanged, end the custody without a reading and begin it anew")
            yield "U6", what, hint, meter
    if event.rain_from and event.rain_until and event.rain_until <= event.rain_from:
        yield "U6", say("the rain ends before it begins"), None, "rain_until"


def _check_gas(state: State, event: UnitEvent) -> Iterator[Why]:
    """A gas check is agreed a day ahead, and not before its day."""
    name, visit = event.event, state.folded.get("gas_visit")
    if name == "gas_appointed" and event.appointment is not None and event.appointment.date() <= event.at.date():
        what = say("the appointment for a gas check is made at least a day ahead")
        yield "U8", what, say("agree on tomorrow or later"), "appointment"
    if name in ("gas_appointed", "gas_checked") and state.record.gas is False:
        yield "U8", say("it has no gas"), None, "event"
    if name in ("gas_checked", "gas_missed") and visit and event.at.date() < visit.date():
        yield "U8", say("the appointment is for {day}", day=visit.date()), None, "at"


def _check_ties(state: State, event: UnitEvent) -> Iterator[Why]:
    people = state.folded.get("people", ())
    day = day_of(event)
    after = people_after(people, event)
    before = list(contradictions(people)) if event.event != "registered" else []
    for text in contradictions(after):
        if text not in before:
            yield "U2", text, None, "ties"
    allowed = {
        "transferred": OWNERS,
        "let": ("tenant", "family"),
        "joined": ("family", "agent", "tenant") if state.status == "let" else ("family", "agent"),
    }.get(event.event)
    for index, tie in enumerate(event.ties):
        if allowed is not None and tie.tie not in allowed:
            what = say("{who}: not a tie that begins this way", who=tie.resident)
            yield "U2", what, say("tenants come with let, owners with transfer, the others with join"), f"ties.{index}"
        if tie.resident in (t.resident for t in event.ties[:index]) and event.event not in MANY_TIES:
            yield "U2", say("{who} is named twice", who=tie.resident), None, f"ties.{index}"
        if tie.first is not None and tie.first > event.at.date():
            yield "U2", say("{day} has not come yet", day=tie.first), None, f"ties.{index}.from"
    if event.event == "left":
        here = {t.resident: t for t in people if t.on(day)}
        for person in event.ends:
            if person not in here:
                yield "U2", say("{who} has no tie to this unit", who=person), None, "ends"
            elif here[person].tie in OWNERS:
                yield "U2", say("{who} is an owner", who=person), say("ownership goes over by transfer"), "ends"
    if event.manner == "first_sale" and state.status != "unsold" and any(t.on(day) and t.tie in OWNERS for t in people):
        yield "U2", say("it has been sold before"), say("record a sale, inheritance, gift or court decision"), "manner"
    if event.event == "transferred" and any(
        t.first is not None and t.first > day for t in people if t.tie in OWNERS and t.until is None
    ):
        yield "U2", say("it would take effect before the present owner became one"), None, "on"


# what these events tell may be of a long time, in which somebody was first one thing and then another
MANY_TIES = ("registered", "people_recorded")


def _check_lease(state: State, event: UnitEvent) -> Iterator[Why]:
    """A lease has an end after its beginning; a renewed one ends later than it would have."""
    assert event.until is not None
    present = state.folded.get("lease_until")
    if event.event == "registered" and event.state != "let":
        yield "U2", say("a lease ends only of what is let"), None, "until"
    elif event.event == "let" and event.until < day_of(event):
        what = say("the lease ends ({until}) before it begins ({first})", until=event.until, first=day_of(event))
        yield "U2", what, None, "until"
    elif event.event == "let_renewed" and present is not None and event.until <= present:
        yield "U2", say("the lease goes on until {until} already", until=present), None, "until"


def _check_tenants(state: State, event: UnitEvent) -> Iterator[Why]:
    """What is let has tenants, and where they stay it is let: they go by let_ended [U2]. (Somebody who is a tenant in
    a home that was not recorded as let says nothing here: old papers may not agree.)"""
    if state.status != "let" or not (event.state or event.event == "left"):
        return
    day = event.at.date()
    before, after = (
        {t.resident for t in ties if t.tie == "tenant" and t.on(day)}
        for ties in (state.folded.get("people", ()), people_after(state.folded.get("people", ()), event))
    )
    becomes = event.state or state.status
    if becomes != "let" and after:
        what = say("the tenant is still there: {who}", who=", ".join(sorted(after)))
        yield "U2", what, say("record let-end, from a day of the lease"), "event"
    elif becomes == "let" and before and not after:
        yield "U2", say("no tenant is left"), say("record let-end"), "event"


def _check_keys(state: State, event: UnitEvent) -> Iterator[Why]:
    name, number = event.event, event.key
    if name not in ("key_received", "key_lent", "key_returned", "key_given"):
        return
    have = {k.key: k for k in state.folded.get("keys", ())}
    key = have.get(number or "")
    if name == "key_received":
        if key is not None:
            yield "U7", say("key {key} is here already", key=number), None, "key"
        return
    if key is None:
        known = ", ".join(have) or "–"
        yield "U7", say("there is no key {key} here", key=number), say("known: {ids}", ids=known), "key"
    elif name == "key_returned" and key.holder is None:
        yield "U7", say("key {key} is not lent", key=number), None, "key"
    elif name != "key_returned" and key.holder is not None:
        what = say("key {key} is lent to {who}", key=number, who=key.holder)
        yield "U7", what, say("record key-back first"), "key"
    if name == "key_lent" and event.back is not None and event.back <= event.at:
        yield "U7", say("{field} ({at}) is not after the event itself", field="back", at=event.back), None, "back"


LIFE = Lifecycle(
    steps=STEPS,
    guards=GUARDS,
    states=STATE,
    events=UNIT_EVENT,
    first=frozenset({"registered"}),
    folded=("use", "handed_over", "people", "lease_until", "custody", "keys", "received", "signed", "issued"),
    fold=_fold,
    lacks=_lacks,
    check=_check,
)
