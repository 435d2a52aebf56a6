"""Nothing forged goes unseen, and it is named with its commit."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from propcli.records.auditing import Asked, Outcome, audit
from propcli.records.standing import Finding
from propcli.store.anchors import Anchor
from propcli.store.history import History
from propcli.store.past import Past
from tests.audit.forgeries import FORGERIES, HISTORIES, Forgery
from tests.audit.forging import Forger

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def verified(root: Path, anchors: Sequence[Anchor] = (), mark: dict[str, object] | None = None) -> Outcome:
    return audit(Past(History(root.resolve())), Asked(NOW, anchors=anchors, mark=mark))[0]


def told(findings: Sequence[Finding]) -> list[str]:
    return [f"{f.code} {f.commit[:10]} {f.record} {f.what}" for f in findings]


@pytest.mark.parametrize("one", FORGERIES, ids=lambda one: one.name)
def test_it_is_named_with_its_commit(forger: Forger, one: Forgery) -> None:
    """Looked at from the first commit on. What is honest raises nothing beside it."""
    commit = one.forge(forger)
    alarms = verified(forger.root).alarms
    assert (one.code, commit) in {(f.code, f.commit) for f in alarms}, told(alarms)
    assert one.record in {None, *(f.record for f in alarms if f.code == one.code)}, told(alarms)
    assert {f.commit for f in alarms} == {commit} or one.code in ("object_spoilt", "clock_back"), told(alarms)


@pytest.mark.parametrize("one", HISTORIES, ids=lambda one: one.name)
@pytest.mark.parametrize("by", ["anchor", "mark"])
def test_a_history_written_anew_is_seen(forger: Forger, one: Forgery, by: str) -> None:
    """Against an anchor kept elsewhere, and by what was verified here before."""
    anchor = Anchor(forger.git("rev-parse", "HEAD"))
    mark = json.loads((forger.root / ".git/propcli/verified.json").read_bytes())
    commit = one.forge(forger)
    alarms = verified(forger.root, [anchor] if by == "anchor" else [], mark if by == "mark" else None).alarms
    assert ({"anchor": "anchor_lost", "mark": "rewritten_since"}[by], anchor.head) in {
        (f.code, f.commit) for f in alarms
    }
    assert (one.code, commit) in {(f.code, f.commit) for f in alarms}, told(alarms)


def test_there_are_many_kinds() -> None:
    assert len(FORGERIES) + len(HISTORIES) >= 40
