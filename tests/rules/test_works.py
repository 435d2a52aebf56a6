"""While works go on: workers and passes [N8], inspections and violations [N10], extensions [N9], water tests [N3];
their end: completion and check [N11]."""

import json
import shlex

import pytest

from tests.conftest import Desk

from .asking import append, falls_due, overdue, replace, rows
from .filings import (
    APPLY,
    FILING,
    HOME,
    PATH,
    bring,
    by_hand,
    do,
    filing,
    listed,
    refuses,
    standings,
    tables,
    validate_says,
)
from .leaks import id_card, leaks, wrong

END = "2027-01-15"  # the permit's last day


@pytest.fixture
def site(homes: Desk) -> Desk:
    """Works going on since 2026-10-15, 09:00."""
    return bring(homes, "working")


def state_of_home(desk: Desk) -> str:
    return str(json.loads(desk.ok("show", HOME, "--format", "json"))["status"])


# --- the water test


@pytest.mark.rule("N3")
def test_water_stands_a_day_at_least_and_two_at_most(site: Desk) -> None:
    """To the minute: not after 23:59 hours, but after 24:00 and until 48:00; what was read in time may be recorded
    later, as read then."""
    do(site, "2026-10-19T10:00 water-test --begin")
    refuses(site, "water-test --begin", "N3", "2026-10-19 10:00")
    refuses(site, "2026-10-20T09:59 water-test --tight", "N3", "at least 24", "2026-10-20 10:00")
    refuses(site, "water-test --leaking", "N3")
    refuses(site, "2026-10-20T09:59:59 water-test --tight", "N3")
    refuses(site, "2026-10-21T10:01 water-test --tight", "N3", "at most 48", "2026-10-21 10:00")
    refuses(site, "2026-10-21T10:01 water-test --tight --since 2026-10-20T10:00", None, "2026-10-19 10:00")
    assert standings(site, "N3", "water-test-result") == [("2026-10-21T10:00", "open")]
    falls_due(site, FILING, "N3", "water-test-result", "wang.gang", "2026-10-21T10:00:00+08:00")
    do(site, "2026-10-21T10:00 water-test --tight --who 王小明")
    assert standings(site, "N3", "water-test-result") == [("2026-10-21T10:00", "met")]
    assert filing(site)["events"][-1]["started"] == "2026-10-19T10:00:00+08:00"
    do(site, "2026-10-22T10:00 water-test --begin", "2026-10-23T10:00 water-test --tight")  # once more, at 24:00
    site.ok("renovation", "water-test", FILING, "--tight", "--since", "2026-10-24T10:00", at="2026-10-25T10:00")


@pytest.mark.rule("N3", "N11")
def test_no_completion_without_a_water_test_passed(site: Desk) -> None:
    """Not before one was made, not while water stands, not after one that leaked, even if one was passed before it;
    the floor of the living room needs none."""
    said = refuses(site, "complete", "N3", "1 主卫重做防水")
    assert "客厅" not in said
    refuses(site, "water-test --tight", "N3", "--begin")
    do(site, "2026-10-19T10:00 water-test --begin")
    refuses(site, "2026-10-20T10:00 complete", "N3")
    do(site, "water-test --leaking")
    refuses(site, "complete", "N3")
    do(site, "2026-10-21T10:00 water-test --begin", "2026-10-22T10:00 water-test --tight")
    do(site, "2026-10-22T11:00 water-test --begin", "2026-10-23T11:00 water-test --leaking")
    refuses(site, "complete", "N3")
    do(site, "2026-10-23T12:00 water-test --begin", "2026-10-24T12:00 water-test --tight")
    assert "N3" not in do(site, "complete").split("missing")[-1]


@pytest.mark.rule("N3")
def test_a_water_test_nobody_read_in_time_is_made_again(site: Desk) -> None:
    """It does not count, but the works have to come to an end somehow."""
    do(site, "2026-10-19T10:00 water-test --begin", "2026-10-22T10:00 inspect --ok")
    refuses(site, "water-test --tight", "N3", "test again")
    do(site, "water-test --begin", "2026-10-23T10:00 water-test --tight")


