"""Random histories of desks that work apart: records of every kind begun, taken on by steps their lives allow, changed
by hand. What a history is follows from its seed alone."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from propcli.engine.fields import Shape, shapes
from propcli.kinds.catalog import KINDS, RESIDENT, TICKET, Kind
from propcli.records.checking import life
from propcli.records.merging import kind_at
from propcli.records.recording import plain
from propcli.store import yamlfile
from propcli.store.reading import load
from tests.conftest import HOMES, STAFF
from tests.kinds.samples import SAMPLES

Files = dict[PurePosixPath, bytes]
START = datetime.fromisoformat("2026-10-14T09:00:00+08:00")
BUSY = [kind.path(SAMPLES[name]["id"]) for name, kind in KINDS.items()]
TEAMS = ("engineering", "security", "service")
CATEGORIES = ("water", "electricity", "leak", "noise")


def estate() -> Files:
    """What every desk begins with: a record of each kind, homes and their people, the staff."""
    found = {PurePosixPath(path): content.encode() for path, content in HOMES.items()}
    found |= {PurePosixPath(f"staff/{name}.yaml"): content.encode() for name, content in STAFF.items()}
    for name, kind in KINDS.items():
        record = kind.model.model_validate(SAMPLES[name])
        found[kind.path(record.id)] = b"# sample\n" + yamlfile.dump(record.plain()).encode()  # type: ignore[attr-defined]
    return found


@dataclass
class Desk:
    """One desk: its files, its clock, its own dice. `did`: what it wrote down, for a failing test to tell."""

    name: str
    files: Files
    dice: random.Random
    now: datetime = START
    did: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def work(self, steps: int) -> None:
        """Some of what a desk does in a day."""
        for _ in range(steps):
            self.now += timedelta(seconds=self.dice.choice((0, 1, 60, 600, 3600)))
            doing = self.dice.random()
            if doing < 0.25:
                self._begin()
            elif doing < 0.85:
                self._step()
            elif doing < 0.95:
                self._edit()
            else:
                self._remark()

    # --- what a desk does

    def _somewhere(self) -> PurePosixPath:
        """A record; often one of those that the other desks are at, too."""
        if self.dice.random() < 0.6:
            hot = [path for path in BUSY if path in self.files]
            return self.dice.choice(hot)
        return self.dice.choice(sorted(self.files))

    def _begin(self) -> None:
        """A new record: the sample with another number, and other words."""
        kind = self.dice.choice([*KINDS.values(), TICKET, TICKET, TICKET, RESIDENT, RESIDENT, RESIDENT])
        record_id = self._new_id(kind)
        path = kind.path(record_id)
        if path in self.files:
            return
        fields = {**SAMPLES[kind.name], "id": record_id}
        stamp = {"at": yamlfile.moment(self.now), "by": self._staff()}
        fields["events"] = [{**event, **stamp} for event in fields["events"]]
        for name in ("summary", "items", "purpose", "works", "place"):
            if name in fields:
                fields[name] = f"{self.name}的{self.dice.randrange(1000)}"
        if "resident" in fields:
            fields["resident"] = self._id("resident")
        fields.pop("source", None)
        if kind.name == "ticket":
            fields |= {"reported": stamp["at"], "acceptor": stamp["by"]}
        for event in fields["events"]:
            if kind.name == "unit":
                event["ties"] = [{"resident": self._id("resident"), "tie": "owner"}]
                fields["people"] = event["ties"]
        if not self._put(kind, yamlfile.dump(fields).encode(), f"began {record_id}"):
            self.did.append(f"could not begin {record_id}")

    def _new_id(self, kind: Kind) -> str:
        if not kind.prefix:
            number = self.dice.randrange(4)
            return {"unit": f"9-1-010{number}", "staff": f"new.{number}", "parking": f"C1-00{number}"}[kind.name]
        prefix = SAMPLES[kind.name]["id"].rsplit("-", 1)[0] + "-"
        if kind.period == "day":
            prefix = f"{kind.prefix}-{self.now:%Y%m%d}-"
        used = [int(i.rsplit("-", 1)[1]) for i in self.ids(kind) if i.startswith(prefix)]
        return f"{prefix}{max(used, default=0) + 1:0{kind.digits}d}"

    def _step(self) -> None:
        """A step of some record that its life allows, with everything it needs and some of what it takes."""
        path = self._somewhere()
        kind = kind_at(path)
        assert kind is not None
        record: Any = load(kind.model, self.files[path], str(path))[0]
        assert record is not None, (path, self.files[path].decode())
        events = list(record.events)
        if events and events[-1].at > self.now:
            return
        opening = kind.declared.opening(record) if kind.declared.opening is not None else None
        begun = [] if opening is None else [kind.event.model_validate({"at": self.now, "by": "zhou.min", **opening})]
        state, _faults = kind.life.replay(record, [*events, *begun])
        for _try in range(12):
            step = kind.life.steps[self.dice.choice(sorted(kind.life.ahead(state, self.now)) or ["noted"])]
            if step.event == "forgotten" and self.dice.random() < 0.8:
                continue
            chosen = [*step.needs, *(name for name in step.takes if self.dice.random() < 0.3)]
            given = {its.alias: self._value(its) for n, its in shapes(kind.event).items() if n in chosen}
            try:
                event = kind.event.model_validate({"at": self.now, "by": self._staff(), "event": step.event, **given})
            except ValueError:
                continue
            number = len(events) + len(begun)
            if not kind.life.faults(state, event, number) and self._take(kind, path, record, [*begun, event]):
                self.did.append(f"{record.id} {step.event}")
                return

    def _take(self, kind: Kind, path: PurePosixPath, record: Any, events: list[Any]) -> bool:
        state, faults = kind.life.replay(record, [*record.events, *events])
        if faults:
            return False
        changes = {
            shapes(kind.model)[name].alias: plain(value) if value not in (None, ()) else None
            for name, value in kind.life.fields(state, record).items()
            if (value or None) != (getattr(record, name) or None)
        }
        if events[-1].event == "forgotten":
            changes |= dict.fromkeys(("name", "phones", "plates", "born", "language", "keep_until", "sealed"))
        text = yamlfile.edit(
            self.files[path].decode(), changes, [e.plain() for e in events], list(kind.model.model_fields)
        )
        return self._put(kind, text.encode(), "")

    def _edit(self) -> None:
        """A field changed by hand that no event says."""
        path = self._somewhere()
        kind = kind_at(path)
        assert kind is not None
        record: Any = load(kind.model, self.files[path], str(path))[0]
        fields = {
            "ticket": ("summary", "place", "detail", "convenient"),
            "resident": ("phones", "plates", "keep_until"),
            "parking": ("place", "cars"),
            "unit": ("layout", "area"),
        }.get(kind.name)
        if fields is None or record.status == "forgotten":
            return
        its = shapes(kind.model)[self.dice.choice(fields)]
        value = self._value(its)
        text = yamlfile.edit(self.files[path].decode(), {its.alias: plain(value)}, [], list(kind.model.model_fields))
        if self._put(kind, text.encode(), f"{record.id}: {its.alias} {value}"):
            return

    def _remark(self) -> None:
        """A comment written on top of a file."""
        path = self.dice.choice(sorted(self.files))
        remark = f"# {self.name} {self.dice.randrange(10**6)}"
        self.files[path] = f"{remark}\n".encode() + self.files[path]
        self.remarks.append(remark)

    def _put(self, kind: Kind, content: bytes, what: str) -> bool:
        record: Any = load(kind.model, content, "")[0]
        if record is None or list(life(record)):
            return False
        self.files[kind.path(record.id)] = content
        if what:
            self.did.append(what)
        return True

    # --- values

    def ids(self, kind: Kind) -> list[str]:
        return sorted(path.stem for path in self.files if path.parts[0] == kind.folder)

    def _id(self, kind: str) -> str:
        return self.dice.choice(self.ids(KINDS[kind]))

    def _staff(self) -> str:
        return self.dice.choice(sorted(STAFF))

    def _value(self, its: Shape) -> Any:
        if its.many:
            return [self._one(its) for _ in range(self.dice.choice((1, 1, 2)))]
        return self._one(its)

    def _one(self, its: Shape) -> Any:
        """A value of a field by what it is."""
        dice = self.dice
        if its.model is not None:
            inner = shapes(its.model).values()
            return {i.alias: self._value(i) for i in inner if i.required or dice.random() < 0.1}
        if its.codes:
            return dice.choice(its.codes)
        if its.private:
            return {"plates": f"粤B{dice.randrange(10**5):05d}", "phones": f"138{dice.randrange(10**8):08d}"}.get(
                its.private, f"某{dice.randrange(100)}"
            )
        if its.ref in KINDS:
            newest = self.ids(KINDS[its.ref])[-2:]  # such as other desks may have given the same number to
            return dice.choice(newest) if dice.random() < 0.5 else self._id(its.ref)
        if its.ref == "team":
            return dice.choice(TEAMS)
        if its.ref == "category":
            return dice.choice(CATEGORIES)
        if its.named:
            return dice.choice((*self.ids(RESIDENT)[-2:], "某人"))
        if its.vocabulary is not None and tuple(its.vocabulary):
            return dice.choice(tuple(its.vocabulary))
        simple = {
            bool: lambda: dice.random() < 0.5,
            date: lambda: self.now.date() + timedelta(days=dice.randrange(-5, 90)),
            datetime: lambda: self.now + timedelta(hours=dice.randrange(-5, 90)),
            Decimal: lambda: Decimal(dice.randrange(10000)) / 100,
            int: lambda: dice.randrange(1, 6),
        }.get(its.base)
        return simple() if simple is not None else self._text(its.name)

    def _text(self, name: str) -> str:
        if name in ("to",):
            return self.dice.choice(("supervisor", "manager", "water", "power", "charge", self._staff()))
        if name in ("hours",):
            return "08:00-17:30"
        lines = "两行\n\n第二行" if name == "text" else "一行"
        words = self.dice.choice((lines, "带 # 号", "带: 冒号", "'引号'"))
        return f"{words} {self.name}{self.dice.randrange(10**4)}"
