"""Who is who in a table of people [U1]: somebody on record, somebody in a row before, or new. What is not certain is a
question; nobody is guessed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.records.matching import fold
from propcli.records.people import Face, same_phone

Relation = Literal["same", "other", "namesake", "number"]


@dataclass(frozen=True, slots=True)
class Described:
    """A person as a row describes him. `home` is the unit and the tie the row gives him."""

    row: int
    name: str
    phones: tuple[str, ...]
    identity: tuple[str, str] | None
    home: tuple[str, str]


@dataclass
class Somebody:
    """A person as known so far: on record (`key` is the id), or from rows before."""

    key: str
    row: int | None
    names: set[str]
    phones: list[str]
    identity: tuple[str, str] | None
    homes: frozenset[tuple[str, str]] = frozenset()  # of those on record

    def learn(self, row: Described) -> None:
        self.names.add(fold(row.name))
        self.phones += [p for p in row.phones if p not in self.phones]
        self.identity = self.identity or row.identity

    def relation(self, row: Described) -> Relation:
        """What a row's person is to this one.

        The same identity number, or the same name and a phone in common, is the same person; so is a row that says
        nothing of somebody that his record does not say. Another number of the same kind is another person."""
        same_name = fold(row.name) in self.names
        numbers = row.identity, self.identity
        comparable = numbers[0] is not None and numbers[1] is not None and numbers[0][0] == numbers[1][0]
        if comparable and numbers[0] == numbers[1]:
            return "same" if same_name else "number"
        if not same_name:
            return "other"
        if any(same_phone(one, other) for one in row.phones for other in self.phones):
            return "namesake" if comparable else "same"
        if comparable:
            return "other"
        return "same" if row.home in self.homes and not row.phones and row.identity is None else "namesake"


@dataclass(frozen=True, slots=True)
class Question:
    """A row whose person could be somebody known. `same_number`: it is the identity number that says so."""

    row: int
    name: str
    candidates: tuple[str, ...]  # ids, and numbers of rows
    same_number: bool

    @property
    def text(self) -> Text:
        who = [say("row {row}", row=key) if not on_record(key) else key for key in self.candidates]
        if self.same_number:
            return say("{name} has the identity number of {who}, of another name", name=self.name, who=who)
        return say("{name} may be the same as {who}, but nothing shows it", name=self.name, who=who)

    @property
    def hint(self) -> Text:
        return say("--same {row}={who} if so, --new {row} if not", row=self.row, who=self.candidates[0])


@dataclass(frozen=True)
class Answers:
    """What the user says of rows: the same as somebody (an id, or the number of a row), or somebody new."""

    same: Mapping[int, str] = field(default_factory=dict)
    new: frozenset[int] = frozenset()

    def check(self, rows: Iterable[int]) -> None:
        """Refuses answers about rows that there are not, and those that contradict one another."""
        there = set(rows)
        for option, named in (("--same", self.same), ("--new", sorted(self.new))):
            for number in named:
                if number not in there:
                    raise Refusal(say("{option}: the table has no row {row}", option=option, row=number))
        both = sorted(set(self.same) & self.new)
        if both:
            raise Refusal(say("row {row} cannot be the same as somebody and new", row=both[0]))


class Recognition:
    """Everybody known so far, and who the rows are."""

    def __init__(
        self, faces: Iterable[Face], homes: Mapping[str, frozenset[tuple[str, str]]], answers: Answers
    ) -> None:
        self.answers = answers
        self.questions: list[Question] = []
        self.found: dict[int, Somebody] = {}  # row: who it is
        self.unneeded = {*answers.same, *answers.new}  # rows whose answer was not asked for
        self.contradicted: dict[int, str] = {}  # row: who it certainly is, though the answer says otherwise
        self._by_name: dict[str, list[Somebody]] = {}
        self._by_number: dict[tuple[str, str], list[Somebody]] = {}
        self._by_key: dict[str, Somebody] = {}
        for face in faces:
            if face.status == "active" and face.name is not None:
                number = (face.identity["kind"], face.identity["number"]) if face.identity else None
                home = homes.get(face.id, frozenset())
                self._enter(Somebody(face.id, None, {fold(face.name)}, list(face.phones), number, home))

    def recognise(self, rows: Iterable[Described]) -> None:
        """Find out who each row is, in the order of the table."""
        rows = list(rows)
        for row in rows:
            self._place(row)
        for row in rows:  # somebody further down may be the same as well
            if row.row in self.found and row.row not in self.answers.same and row.row not in self.answers.new:
                same = [s for s in self._close(row) if s.relation(row) == "same"]
                if len(same) > 1:
                    self._ask(row, same, False)
                    del self.found[row.row]

    def _place(self, row: Described) -> None:
        close = [(somebody, somebody.relation(row)) for somebody in self._close(row)]
        same = [somebody for somebody, relation in close if relation == "same"]
        numbered = [somebody for somebody, relation in close if relation == "number"]
        said = self.answers.same.get(row.row)
        if len(same) == 1 and (not numbered or row.identity == same[0].identity):
            if said is not None and self._meant(said) is not same[0]:
                self.contradicted[row.row] = _key(same[0])
            self._settle(row, same[0])
        elif said is not None:
            self.unneeded.discard(row.row)
            meant = self._meant(said)
            if meant is None:
                self.contradicted[row.row] = ""
            else:
                self._settle(row, meant)
        elif all(relation == "other" for _, relation in close):
            self._settle(row, self._new(row))
        elif row.row in self.answers.new:
            self.unneeded.discard(row.row)
            self._settle(row, self._new(row))
        else:
            self._ask(row, numbered or same or [s for s, relation in close if relation == "namesake"], bool(numbered))

    def _meant(self, said: str) -> Somebody | None:
        """Whom the user means: somebody on record, or the person of a row before."""
        return self.found.get(int(said)) if said.isdigit() else self._by_key.get(said)

    def _ask(self, row: Described, candidates: list[Somebody], same_number: bool) -> None:
        self.questions.append(Question(row.row, row.name, tuple(_key(s) for s in candidates), same_number))

    def _settle(self, row: Described, somebody: Somebody) -> None:
        self.found[row.row] = somebody
        somebody.learn(row)
        self._enter(somebody)

    def _new(self, row: Described) -> Somebody:
        return Somebody(f"new {row.row}", row.row, set(), [], None)

    def _enter(self, somebody: Somebody) -> None:
        self._by_key[somebody.key] = somebody
        for name in somebody.names:
            known = self._by_name.setdefault(name, [])
            if somebody not in known:
                known.append(somebody)
        if somebody.identity is not None:
            numbered = self._by_number.setdefault(somebody.identity, [])
            if somebody not in numbered:
                numbered.append(somebody)

    def _close(self, row: Described) -> list[Somebody]:
        """Those who could be the person of a row: by name, or by number."""
        found = {s.key: s for s in self._by_name.get(fold(row.name), ())}
        if row.identity is not None:
            found.update({s.key: s for s in self._by_number.get(row.identity, ())})
        return list(found.values())


def _key(somebody: Somebody) -> str:
    """How a user names somebody: by the id, or by the row."""
    return somebody.key if somebody.row is None else str(somebody.row)


def on_record(key: str) -> bool:
    """Whether somebody is named by an id, not by a row of the table."""
    return not key.isdigit()
