"""What the resident agrees to, pays and signs: charges, cuts of water and power, the signature [P3, P4, P5]."""

import pytest

from .asking import FOUND, MENDED, SENT, add, events, falls_due, overdue, record, refuses, walk

DIAGNOSE = "diagnose --cause 阀门老化"
DONE = "done --text 换了阀门"

# --- P3


@pytest.mark.rule("P3")
def test_no_charge_without_consent(desk):
    """Material and labour are charged only after the owner agreed to it."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND)
    refuses(desk, ticket, "charge --item 角阀 --material 35 --labour 20", "P3")
    walk(desk, ticket, "consent --to charge --who 王丽", "charge --item 角阀 --material 35 --labour 20")
    charged = record(desk, ticket)["events"][-1]
    assert (charged["item"], charged["material"], charged["labour"]) == ("角阀", "35.00", "20.00")


@pytest.mark.rule("P3")
def test_consent_with_the_charge(desk):
    """The consent may be recorded with the charge; it stands before it."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND, "charge --item 角阀 --material 35.5 --consent-of 王丽")
    assert events(desk, ticket)[-2:] == ["consented", "charged"]


@pytest.mark.rule("P3")
@pytest.mark.parametrize("supply", ["water", "power"])
def test_consent_to_something_else(desk, supply):
    """Who agreed to the water being cut has not agreed to pay."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND, f"consent --to {supply} --who 王丽")
    refuses(desk, ticket, "charge --item 角阀 --material 35", "P3")


@pytest.mark.rule("P3")
def test_a_charge_has_an_amount(desk):
    """A charge is for labour or material, in yuan and fen."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND, "consent --to charge --who 王丽")
    refuses(desk, ticket, "charge --item 角阀", "P3")
    for amount in ("-5", "1.234", "many", "1e3"):
        desk.refused("ticket", "charge", ticket, "--item", "角阀", f"--material={amount}")
    walk(desk, ticket, "charge --item 上门 --labour 0.5")


@pytest.mark.rule("P3")
@pytest.mark.parametrize("before", [(), SENT], ids=["accepted", "confirmed"])
def test_nothing_is_charged_before_the_visit(desk, before):
    """Before somebody is on site there is nothing to charge."""
    ticket = add(desk)
    walk(desk, ticket, *before)
    refuses(desk, ticket, "charge --item 角阀 --material 35 --consent-of 王丽", "P3")


@pytest.mark.rule("P3", "P5")
def test_the_charge_is_on_the_order(desk):
    """The work order lists every charge and their sum, and has the place to sign."""
    ticket = add(desk)
    walk(
        desk,
        ticket,
        *FOUND,
        "charge --item 角阀 --material 35.50 --labour 20 --consent-of 王丽",
        "charge --item 软管 --material 12.25 --consent-of 王丽",
    )
    sheet = desk.ok("ticket", "print", ticket)
    charges = [line.split() for line in sheet.splitlines() if line.startswith("  ")]
    assert charges == [
        ["角阀", "labour", "20.00,", "material", "35.50", "yuan"],
        ["软管", "labour", "0,", "material", "12.25", "yuan"],
        ["total", "67.75", "yuan"],
    ]
    assert "signature" in sheet


# --- P4


@pytest.mark.rule("P4")
@pytest.mark.parametrize("supply", ["water", "power"])
def test_no_cut_without_consent(desk, supply):
    """Work that cuts water or power is not done before the resident agreed to that."""
    ticket = add(desk)
    walk(desk, ticket, *SENT, "arrive", f"{DIAGNOSE} --stops {supply}")
    refuses(desk, ticket, DONE, "P4")
    walk(desk, ticket, f"consent --to {supply} --who 王丽", DONE)


@pytest.mark.rule("P4")
@pytest.mark.parametrize(("agreed", "left"), [("water", "power"), ("power", "water"), ("charge", "water")])
def test_consent_to_each_cut(desk, agreed, left):
    """Consent to one cut, or to the charge, is none to another."""
    ticket = add(desk)
    walk(desk, ticket, *SENT, "arrive", f"{DIAGNOSE} --stops water,power", f"consent --to {agreed} --who 王丽")
    assert f"{left} cut" in refuses(desk, ticket, DONE, "P4")


