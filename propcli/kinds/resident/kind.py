"""What the commands on residents are made from: the steps of a record's life, put on record, changed, consents,
forgotten [U1, T12]; the words of its history."""

from propcli.engine.lifecycle import Step, table
from propcli.kinds.declaration import Declaration, Tables, Verb, deferred

ACTIVE = frozenset({"active"})
OPEN = ("name", "phones", "plates", "born", "language", "keep_until")  # what stands in clear, unless it is sealed
# fmt: off
STEPS = table(
    Step(
        "registered", frozenset(), "active", (), ("to", "text"), rule="U1", verb="add",
        help="Put somebody on record. Identity numbers and bank accounts are sealed [T12]."
    ),
    Step(
        "changed", ACTIVE, None, ("fields",), ("text",), rule="U1", verb="change",
        help="Other phones, another name, a number that was missing.", carries=(*OPEN, "identity", "bank")
    ),
    Step(
        "consented", ACTIVE, None, ("to",), ("text",), rule="T12", verb="consent",
        help="Consent was given to be contacted, to messages, … [T12]."
    ),
    Step(
        "withdrawn", ACTIVE, None, ("to",), ("text",), rule="T12", verb="withdraw", help="Consent was withdrawn [T12]."
    ),
    Step("noted", ACTIVE, None, ("text",), verb="note", help="Write something down."),
    Step(
        "forgotten", ACTIVE, "forgotten", ("reason",), ("units",), rule="T12", verb="forget",
        help="Destroy the key of somebody's sealed fields and everything else on record [T12].", carries=OPEN
    ),
)
# fmt: on
DECLARED = Declaration(
    show_help="One resident: what is known, homes, tickets.",
    checks="kinds.resident.checks:in_clear",
    show="kinds.resident.show:show_resident",
    verbs=(
        Verb("add", "kinds.resident.verbs:add"),
        Verb("change", "kinds.resident.verbs:change"),
        Verb("forget", "kinds.resident.verbs:forget"),
        Verb(
            "seal",
            "kinds.resident.verbs:seal",
            "Seal what this estate seals and what still stands in clear, of everybody [T12].",
        ),
        Verb("list", "kinds.resident.show:list_residents", "Residents, with their homes."),
        Verb("show", "kinds.resident.show:show_one"),
    ),
    tables=Tables(
        tuple(
            "unit building entrance room name phone identity identity_kind type born plate bank tie share from until "
            "language".split()
        )
    ),
    says={"fields": deferred("kinds.resident.show:changed"), "to": deferred("kinds.resident.show:consented")},
)
