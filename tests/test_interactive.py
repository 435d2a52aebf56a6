"""At a real terminal: questions for what is missing, tables that fit the screen."""

import os

import pexpect
import pytest
from wcwidth import wcswidth

from tests.conftest import IDENTITY, LOCALES, Desk, interrupt


def terminal(desk: Desk, *arguments: str, columns: int = 100) -> "pexpect.spawn[str]":
    """propcli in a terminal of its own."""
    return pexpect.spawn(
        "propcli",
        list(arguments),
        cwd=str(desk.root),
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/",
            "LANG": LOCALES[desk.language],
            "PROPCLI_NOW": desk.now,
            "TERM": "dumb",
            **IDENTITY,
        },
        encoding="utf-8",
        timeout=60,
        dimensions=(24, columns),
    )


@pytest.mark.slow
@pytest.mark.rule("T2", "T5")
def test_a_ticket_is_asked_for_field_by_field(desk: Desk) -> None:
    """Numbers, words in either language, a default with return, and again what was not understood."""
    screen = terminal(desk, "ticket", "add")
    for question, answer in (
        ("Kind", ""),
        ("Category", "plumbing"),
        ("one of: water", None),
        ("Category", "漏水"),
        ("Unit", "2-1-0301"),
        ("Exact place", ""),
        ("in one line", "顶棚渗水"),
        ("Channel", "来访"),
        ("Who raised it", "李明"),
        ("Phone", "13800138001"),
        ("Is harm still going on", "n"),
        ("Urgency", "2"),
    ):
        screen.expect(question)
        if answer is not None:
            screen.sendline(answer)
    screen.expect("T-20261014-001  waiting  repair · leak  2-1-0301  顶棚渗水")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 0
    text = (desk.root / "tickets/2026/10/T-20261014-001.yaml").read_text(encoding="utf-8")
    assert "channel: visit\n" in text
    assert "urgency: normal\n" in text
    assert desk.run("validate").code == 0


@pytest.mark.slow
@pytest.mark.rule("T5")
def test_harm_that_goes_on_makes_it_urgent(desk: Desk) -> None:
    """The urgency is not asked for then; in Chinese."""
    desk.language = "zh"
    screen = terminal(
        desk, "ticket", "add", "--kind", "报修", "--category", "水", "--unit", "3-2-0501", "--name", "王丽"
    )
    for question, answer in (("位置", ""), ("一句话", "水管爆裂"), ("渠道", ""), ("损害|危害", "y")):
        screen.expect(question)
        screen.sendline(answer)
    screen.expect("T-20261014-001")
    screen.expect(pexpect.EOF)
    screen.close()
    assert "urgency: urgent" in (desk.root / "tickets/2026/10/T-20261014-001.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_giving_up_at_a_question_records_nothing(desk: Desk) -> None:
    """Ctrl-C: exit 130, no ticket, no commit."""
    before = desk.snapshot()
    screen = terminal(desk, "ticket", "add")
    screen.expect("Kind")
    interrupt(screen)
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 130
    assert desk.snapshot() == before


@pytest.mark.slow
def test_a_list_fits_the_screen(desk: Desk) -> None:
    """On 120 columns long words give way; into a pipe nothing is cut."""
    summary = "厨房水管漏水已经三天了一直没有人来修请尽快派人处理否则就要投诉到街道办事处"
    desk.add("--summary", summary, "--place", "厨房水槽下面靠近外墙的那一根立管")
    screen = terminal(desk, "ticket", "list", columns=120)
    screen.expect(pexpect.EOF)
    screen.close()
    lines = str(screen.before).replace("\r", "").strip().split("\n")
    assert all(wcswidth(line) <= 120 for line in lines)
    assert "…" in lines[2]
    assert "T-20261014-001" in lines[2]
    assert summary in desk.ok("ticket", "list")
