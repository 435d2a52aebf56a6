"""Two versions of a record made one: what a pure function decides."""

import json
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from propcli.kinds.catalog import KINDS, PARKING, RESIDENT, STAFF, TICKET, UNIT
from propcli.records.differing import lines
from propcli.records.joining import join
from propcli.records.merging import Merged, Side, merge, three_way
from propcli.records.renumbering import Hand, Moved, free_number, renumber
from propcli.store import yamlfile
from propcli.store.reading import load
from propcli.store.sealing import Keys, seal
from tests.kinds.samples import SAMPLES

BASE = """\
# 王丽来电
id: T-20261014-001
kind: repair
category: water
urgency: normal
status: waiting
channel: phone
reported: 2026-10-14T09:00:00+08:00
unit: '3-2-0501'
# 先写简短的
summary: "水管漏水"
caller: {name: 王丽, phone: '13800138000'}
acceptor: zhou.min
events:
- at: 2026-10-14T09:05:00+08:00
  by: zhou.min
  event: accepted
"""


def note(at: str, text: str, **more: str) -> str:
    extra = "".join(f"  {name}: {value}\n" for name, value in more.items())
    return f"- at: 2026-10-14T{at}:00+08:00\n  by: zhou.min\n  event: noted\n  text: {text}\n{extra}"


def step(at: str, event: str, *fields: str) -> str:
    return "".join(
        [f"- at: 2026-10-14T{at}:00+08:00\n  by: zhou.min\n  event: {event}\n", *(f"  {f}\n" for f in fields)]
    )


def both(ours: str, theirs: str, base: str | None = BASE, keep: Side | None = None, kind: Any = TICKET) -> Merged:
    return merge(kind, base.encode() if base is not None else None, ours.encode(), theirs.encode(), keep)


def text(merged: Merged) -> str:
    assert merged.content is not None, [str(line) for d in merged.differences for line in lines(d)]
    return merged.content.decode()


def told(merged: Merged) -> str:
    assert merged.content is None
    return "\n".join(str(line) for d in merged.differences for line in lines(d))


class TestEvents:
    """Of both sides, each once, in the order of time."""

    def test_stand_in_the_order_of_time_with_everything_else_as_it_was(self) -> None:
        ours, theirs = note("09:10", "一") + note("09:30", "三"), note("09:20", "二")
        merged = text(both(BASE + ours, BASE + theirs))
        assert merged == BASE + note("09:10", "一") + note("09:20", "二") + note("09:30", "三")

    def test_the_order_does_not_depend_on_who_merges(self) -> None:
        ours, theirs = BASE + note("09:10", "一"), BASE + note("09:20", "二")
        assert text(both(ours, theirs)) == text(both(theirs, ours))

    def test_what_both_have_stands_once(self) -> None:
        merged = text(both(BASE + note("09:10", "一") + note("09:11", "二"), BASE + note("09:10", "一")))
        assert merged.count("text: 一") == 1 and merged.count("text: 二") == 1

    def test_the_same_twice_on_one_side_stays_twice(self) -> None:
        merged = text(both(BASE + note("09:10", "一") * 2, BASE + note("09:12", "二")))
        assert merged.count("text: 一") == 2

    def test_of_one_second_the_order_that_can_have_been(self) -> None:
        """Cancelled here and paused there in the same second: only one way round is possible."""
        ours = BASE.replace("waiting", "paused") + step("09:10", "paused", "waiting_for: parts", "reason: 缺件")
        theirs = BASE.replace("waiting", "cancelled") + step("09:10", "cancelled", "reason: 不修了")
        for one, other in ((ours, theirs), (theirs, ours)):
            merged = text(both(one, other))
            assert merged.index("paused\n  waiting_for") < merged.index("event: cancelled")
            assert "status: cancelled" in merged

    def test_one_taken_out_by_hand_stays_out(self) -> None:
        base = BASE + note("09:10", "误记")
        merged = text(both(BASE, base + note("09:20", "二"), base))
        assert "误记" not in merged and "二" in merged

    def test_one_changed_by_hand_on_both_sides_is_left(self) -> None:
        base = BASE + note("09:10", "误记")
        changed = both(BASE + note("09:10", "甲"), BASE + note("09:10", "乙"), base)
        assert "rewritten on both sides" in told(changed)
        assert (
            text(both(BASE + note("09:10", "甲"), BASE + note("09:10", "甲") + note("09:20", "二"), base)).count("甲")
            == 1
        )

    def test_what_cannot_have_been_is_left_with_the_words_of_both(self) -> None:
        ours = BASE.replace("waiting", "cancelled") + step("09:10", "cancelled", "reason: 不修了")
        theirs = BASE.replace("waiting", "paused") + step("09:20", "paused", "waiting_for: parts", "reason: 缺件")
        said = told(both(ours, theirs))
        assert "paused cannot follow while the state is cancelled [T8]" in said
        assert "here:  2026-10-14 09:10 cancelled" in said and "there: 2026-10-14 09:20 paused" in said

    @pytest.mark.parametrize(("keep", "status"), [("ours", "cancelled"), ("theirs", "paused")])
    def test_a_person_decides_and_the_other_side_is_noted(self, keep: Side, status: str) -> None:
        ours = BASE.replace("waiting", "cancelled") + step("09:10", "cancelled", "reason: 不修了")
        theirs = BASE.replace("waiting", "paused") + step("09:20", "paused", "waiting_for: parts", "reason: 缺件")
        merged = text(both(ours, theirs, keep=keep))
        assert f"status: {status}" in merged and "at the other desk: 2026-10-14 09:" in merged
        assert "不修了" in merged and "缺件" in merged


