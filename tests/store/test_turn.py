"""Whose turn it is: first come, first served; who is waited for is named; the dead do not stand in the way."""

import os
import signal
import threading
from pathlib import Path

import pytest

from propcli.engine.problem import Refusal
from propcli.engine.text import Text
from propcli.store import caller, turn


def standing(private: Path, count: int) -> None:
    """Wait until so many stand in the line."""
    line = private / "line"
    while sum(place.name.isdigit() for place in line.iterdir()) < count:
        threading.Event().wait(0.002)


def test_twenty_are_served_in_the_order_they_came(tmp_path: Path) -> None:
    served = []

    def wait(number: int) -> None:
        with turn.turn(tmp_path):
            served.append(number)

    waiting = [threading.Thread(target=wait, args=(number,)) for number in range(20)]
    with turn.turn(tmp_path):
        for number, thread in enumerate(waiting):
            thread.start()
            standing(tmp_path, number + 2)
        assert served == []
    for thread in waiting:
        thread.join()
    assert served == list(range(20))
    assert list((tmp_path / "line").iterdir()) == []


def test_a_line_that_moves_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes altogether: only one that does not end is given up on."""
    monkeypatch.setattr(turn, "WAIT_SECONDS", 0.3)
    refused = []

    def work() -> None:
        try:
            with turn.turn(tmp_path):
                threading.Event().wait(0.1)
        except Refusal as refusal:
            refused.append(refusal)

    working = [threading.Thread(target=work) for _ in range(8)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    assert refused == []


def test_who_does_not_end_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(turn, "SAID_AFTER", 0.05)
    said: list[Text] = []
    caller.start("propcli ticket add", ["ticket", "add", "--name", "王丽"], said.append)
    try:
        with turn.turn(tmp_path), pytest.raises(Refusal) as refused, turn.turn(tmp_path):
            raise AssertionError("two at once")
    finally:
        caller.over()
    found = turn.holder(tmp_path)
    assert found is not None and found.pid == os.getpid() and found.command == "propcli ticket add"
    assert [text.pattern for text in said] == ["waiting for another propcli: {holder}"]
    (reason,) = refused.value.reasons
    assert reason.values["holder"].values["pid"] == str(os.getpid())
    assert "王丽" not in (tmp_path / "lock").read_text()
    assert list((tmp_path / "line").iterdir()) == []  # whoever gave up stands in nobody's way


@pytest.mark.parametrize("first", [True, False], ids=["whose turn it was", "who was waiting"])
def test_who_was_killed_does_not_stand_in_the_way(tmp_path: Path, first: bool) -> None:
    (tmp_path / "line").mkdir()
    if not first:
        holder = turn.turn(tmp_path)
        holder.__enter__()
    child = os.fork()
    if not child:
        if not first:
            turn.WAIT_SECONDS = 60
        with turn.turn(tmp_path):
            signal.pause()
        os._exit(0)
    standing(tmp_path, 1 if first else 2)
    if first:
        while turn.holder(tmp_path) is None:
            threading.Event().wait(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if not first:
        holder.__exit__(None, None, None)
    with turn.turn(tmp_path):
        assert len(list((tmp_path / "line").iterdir())) == 1
