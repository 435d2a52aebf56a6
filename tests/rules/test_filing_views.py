"""Renovation filings looked at [N13]: what is missing, the cover sheet, the shelf by building and floor, the report on
running works, names masked; and what a leak ticket is told about the works above [N12]."""

import json
import shlex
from typing import Any

import pytest

from tests.conftest import HOMES, Desk

from .asking import rows
from .filings import BELOW, FILING, HOME, PATH, bring, do, filing, lead

FIRM = "安居装饰有限公司"


def copies(desk: Desk, *changes: dict[str, Any]) -> None:
    """Filings like FILING with some fields changed, with the ids N-2026-0002, N-2026-0003, …"""
    like = {key: value for key, value in filing(desk).items() if key != "deposit"}
    for number, change in enumerate(changes, 2):
        made = {**like, "id": f"N-2026-{number:04}", **change}
        made = {key: value for key, value in made.items() if value not in (None, [])}  # empty fields are not written
        desk.write(f"renovations/2026/{made['id']}.yaml", json.dumps(made, ensure_ascii=False, indent=1) + "\n")


def report(desk: Desk, at: str | None = None) -> dict[str, list[dict[str, Any]]]:
    found: Any = rows(desk, "report renovations", at)
    tables: dict[str, list[dict[str, Any]]] = found["tables"]
    return tables


def units(desk: Desk, options: str = "", at: str | None = None) -> list[str]:
    """The units of the filings listed, in their order."""
    return [row["unit"] for row in rows(desk, f"renovation list {options}", at)]


# --- what is missing


@pytest.mark.rule("N13")
def test_check_says_what_is_missing_and_may_fail(homes: Desk) -> None:
    """For people it answers and ends well; with --exit-code it ends with 1 while anything is missing, so that a script
    can ask. It says how it stood at an earlier time too."""
    lead(homes, "approved")
    assert "nothing is missing for the permit: permit" in homes.ok("renovation", "check", "1", "--exit-code")
    do(homes, "2026-10-14T11:00 paper --wrong plan --item 2 --reason 缺图")
    assert homes.run("renovation", "check", FILING).code == 0
    lacking = homes.run("renovation", "check", "1", "--exit-code")
    assert (lacking.code, lacking.err) == (1, "")
    assert lacking.out.splitlines() == [
        f"{FILING}  approved  {HOME}  主卫与客厅翻新",
        "  missing for the permit:",
        "    [N1] not in order: plan (item 2): 缺图",
    ]
    assert homes.run("renovation", "check", "1", "--exit-code", "--at", "2026-10-14T10:59").code == 0
    assert "did not exist yet" in homes.refused("renovation", "check", "1", "--at", "2026-10-14T09:59")
    assert "there is no renovation filing" in homes.refused("renovation", "check", "9", "--exit-code")

    do(homes, "paper --checked plan --item 2", "permit")
    lacking = homes.run("renovation", "check", "1", "--exit-code")
    assert (lacking.code, lacking.out.splitlines()[2:]) == (1, ["    [N3] no water test passed: item 1 主卫重做防水"])


@pytest.mark.rule("N13")
@pytest.mark.parametrize("step", ["review --refuse --reason 影响结构", "cancel --reason 不装了"])
def test_nothing_is_missing_where_nothing_more_comes(homes: Desk, step: str) -> None:
    homes.ok(*shlex.split(f"renovation apply {HOME} --applicant 王丽 --works 翻新 --own-work"))
    assert homes.run("renovation", "check", "1", "--exit-code").code == 1
    do(homes, step)
    assert "nothing more comes" in homes.ok("renovation", "check", "1", "--exit-code")


# --- the cover sheet


