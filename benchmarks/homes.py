"""How long the commands that look at homes take on an estate of many, as whole processes.

    python benchmarks/homes.py [--units 3000] [--residents 4000] [--tickets 1000] [--runs 5] [--keep DIR]

The estate is invented, and the same on every run. Every figure is the median of some runs, in seconds and as a ratio
to a bare `python -c pass` measured in the same run: machines differ, ratios less. Peak memory is the process's own, in
MiB. --keep leaves the estate in a folder, to look at.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from tickets import measure

NOW = "2026-07-10T10:00:00+08:00"
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红辉建国春梅海燕文博雅婷子轩浩然欣怡思远"
SUMMARIES = ["厨房水管漏水", "走廊灯不亮，晚上看不见", "电梯有异响", "楼上漏水到卫生间吊顶", "门禁刷不开", "Heating"]
CATEGORIES = ["water", "electricity", "elevator", "leak", "security", "facility"]

# a call; digits; a name; its sound; and the worst, digits that are in nearly every record
WORDS = ["王 0501 138", "0501", "8000", "张伟", "王", "zengwei", "wl", "1"]


def unit_ids(units: int) -> list[str]:
    """Homes of 25 floors with four to a floor, three entrances to a building."""
    return [
        f"{n // 300 + 1}-{n // 100 % 3 + 1}-{n // 4 % 25 + 1:02d}{n % 4 + 1:02d}" for n in range(units)
    ]  # fmt: skip


def resident(dice: random.Random, number: int) -> str:
    name = dice.choice(FAMILY) + "".join(dice.choice(GIVEN) for _ in range(dice.choice((1, 2, 2))))
    phone = f"1{dice.randrange(3, 10)}{dice.randrange(10**9):09d}"
    plates = f"plates: [粤{dice.choice('ABCDE')}{dice.randrange(10**5):05d}]\n" if dice.random() < 0.4 else ""
    return (
        f"id: R-{number:05d}\nstatus: active\ntype: person\nname: {name}\nphones: ['{phone}']\n{plates}"
        "events:\n- at: 2025-06-01T10:00:00+08:00\n  by: zhou.min\n  event: registered\n"
    )


def unit(unit_id: str, ties: list[tuple[str, str]], since: date) -> str:
    people = "".join(f"- {{resident: {who}, tie: {tie}, from: {since}}}\n" for who, tie in ties)
    state = "owner_occupied" if ties else "unsold"
    handed = f"handed_over: {since}\n" if ties else ""
    return (
        f"id: {unit_id}\nstatus: {state}\nuse: residential\narea: 89.50\nlayout: 三室两厅\n{handed}"
        + (f"people:\n{people}" if ties else "")
        + f"events:\n- at: {since}T10:00:00+08:00\n  by: zhou.min\n  event: registered\n  state: {state}\n"
        + "  use: residential\n"
        + (f"  handed_over: {since}\n  ties:\n" if ties else "")
        + "".join(f"  {line}\n" for line in people.splitlines())
    )


def ticket(dice: random.Random, ticket_id: str, at: datetime, unit_id: str, who: str | None) -> str:
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}+08:00"
    caller = f"resident: {who}\n" if who else "caller: {name: 李明, phone: '13800138000'}\n"
    ended = dice.random() < 0.7
    cancelled = f"- at: {stamp}\n  by: zhou.min\n  event: cancelled\n  reason: 不需要了\n"
    return (
        f"id: {ticket_id}\nkind: repair\ncategory: {dice.choice(CATEGORIES)}\nurgency: normal\n"
        f"status: {'cancelled' if ended else 'waiting'}\nchannel: phone\nreported: {stamp}\nunit: {unit_id}\n"
        f"summary: {dice.choice(SUMMARIES)}\n{caller}acceptor: zhou.min\n"
        f"events:\n- at: {stamp}\n  by: zhou.min\n  event: accepted\n{cancelled if ended else ''}"
    )


def files(units: int, residents: int, tickets: int) -> Iterator[tuple[str, str]]:
    """Path and content of every record: each home has an owner as far as there are residents, some a family."""
    dice = random.Random(20260101)
    ids = unit_ids(units)
    people = [f"R-{number:05d}" for number in range(1, residents + 1)]
    homes: dict[str, list[tuple[str, str]]] = {unit_id: [] for unit_id in ids}
    for number, who in enumerate(people):
        yield f"residents/{who}.yaml", resident(dice, number + 1)
        home = homes[ids[number] if number < units else dice.choice(ids)]
        home.append((who, "family" if home else "owner"))
    for unit_id, ties in homes.items():
        since = date(2020, 1, 1) + timedelta(days=dice.randrange(1500))
        yield f"units/{unit_id.split('-')[0]}/{unit_id}.yaml", unit(unit_id, ties, since)
    for number in range(tickets):
        at = datetime(2026, 1, 5, 8) + timedelta(days=number // 6, minutes=number % 6 * 90)
        ticket_id = f"T-{at:%Y%m%d}-{number % 6 + 1:03d}"
        unit_id = dice.choice(ids)
        who = homes[unit_id][0][0] if homes[unit_id] and dice.random() < 0.8 else None
        yield f"tickets/{at:%Y/%m}/{ticket_id}.yaml", ticket(dice, ticket_id, at, unit_id, who)


def build(estate: Path, program: str, env: dict[str, str], units: int, residents: int, tickets: int) -> int:
    """Make the estate; how many records it has."""
    subprocess.run([program, "init", str(estate)], env=env, check=True, stdout=subprocess.DEVNULL)
    records = [
        ("staff/zhou.min.yaml", "id: zhou.min\nname: 周敏\nrole: desk\nteam: service\n"),
        *files(units, residents, tickets),
    ]
    for path, content in records:
        file = estate / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return len(records)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=3000)
    parser.add_argument("--residents", type=int, default=4000)
    parser.add_argument("--tickets", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="make the estate in this folder and leave it there")
    options = parser.parse_args()
    program = str(Path(sys.executable).parent / "propcli")
    env = {**os.environ, "PROPCLI_NOW": NOW}
    with tempfile.TemporaryDirectory(prefix="propcli-bench-") as name:
        estate = (options.keep or Path(name) / "estate").resolve()
        count = build(estate, program, env, options.units, options.residents, options.tickets)
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "propcli --version": [program, "--version"],
            **{f"find {words}": [program, "find", *words.split()] for words in WORDS},
            "validate": [program, "validate"],
            "overdue": [program, "overdue"],
        }
        rows = [(what, *measure(command, estate, options.runs, env)) for what, command in commands.items()]
    python = rows[0][1]
    print(f"{count} records ({options.units} units, {options.residents} residents); median of {options.runs} runs")
    print(f"{'':24}{'seconds':>9}{'× python':>10}{'MiB':>7}")
    for what, seconds, peak in rows:
        label = what + " " * (24 - len(what) - sum(not c.isascii() for c in what))  # Chinese takes two columns
        print(f"{label}{seconds:9.3f}{seconds / python:10.1f}{peak:7.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