@pytest.mark.rule("P4")
def test_consent_with_the_diagnosis(desk):
    """The consent may be recorded with the diagnosis, for every supply it names."""
    ticket = add(desk)
    walk(desk, ticket, *SENT, "arrive", f"{DIAGNOSE} --stops water --stops power --consent-of 王丽", DONE)
    assert events(desk, ticket)[-4:] == ["diagnosed", "consented", "consented", "done"]


@pytest.mark.rule("P4")
def test_a_second_diagnosis_needs_its_own_consent(desk):
    """When it turns out that power has to be cut as well, that is agreed too."""
    ticket = add(desk)
    walk(desk, ticket, *SENT, "arrive", f"{DIAGNOSE} --stops water --consent-of 王丽", f"{DIAGNOSE} --stops power")
    refuses(desk, ticket, DONE, "P4")
    walk(desk, ticket, "consent --to power --who 王丽", DONE)


@pytest.mark.rule("P4", "F5")
def test_a_second_repair_needs_its_own_consent(desk):
    """Reopened, the water is cut another time: the resident is asked another time."""
    ticket = add(desk)
    cut = (*SENT, "arrive", f"{DIAGNOSE} --stops water")
    walk(desk, ticket, *cut, "consent --to water --who 王丽", DONE, "2026-10-16T10:00 reopen --reason 又漏了", *cut)
    refuses(desk, ticket, DONE, "P4")
    walk(desk, ticket, "consent --to water --who 王丽", DONE)


@pytest.mark.rule("P4")
def test_work_that_cuts_nothing(desk):
    """Where nothing is cut nobody has to agree."""
    ticket = add(desk)
    walk(desk, ticket, *MENDED)


# --- P2


@pytest.mark.rule("P2")
@pytest.mark.parametrize(
    ("typed", "register"), [("free", "free"), ("paid", "paid"), ("免费", "free"), ("有偿", "paid")]
)
def test_free_or_paid_is_on_the_register(desk, typed, register):
    """Decided at intake: the record, `show` and the work order say which."""
    ticket = add(desk, f"--payment {typed}")
    assert f"payment: {register}\n" in (desk.root / f"tickets/2026/10/{ticket}.yaml").read_text("utf-8")
    assert f"payment: {register}" in desk.ok("show", ticket)
    assert register in desk.ok("ticket", "print", ticket)


@pytest.mark.rule("P2", "P3")
def test_what_is_free_is_not_charged(desk):
    """A repair taken in as free cannot be charged to the owner, agreed or not; a paid one can."""
    free, paid = add(desk, "--payment free"), add(desk, "--payment paid")
    for ticket in (free, paid):
        walk(desk, ticket, *SENT, "arrive", DIAGNOSE)
    charge = "charge --item 角阀 --material 35 --consent-of 王丽"
    refuses(desk, free, charge, "P2")
    walk(desk, paid, charge)


# --- P5


@pytest.mark.rule("P5")
def test_the_signature_is_fetched(desk):
    """The resident's signature is fetched within a day of the work, by the person sent."""
    ticket = add(desk)
    walk(desk, ticket, *FOUND, f"15:20 {DONE}")
    falls_due(desk, ticket, "P5", "sign-off", "zhang.wei", "2026-10-15T15:20:00+08:00")


@pytest.mark.rule("P5")
def test_who_signed(desk):
    """The record says who signed; a signature of nobody is none."""
    ticket = add(desk)
    walk(desk, ticket, *MENDED)
    assert "--who" in desk.refused("ticket", "sign-off", ticket)
    walk(desk, ticket, "sign-off --who 王丽")
    assert record(desk, ticket)["events"][-1]["who"] == "王丽"


@pytest.mark.rule("P5", "F3")
def test_nobody_at_home_to_sign(desk):
    """While the resident is away the signature waits; the follow-up does not."""
    ticket = add(desk)
    walk(desk, ticket, *MENDED, "11:00 pause --for resident --reason 出差")
    late = overdue(desk, "2026-12-01T10:00:00+08:00")
    assert "sign-off" not in [what for _, what, _ in late]
    assert ("F3", "follow-up", "zhou.min") in late
    walk(desk, ticket, "2026-10-20T11:00 resume")
    falls_due(desk, ticket, "P5", "sign-off", "zhang.wei", "2026-10-21T10:00:00+08:00")
    walk(desk, ticket, "sign-off --who 王丽")