class TestFields:
    """Compared with what both began from."""

    def test_each_side_changes_another(self) -> None:
        ours = BASE.replace('"水管漏水"', "厨房漏水")
        theirs = BASE.replace("urgency: normal", "urgency: urgent")
        merged = text(both(ours, theirs))
        assert merged == BASE.replace('"水管漏水"', "厨房漏水").replace("urgency: normal", "urgency: urgent")

    def test_both_the_same(self) -> None:
        ours = BASE.replace("normal", "urgent")
        assert text(both(ours + note("09:10", "一"), ours + note("09:20", "二"))).count("urgent") == 1

    def test_both_otherwise_is_left_by_name_with_both_values(self) -> None:
        ours, theirs = BASE.replace("水管漏水", "甲"), BASE.replace("水管漏水", "乙").replace("normal", "low")
        assert told(both(ours, theirs)) == "  summary\n    here:  甲\n    there: 乙"

    def test_one_side_is_kept_where_they_differ_and_only_there(self) -> None:
        ours = BASE.replace("水管漏水", "甲") + note("09:10", "一")
        theirs = BASE.replace("水管漏水", "乙").replace("normal", "low") + note("09:20", "二")
        merged = text(both(ours, theirs, keep="ours"))
        assert "甲" in merged and "low" in merged and "text: 一" in merged and "text: 二" in merged
        assert "乙" in text(both(ours, theirs, keep="theirs"))

    def test_fields_within_a_field_each_by_itself(self) -> None:
        theirs = BASE.replace("name: 王丽", "name: 王莉")
        merged = text(both(BASE.replace("13800138000", "13900139000"), theirs))
        record = load(TICKET.model, merged.encode(), "")[0]
        assert record is not None and record.caller.plain() == {"name": "王莉", "phone": "13900139000"}  # type: ignore[attr-defined]

    def test_lists_are_sets_with_an_order(self) -> None:
        assert three_way(["a", "b"], ["a", "b", "c"], ["b", "d"]) == (["b", "c", "d"], True)
        assert three_way(None, ["a"], ["b"]) == (["a", "b"], True)
        assert three_way(["a"], None, ["a", "b"]) == (None, False)
        assert three_way(["a"], None, ["a"]) == (None, True)

    def test_together_they_must_be_a_good_record(self) -> None:
        base = BASE.replace("caller: {name: 王丽, phone: '13800138000'}\n", "")
        ours = base.replace("acceptor:", "resident: R-00001\nacceptor:")
        theirs = base.replace("acceptor:", "caller: {name: 王丽}\nacceptor:")
        assert "together they are no good record" in told(both(ours, theirs, base))

    def test_what_events_come_to_is_found_anew(self) -> None:
        """Neither side's state is the state of both."""
        ours = BASE.replace("waiting", "assigned").replace(
            "acceptor:", "acceptor: zhou.min\nteam: engineering\nassignee: zhang.wei\nx:", 1
        )
        ours = ours.replace("x: zhou.min\n", "") + step(
            "09:10", "dispatched", "team: engineering", "assignee: zhang.wei"
        )
        theirs = BASE.replace("waiting", "assigned").replace("acceptor:", "acceptor: zhou.min\nteam: security\nx:", 1)
        theirs = theirs.replace("x: zhou.min\n", "") + step("09:20", "dispatched", "team: security")
        merged = text(both(ours, theirs))
        assert "team: security\nevents:" in merged and "assignee" not in merged.split("events:")[0]