@pytest.mark.rule("N3", "M8")
@pytest.mark.parametrize(
    ("began", "before", "day", "two", "beyond"),
    [
        (
            "2026-10-31T10:00-04:00",
            "2026-11-01T08:59-05:00",
            "2026-11-01T09:00-05:00",
            "2026-11-02T09:00-05:00",
            "2026-11-02T09:01-05:00",
        ),
        (
            "2027-03-13T10:00-05:00",
            "2027-03-14T10:59-04:00",
            "2027-03-14T11:00-04:00",
            "2027-03-15T11:00-04:00",
            "2027-03-15T11:01-04:00",
        ),
    ],
    ids=["autumn", "spring"],
)
def test_summer_time_does_not_make_the_water_stand_longer(
    homes: Desk, began: str, before: str, day: str, two: str, beyond: str
) -> None:
    """Where the clock is put back or forward meanwhile, the hours that passed are counted."""
    replace(homes, "propcli.yaml", "timezone: Asia/Shanghai", "timezone: America/New_York")
    homes.git("commit", "--quiet", "-am", "Moved")
    bring(homes, "approved")
    do(homes, f"{began[:10]}T09:00 permit --certificate all", f"{began} water-test --begin")
    refuses(homes, f"{before} water-test --tight", "N3")
    refuses(homes, f"{beyond} water-test --tight", "N3")
    falls_due(homes, FILING, "N3", "water-test-result", "wang.gang", f"{two[:16]}:00{two[16:]}")
    do(homes, f"{day} water-test --leaking")
    # the same test once more by its own words, read at the last minute
    by_hand(homes, f"at: {day[:16]}:00{day[16:]}", f"at: {two[:16]}:00{two[16:]}")
    assert homes.run("validate", PROPCLI_NOW="2031-01-01T00:00:00+08:00").code == 0
    by_hand(homes, f"at: {two[:16]}:00{two[16:]}", f"at: {beyond[:16]}:00{beyond[16:]}")
    validate_says(homes, "N3", "at most 48")


# --- workers and passes


@pytest.mark.rule("N8")
def test_a_pass_is_for_a_named_worker_whose_papers_are_in_order(site: Desk) -> None:
    do(site, "worker add --name 赵木生 --trade 木工")
    refuses(site, "pass issue --worker 2", "N1", "ID of the worker", "photo of the worker")
    refuses(site, "pass issue --worker 3", None, "1 李铁, 2 赵木生")
    refuses(site, "pass issue --worker 王五", None, "1 李铁, 2 赵木生")
    refuses(site, "worker add --name ''", None, "--name")
    do(site, "paper --checked id_card --worker 2")
    refuses(site, "pass issue --worker 赵木生", "N1", "photo of the worker")
    do(site, "paper --received photo --worker 2")
    refuses(site, "pass issue --worker 赵木生", "N1", "not checked")
    do(site, "paper --wrong photo --worker 2 --reason 看不清")
    refuses(site, "pass issue --worker 赵木生", "N1", "not in order")
    do(site, "paper --checked photo --worker 2")
    assert f"pass 2 for worker 2 赵木生, until {END}" in do(site, "pass issue --worker 赵木生")
    assert [(w["name"], w["card"], w["until"]) for w in filing(site)["workers"]] == [
        ("李铁", "1", END),
        ("赵木生", "2", END),
    ]


@pytest.mark.rule("N7", "N8")
def test_passes_only_once_the_certificates_copy_for_them_is_given_out(homes: Desk) -> None:
    bring(homes, "approved")
    refuses(homes, "pass issue --worker 1", None)  # there is no worker yet
    do(homes, "worker add --name 李铁 --checked all")
    refuses(homes, "pass issue --worker 1", "N8", "approved")  # nor a permit
    do(homes, "2026-10-15T09:00 permit --certificate door,owner --told all")
    refuses(homes, "pass issue --worker 1", "N7", "copy for the passes")
    do(homes, "certificate --copies passes", "pass issue --worker 1")


@pytest.mark.rule("N8")
def test_a_pass_is_not_good_beyond_the_permit(site: Desk) -> None:
    """Until its last day, and from a day that has not passed."""
    do(site, "worker add --name 赵木生 --checked all", "worker add --name 钱小工 --checked all")
    refuses(site, "pass issue --worker 2 --until 2027-01-16", "N8", END)
    refuses(site, "2026-10-16T09:00 pass issue --worker 2 --until 2026-10-15", "N8", "2026-10-15")
    do(site, f"pass issue --worker 2 --until {END}", "pass issue --worker 3 --until 2026-10-16")
    refuses(site, "pass renew --pass 3 --until 2027-01-16", "N8", END)
    refuses(site, "pass renew --pass 3 --until 2026-10-16", "N9", "2026-10-16")
    do(site, "pass renew --pass 3 --until 2026-10-17")
    assert f"until: {END}" in (site.root / PATH).read_text("utf-8")
    text = (site.root / PATH).read_text("utf-8")
    site.write(PATH, text.replace(f"worker: '2'\n  until: {END}", "worker: '2'\n  until: 2027-01-16"))
    validate_says(site, "N8", "the permit ends before that")


@pytest.mark.rule("N8")
def test_each_worker_has_one_pass_and_a_lost_one_gets_another_number(site: Desk) -> None:
    refuses(site, "pass issue --worker 1", "N8", "pass 1")
    refuses(site, "pass issue --worker all", None, "every worker has a pass")
    do(site, "pass lost --pass 1")
    assert "card" not in filing(site)["workers"][0]
    refuses(site, "pass lost --pass 1", "N8", "lost")
    refuses(site, "pass renew --pass 1 --until 2027-01-15", "N8", "lost")
    assert "pass 2 for worker 1" in do(site, "pass issue --worker 1")
    do(site, "pass return --pass 1")  # it was found
    assert filing(site)["workers"][0]["card"] == "2"
    refuses(site, "pass return --pass 1", "N8", "returned")
    refuses(site, "pass lost --pass 1", "N8", "returned")
    refuses(site, "pass return --pass 3", "N8", "known: 1, 2")
    do(site, "pass return --pass all")
    refuses(site, "pass return --pass all", None, "no pass is out")
    refuses(site, "pass renew --pass 2", "N8", "returned")
    assert "pass 3 for worker 1" in do(site, "pass issue --worker all")
    assert standings(site, "N8", "pass-return") == [(END, "met"), (END, "met"), (END, "open")]


