"""What somebody edits, and what could not be saved, in clear. A draft lies in the private folder of the repository: as
safe as the records themselves, never committed, and removed by the next change when its editor died. A version that
could not be saved may name whom the estate seals: it is kept beside the secret keys, outside, until somebody removes
it."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from propcli.store import opening


def _own(private: Path, what: str) -> Path:
    """A folder of each user's own, also in a repository that a group shares."""
    return private / f"{what}-{os.getuid()}"


@contextmanager
def draft(private: Path, name: str, content: bytes) -> Iterator[Path]:
    """A file to be edited, in a folder of its own (editors put theirs beside it), gone when this ends."""
    sweep(private)
    folder = _own(private, "drafts") / secrets.token_hex(4)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)  # while it is held somebody is at it
        with opening.fresh(folder / name, 0o600) as out:
            out.write(content)
        yield folder / name
    finally:
        os.close(held)
        shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Put away what cannot be saved, in a folder that is private to somebody; where it is."""
    stem, suffix = Path(name).stem, Path(name).suffix
    file = _own(folder, "kept") / f"{stem}-{secrets.token_hex(4)}{suffix}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with opening.fresh(file, 0o600) as out:
        out.write(content)
    return file


def kept(folder: Path, stem: str = "") -> list[Path]:
    """The versions put away: of a record, or all."""
    return sorted(_own(folder, "kept").glob(f"{stem}-*" if stem else "*"))


def abandoned(private: Path) -> list[Path]:
    """The folders of drafts that nobody is at any more."""
    with suppress(FileNotFoundError):
        return [folder for folder in sorted(_own(private, "drafts").iterdir()) if not _held(folder)]
    return []


def sweep(private: Path) -> None:
    """Remove the drafts of whoever died at them."""
    for folder in abandoned(private):
        shutil.rmtree(folder, ignore_errors=True)


def _held(folder: Path) -> bool:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
