"""The deposit of a renovation filing: its ledger [N6], what is charged against it [N10], when it may go back [N12], and
the end of a filing [N13]."""

import re
import shlex

import pytest

from tests.conftest import Desk

from .asking import MENDED, append, falls_due, record, replace, walk
from .filings import (
    APPLY,
    BELOW,
    FILING,
    HOME,
    PATH,
    balance,
    bring,
    by_hand,
    deposit,
    do,
    filing,
    reasons,
    refuses,
    standings,
    tables,
    validate_says,
)

DAY = "2027-02-28T00:00"  # the first moment of the day the refund is possible: lived in since the 30th of November
REFUND = "refund --shown all"
NONE = {"received": "0.00", "deducted": "0.00", "refunded": "0.00", "held": "0.00"}
UNSIGNED = f"{BELOW} below has not signed that nothing leaks [N12]"


def leak(desk: Desk, unit: str = BELOW, *options: str) -> str:
    """A leak is reported; the ticket's id."""
    return desk.add("--category", "leak", "--unit", unit, "--summary", "卫生间顶渗水", "--urgency", "normal", *options)


def only(desk: Desk, reason: str, step: str = REFUND) -> None:
    """A refund is refused for this reason alone."""
    assert reasons(refuses(desk, step, None)) == [reason]


# --- what the refund needs


@pytest.mark.rule("N12")
def test_three_months_to_the_day(homes: Desk) -> None:
    """Lived in since the 30th of November: not on the 27th of February, but on the 28th, from its first minute; the
    whole of what is held. It is owed within 30 days from then."""
    bring(homes, "ready")
    assert standings(homes, "N12", "refund") == [("2027-03-30T00:00", "open")]
    falls_due(homes, FILING, "N12", "refund", "zhou.min", "2027-03-30T00:00:00+08:00")
    only(homes, "possible from 2027-02-28 on [N12]", f"2027-02-27T23:59:59 {REFUND}")
    assert "possible from 2027-02-28" in homes.ok("renovation", "check", FILING)
    do(homes, f"{DAY} {REFUND} --who 王丽 --receipt T-17")
    assert deposit(homes) == {"received": "2000.00", "deducted": "0.00", "refunded": "2000.00", "held": "0.00"}
    assert filing(homes)["status"] == "refunded"
    assert standings(homes, "N12", "refund") == [("2027-03-30T00:00", "met")]
    refuses(homes, REFUND, "N12")
    refuses(homes, "pay --paid deposit=1", "N6")
    do(homes, "close")
    assert homes.run("validate").code == 0


@pytest.mark.rule("N12")
@pytest.mark.parametrize(
    ("checked", "lived_in", "possible", "before"),
    [
        ("2026-11-30", "2026-11-29", "2027-02-28", "2027-02-27"),  # lived in before the check
        ("2026-11-30", "2026-12-15", "2027-03-15", "2027-03-14"),
        ("2026-12-01", "2026-12-01", "2027-03-01", "2027-02-28"),
        ("2026-12-31", "2026-12-31", "2027-03-31", "2027-03-30"),
        ("2026-12-31", "2027-01-31", "2027-04-30", "2027-04-29"),
        ("2027-11-29", "2027-11-30", "2028-02-29", "2028-02-28"),  # a leap year
    ],
)
def test_it_counts_from_the_later_of_check_and_occupancy(
    homes: Desk, checked: str, lived_in: str, possible: str, before: str
) -> None:
    bring(homes, "completed")
    do(homes, f"{checked}T10:00 check-works --passed", "pass return --pass 1", "neighbour-sign --who 王小明")
    said = do(homes, f"{max(checked, lived_in)}T10:00 lived-in --since {lived_in}")
    assert f"refund possible from {possible} on" in said
    only(homes, f"possible from {possible} on [N12]", f"{before}T23:59 {REFUND}")
    do(homes, f"{possible}T00:00 {REFUND}")


@pytest.mark.rule("N12")
def test_no_refund_before_the_check_is_passed(homes: Desk) -> None:
    """However long the home has been lived in."""
    bring(homes, "completed")
    do(homes, "lived-in --since 2026-11-27")
    refuses(homes, f"2027-06-01T10:00 {REFUND}", "N12", "to be checked")
    do(homes, "check-works --finding 地漏未恢复 --rectify-by 2027-06-02")
    refuses(homes, REFUND, "N12", "works going on")


