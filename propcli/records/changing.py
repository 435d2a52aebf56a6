"""Changing records: read under the lock, make the events, replay them, refuse with every reason, commit once."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic import ValidationError

from propcli.engine.fields import shapes
from propcli.engine.problem import Refusal
from propcli.engine.record import Event, Model
from propcli.engine.text import Text, say
from propcli.kinds.catalog import RESIDENT, UNIT, Kind, kind_of
from propcli.output.language import listing, words
from propcli.records.clock import SLOW, ahead_hint
from propcli.records.hidden import closed, concealed, personal
from propcli.records.household import written
from propcli.records.recording import Recorder
from propcli.records.sole import refuse_taken
from propcli.store.reading import described
from propcli.store.transaction import operation

if TYPE_CHECKING:
    from propcli.kinds.unit.model import Unit
    from propcli.records.people import People
    from propcli.store.estate import Estate
    from propcli.store.sealing import Keys

NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")
Fields = dict[str, Any]
Taken = tuple[str, Fields]  # an event and its fields


class Here(Protocol):
    """What a command knows of where it runs: the estate, the time, who is at the desk."""

    @property
    def estate(self) -> "Estate": ...

    @property
    def people(self) -> "People": ...

    @property
    def keys(self) -> "Keys": ...

    @property
    def now(self) -> datetime: ...

    @property
    def local(self) -> datetime:
        """The time, in the estate's zone."""
        ...

    @property
    def today(self) -> date: ...

    @property
    def clock(self) -> datetime:
        """The real time, whatever time the command works at."""
        ...

    def trusted(self) -> None:
        """Refuse a clock that does not fit to what is on record, unless somebody says that it is right."""
        ...

    def happened(self) -> datetime:
        """The time of what is being recorded; refuses one that has not come."""
        ...

    def team(self, typed: str, option: str = "--team") -> str:
        """A team's code from the code or the name."""
        ...

    def desk(self, by: str | None) -> str:
        """Who does it: whoever is named, else who is at the desk."""
        ...


