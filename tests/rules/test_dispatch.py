"""Who goes: by skill, shift and leave, by load and turn [T5, T6]."""

import pytest

from .asking import (
    MENDED,
    SENT,
    add,
    append,
    goes,
    person,
    reasons,
    replace,
    rows,
    walk,
)


def only(desk, *staff: str) -> None:
    """Let nobody else of engineering work here any more."""
    for staff_id in {"zhang.wei", "li.qiang"} - set(staff):
        append(desk, f"staff/{staff_id}.yaml", "left: 2026-01-31\n")


# --- by skill, by shift, by leave


@pytest.mark.rule("T6")
def test_only_who_has_the_skill(desk):
    """A lift goes to the one technician who knows lifts, however busy."""
    walk(desk, add(desk, "--urgency urgent"), "dispatch --to zhang.wei")
    assert goes(desk, add(desk, "--category elevator")) == "zhang.wei"
    assert "without the skill" in reasons(desk)["李强"]


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("at", "who"),
    [("07:59:59", "zhang.wei"), ("08:00", "li.qiang"), ("17:29:59", "li.qiang"), ("17:30", "zhang.wei")],
)
def test_only_who_is_on_duty(desk, at, who):
    """Nobody is sent before the shift begins or after it has ended."""
    person(desk, "zhang.wei", shifts="[{days: [all], hours: '00:00-08:00'}, {days: [all], hours: '17:30-24:00'}]")
    ticket = add(desk, at="00:10")
    assert goes(desk, ticket, f"2026-10-14T{at}") == who


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("at", "on_duty"),
    [
        ("2026-10-13T19:59:59", False),
        ("2026-10-13T20:00:00", True),
        ("2026-10-14T00:00:00", True),
        ("2026-10-14T07:59:59", True),
        ("2026-10-14T08:00:00", False),
        ("2026-10-14T20:00:00", False),
        ("2026-10-13T02:00:00", False),
    ],
)
def test_a_night_shift_goes_on_past_midnight(desk, at, on_duty):
    """The shift of Tuesday night lasts until Wednesday morning; Monday's and Wednesday's are somebody else's."""
    only(desk, "night.owl")
    person(desk, "night.owl", shifts="[{days: [tuesday], hours: '20:00-08:00'}]")
    ticket = add(desk, at="2026-10-12T10:00")
    assert goes(desk, ticket, at) == ("night.owl" if on_duty else "nobody")


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("day", "away"), [("2026-10-13", False), ("2026-10-14", True), ("2026-10-16", True), ("2026-10-17", False)]
)
def test_nobody_on_leave(desk, day, away):
    """Nobody is sent during leave, its first and last day included."""
    append(desk, "staff/zhang.wei.yaml", "leave:\n- {from: 2026-10-14, until: 2026-10-16}\n")
    ticket = add(desk, "--category elevator", at="2026-10-12T10:00")
    assert goes(desk, ticket, f"{day}T12:00:00") == ("nobody" if away else "zhang.wei")
    if away:
        assert "on leave until 2026-10-16" in reasons(desk, f"{day}T12:00:00")["张伟"]


@pytest.mark.rule("T6")
def test_the_night_before_the_leave(desk):
    """The shift that began the evening before the leave is worked to its end."""
    only(desk, "night.owl")
    person(
        desk,
        "night.owl",
        shifts="[{days: [all], hours: '20:00-08:00'}]",
        leave="[{from: 2026-10-14, until: 2026-10-16}]",
    )
    ticket = add(desk, at="2026-10-13T21:00")
    night = "2026-10-14T02:00:00"
    assert "night.owl" in [p["id"] for p in rows(desk, "staff list --on-duty", night)]
    assert goes(desk, ticket, night) == "night.owl"


