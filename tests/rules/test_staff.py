"""Staff with a life: joined, on leave, back, gone; and to whom belongs what is theirs meanwhile [D6]."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propcli.desk.duty import present
from propcli.kinds.catalog import STAFF
from propcli.kinds.staff import LIFE, Shift, Staff, StaffEvent
from propcli.output.language import parse
from tests.rules.asking import add, record, walk

FIRST, LAST = date(2026, 10, 15), date(2026, 10, 16)
DAY = timedelta(days=1)


def person(staff_id, **fields):
    return Staff.model_validate({"id": staff_id, "name": staff_id, "role": "technician", **fields})


def away(staff_id, stand_in=None):
    leave = {"from": str(FIRST), "until": str(LAST), **({"stand_in": stand_in} if stand_in else {})}
    return person(staff_id, leave=[leave])


def everybody(*people):
    return {one.id: one for one in people}


@pytest.mark.rule("D6")
@pytest.mark.parametrize(("day", "who"), [(FIRST - DAY, "a"), (FIRST, "b"), (LAST, "b"), (LAST + DAY, "a")])
def test_the_stand_in_has_it_from_the_first_day_to_the_last(day, who):
    assert present("a", everybody(away("a", "b"), person("b")), day) == who


@pytest.mark.rule("D6")
@pytest.mark.parametrize(("day", "who"), [(LAST, "a"), (LAST + DAY, "b")])
def test_who_takes_over_has_it_from_the_day_after_the_last(day, who):
    gone = person("a", left=str(LAST), successor="b")
    assert present("a", everybody(gone, person("b")), day) == who


@pytest.mark.rule("D6")
def test_a_stand_in_who_is_away_too_has_a_stand_in():
    assert present("a", everybody(away("a", "b"), away("b", "c"), person("c")), FIRST) == "c"


@pytest.mark.rule("D6")
@pytest.mark.parametrize("others", [(), (away("b"),), (away("b", "a"),), (person("b", left="2026-10-14"),)])
def test_nobody_stands_in(others):
    """Nobody named, or nobody of those named is here, or they name one another: it goes up."""
    assert present("a", everybody(away("a", "b" if others else None), *others), FIRST) is None


def test_whom_no_file_knows_is_not_away():
    """A reference that leads nowhere is validate's to tell; what is owed keeps its name."""
    assert present("nobody", everybody(person("a")), FIRST) == "nobody"


@pytest.mark.rule("D6")
def test_what_nobody_stands_in_for_goes_to_the_supervisor_then_to_the_manager(desk):
    """Of the one sent, of the acceptor, of the supervisor; and back again when they are back."""
    ticket = desk.add()
    desk.ok("ticket", "dispatch", ticket, "--to", "zhang.wei")

    def owes():
        return desk.ok("due", "--within", "9d", "--format", "csv").splitlines()[-1].split(",")[4]

    assert owes() == "张伟"
    for who, then in (("zhang.wei", "王刚"), ("wang.gang", "陈静"), ("chen.jing", "陈静")):
        desk.ok("staff", "leave", who, "--from", "today", "--until", "2026-10-20")
        assert owes() == then
    desk.ok("staff", "back", "zhang.wei")
    assert owes() == "张伟"


@pytest.mark.rule("D6")
def test_the_desk_is_whoever_stands_in_for_it(desk):
    ticket = desk.add()
    desk.ok("staff", "leave", "zhou.min", "--from", "today", "--until", "today", "--stand-in", "lin.yue")
    desk.ok("ticket", "note", ticket, "--text", "一")
    assert record(desk, ticket)["events"][-1]["by"] == "lin.yue"
    desk.ok("staff", "back", "zhou.min")
    desk.ok("staff", "leave", "zhou.min", "--from", "today", "--until", "today", "--by", "lin.yue")
    said = desk.refused("ticket", "note", ticket, "--text", "二")
    assert "is not here today and nobody stands in [D6]" in said and "--by" in said


