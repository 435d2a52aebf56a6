"""Small inputs that could make for large work: each is read within bounds, or refused with the reason."""

import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from conftest import Desk
from process import run

from propcli.kinds.catalog import TICKET
from propcli.store import sheets
from propcli.store.reading import load
from propcli.store.yamlfile import MAX_BYTES, MOST

FIRST = "tickets/2026/10/T-20261014-001.yaml"
MAP = "system: former\ncolumns:\n  source_id: 编号\n"
SECONDS = 30  # of a processor, for what takes two on a machine that is not new


def filled(text: str, line: str, lines: int = 10_000) -> bytes:
    """A record made large by lines of one kind, each with its number; no larger than one may be."""
    raw = (text + "".join(line.format(n=n) for n in range(lines))).encode()
    return raw if len(raw) <= MAX_BYTES else raw[:MAX_BYTES].rsplit(b"\n", 1)[0] + b"\n"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("x{n}: 1\n", "unknown field"),
        ("x{n}:\n", "has no value"),
        ("x{n}: &a 1\n", "an anchor"),
        ("id: {n}\n", "written twice"),
        ("- {{at: {n}, by: zhou.min, event: noted, text: x}}\n", "is not"),
    ],
)
def test_a_record_with_everything_wrong_tells_so_much_and_no_more(desk: Desk, line: str, what: str) -> None:
    desk.add()
    raw = filled((desk.root / FIRST).read_text("utf-8"), line)
    begun = time.process_time()
    record, problems = load(TICKET.model, raw, FIRST)
    assert time.process_time() - begun < SECONDS
    assert record is None and what in str(problems[0].what)
    assert len(problems) <= 2 * MOST + 2
    assert any("the others are told when these are put right" in str(problem.what) for problem in problems)


def test_ninety_thousand_unknown_fields_are_told_by_every_command(desk: Desk) -> None:
    desk.add()
    desk.write(FIRST, filled((desk.root / FIRST).read_text("utf-8"), "x{n}: 1\n", 90_000))
    begun = time.process_time()
    for arguments in (("validate",), ("find", "王丽"), ("overdue",)):
        result = desk.run(*arguments)
        assert result.code == 3
        assert f"{FIRST}:0:0: more than {MOST} problems" in result.all
    assert time.process_time() - begun < SECONDS


def test_ten_thousand_unknown_people_in_a_good_record_are_told_in_part(desk: Desk) -> None:
    desk.add()
    line = "- {{at: '2026-10-14T10:00:00+08:00', by: zhou.mi{n}, event: noted, text: x}}\n"
    desk.write(FIRST, filled((desk.root / FIRST).read_text("utf-8"), line))
    begun = time.process_time()
    result = desk.run("validate")
    assert time.process_time() - begun < SECONDS
    assert result.out.count("does not exist") == MOST
    assert f"{FIRST}:0:0: more than {MOST} problems" in result.out


def importing(desk: Desk, name: str, mapping: str = MAP) -> tuple[str, ...]:
    desk.root.parent.joinpath("map.yaml").write_text(mapping, "utf-8")
    return "import", "tickets", f"../{name}", "--map", "../map.yaml"


def far_away_xlsx(file: Path) -> None:
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "编号")
    sheet.write(1_048_575, 16_383, "x")
    book.close()


def far_away_ods(file: Path) -> None:
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body>'
            '<office:spreadsheet><table:table table:name="a"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p>'
            "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
            "</office:document-content>",
        )


@pytest.mark.parametrize(("name", "make"), [("in.xlsx", far_away_xlsx), ("in.ods", far_away_ods)])
def test_a_workbook_with_a_cell_far_away_is_refused(desk: Desk, name: str, make: object) -> None:
    assert callable(make)
    make(desk.root.parent / name)
    assert (desk.root.parent / name).stat().st_size < 10_000
    result = desk.run(*importing(desk, name))
    assert result.code == 2, result.all
    assert f"{name} is too large to be read" in result.err and "delete what is beside it" in result.err


def test_a_workbook_of_too_many_cells_says_how_many(desk: Desk) -> None:
    book = xlsxwriter.Workbook(str(desk.root.parent / "in.xlsx"))
    book.add_worksheet().write(9_999, 999, "x")
    book.close()
    assert "is too large to be read (10000 × 1000)" in desk.run(*importing(desk, "in.xlsx")).err


@pytest.mark.parametrize("name", ["zero.csv", "zero.xlsx", "zero.jsonl"])
def test_a_device_is_not_read_without_end(
    desk: Desk, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST", 1 << 20)
    (tmp_path / name).symlink_to("/dev/zero")
    result = desk.run(*importing(desk, name))
    assert result.code == 2 and name in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("ticket", "add", "--from", "/dev/zero"),
        ("import", "tickets", "../in.csv", "--map", "/dev/zero"),
    ],
)
def test_dev_zero_is_refused(desk: Desk, arguments: tuple[str, ...]) -> None:
    (desk.root.parent / "in.csv").write_text("a\n")
    result = desk.run(*arguments)
    assert result.code in (2, 3) and "/dev/zero has more than 1 MB; that much is not read" in result.err


def test_endless_input_is_refused(desk: Desk) -> None:
    result = desk.run("ticket", "add", "--from", "-", stdin="#" * (MAX_BYTES + 1))
    assert result.code == 2 and "stdin has more than 1 MB" in result.err


@pytest.mark.parametrize("encoding", ["undefined", "unicode_escape", "idna"])
def test_an_encoding_of_python_alone_is_no_traceback(desk: Desk, encoding: str) -> None:
    (desk.root.parent / "in.csv").write_bytes("编号\n\\x\n".encode("gbk"))
    done = run(desk, *importing(desk, "in.csv", f"{MAP}encoding: {encoding}\n"))
    assert done.code in (2, 3)
    assert "Traceback" not in done.err