@pytest.mark.rule("N13")
def test_the_cover_sheet_has_term_owner_contact_state_and_payments(homes: Desk) -> None:
    """All that the office writes on a filing's cover, then works, workers, what happened, what is owed and missing."""
    bring(homes, "working")
    do(homes, "pay --paid deposit=500.5 --receipt 0002")
    said = homes.ok("renovation", "show", "1")
    cover, rest = said.split("\n\n", 1)
    assert cover.splitlines() == [
        f"{FILING}  works going on  {HOME}  主卫与客厅翻新",
        "  applicant: 王丽 (R-00001), owner",
        "  contact: 13800138000",
        f"  contractor: {FIRM}, 刘建国, 13900139000",
        "  term: 2026-10-15 to 2027-01-15",
        "  deposit: 2,500.50 received, 0.00 deducted, 0.00 refunded, 2,500.50 held",
        "  rubbish-removal fee: 300.00",
        f"  below: {BELOW}",
    ]
    for line in (
        "    1 主卫重做防水 · old waterproofing · water test to come",
        "    2 客厅换地板 · floors, walls, ceilings",
        "    1 李铁 瓦工  pass 1 until 2027-01-15",
        "    2026-10-14 10:00  received 2,000.00, held 2,000.00  receipt 0001",
        "    2026-10-15 09:00  received 500.50, held 2,500.50  receipt 0002",
        "  [N9] completion or extension of the works  2027-01-15 23:59  周敏  open",
        "    [N3] no water test passed: item 1 主卫重做防水",
    ):
        assert line in rest.splitlines()
    (issued,) = [line for line in rest.splitlines() if "permit issued" in line]
    assert issued.startswith("  2026-10-15 09:00  permit issued  周敏  ")
    assert "2027-01-15" in issued
    assert homes.ok("show", FILING) == said

    whole = json.loads(homes.ok("renovation", "show", FILING, "--format", "json"))
    assert (whole["start"], whole["until"], whole["status"]) == ("2026-10-15", "2027-01-15", "working")
    assert (whole["resident"], whole["capacity"]) == ("R-00001", "owner")
    assert (whole["contractor"], whole["in_charge"], whole["phone"]) == (FIRM, "刘建国", "13900139000")
    assert whole["deposit"] == {"received": "2500.50", "deducted": "0.00", "refunded": "0.00", "held": "2500.50"}

    before = homes.ok("renovation", "show", "1", "--at", "2026-10-14T10:00")
    assert before.startswith(f"{FILING}  approved  ")
    assert "term:" not in before
    assert "deposit: 2,000.00 received" in before
    assert "permit ended, works going on" in homes.ok("renovation", "show", "1", "--at", "2027-01-16T00:00")
    assert "did not exist yet" in homes.refused("renovation", "show", "1", "--at", "2026-10-14T09:59")


@pytest.mark.rule("N13")
def test_the_cover_sheet_of_a_tenants_own_work(homes: Desk) -> None:
    homes.ok(
        *shlex.split(
            "renovation apply 3-2-0502 --applicant 李娜 --works 刷墙 --none-below --own-work --detail 只刷客厅"
        )
    )
    assert homes.ok("renovation", "show", "1").split("\n\n")[0].splitlines() == [
        f"{FILING}  applied  3-2-0502  刷墙",
        "  applicant: 李娜 (R-00003), tenant",
        "  contact: 13800138003",
        "  contractor: own work",
        "  只刷客厅",
    ]


@pytest.mark.rule("N13")
def test_the_home_lists_its_filings(homes: Desk) -> None:
    bring(homes, "working")
    line = f"  {FILING}  works going on  {HOME}  主卫与客厅翻新  2026-10-15 to 2027-01-15"
    assert line in homes.ok("show", HOME).splitlines()
    assert "主卫" not in homes.ok("show", BELOW)


# --- the shelf


@pytest.mark.rule("N13")
def test_filings_stand_by_building_low_floors_first(desk: Desk) -> None:
    """Building 2 before building 10 and numbers before letters; within a building the basement, then floor by floor
    whatever the entrance, so that the ninth floor stands before the tenth."""
    desk.ok(
        *shlex.split("renovation apply 2-1-1001 --applicant 赵六,13800138009 --as owner --works 翻新 --own-work"),
        *("--item", "finishing=地板"),
    )
    shelf = [
        "2-2-B201",
        "2-1-B101",
        "2-3-0101",
        "2-1-0901",
        "2-2-0901",
        "2-1-1001",
        "10-1-0201",
        "10-1-1201",
        "S-1-103",
    ]
    others = ["10-1-1201", "2-2-0901", "S-1-103", "2-1-B101", "2-1-0901", "10-1-0201", "2-3-0101", "2-2-B201"]
    copies(desk, *({"unit": unit} for unit in others))
    assert units(desk) == shelf
    assert units(desk, "--unit 2") == shelf[:6]
    assert units(desk, "--unit 2-1") == ["2-1-B101", "2-1-0901", "2-1-1001"]
    assert units(desk, "--unit 10-1-1201") == ["10-1-1201"]
    table = desk.ok("renovation", "list").splitlines()[2:]
    assert [line.split()[1] for line in table] == shelf


