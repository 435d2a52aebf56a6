"""The deposit's ledger: whatever is paid, charged and given back in whatever order, what is let through is right, to
the fen [N6, N10, N12]."""

from copy import deepcopy
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from propcli.kinds.renovation.life import LIFE, file_of
from propcli.kinds.renovation.model import RenovationEvent

START = datetime(2026, 10, 15, 9, tzinfo=timezone(timedelta(hours=8)))
RECORD = SimpleNamespace(id="N-2026-0001", unit="3-2-0601", below=(), resident="R-00001", who=None, contractor=None)
APPROVED: list[dict[str, Any]] = [
    {"event": "applied", "terms": {}},
    {"event": "item_added", "item": "1", "text": "换地板"},
    {"event": "approved"},
]
# steps that move no money, but decide when it may move
OTHERS: dict[str, dict[str, Any]] = {
    "permitted": {"start": "2026-10-15", "until": "2027-01-15"},
    "violated": {"violation": "1", "text": "夜间施工", "stop": False, "rectify_by": "2026-12-31"},
    "rectified": {"violation": "1"},
    "completed": {},
    "works_checked": {"passed": True, "refund_from": "2026-10-15"},
    "closed": {},
}
# amounts in fen: few different ones, so that they often meet what is held
FEN = st.sampled_from([0, 1, 10, 33333, 66666, 33334, 100000, 200000]) | st.integers(0, 10**9)
MONEY = st.tuples(st.sampled_from(["deposit", "rubbish_fee", "charged"]), FEN)
# what goes back: as many fen more or less than what is held then
BACK = st.tuples(st.sampled_from(["refunded", "cancelled"]), st.sampled_from([0, 0, 0, 1, -1, 100]))
# the next honest step by the state, so that the end is often reached
ONWARD = {"approved": "permitted", "working": "completed", "completed": "works_checked", "refunded": "closed"}
OTHER = st.tuples(st.sampled_from([*OTHERS, *["onward"] * 6]), st.just(0))
STEPS = st.lists(st.one_of(MONEY, BACK, OTHER), max_size=25)

DONE = [("completed", 0), ("works_checked", 0)]
WORKS = [("deposit", 200000), ("permitted", 0), ("violated", 0)]


class Books:
    """The same deposit as an accountant would keep it, in whole fen."""

    def __init__(self) -> None:
        self.received = self.deducted = self.refunded = 0
        self.state = "approved"
        self.violation: bool | None = None  # whether the one violation is open

    @property
    def held(self) -> int:
        return self.received - self.deducted - self.refunded

    def takes(self, what: str, fen: int) -> bool:
        """Whether this may happen now; if so, it is entered."""
        running = self.state in ("working", "completed", "passed")
        pays = fen > 0 and self.state in ("approved", "working", "completed")
        may = {
            "deposit": pays,
            "rubbish_fee": pays,
            "charged": running and self.violation is not None and 0 < fen <= self.held,
            "refunded": self.state == "passed" and not self.violation and fen == self.held,
            "cancelled": self.state == "approved" and fen == self.held,
            "permitted": self.state == "approved",
            "violated": self.state in ("working", "completed") and self.violation is None,
            "rectified": running and self.violation is True,
            "completed": self.state == "working" and not self.violation,
            "works_checked": self.state == "completed" and not self.violation,
            "closed": self.state == "refunded",
        }[what]
        if may:
            self.enter(what, fen)
        return may

    def enter(self, what: str, fen: int) -> None:
        if what == "deposit":
            self.received += fen
        elif what == "charged":
            self.deducted += fen
        elif what in ("refunded", "cancelled"):
            self.refunded += fen
        states = {"permitted": "working", "works_checked": "passed"}
        if what in ("permitted", "works_checked", "completed", "refunded", "cancelled", "closed"):
            self.state = states.get(what, what)
        if what in ("violated", "rectified"):
            self.violation = what == "violated"


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def event(number: int, what: str, fen: int) -> RenovationEvent:
    """The nth event of a filing, as its file would have it."""
    if what in OTHERS:
        fields = {"event": what, **OTHERS[what]}
    elif what == "charged":
        fields = {"event": what, "amount": yuan(fen), "violation": "1", "reason": "夜间施工"}
    elif what in ("deposit", "rubbish_fee"):
        fields = {"event": "paid", "payment": what, "amount": yuan(fen)}
    else:
        fields = {"event": what, "amount": yuan(fen), **({"reason": "不做了"} if what == "cancelled" else {})}
    return RenovationEvent.model_validate({"at": START + timedelta(minutes=number), "by": "zhou.min", **fields})


