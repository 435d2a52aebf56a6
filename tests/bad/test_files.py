"""What can lie in an estate's folder besides good records: every command says so and goes on with the rest."""

import json
import os
from pathlib import Path

import pytest
from conftest import Desk
from process import ADD, run

FIRST = "tickets/2026/10/T-20261014-001.yaml"
NEW = (*ADD, "--summary", "水管漏水")
READING = (
    ("overdue",),
    ("due", "--within", "30d"),
    ("ticket", "list"),
    ("dispatch",),
    ("report", "daily"),
    ("report", "monthly"),
    ("report", "workload"),
    ("staff", "list"),
)
# of these, the ones that name the good ticket
LISTING = READING[:5]


@pytest.fixture
def two(desk: Desk) -> Desk:
    """An estate with two tickets taken in at 10:00, seen at 18:00: both are overdue."""
    desk.add("--summary", "水管漏水")
    desk.add("--summary", "灯不亮", "--category", "electricity")
    desk.now = "2026-10-14T18:00:00+08:00"
    return desk


@pytest.mark.parametrize("reading", READING, ids=" ".join)
def test_an_unreadable_ticket_is_told_and_the_rest_is_printed(two: Desk, reading: tuple[str, ...]) -> None:
    two.write(FIRST, "id: [broken\n")
    before = two.snapshot()
    result = two.run(*reading)
    assert result.code == 3
    assert f"{FIRST}:" in result.err
    assert "propcli validate" in result.err
    assert result.out.strip()
    if reading in LISTING:
        assert "灯不亮" in result.out
    assert two.snapshot() == before


@pytest.mark.parametrize("form", ["json", "csv", "markdown", "html"])
def test_an_unreadable_ticket_does_not_spoil_what_programs_read(two: Desk, form: str) -> None:
    good = two.ok("ticket", "list", "--format", form)
    two.write("tickets/2026/10/T-20261014-003.yaml", "id: [broken\n")
    result = two.run("ticket", "list", "--format", form)
    assert (result.code, result.out) == (3, good)
    assert "T-20261014-003.yaml" in result.err


def test_an_unreadable_member_of_staff_is_told(two: Desk) -> None:
    two.write("staff/zhang.wei.yaml", "id: zhang.wei\nname: 张伟\nrole: plumber\n")
    for reading in READING:
        result = two.run(*reading)
        assert result.code == 3, reading
        assert "staff/zhang.wei.yaml:3:7: 'plumber' is not known here" in result.err


@pytest.mark.parametrize("name", ["propcli.yaml", "policy.yaml", "calendar.yaml"])
def test_without_one_of_its_own_files_an_estate_says_which(two: Desk, name: str) -> None:
    two.write(name, "a: [\n")
    for reading in READING:
        result = two.run(*reading)
        assert result.code == 3
        assert name in result.err
        assert "Traceback" not in result.all


@pytest.mark.parametrize("name", ["propcli.yaml", "policy.yaml", "calendar.yaml"])
def test_validate_goes_on_past_a_broken_file_of_the_estate_itself(two: Desk, name: str) -> None:
    two.write(name, "a: [\n")
    two.write(FIRST, "id: [broken\n")
    result = two.run("validate")
    assert result.code == 3
    assert f"{name}:" in result.out
    assert f"{FIRST}:" in result.out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("clock: desk", "clock: dsk"),
        ("from: [accepted, reopened]", "from: [acepted, reopened]"),
        ("kind: [repair, help], urgency: urgent", "knd: [repair, help], urgency: urgent"),
    ],
)
def test_a_policy_that_names_what_does_not_exist_is_told_by_overdue_too(two: Desk, old: str, new: str) -> None:
    """A misspelt event means an obligation that never begins: nobody may learn of that only from `validate`."""
    policy = (two.root / "policy.yaml").read_text("utf-8")
    assert old in policy
    two.write("policy.yaml", policy.replace(old, new, 1))
    result = two.run("overdue")
    assert result.code == 3
    assert "policy.yaml:" in result.err


