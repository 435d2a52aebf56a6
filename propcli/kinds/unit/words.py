"""What is said of units: the codes that stand in their records, with the words people read and type for them. Loads no
models: the list of commands is made from it."""

from typing import Literal, get_args

from propcli.engine.words import Vocabulary

State = Literal["unsold", "vacant", "owner_occupied", "let", "in_custody", "renovating"]
Use = Literal["residential", "shop", "office", "storage", "other"]
TieKind = Literal["owner", "co_owner", "tenant", "family", "agent"]
Manner = Literal["first_sale", "sale", "inheritance", "gift", "court", "correction"]
Case = Literal["in_person", "agent", "company"]
# fmt: off
EventName = Literal[
    "registered", "move_in_began", "papers_received", "forms_signed", "issued", "meters_read", "inspected", "moved_in",
    "transferred", "let", "let_renewed", "let_ended", "joined", "left", "people_recorded", "use_changed",
    "state_changed", "custody_began", "custody_renewed", "custody_ended", "checked", "rain_warned", "owner_told",
    "gas_appointed", "gas_missed", "gas_checked", "key_received", "key_lent", "key_returned", "key_given", "noted"
]
# fmt: on

READINGS = ("water", "electricity", "gas")
STATE = Vocabulary("unit state", get_args(State), owner_occupied="owner-occupied")  # [U1]
USE = Vocabulary("unit use", get_args(Use))
TIE = Vocabulary("tie", get_args(TieKind), co_owner="co-owner")
MANNER = Vocabulary("manner", get_args(Manner), court="court decision", first_sale="first sale")  # [U2]
CASE = Vocabulary("move-in case", get_args(Case), agent="by an agent", company="a company")  # [U3]
# fmt: off
UNIT_EVENT = Vocabulary(
    "unit event", get_args(EventName), issued="things handed over", let="let out", checked="checked on site",
    inspected="inspected item", move_in_began="move-in began", let_renewed="lease renewed", let_ended="letting ended",
    gas_appointed="gas check agreed", gas_missed="no access for the gas check", left="left the home",
    joined="joined the home", people_recorded="people as the former papers have them",
    key_given="key given back to the owner", rain_warned="heavy rain warning"
)
# What policy.yaml may ask for at a move-in [U3, U4]; an estate may add its own.
PAPER = Vocabulary(
    "paper",
    (
        "id_card", "move_in_notice", "purchase_contract", "power_of_attorney", "agent_id", "company_certificate",
        "person_id", "registration_form", "service_agreement", "temporary_rules", "renovation_agreement",
        "fire_safety_undertaking", "fee_agreement", "keys", "handbook", "water_electric_plan", "quality_guarantee",
        "quality_manual"
    ),
    id_card="ID card", move_in_notice="move-in notice", agent_id="the agent's ID",
    company_certificate="the company's certificate", person_id="the person's ID",
    temporary_rules="temporary estate rules", fire_safety_undertaking="fire-safety undertaking",
    water_electric_plan="water and electric plan"
)
# fmt: on
METER = Vocabulary("meter", READINGS)
# fmt: off
ITEM = Vocabulary(
    "item",
    (
        "entrance_door", "doors_windows", "walls", "floors", "ceiling", "kitchen", "bathroom", "balcony", "water_pipes",
        "drains", "sockets_lights", "gas_pipes", "intercom"
    ),
    doors_windows="doors and windows", water_pipes="water pipes", sockets_lights="sockets and lights",
    gas_pipes="gas pipes"
)
# fmt: on

OWNERS = ("owner", "co_owner")
ALL = frozenset(get_args(State))
FREE = frozenset({"vacant", "owner_occupied", "renovating"})
HELD = ALL - {"unsold"}
