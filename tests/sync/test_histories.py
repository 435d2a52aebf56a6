"""Desks that work apart lose nothing: random histories of two and of three, brought together, and looked at for every
event, record, reference and remark of both. A sample each time; all of them with `make prove`."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import pytest

from propcli.engine.fields import marked
from propcli.kinds.catalog import KINDS
from propcli.records.checking import Surroundings, life, references
from propcli.records.joining import Joined, join
from propcli.records.merging import Side, kind_at
from propcli.records.renumbering import Hand
from propcli.store.reading import load
from tests.sync.histories import START, Desk, Files, estate

TWO, THREE = 500, 100  # histories of make prove
SAMPLE = 40
ESTATE = estate()


def read(files: Files) -> dict[PurePosixPath, Any]:
    """Every record; each has to be good and its life to replay."""
    return {path: read_one(path, content) for path, content in files.items()}


@lru_cache(4096)
def read_one(path: PurePosixPath, content: bytes) -> Any:
    kind = kind_at(path)
    assert kind is not None, path
    record, problems = load(kind.model, content, str(path))
    assert record is not None, (path, [str(p.what) for p in problems], content.decode())
    assert not list(life(record)), (path, [str(what) for _w, what, _h in life(record)], content.decode())
    return record


def events(record: Any) -> Counter[str]:
    return Counter(json.dumps(e.plain(), sort_keys=True, default=str, ensure_ascii=False) for e in record.events)


class Meeting:
    """Two desks brought together: what came of it, and what is to be true of it."""

    def __init__(self, base: Files, ours: Files, theirs: Files, given: set[PurePosixPath]) -> None:
        self.base, self.ours, self.theirs = base, ours, theirs
        self.given = given.union(base, ours, theirs)
        self.joined = self._join(lambda _path: None)
        self.decided: dict[PurePosixPath, Side] = {}

    def _join(self, decided: Callable[[PurePosixPath], Side | None]) -> Joined:
        mine = [p for p in self.ours if self.ours[p] != self.base.get(p)]
        return join(
            {p: self.base.get(p) for p in mine},
            {p: self.ours[p] for p in mine},
            {p: self.theirs.get(p) for p in mine},
            lambda folder: {path.stem for path in self.given if path.parent == folder},
            lambda: Hand("zhou.min", START + timedelta(days=3)),
            decided,
        )

    def decide(self, dice: random.Random) -> None:
        """A person says whose words stand, of whatever is left."""
        self.decided = {left.path: dice.choice(("ours", "theirs")) for left in self.joined.left}  # type: ignore[misc]
        for left in self.joined.left:
            assert left.differences and all(str(d.what) for d in left.differences), left.path
        self.joined = self._join(self.decided.get)
        assert not self.joined.left, [
            (str(one.path), [str(d.what) for d in one.differences]) for one in self.joined.left
        ]

    @property
    def files(self) -> Files:
        """The estate of both."""
        mine = {p for p in self.ours if self.ours[p] != self.base.get(p)}
        whole: dict[PurePosixPath, bytes | None] = {**self.ours, **self.joined.renumbered}
        whole |= {p: content for p, content in self.theirs.items() if p not in mine}
        whole |= self.joined.files
        return {path: content for path, content in whole.items() if content is not None}

    def check(self) -> None:
        """Nothing is lost, nothing doubled, everything points where it pointed."""
        merged = read(self.files)
        moved = {m.kind.path(m.old): m.kind.path(m.new) for m in self.joined.moved}
        base, ours, theirs = read(self.base), read(self.ours), read(self.theirs)
        self.read_ours, self.read_theirs = ours, theirs
        renamed = {(m.kind.name, m.old): m.new for m in self.joined.moved}
        for path, record in theirs.items():
            assert path in merged, f"{path} of theirs is gone"
            self._look(path, record, base.get(path), merged[path], "theirs", {})
        for path, record in ours.items():
            place = moved.get(path, path)
            assert place in merged, f"{path} of ours is gone"
            self._look(place, record, base.get(path), merged[place], "ours", renamed)
        assert set(merged) == {*theirs, *(moved.get(p, p) for p in ours)}
        known: dict[str, frozenset[str] | None] = {name: frozenset() for name in KINDS}
        for path in merged:
            kind = kind_at(path)
            assert kind is not None
            known[kind.name] = (known[kind.name] or frozenset()) | {path.stem}
        known |= {"team": None, "category": None}
        for path, record in merged.items():
            assert not list(references(record, Surroundings(known))), path

    def _look(
        self, path: PurePosixPath, record: Any, before: Any, after: Any, side: Side, renamed: dict[tuple[str, str], str]
    ) -> None:
        """One record of one side: its events are there once each, or as notes where a person decided otherwise; every
        reference leads to the same record as before."""
        mine = repointed(record, renamed)
        buried = getattr(after, "status", "") == "forgotten"  # that is decided by itself [T12]
        if self.decided.get(path, side) != side or buried:
            known = events(before) if before is not None else Counter()
            written = [e for e in mine.events if not events_of(e) & known]
            texts = " ".join(str(getattr(e, "text", "")) for e in after.events)
            for event in written:
                word = str(kind_of_record(record).life.events.word(event.event))
                noted = word in texts and "other desk" in texts and (getattr(event, "text", None) or "") in texts
                there = events(after)[key(event)] == 1 or noted
                assert there, (path, event)
            return
        across = (self.read_theirs if side == "ours" else self.read_ours).get(path)
        other = events(across) if across is not None else None
        there = events(after)
        had = events(before) if before is not None else Counter()
        for one, count in events(mine).items():
            if one in had and one not in (other or had):
                continue  # a person decided that before, elsewhere
            if there[one] != count:
                assert self._opened(one, after), (path, one)
        for place, value, its in marked(mine, "ref"):
            if place[0] != "events" or not there[key(mine.events[place[1]])]:
                continue
            assert value in {v for _p, v, i in marked(after, "ref") if i.ref == its.ref}, (path, place, value)

    @staticmethod
    def _opened(one: str, after: Any) -> bool:
        """Whether an event is the opening of a file that both desks wrote down: the earlier one stands for both."""
        said = json.loads(one)
        first = json.loads(key(after.events[0]))
        return {**said, "at": "", "by": ""} == {**first, "at": "", "by": ""} and first["at"] <= said["at"]


def key(event: Any) -> str:
    return json.dumps(event.plain(), sort_keys=True, default=str, ensure_ascii=False)


def events_of(event: Any) -> Counter[str]:
    return Counter([key(event)])


def kind_of_record(record: Any) -> Any:
    return KINDS[record.kind_of_record]


def repointed(record: Any, renamed: dict[tuple[str, str], str]) -> Any:
    """A record as renumbering others makes it: by its plain values, without the program's own way of doing it."""
    if not renamed:
        return record
    text = json.dumps(record.plain(), default=str, ensure_ascii=False)
    swap = {old: new for (_kind, old), new in renamed.items()}
    whole = json.loads(text)

    def changed(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {n: changed(v, n) for n, v in value.items()}
        if isinstance(value, list):
            return [changed(v, name) for v in value]
        return swap.get(value, value) if isinstance(value, str) else value

    model = kind_of_record(record).model
    return model.model_validate(textual(changed(whole)))


def textual(value: Any) -> Any:
    """Every scalar as the text a file has."""
    if isinstance(value, dict):
        return {n: textual(v) for n, v in value.items()}
    if isinstance(value, list):
        return [textual(v) for v in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and len(value) > 18 and value[10:11] == " " and value[4] == value[7] == "-":
        return value.replace(" ", "T")
    return str(value)


def remarks_stand(desks: list[Desk], files: Files, decided: dict[PurePosixPath, Side]) -> None:
    """What somebody wrote as a comment is still there, but in a file where a person chose the other side's."""
    whole = b"".join(files.values()).decode()
    chosen = set(decided)
    for desk in desks:
        for remark in desk.remarks:
            where = {p for p, content in desk.files.items() if f"{remark}\n".encode() in content}
            assert remark in whole or where & chosen, (remark, where)


def two(seed: int) -> Meeting:
    dice = random.Random(seed)
    ours, theirs = (Desk(name, dict(ESTATE), random.Random(dice.random())) for name in ("甲", "乙"))
    for desk in (ours, theirs):
        desk.now += timedelta(seconds=dice.randrange(300))
        desk.work(dice.randrange(4, 24))
    meeting = Meeting(ESTATE, ours.files, theirs.files, set())
    meeting.decide(dice)
    meeting.check()
    remarks_stand([ours, theirs], meeting.files, meeting.decided)
    return meeting


def three(seed: int) -> None:
    """Three desks and what they share: each in turn brings in what is there and sends its own, in any order."""
    dice = random.Random(seed)
    shared = dict(ESTATE)
    desks = [Desk(name, dict(ESTATE), random.Random(dice.random())) for name in ("甲", "乙", "丙")]
    last = [dict(ESTATE) for _desk in desks]
    given: set[PurePosixPath] = set()
    for _round in range(dice.randrange(3, 9)):
        number = dice.randrange(3)
        desk = desks[number]
        desk.now += timedelta(seconds=dice.randrange(300))
        desk.work(dice.randrange(1, 8))
        meeting = Meeting(last[number], desk.files, shared, given)
        meeting.decide(dice)
        meeting.check()
        given |= meeting.given
        desk.now = max(desk.now, START + timedelta(days=3)) if meeting.joined.moved else desk.now
        shared = meeting.files
        desk.files, last[number] = dict(shared), dict(shared)


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_two_desks_lose_nothing(seed: int) -> None:
    two(seed)


@pytest.mark.parametrize("seed", range(SAMPLE // 4))
def test_three_desks_lose_nothing(seed: int) -> None:
    three(seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(SAMPLE, TWO))
def test_many_two_desks_lose_nothing(seed: int) -> None:
    two(seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(SAMPLE // 4, THREE))
def test_many_three_desks_lose_nothing(seed: int) -> None:
    three(seed)


def test_the_histories_are_about_what_matters() -> None:
    """They have every kind, steps of many sorts, numbers given twice, and what a person has to decide."""
    meetings = [two(seed) for seed in range(20)]
    assert sum(len(m.joined.moved) for m in meetings) >= 5
    assert sum(len(m.decided) for m in meetings) >= 5
