"""How values are shown: people, teams and codes by their names, personal data masked unless they are revealed [T12]."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from propcli.desk.duty import Debtor
from propcli.engine.fields import Shape, shapes
from propcli.engine.policy import ROLES
from propcli.engine.record import Model
from propcli.engine.table import Column, Table, Word
from propcli.engine.text import Text
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import RESIDENT, Kind, kind_of
from propcli.kinds.declaration import Shown
from propcli.kinds.settings import Settings
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.words import CATEGORY
from propcli.output.privacy import mask_name, mask_phone, mask_plate, masked
from propcli.records.hidden import personal

if TYPE_CHECKING:
    from propcli.records.people import People

MASKS = {"name": mask_name, "phones": mask_phone, "plates": mask_plate}


def word(vocabulary: Vocabulary, code: str | None) -> Word | None:
    return None if code is None else Word(code, vocabulary.word(code))


class Names:
    """What teams and people are called; a code or id nobody has named stands for itself."""

    def __init__(self, settings: Settings, staff: Iterable[Staff]) -> None:
        self.settings = settings
        self.people = {person.id: person.name for person in staff}

    def team(self, code: str | None) -> Word | None:
        if code is None:
            return None
        team = self.settings.teams.get(code)
        return Word(code, Text("{name}", {"name": team.name if team else code}))

    def person(self, staff_id: str | None) -> Word | None:
        if staff_id is None:
            return None
        return Word(staff_id, Text("{name}", {"name": self.people.get(staff_id, staff_id)}))

    def debtor(self, debtor: Debtor) -> Word:
        """Who owes something: the person or, where nobody is known, the role."""
        return self.person(debtor.person) or Word(debtor.role, ROLES.word(debtor.role))


@dataclass
class View:
    """Who is looking: what names mean here, the time it is, and whether personal data are shown in full."""

    people: "People"
    names: Names
    now: datetime
    reveal: bool = True

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.names.settings.zone).date()

    def state(self, record: Any) -> Word:
        """The state of a record at this time."""
        return state_of(record, self.now.astimezone(self.names.settings.zone))

    def private(self, value: Any, what: str = "name") -> Any:
        """A name, phones or plates as they may be seen here; what says why there is none stays."""
        return masked(value, MASKS[what], self.reveal)

    def row(self, record: Any, shown: Iterable[Shown]) -> dict[str, Any]:
        """The cells of a record, or of whatever else a row is about, for some columns."""
        sealed = isinstance(record, Model) and kind_of(record) is not RESIDENT
        known = personal(record, self.people.keys) if sealed else {}
        return {column.key: self.cell(record, column, known) for column in shown}

    def table(
        self,
        name: str,
        title: Text | None,
        columns: Sequence[Shown],
        records: Iterable[Any],
        empty: Text | None = None,
        kind: Kind | None = None,
    ) -> Table:
        """Records of a kind, or whatever else rows are about, under some columns."""
        headers = [column_of(kind, column) for column in columns]
        return Table(name, title, headers, [self.row(record, columns) for record in records], empty)

    def cell(self, record: Any, column: Shown, known: Mapping[str, Any]) -> Any:
        if column.value is not None:
            return column.value(record, self)
        if column.key == "status":
            return self.state(record)
        its = shapes(type(record)).get(column.key) if isinstance(record, Model) else None
        value = known[column.key] if column.key in known else getattr(record, column.key)
        if value is None or its is None:
            return value
        if its.many:
            return [self.value(one, its) for one in value]
        return self.value(value, its)

    def value(self, value: Any, its: Shape) -> Any:
        """One value by what its field is."""
        if its.private is not None:
            return self.private(value, its.private)
        if its.vocabulary is not None:
            return word(its.vocabulary, value)
        if its.ref == "staff":
            return self.names.person(value)
        if its.ref == "team":
            return self.names.team(value)
        if its.ref == "resident":
            return self.private(self.people.called(value))
        if its.ref == "category":
            return word(CATEGORY, value)
        if its.model is not None:
            return value.said
        if its.named:
            return self.private(self.people.who(value))
        return " ".join(value.split("\n")) if isinstance(value, str) and not self.reveal else value


def title_of(kind: Kind | None, column: Shown) -> Text:
    """What a column or line is called: as declared, else as its field is."""
    if column.title is not None:
        return column.title
    assert kind is not None
    return Text(shapes(kind.model)[column.key].title)


def column_of(kind: Kind | None, column: Shown) -> Column:
    return Column(column.key, title_of(kind, column), column.wide)


def state_of(record: Any, now: datetime) -> Word:
    """The state of a record at a time in the estate's zone: time alone may have changed it."""
    kind = kind_of(record)
    declared = kind.declared
    code = declared.state_at(record, now) if declared.state_at is not None else record.status
    return Word(code, (declared.states or kind.life.states).word(code))
