"""What a change is about to do, written down before it is done, so that whoever comes after a crash can end it.

The journal is one file whose name says how far things are:

    prepare.json   the new files are being written beside the records; no record is changed yet
    journal.json   the records are being replaced and committed
    undo.json      the records are being put back
    answer.json    it is recorded, and nobody was told yet

Each step is a rename and needs no room on the disk. The old contents lie in `stage/` as further names of the very
files (0, 1, …), so that putting back needs none either."""

import json
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import disk, leftover

PHASES = ("prepare", "journal", "undo", "answer")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a change: SHA-256 of its old content (None: there was no file) and of its new."""

    path: str
    old: str | None
    new: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A change. `estate`: its folder, seen from the top of the work tree; `mark`: what the commit is known by; `who`
    makes it (`leftover.signature`); `keys`: files of keys that are destroyed once it is recorded; `asked`, `gist`:
    digests of what was typed and of what it does, to tell a repetition. `by_hand`: the files stay as they are, only to
    be committed."""

    estate: str
    message: str
    files: tuple[Entry, ...]
    who: dict[str, Any] = field(default_factory=leftover.signature)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:16])
    keys: tuple[str, ...] = ()
    asked: str = ""
    gist: str = ""
    by_hand: bool = False

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]

    @property
    def paths(self) -> list[PurePosixPath]:
        return [PurePosixPath(entry.path) for entry in self.files]

    def beside(self, root: Path, entry: Entry) -> Path:
        """Where a file's new content waits, under a name that nobody else can have given."""
        target = root / entry.path
        return target.with_name(f".{target.name}.{self.mark}.new")


class Journal:
    """The journal of a repository, in its folder `private`."""

    def __init__(self, private: Path) -> None:
        self.private = private
        self.stage = private / "stage"

    def file(self, phase: str) -> Path:
        return self.private / f"{phase}.json"

    @property
    def phase(self) -> str | None:
        """How far a change that has not come to its end is, if there is one."""
        return next((phase for phase in PHASES if self.file(phase).exists()), None)

    def begin(self, plan: Plan) -> None:
        """Write a plan down and make room for the old contents."""
        shutil.rmtree(self.stage, ignore_errors=True)
        disk.make_folder(self.stage)
        disk.replace(self.file("prepare"), json.dumps(asdict(plan)).encode())

    def turn(self, before: str, after: str) -> None:
        """Go from one phase to the next; it is on the disk when this returns."""
        self.file(before).replace(self.file(after))
        disk.sync(self.private)

    def keep_old(self, root: Path, plan: Plan) -> None:
        """Give the old contents a second name, on the disk when this returns."""
        for number, entry in enumerate(plan.files):
            if entry.old is None:
                continue
            source, kept = root / entry.path, self.stage / str(number)
            try:
                if entry.old == entry.new:
                    raise OSError  # it is not replaced, so that a hook may write into this very file
                os.link(source, kept, follow_symlinks=False)
            except OSError:  # or another disk, or one without further names
                disk.create(kept, source.read_bytes(), source.stat().st_mode & 0o7777, synced=False)
            if len(plan.files) <= disk.FEW:
                disk.sync(kept)
        if len(plan.files) > disk.FEW:
            os.sync()
        disk.sync(self.stage)

    def end(self) -> None:
        """Nothing is left to be done."""
        for phase in PHASES:
            self.file(phase).unlink(missing_ok=True)
        disk.sync(self.private)
        shutil.rmtree(self.stage, ignore_errors=True)

    def read(self, phase: str) -> Plan:
        """The plan, as far as its form can be trusted. Refuses another form."""
        file = self.file(phase)
        try:
            said = json.loads(file.read_bytes())
            entries = tuple(_entry(part) for part in said["files"])
            texts = {name: str(said[name]) for name in ("estate", "message", "mark", "asked", "gist")}
            keys, who = tuple(map(str, said["keys"])), leftover.checked(said["who"])
            return Plan(files=entries, who=who, keys=keys, by_hand=bool(said["by_hand"]), **texts)
        except (ValueError, KeyError, TypeError, OSError):
            raise Refusal(
                say("what an interrupted change left behind cannot be read: {journal}", journal=str(file)),
                hint=say("see with git status whether its records are whole, then delete that file"),
                code=3,
            ) from None


def _entry(said: Any) -> Entry:
    entry = Entry(str(said["path"]), None if said["old"] is None else str(said["old"]), str(said["new"]))
    path = PurePosixPath(entry.path)
    if path.is_absolute() or ".." in path.parts or ".git" in path.parts:
        raise ValueError(entry.path)
    return entry


def strangers(files: Sequence[str], journal: Journal, phase: str) -> Refusal:
    """Files of an interrupted change are neither as they were nor as it would make them."""
    return Refusal(
        say("an interrupted change cannot be finished: {files} were changed since", files=list(files)),
        hint=say(
            "the change is kept in {folder}; put the files right, commit them, and delete {journal}",
            folder=str(journal.stage),
            journal=str(journal.file(phase)),
        ),
        code=3,
    )