@pytest.mark.rule("N8")
def test_a_pass_written_by_hand_for_nobody(site: Desk) -> None:
    """It is told, not stumbled over."""
    begun = "- at: 2026-10-16T09:00:00+08:00\n  by: zhou.min\n  card: '2'\n  event:"
    append(site, PATH, f"{begun} pass_issued\n  worker: '9'\n  until: {END}\n{begun} pass_returned\n")
    validate_says(site, "N8", "there is no worker 9")


@pytest.mark.rule("N8", "N9")
def test_each_pass_falls_due_on_its_own(site: Desk) -> None:
    """A week before its last day the office is to tell it, on its last day it is to be back; a pass of a week or less
    is told of by nobody. Telling of one pass is not telling of another."""
    do(site, "worker add --name 赵木生 --checked all", "worker add --name 钱小工 --checked all")
    do(site, "pass issue --worker 2 --until 2026-10-30", "pass issue --worker 3 --until 2026-10-21")
    assert standings(site, "N9", "pass-expiry") == [("2027-01-08", "open"), ("2026-10-23", "open")]
    assert standings(site, "N8", "pass-return") == [(END, "open"), ("2026-10-30", "open"), ("2026-10-21", "open")]
    falls_due(site, FILING, "N9", "pass-expiry", "zhou.min", "2026-10-23T23:59:59+08:00")
    falls_due(site, FILING, "N8", "pass-return", "chen.jing", "2026-10-21T23:59:59+08:00")
    do(site, "2026-10-22T12:00 warn --pass 2 --who 赵木生 --how phone")
    assert standings(site, "N9", "pass-expiry") == [("2027-01-08", "open"), ("2026-10-23", "met")]
    do(site, "pass return --pass 3", f"pass renew --pass 2 --until {END}")
    assert sorted(standings(site, "N8", "pass-return")) == [
        ("2026-10-21", "met"),
        ("2026-10-30", "met"),
        (END, "open"),
        (END, "open"),
    ]
    do(site, "2027-01-08T12:00 warn --who 王丽")  # of the permit, so of every pass
    assert {standing for _due, standing in standings(site, "N9", "pass-expiry")} == {"met"}


NAMES = ("刘建国", "李铁生", "赵木生", "孙代签", "周下楼", "吴代缴")
PHONES = ("13900139000", "13700001111")
CARDS = (id_card("11010519850101123"), id_card("11010519790412321"))


@pytest.mark.rule("N8", "T12")
def test_where_names_are_sealed_no_workers_name_stands_anywhere(homes: Desk) -> None:
    """Neither the person in charge nor a worker, nor whoever signed or was told, by name, phone or ID number: in no
    file, no message, no object that git ever took, not after a refusal either."""
    append(homes, "propcli.yaml", "sealed: [name, phones]\n")
    homes.git("commit", "--quiet", "-am", "Seal")
    charge = f"--in-charge {NAMES[0]},{PHONES[0]}"
    homes.refused(
        *shlex.split(f"{APPLY} --in-charge-id {wrong(CARDS[0])}".replace("--in-charge 刘建国,13900139000", charge))
    )
    homes.ok(*shlex.split(f"{APPLY} --in-charge-id {CARDS[0]}".replace("--in-charge 刘建国,13900139000", charge)))
    do(homes, "2026-10-14T10:00 paper --checked all", "review --approve", "sign --copies all --who 孙代签")
    do(homes, "pay --paid deposit=2000 --paid rubbish_fee=300 --who 吴代缴")
    do(homes, "2026-10-15T09:00 permit --certificate all --told all")
    refuses(homes, f"worker add --name 赵木生 --phone {PHONES[1]} --id-card {wrong(CARDS[1])}", None, "--id-card")
    do(homes, f"worker add --name 李铁生 --phone {PHONES[1]} --id-card {CARDS[1]} --checked all")
    do(homes, "worker add --name 赵木生")
    refuses(homes, "pass issue --worker 赵木生", "N1")
    assert "pass 1 for worker 1 李铁生" in do(homes, "pass issue --worker 李铁生")
    do(homes, "warn --who 李铁生 --how phone")
    do(homes, "2026-11-20T10:00 water-test --begin", "2026-11-21T10:00 water-test --tight --who 周下楼")
    shown = homes.ok("renovation", "show", FILING)
    assert all(name in shown for name in ("刘建国", "1 李铁生", "2 赵木生"))
    unseen = homes.ok("renovation", "show", FILING, PROPCLI_KEYS="../no-keys")
    assert not any(name in unseen for name in (*NAMES, *PHONES))
    assert "(sealed)" in unseen
    assert not any(card in shown + unseen for card in CARDS)
    found = leaks(homes, [*NAMES, *PHONES, *CARDS, *(wrong(card) for card in CARDS)])
    assert found == []
    assert homes.run("validate", PATH).code == 0  # the residents of HOMES stand in clear


