"""Which step may follow which: tables of steps and guards, and their replay over a record's events.

A kind of record declares its life as data. The same replay serves the command that wants to add an event (what
it may not add is refused, with every reason at once) and `validate`, which replays what stands in the file.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from propcli.engine.text import Text, say
from propcli.engine.words import Closed, Vocabulary

if TYPE_CHECKING:
    from propcli.engine.record import Event

Condition = Mapping[str, tuple[str, ...]]


def holds(condition: Condition, value_of: Callable[[str], Any]) -> bool:
    """Whether every field has one of the values named."""
    return all(fits(value_of(name), wanted) for name, wanted in condition.items())


def fits(value: object, wanted: tuple[str, ...]) -> bool:
    """Whether a value is one of those named; `any`: it is set, `none`: it is not. Booleans are true and false; of a
    list, one of its members."""
    if value is None or value == ():
        return "none" in wanted
    if isinstance(value, tuple):
        return any(fits(one, wanted) for one in value)
    return "any" in wanted or (str(value).lower() if isinstance(value, bool) else str(value)) in wanted


# steps that nobody takes just to get to another
ENDS = frozenset({"done", "closed", "cancelled", "merged", "paused", "reopened", "returned", "refused"})


@dataclass(frozen=True, slots=True)
class Ask:
    """How a step asks for one of its fields where the field's own name and description do not say it. `option`: what
    it is called (`--for`; `--ok/--wrong` of yes and no); `argument`: it is given without a name; `end`: of a day alone
    its end is meant; `needed`: whether the command needs it, where that differs from the event; `of`: what it is at
    this step, where its type leaves that open: a code of a vocabulary, or the id of a kind of record (`staff`).
    `raw`: what was typed is left to the kind, which reads it with the record at hand; `several`: it is given several
    times though the event has one; `secret`: the question asked for what is not to be seen, where `-` is typed."""

    option: str = ""
    help: str = ""
    metavar: str = ""
    argument: bool = False
    end: bool = False
    needed: bool | None = None
    of: Vocabulary | str | None = None
    raw: bool = False
    several: bool = False
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of event: the states it may follow, the state it leads to, the fields it carries.

    `to` may differ by the value of the record's `kind`; None leaves the state; "back" returns to the state
    before the present one. `actor` is who does it when nobody is named.
    `kinds`: only records of these kinds. `stays`: states it leaves as they are.
    `called`: what the event is called, where its code does not say it.
    `verb` and `help`: the command that records it (none: no command by itself does), perhaps with its option; `asks`:
    how it asks for its fields; `extra`: its options that are no fields of the event (a text where they have a metavar,
    else yes or no), for what the kind does before the step; `along`: its options that are fields of the record and of
    no event, read as those; `carries`: fields of the record that may change with it besides these and those it says;
    `fills`: fields that the kind fills in, no options. Of several steps of one command the one
    whose `verb` has no option, else the first, has the options.
    What an event says of a field that the record keeps stands until another says otherwise or a step `clears` it; a
    step that `adds` leaves what was said before as well."""

    event: str
    after: frozenset[str]
    to: str | Mapping[str, str] | None = None
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    actor: str = "desk"
    rule: str = ""
    kinds: tuple[str, ...] = ()
    stays: frozenset[str] = frozenset()
    clears: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    verb: str = ""
    help: str = ""
    asks: Mapping[str, Ask] = field(default_factory=dict)
    extra: Mapping[str, Ask] = field(default_factory=dict)
    along: Mapping[str, Ask] = field(default_factory=dict)
    carries: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    called: str = ""

    @property
    def command(self) -> str:
        """The verb without its option: of `review --approve` it is `review`."""
        return self.verb.split(" --", 1)[0]

    def leads_to(self, kind: str) -> str | None:
        return self.to if self.to is None or isinstance(self.to, str) else self.to.get(kind, self.to.get("*"))


@dataclass(frozen=True, slots=True)
class Guard:
    """Before one of these events, a fact must hold: for records that meet the condition [rule]. `moot`: see `Lack`."""

    rule: str
    before: tuple[str, ...]
    need: str
    say: Text
    hint: Text
    when: Condition = field(default_factory=dict)
    moot: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an event cannot stand where it does; `index` counts events from 0, `field` names the culprit."""

    index: int
    rule: str
    what: Text
    hint: Text | None = None
    field: str = "event"


Why = tuple[str, Text, Text | None, str]  # a fault before its place is known: rule, what, hint, field


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing before a step may be taken, and what to do. `moot`: there is nothing to take it for, so nobody
    waits for it: it is told only where somebody tries."""

    rule: str
    what: Text
    hint: Text | None = None
    moot: bool = False


