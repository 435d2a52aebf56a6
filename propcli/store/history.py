"""Git. What belongs to every change is asked of the git command itself, once; GitPython, which only this module
imports, makes repositories and reads the history, and is loaded only then."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
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
        code, out, error = _run(["rev-parse", "--is-bare-repository", "--show-cdup", "--absolute-git-dir"], root)
        if out.startswith("true"):
            raise Refusal(say("the git repository is bare: it has no work tree"), code=3)
        if code and "not a git repository" not in error:
            raise _failed(error)
        _, up, folder = ("", "", "") if code else out.split("\n", 2)  # a path can have line breaks in it
        self.top, self.folder = (root / up).resolve(), Path(folder)
        if code or not root.is_relative_to(self.top):
            raise Refusal(
                say("{folder} is not in a git work tree, so nothing can be recorded", folder=str(root)),
                hint=say("run git init there (or propcli init for a new estate)"),
                code=3,
            )

    @cached_property
    def repo(self) -> "Repo":
        """The repository as GitPython has it."""
        from git import Repo

        repo = Repo(self.top)
        repo.git.update_environment(**SETTINGS)
        return repo

    @cached_property
    def _shared(self) -> Path:
        """The git directory of the repository itself, where branches are: a linked work tree has one of its own."""
        common = self.folder / "commondir"
        return self.folder / os.fsdecode(common.read_bytes()).rstrip("\n") if common.exists() else self.folder

    def private(self) -> Path:
        """A folder of ours inside the git directory: never committed, never seen by `git status`."""
        folder = self.folder / "propcli"
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            share(folder, self.folder.stat().st_mode)
        return folder

    def check_ready(self) -> None:
        """Refuse, before somebody works at it, what a commit would fail on."""
        self.check_state()
        self._check_identity()

    def check_state(self) -> None:
        """Refuse, before anything is written, where a commit would belong to nothing or end something else."""
        if not (self.folder / "HEAD").read_bytes().startswith(b"ref:"):
            raise Refusal(
                say("git is on no branch (detached HEAD): a change recorded now would belong to nothing"),
                hint=say("git switch main (or the branch you work on)"),
                code=3,
            )
        for name, what in (
            ("MERGE_HEAD", say("a git merge is not finished")),
            ("rebase-merge", say("a git rebase is not finished")),
            ("rebase-apply", say("a git rebase is not finished")),
            ("CHERRY_PICK_HEAD", say("a git cherry-pick is not finished")),
            ("REVERT_HEAD", say("a git revert is not finished")),
        ):
            if (self.folder / name).exists():
                raise Refusal(what, hint=say("finish or abort it first; git status says how"), code=3)

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
                raise _failed(error)

    def commit(self, paths: Sequence[PurePosixPath], message: str, private: Path, head: str, new: bool) -> str:
        """Commit exactly these paths (relative to the estate), whatever else is staged; the new commit's id.
        `head`: the commit before; `new`: whether there are files among them that git cannot know yet.

        Raises Refusal with what git or a hook said; the index entries of the paths are put back."""
        said = private / "message"
        said.write_bytes(message.encode("utf-8", "surrogateescape"))
        chosen = self._listed(paths, private)
        index = self.folder / "index"
        before = index.read_bytes() if index.exists() else None
        try:
            code, error = self._add_and_commit(said, chosen, new)
            if code and not new and "did not match any file" in error:  # written by hand and never committed
                code, error = self._add_and_commit(said, chosen, True)
            if code and not self._committed(paths):
                self._check_identity()
                raise _failed(error)
        except BaseException:
            if self.head() == head and not self.locked():
                # as it was to the byte: what the user had staged of these very files too
                if before is None:
                    index.unlink(missing_ok=True)
                else:
                    fresh = private / "index"
                    fresh.write_bytes(before)
                    fresh.replace(index)
            raise
        finally:
            said.unlink(missing_ok=True)
            (private / "paths").unlink(missing_ok=True)
        return self.head()

    def _add_and_commit(self, message: Path, chosen: list[str], add: bool) -> tuple[int, str]:
        """Git's exit code, and what it said. Files that it knows it takes as they are on the disk, without `add`."""
        code, out, error = self._git(["add", *chosen]) if add else (0, "", "")
        if not code:
            code, out, error = self._git(["commit", "--quiet", "--only", "--no-edit", "--file", str(message), *chosen])
        return code, error or out

    def commit_empty(self, message: str) -> str:
        """A commit that changes nothing: it says that something happened. It is signed, and looked at by hooks, like
        every other; what is staged stays staged."""
        if not self.has_commits():
            raise Refusal(say("there is no commit yet"), hint=say("commit the estate first"), code=3)
        said = self.private() / "message"
        said.write_bytes(message.encode("utf-8", "surrogateescape"))
        try:
            command = ["commit", "--quiet", "--allow-empty", "--only", "--no-edit", "--file", str(said)]
            code, out, error = self._git(command)
        finally:
            said.unlink(missing_ok=True)
        if code:
            self._check_identity()
            raise _failed(error or out)
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
            raise _failed(error)
        return out

    def _past(self, arguments: list[str]) -> tuple[int, bytes, str]:
        """What git says of the past, through GitPython's command wrapper: exit code, bytes, errors."""
        code, out, error = self.repo.git.execute(
            ["git", *arguments], with_extended_output=True, with_exceptions=False, stdout_as_string=False
        )
        assert isinstance(out, bytes)
        return code, out, error

    def _committed(self, paths: Sequence[PurePosixPath]) -> bool:
        """Whether the last commit has these files just as they are: then there was nothing to commit."""
        for path in paths:
            full = self.root / path
            code, there, _ = self._git(
                ["rev-parse", "--verify", "--quiet", f"HEAD:{full.relative_to(self.top).as_posix()}"]
            )
            if code or there != self._git(["hash-object", "--", str(full)])[1]:
                return False
        return True

    def unstage(self, paths: Sequence[PurePosixPath], private: Path) -> None:
        """Make the index agree with HEAD again for these paths."""
        chosen = self._listed(paths, private)
        if self.has_commits():
            self._git(["reset", "--quiet", *chosen])
        else:
            self._git(["rm", "--cached", "--quiet", "--ignore-unmatch", "-f", *chosen])

    def _listed(self, paths: Sequence[PurePosixPath], private: Path) -> list[str]:
        """The paths as arguments of git, through a file: there may be thousands."""
        listing = private / "paths"
        listing.write_bytes(b"\0".join(self._spec(path) for path in paths))
        return [f"--pathspec-from-file={listing}", "--pathspec-file-nul"]

    def head(self) -> str:
        """The id of the last commit, '' where there is none. A branch's own file says it, if it is there: always after
        a commit, not after `git gc`. Then, and wherever branches are kept in another way, git is asked."""
        try:
            branch = os.fsdecode((self.folder / "HEAD").read_bytes()).removeprefix("ref: ").rstrip("\n")
            if branch.startswith("refs/heads/"):
                commit = (self._shared / branch).read_bytes().rstrip(b"\n")
                if re.fullmatch(rb"[0-9a-f]{40}|[0-9a-f]{64}", commit):
                    return commit.decode()
        except OSError:
            pass
        return self._git(["rev-parse", "--verify", "--quiet", "HEAD"])[1]

    def locked(self) -> bool:
        """Whether a git command holds the index, or left its lock behind when it died."""
        return (self.folder / "index.lock").exists()

    def has_commits(self) -> bool:
        return self.head() != ""

    def clean(self, paths: Sequence[PurePosixPath]) -> bool:
        """Whether these files are as the last commit has them."""
        command = ["status", "--porcelain", "-z", "--ignored", "--untracked-files=all", "--", str(self.root)]
        code, out, error = self._git(command)
        if code:
            raise _failed(error)
        changed = {self.top / entry[3:] for entry in out.split("\0") if entry}
        return not any(self.root / path in changed for path in paths)

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
            raise _failed(error)
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

    def _git(self, arguments: list[str]) -> tuple[int, str, str]:
        return _run(arguments, self.top)


