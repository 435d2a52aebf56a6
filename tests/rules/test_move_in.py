"""Moving in: papers by case [U3], forms and things [U4], the inspection: meters, items, defects, re-inspection [U5]."""

import json
import re
import shlex

import pytest

from propcli.kinds.unit.words import ITEM, METER, PAPER

from .asking import add, falls_due, owed, record, replace, rows, walk

HOME, LET, EMPTY, UNSOLD = "3-2-0501", "3-2-0502", "3-2-0601", "1-1-0101"
PAPERS = {
    "in_person": ("id_card", "move_in_notice", "purchase_contract"),
    "agent": ("id_card", "move_in_notice", "purchase_contract", "power_of_attorney", "agent_id"),
    "company": ("move_in_notice", "purchase_contract", "company_certificate", "person_id"),
}
FORMS = (
    "registration_form",
    "service_agreement",
    "temporary_rules",
    "renovation_agreement",
    "fire_safety_undertaking",
    "fee_agreement",
)
THINGS = ("keys", "handbook", "water_electric_plan", "quality_guarantee", "quality_manual")
METERS = ("water", "electricity", "gas")
ALL = {"paper": "all", "signed": "all", "handed": "all", "water": "1", "electricity": "2", "gas": "3", "ok": "all"}
EVERYTHING = shlex.join(part for name, value in ALL.items() for part in (f"--{name}", value))


def do(desk, command: str, at: str | None = None) -> str:
    return desk.ok("unit", "move-in", *shlex.split(command), at=at)


def no(desk, command: str, *said: str, at: str | None = None) -> str:
    """It is refused, saying this, and leaves no trace: no file, no commit."""
    error = desk.refused("unit", "move-in", *shlex.split(command), at=at)
    for words in said:
        assert words in error, error
    return error


def unit(desk, unit_id: str) -> dict:
    return json.loads(desk.ok("unit", "show", unit_id, "--format", "json"))


def tickets(desk) -> list[dict]:
    return [record(desk, row["id"]) for row in rows(desk, "ticket list")]


def but(option: str, codes, missing: str) -> str:
    """Everything, without one."""
    given = ALL | {option: ",".join(c for c in codes if c != missing)}
    return shlex.join(part for name, value in given.items() for part in (f"--{name}", value))


# --- complete or not

LACKING = [
    *((c, "paper", PAPERS[c], p, f"paper missing: {PAPER.word(p)} [U3]") for c in PAPERS for p in PAPERS[c]),
    *(("in_person", "signed", FORMS, f, f"not signed: {PAPER.word(f)} [U4]") for f in FORMS),
    *(("in_person", "handed", THINGS, t, f"not handed over: {PAPER.word(t)} [U4]") for t in THINGS),
    *(("in_person", "ok", tuple(ITEM), i, f"not inspected: {ITEM.word(i)} [U5]") for i in ITEM),
]


@pytest.mark.rule("U3", "U4", "U5")
@pytest.mark.parametrize(("case", "option", "codes", "missing", "said"), LACKING)
def test_one_thing_is_missing(homes, case, option, codes, missing, said):
    """Completing is refused, naming it and nothing else."""
    error = no(homes, f"{EMPTY} --case {case} {but(option, codes, missing)} --complete")
    assert error == f"propcli: {EMPTY}: refused\n  - {said}\n"


@pytest.mark.rule("U5")
@pytest.mark.parametrize("meter", METERS)
def test_one_meter_is_missing(homes, meter):
    given = EVERYTHING.replace(f"--{meter} {ALL[meter]}", "")
    error = no(homes, f"{EMPTY} --case in_person {given} --complete")
    assert error == f"propcli: {EMPTY}: refused\n  - meter not read and confirmed by both: {METER.word(meter)} [U5]\n"


@pytest.mark.rule("U3", "U4", "U5")
@pytest.mark.parametrize("case", PAPERS)
def test_with_everything_it_is_complete(homes, case):
    """The papers stand in the unit's file, and the owner lives there."""
    assert "Move-in" not in do(homes, f"{EMPTY} --case {case} {EVERYTHING} --complete")
    home = unit(homes, EMPTY)
    assert (home["status"], home["handed_over"]) == ("owner_occupied", "2026-10-01")
    assert home["received"] == list(PAPERS[case])
    assert (home["signed"], home["issued"]) == (list(FORMS), list(THINGS))
    assert homes.ok("validate").endswith("no problems\n")
    assert len(homes.git("log", "--format=%h", f"units/3/{EMPTY}.yaml").split()) == 2