@pytest.mark.rule("N8", "T12")
def test_an_id_number_is_sealed_in_every_estate(homes: Desk) -> None:
    """Names may stand in clear; the number may not, be it of the person in charge or of a worker."""
    homes.ok(*shlex.split(f"{APPLY} --in-charge-id {CARDS[0]}"))
    refuses(homes, f"worker add --name 李铁生 --id-card {wrong(CARDS[1])}", None)
    do(homes, f"worker add --name 李铁生 --id-card {CARDS[1]}")
    assert filing(homes)["workers"][0]["name"] == "李铁生"
    assert leaks(homes, [*CARDS, wrong(CARDS[1])]) == []
    assert homes.run("validate").code == 0


# --- inspections and violations


@pytest.mark.rule("N10")
def test_the_site_is_inspected_every_three_days(site: Desk) -> None:
    """By the end of the third day, also when the last one was early or late, while works go on or are stopped;
    not after they are completed."""
    assert standings(site, "N10", "patrol") == [("2026-10-18", "open")]
    falls_due(site, FILING, "N10", "patrol", "chen.jing", "2026-10-18T23:59:59+08:00")
    refuses(site, "inspect", None, "--ok")
    refuses(site, "inspect --ok --finding 有明火", None)
    do(site, "2026-10-18T23:59:59 inspect --ok", "2026-10-20T08:00 inspect --finding 材料堆在走廊")
    do(site, "2026-10-24T00:00 inspect --ok")
    do(site, "violation --text 拆了隔墙 --rectify-by 2026-11-30 --stop")
    explained = [o for o in rows(site, f"explain {FILING}") if o["owed"] == "patrol"]
    assert [(o["due"][:10], o["standing"], o["late"]) for o in explained] == [
        ("2026-10-18", "met", False),
        ("2026-10-21", "met", False),
        ("2026-10-23", "met", True),
        ("2026-10-27", "open", False),
    ]
    assert ("N10", "patrol", "chen.jing") in overdue(site, "2026-10-28T00:00")


@pytest.mark.rule("N10")
def test_the_three_days_begin_with_the_permits_first_day(homes: Desk) -> None:
    """Before it there is nothing to see."""
    bring(homes, "approved")
    do(homes, "2026-10-15T09:00 permit --from 2026-10-20 --certificate all --told all")
    falls_due(homes, FILING, "N10", "patrol", "chen.jing", "2026-10-23T23:59:59+08:00")


@pytest.mark.rule("N10", "N11")
def test_no_inspection_is_owed_after_completion(homes: Desk) -> None:
    bring(homes, "completed")
    assert standings(homes, "N10", "patrol")[-1][1] == "void"
    assert "patrol" not in [owed for _rule, owed, _by in overdue(homes, "2027-06-01T10:00")]


@pytest.mark.rule("N10", "N11")
def test_an_inspection_after_completion_begins_nothing(homes: Desk) -> None:
    bring(homes, "completed")
    do(homes, "2026-11-30T10:00 inspect --ok")
    assert "patrol" not in [owed for _rule, owed, _by in overdue(homes, "2027-06-01T10:00")]


@pytest.mark.rule("N10", "N11")
def test_works_that_go_on_after_a_failed_check_are_inspected_again(homes: Desk) -> None:
    bring(homes, "completed")
    do(homes, "2026-11-30T10:00 check-works --finding 地漏未恢复 --rectify-by 2026-12-20")
    assert standings(homes, "N10", "patrol")[-1] == ("2026-12-03", "open")


@pytest.mark.rule("N10")
def test_a_violation_stops_the_works_until_it_is_put_right(site: Desk) -> None:
    do(site, "2026-10-16T10:00 water-test --begin", "2026-10-17T10:00 water-test --tight")
    refuses(site, "violation --text 拆了隔墙 --rectify-by 2026-10-16 --stop", "N10", "2026-10-16")
    do(site, "violation --text 夜间施工 --rectify-by 2026-10-20")
    assert filing(site)["status"] == "working"
    refuses(site, "complete", "N10", "1 夜间施工")
    do(site, "violation --text 拆了隔墙 --rectify-by 2026-10-17 --stop --item 2")
    assert filing(site)["status"] == "stopped"
    refuses(site, "complete", "N10", "2 拆了隔墙")
    refuses(site, "violation --text 占用走廊 --rectify-by 2026-10-20 --item 3", None, "no item 3")
    assert standings(site, "N10", "violation") == [("2026-10-20", "open"), ("2026-10-17", "open")]
    falls_due(site, FILING, "N10", "violation", "chen.jing", "2026-10-17T23:59:59+08:00")
    refuses(site, "rectified", None, "known: 1, 2")
    do(site, "2026-10-17T23:59:59 rectified --violation 2")  # the last second of the day
    assert filing(site)["status"] == "working"
    refuses(site, "rectified --violation 2", "N10", "2026-10-17 23:59")
    refuses(site, "rectified --violation 3", "N10", "known: 1, 2")
    refuses(site, "complete", "N10", "1 夜间施工")
    do(site, "2026-10-21T00:00 rectified")
    explained = [o for o in rows(site, f"explain {FILING}") if o["owed"] == "violation"]
    assert [(o["standing"], o["late"]) for o in explained] == [("met", True), ("met", False)]
    do(site, "complete")


