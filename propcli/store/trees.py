"""Commits made and compared without the work tree, by git's own plumbing, and the work tree moved on to one of them.
What the user has changed or staged elsewhere stays as it is."""

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store.estate import plain
from propcli.store.history import SETTINGS, History

PLAIN = "100644"


@dataclass(frozen=True)
class Entry:
    """A file of a commit: its mode and the id of its content."""

    mode: str
    blob: str


Change = tuple[Entry | None, Entry | None]  # before, after


class Trees:
    """The commits of a repository, and the estate's files in them, named from the estate's folder (`../` above it)."""

    def __init__(self, history: History) -> None:
        self.top, self.root, self.private = history.top, history.root, history.private()
        self.estate = PurePosixPath(self.root.relative_to(self.top).as_posix())

    # --- asking

    def base(self, ours: str, theirs: str) -> str:
        """The commit both began from; '' where they have none in common."""
        return self.git("merge-base", ours, theirs, ok=(0, 1)).decode().strip()

    def commit_of(self, name: str) -> str:
        """The commit a name means; '' where there is none."""
        return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", ok=(0, 1, 128)).decode().strip()

    def changed(self, before: str, after: str) -> dict[PurePosixPath, Change]:
        """The files that differ between two commits."""
        out = self.git("diff-tree", "-r", "-z", "--no-renames", "--full-index", before, after)
        found: dict[PurePosixPath, Change] = {}
        fields = iter(out.split(b"\0"))
        for info in fields:
            if info:
                old_mode, mode, old, new, _kind = info[1:].decode().split(" ")
                entries = [Entry(m, b) if set(b) != {"0"} else None for m, b in ((old_mode, old), (mode, new))]
                found[self._inner(next(fields))] = entries[0], entries[1]
        return found

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """What files of commits say, by the ids of their contents; of submodules nothing."""
        wanted = list(dict.fromkeys(blobs))
        out = self.git("cat-file", "--batch", given="\n".join([*wanted, ""]).encode())
        found, at = {}, 0
        for blob in wanted:
            end = out.index(b"\n", at)
            head, at = out[at:end].split(b" "), end + 1
            if head[1] == b"blob":
                size = int(head[2])
                found[blob], at = out[at : at + size], at + size + 1
        return found

    def files_with(self, commit: str, text: str) -> list[PurePosixPath]:
        """The files of the estate in which a text stands."""
        out = self.git(
            "grep", "-l", "-z", "-F", "--full-name", "-e", text, commit, "--", self._outer_text("."), ok=(0, 1)
        )
        return [self._inner(name.split(b":", 1)[1]) for name in out.split(b"\0") if name]

    def entries(self, commit: str) -> dict[PurePosixPath, Entry]:
        """Every file of a commit."""
        found = {}
        for line in self.git("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            if line:
                head, name = line.split(b"\t", 1)
                mode, _kind, blob = head.decode().split(" ")
                found[self._inner(name)] = Entry(mode, blob)
        return found

    def names_ever(self, folder: PurePosixPath, *commits: str) -> set[str]:
        """The names, without endings, of every file that a folder of the estate has ever had in the history of some
        commits, also of those deleted since."""
        out = self.git(
            "log", "-m", "--full-history", "--no-renames", "--diff-filter=A", "--name-only", "--format=", "-z",
            *commits, "--", self._outer_text(folder),
        )  # fmt: skip
        return {PurePosixPath(os.fsdecode(name.strip(b"\n"))).stem for name in out.split(b"\0") if name.strip(b"\n")}

    def subjects(self, without: str, commit: str) -> list[str]:
        """The first lines of the commits that one has and another lacks, the oldest first; of merges nothing."""
        out = self.git("log", "--reverse", "--no-merges", "--format=%s", commit, *([f"^{without}"] if without else []))
        return out.decode("utf-8", "replace").splitlines()

    def hand_edits(self) -> set[PurePosixPath]:
        """The files that are not as the last commit has them, also those it does not know."""
        out = self.git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
        return {self._inner(entry[3:]) for entry in out.split(b"\0") if entry}

    def on_disk(self, path: PurePosixPath) -> bytes:
        """A file as it lies in the work tree; nothing of what is none."""
        file = self.root / path
        return file.read_bytes() if file.is_file() and not file.is_symlink() else b""

    # --- making

    def commit(
        self,
        parents: Sequence[str],
        message: str,
        contents: Mapping[PurePosixPath, bytes | None],
        entries: Mapping[PurePosixPath, Entry | None] | None = None,
    ) -> str:
        """A commit that has the files of its first parent but for some: `contents`, or `entries` as another commit has
        them; None: the file is gone. Nobody's branch moves to it yet."""
        found = dict(entries or {})
        before = self.entries(parents[0])
        written = {path: content for path, content in contents.items() if content is not None}
        for path, blob in zip(written, self._blobs(list(written.values())), strict=True):
            found[path] = Entry(before[path].mode if path in before else PLAIN, blob)
        found |= {path: None for path, content in contents.items() if content is None}
        index = self.private / "joined-index"
        index.unlink(missing_ok=True)
        try:
            self.git("read-tree", parents[0], index=index)
            lines = [self._line(path, entry) for path, entry in sorted(found.items(), key=_gone_first)]
            self.git("update-index", "-z", "--index-info", given=b"".join(lines), index=index)
            tree = self.git("write-tree", index=index).decode().strip()
        finally:
            index.unlink(missing_ok=True)
        sign = ["-S"] if self._signs() else []
        from_ = [part for parent in parents for part in ("-p", parent)]
        return self.git("commit-tree", tree, *from_, *sign, given=message.encode("utf-8")).decode().strip()

    def _signs(self) -> bool:
        return self.git("config", "--type=bool", "commit.gpgsign", ok=(0, 1)).strip() == b"true"

    def _blobs(self, contents: list[bytes]) -> list[str]:
        """Contents put into the repository: their ids."""
        with TemporaryDirectory(dir=self.private) as folder:
            files = [Path(folder, str(number)) for number in range(len(contents))]
            for file, content in zip(files, contents, strict=True):
                file.write_bytes(content)
            listed = "".join(f"{file}\n" for file in files).encode("utf-8", "surrogateescape")
            return self.git("hash-object", "-w", "--no-filters", "--stdin-paths", given=listed).decode().split()

    def merged_text(self, base: bytes | None, ours: bytes, theirs: bytes) -> bytes | None:
        """Three versions of a text merged line by line as git does it; None where both changed the same lines."""
        with TemporaryDirectory(dir=self.private) as folder:
            files = [Path(folder, name) for name in ("ours", "base", "theirs")]
            for file, content in zip(files, (ours, base or b"", theirs), strict=True):
                file.write_bytes(content)
            code, out, _error = run(self.top, ["merge-file", "-p", *map(str, files)])
        return out if code == 0 else None

    @cached_property
    def _none(self) -> str:
        """The id of nothing."""
        return "0" * len(self.commit_of("HEAD"))

    def _line(self, path: PurePosixPath, entry: Entry | None) -> bytes:
        head = f"0 {self._none}" if entry is None else f"{entry.mode} {entry.blob}"
        return head.encode() + b"\t" + os.fsencode(self._outer(path)) + b"\0"

    # --- a merge of git's own that waits for a person

    def write(self, files: Mapping[PurePosixPath, bytes]) -> None:
        """Put files into the work tree and the index."""
        for path, content in files.items():
            problem = plain(self.root, path)
            if problem is not None:
                raise Refusal(say("{path} cannot be used", path=str(path)), code=3, problems=(problem,))
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f".{place.name}.new")
            beside.write_bytes(content)
            beside.replace(place)
        self.git("add", "--", *(self._outer(path) for path in files))

    def tell_merge(self, trailers: str) -> None:
        """Add lines to the message that the merge will have."""
        place = self.top / os.fsdecode(self.git("rev-parse", "--git-path", "MERGE_MSG").rstrip(b"\n"))
        message = place.read_text("utf-8", "replace").rstrip("\n") if place.exists() else ""
        place.write_text(f"{message}\n{trailers}\n", encoding="utf-8")

    # --- moving on

    def land(self, before: str, after: str) -> None:
        """Move the branch, the index and the files from one commit to another. Refuses, with everything as it was,
        where files of the user's are in the way. A process that dies half-way leaves a mark that `recover` reads."""
        self.git("update-index", "-q", "--refresh", ok=(0, 1))
        self._mark.write_text(f"{before} {after}", encoding="ascii")
        try:
            self.git("read-tree", "-m", "-u", before, after)
            self.git("update-ref", "-m", "propcli sync", "HEAD", after, before)
        except BaseException:
            self.recover()
            raise
        self._mark.unlink()

    def recover(self) -> bool:
        """Put back what a dead process had begun to move; whether there was anything. What it had not written is left
        alone."""
        if not self._mark.exists():
            return False
        before, _space, after = self._mark.read_text(encoding="ascii").partition(" ")
        if after and self.commit_of("HEAD") != after:
            lines, back = [], []
            for path, (old, new) in self.changed(before, after).items():
                if self._blob_on_disk(path) == (new.blob if new else None):
                    lines.append(self._line(path, old))
                    if old is None:
                        (self.top / self._outer(path)).unlink(missing_ok=True)
                    else:
                        back.append(os.fsencode(self._outer(path)) + b"\0")
            self.git("update-index", "-z", "--index-info", given=b"".join(lines))
            self.git("checkout-index", "-f", "-z", "--stdin", given=b"".join(back))
        self._mark.unlink()
        return True

    @property
    def _mark(self) -> Path:
        return self.private / "landing"

    def _blob_on_disk(self, path: PurePosixPath) -> str | None:
        place = self.top / self._outer(path)
        if not os.path.lexists(place):
            return None
        return self.git("hash-object", "--", str(place), ok=(0, 128)).decode().strip()

    # --- git

    def _outer(self, path: PurePosixPath) -> str:
        """A path of the estate as git names it, from the top of the work tree."""
        return os.path.normpath(self.estate / path)

    def _outer_text(self, path: PurePosixPath | str) -> str:
        return os.path.normpath(self.top / self.estate / path)

    def _inner(self, name: bytes) -> PurePosixPath:
        path = PurePosixPath(os.fsdecode(name))
        return PurePosixPath(os.path.relpath(path, self.estate)) if str(self.estate) != "." else path

    def git(self, *arguments: str, given: bytes = b"", ok: Sequence[int] = (0,), index: Path | None = None) -> bytes:
        """What a git process says; refuses with its reason where its exit code is not one of those that are right."""
        code, out, error = run(self.top, arguments, given, index)
        if code not in ok:
            raise Refusal(say("git refused: {said}", said=said(error) or said(out)), code=3)
        return out


def run(
    folder: Path, arguments: Sequence[str], given: bytes = b"", index: Path | None = None
) -> tuple[int, bytes, bytes]:
    """One git process: its exit code, and what it said on stdout and stderr."""
    environment = {**os.environ, **SETTINGS}
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index)
    running = subprocess.Popen(
        ["git", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, error = running.communicate(given)
    except BaseException:
        running.communicate()  # what git has begun it ends; then it can be seen what it did
        raise
    return running.returncode, out, error


def said(text: bytes) -> str:
    """What git said, line by line, without advice and empty lines."""
    lines = text.decode("utf-8", "replace").splitlines()
    return "\n".join(line for line in lines if line.strip() and not line.startswith("hint: "))


def _gone_first(one: tuple[PurePosixPath, Entry | None]) -> tuple[bool, PurePosixPath]:
    """A file that is gone may make room for a folder of its name."""
    return one[1] is not None, one[0]
