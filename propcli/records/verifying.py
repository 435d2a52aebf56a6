"""Whether the history is what commands made of it: each commit is held against what it says and all before it.

A pure function of the commits: what git is asked for stands in `store.past`. Every commit is looked at once, in an
order in which parents come first; `Ledger` is what has to be known of those before it, and can be put away and taken
up."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from propcli.engine.text import Text, say
from propcli.kinds.catalog import STAFF, Kind
from propcli.records.checking import IMPORTER
from propcli.records.claims import Claim, claim
from propcli.records.comparing import (
    FOLDERS,
    Data,
    difference,
    events_of,
    key,
    listed,
    placed,
    renamed,
    sealed_in,
    told,
    word,
)
from propcli.records.merges import merged
from propcli.records.retold import another, field_told, moment, rewritten
from propcli.records.standing import Finding, explained, life_faults, said_at
from propcli.store import yamlfile
from propcli.store.estate import SINGLE
from propcli.store.past import OUTSIDE, Change, Deed

SLACK = timedelta(minutes=10)  # by which clocks of two machines, or two looks at one, may differ
NAMES = {"policy": "policy.yaml", "calendar": "calendar.yaml", "settings": "propcli.yaml", "estate": "propcli.yaml"}
SIGNED_BY_PROGRAM = ("step", "edited", "revealed")
# told as wrong even where a commit says that it is a hand edit
NEVER = frozenset({"forget_reverted", "sealed_copied", "stray", "record_copied"})
KEPT = 20_000  # versions of records read
Found = tuple[str, str, Text]  # code, record or path, what


@dataclass
class Ledger:
    """What is known of the commits so far. `gone`: files of records that were deleted, and what they last said;
    `holders`: whose each sealed part and key is; `signed`: whether signatures are demanded; `checked`: how many commits
    were looked at, `looks` how many of them put a look at personal data on record."""

    staff: set[str] = field(default_factory=set)
    left: dict[str, str] = field(default_factory=dict)  # member of staff: the last day
    gone: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    signed: bool = False
    checked: int = 0
    looks: int = 0


@dataclass
class Verifier:
    """Looks at commits one by one. `blob`: what a file said, by its id; `now`: the real time; `clock`: whether the
    times of events are of the same clock as those of commits (not so in a rehearsal)."""

    blob: Callable[[str], bytes | None]
    now: datetime
    ledger: Ledger = field(default_factory=Ledger)
    clock: bool = True
    _read: dict[str, Data | None] = field(default_factory=dict)

    def look(self, deed: Deed) -> list[Finding]:
        """Everything there is to say of one commit."""
        said = claim(deed.message)
        self.ledger.checked += 1
        if not self._ours(deed):
            return []
        if deed.parents and all(parent.at is None for parent in deed.parents):
            self._learn(deed.changes[0])  # where a clone is cut off everything seems new
            return []
        found = [*self._dates(deed, said)]
        if len(deed.parents) > 1:
            found += merged(self, deed, said)
        else:
            changes = deed.changes[0]
            self._learn(changes)
            if said.nature == "revealed":
                found += self._look_on_record(changes, said)
            else:
                found += self._records(deed, said, changes)
        found = _together(found)
        alarms = said.nature in ("step", "revealed") or len(deed.parents) > 1
        return [self._finding(deed, said, alarms, *one) for one in found]

    def _finding(self, deed: Deed, said: Claim, alarms: bool, code: str, record: str, what: Text) -> Finding:
        told = code.startswith("told_")
        grave = not told and (alarms or code in NEVER or code in ABOUT_COMMITS or said.nature == "other")
        path = record if record in SINGLE else str(STAFF.path(record)) if STAFF.is_id(record) else ""
        judged = "rules" in code or code == "field_changed"
        rules = next(((c.old, c.new) for c in deed.changes[0] if judged and c.path == path), ("", ""))
        return Finding(code, deed.id, deed.author.at, record, what, grave, rules)

    def _ours(self, deed: Deed) -> bool:
        """Whether a commit is about this estate and not only about something else in the repository."""
        all_ = [change for changes in deed.changes for change in changes]
        return not all_ or any(not change.path.startswith(OUTSIDE) for change in all_)

    # --- the commit itself

    def _dates(self, deed: Deed, said: Claim) -> Iterator[Found]:
        author, committer = deed.author, deed.committer
        if said.nature in SIGNED_BY_PROGRAM and len(deed.parents) < 2:
            if abs(committer.at - author.at) > SLACK:
                what = say(
                    "written anew after it was made: made {made}, this commit {at}", made=author.at, at=committer.at
                )
                yield "rewritten", "", what
            if author.who != committer.who:
                what = say("made by {author}, but committed by {other}", author=author.who, other=committer.who)
                yield "author_other", "", what
        before = max((p.at for p in deed.parents if p.at is not None), default=None)
        if before is not None and committer.at < before - SLACK:
            yield "clock_back", "", say("dated before the commit it follows ({at})", at=before)
        if committer.at > self.now + SLACK:
            yield "ahead_of_now", "", say("dated in the future")

    def _look_on_record(self, changes: Sequence[Change], said: Claim) -> Iterator[Found]:
        self.ledger.looks += 1
        if changes:
            what = say("says that somebody looked, and changes {path}", path=changes[0].path)
            yield "reveal_changes", "", what
        if said.by not in self.ledger.staff:
            yield "by_unknown", "", say("signed by {who}, who is not on the staff", who=said.by or "-")

    # --- records

    def _records(self, deed: Deed, said: Claim, changes: Sequence[Change]) -> Iterator[Found]:
        """What a commit with one parent did to files, against what it says it did."""
        seen: set[str] = set()
        signers: list[str] = []
        if said.renumbered:
            yield from self._renumbered(deed, said, changes)
            return
        for change in changes:
            kind, record_id = placed(change.path)
            if kind is None:
                yield from self._other_file(change, said, seen)
                continue
            seen.add(record_id)
            if not change.new:
                yield from self._deleted(change, record_id)
                continue
            new = self.data(change)
            if new is None:
                yield from self.unreadable(change, record_id)
                continue
            old = self.old(change)
            if old is None:
                yield from self._added(deed, said, change, kind, record_id, new)
            else:
                yield from self._changed(deed, said, changes, kind, record_id, old, new)
            signers += [str(e.get("by")) for e in difference(old or {}, new).appended]
        if said.nature == "step":
            yield from self._as_said(said, seen, signers)
        elif said.nature == "edited":
            missing = {NAMES.get(r, r) for r in said.records} ^ seen
            for record in sorted(missing):
                yield "record_unclaimed", record, say("changed, but the commit says otherwise")

    def _renumbered(self, deed: Deed, said: Claim, changes: Sequence[Change]) -> Iterator[Found]:
        """Records that have other ids now are what they were, but for the ids, everywhere, and a note of it."""
        before = {placed(change.path)[1]: self.old(change) for change in changes if change.old}
        seen = set()
        for change in changes:
            kind, record_id = placed(change.path)
            if kind is None:
                yield "record_unclaimed", change.path, say("changed by a commit that says nothing of it")
                continue
            if not change.new:
                if record_id not in said.renumbered:
                    yield from self._deleted(change, record_id)
                continue
            seen.add(record_id)
            was = next((old for old, new in said.renumbered.items() if new == record_id), record_id)
            old, new = before.get(was), self.data(change)
            if old is None or new is None:
                yield "record_bad", record_id, say("cannot be read as a record")
                continue
            for part in [p for p, holder in self.ledger.holders.items() if holder == was != record_id]:
                self.ledger.holders[part] = record_id
            if record_id not in said.records:
                yield "record_unclaimed", record_id, say("changed by a commit that says nothing of it")
            found = difference(renamed(old, said.renumbered), new)
            yield from rewritten(kind, record_id, found)
            for name in found.fields:
                yield "field_changed", record_id, field_told(kind, name, renamed(old, said.renumbered), new)
            if [e.get("event") for e in found.appended] not in ([], ["noted"]):
                yield "event_unclaimed", record_id, say("changed otherwise than the commit says")
        yield from self._as_said(said, seen, [])

    def _as_said(self, said: Claim, seen: set[str], signers: list[str]) -> Iterator[Found]:
        """Which records a command says it changed, and who it says did."""
        if said.whole:
            for record_id in said.records.keys() - seen - said.renumbered.keys():
                yield "record_missing", record_id, say("said to be changed, but it is not")
        elif said.count != len(seen):
            yield "record_missing", "", say("said to change {n} records, changes {m}", n=said.count, m=len(seen))
        if said.by != IMPORTER and said.by not in self.ledger.staff:
            yield "by_unknown", "", say("signed by {who}, who is not on the staff", who=said.by or "-")
        elif signers and said.by not in signers and set(signers) != {IMPORTER}:
            what = say("signed by {who}, but what happened was signed by {others}", who=said.by, others=listed(signers))
            yield "by_other", "", what

    def _other_file(self, change: Change, said: Claim, seen: set[str]) -> Iterator[Found]:
        """A file that is no record in its place: rules, or something that has no business there."""
        path = change.path
        if path in SINGLE:
            seen.add(path)
            if path == "propcli.yaml":
                yield from self._settings(change)
            if said.nature == "step":
                yield "rules_hidden", path, say("changed by a commit that says nothing of it")
            elif change.old:
                yield "told_rules", path, self._rules(change)
            return
        inside = path.split("/", 1)[0] in FOLDERS
        if inside and change.new and (path.endswith((".yaml", ".yml", ".new")) or not change.mode.startswith("100")):
            yield "stray", path, say("a file where no record belongs")
        elif said.nature in ("step", "edited"):
            seen.add(path)
            yield "record_unclaimed", path, say("changed by a commit that says nothing of it")

    def _settings(self, change: Change) -> Iterator[Found]:
        data = self.data(change) or {}
        demanded = data.get("signatures") == "demanded"
        if self.ledger.signed and not demanded:
            yield "signing_off", change.path, say("signatures are demanded no more")
        self.ledger.signed = demanded

    def _rules(self, change: Change) -> Text:
        if not change.new:
            return say("deleted")
        old = self.old(change)
        return said_at(old, self.data(change) or {}) if old is not None else say("put there")

    def _deleted(self, change: Change, record_id: str) -> Iterator[Found]:
        self.ledger.gone[change.path] = change.old
        yield "record_deleted", record_id, say("deleted")

    def _added(self, deed: Deed, said: Claim, change: Change, kind: Kind, record_id: str, new: Data) -> Iterator[Found]:
        events = events_of(new)
        before = self.ledger.gone.pop(change.path, None)
        if before == change.new:
            yield "told_back", record_id, say("brought back as it was")
            return
        if before is not None:
            yield "record_again", record_id, say("its id was another record's, which was deleted")
        yield from self.own_id(record_id, new)
        if said.nature != "step":
            yield "told_added", record_id, say("put there by hand")
        yield from self.sealed(record_id, None, new)
        yield from self._appended(deed, said, kind, record_id, events)
        if said.nature == "step":
            yield from life_faults(kind, record_id, new, 0)

    def _changed(
        self, deed: Deed, said: Claim, changes: Sequence[Change], kind: Kind, record_id: str, old: Data, new: Data
    ) -> Iterator[Found]:
        found = difference(old, new)
        yield from self.own_id(record_id, new)
        if another(old, new):
            yield "record_replaced", record_id, self._by_what(changes, record_id, new)
            return
        yield from rewritten(kind, record_id, found)
        yield from self.forgotten(record_id, old, new)
        yield from self.sealed(record_id, old, new)
        free = kind is STAFF and not events_of(new)
        names = explained(kind, found, old, new) if said.nature == "step" else found.fields
        for name in names:
            code = "told_rules" if free and said.nature != "step" else "field_changed"
            yield code, record_id, field_told(kind, name, old, new)
        yield from self._appended(deed, said, kind, record_id, found.appended)
        if said.nature == "step":
            yield from life_faults(kind, record_id, new, len(events_of(new)) - len(found.appended))

    def _appended(self, deed: Deed, said: Claim, kind: Kind, record_id: str, events: Sequence[Data]) -> Iterator[Found]:
        """Events at the end: said by the commit, by somebody of the staff, none of a time that had not come."""
        names = [str(event.get("event")) for event in events]
        if said.nature == "step" and said.whole and names != said.records.get(record_id):
            claimed = said.records.get(record_id)
            if claimed is None:
                yield "record_unclaimed", record_id, say("changed by a commit that says nothing of it")
            else:
                what = say("says {claimed}, adds {names}", claimed=listed(claimed), names=listed(names))
                yield "event_unclaimed", record_id, what
        elif said.nature not in ("step", "edited") and events and not self._is_new(deed, record_id):
            yield "event_added", record_id, say("{events} added by no command", events=told(kind, events))
        for event in events:
            yield from self.event(deed, kind, record_id, event)

    def event(self, deed: Deed, kind: Kind, record_id: str, event: Data) -> Iterator[Found]:
        name, by = word(kind, event), str(event.get("by"))
        at = moment(event.get("at"))
        if self.clock and at is not None and at > deed.author.at + SLACK:
            yield "event_ahead", record_id, say("{event} is dated {at}, after its commit", event=name, at=at)
        if by != IMPORTER and by not in self.ledger.staff:
            yield (
                "by_unknown",
                record_id,
                say("{event} is signed by {who}, who is not on the staff", event=name, who=by),
            )
        last = self.ledger.left.get(by)
        if last and at is not None and f"{at:%Y-%m-%d}" > last:
            what = say("{event} is signed by {who}, who worked here until {day}", event=name, who=by, day=last)
            yield "by_left", record_id, what

    def _is_new(self, deed: Deed, record_id: str) -> bool:
        return any(placed(c.path)[1] == record_id and not c.old for c in deed.changes[0])

    # --- what holds for records whoever changes them

    def own_id(self, record_id: str, new: Data) -> Iterator[Found]:
        if new.get("id") != record_id:
            yield "record_swapped", record_id, say("says that it is {id}", id=str(new.get("id")))

    def _by_what(self, changes: Sequence[Change], record_id: str, new: Data) -> Text:
        """Whose words they are that stand in a record's place now."""
        mine = [key(event) for event in events_of(new)]
        for change in changes:
            _kind, other = placed(change.path)
            old = self.old(change)
            if other != record_id and old is not None and [key(e) for e in events_of(old)] == mine:
                return say("replaced by what {other} was", other=other)
        return say("replaced by another record")

    def forgotten(self, record_id: str, old: Data, new: Data) -> Iterator[Found]:
        """Who was forgotten stays so."""
        was = record_id in self.ledger.forgotten or any(e.get("event") == "forgotten" for e in events_of(old))
        if not was:
            if any(event.get("event") == "forgotten" for event in events_of(new)):
                self.ledger.forgotten.add(record_id)
            return
        self.ledger.forgotten.add(record_id)
        back = [name for name in ("name", "phones", "plates", "born", "sealed") if name in new and name not in old]
        if new.get("status") != "forgotten" or back:
            yield "forget_reverted", record_id, say("was forgotten, and is there again")

    def sealed(self, record_id: str, old: Data | None, new: Data) -> Iterator[Found]:
        """What is sealed for one record stands in no other."""
        holders = self.ledger.holders
        mine = {part[-60:] for part in sealed_in(new)}
        for part in {part[-60:] for part in sealed_in(old or {})} - mine:
            if holders.get(part) == record_id and not part.startswith("age1"):
                del holders[part]
        for part in mine:
            other = holders.setdefault(part, record_id)
            if other != record_id:
                yield "sealed_copied", record_id, say("has what is sealed for {other}", other=other)
                return

    # --- reading

    def unreadable(self, change: Change, record_id: str) -> Iterator[Found]:
        if not change.mode.startswith("100"):
            yield "stray", record_id, say("is no plain file any more")
        elif self.blob(change.new) is None:
            yield "object_spoilt", record_id, say("what git keeps of it is lost or not what its id says")
        else:
            yield "record_bad", record_id, say("cannot be read as a record")

    def _learn(self, changes: Iterable[Change]) -> None:
        """Who is on the staff, for what follows and for this very commit."""
        for change in changes:
            kind, record_id = placed(change.path)
            if kind is STAFF:
                self.ledger.staff.add(record_id)
                last = (self.data(change) or {}).get("left")
                if isinstance(last, str):
                    self.ledger.left[record_id] = last
                else:
                    self.ledger.left.pop(record_id, None)

    def data(self, change: Change) -> Data | None:
        """What a file says after a commit; None where that is no record."""
        return self._version(change.new, change.mode)

    def old(self, change: Change) -> Data | None:
        return self._version(change.old, change.old_mode)

    def _version(self, blob: str, mode: str) -> Data | None:
        if not blob or not mode.startswith("100"):
            return None
        if blob not in self._read:
            if len(self._read) >= KEPT:
                for old in [*self._read][: KEPT // 2]:
                    del self._read[old]
            raw = self.blob(blob)
            data, problems = yamlfile.read(raw, "") if raw is not None else (None, [])
            self._read[blob] = None if problems else data
        return self._read[blob]


ABOUT_COMMITS = frozenset(
    "rewritten author_other clock_back ahead_of_now reveal_changes record_unclaimed signing_off object_spoilt".split()
)


def _together(found: Sequence[Found]) -> list[Found]:
    """What was put there by hand as one thing to say: an estate often begins with many records."""
    added = [record for code, record, _what in found if code == "told_added"]
    if len(added) < 2:
        return [*found]
    some = ", ".join(added[:5]) + (" …" if len(added) > 5 else "")
    whole = ("told_added", "", say("{n} records put there by hand: {some}", n=len(added), some=some))
    return [whole, *(one for one in found if one[0] != "told_added")]