@pytest.mark.rule("N10")
def test_works_stand_still_while_one_of_several_violations_stops_them(site: Desk) -> None:
    for text in ("拆了隔墙", "砸了承重墙"):
        do(site, f"violation --text {text} --rectify-by 2026-10-20 --stop")
    do(site, "rectified --violation 1")
    assert filing(site)["status"] == "stopped"
    do(site, "rectified")
    assert filing(site)["status"] == "working"


@pytest.mark.rule("N10")
def test_a_violation_found_after_completion_has_nothing_to_stop(homes: Desk) -> None:
    """The check is still to come; works that go on after all are a check that fails."""
    bring(homes, "completed")
    do(homes, "violation --text 走廊未清 --rectify-by 2026-12-01")
    assert filing(homes)["status"] == "completed"
    refuses(homes, "violation --text 又在施工 --rectify-by 2026-12-01 --stop", "N10", "let the check fail")
    do(homes, "rectified", "check-works --finding 又在施工 --rectify-by 2026-12-01")
    assert filing(homes)["status"] == "working"


@pytest.mark.rule("N6", "N10")
def test_no_more_is_charged_than_is_held(site: Desk) -> None:
    """To the fen, with the violation or after it; the violation of a refused charge is not on file either."""
    violation = "violation --text 夜间施工 --rectify-by 2026-10-20 --charge"
    refuses(site, f"{violation} 2000.01", "N10", "2,000.00")
    assert not any(event["event"] == "violated" for event in filing(site)["events"])
    refuses(site, "charge --amount 1 --reason 违规", "N10")  # for nothing
    do(site, f"{violation} 333.33")
    for amount, why in (("0", "N6"), ("0.001", None), ("1666.68", "N10"), ("-1", None), ("很多", None)):
        refuses(site, f"charge --amount={amount} --reason 违规", why)
    refuses(site, "charge --amount 1 --reason 违规 --violation 2", "N10", "known: 1")
    do(site, "charge --amount 0.01 --reason 违规", "charge --amount 1666.66 --reason 违规")
    refuses(site, "charge --amount 0.01 --reason 违规", "N10", "0.00")
    assert filing(site)["deposit"] == {"received": "2000.00", "deducted": "2000.00", "refunded": "0.00", "held": "0.00"}
    do(site, "pay --paid deposit=50.50", "charge --amount 50.50 --reason 违规")
    assert "charged 2,050.50" in site.ok("renovation", "show", FILING)


@pytest.mark.rule("N6", "N10")
def test_the_whole_deposit_may_be_charged(site: Desk) -> None:
    do(site, "violation --text 夜间施工 --rectify-by 2026-10-20 --charge 2000.00")
    assert filing(site)["deposit"]["held"] == "0.00"


@pytest.mark.rule("N10", "N11")
def test_what_the_check_found_does_not_put_off_a_violation(homes: Desk) -> None:
    """Each has its own day to be put right by, whichever came first."""
    bring(homes, "completed")
    do(homes, "violation --text 走廊未清 --rectify-by 2026-12-01")
    do(homes, "2026-11-30T10:00 check-works --finding 地漏未恢复 --rectify-by 2026-12-20")
    assert standings(homes, "N10", "violation") == [("2026-12-01", "open")]
    do(homes, "violation --text 又占走廊 --rectify-by 2026-12-05")
    assert standings(homes, "N11", "rectification") == [("2026-12-20", "open")]


# --- the term and its extension


@pytest.mark.rule("N9")
@pytest.mark.parametrize(
    ("start", "until", "last", "beyond"),
    [
        ("2026-10-15", "2027-01-15", "2027-04-15", "2027-04-16"),
        ("2026-10-15", "2026-11-30", "2027-02-28", "2027-03-01"),
        ("2027-11-01", "2027-11-30", "2028-02-29", "2028-03-01"),
        ("2026-12-01", "2026-12-31", "2027-03-31", "2027-04-01"),
        ("2026-12-01", "2027-02-28", "2027-05-28", "2027-05-29"),
        ("2026-10-15", "2026-10-31", "2027-01-31", "2027-02-01"),
    ],
)
def test_an_extension_is_for_three_months_at_most(homes: Desk, start: str, until: str, last: str, beyond: str) -> None:
    """From the last day of the permit, not from today, over the ends of short months and of years; then once more."""
    bring(homes, "approved")
    do(homes, f"{start}T09:00 permit --until {until} --certificate all --told all")
    refuses(homes, f"extend --until {until} --reason 材料晚到", "N9", until)
    refuses(homes, f"extend --until {start} --reason 材料晚到", "N9", until)
    refuses(homes, f"extend --until {beyond} --reason 材料晚到", "N9", last)
    do(homes, f"extend --until {last} --reason 材料晚到")
    assert filing(homes)["until"] == last
    refuses(homes, f"extend --until {last} --reason 材料晚到", "N9")
    do(homes, f"{last}T09:00 extend --until {beyond} --reason 又晚到")
    assert "extensions: 2" in homes.ok("renovation", "show", FILING)


