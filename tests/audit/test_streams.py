"""What is said of commits that nobody made: the rules of the verification in memory, boundary by boundary."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from propcli.records.claims import claim
from propcli.records.verifying import Verifier
from propcli.store import yamlfile
from propcli.store.past import Change, Deed, Parent, Signature
from tests.kinds.samples import SAMPLES

BEGIN = datetime.fromisoformat("2026-10-14T10:00:00+08:00")
SECOND = timedelta(seconds=1)
T, R = "T-20261013-001", "R-00007"
TICKET, RESIDENT = f"tickets/2026/10/{T}.yaml", f"residents/{R}.yaml"


def note(text: str, at: datetime = BEGIN, by: str = "zhou.min") -> dict[str, object]:
    return {"at": at.isoformat(), "by": by, "event": "noted", "text": text}


def record(kind: str, *more: dict[str, object], **fields: object) -> dict[str, object]:
    sample = SAMPLES[kind]
    return {**sample, **fields, "events": [*sample["events"], *more]}


class Stream:
    """Commits in memory, each on another, and whoever looks at them."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.looker = Verifier(self.blobs.__getitem__, BEGIN + timedelta(days=99))
        self.number = 0
        self.commit("Staff", {"staff/zhou.min.yaml": {"id": "zhou.min", "name": "周敏"}})
        self.commit("Begin", {TICKET: record("ticket"), RESIDENT: record("resident")})

    def put(self, content: object) -> str:
        if content is None:
            return ""
        raw = yamlfile.dump(content).encode()  # type: ignore[arg-type]
        blob = f"{hash(raw):x}"
        self.blobs[blob] = raw
        return blob

    def changes(self, before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
        return tuple(
            Change(path, "100644" if before.get(path) else "000000", "100644" if after[path] else "000000",
                   self.put(before.get(path)), self.put(after[path]))
            for path in after
            if before.get(path) != after[path]
        )  # fmt: skip

    def commit(
        self,
        message: str,
        after: Mapping[str, object],
        before: Mapping[str, object] | None = None,
        *,
        made: datetime = BEGIN,
        at: datetime | None = None,
        parent: datetime = BEGIN,
        others: tuple[Mapping[str, object], ...] = (),
        author: str = "Desk",
    ) -> set[str]:
        """The codes of what is said of a commit; `others`: what its further parents had."""
        self.number += 1
        sides = [before or {}, *others]
        deed = Deed(
            f"{self.number:040x}",
            tuple(Parent(f"{n:040x}", parent) for n in range(len(sides))),
            Signature(author, "desk@example.invalid", made),
            Signature("Desk", "desk@example.invalid", at or made),
            message,
            False,
            tuple(self.changes(side, after) for side in sides),
        )
        return {finding.code for finding in self.looker.look(deed)}


@pytest.fixture
def stream() -> Stream:
    return Stream()


def said(*lines: str, by: str = "zhou.min") -> str:
    return "\n".join(["subject", "", *lines, f"By: {by}", ""])


NOTED = said(f"Record: {T}", "Event: noted")
BEFORE, AFTER = {TICKET: record("ticket")}, {TICKET: record("ticket", note("x"))}


# --- what a commit says


def test_only_what_ends_a_message_is_a_trailer() -> None:
    """Who can write a summary cannot sign for somebody else with it."""
    found = claim("T noted: By: chen.jing\n\nBy: chen.jing\nand more\n\nRecord: T\nEvent: noted\nBy: zhou.min\n")
    assert (found.by, found.records, found.nature) == ("zhou.min", {"T": ["noted"]}, "step")
    assert claim("By: chen.jing").nature == "other"
    assert claim(NOTED + "Signed-off-by: x <y>\n").by == "zhou.min"


def test_what_a_commit_is_by_its_own_word() -> None:
    edited = said(f"Record: {T}", "Event: edited", by="-")
    for message, nature in (
        ("Edited by hand", "hand"),
        ("Edited by hand: T-1, T-2\n\n" + edited.split("\n\n")[1], "hand"),
        (edited, "edited"),
        ("revealed: x\n\nEvent: revealed\nCommand: x\nBy: zhou.min\n", "revealed"),
        ("Import 3 tickets\n\nRecords: 3\nBy: import\n", "step"),
        ("wip", "other"),
    ):
        assert claim(message).nature == nature, message


# --- when


@pytest.mark.parametrize(
    ("ahead", "codes"), [(timedelta(minutes=10), set()), (timedelta(minutes=10) + SECOND, {"event_ahead"})]
)
def test_an_event_is_not_later_than_its_commit(stream: Stream, ahead: timedelta, codes: set[str]) -> None:
    """Ten minutes are for two looks at a clock."""
    assert stream.commit(NOTED, {TICKET: record("ticket", note("x", BEGIN + ahead))}, BEFORE) == codes


@pytest.mark.parametrize(("seconds", "codes"), [(600, set()), (601, {"rewritten"}), (-601, {"rewritten"})])
def test_a_commit_is_made_when_it_is_written(stream: Stream, seconds: int, codes: set[str]) -> None:
    at = BEGIN + timedelta(seconds=seconds)
    assert stream.commit(NOTED, AFTER, BEFORE, at=at, parent=BEGIN - timedelta(days=1)) == codes
    assert stream.commit("Edited by hand", AFTER, AFTER, at=at, parent=BEGIN - timedelta(days=1)) == set()


@pytest.mark.parametrize(("seconds", "codes"), [(600, set()), (601, {"clock_back"})])
def test_a_commit_is_not_before_the_one_it_follows(stream: Stream, seconds: int, codes: set[str]) -> None:
    assert stream.commit(NOTED, AFTER, BEFORE, parent=BEGIN + timedelta(seconds=seconds)) == codes


def test_nothing_is_of_the_future(stream: Stream) -> None:
    far = stream.looker.now + timedelta(minutes=10)
    assert stream.commit(NOTED, AFTER, BEFORE, made=far) == set()
    assert stream.commit(NOTED, AFTER, BEFORE, made=far + SECOND) == {"ahead_of_now"}


def test_recorded_later_than_it_happened_is_honest(stream: Stream) -> None:
    """`--at` says when it happened; nothing of the record may be later."""
    early = datetime.fromisoformat("2026-10-13T09:00:01+08:00")
    assert stream.commit(NOTED, {TICKET: record("ticket", note("x", early))}, BEFORE) == set()
    early -= timedelta(seconds=2)
    assert stream.commit(NOTED, {TICKET: record("ticket", note("x", early))}, BEFORE) == {"event_impossible"}


# --- who


def test_who_signs_is_on_the_staff_and_did_something(stream: Stream) -> None:
    assert stream.commit(said(f"Record: {T}", "Event: noted", by="li.si"), AFTER, BEFORE) == {"by_unknown"}
    stream.commit("Staff", {"staff/li.si.yaml": {"id": "li.si", "name": "李四", "left": "2026-10-14"}})
    assert stream.commit(said(f"Record: {T}", "Event: noted", by="li.si"), AFTER, BEFORE) == {"by_other"}
    for day, codes in ((0, set()), (1, {"by_left"})):
        at = BEGIN + timedelta(days=day)
        after = {TICKET: record("ticket", note("x", at, "li.si"))}
        assert stream.commit(said(f"Record: {T}", "Event: noted", by="li.si"), after, BEFORE, made=at) == codes
    assert stream.commit(NOTED, AFTER, BEFORE, author="Somebody") == {"author_other"}


# --- fields


def test_personal_fields_change_with_the_event_that_names_them(stream: Stream) -> None:
    before = {RESIDENT: record("resident")}
    event = {"at": BEGIN.isoformat(), "by": "zhou.min", "event": "changed", "fields": ["phones"]}
    message = said(f"Record: {R}", "Event: changed")
    assert stream.commit(message, {RESIDENT: record("resident", event, phones=["13912345679"])}, before) == set()
    assert stream.commit(message, {RESIDENT: record("resident", event, name="某人")}, before) == {"field_changed"}


def test_an_estate_that_seals_names_takes_callers_away(stream: Stream) -> None:
    """Without an event; but not to somebody else than before."""
    after = {k: v for k, v in record("ticket", resident=R).items() if k != "caller"}
    message = said(f"Record: {T}")
    assert stream.commit(message, {TICKET: after}, BEFORE) == set()
    assert stream.commit(message, {TICKET: {**after, "resident": "R-00008"}}, {TICKET: after}) == {"field_changed"}


def test_what_is_laid_out_otherwise_says_the_same(stream: Stream) -> None:
    whole = record("ticket", note("x"))
    turned = dict(reversed([*whole.items()]))
    assert stream.commit(NOTED, {TICKET: turned}, BEFORE) == set()


# --- another number


NEW = "T-20261013-002"
NEW_TICKET = f"tickets/2026/10/{NEW}.yaml"
RENUMBERED = said(f"Renumbered: {T} {NEW}", f"Record: {NEW}")


def test_a_record_gets_another_number(stream: Stream) -> None:
    """And says so in a note; what points to it follows."""
    linked = {"at": BEGIN.isoformat(), "by": "zhou.min", "event": "linked", "other": T}
    other = "tickets/2026/10/T-20261013-003.yaml"
    pointing = record("ticket", linked, id="T-20261013-003")
    after = record("ticket", linked | {"other": NEW}, id="T-20261013-003")
    moved = {TICKET: None, NEW_TICKET: record("ticket", note("this was 001"), id=NEW)}
    message = said(f"Renumbered: {T} {NEW}", f"Record: {NEW}", "Record: T-20261013-003")
    assert stream.commit(message, {**moved, other: after}, {**BEFORE, other: pointing}) == set()
    assert stream.commit(RENUMBERED, {**moved, other: after}, {**BEFORE, other: pointing}) == {"record_unclaimed"}


def test_nothing_else_changes_with_its_number(stream: Stream) -> None:
    for whole, code in (
        (record("ticket", id=NEW, summary="别的"), "field_changed"),
        (record("ticket", note("x"), note("y"), id=NEW), "event_unclaimed"),
        ({**record("ticket", id=NEW), "events": [{**SAMPLES["ticket"]["events"][0], "by": "li.si"}]}, "event_changed"),
    ):
        assert stream.commit(RENUMBERED, {TICKET: None, NEW_TICKET: whole}, BEFORE) == {code}


# --- merges


MERGE = "Merge branch 'main'"
OURS, THEIRS = note("ours", BEGIN + SECOND), note("theirs", BEGIN + 2 * SECOND)


def merged(stream: Stream, result: object, ours: object, theirs: object, message: str = MERGE) -> set[str]:
    return stream.commit(message, {TICKET: result}, {TICKET: ours}, others=({TICKET: theirs},))


def test_a_merge_has_the_events_of_both_sides(stream: Stream) -> None:
    ours, theirs = record("ticket", OURS), record("ticket", THEIRS)
    assert merged(stream, record("ticket", OURS, THEIRS), ours, theirs) == set()
    assert merged(stream, ours, ours, theirs) == {"merge_lost"}
    assert merged(stream, record("ticket", OURS, THEIRS, note("more")), ours, theirs) >= {"merge_added"}
    changed = record("ticket", OURS, THEIRS | {"text": "other"})
    assert merged(stream, changed, ours, theirs) == {"merge_lost", "merge_added"}


def test_where_somebody_decided_the_other_side_stands_as_a_note(stream: Stream) -> None:
    """In the name of whoever did it there: told apart, no alarm."""
    step = {"at": OURS["at"], "by": "zhou.min", "event": "escalated", "to": "manager", "reason": "x"}
    ours, theirs = record("ticket", OURS), record("ticket", step)
    told = note("at the other desk: escalated", BEGIN + SECOND)
    assert merged(stream, record("ticket", OURS, told), ours, theirs) == {"told_settled"}
    assert merged(stream, record("ticket", OURS, told | {"by": "li.si"}), ours, theirs) >= {"merge_lost", "merge_added"}


def test_fields_of_a_merge_are_those_of_a_side(stream: Stream) -> None:
    ours, theirs = record("ticket", OURS, summary="一"), record("ticket", THEIRS, summary="二")
    both = (OURS, THEIRS)
    assert merged(stream, record("ticket", *both, summary="二"), ours, theirs) == set()
    assert merged(stream, record("ticket", *both, summary="三"), ours, theirs) == {"told_settled"}
    same = record("ticket", THEIRS, summary="一")
    assert merged(stream, record("ticket", *both, summary="三"), ours, same) == {"merge_field"}


def test_two_new_records_under_one_number_become_two(stream: Stream) -> None:
    """Ours gets another number in the merge itself."""
    ours, theirs = record("ticket", OURS, summary="一"), record("ticket", THEIRS, summary="二")
    after = {TICKET: theirs, NEW_TICKET: record("ticket", OURS, note("was 001", BEGIN + SECOND), id=NEW, summary="一")}
    message = f"{MERGE}\n\nRenumbered: {T} {NEW}\nRecord: {NEW}\nBy: zhou.min\n"
    assert stream.commit(message, after, {TICKET: ours}, others=({TICKET: theirs},)) == set()
    assert "merge_lost" in stream.commit(MERGE, {TICKET: theirs}, {TICKET: ours}, others=({TICKET: theirs},))


def test_a_record_that_both_wrote_down_begins_once(stream: Stream) -> None:
    """The earlier beginning stands for both, if it says the same."""
    later = {**SAMPLES["ticket"]["events"][0], "at": (BEGIN - SECOND).isoformat(), "by": "lin.yue"}
    ours, theirs = record("ticket", OURS), {**record("ticket"), "events": [later, THEIRS]}
    assert merged(stream, record("ticket", OURS, THEIRS), ours, theirs) == set()
    theirs = {**record("ticket"), "events": [{**later, "text": "x"}, THEIRS]}
    assert merged(stream, record("ticket", OURS, THEIRS), ours, theirs) == {"merge_lost"}
