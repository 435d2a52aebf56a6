"""`propcli import residents`: nobody is guessed, what is certain is repaired, numbers stay secret [U1, U2, T12]."""

import json
import os
import subprocess
from datetime import date
from typing import Any

import pexpect
import pytest

from tests.conftest import IDENTITY, LOCALES, Desk
from tests.desk.rosters import GOOD, MAP, bad_cells, card, company, put, repairs, report, row

pytestmark = pytest.mark.rule("U1", "U2", "T12")

ANNA, CHEN = card(1), card(2)
NONE: dict[str, Any] = {"电话": "", "身份证": "", "交房日期": ""}  # a row that says no more than a name


@pytest.fixture
def estate(desk: Desk) -> Desk:
    """Units 3-2-0501 to 3-2-0504, all empty of people."""
    rows = [row(房号=room) for room in ("0501", "0502", "0503", "0504")]
    desk.ok("import", "units", *put(desk, "units.csv", *rows))
    return desk


def unit(desk: Desk, unit_id: str = "3-2-0501") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(desk.ok("show", unit_id, "--format", "json"))
    return found


def ties(desk: Desk, unit_id: str = "3-2-0501") -> list[tuple[str, str, str | None]]:
    return [(t["resident"], t["tie"], t.get("share")) for t in unit(desk, unit_id).get("people", [])]


def residents(desk: Desk) -> list[str]:
    return sorted(path.stem for path in (desk.root / "residents").glob("*.yaml"))


def text(desk: Desk, resident: str) -> str:
    return (desk.root / f"residents/{resident}.yaml").read_text("utf-8")


def opened(desk: Desk, resident: str) -> Any:
    """A resident with the sealed part opened with the keys of the desk."""
    from propcli.kinds.resident.model import Resident
    from propcli.records.people import face
    from propcli.store.estate import Estate
    from propcli.store.sealing import Keys

    record = Estate(desk.root).one(Resident, resident)
    assert record is not None
    return face(record, Keys(desk.root.parent / ".local/share/propcli/keys"))


# --- the whole of a table


@pytest.mark.parametrize("name", ["in.csv", "in.xlsx"])
def test_a_good_table_is_one_commit_and_importing_it_again_changes_nothing(estate: Desk, name: str) -> None:
    """Two owners of one home, one of them also of another, a tenant, a family member without anything but a name."""
    rows = [
        row(),
        row(业主姓名="陈大明", 电话="13800138002", 身份证=CHEN),
        row(房号="0502"),
        row(房号="0502", 业主姓名="李娜", 电话="13800138003", 身份证="", 关系="租户", 交房日期="2026-03-01"),
        row(业主姓名="王小明", 关系="家属", **NONE),
    ]
    command = ("import", "residents", *put(estate, name, *rows))
    assert report(estate, *command)["new"] == 5
    assert not (estate.root.parent / ".local").exists(), "a dry run makes no keys"
    head = estate.git("rev-parse", "HEAD").strip()
    assert estate.ok(*command).splitlines()[-1] == "4 residents and 5 ties were written."
    assert estate.git("rev-list", "--count", f"{head}..HEAD").strip() == "1"
    assert estate.git("status", "--porcelain") == ""
    assert estate.run("validate").code == 0
    assert ties(estate) == [("R-00001", "owner", None), ("R-00002", "co_owner", None), ("R-00004", "family", None)]
    assert ties(estate, "3-2-0502") == [("R-00001", "owner", None), ("R-00003", "tenant", None)]
    assert [(e["event"], e["by"]) for e in unit(estate)["events"]] == [
        ("registered", "import"),
        ("people_recorded", "import"),
    ]
    assert opened(estate, "R-00001").identity == {"kind": "id_card", "number": ANNA}
    before = estate.snapshot()
    assert "5 rows: 0 new, 5 imported before, 0 bad" in estate.ok(*command)
    assert estate.snapshot() == before
    put(estate, name, *reversed(rows))
    assert "5 rows: 0 new, 5 imported before, 0 bad" in estate.ok(*command), "in any order"


