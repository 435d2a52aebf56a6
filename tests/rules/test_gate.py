"""The gate: item release passes are used once and in time, a card that is out is not given out again [U9]; whom the
estate seals is nowhere written in clear [T12]."""

import json
import shlex

import pytest

from .asking import append, falls_due, record, replace, rows

PASS, VISIT = "P-20261014-001", "V-20261014-001"
UNSEEN = {"PROPCLI_KEYS": "../no-keys"}
CARRIER, PLATE = "马建国", "粤B12345"
GUEST, PHONE = "刘志强", "13800138011"


def issue(desk, options: str = "--who 赵琴", at: str | None = None) -> str:
    """A pass for 3-2-0501; its id."""
    return desk.ok("pass", "issue", "--unit", "3-2-0501", "--items", "冰箱1台", *shlex.split(options), at=at).split()[0]


def enter(desk, options: str = "", at: str | None = None) -> str:
    """A visit to 3-2-0501; its id."""
    name = () if "--name" in options else ("--name", GUEST)
    return desk.ok("visitor", "enter", "--unit", "3-2-0501", *name, *shlex.split(options), at=at).split()[0]


def gate(desk, command: str, at: str | None = None) -> str:
    return desk.ok(*shlex.split(command), at=at)


def refused(desk, command: str, *said: str, at: str | None = None, code: int = 2) -> None:
    error = desk.refused(*shlex.split(command), at=at, code=code)
    for words in said:
        assert words in error


def states(desk, noun: str, *options: str) -> dict[str, str]:
    return {row["id"]: row["status"] for row in rows(desk, shlex.join([noun, "list", *options]))}


def history(desk) -> str:
    """Everything that git ever took: messages, names and contents of files."""
    return desk.git("log", "--all", "-p", "--format=%B")


# --- passes


@pytest.mark.rule("U9")
def test_a_pass_names_goods_carrier_and_until_when(desk):
    """Everything the gate has to compare stands in the record; without --until it is good until the end of the day."""
    assert issue(desk, f"--who 赵琴 --carrier {CARRIER} --plate '粤b·123 45' --text 搬家") == PASS
    made = record(desk, PASS)
    assert (made["who"], made["carrier"], made["plate"], made["items"]) == ("赵琴", CARRIER, PLATE, "冰箱1台")
    assert made["until"] == "2026-10-14T23:59:59+08:00"
    assert made["events"][0]["text"] == "搬家"
    gate(desk, "validate")


@pytest.mark.rule("U9")
@pytest.mark.parametrize(
    ("until", "meant"),
    [
        ("18:30", "2026-10-14T18:30:00"),
        ("tomorrow", "2026-10-15T23:59:59"),
        ("2026-10-16", "2026-10-16T23:59:59"),
        ("+2h", "2026-10-14T12:00:00"),
        ("10:01", "2026-10-14T10:01:00"),
    ],
)
def test_until(desk, until, meant):
    """A day means its end."""
    assert record(desk, issue(desk, f"--who 赵琴 --until {until}"))["until"] == meant + "+08:00"


@pytest.mark.rule("U9")
@pytest.mark.parametrize("until", ["10:00", "09:59", "yesterday"])
def test_a_pass_that_is_over_is_not_issued(desk, until):
    refused(desk, f"pass issue --unit 3-2-0501 --who 赵琴 --items 床 --until {until}", "--until:", "over already")


@pytest.mark.rule("U9")
def test_the_resident_who_asks_is_found_in_the_unit(homes):
    """By name among the unit's people of the day, or by id or name among all; a stranger stays a name."""
    assert "王丽 (R-00001), owner" in gate(homes, "pass issue --unit 3-2-0501 --items 床 --who '王 丽'")
    assert record(homes, PASS)["resident"] == "R-00001" and "who" not in record(homes, PASS)
    assert record(homes, issue(homes, "--resident 王小明"))["resident"] == "R-00004"
    assert record(homes, issue(homes, "--resident R-00001"))["resident"] == "R-00001"
    base = "pass issue --unit 3-2-0501 --items 床"
    refused(homes, f"{base} --resident 李娜", "李娜 (R-00003) has no tie to 3-2-0501 [U9]", "R-00001 王丽")
    stranger = record(homes, issue(homes, "--who 李娜"))
    assert stranger["who"] == "李娜" and "resident" not in stranger