def test_a_length_of_time_that_never_ends_is_no_traceback(two: Desk) -> None:
    policy = (two.root / "policy.yaml").read_text("utf-8")
    two.write("policy.yaml", policy.replace("within: 2h\n    clock: desk", "within: 99999h\n    clock: desk", 1))
    assert "99999h" in (two.root / "policy.yaml").read_text("utf-8")
    assert two.run("overdue").code in (0, 3)


def test_wide_digits_in_a_shift_are_no_traceback(two: Desk) -> None:
    staff = (two.root / "staff/li.qiang.yaml").read_text("utf-8")
    two.write("staff/li.qiang.yaml", staff.replace("08:00", "0８:00"))
    result = two.run("dispatch")
    assert result.code == 3
    assert "staff/li.qiang.yaml:" in result.err


def test_fifty_megabytes_are_not_read(two: Desk) -> None:
    with (two.root / FIRST).open("r+b") as file:
        file.truncate(50 * 1024 * 1024)
    result = two.run("validate")
    assert result.code == 3
    assert f"{FIRST}:0:0: the file has 52428800 bytes; a record has at most 1048576" in result.out
    for arguments in (("show", "001"), ("ticket", "note", "001", "--text", "x")):
        result = two.run(*arguments)
        assert result.code == 3, arguments
        assert "52428800 bytes" in result.err


# --- links and things that are no files