def test_one_mapping_serves_both_commands(desk: Desk) -> None:
    """A home nobody lives in yet has a row without a person."""
    given = put(desk, "in.csv", row(), row(房号="0502", 业主姓名="", 电话="", 身份证="", 状态="未售", 关系=""))
    assert "2 units were written" in desk.ok("import", "units", *given)
    told = desk.run("import", "residents", *given)
    assert told.code == 0
    assert "1 rows name nobody" in told.err
    assert residents(desk) == ["R-00001"]


def test_units_come_first(desk: Desk) -> None:
    command = ("import", "residents", *put(desk, "in.csv", row()))
    assert "propcli import units first" in desk.refused(*command)


def test_a_unit_that_is_not_on_record_is_told(estate: Desk) -> None:
    command = ("import", "residents", *put(estate, "in.csv", row(房号="0901")))
    assert bad_cells(estate, *command) == [(2, "C2", "unit 3-2-0901 is not on record (import the units first)")]


def test_one_bad_row_keeps_all_out_and_can_be_skipped(estate: Desk) -> None:
    rows = [
        row(),
        row(房号="0502", 业主姓名="陈大明", 电话="123", 身份证=""),
        row(房号="0503", 业主姓名="李娜", **NONE),
    ]
    command = ("import", "residents", *put(estate, "in.csv", *rows))
    assert bad_cells(estate, *command) == [(3, "E3", "'123' is not a phone number")]
    assert residents(estate) == []
    assert "2 residents and 2 ties were written" in estate.ok(*command, "--skip-bad")
    assert ties(estate, "3-2-0502") == []


def test_a_refused_commit_imports_nothing(estate: Desk) -> None:
    hook = estate.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    command = ("import", "residents", *put(estate, "in.csv", row()))
    estate.refused(*command, code=3)
    hook.unlink()
    assert "1 residents and 1 ties were written" in estate.ok(*command)
    assert residents(estate) == ["R-00001"]


def test_every_problem_of_every_row_is_told(estate: Desk) -> None:
    rows = [row(业主姓名="", 关系="", 电话="x"), row(房号="", 份额="一半", 关系="朋友")]
    found = bad_cells(estate, "import", "residents", *put(estate, "in.csv", *rows))
    assert sorted((number, cell) for number, cell, _ in found) == [
        (2, "D2"),
        (2, "E2"),
        (2, "K2"),
        (3, "C3"),
        (3, "K3"),
    ]


# --- who is who


def test_the_same_number_or_the_same_name_and_phone_is_the_same_person(homes: Desk) -> None:
    """王丽 on record (by her phone), the next row by the number the first has brought."""
    rows = [
        row(房号="0502", 关系="家属"),
        row(房号="0601", 电话="13800138999", 关系="家属", 业主姓名="王　丽"),
    ]
    command = ("import", "residents", *put(homes, "in.csv", *rows[:1]))
    assert "new: 0 residents, 1 ties to 1 units; added to: 1 residents" in homes.ok(*command)
    assert opened(homes, "R-00001").identity["number"] == ANNA
    put(homes, "in.csv", rows[1])
    [(number, cell, reason)] = bad_cells(homes, *command)
    assert (number, cell) == (2, "K2") and "R-00001 is owner, family at once" in reason
    put(homes, "in.csv", row(房号="0502", 关系="家属", 电话="13800138999"))
    assert "added to: 1 residents" in homes.ok(*command)
    assert opened(homes, "R-00001").phones == ("13800138000", "13800138999")
    assert residents(homes) == ["R-00001", "R-00002", "R-00003", "R-00004"]


def test_a_phone_is_shared_by_a_family(estate: Desk) -> None:
    """Different names, one phone: different people, and nothing to ask."""
    rows = [row(身份证=""), row(业主姓名="王小明", 身份证="", 关系="家属")]
    estate.ok("import", "residents", *put(estate, "in.csv", *rows))
    assert residents(estate) == ["R-00001", "R-00002"]


