"""`propcli find`: what fits what, in which order, masked; and that not reading every file changes nothing."""

import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from conftest import HOMES, Desk
from hypothesis import given, settings
from hypothesis import strategies as st

from propcli.engine.problem import Refusal
from propcli.kinds.catalog import RESIDENT, TICKET, UNIT
from propcli.records.finding import FINDABLE, search
from propcli.records.matching import words
from propcli.records.people import People
from propcli.store.estate import Estate
from propcli.store.sealing import Keys, seal

NOW = datetime.fromisoformat("2026-10-14T10:00:00+08:00")
REGISTERED = "events:\n- at: 2025-06-01T10:00:00+08:00\n  by: zhou.min\n  event: registered\n"


def resident(number: int, *lines: str) -> tuple[str, str]:
    """Path and content of a resident's record."""
    resident_id = f"R-{number:05d}"
    return f"residents/{resident_id}.yaml", "\n".join(
        (f"id: {resident_id}", "status: active", "type: person", *lines, REGISTERED)
    )


def person(desk: Desk, number: int, *lines: str) -> None:
    desk.write(*resident(number, *lines))


def home(unit_id: str, *ties: str) -> tuple[str, str]:
    """Path and content of a unit's record with some ties, in flow style."""
    people = "".join(f"- {{{tie}}}\n" for tie in ties)
    return f"units/{unit_id.split('-')[0]}/{unit_id}.yaml", (
        f"id: {unit_id}\nstatus: vacant\nuse: residential\n"
        + (f"people:\n{people}" if ties else "")
        + "events:\n- at: 2020-01-01T10:00:00+08:00\n  by: zhou.min\n  event: registered\n  state: vacant\n"
        "  use: residential\n" + ("  ties:\n" + "".join(f"  {line}\n" for line in people.splitlines()) if ties else "")
    )


def found(desk: Desk, *arguments: str, **environment: str) -> list[dict]:
    return json.loads(desk.ok("find", *arguments, "--format", "json", **environment))


def records(desk: Desk, *arguments: str, **environment: str) -> list[str]:
    return [row["record"] for row in found(desk, *arguments, **environment)]


def matched(desk: Desk, word: str, record: str) -> list[str] | None:
    """Which fields a word fits of a record; None where it is not found."""
    rows = {row["record"]: row["matched"] for row in found(desk, word, "--limit", "99")}
    return rows.get(record)


def raised(desk: Desk, resident_id: str, unit_id: str) -> str:
    """Take in a ticket of somebody on record; its id."""
    add = ("ticket", "add", "--kind", "repair", "--category", "door_window", "--unit", unit_id, "--place", "主卧 窗边")
    return desk.ok(*add, "--summary", "窗户关不严", "--resident", resident_id).split()[0]


# --- what fits


def test_the_phone_rings(homes):
    """Room, a part of the name and of the phone: the person, the home, the ticket, and nothing else."""
    ticket = homes.add("--name", "王丽", "--phone", "13800138000")
    homes.add("--unit", "3-2-0502", "--name", "王丽", "--phone", "13800138000")
    assert records(homes, "王", "0501", "138") == ["R-00001", "R-00004", "3-2-0501", ticket]


def test_every_word_has_to_fit_the_same_entry(homes):
    assert records(homes, "李娜", "0502") == ["3-2-0502", "R-00003"]
    assert records(homes, "李娜", "0501") == []
    assert records(homes, "陈大明", "李娜") == ["3-2-0502"]  # neither of them, but the home of both


@pytest.mark.parametrize(
    ("word", "fits"),
    [
        ("3-2-0501", True),
        ("3-2-501", True),
        ("0501", True),
        ("501", True),
        ("3", True),
        ("3-2", True),
        ("2-0501", True),
        ("3-2-05", True),
        ("３－２－０５０１", True),
        ("2", False),
        ("05", False),
        ("50", False),
        ("3-20", False),
        ("3-2-5", False),
        ("3-2-0501-1", False),
        ("1-0501", False),
    ],
)
def test_rooms(homes, word, fits):
    """By whole parts, leading zeros or not; after the entrance also by the beginning of the room."""
    assert (matched(homes, word, "3-2-0501") is not None) is fits