def _run(arguments: list[str], folder: Path) -> tuple[int, str, str]:
    """One git process: its exit code, and what it said on stdout and stderr."""
    try:
        running = subprocess.Popen(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, **SETTINGS},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError:
        raise _no_git() from None
    try:
        out, error = running.communicate()
    except BaseException:
        running.communicate()  # what git has begun it ends; then it can be seen what it did
        raise
    return running.returncode, out.decode("utf-8", "replace").strip("\n"), error.decode("utf-8", "replace")


def _prepare() -> None:
    """Before git is started: no variable may mislead it. And GitPython must not fail where git is missing."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    for name in MISLEADING:
        os.environ.pop(name, None)


def init(root: Path) -> None:
    """Make a git repository of a folder."""
    _prepare()
    from git import GitCommandNotFound, Repo

    try:
        Repo.init(root, initial_branch="main")
    except GitCommandNotFound:
        raise _no_git() from None


def inside(root: Path) -> bool:
    """Whether a folder already lies in a git work tree."""
    _prepare()
    from git import InvalidGitRepositoryError, NoSuchPathError, Repo

    try:
        Repo(root, search_parent_directories=True)
    except (InvalidGitRepositoryError, NoSuchPathError):
        return False
    return True


def _no_git() -> Refusal:
    return Refusal(say("git is not installed (or not on PATH)"), code=3)


def _failed(error: str) -> Refusal:
    lines = [line for line in error.strip().splitlines() if line.strip()]
    said = "\n".join(lines) or "git failed without a word"
    hint: Text | None = say("nothing was recorded; put right what git or its hook says and run the command again")
    if "index.lock" in error:
        hint = say("another git command is running here; try again when it has ended")
    return Refusal(say("git refused the change: {said}", said=said), hint=hint, code=3)