def test_different_numbers_are_different_people(estate: Desk) -> None:
    """Two people called 王丽, each with a number and a phone of her own."""
    rows = [row(), row(房号="0502", 电话="13800138002", 身份证=CHEN)]
    estate.ok("import", "residents", *put(estate, "in.csv", *rows))
    assert residents(estate) == ["R-00001", "R-00002"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (NONE, "王丽 may be the same as R-00001, but nothing shows it (--same 2=R-00001 if so, --new 2 if not)"),
        ({"电话": "13800138009", "身份证": ""}, "王丽 may be the same as R-00001"),
        ({"电话": "13800138009"}, "王丽 may be the same as R-00001"),  # the record has no number
    ],
)
def test_a_name_alone_is_never_enough(homes: Desk, change: dict[str, str], reason: str) -> None:
    command = ("import", "residents", *put(homes, "in.csv", row(房号="0502", 关系="家属", **change)))
    [(number, cell, told)] = bad_cells(homes, *command)
    assert (number, cell) == (2, "D2")
    assert reason in told
    homes.ok(*command, "--same", "2=R-00001")
    assert ("R-00001", "family", None) in ties(homes, "3-2-0502")
    assert residents(homes) == ["R-00001", "R-00002", "R-00003", "R-00004"]
    assert homes.run("validate").code == 0
    assert "1 imported before" in homes.ok(*command, "--same", "2=R-00001")


def test_somebody_new_of_the_same_name(homes: Desk) -> None:
    """--new says so; the same command again makes nobody twice."""
    command = ("import", "residents", *put(homes, "in.csv", row(房号="0502", 关系="家属", **NONE)), "--new", "2")
    homes.ok(*command)
    assert ("R-00005", "family", None) in ties(homes, "3-2-0502")
    before = homes.snapshot()
    again = homes.run(*command)
    assert again.code == 0
    assert "1 imported before" in again.out
    assert "row 2 is was certain" in again.err
    assert homes.snapshot() == before


def test_within_a_table_a_name_is_not_enough_either(estate: Desk) -> None:
    rows = [row(), row(房号="0502", **NONE), row(房号="0503", **NONE)]
    command = ("import", "residents", *put(estate, "in.csv", *rows))
    found = bad_cells(estate, *command)
    assert [(number, cell) for number, cell, _ in found] == [(3, "D3"), (4, "D4")]
    assert "may be the same as row 2" in found[0][2] and "--same 3=2 if so" in found[0][2]
    estate.ok(*command, "--same", "3=2", "--new", "4")
    assert ties(estate, "3-2-0502") == [("R-00001", "owner", None)]
    assert ties(estate, "3-2-0503") == [("R-00002", "owner", None)]


def test_a_number_with_another_name_is_asked_about(estate: Desk) -> None:
    command = ("import", "residents", *put(estate, "in.csv", row()))
    estate.ok(*command)
    put(estate, "in.csv", row(房号="0502", 业主姓名="王莉"))
    [(_, cell, reason)] = bad_cells(estate, *command)
    assert cell == "D2"
    assert "王莉 has the identity number of R-00001, of another name" in reason and ANNA not in reason
    estate.ok(*command, "--same", "2=R-00001")
    assert ties(estate, "3-2-0502") == [("R-00001", "owner", None)]
    assert "name: 王丽\n" in text(estate, "R-00001"), "the name on record stays"


def test_the_same_name_and_phone_but_another_number_is_asked_about(estate: Desk) -> None:
    rows = [row(), row(房号="0502", 身份证=CHEN)]
    [(number, cell, _)] = bad_cells(estate, "import", "residents", *put(estate, "in.csv", *rows))
    assert (number, cell) == (3, "D3")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--same", "2"), "'2' is not ROW=ID"),
        (("--same", "x=R-00001"), "is not ROW=ID"),
        (("--same", "9=R-00001"), "the table has no row 9"),
        (("--new", "9"), "the table has no row 9"),
        (("--same", "2=R-00099"), "there is no resident R-00099"),
        (("--same", "2=R-00001", "--new", "2"), "cannot be the same as somebody and new"),
    ],
)
def test_answers_that_cannot_be_are_refused(homes: Desk, options: tuple[str, ...], said: str) -> None:
    assert said in homes.refused("import", "residents", *put(homes, "in.csv", row(**NONE)), *options)