@pytest.mark.rule("N9")
def test_an_extension_is_written_on_the_passes(site: Desk) -> None:
    """With it or afterwards, at most until the permit's new last day; not on one that was lost."""
    do(site, "worker add --name 赵木生 --checked all", "worker add --name 钱小工 --checked all")
    do(site, "pass issue --worker all", "pass lost --pass 3")
    refuses(site, "pass renew --pass 1 --until 2027-02-15", "N8", END)
    refuses(site, "extend --until 2027-02-15 --reason 晚到 --passes 3", "N8", "lost")
    refuses(site, "extend --until 2027-02-15 --reason 晚到 --passes 4", "N8", "no pass 4")
    assert filing(site)["until"] == END
    do(site, "extend --until 2027-02-15 --reason 晚到 --passes all")
    assert [worker.get("until") for worker in filing(site)["workers"]] == ["2027-02-15", "2027-02-15", None]
    said = do(site, "2027-01-20T10:00 extend --until 2027-03-15 --reason 晚到")
    assert "not written on passes yet: 1, 2" in said
    assert filing(site)["workers"][0]["until"] == "2027-02-15"
    refuses(site, "2027-01-20T10:00 pass renew --pass 1 --until 2027-03-16", "N8", "2027-03-15")
    do(site, "2027-01-20T10:00 pass renew --pass 1")
    assert [worker.get("until") for worker in filing(site)["workers"]] == ["2027-03-15", "2027-02-15", None]


@pytest.mark.rule("N8", "N9")
def test_a_pass_that_was_not_renewed_ends_on_its_own_day(site: Desk) -> None:
    """The extension of the permit is not yet written on it."""
    do(site, "extend --until 2027-02-15 --reason 晚到")
    assert standings(site, "N8", "pass-return") == [(END, "open")]
    assert standings(site, "N9", "pass-expiry") == [("2027-01-08", "open")]


@pytest.mark.rule("N9")
def test_a_pass_that_ends_early_does_not_end_the_permit(site: Desk) -> None:
    do(site, "worker add --name 赵木生 --checked all", "pass issue --worker 2 --until 2026-10-31")
    assert standings(site, "N9", "permit-end") == [(END, "open")]
    assert standings(site, "N9", "expiry-notice") == [("2027-01-08", "open")]


@pytest.mark.rule("N9")
def test_telling_of_one_pass_is_not_telling_of_the_permit(site: Desk) -> None:
    do(site, "warn --pass 1 --who 李铁")
    assert standings(site, "N9", "expiry-notice") == [("2027-01-08", "open")]


@pytest.mark.rule("N9")
@pytest.mark.parametrize("met", ["warn --who 王丽 --how phone", "extend --until 2027-01-16 --reason 晚到", "complete"])
def test_the_owner_is_told_a_week_before_the_permit_ends(homes: Desk, met: str) -> None:
    """By the end of the day a week before; an extension or the completion makes it needless."""
    bring(homes, "tested")
    assert standings(homes, "N9", "expiry-notice") == [("2027-01-08", "open")]
    falls_due(homes, FILING, "N9", "expiry-notice", "zhou.min", "2027-01-08T23:59:59+08:00")
    do(homes, f"2027-01-08T23:59:59 {met}")
    assert standings(homes, "N9", "expiry-notice")[0] == ("2027-01-08", "met")


@pytest.mark.rule("N9")
@pytest.mark.parametrize(
    ("until", "notices"), [("2026-10-15", []), ("2026-10-22", ["2026-10-15"]), ("2026-10-23", ["2026-10-16"])]
)
def test_a_permit_of_a_week_needs_no_notice(homes: Desk, until: str, notices: list[str]) -> None:
    """Where the day a week before it ends is over when it begins; on the first day itself it can still be told."""
    bring(homes, "approved")
    do(homes, f"2026-10-15T09:00 permit --until {until} --certificate all --told all")
    assert [due for due, _standing in standings(homes, "N9", "expiry-notice")] == notices