def sums(state: Any) -> dict[str, Decimal]:
    file = file_of(state)
    return {**{what: file.sum_of(what) for what in ("received", "deducted", "refunded")}, "held": file.held}


@pytest.mark.rule("N6", "N10", "N12")
@settings(max_examples=300, deadline=None)
@given(STEPS)
@example([*WORKS, ("charged", 200001), ("charged", 200000), ("rectified", 0), *DONE, ("refunded", 0), ("closed", 0)])
@example([*WORKS, ("charged", 1), ("charged", 199999), ("charged", 1), ("rectified", 0), *DONE, ("refunded", 1)])
@example([("deposit", 33333), ("deposit", 66666), ("rubbish_fee", 100), ("cancelled", 1), ("cancelled", 0)])
@example([("deposit", 1), ("permitted", 0), *DONE, ("deposit", 10), ("refunded", -1), ("refunded", 0), ("deposit", 1)])
def test_every_fen_is_somewhere(steps: list[tuple[str, int]]) -> None:
    """Received is deducted, given back and held; what is held is never less than nothing; what is refused changes
    nothing; and nothing is refused that is in order."""
    state = LIFE.begin(RECORD)
    happened: list[RenovationEvent] = []
    for given_ in APPROVED:
        first = RenovationEvent.model_validate({"at": START, "by": "zhou.min", **given_})
        assert LIFE.faults(state, first, len(happened)) == []
        LIFE.advance(state, first)
        happened.append(first)
    books = Books()
    for wanted, amount in steps:
        what = ONWARD.get(books.state, "rectified") if wanted == "onward" else wanted
        fen = max(0, books.held + amount) if what in ("refunded", "cancelled") else amount
        one = event(len(happened), what, fen)
        before = deepcopy(state.folded), state.status
        faults = LIFE.faults(state, one, len(happened))
        assert (state.folded, state.status) == before
        assert bool(faults) != books.takes(what, fen), (what, fen, faults)
        if not faults:
            LIFE.advance(state, one)
            happened.append(one)
        found = sums(state)
        assert found == {
            "received": Decimal(yuan(books.received)),
            "deducted": Decimal(yuan(books.deducted)),
            "refunded": Decimal(yuan(books.refunded)),
            "held": Decimal(yuan(books.held)),
        }
        assert found["received"] == found["deducted"] + found["refunded"] + found["held"]
        assert found["held"] >= 0
        assert all(str(amount).partition(".")[2].isdigit() for amount in found.values())
        if state.status in ("cancelled", "refunded", "closed"):
            assert found["held"] == 0
    again, faults = LIFE.replay(RECORD, happened)
    assert faults == []
    assert sums(again) == sums(state)


@pytest.mark.rule("N6")
@settings(deadline=None)
@given(st.lists(MONEY, min_size=1, max_size=12))
def test_a_file_full_of_mistakes_still_adds_up(steps: list[tuple[str, int]]) -> None:
    """What stands in a file by hand is counted, right or wrong, so that the mistake can be told: replay says which
    charge took what was not there."""
    events = [RenovationEvent.model_validate({"at": START, "by": "zhou.min", **given_}) for given_ in APPROVED]
    for what, fen in [("permitted", 0), ("violated", 0), *steps]:
        events.append(event(len(events), what, fen))
    state, faults = LIFE.replay(RECORD, events)
    found = sums(state)
    assert found["received"] == found["deducted"] + found["refunded"] + found["held"]
    held, wrong = 0, set()
    for index, (what, fen) in enumerate(steps, len(APPROVED) + 2):
        if fen == 0 or (what == "charged" and fen > held):
            wrong.add(index)
        held += {"deposit": fen, "charged": -fen}.get(what, 0)
    assert {fault.index for fault in faults} == wrong
    assert found["held"] * 100 == held
