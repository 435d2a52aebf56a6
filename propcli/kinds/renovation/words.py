"""The words of renovation filings: their states, and what papers, copies and payments are called."""

from collections.abc import Iterable
from decimal import Decimal

from propcli.engine.text import Text, say
from propcli.engine.words import Closed, Vocabulary

FILING = Closed(
    "filing state",
    "applied returned approved working stopped completed passed refunded closed refused cancelled".split(),
    working="works going on",
    stopped="works stopped",
    completed="to be checked",
    passed="check passed",
)
EXPIRED = "expired"  # how works are called that go on after their permit has ended; no event makes it so
# fmt: off
STATES = Vocabulary(
    "filing state at a time", (*FILING, EXPIRED), **{**FILING.labels, "expired": "permit ended, works going on"}
)
# fmt: on
# what a work item touches; policy.yaml says what follows from it [N2, N3, N4], and may add words of its own
TOUCHES = Vocabulary(
    "touches",
    "structure load facade heating_pipes gas_pipes waterproofing wet_room_moved bearing_opening balcony_masonry "
    "energy_saving electrics water_pipes partition doors_windows air_conditioning kitchen finishing other".split(),
    structure="main structure",
    load="load added to the floor",
    facade="façade",
    waterproofing="old waterproofing",
    wet_room_moved="wet room moved to where there was none",
    bearing_opening="wider opening in a load-bearing wall",
    balcony_masonry="masonry between room and balcony",
    energy_saving="energy-saving layer",
    partition="wall that bears no load",
    doors_windows="doors and windows",
    finishing="floors, walls, ceilings",
)
# the papers that policy.yaml may ask for [N1, N2, N3]; an estate may add its own
FILING_PAPER = Vocabulary(
    "filing paper",
    "application undertaking plan owner_consent business_licence qualification_certificate drawings method "
    "in_charge_id in_charge_photo id_card photo structure_approval planning_approval heating_approval gas_approval "
    "waterproofing_undertaking".split(),
    owner_consent="the owner's written consent",
    drawings="the contractor's drawings",
    method="the contractor's method",
    in_charge_id="ID of the person in charge",
    in_charge_photo="photo of the person in charge",
    id_card="ID of the worker",
    photo="photo of the worker",
    structure_approval="approval of the structure by the housing authority",
    planning_approval="approval of the planning authority",
    heating_approval="approval of the heating company",
    gas_approval="approval of the gas company",
    waterproofing_undertaking="undertaking for the waterproofing",
)
COPY = Vocabulary("copy of the agreement", ("contractor", "owner", "centre"))  # [N5]
FILING_PAYMENT = Vocabulary("filing payment", ("deposit", "rubbish_fee"), rubbish_fee="rubbish-removal fee")  # [N6]
DEPOSIT = "deposit"
# fmt: off
CERTIFICATE = Vocabulary(
    "certificate", ("passes", "door", "owner"), passes="copy for the passes", door="copy for the door", owner="original"
)  # [N7]
# fmt: on
SHOWN = Vocabulary("shown", ("certificate", "receipt"), certificate="original certificate", receipt="deposit receipt")

ALL = frozenset(FILING)
ENDED = frozenset({"closed", "refused", "cancelled"})
OPEN = ALL - ENDED
BEFORE = frozenset({"applied", "returned"})  # the review
SITE = frozenset({"working", "stopped"})  # works go on, or would
RUNNING = SITE | {"completed"}
PERMITTED = RUNNING | {"passed"}


def known(ids: Iterable[str]) -> Text:
    """The hint that names what there is."""
    return say("known: {ids}", ids=", ".join(ids) or "–")


def yuan(amount: Decimal) -> str:
    """1850.00 as it is printed: 1,850.00."""
    return f"{amount:,.2f}"