class TestText:
    """The file stays as people wrote it."""

    def test_comments_of_both_stay(self) -> None:
        ours = BASE.replace("summary", "# 已问过\nsummary") + "# 最后\n"
        theirs = BASE.replace('"水管漏水"', "厨房漏水  # 厨房").replace("# 王丽来电", "# 王丽来电\n# 又来电")
        merged = text(both(ours, theirs + note("09:10", "一")))
        for remark in ("# 王丽来电\n", "# 又来电", "# 先写简短的", "# 已问过", "厨房漏水  # 厨房", "# 最后"):
            assert merged.count(remark) == 1, remark

    def test_comments_between_events_stay_with_them(self) -> None:
        ours = BASE + "# 电话里说的\n" + note("09:10", "一")
        merged = text(both(ours, BASE + note("09:05", "零") + "# 其后\n" + note("09:20", "二")))
        assert "# 电话里说的\n" + note("09:10", "一") in merged and "# 其后\n" + note("09:20", "二") in merged

    def test_line_ends_of_windows_and_indented_lists(self) -> None:
        indented = BASE.replace("- at", "  - at").replace("  by", "    by").replace("  event:", "    event:")
        merged = text(
            both(
                (indented + note("09:10", "一").replace("\n", "\n  ").rstrip(" ").replace("- at", "  - at", 1)).replace(
                    "\n", "\r\n"
                ),
                indented,
            )
        )
        assert "\r\n" in merged
        ours = (BASE + note("09:10", "一")).replace("\n", "\r\n")
        merged = text(
            both(
                ours,
                indented.rstrip("\n")
                + "\n  "
                + note("09:20", "|-\n      二\n\n      三").replace("\n", "\n  ").rstrip(" "),
                indented,
            )
        )
        assert merged.count("\n") == merged.count("\r\n")
        record = load(TICKET.model, merged.encode(), "")[0]
        assert record is not None and [e.text for e in record.events] == [None, "一", "二\n\n三"]  # type: ignore[attr-defined]

    def test_a_file_written_in_one_line_is_written_anew(self) -> None:
        flow = json.dumps(yamlfile.read(BASE.encode(), "")[0], ensure_ascii=False) + "\n"
        merged = text(both(flow.replace("normal", "low"), flow.replace("水管漏水", "漏水"), flow))
        assert "urgency: low\n" in merged and "summary: 漏水\n" in merged

    def test_a_version_that_cannot_be_read_is_left(self) -> None:
        assert "no good record there" in told(both(BASE + note("09:10", "一"), BASE.replace("repair", "repare")))


