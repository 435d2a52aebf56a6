"""How the records of a kind come over from a table: what the mapping has to say, what the rows come to, and how that is
written. Each kind makes its own `Import`; the command is one."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import Kind
from propcli.records.cells import Cells, Reader
from propcli.records.changing import Here
from propcli.records.mapping import Mapping, Plan, place_targets
from propcli.records.recording import Recorder
from propcli.store.sheets import Sheet

D = TypeVar("D")


class Import(ABC, Generic[D]):
    """One kind's. `targets`: the fields of a mapping that it looks at; `needed`: those it needs besides the
    unit; `subject` and `done`: the patterns of the commit and of the answer, filled with `counts`."""

    targets: tuple[str, ...]
    needed: ClassVar[tuple[str, ...]] = ()
    subject: ClassVar[Text]
    done: ClassVar[Text]

    def required(self, mapping: Mapping) -> tuple[str, ...]:
        """The fields a mapping has to give."""
        return (*place_targets(mapping), *self.needed)

    @abstractmethod
    def plan(self, here: Here, mapping: Mapping, sheet: Sheet) -> Plan[D]:
        """Every row as part of a record to be, as known, or as a complaint."""

    @abstractmethod
    def write(self, plan: Plan[D], recorder: Recorder, here: Here) -> None:
        """Put the records on record."""

    def found(self, plan: Plan[D]) -> Text | None:
        """What is new, in a line."""
        return None

    def notes(self, plan: Plan[D]) -> Iterable[Text]:
        """What else is to be said of the rows."""
        return ()

    def counts(self, plan: Plan[D]) -> dict[str, int]:
        """The numbers that `subject` and `done` name."""
        return {"n": len(plan.drafts)}


def on_record(here: Here, kind: Kind) -> list[Any]:
    """What there is already; refuses to add to what is not in order."""
    reading = here.estate.read(kind.model)
    if reading.problems:
        raise Refusal(say("put the records right before importing more"), code=3, problems=tuple(reading.problems))
    return list(reading.records)


def sources(here: Here, kind: Kind) -> frozenset[tuple[str, str]]:
    """Which records of which systems are here already: (system, the id it has there)."""
    return frozenset((r.source.system, r.source.id) for r in on_record(here, kind) if r.source)


@dataclass(frozen=True)
class Sourced:
    """A record to be that has an id of its own over there (`source_id`): the row, when it began (`day`: in the zone of
    the table), its fields and what happened."""

    row: int
    source_id: str
    began: datetime
    day: date
    fields: dict[str, Any]
    events: tuple[Any, ...]


S = TypeVar("S", bound=Sourced)


def by_source(reader: Reader, rows: Iterable[tuple[Cells, S | None]], have: frozenset[tuple[str, str]]) -> Plan[S]:
    """What the rows come to, in the order of time: an id that the table has twice is a complaint, what was imported
    before is counted."""
    plan: Plan[S] = Plan(rows=len(reader.sheet.rows))
    seen: dict[str, int] = {}
    for cells, draft in rows:
        plan.repairs += cells.repairs
        if draft is None or cells.bad:
            plan.bad += cells.bad
        elif draft.source_id in seen:
            reason = say("{id} also stands in row {row}", id=draft.source_id, row=seen[draft.source_id])
            plan.bad.append(reader.bad(cells.number, "source_id", reason))
        elif (reader.mapping.system, draft.source_id) in have:
            plan.known += 1
        else:
            plan.drafts.append(draft)
        if draft is not None and not cells.bad:
            seen.setdefault(draft.source_id, cells.number)
    if reader.swapped:
        plan.bad += reader.suspicions(draft.row for draft in plan.drafts)
        plan.drafts = []
    plan.bad.sort(key=lambda bad: bad.row)
    plan.drafts.sort(key=lambda draft: (draft.began, draft.source_id))
    return plan
