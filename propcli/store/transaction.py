"""Changing records: all files of an operation or none, and one commit for them.

Under the repository's lock: the new contents go to a staging folder inside the git directory together with the
old ones, then a journal is written, and only from then on are the records replaced, one by one, each by an atomic
rename. A process that dies before the journal leaves the old; one that dies after it leaves a journal that the
next operation finishes. If the commit is refused, everything is put back.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store.history import History

WAIT_SECONDS = 20.0


class Operation:
    """One change, being put together. Get it from `operation()`; `commit` carries it out."""

    def __init__(self, root: Path, history: History) -> None:
        self.root = root
        self.history = history
        self.private = history.private()
        self._new: dict[PurePosixPath, bytes] = {}
        self._old: dict[PurePosixPath, bytes | None] = {}

    def read(self, path: PurePosixPath) -> bytes | None:
        """A file as this operation sees it; None where there is none."""
        if path in self._new:
            return self._new[path]
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, path: PurePosixPath, content: bytes) -> None:
        """Put a file's new content into the operation. Nothing is on disk until `commit`."""
        if path not in self._old:
            self._old[path] = self.read(path)
        self._new[path] = content

    @property
    def empty(self) -> bool:
        return not any(self._old[path] != new for path, new in self._new.items())

    def commit(self, message: str) -> str:
        """Replace the files and commit them; the commit's id. Raises Refusal, with everything as it was."""
        stage = self.private / "stage"
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        entries = []
        staged: dict[Path, bytes] = {}
        for number, (path, new) in enumerate(self._new.items()):
            old = self._old[path]
            if _digest(_content(self.root / path)) != _digest(old):
                raise Refusal(
                    say("{path} was changed by somebody else just now", path=str(path)),
                    hint=say("look at it and run the command again"),
                    code=3,
                )
            staged[stage / f"{number}.new"] = new
            if old is not None:
                staged[stage / f"{number}.old"] = old
            entries.append({"path": str(path), "old": _digest(old), "new": _digest(new)})
        _write_all(staged)
        journal = self.private / "journal.json"
        estate = os.path.relpath(self.root, self.history.top)
        _replace(journal, json.dumps({"estate": estate, "message": message, "files": entries}).encode())
        self._new, self._old = {}, {}
        return _carry_out(self.history, self.private)


@contextmanager
def operation(root: Path) -> Iterator[Operation]:
    """Hold the repository's lock, finish what an earlier operation left, and hand out a new one."""
    from filelock import FileLock, Timeout

    history = History(root)
    history.check_ready()
    private = history.private()
    lock = FileLock(private / "lock", timeout=WAIT_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise Refusal(
            say(
                "another propcli has been changing records here for {seconds} seconds",
                seconds=int(WAIT_SECONDS),
            ),
            hint=say("wait for it to end, or end it, and run the command again"),
            code=3,
        ) from None
    try:
        if (private / "journal.json").exists():
            _carry_out(history, private)
        yield Operation(root, history)
    finally:
        lock.release()


def _carry_out(history: History, private: Path) -> str:
    """Do what the journal says: from any state a dead process can have left."""
    journal = private / "journal.json"
    plan = json.loads(journal.read_bytes())
    root = (history.top / plan["estate"]).resolve()
    history.root = root
    stage = private / "stage"
    paths = [PurePosixPath(entry["path"]) for entry in plan["files"]]
    strangers = [
        entry["path"]
        for entry in plan["files"]
        if _digest(_content(root / entry["path"])) not in (entry["old"], entry["new"])
    ]
    if strangers:
        raise Refusal(
            say(
                "an interrupted change cannot be finished: {files} were changed since",
                files=", ".join(strangers),
            ),
            hint=say(
                "the change is kept in {folder}; put the files right, commit them, and delete {journal}",
                folder=str(stage),
                journal=str(journal),
            ),
            code=3,
        )
    beside: dict[Path, bytes] = {}
    for number, entry in enumerate(plan["files"]):
        target = root / entry["path"]
        if _digest(_content(target)) != entry["new"]:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside[_beside(target)] = (stage / f"{number}.new").read_bytes()
    _write_all(beside)
    for path in beside:
        path.replace(path.with_name(path.name[1:-4]))
    _sync_folders({path.parent for path in beside})
    try:
        if history.has_commits() and history.clean(paths):
            commit = ""  # it died after the commit
        else:
            commit = history.commit(paths, plan["message"], private)
    except (Refusal, KeyboardInterrupt):
        _put_back(history, private, plan, root)
        raise
    _forget(journal, stage)
    return commit


def _put_back(history: History, private: Path, plan: dict[str, object], root: Path) -> None:
    """Undo on disk and in the index what the journal did. A folder made for a new file may stay, empty."""
    stage = private / "stage"
    files = plan["files"]
    assert isinstance(files, list)
    for number, entry in enumerate(files):
        target = root / entry["path"]
        if entry["old"] is None:
            target.unlink(missing_ok=True)
        else:
            _replace(target, (stage / f"{number}.old").read_bytes())
    history.unstage([PurePosixPath(entry["path"]) for entry in files], private)
    _forget(private / "journal.json", stage)


def _forget(journal: Path, stage: Path) -> None:
    journal.unlink()
    shutil.rmtree(stage, ignore_errors=True)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _write_all(contents: dict[Path, bytes]) -> None:
    """Write files so that they are on the disk when this returns: one by one, or with one sync for very many."""
    one_by_one = len(contents) <= 32
    for path, content in contents.items():
        with path.open("wb") as out:
            out.write(content)
            if one_by_one:
                out.flush()
                os.fsync(out.fileno())
    if not one_by_one:
        os.sync()
    _sync_folders({path.parent for path in contents})


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _replace(path: Path, content: bytes) -> None:
    """Write beside, flush, rename over: a reader sees the old file or the new one."""
    _write_all({_beside(path): content})
    _beside(path).replace(path)
    _sync_folders({path.parent})


def _sync_folders(folders: set[Path]) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
