"""Renovation filings for the tests: led through their life by commands, or brought to a stage that was reached once."""

import json
import re
import shlex
from typing import Any

from tests.conftest import Desk

from .asking import record, rows

HOME, BELOW = "3-2-0601", "3-2-0501"  # 王丽 has both; 王小明 lives below
FILING = "N-2026-0001"
PATH = f"renovations/2026/{FILING}.yaml"
APPLY = (
    f"renovation apply {HOME} --applicant 王丽 --works 主卫与客厅翻新 --contractor 安居装饰有限公司 "
    "--in-charge 刘建国,13900139000 --item waterproofing=主卫重做防水 --item finishing=客厅换地板"
)
# What leads from one stage to the next. The permit is good until 2027-01-15; the bathroom (item 1) needs a water test;
# 李铁 (worker 1) has pass 1, good as long as the permit; the deposit is 2000 yuan.
STAGES: dict[str, tuple[str, ...]] = {
    "approved": (
        "2026-10-14T10:00 paper --checked all",
        "review --approve",
        "sign --copies all --who 王丽",
        "pay --paid deposit=2000 --paid rubbish_fee=300 --receipt 0001",
    ),
    "working": (
        "2026-10-15T09:00 permit --certificate all --told all",
        "worker add --name 李铁 --trade 瓦工 --checked all",
        "pass issue --worker 1",
    ),
    "tested": ("2026-11-20T10:00 water-test --begin", "2026-11-21T10:00 water-test --tight"),
    "completed": ("2026-11-27T10:00 complete --who 王丽",),
    "passed": ("2026-11-30T10:00 check-works --passed --lived-in-since 2026-11-30",),
    # all that the refund needs but its day, 2027-02-28, and what is shown
    "ready": ("pass return --pass 1", "neighbour-sign --who 王小明"),
}
_PAIRS = ("worker", "pass")  # commands of two words
_TIMED = re.compile(r"(\d\S*) (.*)")
# what an estate came to at a stage, by its settings: the files written since, and the time
_reached: dict[tuple[bytes, str], tuple[dict[str, bytes], str]] = {}


def bring(desk: Desk, stage: str) -> Desk:
    """Bring a fresh estate with homes to a stage of FILING: by commands the first time, then by the files that they
    wrote. Not for estates that seal names, whose keys are no files of the estate."""
    settings = (desk.root / "propcli.yaml").read_bytes()
    assert b"sealed" not in settings
    if (settings, stage) not in _reached:
        before = _files(desk)
        lead(desk, stage)
        made = {path: content for path, content in _files(desk).items() if before.get(path) != content}
        _reached[settings, stage] = made, desk.now
        return desk
    made, desk.now = _reached[settings, stage]
    for path, content in made.items():
        desk.write(path, content)
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", stage)
    return desk


def lead(desk: Desk, stage: str) -> None:
    """Lead FILING from the application to a stage, by commands."""
    desk.ok(*shlex.split(APPLY), at="2026-10-14T10:00")
    for name, steps in STAGES.items():
        do(desk, *steps)
        if name == stage:
            return


def _files(desk: Desk) -> dict[str, bytes]:
    return desk.snapshot()[2]


def _words(step: str) -> tuple[str | None, list[str]]:
    """The time and the words of `2026-10-15T09:00 pass issue --worker 1`."""
    at, step = found.groups() if (found := _TIMED.fullmatch(step)) else (None, step)
    verb, *options = shlex.split(step)
    if verb in _PAIRS:
        verb, options = f"{verb} {options[0]}", options[1:]
    return at, ["renovation", *verb.split(), FILING, *options]


def do(desk: Desk, *steps: str) -> str:
    """Let steps happen to FILING, perhaps at times of their own; what the last one printed."""
    said = ""
    for step in steps:
        at, words = _words(step)
        said = desk.ok(*words, at=at)
    return said


def refuses(desk: Desk, step: str, rule: str | None, *why: str) -> str:
    """A step is refused for these reasons, naming the rule, and leaves no trace; what was said."""
    at, words = _words(step)
    said = desk.refused(*words, at=at)
    assert rule is None or f"[{rule}]" in said, said
    for reason in why:
        assert reason in said, said
    return said


def reasons(said: str) -> list[str]:
    """The reasons of a refusal, a line each, without hints."""
    return [re.sub(r"(?<=\]) \(.*", "", line[4:]) for line in said.splitlines() if line.startswith("  - ")]


def filing(desk: Desk) -> dict[str, Any]:
    """FILING as its file has it."""
    return record(desk, FILING)


def deposit(desk: Desk) -> dict[str, str]:
    """Yuan received, deducted, refunded and held."""
    found: dict[str, str] = filing(desk)["deposit"]
    return found


def tables(desk: Desk, report: str, at: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """The tables of a report at a time."""
    later = ("--at", at) if at else ()
    found: dict[str, list[dict[str, Any]]] = json.loads(desk.ok("report", report, *later, "--format", "json"))["tables"]
    return found


def balance(desk: Desk) -> dict[str, str]:
    """The ledger of the estate: yuan by what became of them."""
    return {row["what"]: row["amount"] for row in tables(desk, "deposits")["balance"]}


def standings(desk: Desk, rule: str, what: str) -> list[tuple[str, str]]:
    """Every time something was owed on FILING: until when (a day where it is its end), and what became of it."""
    found = [o for o in rows(desk, f"explain {FILING}") if (o["rule"], o["owed"]) == (rule, what)]
    return [(o["due"][:16].removesuffix("T23:59"), o["standing"]) for o in found]


def listed(desk: Desk, at: str) -> str:
    """The state of FILING in the list at a time."""
    found = {row["id"]: row["status"] for row in rows(desk, "renovation list --state all", at)}
    return str(found[FILING])


def by_hand(desk: Desk, old: str, new: str) -> None:
    """Change the filing's file as an editor would, once."""
    text = (desk.root / PATH).read_text("utf-8")
    assert text.count(old) == 1, text
    desk.write(PATH, text.replace(old, new))


def validate_says(desk: Desk, rule: str, reason: str) -> None:
    """`validate` refuses the filing's file for a reason, naming the rule and a line of it."""
    result = desk.run("validate")
    assert result.code == 3, result.all
    assert re.search(rf"{re.escape(PATH)}:[1-9]\d*\b[^\n]*{re.escape(reason)}[^\n]*\[{rule}\]", result.all), result.all