def test_an_answer_against_what_is_certain_is_told(homes: Desk) -> None:
    command = ("import", "residents", *put(homes, "in.csv", row(房号="0502", 关系="家属")), "--same", "2=R-00002")
    [(_, cell, reason)] = bad_cells(homes, *command)
    assert cell == "D2" and "it is certainly R-00001" in reason


def terminal(desk: Desk, *arguments: str) -> "pexpect.spawn[str]":
    """propcli in a terminal of its own."""
    return pexpect.spawn(
        "propcli",
        list(arguments),
        cwd=str(desk.root),
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(desk.root.parent),
            "LANG": LOCALES["en"],
            "PROPCLI_NOW": desk.now,
            "TERM": "dumb",
            **IDENTITY,
        },
        encoding="utf-8",
        timeout=60,
        dimensions=(24, 160),
    )


@pytest.mark.slow
def test_at_a_terminal_it_is_asked(homes: Desk) -> None:
    """One answer may settle other rows: the third is the person the second turns out to be."""
    rows = [
        row(房号="0502", 关系="家属", 电话="13800138009", 身份证=""),
        row(房号="0601", 关系="租户", 电话="13800138009", 身份证=""),
        row(房号="0501", 业主姓名="李娜", 关系="租户", **NONE),
    ]
    screen = terminal(homes, "import", "residents", *put(homes, "in.csv", *rows))
    screen.expect("row 2: 王丽 may be the same as R-00001")
    screen.expect("the same as R-00001")
    screen.expect("Which")
    screen.sendline("7")
    screen.expect("one of: 0, 1")
    screen.expect("Which")
    screen.sendline("0")
    screen.expect("row 4: 李娜 may be the same as R-00003")
    screen.expect("Which")
    screen.sendline("1")
    screen.expect("1 residents and 3 ties were written")
    screen.expect(pexpect.EOF)
    screen.close()
    assert screen.exitstatus == 0
    assert ("R-00005", "tenant", None) in ties(homes, "3-2-0601")
    assert ("R-00003", "tenant", None) in ties(homes)


# --- ties


def test_owners_of_one_home_and_their_shares(estate: Desk) -> None:
    """The first row leads, the others are co-owners, in one event; the shares add up."""
    rows = [row(份额="1/2"), row(业主姓名="陈大明", 身份证=CHEN, 电话="", 份额="５０％")]
    estate.ok("import", "residents", *put(estate, "in.csv", *rows))
    assert ties(estate) == [("R-00001", "owner", "1/2"), ("R-00002", "co_owner", "50%")]
    assert len(unit(estate)["events"]) == 2


def test_shares_of_a_workbook_are_numbers(estate: Desk) -> None:
    rows = [row(份额=0.5), row(业主姓名="陈大明", 身份证=CHEN, 电话="", 份额=0.5), row(房号="0502", 份额=1)]
    estate.ok("import", "residents", *put(estate, "in.xlsx", *rows))
    assert ties(estate) == [("R-00001", "owner", "50%"), ("R-00002", "co_owner", "50%")]
    assert ties(estate, "3-2-0502") == [("R-00001", "owner", "1")]


def test_shares_that_do_not_add_up_are_told_in_every_row(estate: Desk) -> None:
    rows = [row(份额="1/2"), row(业主姓名="陈大明", 身份证=CHEN, 电话="", 份额="1/3"), row(房号="0502")]
    command = ("import", "residents", *put(estate, "in.csv", *rows))
    found = bad_cells(estate, *command)
    assert [(number, cell) for number, cell, _ in found] == [(2, "K2"), (3, "K3")]
    assert "the shares add up to 5/6, not to 1" in found[0][2]
    estate.ok(*command, "--skip-bad")
    assert ties(estate) == [] and ties(estate, "3-2-0502") == [("R-00001", "owner", None)]


