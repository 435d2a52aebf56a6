"""What the commands on units are made from: the steps of their life [U1-U8], the list, the words of their history."""

from collections.abc import Callable
from typing import Any

from propcli.engine.lifecycle import Ask, Step, table
from propcli.engine.text import say
from propcli.kinds.declaration import Declaration, Filter, Listing, Shown, Tables, Verb, deferred
from propcli.kinds.unit.words import ALL, FREE, HELD, OWNERS, READINGS

KEY = Ask(argument=True, metavar="KEY")
CHANNEL = Ask(metavar="CHANNEL")
METERS = {"water": Ask(metavar="M3"), "electricity": Ask(metavar="KWH"), "gas": Ask(metavar="M3")}
THEN = Ask("--then", "vacant (the default), owner_occupied or renovating.", "STATE", needed=False)
WITHOUT = Ask(help="The first day without them, if not today.")
OUTCOME = ("ok", "finding", "tickets")
MOVE_IN = ("papers", "forms", "things", "items", "meters")

# fmt: off
STEPS = table(
    Step(
        "registered", frozenset(), None, ("state", "use"), ("ties", "handed_over", "until", "text"), rule="U1",
        verb="add", help="Put a unit on record."
    ),
    Step(
        "move_in_began", ALL - {"in_custody"}, None, ("case", "who"), (*MOVE_IN, "text"), rule="U3",
        verb="move-in --case", help="A move-in: papers, forms, things handed over, meters, inspection [U3, U4, U5]."
    ),
    Step("papers_received", ALL, None, ("papers",), ("text",), rule="U3", verb="move-in --paper"),
    Step("forms_signed", ALL, None, ("forms",), ("who", "text"), rule="U4", verb="move-in --signed"),
    Step("issued", ALL, None, ("things",), ("who", "text"), rule="U4", verb="move-in --handed"),
    Step(
        "meters_read", ALL, None, (), (*READINGS, "who", "text"), rule="U5", verb="meters", help="Meters read.",
        asks={**METERS, "who": Ask("--confirmed-by", "Who of the home confirmed them.")}
    ),
    Step("inspected", ALL, None, ("item", "ok"), ("finding", "tickets", "text"), rule="U5", verb="move-in --ok"),
    Step(
        "moved_in", ALL - {"in_custody"}, None, ("state",), ("handed_over", "text"), rule="U5",
        verb="move-in --complete"
    ),
    # who owns it and who lives there
    Step(
        "transferred", ALL - {"in_custody"}, None, ("manner", "ties", "state"), ("on", "text"), rule="U2",
        verb="transfer", help="It has new owners: sale, inheritance, gift, court decision [U2].", fills=("ties",),
        asks={
            "manner": Ask(metavar="MANNER"),
            "state": Ask(
                "--then", "Its state afterwards: vacant or owner_occupied; unless said, as it follows from who stays.",
                "STATE", needed=False
            )
        },
        extra={
            "to": Ask(
                help="Every owner from now on: R-00042 or NAME,PHONE, with =1/2.", metavar="WHO", needed=True,
                several=True
            )
        }
    ),
    Step(
        "let", FREE, "let", ("ties",), ("until", "on", "text"), rule="U2", verb="let", help="It is let [U2].",
        fills=("ties",),
        extra={"to": Ask(help="The tenants: R-00042 or NAME,PHONE.", metavar="WHO", needed=True, several=True)}
    ),
    Step(
        "let_renewed", frozenset({"let"}), None, ("until",), ("text",), rule="U2", verb="let-renew",
        help="The lease goes on [U2]."
    ),
    Step(
        "let_ended", frozenset({"let"}), None, ("state",), ("on", "text"), rule="U2", verb="let-end",
        help="The lease has ended; the tenants are gone [U2].", asks={"state": THEN, "on": WITHOUT}
    ),
    Step(
        "joined", HELD, None, ("ties",), ("on", "text"), rule="U2", verb="join",
        help="Family or an agent of somebody there, or one more tenant [U2].", fills=("ties",),
        extra={
            "who": Ask(help="R-00042 or NAME,PHONE.", metavar="WHO", needed=True, several=True),
            "tie": Ask(help="family (the default) or agent; where it is let also tenant.", metavar="TIE"),
            "of": Ask(help="Whose family or agent.", metavar="NAME")
        }
    ),
    Step(
        "left", HELD, None, ("ends",), ("on", "text"), rule="U2", verb="leave",
        help="Somebody who is no owner has left [U2].", fills=("ends",), asks={"on": WITHOUT},
        extra={"who": Ask(help="Who: name or id.", metavar="NAME", needed=True, several=True)}
    ),
    # as they were found in the former papers: nothing is said of how it came about, and no other tie ends
    Step("people_recorded", ALL, None, ("ties",), ("text",), "import", "U2"),
    Step(
        "use_changed", ALL, None, ("use", "reason"), ("on",), rule="U2", verb="use",
        help="It is used for something else now [U2].",
        asks={"use": Ask(help="residential, shop, office, storage or other.", metavar="USE", argument=True)}
    ),
    Step(
        "state_changed", FREE | {"unsold"}, None, ("state",), ("reason", "on"), rule="U1", verb="state",
        help="Vacant, owner_occupied or renovating from now on [U1].",
        asks={"state": Ask(help="vacant, owner_occupied or renovating.", metavar="STATE", argument=True)}
    ),
    # custody, empty units, keys, gas
    Step(
        "custody_began", frozenset({"vacant", "owner_occupied"}), "in_custody", ("agreement", "water", "electricity"),
        ("until", "fee", "who", "text"), rule="U6", verb="custody",
        help="The office looks after it from now on, under an agreement [U6].", fills=("fee",),
        asks={**METERS, "until": Ask(help="Its last day, if agreed.")}
    ),
    Step(
        "custody_renewed", frozenset({"in_custody"}), None, ("until",), ("text",), rule="U6", verb="custody-renew",
        help="The agreement goes on [U6].", asks={"until": Ask(help="The last day agreed now.")}
    ),
    Step(
        "custody_ended", frozenset({"in_custody"}), None, ("state",), ("water", "electricity", "text"), rule="U6",
        verb="custody-end", help="Custody has ended [U6].", asks={**METERS, "state": THEN}
    ),
    Step(
        "checked", ALL, None, ("ok",), (*READINGS, "finding", "tickets", "text"), rule="U6", verb="check",
        help="It was checked on site; what was found becomes a repair [U6, U7].", fills=OUTCOME, asks=METERS,
        extra={
            "found": Ask(
                "--finding", "What is wrong; it becomes a repair. Several times.", "CATEGORY=TEXT", several=True
            )
        }
    ),
    Step("rain_warned", frozenset({"in_custody"}), None, ("rain_until",), ("rain_from", "text"), rule="U6"),
    Step(
        "owner_told", HELD, None, ("text",), ("who", "how"), rule="U6", verb="told",
        help="The owner was told what was found [U6].", asks={"who": Ask(help="Who was told."), "how": CHANNEL}
    ),
    Step(
        "gas_appointed", HELD, None, ("appointment",), ("who", "how", "text"), rule="U8", verb="gas-appoint",
        help="The time of the gas check, agreed at least a day ahead [U8].",
        asks={"who": Ask(help="With whom it was agreed."), "how": CHANNEL}
    ),
    Step(
        "gas_missed", HELD, None, ("reason",), rule="U8", verb="gas-missed",
        help="Nobody let us in for the gas check [U8]."
    ),
    Step(
        "gas_checked", HELD, None, ("ok", "who"), ("finding", "tickets", "text"), rule="U8", verb="gas-check",
        help="The gas check was done and signed [U8].", fills=OUTCOME, asks={"who": Ask(help="Who signed.")},
        extra={"found": Ask("--finding", "What is wrong; it becomes a repair.", "TEXT", several=True)}
    ),
    Step(
        "key_received", ALL, None, ("key", "place"), ("who", "text"), rule="U7", verb="key-in",
        help="A key is in the office's keeping: its number and place [U7].",
        asks={"key": KEY, "who": Ask(help="Who brought it.")}
    ),
    Step(
        "key_lent", ALL, None, ("key", "who", "back"), ("reason",), rule="U7", verb="key-lend",
        help="A key is lent: to whom, until when [U7].",
        asks={"key": KEY, "back": Ask("--until", end=True), "reason": Ask(help="What for.")}
    ),
    Step(
        "key_returned", ALL, None, ("key",), ("text",), rule="U7", verb="key-back", help="A lent key is back [U7].",
        asks={"key": KEY}
    ),
    Step(
        "key_given", ALL, None, ("key", "who"), ("text",), rule="U7", verb="key-out",
        help="A key was given back to the owner [U7].", asks={"key": KEY}
    ),
    Step("noted", ALL, None, ("text",), verb="note", help="Write something down."),
)
# fmt: on


