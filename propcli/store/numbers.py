"""Which numbers have been given out: a number once on somebody's slip of paper is nobody else's, also when its record
was deleted, lies on another branch, or was undone with the commit that made it.

The history is read whole, once, by what commits there are and not by when they say they were made; after that only what
is new since. What was found is kept in the private folder of the repository: lost, it is found again from the history.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.catalog import KINDS, Kind
from propcli.store import opening
from propcli.store.history import History

FORMAT = 1
NUMBERED = re.compile(r"(?P<prefix>[A-Z]-(?:[0-9]{4,8}-)?)(?P<number>[0-9]+)\.yaml")


class Numbers:
    """The highest number given out for each prefix (`T-20261014-`) of an estate, as far as git and this repository's
    memory know. Read under the lock; `give` what was written, when it is."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.file = history.private() / "numbers.json"
        self.estate = PurePosixPath(history.root.relative_to(history.top))
        self._highest: dict[str, int] | None = None
        self._seen: list[str] = []

    def highest(self, prefix: str) -> int:
        """The highest number given out; 0 for none. Refuses where the history does not say."""
        if self._highest is None:
            self._highest = self._found()
        return self._highest.get(self._key(prefix), 0)

    def give(self, record_ids: Iterable[str]) -> None:
        """Remember what was given out just now, whatever becomes of the commit that says so."""
        if self._highest is None:
            return
        for record_id in record_ids:
            kind = _kind(record_id)
            if kind is not None:
                self._note(self._highest, self.estate / kind.path(record_id))
        self._keep(self._highest)

    def _key(self, prefix: str) -> str:
        return str(self.estate / prefix)

    def _found(self) -> dict[str, int]:
        """What is remembered, and what the commits since say."""
        if self.history.shallow():
            raise Refusal(
                say("the history here is cut off (a shallow clone): nobody knows which numbers were given before"),
                hint=say("git fetch --unshallow brings the rest"),
                code=3,
            )
        remembered = self._remembered()
        highest: dict[str, int] = dict(remembered["highest"])
        changed, tips = self.history.names_since(remembered["seen"])
        if changed is None:  # a commit seen before is gone: all of it again
            changed, tips = self.history.names_since([])
        for name in changed or ():
            self._note(highest, PurePosixPath(name))
        self._seen = tips
        if tips != remembered["seen"]:
            self._keep(highest)
        return highest

    def _note(self, highest: dict[str, int], path: PurePosixPath) -> None:
        """A file of any estate of the repository, by its path from the top."""
        match = NUMBERED.fullmatch(path.name)
        kind = _kind(path.stem) if match else None
        if match is None or kind is None or kind.folder not in path.parts:
            return
        key = str(PurePosixPath(*path.parts[: path.parts.index(kind.folder)]) / match["prefix"])
        highest[key] = max(highest.get(key, 0), int(match["number"]))

    def _remembered(self) -> dict[str, Any]:
        try:
            found = json.loads(opening.content(self.file, self.file.parent) or b"")
            if found["format"] == FORMAT:
                return {
                    "seen": [str(commit) for commit in found["seen"]],
                    "highest": {str(key): int(number) for key, number in found["highest"].items()},
                }
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # found again from the history
        return {"seen": [], "highest": {}}

    def _keep(self, highest: dict[str, int]) -> None:
        content = {"format": FORMAT, "seen": self._seen, "highest": highest}
        with suppress(OSError):  # the records are written: what is not remembered is read again
            opening.replace(self.file, self.file.parent, json.dumps(content).encode())


def _kind(record_id: str) -> Kind | None:
    return next((kind for kind in KINDS.values() if kind.prefix and kind.is_id(record_id)), None)