def test_a_home_that_has_an_owner_gets_no_second_one(homes: Desk) -> None:
    """The record's owner is not in the table: whether it was sold is not for an import to say."""
    command = ("import", "residents", *put(homes, "in.csv", row(业主姓名="陈建国", 电话="", 身份证=CHEN)))
    [(_, cell, reason)] = bad_cells(homes, *command)
    assert cell == "K2" and "two leading owners, R-00001, 陈建国" in reason
    # with the owner in the table too, the other one is a co-owner
    both = [row(业主姓名="陈建国", 电话="", 身份证=CHEN), row(身份证="")]
    put(homes, "in.csv", *both)
    homes.ok(*command)
    assert ("R-00005", "co_owner", None) in ties(homes)
    assert "2 imported before" in homes.ok(*command)


def test_a_former_owner_is_no_co_owner(estate: Desk) -> None:
    """Ties that follow one another: each led in its time."""
    mapping = MAP.replace("columns:\n", "columns:\n  until: 迁出\n")
    rows = [row(迁出="2026-01-31"), row(业主姓名="陈大明", 电话="", 身份证=CHEN, 交房日期="2026-02-01")]
    estate.ok("import", "residents", *put(estate, "in.csv", *rows, mapping=mapping))
    assert [tie for _, tie, _ in ties(estate)] == ["owner", "owner"]
    assert estate.run("validate").code == 0


def test_a_tie_that_ends_before_it_begins_is_told(estate: Desk) -> None:
    mapping = MAP.replace("columns:\n", "columns:\n  until: 迁出\n")
    [(_, cell, _)] = bad_cells(
        estate, "import", "residents", *put(estate, "in.csv", row(迁出="2025-05-31"), mapping=mapping)
    )
    assert cell == "M2"
    put(estate, "in.csv", row(迁出="2025-06-01"), mapping=mapping)
    estate.ok("import", "residents", "../in.csv", "--map", "../map.yaml")


def test_only_owners_have_shares(estate: Desk) -> None:
    [(_, cell, reason)] = bad_cells(estate, "import", "residents", *put(estate, "in.csv", row(关系="租户", 份额="1/2")))
    assert cell == "L2" and "only owners have shares" in reason


def test_a_tie_on_record_is_never_overwritten(homes: Desk) -> None:
    command = ("import", "residents", *put(homes, "in.csv", row(身份证="", 交房日期="2025-06-02")))
    [(_, cell, reason)] = bad_cells(homes, *command)
    assert cell == "I2" and "R-00001 has another from on the record of 3-2-0501" in reason
    put(homes, "in.csv", row(身份证="", 交房日期=""))
    assert "1 imported before" in homes.ok(*command)


def test_one_person_twice_in_one_home_is_told(estate: Desk) -> None:
    found = bad_cells(estate, "import", "residents", *put(estate, "in.csv", row(), row()))
    assert found == [(3, "D3", "王丽 also stands in row 2")]


def test_a_tie_recorded_later_does_not_rewrite_the_record(estate: Desk) -> None:
    """Ties may be recorded in any state, also of a home that is not sold."""
    put(estate, "units.csv", row(房号="0601", 状态="未售"))
    estate.ok("import", "units", "../units.csv", "--map", "../map.yaml")
    estate.ok("import", "residents", *put(estate, "in.csv", row(房号="0601")))
    assert unit(estate, "3-2-0601")["status"] == "unsold"
    assert ties(estate, "3-2-0601") == [("R-00001", "owner", None)]


def test_nothing_of_a_person_on_record_is_overwritten(estate: Desk) -> None:
    command = ("import", "residents", *put(estate, "in.csv", row(身份证=ANNA)))
    estate.ok(*command)
    mapping = MAP.replace("columns:\n", "columns:\n  born: 生日\n  bank: 账号\n")
    put(estate, "in.csv", row(房号="0502", 身份证="", 生日="", 账号="6222 0000 1111 2222"), mapping=mapping)
    estate.ok(*command)
    assert opened(estate, "R-00001").bank == "6222000011112222"
    put(estate, "in.csv", row(房号="0503", 身份证="", 账号="6222000011113333", 生日="1980-01-02"), mapping=mapping)
    assert bad_cells(estate, *command) == [
        (2, "N2", "born: the record of R-00001 says otherwise"),
        (2, "M2", "bank: the record of R-00001 says otherwise"),
    ]


