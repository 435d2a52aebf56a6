"""How long it takes to verify a history of many commits, from the first on and from the last verified point on.

    python benchmarks/audit.py [--commits 10000] [--runs 3] [--keep DIR]

The history is invented, one step of a ticket a commit, as commands would have made it, and put into git at once by `git
fast-import`. Figures are medians, in seconds and as a ratio to a bare `python -c pass` and to `git log --raw` of the
whole history, measured in the same run.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).parent.parent
ZONE = timezone(timedelta(hours=8))
BEGIN = datetime(2024, 1, 1, 8, tzinfo=ZONE)
STAFF = {"zhou.min": "role: desk\nteam: service", "zhang.wei": "role: technician\nteam: engineering\nskills: [water]"}
SETTINGS = """\
format: 1
name: Bench
timezone: Asia/Shanghai
desk: zhou.min
manager: zhou.min
teams:
  engineering: {name: Engineering}
  service: {name: Service}
  security: {name: Security}
  cleaning: {name: Cleaning}
  greening: {name: Greening}
"""
# what happens to a ticket: event, by whom, its fields, the state it leads to
STEPS = (
    ("dispatched", "zhou.min", "  team: engineering\n  assignee: zhang.wei\n  order: oral\n", "assigned"),
    ("confirmed", "zhang.wei", "", "confirmed"),
    ("arrived", "zhang.wei", "", "on_site"),
    ("diagnosed", "zhang.wei", "  cause: 角阀老化\n", "diagnosed"),
    ("done", "zhang.wei", "  text: 换了角阀\n", "done"),
    ("signed_off", "zhang.wei", "  who: 王丽\n", "signed_off"),
    ("noted", "zhou.min", "  text: 已收费\n", "signed_off"),
)


def ticket(record: str, at: datetime, steps: int) -> str:
    """A ticket after some steps, ten minutes apart."""
    status = STEPS[steps - 1][3] if steps else "waiting"
    sent = "team: engineering\nassignee: zhang.wei\n" if steps else ""
    text = (
        f"id: {record}\nkind: repair\ncategory: water\nurgency: normal\nstatus: {status}\nchannel: phone\n"
        f"reported: {at.isoformat()}\nunit: '3-2-0501'\nsummary: 水管漏水\ncaller:\n  name: 王丽\n"
        f"acceptor: zhou.min\n{sent}"
        f"events:\n- at: {at.isoformat()}\n  by: zhou.min\n  event: accepted\n"
    )
    for number, (event, by, more, _state) in enumerate(STEPS[:steps], 1):
        text += f"- at: {(at + timedelta(minutes=10 * number)).isoformat()}\n  by: {by}\n  event: {event}\n{more}"
    return text


def commits(many: int) -> Iterator[tuple[datetime, str, dict[str, str]]]:
    """(time, message, files) of each commit after the first; eleven tickets a day, each of eight commits."""
    number = 0
    while True:
        day = BEGIN + timedelta(days=number // 11)
        at = day + timedelta(minutes=80 * (number % 11))
        record = f"T-{day:%Y%m%d}-{number % 11 + 1:03d}"
        path = f"tickets/{day:%Y/%m}/{record}.yaml"
        for steps in range(len(STEPS) + 1):
            event, by = (STEPS[steps - 1][0], STEPS[steps - 1][1]) if steps else ("accepted", "zhou.min")
            message = f"{record} {event}: 水管漏水\n\nRecord: {record}\nEvent: {event}\nBy: {by}\n"
            yield at + timedelta(minutes=10 * steps), message, {path: ticket(record, at, steps)}
            many -= 1
            if not many:
                return
        number += 1


def build(folder: Path, many: int) -> None:
    """The repository with its history."""
    folder.mkdir(parents=True)
    git = ["git", "-c", "gc.auto=0"]
    subprocess.run([*git, "init", "--quiet", "-b", "main", "."], cwd=folder, check=True)
    defaults = ROOT / "propcli" / "defaults"
    files = {"propcli.yaml": SETTINGS}
    files |= {name: (defaults / name).read_text("utf-8") for name in ("policy.yaml", "calendar.yaml")}
    files |= {f"staff/{who}.yaml": f"id: {who}\nname: {who}\n{rest}\n" for who, rest in STAFF.items()}
    stream = subprocess.Popen([*git, "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE)
    assert stream.stdin is not None
    for at, message, changes in [(BEGIN - timedelta(days=1), "Begin", files), *commits(many)]:
        who = f"Desk <desk@example.invalid> {int(at.timestamp())} +0800"
        said = message.encode()
        stream.stdin.write(f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(said)}\n".encode() + said)
        for path, text in changes.items():
            raw = text.encode()
            stream.stdin.write(f"M 100644 inline {path}\ndata {len(raw)}\n".encode() + raw + b"\n")
    stream.stdin.close()
    if stream.wait():
        raise SystemExit("git fast-import failed")
    subprocess.run([*git, "reset", "--quiet", "--hard"], cwd=folder, check=True)


def timed(command: list[str], folder: Path, code: int = 0) -> float:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    environment.pop("PROPCLI_NOW", None)
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode != code:
        raise SystemExit(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def step(folder: Path, number: int) -> None:
    """One more commit by the program itself."""
    for key, value in (("user.name", "Desk"), ("user.email", "desk@example.invalid")):
        subprocess.run(["git", "config", key, value], cwd=folder, check=True)
    newest = max(path.stem for path in (folder / "tickets").rglob("*.yaml"))
    timed([sys.executable, "-m", "propcli", "ticket", "note", newest, "--text", f"{number}"], folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    place = given.keep or Path(tempfile.mkdtemp())
    folder = place / "estate"
    build(folder, given.commits)
    verify = [sys.executable, "-m", "propcli", "audit", "verify"]
    bare = statistics.median(timed([sys.executable, "-c", "pass"], folder) for _ in range(5))
    raw = statistics.median(timed(["git", "log", "--raw", "-z"], folder) for _ in range(given.runs))
    anew = statistics.median(timed([*verify, "--anew"], folder) for _ in range(given.runs))
    rows = [("git log --raw", raw), ("verify, from the first commit", anew)]
    onward = []
    for number in range(given.runs):
        step(folder, number)
        onward.append(timed(verify, folder))
    rows.append(("verify, one commit on", statistics.median(onward)))
    rows.append(("audit log, the latest 50", timed([sys.executable, "-m", "propcli", "audit"], folder)))
    print(f"{given.commits} commits, python {sys.version.split()[0]}; bare python {bare:.3f} s")
    for name, seconds in rows:
        print(f"{name:32} {seconds:8.2f} s {seconds / bare:8.0f} × python {seconds / raw:8.1f} × git log")
    if not given.keep:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