@dataclass
class Change:
    """A change under way: whatever it touches is committed together or not at all. `notes`: what is to be said of it
    besides how the record stands then; `changes`: fields of the record that go along with a step and that no event
    says (None removes one); `also`: steps of other records that follow the one of this; `by`: who was named as doing
    it."""

    here: Here
    recorder: Any
    notes: list[Text] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    also: list[tuple[Kind, str, Taken]] = field(default_factory=list)
    by: str | None = None

    @property
    def desk(self) -> str:
        """Who signs what is no step of the record itself."""
        return self.here.desk(self.by)

    def event(self, kind: Kind, before: Any, name: str, by: str | None, fields: dict[str, Any]) -> Event:
        """A step as an event: now, by whom it belongs to (`before`: the record; None for a new one). Refuses values
        that do not fit; whoever must not be named in clear is put on record with it."""
        signs = actor(self.here, kind, before, name, by)
        given = {}
        for its in shapes(kind.event).values():
            value = fields.get(its.name)
            if value is not None and value != ():
                given[its.alias] = self.known_as(before, value, signs) if its.named else value
        made: Event
        try:
            made = kind.event.model_validate({"at": self.here.now, "by": signs, "event": name, **given})
        except ValidationError as error:
            what = before.id if before is not None else say("a new {kind}", kind=kind.title)
            raise Refusal(*said(error, kind.event), title=say("{record}: refused", record=what)) from None
        return made

    def known_as(self, record: Any, name: str, by: str) -> str:
        """How an event names somebody: by the id of the one resident of the record's unit who is called that; else by
        the name as it was given, where that may stand in clear."""
        if record is not None and (decided := kind_of(record).declared.names) is not None:
            return decided(self, record, name, by)
        unit = self.unit_of(record)
        ids = [
            getattr(record, "resident", None),
            *(t.resident for t in (unit.ties_on(self.here.today) if unit else ())),
        ]
        ids += [who for e in getattr(record, "events", ()) if (who := getattr(e, "who", None)) and RESIDENT.is_id(who)]
        return written(self.recorder, self.here.people, name, [i for i in ids if i], self.here.now, by, "--who")

    def unit_of(self, record: Any) -> "Unit | None":
        """The unit a record is or is about, where the estate keeps one."""
        if record is None:
            return None
        unit_id = record.id if kind_of(record) is UNIT else getattr(record, "unit", None)
        if not unit_id or not UNIT.is_id(unit_id):
            return None
        return cast("Unit | None", self.here.estate.one(UNIT.model, unit_id))

    def refuse_taken(self, kind: Kind, values: Iterable[Any], but: str = "") -> None:
        """Refuses what another record of the kind than `but` has (`Declaration.sole`)."""
        self.notes += refuse_taken(self.here.estate, self.here.keys, self.here.today, kind, values, but)

    def conceal(self, record: Any, fields: dict[str, Any]) -> None:
        """Let personal fields of the record change along with the step: in clear, or sealed with what is sealed of it
        already [T12]. To open that no key is needed where nothing of it stays."""
        keys = self.here.keys
        private = {its.name for its in shapes(type(record)).values() if its.private}
        if record.sealed is not None and not private <= fields.keys() and not keys.has(record.key):
            raise closed(record.id)
        sealed = {n: v for n, v in personal(record, keys).items() if v and not getattr(record, n)}
        whole = concealed(type(record), {**sealed, **fields}, self.recorder, keys, record.key)
        names = (*fields, "key", "sealed") if "sealed" in whole else (*fields, "sealed")
        self.changes |= {name: whole.get(name) or None for name in names}

    def take(
        self, kind: Kind, record_id: str, by: str | None, *steps: Taken, changes: dict[str, Any] | None = None
    ) -> Any:
        """Let steps happen to a record; the record after them."""
        before = self.recorder.record(kind, record_id)
        _refuse_ahead(before, self.here.clock)
        events = [self.event(kind, before, name, by, fields) for name, fields in steps]
        begun = opening(before, events[0].at, events[0].by)
        return self.recorder.step(kind, record_id, [*begun, *events], changes)


def _refuse_ahead(record: Any, clock: datetime) -> None:
    """Refuses a record whose last event is still to come: whatever happens now would be earlier."""
    last = max((event.at for event in getattr(record, "events", ())), default=clock)
    if last > clock + SLOW:
        raise Refusal(
            say("{id}: an event of it is dated {at}, which has not come yet", id=record.id, at=last),
            hint=ahead_hint(record.id),
            code=3,
        )


def opening(record: Any, at: datetime, by: str) -> list[Event]:
    """The first event of a record whose file has none yet; nothing for every other."""
    kind = kind_of(record)
    said = kind.declared.opening(record) if kind.declared.opening is not None else None
    return [] if said is None else [kind.event.model_validate({"at": at, "by": by, **said})]


@contextmanager
def changing(here: Here, by: str | None = None) -> Iterator[Change]:
    """A change of several records, under the lock; whoever makes it commits it with its recorder."""
    here.trusted()
    here.happened()
    with operation(here.estate.root) as op:
        yield Change(here, Recorder(here.estate, op), by=by)


def take(
    here: Here, kind: Kind, record_id: str, by: str | None, steps: Callable[[Change, Any], Iterable[Taken]]
) -> tuple[Any, list[Text]]:
    """Let steps happen to a record, all or none, in one commit: the record after them, and what is to be said. `steps`
    finds them from the record as it is under the lock, and may change other records with it."""
    here.trusted()
    with operation(here.estate.root) as op:
        change = Change(here, Recorder(here.estate, op), by=by)
        chosen = list(steps(change, change.recorder.record(kind, record_id)))
        here.happened()  # whatever the step itself is refused for is told before that
        after = change.take(kind, record_id, by, *chosen, changes=change.changes)
        for its_kind, its_id, its_step in change.also:
            change.take(its_kind, its_id, by, its_step)
        why = next((" ".join(str(f["reason"]).split()) for _name, f in chosen if f.get("reason")), None)
        more = [f"Reason: {why}"] if why else []
        change.recorder.commit(subject(after, [name for name, _fields in chosen]), after.events[-1].by, *more)
    return after, change.notes


