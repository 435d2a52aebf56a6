"""The estate: a folder of records marked by `propcli.yaml`. Finding it and reading it; nothing here writes."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Generic, TypeVar

from propcli.engine.policy import Policy
from propcli.engine.problem import Problem, Refusal
from propcli.engine.record import Model
from propcli.engine.text import say
from propcli.engine.worktime import Calendar
from propcli.kinds.calendar import CalendarFile
from propcli.kinds.catalog import Kind, kind_of
from propcli.kinds.settings import Settings
from propcli.store import opening, yamlfile
from propcli.store.reading import Finding, load, locate

MARKER = "propcli.yaml"
M = TypeVar("M", bound=Model)

# files there is one of
SINGLE: dict[str, type[Model]] = {MARKER: Settings, "policy.yaml": Policy, "calendar.yaml": CalendarFile}


@dataclass(slots=True)
class Reading(Generic[M]):
    """What was read of one kind: the good records, and every problem of the others."""

    records: list[M] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, PurePosixPath] = field(default_factory=dict)  # id: the file it was read from
    files: int = 0


def find(start: Path) -> Path | None:
    """The estate a folder belongs to: itself or the nearest above with the marker, else its `records/`."""
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    inner = start / "records"
    return inner if (inner / MARKER).is_file() else None


class Estate:
    """One folder of records, read on demand. `root` is absolute."""

    def __init__(self, root: Path, instead: Mapping[PurePosixPath, bytes] | None = None) -> None:
        """`instead`: contents to read instead of what is on disk, for seeing what a change would mean."""
        self.root = root.resolve()
        self.instead = instead or {}

    # --- single files

    @cached_property
    def settings(self) -> Settings:
        return self._single(MARKER, Settings)

    @cached_property
    def policy(self) -> Policy:
        return self._single("policy.yaml", Policy)

    @cached_property
    def calendar(self) -> Calendar:
        return self._single("calendar.yaml", CalendarFile).calendar(self.settings.zone)

    def _single(self, name: str, model: type[M]) -> M:
        record, problems = self.load(model, PurePosixPath(name))
        if record is None:
            raise Refusal(say("{name} cannot be read", name=name), code=3, problems=tuple(problems))
        return record

    # --- files and records

    def raw(self, path: PurePosixPath) -> bytes:
        """The bytes of a record file. Refuses what is no plain file inside the estate: links, pipes, folders."""
        if path in self.instead:
            return self.instead[path]
        problem = plain(self.root, path)
        if problem is not None:
            raise Refusal(say("{path} cannot be used", path=str(path)), code=3, problems=(problem,))
        raw = opening.content(self.root / path, self.root, yamlfile.MAX_BYTES)
        if raw is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.root / path))
        return raw

    def load(self, model: type[M], path: PurePosixPath, walked: bool = False) -> tuple[M | None, list[Problem]]:
        """One file as a record, or why not: unreadable, too large, not a plain file, bad YAML, bad values. `walked`:
        the path was found by walking the folders, so that no link leads to it."""
        name = str(path)
        try:
            if path in self.instead or not walked:
                raw = self.raw(path)
            else:
                raw = opening.walked(self.root, path, yamlfile.MAX_BYTES)
                if len(raw) > yamlfile.MAX_BYTES:
                    return None, [yamlfile.too_large((self.root / path).stat().st_size, name)]
        except Refusal as refusal:
            return None, list(refusal.problems)
        except OSError as error:
            return None, [Problem(name, 0, 0, say("cannot be read: {why}", why=error.strerror or str(error)))]
        return load(model, raw, name)

    def glance(self, path: PurePosixPath) -> bytes | None:
        """The bytes of a file found by walking, and no look at them; None where `load` has a problem to tell."""
        try:
            raw = opening.walked(self.root, path, yamlfile.MAX_BYTES)
        except (OSError, Refusal):
            return None
        return raw if len(raw) <= yamlfile.MAX_BYTES else None

    def paths(self, kind: Kind) -> tuple[list[PurePosixPath], list[Problem]]:
        """The record files of a kind, sorted, and what lies among them that is no record file."""
        found: list[PurePosixPath] = []
        problems: list[Problem] = []
        for path, mode in _walk(self.root, kind.folder):
            name = str(path)
            if not stat.S_ISREG(mode):
                problems.append(opening.strange(name, mode))
            elif path.suffix == ".yaml":
                found.append(path)
            elif path.name.lower().endswith((".yaml", ".yml", ".yaml.txt", ".yml.txt")):
                problems.append(Problem(name, 0, 0, say("a record ends in .yaml"), say("rename it")))
        return sorted(found), problems

    def read(self, model: type[M], only: tuple[list[PurePosixPath], list[Problem]] | None = None) -> Reading[M]:
        """Every record of a kind, in the order of paths. A file whose name does not follow from its id is a
        problem, but its record counts: a deadline must not vanish because of a file name. `only`: of what `paths`
        found, what is to be read."""
        kind = kind_of(model)
        paths, problems = self.paths(kind) if only is None else (only[0], list(only[1]))
        reading: Reading[M] = Reading(problems=problems, files=len(paths))
        found: dict[str, list[tuple[PurePosixPath, M]]] = {}
        for path in paths:
            record, wrong = self.load(model, path, walked=True)
            reading.problems += wrong
            if record is not None:
                found.setdefault(str(getattr(record, "id")), []).append((path, record))  # noqa: B009
        for record_id, copies in found.items():
            expected = kind.path(record_id)
            copies.sort(key=lambda copy: copy[0] != expected)  # the one in its place first, the others are copies
            path, record = copies[0]
            reading.records.append(record)
            reading.places[record_id] = path
            if path != expected:
                reading.problems += self.at(
                    path,
                    [
                        (
                            ("id",),
                            say("the id {id} belongs in {path}", id=record_id, path=str(expected)),
                            say("move the file or correct the id"),
                        )
                    ],
                )
            for other, _copy in copies[1:]:
                reading.problems += self.at(
                    other,
                    [
                        (
                            ("id",),
                            say("{id} is also in {other}", id=record_id, other=str(path)),
                            say("give one of them another id"),
                        )
                    ],
                )
        return reading

    def one(self, model: type[M], record_id: str) -> M | None:
        """A record by its id; None where there is none. A bad record is refused with its problems."""
        path = kind_of(model).path(record_id)
        if not os.path.lexists(self.root / path):
            return None
        record, problems = self.load(model, path)
        if record is None:
            raise Refusal(say("{path} is not a good record", path=str(path)), code=3, problems=tuple(problems))
        return record

    def at(self, path: PurePosixPath, findings: list[Finding]) -> list[Problem]:
        """Findings in a file that could be read, with their places."""
        return locate(self.raw(path), str(path), findings) if findings else []

    def ids(self, kind: Kind, year: str = "", month: str = "") -> Iterator[str]:
        """The ids that file names give, without opening the files; of kinds numbered by year or day, those of a year
        and month, the newest first."""
        base = self.root / kind.folder
        if not base.is_dir():
            return
        if kind.period is None:
            yield from (path.stem for path in self.paths(kind)[0] if kind.is_id(path.stem))
            return
        for y in sorted((d.name for d in base.iterdir() if d.is_dir() and year in ("", d.name)), reverse=True):
            months = ["."]
            if kind.period == "day":
                months = sorted(
                    (d.name for d in (base / y).iterdir() if d.is_dir() and month in ("", d.name)), reverse=True
                )
            for m in months:
                for name in sorted(os.listdir(base / y / m), reverse=True):  # noqa: PTH208 - names only, twice as fast
                    if name.endswith(".yaml") and kind.is_id(name[:-5]):
                        yield name[:-5]

    def has(self, kind: Kind) -> bool:
        """Whether there is any record of a kind: until then nothing has to refer to one."""
        return any(path.suffix == ".yaml" for path, _mode in _walk(self.root, kind.folder))


def _walk(root: Path, folder: str) -> Iterator[tuple[PurePosixPath, int]]:
    """Every entry below a folder but hidden ones, links not followed: (path from root, mode)."""
    top = root / folder
    if top.is_symlink():
        yield PurePosixPath(folder), top.lstat().st_mode
        return
    pending = [PurePosixPath(folder)] if top.is_dir() else []
    while pending:
        here = pending.pop()
        with os.scandir(root / here) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(here / entry.name)
                else:
                    yield (
                        here / entry.name,
                        stat.S_IFREG
                        if entry.is_file(follow_symlinks=False)
                        else entry.stat(follow_symlinks=False).st_mode,
                    )


def plain(root: Path, path: PurePosixPath) -> Problem | None:
    """What keeps a path from being a plain file of the estate, or from becoming one: a link on the way to it, a
    pipe, a folder, too many bytes. None where nothing does, also where there is no such file yet."""
    here = root
    for part in path.parts:
        here = here / part
        try:
            info = here.lstat()
        except FileNotFoundError:
            return None
        name = str(here.relative_to(root))
        if stat.S_ISLNK(info.st_mode) or (part == path.name and here == root / path and not stat.S_ISREG(info.st_mode)):
            return opening.strange(name, info.st_mode)
    return yamlfile.too_large(info.st_size, str(path)) if info.st_size > yamlfile.MAX_BYTES else None
