"""Problems are values: found in numbers, sorted, shown together."""

from dataclasses import dataclass

from propcli.engine.text import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place in a file.

    `path` is relative to the estate, `line` and `column` count from 1 (0: the file as a whole)."""

    path: str
    line: int
    column: int
    what: Text
    hint: Text | None = None

    @property
    def place(self) -> tuple[str, int, int]:
        return (self.path, self.line, self.column)


class Refusal(Exception):
    """A command cannot do what it was asked; `code` is the exit code (2 wrong usage, 3 bad records or place).

    It carries every reason at once, and the problems of records where those are the reason."""

    def __init__(
        self,
        *reasons: Text,
        title: Text | None = None,
        hint: Text | None = None,
        code: int = 2,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__("; ".join(str(r) for r in reasons))
        self.reasons = reasons
        self.title = title
        self.hint = hint
        self.code = code
        self.problems = problems
