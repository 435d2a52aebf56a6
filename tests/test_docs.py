"""README and guides: every line a newcomer can copy does what is printed below it."""

import json
import re
import shlex
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from propcli.cli import COMMANDS
from propcli.kinds.catalog import KINDS, Kind
from tests.conftest import Desk
from tests.test_transcripts import ACCEPT, play

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```console\n(.*?)```", re.S)


@pytest.fixture
def sample(tmp_path: Path) -> Desk:
    """A scratch copy of the sample estate, on the evening of its last day."""
    shutil.copytree(ROOT / "records", tmp_path / "lakeside")
    desk = Desk(tmp_path / "lakeside")
    desk.git("init", "--quiet", "-b", "main")
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "The sample estate")
    desk.now = "2026-10-31T18:00:00+08:00"
    return desk


def test_the_tour_of_the_readme_prints_what_it_says(sample: Desk) -> None:
    """Each block in turn, on a copy of the sample estate. PROPCLI_ACCEPT=1 writes what is printed."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    happened = BLOCK.sub(lambda block: f"```console\n{play(sample, block[1])}```", text)
    if ACCEPT:
        path.write_text(happened, encoding="utf-8")
    assert happened == text or ACCEPT


@pytest.mark.parametrize("guide", ["guide.md", "guide.zh.md"])
def test_the_guide_knows_every_command(guide: str) -> None:
    """A command that the guides do not mention is one nobody finds."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    for command in COMMANDS:
        assert re.search(rf"(propcli|`) ?{command}\b", text) or command == "schema", command