@pytest.mark.rule("U9")
def test_who_asks_is_said_once(homes):
    """Not at all, twice, or so that two could be meant: refused."""
    base = "pass issue --unit 3-2-0501 --items 床"
    refused(homes, base, "who asks for it is missing", "--resident")
    refused(homes, f"{base} --who 王丽 --resident R-00001", "--resident goes without --who")
    refused(homes, f"{base} --resident 无名", "--resident: there is no resident 无名")
    replace(homes, "residents/R-00004.yaml", "王小明", "王丽")
    homes.git("commit", "--quiet", "-am", "Same name")
    refused(homes, f"{base} --who 王丽", "--who: 王丽 could be R-00001, R-00004", "give --resident")


@pytest.mark.rule("U9")
@pytest.mark.parametrize("command", ["pass issue --items 床 --who 赵琴", "visitor enter --name 刘志强"])
def test_the_unit_exists(homes, command):
    """An estate that keeps units knows where somebody can come from or go to; one that keeps none takes the form."""
    refused(homes, f"{command} --unit 3-2-0503", "unit 3-2-0503 does not exist", "did you mean 3-2-0502?")
    refused(homes, f"{command} --unit 0501", "--unit: '0501' is not a unit")
    refused(homes, f"{command} --unit 3-2-0501 --plate 1", "--plate: '1' is not a number plate")


@pytest.mark.rule("U9")
@pytest.mark.parametrize(("at", "good"), [("17:59", True), ("18:00", True), ("18:01", False)])
def test_a_pass_is_used_in_time(desk, at, good):
    """The minute before and at its last moment it is good, a minute later it is not, and is listed as expired."""
    issue(desk, "--who 赵琴 --until 18:00")
    desk.now = f"2026-10-14T{at}:00+08:00"
    assert states(desk, "pass") == ({PASS: "issued"} if good else {})
    assert states(desk, "pass", "--state", "all") == {PASS: "issued" if good else "expired"}
    if good:
        assert f"{PASS}  used" in gate(desk, f"pass use {PASS}")
    else:
        refused(desk, f"pass use {PASS}", "the pass expired on 2026-10-14 18:00 [U9]")


@pytest.mark.rule("U9")
@pytest.mark.parametrize(
    ("options", "who"),
    [
        ("--who 赵磊", "赵磊 (zhao.lei)"),
        ("--who zhao.lei", "赵磊 (zhao.lei)"),
        (f"--who {CARRIER}", CARRIER),
        ("--who 王丽", "王丽"),
        ("--by lin.yue", "林月 (lin.yue)"),
        ("", "周敏 (zhou.min)"),
    ],
)
def test_a_pass_is_used_once(homes, options, who):
    """The second time is refused, naming when the goods went out and who was there."""
    issue(homes, f"--who 王丽 --carrier {CARRIER}")
    gate(homes, f"pass use 001 {options}", at="11:30")
    refused(homes, f"pass use 001 {options}", f"the pass was used on 2026-10-14 11:30 by {who} [U9]", at="11:31")
    assert states(homes, "pass", "--state", "used") == {PASS: "used"}


@pytest.mark.rule("U9")
def test_a_used_or_cancelled_pass_stays_so(desk):
    issue(desk)
    issue(desk)
    gate(desk, "pass use 001 --who 赵磊", at="11:30")
    gate(desk, "pass cancel 002 --reason 不搬了", at="11:40")
    for step in ("use {}", "extend {} --until tomorrow --reason 车晚到", "cancel {} --reason 不搬了"):
        refused(desk, f"pass {step.format('001')}", "used on 2026-10-14 11:30 by 赵磊 (zhao.lei) [U9]")
        refused(desk, f"pass {step.format('002')}", "cancelled on 2026-10-14 11:40 by 周敏 (zhou.min): 不搬了 [U9]")
    gate(desk, "pass note 001 --text 已核对")
    assert [e["event"] for e in record(desk, PASS)["events"]] == ["issued", "used", "noted"]


