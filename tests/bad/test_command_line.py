"""Wrong command lines: one message, exit code 2, nothing changed, no traceback, in English and in Chinese."""

import pytest
from conftest import Desk
from process import ADD, run
from typer.exceptions import TyperException

from propcli.usage import Wrong

FILE = """\
id: T-20261014-001
kind: repair
category: water
urgency: normal
status: waiting
channel: patrol
reported: 2026-10-14T10:00:00+08:00
unit: public
summary: 水管漏水
acceptor: zhou.min
events:
- at: 2026-10-14T10:00:00+08:00
  by: zhou.min
  event: accepted
"""


@pytest.fixture(params=["en", "zh"])
def either(desk: Desk, request: pytest.FixtureRequest) -> Desk:
    """An estate with one ticket, spoken to in one language and in the other."""
    desk.write("tickets/2026/10/T-20261014-001.yaml", FILE)
    desk.language = request.param
    return desk


WRONG = {
    ("tickt",): "there is no command tickt (did you mean 'ticket'",
    ("ticket", "adds"): "there is no command adds",
    ("frobnicate",): "there is no command frobnicate",
    ("ticket", "note", "001"): "the option --text is missing",
    ("ticket", "note"): "ID is missing",
    ("ticket", "note", "001", "--txt", "x"): "there is no option --txt (did you mean --text",
    ("ticket", "note", "001", "--text"): "--text needs a value",
    ("ticket", "note", "001", "002", "--text", "x"): "002 is one word too many",
    ("ticket", "list", "--reveal=yes"): "--reveal takes no value",
    ("overdue", "--lang"): "--lang needs a value",
    ("overdue", "--lang", "fr"): "--lang is en or zh",
    ("overdue", "--at"): "--at needs a value",
    ("overdue", "--at", "noon"): "--at: 'noon' is not a time",
    ("overdue", "--at", "2026-02-30"): "--at: '2026-02-30' is not a time",
    ("overdue", "--format", "xml"): "--format: 'xml' is not known",
    ("overdue", "--team", "nowhere"): "--team: there is no team nowhere",
    ("overdue", "--who", "nobody"): "--who: there is no staff nobody",
    ("due", "--within", "2 weeks"): "--within: '2 weeks' is not a length of time",
    ("report",): "",
    ("report", "yearly"): "there is no command yearly",
    ("report", "daily", "--date", "2027-01-01"): "--date: 2027-01-01 has not come yet",
    ("report", "monthly", "--month", "2026-13"): "2026-13",
    ("ticket", "list", "--kind", "repairs"): "--kind: 'repairs' is not known",
    ("ticket", "list", "--state", "opne"): "--state: 'opne' is not known",
    (*ADD,): "--summary is missing",
    ("ticket", "add"): "--kind is missing",
    (*ADD, "--summary", ""): "--summary",
    (*ADD, "--summary", "漏" * 201): "--summary: longer than 200 characters",
    (*ADD, "--summary", "x", "--urgency", "very"): "--urgency: 'very' is not known",
    (*ADD, "--summary", "x", "--unit", "501"): "--unit: '501' is not a unit",
    (*ADD, "--summary", "x", "--phone"): "--phone needs a value",
    (*ADD, "--summary", "x", "--appointment", "soon"): "--appointment: 'soon' is not a time",
    (*ADD, "--summary", "x", "--by", "nobody"): "--by: there is no staff nobody",
    (*ADD, "--summary", "x", "--severity", "major"): "severity",
    (*ADD, "--summary", "x", "--at", "2027-01-01"): "--at: 2027-01-01 00:00 has not come yet",
    ("show", "999"): "there is no record 999",
    ("show", "1", "2"): "2 is one word too many",
    ("validate", "nowhere.yaml"): "nowhere.yaml is not in the estate",
    ("validate", "../.."): "is not in the estate",
    ("validate", "--format", "xml"): "--format: 'xml' is not known",
    ("ticket", "follow-up", "001"): "--solved",
    ("ticket", "follow-up", "001", "--solved", "--rating", "6"): "--rating",
    ("ticket", "charge", "001", "--item", "x", "--labour", "-3"): "--labour",
    ("ticket", "charge", "001", "--item", "x", "--labour", "free"): "--labour: 'free' is not an amount",
    ("ticket", "pause", "001", "--for", "lunch", "--reason", "x"): "--for: 'lunch' is not known",
    ("ticket", "escalate", "001", "--to", "god", "--reason", "x"): "--to: 'god' is not known",
    ("ticket", "hand-over-to", "001", "nobody"): "nobody",
    ("ticket", "merge", "001", "--into", "001"): "itself",
    ("ticket", "link", "001", "--to", "999"): "there is no ticket 999",
    ("ticket", "reply", "001", "--text", "x" * 4001): "--text: longer than 4000 characters",
    ("init", "."): "is an estate already",
    ("import", "tickets", "x.csv"): "--map is missing",
    ("edit", "nobody"): "there is no record nobody",
}


