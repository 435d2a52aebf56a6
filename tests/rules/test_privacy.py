"""A resident's name and phone are not shown to whom they do not concern [T12]."""

import json

import pytest

from .asking import UNFOUNDED, add, record, walk

FORMATS = ("table", "json", "csv", "markdown", "html")
NAME, PHONE = "欧阳明月", "13812345678"
LISTS = {
    "list": ("ticket", "list", "--state", "all"),
    "overdue": ("overdue",),
    "due": ("due", "--within", "30d"),
    "dispatch": ("dispatch",),
    "daily": ("report", "daily"),
    "monthly": ("report", "monthly"),
    "workload": ("report", "workload"),
    "staff": ("staff", "list"),
}


@pytest.fixture
def estate(desk):
    """An estate with residents' names and phones in a repair that waits, one that is late, one that is closed."""
    by = f"--name {NAME} --phone {PHONE}"
    add(desk, f"{by} --urgency urgent", at="2026-10-13T09:00")
    add(desk, by)
    closed = add(desk, f"--kind complaint --severity minor {by}", at="2026-10-14T10:00")
    walk(desk, closed, *UNFOUNDED, f"follow-up --solved --who {NAME}", "close --text 小结")
    return desk


@pytest.mark.rule("T12")
@pytest.mark.parametrize("command", LISTS)
def test_lists_and_reports_mask(estate, command):
    """No list and no report prints a resident's name or phone in full, in any format."""
    for form in FORMATS:
        printed = estate.ok(*LISTS[command], "--format", form, at="2026-10-16T10:00")
        assert printed.strip()
        assert NAME not in printed and "欧阳明" not in printed
        assert PHONE not in printed and "12345" not in printed


@pytest.mark.rule("T12")
def test_reveal(estate):
    """Who asks for it with --reveal sees them in full."""
    for form in FORMATS:
        printed = estate.ok("ticket", "list", "--state", "all", "--reveal", "--format", form)
        assert printed.count(NAME) == 3 and printed.count(PHONE) == 3


MASKED = {
    "王丽": ("13800138000", "王*", "138****8000"),
    "欧阳明": ("+86 139-0013-9000", "欧**", "139****9000"),
    "John Smith": ("0571-8765", "J***", "****8765"),
    "李": ("8765", "李*", "**65"),
    "绿城物业有限公司": ("95533", "绿*******", "***33"),
}


@pytest.mark.rule("T12")
@pytest.mark.parametrize("name", MASKED)
def test_enough_to_recognise(desk, name):
    """The mask leaves the family name and the ends of the number."""
    phone, masked_name, masked_phone = MASKED[name]
    add(desk, f"--name '{name}' --phone '{phone}'")
    (row,) = json.loads(desk.ok("ticket", "list", "--format", "json"))
    assert (row["caller"], row["phone"]) == (masked_name, masked_phone)


@pytest.mark.rule("T12")
def test_the_order_is_for_who_goes_there(desk):
    """The work order carries name and phone: whoever goes there needs them."""
    ticket = add(desk, f"--name {NAME} --phone {PHONE}")
    sheet = desk.ok("ticket", "print", ticket)
    assert NAME in sheet and PHONE in sheet


@pytest.mark.rule("T12")
def test_the_history_does_not_tell(desk):
    """Commit messages, which travel with every clone's log, carry neither name nor phone."""
    ticket = add(desk, f"--name {NAME} --phone {PHONE}")
    walk(desk, ticket, f"consent --to water --who {NAME}", f"cancel --reason 不需要了 --who {NAME}")
    assert record(desk, ticket)["caller"]["name"] == NAME
    log = desk.git("log", "--format=%B")
    assert NAME not in log and PHONE not in log