# --- numbers and phones


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        (13800138001, ("13800138001",)),
        ("13800138001.0", ("13800138001",)),
        ("1.3800138001E+10", ("13800138001",)),
        ("138 0013 8001", ("13800138001",)),
        ("138-0013-8001", ("13800138001",)),
        ("１３８００１３８００１", ("13800138001",)),
        ("+86 13800138001", ("13800138001",)),
        ("13800138001/13800138002", ("13800138001", "13800138002")),
        ("13800138001、13800138002", ("13800138001", "13800138002")),
        ("13800138001 13800138002", ("13800138001", "13800138002")),
        ("13800138001；0755-26001234", ("13800138001", "075526001234")),
        ("0755-26001234-802", ("075526001234-802",)),
        ("0755 26001234转802", ("075526001234-802",)),
        (75526001234, ("075526001234",)),
        ("+852 2345 6789", ("+85223456789",)),
    ],
)
def test_phones_are_read(estate: Desk, phone: Any, kept: tuple[str, ...]) -> None:
    """Numbers of Excel, spaces and hyphens, several in a cell, an area code whose zero was lost."""
    estate.ok("import", "residents", *put(estate, "in.xlsx", row(电话=phone)))
    assert opened(estate, "R-00001").phones == kept


def test_repairs_of_phones_and_numbers_do_not_show_them(estate: Desk) -> None:
    number = f"{ANNA[:6]} {ANNA[6:14]}-{ANNA[14:]}"
    command = ("import", "residents", *put(estate, "in.xlsx", row(电话=13800138001, 身份证=number, 业主姓名="王　丽")))
    assert repairs(estate, *command) == [
        ("D2", "name", "王　丽", "王丽"),
        ("E2", "phone", None, None),
        ("F2", "identity", None, None),
    ]
    assert "repaired: 1 names, 1 phones, 1 identity numbers" in estate.ok(*command)


@pytest.mark.parametrize(
    "phone",
    [
        "1380013800",
        "138001380011",
        "12345678901",
        "1.38E+10",
        "1.38001E+10",
        "1.38001380015E+10",
        "13800138001.5",
        "王丽13800138001",
        "13800138001（妻）",
        "无",
        "-",
        ANNA,
        "=A1",
        "#N/A",
        date(2019, 6, 30),
    ],
)
def test_what_is_no_phone_is_told(estate: Desk, phone: Any) -> None:
    found = bad_cells(estate, "import", "residents", *put(estate, "in.xlsx", row(电话=phone)))
    assert [(number, cell) for number, cell, _ in found] == [(2, "E2")]
    assert ANNA not in found[0][2]


WRONG = ANNA[:-1] + ("0" if ANNA[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (int(ANNA[:-1] + "0"), "its last digits are lost"),
        (1.10101198001e17, "its last digits are lost"),
        ("1.10101E+17", "its last digits are lost"),
        ("1.1010119800101E+17", "its last digits are lost"),
        ("1.10101198001010019e17", "its last digits are lost"),
        (ANNA + ".0", "its last digits are lost"),
        (WRONG, "check digit is wrong"),
        (ANNA[:-1], "17 characters, not 18"),
        (110101800101001, "15 characters, not 18"),
        ("未提供", "characters, not 18"),
        ("=A1", "#N/A is an error"),
    ],
)
def test_identity_numbers_that_are_lost_or_wrong_are_told(estate: Desk, number: Any, reason: str) -> None:
    """By the cell, and without the number."""
    command = put(estate, "in.xlsx", row(身份证=number))
    result = estate.run("import", "residents", *command)
    [(row_number, cell, told)] = bad_cells(estate, "import", "residents", *command)
    assert (row_number, cell) == (2, "F2")
    assert reason in told
    for part in (str(number), ANNA, ANNA[:-1], WRONG, ANNA[6:14]):
        assert len(part) < 8 or part not in result.all


