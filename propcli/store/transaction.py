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
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import drafts, opening
from propcli.store.estate import plain
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
        problem = plain(self.root, path)
        if problem is not None:
            raise Refusal(say("{path} cannot be used", path=str(path)), code=3, problems=(problem,))
        return _content(self.root / path, self.root)

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
        entries = []
        staged: dict[Path, bytes] = {}
        for number, (path, new) in enumerate(self._new.items()):
            old = self._old[path]
            if _digest(_content(self.root / path, self.root)) != _digest(old):
                raise Refusal(
                    say("{path} was changed by somebody else just now", path=str(path)),
                    hint=say("look at it and run the command again"),
                    code=3,
                )
            staged[stage / f"{number}.new"] = new
            if old is not None:
                staged[stage / f"{number}.old"] = old
            entries.append({"path": str(path), "old": _digest(old), "new": _digest(new)})
        _write_all(staged, self.private)
        estate = os.path.relpath(self.root, self.history.top)
        plan = {"estate": estate, "message": message, "files": entries, "undo": False, "head": self.history.head()}
        self._new, self._old = {}, {}
        return _carry_out(self.history, self.private, plan)


@contextmanager
def operation(root: Path) -> Iterator[Operation]:
    """Hold the repository's lock, finish what an earlier operation left, and hand out a new one."""
    from filelock import FileLock, Timeout

    history = History(root)
    history.check_state()
    private = history.private()
    shared = private.stat().st_mode & opening.SHARED
    lock = FileLock(private / "lock", timeout=WAIT_SECONDS, mode=0o664 if shared else 0o644)
    try:
        lock.acquire()
    except PermissionError:
        raise _not_shared(private) from None
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
        drafts.sweep(private)
        if (private / "journal.json").exists():
            _finish(history, private)
            history.root = root
        yield Operation(root, history)
    finally:
        lock.release()


def _not_shared(private: Path) -> Refusal:
    """The refusal where the repository belongs to somebody else, and not to a group of both."""
    try:
        owner = private.owner()
    except KeyError:  # of somebody the machine has no name for
        owner = str(private.stat().st_uid)
    return Refusal(
        say("{folder} belongs to {owner} and may not be written to by you", folder=str(private), owner=owner),
        hint=say(
            "for a repository of a group {owner} types: git config core.sharedRepository group && chmod -R g+rwX {top}",
            owner=owner,
            top=str(private.parent.parent),
        ),
        code=3,
    )


def _finish(history: History, private: Path) -> None:
    """Carry out, or undo if it says so, what the journal of a dead process says."""
    plan = _read_plan(private / "journal.json", private / "stage")
    history.root = (history.top / plan["estate"]).resolve()
    if plan["undo"]:
        _put_back(history, private, plan, fresh=False)
    else:
        # what was committed meanwhile is not this change's doing
        _carry_out(history, private, {**plan, "head": history.head()}, fresh=False)


def _carry_out(history: History, private: Path, plan: dict[str, Any], fresh: bool = True) -> str:
    """Do what a plan says, from any state a dead process can have left; `fresh`: it is this process's own, and its
    journal is still to be written. Whatever stops it half-way leaves the old."""
    journal, stage = private / "journal.json", private / "stage"
    root = history.root
    paths = [PurePosixPath(entry["path"]) for entry in plan["files"]]
    strangers = [
        e["path"] for e in plan["files"] if _digest(_content(root / e["path"], root)) not in (e["old"], e["new"])
    ]
    if strangers:
        for path in paths:
            _beside(root / path).unlink(missing_ok=True)
        raise Refusal(
            say("an interrupted change cannot be finished: {files} were changed since", files=strangers),
            hint=say(
                "the change is kept in {folder}; put the files right, commit them, and delete {journal}",
                folder=str(stage),
                journal=str(journal),
            ),
            code=3,
        )
    commit = ""
    try:
        if fresh:
            _replace(journal, json.dumps(plan).encode(), private)
        beside: dict[Path, bytes] = {}
        for number, entry in enumerate(plan["files"]):
            target = root / entry["path"]
            if _digest(_content(target, root)) != entry["new"]:
                beside[_beside(target)] = (stage / f"{number}.new").read_bytes()
        _write_all(beside, root)
        for new in beside:
            target = new.with_name(new.name[1:-4])
            if target.exists():
                new.chmod(target.stat().st_mode & 0o7777)
            new.replace(target)
        _sync_folders({new.parent for new in beside})
        # A dead process may have come as far as the commit.
        if fresh or not history.clean(paths):
            added = any(entry["old"] is None for entry in plan["files"])
            commit = history.commit(paths, plan["message"], private, plan["head"], added)
    except BaseException:
        if history.head() != plan["head"]:
            _forget(journal, stage)  # interrupted after the commit: it is done
        elif not fresh and history.locked():
            pass  # git itself has to be freed first; the journal waits
        else:
            _put_back(history, private, plan, fresh)
        raise
    _forget(journal, stage)
    return commit


