"""What the plan of `propcli dispatch` says and records: reasons, shared tickets, nobody to send [T6, T7, T9]."""

import json

import pytest

from .asking import (
    MENDED,
    add,
    add_all,
    append,
    events,
    falls_due,
    goes,
    overdue,
    owed,
    person,
    reasons,
    record,
    rows,
    walk,
)

# --- T9


@pytest.mark.rule("T9")
def test_co_teams(desk):
    """A ticket several teams share goes to the lead team's person, with the others named on it."""
    ticket = add(desk, "--category fire_safety")
    (planned,) = rows(desk, "dispatch")
    assert (planned["team"], planned["co_teams"], planned["to"]) == ("security", ["engineering"], "zhao.lei")
    desk.ok("dispatch", "--apply")
    made = record(desk, ticket)
    assert (made["team"], made["co_teams"], made["assignee"]) == ("security", ["engineering"], "zhao.lei")


# --- T7: nobody


@pytest.mark.rule("T7", "T6")
def test_nobody_can_go(desk):
    """What nobody can take goes up to the supervisor, once: applying the plan again changes nothing."""
    ticket = add(desk, "--category door_window")
    assert goes(desk, ticket) == "nobody"
    desk.ok("dispatch", "--apply")
    assert record(desk, ticket)["events"][-1]["event"] == "escalated"
    assert record(desk, ticket)["events"][-1]["to"] == "supervisor"
    before = desk.snapshot()
    assert ticket in desk.ok("dispatch", "--apply", at="10:30")
    assert desk.snapshot() == before
    falls_due(desk, ticket, "T7", "decision", "wang.gang", "2026-10-14T14:00:00+08:00")


@pytest.mark.rule("T7", "F5")
def test_nobody_can_go_the_second_time(desk):
    """Reopened, and again nobody can go: it goes up again, for the first decision was about the first time."""
    ticket = add(desk, "--category door_window")
    desk.ok("dispatch", "--apply")
    walk(desk, ticket, *MENDED, "reopen --reason 又坏了")
    desk.ok("dispatch", "--apply", at="11:00")
    assert events(desk, ticket).count("escalated") == 2


@pytest.mark.rule("T7")
@pytest.mark.parametrize(("category", "why"), [("greening", "no staff"), ("gas", "on duty with the skill")])
def test_why_nobody(desk, category, why):
    """A team without staff, or without anybody for it, is said to be so; the supervisor or manager decides."""
    ticket = add(desk, f"--category {category}")
    (planned,) = rows(desk, "dispatch")
    assert why in planned["why"]
    desk.ok("dispatch", "--apply")
    assert why in record(desk, ticket)["events"][-1]["reason"]
    assert [o["by"] for o in owed(desk, ticket, "T7", "decision")] == [
        "chen.jing" if category == "greening" else "wang.gang"
    ]


@pytest.mark.rule("T7", "T6")
def test_somebody_comes_on_duty(desk):
    """What was passed up is sent as soon as somebody can go, and the decision is no longer owed."""
    append(desk, "staff/zhang.wei.yaml", "leave:\n- {from: 2026-10-14, until: 2026-10-14}\n")
    ticket = add(desk, at="07:00")
    desk.ok("dispatch", "--apply")
    desk.ok("dispatch", "--apply", at="08:00")
    assert events(desk, ticket) == ["accepted", "escalated", "dispatched"]
    assert "decision" not in [what for _, what, _ in overdue(desk, "2026-10-15T10:00:00")]


# --- --explain, --apply


@pytest.mark.rule("T6")
def test_every_candidate_and_why_not(desk):
    """--explain names everybody of the team: load, turns, and what bars them."""
    append(desk, "staff/li.qiang.yaml", "leave:\n- {from: 2026-10-14, until: 2026-10-20}\n")
    person(desk, "night.owl", name="夜猫", shifts="[{days: [all], hours: '20:00-08:00'}]")
    person(desk, "former", name="前任", left="2026-09-30")
    person(desk, "lift.man", name="梯师", skills="[elevator]")
    person(desk, "office.man", name="外人", team="service")
    walk(desk, add(desk, "--urgency urgent"), "dispatch --to zhang.wei")
    add(desk)
    assert reasons(desk) == {
        "张伟": "can go; load 4, sent 1 lately",
        "李强": "on leave until 2026-10-20; load 0, sent 0 lately",
        "夜猫": "off duty; load 0, sent 0 lately",
        "前任": "not employed; load 0, sent 0 lately",
        "梯师": "without the skill; load 0, sent 0 lately",
    }


@pytest.mark.rule("T6")
def test_a_plan_is_only_a_plan(desk):
    """Without --apply nothing is recorded."""
    add_all(desk, *(["kind: repair\ncategory: water\nunit: 1-1-0101\nsummary: 漏\ncaller: {name: 李}"] * 2))
    before = desk.snapshot()
    for form in ("table", "json", "csv", "markdown", "html"):
        desk.ok("dispatch", "--format", form)
    desk.ok("dispatch", "--explain")
    assert desk.snapshot() == before


@pytest.mark.rule("T6")
@pytest.mark.parametrize(("options", "commits"), [((), 3), (("--one-commit",), 1)])
def test_applied_as_planned(desk, options, commits):
    """--apply sends exactly whom the plan named, with one commit for each ticket, or one for all."""
    tickets = [add(desk), add(desk, "--urgency urgent"), add(desk, "--category door_window")]
    planned = {row["id"]: row["to"] for row in rows(desk, "dispatch")}
    before = int(desk.git("rev-list", "--count", "HEAD"))
    desk.ok("dispatch", "--apply", *options, at="10:05")
    made = [record(desk, ticket) for ticket in tickets]
    assert {m["id"]: m.get("assignee", "nobody") for m in made} == planned
    assert [m["status"] for m in made] == ["assigned", "assigned", "waiting"]
    assert int(desk.git("rev-list", "--count", "HEAD")) == before + commits
    log = desk.git("log", f"-{commits}", "--format=%B")
    assert all(f"Record: {ticket}" in log for ticket in tickets)
    assert (log.count("Event: dispatched"), log.count("Event: escalated")) == (2, 1)
    assert desk.git("status", "--porcelain") == ""


@pytest.mark.rule("T6")
def test_one_ticket_as_planned(desk):
    """`ticket dispatch ID` without a name sends whom the plan would, and nobody else anywhere else."""
    one, other = add(desk), add(desk)
    walk(desk, one, "dispatch")
    assert record(desk, one)["assignee"] == "li.qiang"
    assert record(desk, other)["status"] == "waiting"


@pytest.mark.rule("T6")
@pytest.mark.parametrize("option", ["--explain", "--apply"])
def test_json_stays_json(desk, option):
    """A plan asked for as json is json, also when it is explained or applied."""
    ticket = add(desk)
    assert [row["id"] for row in json.loads(desk.ok("dispatch", option, "--format", "json"))] == [ticket]
