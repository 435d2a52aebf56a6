"""A move-in at a real terminal: asked for part by part, left half-way, gone on with [U3, U4, U5]."""

import json

import pexpect
import pytest

from tests.conftest import Desk, interrupt
from tests.test_interactive import terminal

EMPTY = "3-2-0601"


def answer(screen: "pexpect.spawn[str]", *dialogue: tuple[str, str]) -> None:
    for question, said in dialogue:
        screen.expect_exact(question)
        screen.sendline(said)


def end(screen: "pexpect.spawn[str]") -> int:
    screen.expect(pexpect.EOF)
    screen.close()
    return int(screen.exitstatus or 0)


def events(desk: Desk) -> list[dict]:
    found: list[dict] = json.loads(desk.ok("unit", "show", EMPTY, "--format", "json"))["events"]
    return found[1:]


@pytest.mark.slow
@pytest.mark.rule("U3", "U4", "U5")
def test_asked_part_by_part_and_gone_on_with(homes: Desk) -> None:
    """Each part is on record before the next is asked for; Ctrl-C loses only the question on the screen."""
    screen = terminal(homes, "unit", "move-in", EMPTY)
    answer(
        screen,
        ("Who comes", "9"),
        ("Who comes", "2"),
        ("ID card seen and copied", "y"),
        ("move-in notice seen and copied", "y"),
        ("purchase contract seen and copied", "n"),
        ("power of attorney seen and copied", "perhaps"),
        ("power of attorney seen and copied", "y"),
        ("the agent's ID seen and copied", "y"),
        ("registration form signed", "y"),
    )
    screen.expect_exact("service agreement signed")
    interrupt(screen)
    assert end(screen) == 130
    assert [e["event"] for e in events(homes)] == ["move_in_began", "papers_received"]
    assert events(homes)[1]["papers"] == ["id_card", "move_in_notice", "power_of_attorney", "agent_id"]

    homes.now = "2026-10-15T10:00:00+08:00"
    screen = terminal(homes, "unit", "move-in", EMPTY)
    answer(screen, ("purchase contract seen and copied", "y"))
    for form in (
        "registration form",
        "service agreement",
        "estate rules",
        "renovation",
        "fire-safety",
        "fee agreement",
    ):
        answer(screen, (form, "y"))
    for thing in ("keys", "handbook", "electric plan", "quality guarantee", "quality manual"):
        answer(screen, (thing, "y"))
    answer(
        screen,
        ("water: the meter's reading", "a lot"),
        ("'a lot' is not an amount", "12.5"),
        ("electricity: the meter's reading", "100"),
        ("gas: the meter's reading", ""),
        ("entrance door: in order", ""),
        ("doors and windows: in order", "-"),
        ("walls: in order", "n"),
        ("walls: in order", "客厅墙面开裂；主卧空鼓"),
    )
    for item in ("floors", "ceiling", "kitchen", "bathroom", "balcony", "water pipes", "drains", "sockets"):
        answer(screen, (f"{item}", ""))
    answer(screen, ("gas pipes: in order", ""), ("intercom: in order", ""))
    assert end(screen) == 0
    assert len(list((homes.root / "tickets/2026/10").iterdir())) == 2

    screen = terminal(homes, "unit", "move-in", EMPTY)
    answer(screen, ("gas: the meter's reading", "3"), ("doors and windows: in order", ""), ("Complete it", "y"))
    assert end(screen) == 0
    assert events(homes)[-1]["event"] == "moved_in"
    assert homes.ok("validate").endswith("no problems\n")


@pytest.mark.slow
@pytest.mark.rule("U3")
def test_giving_up_at_the_first_question_records_nothing(homes: Desk) -> None:
    before = homes.snapshot()
    screen = terminal(homes, "unit", "move-in", EMPTY)
    screen.expect_exact("Who comes")
    interrupt(screen)
    assert end(screen) == 130
    assert homes.snapshot() == before


@pytest.mark.slow
@pytest.mark.rule("U3")
def test_what_nobody_owns_is_not_asked_about(homes: Desk) -> None:
    screen = terminal(homes, "unit", "move-in", "1-1-0101")
    answer(screen, ("Who comes", ""))
    screen.expect_exact("nobody owns 1-1-0101 yet")
    assert end(screen) == 2
