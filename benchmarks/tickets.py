"""How long the daily commands take on an estate of many tickets, as whole processes.

    python benchmarks/tickets.py [--tickets 8027] [--runs 5] [--csv FILE --map MAP.yaml]

Without --csv it invents a table of requests and imports it. Every figure is the median of some runs, in seconds
and as a ratio to a bare `python -c pass` and to `git commit` of one file in the same repository, measured in the
same run: machines differ, ratios less. Peak memory is the process's own, in MiB.
"""

import argparse
import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

MAP = """\
system: bench
timezone: Asia/Shanghai
columns: {source_id: no, reported: reported, due: due, closed: closed, category: category, unit: unit, summary: summary,
          closed_text: outcome, caller_name: name, caller_phone: phone}
constants: {kind: repair, urgency: normal, channel: phone}
"""
CATEGORIES = ["water", "electricity", "leak", "elevator", "facility", "sanitation", "noise", "parking"]


def table(path: Path, tickets: int) -> None:
    """A table of invented requests over half a year: two in three closed, some late."""
    dice = random.Random(20260101)
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["no", "reported", "due", "closed", "category", "unit", "summary", "outcome", "name", "phone"])
        for number in range(tickets):
            reported = datetime(2026, 1, 1, 8) + timedelta(minutes=dice.randrange(180 * 1440))
            due = reported + timedelta(days=dice.choice([2, 3, 10, 30]))
            closed = reported + timedelta(hours=dice.randrange(1, 900)) if dice.random() < 0.7 else None
            unit = (
                f"{dice.randrange(1, 13)}-{dice.randrange(1, 4)}-{dice.randrange(1, 19):02d}{dice.randrange(1, 5):02d}"
            )
            rows.writerow(
                [
                    100000 + number,
                    reported,
                    due,
                    closed or "",
                    dice.choice(CATEGORIES),
                    unit,
                    dice.choice(
                        ["厨房水管漏水", "走廊灯不亮", "电梯有异响", "楼上漏水", "Heating too cold in the living room"]
                    ),
                    "已处理, resident informed" if closed else "",
                    dice.choice(["王丽", "李明", "张先生"]),
                    "13800138000",
                ]
            )


def measure(command: list[str], folder: Path, runs: int, env: dict[str, str]) -> tuple[float, float]:
    """Median wall seconds and the highest peak memory (MiB) of a command that has to succeed."""
    seconds, peak = [], 0.0
    for _ in range(runs):
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert process.stderr is not None
        error = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - begin)
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"{' '.join(command)}: {error.decode()}")
        peak = max(peak, usage.ru_maxrss / 1024)
    return statistics.median(seconds), peak


def added(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """The id of one more ticket."""
    return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.split()[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=8027)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--csv", type=Path, help="import this table instead of an invented one")
    parser.add_argument("--map", type=Path)
    options = parser.parse_args()
    program = str(Path(sys.executable).parent / "propcli")
    env = {
        **os.environ,
        "PROPCLI_NOW": "2026-07-10T10:00:00+08:00",
        "GIT_AUTHOR_NAME": "bench",
        "GIT_AUTHOR_EMAIL": "bench@example.invalid",
        "GIT_COMMITTER_NAME": "bench",
        "GIT_COMMITTER_EMAIL": "bench@example.invalid",
    }
    with tempfile.TemporaryDirectory(prefix="propcli-bench-") as name:
        folder = Path(name)
        estate = folder / "estate"
        subprocess.run([program, "init", str(estate)], env=env, check=True, stdout=subprocess.DEVNULL)
        (estate / "staff").mkdir(exist_ok=True)
        (estate / "staff" / "zhou.min.yaml").write_text(
            "id: zhou.min\nname: 周敏\nrole: desk\nteam: service\n", encoding="utf-8"
        )
        subprocess.run(["git", "add", "-A"], cwd=estate, env=env, check=True)
        subprocess.run(["git", "commit", "-qm", "staff"], cwd=estate, env=env, check=True)
        source, mapping = (p and p.resolve() for p in (options.csv, options.map))
        if source is None:
            source, mapping = folder / "requests.csv", folder / "map.yaml"
            table(source, options.tickets)
            mapping.write_text(MAP, encoding="utf-8")
        add = [program, "ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501"]
        add += ["--summary", "水管漏水", "--name", "王丽", "--by", "zhou.min"]
        note = [program, "ticket", "note", "--text", "已致电", "--by", "zhou.min"]
        commit = ["git", "commit", "-q", "--allow-empty", "-m", "x", "--only", "staff/zhou.min.yaml"]
        rows = [
            ("python -c pass", *measure([sys.executable, "-c", "pass"], estate, options.runs, env)),
            ("propcli --version", *measure([program, "--version"], estate, options.runs, env)),
            ("import", *measure([program, "import", "tickets", str(source), "--map", str(mapping)], estate, 1, env)),
            ("git commit", *measure(commit, estate, options.runs, env)),
            ("validate", *measure([program, "validate"], estate, options.runs, env)),
            ("overdue", *measure([program, "overdue"], estate, options.runs, env)),
            ("overdue --format json", *measure([program, "overdue", "--format", "json"], estate, options.runs, env)),
            ("report monthly", *measure([program, "report", "monthly"], estate, options.runs, env)),
            ("ticket list", *measure([program, "ticket", "list"], estate, options.runs, env)),
            ("ticket add", *measure(add, estate, options.runs, env)),
            ("ticket note", *measure([*note, added(add, estate, env)], estate, options.runs, env)),
        ]
        files = sum(1 for _ in (estate / "tickets").rglob("*.yaml"))
    python, git = rows[0][1], rows[3][1]
    print(f"{files} tickets; median of {options.runs} runs (import: one)")
    print(f"{'':24}{'seconds':>9}{'× python':>10}{'× commit':>10}{'MiB':>7}")
    for what, seconds, peak in rows:
        print(f"{what:24}{seconds:9.3f}{seconds / python:10.1f}{seconds / git:10.1f}{peak:7.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