@pytest.mark.parametrize(
    "number", [ANNA, f" {ANNA} ", ANNA.replace("1", "１"), f"{ANNA[:6]}-{ANNA[6:]}", card(7).lower()]
)
def test_identity_numbers_are_read(estate: Desk, number: str) -> None:
    estate.ok("import", "residents", *put(estate, "in.csv", row(身份证=number)))
    assert opened(estate, "R-00001").identity["number"] in (ANNA, card(7))


def test_companies_and_other_papers(estate: Desk) -> None:
    """A company has a company number; a passport stands as it is."""
    mapping = MAP.replace("columns:\n", "columns:\n  identity_kind: 证件\n  type: 类型\n")
    mapping = mapping.replace("values:\n", "values:\n  identity_kind: {护照: passport}\n  type: {企业: company}\n")
    rows = [
        row(业主姓名="翠湖（深圳）贸易有限公司", 身份证=company(1), 类型="企业", 电话="0755-26001234"),
        row(房号="0502", 业主姓名="John Smith", 身份证="E 1234567", 证件="护照", 电话=""),
    ]
    estate.ok("import", "residents", *put(estate, "in.csv", *rows, mapping=mapping))
    assert "type: company\nname: 翠湖（深圳）贸易有限公司\n" in text(estate, "R-00001")
    assert opened(estate, "R-00001").identity == {"kind": "company_number", "number": company(1)}
    assert opened(estate, "R-00002").identity == {"kind": "passport", "number": "E1234567"}


def test_the_day_of_birth_is_that_of_the_card(estate: Desk) -> None:
    mapping = MAP.replace("columns:\n", "columns:\n  born: 生日\n")
    command = ("import", "residents", *put(estate, "in.csv", row(生日="1980-01-02"), mapping=mapping))
    [(_, cell, _)] = bad_cells(estate, *command)
    assert cell == "M2"
    put(estate, "in.csv", row(身份证="", 生日="2026-10-15"), mapping=mapping)
    assert "has not come yet" in bad_cells(estate, *command)[0][2]
    put(estate, "in.csv", row(身份证="", 生日="1931.2.3"), mapping=mapping)
    estate.ok(*command)
    assert opened(estate, "R-00001").born == date(1931, 2, 3)


def test_everything_of_a_child_is_sealed(estate: Desk) -> None:
    child = card(7, "20180203")
    estate.ok("import", "residents", *put(estate, "in.csv", row(业主姓名="王小明", 身份证=child, 关系="家属")))
    assert "王小明" not in text(estate, "R-00001") and "2018" not in text(estate, "R-00001")
    assert opened(estate, "R-00001").name == "王小明"


@pytest.mark.parametrize("name", ["王丽、陈大明", "王丽/陈大明", "王丽 陈大明", "王丽，陈大明"])
def test_two_people_in_one_cell_are_told(estate: Desk, name: str) -> None:
    [(_, cell, reason)] = bad_cells(estate, "import", "residents", *put(estate, "in.csv", row(业主姓名=name)))
    assert cell == "D2" and "may be several people" in reason


@pytest.mark.parametrize(
    ("name", "kept"),
    [("王 丽", "王丽"), ("Mary  Ann Li", "Mary Ann Li"), ("ＴＯＭ", "TOM"), ("卓玛·次仁", "卓玛·次仁")],
)
def test_names(estate: Desk, name: str, kept: str) -> None:
    estate.ok("import", "residents", *put(estate, "in.csv", row(业主姓名=name)))
    assert f"name: {kept}\n" in text(estate, "R-00001")


def test_number_plates(estate: Desk) -> None:
    mapping = MAP.replace("columns:\n", "columns:\n  plate: 车牌\n")
    estate.ok("import", "residents", *put(estate, "in.csv", row(车牌="粤B 12345、粤bd12345"), mapping=mapping))
    assert opened(estate, "R-00001").plates == ("粤B12345", "粤BD12345")
    put(estate, "in.csv", row(车牌="无", 身份证=ANNA), mapping=mapping)
    [(_, cell, _)] = bad_cells(estate, "import", "residents", "../in.csv", "--map", "../map.yaml")
    assert cell == "M2"