@pytest.mark.rule("N12")
def test_no_refund_while_nobody_knows_since_when_the_home_is_lived_in(homes: Desk) -> None:
    """Until then it is not owed either. A day to come is not taken down; what was wrong is said anew."""
    bring(homes, "completed")
    do(homes, "2026-11-30T10:00 check-works --passed", "pass return --pass 1", "neighbour-sign --who 王小明")
    assert standings(homes, "N12", "refund") == []
    only(homes, "since when the home is lived in is not on record [N12]", f"2027-06-01T10:00 {REFUND}")
    refuses(homes, "lived-in --since 2027-06-02", "N12", "2027-06-02")
    do(homes, "lived-in --since 2027-06-01")
    only(homes, "possible from 2027-09-01 on [N12]")
    do(homes, "lived-in --since 2027-02-01")
    assert standings(homes, "N12", "refund")[-1] == ("2027-05-31T00:00", "open")
    do(homes, REFUND)
    assert {standing for _due, standing in standings(homes, "N12", "refund")} <= {"met", "void"}


@pytest.mark.rule("N12")
def test_the_unit_below_signs_that_nothing_leaks(homes: Desk) -> None:
    """It may find that it leaks, before or after it signed; what it said last counts. Another unit does not sign."""
    bring(homes, "passed")
    do(homes, "pass return --pass 1")
    only(homes, UNSIGNED, f"{DAY} {REFUND}")
    refuses(homes, "neighbour-sign --unit 3-2-0502 --who 李娜", "N12", "3-2-0502", BELOW)
    do(homes, "neighbour-sign --who 王小明 --leaks")
    only(homes, f"{BELOW} below says that it leaks [N12]")
    do(homes, "neighbour-sign --who 王小明", "neighbour-sign --who 王小明 --leaks")
    only(homes, f"{BELOW} below says that it leaks [N12]")
    do(homes, "neighbour-sign --who 王小明", REFUND)


@pytest.mark.rule("N12")
def test_it_signs_for_works_that_have_passed_their_check(homes: Desk) -> None:
    """Before, it cannot know."""
    bring(homes, "completed")
    refuses(homes, "neighbour-sign --who 王小明", "N12")


@pytest.mark.rule("N12")
def test_where_no_unit_below_is_on_record_nobody_signs(homes: Desk) -> None:
    """Whoever lies below in truth may be named; each of several signs."""
    line = APPLY.replace(HOME, BELOW)
    error = homes.refused(*shlex.split(line))
    assert "the unit below, 3-2-0401, is not on record; it signs before the refund [N12]" in error
    assert "nobody has to sign" in homes.ok(*shlex.split(f"{line} --none-below"))
    assert "is not below itself [N12]" in homes.refused(*shlex.split(f"{line} --below {BELOW}"))
    assert "3-2-0502, 1-1-0101" in homes.ok(*shlex.split(f"{line} --below 3-2-0502 --below 1-1-0101"))
    assert record(homes, "N-2026-0002")["below"] == ["3-2-0502", "1-1-0101"]


@pytest.mark.rule("N12")
def test_an_open_leak_below_hinders(homes: Desk) -> None:
    """It is named; another leak, or something else below, does not hinder, and neither does one that is closed."""
    bring(homes, "ready")
    leak(homes, HOME)
    homes.add("--category", "leak", "--unit", "3-2-0502", "--summary", f"不是 {BELOW} 那边", "--urgency", "normal")
    homes.add("--category", "water", "--unit", BELOW, "--summary", "no leak: 水压低")
    first, second = leak(homes), leak(homes)
    said = refuses(homes, f"{DAY} {REFUND}", "N12")
    assert reasons(said) == [f"an open leak below: {t} {BELOW} 卫生间顶渗水 [N12]" for t in (first, second)]
    assert first in homes.ok("renovation", "check", FILING)
    assert first in homes.ok("report", "deposits")
    homes.ok("ticket", "cancel", first, "--reason", "弄错了", "--who", "王丽")
    only(homes, f"an open leak below: {second} {BELOW} 卫生间顶渗水 [N12]")
    walk(homes, second, *MENDED, "test --tight", "sign-off --who 王丽", "follow-up --solved")
    only(homes, f"an open leak below: {second} {BELOW} 卫生间顶渗水 [N12]")
    homes.ok("ticket", "close", second)
    do(homes, REFUND)


