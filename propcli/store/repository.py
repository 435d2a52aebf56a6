"""What a repository's own files say without asking git, which takes a process each time."""

import os
import re
import subprocess
import zlib
from datetime import UTC, datetime
from pathlib import Path

from propcli.store.history import SETTINGS


def ask(root: Path, *arguments: str) -> tuple[int, bytes, str]:
    """One git process that only looks: its exit code, its answer, what it complained of. 127 where there is no git."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            env={**os.environ, **SETTINGS},
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        return 127, b"", "git"
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip()


def git_folder(root: Path) -> Path | None:
    """The git directory of the work tree a folder lies in; None where there is none."""
    for folder in (root, *root.parents):
        inner = folder / ".git"
        if inner.is_file():
            inner = folder / inner.read_text("utf-8", "replace").removeprefix("gitdir: ").rstrip("\n")
        if inner.is_dir():
            return inner
    return None


def last_commit_at(root: Path) -> datetime | None:
    """When the last commit says it was made, in UTC; None where there is none. After a commit its own file says it; git
    is asked where it lies among others."""
    folder = git_folder(root)
    if folder is None:
        return None
    try:
        raw = _loose(folder)
    except (OSError, ValueError, zlib.error):
        raw = None
    if raw is None:
        raw = ask(root, "cat-file", "commit", "HEAD")[1]
    header = raw.partition(b"\n\n")[0]
    found = re.search(rb"^committer .*> (-?[0-9]+) [+-][0-9]{4}$", header, re.M)
    try:
        return datetime.fromtimestamp(int(found[1]), UTC) if found else None
    except (OverflowError, ValueError, OSError):
        return None


def _loose(folder: Path) -> bytes | None:
    """The last commit as it stands in a file of its own; None where it does not."""
    common = folder / "commondir"
    shared = folder / common.read_text("utf-8").rstrip("\n") if common.exists() else folder
    branch = (folder / "HEAD").read_text("utf-8").removeprefix("ref: ").rstrip("\n")
    if not branch.startswith("refs/heads/"):
        return None
    commit = (shared / branch).read_text("utf-8").rstrip("\n")
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return None
    content = (shared / "objects" / commit[:2] / commit[2:]).read_bytes()
    return zlib.decompressobj().decompress(content, 1 << 20).partition(b"\0")[2]
