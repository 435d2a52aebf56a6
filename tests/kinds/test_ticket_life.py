"""The life of a ticket as a state machine: whatever is tried in whatever order, what is let through is right."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from propcli.engine.lifecycle import State
from propcli.kinds.ticket.life import LIFE, STEPS
from propcli.kinds.ticket.model import TicketEvent
from propcli.kinds.ticket.words import ENDED, KIND, SEVERITY, STATUS

START = datetime(2026, 10, 14, 10, tzinfo=timezone(timedelta(hours=8)))
FILLED: dict[str, Any] = {
    "team": "engineering",
    "assignee": "zhang.wei",
    "cause": "x",
    "who": "王丽",
    "item": "x",
    "labour": "1",
    "waiting_for": "parts",
    "reason": "x",
    "text": "x",
    "responsible": "x",
    "solution": "x",
    "other": "T-20261001-001",
}
CHOICES: dict[str, list[dict[str, Any]]] = {
    "consented": [{"to": "charge"}, {"to": "water"}, {"to": "power"}],
    "escalated": [{"to": "supervisor"}, {"to": "manager"}],
    "handed_over": [{"to": "lin.yue"}, {"to": "zhou.min"}],
    "diagnosed": [{}, {"stops": ["water"]}],
    "followed_up": [{"solved": "true"}, {"solved": "false"}],
    "tested": [{"tight": "true"}, {"tight": "false"}],
    "judged": [{"valid": "true"}, {"valid": "false"}],
}


class Life(RuleBasedStateMachine):
    """Tries any event at any time; the lifecycle says which may happen."""

    @initialize(
        kind=st.sampled_from(list(KIND)),
        category=st.sampled_from(["water", "leak"]),
        severity=st.sampled_from(list(SEVERITY)),
    )
    def take_in(self, kind: str, category: str, severity: str) -> None:
        caller = SimpleNamespace(name="王丽")
        self.ticket = SimpleNamespace(
            id="T-20261014-001",
            kind=kind,
            category=category,
            channel="phone",
            caller=caller,
            resident=None,
            reported=START,
            payment=None,
        )
        self.events: list[TicketEvent] = []
        self.state = LIFE.begin(self.ticket)
        given = {"severity": severity} if kind == "complaint" else {}
        self.happen(TicketEvent(at=START, by="zhou.min", event="accepted", **given))
        assert self.events

    def happen(self, event: TicketEvent) -> None:
        if not LIFE.faults(self.state, event, len(self.events)):
            LIFE.advance(self.state, event)
            self.events.append(event)

    @rule(
        name=st.sampled_from(list(STEPS)),
        pick=st.integers(0, 2),
        by=st.sampled_from(["zhou.min", "lin.yue", "zhang.wei"]),
    )
    def attempt(self, name: str, pick: int, by: str) -> None:
        step = STEPS[name]
        at = START + timedelta(minutes=len(self.events))
        choices = CHOICES.get(name, [{}])
        fields = {k: FILLED[k] for k in (*step.needs, *step.takes) if k in FILLED}
        fields |= choices[pick % len(choices)]
        if name == "delayed":
            fields["expected"] = at + timedelta(days=1)
        self.happen(TicketEvent(at=at, by=by, event=name, **fields))

    @rule()
    def go_forward(self) -> None:
        """The shortest honest way to the end, so that ends are reached."""
        for name in STEPS:
            if self.state.status in STEPS[name].after and name not in (
                "cancelled",
                "merged",
                "paused",
                "reopened",
                "noted",
            ):
                actor = {"confirmed": self.state.folded.get("assignee"), "replied": self.state.folded.get("acceptor")}
                self.attempt(name, 0, actor.get(name) or "zhou.min")

    @invariant()
    def what_stands_replays_without_fault(self) -> None:
        if getattr(self, "events", None):
            state, faults = LIFE.replay(self.ticket, self.events)
            assert not faults
            assert (state.status, state.folded) == (self.state.status, self.state.folded)
            assert state.status in STATUS

    @invariant()
    def nothing_is_closed_before_its_time(self) -> None:
        """[P5, F4, C4, C6, F5] Read off the list of events, not off the tables."""
        if not getattr(self, "events", None) or self.state.status != "closed":
            return
        names = [e.event for e in self.events]
        rounds = names[len(names) - names[::-1].index("reopened") :] if "reopened" in names else names
        kind = self.ticket.kind
        if kind == "repair":
            order = [
                rounds.index(n)
                for n in (
                    "dispatched",
                    "confirmed",
                    "arrived",
                    "diagnosed",
                    "done",
                    "signed_off",
                    "followed_up",
                    "closed",
                )
            ]
            assert order[-4:] == sorted(order[-4:])
        if kind == "complaint":
            assert {"judged"} <= set(names)
            assert {"replied", "done", "followed_up"} <= set(rounds)
        if "followed_up" in rounds:
            last = [e for e in self.events if e.event == "followed_up"][-1]
            assert last.solved

    @invariant()
    def what_has_ended_is_left_alone(self) -> None:
        """After cancelling or merging nothing is done to a ticket but notes, links and the answer that is owed."""
        if not getattr(self, "events", None):
            return
        names = [e.event for e in self.events]
        for end in ("cancelled", "merged"):
            if end in names:
                assert set(names[names.index(end) + 1 :]) <= {"noted", "linked", "replied"}
                assert self.state.status in ENDED


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLife = pytest.mark.slow(Life.TestCase)


@pytest.mark.parametrize("kind", list(KIND))
def test_what_is_finished_is_not_cancelled(kind: str) -> None:
    """Only what is still to be done, or waits, can be called off; work that is done runs on to its end."""
    withdrawn = TicketEvent(at=START, by="zhou.min", event="cancelled", reason="x", who="王丽")
    ticket = SimpleNamespace(kind=kind)
    possible = {status for status in STATUS if not LIFE.faults(State(ticket, status), withdrawn, 1)}
    assert possible == {"waiting", "assigned", "confirmed", "on_site", "diagnosed", "paused"}
