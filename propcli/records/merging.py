"""Two desks' versions of a record made one. Events of both stand in the order of time, each once; fields are compared
with the version both began from; whatever the events come to is found by replaying them. What does not go together is
left to a person, with the words of both sides."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import ValidationError

from propcli.engine.fields import shapes
from propcli.engine.lifecycle import Fault
from propcli.engine.problem import Refusal
from propcli.engine.record import Event, Model
from propcli.engine.text import Person, Text, say
from propcli.kinds.catalog import KINDS, RESIDENT, Kind
from propcli.output.language import words
from propcli.records.checking import life
from propcli.records.differing import Difference, in_one, in_words, of_field
from propcli.store import yamlfile
from propcli.store.reading import described, load
from propcli.store.sealing import Keys, seal
from propcli.store.weaving import Pieces, Version, cut, weave

SHOWN = ("name", "phones", "plates", "phone", "plate")  # of what is sealed, what a person at the desk may see
Side = Literal["ours", "theirs"]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Merged:
    """One content for two, or what they differ in. `twice`: two records were given one number apart."""

    content: bytes | None = None
    differences: tuple[Difference, ...] = ()
    twice: bool = False


@dataclass(frozen=True)
class Told:
    """An event of one version: its place there, and what tells it from others."""

    event: Event
    raw: Any
    side: int
    number: int
    key: str


@dataclass(frozen=True)
class Read:
    """A version of a record, read."""

    record: Any
    data: Mapping[str, Any]
    pieces: Pieces | None
    told: tuple[Told, ...] = ()
    newline: str = "\n"


NOTHING = Read(None, {}, None)


def kind_at(path: PurePosixPath) -> Kind | None:
    """The kind of the record that a path of the estate is the place of."""
    for kind in KINDS.values():
        if path.parts[0] == kind.folder and kind.is_id(path.stem) and kind.path(path.stem) == path:
            return kind
    return None


def merge(
    kind: Kind,
    base: bytes | None,
    ours: bytes,
    theirs: bytes,
    keep: Side | None = None,
    keys: Keys | None = None,
) -> Merged:
    """One version of a record for two. `base`: the one both began from, if any; `keep`: whose words stand where they
    differ (what the other side's events say becomes notes then); `keys`: to merge what both sealed anew."""
    if ours == theirs or theirs == base:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    sides = [_read(kind, content, number) for number, content in enumerate((ours, theirs))]
    was = _read(kind, base, -1) if base is not None else NOTHING
    bad = [side for side in (*sides, was) if isinstance(side, Difference)]
    mine, other = sides
    if bad or isinstance(mine, Difference) or isinstance(other, Difference) or isinstance(was, Difference):
        return Merged(differences=tuple(bad))
    if base is None and kind.prefix and not _same(kind, mine, other):
        return Merged(differences=(_two_of_them(mine, other),), twice=True)
    merging = _Merging(kind, was, mine, other, keep, keys)
    return merging.done()


def _read(kind: Kind, content: bytes, side: int) -> Read | Difference:
    record, problems = load(kind.model, content, "")
    if record is None:
        where = (say("here"), say("there"), say("before both"))[side]
        return Difference(say("no good record {where}: {what}", where=where, what=problems[0].what))
    data = yamlfile.read(content, "")[0] or {}
    text = content.decode()
    told = tuple(
        Told(event, data["events"][number], side, number, _key(event))
        for number, event in enumerate(getattr(record, "events", ()))
    )
    return Read(record, _listed(kind, data), cut(text), told, "\r\n" if "\r\n" in text else "\n")


def _listed(kind: Kind, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are read; a single value where a list is meant stands for a list of one."""
    many = {its.alias for its in shapes(kind.model).values() if its.many}
    return {n: [v] if n in many and not isinstance(v, list) else v for n, v in data.items()}


def _key(event: Event) -> str:
    return json.dumps(event.plain(), sort_keys=True, default=str, ensure_ascii=False)


def _same(kind: Kind, ours: Read, theirs: Read) -> bool:
    """Whether two new files of one number are one record, which came by two ways."""
    if not ours.told or not theirs.told or ours.told[0].key != theirs.told[0].key:
        return False
    own = [its.alias for n, its in shapes(kind.model).items() if n not in (*kind.life.folded, "status", "events")]
    return all(ours.data.get(n) == theirs.data.get(n) for n in own)


def _two_of_them(ours: Read, theirs: Read) -> Difference:
    return Difference(say("two records with one number"), _in_short(ours.record), _in_short(theirs.record))


def _in_short(record: Any) -> Text:
    """A record in a few words, none of them personal."""
    first = record.events[0]
    return Text("{title}, {at}, {by}", {"title": record.title, "at": first.at, "by": Person(first.by)})


@dataclass
class _Merging:
    """The merging of one record under way."""

    kind: Kind
    base: Read
    ours: Read
    theirs: Read
    keep: Side | None
    keys: Keys | None

    def done(self) -> Merged:
        """The record both sides' words come to."""
        orders, rewritten = self._orders()
        wanted, differences = self._fields(bool(orders[0]))
        if rewritten:
            differences.append(Difference(say("events of before were rewritten on both sides")))
        if differences:
            return self._kept() if self.keep or self._forgot() else Merged(differences=tuple(differences))
        for told in orders:
            content, differences = self._whole(wanted, told)
            if content is not None:
                return Merged(content)
        return self._kept() if self.keep or self._forgot() else Merged(differences=tuple(differences))

    # --- fields

    def _fields(self, eventful: bool) -> tuple[dict[str, Any], list[Difference]]:
        """What the fields say together, and where they differ: then the words of the side that is kept, if one is. What
        events come to is not asked about, but where one side has no events it stands for itself."""
        forgot = self._forgot()
        folded = {"status", *self.kind.life.folded} if eventful else set()
        plain = [side for side in (self.ours, self.theirs) if not side.told] if eventful else []
        wanted, differences = self._sealed() if forgot is None else ({}, [])
        for name, its in shapes(self.kind.model).items():
            alias = its.alias
            by_hand = name in folded and self._by_hand(alias, plain)
            if name == "events" or alias in wanted or (name in folded and not by_hand):
                continue
            values = [side.data.get(alias) for side in (self.base, self.ours, self.theirs)]
            value, agreed = three_way(*values) if forgot is None else (forgot.data.get(alias), True)
            if by_hand or not agreed:  # by hand: written into a file without events, which has some now
                value = values[1] if self.keep == "ours" else values[2]
                if self.keep is None or by_hand:
                    differences.append(of_field(its, values[1], values[2]))
            if value is not None:
                wanted[alias] = value
        return wanted, differences

    def _sealed(self) -> tuple[dict[str, Any], list[Difference]]:
        """What both sides sealed anew, opened, merged and sealed again where the keys are here; nothing where that is
        not so. Of what they differ in the words, but for numbers that are never shown [T12]."""
        three = (self.base, self.ours, self.theirs)
        if self.keys is None or len({side.data.get("sealed") for side in (self.ours, self.theirs, self.base)}) < 3:
            return {}, []
        opened = [self._opened(side) for side in three]
        if self.ours.data.get("sealed") is None or self.theirs.data.get("sealed") is None or None in opened:
            return {}, []
        base, ours, theirs = (inside or {} for inside in opened)
        found: dict[str, Any] = {}
        differences = []
        for name in dict.fromkeys((*ours, *theirs)):
            value, agreed = three_way(base.get(name), ours.get(name), theirs.get(name))
            if not agreed:
                value = ours.get(name) if self.keep == "ours" else theirs.get(name)
                if self.keep is None:
                    shown = name in SHOWN
                    said = [in_words(inside.get(name)) if shown else say("(sealed)") for inside in (ours, theirs)]
                    differences.append(Difference(Text("{field}", {"field": name}), *said))
            if value is not None:
                found[name] = value
        for side, inside in ((self.theirs, theirs), (self.ours, ours)):
            if inside == found:
                return {name: side.data[name] for name in ("key", "sealed")}, differences
        key = str(self.theirs.data["key"])
        return {"key": key, "sealed": seal(key, found)}, differences

    def _opened(self, side: Read) -> dict[str, Any] | None:
        """What is sealed of a version; None where it cannot be opened here."""
        key, sealed = side.data.get("key"), side.data.get("sealed")
        if sealed is None:
            return {}
        with suppress(Refusal):
            return self.keys.open(str(key), str(sealed)) if self.keys is not None else None
        return None

    def _by_hand(self, name: str, plain: list[Read]) -> bool:
        return any(side.data.get(name) != self.base.data.get(name) for side in plain)

    def _forgot(self) -> Read | None:
        """The side that forgot the resident: the tombstone stands, whatever else the other desk wrote down [T12]."""
        if self.kind is not RESIDENT:
            return None
        return next((s for s in (self.ours, self.theirs) if any(t.event.event == "forgotten" for t in s.told)), None)

    # --- events

    def _orders(self) -> tuple[list[list[Told]], bool]:
        """The events of both sides in the order of time, and whether both rewrote what had been before. Where two
        happened in the same second both orders are tried: first what was pushed first."""
        ours, theirs = list(self.ours.told), list(self.theirs.told)
        if not self.base.told and ours and theirs and _opened_twice(ours[0], theirs[0]):
            # the same thing was written down twice: the earlier one stays
            del (ours if theirs[0].event.at <= ours[0].event.at else theirs)[0]
        counts = [Counter(t.key for t in side) for side in (self.base.told, ours, theirs)]
        wanted = _three_ways(*counts)
        known = counts[0]
        old = [t for t in ours if t.key in known]
        old += [t for t in theirs if t.key in known and t.key not in counts[1]]
        new = [[t for t in side if t.key not in known] for side in (theirs, ours)]
        found = [_chosen([*old, *new[0], *new[1]], wanted), _chosen([*old, *new[1], *new[0]], wanted)]
        return found if found[0] != found[1] else found[:1], self._rewritten(counts)

    def _rewritten(self, counts: list[Counter[str]]) -> bool:
        """Whether both sides changed the same event that they had in common, otherwise than one another."""
        base, ours, theirs = counts
        gone = (base - ours) & (base - theirs)
        if not gone:
            return False
        last = max((t.event.at for t in self.base.told), default=None)
        early = {t.key for side in (self.ours, self.theirs) for t in side.told if last and t.event.at <= last}
        mine, other = ((set(side) - set(base)) & early for side in (ours, theirs))
        return mine != other

    # --- the whole

    def _whole(self, wanted: dict[str, Any], told: list[Told]) -> tuple[bytes | None, list[Difference]]:
        """The file, or why there is none."""
        events = [t.raw for t in told]
        data = {**self._said(self.ours), **wanted, **({"events": events} if events else {})}
        record, why = self._valid(data)
        if record is None:
            data = {**self._said(self.theirs), **wanted, **({"events": events} if events else {})}
            record, _why = self._valid(data)
        if record is not None and events:
            state, faults = self.kind.life.replay(record, record.events)
            if faults:
                return None, self._do_not_follow(faults[0], told)
            for name, value in self.kind.life.fields(state, record).items():
                alias = shapes(self.kind.model)[name].alias
                data[alias] = self._folded(name, alias, value)
            data = {name: value for name, value in data.items() if value is not None}
            record, why = self._valid(data)
            why = why or [what for _where, what, _hint in life(record)]
        if record is None or (events and why):
            return None, [Difference(say("together they are no good record: {what}", what=what)) for what in why]
        return self._written(data, record, told), []

    def _said(self, side: Read) -> dict[str, Any]:
        """What the events of one side come to, until it is known what those of both do."""
        names = {"status", *self.kind.life.folded}
        return {n: v for n, v in side.data.items() if n in names and (side.told or self.ours.told or self.theirs.told)}

    def _folded(self, name: str, alias: str, value: Any) -> Any:
        """What events come to, as one of the sides has written it if one has."""
        if value in (None, ()):
            return None
        for side in (self.ours, self.theirs):
            if getattr(side.record, name) == value:
                return side.data.get(alias)
        return _as_text(alias, value)

    def _valid(self, data: Mapping[str, Any]) -> tuple[Any, list[Text]]:
        try:
            return self.kind.model.model_validate(data), []
        except ValidationError as error:
            return None, [what for _where, what, _hint in described(error, self.kind.model)]

    def _written(self, data: dict[str, Any], record: Any, told: list[Told]) -> bytes:
        """The text: woven from both, else written anew. What it says is what is wanted, or it is not used."""
        versions = (Version(self.ours.data, self.ours.pieces), Version(self.theirs.data, self.theirs.pieces))
        names = [its.alias for its in shapes(self.kind.model).values()]
        origins = [(t.side, t.number) for t in told]
        woven = weave(data, origins, versions, Version(self.base.data, self.base.pieces), names)
        if woven is not None:
            found, problems = yamlfile.read(woven.encode(), "")
            if not problems and found is not None and _listed(self.kind, found) == data:
                return woven.replace("\n", self.ours.newline).encode()
        return yamlfile.dump(record.plain()).encode()

    # --- what a person decides

    def _do_not_follow(self, fault: Fault, told: list[Told]) -> list[Difference]:
        """Why the events of both cannot have happened one after the other, and what each side wrote down."""
        mine, other = (in_one([self._line(t.event) for t in self._new(s)]) for s in (self.ours, self.theirs))
        what = say("{what} [{rule}]", what=fault.what, rule=fault.rule) if fault.rule else fault.what
        return [Difference(say("{event}: {what}", event=self._line(told[fault.index].event), what=what), mine, other)]

    def _new(self, side: Read) -> list[Told]:
        """The events of one side that were not there before."""
        known = {t.key for t in self.base.told}
        return [t for t in side.told if t.key not in known]

    def _line(self, event: Event) -> Text:
        """An event in words."""
        word = self.kind.life.events.word(event.event)
        return Text("{at} {what} {by}", {"at": event.at, "what": word, "by": Person(event.by)})

    def _kept(self) -> Merged:
        """The record of the side that is kept, with what the other did as notes."""
        chosen = self._forgot() or (self.ours if self.keep == "ours" else self.theirs)
        other = self.theirs if chosen is self.ours else self.ours
        if not chosen.told or "noted" not in self.kind.life.steps:
            return Merged(self._written(dict(chosen.data), chosen.record, list(chosen.told)))
        told = list(chosen.told)
        known = {t.key for t in chosen.told}
        notes = [self._noted(one.event) for one in self._new(other) if one.key not in known]
        changed = self._noted_fields(chosen, other)
        for noted in [*notes, *changed]:
            placed = self._placed(chosen, told, noted)
            if placed is None:
                return Merged(differences=(Difference(say("it cannot be noted here: {what}", what=noted["text"])),))
            told = placed
        data = {**chosen.data, "events": [t.raw for t in told]}
        record, why = self._valid(data)
        if record is None:
            return Merged(differences=tuple(Difference(what) for what in why))
        return Merged(self._written(dict(data), record, told))

    def _noted_fields(self, chosen: Read, other: Read) -> Iterator[dict[str, Any]]:
        """A note of what else the other desk changed; of what is personal only that it did."""
        said = []
        for name, its in shapes(self.kind.model).items():
            value = other.data.get(its.alias)
            if name in ("events", "status", "key", *self.kind.life.folded) or value in (
                chosen.data.get(its.alias),
                self.base.data.get(its.alias),
            ):
                continue
            hidden = its.private or name == "sealed" or its.model is not None
            said.append(its.alias if hidden else f"{its.alias}: {words(in_words(value))}")
        if said:
            last = max((*chosen.told, *other.told), key=lambda one: one.event.at).event
            text = words(say("at the other desk: {event}", event="; ".join(said)))
            by = (other.told or chosen.told)[-1].event.by
            yield {"by": by, "event": "noted", "text": text[:4000], "at": last.at}

    def _noted(self, event: Event) -> dict[str, Any]:
        """A note of what the other desk did, in the words of the desk that decides."""
        said = [
            f"{words(Text(its.title))}: {words(in_words(value, its))}"
            for name, its in shapes(type(event)).items()
            if name not in ("at", "by", "event") and not its.private
            if (value := getattr(event, name)) not in (None, ())
        ]
        text = words(say("at the other desk: {event}", event=self._line(event)))
        return {"by": event.by, "event": "noted", "text": "; ".join([text, *said])[:4000], "at": event.at}

    def _placed(self, chosen: Read, told: list[Told], noted: dict[str, Any]) -> list[Told] | None:
        """The events with a note among them: at its time, or else as late as it may stand."""
        its_place = sum(one.event.at <= noted["at"] for one in told)
        for number in (its_place, *range(len(told), 0, -1)):
            if number == 0:
                continue
            at = max(told[number - 1].event.at, noted["at"])
            at = min(at, told[number].event.at) if number < len(told) else at
            event = self.kind.event.model_validate({**noted, "at": at})
            raw = _as_text("events", [event.plain()])[0]
            tried = [*told[:number], Told(event, raw, -1, 0, _key(event)), *told[number:]]
            if not self.kind.life.replay(chosen.record, [t.event for t in tried])[1]:
                return tried
        return None


def three_way(base: Any, ours: Any, theirs: Any) -> tuple[Any, bool]:
    """What two sides make of a value together, and whether they agree. Lists are sets with an order; of fields within
    a field each is compared by itself. None: it is not there."""
    if ours == theirs or theirs == base:
        return ours, True
    if ours == base:
        return theirs, True
    if all(isinstance(value, list) for value in (ours, theirs)) and isinstance(base, list | None):
        was = base or []
        kept = [one for one in ours if one in theirs or one not in was]
        return [*kept, *(one for one in theirs if one not in was and one not in kept)] or None, True
    if all(isinstance(value, dict) for value in (base, ours, theirs)):
        found = {n: three_way(base.get(n), ours.get(n), theirs.get(n)) for n in dict.fromkeys((*ours, *theirs))}
        whole = {name: value for name, (value, _agreed) in found.items() if value is not None}
        return whole or None, all(agreed for _value, agreed in found.values())
    return None, False


def _three_ways(base: Counter[str], ours: Counter[str], theirs: Counter[str]) -> Counter[str]:
    """How often each event stands in the record of both."""
    found: Counter[str] = Counter()
    for key in {*base, *ours, *theirs}:
        b, o, t = base[key], ours[key], theirs[key]
        found[key] = t if o == b else o if t in (b, o) else max(o, t)
    return found


def _chosen(told: list[Told], wanted: Counter[str]) -> list[Told]:
    """As many of each event as are wanted, in the order of time."""
    left = Counter(wanted)
    found = []
    for one in told:
        if left[one.key] > 0:
            left[one.key] -= 1
            found.append(one)
    return sorted(found, key=lambda one: one.event.at)


def _opened_twice(ours: Told, theirs: Told) -> bool:
    """Whether two first events say the same: both desks opened a file that had no events, or wrote down the same."""
    said = [{n: v for n, v in one.event.plain().items() if n not in ("at", "by")} for one in (ours, theirs)]
    return said[0] == said[1] and ours.key != theirs.key


def _as_text(name: str, value: Any) -> Any:
    """A value as reading the file gives it: every scalar a text."""
    plain = [_plain(one) for one in value] if isinstance(value, list | tuple) else _plain(value)
    data, _problems = yamlfile.read(yamlfile.dump({name: plain}).encode(), "")
    assert data is not None
    return data[name]


def _plain(value: Any) -> Any:
    return value.plain() if isinstance(value, Model) else value