@pytest.mark.parametrize(
    ("word", "fits"),
    [
        ("13", False),
        ("138", True),
        ("00", False),
        ("000", True),
        ("8000", True),
        ("0138", True),
        ("13800138000", True),
        ("１３８００", True),
        ("138-0013-8000", True),
        ("+8613800138000", True),
        ("8613800138000", True),
        ("138001380001", False),
        ("139", False),
        ("138-00", False),
    ],
)
def test_phones(homes, word, fits):
    """Three digits of a phone are enough, at the beginning, in the middle, at the end; two are not."""
    assert (matched(homes, word, "R-00001") == ["phone"]) is fits


def test_phones_as_they_are_written(homes):
    """Signs between the digits, and the country in front, do not matter on either side."""
    one = homes.add("--name", "欧阳", "--phone", "+86 139-0013 9000")
    two = homes.add("--name", "欧阳", "--phone", "(0571)8765-4321")
    assert records(homes, "13900139000") == [one]
    assert records(homes, "0571-87654321") == [two]
    assert records(homes, "5718") == [two]
    person(homes, 5, "name: 赵敏", "phones: ['8765123']")
    assert records(homes, "0571-8765123") == ["R-00005"]  # the area code is dialled and not written down


def test_names(homes):
    assert matched(homes, "王", "R-00001") == ["name"]
    assert matched(homes, "丽", "R-00001") == ["name"]
    assert matched(homes, "王 丽", "R-00001") == ["name"]  # two words in one argument
    assert records(homes, "明") == ["R-00002", "R-00004", "3-2-0501", "3-2-0502"]
    person(homes, 5, "name: John  O'Brien")
    for word in ("john", "O'Brien", "obrien", "ＪＯＨＮ"):
        assert records(homes, word) == ["R-00005"]


@pytest.mark.parametrize(
    ("name", "word", "fits"),
    [
        ("王丽", "wangli", True),
        ("王丽", "WangLi", True),
        ("王丽", "wl", True),
        ("王丽", "wang", True),
        ("王丽", "wangl", True),
        ("王丽", "wli", True),
        ("王丽", "wan", False),
        ("王丽", "angli", False),
        ("王丽", "w", False),
        ("王丽", "wanglis", False),
        ("王丽", "lw", False),
        ("曾伟", "zengwei", True),
        ("曾伟", "cengwei", True),
        ("张伟", "zhw", True),
        ("吕强", "lv", True),
        ("吕强", "lu", True),
        ("绿城物业有限公司", "wuye", True),
    ],
)
def test_pinyin(desk, name, word, fits):
    """In full or by initials, from any character on, by any reading."""
    person(desk, 1, f"name: {name}")
    assert matched(desk, word, "R-00001") == (["pinyin"] if fits else None)


def test_plates(homes):
    person(homes, 5, "name: 赵敏", "plates: [粤B12345, 沪A·67890]")
    for word in ("粤B12345", "粤b12345", "b12345", "234", "粤B", "沪a67890", "A6", "A-678"):
        assert records(homes, word) == ["R-00005"], word
    for word in ("粤A", "12", "67", "粤C12345"):
        assert records(homes, word) == [], word


def test_ids(homes):
    ticket = homes.add("--name", "赵敏")
    assert ticket == "T-20261014-001"
    for word in (ticket, "1014-001", "t-20261014", "001"):
        assert matched(homes, word, ticket) == ["id"], word
    for word in ("01", "1014", "T-20261013"):
        assert matched(homes, word, ticket) is None, word
    assert matched(homes, "R-00001", "R-00001") == ["id"]
    assert matched(homes, "r-00001", "3-2-0501") == ["resident"]
    assert matched(homes, "00001", "R-00001") == ["id"]
    assert matched(homes, "00001", "3-2-0501") is None