@pytest.mark.rule("D6")
def test_nobody_signs_after_the_last_day(desk):
    """On the last day, to its last minute; not a minute later, by command or by hand."""
    ticket = desk.add()
    desk.ok("staff", "depart", "li.qiang", "--last-day", "today")
    desk.ok("ticket", "note", ticket, "--text", "一", "--by", "li.qiang", at="23:59")
    said = desk.refused("ticket", "note", ticket, "--text", "二", "--by", "li.qiang", at="2026-10-15T00:00:00+08:00")
    assert "li.qiang worked here until 2026-10-14 [D6]" in said
    path = desk.root / f"tickets/2026/10/{ticket}.yaml"
    path.write_text(path.read_text("utf-8").replace("2026-10-14T23:59:00", "2026-10-15T00:00:00"), "utf-8")
    assert "li.qiang worked here until 2026-10-14 [D6]" in desk.run("validate").out


@pytest.mark.rule("D6")
def test_validate_names_where_somebody_gone_is_still_counted_on(desk):
    """The estate's desk and manager, a team's supervisor: from the day after the last."""
    for who in ("zhou.min", "wang.gang"):
        said = desk.ok("staff", "depart", who, "--last-day", "today", "--successor", "lin.yue")
        assert "still named in propcli.yaml" in said
    assert desk.run("validate").code == 0
    found = desk.run("validate", at="2026-10-15T00:00:00+08:00")
    assert found.code == 3 and "2 problems" in found.out
    assert "zhou.min worked here until" in found.out and "wang.gang worked here until" in found.out


@pytest.mark.rule("D6")
def test_validate_names_open_tickets_of_somebody_gone(desk):
    """From the day after the last, until somebody else has them or they are closed; what is past is left alone."""
    ticket, closed = (add(desk) for _ in range(2))
    walk(desk, ticket, "dispatch --to li.qiang", "confirm")
    walk(desk, closed, "dispatch --to li.qiang", "cancel --reason 不需要了")
    desk.ok("staff", "depart", "li.qiang", "--last-day", "today")
    assert desk.run("validate").code == 0
    found = desk.run("validate", at="2026-10-15T00:00:00+08:00")
    assert (found.code, found.out.count("li.qiang worked here until 2026-10-14 [D6]")) == (3, 1)
    assert f"{ticket}.yaml:" in found.out and "assignee" not in found.out.split(f"{ticket}.yaml")[0]
    desk.ok("ticket", "dispatch", ticket, "--to", "zhang.wei", at="2026-10-15T09:00:00+08:00")
    assert desk.run("validate", at="2026-10-15T09:00:00+08:00").code == 0


@pytest.mark.rule("D6")
def test_what_an_estate_lets_be_owed_on_staff(desk):
    """Files of before have no events, so nothing is owed on them; on others it is owed like on any record."""
    row = (
        "{rule: D6, source: own, record: staff, owed: follow-up, by: manager, from: changed, within: 1d, until: noted}"
    )
    path = desk.root / "policy.yaml"
    said = path.read_text("utf-8")
    path.write_text(said.replace("obligations:\n", f"obligations:\n  - {row}\n"), "utf-8")
    assert "Nothing is overdue" in desk.ok("overdue")
    desk.ok("staff", "change", "zhang.wei", "--team", "security")
    assert "Nothing is overdue" in desk.ok("overdue", at="2026-10-15T10:00:00+08:00")
    assert "zhang.wei" in desk.ok("overdue", at="2026-10-15T10:00:01+08:00")


@pytest.mark.rule("D6")
def test_nobody_leaves_before_what_he_signed_last(desk):
    """A last day that is past, as mistyped, would lock every record signed since."""
    ticket = add(desk)
    walk(desk, ticket, "dispatch --to zhang.wei", "confirm")
    said = desk.refused("staff", "depart", "zhang.wei", "--last-day", "2026-10-13")
    assert f"--last-day: zhang.wei signed after that day: {ticket} [D6]" in said
    desk.ok("staff", "depart", "li.qiang", "--last-day", "2026-10-13")
    desk.ok("staff", "depart", "zhang.wei", "--last-day", "2026-10-14")
    assert desk.run("validate").code == 0


@pytest.mark.rule("D6")
def test_the_list_says_who_works_here_no_more(desk):
    desk.ok("staff", "depart", "li.qiang", "--last-day", "today")
    assert "worked here until" not in desk.ok("staff", "list")
    assert "worked here until 2026-10-14" in desk.ok("staff", "list", at="2026-10-15T00:00:00+08:00")


