"""Sending somebody and confirming: by when, by whom, what is refused [T6, T9]."""

import pytest

from .asking import FOUND, SENT, add, due, falls_due, overdue, owed, record, refuses, rows, walk

WEDNESDAY = "2026-10-14T"
HANDED_IN = {
    # what, taken in when, by whom it must be given to somebody, until when
    "urgent repair": ("--urgency urgent", "10:00", "2026-10-14T10:10:00+08:00"),
    "urgent repair at night": ("--urgency urgent", "23:55", "2026-10-15T00:05:00+08:00"),
    "urgent call for help": ("--kind help --urgency urgent", "03:00", "2026-10-14T03:10:00+08:00"),
    "repair": ("", "10:00", "2026-10-14T12:00:00+08:00"),
    "help": ("--kind help", "10:00", "2026-10-14T12:00:00+08:00"),
    "convenience": ("--kind convenience", "10:00", "2026-10-14T12:00:00+08:00"),
    "entrusted": ("--kind entrusted", "15:51", "2026-10-15T09:31:00+08:00"),
    "urgent convenience": ("--kind convenience --urgency urgent", "10:00", "2026-10-14T10:30:00+08:00"),
    "urgent entrusted, at closing": ("--kind entrusted --urgency urgent", "17:40", "2026-10-15T09:50:00+08:00"),
    "low repair": ("--urgency low", "10:00", "2026-10-15T18:00:00+08:00"),
    "low help": ("--kind help --urgency low", "10:00", "2026-10-15T18:00:00+08:00"),
    "low convenience on Friday": ("--kind convenience --urgency low", "2026-10-16T16:00", "2026-10-19T18:00:00+08:00"),
}


# --- T6: by when somebody is sent, and says so


@pytest.mark.rule("T6")
@pytest.mark.parametrize("case", HANDED_IN)
def test_somebody_is_sent_in_time(desk, case):
    """The desk sends somebody: urgent within 10 minutes, otherwise within 2 desk hours, low by the next working day."""
    options, at, moment = HANDED_IN[case]
    ticket = add(desk, options, at=at)
    falls_due(desk, ticket, "T6", "dispatch", "zhou.min", moment)


@pytest.mark.rule("T6")
@pytest.mark.parametrize("kind", ["complaint --severity minor", "suggestion", "inquiry", "praise"])
def test_nobody_is_sent_to_words(desk, kind):
    """Complaints, suggestions, inquiries and praise are answered by the acceptor; nobody has to be sent."""
    ticket = add(desk, f"--kind {kind} --urgency urgent")
    assert owed(desk, ticket, "T6", "dispatch") == []


@pytest.mark.rule("T6")
def test_once_sent_it_is_no_longer_owed(desk):
    """Sending in time meets it; nothing is listed afterwards."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, "10:10 dispatch --to zhang.wei")
    assert ("T6", "dispatch", "zhou.min") not in overdue(desk, "2026-10-15T10:00")
    (sent,) = owed(desk, ticket, "T6", "dispatch")
    assert (sent["standing"], sent["late"]) == ("met", False)


@pytest.mark.rule("T6")
def test_sent_too_late_stays_late(desk):
    """Sending after the time meets it late."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, "10:10:01 dispatch --to zhang.wei")
    (sent,) = owed(desk, ticket, "T6", "dispatch")
    assert (sent["standing"], sent["late"]) == ("met", True)


CONFIRMED_BY = {
    "urgent": ("--urgency urgent", "10:05", "2026-10-14T10:15:00+08:00"),
    "urgent at midnight": ("--urgency urgent", "23:56", "2026-10-15T00:06:00+08:00"),
    "normal, over lunch": ("", "11:00", "2026-10-14T16:30:00+08:00"),
    "normal, until lunch of the next day": ("", "17:00", "2026-10-15T12:00:00+08:00"),
    "low": ("--urgency low", "13:30", "2026-10-14T17:30:00+08:00"),
    "low, in the lunch break": ("--urgency low", "12:20", "2026-10-14T17:30:00+08:00"),
    "normal, on Friday evening": ("", "2026-10-16T19:00", "2026-10-19T14:30:00+08:00"),
}


@pytest.mark.rule("T6")
@pytest.mark.parametrize("case", CONFIRMED_BY)
def test_the_person_sent_confirms_in_time(desk, case):
    """Whoever is sent confirms: urgent within 10 minutes, otherwise within 4 working hours."""
    options, at, moment = CONFIRMED_BY[case]
    ticket = add(desk, options)
    walk(desk, ticket, f"{at} dispatch --to zhang.wei")
    falls_due(desk, ticket, "T6", "confirmation", "zhang.wei", moment)