@pytest.mark.rule("N12")
def test_the_papers_are_complete_at_the_end_too(homes: Desk) -> None:
    """Also those of a worker who came last, and of what turned out not to be in order; seen again, they are."""
    bring(homes, "completed")
    do(homes, "worker add --name 赵木生")
    do(homes, "2026-11-30T10:00 check-works --passed --lived-in-since 2026-11-30")
    do(homes, "pass return --pass 1", "neighbour-sign --who 王小明")
    said = refuses(homes, f"{DAY} {REFUND}", "N12")
    assert reasons(said) == [f"not received: {what} of the worker (worker 2) [N12]" for what in ("ID", "photo")]
    refuses(homes, "worker add --name 钱小工", "N8")
    do(homes, "paper --checked all", "paper --wrong drawings --reason 与现场不符")
    only(homes, "not in order: the contractor's drawings: 与现场不符 [N12]")
    do(homes, "paper --received drawings")
    only(homes, "received, not checked: the contractor's drawings [N12]")
    do(homes, "paper --checked drawings", REFUND)


@pytest.mark.rule("N12")
def test_every_pass_is_back(homes: Desk) -> None:
    """One that is lost is not out; but its successor is."""
    bring(homes, "working")
    do(homes, "pass lost --pass 1", "pass issue --worker 1")
    do(homes, "2026-10-16T10:00 water-test --begin", "2026-10-17T10:00 water-test --tight", "complete")
    do(homes, "check-works --passed --lived-in-since 2026-10-17", "neighbour-sign --who 王小明")
    only(homes, "pass not returned: 2 [N12]", f"{DAY} {REFUND}")
    do(homes, "pass return --pass all", REFUND)


@pytest.mark.rule("N12")
def test_certificate_and_receipt_are_shown(homes: Desk) -> None:
    bring(homes, "ready")
    only(homes, "to be shown: deposit receipt [N12]", f"{DAY} refund --shown certificate")
    only(homes, "to be shown: original certificate [N12]", "refund --shown receipt")
    refuses(homes, "refund --shown licence", None, "certificate", "receipt")
    do(homes, "refund --shown certificate,receipt")


@pytest.mark.rule("N7", "N12")
def test_the_original_certificate_was_given_out(homes: Desk) -> None:
    bring(homes, "ready")
    text = (homes.root / PATH).read_text("utf-8")
    copies = "  copies:\n  - passes\n  - door\n  - owner\n"
    homes.write(PATH, text.replace(copies, copies.replace("  - owner\n", "")))
    homes.git("commit", "--quiet", "-am", "By hand")
    only(homes, "certificate not given out: original [N7]", f"{DAY} {REFUND}")
    do(homes, "certificate --copies owner", REFUND)


@pytest.mark.rule("N10", "N12")
def test_no_violation_is_open(homes: Desk) -> None:
    """One that was found while the works waited for their check."""
    bring(homes, "completed")
    do(homes, "violation --text 走廊未清 --rectify-by 2026-12-01")
    passed = "2026-11-30T10:00 check-works --passed --lived-in-since 2026-11-30"
    only(homes, "violation not put right: 1 走廊未清 [N10]", passed)
    do(homes, "2026-11-30T10:00 charge --amount 100 --reason 代为清运", "2026-11-30T10:00 rectified", passed)
    do(homes, "pass return --pass 1", "neighbour-sign --who 王小明", f"{DAY} {REFUND}")
    assert deposit(homes) == {"received": "2000.00", "deducted": "100.00", "refunded": "1900.00", "held": "0.00"}


@pytest.mark.rule("N3", "N12")
def test_the_water_test_is_passed_at_the_end_too(homes: Desk) -> None:
    """A file out of which somebody took it is told, and no money goes out on it."""
    bring(homes, "ready")
    text = (homes.root / PATH).read_text("utf-8")
    cut = re.sub(r"- at: [^\n]*\n  by: zhou\.min\n  event: tested\n(?:  [^\n]*\n)*", "", text)
    assert cut != text
    homes.write(PATH, cut)
    validate_says(homes, "N3", "no water test passed: item 1 主卫重做防水")
    homes.git("commit", "--quiet", "-am", "By hand")
    result = homes.run("renovation", "refund", FILING, "--shown", "all", at=DAY)
    assert result.code in (2, 3)
    assert "N3" in result.all
    assert deposit(homes)["held"] == "2000.00"