@pytest.mark.rule("N9")
def test_works_after_the_permits_last_day(site: Desk) -> None:
    """Through that day they are in order; the day after they are listed as expired and the end is overdue, until it is
    extended or they are completed."""
    falls_due(site, FILING, "N9", "permit-end", "zhou.min", f"{END}T23:59:59+08:00")
    assert ("N9", "permit-end", "zhou.min") in overdue(site, "2027-01-16T00:00")
    assert listed(site, f"{END}T23:59:59") == "working"
    assert listed(site, "2027-01-16T00:00") == "expired"
    expired = rows(site, "renovation list --state expired", "2027-01-16T00:00")
    assert [row["id"] for row in expired] == [FILING]
    assert rows(site, "renovation list --state expired", f"{END}T23:59:59") == []
    report = tables(site, "renovations", "2027-01-16T00:00")
    assert [row["id"] for row in report["expired"]] == [FILING]
    assert report["expiring"] == []
    report = tables(site, "renovations", "2027-01-08T00:00")
    assert [(row["id"], row["left"]) for row in report["expiring"]] == [(FILING, 7)]
    assert tables(site, "renovations", "2027-01-07T23:59")["expiring"] == []
    do(site, "2027-01-16T00:00 violation --text 无证施工 --rectify-by 2027-01-16 --stop")
    assert listed(site, "2027-01-16T00:00") == "stopped"  # nobody works there, so nobody works without a permit
    do(site, "rectified", "extend --until 2027-01-16 --reason 补办延期")
    assert listed(site, "2027-01-16T23:59") == "working"
    found = [o for o in rows(site, f"explain {FILING}") if o["owed"] == "permit-end"]
    assert [(o["due"][:10], o["standing"], o["late"]) for o in found] == [
        (END, "met", True),
        ("2027-01-16", "open", False),
    ]


# --- completion and check


@pytest.mark.rule("N11")
def test_the_works_are_checked_within_three_working_days(homes: Desk) -> None:
    """Completed on a Friday: by Wednesday evening."""
    bring(homes, "completed")
    falls_due(homes, FILING, "N11", "completion-check", "wang.gang", "2026-12-02T18:00:00+08:00")
    refuses(homes, "complete", "N11")
    do(homes, "2026-12-02T18:00 check-works --passed")
    assert standings(homes, "N11", "completion-check") == [("2026-12-02T18:00", "met")]


@pytest.mark.rule("N11")
def test_a_failed_check_leads_back_to_the_works(homes: Desk) -> None:
    """It says what is to be put right and by when; the unit goes on being renovated."""
    bring(homes, "completed")
    refuses(homes, "check-works", None, "--passed")
    refuses(homes, "check-works --passed --finding 地漏未恢复", None)
    refuses(homes, "check-works --finding 地漏未恢复", "N11", "by when")
    refuses(homes, "check-works --finding 地漏未恢复 --rectify-by 2026-11-26", "N11", "2026-11-26")
    refuses(homes, "check-works --passed --rectify-by 2026-12-01", "N11")
    do(homes, "check-works --finding 地漏未恢复 --rectify-by 2026-11-27")
    assert filing(homes)["status"] == "working"
    assert state_of_home(homes) == "renovating"
    refuses(homes, "check-works --passed", "N11")
    assert standings(homes, "N11", "rectification") == [("2026-11-27", "open")]
    falls_due(homes, FILING, "N11", "rectification", "zhou.min", "2026-11-27T23:59:59+08:00")
    do(homes, "2026-11-27T23:59:59 complete")
    assert standings(homes, "N11", "rectification") == [("2026-11-27", "met")]
    assert len(standings(homes, "N11", "completion-check")) == 2


@pytest.mark.rule("N11", "U1")
def test_a_passed_check_gives_the_unit_its_state_back(homes: Desk) -> None:
    """To what it was before the works, in the same commit; and not before the check."""
    bring(homes, "completed")
    assert state_of_home(homes) == "renovating"
    commits = int(homes.git("rev-list", "--count", "HEAD"))
    said = do(homes, "2026-11-30T10:00 check-works --passed")
    assert f"{HOME}  vacant" in said
    assert state_of_home(homes) == "vacant"
    assert int(homes.git("rev-list", "--count", "HEAD")) == commits + 1
    changed = homes.git("show", "--name-only", "--format=", "HEAD").split()
    assert sorted(changed) == [PATH, f"units/3/{HOME}.yaml"]


@pytest.mark.rule("N11", "U1")
def test_the_units_state_after_the_works_may_be_said(homes: Desk) -> None:
    bring(homes, "completed")
    refuses(homes, "check-works --passed --then palace", None, "--then")
    do(homes, "check-works --passed --then owner_occupied")
    assert state_of_home(homes) == "owner_occupied"


@pytest.mark.rule("N11", "U1")
def test_the_unit_goes_on_being_renovated_while_other_works_go_on_in_it(homes: Desk) -> None:
    """The last of them gives it its state back."""
    bring(homes, "completed")
    homes.ok(
        *shlex.split(f"renovation apply {HOME} --applicant 王丽 --works 封阳台 --own-work --item doors_windows=换窗")
    )
    other = "N-2026-0002"
    homes.ok("renovation", "paper", other, "--checked", "all")
    homes.ok("renovation", "review", other, "--approve")
    homes.ok("renovation", "sign", other, "--copies", "all")
    homes.ok("renovation", "pay", other, "--paid", "deposit=500", "--paid", "rubbish_fee=50")
    homes.ok("renovation", "permit", other)
    do(homes, "check-works --passed")
    assert state_of_home(homes) == "renovating"
    homes.ok("renovation", "complete", other)
    assert f"{HOME}  vacant" in homes.ok("renovation", "check-works", other, "--passed")
    assert state_of_home(homes) == "vacant"
    assert homes.run("validate").code == 0