def test_a_linked_record_is_not_read_from_outside(two: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    (two.root / FIRST).rename(outside)
    (two.root / FIRST).symlink_to(outside)
    secret = outside.read_bytes()
    for reading in (("validate",), ("show", "001"), *LISTING):
        result = two.run(*reading)
        assert result.code == 3
        assert f"{FIRST}:0:0: a symbolic link" in result.all
    for writing in (("ticket", "note", "001", "--text", "x"), ("edit", "001"), ("ticket", "dispatch", "001")):
        result = two.run(*writing, EDITOR="sed -i s/normal/low/")
        assert result.code == 3, writing
        assert (two.root / FIRST).is_symlink()
        assert outside.read_bytes() == secret


def test_a_link_that_leads_nowhere_is_told(two: Desk) -> None:
    (two.root / FIRST).unlink()
    (two.root / FIRST).symlink_to("nowhere.yaml")
    for arguments in (("validate",), ("validate", FIRST), ("show", "001"), ("ticket", "note", "001", "--text", "x")):
        result = two.run(*arguments)
        assert result.code == 3, arguments
        assert "a symbolic link" in result.all
    assert (two.root / FIRST).is_symlink()


@pytest.mark.parametrize("folder", ["tickets", "tickets/2026", "tickets/2026/10"])
def test_a_linked_folder_is_neither_read_nor_written_through(desk: Desk, tmp_path: Path, folder: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (desk.root / folder).parent.mkdir(parents=True, exist_ok=True)
    (desk.root / folder).symlink_to(outside, target_is_directory=True)
    assert f"{folder}:0:0: a symbolic link" in desk.run("validate").out
    assert desk.run(*NEW).code == 3
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("folder", ["tickets", "tickets/2026"])
@pytest.mark.parametrize("what", ["link", "file"])
def test_what_failed_for_want_of_a_folder_is_not_done_later(desk: Desk, folder: str, what: str) -> None:
    (desk.root / folder).parent.mkdir(parents=True, exist_ok=True)
    if what == "link":
        (desk.root / folder).symlink_to("nowhere")
    else:
        (desk.root / folder).write_text("a file\n")
    result = desk.run(*NEW)
    assert result.code == 3
    assert result.err.startswith("propcli: ")
    (desk.root / folder).unlink()
    assert desk.ok("ticket", "add", *NEW[2:]).startswith("T-20261014-001")
    assert desk.ok("ticket", "list").count("T-20261014-") == 1
    assert desk.git("log", "--format=%s").count("accepted") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_leaves_nothing_for_later(desk: Desk) -> None:
    desk.add()
    folder = desk.root / "tickets" / "2026" / "10"
    folder.chmod(0o555)
    before = desk.snapshot()
    try:
        result = desk.run("ticket", "note", "001", "--text", "x")
    finally:
        folder.chmod(0o755)
    assert result.code == 3
    assert "Permission denied" in result.err
    assert desk.snapshot() == before
    desk.ok("ticket", "note", "001", "--text", "y")
    assert "text: x\n" not in (desk.root / FIRST).read_text("utf-8")


def test_a_fifo_among_the_records_hangs_nothing(two: Desk) -> None:
    (two.root / FIRST).unlink()
    os.mkfifo(two.root / FIRST)
    for reading in (("validate",), ("overdue",), ("show", "001")):
        result = two.run(*reading)
        assert result.code == 3
        assert f"{FIRST}:0:0: not a plain file" in result.all
    for writing in (("ticket", "note", "001", "--text", "x"), ("edit", "001")):
        done = run(two, *writing, EDITOR="true")
        assert done.code == 3
        assert "not a plain file" in done.err


def test_a_folder_named_like_a_record_is_no_traceback(two: Desk) -> None:
    (two.root / FIRST).unlink()
    (two.root / FIRST).mkdir()
    for arguments in (("validate",), ("show", "001"), ("ticket", "note", "001", "--text", "x"), ("edit", "001"), NEW):
        result = two.run(*arguments, EDITOR="true")
        assert result.code in (0, 2, 3), arguments
        assert "Traceback" not in result.all


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "T-20261014-001-old.yaml",
        "T-20261014-001 (copy).yaml",
        "T-20261014-001 - Copy.yaml",
        "T-20261014-001.sync-conflict-20261014-101010-ABCDEFG.yaml",
        "T-20261014-backup.yaml",
        "T-note.yaml",
        "T-.yaml",
        "T-20261014-002.v2.yaml",
    ],
)
def test_a_copy_beside_the_record_disturbs_nobody(two: Desk, name: str) -> None:
    """What sync programs, file managers and careful people leave; each is told, none shadows the record itself."""
    old = (two.root / FIRST).read_text("utf-8").replace("waiting", "cancelled")
    old += "- at: 2026-10-14T10:01:00+08:00\n  by: zhou.min\n  event: cancelled\n  reason: 误报\n"
    two.write(f"tickets/2026/10/{name}", old)
    result = two.run("validate")
    assert result.code == 3
    assert f"tickets/2026/10/{name}:" in result.out
    # the record in its place is the one that counts: its deadline does not vanish
    assert "水管漏水" in two.run("overdue").out
    for ending in ("001", name.removesuffix(".yaml"), name.removesuffix(".yaml")[-4:]):
        shown = two.run("show", ending)
        assert shown.code in (0, 2, 3)
        assert "cancelled" not in shown.out
    assert two.ok(*NEW).startswith("T-20261014-003")
    assert two.ok("ticket", "note", "T-20261014-001", "--text", "x").startswith("T-20261014-001  waiting")


@pytest.mark.parametrize("suffix", [".yml", ".YAML", ".yaml.txt", ".Yaml"])
def test_a_record_under_another_ending_does_not_vanish(two: Desk, suffix: str) -> None:
    (two.root / FIRST).rename(two.root / FIRST.replace(".yaml", suffix))
    result = two.run("overdue")
    assert result.code == 3
    assert FIRST.replace(".yaml", suffix) in result.err
    assert "灯不亮" in result.out


def test_what_editors_leave_is_passed_over(two: Desk) -> None:
    for name in (".T-20261014-001.yaml.swp", ".DS_Store", ".T-20261014-001.yaml.kate-swp"):
        two.write(f"tickets/2026/10/{name}", b"\x00\x01")
    (two.root / "tickets/2026/10/.#T-20261014-001.yaml").symlink_to("zhou@desk.4711:1760408000")
    assert two.run("validate").code == 0
    two.ok(*NEW)