class TestNew:
    """Records that both sides began."""

    def test_two_of_one_number_are_two(self) -> None:
        merged = both(BASE, BASE.replace("水管漏水", "跳闸").replace("09:05", "09:06"), None)
        assert merged.twice and merged.content is None

    def test_one_that_came_by_two_ways_is_one(self) -> None:
        merged = both(BASE + note("09:10", "一"), BASE + note("09:20", "二"), None)
        assert text(merged) == BASE + note("09:10", "一") + note("09:20", "二")

    def test_the_same_home_written_down_twice_begins_once(self) -> None:
        home = yamlfile.dump(SAMPLES["unit"])
        later = home.replace("09:00", "09:30").replace("zhou.min", "lin.yue") + (
            "- at: '2026-10-13T10:00:00+08:00'\n  by: lin.yue\n  event: noted\n  text: 二\n"
        )
        merged = text(both(later, home, None, kind=UNIT))
        assert merged.count("registered") == 1 and "zhou.min" in merged and "二" in merged

    def test_one_home_written_down_otherwise_is_left(self) -> None:
        home = yamlfile.dump(SAMPLES["unit"])
        other = home.replace("vacant", "let").replace("R-00001", "R-00002").replace("09:00", "09:30")
        merged = both(home, other, None, kind=UNIT)
        assert not merged.twice and "registered" in told(merged)

    def test_numbers(self) -> None:
        assert free_number(TICKET, "T-20261014-001", ["T-20261014-007", "T-20261013-009", "x"]) == "T-20261014-008"
        assert free_number(RESIDENT, "R-00002", []) == "R-00003"
        assert free_number(TICKET, "T-20261014-999", []) == "T-20261014-1000"


class TestRenumbering:
    """Everything that points to a record by its type follows it; texts do not."""

    HAND = Hand("zhou.min", datetime.fromisoformat("2026-10-14T12:00:00+08:00"))

    def renumbered(
        self, files: dict[str, str], *new: tuple[str, str, str]
    ) -> tuple[dict[str, str | None], list[Moved]]:
        given = {PurePosixPath(path): content.encode() for path, content in files.items()}
        changes, moved = renumber(given, {(kind, old): number for kind, old, number in new}, lambda: self.HAND)
        return {str(p): c.decode() if c is not None else None for p, c in changes.items()}, moved

    def test_by_name_in_lists_and_in_events(self) -> None:
        ticket = BASE.replace("caller: {name: 王丽, phone: '13800138000'}", 'resident: "R-00002"  # 王丽')
        ticket = ticket.replace("水管漏水", "R-00002家漏水") + step("09:10", "consented", "to: water", "who: R-00002")
        unit = yamlfile.dump(SAMPLES["unit"]).replace("R-00001", "R-00002")
        changes, moved = self.renumbered(
            {"tickets/2026/10/T-20261014-001.yaml": ticket, "units/3/3-2-0701.yaml": unit},
            ("resident", "R-00002", "R-00009"),
        )
        written = changes["tickets/2026/10/T-20261014-001.yaml"]
        assert written == ticket.replace('"R-00002"', '"R-00009"').replace("who: R-00002", "who: R-00009")
        assert changes["units/3/3-2-0701.yaml"] == unit.replace("R-00002", "R-00009")
        assert moved[0].changed == ("T-20261014-001", "3-2-0701") and moved[0].named == ("T-20261014-001",)

    def test_the_record_itself_has_a_note_of_its_old_number(self) -> None:
        old, new = "tickets/2026/10/T-20261014-001.yaml", "tickets/2026/10/T-20261014-004.yaml"
        changes, moved = self.renumbered({old: BASE}, ("ticket", "T-20261014-001", "T-20261014-004"))
        assert changes[old] is None and moved[0].named == ()
        written = changes[new] or ""
        assert written.startswith(BASE.replace("-001", "-004")) and "this was T-20261014-001" in written

    def test_several_at_once_even_in_a_row(self) -> None:
        """001 becomes 002 and 002 becomes 003: nobody is renumbered twice."""
        linked = BASE.replace("001", "003") + step("09:10", "linked", "other: T-20261014-001")
        linked += step("09:11", "linked", "other: T-20261014-002")
        changes, _moved = self.renumbered(
            {"tickets/2026/10/T-20261014-003.yaml": linked},
            ("ticket", "T-20261014-001", "T-20261014-002"),
            ("ticket", "T-20261014-002", "T-20261014-009"),
        )
        written = changes["tickets/2026/10/T-20261014-003.yaml"] or ""
        assert written.index("other: T-20261014-002") < written.index("other: T-20261014-009")

    def test_two_numbers_given_twice_get_two_numbers(self) -> None:
        """And nobody gets one that was ever given."""
        paths = [PurePosixPath(f"tickets/2026/10/T-20261014-00{n}.yaml") for n in (1, 2)]
        ours = {p: BASE.replace("20261014-001", p.stem[2:]).encode() for p in paths}
        theirs = {p: content.replace(b"09:05", b"09:06") for p, content in ours.items()}
        joined = join({}, ours, theirs, lambda _folder: ["T-20261014-003"], lambda: self.HAND)
        assert [m.new for m in joined.moved] == ["T-20261014-004", "T-20261014-005"] and not joined.left
        assert joined.files == theirs