@pytest.mark.rule("N12")
def test_all_that_is_missing_is_said_at_once(homes: Desk) -> None:
    bring(homes, "passed")
    said = refuses(homes, "refund --shown receipt", "N12")
    assert reasons(said)[:3] == ["possible from 2027-02-28 on [N12]", UNSIGNED, "pass not returned: 1 [N12]"]
    checked = homes.run("renovation", "check", FILING, "--exit-code")
    assert checked.code == 1
    for part in ("2027-02-28", f"{BELOW} below has not signed", "pass not returned: 1", "deposit receipt"):
        assert part in checked.out


# --- money


@pytest.mark.rule("N6", "N12")
@pytest.mark.parametrize("amount", ["1666.66", "1666.68", "2000", "0", "0.01", "1666.671", "-1666.67"])
def test_the_refund_is_exactly_what_is_held(homes: Desk, amount: str) -> None:
    bring(homes, "ready")
    by_hand(homes, "  amount: 2000.00\n", "  amount: 1666.67\n")
    homes.git("commit", "--quiet", "-am", "By hand")
    refuses(homes, f"{DAY} {REFUND} --amount={amount}", "N12" if "-" not in amount and len(amount) < 8 else None)
    do(homes, f"{REFUND} --amount 1666.67")
    assert deposit(homes)["held"] == "0.00"


@pytest.mark.rule("N6", "N13")
def test_a_deposit_that_was_charged_whole_is_refunded_as_nothing(homes: Desk) -> None:
    """The filing still comes to its end."""
    bring(homes, "tested")
    do(homes, "violation --text 夜间施工 --rectify-by 2026-11-30 --charge 2000", "rectified", "complete")
    do(homes, "check-works --passed --lived-in-since 2026-11-21", "pass return --pass 1", "neighbour-sign --who 王小明")
    do(homes, f"{DAY} {REFUND}", "close")
    assert filing(homes)["status"] == "closed"
    assert balance(homes) == {**NONE, "received": "2000.00", "deducted": "2000.00", "difference": "0.00"}


@pytest.mark.rule("N6", "N13")
def test_a_file_is_closed_once_no_money_is_held(homes: Desk) -> None:
    """Within three working days of the refund; not before it, not with money still there."""
    bring(homes, "ready")
    refuses(homes, f"{DAY} close", "N13")
    do(homes, REFUND)  # a Sunday
    falls_due(homes, FILING, "N13", "shelving", "zhou.min", "2027-03-03T18:00:00+08:00")
    do(homes, "close")
    for step in ("close", REFUND, "pay --paid deposit=1", "cancel --reason 不做了", "inspect --ok"):
        refuses(homes, step, None)
    do(homes, "note --text 归档")
    assert homes.run("validate").code == 0


@pytest.mark.rule("N6")
def test_what_is_withdrawn_gives_exactly_its_deposit_back(homes: Desk) -> None:
    """Before the permit; afterwards it is completed, not withdrawn."""
    bring(homes, "approved")
    refuses(homes, "cancel --reason 不做了", "N6", "2,000.00")
    refuses(homes, "cancel --reason 不做了 --refund 1999.99", "N6", "2,000.00")
    refuses(homes, "cancel --reason 不做了 --refund 2000.01", "N6", "2,000.00")
    do(homes, "cancel --reason 不做了 --refund 2000.00")
    assert deposit(homes) == {"received": "2000.00", "deducted": "0.00", "refunded": "2000.00", "held": "0.00"}
    assert balance(homes) == {**NONE, "received": "2000.00", "refunded": "2000.00", "difference": "0.00"}
    refuses(homes, "permit", None)


@pytest.mark.rule("N6")
def test_what_is_withdrawn_without_a_deposit_gives_nothing_back(homes: Desk) -> None:
    homes.ok(*shlex.split(APPLY))
    refuses(homes, "cancel --reason 不做了 --refund 0.01", "N6", "0.00")
    do(homes, "cancel --reason 不做了")
    assert deposit(homes) == NONE
    other = homes.ok(*shlex.split(APPLY)).split()[0]
    homes.ok("renovation", "cancel", other, "--reason", "不做了", "--refund", "0")


@pytest.mark.rule("N6")
def test_a_permit_given_is_not_withdrawn(homes: Desk) -> None:
    bring(homes, "working")
    refuses(homes, "cancel --reason 不做了 --refund 2000", "N6")