@pytest.mark.rule("N9", "N11")
def test_after_a_check_that_failed_the_permit_ends_as_before(homes: Desk) -> None:
    """What is to be put right may take longer than the permit; then an extension is owed, not only the work."""
    bring(homes, "completed")
    do(homes, "2026-11-30T10:00 check-works --finding 地漏未恢复 --rectify-by 2027-02-20")
    assert standings(homes, "N9", "permit-end")[-1] == (END, "open")
    assert standings(homes, "N9", "expiry-notice")[-1] == ("2027-01-08", "open")
    assert standings(homes, "N11", "rectification") == [("2027-02-20", "open")]


@pytest.mark.rule("N9")
def test_an_extension_filed_late_counts_from_the_day_it_is_filed(site: Desk) -> None:
    """The works have gone on without a permit since; three months from then are behind already."""
    refuses(site, "2027-05-01T10:00 extend --until 2027-08-02 --reason 停工太久", "N9", "until 2027-08-01")
    said = do(site, "2027-05-01T10:00 extend --until 2027-08-01 --reason 停工太久")
    assert f"the permit had ended on {END}" in said
    assert "permit until 2027-08-01" in said


@pytest.mark.rule("N3")
def test_a_water_test_is_of_these_works_and_ends_before_the_completion(site: Desk) -> None:
    """Not of a time before the permit, not of an item that needs none; water that still stands is looked at first."""
    refuses(site, "2026-10-15T12:00 water-test --tight --since 2026-10-14T11:00", "N3", "the works began on 2026-10-15")
    refuses(site, "water-test --begin --item 2", "N3", "item 2 needs no water test")
    do(site, "2026-10-19T10:00 water-test --begin", "2026-10-20T10:00 water-test --tight", "water-test --begin")
    refuses(site, "complete", "N3", "no water test passed")


@pytest.mark.rule("N8")
def test_a_worker_who_does_not_come_is_dropped_with_the_papers(site: Desk) -> None:
    """Nobody else gets the number, or what was checked of him; one with a pass stays until it is back."""
    refuses(site, "worker drop --worker 1", "N8", "has pass 1")
    assert "worker 2: 赵木生" in do(site, "worker add --name 赵木生 --checked all")
    do(site, "worker drop --worker 赵木生", "worker add --name 钱小工")
    assert [worker["worker"] for worker in filing(site)["workers"]] == ["1", "3"]
    refuses(site, "pass issue --worker 钱小工", "N1", "not received: ID of the worker (worker 3)")


@pytest.mark.rule("N3")
def test_a_test_that_leaked_is_made_again_from_the_start(site: Desk) -> None:
    """Not read once more as tight with another beginning."""
    do(site, "2026-10-19T10:00 water-test --begin", "2026-10-20T10:00 water-test --leaking")
    refuses(site, "2026-10-20T10:30 water-test --tight --since 2026-10-19T10:15", "N3", "the test before ended on")
    do(site, "2026-10-20T10:30 water-test --begin", "2026-10-21T10:30 water-test --tight")


@pytest.mark.rule("N9")
def test_extensions_do_not_stack(site: Desk) -> None:
    """The next is filed once the one before runs."""
    do(site, "extend --until 2027-04-15 --reason 一")
    refuses(site, "2027-01-15T23:59 extend --until 2027-07-15 --reason 二", "N9", "has not begun yet")
    do(site, "2027-01-16T00:00 extend --until 2027-07-15 --reason 二")


@pytest.mark.rule("N8", "N10", "N12")
def test_numbers_forgotten_by_hand_are_told_not_stumbled_over(site: Desk) -> None:
    """Whoever writes an event without its number hears of it from validate, and from every command."""
    begun = "- at: 2026-10-16T09:00:00+08:00\n  by: zhou.min\n  event:"
    append(site, PATH, f"{begun} worker_added\n  name: 无号\n{begun} violated\n  text: 无号\n  stop: false\n")
    said = site.run("validate")
    assert said.code == 3
    assert "worker added needs worker" in said.out
    assert "violation found needs violation" in said.out


@pytest.mark.rule("T12")
def test_no_command_prints_an_identity_number(homes: Desk) -> None:
    """It is sealed to be kept, not to be read on the screen; json has no more than the cover sheet."""
    homes.ok(
        *("renovation", "apply", "3-2-0601", "--applicant", "王丽", "--works", "翻新", "--contractor", "安居"),
        *("--in-charge", "刘强,13900139000", "--in-charge-id", "11010119900307133X"),
    )
    homes.ok("renovation", "worker", "add", "1", "--name", "李铁", "--id-card", "110101199003074514")
    for command in (("show", FILING), ("show", FILING, "--format", "json"), ("renovation", "show", "1", "--all")):
        said = homes.ok(*command)
        assert "刘强" in said
        assert "11010119900307" not in said