PLAIN = "id: li.na\nname: 李娜\nrole: technician\nteam: engineering\nskills: [water]\n"
RECORDED = """\
status: working
events:
- at: 2026-10-14T0{0}:00:00+08:00
  by: zhou.min
  event: recorded
  role: technician
  team: engineering
  skills: [water]
- at: 2026-10-14T0{0}:00:00+08:00
  by: zhou.min
  event: noted
  text: {1}
"""


class TestWithoutEvents:
    """Files of staff may have no events yet."""

    def test_both_opened_it(self) -> None:
        merged = text(both(PLAIN + RECORDED.format(8, "一"), PLAIN + RECORDED.format(9, "二"), PLAIN, kind=STAFF))
        assert merged.count("recorded") == 1 and "T08:00:00+08:00\n  by: zhou.min\n  event: recorded" in merged
        assert "一" in merged and "二" in merged

    def test_fields_by_hand_on_both_sides(self) -> None:
        ours, theirs = PLAIN.replace("[water]", "[water, leak]"), PLAIN.replace("李娜", "李丽娜")
        assert text(both(ours, theirs, PLAIN, kind=STAFF)) == ours.replace("李娜", "李丽娜")

    def test_by_hand_what_events_say_on_the_other_side_is_left(self) -> None:
        ours, theirs = PLAIN + RECORDED.format(8, "一"), PLAIN.replace("team: engineering", "team: security")
        assert "team" in told(both(ours, theirs, PLAIN, kind=STAFF))


@pytest.mark.rule("U10")
def test_a_space_let_twice_is_left_to_a_person() -> None:
    """Each desk let the same free space to another home."""
    free = {**SAMPLES["parking"], "status": "free", "events": SAMPLES["parking"]["events"][:1]}
    for name in ("unit", "until", "fee", "cars"):
        free.pop(name)
    base = yamlfile.dump(free)
    let = [
        yamlfile.edit(
            base,
            {"status": "let", "unit": unit, "until": "2026-12-31", "fee": "300", "cars": [plate]},
            [
                {
                    "at": f"2026-10-14T{at}:00+08:00",
                    "by": "zhou.min",
                    "event": "let",
                    "unit": unit,
                    "until": "2026-12-31",
                    "fee": "300",
                }
            ],
            list(PARKING.model.model_fields),
        )
        for unit, plate, at in (("3-2-0501", "粤B11111", "09:10"), ("3-2-0502", "粤B22222", "09:20"))
    ]
    assert "let cannot follow while the state is let" in told(both(*let, base, kind=PARKING)).replace("let out", "let")
    merged = text(both(*let, base, keep="ours", kind=PARKING))
    assert "unit: '3-2-0501'" in merged and "粤B22222" not in merged and "at the other desk" in merged


