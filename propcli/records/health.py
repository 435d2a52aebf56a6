"""What `propcli doctor` looks at: a table of checks, each a small function from the patient to what it found.

A check says how things stand (`good`, `note`: worth knowing, `bad`: to be seen to), what to do, and how the program
itself can put it right where that is safe: nothing that somebody wrote is removed, nothing that another process may be
at."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import KINDS
from propcli.kinds.declaration import function_at
from propcli.records.clock import doubt
from propcli.store import drafts
from propcli.store.estate import Estate
from propcli.store.history import History
from propcli.store.leftovers import BESIDE, leftovers, under_way
from propcli.store.repository import ask, git_folder, last_commit_at
from propcli.store.sealing import Keys
from propcli.store.transaction import operation

State = Literal["good", "note", "bad"]
OLDEST_GIT = (2, 26)  # knows --pathspec-from-file
FSYNC_GIT = (2, 36)  # knows core.fsync
LITTLE, SCARCE = 1 << 30, 100 << 20  # bytes free


@dataclass(frozen=True)
class Found:
    """What a check found: how it stands, in words; what to do; what `--fix` does about it."""

    state: State
    what: Text
    todo: Text | None = None
    fix: Callable[[], object] | None = None


@dataclass(frozen=True)
class Patient:
    """An estate and the machine it is on: the time its clock says (`given`: somebody said it instead), the keys."""

    estate: Estate
    keys: Keys
    now: datetime
    given: bool

    @property
    def root(self) -> Path:
        return self.estate.root

    @cached_property
    def history(self) -> History:
        return History(self.root)

    @property
    def folder(self) -> Path:
        return self.history.folder

    def git(self, *arguments: str) -> str | None:
        """What git says to a question; None where it has no answer."""
        code, out, _error = ask(self.root, *arguments)
        return out.decode("utf-8", "replace").strip() if not code else None


Look = Callable[[Patient], Iterator[Found]]


def _version(it: Patient) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)", it.git("--version") or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)


def git(it: Patient) -> Iterator[Found]:
    version = _version(it)
    if version < OLDEST_GIT:
        old = say("git {have} is too old", have=".".join(map(str, version)))
        yield Found("bad", old, say("install git {need} or newer", need=".".join(map(str, OLDEST_GIT))))
    else:
        yield Found("good", say("git {have}", have=".".join(map(str, version))))


def identity(it: Patient) -> Iterator[Found]:
    who = it.git("var", "GIT_COMMITTER_IDENT")
    if who is None:
        it.history.check_ready()
    else:
        yield Found("good", say("{who}", who=re.sub(r" \d+ [+-]\d{4}$", "", who)))


def branch(it: Patient) -> Iterator[Found]:
    it.history.check_state()
    yield Found("good", say("{branch}", branch=it.git("symbolic-ref", "--short", "HEAD") or "?"))


def locks(it: Patient) -> Iterator[Found]:
    """Locks of git commands: one that runs has them rightly, so none is removed here."""
    shared = it.folder / (it.git("rev-parse", "--git-common-dir") or ".")
    places = dict.fromkeys((it.folder, shared.resolve()))
    found = {lock for place in places for lock in (*place.glob("*.lock"), *place.glob("refs/**/*.lock"))}
    for lock in sorted(found):
        since = datetime.fromtimestamp(lock.stat().st_mtime, it.now.tzinfo)
        what = say("{file}, since {at}", file=str(lock), at=since)
        yield Found("bad", what, say("if no git command is running, remove it: rm {file}", file=str(lock)))


def interrupted(it: Patient) -> Iterator[Found]:
    """What commands that died left: changes half-way, drafts, files beside records."""
    if under_way(it.root):
        what = say("a change was interrupted, or is being made just now")
        yield Found("bad", what, say("the next change finishes it"), lambda: _finish(it.root))
    private = it.history.private()
    for folder in drafts.abandoned(private):
        what = say("a draft somebody died at: {file}", file=str(folder))
        yield Found("bad", what, say("nobody is at it any more"), lambda: drafts.sweep(private))
    for problem in leftovers(it.root, (kind.folder for kind in KINDS.values())):
        path = PurePosixPath(problem.path)
        ours = BESIDE.fullmatch(path.name) is not None
        fix = (lambda path=path: _remove(it.root, path)) if ours else None
        what = say("{path}: {what}", path=problem.path, what=problem.what)
        yield Found("bad", what, None if ours else problem.hint, fix)
    for file in (*drafts.kept(it.keys.folder), *drafts.kept(private)):
        what = say("a version that could not be saved: {file}", file=str(file))
        yield Found("note", what, say("look at it, then remove it"))


def _finish(root: Path) -> None:
    with operation(root):
        pass


def _remove(root: Path, path: PurePosixPath) -> None:
    """Remove what lies beside a record, while nobody changes any."""
    with operation(root):
        (root / path).unlink(missing_ok=True)


def clock(it: Patient) -> Iterator[Found]:
    if it.given:
        yield Found(
            "note", say("PROPCLI_NOW says {now}", now=it.now), say("unset PROPCLI_NOW where this is no rehearsal")
        )
        return
    last = last_commit_at(it.root)
    against = doubt(it.now, last)
    if against is not None:
        yield Found("bad", against, say("put the clock right"))
    else:
        yield Found("good", say("{now}", now=it.now))


def space(it: Patient) -> Iterator[Found]:
    for place in dict.fromkeys((it.root, it.folder)):
        free = shutil.disk_usage(place).free
        what = say("{n} MB are free in {folder}", n=free >> 20, folder=str(place))
        if not os.access(place, os.W_OK):
            yield Found("bad", say("{folder} may not be written to", folder=str(place)), say("ask whose it is"))
        elif free < LITTLE:
            yield Found("bad" if free < SCARCE else "note", what, say("make room"))
        elif place == it.root:
            yield Found("good", what)


def hooks(it: Patient) -> Iterator[Found]:
    folder = it.root / (it.git("rev-parse", "--git-path", "hooks") or "")
    names = [
        f.name for f in sorted(folder.glob("*")) if f.suffix != ".sample" and os.access(f, os.X_OK) and f.is_file()
    ]
    if names:
        yield Found("note", say("{names} run with every change", names=names), say("whatever they refuse is refused"))
    else:
        yield Found("good", say("none"))


def remote(it: Patient) -> Iterator[Found]:
    names = (it.git("remote") or "").split()
    if not names:
        what = say("there is none: these records are nowhere else")
        yield Found("note", what, say("git remote add origin ADDRESS; git push -u origin HEAD"))
        return
    behind = it.git("rev-list", "--count", "@{upstream}..HEAD")
    if behind is None:
        what = say("{names}; this branch goes to none of them", names=names)
        yield Found("note", what, say("git push -u {name} HEAD", name=names[0]))
    elif behind != "0":
        yield Found("note", say("{n} changes are only here", n=int(behind)), say("git push"))
    else:
        yield Found("good", say("{names}", names=names))


def merging(it: Patient) -> Iterator[Found]:
    """Whether git merges records as propcli does (store/driver.py says)."""
    try:
        installed, install = (function_at(f"store.driver:{name}") for name in ("installed", "install"))
    except ModuleNotFoundError:
        return
    if installed(it.history):
        yield Found("good", say("installed"))
    else:
        what = say("git pull merges records line by line")
        yield Found("bad", what, say("propcli's own merging is not installed here"), lambda: install(it.history))


def keys(it: Patient) -> Iterator[Found]:
    needed, forgotten = _holders(it.estate)
    missing = sorted(record for key, record in needed.items() if not it.keys.has(key))
    left = sorted(record for key, record in forgotten.items() if it.keys.has(key))
    if missing:
        yield Found("bad", say("missing: {ids}", ids=missing), say("propcli keys restore"))
    for record in left:
        what = say("{id} was forgotten, but the key is here", id=record)
        yield Found("bad", what, say("propcli resident forget {id} --reason … ends it", id=record))
    if not missing and not left:
        yield Found("good", say("all {n} are here", n=len(needed)) if needed else say("none is needed"))
    if needed:
        yield from _backup(it, set(needed), set(forgotten))


def _backup(it: Patient, needed: set[str], forgotten: set[str]) -> Iterator[Found]:
    todo = say("propcli keys backup FILE, kept apart from here")
    at, saved = it.keys.backed_up()
    if at is None:
        yield Found("bad", say("no backup was made from here"), todo)
        return
    if needed - saved:
        yield Found("bad", say("{n} are not in the backup of {day}", n=len(needed - saved), day=at.date()), todo)
    if forgotten & saved:
        what = say("{n} of forgotten people are in the backup of {day}", n=len(forgotten & saved), day=at.date())
        yield Found("bad", what, say("make a new backup, then destroy that one"))


def _holders(estate: Estate) -> tuple[dict[str, str], dict[str, str]]:
    """Public key → record: of records that need it, and of people who were forgotten; of those that can be read."""
    needed: dict[str, str] = {}
    forgotten: dict[str, str] = {}
    for kind in KINDS.values():
        if "key" not in kind.model.model_fields:
            continue
        records: list[Any] = estate.read(kind.model).records
        for record in records:
            if record.key is not None:
                (forgotten if record.status == "forgotten" else needed)[record.key] = record.id
    return needed, forgotten


def fsync(it: Patient) -> Iterator[Found]:
    chosen = it.git("config", "core.fsync")
    method = it.git("config", "core.fsyncMethod")
    if _version(it) < FSYNC_GIT:
        what = say("this git cannot be told what has to be on the disk before it goes on")
        yield Found("note", what, say("git {need} or newer outlives a power cut", need=".".join(map(str, FSYNC_GIT))))
    elif chosen and ("none" in chosen or "-" in chosen):
        yield Found("bad", say("core.fsync is {value}", value=chosen), say("git config --unset core.fsync"))
    elif method == "writeout-only":
        yield Found("bad", say("core.fsyncMethod is {value}", value=method), say("git config --unset core.fsyncMethod"))
    else:
        yield Found("good", say("as git has it") if chosen is None else say("core.fsync is {value}", value=chosen))


def years(it: Patient) -> Iterator[Found]:
    """Whether the public holidays of this year are known, and from November on those of the next [M8]."""
    calendar = it.estate.calendar
    wanted = [it.now.year] + ([it.now.year + 1] if it.now.month >= 11 else [])
    for year in wanted:
        calendar.is_working(date(year, 6, 1))
    unknown = [str(year) for year in wanted if year in calendar.unknown_years]
    if unknown:
        what = say("no public holidays are known for {years}; only weekends count", years=unknown)
        todo = say("pip install -U chinesecalendar, or write days_off and working_days into calendar.yaml")
        yield Found("bad" if str(it.now.year) in unknown else "note", what, todo)
    else:
        yield Found("good", say("holidays are known for {years}", years=[str(year) for year in wanted]))


def whole(it: Patient) -> Iterator[Found]:
    """Whether the history is whole and its objects are there."""
    cut = say("the history here is cut off (a shallow clone)")
    if it.history.shallow():
        yield Found("bad", cut, say("git fetch --unshallow brings the rest"))
    if (it.folder / "info" / "grafts").exists() or it.git("replace", "--list"):
        what = say("commits are replaced or grafted here: what git shows is not what was recorded")
        yield Found("bad", what, say("git replace --list names them; git replace -d removes one"))
    code, out, error = ask(it.root, "fsck", "--connectivity-only", "--no-dangling", "--no-progress")
    if code:
        said = (error or out.decode("utf-8", "replace")).splitlines()[:3]
        what = say("git fsck: {said}", said="; ".join(said))
        yield Found("bad", what, say("fetch what is missing from a clone that is whole"))
    elif not it.history.shallow():
        yield Found("good", say("whole"))


CHECKS: tuple[tuple[str, Text, Look], ...] = (
    ("git", say("git"), git),
    ("identity", say("identity"), identity),
    ("branch", say("branch"), branch),
    ("locks", say("locks"), locks),
    ("interrupted", say("interrupted"), interrupted),
    ("clock", say("clock"), clock),
    ("space", say("disk space"), space),
    ("hooks", say("hooks"), hooks),
    ("remote", say("remote"), remote),
    ("merging", say("merging"), merging),
    ("keys", say("secret keys"), keys),
    ("fsync", say("writing"), fsync),
    ("calendar", say("calendar"), years),
    ("history", say("history"), whole),
)


def examine(it: Patient) -> Iterator[tuple[str, Text, Found]]:
    """Every check and what it found: code, title, found. A check that cannot be made is a finding itself."""
    if git_folder(it.root) is None:
        nowhere = say("{folder} is not in a git work tree, so nothing can be recorded", folder=str(it.root))
        yield "git", say("git"), Found("bad", nowhere, say("git init there"))
        return
    for code, title, look in CHECKS:
        try:
            for found in look(it):
                yield code, title, found
        except Refusal as refusal:
            reasons = refusal.reasons or tuple(problem.what for problem in refusal.problems)
            for reason in reasons:
                yield code, title, Found("bad", reason, refusal.hint)
        except OSError as error:
            yield code, title, Found("bad", say("{file}: {why}", file=str(error.filename), why=error.strerror or ""))