def test_tickets(homes):
    ticket = raised(homes, "R-00004", "3-2-0501")
    for word, field in (
        ("关不", "summary"),
        ("主卧", "place"),
        ("小明", "name"),
        ("wxm", "pinyin"),
        ("8004", "phone"),
        ("0501", "unit"),
        ("R-00004", "resident"),
    ):
        assert matched(homes, word, ticket) == [field]
    public = homes.add("--unit", "public", "--building", "3", "--place", "大堂")
    assert matched(homes, "3", public) == ["unit"]
    assert matched(homes, "2", public) is None


def test_the_public_area_in_the_words_of_who_reads(homes):
    """Where a home would stand, in either language, in every form."""
    homes.add("--unit", "public", "--building", "3", "--place", "大堂")
    for language, words_ in (("en", "public area"), ("zh", "公共区域")):
        homes.language = language
        assert [row["units"] for row in found(homes, "大堂")] == [[words_]]
        assert f"  {words_}  " in homes.ok("find", "大堂")


def test_homes_of_today(homes):
    """Who has moved out belongs to the unit no more, and who moves in tomorrow not yet."""
    homes.write(*home("5-1-0101", "resident: R-00005, tie: owner, from: 2020-01-01, until: 2026-10-13"))
    homes.write(*home("5-1-0102", "resident: R-00005, tie: owner, from: 2020-01-01, until: 2026-10-14"))
    homes.write(*home("5-1-0103", "resident: R-00005, tie: owner, from: 2026-10-14"))
    homes.write(*home("5-1-0104", "resident: R-00005, tie: owner, from: 2026-10-15"))
    person(homes, 5, "name: 赵敏")
    assert records(homes, "赵敏") == ["R-00005", "5-1-0102", "5-1-0103"]
    assert found(homes, "赵敏")[0]["units"] == ["5-1-0102", "5-1-0103"]
    assert records(homes, "赵敏", "5-1-0101") == []
    assert records(homes, "赵敏", "5-1-0101", "--at", "2026-10-13") == ["5-1-0101", "R-00005"]


def test_as_it_was(homes):
    """With --at a ticket stands as it stood then, and is not there before it was taken in."""
    ticket = homes.add("--summary", "窗户关不严", at="10:00")
    homes.ok("ticket", "cancel", ticket, "--reason", "不需要了", at="11:00")
    assert [row["state"] for row in found(homes, "窗户")] == ["cancelled"]
    assert [row["state"] for row in found(homes, "窗户", "--at", "10:59")] == ["waiting"]
    assert records(homes, "窗户", "--at", "09:59") == []


# --- order, how many, which


def test_the_best_first(homes):
    """Whole before beginning before end before inside before sound."""
    for number, name in ((11, "绿安宁"), (12, "安宁"), (13, "安宁德"), (14, "小安宁儿"), (15, "暗凝")):
        person(homes, number, f"name: {name}", "phones: ['400800900']")
    order = ["R-00012", "R-00013", "R-00011", "R-00014"]
    assert records(homes, "安宁") == order
    assert records(homes, "anning") == ["R-00011", "R-00012", "R-00013", "R-00014", "R-00015"]  # a tie: by id
    assert records(homes, "安宁", "400") == order


def test_what_ended_comes_last(homes):
    """The home, its people, open tickets; then the closed ones however well they fit."""
    closed, waiting = homes.add(), homes.add()
    homes.ok("ticket", "cancel", closed, "--reason", "不需要了")
    homes.write(*resident(5, "name: 赵敏", "phones: ['13800000501']"))
    assert records(homes, "0501") == ["3-2-0501", "R-00001", "R-00004", waiting, "R-00005", closed]


def test_who_it_is_before_what_belongs_to_it(homes):
    assert records(homes, "王丽") == ["R-00001", "3-2-0501", "3-2-0601"]
    assert records(homes, "0601") == ["3-2-0601", "R-00001"]