# what looks at a step before it is taken: functions of `step_verbs` by that name
_BEFORE = "transferred let let_ended joined left custody_began custody_ended checked gas_checked".split()


def _called(*ties: str) -> Callable[[Any, Any], list[Any]]:
    """Who has one of these ties today."""
    return lambda unit, view: [
        view.private(view.people.called(t.resident)) for t in unit.ties_on(view.today) if t.tie in ties
    ]


# fmt: off
DECLARED = Declaration(
    show_help="The whole file of a home on one screen; --at DAY: who owned it and lived there.",
    show="kinds.unit.show:show_unit",
    verbs=(
        Verb("add", "kinds.unit.verbs:add"),
        Verb("move-in", "kinds.unit.move_in:move_in"),
        Verb("show", "kinds.unit.verbs:show_one"),
    ),
    before={event: deferred(f"kinds.unit.step_verbs:{event}") for event in _BEFORE},
    listing=Listing(
        columns=(
            Shown("id"), Shown("state", say("state"), lambda unit, view: view.state(unit)), Shown("use"),
            Shown("area", say("m²")), Shown("owners", say("owners"), _called(*OWNERS), wide=True),
            Shown("tenants", say("tenants"), _called("tenant"), wide=True),
            Shown("keys", say("keys"), lambda unit, _view: [key.key for key in unit.keys], wide=True)
        ),
        empty=say("No such units."), help="Units, by state, building or use.", state_help="vacant, let, in_custody, …",
        filters=(
            Filter("use"),
            Filter("building", "Only of this building.", lambda unit, typed: unit.building == typed, "BUILDING"),
            Filter("keys", "Only those whose keys the office has.", lambda unit, _typed: bool(unit.keys))
        )
    ),
    tables=Tables(
        tuple(
            "unit building entrance room use area layout completed handed_over state water_meter electricity_meter "
            "gas_meter gas".split()
        )
    ),
    labels={
        "on": say("effective"),
        "handed_over": say("handed over"),
        "meters_read.who": say("confirmed by {value}"),
        "water": say("water"),
        "electricity": say("electricity"),
        "gas": say("gas"),
        "agreement": say("agreement"),
        "until": say("until"),
        "fee": say("service fee in percent:"),
        "rain_from": say("rain from"),
        "rain_until": say("rain until"),
        "appointment": say("visit"),
        "key": say("key"),
        "place": say("in"),
        "back": say("back by"),
        "tickets": say("repairs"),
    },
    flags={"ok": (say("in order"), say("not in order"))},
    untold=frozenset(f"move_in_began.{name}" for name in MOVE_IN),  # that stands with what is missing
    says={"ties": deferred("kinds.unit.show:begun"), "ends": deferred("kinds.unit.show:ended")},
)
# fmt: on
