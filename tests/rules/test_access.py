"""A car has one valid pass and is inside once, a pass is good to its last day, and of a stay every hour counts that was
begun [U14]; plates and names are nowhere written in clear where the estate seals them [T12]."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from propcli.kinds.stay import Stay, hours

from .asking import events, falls_due, owed, record, replace, rows
from .cars import (
    CAR,
    CARD,
    NEXT_CARD,
    SECOND,
    SPACE,
    SPELLINGS,
    STAY,
    UNSEEN,
    command,
    do,
    issue,
    refused,
    space,
    twin,
    wrong,
)

HELP = "--type help --name 方小红"
COMING = datetime.fromisoformat("2026-10-14T10:00:00+08:00")


def states(desk, noun: str) -> dict[str, str]:
    return {row["id"]: row["status"] for row in rows(desk, f"{noun} list --state all")}


def renewals(desk, card: str = CARD) -> list[tuple[str, str]]:
    return [(o["due"][:10], o["standing"]) for o in owed(desk, card, "U14", "pass-renewal")]


# --- passes


@pytest.mark.rule("U14")
def test_a_pass_is_of_a_car_or_of_somebody(homes):
    """A car's has the plate, a help's the name, of a home and a space that there are."""
    space(homes)
    issue(homes, f"--type 停车证 --plate '粤b·123 45' --space {SPACE} --number 0312 --resident 王丽")
    made = record(homes, CARD)
    assert (made["type"], made["plate"], made["space"], made["number"]) == ("car", CAR, SPACE, "0312")
    assert made["resident"] == "R-00001"
    assert record(homes, issue(homes, HELP))["name"] == "方小红"
    base = "access issue --until 2026-12-20"
    refused(homes, f"{base} --unit 3-2-0501 --type car --name 方小红", "the option --plate is missing")
    refused(homes, f"{base} --unit 3-2-0501 --type help --plate {SECOND}", "the option --name is missing")
    refused(homes, f"{base} --unit 3-2-0503 {HELP}", "unit 3-2-0503 does not exist")
    refused(homes, f"{base} --unit 3-2-0501 {HELP} --space B1-009", "B1-009")
    refused(homes, f"{base} --unit 3-2-0501 --type car --plate 12", "--plate: '12' is not a number plate")
    do(homes, "validate access")


@pytest.mark.rule("U14")
@pytest.mark.parametrize("card", [f"--type car --plate {CAR}", HELP])
@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-10-20T23:59:59+08:00", "valid"),
        ("2026-10-21T00:00:00+08:00", "expired"),
        ("2026-10-20T15:59:59+00:00", "valid"),  # a machine elsewhere: the day is the estate's
        ("2026-10-20T16:00:00+00:00", "expired"),
    ],
)
def test_a_pass_is_good_to_the_end_of_its_last_day(desk, card, at, state):
    """The second after that it is expired, and still listed: it is to come back."""
    issue(desk, card, "2026-10-20")
    desk.now = at
    assert [(row["id"], row["status"]) for row in rows(desk, "access list")] == [(CARD, state)]
    assert f"{CARD}  {state}  " in do(desk, f"access show {CARD}")


@pytest.mark.rule("U14")
def test_a_pass_that_is_over_is_not_issued(desk):
    """Today may be its last day, yesterday not; and it is renewed for longer, even when it is over."""
    base = f"access issue --unit 3-2-0501 {HELP} --until"
    refused(desk, f"{base} 2026-10-13", "its last day (2026-10-13) has passed [U14]")
    do(desk, f"{base} 2026-10-14")
    refused(desk, f"access renew {CARD} --until 2026-10-14", "it is good until 2026-10-14 already [U14]")
    refused(desk, f"access renew {CARD} --until 2026-10-13", "has passed [U14]")
    desk.now = "2026-10-20T09:00:00+08:00"
    refused(desk, f"access renew {CARD} --until 2026-10-19", "has passed [U14]")
    assert "good until 2026-10-20\n" in do(desk, f"access renew {CARD} --until 2026-10-20")
    assert states(desk, "access") == {CARD: "valid"}


@pytest.mark.rule("U14")
def test_its_renewal_is_owed_by_its_last_day(desk):
    issue(desk)
    falls_due(desk, CARD, "U14", "pass-renewal", "zhou.min", "2026-12-20T23:59:59+08:00")


@pytest.mark.rule("U14")
@pytest.mark.parametrize(
    ("steps", "then"),
    [
        (["renew --until 2027-12-20"], [("2026-12-20", "met"), ("2027-12-20", "open")]),
        (["lost --text 掉在菜场"], [("2026-12-20", "met")]),
        (["return --reason 搬走"], [("2026-12-20", "met")]),
        (["lost", "return"], [("2026-12-20", "met")]),
        (["note --text 已催"], [("2026-12-20", "open")]),
        (["lost", "found"], [("2026-12-20", "met"), ("2026-12-20", "open")]),
        (["lost", "found", "return"], [("2026-12-20", "met"), ("2026-12-20", "met")]),
    ],
)
def test_what_meets_it(desk, steps, then):
    """What is lost owes nothing until it is found: then its last day counts again."""
    issue(desk)
    desk.now = "2026-11-14T10:00:00+08:00"
    for step in steps:
        do(desk, command("access", CARD, step))
    assert renewals(desk) == then
    do(desk, "validate access")


@pytest.mark.rule("U14")
@pytest.mark.parametrize(
    ("first", "step", "state"),
    [
        ("lost", "lost", "lost"),
        ("lost", "renew --until 2027-12-20", "lost"),
        ("return", "return", "returned"),
        ("return", "found", "returned"),
        ("return", "lost", "returned"),
        ("return", "renew --until 2027-12-20", "returned"),
        ("note --text x", "found", "valid"),
    ],
)
def test_what_cannot_follow(desk, first, step, state):
    """Only a lost pass is found, only a valid one renewed; what was given back stays so."""
    issue(desk)
    do(desk, command("access", CARD, first))
    refused(desk, command("access", CARD, step), f"cannot follow while the state is {state} [U14]")


@pytest.mark.rule("U14")
def test_a_pass_found_after_its_last_day_is_expired(desk):
    issue(desk, until="2026-10-20")
    do(desk, f"access lost {CARD}")
    do(desk, f"access found {CARD}", at="2026-10-25T09:00:00+08:00")
    assert states(desk, "access") == {CARD: "expired"}
    assert events(desk, CARD) == ["issued", "lost", "found"]
    do(desk, "validate access")


# --- one valid pass for a car


@pytest.mark.rule("U14")
@pytest.mark.parametrize("typed", SPELLINGS)
@pytest.mark.parametrize("card", ["--type car", HELP])
def test_a_car_has_one_valid_pass(desk, typed, card):
    """However its plate is written, whosever the pass is; the one that has it is named."""
    issue(desk)
    again = f"access issue --unit 3-2-0502 --until 2026-12-31 {card} --plate '{typed}'"
    refused(desk, again, f"{CAR} has a pass already: {CARD}, 3-2-0501, until 2026-12-20 [U14]", "access return")
    refused(desk, again, CARD, at="2026-12-20T23:59:59+08:00")


@pytest.mark.rule("U14")
@pytest.mark.parametrize(
    ("step", "later", "again"),
    [
        ("lost", "11:00", "found"),
        ("note --text x", "2026-12-21T00:00:00+08:00", "renew --until 2027-06-30"),
        ("return", "11:00", None),
    ],
)
def test_a_pass_that_is_good_no_longer_frees_its_car(desk, step, later, again):
    """Lost, expired or given back; good again it would be a second one, until the other is given back."""
    issue(desk)
    do(desk, command("access", CARD, step))
    assert issue(desk, f"--type car --plate {CAR}", "2027-12-31", at=later) == NEXT_CARD
    do(desk, "validate access")
    if again is not None:
        said = f"{CAR} has a pass already: {NEXT_CARD}, 3-2-0501, until 2027-12-31 [U14]"
        refused(desk, command("access", CARD, again), said)
        do(desk, f"access return {NEXT_CARD}")
        do(desk, command("access", CARD, again))
        assert states(desk, "access") == {CARD: "valid", NEXT_CARD: "returned"}


@pytest.mark.rule("U14")
def test_a_pass_that_cannot_be_read_keeps_its_car(desk):
    issue(desk)
    replace(desk, f"access/2026/{CARD}.yaml", "unit:", "room:")
    desk.git("commit", "--quiet", "-am", "Broken")
    again = "access issue --type car --unit 3-2-0502 --until 2026-12-31 --plate"
    refused(desk, f"{again} {CAR}", f"whether {CAR} is free cannot be told", "unknown field room", code=3)
    do(desk, f"{again} {SECOND}")


@pytest.mark.rule("U9", "U14")
def test_what_hands_write_twice_is_told(desk):
    """Two valid passes of a car, a car inside twice, a card out twice: file and line; not what is over."""
    issue(desk, until="2026-10-20")
    do(desk, f"stay enter --plate {CAR}")
    do(desk, "visitor enter --unit 3-2-0501 --name 刘志强 --card 12")
    card = twin(desk, CARD, NEXT_CARD, lambda text: text.replace(CAR, "粤B·12345"))
    stay = twin(desk, STAY, "S-20261014-002")
    visit = twin(desk, "V-20261014-001", "V-20261014-002")
    found = wrong(desk)
    assert f"{card}:5:8: 粤B·12345 has a pass already: {CARD}, 3-2-0501, until 2026-10-20 [U14]" in found
    assert f"{stay}:3:8: {CAR} is inside already: {STAY}, since 2026-10-14 10:00 [U14]" in found
    assert f"{visit}:5:7: card 12 is still out" in found
    assert found.count("(correct one of the two)") == 3
    do(desk, "stay leave S-20261014-002")
    do(desk, "visitor leave V-20261014-002")
    assert wrong(desk).count("(correct one of the two)") == 1
    desk.now = "2026-10-21T00:00:00+08:00"
    do(desk, "validate")


# --- cars that park for a while


@pytest.mark.rule("U14")
@pytest.mark.parametrize(
    ("parked", "counted"),
    [
        ({"seconds": 0}, 1),
        ({"minutes": 59}, 1),
        ({"minutes": 60}, 1),
        ({"minutes": 60, "seconds": 59}, 1),  # a minute counts when it is over
        ({"minutes": 61}, 2),
        ({"minutes": 120}, 2),
        ({"minutes": 121}, 3),
        ({"days": 1}, 24),
        ({"days": 1, "minutes": 1}, 25),
    ],
)
def test_every_hour_begun_counts(parked, counted):
    """Of a car that is inside as of one that has left, whose hours grow no more."""
    length = timedelta(**parked)
    entered: list[dict[str, Any]] = [{"at": COMING, "by": "zhao.lei", "event": "entered"}]
    stay: dict[str, Any] = {"id": STAY, "status": "inside", "plate": CAR, "events": entered}
    assert hours(Stay.model_validate(stay), COMING + length) == counted
    left = [*entered, {"at": COMING + length, "by": "zhao.lei", "event": "left"}]
    gone = Stay.model_validate({**stay, "status": "left", "events": left})
    assert hours(gone, COMING + length + timedelta(days=9)) == counted


@pytest.mark.rule("U14")
def test_a_car_comes_and_goes(desk):
    """The hours are told when it leaves, and stand in lists; it goes once."""
    do(desk, f"stay enter --plate {CAR} --unit 3-2-0501 --purpose 送货")
    (row,) = rows(desk, "stay list", "2026-10-14T11:01:00")
    assert (row["length"], row["hours"], row["gone"], row["plate"]) == (61, 2, None, "粤B***45")
    left = do(desk, f"stay leave {STAY}", at="11:00")
    assert "parked 2026-10-14 10:00 to 2026-10-14 11:00, hours begun: 1\n" in left
    assert rows(desk, "stay list") == []
    (row,) = rows(desk, "stay list --state left", "2026-10-15T11:00:00")
    assert (row["length"], row["hours"]) == (60, 1)
    refused(desk, f"stay leave {STAY}", "gone cannot follow while the state is gone [U14]")
    refused(desk, "stay enter --unit 3-2-0501", "--plate is missing")


@pytest.mark.rule("U14")
@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_car_is_inside_once(desk, typed):
    do(desk, f"stay enter --plate {CAR}")
    said = f"{CAR} is inside already: {STAY}, since 2026-10-14 10:00 [U14]"
    refused(desk, f"stay enter --plate '{typed}'", said, f"propcli stay leave {STAY}", at="2026-10-15T10:00:00+08:00")
    do(desk, f"stay enter --plate {SECOND}")
    do(desk, f"stay leave {STAY}")
    do(desk, f"stay enter --plate '{typed}'")


@pytest.mark.rule("U14")
def test_a_car_that_stays_is_looked_at(desk):
    """After three days, by the guards' supervisor, else the manager; not once it has left."""
    do(desk, f"stay enter --plate {CAR}")
    falls_due(desk, STAY, "U14", "long-stay", "chen.jing", "2026-10-17T10:00:00+08:00")
    do(desk, f"stay leave {STAY}", at="2026-10-17T10:00:01+08:00")
    assert rows(desk, "overdue") == []