@pytest.mark.rule("U9")
@pytest.mark.parametrize(("at", "good"), [("11:59", True), ("12:00", True), ("12:01", False)])
def test_a_pass_is_extended_before_it_expires(desk, at, good):
    """Until its last moment; afterwards a new one is issued."""
    issue(desk, "--who 赵琴 --until 12:00")
    command = f"pass extend {PASS} --until 14:00 --reason 车晚到"
    if not good:
        refused(desk, command, "expired on 2026-10-14 12:00 [U9]", "issue a new one", at=at)
        return
    assert "good until 2026-10-14 14:00" in gate(desk, command, at=at)
    assert record(desk, PASS)["until"] == "2026-10-14T14:00:00+08:00"
    refused(desk, f"pass use {PASS}", "expired on 2026-10-14 14:00", at="14:01")
    gate(desk, f"pass use {PASS}", at="14:00")


@pytest.mark.rule("U9")
def test_an_extension_is_longer_and_has_a_reason(desk):
    issue(desk, "--who 赵琴 --until 12:00")
    for until in ("11:00", "12:00"):
        refused(desk, f"pass extend 001 --until {until} --reason x", "it is good until 2026-10-14 12:00 already [U9]")
    refused(desk, "pass extend 001 --until 09:00 --reason x", "--until: 2026-10-14 09:00 is over already")
    refused(desk, "pass extend 001 --until 13:00", "--reason is missing")
    refused(desk, "pass cancel 001", "--reason is missing")
    gate(desk, "pass extend 001 --until 12:01 --reason 车晚到")


@pytest.mark.rule("U9")
def test_an_expired_pass_can_be_cancelled_and_noted_on(desk):
    issue(desk, "--who 赵琴 --until 12:00")
    assert f"{PASS}  expired" in gate(desk, "pass note 001 --text 未用", at="13:00")
    assert f"{PASS}  cancelled" in gate(desk, "pass cancel 001 --reason 未用")
    assert states(desk, "pass", "--state", "expired") == {}


@pytest.mark.rule("U9", "T12")
def test_the_list_of_passes(homes):
    """States, units, names masked unless revealed (which is put on record), and the past as it was."""
    issue(homes, f"--who 王丽 --until 12:00 --carrier {CARRIER} --plate {PLATE}")
    issue(homes, "--who 赵琴")
    gate(homes, "pass issue --unit 3-2-0502 --items 书 --who 李娜 --until 2026-10-16")
    gate(homes, "pass use 002", at="11:00")
    homes.now = "2026-10-14T12:01:00+08:00"
    assert states(homes, "pass") == states(homes, "pass", "--state", "open") == {"P-20261014-003": "issued"}
    assert list(states(homes, "pass", "--state", "all").values()) == ["expired", "used", "issued"]
    assert list(states(homes, "pass", "--state", "expired,used")) == [PASS, "P-20261014-002"]
    assert list(states(homes, "pass", "--state", "all", "--unit", "3-2-0502")) == ["P-20261014-003"]
    assert len(states(homes, "pass", "--state", "all", "--unit", "3-2")) == 3
    assert states(homes, "pass", "--state", "all", "--unit", "3-2-05") == {}
    assert len(states(homes, "pass", "--at", "10:30")) == 3
    refused(homes, "pass list --state gone", "--state: 'gone' is not known")
    first = rows(homes, "pass list --state all")[0]
    assert (first["who"], first["carrier"], first["plate"]) == ("王*", "马**", "粤B***45")
    for form in ("table", "csv", "markdown", "html"):
        printed = gate(homes, f"pass list --state all --format {form}")
        assert not any(word in printed for word in ("王丽", "赵琴", "李娜", CARRIER, PLATE))
        shown = gate(homes, f"pass list --state all --reveal --format {form}")
        assert all(word in shown for word in ("王丽", "赵琴", "李娜", CARRIER, PLATE))
    assert homes.git("log", "-1", "--format=%s").strip() == "revealed: pass list"


@pytest.mark.rule("U9")
def test_a_pass_on_one_screen(homes):
    """The goods, who asked, who carries, until when, what happened, what may come next."""
    issue(homes, f"--who 王丽 --until 12:00 --carrier {CARRIER} --plate {PLATE}")
    gate(homes, "pass use 001 --who 赵磊 --text 相符", at="11:30")
    shown = gate(homes, "pass show 001")
    assert shown.startswith(f"{PASS}  used  3-2-0501\n")
    for words in ("冰箱1台", "王丽 (R-00001)", CARRIER, PLATE, "until: 2026-10-14 12:00", "赵磊 (zhao.lei); 相符"):
        assert words in shown
    assert "possible now: note\n" in shown
    before = gate(homes, "pass show 001 --at 11:00")
    assert f"{PASS}  issued" in before and "possible now: use, extend, cancel, note" in before
    homes.now = "2026-10-14T10:00:00+08:00"
    issue(homes, "--who 王丽 --until 12:00")
    late = gate(homes, "pass show 002 --at 12:01")
    assert "  expired  " in late and "possible now: cancel, note" in late
    refused(homes, "pass show 001 --at 09:59", "did not exist yet")
    assert json.loads(gate(homes, "pass show 001 --format json")) == record(homes, PASS)