@pytest.mark.rule("U3")
def test_nothing_at_all(homes):
    """Everything that is missing is told at once, in the order of the procedure."""
    do(homes, f"{EMPTY} --case agent")
    error = no(homes, f"{EMPTY} --complete")
    found = re.findall(r"\[(U\d)\]", error)
    assert found == ["U3"] * 5 + ["U4"] * 11 + ["U5"] * 16


@pytest.mark.rule("U3", "U5")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("--paper all", "no move-in has begun [U3]"),
        ("--signed all", "no move-in has begun [U3]"),
        ("--handed keys", "no move-in has begun [U3]"),
        ("--water 3", "no move-in has begun [U3]"),
        ("--ok walls", "no move-in has begun [U3]"),
        ("--defect walls=开裂", "no move-in has begun [U3]"),
        ("--complete", "no move-in has begun [U3]"),
        ("--who 王丽", "--who goes with --case"),
        ("--confirmed-by 王丽", "--confirmed-by goes with a meter's reading"),
        ("--text 下午再来", "--text goes with --case"),
        ("--then vacant", "--then goes with --complete"),
        ("--case friend", "--case: 'friend' is not known"),
        ("--case in_person --who 陈大明", "--who: 陈大明 does not own 3-2-0601"),
        ("--case in_person --paper agent_id", "--paper: agent_id is not asked for here"),
        ("--case in_person --paper keys", "--paper: keys is not asked for here"),
        ("--case in_person --signed lease", "--signed: lease is not asked for here"),
        ("--case in_person --water -1", "--water: '-1' is not an amount"),
        ("--case in_person --water lots", "--water: 'lots' is not an amount"),
        ("--case in_person --defect 墙面开裂", "does not say at which item"),
        ("--case in_person --defect walls=", "does not say at which item"),
        ("--case in_person --defect pool=漏水", "--defect: pool is not asked for here"),
        ("--case in_person --case agent --paper all --then sold --complete", "--then: 'sold' is not known"),
    ],
)
def test_what_is_refused_leaves_nothing(homes, command, said):
    no(homes, f"{EMPTY} {command}", said)


@pytest.mark.rule("U3")
def test_nobody_moves_into_what_nobody_owns(homes):
    """The sale comes first; a move-in makes the day it was handed over, from which the warranty counts [P6]."""
    no(homes, f"{UNSOLD} --case in_person", "nobody owns 1-1-0101 yet", "unit transfer 1-1-0101 --manner first_sale")
    homes.ok("unit", "transfer", UNSOLD, "--manner", "first_sale", "--to", "孙晓梅,13800138101")
    do(homes, f"{UNSOLD} --case in_person {EVERYTHING} --complete", at="2026-10-16T10:00:00+08:00")
    home = unit(homes, UNSOLD)
    assert (home["status"], home["handed_over"]) == ("owner_occupied", "2026-10-16")
    assert "roof, wet room, outer wall → 2031-10-16" in homes.ok("unit", "show", UNSOLD)


# --- meters


@pytest.mark.rule("U5")
def test_meters_are_confirmed_by_both(homes):
    """A reading that nobody of the home confirmed does not count; who moves in confirms unless somebody is named."""
    rest = re.sub(r"--(water|electricity|gas) \d", "", EVERYTHING)
    do(homes, f"{EMPTY} --case in_person {rest}")
    homes.ok("unit", "meters", EMPTY, "--water", "1", "--electricity", "2", "--gas", "3")
    assert len(no(homes, f"{EMPTY} --complete").splitlines()) == 4
    homes.ok("unit", "meters", EMPTY, "--water", "1", "--confirmed-by", "王丽")
    said = do(homes, f"{EMPTY} --electricity 2 --confirmed-by 表哥")
    assert said.splitlines()[-1] == "  [U5] meter not read and confirmed by both: gas"
    do(homes, f"{EMPTY} --gas 3 --complete")
    read = [e for e in unit(homes, EMPTY)["events"] if e["event"] == "meters_read"]
    assert [e.get("who") for e in read] == [None, "R-00001", "表哥", "R-00001"]


