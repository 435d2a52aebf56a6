"""Units on record [U1], whose they are and who lived there, now and on any day [U2]."""

import json
import shlex

import pytest

from .asking import falls_due, replace, rows

HOME, LET, EMPTY, UNSOLD = "3-2-0501", "3-2-0502", "3-2-0601", "1-1-0101"
WANG, CHEN, LI, SON = "R-00001", "R-00002", "R-00003", "R-00004"
NEW = "孙晓梅,13800138101"  # registered as R-00005 by the command that names her


def do(desk, command: str, at: str | None = None) -> str:
    return desk.ok("unit", *shlex.split(command), at=at)


def no(desk, command: str, *said: str, at: str | None = None) -> str:
    """It is refused, saying this, and leaves no trace: no file, no commit."""
    error = desk.refused("unit", *shlex.split(command), at=at)
    for words in said:
        assert words in error, error
    return error


def unit(desk, unit_id: str) -> dict:
    return json.loads(desk.ok("unit", "show", unit_id, "--format", "json"))


def ties(desk, unit_id: str) -> list[str]:
    """Everybody's ties, ended or not: `owner 1/2 R-00001 2025-06-01 2026-10-13`."""
    names = ("tie", "share", "resident", "of", "from", "until")
    return [" ".join(str(t[n]) for n in names if n in t) for t in unit(desk, unit_id).get("people", ())]


def then(desk, unit_id: str, day: str) -> list[str]:
    """Who had a tie on a day, as the screen shows it: `owner  王丽`."""
    lines = desk.ok("unit", "show", unit_id, "--at", day).split("\n\n")[1].splitlines()
    return [line.split(" (R-")[0].strip() for line in lines if "(R-" in line]


def valid(desk) -> bool:
    return desk.ok("validate").endswith("no problems\n")


# --- U1


@pytest.mark.rule("U1")
def test_a_unit_is_put_on_record(desk):
    """What is known stands in its file, whose path follows from the id; building and floor are not written."""
    said = do(
        desk,
        f"add 12-1-1204 --use shop --state owner_occupied --area 45.50 --layout 开间 --completed 2026-04-30"
        f" --handed-over 2026-06-01 --water-meter 0031 --owner {NEW} --no-gas",
    )
    assert said == "12-1-1204  owner-occupied  shop\n  孙晓梅 is new: R-00001\n"
    text = (desk.root / "units/12/12-1-1204.yaml").read_text("utf-8")
    assert text.startswith(
        "id: '12-1-1204'\nstatus: owner_occupied\nuse: shop\narea: 45.50\nlayout: 开间\ncompleted: 2026-04-30\n"
        "handed_over: 2026-06-01\ngas: false\nmeters:\n  water: '0031'\n"
        "people:\n- resident: R-00001\n  tie: owner\n  from: 2026-06-01\n"
    )
    assert "building" not in text
    assert "shop · 45.50 m² · 开间 · floor 12" in desk.ok("unit", "show", "1204")
    assert desk.git("log", "--format=%s", "-1") == "12-1-1204 registered\n"
    assert valid(desk)


@pytest.mark.rule("U1")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("add 3-2-0501", "3-2-0501 exists already"),
        ("add 3-2", "'3-2' is not a unit (building-entrance-room)"),
        ("add ../../etc", "is not a unit"),
        ("add 9-1-0101 --state in_custody", "[U6]"),
        ("add 9-1-0101 --state empty", "--state: 'empty' is not known"),
        ("add 9-1-0101 --use flat", "--use: 'flat' is not known"),
        ("add 9-1-0101 --area -4", "--area: '-4' is not an amount"),
        ("add 9-1-0101 --handed-over 2026-10-15", "2026-10-15 has not come yet"),
        ("add 9-1-0101 --owner 王丽 --since 2026-10-15", "2026-10-15 has not come yet"),
        ("add 9-1-0101 --lease-until 2027-01-01", "a lease ends only of what is let"),
        ("add 9-1-0101 --owner ,13800138101", "--owner: nobody is named"),
        ("add 9-1-0101 --owner 孙晓梅", "--owner: there is no resident 孙晓梅"),
        ("add 9-1-0101 --owner R-00042", "R-00042"),
        ("add 9-1-0101 --owner 孙晓梅,138", "is not a phone number"),
        (f"add 9-1-0101 --owner {NEW} --owner {NEW}", "--owner: 孙晓梅 is named twice"),
        ("add 9-1-0101 --owner 王丽=1/2 --owner 李娜", "every owner has a share or none"),
        ("state 3-2-0502 vacant", "while the state is let"),
        ("state 3-2-0601 unsold", "[U1]"),
        ("state 3-2-0601 let", "[U1]"),
    ],
)
def test_what_cannot_be_recorded_of_a_unit(homes, command, said):
    no(homes, command, said)