@pytest.mark.parametrize("guide", ["guide.md", "guide.zh.md"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_knows_every_step_of_every_kind(guide: str, kind: str) -> None:
    """Each group of commands is shown as it is typed, and each of its steps is named somewhere."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    assert re.search(rf"^propcli {kind} \w", text, re.M) or f"`propcli {kind} " in text
    for step in KINDS[kind].steps.values():
        if step.verb and step.event != "noted":
            assert re.search(rf"(\b{kind} |`){re.escape(step.command)}\b", text), step.command


# sections that need no more before them than homes and staff
TRIED = {
    "guide.md": ("Parking spaces", "Passes of cars and of help", "Cars that park for a while", "Who works here"),
    "guide.zh.md": ("车位", "停车证与家政卡", "临时停车", "员工"),
}


@pytest.mark.parametrize("guide", TRIED)
def test_the_commands_of_the_guide_can_be_copied(homes: Desk, guide: str) -> None:
    """One section after the other, in an estate that has homes and staff."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    for title in TRIED[guide]:
        [block] = re.findall(rf"^#+ {title}\n\n```sh\n(.*?)```", text, re.M | re.S)
        for line in block.replace("\\\n", " ").splitlines():
            homes.ok(*shlex.split(line)[1:])
    assert homes.run("validate").code == 0


@pytest.mark.parametrize("guide", ["guide.md", "guide.zh.md"])
def test_the_rule_in_the_guide_is_a_rule(desk: Desk, guide: str) -> None:
    """The row shown for policy.yaml can be pasted there."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    [row] = re.findall(r"```yaml\n(  - rule: .*?)```", text, re.S)
    policy = desk.root / "policy.yaml"
    policy.write_text(policy.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert desk.run("validate").code == 0


@pytest.mark.parametrize("guide", ["guide.md", "guide.zh.md"])
def test_the_mapping_in_the_guide_is_a_mapping(desk: Desk, tmp_path: Path, guide: str) -> None:
    """Each mapping shown imports a table with those columns; the first in GBK as it says."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    mapping, roster, filings, spaces = re.findall(r"```yaml\n(system: .*?)```", text, re.S)
    (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
    head = "工单编号,报修时间,要求完成时间,完成时间,处理结果,类型,房号,内容,备注,处理过程,联系人,电话"
    row = "1001,2026/10/01 08:00:00,2026/10/03 08:00:00,,,水,3-2-0501,漏水,急,,王丽,13800138000"
    (tmp_path / "old.csv").write_bytes(f"{head}\n{row}\n".encode("gb18030"))
    out = desk.ok("import", "tickets", str(tmp_path / "old.csv"), "--map", str(tmp_path / "map.yaml"))
    assert "1 rows: 1 new" in out
    (tmp_path / "roster.yaml").write_text(roster, encoding="utf-8")
    head = "楼栋,单元,房号,状态,面积,户型,交房日期,业主姓名,电话,身份证,关系,份额"
    row = "3,2,0501,自住,89.5,三室两厅,2025-06-01,王丽,13800138000,110101199003074514,业主,"
    (tmp_path / "roster.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    for what in ("units", "residents"):
        desk.ok("import", what, str(tmp_path / "roster.csv"), "--map", str(tmp_path / "roster.yaml"))
    assert "王丽" in desk.ok("unit", "show", "3-2-0501")
    (tmp_path / "filings.yaml").write_text(filings, encoding="utf-8")
    head = "备案编号,申请日期,发证日期,有效期至,办结日期,办结说明,状态,房号,装修内容,申请人,电话,装修公司,信用代码"
    row = "Z-7,2026/09/01,2026/09/03,2026/11/30,,,施工中,3-2-0501,厨房翻新,王丽,13800138000,安居装饰,"
    (tmp_path / "filings.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    desk.ok("import", "renovations", str(tmp_path / "filings.csv"), "--map", str(tmp_path / "filings.yaml"))
    assert "2026-09-03 to 2026-11-30" in desk.ok("renovation", "show", "N-2026-0001")
    (tmp_path / "spaces.yaml").write_text(spaces, encoding="utf-8")
    head = "车位,位置,状态,租售给,到期,月租,车牌"
    rows = 'B1-011,地库,,3-2-0501,,,"粤B88881,粤B88882"\nB1-012,地库,,3-2-0501,2026-12-31,300,\nB1-013,地库,空闲,,,,'
    (tmp_path / "spaces.csv").write_text(f"{head}\n{rows}\n", encoding="utf-8")
    desk.ok("import", "parking", str(tmp_path / "spaces.csv"), "--map", str(tmp_path / "spaces.yaml"))
    listed = json.loads(desk.ok("parking", "list", "--format", "json"))
    assert [row["status"] for row in listed] == ["sold", "let", "free"] and len(listed[0]["cars"]) == 2
    assert desk.run("validate").code == 0


def section(kind: Kind) -> str:
    """What docs/format.md says of a kind, below its title."""
    text = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {kind.title.pattern.capitalize()}\n(.*?)(?=^## )", text, re.M | re.S)
    assert found, f"docs/format.md has no section {kind.title.pattern.capitalize()!r}"
    return found[1]


def test_the_examples_of_the_format_are_records(homes: Desk) -> None:
    """One of each kind, as it stands there, in one estate; with a neighbour below and a second resident."""
    for kind in KINDS.values():
        [example] = re.findall(r"```yaml\n(.*?)```", section(kind), re.S)
        [record_id] = re.findall(r"^id: (\S+)", example)
        homes.write(str(kind.path(record_id)), example)
        for mine, other in {"3-2-0501": "3-2-0401", "R-00042": "R-00043"}.items():
            if record_id == mine:
                homes.write(str(kind.path(other)), example.replace(mine, other).replace("粤B12345", "粤B54321"))
    assert homes.run("validate").all == f"{len(list(homes.root.rglob('*.yaml')))} files, no problems\n"


@pytest.mark.parametrize("name", KINDS)
def test_the_format_specifies_the_kind(name: str) -> None:
    """Its folder, its fields, and a row for each of its events: command, states, and exactly the fields it carries."""
    kind, text = KINDS[name], section(KINDS[name])
    assert kind.folder + "/" in (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    for field in kind.model.model_fields:
        assert re.search(rf"\b{field}\b", text), field
    rows = {}
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| event "):
            event, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert event in kind.life.steps and event not in rows and len(cells) == 5, line
            rows[event] = cells
    assert rows.keys() == kind.life.steps.keys()
    names = {its.alias or field: field for field, its in kind.event.model_fields.items()}
    for step in kind.life.steps.values():
        command, after, leads_to, *fields = rows[step.event]
        assert step.command in command, step.event
        assert states(kind.life.states, after) == step.after, step.event
        to = set(step.to.values()) if isinstance(step.to, dict) else {step.to} - {None, "back"}
        assert all(state in leads_to for state in to), step.event
        needs, carried = (
            {names[word] for cell in cells for word in re.findall(r"\w+", bare(cell)) if word in names}
            for cells in (fields[:1], fields)
        )
        assert set(step.needs) <= needs and carried == {*step.needs, *step.takes}, step.event


def bare(cell: str) -> str:
    """A cell of a table without what is said in parentheses."""
    return re.sub(r"\(.*?\)", "", cell)


def states(every: Iterable[str], cell: str) -> set[str]:
    """The states that a cell names, some by their group (of tickets W, F, open)."""
    at_work = {"waiting", "assigned", "confirmed", "on_site", "diagnosed"}
    finished = {"done", "signed_off", "followed_up"}
    groups = {"W": at_work, "F": finished, "open": {*at_work, *finished, "paused"}, "any": {*every} - {"expired"}}
    if "last three" in cell:
        return {*list(every)[:-3]}
    words = re.findall(r"\w+", bare(cell))
    if words[:1] == ["not"]:
        return {*every} - {*words}
    return {state for word in words for state in groups.get(word, {word} & {*every})}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/decisions.md"])
def test_what_a_page_points_at_is_there(page: str) -> None:
    """Files, folders, other pages and their headings, targets of make."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for path in re.findall(r"`((?:propcli|tests|docs|tools|benchmarks|schemas)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (ROOT / page).parent.joinpath(path).exists(), path
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert {*re.findall(r"[`\n]make (\w+)", text)} <= {*targets}


@pytest.mark.parametrize("guide", ["guide.md", "guide.zh.md"])
def test_the_links_within_the_guide_lead_somewhere(guide: str) -> None:
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    headings = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.M)}
    assert {*re.findall(r"\]\(#([^)]*)\)", text)} <= headings