def step(
    here: Here, kind: Kind, record_id: str, by: str | None, name: str, fields: dict[str, Any]
) -> tuple[Any, list[Text]]:
    """One step of a record, with whatever its kind puts before or after it. `fields`: of the event, and the step's
    other options."""
    hook = kind.declared.before_step(name)

    def steps(change: Change, before: Any) -> Iterable[Taken]:
        found = hook(change, before, fields) if hook is not None else None
        own = {*kind.life.steps[name].extra, *kind.life.steps[name].along}
        return [(name, {n: v for n, v in fields.items() if n not in own})] if found is None else found

    return take(here, kind, record_id, by, steps)


def begin(
    here: Here,
    kind: Kind,
    record_id: str | None,
    by: str | None,
    name: str,
    fields: dict[str, Any],
    event: dict[str, Any],
) -> tuple[Any, list[Text]]:
    """A new record, in one commit. `fields`: of the record; `event`: of its first event. Without an id it gets the next
    number."""
    desk = here.desk(by)
    with changing(here, by) as change:
        declared = kind.declared
        if declared.sole is not None:
            value = fields.get(declared.sole.field)
            change.refuse_taken(kind, value if isinstance(value, tuple) else (value,))
        more = declared.begins(change, fields, event, desk) if declared.begins is not None else ()
        opening = kind.life.steps[name]
        given = {**event, **{n: fields[n] for n in (*opening.needs, *opening.takes) if n in fields}}
        events = [change.event(kind, None, step, desk, said) for step, said in ((name, given), *(more or ()))]
        clear = {n: v for n, v in fields.items() if n not in kind.life.folded}
        whole = concealed(kind.model, clear, change.recorder, here.keys)
        made = change.recorder.add(kind, record_id or change.recorder.new_id(kind, here.today), whole, events)
        change.recorder.commit(subject(made, [name]), desk)
    return made, change.notes


def actor(here: Here, kind: Kind, record: Any, step: str, by: str | None) -> str:
    """Who does a step when nobody is named: the person sent, the acceptor, or the desk."""
    if by is not None:
        return here.desk(by)
    assignee, acceptor = getattr(record, "assignee", None), getattr(record, "acceptor", None)
    if step == "confirmed" and assignee is None:
        raise Refusal(say("it was given to a team: who of it takes it? [T6]"), hint=say("give --by STAFF"))
    role = kind.life.steps[step].actor
    chosen = (assignee or acceptor) if role == "assignee" else acceptor if role == "acceptor" else None
    return chosen or here.desk(None)


def said(error: ValidationError, model: type[Model]) -> list[Text]:
    """What is wrong with values given as options, by the option's name."""
    reasons = []
    for where, what, hint in described(error, model):
        parts = [str(part) for part in where if part not in ("caller", -1)]
        text = say("{option}: {what}", option="--" + "-".join(parts).replace("_", "-"), what=what) if parts else what
        reasons.append(say("{what} ({hint})", what=text, hint=hint) if hint else text)
    return reasons


def subject(record: Any, steps: list[str]) -> str:
    """A commit's first line, in the language the desk works in: `T-20261121-001 arrived: 水管漏水`. Nothing of a
    person stands in it."""
    events = kind_of(record).life.events
    what = listing(words(events.word(step)) for step in dict.fromkeys(steps))
    summary = _impersonal(record)
    return f"{record.id} {what}" + (f": {summary}" if summary else "")


def _impersonal(record: Any) -> str | None:
    """The summary of a record; None where it names the caller, or has in it what may be a phone or identity number."""
    summary: str | None = getattr(record, "summary", None)
    caller = getattr(record, "caller", None)
    if summary and ((caller and caller.name in summary) or NUMBER.search(summary)):
        return None
    return summary