@pytest.mark.rule("U9")
def test_each_command_at_the_gate_is_one_commit(desk):
    """It names record, event and who did it, and nobody's name, phone or plate."""
    before = int(desk.git("rev-list", "--count", "HEAD"))
    issue(desk, f"--who 赵琴 --carrier {CARRIER} --plate {PLATE}")
    gate(desk, f"pass use 001 --who {CARRIER} --by lin.yue")
    enter(desk, f"--phone {PHONE} --card 12")
    gate(desk, "visitor leave V-20261014-001 --without-card")
    assert int(desk.git("rev-list", "--count", "HEAD")) == before + 4
    log = desk.git("log", "-4", "--format=%B")
    assert f"{PASS} goods let out at the gate\n\nRecord: {PASS}\nEvent: used\nBy: lin.yue\n" in log
    assert f"{VISIT} card lost, left\n\nRecord: {VISIT}\nEvent: card_lost\nEvent: left\nBy: zhou.min\n" in log
    assert not any(word in log for word in ("赵琴", CARRIER, PLATE, GUEST, PHONE))


# --- visitors


@pytest.mark.rule("U9")
def test_a_visitor_is_written_down(desk):
    """Name, phone in digits, plate, purpose; until the end of the day unless agreed otherwise."""
    enter(desk, "--phone '+86 138-0013-8011' --plate 粤b·54321 --purpose 送家具 --text 有预约")
    made = record(desk, VISIT)
    assert (made["name"], made["phone"], made["plate"], made["purpose"]) == (GUEST, PHONE, "粤B54321", "送家具")
    assert made["until"] == "2026-10-14T23:59:59+08:00"
    assert states(desk, "visitor") == {VISIT: "inside"}
    assert f"{VISIT}  left" in gate(desk, f"visitor leave {VISIT}", at="11:00")
    assert states(desk, "visitor") == {}
    assert states(desk, "visitor", "--state", "all") == {VISIT: "left"}
    assert states(desk, "visitor", "--at", "10:59") == {VISIT: "inside"}
    refused(desk, f"visitor leave {VISIT}", "[U9]")
    gate(desk, "validate")


@pytest.mark.rule("U9")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--name 刘志强 --phone 12", "--phone: '12' is not a phone number"),
        ("--name 刘志强 --until 09:59", "--until: 2026-10-14 09:59 is over already"),
        ("--name ''", "--name: empty"),
        ("--name 刘志强 --card ''", "--card: empty"),
        ("", "--name is missing"),
        ("--name 刘志强 --by nobody", "--by: there is no staff nobody"),
    ],
)
def test_what_cannot_be_written_down_of_a_visitor(desk, options, said):
    refused(desk, f"visitor enter --unit 3-2-0501 {options}", said)


@pytest.mark.rule("U9")
def test_the_card_is_owed_back(desk):
    """By the time agreed, from the guards' supervisor, else the manager; a visit without a card owes nothing."""
    assert "return of the card by 2026-10-14 18:00, 陈静" in gate(
        desk, "visitor enter --unit 3-2-0501 --name 刘志强 --card 12 --until 18:00"
    )
    falls_due(desk, VISIT, "U9", "card-return", "chen.jing", "2026-10-14T18:00:00+08:00")
    enter(desk)
    assert [row["id"] for row in rows(desk, "overdue", "2026-10-16T09:00")] == [VISIT]
    assert "card 12 is back" in gate(desk, f"visitor leave {VISIT}", at="18:30")
    assert rows(desk, "overdue", "2026-10-16T09:00") == []