@pytest.mark.rule("N9")
@pytest.mark.rule("N13")
def test_the_list_has_the_open_ones_and_knows_which_permits_ended(homes: Desk) -> None:
    """Those that came to nothing are listed when asked for. On its last day a permit is good; the day after, works
    that go on have ended ones."""
    bring(homes, "working")
    homes.ok(*shlex.split("renovation apply 3-2-0501 --applicant 王丽 --works 换门 --none-below --own-work"))
    homes.ok(*shlex.split("renovation apply 3-2-0502 --applicant 李娜 --works 刷墙 --none-below --own-work"))
    homes.ok("renovation", "cancel", "3", "--reason", "不装了", at="2026-10-15T11:00")
    assert units(homes) == ["3-2-0501", HOME]
    assert units(homes, "--state open") == units(homes)
    assert units(homes, "--state all") == ["3-2-0501", "3-2-0502", HOME]
    assert units(homes, "--state cancelled,applied") == ["3-2-0501", "3-2-0502"]
    assert units(homes, "--state cancelled", at="2026-10-15T10:59") == []  # as it stood then
    assert "--state: 'gone'" in homes.refused("renovation", "list", "--state", "gone")

    for moment, running, expired in (
        ("2027-01-15T23:59", [HOME], []),
        ("2027-01-15T15:59:59+00:00", [HOME], []),
        ("2027-01-16T00:00", [], [HOME]),
        ("2027-01-15T16:00:00+00:00", [], [HOME]),
    ):
        homes.now = moment
        assert (units(homes, "--state working"), units(homes, "--state expired")) == (running, expired)
    assert HOME in units(homes)  # what goes on without a permit is open
    assert "permit ended, works going on" in homes.ok("renovation", "list")


# --- names


@pytest.mark.rule("T12")
@pytest.mark.rule("N13")
def test_names_are_masked_unless_revealed_and_that_is_on_record(homes: Desk) -> None:
    """In the list and in each table of the report, in each form."""
    bring(homes, "passed")
    copies(homes, {"resident": "R-00002"})
    homes.git("add", "-A")
    homes.git("commit", "--quiet", "-m", "One more")
    last = homes.git("rev-parse", "HEAD")
    for command in ("renovation list", "report renovations"):
        for form in ("table", "json", "csv", "markdown", "html"):
            said = homes.ok(*command.split(), "--format", form)
            assert "王*" in said or "王\\*" in said
            assert "陈**" in said or "陈\\*\\*" in said
            assert "王丽" not in said
            assert "陈大明" not in said
        assert homes.git("rev-parse", "HEAD") == last
        said = homes.ok(*command.split(), "--reveal")
        assert "王丽" in said
        assert "陈大明" in said
        message = homes.git("log", "-1", "--format=%B")
        assert f"Event: revealed\nCommand: {command}\nBy: zhou.min" in message
        last = homes.git("rev-parse", "HEAD")


# --- the report


@pytest.mark.rule("N9")
@pytest.mark.rule("N13")
def test_the_report_tells_of_permits_that_end_within_a_week_and_of_those_that_ended(homes: Desk) -> None:
    """The permit is good until 2027-01-15: eight days ahead it is running, seven days ahead it ends soon, on its last
    day still; the next day works go on without one."""
    bring(homes, "working")

    def at(moment: str) -> tuple[list[int], list[int], list[int]]:
        tables = report(homes, moment)
        return tuple([row["left"] for row in tables[name]] for name in ("running", "expiring", "expired"))  # type: ignore[return-value]

    assert at("2026-10-15T08:59") == ([], [], [])
    assert at("2026-10-15T09:00") == ([92], [], [])
    assert at("2027-01-07T23:59") == ([8], [], [])
    assert at("2027-01-08T00:00") == ([7], [7], [])
    assert at("2027-01-15T23:59") == ([0], [0], [])
    assert at("2027-01-16T00:00") == ([-1], [], [-1])
    (row,) = report(homes, "2027-01-16T00:00")["expired"]
    assert (row["id"], row["unit"], row["contractor"], row["status"]) == (FILING, HOME, FIRM, "expired")
    assert (row["start"], row["until"]) == ("2026-10-15", "2027-01-15")

    do(homes, "2027-01-10T10:00 extend --until 2027-02-15 --reason 材料晚到")
    assert at("2027-01-16T00:00") == ([30], [], [])
    said = homes.ok("report", "renovations", "--at", "2027-02-16T00:00")
    assert said.startswith("Renovations, 2027-02-16\n")
    assert "\nPermit ended, works not completed\n" in said