@pytest.mark.rule("D6")
def test_an_old_file_is_read_as_it_is_and_begins_its_life_with_what_it_says(desk):
    """Nothing of it changes but what the step says; the first event keeps what stood there."""
    before = (desk.root / "staff/zhang.wei.yaml").read_text("utf-8")
    desk.ok("staff", "change", "zhang.wei", "--team", "security")
    after = (desk.root / "staff/zhang.wei.yaml").read_text("utf-8")
    lines = after.splitlines()
    assert [line for line in before.splitlines() if line not in lines] == ["team: engineering"]
    events = record(desk, "zhang.wei")["events"]
    assert [e["event"] for e in events] == ["recorded", "changed"] and events[0]["team"] == "engineering"
    assert desk.run("validate").code == 0


@pytest.mark.rule("D6")
def test_fields_that_the_events_do_not_say_are_told(desk):
    desk.ok("staff", "change", "zhang.wei", "--team", "security")
    path = desk.root / "staff/zhang.wei.yaml"
    path.write_text(path.read_text("utf-8").replace("team: security", "team: cleaning", 1), "utf-8")
    assert "team is cleaning, but the events come to security" in desk.run("validate").out


@pytest.mark.rule("T6", "D6")
@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("working 08:00-17:30", ("working",)),
        ("周一,周日 08:00-17:30", ("monday", "sunday")),
        ("每天 20:00-08:00", ("all",)),
    ],
)
def test_shifts_as_people_type_them(typed, days):
    assert Shift.typed(typed, parse).days == days


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["changed", "leave_taken", "came_back", "left", "rejoined", "noted"]),
        st.integers(0, 20),
        st.integers(0, 5),
    ),
    max_size=12,
)


@given(EVENTS)
def test_whatever_happens_leaves_do_not_overlap(happened):
    """Replayed in any order, refused steps left out: no day belongs to two leaves, and who has left has a last day."""
    state = LIFE.begin(person("a"))
    at = datetime.fromisoformat("2026-10-01T09:00:00+08:00")
    first = StaffEvent.model_validate({"at": at, "by": "b", "event": "joined", "role": "guard"})
    LIFE.advance(state, first)
    for name, start, length in happened:
        day = FIRST + start * DAY
        more = {
            "changed": {"team": "security"},
            "leave_taken": {"from": day, "until": day + length * DAY},
            "came_back": {"on": day},
            "noted": {"text": "x"},
        }.get(name, {})
        event = StaffEvent.model_validate({"at": at, "by": "b", "event": name, **more})
        if not LIFE.faults(state, event, 1):
            LIFE.advance(state, event)
    days = [
        leave.first + n * DAY
        for leave in state.folded.get("leave", ())
        for n in range((leave.until - leave.first).days + 1)
    ]
    assert len(days) == len(set(days))
    assert (state.status == "left") == bool(state.folded.get("left"))


def test_staff_is_a_kind_like_others(desk):
    """It has an id that people choose; its commands are made from its steps."""
    assert STAFF.is_id("zhang.wei")
    assert desk.refused("staff", "add", "Zhang", "--name", "张", "--role", "guard")


@pytest.mark.rule("D6", "T6")
@pytest.mark.parametrize(("at", "ok"), [("07:59", False), ("08:00", True), ("17:29", True), ("17:30", False)])
def test_by_hand_nobody_off_duty_is_sent_without_a_reason(desk, at, ok):
    """The shift's first minute and its last, the minutes before and after; with a reason it is on record."""
    ticket = desk.add(at="07:00")
    command = ("ticket", "dispatch", ticket, "--to", "li.qiang")
    if ok:
        desk.ok(*command, at=at)
        return
    said = desk.refused(*command, at=at)
    assert "李强: off duty [D6]" in said and "--anyway REASON" in said
    desk.ok(*command, "--anyway", "他住得近")
    assert record(desk, ticket)["events"][-1]["reason"] == "他住得近"


@pytest.mark.rule("D6")
def test_by_hand_nobody_on_leave_is_sent_without_a_reason(desk):
    ticket = desk.add()
    desk.ok("staff", "leave", "zhang.wei", "--from", "today", "--until", "2026-10-15")
    assert "张伟: on leave until 2026-10-15 [D6]" in desk.refused("ticket", "dispatch", ticket, "--to", "zhang.wei")