def test_a_lost_zero_of_a_room(estate: Desk) -> None:
    command = ("import", "residents", *put(estate, "in.xlsx", row(房号=501)))
    assert repairs(estate, *command) == [("C2", "room", "3-2-501", "3-2-0501")]
    estate.ok(*command)
    assert ties(estate) == [("R-00001", "owner", None)]


# --- secrets


@pytest.mark.rule("T12")
def test_no_identity_number_is_ever_in_the_repository_in_clear(estate: Desk) -> None:
    """Not in a commit, a tree or a file of any commit, nor in what git and propcli keep beside them."""
    mapping = MAP.replace("columns:\n", "columns:\n  bank: 账号\n")
    account = "6222000011112222"
    rows = [
        row(账号=account),
        row(业主姓名="陈大明", 电话="", 身份证=CHEN),
        row(房号="0502", 业主姓名="李娜", 电话="", 身份证=WRONG),
        row(房号="0503", 业主姓名="王小明", 电话="", 身份证=card(7, "20180203"), 关系="家属"),
    ]
    command = ("import", "residents", *put(estate, "in.csv", *rows, mapping=mapping))
    said = [estate.run(*command, *more).all for more in ((), ("--format", "json"), ("--dry-run",), ("--skip-bad",))]
    put(estate, "in.csv", row(房号="0504", 身份证="", 账号=account), mapping=mapping)
    said.append(estate.run(*command).all)  # adds to what is on record
    assert residents(estate) == ["R-00001", "R-00002", "R-00003"]
    objects = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"], cwd=estate.root, capture_output=True, check=True
    ).stdout
    kept = b"".join(path.read_bytes() for path in sorted(estate.root.rglob("*")) if path.is_file())
    assert b"people_recorded" in objects
    for number in (ANNA, CHEN, WRONG, card(7, "20180203"), account):
        for where in (objects, kept, "".join(said).encode()):
            assert number.encode() not in where
            assert number[:-1].encode() not in where


@pytest.mark.rule("T12")
def test_sealed_people_without_their_keys_are_not_guessed(estate: Desk) -> None:
    """What is sealed cannot be compared: a number is not added, and where names are sealed nothing is imported."""
    command = ("import", "residents", *put(estate, "in.csv", row()))
    estate.ok(*command)
    keys = estate.root.parent / ".local/share/propcli/keys"
    keys.rename(keys.with_name("elsewhere"))
    [(_, cell, reason)] = bad_cells(estate, *command)
    assert cell == "D2" and "its key is not here" in reason
    put(estate, "in.csv", row(身份证=""))
    assert "1 imported before" in estate.ok(*command)
    settings = estate.root / "propcli.yaml"
    settings.write_text(settings.read_text("utf-8") + "sealed: [name]\n", "utf-8")
    put(estate, "in.csv", row(房号="0502", 业主姓名="陈大明", 身份证="", 电话=""))
    estate.ok(*command)
    keys.rename(keys.with_name("elsewhere too"))
    assert "1 residents are sealed and their keys are not here" in estate.refused(*command, code=3)


def test_forgotten_people_are_nobody(homes: Desk) -> None:
    file = homes.root / "residents/R-00002.yaml"
    content = file.read_text("utf-8").replace("status: active", "status: forgotten")
    content = content.replace("name: 陈大明\nphones: ['13800138002']\n", "")
    gone = "{at: '2026-10-01T10:00:00+08:00', by: zhou.min, event: forgotten, reason: 已迁出, units: [3-2-0502]}"
    file.write_text(f"{content}- {gone}\n", "utf-8")
    assert homes.run("validate").code == 0
    new = row(房号="0601", 业主姓名="陈大明", 关系="租户", **NONE)
    homes.ok("import", "residents", *put(homes, "in.csv", new))
    assert ("R-00005", "tenant", None) in ties(homes, "3-2-0601")


def test_good_is_good(estate: Desk) -> None:
    """The row the other tests start from."""
    assert GOOD["身份证"] == ANNA
    estate.ok("import", "residents", *put(estate, "in.csv", row()))
