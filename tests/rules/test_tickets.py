"""Taking a ticket in: channels, what is written down, kinds, categories, urgency [T1, T2, T3, T4, T5]."""

import json

import pytest

from .asking import SENT, add, add_all, record, replace, rows, walk

CHANNELS = (
    "phone",
    "visit",
    "web",
    "wechat",
    "letter",
    "email",
    "suggestion_box",
    "staff_relay",
    "patrol",
    "night_desk",
)
KINDS = ("repair", "complaint", "suggestion", "inquiry", "help", "convenience", "entrusted", "praise")
TEAMS = {
    "water": ("engineering",),
    "electricity": ("engineering",),
    "gas": ("engineering",),
    "elevator": ("engineering",),
    "door_window": ("engineering",),
    "leak": ("engineering",),
    "facility": ("engineering",),
    "sanitation": ("cleaning",),
    "security": ("security",),
    "fire_safety": ("security", "engineering"),
    "greening": ("greening",),
    "parking": ("security",),
    "noise": ("security",),
    "renovation": ("service", "engineering"),
    "fees": ("service",),
    "activity": ("service",),
    "staff_conduct": ("service",),
    "other": ("service",),
}
ADD = ("ticket", "add", "--kind", "repair", "--category", "water", "--unit", "3-2-0501", "--summary", "水管漏水")


def without(option: str) -> list[str]:
    """ADD with a name, less one option and its value."""
    words = [*ADD, "--name", "王丽"]
    at = words.index(option)
    return words[:at] + words[at + 2 :]


# --- T1


@pytest.mark.rule("T1")
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_is_recorded(desk, channel):
    """A ticket may come through every channel of the office, and says through which."""
    assert record(desk, add(desk, f"--channel {channel}"))["channel"] == channel


@pytest.mark.rule("T1")
def test_a_channel_the_office_does_not_have_is_refused(desk):
    """No other channel exists; the refusal names those that do."""
    said = desk.refused(*ADD, "--name", "王丽", "--channel", "telegram")
    assert all(channel in said for channel in CHANNELS)


@pytest.mark.rule("T1", "T2")
@pytest.mark.parametrize("channel", ["patrol", "suggestion_box"])
def test_what_nobody_in_particular_raised(desk, channel):
    """A patrol's find and a slip in the suggestion box have no caller."""
    ticket = desk.ok(*ADD, "--channel", channel).split()[0]
    assert "caller" not in record(desk, ticket)


# --- T2


@pytest.mark.rule("T2")
def test_everything_said_is_written_down(desk):
    """Who, when, through which channel, what, exactly where, how urgent, when a visit suits, who took it in."""
    ticket = add(
        desk,
        "--kind help --category electricity --unit 12-1-2003 --summary 客厅跳闸 --name 欧阳明 --phone 13800138000"
        " --channel visit --place 客厅 --detail '昨晚起反复跳闸，烧水时最明显' --urgency low"
        " --convenient 周末下午 --reported 09:40 --by lin.yue",
        at="10:05",
    )
    made = record(desk, ticket)
    assert made.pop("events") == [{"at": "2026-10-14T10:05:00+08:00", "by": "lin.yue", "event": "accepted"}]
    assert made == {
        "id": "T-20261014-001",
        "kind": "help",
        "category": "electricity",
        "urgency": "low",
        "status": "waiting",
        "channel": "visit",
        "reported": "2026-10-14T09:40:00+08:00",
        "unit": "12-1-2003",
        "place": "客厅",
        "summary": "客厅跳闸",
        "detail": "昨晚起反复跳闸，烧水时最明显",
        "caller": {"name": "欧阳明", "phone": "13800138000"},
        "convenient": "周末下午",
        "acceptor": "lin.yue",
    }


@pytest.mark.rule("T2")
def test_the_times_agreed_are_written_down(desk):
    """The time of the visit, the one the resident asked for and the one the resident was told."""
    ticket = add(
        desk,
        "--appointment 2026-10-15T14:00 --asked-by 2026-10-16T12:00 --expected '2026-10-16 18:30'",
    )
    made = record(desk, ticket)
    assert made["appointment"] == "2026-10-15T14:00:00+08:00"
    assert made["asked_by"] == "2026-10-16T12:00:00+08:00"
    assert made["expected"] == "2026-10-16T18:30:00+08:00"


@pytest.mark.rule("T2")
def test_unless_said_otherwise(desk):
    """By phone, just now, not urgent, taken in by who is at the desk."""
    made = record(desk, add(desk))
    assert (made["channel"], made["urgency"], made["acceptor"]) == ("phone", "normal", "zhou.min")
    assert made["reported"] == made["events"][0]["at"] == "2026-10-14T10:00:00+08:00"