@pytest.mark.rule("U9")
@pytest.mark.parametrize("again", ["12", " 12 ", "１２"])
def test_a_card_that_is_out_is_not_given_out(desk, again):
    """Refused, naming who has it, until it is back; another card may be given out."""
    enter(desk, "--card 12")
    command = f"visitor enter --unit 3-2-0502 --name 孙梅 --card '{again}'"
    refused(desk, command, "card 12 is still out", GUEST, VISIT, "since 2026-10-14 10:00", "[U9]", at="10:30")
    enter(desk, "--name 钱伟 --card 13")
    gate(desk, f"visitor leave {VISIT}")
    assert "V-20261014-003  inside" in gate(desk, command)
    refused(desk, command, "孙梅")


@pytest.mark.rule("U9")
def test_who_leaves_without_the_card_has_lost_it(desk):
    """Both in one operation; the card is not given out, on no later day either, until it is found."""
    enter(desk, "--card 12")
    assert "card 12 is lost" in gate(desk, f"visitor leave {VISIT} --without-card --text 说明天送来", at="18:00")
    assert [(e["event"], e.get("text")) for e in record(desk, VISIT)["events"][1:]] == [
        ("card_lost", None),
        ("left", "说明天送来"),
    ]
    again = "visitor enter --unit 3-2-0502 --name 孙梅 --card 12"
    refused(desk, again, "card 12 is lost", GUEST, VISIT, "visitor card-found", at="2026-11-20T09:00")
    assert rows(desk, "overdue") == []
    assert "card 12 is back" in gate(desk, f"visitor card-found {VISIT}")
    refused(desk, f"visitor card-found {VISIT}", "the card is not lost [U9]")
    gate(desk, again)


@pytest.mark.rule("U9")
def test_a_card_lost_inside(desk):
    """It stays lost when its visitor leaves; found again while he is inside, he has it, and leaving brings it back."""
    enter(desk, "--card 12")
    again = "visitor enter --unit 3-2-0502 --name 孙梅 --card 12"
    gate(desk, f"visitor card-lost {VISIT} --text 掉在车库")
    refused(desk, f"visitor card-lost {VISIT} --text 掉在车库", "the card is lost already [U9]")
    refused(desk, again, "card 12 is lost")
    gate(desk, f"visitor card-found {VISIT}")
    refused(desk, again, "card 12 is still out")
    gate(desk, f"visitor card-lost {VISIT} --text 又掉了")
    assert "card 12 is lost" in gate(desk, f"visitor leave {VISIT} --without-card")
    assert [e["event"] for e in record(desk, VISIT)["events"]].count("card_lost") == 2
    refused(desk, again, "card 12 is lost")
    gate(desk, f"visitor card-found {VISIT}")
    gate(desk, again)


@pytest.mark.rule("U9")
def test_a_card_missed_later(desk):
    """A card that was taken for returned can be reported lost, unless somebody else has it by now."""
    enter(desk, "--card 12")
    gate(desk, f"visitor leave {VISIT}")
    second = enter(desk, "--name 孙梅 --card 12")
    refused(desk, f"visitor card-lost {VISIT} --text 盘点缺失", "孙梅 has it", second)
    gate(desk, f"visitor leave {second}")
    gate(desk, f"visitor card-lost {second} --text 盘点缺失")
    refused(desk, "visitor enter --unit 3-2-0502 --name 钱伟 --card 12", "孙梅 had it")


@pytest.mark.rule("U9")
def test_no_card_nothing_lost(desk):
    enter(desk)
    refused(desk, f"visitor card-lost {VISIT} --text x", "no card was given out [U9]")
    refused(desk, f"visitor leave {VISIT} --without-card", "no card was given out [U9]")
    refused(desk, f"visitor card-found {VISIT}", "the card is not lost [U9]")
    refused(desk, f"visitor card-lost {VISIT}", "--text is missing")


@pytest.mark.rule("U9")
def test_a_bad_record_does_not_free_its_card(desk):
    """What cannot be read may be the visit that has the card: it is named, and the card stays here."""
    enter(desk, "--card C-12")
    replace(desk, f"visitors/2026/10/{VISIT}.yaml", "unit:", "room:")
    desk.git("commit", "--quiet", "-am", "Broken")
    refused(desk, "visitor enter --unit 3-2-0502 --name 孙梅 --card C-12", VISIT, "unknown field room", code=3)
    enter(desk, "--name 孙梅 --card C-13")