@pytest.mark.rule("U5")
def test_no_gas_no_gas_meter(homes):
    """Where the unit has no gas neither meter nor pipes are asked for, and it is complete without them."""
    said = do(homes, f"{HOME} --case in_person")
    assert "gas" not in said
    no(homes, f"{HOME} --ok gas_pipes", "--ok: gas_pipes is not asked for here")
    do(homes, f"{HOME} {EVERYTHING.replace('--gas 3', '')} --complete", at="10:30")
    assert homes.ok("validate").endswith("no problems\n")


# --- half-way, and on


@pytest.mark.rule("U3", "U4", "U5")
def test_it_goes_on_where_it_stopped(homes):
    """Several commands on several days; what is there is not asked for again; each says what is missing."""
    do(homes, f"{EMPTY} --case agent --paper id_card,agent_id", at="10:00")
    assert "papers missing" not in do(homes, f"{EMPTY} --paper all --signed fee_agreement", at="10:20")
    do(homes, f"{EMPTY} --water 1 --ok walls，floors", at="11:00")
    before = homes.snapshot()
    said = homes.ok("unit", "move-in", EMPTY, at="2026-10-15T09:00:00+08:00")
    assert homes.snapshot() == before  # only told
    assert said.splitlines()[0] == f"Move-in of 王丽 into {EMPTY}, by an agent:"
    assert [re.sub(r": .*", "", line).strip() for line in said.splitlines()[1:]] == [
        "[U4] not signed",
        "[U4] not handed over",
        "[U5] not inspected",
        "[U5] meter not read and confirmed by both",
    ]
    assert "walls" not in said
    assert "electricity, gas" in said
    do(homes, f"{EMPTY} --signed all --handed all --electricity 2 --gas 3 --ok all", at="2026-10-16T09:00:00+08:00")
    assert "nothing is missing" in homes.ok("unit", "move-in", EMPTY)
    do(homes, f"{EMPTY} --complete", at="2026-10-16T09:05:00+08:00")
    events = unit(homes, EMPTY)["events"]
    assert [e["item"] for e in events if e["event"] == "inspected"].count("walls") == 1
    papers = [e["papers"] for e in events if e["event"] == "papers_received"]
    assert papers == [["id_card", "agent_id"], ["move_in_notice", "purchase_contract", "power_of_attorney"]]


@pytest.mark.rule("U4")
def test_completion_is_owed_within_seven_days(homes):
    do(homes, f"{EMPTY} --case in_person {but('signed', FORMS, 'fee_agreement')}")
    falls_due(homes, EMPTY, "U4", "completion", "zhou.min", "2026-10-21T10:00:00+08:00")
    do(homes, f"{EMPTY} --signed all --complete", at="2026-10-21T10:00:00+08:00")
    assert not [row for row in rows(homes, "overdue", "2026-10-22T10:00") if row["owed"] == "completion"]


@pytest.mark.rule("U3", "U4", "U5")
def test_what_policy_asked_for_when_it_began_counts(homes):
    """Rules that change meanwhile are for the next move-in."""
    do(homes, f"{EMPTY} --case in_person")
    replace(homes, "policy.yaml", ", fee_agreement]", ", pet_rules]")
    replace(homes, "policy.yaml", "in_person: [id_card,", "in_person: [family_register,")
    replace(homes, "policy.yaml", "    intercom: security\n", "    cellar: facility\n")
    replace(homes, "policy.yaml", "meters: [water, electricity, gas]", "meters: [water]")
    no(homes, f"{EMPTY} --paper family_register", "--paper: family_register is not asked for here")
    do(homes, f"{EMPTY} {EVERYTHING} --complete", at="10:30")
    assert unit(homes, EMPTY)["received"] == list(PAPERS["in_person"])
    do(homes, f"{HOME} --case in_person --paper family_register --signed pet_rules --ok cellar", at="11:00")
    no(homes, f"{HOME} --paper id_card", "--paper: id_card is not asked for here")


@pytest.mark.rule("U3")
def test_a_policy_without_move_ins(homes):
    """None can begin; one that was begun goes on."""
    do(homes, f"{EMPTY} --case in_person")
    text = (homes.root / "policy.yaml").read_text("utf-8")
    homes.write("policy.yaml", re.sub(r"(?ms)^move_in:\n.*?\n(?=#|\w)", "", text))
    assert "does not say what a move-in asks for" in homes.refused("unit", "move-in", HOME, "--case", "company", code=3)
    do(homes, f"{EMPTY} {EVERYTHING} --complete", at="10:30")