@pytest.mark.rule("N10")
@pytest.mark.rule("N13")
def test_the_report_counts_violations_by_contractor(homes: Desk) -> None:
    """How many, how many not put right, what was charged; who works without a contractor stands apart. Works that are
    stopped are still works going on."""
    bring(homes, "working")
    do(
        homes,
        "2026-10-16T10:00 violation --text 夜间施工 --rectify-by 2026-10-20 --stop --charge 200.50",
        "violation --text 垃圾堆在楼道 --rectify-by 2026-10-20",
        "violation --text 占用消防通道 --rectify-by 2026-10-20",
        "charge --violation 2 --amount 100 --reason 清运",
        "2026-10-19T10:00 rectified --violation 2",
    )
    own = {key: value for key, value in filing(homes).items() if key not in ("contractor", "in_charge", "phone")}
    del own["deposit"]
    own["id"] = "N-2026-0003"
    homes.write("renovations/2026/N-2026-0003.yaml", json.dumps(own, ensure_ascii=False, indent=1) + "\n")
    copies(homes, {})
    tables = report(homes)
    assert tables["violations"] == [
        {
            "contractor": FIRM,
            "violations": 6,
            "open": 4,
            "charged": "601.00",
            "filings": [FILING, "N-2026-0002"],
        },
        {"contractor": "own work", "violations": 3, "open": 2, "charged": "300.50", "filings": ["N-2026-0003"]},
    ]
    assert [(row["id"], row["status"]) for row in tables["running"]] == [
        (FILING, "stopped"),
        ("N-2026-0002", "stopped"),
        ("N-2026-0003", "stopped"),
    ]
    assert report(homes, "2026-10-16T09:59")["violations"] == []


@pytest.mark.rule("N12")
@pytest.mark.rule("N13")
def test_the_report_lists_the_refunds_that_wait(homes: Desk) -> None:
    """From the check that was passed on, with the first day the deposit may go back and what is held."""
    bring(homes, "passed")
    assert report(homes)["refunds"] == [
        {
            "id": FILING,
            "unit": HOME,
            "applicant": "王*",
            "passed": "2026-11-30",
            "refundable": "2027-02-28",
            "held": "2000.00",
        }
    ]
    assert report(homes)["running"] == []
    assert report(homes, "2026-11-30T09:59")["refunds"] == []
    assert report(homes, "2026-11-27T10:00")["running"] == []  # completed: to be checked, not at work
    assert [row["id"] for row in report(homes, "2026-11-27T10:00")["completed"]] == [FILING]


@pytest.mark.rule("N13")
def test_a_report_without_filings_says_so(homes: Desk) -> None:
    assert report(homes) == {
        "running": [],
        "expiring": [],
        "expired": [],
        "completed": [],
        "violations": [],
        "refunds": [],
    }
    assert homes.ok("report", "renovations").count("None.") == 6
    assert homes.ok("renovation", "list").strip() == "No such filings."


# --- leaks


def leak(desk: Desk, unit: str = BELOW, options: str = "", at: str | None = None) -> list[str]:
    """What the desk is told about works when a leak ticket comes in."""
    kind = "" if "--kind" in options else "--kind repair "
    kind += "" if "--category" in options else "--category leak "
    said = desk.ok(
        *shlex.split(
            f"ticket add {kind}--unit {unit} --summary 卫生间顶渗水 --name 邻居 --phone 13800138099 {options}"
        ),
        at=at,
    )
    return [line for line in said.splitlines() if "above" in line]