@pytest.mark.rule("T6")
@pytest.mark.parametrize(("at", "on_duty"), [("2026-10-17T02:00:00", False), ("2026-10-17T21:00:00", True)])
def test_the_night_after_the_leave(desk, at, on_duty):
    """Back from leave on the 17th: not for the night that began on the 16th, but for the next."""
    only(desk, "night.owl")
    person(
        desk,
        "night.owl",
        shifts="[{days: [all], hours: '20:00-08:00'}]",
        leave="[{from: 2026-10-14, until: 2026-10-16}]",
    )
    assert goes(desk, add(desk), at) == ("night.owl" if on_duty else "nobody")


@pytest.mark.rule("T6", "M8")
@pytest.mark.parametrize(
    ("at", "on_duty"),
    [
        ("2026-10-14T10:00:00", True),
        ("2026-10-17T10:00:00", False),
        ("2026-10-05T10:00:00", False),
        ("2026-10-10T10:00:00", True),
    ],
    ids=["Wednesday", "Saturday", "holiday", "make-up Saturday"],
)
def test_shifts_on_working_days(desk, at, on_duty):
    """Who works on working days is there on a make-up Saturday and not on a public holiday."""
    only(desk, "office.man")
    person(desk, "office.man", shifts="[{days: [working], hours: '08:00-17:30'}]")
    ticket = add(desk, at="2026-10-01T10:00")
    assert goes(desk, ticket, at) == ("office.man" if on_duty else "nobody")


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("fields", "first", "last"),
    [
        ({"joined": "2026-10-14"}, "2026-10-14", "2026-12-31"),
        ({"left": "2026-10-16"}, "2026-10-12", "2026-10-16"),
        (
            {"shifts": "[{days: [all], hours: '00:00-24:00', from: 2026-10-14, until: 2026-10-16}]"},
            "2026-10-14",
            "2026-10-16",
        ),
    ],
    ids=["joined", "left", "rota"],
)
def test_only_while_working_here(desk, fields, first, last):
    """Nobody is sent before joining, after leaving, or outside the dates of a rota."""
    only(desk, "new.man")
    person(desk, "new.man", **fields)
    ticket = add(desk, at="2026-10-11T10:00")
    days = ("2026-10-13", "2026-10-14", "2026-10-16", "2026-10-17")
    sent = [day for day in days if goes(desk, ticket, f"{day}T12:00:00") == "new.man"]
    assert sent == [day for day in days if first <= day <= last]


@pytest.mark.rule("T6")
def test_supervisors_and_managers_are_not_sent(desk):
    """The plan sends no supervisor and no manager, even with the skill and on duty; by hand they may go."""
    only(desk)
    person(desk, "wang.gang", role="supervisor")
    person(desk, "chen.jing", role="manager")
    ticket = add(desk)
    assert goes(desk, ticket) == "nobody"
    walk(desk, ticket, "dispatch --to wang.gang")


# --- by load and turn


@pytest.mark.rule("T6", "T5")
@pytest.mark.parametrize(
    ("zhang", "li", "who"),
    [
        (["urgent"], ["normal", "low"], "li.qiang"),
        (["urgent"], ["normal", "normal", "low"], "zhang.wei"),
        (["normal"], ["low"], "li.qiang"),
        (["low", "low"], ["low"], "li.qiang"),
    ],
)
def test_the_lightest_load(desk, zhang, li, who):
    """An urgent ticket weighs 4, a normal one 2, a low one 1; who carries least goes."""
    for staff_id, urgencies in (("zhang.wei", zhang), ("li.qiang", li)):
        for urgency in urgencies:
            walk(desk, add(desk, f"--urgency {urgency}"), f"dispatch --to {staff_id}")
    assert goes(desk, add(desk)) == who