@pytest.mark.rule("U1")
@pytest.mark.parametrize(
    ("unit_id", "floor"),
    [("1-1-0101", "floor 1"), ("1-1-2003", "floor 20"), ("1-1-101", "floor 1"), ("1-1-B101", "floor -1")],
)
def test_the_floor_follows_from_the_room(desk, unit_id, floor):
    do(desk, f"add {unit_id}")
    assert desk.ok("unit", "show", unit_id).splitlines()[0].endswith(floor)


@pytest.mark.rule("U1")
def test_a_room_that_names_no_floor_has_none(desk):
    do(desk, "add S-1-A --use shop")
    assert "floor" not in desk.ok("unit", "show", "S-1-A")


@pytest.mark.rule("U1")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", [UNSOLD, HOME, LET, EMPTY]),
        ("--state let", [LET]),
        ("--state vacant,unsold", [UNSOLD, EMPTY]),
        ("--building 3", [HOME, LET, EMPTY]),
        ("--building 3 --state vacant", [EMPTY]),
        ("--use shop", []),
        ("--keys", []),
    ],
)
def test_the_list_of_units(homes, options, found):
    assert [row["id"] for row in rows(homes, f"unit list {options}")] == found


@pytest.mark.rule("U1", "T12")
def test_the_list_masks_names(homes):
    assert [row["owners"] for row in rows(homes, "unit list --state let")] == [["陈**"]]
    assert [row["tenants"] for row in rows(homes, "unit list --state let --reveal")] == [["李娜"]]


@pytest.mark.rule("U1")
def test_the_state_changes_and_comes_back(homes):
    """Renovating and back again; an empty unit is to be inspected [U7], an inhabited one is not."""
    assert "U7" in do(homes, f"state {HOME} vacant", at="10:01")
    assert "U7" not in do(homes, f"state {HOME} renovating --reason 厨房改造", at="10:02")
    assert "U7" not in do(homes, f"state {HOME} owner_occupied --on 2026-10-13", at="10:03")
    assert unit(homes, HOME)["status"] == "owner_occupied"
    assert valid(homes)


@pytest.mark.rule("U1")
def test_the_ending_of_an_id_is_enough_unless_several_have_it(homes):
    assert homes.ok("unit", "show", "0601").startswith(EMPTY)
    do(homes, "add 4-1-0601")
    no(homes, "show 0601", "could be 3-2-0601, 4-1-0601")


@pytest.mark.rule("U1")
def test_a_unit_in_another_folder_than_its_id_says(homes):
    """The path follows from the id: validate names the file, and no command works on it."""
    (homes.root / "units/3/3-2-0601.yaml").rename(homes.root / "units/1/3-2-0601.yaml")
    result = homes.run("validate")
    assert result.code == 3
    assert "units/1/3-2-0601.yaml" in result.all
    assert "units/3/3-2-0601.yaml" in result.all
    assert homes.run("unit", "state", EMPTY, "renovating").code == 3


@pytest.mark.rule("U1", "T2")
@pytest.mark.parametrize(("unit_id", "code"), [(HOME, 0), ("public", 0), ("9-9-0909", 2)])
def test_a_tickets_unit_exists_once_the_estate_keeps_units(homes, unit_id, code):
    what = ("--kind", "repair", "--category", "water", "--summary", "漏水", "--name", "路人", "--place", "门厅")
    result = homes.run("ticket", "add", *what, "--unit", unit_id)
    assert result.code == code
    if code:
        assert "unit 9-9-0909 does not exist" in result.err