@pytest.mark.rule("T2")
def test_public_area(desk):
    """What is in no unit is in the public area, of a building where that is known, at an exact place."""
    made = record(desk, add(desk, "--unit public --building 7 --place 地下车库B2"))
    assert (made["unit"], made["building"], made["place"]) == ("public", "7", "地下车库B2")


@pytest.mark.rule("T2")
def test_where_the_caller_lives(desk):
    """Who raises a matter of the public area or of another unit may be written down with their own unit."""
    made = record(desk, add(desk, "--unit public --building 7 --name 王丽 --caller-unit 3-2-0501"))
    assert made["caller"] == {"name": "王丽", "unit": "3-2-0501"}


@pytest.mark.rule("T2")
@pytest.mark.parametrize("option", ["--kind", "--category", "--unit", "--summary"])
def test_what_a_ticket_cannot_be_without(desk, option):
    """Without kind, category, place or summary it is refused, naming what is missing; with it, accepted."""
    assert option in desk.refused(*without(option))
    desk.ok(*ADD, "--name", "王丽")


@pytest.mark.rule("T2")
@pytest.mark.parametrize("channel", sorted(set(CHANNELS) - {"patrol", "suggestion_box"}))
def test_who_raised_it(desk, channel):
    """Through every other channel somebody raised it, and the ticket says who."""
    assert "[T2]" in desk.refused(*ADD, "--channel", channel)
    desk.ok(*ADD, "--channel", channel, "--name", "王丽")


@pytest.mark.rule("T2")
@pytest.mark.parametrize(
    "wrong",
    [
        ("--unit", "3栋501"),
        ("--unit", "3-2"),
        ("--building", "4"),
        ("--reported", "10:01"),
        ("--reported", "someday"),
        ("--at", "10:01"),
        ("--by", "nobody"),
        ("--summary", "  "),
    ],
    ids=" ".join,
)
def test_what_cannot_be_true_is_refused(desk, wrong):
    """A unit that is none, a building the unit is not in, a time that has not come, a stranger at the desk."""
    desk.refused(*without("--summary"), "--summary", "水管漏水", *wrong)


# --- T3, T4


@pytest.mark.rule("T3")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(desk, kind):
    """The eight kinds of ticket; only a complaint has a severity."""
    ticket = add(desk, f"--kind {kind}" + (" --severity minor" if kind == "complaint" else ""))
    assert record(desk, ticket)["kind"] == kind
    assert [row["id"] for row in rows(desk, f"ticket list --kind {kind}")] == [ticket]


@pytest.mark.rule("T3", "T6", "T9")
@pytest.mark.parametrize(
    ("options", "meant"),
    [
        ("", "12"),
        ("--state all", "123"),
        ("--kind 报修,inquiry --kind praise", "12"),
        ("--category fees", "2"),
        ("--team 工程部", "1"),
        ("--assignee zhang.wei", "1"),
        ("--assignee 林月", "1"),
        ("--acceptor zhou.min --urgency urgent", "1"),
        ("--unit 公共 --state all", "23"),
        ("--building 3", "12"),
        ("--building 1", ""),
        ("--text 阀门", "1"),
        ("--month 2026-10", "123"),
        ("--from 2026-10-13 --to 2026-10-13", ""),
        ("--kind repair --category fees", ""),
    ],
)
def test_the_list_shows_what_is_meant(desk, options, meant):
    """Several of one option are alternatives, several options hold together; helpers count; a month is of any state."""
    first = add(desk, "--urgency urgent")
    add(desk, "--kind inquiry --category fees --unit public --building 3")
    walk(desk, add(desk, "--kind praise --category other --unit public"), "close")
    walk(desk, first, "dispatch --to zhang.wei --helper lin.yue", "note --text 阀门")
    listed = rows(desk, f"ticket list {options}")
    assert "".join(row["id"][-1] for row in listed) == meant


@pytest.mark.rule("T3")
@pytest.mark.parametrize("options", ["--kind x", "--category x", "--team x", "--assignee x", "--to 2026-10-14"])
def test_a_list_of_what_there_is_not_is_refused(desk, options):
    assert options.split()[0] in desk.refused("ticket", "list", *options.split())


