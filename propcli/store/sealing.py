"""Sealed fields [T12]: encrypted for one person, so that destroying that person's key makes them unreadable in every
old commit too. The format is age (X25519); a key is a file of its own outside the repository.

Whoever holds no keys can still seal (that takes the public key in the record), and sees everything else."""

import base64
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.store import disk, opening

PREFIX = "age:"
MOST = 4096  # bytes of a key file
BACKUP = "backup.json"


class Spoilt(Refusal):
    """What is sealed and does not open with its own key."""


class Keys:
    """A folder of secret keys, one file each, named by the public key. Files have mode 0600, the folder 0700.

    `outside`: it lies outside the repository of the estate; no key is put where it might be committed."""

    def __init__(self, folder: Path, outside: bool = True) -> None:
        self.folder = folder
        self.outside = outside

    def new(self) -> str:
        """Make a key; its public half. The secret half is on disk when this returns."""
        from pyrage import x25519

        identity = x25519.Identity.generate()
        recipient = str(identity.to_public())
        self.add(recipient, str(identity))
        return recipient

    def add(self, recipient: str, secret: str) -> None:
        """Keep a secret key."""
        if not self.outside:
            raise Refusal(
                say("the keys would lie in the repository: {folder}", folder=str(self.folder)),
                hint=say("set PROPCLI_KEYS to a folder outside it"),
                code=3,
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with opening.fresh(self.file(recipient), 0o600) as out:
            out.write(f"{secret}\n".encode("ascii"))
            out.flush()
            os.fsync(out.fileno())
        self._sync()

    def secret(self, recipient: str) -> str | None:
        """The secret key, if it is here. Refuses one that others can read."""
        file = self.file(recipient)
        raw = opening.content(file, self.folder, MOST)
        if raw is None:
            return None
        if stat.S_IMODE(file.lstat().st_mode) & 0o077:
            raise Refusal(
                say("the key file {file} can be read by others", file=str(file)),
                hint=say("chmod 600 {file}", file=str(file)),
                code=3,
            )
        return raw.decode("ascii", "replace").strip()

    def has(self, recipient: str) -> bool:
        return self.file(recipient).exists()

    def every(self) -> Iterator[str]:
        """The public halves of every key that is here."""
        if self.folder.is_dir():
            yield from sorted(p.stem for p in self.folder.glob("age1*.key"))

    def open(self, recipient: str, sealed: str, whose: str = "") -> dict[str, Any] | None:
        """What is sealed; None where the key is not here. Refuses what the key does not open, naming the record."""
        from pyrage import DecryptError, IdentityError, decrypt, x25519

        secret = self.secret(recipient)
        if secret is None:
            return None
        try:
            raw = decrypt(base64.b64decode(sealed.removeprefix(PREFIX)), [x25519.Identity.from_str(secret)])
            found: dict[str, Any] | None = json.loads(raw)
        except (DecryptError, IdentityError, ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise spoilt(whose or recipient[:16] + "…")
        return found

    def destroy(self, recipient: str) -> bool:
        """Destroy a secret key; whether it was here. What it sealed stays unreadable for good (but for copies of the
        key elsewhere)."""
        return shred(self.file(recipient))

    def note_backup(self, recipients: Iterable[str], at: datetime) -> None:
        """Remember which keys were put into a backup, and when: public halves only."""
        content = json.dumps({"at": at.isoformat(), "keys": sorted(recipients)})
        opening.replace(self.folder / BACKUP, self.folder, content.encode(), 0o600)

    def backed_up(self) -> tuple[datetime | None, set[str]]:
        """When the last backup was made from here, and of which keys; None where none is known of."""
        try:
            found = json.loads(opening.content(self.folder / BACKUP, self.folder) or b"")
            return datetime.fromisoformat(found["at"]), {str(key) for key in found["keys"]}
        except (ValueError, KeyError, TypeError):
            return None, set()

    def file(self, recipient: str) -> Path:
        return self.folder / f"{recipient}.key"

    def _sync(self) -> None:
        disk.sync(self.folder)


def shred(file: Path) -> bool:
    """Destroy a key's file: overwritten, then removed, for good; whether it was there."""
    old = opening.content(file, file.parent)
    if old is None:
        return False
    # a full disk may not even let it be overwritten
    with suppress(OSError), os.fdopen(os.open(file, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "wb") as out:
        out.write(b"\0" * len(old))
        out.flush()
        os.fsync(out.fileno())
    file.unlink()
    with suppress(OSError):
        disk.sync(file.parent)
    return True


def spoilt(whose: str) -> Spoilt:
    """The refusal of a sealed part that cannot be opened, or has in it what does not belong there."""
    return Spoilt(
        say("{id}: what is sealed cannot be opened with its key", id=whose),
        hint=say("restore the record from git, or the key from its backup"),
        code=3,
    )


def seal(recipient: str, fields: dict[str, Any]) -> str:
    """Fields as one sealed text."""
    from pyrage import encrypt, x25519

    raw = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return PREFIX + base64.b64encode(encrypt(raw, [x25519.Recipient.from_str(recipient)])).decode("ascii")
