"""The past as git keeps it: commits with what each changed, read in a few processes however many there are.

What is read is what is there: replacements, grafts and caches of git are passed over, and what an object says is held
against its id."""

import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store.history import History

AT_ONCE = 1000  # commits
# what would have git tell another past than the objects themselves
PLAIN = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
CONFIG = ("-c", "core.commitGraph=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false")
FOLDER, NONE = "040000", "000000"  # modes
OUTSIDE = "../"  # before the path of what does not belong to the estate


@dataclass(frozen=True, slots=True)
class Signature:
    """Who made or wrote down a commit, and when by that machine's clock."""

    name: str
    email: str
    at: datetime

    @property
    def who(self) -> str:
        return f"{self.name} <{self.email}>"


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a commit against one of its parents. Ids of contents are '' and modes '000000' where there is none;
    `path` is relative to the estate (`../…`: outside it)."""

    path: str
    old_mode: str
    mode: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Parent:
    id: str
    at: datetime | None  # of its commit; None: it is not here


@dataclass(frozen=True, slots=True)
class Deed:
    """One commit with its changes against each of its parents (against nothing, for the first)."""

    id: str
    parents: tuple[Parent, ...]
    author: Signature
    committer: Signature
    message: str
    signed: bool
    changes: tuple[tuple[Change, ...], ...]

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class _Raw:
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str
    signed: bool


class Spoilt(Refusal):
    """An object that is missing or not what its id says: nothing after it can be trusted to be told right."""

    def __init__(self, id: str, missing: bool) -> None:
        self.id, self.missing = id, missing
        what = say("git has lost the object {id}", id=id[:10])
        if not missing:
            what = say("the object {id} of git is not what its id says", id=id[:10])
        super().__init__(what, hint=say("git fsck tells more; fetch it from another clone or a backup"), code=3)


class Past:
    """The commits an estate's repository keeps. Raises Refusal, with what git said, where it cannot be read."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.folder = history.folder
        self.prefix = "" if history.root == history.top else history.root.relative_to(history.top).as_posix() + "/"
        self.spoilt: dict[str, bool] = {}  # contents that are missing (True) or not what their ids say
        self._raws: dict[str, _Raw] = {}
        self._blobs: dict[str, bytes] = {}

    # --- which commits there are

    def head(self) -> str:
        """The last commit; '' on a branch that has none yet. Refuses, with git's reason, where it cannot be told: also
        where the branch had commits once."""
        code, out, error = self._try(["log", "-1", "--format=%H"])
        if not code:
            return out.decode().strip()
        branch = self.branch()
        if "does not have any commits yet" not in error:
            raise _failed(error)
        if branch and _lines(self._shared / "logs" / branch):
            raise Refusal(
                say("the branch {branch} is gone, though it had commits", branch=branch.removeprefix("refs/heads/")),
                hint=say("git reflog and .git/logs say which; git fsck --lost-found finds what is left"),
                code=3,
            )
        return ""

    def id(self, name: str) -> str:
        """The id of a commit by whatever name git knows it; '' where there is none."""
        code, out, _error = self._try(["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"])
        return "" if code else out.decode().strip()

    def branch(self) -> str:
        """The branch that is checked out; '' where there is none."""
        code, out, _error = self._try(["symbolic-ref", "--quiet", "HEAD"])
        return "" if code else out.decode().strip()

    def ids(self, until: str, without: Sequence[str] = ()) -> list[str]:
        """The commits up to one, the first first, without those up to some others."""
        out = self._ask(["rev-list", "--topo-order", "--reverse", until, *(f"^{one}" for one in without), "--"])
        return out.decode().split()

    def leads_to(self, old: str, new: str) -> bool:
        """Whether a commit is an ancestor of another one, or the same."""
        code, _out, error = self._try(["merge-base", "--is-ancestor", old, new])
        if code not in (0, 1):
            raise _failed(error)
        return code == 0

    def fork(self, one: str, other: str) -> str:
        """The last commit that two have in common; '' where there is none."""
        return self._try(["merge-base", one, other])[1].decode().strip()

    def about(self, until: str, path: PurePosixPath | None, words: Sequence[str] = ()) -> set[str]:
        """The commits up to one that changed a file of the estate, or whose message has a line (of several: all)."""
        lines = [f"--grep=^{re.escape(line)}$" for line in words]
        where = [] if path is None else [self.prefix + str(path)]
        found = ["rev-list", "--full-history", "--all-match", "--extended-regexp", *lines, until, "--", *where]
        return set(self._ask(found).decode().split())

    def deleted(self, until: str) -> set[str]:
        """The names of files of the estate that some commit deleted."""
        command = ["log", "--full-history", "-m", "--diff-filter=D", "--no-renames", "--name-only", "--format=", "-z"]
        out = self._ask([*command, until, "--", self.prefix or "."]).decode("utf-8", "replace")
        return {name.strip() for name in out.split("\0") if name.strip()}

    def last_before(self, moment: datetime, until: str) -> str:
        """The last commit made at a time or before it, along the branch; '' where there is none."""
        seconds = int(moment.timestamp())
        return self._ask(["rev-list", "-1", "--first-parent", f"--before={seconds}", until, "--"]).decode().strip()

    # --- what makes git tell another past

    def cut(self) -> list[str]:
        """The commits at which a shallow clone ends."""
        return _lines(self._shared / "shallow")

    def hidden(self) -> list[str]:
        """Of the commits at which a shallow clone is said to end those before which there is more."""
        return [id for id in self.cut() if any(self._here(parent) for parent in self._parents(id))]

    def _here(self, id: str) -> bool:
        return self._try(["cat-file", "-e", id])[0] == 0

    def _parents(self, id: str) -> tuple[str, ...]:
        self._read_commits([id])
        return self._raws[id].parents

    def grafts(self) -> list[str]:
        """The commits that are said to have other parents."""
        return [line.split()[0] for line in _lines(self._shared / "info" / "grafts") if not line.startswith("#")]

    def replaced(self) -> list[str]:
        """The objects in whose place git shows others."""
        out = self._ask(["for-each-ref", "--format=%(refname)", "refs/replace"]).decode()
        return [line.rsplit("/", 1)[1] for line in out.splitlines()]

    @property
    def _shared(self) -> Path:
        common = self.folder / "commondir"
        return (self.folder / os.fsdecode(common.read_bytes()).rstrip("\n")) if common.exists() else self.folder

    def config(self) -> dict[str, str]:
        """Git's settings, names in small letters."""
        out = self._try(["config", "--list", "-z"])[1].decode("utf-8", "replace")
        entries = (entry.partition("\n") for entry in out.split("\0") if entry)
        return {name.lower(): value for name, _end, value in entries}

    # --- the stream

    def deeds(self, ids: Sequence[str]) -> Iterator[Deed]:
        """Commits with their changes, in the order given. What the changed files of a commit say is at hand (`blob`)
        until the next thousand."""
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            self._read_commits(some)
            cut = set(self.cut())
            self._read_commits(
                {p for one in some if one not in cut for p in self._raws[one].parents} - self._raws.keys()
            )
            deeds = [*self._with_changes(some, cut)]
            blobs = {blob for deed in deeds for those in deed.changes for blob in _records(those)}
            self._blobs = {id: content for id, _kind, content in self._objects(blobs, self.spoilt)}
            yield from deeds
            last = ids[start + AT_ONCE - 1 : start + AT_ONCE]
            self._raws = {id: raw for id, raw in self._raws.items() if id in last or len(self._raws) < 20 * AT_ONCE}

    def blob(self, id: str) -> bytes | None:
        """What a file of a commit just read says; None where that is lost or not as its id says (`spoilt`)."""
        if id not in self._blobs and id not in self.spoilt:
            self._blobs.update({id: content for id, _kind, content in self._objects([id], self.spoilt)})
        return self._blobs.get(id)

    def contents(self, ids: Collection[str]) -> dict[str, bytes]:
        """What objects say, by their ids. Refuses what is not as its id says."""
        return {id: content for id, _kind, content in self._objects(ids)}

    def files(self, commit: str) -> dict[PurePosixPath, str]:
        """The plain files of the estate as a commit has them, with the ids of what they say."""
        out = self._ask(["ls-tree", "-r", "-z", "--full-tree", commit, "--", self.prefix or "."])
        found = {}
        for entry in out.decode("utf-8", "surrogateescape").split("\0"):
            head, _tab, path = entry.partition("\t")
            if head.startswith("100"):
                found[PurePosixPath(path.removeprefix(self.prefix))] = head.split()[2]
        return found

    def signatures(self, ids: Collection[str]) -> dict[str, tuple[str, str]]:
        """How each commit is signed, as git says (G: good, U: by an unknown key, N: not, …), and by whom."""
        if not ids:
            return {}
        form = "--format=%H%x00%G?%x00%GS"
        out = self._ask(["log", "--no-walk=unsorted", "--stdin", form], "\n".join(ids).encode())
        rows = (line.split("\0") for line in out.decode("utf-8", "replace").splitlines())
        return {row[0]: (row[1], row[2]) for row in rows if len(row) == 3}

    # --- asking

    def _read_commits(self, ids: Iterable[str]) -> None:
        wanted = [id for id in ids if id not in self._raws]
        for id, kind, content in self._objects(wanted):
            if kind != "commit":
                raise Spoilt(id, missing=False)
            self._raws[id] = _raw(content)

    def _with_changes(self, ids: Sequence[str], cut: Collection[str]) -> Iterator[Deed]:
        pairs: list[tuple[str, str]] = []
        for id in ids:
            raw = self._raws[id]
            trees = [self._raws[p].tree for p in raw.parents] if id not in cut else []
            pairs += [(tree, raw.tree) for tree in trees or [_empty_tree(len(id))] if tree != raw.tree]
        changes = self._diffs(dict.fromkeys(pairs))
        for id in ids:
            raw = self._raws[id]
            parents = tuple(
                Parent(p, self._raws[p].committer.at if p in self._raws and id not in cut else None)
                for p in raw.parents
            )
            known = [p for p in parents if p.at is not None]
            trees = [self._raws[p.id].tree for p in known] or [_empty_tree(len(id))]
            its = tuple(changes.get((tree, raw.tree), ()) for tree in trees)
            yield Deed(id, parents, raw.author, raw.committer, raw.message, raw.signed, its)

    def _diffs(self, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[Change, ...]]:
        """The changes between pairs of trees, from one process. Folders are held against their ids, too."""
        asked = "".join(f"{old} {new}\n" for old, new in pairs).encode()
        options = ["-r", "-t", "-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none"]
        folders = {new for _old, new in pairs}
        out = self._ask(["diff-tree", "--stdin", *options], asked).decode("utf-8", "surrogateescape")
        found: dict[tuple[str, str], list[Change]] = {}
        here: list[Change] = []
        parts = iter(out.split("\0"))
        for part in parts:
            while part and not part.startswith(":"):
                head, _end, part = part.partition("\n")
                old, new = head.split()
                here = found.setdefault((old, new), [])
            if part:
                modes = part[1:].split()
                path = next(parts)
                if FOLDER in modes[:2] and modes[0] in (FOLDER, NONE) and modes[1] in (FOLDER, NONE):
                    folders.add(modes[3])
                    continue
                inside = path.startswith(self.prefix)
                name = path[len(self.prefix) :] if inside else OUTSIDE + path
                ids = ["" if set(id) == {"0"} else id for id in modes[2:4]]
                here.append(Change(name, modes[0], modes[1], ids[0], ids[1]))
        for _whole in self._objects({id for id in folders if id.strip("0")}):
            pass
        return {pair: tuple(its) for pair, its in found.items()}

    def _objects(self, ids: Collection[str], spoilt: dict[str, bool] | None = None) -> Iterator[tuple[str, str, bytes]]:
        """(id, kind, content) of objects, from one process; each held against its id. What is not as that says is
        written down in `spoilt`, without that refused."""
        if not ids:
            return
        code, out, error = self._try(["cat-file", "--batch", "--buffer"], "".join(f"{id}\n" for id in ids).encode())
        if code:
            broken = re.search(r"[0-9a-f]{64}|[0-9a-f]{40}", error)
            raise Spoilt(broken[0], missing=False) if broken else _failed(error)
        at = 0
        while at < len(out):
            end = out.index(b"\n", at)
            head = out[at:end].decode().split()
            size = int(head[2]) if len(head) == 3 else None
            content = out[end + 1 : end + 1 + (size or 0)]
            at = end + 1 if size is None else end + 2 + size
            if size is not None and _hash(head[1], content, len(head[0])) == head[0]:
                yield head[0], head[1], content
            elif spoilt is None:
                raise Spoilt(head[0], missing=size is None)
            else:
                spoilt[head[0]] = size is None

    def _ask(self, arguments: list[str], given: bytes = b"") -> bytes:
        code, out, error = self._try(arguments, given)
        if code:
            raise _failed(error)
        return out

    def _try(self, arguments: list[str], given: bytes = b"") -> tuple[int, bytes, str]:
        """One git process, through GitPython's command wrapper: exit code, what it said, what went wrong."""
        with tempfile.TemporaryFile() as stdin:
            stdin.write(given)
            stdin.seek(0)
            code, out, error = self.history.repo.git.execute(
                ["git", *CONFIG, *arguments],
                istream=stdin,
                env=PLAIN,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        assert isinstance(out, bytes)
        return code, out, error


def _records(changes: Iterable[Change]) -> Iterator[str]:
    """The contents of changed files that may be records."""
    for change in changes:
        if change.path.endswith(".yaml") and not change.path.startswith(OUTSIDE):
            if change.old and change.old_mode.startswith("100"):
                yield change.old
            if change.new and change.mode.startswith("100"):
                yield change.new


def _failed(error: str) -> Refusal:
    said = "\n".join(line for line in error.splitlines() if line.strip()) or "git failed without a word"
    return Refusal(
        say("the history cannot be read: {said}", said=said),
        hint=say("git fsck tells more; fetch it from another clone or a backup"),
        code=3,
    )


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        return []


def _hash(kind: str, content: bytes, length: int) -> str:
    made = hashlib.sha1(usedforsecurity=False) if length == 40 else hashlib.sha256()
    made.update(f"{kind} {len(content)}\0".encode())
    made.update(content)
    return made.hexdigest()


def _empty_tree(length: int) -> str:
    return _hash("tree", b"", length)


def _raw(content: bytes) -> _Raw:
    """A commit as git writes it down."""
    head, _gap, message = content.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    encoding = next((line[9:] for line in lines if line.startswith("encoding ")), "utf-8")
    try:
        words = message.decode(encoding, "replace")
    except LookupError:
        words = message.decode("utf-8", "replace")
    author = next(line[7:] for line in lines if line.startswith("author "))
    committer = next(line[10:] for line in lines if line.startswith("committer "))
    return _Raw(
        lines[0][5:],
        tuple(line[7:] for line in lines if line.startswith("parent ")),
        _signature(author),
        _signature(committer),
        words,
        any(line.startswith(("gpgsig ", "gpgsig-sha256 ")) for line in lines),
    )


def _signature(line: str) -> Signature:
    who, _sign, when = line.rpartition("> ")
    name, _sign, email = who.partition("<")
    seconds, _gap, offset = when.partition(" ")
    try:
        minutes = int(offset[1:3]) * 60 + int(offset[3:5])
        zone = timezone(timedelta(minutes=-minutes if offset.startswith("-") else minutes))
        return Signature(name.strip(), email, datetime.fromtimestamp(int(seconds), zone))
    except (ValueError, OverflowError, OSError):
        return Signature(name.strip(), email, datetime.fromtimestamp(0, UTC))
