"""The words of tickets: kinds, states, events, and what they are called. Nothing here needs the models."""

from typing import Literal, get_args

from propcli.engine.words import Closed, Vocabulary

# fmt: off
Channel = Literal[
    "phone", "visit", "web", "wechat", "letter", "email", "suggestion_box", "staff_relay", "patrol", "night_desk"
]
# fmt: on
Stopped = Literal["water", "power"]

KIND = Closed(
    "kind",
    "repair complaint suggestion inquiry help convenience entrusted praise".split(),
    convenience="convenience service",
    entrusted="entrusted service",
)  # [T3]
SEVERITY = Closed("severity", ("major", "important", "minor"))  # [C1, C2, C3]
URGENCY = Closed("urgency", ("urgent", "normal", "low"))  # [T5]
CHANNEL = Vocabulary("channel", get_args(Channel), wechat="WeChat")  # [T1]
STATUS = Closed(
    "status",
    "waiting assigned confirmed on_site diagnosed paused done signed_off followed_up closed cancelled merged".split(),
)
PAYMENT = Closed("payment", ("free", "paid"))  # [P2]
# What a repair is on, for the warranty [P6]; policy.yaml says how long each is covered.
PART = Closed(
    "part",
    "roof wet_room outer_wall electrics pipes equipment fit_out heating structure".split(),
    wet_room="wet room",
    fit_out="fit-out",
    heating="heating and cooling",
)
ORIGIN = Closed(
    "origin",
    ("move_in", "custody", "unit_check", "gas_check"),
    move_in="move-in inspection",
    custody="custody check",
)
WAITING = Closed("waiting for", ("resident", "parts", "weather", "authority"))
ORDER = Closed("order", ("oral", "printed"), oral="oral order", printed="printed order")  # [T6]
SUPPLY = Vocabulary("consent to", (*get_args(Stopped), "charge"), water="water cut", power="power cut")
LEVEL = Vocabulary("level", ("supervisor", "manager"))
# Categories are keys of the estate's routing table; these are the ones the office knows by name [T4].
CATEGORY = Vocabulary(
    "category",
    "water electricity gas elevator door_window leak facility sanitation security fire_safety "
    "greening parking noise renovation fees activity staff_conduct other".split(),
    door_window="door/window",
)

PUBLIC = "public"  # instead of a unit: the public area
LEAK = "leak"  # the category of what comes through from the home above

ENDED = frozenset({"closed", "cancelled", "merged"})
OPEN = frozenset(STATUS) - ENDED
WORK = frozenset({"waiting", "assigned", "confirmed", "on_site", "diagnosed"})
FINISHED = frozenset({"done", "signed_off", "followed_up"})

# Kinds whose work is the answer itself: replied is their done [T10, T11].
ANSWERS = ("inquiry", "suggestion")
# Kinds somebody goes out for.
SERVICES = ("help", "convenience", "entrusted")
WORKED = ("repair", "complaint", *SERVICES)
