"""Who runs a change: where the store says what it has to say while it works, what of the command may be named to
others, and whether the answer was given. A program sets it once with `start`; without that nothing is said."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from propcli.engine.text import Text


@dataclass
class Caller:
    """`command`: its name, never a word of its arguments. `recorded`: the first line of every commit made. `asked`:
    what was typed, as a digest; '' where it need not say all that was meant. `terminal`: questions may be asked."""

    command: str = "propcli"
    arguments: Sequence[str] = ()
    say: Callable[[Text], None] = lambda _text: None
    known: bool = False  # a program that will say how it ended
    recorded: list[str] = field(default_factory=list)
    unanswered: Path | None = None
    terminal: bool = False

    def asked(self, mark: str, sealed: bool) -> str:
        """`sealed`: part of what was meant is nowhere to be read."""
        if not self.known or (sealed and (self.terminal or "-" in self.arguments)):
            return ""
        return hashlib.sha256("\0".join([mark, *self.arguments]).encode("utf-8", "surrogateescape")).hexdigest()


_caller = Caller()


def start(command: str, arguments: Sequence[str], say: Callable[[Text], None], terminal: bool = False) -> None:
    """A command begins. `say` must not fail."""
    global _caller
    _caller = Caller(command, arguments, say, known=True, terminal=terminal)


def caller() -> Caller:
    return _caller


def over() -> None:
    """The command is over; what comes after in this process is nothing it would tell."""
    global _caller
    answered()
    _caller = Caller()


def answered() -> None:
    """Whoever ran the command knows how it ended."""
    if _caller.unanswered is not None:
        with suppress(OSError):
            _caller.unanswered.unlink(missing_ok=True)
        _caller.unanswered = None