@pytest.mark.rule("U1", "T2")
def test_a_ticket_of_a_unit_that_is_gone_is_told(desk):
    """As long as no units are kept homes are named by their form alone; then validate tells where it is not so."""
    desk.add("--unit", "9-9-0909")
    assert valid(desk)
    do(desk, "add 9-9-0901")
    result = desk.run("validate")
    assert result.code == 3
    place, what = result.all.splitlines()[0].split(": ", 1)
    line, column = map(int, place.split(":")[1:])
    text = (desk.root / "tickets/2026/10/T-20261014-001.yaml").read_text("utf-8").splitlines()[line - 1]
    assert text == "unit: '9-9-0909'"
    assert column == len("unit: ") + 1
    assert what == "unit 9-9-0909 does not exist (did you mean 9-9-0901?)"


# --- U2: ownership


@pytest.mark.rule("U2")
@pytest.mark.parametrize("manner", ["sale", "inheritance", "gift", "court", "correction"])
def test_a_transfer_has_its_manner(homes, manner):
    do(homes, f"transfer {HOME} --to {CHEN} --manner {manner}")
    last = unit(homes, HOME)["events"][-1]
    assert (last["event"], last["manner"]) == ("transferred", manner)
    assert f"owner {WANG} 2025-06-01 2026-10-13" in ties(homes, HOME)
    assert f"owner {CHEN} 2026-10-14" in ties(homes, HOME)
    assert valid(homes)


@pytest.mark.rule("U2")
def test_the_first_sale(homes):
    """Whoever has no record yet is registered by the same command, in the same commit."""
    said = do(homes, f"transfer {UNSOLD} --to {NEW} --manner first_sale")
    assert "  孙晓梅 is new: R-00005\n" in said
    assert unit(homes, UNSOLD)["status"] == "vacant"
    assert homes.git("show", "--format=%B", "--name-only").split() == [
        *(UNSOLD, "transferred", "Record:", "R-00005", "Event:", "registered"),
        *("Record:", UNSOLD, "Event:", "transferred", "By:", "zhou.min"),
        *("residents/R-00005.yaml", "units/1/1-1-0101.yaml"),
    ]
    assert valid(homes)


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    "shares",
    [("1/2", "1/2"), ("1/3", "1/3", "1/3"), ("50%", "1/2"), ("99.99%", "0.01%"), ("1",), ("100%",), ("", "", "")],
)
def test_shares_that_make_a_whole(homes, shares):
    """Thirds make a whole; none at all is joint ownership. The first leads, the others are co-owners."""
    owners = [f"--to {r}" + (f"={s}" if s else "") for r, s in zip((CHEN, LI, SON), shares, strict=False)]
    if "0.01%" in shares:
        no(homes, f"transfer {HOME} --manner sale {' '.join(owners)}", "a share (like 1/2 or 50%)")
        return
    do(homes, f"transfer {HOME} --manner sale {' '.join(owners)}")
    now = [t for t in unit(homes, HOME)["people"] if "until" not in t]
    assert [t["tie"] for t in now] == ["owner", "co_owner", "co_owner"][: len(shares)]
    assert [t.get("share", "") for t in now] == list(shares)
    assert valid(homes)


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (("1/2", "1/3"), "the shares add up to 5/6, not to 1"),
        (("33.33%", "33.33%", "33.33%"), "the shares add up to 9999/10000, not to 1"),
        (("1/2", "1/2", "1/2"), "the shares add up to 3/2, not to 1"),
        (("1/2",), "the shares add up to 1/2, not to 1"),
        (("1/2", ""), "either every owner has a share or none"),
        (("half", "half"), "a share (like 1/2 or 50%)"),
        (("0/2", "1"), "a share (like 1/2 or 50%)"),
    ],
)
def test_shares_that_do_not(homes, shares, said):
    """Refused whole: also the new owner's record is not made."""
    owners = [f"--to {r}" + (f"={s}" if s else "") for r, s in zip((NEW, CHEN, LI), shares, strict=False)]
    no(homes, f"transfer {HOME} --manner sale {' '.join(owners)}", said)
    assert not (homes.root / "residents/R-00005.yaml").exists()


