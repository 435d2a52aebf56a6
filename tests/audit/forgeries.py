"""Every kind of forgery the history is held against: what is done, and what has to be said of which commit.

Each function forges a copy of the honest year and returns the commit that has to be named; the first line of its text
says what somebody tries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.audit.forging import SOMEBODY, Forger, event, said

T = "T-20251210-001"
TICKET = f"tickets/2025/12/{T}.yaml"
OLD = "T-20250310-001"
OLD_TICKET = f"tickets/2025/03/{OLD}.yaml"
MERGED = "tickets/2025/03/T-20250314-003.yaml"
NOTED = f"{T} noted: 水管漏水"


@dataclass(frozen=True)
class Forgery:
    name: str
    code: str
    forge: Callable[[Forger], str]
    record: str | None = None


FORGERIES: list[Forgery] = []


def forgery(code: str, record: str | None = None) -> Callable[[Callable[[Forger], str]], Callable[[Forger], str]]:
    def keep(function: Callable[[Forger], str]) -> Callable[[Forger], str]:
        FORGERIES.append(Forgery(function.__name__, code, function, record))
        return function

    return keep


def changed(f: Forger, path: str, old: str, new: str, message: str) -> str:
    text = f.text(path)
    assert old in text
    return f.commit(message, {path: text.replace(old, new)})


def appended(f: Forger, path: str, more: str) -> str:
    return f.text(path) + more


# --- events


@forgery("event_changed", T)
def words_of_an_event_in_a_plain_commit(f: Forger) -> str:
    return changed(f, TICKET, "换了角阀", "换了整条水管", "typo")


@forgery("event_changed", T)
def words_of_an_event_along_with_a_step(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="已回访")).replace("换了角阀", "换了整条水管")
    return f.commit(said(T, "noted"), {TICKET: text})


@forgery("event_changed", OLD)
def who_did_it(f: Forger) -> str:
    text = f.text(OLD_TICKET).replace("by: zhang.wei\n  event: done", "by: wang.gang\n  event: done")
    return f.commit("layout", {OLD_TICKET: text})


@forgery("event_backdated", OLD)
def an_event_earlier(f: Forger) -> str:
    return changed(f, OLD_TICKET, "at: 2025-03-10T09:21:00", "at: 2025-03-10T09:15:00", "layout")


@forgery("event_postdated", OLD)
def an_event_later(f: Forger) -> str:
    return changed(f, OLD_TICKET, "at: 2025-03-10T09:21:00", "at: 2025-03-10T09:27:00", "layout")


@forgery("event_removed", OLD)
def an_event_gone(f: Forger) -> str:
    text = f.text(OLD_TICKET)
    start = text.index("- at: 2025-03-10T09:49")
    return f.commit("layout", {OLD_TICKET: text[:start] + text[text.index("- at: 2025-08-11") :]})


@forgery("event_removed", OLD)
def a_revert_of_a_step(f: Forger) -> str:
    text = f.text(OLD_TICKET)
    return f.commit('Revert "noted"', {OLD_TICKET: text[: text.index("- at: 2025-08-11")]})


@forgery("event_inserted", OLD)
def an_event_in_between(f: Forger) -> str:
    text = f.text(OLD_TICKET)
    place = text.index("- at: 2025-03-10T09:49")
    more = event("2025-03-10T09:45:00+08:00", "noted", text="已书面告知")
    return f.commit(said(OLD, "noted"), {OLD_TICKET: text[:place] + more + text[place:]})


@forgery("event_added", T)
def an_event_by_no_command(f: Forger) -> str:
    return f.commit("wip", {TICKET: appended(f, TICKET, event(f.now, "noted", text="已回访"))})


@forgery("event_unclaimed", T)
def another_event_than_it_says(f: Forger) -> str:
    return f.commit(said(T, "noted"), {TICKET: appended(f, TICKET, event(f.now, "linked", other=OLD))})


@forgery("event_unclaimed", T)
def one_event_more_than_it_says(f: Forger) -> str:
    two = event(f.now, "noted", text="一") + event(f.now, "noted", text="二")
    return f.commit(said(T, "noted"), {TICKET: appended(f, TICKET, two)})


@forgery("record_missing", T)
def an_event_that_is_not_there(f: Forger) -> str:
    return f.commit(said(T, "noted"))


@forgery("event_ahead", T)
def an_event_of_tomorrow(f: Forger) -> str:
    at = (datetime.fromisoformat(f.now) + timedelta(days=1)).isoformat()
    return f.commit(said(T, "noted"), {TICKET: appended(f, TICKET, event(at, "noted", text="已回访"))})


@forgery("event_impossible", T)
def a_step_that_may_not_be_taken(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "closed")).replace("status: signed_off", "status: closed")
    return f.commit(said(T, "closed"), {TICKET: text})


@forgery("event_impossible", T)
def a_step_before_the_last(f: Forger) -> str:
    at = "2025-12-10T09:01:00+08:00"
    return f.commit(said(T, "noted"), {TICKET: appended(f, TICKET, event(at, "noted", text="已回访"))})


# --- who


@forgery("by_unknown", T)
def signed_by_nobody_of_the_staff(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", "li.si", text="已回访"))
    return f.commit(said(T, "noted", by="li.si"), {TICKET: text})


@forgery("by_other")
def signed_by_the_manager_who_did_nothing(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="已回访"))
    return f.commit(said(T, "noted", by="chen.jing"), {TICKET: text})


@forgery("by_left", T)
def signed_by_somebody_who_had_left(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", "li.qiang", text="已回访"))
    return f.commit(said(T, "noted", by="li.qiang"), {TICKET: text})


@forgery("author_other")
def made_in_the_name_of_somebody_else(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="已回访"))
    return f.commit(said(T, "noted"), {TICKET: text}, **SOMEBODY)


# --- when


@forgery("rewritten")
def amended_a_day_later(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="已回访"))
    at = (datetime.fromisoformat(f.now) + timedelta(days=1)).isoformat()
    return f.commit(said(T, "noted"), {TICKET: text}, at=at, made=f.now)


@forgery("clock_back")
def dated_before_what_it_follows(f: Forger) -> str:
    at = "2025-12-01T09:00:00+08:00"
    return f.commit(said(OLD, "noted"), {OLD_TICKET: appended(f, OLD_TICKET, event(at, "noted", text="x"))}, at=at)


@forgery("ahead_of_now")
def dated_in_the_future(f: Forger) -> str:
    at = "2090-01-01T09:00:00+08:00"
    return f.commit(said(T, "noted"), {TICKET: appended(f, TICKET, event(at, "noted", text="x"))}, at=at)


# --- fields


@forgery("field_changed", T)
def a_field_in_a_plain_commit(f: Forger) -> str:
    return changed(f, TICKET, "summary: 水管漏水", "summary: 水管渗水", "typo")


@forgery("field_changed", T)
def a_field_along_with_a_step(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="x")).replace("category: water", "category: leak")
    return f.commit(said(T, "noted"), {TICKET: text})


@forgery("fold_wrong", T)
def a_state_that_no_event_says(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="x")).replace("status: signed_off", "status: done")
    return f.commit(said(T, "noted"), {TICKET: text})


@forgery("field_changed", "R-00001")
def a_plate_where_a_phone_was_to_change(f: Forger) -> str:
    path = "residents/R-00001.yaml"
    text = appended(f, path, event(f.now, "changed") + "  fields:\n  - language\n").replace("粤B12345", "粤B99999")
    text = text.replace("sealed:", "language: zh\nsealed:")
    return f.commit(said("R-00001", "changed"), {path: text.replace("type: person", "type: company")})


@forgery("field_changed", "3-2-0501")
def the_owner_of_a_home(f: Forger) -> str:
    return changed(f, "units/3/3-2-0501.yaml", "R-00001", "R-00003", "typo")


# --- records


@forgery("record_deleted", T)
def a_record_deleted(f: Forger) -> str:
    return f.commit("clean up", {TICKET: None})


@forgery("record_deleted", OLD)
def a_record_deleted_along_with_a_step(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="x"))
    return f.commit(said(T, "noted"), {TICKET: text, OLD_TICKET: None})


@forgery("record_again", T)
def another_under_the_id_of_a_deleted_one(f: Forger) -> str:
    text = f.text(OLD_TICKET).replace(OLD, T)
    f.commit("Edited by hand", {TICKET: None})
    return f.commit("new", {TICKET: text})


@forgery("record_swapped", T)
def two_records_in_each_others_place(f: Forger) -> str:
    return f.commit("sort", {TICKET: f.text(OLD_TICKET), OLD_TICKET: f.text(TICKET)})


@forgery("record_replaced", T)
def two_records_under_each_others_id(f: Forger) -> str:
    mine, other = f.text(TICKET), f.text(OLD_TICKET)
    return f.commit("sort", {TICKET: other.replace(OLD, T), OLD_TICKET: mine.replace(T, OLD)})


@forgery("record_replaced", T)
def a_record_invented_in_the_place_of_one(f: Forger) -> str:
    text = f.text(TICKET)
    head = text[: text.index("events:")].replace("status: signed_off", "status: waiting")
    new = head + "events:\n" + event("2025-12-10T08:00:00+08:00", "accepted")
    return f.commit(said(T, "accepted"), {TICKET: new})


@forgery("record_deleted", T)
def a_record_moved_away(f: Forger) -> str:
    return f.commit("sort", {TICKET: None, f"tickets/2025/11/{T}.yaml": f.text(TICKET)})


@forgery("stray")
def a_copy_where_no_record_belongs(f: Forger) -> str:
    return f.commit("sort", {f"tickets/2025/11/{T}.yaml": f.text(TICKET)})


@forgery("stray", T)
def a_record_turned_into_a_link(f: Forger) -> str:
    return f.commit(said(T, "noted"), {TICKET: ("120000", "../../../../elsewhere.yaml")})


@forgery("stray")
def a_hidden_link_among_the_records(f: Forger) -> str:
    return f.commit("x", {f"tickets/2025/12/.{T}.yaml.new": ("120000", "../../../../elsewhere.yaml")})


@forgery("record_unclaimed", OLD)
def a_record_that_the_commit_does_not_name(f: Forger) -> str:
    both = {path: appended(f, path, event(f.now, "noted", text="x")) for path in (TICKET, OLD_TICKET)}
    return f.commit(said(T, "noted"), both)


@forgery("record_unclaimed", OLD)
def edit_of_another_record_than_it_says(f: Forger) -> str:
    return changed(f, OLD_TICKET, "换了角阀", "换了水管", said(T, "edited"))


@forgery("record_missing")
def an_import_of_more_than_it_says(f: Forger) -> str:
    new = {f"tickets/2025/12/T-20251210-{n:03d}.yaml": f.text(TICKET).replace(T, f"T-20251210-{n:03d}") for n in (2, 3)}
    return f.commit("Import 1 tickets from old\n\nRecords: 1\nBy: import\n", new)


@forgery("record_bad", T)
def a_record_nobody_can_read(f: Forger) -> str:
    return f.commit(said(T, "noted"), {TICKET: f.text(TICKET) + "  text: [\n"})


@forgery("record_bad", T)
def a_field_that_no_record_has(f: Forger) -> str:
    text = appended(f, TICKET, event(f.now, "noted", text="x")).replace("kind: repair", "kind: repair\nsecret: 'yes'")
    return f.commit(said(T, "noted"), {TICKET: text})


# --- rules


@forgery("rules_hidden", "policy.yaml")
def the_policy_along_with_a_step(f: Forger) -> str:
    text = f.text("policy.yaml").replace("within: 2h", "within: 200h")
    return f.commit(
        said(T, "noted"), {TICKET: appended(f, TICKET, event(f.now, "noted", text="x")), "policy.yaml": text}
    )


@forgery("rules_hidden", "calendar.yaml")
def the_calendar_along_with_a_step(f: Forger) -> str:
    text = f.text("calendar.yaml") + "days_off: {'2025-12-11': 店庆}\n"
    return f.commit(
        said(T, "noted"), {TICKET: appended(f, TICKET, event(f.now, "noted", text="x")), "calendar.yaml": text}
    )


@forgery("rules_hidden", "propcli.yaml")
def the_settings_along_with_a_step(f: Forger) -> str:
    text = f.text("propcli.yaml").replace("manager: chen.jing", "manager: wang.gang")
    return f.commit(
        said(T, "noted"), {TICKET: appended(f, TICKET, event(f.now, "noted", text="x")), "propcli.yaml": text}
    )


@forgery("field_changed", "zhang.wei")
def somebody_promoted_without_a_step(f: Forger) -> str:
    return changed(f, "staff/zhang.wei.yaml", "role: technician\nteam", "role: manager\nteam", "staff")


# --- looks and forgetting


@forgery("reveal_changes")
def a_look_that_changes_something(f: Forger) -> str:
    text = f.text(TICKET).replace("换了角阀", "换了水管")
    return f.commit(
        "revealed: resident list\n\nEvent: revealed\nCommand: resident list\nBy: zhou.min\n", {TICKET: text}
    )


@forgery("by_unknown")
def a_look_by_nobody(f: Forger) -> str:
    return f.commit("revealed: resident list\n\nEvent: revealed\nCommand: resident list\nBy: nobody\n")


def remembered(f: Forger, message: str) -> str:
    path = "residents/R-00004.yaml"
    before = f.git("log", "--format=%H", "-1", "--grep=^Event: forgotten") + "~1"
    return f.commit(message, {path: f.text(path, before)})


@forgery("forget_reverted", "R-00004")
def a_forget_reverted(f: Forger) -> str:
    return remembered(f, 'Revert "R-00004 forgotten"')


@forgery("forget_reverted", "R-00004")
def a_forget_reverted_and_called_a_hand_edit(f: Forger) -> str:
    return remembered(f, "Edited by hand")


def sealed_of(f: Forger, record: str) -> dict[str, str]:
    lines = f.text(f"residents/{record}.yaml").splitlines()
    return {line.split(": ")[0]: line for line in lines if line.startswith(("key: ", "sealed: "))}


@forgery("sealed_copied", "R-00003")
def somebodys_sealed_part_in_another_record(f: Forger) -> str:
    mine, other = sealed_of(f, "R-00003"), sealed_of(f, "R-00001")
    text = f.text("residents/R-00003.yaml")
    return f.commit("Edited by hand", {"residents/R-00003.yaml": text.replace(mine["sealed"], other["sealed"])})


@forgery("sealed_copied", "R-00003")
def somebodys_key_for_another(f: Forger) -> str:
    mine, other = sealed_of(f, "R-00003"), sealed_of(f, "R-00001")
    text = f.text("residents/R-00003.yaml").replace(mine["key"], other["key"]).replace(mine["sealed"], other["sealed"])
    return f.commit(said("R-00003", "edited"), {"residents/R-00003.yaml": text})


# --- merges


def merge(f: Forger, files: dict[str, str | None], message: str = "Merge branch 'main'") -> str:
    """Of the last note and one beside it: what the merge has is up to whoever makes it."""
    base, ours = f.git("rev-parse", "HEAD~1", "HEAD").split()
    path = "tickets/2025/02/T-20250210-001.yaml"
    note = f.text(path, base) + event(f.now, "noted", text="夜班来电")
    theirs = f.commit(said("T-20250210-001", "noted"), {path: note}, on=base)
    f.git("reset", "--quiet", "--hard", ours)
    return f.commit(message, {path: note, **files}, parents=(ours, theirs))


@forgery("merge_lost", "T-20250210-001")
def a_merge_that_loses_an_event(f: Forger) -> str:
    path = "tickets/2025/02/T-20250210-001.yaml"
    return merge(f, {path: f.text(path)})


@forgery("merge_added", T)
def a_merge_that_adds_an_event(f: Forger) -> str:
    return merge(f, {TICKET: f.text(TICKET) + event(f.now, "noted", text="业主同意")})


@forgery("merge_added", OLD)
def a_merge_that_changes_an_event(f: Forger) -> str:
    return merge(f, {OLD_TICKET: f.text(OLD_TICKET).replace("换了角阀", "换了水管")})


@forgery("merge_field", OLD)
def a_merge_that_changes_a_field(f: Forger) -> str:
    return merge(f, {OLD_TICKET: f.text(OLD_TICKET).replace("category: water", "category: leak")})


@forgery("record_deleted", OLD)
def a_merge_that_deletes_a_record(f: Forger) -> str:
    return merge(f, {OLD_TICKET: None})


@forgery("rules_hidden", "policy.yaml")
def a_merge_that_changes_the_policy(f: Forger) -> str:
    return merge(f, {"policy.yaml": f.text("policy.yaml").replace("within: 2h", "within: 200h")})


# --- what git keeps


@forgery("replaced")
def a_commit_shown_in_place_of_another(f: Forger) -> str:
    old = f.git("rev-parse", "HEAD~3")
    raw = f.git("cat-file", "commit", old).replace("zhang.wei", "wang.gang") + "\n"
    new = f.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
    f.git("replace", old, new)
    return old


@forgery("grafted")
def other_parents_said_of_a_commit(f: Forger) -> str:
    child, parent = f.git("rev-parse", "HEAD~1", "HEAD~5").split()
    (f.root / ".git/info/grafts").write_text(f"{child} {parent}\n")
    return child


@forgery("history_hidden")
def what_was_before_hidden(f: Forger) -> str:
    child = f.git("rev-parse", "HEAD~2")
    (f.root / ".git/shallow").write_text(f"{child}\n")
    return child


@forgery("object_spoilt", OLD)
def what_a_file_said_changed_on_the_disk(f: Forger) -> str:
    old = f.git("log", "--format=%H", "-1", "--", OLD_TICKET)
    mine = f.git("rev-parse", f"{old}:{OLD_TICKET}")
    other = f.git("hash-object", "-w", "--stdin", stdin=f.text(OLD_TICKET).replace("换了角阀", "换了水管"))
    f.object(mine).chmod(0o644)
    f.object(mine).write_bytes(f.object(other).read_bytes())
    return old


@forgery("object_spoilt", OLD)
def what_a_file_said_deleted_from_the_disk(f: Forger) -> str:
    old = f.git("log", "--format=%H", "-1", "--", OLD_TICKET)
    f.object(f.git("rev-parse", f"{old}:{OLD_TICKET}")).unlink()
    return old


@forgery("object_spoilt")
def a_commit_changed_on_the_disk(f: Forger) -> str:
    old = f.git("rev-parse", "HEAD~3")
    raw = f.git("cat-file", "commit", old).replace("zhang.wei", "wang.gang") + "\n"
    other = f.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
    f.object(old).chmod(0o644)
    f.object(old).write_bytes(f.object(other).read_bytes())
    return old


# --- histories: only what was kept elsewhere, or seen before, tells


HISTORIES: list[Forgery] = []


def history(code: str) -> Callable[[Callable[[Forger], str]], Callable[[Forger], str]]:
    def keep(function: Callable[[Forger], str]) -> Callable[[Forger], str]:
        HISTORIES.append(Forgery(function.__name__, code, function))
        return function

    return keep


def last(f: Forger, line: str) -> str:
    return f.git("log", "--format=%H", "-1", f"--grep=^{line}$")


@history("commit_gone")
def an_event_changed_in_all_that_follows(f: Forger) -> str:
    start = f.git("log", "--format=%H", "-1", "--grep=^Event: done", "--", TICKET)
    f.replayed(start, files={TICKET: {"换了角阀": "换了整条水管"}})
    return start


@history("look_gone")
def a_look_taken_out(f: Forger) -> str:
    look = last(f, "Event: revealed")
    f.replayed(look, drop={look})
    return look


@history("commit_gone")
def a_note_taken_out(f: Forger) -> str:
    note = f.git("rev-parse", "HEAD")
    f.git("reset", "--quiet", "--hard", "HEAD~1")
    return note


@history("commit_gone")
def several_steps_squashed(f: Forger) -> str:
    gone = f.git("rev-parse", "HEAD~2")
    tree = f.git("rev-parse", "HEAD^{tree}")
    new = f.git("commit-tree", tree, "-p", "HEAD~4", stdin=said(T, "done", "signed_off", "noted", "diagnosed"))
    f.git("reset", "--quiet", "--hard", new)
    return gone


@history("commit_gone")
def a_new_beginning(f: Forger) -> str:
    gone = f.git("rev-list", "--max-parents=0", "HEAD")
    f.git("reset", "--quiet", "--hard", f.git("commit-tree", "HEAD^{tree}", stdin="The estate"))
    return gone


@history("commit_gone")
def another_history_of_the_same_length(f: Forger) -> str:
    gone = f.git("rev-parse", "HEAD")
    text = f.text(TICKET).replace("已收费", "免费")
    f.git("reset", "--quiet", "--hard", "HEAD~1")
    f.commit(said(T, "noted", subject=NOTED), {TICKET: text})
    return gone