@pytest.mark.rule("T6")
def test_another_person_sent_confirms_anew(desk):
    """Sending somebody else starts the time for the confirmation anew, and it is that person who owes it."""
    ticket = add(desk, "--urgency urgent")
    walk(desk, ticket, "10:02 dispatch --to zhang.wei", "10:09 dispatch --to li.qiang")
    falls_due(desk, ticket, "T6", "confirmation", "li.qiang", "2026-10-14T10:19:00+08:00")


@pytest.mark.rule("T6")
def test_only_the_person_sent_confirms(desk):
    """A confirmation by anybody else is refused; the person's own is accepted."""
    ticket = add(desk)
    walk(desk, ticket, "dispatch --to zhang.wei")
    refuses(desk, ticket, "confirm --by li.qiang", "T6")
    walk(desk, ticket, "confirm --by zhang.wei")
    assert record(desk, ticket)["status"] == "confirmed"


@pytest.mark.rule("T6")
def test_nobody_confirms_before_being_sent(desk):
    """A ticket nobody was sent to cannot be confirmed."""
    ticket = add(desk)
    refuses(desk, ticket, "confirm", "T6")
    walk(desk, ticket, *SENT)


@pytest.mark.rule("T6")
@pytest.mark.parametrize("kind", ["help", "convenience", "entrusted"])
def test_a_service_is_done_only_by_who_was_sent(desk, kind):
    """Help and services are not done before somebody was sent and confirmed."""
    ticket = add(desk, f"--kind {kind}")
    refuses(desk, ticket, "done --text 办好了", "T6")
    walk(desk, ticket, "dispatch --to zhang.wei")
    refuses(desk, ticket, "done --text 办好了", "T6")
    walk(desk, ticket, "confirm", "done --text 办好了")
    assert record(desk, ticket)["status"] == "done"


@pytest.mark.rule("T6")
def test_each_person_sent_confirms(desk):
    """Somebody sent instead of another has to confirm too: the other's confirmation does not count for them."""
    ticket = add(desk, "--kind help")
    walk(desk, ticket, *SENT, "dispatch --to li.qiang")
    refuses(desk, ticket, "done --text 办好了", "T6")
    walk(desk, ticket, "confirm", "done --text 办好了")


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("options", "at", "moment"),
    [
        ("--urgency urgent", "10:05", "2026-10-14T10:15:00+08:00"),
        ("--urgency urgent", "22:00", "2026-10-14T22:10:00+08:00"),
        ("", "10:05", "2026-10-14T12:05:00+08:00"),
        ("--urgency low", "17:00", "2026-10-15T10:40:00+08:00"),
    ],
)
def test_a_team_is_not_yet_a_person(desk, options, at, moment):
    """Given to a team alone nobody has it yet: its supervisor names a person, as soon as the desk would have to."""
    ticket = add(desk, options)
    walk(desk, ticket, f"{at} dispatch --team engineering")
    falls_due(desk, ticket, "T6", "dispatch", "wang.gang", moment)
    walk(desk, ticket, "dispatch --to li.qiang --anyway 值班人手不够")
    assert ("T6", "dispatch", "wang.gang") not in overdue(desk, "2026-12-01T10:00:00+08:00")


@pytest.mark.rule("T6")
def test_every_dispatch_is_in_the_register(desk):
    """Who was sent, from which team, with which helpers, how and why: in the record and in the history."""
    ticket = add(desk)
    walk(
        desk,
        ticket,
        "10:07 dispatch --to zhang.wei --helper zhao.lei --helper lin.yue --printed --reason 熟悉该楼",
    )
    made = record(desk, ticket)
    assert made["events"][-1] == {
        "at": "2026-10-14T10:07:00+08:00",
        "by": "zhou.min",
        "event": "dispatched",
        "team": "engineering",
        "assignee": "zhang.wei",
        "helpers": ["zhao.lei", "lin.yue"],
        "order": "printed",
        "reason": "熟悉该楼",
    }
    assert (made["status"], made["team"], made["assignee"]) == ("assigned", "engineering", "zhang.wei")
    assert f"Record: {ticket}\nEvent: dispatched\nBy: zhou.min" in desk.git("log", "-1", "--format=%B")
    sheet = desk.ok("ticket", "print", ticket)
    assert all(name in sheet for name in ("张伟", "赵磊", "林月", "工程部"))


