"""What somebody can do to a history who knows git: commits of any content, date and author, and histories of them."""

import os
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

from tests.audit.honest import DatedDesk
from tests.conftest import IDENTITY

File = str | None | tuple[str, str]  # a file's text; None: gone; (mode, text)
SOMEBODY = {"GIT_AUTHOR_NAME": "陈静", "GIT_AUTHOR_EMAIL": "chen.jing@example.invalid"}


class Forger:
    """Makes commits on a copy of an honest repository by git's plumbing. `now` is when it is done."""

    def __init__(self, desk: DatedDesk) -> None:
        self.desk = desk
        self.root = desk.root
        self.now = desk.now

    def git(self, *arguments: str, stdin: str | bytes = "", **environment: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.root.parent),
                **IDENTITY,
                "GIT_AUTHOR_DATE": self.now,
                "GIT_COMMITTER_DATE": self.now,
                **environment,
            },
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "replace").strip()

    def text(self, path: str, commit: str = "HEAD") -> str:
        return self.git("show", f"{commit}:{path}") + "\n"

    def tree(self, files: Mapping[str, File], on: str = "HEAD") -> str:
        """A tree like that of a commit, with some files otherwise."""
        index = {"GIT_INDEX_FILE": str(self.root / ".git/forged")}
        self.git("read-tree", on, **index)
        for path, file in files.items():
            if file is None:
                self.git("update-index", "--force-remove", path, **index)
                continue
            mode, text = file if isinstance(file, tuple) else ("100644", file)
            blob = self.git("hash-object", "-w", "--stdin", stdin=text)
            self.git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", **index)
        return self.git("write-tree", **index)

    def commit(
        self,
        message: str,
        files: Mapping[str, File] | None = None,
        *,
        on: str = "HEAD",
        parents: Collection[str] = (),
        at: str = "",
        made: str = "",
        options: Collection[str] = (),
        **environment: str,
    ) -> str:
        """A commit on a branch's end, which it becomes; its id. `at`: when it was committed, `made`: when written."""
        at = at or self.now
        dates = {"GIT_AUTHOR_DATE": made or at, "GIT_COMMITTER_DATE": at}
        above = [part for parent in parents or (on,) for part in ("-p", parent)]
        tree = self.tree(files or {}, on)
        new = self.git("commit-tree", tree, *above, *options, stdin=message, **{**dates, **environment})
        self.git("reset", "--quiet", "--hard", new)
        return new

    def replayed(
        self, since: str, drop: Collection[str] = (), files: Mapping[str, Mapping[str, str]] | None = None
    ) -> str:
        """The history written anew from a commit on, each commit as it was in every other respect: without some, with
        texts in some files replaced by others. The first commit that is another; the branch ends in the last."""
        new: dict[str, str] = {}
        first = ""
        for id in self.git("rev-list", "--topo-order", "--reverse", f"{since}~1..HEAD").split():
            raw = self.git("cat-file", "commit", id) + "\n"
            parents = [line[7:] for line in raw.split("\n\n")[0].splitlines() if line.startswith("parent ")]
            if id in drop:
                new[id] = new.get(parents[0], parents[0])
                continue
            for parent in parents:
                raw = raw.replace(f"parent {parent}", f"parent {new.get(parent, parent)}")
            if files:
                tree = raw.split("\n", 1)[0][5:]
                other = {}
                for path, words in files.items():
                    text = self.text(path, id)
                    for old, now in words.items():
                        text = text.replace(old, now)
                    other[path] = text
                raw = raw.replace(f"tree {tree}", f"tree {self.tree(other, id)}")
            new[id] = self.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
            first = first or new[id]
        self.git("reset", "--quiet", "--hard", new[self.git("rev-parse", "HEAD")])
        return first

    def object(self, id: str) -> Path:
        """The file of an object; what is packed is unpacked first."""
        for pack in (self.root / ".git/objects/pack").glob("*.pack"):
            raw = pack.read_bytes()
            for file in pack.parent.iterdir():
                file.unlink()
            self.git("unpack-objects", "-q", stdin=raw)
        return self.root / ".git/objects" / id[:2] / id[2:]


def said(record: str, *events: str, by: str = "zhou.min", subject: str = "") -> str:
    """A message as propcli writes it."""
    lines = [subject or f"{record} {' '.join(events)}", "", f"Record: {record}", *(f"Event: {e}" for e in events)]
    return "\n".join([*lines, f"By: {by}"]) + "\n"


def event(at: str, name: str, by: str = "zhou.min", **more: str) -> str:
    """An event as it stands in a file."""
    fields = "".join(f"  {field}: {value}\n" for field, value in more.items())
    return f"- at: {at}\n  by: {by}\n  event: {name}\n{fields}"
