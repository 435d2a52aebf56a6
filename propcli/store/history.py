"""Git, through GitPython's command wrapper. The only module that imports it, and only when something is written
or the history is asked for."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say

if TYPE_CHECKING:
    pass


class History:
    """The git work tree an estate lies in. Opening refuses, with what to do, where there is none."""

    def __init__(self, root: Path) -> None:
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        from git import GitCommandNotFound, InvalidGitRepositoryError, NoSuchPathError, Repo

        self.root = root
        try:
            self.repo: Repo = Repo(root, search_parent_directories=True)
            self.repo.git.update_environment(GIT_LITERAL_PATHSPECS="1", GIT_OPTIONAL_LOCKS="0")
        except (InvalidGitRepositoryError, NoSuchPathError):
            raise Refusal(
                say("{folder} is not in a git work tree, so nothing can be recorded", folder=str(root)),
                hint=say("run git init there (or propcli init for a new estate)"),
                code=3,
            ) from None
        except GitCommandNotFound:
            raise _no_git() from None
        if self.repo.bare or self.repo.working_tree_dir is None:
            raise Refusal(say("the git repository is bare: it has no work tree"), code=3)
        self.top = Path(self.repo.working_tree_dir).resolve()
        self.folder = Path(self.repo.git_dir)

    def private(self) -> Path:
        """A folder of ours inside the git directory: never committed, never seen by `git status`."""
        folder = self.folder / "propcli"
        folder.mkdir(exist_ok=True)
        return folder

    def check_ready(self) -> None:
        """Refuse, before anything is written, what a commit would fail on."""
        head = (self.folder / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
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
        code, _, error = self._git(["var", "GIT_COMMITTER_IDENT"])
        if code:
            raise (
                Refusal(
                    say("git does not know who you are"),
                    hint=say('git config user.name "…" and git config user.email "…"'),
                    code=3,
                )
                if "identity" in error or "tell me who" in error or "ident name" in error
                else _failed(error)
            )

    def commit(self, paths: Sequence[PurePosixPath], message: str, private: Path) -> str:
        """Commit exactly these paths (relative to the estate), whatever else is staged; the new commit's id.

        Raises Refusal with what git or a hook said; the index entries of the paths are put back."""
        listing = private / "paths"
        listing.write_bytes(b"\0".join(self._spec(path) for path in paths))
        chosen = [f"--pathspec-from-file={listing}", "--pathspec-file-nul"]
        code, _, error = self._git(["add", *chosen])
        if not code:
            code, _, error = self._git(["commit", "--quiet", "--only", "--no-edit", "-m", message, *chosen])
        if code:
            self.unstage(paths, private)
            raise _failed(error)
        return self._git(["rev-parse", "HEAD"])[1]

    def unstage(self, paths: Sequence[PurePosixPath], private: Path) -> None:
        """Make the index agree with HEAD again for these paths."""
        listing = private / "paths"
        listing.write_bytes(b"\0".join(self._spec(path) for path in paths))
        chosen = [f"--pathspec-from-file={listing}", "--pathspec-file-nul"]
        if self.has_commits():
            self._git(["reset", "--quiet", *chosen])
        else:
            self._git(["rm", "--cached", "--quiet", "--ignore-unmatch", "-f", *chosen])

    def has_commits(self) -> bool:
        return self._git(["rev-parse", "--verify", "--quiet", "HEAD"])[0] == 0

    def clean(self, paths: Sequence[PurePosixPath]) -> bool:
        """Whether these files are as the last commit has them."""
        specs = [os.fsdecode(self._spec(path)) for path in paths]
        code, out, error = self._git(["status", "--porcelain", "--untracked-files=all", "--", *specs])
        if code:
            raise _failed(error)
        return not out

    def deleted_names(self, since: datetime, folder: str) -> list[str]:
        """File names once deleted below a folder of the estate by commits since a time: their ids stay taken."""
        if not self.has_commits():
            return []
        spec = os.fsdecode(self._spec(PurePosixPath(folder)))
        code, out, error = self._git(
            [
                "log",
                f"--since={since.isoformat()}",
                "--diff-filter=D",
                "--no-renames",
                "--name-only",
                "--format=",
                "--",
                spec,
            ]
        )
        if code:
            raise _failed(error)
        return [PurePosixPath(line).name for line in out.splitlines() if line]

    def log(self, path: PurePosixPath) -> list[tuple[str, str, str]]:
        """The commits that touched a file, newest first: (short id, time, subject)."""
        if not self.has_commits():
            return []
        code, out, error = self._git(["log", "--format=%h%x09%cI%x09%s", "--", os.fsdecode(self._spec(path))])
        if code:
            raise _failed(error)
        rows = [line.split("\t", 2) for line in out.splitlines()]
        return [(row[0], row[1], row[2]) for row in rows]

    def _spec(self, path: PurePosixPath) -> bytes:
        return os.fsencode(self.root / path)

    def _git(self, arguments: list[str]) -> tuple[int, str, str]:
        from git import GitCommandNotFound

        try:
            code, out, error = self.repo.git.execute(
                ["git", *arguments],
                with_extended_output=True,
                with_exceptions=False,
                strip_newline_in_stdout=True,
            )
        except GitCommandNotFound:
            raise _no_git() from None
        return int(code or 0), str(out), str(error)


def init(root: Path) -> None:
    """Make a git repository of a folder."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import GitCommandNotFound, Repo

    try:
        Repo.init(root, initial_branch="main")
    except GitCommandNotFound:
        raise _no_git() from None


def inside(root: Path) -> bool:
    """Whether a folder already lies in a git work tree."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
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