def test_a_ticket_in_the_folder_of_another_month_is_found_and_said_to_be_misplaced(two: Desk) -> None:
    wrong = "tickets/2026/09/T-20261014-001.yaml"
    (two.root / wrong).parent.mkdir()
    (two.root / FIRST).rename(two.root / wrong)
    result = two.run("overdue")
    assert result.code == 3
    assert "水管漏水" in result.out
    assert f"{wrong}:1:5: the id T-20261014-001 belongs in {FIRST}" in result.err
    for arguments in (
        ("show", "001"),
        ("ticket", "show", "T-20261014-001"),
        ("ticket", "print", "001"),
        ("explain", "001"),
        ("ticket", "note", "001", "--text", "x"),
        ("ticket", "dispatch", "001", "--to", "zhang.wei"),
        ("ticket", "delay", "001", "--until", "+2h", "--reason", "x"),
        ("edit", "001"),
    ):
        result = two.run(*arguments, EDITOR="true")
        assert result.code == 3 or (result.code == 0 and "水管漏水" in result.out), arguments
        assert result.code == 0 or wrong in result.err, arguments


def test_the_id_of_a_record_removed_but_not_yet_committed_is_not_given_again(two: Desk) -> None:
    (two.root / "tickets/2026/10/T-20261014-002.yaml").unlink()
    assert two.ok(*NEW).startswith("T-20261014-003")
    assert two.git("status", "--porcelain") == " D tickets/2026/10/T-20261014-002.yaml\n"


@pytest.mark.parametrize(
    "name", [b"T-20261014-\xff.yaml", b"T-2026\n1014-003.yaml", b"\xcb\xae.yaml", b"T-\x1b[31m.yaml"]
)
def test_a_file_name_that_is_no_text_is_told(two: Desk, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(two.root / "tickets/2026/10") + b"/" + name)).write_bytes(b"id: x\n")
    for arguments in (("validate",), ("validate", "--format", "json"), ("ticket", "list"), ("overdue",)):
        done = run(two, *arguments)
        assert done.code == 3, arguments
        assert "Traceback" not in done.err
        assert "\x1b" not in done.all
    assert two.ok(*NEW).startswith("T-20261014-003")


def test_a_record_with_dos_line_ends_keeps_them(two: Desk) -> None:
    dos = (two.root / FIRST).read_bytes().replace(b"\n", b"\r\n")
    two.write(FIRST, dos)
    assert two.run("validate").code == 0
    two.ok("ticket", "note", "001", "--text", "一\n二")
    after = (two.root / FIRST).read_bytes()
    assert after.startswith(dos)
    assert after.count(b"\n") == after.count(b"\r\n")
    assert two.run("validate").code == 0


@pytest.mark.parametrize("kind", ["ticket", "staff"])
def test_a_misplaced_record_with_another_fault_hides_no_problem(two: Desk, kind: str) -> None:
    if kind == "ticket":
        text = (two.root / FIRST).read_text("utf-8")
        two.write("tickets/2026/10/T-20261014-008.yaml", text.replace("001", "009").replace("zhou.min", "nobody"))
        wrong = "tickets/2026/10/T-20261014-008.yaml"
    else:
        wrong = "staff/sun.hao.yaml"
        two.write(wrong, "id: sun.ha0\nname: 孙浩\nrole: technician\nteam: nowhere\n")
    two.write("tickets/2026/10/T-20261014-002.yaml", "id: [broken\n")
    result = two.run("validate")
    assert result.code == 3
    assert f"{wrong}:1:5:" in result.out  # misplaced
    assert result.out.count(f"{wrong}:") >= 2  # and the staff or team it does not know
    assert "T-20261014-002.yaml:" in result.out


def test_a_misplaced_record_with_a_fault_beside_a_broken_one_is_no_traceback(two: Desk) -> None:
    text = (two.root / FIRST).read_text("utf-8")
    two.write("tickets/2026/10/T-20261014-008.yaml", text.replace("001", "002").replace("zhou.min", "nobody"))
    two.write("tickets/2026/10/T-20261014-002.yaml", "id: [broken\n")
    result = two.run("validate")
    assert result.code == 3
    assert "T-20261014-002.yaml:" in result.out and "T-20261014-008.yaml:" in result.out