def _read_plan(journal: Path, stage: Path) -> dict[str, Any]:
    """The journal, checked as far as it takes to trust it."""
    try:
        plan = json.loads(journal.read_bytes())
        files = [(entry["path"], entry["old"], entry["new"]) for entry in plan["files"]]
        for number, (_path, old, new) in enumerate(files):
            contents = [(f"{number}.new", new)] + ([(f"{number}.old", old)] if old is not None else [])
            for name, digest in contents:
                if _digest(_content(stage / name, stage)) != digest:
                    raise ValueError(name)
        return {
            "head": str(plan["head"]),
            "estate": str(plan["estate"]),
            "message": str(plan["message"]),
            "files": plan["files"],
            "undo": bool(plan["undo"]),
        }
    except (ValueError, KeyError, TypeError, OSError):
        raise Refusal(
            say("what an interrupted change left behind cannot be read: {journal}", journal=str(journal)),
            hint=say("see with git status whether its records are whole, then delete that file"),
            code=3,
        ) from None


def _put_back(history: History, private: Path, plan: dict[str, Any], fresh: bool) -> None:
    """Undo what a plan did: on disk and, for a dead process, in the index. An empty folder may stay.

    What a hook of the refused commit made of the files is undone too; what somebody else wrote since a process died
    is not."""
    journal, stage = private / "journal.json", private / "stage"
    if not plan["undo"] and journal.exists():
        _replace(journal, json.dumps({**plan, "undo": True}).encode(), private)
    files = plan["files"]
    for number, entry in enumerate(files):
        target = history.root / entry["path"]
        _beside(target).unlink(missing_ok=True)
        now = _digest(_content(target, history.root))
        if now == entry["old"] or (now != entry["new"] and not fresh):
            continue
        if entry["old"] is None:
            target.unlink(missing_ok=True)
        else:
            mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
            _replace(target, (stage / f"{number}.old").read_bytes(), history.root)
            target.chmod(mode)
    if not fresh:
        history.unstage([PurePosixPath(entry["path"]) for entry in files], private)
    _forget(journal, stage)


def _forget(journal: Path, stage: Path) -> None:
    journal.unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)


def _content(path: Path, below: Path) -> bytes | None:
    """The bytes of a file; None where there is none. Refuses what is reached through a link, and what is no file."""
    return opening.content(path, below)


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _write_all(contents: dict[Path, bytes], below: Path) -> None:
    """Write files so that they are on the disk when this returns: one by one, or with one sync for very many."""
    one_by_one = len(contents) <= 32
    for path, content in contents.items():
        with opening.created(path, below) as out:
            out.write(content)
            if one_by_one:
                out.flush()
                os.fsync(out.fileno())
    if not one_by_one:
        os.sync()
    _sync_folders({path.parent for path in contents})


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _replace(path: Path, content: bytes, below: Path) -> None:
    """Write beside, flush, rename over: a reader sees the old file or the new one."""
    _write_all({_beside(path): content}, below)
    _beside(path).replace(path)
    _sync_folders({path.parent})


def _sync_folders(folders: set[Path]) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