def test_the_field_that_fits_best_is_named(homes):
    person(homes, 5, "name: 赵敏", "phones: ['13905010000']")
    homes.write(*home("5-1-0501", "resident: R-00005, tie: owner"))
    assert matched(homes, "0501", "R-00005") == ["unit"]
    assert matched(homes, "0501", "5-1-0501") == ["unit"]
    assert matched(homes, "5010", "5-1-0501") == ["phone"]


def test_limit(homes):
    result = homes.run("find", "3-2", "--limit", "2", "--format", "json")
    assert result.code == 0 and len(json.loads(result.out)) == 2
    assert result.err == "5 more; write more of it, or --limit 7\n"
    assert homes.run("find", "3-2", "--limit", "7").err == ""
    assert "--limit" in homes.refused("find", "3-2", "--limit", "0")


def test_kind(homes):
    ticket = homes.add()
    assert records(homes, "王", "0501", "--kind", "resident") == ["R-00001", "R-00004"]
    assert records(homes, "王", "0501", "--kind", "unit") == ["3-2-0501"]
    assert records(homes, "王", "0501", "--kind", "ticket") == [ticket]
    assert records(homes, "王", "0501", "--kind", "ticket,unit") == ["3-2-0501", ticket]
    assert "--kind" in homes.refused("find", "王", "--kind", "policy")


def test_every_kind_is_found(homes):
    """A visitor just written down, a pass, a filing with its contractor's people, a colleague: by name, phone, plate,
    home, id, and by their words."""
    visit = homes.ok(
        *"visitor enter --unit 3-2-0501 --name 刘志强 --phone 13800138011 --plate 粤B54321 --purpose 送家具".split()
    ).split()[0]
    release = homes.ok(*"pass issue --unit 3-2-0501 --who 王丽 --items 冰箱1台 --carrier 马建国".split()).split()[0]
    homes.ok(
        *"renovation apply 3-2-0501 --applicant 王丽 --works 厨房翻新 --contractor 安居装饰".split(),
        *"--in-charge 石磊,13800138022 --none-below".split(),
    )
    filing = "N-2026-0001"
    for word, found in {
        "刘志强": [visit],
        "13800138011": [visit],
        "B543": [visit],
        "送家具": [visit],
        "马建国": [release],
        "冰箱": [release],
        "石磊": [filing],
        "8022": [filing],
        "安居": [filing],
        "厨房翻新": [filing],
        "张伟": ["zhang.wei"],
        "wang.gang": ["wang.gang"],
        "0001": [filing, "R-00001"],
    }.items():
        assert set(found) <= set(records(homes, word)), word
    assert {visit, release, filing} < set(records(homes, "0501"))
    assert {release, filing} < set(records(homes, "王丽"))  # who asked, and who applied
    masked = homes.ok("find", "刘志强")
    assert "刘**" in masked and "138****8011" in masked and "刘志强" not in masked


def test_nothing(homes):
    """Nothing found is no failure, unless --exit-code asks."""
    assert homes.ok("find", "诸葛") == "Nothing was found.\n"
    assert homes.run("find", "诸葛", "--exit-code").code == 1
    assert homes.run("find", "王", "--exit-code").code == 0
    assert homes.ok("find", "诸葛", "--format", "json") == "[]\n"
    for nothing in ("", " ", "·"):
        assert "nothing to look for" in homes.refused("find", nothing)


# --- one idea of the same


@pytest.mark.parametrize("typed", ["JOHN SMITH", "ＪＯＨＮ ＳＭＩＴＨ", "john  smith", "johnsmith"])
def test_whom_find_finds_every_command_knows(desk: Desk, typed: str) -> None:
    """Width, case and spaces tell no names apart: not in find, nor where somebody is named."""
    desk.ok("resident", "add", "--name", "John Smith", "--phone", "13800138000")
    assert records(desk, typed) == ["R-00001"]
    assert "John Smith" in desk.ok("resident", "show", typed)
    assert "is new" not in desk.ok("unit", "add", "3-2-0501", "--owner", typed)
    assert "R-00001" in desk.refused("resident", "add", "--name", typed, "--phone", "13800138000")