def test_the_hint_about_a_source_imported_twice_helps(two: Desk) -> None:
    for number in ("001", "002"):
        path = f"tickets/2026/10/T-20261014-{number}.yaml"
        text = (two.root / path).read_text("utf-8")
        two.write(path, text.replace("events:", "source:\n  system: legacy\n  id: '77'\nevents:"))
    result = two.run("validate")
    assert "legacy 77 was also imported as" in result.out
    if "merge" in result.out:
        two.ok("ticket", "merge", "002", "--into", "001")
    else:
        second = "tickets/2026/10/T-20261014-002.yaml"
        text = (two.root / second).read_text("utf-8")
        two.write(second, text.replace("source:\n  system: legacy\n  id: '77'\n", ""))
    assert two.run("validate").code == 0


# --- texts


MANGLED = """
no yes on off y n true False null Null ~ = << 0501 0o17 0x1F 0b1 017 12:30 1:30:00 1e3 3.10 1_000 +1 -1 .5 .inf
2026-10-14 2026-10-14T10:00:00Z ' " \\ %x @x `x` &a *a !x [a] {a:b} | > ? - --- ... x: 𠮷野家 a\\Ub e\u0301 ｆ
"""
SPACED = ("- x", "# x", "a: b", ": x", "a #b", "\u00a0x", "{a: b}", "? x", "a  b")


def test_a_text_that_looks_like_something_else_survives(desk: Desk) -> None:
    texts = [text.strip() for text in (*MANGLED.split(), *SPACED)]
    intakes = [
        {"kind": "repair", "category": "water", "unit": "public", "channel": "patrol"}
        | {"summary": text, "place": text, "detail": f"{text}\n{text}"}
        for text in texts
    ]
    (desk.root.parent / "in.yaml").write_text(json.dumps({"tickets": intakes}, ensure_ascii=False), "utf-8")
    desk.ok("ticket", "add", "--from", "../in.yaml")
    assert desk.run("validate").code == 0
    for number, text in enumerate(texts, 1):
        shown = json.loads(desk.ok("show", f"T-20261014-{number:03d}", "--format", "json"))
        assert (shown["summary"], shown["place"], shown["detail"]) == (text, text, f"{text}\n{text}")


@pytest.mark.parametrize(
    "text", ["no", "0501", "~", "2026-10-14", "- x", "a: b", "a #b", "'", "*a", "a\n  b\n\nc", "---"]
)
def test_a_text_that_looks_like_something_else_survives_in_a_step(desk: Desk, text: str) -> None:
    desk.add()
    desk.ok("ticket", "note", "001", f"--text={text}")
    desk.ok("ticket", "note", "001", "--text", "x")
    assert json.loads(desk.ok("show", "001", "--format", "json"))["events"][1]["text"] == text
    assert desk.run("validate").code == 0


@pytest.mark.parametrize("text", ["no", "0501", "0o17", "12:30", "1e3", "3.10", "~", "2026-10-14", "null", "0x1F"])
def test_a_plain_text_in_a_file_stays_the_text_it_is(desk: Desk, text: str) -> None:
    desk.add()
    file = (desk.root / FIRST).read_text("utf-8")
    desk.write(FIRST, file.replace("summary: 水管漏水", f"summary: {text}"))
    assert desk.run("validate").code == 0
    assert json.loads(desk.ok("show", "001", "--format", "json"))["summary"] == text
    desk.ok("ticket", "note", "001", "--text", "x")
    assert f"summary: {text}\n" in (desk.root / FIRST).read_text("utf-8")


@pytest.mark.parametrize("text", ["\x1b[31mred", "bell\x07", "\x9b31m", "back\x08space", "\x7f"])
def test_control_characters_are_refused_at_the_desk(desk: Desk, text: str) -> None:
    """Printed in a list, they would command the terminal."""
    desk.refused(*ADD, "--summary", text)
    desk.add()
    desk.refused("ticket", "note", "001", "--text", text)


