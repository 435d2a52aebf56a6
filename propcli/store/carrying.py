"""Carrying a plan out, and putting back what it did: each step can be taken again from wherever a process died."""

import errno
import hashlib
import shutil
from contextlib import suppress
from pathlib import Path, PurePosixPath

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import disk, opening
from propcli.store.caller import caller
from propcli.store.history import History
from propcli.store.journal import Journal, Plan


def record(history: History, journal: Journal, plan: Plan, contents: dict[PurePosixPath, tuple[bytes, bool]]) -> None:
    """Carry out a plan that nobody has begun yet. Whatever stops it leaves the old."""
    root = history.root
    try:
        journal.begin(plan)
        new = {}
        for entry in plan.files:
            if plan.by_hand:
                continue
            content, there = contents[PurePosixPath(entry.path)]
            target = root / entry.path
            _make_folder(target.parent, root)
            new[plan.beside(root, entry)] = (content, target.stat().st_mode & 0o7777 if there else None)
        disk.create_all(new)
        journal.keep_old(root, plan)
    except BaseException as error:
        with suppress(OSError):
            drop(root, journal, plan)
        raise _full(error) if isinstance(error, OSError) else error from None
    try:
        journal.turn("prepare", "journal")
        go_on(history, journal, plan)
    except BaseException as error:
        if not _ended_well(history, journal, plan):
            put_back(root, journal, plan, fresh=not isinstance(error, Changed))
            raise _full(error) if isinstance(error, OSError) else error from None
        if isinstance(error, OSError):
            caller().say(say("note: on record, but the disk reports: {why}", why=error.strerror or str(error)))
        if not isinstance(error, Exception):
            raise


class Changed(Refusal):
    """Somebody else has written into a file at the very moment."""


def go_on(history: History, journal: Journal, plan: Plan) -> None:
    """Replace the records and commit them."""
    root = history.root
    folders = set()
    for number, entry in enumerate(plan.files):
        target = root / entry.path
        now = digest(content_of(target, root))
        if now != entry.new:
            place = ready(root, journal, plan, number)
            if place is None or now != entry.old:
                raise Changed(
                    say("{path} was changed by somebody else just now", path=entry.path),
                    hint=say("look at it and run the command again"),
                    code=3,
                )
            move(place, target)
        folders.add(target.parent)
    disk.sync_all(folders)
    history.commit(
        plan.paths, plan.message, journal.private, plan.mark, new=any(entry.old is None for entry in plan.files)
    )
    end(journal, plan)


def ready(root: Path, journal: Journal, plan: Plan, number: int) -> Path | None:
    """Where the new content of a file waits to be moved into its place."""
    entry = plan.files[number]
    places = (plan.beside(root, entry), journal.stage / f"{number}.new")
    return next((place for place in places if digest(content_of(place, place.parent)) == entry.new), None)


def _ended_well(history: History, journal: Journal, plan: Plan) -> bool:
    """Whether a change that was stopped is on record all the same; if so it is ended, or left to who comes next."""
    try:
        if not recorded(history, plan):
            return False
    except (Refusal, OSError):
        raise Refusal(
            say("git does not say whether this was recorded: {what}", what=plan.subject),
            hint=say("the next propcli command here finishes it or undoes it, and says which"),
            code=3,
        ) from None
    try:
        history.unstage(plan.paths, journal.private)
        end(journal, plan)
    except (Refusal, OSError):  # left to who comes next
        if not plan.by_hand:
            caller().recorded.append(plan.subject)
    return True


def recorded(history: History, plan: Plan) -> bool:
    """Whether a plan's commit is there, or somebody committed all of it by hand."""
    if history.recorded(plan.mark):
        return True
    contents = {
        path: content for path in plan.paths if (content := content_of(history.root / path, history.root)) is not None
    }
    new = {PurePosixPath(entry.path): entry.new for entry in plan.files}
    return {path: digest(content) for path, content in contents.items()} == new and not history.differing(contents)


def end(journal: Journal, plan: Plan) -> None:
    """It is on record: destroy what was to be destroyed after that, and wait for the answer to be given."""
    from propcli.store.sealing import shred

    for key in plan.keys:
        try:
            shred(Path(key))
        except OSError as error:
            why = error.strerror or str(error)
            caller().say(say("note: the key {file} could not be destroyed: {why}", file=key, why=why))
    here = caller()
    if not plan.by_hand:
        here.recorded.append(plan.subject)
    with suppress(OSError):  # what is left is ended by who comes next
        if here.known and journal.file("journal").exists():
            journal.turn("journal", "answer")
            shutil.rmtree(journal.stage, ignore_errors=True)
            here.unanswered = journal.file("answer")
        else:
            journal.end()


def put_back(root: Path, journal: Journal, plan: Plan, fresh: bool) -> None:
    """Undo what a plan did. An empty folder may stay. What a hook of the refused commit made of the files is undone
    too; what somebody else wrote since a process died is not."""
    try:
        if journal.phase == "journal":
            journal.turn("journal", "undo")
        for entry in plan.files:
            plan.beside(root, entry).unlink(missing_ok=True)
        folders = set()
        for number, entry in enumerate(plan.files):
            target = root / entry.path
            now = digest(content_of(target, root))
            if now == entry.old or (now != entry.new and not fresh):
                continue
            if entry.old is None:
                target.unlink(missing_ok=True)
            else:
                move(journal.stage / str(number), target)
            folders.add(target.parent)
        disk.sync_all(folders)
        journal.end()
    except OSError as error:
        raise Refusal(
            say("nothing was recorded, but not everything could be put back: {why}", why=error.strerror or str(error)),
            hint=say("the next propcli command here does it"),
            code=3,
        ) from None


def drop(root: Path, journal: Journal, plan: Plan) -> None:
    """End a plan of which no record was touched."""
    for entry in plan.files:
        plan.beside(root, entry).unlink(missing_ok=True)
    journal.end()


def move(source: Path, target: Path) -> None:
    """Rename over; onto another disk by a copy beside the target."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name}.moved")
        beside.unlink(missing_ok=True)
        disk.create(beside, source.read_bytes(), source.stat().st_mode & 0o7777)
        beside.replace(target)
        source.unlink()


def _full(error: OSError) -> Refusal:
    where = f"{error.filename}: " if error.filename else ""
    return Refusal(
        say("{why}", why=f"{where}{error.strerror or error}"),
        hint=say("nothing was recorded; every file is as it was"),
        code=3,
    )


def content_of(path: Path, below: Path) -> bytes | None:
    """The bytes of a file; None where there is none. Refuses what is reached through a link, and what is no file."""
    return opening.content(path, below)


def _make_folder(folder: Path, root: Path) -> None:
    """The folder of a record. Refuses one that is reached through a link."""
    with suppress(FileNotFoundError), opening.folder(folder, root):
        return
    disk.make_folder(folder)


def digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
