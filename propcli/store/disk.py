"""Writing so that it is on the disk: what is written is synced, and so is the folder that names it."""

import os
from collections.abc import Iterable
from pathlib import Path

from propcli.store.opening import share

FEW = 32  # files are synced one by one; more than that with one sync for all


def create(path: Path, content: bytes, mode: int | None = None, synced: bool = True) -> None:
    """A new file, never through a link and never over one that is there. `mode`: its permissions, if not the usual."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o666), "wb") as out:
        if mode is not None:
            os.fchmod(out.fileno(), mode)
        else:
            share(path, path.parent.stat().st_mode)
        out.write(content)
        if synced:
            out.flush()
            os.fsync(out.fileno())


def create_all(files: dict[Path, tuple[bytes, int | None]]) -> None:
    """New files with their permissions, all on the disk when this returns, under their names."""
    few = len(files) <= FEW
    for path, (content, mode) in files.items():
        create(path, content, mode, synced=few)
    if not few:
        os.sync()
    sync_all(path.parent for path in files)


def replace(path: Path, content: bytes) -> None:
    """A file's new content: whoever reads it sees the old or the new, also after a power cut."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    create(beside, content)
    beside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Let a file's content, or the names in a folder, be on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(paths: Iterable[Path]) -> None:
    for path in dict.fromkeys(paths):
        sync(path)


def make_folder(folder: Path) -> None:
    """A folder with those above it, each on the disk under its name."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    share(folder, folder.parent.stat().st_mode)
    sync(folder.parent)