@pytest.mark.rule("U9", "T12")
def test_the_list_of_visitors(desk):
    """By state, unit and card; names, phones and plates masked unless revealed."""
    enter(desk, f"--phone {PHONE} --plate {PLATE} --card 12")
    gate(desk, "visitor enter --unit 3-2-0502 --name 孙梅 --card 13")
    gate(desk, "visitor leave V-20261014-002 --without-card")
    first, second = rows(desk, "visitor list --state all")
    assert (first["name"], first["phone"], first["plate"]) == ("刘**", "138****8011", "粤B***45")
    assert (first["card_state"], second["card_state"]) == ("out", "lost")
    assert list(states(desk, "visitor", "--card", "13")) == ["V-20261014-002"]
    assert list(states(desk, "visitor", "--unit", "3-2-0501")) == [VISIT]
    assert list(states(desk, "visitor", "--state", "left")) == ["V-20261014-002"]
    for form in ("table", "csv", "markdown", "html"):
        assert not any(word in gate(desk, f"visitor list --format {form}") for word in (GUEST, PHONE, PLATE))
        assert all(word in gate(desk, f"visitor list --reveal --format {form}") for word in (GUEST, PHONE, PLATE))


@pytest.mark.rule("U9")
def test_a_visit_on_one_screen(desk):
    enter(desk, f"--phone {PHONE} --plate {PLATE} --purpose 送家具 --card 12 --until 18:00")
    shown = gate(desk, f"visitor show {VISIT}", at="18:01")
    assert shown.startswith(f"{VISIT}  inside  3-2-0501  card 12\n")
    for words in (GUEST, PHONE, PLATE, "送家具", "card: 12, out", "2026-10-14 18:00  陈静  OVERDUE"):
        assert words in shown
    assert "possible now: leave, card-lost, note\n" in shown
    gate(desk, f"visitor leave {VISIT}")
    assert "card: 12, returned" in gate(desk, f"visitor show {VISIT}")
    assert json.loads(gate(desk, f"visitor show {VISIT} --format json")) == record(desk, VISIT)


# --- what is sealed


@pytest.mark.rule("U9", "T12")
def test_a_sealed_visitor_is_nowhere_in_clear(sealed):
    """Neither in the file nor in the history; shown where the key is, `(sealed)` where it is not."""
    enter(sealed, f"--phone {PHONE} --plate {PLATE} --card 12")
    gate(sealed, f"visitor note {VISIT} --text 已登记")
    refused(sealed, "visitor enter --unit 3-2-0502 --name 孙梅 --card 12", GUEST)
    made = record(sealed, VISIT)
    assert not {"name", "phone", "plate"} & set(made) and made["key"].startswith("age1")
    assert not any(word in history(sealed) for word in (GUEST, PHONE, PLATE))
    assert all(word in gate(sealed, f"visitor show {VISIT}") for word in (GUEST, PHONE, PLATE))
    opened = json.loads(gate(sealed, f"visitor show {VISIT} --format json"))
    assert (opened["name"], opened["phone"], opened["plate"]) == (GUEST, PHONE, PLATE) and "sealed" not in opened
    (row,) = rows(sealed, "visitor list")
    assert (row["name"], row["phone"], row["plate"]) == ("刘**", "138****8011", "粤B***45")
    assert GUEST in gate(sealed, "visitor list --reveal")
    gate(sealed, "validate visitors")
    for command in (f"visitor show {VISIT}", "visitor list --reveal"):
        unseen = sealed.ok(*shlex.split(command), **UNSEEN)
        assert "(sealed)" in unseen and GUEST not in unseen
    assert "sealed" in json.loads(sealed.ok("visitor", "show", VISIT, "--format", "json", **UNSEEN))
    result = sealed.run(*"visitor enter --unit 3-2-0502 --name 孙梅 --card 12".split(), **UNSEEN)
    assert result.code == 2 and "card 12 is still out: (sealed) has it" in result.err
    assert "card 12 is back" in sealed.ok("visitor", "leave", VISIT, **UNSEEN)


@pytest.mark.rule("T12")
def test_each_visitor_has_a_key_of_his_own(sealed):
    """Destroying one person's key must not take another's data along."""
    first, second = enter(sealed), enter(sealed)
    assert record(sealed, first)["key"] != record(sealed, second)["key"]