@pytest.mark.rule("U3")
def test_begun_as_another_case(homes):
    """In person it was not to be: an agent comes. What was signed and read stays; the same case again is refused."""
    do(homes, f"{EMPTY} --case in_person --paper all --signed all --water 1")
    no(homes, f"{EMPTY} --case in_person", "a move-in is under way already [U3]")
    said = do(homes, f"{EMPTY} --case agent", at="2026-10-15T10:00:00+08:00")
    assert "  [U3] paper missing: power of attorney, the agent's ID\n" in said
    assert "not signed" not in said
    falls_due(homes, EMPTY, "U4", "completion", "zhou.min", "2026-10-22T10:00:00+08:00")
    do(homes, f"{EMPTY} --paper all --handed all --electricity 1 --gas 1 --ok all --complete")
    assert homes.ok("validate").endswith("no problems\n")


@pytest.mark.rule("U3")
def test_one_of_several_owners_moves_in(homes):
    """Named by --who, in any of the ways; another one brings papers of his own."""
    homes.ok("unit", "transfer", EMPTY, "--to", "王丽=1/2", "--to", "陈大明=1/2", "--manner", "gift")
    do(homes, f"{EMPTY} --case in_person --who 陈大明 --paper all")
    assert homes.ok("unit", "move-in", EMPTY).startswith("Move-in of 陈大明 ")
    assert "[U3] paper missing: ID card" in do(homes, f"{EMPTY} --case in_person --who R-00001", at="10:30")
    no(homes, f"{EMPTY} --case agent --who 李娜", "known: R-00001 王丽, R-00002 陈大明")


@pytest.mark.rule("U2", "U3")
def test_sold_in_the_middle_of_a_move_in(homes):
    """The new owner moves in anew: nothing is owed of the old one, and nobody completes it for the wrong person."""
    do(homes, f"{EMPTY} --case in_person {EVERYTHING}")
    homes.ok("unit", "transfer", EMPTY, "--to", "李娜", "--manner", "sale", at="11:00")
    no(homes, f"{EMPTY} --complete", "no move-in has begun [U3]")
    assert not [row for row in rows(homes, "overdue", "2026-11-01") if row["owed"] == "completion"]
    assert "[U3] paper missing: ID card" in do(homes, f"{EMPTY} --case in_person", at="12:00")


@pytest.mark.rule("U3")
def test_the_owner_of_a_let_home_takes_it_over(homes):
    """The tenants stay, and their lease with them."""
    no(homes, f"{LET} --case in_person {EVERYTHING} --then vacant --complete", "the tenant is still there: R-00003")
    do(homes, f"{LET} --case in_person {EVERYTHING} --complete")
    assert (unit(homes, LET)["status"], unit(homes, LET)["lease_until"]) == ("let", "2027-02-28")


@pytest.mark.rule("U3")
def test_he_moves_in_and_leaves_it_empty_or_renovates(homes):
    no(homes, f"{EMPTY} --case in_person {EVERYTHING} --complete --then let", "it cannot be let after that [U1]")
    do(homes, f"{EMPTY} --case in_person {EVERYTHING} --complete --then renovating")
    assert unit(homes, EMPTY)["status"] == "renovating"


# --- defects


@pytest.fixture
def defective(homes):
    """A move-in with cracked walls, a second crack, and a drain that leaks."""
    do(
        homes,
        f"{EMPTY} --case in_person --defect walls=客厅墙面开裂 --defect walls=主卧墙面空鼓 --defect bathroom=地漏渗水",
    )
    return homes


@pytest.mark.rule("U5")
def test_each_defect_becomes_a_repair(defective):
    """Of the item's category, raised by the owner, linked both ways; the item is inspected."""
    found = sorted((t["id"], t["category"], t["place"], t["summary"]) for t in tickets(defective))
    assert found == [
        ("T-20261014-001", "facility", "walls", "客厅墙面开裂"),
        ("T-20261014-002", "facility", "walls", "主卧墙面空鼓"),
        ("T-20261014-003", "leak", "bathroom", "地漏渗水"),
    ]
    for ticket in tickets(defective):
        assert (ticket["origin"], ticket["resident"], ticket["unit"]) == ("move_in", "R-00001", EMPTY)
    inspected = [e for e in unit(defective, EMPTY)["events"] if e["event"] == "inspected"]
    assert [(e["item"], e["ok"], e["tickets"]) for e in inspected] == [
        ("walls", False, ["T-20261014-001"]),
        ("walls", False, ["T-20261014-002"]),
        ("bathroom", False, ["T-20261014-003"]),
    ]
    assert defective.git("log", "--format=%h").count("\n") == 4  # all of it in one commit
    do(defective, f"{EMPTY} {EVERYTHING} --complete", at="10:30")  # defects are put right later
    assert defective.ok("validate").endswith("no problems\n")