@pytest.mark.rule("N12")
def test_a_leak_below_names_the_works_above(homes: Desk) -> None:
    """Taking in a leak the desk sees at once what was done in the home above, from when to when, and how it stands."""
    for unit in ("3-2-0401", "3-1-0501"):
        homes.write(f"units/3/{unit}.yaml", HOMES["units/3/3-2-0501.yaml"].replace("3-2-0501", unit))
    homes.git("add", "-A")
    homes.git("commit", "--quiet", "-m", "More homes")
    begun = homes.git("rev-parse", "HEAD").strip()
    bring(homes, "approved")
    assert leak(homes) == []  # no permit, no works
    homes.git("reset", "--quiet", "--hard", begun)
    bring(homes, "working")
    works = f"  above: {HOME} {FILING}, 2026-10-15 to 2027-01-15, works going on: 主卫与客厅翻新"
    assert leak(homes) == [works]
    assert leak(homes, options="--kind complaint --severity minor") == [works]
    assert leak(homes, options="--category water") == []
    for unit in (HOME, "3-2-0502", "3-2-0401", "3-1-0501"):  # itself, next door, two floors down, another entrance
        assert leak(homes, unit) == []
    assert leak(homes, "public", "--place 三号楼地下室") == []
    assert leak(homes, at="2027-01-16T10:00")[0].startswith(f"  above: {HOME} {FILING}, 2026-10-15 to 2027-01-15, ")
    homes.git("reset", "--quiet", "--hard", begun)
    bring(homes, "passed")
    assert leak(homes) == [works.replace("works going on", "check passed")]


@pytest.mark.rule("N12")
def test_a_leak_names_every_filing_of_the_home_above_the_latest_first(homes: Desk) -> None:
    bring(homes, "working")
    events = filing(homes)["events"]
    later = [{**e, "start": "2026-10-16"} if e["event"] == "permitted" else e for e in events]
    before = [e for e in events if e["at"] < "2026-10-15"]
    cancelled = {"at": "2026-10-14T11:00:00+08:00", "by": "zhou.min", "event": "cancelled", "reason": "不装了"}
    copies(
        homes,
        {"works": "换门", "start": "2026-10-16", "events": later},
        {
            "works": "没做成",
            "start": None,
            "until": None,
            "workers": [],
            "status": "cancelled",
            "events": [*before, {**cancelled, "amount": "2000.00"}],
        },
        {"works": "隔壁", "unit": "3-2-0602", "below": ["1-1-0101"]},
    )
    assert [line.split(": ")[-1] for line in leak(homes)] == ["换门", "主卫与客厅翻新"]


@pytest.mark.rule("N12")
def test_an_estate_that_keeps_no_units_goes_by_the_number(desk: Desk) -> None:
    """0901 lies under 1001, and 1001 not under 0901."""
    desk.ok(*shlex.split("renovation apply 3-2-1001 --applicant 赵六,13800138009 --as owner --works 防水 --own-work"))
    do(desk, "add-item --item finishing=地板", "paper --checked all", "review --approve", "sign --copies all")
    do(desk, "pay --paid deposit=2000 --paid rubbish_fee=300", "permit --until 2026-11-14")
    assert filing(desk)["below"] == ["3-2-0901"]
    works = [f"  above: 3-2-1001 {FILING}, 2026-10-14 to 2026-11-14, works going on: 防水"]
    assert [leak(desk, unit) for unit in ("3-2-0901", "3-2-1101", "3-2-0801", "3-2-0902")] == [works, [], [], []]
    assert (desk.root / PATH).exists()


@pytest.mark.rule("N12")
def test_a_leak_names_a_filing_that_has_the_home_below_it_by_hand(homes: Desk) -> None:
    """Where the plan of the house is unusual, the unit below was named with --below."""
    bring(homes, "working")
    copies(homes, {"works": "跃层", "unit": "3-2-0502", "below": ["3-2-0601"]})
    homes.git("add", "-A")
    homes.git("commit", "--quiet", "-m", "A filing of an unusual home")
    out = homes.ok(
        *("ticket", "add", "--kind", "repair", "--category", "leak", "--unit", "3-2-0601", "--summary", "顶棚渗水"),
        *("--resident", "R-00001"),
    )
    assert "above: 3-2-0502" in out
    assert "跃层" in out