@pytest.mark.rule("U9", "T12")
@pytest.mark.parametrize(
    ("chosen", "hidden", "clear"),
    [("name", {GUEST}, {PHONE, PLATE}), ("phones", {PHONE}, {GUEST, PLATE}), ("plates", {PLATE}, {GUEST, PHONE})],
)
def test_only_what_the_estate_chose_is_sealed(desk, chosen, hidden, clear):
    append(desk, "propcli.yaml", f"sealed: [{chosen}]\n")
    enter(desk, f"--phone {PHONE} --plate {PLATE}")
    stored = (desk.root / f"visitors/2026/10/{VISIT}.yaml").read_text("utf-8")
    assert not any(word in stored for word in hidden) and all(word in stored for word in clear)
    assert all(word in gate(desk, f"visitor show {VISIT}") for word in (GUEST, PHONE, PLATE))


@pytest.mark.rule("U9", "T12")
def test_a_pass_where_names_are_sealed(sealed):
    """Who asks becomes a resident without ties, the carrier and the plate are sealed in the pass; at the gate the
    carrier is the carrier, a stranger a resident without ties."""
    issue(sealed, f"--who 赵琴 --carrier {CARRIER} --plate {PLATE}")
    made = record(sealed, PASS)
    assert made["resident"] == "R-00005" and not {"who", "carrier", "plate"} & set(made)
    issue(sealed, "--who 王丽")
    assert record(sealed, "P-20261014-002")["resident"] == "R-00001"
    gate(sealed, f"pass use 001 --who {CARRIER}", at="11:00")
    assert record(sealed, PASS)["events"][1]["who"] == "carrier"
    refused(sealed, "pass use 001", f"used on 2026-10-14 11:00 by {CARRIER}")
    gate(sealed, "pass use 002 --who 何师傅")
    assert record(sealed, "P-20261014-002")["events"][1]["who"] == "R-00006"
    refused(sealed, "pass use 002", "by 何师傅")
    assert not any(word in history(sealed) for word in ("赵琴", CARRIER, PLATE, "何师傅"))
    shown = gate(sealed, "pass show 001")
    assert "赵琴 (R-00005)" in shown and shown.count(CARRIER) == 2 and PLATE in shown
    unseen = sealed.ok("pass", "show", "001", **UNSEEN)
    assert "R-00005 (sealed)" in unseen and "carrier: (sealed)" in unseen
    first = rows(sealed, "pass list --state all")[0]
    assert (first["who"], first["carrier"], first["plate"]) == ("赵*", "马**", "粤B***45")
    gate(sealed, "validate passes")


# --- the files themselves


@pytest.mark.rule("U9")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("event: used", "event: used\n- at: 2026-10-14T11:31:00+08:00\n  by: zhou.min\n  event: used", "[U9]"),
        ("  at: 2026-10-14T11:30:00+08:00", "  at: 2026-10-15T00:00:00+08:00", "expired"),
        ("  until: 2026-10-14T23:59:59+08:00\n", "", "until"),
        ("until: 2026-10-14T23:59:59+08:00\nevents", "until: 2026-10-15T23:59:59+08:00\nevents", "until"),
        ("status: used", "status: issued", "status is issued"),
    ],
)
def test_validate_replays_passes(desk, old, new, said):
    """A pass that was edited by hand into what the commands refuse is a problem."""
    issue(desk)
    gate(desk, "pass use 001", at="11:30")
    path = f"passes/2026/10/{PASS}.yaml"
    text = (desk.root / path).read_text("utf-8").replace("- at", "-\n  at")
    assert old in text
    desk.write(path, text.replace(old, new))
    result = desk.run("validate")
    assert result.code == 3 and said in result.all and "Traceback" not in result.all


@pytest.mark.rule("U9", "T12")
@pytest.mark.parametrize("noun", ["pass", "visitor"])
def test_what_is_sealed_needs_its_key(sealed, noun):
    issue(sealed, f"--who 王丽 --carrier {CARRIER}")
    enter(sealed)
    path = f"passes/2026/10/{PASS}.yaml" if noun == "pass" else f"visitors/2026/10/{VISIT}.yaml"
    lines = (sealed.root / path).read_text("utf-8").splitlines(keepends=True)
    sealed.write(path, "".join(line for line in lines if not line.startswith("key:")))
    result = sealed.run("validate")
    assert result.code == 3 and "what is sealed needs its key" in result.all