@pytest.mark.parametrize("typed", ["粤b·12345", "粤B 12345", "粤Ｂ-123.45"])
def test_a_plate_is_the_same_however_it_is_written(desk: Desk, typed: str) -> None:
    """It is put on record as it is written everywhere, and found however it is typed."""
    desk.ok("resident", "add", "--name", "王丽", "--plate", typed, "--plate", "粤B12345")
    assert json.loads(desk.ok("resident", "show", "00001", "--format", "json"))["plates"] == ["粤B12345"]
    assert matched(desk, typed.replace(" ", ""), "R-00001") == ["plate"]


# --- privacy


@pytest.mark.rule("T12")
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "html"])
def test_masked(homes, form):
    """Names, phones and plates are masked, whatever was typed, until somebody asks for them."""
    person(homes, 5, "name: 欧阳敏", "phones: ['13912345678']", "plates: [粤B12345]")
    homes.write(*home("5-1-0101", "resident: R-00005, tie: owner, from: 2026-10-14"))
    raised(homes, "R-00005", "5-1-0101")
    for word in ("欧阳敏", "13912345678", "粤B12345", "5-1-0101"):
        printed = homes.ok("find", word, "--format", form)
        assert "R-00005" in printed
        assert not re.search("阳|敏|91234|5678901|B123|12345", printed)
    printed = homes.ok("find", "12345", "--reveal", "--format", form)
    assert "欧阳敏" in printed and "13912345678" in printed


@pytest.mark.rule("T12")
def test_the_mask_leaves_enough_to_recognise(homes):
    person(homes, 5, "name: 欧阳敏", "phones: ['13912345678']", "plates: [粤B12345]")
    (row,) = found(homes, "粤B12345")
    assert (row["name"], row["phone"], row["matched"]) == (["欧**"], ["139****5678"], ["plate"])
    assert "plate 粤B***45" in homes.ok("find", "粤B12345")
    assert "plate 粤B12345" in homes.ok("find", "粤B12345", "--reveal")


@pytest.mark.rule("T12")
def test_who_looked_is_on_record_and_what_was_typed_is_not(homes):
    """The history says whose data was shown in full; the words, which are personal data themselves, stay out of it."""
    homes.ok("find", "王丽", "13800138000", "--kind", "resident", "--reveal")
    log = homes.git("log", "-1", "--format=%B")
    assert "R-00001" in log and "王丽" not in log and "138" not in log
    homes.ok("find", "诸葛", "--reveal")
    assert homes.git("log", "-1", "--format=%B") == log  # nothing was shown


def sealed(desk: Desk, keys: Keys, number: int, clear: tuple[str, ...], **inside: object) -> None:
    key = keys.new()
    person(desk, number, *clear, f"key: {key}", f"sealed: {seal(key, inside)}")


@pytest.mark.rule("T12")
def test_sealed_parts_are_searched_where_the_key_is(homes, tmp_path):
    """With the key a sealed name is found like any other; without it the rest is, and a note says what is missing."""
    here, elsewhere = Keys(tmp_path / "keys"), str(tmp_path / "none")
    sealed(homes, here, 5, ("phones: ['13912345678']",), name="诸葛亮", plates=["粤B12345"])
    sealed(homes, here, 6, ("name: 关羽",), phones=["13987654321"])
    homes.write(*home("5-1-0101", "resident: R-00005, tie: owner, from: 2026-10-14"))
    keys = {"PROPCLI_KEYS": str(here.folder)}
    for word in ("诸葛", "zgl", "粤B123", "9123", "5-1-0101", "R-00005"):
        assert set(records(homes, word, **keys)) == {"R-00005", "5-1-0101"}, word
    assert records(homes, "8765", **keys) == ["R-00006"]
    assert homes.run("find", "诸葛", **keys).err == ""
    for word in ("诸葛", "zgl", "粤B123", "8765"):
        result = homes.run("find", word, PROPCLI_KEYS=elsewhere)
        assert (result.code, result.out) == (0, "Nothing was found.\n")
        assert result.err.startswith("2 residents have sealed parts that could not be searched")
    assert found(homes, "9123", PROPCLI_KEYS=elsewhere)[0]["name"] == ["R-00005 (sealed)"]
    for hidden in ("诸葛", "13987654321", "粤B12345"):
        assert hidden not in homes.run("find", "000", "--limit", "99", PROPCLI_KEYS=elsewhere).all


