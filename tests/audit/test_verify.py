"""`audit verify` and `audit anchor` as they are typed: what is printed, what is remembered, what an anchor holds."""

import json
import shutil
from pathlib import Path

from tests.audit.forgeries import TICKET, T
from tests.audit.forging import Forger, event, said

SUMMARY = "{n} commits, {looked} of them looked at now: {wrong} forged or damaged, {told} told apart."


def forged(forger: Forger) -> str:
    text = forger.text(TICKET).replace("换了角阀", "换了整条水管")
    return forger.commit(said(T, "noted"), {TICKET: text})


def test_a_year_of_honest_use_raises_no_alarm(forger: Forger) -> None:
    """Whatever was done by hand, and each change of rules, is told apart."""
    code, out = forger.desk.verify("--anew")
    assert code == 0
    assert "event 6 (done): text was 换了角阀, is 换了铜角阀" in out
    assert "phones was something else" in out and "13800138" not in out
    assert "obligations.T6/4.within: 30m → 45m" in out
    assert SUMMARY.format(n=77, looked=77, wrong=0, told=7) in out
    assert forger.desk.verify("--anew", "--strict")[0] == 1


def test_one_line_names_commit_day_record_and_what(forger: Forger) -> None:
    commit = forged(forger)
    code, out = forger.desk.verify()
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "Forged or damaged"
    line = next(line for line in lines if "换了整条水管" in line)
    assert line.split()[:4] == [commit[:10], "2025-12-10", "09:56", T]
    assert "event 6 (done): text was 换了角阀, is 换了整条水管" in line
    forger.desk.language = "zh"
    code, out = forger.desk.verify()
    assert code == 1 and "第 6 个事件" in out and "78 个提交" in out


def test_programs_read_it_too(forger: Forger) -> None:
    commit = forged(forger)
    done = forger.desk.run("audit", "verify", "--format", "json", PROPCLI_NOW="")
    rows = json.loads(done.out)
    codes = {(row["code"], row["record"]) for row in rows if row["alarm"]}
    assert codes == {("event_changed", T), ("event_unclaimed", T)} and {r["commit"] for r in rows if r["alarm"]} == {
        commit[:10]
    }
    assert done.code == 1 and SUMMARY.format(n=78, looked=1, wrong=2, told=7) in done.err


def test_only_what_is_new_is_told(forger: Forger) -> None:
    forged(forger)
    code, out = forger.desk.verify("--since", "2025-12-01")
    assert code == 1 and "2025-05-08" not in out
    assert forger.desk.verify("--since", "2025-12-11")[0] == 0


def test_in_a_rehearsal_the_clocks_are_not_compared(forger: Forger) -> None:
    """PROPCLI_NOW dates events as it likes, git does not."""
    text = forger.text(TICKET) + event("2025-12-11T09:00:00+08:00", "noted", text="x")
    forger.commit(said(T, "noted"), {TICKET: text})
    assert forger.desk.verify()[0] == 1
    assert forger.desk.run("audit", "verify").code == 0


# --- rules


def test_a_change_of_rules_says_which_verdicts_it_changes(forger: Forger) -> None:
    """The office was in time by the old rule; by the new one it was late. Nobody is told twice."""
    policy = forger.text("policy.yaml").replace("within: 4h", "within: 1m")
    commit = forger.commit("Edited by hand", {"policy.yaml": policy})
    code, out = forger.desk.verify()
    assert code == 0
    line = next(line for line in out.splitlines() if commit[:10] in line)
    assert "in time → late" in line and "→ 1m" in line, line


def test_a_new_manager_owes_what_the_old_one_did(forger: Forger) -> None:
    text = forger.text("propcli.yaml").replace("supervisor: wang.gang", "supervisor: chen.jing")
    commit = forger.commit("Edited by hand", {"propcli.yaml": text})
    line = next(line for line in forger.desk.verify()[1].splitlines() if commit[:10] in line)
    assert "teams.engineering.supervisor: wang.gang → chen.jing" in line


def test_whoever_is_said_to_have_left_owes_nothing(forger: Forger) -> None:
    path = "staff/zhou.min.yaml"
    text = forger.text(path).replace("events:", "left: 2025-12-01\nsuccessor: lin.yue\nevents:", 1)
    commit = forger.commit("Edited by hand", {path: text})
    code, out = forger.desk.verify()
    lines = [line for line in out.splitlines() if commit[:10] in line]
    assert code == 0 and "owed by zhou.min → lin.yue" in lines[0], out


# --- what is remembered


def test_the_next_time_only_what_is_new_is_looked_at(forger: Forger) -> None:
    """And nothing told before is forgotten: neither alarms nor what the commits before have made known."""
    assert SUMMARY.format(n=77, looked=0, wrong=0, told=7) in forger.desk.verify()[1]
    forged(forger)
    assert SUMMARY.format(n=78, looked=1, wrong=2, told=7) in forger.desk.verify()[1]
    code, out = forger.desk.verify()
    assert code == 1 and SUMMARY.format(n=78, looked=0, wrong=2, told=7) in out
    text = forger.text(TICKET) + event(forger.now, "noted", "li.qiang", text="x")
    forger.commit(said(T, "noted", by="li.qiang"), {TICKET: text})
    assert "worked here until 2025-03-10" in forger.desk.verify()[1]