@pytest.mark.rule("P1", "P4", "P5")
def test_what_a_step_lacks_is_shown(desk):
    """Below what is possible: each step whose turn it is, with everything that is missing before it."""
    ticket = add(desk)
    walk(desk, ticket, *SENT, "arrive", "diagnose --cause 阀门老化 --stops water")
    shown = desk.ok("ticket", "show", ticket)
    assert "  missing for done: the work means a water cut; the resident's consent is not recorded [P4]\n" in shown
    assert "  missing for close: the resident has not signed the work off [P5]; it has not been followed up" in shown
    walk(desk, ticket, "consent --to water --who 王丽")
    assert "not yet done" not in desk.ok("ticket", "show", ticket)


@pytest.mark.rule("T2")
@pytest.mark.parametrize("show", ["show", "ticket show"])
def test_a_ticket_is_shown_as_it_stood(desk, show):
    """At a time past: its state, what had happened, what was owed and possible then, to the second."""
    ticket = add(desk, "--urgency urgent", at="10:00")
    seen = {"10:04:59": desk.ok(*show.split(), ticket)}
    for at, step in (("10:05:00", "dispatch --to zhang.wei"), ("10:08:00", "confirm")):
        walk(desk, ticket, f"{at} {step}")
        seen[at] = desk.ok(*show.split(), ticket)
    assert {at: desk.ok(*show.split(), ticket, "--at", f"2026-10-14T{at}") for at in seen} == seen
    assert "did not exist yet" in desk.refused(*show.split(), ticket, "--at", "2026-10-14T09:59:59")


@pytest.mark.rule("T3")
def test_no_other_kind(desk):
    """Any other kind is refused, naming the eight."""
    said = desk.refused(*without("--kind"), "--kind", "rumour")
    assert all(kind in said for kind in KINDS)


@pytest.mark.rule("T3", "C4")
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"complaint"}))
def test_only_complaints_are_severe(desk, kind):
    """Severity on any other kind is refused."""
    assert "severity" in desk.refused(*without("--kind"), "--kind", kind, "--severity", "minor")


@pytest.mark.rule("T4", "T9")
def test_every_category_has_its_team(desk):
    """Each of the 18 categories goes to the team the policy names, with the co-teams it names."""
    add_all(
        desk,
        *(
            f"kind: repair\ncategory: {category}\nunit: 3-2-0501\nsummary: {category}\ncaller: {{name: 王丽}}"
            for category in TEAMS
        ),
    )
    planned = {row["category"]: (row["team"], *row["co_teams"]) for row in rows(desk, "dispatch")}
    assert planned == TEAMS


@pytest.mark.rule("T4")
def test_the_office_may_route_otherwise(desk):
    """The team of a category, and a category of the estate's own, stand in its policy."""
    replace(desk, "policy.yaml", "  noise: security\n", "  noise: cleaning\n  pets: greening\n")
    noise, pets = add(desk, "--category noise"), add(desk, "--category pets")
    assert {row["id"]: row["team"] for row in rows(desk, "dispatch")} == {noise: "cleaning", pets: "greening"}


@pytest.mark.rule("T4")
def test_a_category_nobody_deals_with_is_refused(desk):
    """A category without a team in the policy is refused, naming those there are."""
    said = desk.refused(*without("--category"), "--category", "pets")
    assert "water" in said and "staff_conduct" in said


# --- T5


@pytest.mark.rule("T5")
def test_harm_that_is_going_on_is_urgent(desk):
    """Harm that still goes on makes it urgent, whatever it is."""
    assert record(desk, add(desk, "--harm"))["urgency"] == "urgent"
    assert record(desk, add(desk, "--harm --urgency urgent"))["urgency"] == "urgent"


@pytest.mark.rule("T5")
@pytest.mark.parametrize("urgency", ["normal", "low"])
def test_harm_that_is_going_on_cannot_wait(desk, urgency):
    """Harm that goes on cannot be called anything but urgent."""
    assert "[T5]" in desk.refused(*ADD, "--name", "王丽", "--harm", "--urgency", urgency)


@pytest.mark.rule("T5")
def test_urgent_goes_first(desk):
    """Whatever came in when, urgent tickets are sent first, then normal, then low; of each the oldest first."""
    took = {}
    for minute, (name, options) in enumerate(
        {
            "low": "--urgency low --reported 06:00",
            "normal, later": "--reported 09:00",
            "normal": "--reported 08:30",
            "urgent, later": "--urgency urgent",
            "urgent": "--urgency urgent --reported 09:50",
        }.items()
    ):
        took[add(desk, options, at=f"10:0{minute}")] = name
    planned = [took[row["id"]] for row in json.loads(desk.ok("dispatch", "--format", "json"))]
    assert planned == ["urgent", "urgent, later", "normal", "normal, later", "low"]