@pytest.mark.rule("T12")
def test_forgotten(homes):
    """Somebody who was forgotten is found by the id only, also where the unit still has the tie."""
    homes.write(
        "residents/R-00005.yaml",
        f"id: R-00005\nstatus: forgotten\ntype: person\n{REGISTERED}- at: 2026-10-01T10:00:00+08:00\n  by: zhou.min\n"
        "  event: forgotten\n  reason: 迁出满三年\n",
    )
    homes.write(*home("5-1-0101", "resident: R-00005, tie: owner, from: 2020-01-01"))
    assert records(homes, "5-1-0101") == ["5-1-0101"]
    row = found(homes, "R-00005", "--kind", "resident")[0]
    assert (row["name"], row["state"]) == (["R-00005 (forgotten)"], "forgotten")


# --- bad records


def test_bad_records_are_told(homes):
    """One that may fit, or is strange on the surface, is told; the others are printed all the same."""
    homes.write("residents/R-00005.yaml", "id: R-00005\nstatus: active\nname: 王五\n")
    homes.write("residents/R-00006.yaml", "name: [赵六\n")
    homes.write("units/9/wrong.yaml", "id: 9-1-0101\n".encode("utf-16"))
    result = homes.run("find", "王丽", "0501")
    assert result.code == 3
    assert "R-00001" in result.out
    assert "residents/R-00006.yaml:" in result.err and "units/9/wrong.yaml:" in result.err
    assert "R-00005" not in result.err  # it reads like any other and cannot fit
    assert "R-00005.yaml" in homes.run("find", "王").err
    assert "propcli validate" in result.err


def test_a_record_in_the_wrong_place_counts(homes):
    """And of two copies the one in its place, whichever of them fits."""
    (homes.root / "residents/R-00002.yaml").rename(homes.root / "residents/chen.yaml")
    homes.write("residents/copy.yaml", resident(3, "name: 诸葛亮")[1])
    result = homes.run("find", "陈大明", "--format", "json")
    assert [row["record"] for row in json.loads(result.out)] == ["R-00002", "3-2-0502"]
    assert result.code == 3 and "residents/chen.yaml:1:" in result.err
    assert homes.run("find", "诸葛亮", "--format", "json").out == "[]\n"


@pytest.mark.rule("T12")
def test_a_spoilt_seal_hides_only_itself(homes, tmp_path):
    keys = Keys(tmp_path / "keys")
    key = keys.new()
    person(homes, 5, "name: 诸葛亮", f"key: {key}", "sealed: age:AAAA")
    result = homes.run("find", "诸葛", PROPCLI_KEYS=str(keys.folder))
    assert result.code == 3 and "R-00005" in result.out
    assert "residents/R-00005.yaml:1:1:" in result.err and "keys are not here" not in result.err


# --- not every file is read