@pytest.mark.rule("N6", "N12")
def test_the_ledger_of_the_estate_balances_to_the_fen(homes: Desk) -> None:
    """Odd amounts, paid in parts, charged, given back, withdrawn: at each moment what was received is what was
    deducted, refunded and is held; exactly, in json too."""
    held = homes.ok(*shlex.split(APPLY), at="2026-10-14T10:00").split()[0]
    assert balance(homes) == {**NONE, "difference": "0.00"}
    assert "No deposit is held" in homes.ok("report", "deposits")
    do(homes, "paper --checked all", "review --approve", "sign --copies all")
    refuses(homes, "pay --paid deposit=0", "N6")
    refuses(homes, "pay --paid deposit=0.001", None)
    refuses(homes, "pay --paid surety=1", None, "deposit")
    do(homes, "pay --paid deposit=333.33 --paid deposit=0.01 --paid rubbish_fee=12345.67")
    do(homes, "pay --paid deposit=333.33", "2026-10-15T09:00 permit --certificate all --told all")
    assert deposit(homes) == {**NONE, "received": "666.67", "held": "666.67"}
    do(homes, "violation --text 夜间施工 --rectify-by 2026-10-20 --charge 0.07", "charge --amount 0.2 --reason 又一次")
    other = homes.ok(*shlex.split(APPLY.replace(HOME, BELOW)), "--none-below").split()[0]
    for step in ("paper --checked all", "review --approve", "pay --paid deposit=0.1"):
        verb, *options = step.split()
        homes.ok("renovation", verb, other, *options)
    assert balance(homes) == {
        "received": "666.77",
        "deducted": "0.27",
        "refunded": "0.00",
        "held": "666.50",
        "difference": "0.00",
    }
    report = tables(homes, "deposits")["held"]
    assert [(r["id"], r["received"], r["deducted"], r["held"], r["since"]) for r in report] == [
        (other, "0.10", "0.00", "0.10", "2026-10-15"),  # the lower floor first
        (held, "666.67", "0.27", "666.40", "2026-10-14"),
    ]
    homes.ok("renovation", "cancel", other, "--reason", "不做了", "--refund", "0.10")
    do(homes, "rectified", "2026-10-16T10:00 water-test --begin", "2026-10-17T10:00 water-test --tight", "complete")
    do(homes, "check-works --passed --lived-in-since 2026-10-17", "neighbour-sign --who 王小明")
    (row,) = tables(homes, "deposits")["held"]
    assert row["refundable"] == "2027-01-17"
    assert row["missing"][0] == "[N12] possible from 2027-01-17 on"
    waiting = tables(homes, "renovations")["refunds"]
    assert [(r["id"], r["refundable"], r["held"]) for r in waiting] == [(held, "2027-01-17", "666.40")]
    do(homes, f"2027-01-17T00:00 {REFUND} --amount 666.4")
    assert balance(homes) == {
        "received": "666.77",
        "deducted": "0.27",
        "refunded": "666.50",
        "held": "0.00",
        "difference": "0.00",
    }
    table = homes.ok("report", "deposits")
    assert "it balances to the fen" in table
    assert "666.5" in table
    shown = homes.ok("renovation", "show", FILING)
    assert "666.67 received, 0.27 deducted, 666.40 refunded, 0.00 held" in shown
    assert homes.run("validate").code == 0


# --- files written by hand


def refunded(amount: str, at: str) -> str:
    return (
        f"- at: {at}:00+08:00\n  by: zhou.min\n  event: refunded\n  amount: {amount}\n"
        "  shown:\n  - certificate\n  - receipt\n"
    )


@pytest.mark.rule("N12")
@pytest.mark.parametrize(
    ("amount", "at", "why"),
    [
        ("2000.00", "2027-02-27T23:59", "possible from 2027-02-28 on"),
        ("2000.01", "2027-02-28T00:00", "2,000.00 yuan of the deposit are held"),
        ("1999.99", "2027-02-28T00:00", "2,000.00 yuan of the deposit are held"),
        ("2000.00", "2027-02-28T00:00", ""),
    ],
)
def test_a_refund_written_by_hand_is_held_to_the_same(homes: Desk, amount: str, at: str, why: str) -> None:
    bring(homes, "ready")
    homes.now = "2027-03-01T10:00"
    replace(homes, PATH, "status: passed", "status: refunded")
    append(homes, PATH, refunded(amount, at))
    if why:
        validate_says(homes, "N12", why)
    else:
        assert homes.run("validate").code == 0