@pytest.mark.rule("U2")
def test_half_is_sold(homes):
    """Who keeps a half stays an owner, with the household: nobody moves out, the home does not become empty."""
    said = do(homes, f"transfer {HOME} --to 王丽=1/2 --to {NEW}=1/2 --manner sale")
    assert said == f"{HOME}  owner-occupied  residential\n  王丽 (R-00001), owner\n  孙晓梅 is new: R-00005\n"
    assert ties(homes, HOME) == [
        f"owner {WANG} 2025-06-01 2026-10-13",
        f"family {SON} {WANG} 2025-06-01",
        f"owner 1/2 {WANG} 2026-10-14",
        "co_owner 1/2 R-00005 2026-10-14",
    ]
    # she sells her half to him as well: he is the only owner, and was a co-owner until the day before
    do(homes, f"transfer {HOME} --to R-00005 --manner sale", at="2026-11-02T10:00:00+08:00")
    assert then(homes, HOME, "2026-11-01") == ["owner 1/2  王丽", "co-owner 1/2  孙晓梅", "family of 王丽  王小明"]
    assert then(homes, HOME, "2026-11-02") == ["owner  孙晓梅"]
    assert valid(homes)


@pytest.mark.rule("U2")
def test_who_does_not_change_keeps_the_day_it_began(homes):
    """One of two joint owners is replaced: the other has it since the day it was."""
    do(homes, f"transfer {HOME} --to {WANG} --to {CHEN} --manner gift", at="2026-10-14T10:00:00+08:00")
    do(homes, f"transfer {HOME} --to {WANG} --to {LI} --manner court", at="2026-10-20T10:00:00+08:00")
    assert f"owner {WANG} 2025-06-01" in ties(homes, HOME)
    assert f"co_owner {CHEN} 2026-10-14 2026-10-19" in ties(homes, HOME)
    assert f"co_owner {LI} 2026-10-20" in ties(homes, HOME)


@pytest.mark.rule("U2")
def test_a_child_inherits(homes):
    """Whoever becomes an owner is no longer family; the home stays lived in."""
    do(homes, f"transfer {HOME} --to {SON} --manner inheritance")
    assert ties(homes, HOME) == [
        f"owner {WANG} 2025-06-01 2026-10-13",
        f"family {SON} {WANG} 2025-06-01 2026-10-13",
        f"owner {SON} 2026-10-14",
    ]
    assert unit(homes, HOME)["status"] == "owner_occupied"
    assert valid(homes)


@pytest.mark.rule("U2")
def test_sold_to_somebody_from_outside(homes):
    """The seller's family leaves with the seller, and the home is empty unless something else is said."""
    assert "U7" in do(homes, f"transfer {HOME} --to {NEW} --manner sale")
    assert [t.split()[-1] for t in ties(homes, HOME)] == ["2026-10-13", "2026-10-13", "2026-10-14"]
    assert unit(homes, HOME)["status"] == "vacant"
    do(homes, f"transfer {HOME} --to {CHEN} --manner sale --then owner_occupied", at="10:30")
    assert unit(homes, HOME)["status"] == "owner_occupied"


@pytest.mark.rule("U2")
def test_a_sale_does_not_break_the_lease(homes):
    do(homes, f"transfer {LET} --to {NEW} --manner sale")
    assert unit(homes, LET)["status"] == "let"
    assert unit(homes, LET)["lease_until"] == "2027-02-28"
    assert f"tenant {LI} 2026-03-01" in ties(homes, LET)
    no(homes, f"transfer {LET} --to {WANG} --manner sale --then vacant", "the tenant is still there: R-00003")