@pytest.mark.rule("T6")
def test_helpers_join_later(desk):
    """Helpers from any post may join while the work goes on; who was sent stays on it."""
    ticket = add(desk)
    walk(desk, ticket, "dispatch --to zhang.wei --helper zhao.lei", "confirm", "assist lin.yue zhao.lei li.qiang")
    made = record(desk, ticket)
    assert (made["status"], made["assignee"]) == ("confirmed", "zhang.wei")
    assert made["helpers"] == ["zhao.lei", "lin.yue", "li.qiang"]
    desk.refused("ticket", "assist", ticket, "nobody")


@pytest.mark.rule("T6")
def test_orally_unless_printed(desk):
    """A dispatch is oral unless a printed order goes with it."""
    ticket = add(desk)
    walk(desk, ticket, "dispatch --to zhang.wei")
    assert record(desk, ticket)["events"][-1]["order"] == "oral"


# --- T9: a ticket several teams share


@pytest.mark.rule("T9")
def test_one_team_leads_and_others_are_named(desk):
    """A shared ticket has one lead team and named co-teams."""
    ticket = add(desk, "--category leak")
    walk(desk, ticket, "dispatch --to zhang.wei --co-team cleaning --co-team security")
    made = record(desk, ticket)
    assert (made["team"], made["co_teams"]) == ("engineering", ["cleaning", "security"])


@pytest.mark.rule("T9")
def test_co_teams_of_the_policy_come_along(desk):
    """Sent by hand from the lead team, the co-teams the policy names for the category are on it too."""
    ticket = add(desk, "--category fire_safety")
    walk(desk, ticket, "dispatch --to zhao.lei")
    made = record(desk, ticket)
    assert (made["team"], made["co_teams"]) == ("security", ["engineering"])


@pytest.mark.rule("T9")
def test_the_lead_is_no_co_team(desk):
    """The leading team cannot help itself."""
    ticket = add(desk)
    refuses(desk, ticket, "dispatch --to zhang.wei --co-team engineering", "T9")
    walk(desk, ticket, "dispatch --to zhang.wei --co-team cleaning")


# --- what each sees


@pytest.mark.rule("T6", "T7", "P7")
def test_what_nobody_has_taken_falls_to_the_supervisor(desk):
    """An urgent repair nobody was sent to is not lost: its arrival is owed by the team's supervisor."""
    ticket = add(desk, "--urgency urgent")
    falls_due(desk, ticket, "P7", "arrival", "wang.gang", "2026-10-14T10:30:00+08:00")


@pytest.mark.rule("T6")
def test_whose_it_is(desk):
    """The desk sees what each owes: lists for one person, and for one team."""
    water, noise = add(desk, "--urgency urgent"), add(desk, "--urgency urgent --category noise")
    walk(desk, water, *SENT)
    late = "2026-10-14T10:31:00+08:00"
    assert [(r["id"], r["owed"]) for r in rows(desk, "overdue --who zhang.wei", late)] == [(water, "arrival")]
    assert {r["id"] for r in rows(desk, "overdue --team security", late)} == {noise}
    assert {r["id"] for r in rows(desk, "overdue --team engineering", late)} == {water}


@pytest.mark.rule("T6")
def test_due_is_not_yet_overdue(desk):
    """What is due soon is in `due` until its time has passed, and in `overdue` from then on."""
    ticket = add(desk, "--urgency urgent")

    def listed(command: str, at: str) -> bool:
        found = rows(desk, command, WEDNESDAY + at)
        return (ticket, "T6", "dispatch") in [(r["id"], r["rule"], r["owed"]) for r in found]

    assert not listed("due --within 5m", "10:04:59") and listed("due --within 5m", "10:05")
    assert listed("due --within 5m", "10:10") and not listed("overdue", "10:10")
    assert not listed("due --within 5m", "10:10:01") and listed("overdue", "10:10:01")


@pytest.mark.rule("T6")
def test_the_limit_is_the_policys(desk):
    """The office changes a limit in its policy; every command follows."""
    policy = (desk.root / "policy.yaml").read_text("utf-8")
    desk.write("policy.yaml", policy.replace("    within: 10m\n", "    within: 25m\n", 1))
    ticket = add(desk, "--urgency urgent")
    assert due(desk, ticket, "T6", "dispatch") == "2026-10-14T10:25:00+08:00"


@pytest.mark.rule("T6", "P1")
def test_sent_again_goes_on_from_the_start(desk):
    """After another dispatch the ticket is with that person, who has yet to confirm and arrive."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND, "dispatch --to li.qiang")
    assert record(desk, ticket)["status"] == "assigned"
    refuses(desk, ticket, "arrive", "P1")
    walk(desk, ticket, "confirm", "arrive")