ODD = dict(
    [
        resident(11, 'name: "\\u8d75\\u4e91"', "phones:", "- '13912340001'", "- '057187654321'"),
        resident(12, "name: 欧阳", "  明月  # 住在楼上", "plates:", "- 粤B12345", "- 沪A·67890"),
        resident(13, "name: 'John O''Brien'", "phones: ['+8613912340003']", "language: en"),
        resident(14, 'name: "李\n  娜"', "born: 1980-05-01"),
        resident(15, "name: >-", "  绿城物业（杭州）", "  有限公司", "phones: ['95533']"),
        resident(16, "name: 阿依古丽·买买提", "phones: ['13912340006-12']"),
        resident(17, "name: ＪＯＨＮ　Ｓｍｉｔｈ"),
        resident(18, "name: 曾丽丽", "plates: [粤AD12345]", 'phones: ["1391234\\\n  0008"]'),
        home("1-1-0201", "resident: R-00011, tie: owner", "resident: R-00012, tie: family, of: R-00011"),
        home("2-1-B101", "resident: R-00013, tie: owner, until: 2026-10-13", "resident: R-00014, tie: tenant"),
        home("12-1-1204", 'resident: "R-000\\x315", tie: owner', "resident: R-00016, tie: tenant"),
        home("12-1-1205", "resident: R-00017, tie: owner", "resident: R-00099, tie: tenant"),
    ]
)
ODD["residents/R-00012.yaml"] = ODD["residents/R-00012.yaml"].replace("\n", "\r\n")
ODD["units/1/misplaced.yaml"] = home("1-1-0202", "resident: R-00018, tie: owner")[1]
ODD["units/1/copy.yaml"] = home("1-1-0201", "resident: R-00018, tie: owner")[1]
ODD["residents/R-00019.yaml"] = "{id: R-00019, status: active, type: person, name: 钱七, events: [{at: '" + (
    "2025-06-01T10:00:00+08:00', by: zhou.min, event: registered}]}\n"
)


def ticket(number: int, *lines: str) -> tuple[str, str]:
    ticket_id = f"T-20261014-{number:03d}"
    at = "2026-10-14T09:00:00+08:00"
    head = ("kind: repair", "category: water", "urgency: normal", "status: waiting", "channel: phone")
    events = f"events:\n- at: {at}\n  by: zhou.min\n  event: accepted\n"
    return f"tickets/2026/10/{ticket_id}.yaml", "\n".join(
        (f"id: {ticket_id}", *head, f"reported: {at}", *lines, events)
    )


TICKETS = dict(
    [
        ticket(1, "unit: 1-1-0201", "summary: 厨房水管漏水，很急", "resident: R-00011"),
        ticket(2, "unit: public", "building: '12'", "place: 2 号 大堂", "summary: Light  OUT", "acceptor: zhou.min"),
        ticket(
            3, "unit: 3-2-0501", "summary: >-", "  窗户", "  关不严", "caller: {name: 'O''Hara', phone: +86 139-12}"
        ),
        ticket(4, "unit: '3-2-0502'", 'summary: "a\\tb 王丽"', "caller: {name: 王 丽, phone: (0571) 8765.4321 转 12}"),
        ticket(5, "unit: 2-1-B101", "summary: 漏水", "caller: {name: 赵　云, unit: 12-1-1204, phone: １３９１２３４}"),
    ]
)
SEALED = {20: {"name": "诸葛亮", "phones": ["13912340020"]}, 21: {"name": 'a"b\\c', "plates": ["粤B99999"]}}


@pytest.fixture(scope="module")
def odd(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Keys]:
    """Homes written in every way YAML has, some sealed: with the key (20, 21), without it (22)."""
    root = tmp_path_factory.mktemp("odd") / "estate"
    shutil.copytree(template, root)
    desk, keys = Desk(root), Keys(root.parent / "keys")
    for path, content in {**HOMES, **ODD, **TICKETS}.items():
        desk.write(path, content)
    for number, inside in SEALED.items():
        sealed(desk, keys, number, ("plates: [沪C12345]",) if number == 20 else (), **inside)
    sealed(desk, Keys(root.parent / "others"), 22, ("phones: ['13912340022']",), name="司马懿")
    return root, keys


def outcome(odd: tuple[Path, Keys], typed: list[str], kinds, sieve: bool):
    root, keys = odd
    found = search(People(Estate(root), keys), words(typed), NOW, kinds, sieve)
    shown = [
        (m.entry.record.id, str(m.entry.called), m.entry.units, [(h.rank, h.field) for h in m.hits])
        for m in found.matches
    ]
    return shown, found.hidden, {(p.path, str(p.what)) for p in found.problems}, found.files