def test_what_is_remembered_can_be_thrown_away(forger: Forger) -> None:
    """Deleted, of another version, or spoilt: then everything is looked at."""
    mark = forger.root / ".git/propcli/verified.json"
    whole = mark.read_text("utf-8")
    for text in (
        "",
        "[]",
        whole.replace('"version": "', '"version": "0'),
        whole[:-5],
        whole.replace('"ledger"', '"x"'),
    ):
        mark.write_text(text, "utf-8")
        assert SUMMARY.format(n=77, looked=77, wrong=0, told=7) in forger.desk.verify()[1]
        assert json.loads(mark.read_text("utf-8")) == json.loads(whole)


def test_what_is_remembered_does_not_stand_against_an_anchor(forger: Forger, tmp_path: Path) -> None:
    """Somebody writes the history anew and makes the memory fit."""
    forger.desk.ok("audit", "anchor", "--to", str(tmp_path / "a.anchor"))
    anchored = forger.git("rev-parse", "HEAD")
    mark = forger.root / ".git/propcli/verified.json"
    forger.git("reset", "--quiet", "--hard", "HEAD~1")
    mark.unlink()
    assert forger.desk.verify()[0] == 0
    code, out = forger.desk.verify("--anchor", str(tmp_path / "a.anchor"))
    assert code == 1 and anchored[:10] in out and "gone from the history" in out


def test_each_branch_is_remembered_by_itself(forger: Forger) -> None:
    forger.git("switch", "--quiet", "-c", "夜班", "HEAD~3")
    assert forger.desk.verify()[0] == 0
    forger.git("switch", "--quiet", "main")
    assert forger.desk.verify()[0] == 0


def test_two_estates_in_one_repository(forger: Forger) -> None:
    """What is about the other is passed over."""
    other = forger.root / "west"
    shutil.copytree(forger.root, other, ignore=shutil.ignore_patterns(".git"))
    forger.git("add", "west")
    forger.commit("West", {f"west/{p.relative_to(other)}": p.read_text("utf-8") for p in other.rglob("*.yaml")})
    text = forger.text(f"west/{TICKET}") + event(forger.now, "noted", text="x")
    forger.commit(said(T, "noted"), {f"west/{TICKET}": text})
    forger.desk.root = other
    code, out = forger.desk.verify()
    assert code == 0, out


# --- anchors


def test_an_anchor_is_printed_and_kept(forger: Forger, tmp_path: Path) -> None:
    desk = forger.desk
    head = forger.git("rev-parse", "HEAD")
    text = desk.ok("audit", "anchor")
    assert text.splitlines() == [
        "propcli anchor 1",
        "estate: 测试苑",
        f"head: {head}",
        "commits: 77",
        "looks: 1",
        "at: 2025-12-10T09:49:00+08:00",
    ]
    (tmp_path / "kept").mkdir()
    desk.ok("audit", "anchor", "--to", str(tmp_path / "kept"))
    desk.ok("ticket", "note", T, "--text", "x")
    desk.ok("audit", "anchor", "--to", str(tmp_path / "kept"))
    assert len([*(tmp_path / "kept").iterdir()]) == 2
    for anchor in (str(tmp_path / "kept"), head):
        assert desk.verify("--anchor", anchor)[0] == 0
    assert "is there already" in desk.refused("audit", "anchor", "--to", str(next((tmp_path / "kept").iterdir())))
    desk.ok("audit", "anchor", "--to", "../mail")
    (tmp_path / "mail").write_text("Dear committee,\n\n" + (tmp_path / "mail").read_text() + "\nYours\n")
    assert desk.verify("--anchor", "../mail")[0] == 0


def test_what_is_no_anchor_is_refused(forger: Forger, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello\n")
    (tmp_path / "empty").mkdir()
    for anchor in ("../x", "../empty", "../missing", "deadbeef"):
        assert "Traceback" not in forger.desk.refused("audit", "verify", "--anchor", anchor)
    for option in (("--sign",), ("--timestamp", "https://tsa.invalid/")):
        assert f"{option[0]} needs --to" in forger.desk.refused("audit", "anchor", *option)


def test_an_anchor_that_git_has_lost_counts(forger: Forger, tmp_path: Path) -> None:
    """Even where the commits themselves are gone from the disk: how many there were, how many looks."""
    forger.desk.ok("audit", "anchor", "--to", str(tmp_path / "a.anchor"))
    look = forger.git("log", "--format=%H", "-1", "--grep=^Event: revealed")
    forger.replayed(look, drop={look})
    forger.git("reflog", "expire", "--expire=now", "--all")
    forger.git("gc", "--quiet", "--prune=now")
    (forger.root / ".git/propcli/verified.json").unlink()
    assert forger.desk.verify()[0] == 0
    code, out = forger.desk.verify("--anchor", str(tmp_path / "a.anchor"))
    assert code == 1 and "with 77 commits, 1 of them looks at personal data" in out and "there are 76 and 0" in out