@pytest.mark.rule("U2")
def test_a_tenant_who_buys(homes):
    """She is the owner from that day on, not a tenant any more; there is no lease left that could end."""
    do(homes, f"transfer {LET} --to 李娜 --manner sale")
    home = unit(homes, LET)
    assert home["status"] == "owner_occupied"
    assert "lease_until" not in home
    assert ties(homes, LET)[1:] == [f"tenant {LI} 2026-03-01 2026-10-13", f"owner {LI} 2026-10-14"]
    assert "lease" not in homes.ok("unit", "show", LET)
    assert valid(homes)


@pytest.mark.rule("U2")
def test_who_owned_it_the_day_before_the_day_of_and_the_day_after(homes):
    """History is never lost: a sale written down later counts from the day it took effect."""
    do(homes, f"transfer {HOME} --to {NEW} --manner sale --on 2026-10-10")
    assert then(homes, HOME, "2026-10-09") == ["owner  王丽", "family of 王丽  王小明"]
    assert then(homes, HOME, "2026-10-10") == ["owner  孙晓梅"]
    assert then(homes, HOME, "2026-10-11") == ["owner  孙晓梅"]
    do(homes, f"transfer {HOME} --to {CHEN} --manner sale", at="2026-10-20T16:00:00+08:00")
    homes.now = "2026-12-01T10:00:00+08:00"
    assert then(homes, HOME, "2026-10-19") == ["owner  孙晓梅"]
    assert then(homes, HOME, "2026-10-20") == ["owner  陈大明"]
    assert then(homes, HOME, "2025-05-31") == []
    # a day is looked at as it ended: what was recorded on it belongs to it
    assert "  transferred  " not in homes.ok("unit", "show", HOME, "--at", "2026-10-13")
    assert homes.ok("unit", "show", HOME, "--at", "2026-10-20").count("  transferred  ") == 2


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (f"transfer {HOME} --to {CHEN} --manner sale --on 2026-10-15", "2026-10-15 has not come yet"),
        (f"transfer {HOME} --to {CHEN} --manner sale --on 2025-05-31", "before the present owner became one"),
        (f"transfer {HOME} --to {CHEN} --manner sold", "--manner: 'sold' is not known"),
        (f"transfer {HOME} --to {CHEN} --manner sale --then let", "it cannot be let after that"),
        (f"transfer {HOME} --to {CHEN} --to {CHEN} --manner sale", f"--to: {CHEN} is named twice"),
        (f"transfer {HOME} --to {CHEN} --to 陈大明 --manner sale", "--to: 陈大明 is named twice"),
        (f"transfer {HOME} --to 无名氏 --manner sale", "there is no resident 无名氏"),
        (f"transfer {HOME} --to R-00099 --manner sale", "R-00099"),
        (f"let {HOME} --to {NEW} --on 2026-10-15", "2026-10-15 has not come yet"),
        (f"let {HOME} --to 王丽", "at once"),
        (f"let {HOME} --to {NEW} --until 2026-10-13", "the lease ends (2026-10-13) before it begins (2026-10-14)"),
        (f"let {LET} --to {NEW}", "is let already"),
        (f"let-end {HOME}", "while the state is owner-occupied"),
        (f"let-end {LET} --on 2026-02-28", "the tenant is still there"),
        (f"let-renew {LET} --until 2027-02-28", "the lease goes on until 2027-02-28 already"),
        (f"leave {LET} --who 李娜", "no tenant is left"),
        (f"leave {HOME} --who 王丽", "R-00001 is an owner"),
        (f"leave {HOME} --who 陈大明", "陈大明 has no tie to 3-2-0501"),
        (f"join {HOME} --who {NEW} --of 陈大明", "known: R-00001 王丽, R-00004 王小明"),
        (f"join {HOME} --who {NEW} --tie owner", "not a tie that begins this way"),
        (f"join {HOME} --who {NEW} --tie tenant", "not a tie that begins this way"),
        (f"join {UNSOLD} --who {NEW}", "while the state is unsold"),
        (f"join {HOME} --who {SON}", "R-00004 is family, family at once"),
        (f"use {HOME} villa --reason 改用", "USE: 'villa' is not known"),
        (f"use {HOME} office --reason 开公司 --on 2026-10-15", "2026-10-15 has not come yet"),
    ],
)
def test_what_is_refused_leaves_nothing(homes, command, said):
    no(homes, command, said)