@dataclass(slots=True)
class State:
    """A record as its events have made it so far."""

    record: Any
    status: str | None = None
    previous: str | None = None
    folded: dict[str, Any] = field(default_factory=dict)
    facts: set[str] = field(default_factory=set)
    last: "Event | None" = None

    def value_of(self, name: str) -> Any:
        if name in self.folded:
            return self.folded[name]
        return getattr(self.record, name, None)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The life of one kind of record.

    What events say of the fields named in `folded` is what the record has; `fold` writes what is more than that into
    `State.folded` and `State.facts`. `lacks` yields what is missing before a step besides the guards, `check` what
    else keeps an event from standing where it does. `round_facts` are forgotten when the record is reopened: they have
    to happen again."""

    steps: Mapping[str, Step]
    states: Vocabulary
    events: Vocabulary
    first: frozenset[str]
    guards: Sequence[Guard] = ()
    kinds: Vocabulary | None = None
    folded: tuple[str, ...] = ()
    round_facts: frozenset[str] = frozenset()
    fold: Callable[[State, Any], None] | None = None
    lacks: Callable[[State, str, datetime], Iterable[Lack]] | None = None
    check: Callable[[State, Any], Iterator[Why]] | None = None
    ending: frozenset[str] = frozenset()  # events after which nothing more is owed for what went before

    def begin(self, record: Any) -> State:
        return State(record)

    def faults(self, state: State, event: "Event", index: int) -> list[Fault]:
        """Every reason why this event cannot follow this state."""
        step = self.steps.get(event.event)
        word = self.events.word(event.event)
        if step is None:
            what = say("there is no event {event!r}", event=event.event)
            return [Fault(index, "", what, say("one of: {known}", known=", ".join(self.steps)))]
        if step.kinds and getattr(state.record, "kind", None) not in step.kinds:
            kinds = [self.kinds.word(kind) for kind in step.kinds] if self.kinds else []
            return [Fault(index, step.rule, say("{event} is only for: {kinds}", event=word, kinds=kinds))]
        wrong = [*self._misfits(state, step, event, word), *self._out_of_turn(state, step, event, word)]
        if not wrong:
            lacking = self.lacks(state, event.event, event.at) if self.lacks is not None else ()
            wrong += [(lack.rule, lack.what, lack.hint, "event") for lack in lacking]
            wrong += self.check(state, event) if self.check is not None else ()
        return [Fault(index, *why) for why in wrong]

    def _misfits(self, state: State, step: Step, event: "Event", word: Text) -> Iterator[Why]:
        """What is wrong with the event itself: its time, what it needs, what it does not take."""
        if state.last is not None and event.at < state.last.at:
            what = say("{event} is earlier than the event before it ({before})", event=word, before=state.last.at)
            yield "", what, say("events stand in the order in which they happened"), "at"
        for name in step.needs:
            if getattr(event, name, None) in (None, ()):
                yield step.rule, say("{event} needs {field}", event=word, field=name), None, "event"
        for name in event.model_fields_set - {"at", "by", "event", *step.needs, *step.takes}:
            yield "", say("{event} does not take {field}", event=word, field=name), None, name

    def _out_of_turn(self, state: State, step: Step, event: "Event", word: Text) -> Iterator[Why]:
        """Why it is not the event's turn: the state before it, and what is missing for it."""
        if state.status is None:
            if event.event not in self.first:
                first = " / ".join(sorted(self.first))
                what = say("a record begins with {first}, not with {event}", first=first, event=event.event)
                yield "", what, None, "event"
        elif event.event in self.first:
            yield "", say("{event} can only come first", event=word), None, "event"
        elif state.status not in step.after:
            status = self.states.word(state.status)
            what = say("{event} cannot follow while the state is {state}", event=word, state=status)
            yield step.rule, what, self._way_to(state, step), "event"
        else:
            for lack in self._unguarded(state, event.event):
                yield lack.rule, lack.what, lack.hint, "event"

    def _unguarded(self, state: State, event: str) -> list[Lack]:
        return [
            Lack(guard.rule, guard.say, guard.hint, guard.moot)
            for guard in self.guards
            if event in guard.before and guard.need not in state.facts and holds(guard.when, state.value_of)
        ]

    def missing(self, state: State, event: str, at: datetime) -> list[Lack]:
        """Everything that is missing before an event whose place in the order it is."""
        return [*self._unguarded(state, event), *(self.lacks(state, event, at) if self.lacks is not None else ())]

    def _way_to(self, state: State, wanted: Step) -> Text | None:
        """Which steps come first: the shortest way from the present state to one the wanted step may follow."""
        for avoid in (ENDS, frozenset[str]()):
            kind = str(getattr(state.record, "kind", ""))
            ways: list[tuple[str | None, tuple[str, ...]]] = [(state.status, ())]
            been = {state.status}
            for status, way in ways:
                if status in wanted.after:
                    return say("first: {steps}", steps=[self.events.word(event) for event in way])
                for step in self.steps.values():
                    to = step.leads_to(kind)
                    if to == "back":
                        to = state.previous
                    ok = status in step.after and step.actor != "import" and step.event not in avoid
                    if ok and to is not None and to not in been:
                        been.add(to)
                        ways.append((to, (*way, step.event)))
        return None

    def ahead(self, state: State, at: datetime) -> dict[str, list[Lack]]:
        """The events whose place in the order it is now, each with what is missing before it (nothing: possible)."""
        kind = getattr(state.record, "kind", None)
        found = {
            s.event: self.missing(state, s.event, at)
            for s in self.steps.values()
            if state.status in s.after and s.actor != "import" and (not s.kinds or kind in s.kinds)
        }
        return {event: lacks for event, lacks in found.items() if not any(lack.moot for lack in lacks)}

    def advance(self, state: State, event: "Event") -> None:
        """Let the event happen, right or wrong: a replay goes on after a fault to find the next."""
        step = self.steps.get(event.event)
        if step is not None:
            kind = str(getattr(state.record, "kind", ""))
            to = None if state.status in step.stays else step.leads_to(kind)
            if to == "back":
                state.status, state.previous = state.previous, None
            elif to is not None:
                if to != state.status:
                    state.previous = state.status
                state.status = to
        if event.event == "reopened":
            state.facts -= self.round_facts
        state.facts.add(event.event)
        if step is not None:
            self._keep(state, step, event)
        if self.fold is not None:
            self.fold(state, event)
        state.last = event

    def _keep(self, state: State, step: Step, event: "Event") -> None:
        """What the event says of fields that the record keeps."""
        for name in step.clears:
            state.folded[name] = ()
        for name in self.folded:
            said = getattr(event, name, None)
            if said not in (None, ()):
                before = state.folded.get(name, ()) if name in step.adds else ()
                state.folded[name] = tuple(dict.fromkeys((*before, *said))) if before else said

    def replay(self, record: Any, events: Sequence["Event"]) -> tuple[State, list[Fault]]:
        state = self.begin(record)
        found: list[Fault] = []
        for index, event in enumerate(events):
            found.extend(self.faults(state, event, index))
            self.advance(state, event)
        return state, found

    def fields(self, state: State, record: Any) -> dict[str, Any]:
        """The fields of a record that its events say: its status and whatever else they fold into."""
        kind = cast(Hashable, type(record))
        return {
            "status": state.status,
            **{
                name: value if (value := state.folded.get(name)) not in (None, ()) else _nothing(kind, name)
                for name in self.folded
            },
        }

    def as_of(self, record: Any, at: datetime) -> Any:
        """The record as it stood at a time: later events undone; None if it did not exist yet."""
        events = record.events
        if not events or events[-1].at <= at:
            return record
        past = tuple(event for event in events if event.at <= at)
        if not past:
            return None
        state, _ = self.replay(record, past)
        return record.model_copy(update={**self.fields(state, record), "events": past})


@cache
def _nothing(model: Hashable, name: str) -> object:
    """What a field has that no event has said."""
    fields: Mapping[str, Any] = getattr(model, "model_fields")  # noqa: B009
    return () if fields[name].default == () else None


def table(*steps: Step) -> dict[str, Step]:
    """The steps of a life by their events."""
    return {step.event: step for step in steps}


def called(name: str, steps: Mapping[str, Step]) -> Closed:
    """The events of a life, and what they are called."""
    return Closed(name, steps, **{step.event: step.called for step in steps.values() if step.called})


def term(state: State, event: Any, rule: str, already: Text) -> Iterator[Why]:
    """The last day that an event agrees to: it is not over, and one that prolongs is later than the one before
    (`already`: that `{until}` stands)."""
    before = state.folded.get("until")
    if event.until is not None and event.until < event.at.date():
        yield rule, say("its last day ({day}) has passed", day=event.until), None, "until"
    elif event.event == "renewed" and event.until is not None and before is not None and event.until <= before:
        yield rule, Text(already.pattern, {"until": before}), None, "until"