SAID = (
    "王丽 赵云 欧阳明月 John O'Brien 李娜 绿城物业(杭州)有限公司 阿依古丽·买买提 JohnSmith 曾丽丽 钱七 诸葛亮 司马懿 "
    "13912340001 0571-87654321 +8613912340003 95533 13912340006-12 13912340008 13912340020 13912340022 8765.4321 "
    "粤B12345 沪A·67890 粤AD12345 粤B99999 沪C12345 R-00011 R-00019 T-20261014-003 3-2-0501 12-1-1204 2-1-B101 "
    "1-1-0202 O'Hara 厨房水管漏水，很急 2号大堂 LightOUT 窗户关不严 b\\c zhaoyun ouyangmingyue lina lvcheng zenglili "
    "cengll zgl wl zy"
).split()
WIDE = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"}


@st.composite
def typed(draw: st.DrawFn) -> str:
    """Something the office knows, or a part of it, as people type it."""
    whole = draw(st.sampled_from(SAID))
    begin = draw(st.integers(0, len(whole) - 1))
    text = draw(st.sampled_from([whole, whole[begin : begin + draw(st.integers(1, 6))]]))
    return draw(st.sampled_from([text, text.upper(), text.translate(WIDE), text.lstrip("0") or "0"]))


KINDS = [FINDABLE, (UNIT,), (RESIDENT,), (TICKET,), (UNIT, TICKET)]


@settings(deadline=None, max_examples=250)
@given(st.lists(typed(), min_size=1, max_size=3), st.sampled_from(KINDS))
def test_the_sieve_changes_nothing(odd, given_words, kinds):
    """Reading only what may fit gives what reading everything gives, but for bad records that nobody looked at."""
    try:
        words(given_words)
    except Refusal:
        return
    shown, hidden, problems, files = outcome(odd, given_words, kinds, sieve=True)
    all_shown, all_hidden, all_problems, all_files = outcome(odd, given_words, kinds, sieve=False)
    assert shown == all_shown
    assert hidden == all_hidden
    assert problems <= all_problems
    assert files <= all_files


@pytest.mark.parametrize("word", SAID)
def test_everything_said_is_found(odd, word):
    """What the test above compares is not nothing: each of those words finds something (司马懿 is sealed)."""
    shown, hidden, _problems, _files = outcome(odd, [word], FINDABLE, sieve=True)
    assert bool(shown) is (word != "司马懿")
    assert hidden == 1


def test_few_files_are_read(homes):
    """Of an estate of hundreds, those that belong to what is found; digits of times are not taken for rooms."""
    for number in range(100, 400):
        person(homes, number, "name: 赵敏", f"phones: ['139{number:08d}']")
        homes.write(*home(f"7-1-{number:04d}", f"resident: R-{number:05d}, tie: owner, from: 2026-01-01"))
    keys = Keys(homes.root.parent / "keys")
    for typed_words, files in (
        (["王丽"], 4),  # she, her two homes, who lives with her
        (["王", "0501", "138"], 5),  # two people, their homes, one home with both of them
        (["13900000399"], 2),
        (["0601", "wl"], 4),
        (["0601"], 7),
    ):
        result = search(People(Estate(homes.root), keys), words(typed_words), NOW)
        assert result.matches and result.files <= files, (typed_words, result.files)
    assert search(People(Estate(homes.root), keys), words(["王丽"]), NOW, sieve=False).files == 615


def test_pinyin_is_loaded_for_letters_only(homes):
    """Its table takes longer than the rest of the search."""
    from test_layers import modules_of

    for typed_word, loaded in (("0501", False), ("王", False), ("B1", False), ("wl", True)):
        modules = modules_of("find", typed_word, "--format", "json", folder=homes.root)
        assert ("pypinyin" in modules) is loaded
        assert not modules & {"git", "tabulate", "pyrage"}