@pytest.mark.rule("U2")
def test_a_day_in_the_past_may_be_today_but_not_a_minute_ahead(homes):
    """The last minute of a day records that day; the next day is refused until it has begun."""
    no(homes, f"transfer {HOME} --to {CHEN} --manner sale --on 2026-10-15", at="23:59")
    do(homes, f"transfer {HOME} --to {CHEN} --manner sale --on 2026-10-15", at="2026-10-15T00:00:00+08:00")
    assert then(homes, HOME, "2026-10-14") == ["owner  王丽", "family of 王丽  王小明"]


# --- U2: who is meant


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    "who", [CHEN, "陈大明", "陈大明,13800138002", "陈大明，138 0013 8002", "陈大明,+8613800138002"]
)
def test_a_resident_may_be_named_in_many_ways(homes, who):
    assert "  陈大明 (R-00002), owner\n" in do(homes, f"transfer {HOME} --to '{who}' --manner sale")
    assert f"owner {CHEN} 2026-10-14" in ties(homes, HOME)


@pytest.mark.rule("U2")
def test_the_same_name_with_another_phone_is_somebody_else(homes):
    """Nobody is guessed: he is new, the desk is told of the other; from then on the name alone is ambiguous."""
    said = do(homes, f"transfer {HOME} --to 陈大明,13800138199 --manner sale")
    assert "陈大明 is new: R-00005 (of the same name, with another phone: R-00002)" in said
    no(homes, f"transfer {EMPTY} --to 陈大明 --manner sale", "--to: 陈大明 could be R-00002, R-00005")
    do(homes, f"transfer {EMPTY} --to 陈大明,13800138199 --manner sale")
    assert "owner R-00005 2026-10-14" in ties(homes, EMPTY)


@pytest.mark.rule("U2", "T12")
def test_somebody_who_was_forgotten_cannot_become_an_owner(homes):
    homes.write(
        "residents/R-00005.yaml",
        "id: R-00005\nstatus: forgotten\ntype: person\nevents:\n"
        "- {at: '2025-06-01T10:00:00+08:00', by: zhou.min, event: registered}\n"
        "- {at: '2026-06-01T10:00:00+08:00', by: zhou.min, event: forgotten, reason: 本人要求}\n",
    )
    assert valid(homes)
    no(homes, f"transfer {HOME} --to R-00005 --manner sale", "R-00005 is forgotten")


# --- U2: letting


@pytest.mark.rule("U2")
def test_a_letting_from_its_beginning_to_its_end(homes):
    """Tenants and their family come and go; the owner stays; the lease is renewed in between."""
    do(homes, f"let {EMPTY} --to {NEW} --to 周舟,13800138102 --until 2027-10-13", at="10:00")
    do(homes, f"join {EMPTY} --who 孙小宝,13800138103 --of 孙晓梅", at="10:01")
    do(homes, f"join {EMPTY} --who 冯梅,13800138104 --tie tenant", at="10:02")
    do(homes, f"join {EMPTY} --who 许诚,13800138105 --tie agent --of 王丽", at="10:03")
    everybody = ["owner  王丽", "tenant  孙晓梅", "tenant  周舟", "tenant  冯梅", "family of 孙晓梅  孙小宝"]
    assert then(homes, EMPTY, "2026-10-14") == [*everybody, "agent of 王丽  许诚"]
    do(homes, f"leave {EMPTY} --who 周舟", at="2027-01-10T10:00:00+08:00")
    do(homes, f"let-renew {EMPTY} --until 2028-10-13", at="2027-10-10T10:00:00+08:00")
    assert unit(homes, EMPTY)["lease_until"] == "2028-10-13"
    do(homes, f"let-end {EMPTY} --on 2028-10-01", at="2028-10-05T10:00:00+08:00")
    home = unit(homes, EMPTY)
    assert home["status"] == "vacant"
    assert "lease_until" not in home
    assert then(homes, EMPTY, "2027-01-09") == [*everybody, "agent of 王丽  许诚"]
    assert then(homes, EMPTY, "2028-09-30") == [e for e in everybody if "周舟" not in e] + ["agent of 王丽  许诚"]
    assert then(homes, EMPTY, "2028-10-01") == ["owner  王丽", "agent of 王丽  许诚"]
    assert valid(homes)