@pytest.mark.parametrize("arguments", WRONG, ids=lambda a: " ".join(a)[:60])
def test_a_wrong_command_line_is_one_message(either: Desk, arguments: tuple[str, ...]) -> None:
    before = either.snapshot()
    result = either.run(*arguments)
    assert result.code == 2, result.all
    assert either.snapshot() == before
    if WRONG[arguments]:
        assert result.out == ""
        assert result.err.startswith("propcli: ") or "--lang" in arguments
        assert result.err.count("propcli: ") == 1
    for leaked in ("Traceback", "Input should be", "String should have", "Usage:", "Error:"):
        assert leaked not in result.err
    if either.language == "en":
        assert WRONG[arguments] in result.all


# what typer finds wrong, in our words
FOUND_BY_TYPER = {
    ("tickt",): ("there is no command tickt (did you mean 'ticket'?)", "没有命令 tickt（是不是 'ticket'？）"),
    ("ticket", "it's"): ("there is no command it's", "没有命令 it's"),
    ("ticket", "--"): ("a command is missing", "缺少命令"),
    ("--", "--nosuch"): ("there is no option --nosuch", "没有选项 --nosuch"),
    ("ticket", "-x"): ("there is no option -x", "没有选项 -x"),
    ("ticket", "note", "001", "--txt"): (
        "there is no option --txt (did you mean --text?)",
        "没有选项 --txt（是不是 --text？）",
    ),
    ("ticket", "note", "001", "--zzz qqq\x1b"): ("there is no option --zzz qqq\\x1b", "没有选项 --zzz qqq\\x1b"),
    ("ticket", "note", "001"): ("the option --text is missing", "缺少选项 --text"),
    ("ticket", "note"): ("ID is missing", "缺少 ID"),
    ("ticket", "note", "001", "--text"): ("--text needs a value", "--text 须有值"),
    ("ticket", "list", "--reveal=yes"): ("--reveal takes no value", "--reveal 不带值"),
    ("overdue", "(x)", "y"): ("(x) y is one word too many", "多写了 (x) y"),
    ("find", "x", "--limit", "many"): ("--limit: many is not a number", "--limit: many 不是数字"),
    ("import", "residents", "a.csv", "--map", "b.yaml", "--new", "1", "--new", "1.5"): (
        "--new: 1.5 is not a number",
        "--new: 1.5 不是数字",
    ),
}


@pytest.mark.parametrize("arguments", FOUND_BY_TYPER, ids=" ".join)
def test_what_typer_finds_wrong_is_said_in_our_words(either: Desk, arguments: tuple[str, ...]) -> None:
    """To the letter, in both languages, whichever version of typer finds it."""
    result = either.run(*arguments)
    assert result.err.splitlines()[0] == "propcli: " + FOUND_BY_TYPER[arguments][either.language == "zh"]
    assert result.code == 2


