"""Git. What belongs to every change is asked of the git command itself, once; GitPython, which only this module
imports, makes repositories and reads the history, and is loaded only then."""

import hashlib
import os
import re
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.store import disk, index, leftover
from propcli.store.opening import share

if TYPE_CHECKING:
    from git import Repo

# left behind by a hook or an alias, they would lead to another repository, index or work tree
MISLEADING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_CEILING_DIRECTORIES",
)
# what git says is looked at, so it has to say it in English; paths are no patterns; looking locks nothing
SETTINGS = {
    "LANGUAGE": "C",
    "LC_ALL": "C",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1",
}
# a commit is on the disk when git has ended (before 2.36 it knew only the second way); what it did can be read again
DURABLE = {
    "core.fsync": "loose-object,pack,pack-metadata,index,reference",
    "core.fsyncMethod": "fsync",
    "core.fsyncObjectFiles": "true",
    "core.logAllRefUpdates": "true",
}
OLD_WORD = "warning: core.fsyncObjectFiles is deprecated; use core.fsync instead"
TRIES = 10  # against commits of others that land at the same moment

_FINISH = say("finish or abort it first; git status says how")
UNFINISHED = (
    ("MERGE_HEAD", say("a git merge is not finished"), _FINISH),
    (
        "rebase-merge",
        say("a git rebase is not finished"),
        say("finish it (git rebase --continue) or abort it (git rebase --abort) first"),
    ),
    ("rebase-apply", say("a git rebase or git am is not finished"), _FINISH),
    ("CHERRY_PICK_HEAD", say("a git cherry-pick is not finished"), _FINISH),
    ("REVERT_HEAD", say("a git revert is not finished"), _FINISH),
    ("BISECT_LOG", say("a git bisect is not finished"), say("end it first: git bisect reset")),
)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: its trailers (`Record: …`) say what it did."""

    id: str
    at: datetime
    author: str
    message: str

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]

    def every(self, trailer: str) -> list[str]:
        return re.findall(rf"^{trailer}: (.*)$", self.message, re.M)

    def first(self, trailer: str) -> str | None:
        return next(iter(self.every(trailer)), None)


class History:
    """The git work tree an estate lies in. Opening refuses, with what to do, where there is none."""

    def __init__(self, root: Path) -> None:
        _prepare()
        self.root = root
        self.top, self.folder = _repository(root)
        if not root.is_relative_to(self.top):
            raise _outside(root)

    @cached_property
    def repo(self) -> "Repo":
        """The repository as GitPython has it."""
        repo: Repo = _gitpython().Repo(self.top)
        repo.git.update_environment(**SETTINGS)
        return repo

    @cached_property
    def _shared(self) -> Path:
        """The git directory of the repository itself, where branches are: a linked work tree has one of its own."""
        common = self.folder / "commondir"
        return self.folder / os.fsdecode(common.read_bytes()).rstrip("\n") if common.exists() else self.folder

    @property
    def places(self) -> leftover.Places:
        """Where this repository's git keeps its locks."""
        return leftover.Places(self.top, self.folder, self._shared, self._branch())

    def private(self) -> Path:
        """A folder of ours inside the git directory: never committed, never seen by `git status`."""
        folder = self.folder / "propcli"
        if not folder.exists():
            disk.make_folder(folder)
            share(folder, self.folder.stat().st_mode)
        return folder

    def check_ready(self) -> None:
        """Refuse, before somebody works at it, what a commit would fail on."""
        self.check_state()
        self._check_identity()

    def check_state(self) -> None:
        """Refuse, before anything is written, where a commit would belong to nothing or end something else."""
        for name, what, hint in UNFINISHED:
            if (self.folder / name).exists():
                raise Refusal(what, hint=hint, code=3)
        try:
            on_branch = (self.folder / "HEAD").read_bytes().startswith(b"ref:")
        except OSError as error:
            raise Refusal(
                say("the git repository is damaged: {file}: {why}", file=str(self.folder / "HEAD"), why=error.strerror),
                hint=say("git status says more; a clone of it elsewhere may be whole"),
                code=3,
            ) from None
        if not on_branch:
            raise Refusal(
                say("git is on no branch (detached HEAD): a change recorded now would belong to nothing"),
                hint=say("git switch main (or the branch you work on)"),
                code=3,
            )

    def _check_identity(self) -> None:
        for who in ("GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"):
            code, _, error = self._git(["var", who])
            if code and any(words in error for words in ("identity", "tell me who", "ident name")):
                raise Refusal(
                    say("git does not know who you are"),
                    hint=say('git config --global user.name "…" and git config --global user.email "…"'),
                    code=3,
                )
            if code:
                raise _failed(error, code)

    def commit(self, paths: Sequence[PurePosixPath], message: str, private: Path, mark: str, new: bool) -> None:
        """Commit exactly these paths (relative to the estate), whatever else is staged. `mark`: what the reflog knows
        the commit by (`recorded`); `new`: whether there are files among them that git cannot know yet.

        Raises Refusal with what git or a hook said. Whether it was recorded all the same (a git killed at its very
        end), `recorded` says; the index is as it was then."""
        said = private / "message"
        said.unlink(missing_ok=True)
        disk.create(said, message.encode("utf-8", "surrogateescape"), synced=False)
        chosen = self._listed(paths, private)
        began = time.time()
        who = leftover.signature()
        try:
            with index.held(self.folder, private) as copy:
                more = {"GIT_INDEX_FILE": str(copy), "GIT_REFLOG_ACTION": f"propcli {mark}"}
                many = len(paths) > disk.FEW
                code, error = self._add_and_commit(said, chosen, new or many, more, many)
                if code and not new and "did not match any file" in error:  # written by hand and never committed
                    code, error = self._add_and_commit(said, chosen, True, more, many)
                if not code:
                    index.keep(self.folder, copy)
            if code:
                leftover.clear(self.places, private, who)
                self._check_identity()
                raise _failed(error, code)
            self._settle(began)
            if (self._shared / "objects" / "maintenance.lock").exists():  # of one that goes on, or that was killed:
                leftover.note(private, who)  # who comes next sees which
        finally:
            said.unlink(missing_ok=True)
            (private / "paths").unlink(missing_ok=True)

    def _add_and_commit(
        self, message: Path, chosen: list[str], add: bool, more: Mapping[str, str], many: bool
    ) -> tuple[int, str]:
        """Git's exit code, and what it said. Files that it knows it takes as they are on the disk, without `add`.
        `many`: they are synced all at once."""
        durable = _configured({**more}, DURABLE)
        loose = _configured({**more}, {**DURABLE, "core.fsync": "none", "core.fsyncObjectFiles": "false"})
        code, out, error = self._git(["add", *chosen], loose if many else durable) if add else (0, "", "")
        if many:
            os.sync()
        command = ["commit", "--quiet", "--only", "--no-edit", "--file", str(message), *chosen]
        for _ in range(TRIES if not code else 0):
            code, out, error = self._git(command, durable)
            if "cannot lock ref" not in error:
                break
            time.sleep(0.1)  # a commit of somebody else's landed at the same moment
        return code, error or out

    def _settle(self, began: float) -> None:
        """Let the names of what git has written since be on the disk too: it syncs files, not folders."""
        objects = self._shared / "objects"
        with os.scandir(objects) as entries:
            folders = [Path(e.path) for e in entries if len(e.name) == 2 and e.stat().st_mtime >= began - 2]
        branch = self._shared / self._branch()
        files = [branch] if branch.is_file() else []
        disk.sync_all([*files, *folders, objects, branch.parent if files else self._shared, self.folder])

    def recorded(self, mark: str) -> bool:
        """Whether the commit made under a mark is part of the branch."""
        code, out, _ = self._git(["log", "--walk-reflogs", "-50", "--format=%H %gs", "HEAD"])
        made = [line.split(" ", 1)[0] for line in out.splitlines() if f" propcli {mark}: " in f"{line} "]
        return not code and any(not self._git(["merge-base", "--is-ancestor", one, "HEAD"])[0] for one in made)

    def differing(self, contents: Mapping[PurePosixPath, bytes]) -> list[PurePosixPath]:
        """Those files of the estate that the last commit does not have just so."""
        there = self._blobs(contents)
        found = [path for path, content in contents.items() if _blob(content, there.get(path, "")) != there.get(path)]
        if not any(path in there for path in found):
            return found
        # git may change what it takes in (line ends): where it has another content, it is asked what it would make
        return [path for path in found if self._git(["hash-object", str(self.root / path)])[1] != there.get(path)]

    def _blobs(self, paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
        """What the last commit has of these files, by git's ids."""
        wanted = {os.fsencode((self.root / path).relative_to(self.top)): path for path in paths}
        if not wanted or not self.has_commits():
            return {}
        few = len(wanted) <= 200
        where = wanted if few else {name.rpartition(b"/")[0] or b"." for name in wanted}
        command = ["ls-tree", "-z", "--full-tree", "HEAD"]
        asked = [os.fsdecode(name) if few else os.fsdecode(name) + "/" for name in where]
        code, out, error = self._git([*command, *(asked if few or "./" not in asked else [])])
        if code:
            raise _unreadable(error, code)
        entries = (entry.split("\t", 1) for entry in out.split("\0") if "\t" in entry)
        return {wanted[name]: info.split()[2] for info, path in entries if (name := os.fsencode(path)) in wanted}

    def commit_empty(self, message: str) -> str:
        """A commit that changes nothing: it says that something happened. It is signed, and looked at by hooks, like
        every other; what is staged stays staged."""
        if not self.has_commits():
            raise Refusal(say("there is no commit yet"), hint=say("commit the estate first"), code=3)
        private, began, who = self.private(), time.time(), leftover.signature()
        said = private / "message"
        said.unlink(missing_ok=True)
        disk.create(said, message.encode("utf-8", "surrogateescape"), synced=False)
        leftover.note(private, who)
        command = ["commit", "--quiet", "--allow-empty", "--only", "--no-edit", "--file", str(said)]
        try:
            with index.held(self.folder, private) as copy:
                code, out, error = self._git(command, _configured({"GIT_INDEX_FILE": str(copy)}, DURABLE))
            if code:
                leftover.clear(self.places, private, who)
                self._check_identity()
                raise _failed(error or out, code)
            self._settle(began)
        except OSError as failed:
            raise Refusal(
                say("it is on record, but the disk reports: {why}", why=failed.strerror or str(failed)),
                hint=say("nothing is shown"),
                code=3,
            ) from None
        finally:
            leftover.forget(private)
            said.unlink(missing_ok=True)
        return self.head()

    def log(self, record: str | None, event: str | None, most: int | None) -> list["Commit"]:
        """The commits about the estate, latest first: of one record, of one kind of event, or all; `most` of them."""
        if not self.has_commits():
            return []
        command = ["log", "-z", "--format=%H%x00%aI%x00%an%x00%B", "--all-match", "--extended-regexp"]
        if record is not None:
            command.append(f"--grep=^Record: {record}$")
        if event is not None:
            command.append(f"--grep=^Event: {event}$")
        if most is not None:
            command.append(f"--max-count={most}")
        said = self._read(command).decode("utf-8", "replace").split("\0")  # no message has a NUL in it
        fields = zip(said[0::4], said[1::4], said[2::4], said[3::4], strict=False)
        return [
            Commit(commit, datetime.fromisoformat(at), author, message.strip("\n"))
            for commit, at, author, message in fields
        ]

    def versions(self, path: PurePosixPath) -> list[bytes]:
        """Every content a file of the estate has had in the commits, latest first."""
        full = (self.root / path).relative_to(self.top).as_posix()
        commits = self._read(["log", "--all", "--full-history", "--format=%H", "--", full]).decode().split()
        contents = (self._past(["show", f"{commit}:{full}"]) for commit in commits)
        return [content for code, content, _ in contents if not code]

    def _read(self, arguments: list[str]) -> bytes:
        code, out, error = self._past(arguments)
        if code:
            raise _unreadable(error, code)
        return out

    def _past(self, arguments: list[str]) -> tuple[int, bytes, str]:
        """What git says of the past, through GitPython's command wrapper: exit code, bytes, errors."""
        code, out, error = self.repo.git.execute(
            ["git", *arguments], with_extended_output=True, with_exceptions=False, stdout_as_string=False
        )
        assert isinstance(out, bytes)
        return code, out, error

    def unstage(self, paths: Sequence[PurePosixPath], private: Path) -> None:
        """Make the index agree with HEAD again for these paths."""
        chosen = self._listed(paths, private)
        if self.has_commits():
            code, _, error = self._git(["reset", "--quiet", *chosen])
        else:
            code, _, error = self._git(["rm", "--cached", "--quiet", "--ignore-unmatch", "-f", *chosen])
        if code:
            raise _failed(error, code)

    def _listed(self, paths: Sequence[PurePosixPath], private: Path) -> list[str]:
        """The paths as arguments of git, through a file: there may be thousands."""
        listing = private / "paths"
        listing.unlink(missing_ok=True)
        disk.create(listing, b"\0".join(self._spec(path) for path in paths), synced=False)
        return [f"--pathspec-from-file={listing}", "--pathspec-file-nul"]

    def head(self) -> str:
        """The id of the last commit, '' where there is none. A branch's own file says it, if it is there: always after
        a commit, not after `git gc`. Then, and wherever branches are kept in another way, git is asked."""
        try:
            branch = self._branch()
            if branch:
                commit = (self._shared / branch).read_bytes().rstrip(b"\n")
                if re.fullmatch(rb"[0-9a-f]{40}|[0-9a-f]{64}", commit):
                    return commit.decode()
        except OSError:
            pass
        return self._git(["rev-parse", "--verify", "--quiet", "HEAD"])[1]

    def _branch(self) -> str:
        """The branch's name as a path (`refs/heads/main`); '' where git is on none."""
        name = os.fsdecode((self.folder / "HEAD").read_bytes()).removeprefix("ref: ").rstrip("\n")
        return name if name.startswith("refs/heads/") else ""

    def has_commits(self) -> bool:
        return self.head() != ""

    def shallow(self) -> bool:
        """Whether the history is cut off here."""
        cut = self._shared / "shallow"
        return cut.exists() and cut.stat().st_size > 0

    def names_since(self, seen: Sequence[str]) -> tuple[list[str] | None, list[str]]:
        """The paths that any commit touches, on any branch and in the reflog, but for what some commits lead to; and
        the commits that lead to all of it now. By what is there, not by dates: these may say anything. None where one
        of the commits is not there any more."""
        which = ["--all", "--reflog", *(["--not", *seen] if seen else [])]
        how = ["--root", "-c", "--no-renames", "--no-show-signature", "--name-only", "-z", "--format=%x01%H %P"]
        code, out, error = self._git(["log", *how, *which])
        if code and seen:
            return None, []
        if code and self.has_commits():
            raise _unreadable(error, code)
        names, tips, parents = [], dict.fromkeys(seen), set[str]()
        for entry in out.split("\0"):
            commit, *above = entry.lstrip("\n").removeprefix("\x01").split(" ")
            if entry.lstrip("\n").startswith("\x01") and re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
                tips[commit] = None
                parents.update(above)
            elif entry:
                names.append(entry.removeprefix("\n"))
        return names, [commit for commit in tips if commit not in parents]

    def _spec(self, path: PurePosixPath) -> bytes:
        return os.fsencode(self.root / path)

    def _git(self, arguments: list[str], more: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        return _run(arguments, self.top, more)


def _run(arguments: list[str], folder: Path, more: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """One git process: its exit code, and what it said on stdout and stderr. `more`: of its environment."""
    try:
        running = subprocess.Popen(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, **SETTINGS, **(more or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError:
        raise _no_git() from None
    except OSError as why:
        raise _cannot_start(why.strerror or str(why)) from None
    try:
        out, error = running.communicate()
    except BaseException:
        running.communicate()  # what git has begun it ends; then it can be seen what it did
        raise
    said = "\n".join(line for line in error.decode("utf-8", "replace").split("\n") if line != OLD_WORD)
    return running.returncode, os.fsdecode(out).strip("\n"), said


def _configured(more: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """An environment with settings of git for one command; as arguments (`-c`) they would do the same."""
    given = os.environ.get("GIT_CONFIG_PARAMETERS", "")
    ours = " ".join(f"'{name}={value}'" for name, value in settings.items())
    return {**more, "GIT_CONFIG_PARAMETERS": f"{given} {ours}".strip()}


def _blob(content: bytes, like: str) -> str:
    """What git would call a content, in a repository whose ids look like that."""
    name = "sha256" if len(like) == 64 else "sha1"
    return hashlib.new(name, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _prepare() -> None:
    """Before git is started: no variable may mislead it. And GitPython must not fail where git is missing."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in MISLEADING:
        os.environ.pop(name, None)


def init(root: Path) -> None:
    """Make a git repository of a folder."""
    _prepare()
    git = _gitpython()
    try:
        git.Repo.init(root, initial_branch="main")
    except git.GitCommandNotFound:
        raise _no_git() from None


def inside(root: Path) -> bool:
    """Whether a folder already lies in a git work tree."""
    _prepare()
    git = _gitpython()
    try:
        git.Repo(root, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError):
        return False
    return True


def _gitpython() -> Any:
    """GitPython, which tries git when it is imported. Refuses where git does not work."""
    try:
        import git
    except ImportError as error:
        raise _cannot_start(str(error).splitlines()[0]) from None
    return git


def _repository(root: Path) -> tuple[Path, Path]:
    """The top of the work tree a folder lies in, and its git directory. They are looked for as git does; git itself is
    asked where its settings may say otherwise."""
    for folder in (root, *root.parents):
        git = folder / ".git"
        if git.is_file():
            git = (folder / os.fsdecode(git.read_bytes()).removeprefix("gitdir:").strip()).resolve()
        if (git / "HEAD").exists():
            break
        if all((folder / name).exists() for name in ("HEAD", "objects", "refs")):
            raise _bare()
    else:
        raise _outside(root)
    common = git / "commondir"
    shared = git / os.fsdecode(common.read_bytes()).strip() if common.exists() else git
    for config in (shared / "config", git / "config.worktree"):
        if config.exists() and re.search(
            rb"worktree|include|\bbare\s*(=(?!\s*false)|$)", config.read_bytes(), re.I | re.M
        ):
            return _asked(root)
    return folder.resolve(), git.resolve()


def _asked(root: Path) -> tuple[Path, Path]:
    code, out, error = _run(["rev-parse", "--is-bare-repository", "--show-cdup", "--absolute-git-dir"], root)
    if out.startswith("true"):
        raise _bare()
    if code:
        raise _outside(root) if "not a git repository" in error else _failed(error, code)
    _, up, folder = out.split("\n", 2)  # a path can have line breaks in it
    return (root / up).resolve(), Path(folder)


def _bare() -> Refusal:
    return Refusal(say("the git repository is bare: it has no work tree"), code=3)


def _outside(root: Path) -> Refusal:
    return Refusal(
        say("{folder} is not in a git work tree, so nothing can be recorded", folder=str(root)),
        hint=say("run git init there (or propcli init for a new estate)"),
        code=3,
    )


def _no_git() -> Refusal:
    return Refusal(say("git is not installed (or not on PATH)"), code=3)


def _cannot_start(why: str) -> Refusal:
    return Refusal(
        say("git cannot be started: {why}", why=why), hint=say("git --version must work in this shell"), code=3
    )


def _said(error: str) -> str:
    lines = [line for line in error.strip().splitlines() if line.strip()]
    return "\n".join(lines) or "git failed without a word"


def _killed(code: int) -> Text:
    return say("git was killed (signal {signal})", signal=str(-code))


def _failed(error: str, code: int = 1) -> Refusal:
    hint = say("nothing was recorded; put right what git or its hook says and run the command again")
    what = _killed(code) if code < 0 else say("git refused the change: {said}", said=_said(error))
    if ".lock'" in error:
        hint = say("nothing was recorded; another git command is running here: try again when it has ended")
        return index.Busy(what, hint=hint, code=3)
    return Refusal(what, hint=hint, code=3)


def _unreadable(error: str, code: int = 1) -> Refusal:
    what = _killed(code) if code < 0 else say("git cannot read the history: {said}", said=_said(error))
    return Refusal(what, hint=say("git fsck says what is wrong"), code=3)