@pytest.mark.rule("T12")
class TestForgotten:
    """Whoever was forgotten stays forgotten, whatever the other desk wrote down."""

    BASE = yamlfile.dump(SAMPLES["resident"])
    GONE = (
        "id: R-00007\nstatus: forgotten\ntype: person\nevents:\n"
        + BASE.split("events:\n")[1]
        + "- at: '2026-10-14T09:30:00+08:00'\n  by: zhou.min\n  event: forgotten\n  reason: 本人要求\n"
    )

    @pytest.mark.parametrize("at", ["09:10", "09:50"])
    @pytest.mark.parametrize("side", ["ours", "theirs"])
    @pytest.mark.parametrize("keep", [None, "ours", "theirs"])
    def test_the_tombstone_stands(self, at: str, side: str, keep: Side | None) -> None:
        changed = self.BASE.replace("13912345678", "13999999999") + (
            f"- at: '2026-10-14T{at}:00+08:00'\n  by: lin.yue\n  event: changed\n  fields: [phones]\n"
        )
        sides = (self.GONE, changed) if side == "ours" else (changed, self.GONE)
        merged = text(both(*sides, self.BASE, keep, RESIDENT))
        assert "139" not in merged and "欧阳建国" not in merged and "status: forgotten" in merged
        assert "lin.yue" in merged


@pytest.mark.rule("T12")
class TestSealed:
    """What both desks sealed anew is opened, merged and sealed again, where the keys are."""

    def three(self, keys: Keys, *inside: dict[str, Any]) -> list[str]:
        key = keys.new()
        said = {n: v for n, v in SAMPLES["resident"].items() if n not in ("name", "phones", "plates")}
        return [
            yamlfile.dump({**said, "key": key, "sealed": seal(key, one), "events": said["events"]}) for one in inside
        ]

    def opened(self, keys: Keys, merged: Merged) -> dict[str, Any] | None:
        record: Any = load(RESIDENT.model, text(merged).encode(), "")[0]
        return keys.open(record.key, record.sealed)

    def test_each_side_changed_another(self, tmp_path: Path) -> None:
        keys = Keys(tmp_path)
        base, ours, theirs = self.three(
            keys,
            {"name": "王丽", "phones": ["138"], "bank": "62"},
            {"name": "王丽", "phones": ["138", "139"], "bank": "62"},
            {"name": "王莉", "phones": ["138", "137"], "bank": "63"},
        )
        merged = merge(RESIDENT, base.encode(), ours.encode(), theirs.encode(), None, keys)
        assert self.opened(keys, merged) == {"name": "王莉", "phones": ["138", "139", "137"], "bank": "63"}

    def test_what_differs_is_told_but_never_a_number_that_is_not_shown(self, tmp_path: Path) -> None:
        keys = Keys(tmp_path)
        base, ours, theirs = self.three(
            keys, {"name": "王丽", "bank": "62"}, {"name": "王莉", "bank": "63"}, {"name": "王力", "bank": "64"}
        )
        merged = merge(RESIDENT, base.encode(), ours.encode(), theirs.encode(), None, keys)
        said = told(merged)
        assert "王莉" in said and "王力" in said and "63" not in said and "bank" in said
        kept = merge(RESIDENT, base.encode(), ours.encode(), theirs.encode(), "ours", keys)
        assert self.opened(keys, kept) == {"name": "王莉", "bank": "63"}

    def test_without_the_key_it_is_left(self, tmp_path: Path) -> None:
        base, ours, theirs = self.three(Keys(tmp_path), {"name": "王丽"}, {"name": "王莉"}, {"name": "王力"})
        merged = merge(RESIDENT, base.encode(), ours.encode(), theirs.encode(), None, Keys(tmp_path / "none"))
        assert "(sealed)" in told(merged)


def test_every_kind_takes_a_note_of_the_other_desk() -> None:
    """What a person decides against is noted, so each life has to take notes."""
    for kind in KINDS.values():
        assert "noted" in kind.life.steps and kind.life.steps["noted"].needs == ("text",)