BLANK = ["''", "'  '", '"\\n"', '"\\t"', "|+\n\n", "|\n", ">-\n", "'\u3000'"]


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize("field", ["summary: 水管漏水", "  name: 王丽", "category: water", "  by: zhou.min"])
def test_a_blank_value_is_told(two: Desk, field: str, blank: str) -> None:
    """A record that is not taken is never passed over in silence."""
    text = (two.root / FIRST).read_text("utf-8")
    assert field in text
    two.write(FIRST, text.replace(field, f"{field.split(':')[0]}: {blank}"))
    result = two.run("validate", FIRST)
    assert result.code == 3
    assert f"{FIRST}:" in result.out
    listed = two.run("ticket", "list")
    assert listed.code == 3
    assert f"{FIRST}:" in listed.err


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize(
    ("name", "field"),
    [("propcli.yaml", "name: 测试苑"), ("staff/zhang.wei.yaml", "name: 张伟"), ("policy.yaml", "  - rule: T6")],
)
def test_a_blank_value_in_the_other_files_is_told(two: Desk, name: str, field: str, blank: str) -> None:
    text = (two.root / name).read_text("utf-8")
    assert field in text
    two.write(name, text.replace(field, f"{field.split(':')[0]}: {blank}", 1))
    for reading in (("validate",), ("overdue",)):
        result = two.run(*reading)
        assert result.code == 3
        assert f"{name}:" in result.all


def test_a_null_byte_in_a_record_does_not_stop_the_office(two: Desk) -> None:
    """YAML can write one ("\\0"), git cannot take one: what fails on it must not be tried again for ever."""
    file = (two.root / FIRST).read_text("utf-8")
    two.write(FIRST, file.replace("summary: 水管漏水", 'summary: "水管\\0漏水"'))
    assert two.run("ticket", "note", "001", "--text", "x").code == 3
    two.write(FIRST, file)
    assert two.ok(*NEW).startswith("T-20261014-003")


@pytest.mark.parametrize("text", ["a\u2028b", "a\u2029b", "a\u0085b", "a\rb", "a\ufeffb", "a\u202eb"])
def test_line_ends_that_only_some_programs_know_do_not_change_a_text(desk: Desk, text: str) -> None:
    result = desk.run(*ADD, "--summary", text)
    assert result.code in (0, 2)
    if result.code == 0:
        assert json.loads(desk.ok("show", "001", "--format", "json"))["summary"] == text
        desk.ok("ticket", "note", "001", "--text", "x")
        assert json.loads(desk.ok("show", "001", "--format", "json"))["summary"] == text
        assert desk.run("validate").code == 0


def test_markup_in_a_text_is_text_in_html(desk: Desk) -> None:
    desk.add("--summary", "<script>alert(1)</script>")
    for arguments in (("ticket", "list"), ("report", "daily"), ("overdue", "--at", "2026-10-15T10:00")):
        assert "<script" not in desk.run(*arguments, "--format", "html").out


@pytest.mark.parametrize("text", ["=1+1", "@SUM(1)", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1"])
def test_a_formula_in_a_text_is_no_formula_in_csv(desk: Desk, text: str) -> None:
    desk.ok(*ADD, f"--summary={text}")
    listed = desk.ok("ticket", "list", "--format", "csv")
    assert f",{text.strip()}" not in listed and f',"{text.strip()}' not in listed


@pytest.mark.parametrize("name", ["unknown", "[]", "a string", "{}", "null"])
def test_tickets_from_a_file_that_holds_none_are_refused(desk: Desk, name: str) -> None:
    content = {"unknown": "tickets: [{kind: repair}, {}]", "[]": "tickets: []", "a string": "tickets: [repair]"}.get(
        name, name
    )
    (desk.root.parent / "in.yaml").write_text(content + "\n")
    said = desk.run("ticket", "add", "--from", "../in.yaml")
    assert said.code in (2, 3)
    assert said.err.startswith("propcli: ")
    assert "Input should be" not in said.err
    assert "  - : " not in said.err
