"""The words of tickets: kinds, states, events, and what they are called. Nothing here needs the models."""

from typing import Literal, get_args

from propcli.engine.words import Vocabulary

Kind = Literal["repair", "complaint", "suggestion", "inquiry", "help", "convenience", "entrusted", "praise"]
Severity = Literal["major", "important", "minor"]
Urgency = Literal["urgent", "normal", "low"]
# fmt: off
Channel = Literal[
    "phone", "visit", "web", "wechat", "letter", "email", "suggestion_box", "staff_relay", "patrol", "night_desk"
]
# fmt: on
Status = Literal[
    "waiting",
    "assigned",
    "confirmed",
    "on_site",
    "diagnosed",
    "paused",
    "done",
    "signed_off",
    "followed_up",
    "closed",
    "cancelled",
    "merged",
]
Payment = Literal["free", "paid"]
# What a repair is on, for the warranty [P6]; policy.yaml says how long each is covered.
Part = Literal["roof", "wet_room", "outer_wall", "electrics", "pipes", "equipment", "fit_out", "heating", "structure"]
Origin = Literal["move_in", "custody", "unit_check", "gas_check"]
Waiting = Literal["resident", "parts", "weather", "authority"]
Order = Literal["oral", "printed"]
Stopped = Literal["water", "power"]

KIND = Vocabulary("kind", get_args(Kind), convenience="convenience service", entrusted="entrusted service")  # [T3]
SEVERITY = Vocabulary("severity", get_args(Severity))  # [C1, C2, C3]
URGENCY = Vocabulary("urgency", get_args(Urgency))  # [T5]
CHANNEL = Vocabulary("channel", get_args(Channel), wechat="WeChat")  # [T1]
STATUS = Vocabulary("status", get_args(Status))
PAYMENT = Vocabulary("payment", get_args(Payment))  # [P2]
PART = Vocabulary("part", get_args(Part), wet_room="wet room", fit_out="fit-out", heating="heating and cooling")  # [P6]
ORIGIN = Vocabulary("origin", get_args(Origin), move_in="move-in inspection", custody="custody check")
WAITING = Vocabulary("waiting for", get_args(Waiting))
ORDER = Vocabulary("order", get_args(Order), oral="oral order", printed="printed order")  # [T6]
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
OPEN = frozenset(get_args(Status)) - ENDED
WORK = frozenset({"waiting", "assigned", "confirmed", "on_site", "diagnosed"})
FINISHED = frozenset({"done", "signed_off", "followed_up"})

# Kinds whose work is the answer itself: replied is their done [T10, T11].
ANSWERS = ("inquiry", "suggestion")
# Kinds somebody goes out for.
SERVICES = ("help", "convenience", "entrusted")
WORKED = ("repair", "complaint", *SERVICES)
