"""`audit log`, `audit show`, `audit as-of`: the three times told apart, deleted records, what git cannot tell."""

import json

import pytest

from tests.audit.forgeries import OLD, TICKET, T
from tests.audit.forging import Forger, event, said


def rows(forger: Forger, *arguments: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(forger.desk.ok("audit", *arguments, "--format", "json"))
    return found


def test_log_is_meant_where_nothing_is_named(forger: Forger) -> None:
    for more in ((), (T,), ("--event", "revealed"), ("--format", "csv"), ("--from", "2025-12-01")):
        assert forger.desk.ok("audit", *more) == forger.desk.ok("audit", "log", *more)


def test_three_times_are_told_apart(forger: Forger) -> None:
    """When it happened, when it was written down, when that became this commit."""
    forger.desk.ok("ticket", "note", T, "--text", "x", "--at", "2025-12-10T09:50")
    made, at = "2025-12-10T10:00:00+08:00", "2025-12-10T11:00:00+08:00"
    text = forger.text(TICKET) + event("2025-12-10T09:57:00+08:00", "noted", text="y")
    forger.commit(said(T, "noted"), {TICKET: text}, made=made, at=at)
    latest, before, *_ = rows(forger, T)
    assert (latest["happened"], latest["at"], latest["committed"]) == (["2025-12-10T09:57:00+08:00"], made, at)
    assert before["happened"] == ["2025-12-10T09:50:00+08:00"] and before["at"] == before["committed"]
    header = forger.desk.ok("audit", T).splitlines()[0]
    assert header.split() == ["when", "happened", "committed", "who", "what", "reason", "commit"]
    assert forger.desk.ok("audit", "R-00001").split("\n")[0].split() == ["when", "who", "what", "reason", "commit"]


def test_every_commit_of_a_record_is_there(forger: Forger) -> None:
    """Also those that do not name it: an import of hundreds, a seal of all, hand edits."""
    assert [row["what"] for row in rows(forger, "R-00002")] == [
        "215 residents sealed",
        "Edited by hand",
        "3-2-0502 registered",
    ]


def test_a_deleted_record_has_a_history(forger: Forger) -> None:
    before = rows(forger, T)
    forger.commit("clean up", {TICKET: None})
    for typed in (T, "1210-001"):
        assert [row["what"] for row in rows(forger, typed)] == ["clean up", *(row["what"] for row in before)]
    assert "there is no record T-20251210-009" in forger.desk.refused("audit", "T-20251210-009")


def test_what_others_wrote_does_not_act_on_the_screen(forger: Forger) -> None:
    forger.commit("evil \x1b[31m \u202e subject", GIT_AUTHOR_NAME="a\x1bb")
    for command in (("audit",), ("audit", "show", "HEAD"), ("audit", "verify")):
        out = forger.desk.run(*command).all
        assert "\x1b" not in out and "\u202e" not in out
    assert "\\u001b[31m \\u202e subject" in forger.desk.ok("audit")


def test_nothing_on_record_is_said_only_where_nothing_is(forger: Forger) -> None:
    """Where git cannot tell, its reason is told."""
    assert forger.desk.ok("audit", "--event", "card_lost") == "Nothing on record.\n"
    head = forger.git("rev-parse", "HEAD")
    place = forger.object(head)
    kept = place.read_bytes()
    place.chmod(0o644)
    place.write_bytes(b"")
    for command in (("audit",), ("audit", T), ("audit", "verify"), ("audit", "show", T)):
        done = forger.desk.run(*command)
        assert done.code in (1, 3) and "Nothing on record" not in done.all and head[:10] in done.all, done.all
        assert "Traceback" not in done.all
    place.write_bytes(kept)
    (forger.root / ".git/refs/heads/main").unlink()
    done = forger.desk.run("audit")
    assert done.code == 3 and "the branch main is gone" in done.err


def test_an_estate_without_commits(forger: Forger) -> None:
    (forger.root / ".git/refs/heads/main").unlink()
    (forger.root / ".git/logs/refs/heads/main").unlink()
    assert forger.desk.ok("audit") == "Nothing on record.\n"
    assert "There is no commit yet." in forger.desk.ok("audit", "verify")
    assert forger.desk.run("audit", "anchor").code == 3


def test_a_cut_history_is_told(forger: Forger) -> None:
    """Shallow, grafted, replaced: what is shown is what is there, and that it is not all."""
    deep = forger.git("rev-parse", "HEAD~3")
    forger.git("replace", deep, forger.git("rev-parse", "HEAD~5"))
    done = forger.desk.run("audit")
    assert done.code == 0 and deep[:10] in done.err and "git replace" in done.err
    forger.git("replace", "-d", deep)
    forger.git("clone", "--quiet", "--depth", "3", f"file://{forger.root}", str(forger.root.parent / "shallow"))
    forger.desk.root = forger.root.parent / "shallow"
    done = forger.desk.run("audit")
    assert len(done.out.splitlines()) == 5 and "not in this clone" in done.err
    code, out = forger.desk.verify()
    assert code == 0 and "3 commits" in out and "what was before is not in this clone" in out


# --- one commit


def test_one_commit(forger: Forger) -> None:
    forger.desk.ok("ticket", "note", T, "--text", "已回访", "--at", "2025-12-10T09:50")
    out = forger.desk.ok("audit", "show", T)
    assert out == forger.desk.ok("audit", "show", "HEAD")
    assert "done by 周敏 (zhou.min)" in out and "not signed" in out
    assert "2025-12-10 09:50  noted, 周敏 (zhou.min): text 已回访" in out
    body = json.loads(forger.desk.ok("audit", "show", T, "--format", "json"))
    (row,) = body["tables"]["changes"]
    assert (body["by"], row["record"], row["happened"]) == ("zhou.min", T, "2025-12-10T09:50:00+08:00")
    assert "there is no record nonsense" in forger.desk.refused("audit", "show", "nonsense")


def test_one_commit_before_and_after(forger: Forger) -> None:
    edit = forger.git("log", "--format=%H", "-1", "--grep=^Event: edited", "--", "tickets")
    out = forger.desk.ok("audit", "show", edit[:8])
    assert "text 换了角阀" in out and "text 换了铜角阀" in out
    sealing = forger.git("log", "--format=%H", "-1", "--grep=^Event: changed")
    out = forger.desk.ok("audit", "show", sealing)
    assert "sealed" in out and "age:" not in out
    by_hand = forger.git("log", "--format=%H", "-1", "--grep=^Edited by hand")
    assert "13800138" not in forger.desk.ok("audit", "show", by_hand)
    assert "13800138222" in forger.desk.ok("audit", "show", by_hand, "--reveal")
    assert "revealed: audit show" in forger.git("log", "-1", "--format=%s")
    assert "It changes nothing." in forger.desk.ok(
        "audit", "show", forger.git("log", "--format=%H", "-1", "--grep=revealed")
    )


# --- the estate as it was


def test_the_estate_as_it_was(forger: Forger) -> None:
    """Records, rules and clock of that time; nothing of it is left."""
    desk = forger.desk
    out = desk.ok("audit", "as-of", "2025-03-10T09:25", "show", OLD)
    assert "on site" in out and "换了角阀" not in out
    assert "signed off" in desk.ok("show", OLD)
    out = desk.ok("audit", "as-of", "2025-03-10T09:25", "ticket", "list", "--format", "json")
    assert [row["status"] for row in json.loads(out) if row["id"] == OLD] == ["on_site"]
    assert "forgotten" not in desk.ok("audit", "as-of", "2025-06-01", "resident", "list", "--all")
    assert "forgotten" in desk.ok("resident", "list", "--all")
    assert desk.git("status", "--porcelain") == "" and desk.git("worktree", "list").count("\n") == 1
    assert [*(forger.root / ".git/propcli").glob("past-*")] == []
    assert desk.ok("ticket", "list") == desk.ok("ticket", "list", "--at", desk.now)


def test_the_past_is_only_looked_at(forger: Forger) -> None:
    desk = forger.desk
    for command in (
        ("ticket", "note", OLD, "--text", "x"),
        ("dispatch", "--apply"),
        ("resident", "list", "--reveal"),
        ("edit", OLD),
        ("audit", "verify"),
    ):
        desk.refused("audit", "as-of", "2025-06-01", *command)
    assert "nothing was on record yet" in desk.refused("audit", "as-of", "2024-06-01", "overdue")
    assert "DATE" in desk.refused("audit", "as-of", "someday", "overdue")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_explained_in_both_languages(forger: Forger, language: str) -> None:
    forger.desk.language = language
    for command in ("log", "show", "as-of", "verify", "anchor"):
        out = forger.desk.ok("audit", command, "--help")
        assert ("用法" in out) == (language == "zh")
