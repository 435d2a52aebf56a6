"""Changing records: all files of an operation or none, and one commit for them.

When it is this process's turn, the change is written down (`journal.py`), the new contents are written beside the
records and the old ones get a second name (`carrying.py`); only then are the records replaced, each by a rename, and
committed. From there on neither going on nor putting back needs room on the disk. Whoever comes after a process that
died finishes what it had begun or undoes it, and says so (`recovery.py`). `docs/reliability.md` has the whole order."""

import dataclasses
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import drafts
from propcli.store.caller import answered, caller
from propcli.store.carrying import content_of, digest, record
from propcli.store.estate import plain
from propcli.store.history import History
from propcli.store.journal import Entry, Journal, Plan
from propcli.store.recovery import left_behind, settle_all
from propcli.store.turn import turn


class Operation:
    """One change, being put together. Get it from `operation()`; `commit` carries it out. `before`: what died on its
    way and is on record now."""

    def __init__(self, root: Path, history: History, before: Iterable[Plan] = ()) -> None:
        self.root = root
        self.history = history
        self.private = history.private()
        self.before = tuple(before)
        self._new: dict[PurePosixPath, bytes] = {}
        self._old: dict[PurePosixPath, bytes | None] = {}
        self._says: list[str] = []

    def read(self, path: PurePosixPath) -> bytes | None:
        """A file as this operation sees it; None where there is none."""
        if path in self._new:
            return self._new[path]
        problem = plain(self.root, path)
        if problem is not None:
            raise Refusal(say("{path} cannot be used", path=str(path)), code=3, problems=(problem,))
        return content_of(self.root / path, self.root)

    def write(self, path: PurePosixPath, content: bytes) -> None:
        """Put a file's new content into the operation. Nothing is on disk until `commit`."""
        if path not in self._old:
            self._old[path] = self.read(path)
        self._new[path] = content

    def says(self, *what: Any) -> None:
        """What the operation comes to, in values that are the same when it is asked for again."""
        self._says.append(json.dumps(what, ensure_ascii=False, default=str))

    @property
    def empty(self) -> bool:
        return not any(self._old[path] != new for path, new in self._new.items())

    def commit(self, message: str, keys: Iterable[Path] = ()) -> None:
        """Replace the files and commit them, and destroy the files of `keys` after that. What stood in the files and
        was not committed yet is committed first, by itself. Raises Refusal, with everything as it was."""
        for path in self._new:
            if digest(content_of(self.root / path, self.root)) != digest(self._old[path]):
                raise Refusal(
                    say("{path} was changed by somebody else just now", path=str(path)),
                    hint=say("look at it and run the command again"),
                    code=3,
                )
        files = tuple(
            Entry(str(p), digest(self._old[p]), hashlib.sha256(new).hexdigest()) for p, new in self._new.items()
        )
        plan = Plan(
            estate=os.path.relpath(self.root, self.history.top),
            message=message,
            files=files,
            keys=tuple(map(str, keys)),
            gist=_gist(self._old, self._new, self._says),
        )
        sealed = any(b"age:" in content for content in self._new.values())
        self._refuse_repetition(plan, sealed)
        plan = dataclasses.replace(plan, asked=caller().asked(plan.mark, sealed))
        _commit_by_hand(self.history, self.private, {p: old for p, old in self._old.items() if old is not None})
        contents = {path: (content, self._old[path] is not None) for path, content in self._new.items()}
        self._new, self._old, self._says = {}, {}, []
        record(self.history, Journal(self.private), plan, contents)

    def _refuse_repetition(self, plan: Plan, sealed: bool) -> None:
        """Whoever was interrupted runs the same command again: what it did is on record already."""
        for earlier in self.before:
            if earlier.gist == plan.gist and earlier.asked and earlier.asked == caller().asked(earlier.mark, sealed):
                raise Refusal(
                    say("this very command was interrupted before and is on record: {what}", what=earlier.subject),
                    hint=say("nothing was recorded twice; run it once more if it has happened twice"),
                    code=0,
                )


@contextmanager
def operation(root: Path) -> Iterator[Operation]:
    """Wait for this process's turn, finish or undo what died before, and hand out a new operation."""
    history = History(root)
    history.check_state()
    with turn(history.private()):
        drafts.sweep(history.private())
        answered()  # what this very process recorded before is no leftover
        before = settle_all(history, Journal(history.private()))
        yield Operation(root, history, before)


def settle(root: Path) -> None:
    """Finish or undo what died, before anything is read that a change is planned from."""
    history = History(root)
    if left_behind(Journal(history.private())):
        with operation(root):
            pass


def _commit_by_hand(history: History, private: Path, contents: dict[PurePosixPath, bytes]) -> None:
    """Commit by itself what somebody wrote into the files with an editor and did not commit."""
    paths = history.differing(contents) if contents else []
    if not paths:
        return
    names = ", ".join(path.stem for path in paths[:5]) + (" …" if len(paths) > 5 else "")
    trailers = [line for path in paths for line in (f"Record: {path.stem}", "Event: edited")]
    digests = [(str(path), hashlib.sha256(contents[path]).hexdigest()) for path in paths]
    plan = Plan(
        estate=os.path.relpath(history.root, history.top),
        message="\n".join([f"Edited by hand: {names}", "", *trailers, "By: -"]),
        files=tuple(Entry(path, its, its) for path, its in digests),
        by_hand=True,
    )
    journal = Journal(private)
    record(history, journal, plan, {})
    if journal.phase == "journal":
        raise Refusal(
            say("{what}: that is committed, but git's index is not in step with it", what=plan.subject),
            hint=say("nothing else was recorded; make room on the disk and run the command again"),
            code=3,
        )
    caller().say(
        say("note: {files} had been edited by hand; that is a commit of its own now", files=[p for p, _ in digests])
    )


def _gist(old: dict[PurePosixPath, bytes | None], new: dict[PurePosixPath, bytes], says: list[str]) -> str:
    """What a change comes to, but for times, what is sealed and the ids it gives: the same command typed again has the
    same. Where nobody has said it, it is what the files will have more."""
    ids = [re.escape(path.stem) for path in new if old[path] is None]
    varying = re.compile("|".join([r"\d{4}-\d\d-\d\d[T ][\d:.]+([+-][\d:]+|Z)?", r"age[:1][\w+/=]+", *ids]))
    texts = list(says)
    for path, content in () if says else new.items():
        added = Counter(content.splitlines()) - Counter((old[path] or b"").splitlines())
        texts += [str(path), *(line.decode("utf-8", "replace") for line in added.elements())]
    return hashlib.sha256("\0".join(varying.sub("", text) for text in texts).encode()).hexdigest()