@pytest.mark.rule("U2")
def test_the_end_of_a_lease_is_owed_at_the_end_of_its_last_day(homes):
    falls_due(homes, LET, "U2", "lease-end", "zhou.min", "2027-02-28T23:59:59+08:00")
    do(homes, f"let-renew {LET} --until 2028-02-29", at="2027-02-27T10:00:00+08:00")
    falls_due(homes, LET, "U2", "lease-end", "zhou.min", "2028-02-29T23:59:59+08:00")


@pytest.mark.rule("U2", "U1")
def test_a_unit_may_be_put_on_record_as_let(homes):
    """With its tenants, since when nobody knows; their lease ends as any other."""
    do(homes, f"add 3-2-0602 --state let --owner 王丽 --tenant {NEW} --lease-until 2026-12-31")
    assert ties(homes, "3-2-0602") == [f"owner {WANG}", "tenant R-00005"]
    do(homes, "let-end 3-2-0602 --then owner_occupied")
    assert ties(homes, "3-2-0602") == [f"owner {WANG}", "tenant R-00005 2026-10-13"]
    assert valid(homes)


@pytest.mark.rule("U2")
def test_the_use_changes(homes):
    """With its reason and its day; what it was used for before stands in the history."""
    do(homes, f"use {HOME} 办公 --reason 开设计工作室 --on 2026-10-01".replace("办公", "office"))
    home = unit(homes, HOME)
    assert home["use"] == "office"
    assert home["events"][0]["use"] == "residential"
    assert {"use": "office", "on": "2026-10-01", "reason": "开设计工作室"}.items() <= home["events"][-1].items()
    assert homes.ok("unit", "show", HOME, "--at", "2026-10-13").startswith(f"{HOME}  owner-occupied  residential")


# --- U2: files changed by hand


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        (  # the field says something else than the events
            "- {resident: R-00001, tie: owner, from: 2025-06-01}\n- {res",
            "- {resident: R-00002, tie: owner, from: 2025-06-01}\n- {res",
            "people",
            "people is",
        ),
        (
            "  - {resident: R-00001, tie: owner, from: 2025-06-01}\n",
            "  - {resident: R-00001, tie: owner, share: 1/2, from: 2025-06-01}\n",
            "ties",
            "the shares add up to 1/2, not to 1 [U2]",
        ),
        (
            "  - {resident: R-00004, tie: family, of: R-00001, from: 2025-06-01}\n",
            "  - {resident: R-00004, tie: owner, from: 2025-06-01}\n",
            "ties",
            "two leading owners, R-00001, R-00004; the others are co-owners [U2]",
        ),
        (
            "  - {resident: R-00004, tie: family, of: R-00001, from: 2025-06-01}\n",
            "  - {resident: R-00001, tie: tenant, from: 2026-01-01}\n",
            "ties",
            "from 2026-01-01 on: R-00001 is owner, tenant at once [U2]",
        ),
        (  # one of the halves has ended, and nobody has it
            "  - {resident: R-00001, tie: owner, from: 2025-06-01}\n",
            "  - {resident: R-00001, tie: owner, share: 1/2, from: 2025-06-01}\n"
            "  - {resident: R-00002, tie: co_owner, share: 1/2, from: 2025-06-01, until: 2026-01-31}\n",
            "ties",
            "from 2026-02-01 on: the shares add up to 1/2, not to 1 [U2]",
        ),
        (
            "  - {resident: R-00004, tie: family, of: R-00001, from: 2025-06-01}\n",
            "  - {resident: R-00004, tie: family, share: 1/2, of: R-00001, from: 2025-06-01}\n",
            "share",
            "only owners have shares [U2]",
        ),
        (
            "  - {resident: R-00004, tie: family, of: R-00001, from: 2025-06-01}\n",
            "  - {resident: R-00004, tie: family, of: R-00077, from: 2025-06-01}\n",
            "of",
            "resident R-00077 does not exist",
        ),
        (
            "status: owner_occupied",
            "status: vacant",
            "status",
            "status is vacant, but the events come to owner_occupied",
        ),
        ("handed_over: 2025-06-01\ngas", "handed_over: 2025-06-02\ngas", "handed_over", "handed_over is 2025-06-02"),
    ],
)
def test_contradictions_in_a_file_are_told_with_their_place(homes, old, new, where, said):
    """validate says what is wrong, and its line and column are those of the culprit."""
    path = "units/3/3-2-0501.yaml"
    replace(homes, path, old, new)
    result = homes.run("validate")
    assert result.code == 3
    told = [line for line in result.all.splitlines() if said in line]
    assert told, result.all
    line, column = map(int, told[0].split(": ", 1)[0].split(":")[1:])
    lines = (homes.root / path).read_text("utf-8").splitlines()
    assert where in lines[line - 1] or where in lines[line - 2], (line, column, lines[line - 1])
    assert 1 <= column <= len(lines[line - 1]) + 1


