"""How the tests of the rules speak with the program: lead a ticket through its life, ask what is owed on it."""

import json
import re
import shlex
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

# A repair's way to its end, step by step; zhang.wei is on duty around the clock.
SENT = ("dispatch --to zhang.wei", "confirm")
FOUND = (*SENT, "arrive", "diagnose --cause 阀门老化")
MENDED = (*FOUND, "done --text 换了阀门")
SIGNED = (*MENDED, "sign-off --who 王丽")
TOLD = (*SIGNED, "follow-up --solved")
# A complaint's, where it is found to have no ground.
UNFOUNDED = ("judge --invalid", "done --text 已查明", "reply --text 已说明情况")
JUDGED = "judge --valid --cause 施工过早 --responsible 装修公司 --solution 改到九点开工"

_TIMED = re.compile(r"(\d\S*) (.*)")


def add(desk, options: str = "", at: str | None = None) -> str:
    """Take a ticket in, a repair of the water unless the options say otherwise; its id."""
    return desk.add(*shlex.split(options), at=at)


def add_all(desk, *tickets: str, at: str | None = None) -> list[str]:
    """Take several tickets in with one command: each as the lines of a YAML mapping; their ids."""
    listed = "\n".join("- " + "\n  ".join(line.strip() for line in t.strip().splitlines()) for t in tickets)
    result = desk.run("ticket", "add", "--from", "-", at=at, stdin=f"tickets:\n{listed}\n")
    assert result.code == 0, result.all
    return [line.split()[0] for line in result.out.splitlines() if line.startswith("T-")]


def walk(desk, ticket: str, *steps: str) -> None:
    """Let steps happen: `confirm`, or at a time of their own `10:05 confirm`, `2026-10-15T08:00 arrive`."""
    for step in steps:
        at, step = found.groups() if (found := _TIMED.fullmatch(step)) else (None, step)
        verb, *options = shlex.split(step)
        desk.ok("ticket", verb, ticket, *options, at=at)


def refuses(desk, ticket: str, step: str, rule: str, at: str | None = None) -> str:
    """A step is refused, naming the rule, and leaves no trace; what was said."""
    verb, *options = shlex.split(step)
    said = desk.refused("ticket", verb, ticket, *options, at=at)
    assert f"[{rule}]" in said, said
    return said


def record(desk, ticket: str) -> dict[str, Any]:
    """A record as its file has it: without keys nothing of it is opened."""
    return json.loads(desk.ok("show", ticket, "--format", "json", PROPCLI_KEYS="nowhere"))


def events(desk, ticket: str) -> list[str]:
    return [event["event"] for event in record(desk, ticket)["events"]]


def rows(desk, command: str, at: str | None = None) -> list[dict[str, Any]]:
    """What a list says at a time, as json."""
    later = ("--at", at) if at else ()
    return json.loads(desk.ok(*shlex.split(command), *later, "--format", "json"))


def overdue(desk, at: str) -> list[tuple[str, str, str]]:
    """What is overdue at a time: rule, owed, by."""
    return [(row["rule"], row["owed"], row["by"]) for row in rows(desk, "overdue", at)]


def owed(desk, ticket: str, rule: str, what: str) -> list[dict[str, Any]]:
    """Every time something is or was owed on a ticket, as `explain` has it."""
    return [o for o in rows(desk, f"explain {ticket}") if (o["rule"], o["owed"]) == (rule, what)]


def due(desk, ticket: str, rule: str, what: str) -> str | None:
    """When something owed once is due."""
    (only,) = owed(desk, ticket, rule, what)
    return only["due"]


def falls_due(desk, ticket: str, rule: str, what: str, by: str, moment: str) -> None:
    """It is in time the minute before and at the moment itself, and overdue a second later, owed by that person."""
    exact = datetime.fromisoformat(moment)

    def listed(at: datetime) -> Iterable[tuple[str, str]]:
        found = rows(desk, "overdue", at.isoformat())
        return [(r["by"], r["due"]) for r in found if (r["id"], r["rule"], r["owed"]) == (ticket, rule, what)]

    assert listed(exact - timedelta(minutes=1)) == []
    assert listed(exact) == []
    assert listed(exact + timedelta(seconds=1)) == [(by, moment)]


def replace(desk, path: str, old: str, new: str) -> None:
    """Change a file of the estate as its administrator would."""
    content = (desk.root / path).read_text("utf-8")
    assert old in content
    desk.write(path, content.replace(old, new))


def append(desk, path: str, more: str) -> None:
    desk.write(path, (desk.root / path).read_text("utf-8") + more)


def on_clock(desk, clock: str, within: str) -> None:
    """A rule of the estate's own: a solution within some time on some clock, pauses not counted."""
    append(
        desk,
        "policy.yaml",
        f"  - {{rule: X1, owed: resolution, by: acceptor, from: accepted, within: {within}, clock: {clock},"
        " pauses: true, until: done}\n",
    )


def person(desk, staff_id: str, **fields: str) -> None:
    """Someone who works in engineering with the skill water around the clock, unless the fields say otherwise."""
    filled = {
        "name": staff_id.title(),
        "role": "technician",
        "team": "engineering",
        "skills": "[water]",
        "shifts": "[{days: [all], hours: '00:00-24:00'}]",
        **fields,
    }
    desk.write(f"staff/{staff_id}.yaml", f"id: {staff_id}\n" + "".join(f"{k}: {v}\n" for k, v in filled.items()))


def goes(desk, ticket: str, at: str | None = None) -> str:
    """Whom the plan sends to a ticket."""
    return next(row["to"] for row in rows(desk, "dispatch", at) if row["id"] == ticket)


def reasons(desk, at: str | None = None) -> dict[str, str]:
    """What --explain says of each candidate."""
    said = desk.ok("dispatch", "--explain", at=at)
    lines = [line for line in said.splitlines() if "lately" in line]
    return {name.strip("* "): why.strip() for name, _, why in (line.partition(":") for line in lines)}
