"""Putting changes on record: every step is checked against the record's life and its references, then all files
of the operation are written and committed together."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from propcli.engine.lifecycle import Fault
from propcli.engine.problem import Refusal
from propcli.engine.record import Event, Model
from propcli.engine.text import Text, say
from propcli.kinds.catalog import Kind
from propcli.records.checking import Surroundings, checked
from propcli.records.surroundings import surroundings
from propcli.store import yamlfile
from propcli.store.estate import Estate
from propcli.store.numbers import Numbers
from propcli.store.reading import load, locate
from propcli.store.transaction import Operation


class Recorder:
    """Steps and new records of one operation. Nothing is written before `commit`."""

    def __init__(self, estate: Estate, operation: Operation) -> None:
        self.estate = estate
        self.operation = operation
        self._taken: dict[str, int] = {}
        self.numbers = Numbers(operation.history)
        self.touched: dict[str, list[str]] = {}  # id: the events recorded

    @cached_property
    def around(self) -> Surroundings:
        return surroundings(self.estate)

    # --- records that exist

    def record(self, kind: Kind, record_id: str) -> Any:
        """A record as this operation sees it. Refuses one that is missing or bad."""
        path = kind.path(record_id)
        raw = self.operation.read(path)
        if raw is None:
            raise Refusal(say("there is no {kind} {id}", kind=kind.title, id=record_id))
        record, problems = load(kind.model, raw, str(path))
        if record is None:
            raise Refusal(say("{path} is not a good record", path=str(path)), code=3, problems=tuple(problems))
        return record

    def step(
        self, kind: Kind, record_id: str, events: Sequence[Event], changes: dict[str, object] | None = None
    ) -> Any:
        """Let events happen to a record; the record after them. `changes`: fields that go along with them and that
        no event says (None removes one). Refuses with every reason at once."""
        record = self.record(kind, record_id)
        state, _ = kind.life.replay(record, record.events)
        for number, event in enumerate(events, len(record.events)):
            faults = kind.life.faults(state, event, number)
            if faults:
                raise refusal(record_id, faults)
            kind.life.advance(state, event)
        changed: dict[str, object] = dict(changes or {})
        for name, value in kind.life.fields(state, record).items():
            if value != getattr(record, name):
                changed[name] = plain(value) if value not in (None, ()) else None
        path = kind.path(record_id)
        raw = self.operation.read(path)
        assert raw is not None
        try:
            text = yamlfile.edit(
                raw.decode(), changed, [event.plain() for event in events], list(kind.model.model_fields)
            )
        except ValueError:
            raise Refusal(
                say("{path} is written in a way that cannot be changed safely", path=str(path)),
                hint=say("write it as plain block YAML, one field a line"),
                code=3,
            ) from None
        content = text.encode()
        if len(content) > yamlfile.MAX_BYTES:
            raise Refusal(
                say(
                    "{id} is full: it would have {size} bytes, and a record has at most {most}",
                    id=record_id,
                    size=len(content),
                    most=yamlfile.MAX_BYTES,
                ),
                hint=say("shorten its long texts with propcli edit {id}; the history keeps them", id=record_id),
                code=3,
            )
        after = self._checked(kind, content, path)
        self.operation.write(path, content)
        self.operation.says(str(path), [event.plain() for event in events], plain(dict(changes or {})))
        self.touched.setdefault(record_id, []).extend(event.event for event in events)
        return after

    # --- new records

    def add(self, kind: Kind, record_id: str, fields: dict[str, Any], events: Sequence[Event]) -> Any:
        """A new record. `fields` are those of the model without id, status and events. Refuses with every problem
        at once."""
        draft = kind.model.model_construct(**{**fields, "id": record_id})
        state, faults = kind.life.replay(draft, events)
        if faults:
            raise refusal(say("a new {kind}", kind=kind.title), faults)
        path = kind.path(record_id)
        if self.operation.read(path) is not None:
            raise Refusal(say("{id} exists already", id=record_id))
        said = {name: value for name, value in kind.life.fields(state, draft).items() if value not in (None, ())}
        whole: dict[str, Any] = {**fields, **said, "id": record_id, "events": [event.plain() for event in events]}
        ordered = {name: whole[name] for name in kind.model.model_fields if whole.get(name) not in (None, (), [], "")}
        content = yamlfile.dump(plain(ordered)).encode()
        self.around.know(kind.name, record_id)  # what is made here may be referred to here
        record = self._checked(kind, content, path)
        self.operation.write(path, content)
        self.operation.says(kind.name, plain(ordered))
        self.touched[record_id] = [event.event for event in events]
        return record

    def new_id(self, kind: Kind, day: date | None = None) -> str:
        """The next number of a kind, within a day or a year for those numbered so. A number once given, even to a file
        deleted since or on another branch, is not given again."""
        if kind.period is None:
            return self._next(kind, f"{kind.prefix}-", self.estate.ids(kind))
        assert day is not None
        if kind.period == "year":
            return self._next(kind, f"{kind.prefix}-{day:%Y}-", self.estate.ids(kind, f"{day:%Y}"))
        return self._next(kind, f"{kind.prefix}-{day:%Y%m%d}-", self.estate.ids(kind, f"{day:%Y}", f"{day:%m}"))

    def _next(self, kind: Kind, prefix: str, ids: Iterable[str]) -> str:
        if prefix not in self._taken:
            here = (int(record_id.rsplit("-", 1)[1]) for record_id in ids if record_id.startswith(prefix))
            self._taken[prefix] = max(self.numbers.highest(prefix), max(here, default=0))
        self._taken[prefix] += 1
        return f"{prefix}{self._taken[prefix]:0{kind.digits}d}"

    # --- the end

    def _checked(self, kind: Kind, content: bytes, path: PurePosixPath) -> Any:
        record, problems = load(kind.model, content, str(path))
        if record is not None:
            problems = locate(content, str(path), checked(record, self.around))
        if problems or record is None:
            raise Refusal(
                *(
                    say("{what} ({hint})", what=problem.what, hint=problem.hint) if problem.hint else problem.what
                    for problem in problems
                ),
                title=say("this cannot be recorded"),
            )
        return record

    def commit(self, subject: str, by: str, *more: str, keys: Iterable[Path] = ()) -> None:
        """Write everything and commit it, with trailers that a program can read (`more`: further ones), then destroy
        `keys`, which are files; whoever finishes an interrupted change does that too. Nothing happens where nothing
        changed."""
        if self.operation.empty:
            return
        trailers = []
        for record_id, events in self.touched.items():
            trailers.append(f"Record: {record_id}")
            trailers += [f"Event: {event}" for event in events]
        if len(trailers) > 200:  # an import: the files in the commit say which
            trailers = [f"Records: {len(self.touched)}"]
        self.operation.commit("\n".join([subject, "", *trailers, f"By: {by}", *more]), keys)
        if self._taken:
            self.numbers.give(self.touched)


def plain(value: Any) -> Any:
    """A value as files have it: models as fields, tuples as lists."""
    if isinstance(value, Model):
        return value.plain()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def refusal(what: str | Text, faults: Sequence[Fault]) -> Refusal:
    """Why a step cannot be taken: every reason with its rule and what to do."""
    reasons = []
    for fault in faults:
        text = say("{what} [{rule}]", what=fault.what, rule=fault.rule) if fault.rule else fault.what
        reasons.append(say("{what} ({hint})", what=text, hint=fault.hint) if fault.hint else text)
    return Refusal(*reasons, title=say("{record}: refused", record=what))