@pytest.mark.rule("U2")
def test_the_order_of_what_happened_is_checked(homes):
    """A letting put before the registration, by hand."""
    replace(homes, "units/3/3-2-0502.yaml", "at: 2026-03-01T10:00:00+08:00", "at: 2023-05-01T10:00:00+08:00")
    result = homes.run("validate")
    assert result.code == 3
    lines = (homes.root / "units/3/3-2-0502.yaml").read_text("utf-8").splitlines()
    assert f"units/3/3-2-0502.yaml:{lines.index('- at: 2023-05-01T10:00:00+08:00') + 1}:7: " in result.all
    assert "let out is earlier than the event before it (2023-06-01 10:00)" in result.all


@pytest.mark.rule("U1")
def test_a_home_has_one_id(homes):
    """Written with and without its zeros it is the same home."""
    no(homes, "add 3-2-501", "3-2-501 is on record already, as 3-2-0501")
    do(homes, "add 3-2-1501")


@pytest.mark.rule("U2")
def test_a_home_is_sold_for_the_first_time_once(homes):
    no(homes, f"transfer 3-2-0501 --to {NEW} --manner first_sale", "it has been sold before [U2]")
    do(homes, f"transfer 3-2-0501 --to {NEW} --manner sale")


@pytest.mark.rule("U1")
def test_a_phone_is_somebodys_own(homes):
    """A hotline of six digits is nobody's; a number of seven is taken."""
    assert "is not a phone number" in homes.refused("resident", "add", "--name", "赵芳", "--phone", "123456")
    homes.ok("resident", "add", "--name", "赵芳", "--phone", "8812345")


@pytest.mark.rule("U1", "U9")
def test_whatever_goes_with_the_home_and_is_not_over_stands_on_its_screen(homes):
    """A visitor inside and a pass that is good; gone when the visitor has left and the pass was used."""
    visit = homes.ok(*"visitor enter --unit 3-2-0501 --name 刘志强 --card 12".split()).split()[0]
    release = homes.ok(*"pass issue --unit 3-2-0501 --who 王丽 --items 冰箱1台".split()).split()[0]
    said = homes.ok("unit", "show", "3-2-0501")
    assert f"  {visit}  inside" in said and f"  {release}  issued" in said and "[U9] return of the card" in said
    assert visit not in homes.ok("unit", "show", "3-2-0502")
    homes.ok("visitor", "leave", visit)
    homes.ok("pass", "use", release)
    said = homes.ok("unit", "show", "3-2-0501")
    assert visit not in said and release not in said