@pytest.mark.rule("T6")
def test_the_weights_are_the_policys(desk):
    """Where low tickets weigh 9, two normal ones are less."""
    replace(desk, "policy.yaml", "{urgent: 4, normal: 2, low: 1}", "{urgent: 4, normal: 2, low: 9}")
    walk(desk, add(desk, "--urgency low"), "dispatch --to zhang.wei")
    for _ in range(2):
        walk(desk, add(desk), "dispatch --to li.qiang")
    assert goes(desk, add(desk)) == "li.qiang"


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("steps", "who"),
    [
        (SENT, "li.qiang"),
        ((*SENT, "pause --for parts --reason 缺阀门"), "li.qiang"),
        (MENDED, "zhang.wei"),
        (("dispatch --to zhang.wei", "cancel --reason 不需要了"), "zhang.wei"),
    ],
    ids=["in work", "paused", "done", "cancelled"],
)
def test_only_open_work_weighs(desk, steps, who):
    """What is in work or paused weighs; what is done or cancelled no longer does."""
    walk(desk, add(desk), *steps)
    for _ in range(2):
        walk(desk, add(desk, "--urgency low"), "dispatch --to li.qiang", "cancel --reason 不需要了")
    walk(desk, add(desk, "--urgency low"), "dispatch --to li.qiang")
    assert goes(desk, add(desk)) == who


@pytest.mark.rule("T6")
@pytest.mark.parametrize("step", ["dispatch --to wang.gang --helper zhang.wei", "assist zhang.wei"])
def test_helping_weighs_too(desk, step):
    """Who helps with a ticket carries it as well."""
    ticket = add(desk)
    walk(desk, ticket, "dispatch --to wang.gang", step)
    walk(desk, add(desk, "--urgency low"), "dispatch --to li.qiang")
    assert goes(desk, add(desk)) == "li.qiang"


@pytest.mark.rule("T6")
def test_ties_go_to_who_was_sent_least(desk):
    """With the same load the one sent fewer times in the last 30 days goes; those before do not count."""
    early, late = add(desk, at="2026-09-01T10:00"), add(desk)
    walk(desk, early, *(f"2026-09-01T10:0{n} {step}" for n, step in enumerate(MENDED, 1)))
    walk(desk, late, "2026-10-13T10:00 dispatch --to li.qiang", "cancel --reason 不需要了")
    ticket = add(desk, at="2026-10-14T10:00")
    assert goes(desk, ticket, "2026-10-14T11:00:00") == "zhang.wei"
    assert "sent 0 lately" in reasons(desk, "2026-10-14T11:00:00")["张伟"]


@pytest.mark.rule("T6")
@pytest.mark.parametrize(("at", "who"), [("2026-10-14T10:00:00", "zhang.wei"), ("2026-10-14T10:00:01", "li.qiang")])
def test_thirty_days_back(desk, at, who):
    """Having been sent exactly 30 days ago still counts, a second more does not."""
    ticket = add(desk, at="2026-09-14T10:00")
    walk(desk, ticket, "dispatch --to li.qiang", "cancel --reason 不需要了")
    assert goes(desk, add(desk, at="2026-10-14T09:00"), at) == who


@pytest.mark.rule("T6")
def test_last_of_all_by_name(desk):
    """With load and turns the same the choice is still no chance: the first by id."""
    assert goes(desk, add(desk)) == "li.qiang"


@pytest.mark.rule("T6", "T5")
def test_a_plan_counts_itself(desk):
    """Of several tickets the urgent one is given first, and each one given weighs for the next."""
    low, normal, urgent = add(desk, "--urgency low"), add(desk), add(desk, "--urgency urgent")
    planned = {row["id"]: row["to"] for row in rows(desk, "dispatch")}
    assert planned == {urgent: "li.qiang", normal: "zhang.wei", low: "zhang.wei"}


@pytest.mark.rule("T6")
def test_what_waits(desk):
    """The plan is for what waits and for which somebody goes out: not what was sent, nor words, nor what ended."""
    waiting = add(desk)
    walk(desk, add(desk), "dispatch --to zhang.wei")
    walk(desk, add(desk), "cancel --reason 不需要了")
    for kind in ("inquiry", "suggestion", "praise"):
        add(desk, f"--kind {kind}")
    reopened = add(desk)
    walk(desk, reopened, *MENDED, "reopen --reason 又漏了")
    assert [row["id"] for row in rows(desk, "dispatch")] == [waiting, reopened]