# --- sealed


@pytest.mark.rule("U14", "T12")
def test_sealed_plates_and_names_are_nowhere_in_clear(sealed):
    """Shown, found and compared where the key is."""
    issue(sealed)
    issue(sealed, HELP)
    do(sealed, f"stay enter --plate {CAR}")
    for card, field in ((CARD, "plate"), (NEXT_CARD, "name"), (STAY, "plate")):
        made = record(sealed, card)
        assert field not in made and made["sealed"] and made["key"].startswith("age1")
    assert not any(word in sealed.git("log", "--all", "-p", "--format=%B") for word in (CAR, "方小红"))
    assert f"plate: {CAR}\n" in do(sealed, f"access show {CARD}")
    assert [(row["plate"], row["name"]) for row in rows(sealed, "access list")] == [("粤B***45", None), (None, "方**")]
    assert {row["record"] for row in rows(sealed, "find 粤b·12345")} == {CARD, STAY}
    refused(sealed, f"access issue --type car --unit 3-2-0502 --until 2026-12-31 --plate {CAR}", f"already: {CARD}")
    refused(sealed, f"stay enter --plate {CAR}", f"already: {STAY}")
    do(sealed, "validate access stays")


@pytest.mark.rule("U14", "T12")
def test_without_the_keys_it_is_said_what_was_not_compared(sealed):
    """Never more than is known: neither that a plate is free nor whose it is. The gate goes on working."""
    unlike = "not compared, for the keys are not here: 1 sealed records"
    issue(sealed)
    do(sealed, f"stay enter --plate {CAR}")
    assert "plate: (sealed)" in do(sealed, f"access show {CARD}", **UNSEEN)
    assert "2 other records have sealed parts" in sealed.run("find", CAR, **UNSEEN).all
    again = f"access issue --type car --unit 3-2-0502 --until 2026-12-31 --plate {SECOND}"
    assert unlike in do(sealed, again, **UNSEEN)
    assert unlike in do(sealed, f"stay enter --plate {SECOND}", **UNSEEN)
    do(sealed, f"access lost {CARD}", **UNSEEN)
    assert unlike in do(sealed, f"access found {CARD}", **UNSEEN)
    assert unlike in do(sealed, f"access renew {CARD} --until 2027-12-20", **UNSEEN)
    assert "hours begun: 1" in do(sealed, f"stay leave {STAY}", **UNSEEN)
    do(sealed, f"access return {CARD}", **UNSEEN)