def test_no_sentence_of_typers_is_taken_apart(either: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that says the same in other words changes nothing."""
    for kind in kinds_of(TyperException):
        monkeypatch.setattr(kind, "format_message", lambda self: "other words")
    monkeypatch.setattr(Wrong, "format_message", lambda self: self.message)
    for arguments, said in FOUND_BY_TYPER.items():
        assert said[either.language == "zh"] in either.run(*arguments).err


def test_every_kind_of_typers_is_known() -> None:
    """A kind that comes with a new version would be told in English, if at all."""
    assert {kind.__name__ for kind in kinds_of(TyperException)} == {
        "TyperException", "ClickException", "UsageError", "BadParameter", "MissingParameter", "NoSuchOption",
        "BadOptionUsage", "NoArgsIsHelpError", "Wrong",
        "BadArgumentUsage",  # an argument with several values: there is none
        "FileError",  # a file opened by typer: it opens none
    }  # fmt: skip


def kinds_of(kind: type) -> set[type]:
    return {kind}.union(*(kinds_of(inner) for inner in kind.__subclasses__()))


def test_a_wrong_option_before_the_command_is_one_message(either: Desk) -> None:
    for arguments in (("--nosuch", "overdue"), ("--", "--nosuch"), ("-x",), ("",)):
        result = either.run(*arguments)
        assert result.code == 2, arguments
        assert result.err.count("propcli: ") == 1


@pytest.mark.parametrize("folder", ["nowhere", "/", "../..", "tickets", "propcli.yaml", "", "\n"])
def test_an_estate_that_is_none_is_one_message(either: Desk, folder: str) -> None:
    for arguments in (("overdue", f"--estate={folder}"), ("overdue",)):
        result = either.run(*arguments, **({"PROPCLI_ESTATE": folder} if len(arguments) == 1 and folder else {}))
        assert result.code in ((2, 3) if folder or len(arguments) > 1 else (0,))
        assert "Traceback" not in result.all


# --- ids that are paths

ESCAPES = (
    "../../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "../T-20261014-001",
    "tickets/2026/10/T-20261014-001",
    "T-20261014-001/../T-20261014-001",
    "T-20261014-001.yaml",
    "T-20261014-00\n1",
    "T-20261014-001\n",
    "\\..\\001",
    "staff/zhang.wei",
    "~",
    "*",
    "T-2026101４-001",
)
WITH_ID = (
    ("show", "{}"),
    ("explain", "{}"),
    ("edit", "{}"),
    ("ticket", "show", "{}"),
    ("ticket", "print", "{}"),
    ("ticket", "edit", "{}"),
    ("ticket", "note", "{}", "--text", "x"),
    ("ticket", "dispatch", "{}"),
    ("ticket", "delay", "{}", "--until", "+2h", "--reason", "x"),
    ("ticket", "close", "{}"),
    ("ticket", "merge", "001", "--into", "{}"),
    ("ticket", "merge", "{}", "--into", "001"),
    ("ticket", "link", "001", "--to", "{}"),
    ("ticket", "hand-over-to", "001", "{}"),
    ("ticket", "dispatch", "001", "--to", "{}"),
    ("ticket", "dispatch", "001", "--to", "zhang.wei", "--helper", "{}"),
    ("ticket", "dispatch", "001", "--team", "{}"),
    ("ticket", "note", "001", "--text", "x", "--by", "{}"),
    ("overdue", "--who", "{}"),
)


@pytest.mark.parametrize("command", WITH_ID, ids=" ".join)
def test_an_id_is_no_path(desk: Desk, command: tuple[str, ...]) -> None:
    desk.add()
    before = desk.snapshot()
    for text in ESCAPES:
        result = desk.run(*(part.replace("{}", text) for part in command), EDITOR="false")
        assert result.code == 2, (text, result.all)
        assert result.err.startswith("propcli: ")
        assert "root:" not in result.all
    assert desk.snapshot() == before


def test_an_empty_id_is_no_ticket(desk: Desk) -> None:
    desk.add()
    for command in WITH_ID:
        if command[-1] == "{}" and command[-2] in ("--by", "--who"):
            continue
        result = desk.run(*(part.replace("{}", "") for part in command), EDITOR="false")
        assert result.code == 2, command


def test_nobody_is_not_the_desk(desk: Desk) -> None:
    """`--by "$WHO"` with WHO unset must not sign for whoever is at the desk."""
    desk.add()
    desk.refused("ticket", "note", "001", "--text", "x", "--by", "")
    assert desk.run("overdue", "--who", "").code == 2


def test_an_id_in_a_record_is_no_path(desk: Desk) -> None:
    """`other` and `duplicate_of` of a record written by hand."""
    desk.add()
    file = "tickets/2026/10/T-20261014-001.yaml"
    text = (desk.root / file).read_text("utf-8")
    desk.write(file, text.replace("acceptor:", "duplicate_of: ../../../../etc/passwd\nacceptor:"))
    result = desk.run("validate")
    assert result.code == 3
    assert "is not a ticket id" in result.out


# --- bytes that are no text


@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "POSIX", "zh_CN.GBK", "xx_YY"])
def test_what_is_typed_in_another_encoding_is_refused_or_kept(desk: Desk, locale: str) -> None:
    before = desk.snapshot()
    done = run(desk, *ADD, b"--summary=" + "水管漏水".encode("gbk"), LANG=locale)
    assert done.code == 2
    assert "--summary" in done.err
    assert "Traceback" not in done.all
    assert desk.snapshot() == before


@pytest.mark.parametrize(
    "arguments",
    [
        (b"show", b"\xcb\xae"),
        (b"\xcb\xae",),
        (b"ticket", b"note", b"001", b"--text", b"\xcb\xae"),
        (b"ticket", b"list", b"--text", b"\xcb\xae"),
        (b"overdue", b"--estate", b"\xcb\xae"),
        (b"validate", b"\xcb\xae"),
        (b"ticket", b"add", b"--from", b"\xcb\xae"),
        (b"import", b"tickets", b"\xcb\xae.csv", b"--map", b"\xcb\xae"),
        (b"init", b"\xcb\xae"),
    ],
)
def test_bytes_that_are_no_utf_8_are_no_traceback(desk: Desk, arguments: tuple[bytes, ...]) -> None:
    desk.add()
    done = run(desk, *arguments)
    assert done.code in (0, 2, 3)
    assert "Traceback" not in done.all
    assert desk.git("status", "--porcelain") == "" or arguments[0] == b"init"


@pytest.mark.parametrize(
    "settings",
    [
        {"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C", "PYTHONIOENCODING": "gbk"},
        {"LANG": "C", "PYTHONIOENCODING": "ascii"},
        {"LANG": "zh_CN.GBK", "PYTHONIOENCODING": "gbk"},
        {"LANG": None},
    ],
    ids=str,
)
def test_a_locale_without_utf_8_spoils_no_record(desk: Desk, settings: dict[str, str | None]) -> None:
    """What the terminal cannot show is shown as ?, records and commits are UTF-8 all the same."""
    desk.add("--summary", "𠮷野家楼上漏水é")
    for arguments in (("ticket", "list"), ("tickt",), ("--help",)):
        done = run(desk, *arguments, **settings)
        assert done.code == (2 if arguments == ("tickt",) else 0)
        assert "Traceback" not in done.all
    intake = desk.root.parent / "in.yaml"
    intake.write_text(
        "kind: repair\ncategory: water\nunit: 3-2-0501\nsummary: 𠮷野家漏水é\ncaller: {name: 王丽}\n", "utf-8"
    )
    assert run(desk, "ticket", "add", "--from", str(intake), **settings).code == 0
    record = (desk.root / "tickets/2026/10/T-20261014-002.yaml").read_bytes().decode("utf-8")
    assert "𠮷野家漏水é" in record
    assert "𠮷野家漏水é" in desk.git("log", "-1", "--format=%s")
    assert desk.run("validate").code == 0