@pytest.mark.rule("N6", "N10")
def test_a_charge_or_payment_written_by_hand_is_held_to_the_same(homes: Desk) -> None:
    """More than is held, nothing, or for a violation that nobody found."""
    bring(homes, "working")
    do(homes, "violation --text 夜间施工 --rectify-by 2026-10-20 --charge 2000.00")
    by_hand(homes, "  amount: 2000.00\n  violation: '1'\n", "  amount: 2000.01\n  violation: '1'\n")
    validate_says(homes, "N10", "only 2,000.00 yuan")
    by_hand(homes, "  amount: 2000.01\n  violation: '1'\n", "  amount: 2000.00\n  violation: '2'\n")
    validate_says(homes, "N10", "there is no violation 2")
    by_hand(homes, "  amount: 300.00\n", "  amount: 0.00\n")
    validate_says(homes, "N6", "the amount is nothing")


@pytest.mark.rule("N12")
def test_a_day_beyond_the_calendar_written_by_hand(homes: Desk) -> None:
    """It is told, not stumbled over."""
    bring(homes, "completed")
    begun = "- at: 2026-11-30T10:00:00+08:00\n  by: zhou.min\n  event:"
    append(homes, PATH, f"{begun} occupied\n  on: 9999-12-31\n{begun} works_checked\n  passed: true\n")
    validate_says(homes, "N12", "9999-12-31")


@pytest.mark.rule("N12")
def test_the_day_the_refund_counts_from_is_not_written_otherwise(homes: Desk) -> None:
    bring(homes, "passed")
    by_hand(homes, "refund_from: 2027-02-28", "refund_from: 2027-02-27")
    validate_says(homes, "N12", "2027-02-28")


@pytest.mark.rule("N12")
def test_a_leak_merged_into_another_ticket_hinders_while_that_one_is_open(homes: Desk) -> None:
    """The water still comes down, whichever ticket it is written in."""
    bring(homes, "ready")
    below = homes.add("--category", "leak", "--unit", BELOW, "--summary", "主卫顶渗水")
    other = homes.add("--category", "leak", "--unit", "3-2-0502", "--summary", "隔壁也漏")
    homes.ok("ticket", "merge", below, "--into", other)
    refuses(homes, f"{DAY} {REFUND}", "N12", f"an open leak below: {below}")
    homes.ok("ticket", "cancel", other, "--reason", "已查明不是渗漏")
    do(homes, f"{DAY} {REFUND}")


@pytest.mark.rule("N12")
@pytest.mark.parametrize("damage", [b"", b"id: T-2", "id: x\n".encode("utf-16")], ids=["empty", "cut off", "utf-16"])
def test_a_ticket_that_cannot_be_read_may_be_a_leak(homes: Desk, damage: bytes) -> None:
    """Nobody says that nothing leaks on the ground of a file nobody can read."""
    bring(homes, "ready")
    ticket = homes.add("--category", "leak", "--unit", BELOW, "--summary", "主卫顶渗水")
    homes.write(f"tickets/{ticket[2:6]}/{ticket[6:8]}/{ticket}.yaml", damage)
    result = homes.run("renovation", "refund", FILING, *shlex.split(REFUND)[1:], at=DAY)
    assert result.code == 3
    assert "whether a leak is open below cannot be told" in result.err


@pytest.mark.rule("N6")
def test_nothing_is_settled_by_hand_while_money_is_held(homes: Desk) -> None:
    """`settled` is for what ended in another system; here the deposit goes back first."""
    bring(homes, "working")
    append(homes, PATH, "- at: 2026-11-30T10:00:00+08:00\n  by: zhou.min\n  event: settled\n")
    validate_says(homes, "N6", "2,000.00 yuan of the deposit are held")


@pytest.mark.rule("N6", "N12")
@pytest.mark.parametrize(("paid_back", "difference"), [("1999.99", "0.01"), ("2000.01", "-0.01")])
def test_the_ledger_that_does_not_balance_says_so_and_where(homes: Desk, paid_back: str, difference: str) -> None:
    """A fen too little or too much, written by hand, is nobody's deposit: it is the difference, with its filing."""
    bring(homes, "ready")
    do(homes, f"{DAY} {REFUND}")
    assert balance(homes)["difference"] == "0.00"
    by_hand(homes, "amount: 2000.00\n  shown", f"amount: {paid_back}\n  shown")
    assert balance(homes)["difference"] == difference
    assert tables(homes, "deposits")["unbalanced"] == [{"id": FILING, "status": "refunded", "amount": difference}]
    said = homes.ok("report", "deposits")
    assert "it does not balance" in said
    assert "balances to the fen" not in said