# --- where it is seen


@pytest.mark.rule("U14")
def test_where_passes_and_cars_are_seen(homes):
    """With their home while they are out or inside, by plate, in what is due and overdue, and why."""
    issue(homes, until="2026-10-20")
    issue(homes, HELP)
    do(homes, f"stay enter --plate {SECOND} --unit 3-2-0501")
    shown = do(homes, "unit show 3-2-0501")
    for line in (
        f"  {CARD}  valid  3-2-0501  car pass\n    [U14] renewal or return of the pass  2026-10-20 23:59  周敏  open\n",
        f"  {NEXT_CARD}  valid  3-2-0501  help pass\n",
        f"  {STAY}  inside  3-2-0501  parked\n    [U14] looking at the car that stays  2026-10-17 10:00  陈静  open\n",
    ):
        assert line in shown
    for typed in (CAR, "粤b·１２３４５"):
        assert [(row["record"], row["state"]) for row in rows(homes, f"find {typed}")] == [(CARD, "valid")]
    assert [row["record"] for row in rows(homes, f"find {SECOND.lower()}")] == [STAY]
    soon = [(row["id"], row["owed"]) for row in rows(homes, "due --within 7d") if row["rule"] == "U14"]
    assert soon == [(STAY, "long-stay"), (CARD, "pass-renewal")]
    late = [row["id"] for row in rows(homes, "overdue", "2026-10-21T00:00") if row["rule"] == "U14"]
    assert late == [STAY, CARD]
    explained = do(homes, f"explain {CARD}")
    assert "[U14] renewal or return of the pass, owed by 周敏 (desk): open" in explained
    assert "limit       the last day agreed\n    due         2026-10-20 23:59" in explained
    homes.now = "2026-10-21T00:00:00+08:00"
    assert f"  {CARD}  expired  3-2-0501" in do(homes, "unit show 3-2-0501")
    do(homes, f"access return {CARD}")
    do(homes, f"access lost {NEXT_CARD}")
    do(homes, f"stay leave {STAY}")
    shown = do(homes, "unit show 3-2-0501")
    assert CARD not in shown and STAY not in shown