@pytest.mark.rule("U5")
def test_a_defect_found_later_is_all_that_is_said(defective):
    said = do(defective, f"{EMPTY} --defect 'drains=阳台排水慢'", at="11:00")
    assert "  repair T-20261014-004: drains 阳台排水慢 (free)\n" in said
    assert unit(defective, EMPTY)["events"][-1]["tickets"] == ["T-20261014-004"]


@pytest.mark.rule("U5")
def test_a_defect_that_cannot_be_a_repair_is_not_recorded_either(homes):
    """The item and its repair are recorded together or not at all."""
    do(homes, f"{EMPTY} --case in_person")
    no(homes, f"{EMPTY} --paper all --defect walls={'裂' * 201}", "longer than 200 characters")
    no(homes, f"{EMPTY} --paper all --defect walls=开裂 --ok all --water 1 --complete", "not signed")
    assert tickets(homes) == []


@pytest.mark.rule("U5")
def test_rectification_is_owed_within_thirty_days(defective):
    """By whom it was given to; the times of ordinary repairs (three days, a signature within one) do not count."""
    falls_due(defective, "T-20261014-001", "U5", "rectification", "wang.gang", "2026-11-13T10:00:00+08:00")
    walk(defective, "T-20261014-001", "10:05 dispatch --to zhang.wei")
    falls_due(defective, "T-20261014-001", "U5", "rectification", "zhang.wei", "2026-11-13T10:00:00+08:00")
    assert owed(defective, "T-20261014-001", "P7", "resolution") == []


@pytest.mark.rule("U5")
def test_the_owner_inspects_again_within_seven_days_and_signs(defective):
    """Owed by the acceptor; a leak has its water test first."""
    mended = ("dispatch --to zhang.wei", "confirm", "arrive", "diagnose --cause 沉降", "done --text 补好")
    for ticket in ("T-20261014-001", "T-20261014-003"):
        walk(defective, ticket, *(f"2026-10-20T15:00 {step}" for step in mended))
        falls_due(defective, ticket, "U5", "re-inspection", "zhou.min", "2026-10-27T15:00:00+08:00")
        assert owed(defective, ticket, "P5", "sign-off") == []
    walk(defective, "T-20261014-001", "2026-10-27T15:00 sign-off --who 王丽")
    assert record(defective, "T-20261014-001")["status"] == "signed_off"
    assert "[F2]" in defective.refused("ticket", "sign-off", "T-20261014-003", "--who", "王丽")
    walk(defective, "T-20261014-003", "test --tight", "sign-off --who 王丽")
    late = [row["id"] for row in rows(defective, "overdue", "2026-10-28") if row["owed"] == "re-inspection"]
    assert late == []


@pytest.mark.rule("U5")
def test_a_repair_that_fails_the_re_inspection(defective):
    """Reopened: thirty days from then, and seven more once it is done again."""
    mended = ("dispatch --to zhang.wei", "confirm", "arrive", "diagnose --cause 沉降", "done --text 补好")
    walk(defective, "T-20261014-001", *(f"2026-10-20T15:00 {step}" for step in mended))
    walk(defective, "T-20261014-001", "2026-10-22T15:00 reopen --reason 又裂了")
    falls_due(defective, "T-20261014-001", "U5", "rectification", "zhang.wei", "2026-11-21T15:00:00+08:00")
    assert not [row for row in rows(defective, "overdue", "2026-10-30") if row["owed"] == "re-inspection"]


@pytest.mark.rule("U5")
def test_an_ordinary_repair_keeps_its_own_times(homes):
    ticket = add(homes, f"--unit {EMPTY} --category facility")
    assert owed(homes, ticket, "U5", "rectification") == []
    assert len(owed(homes, ticket, "P7", "resolution")) == 1
