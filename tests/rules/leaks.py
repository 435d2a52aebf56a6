"""Looking for personal data where it must not be: in everything that git ever took, reachable or not, in what propcli
leaves in the git directory, and in the work tree [T12]."""

import base64
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyrage import DecryptError, decrypt, x25519

_SEALED = re.compile(rb"age:([0-9A-Za-z+/]{40,}={0,2})")


def keys_of(desk) -> Path:
    """The folder of keys that the tests' commands use."""
    return desk.root.parent / ".local" / "share" / "propcli" / "keys"


def objects(desk) -> bytes:
    """Every object of the repository, those that nothing refers to as well."""
    done = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch", "--unordered"],
        cwd=desk.root,
        capture_output=True,
        check=True,
    )
    return done.stdout


def everything(desk, *more: Path) -> Iterator[tuple[str, bytes]]:
    """Where something could be, and what is there: objects, logs, journals, messages, the index, all files, all file
    names. `more`: further folders."""
    yield "git objects", objects(desk)
    for folder in (desk.root, *more):
        for path in folder.rglob("*"):
            yield f"the name of {path}", str(path.relative_to(folder)).encode()
            if path.is_file() and "objects" not in path.parts:
                yield str(path), path.read_bytes()


def forms(value: str) -> Iterator[bytes]:
    """A value as it might be written: in several encodings and escapes, in base64 at each of its three offsets."""
    raw = value.encode()
    yield from (raw, value.encode("utf-16-le"), value.encode("utf-16-be"), value.encode("gb18030"))
    yield from (raw.hex().encode(), raw.hex().upper().encode())
    if not value.isascii():
        yield from ("".join(f"{sign}{ord(c):04{x}}" for c in value).encode() for sign in ("\\u", "U+") for x in "xX")
        yield "".join(f"\\x{byte:02x}" for byte in raw).encode()
        yield "".join(f"\\{byte:03o}" for byte in raw).encode()  # git's own way with names
        yield "".join(f"%{byte:02X}" for byte in raw).encode()
    for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            whole = encode(b"\0" * offset + raw)
            inner = whole[(0, 2, 3)[offset] : len(raw + b"\0" * offset) * 8 // 6]
            if len(inner) > 5:
                yield inner


def leaks(desk, values: Iterable[str], *more: Path) -> list[str]:
    """Where any of these values stands, in whatever form."""
    wanted = {form: value for value in values for form in forms(value)}
    return sorted(
        {
            f"{wanted[form]} in {where}: …{found[max(0, at - 60) : at + 60]!r}…"
            for where, found in everything(desk, *more)
            for form in wanted
            if (at := found.find(form)) >= 0
        }
    )


def opened(desk, *folders: Path) -> list[str]:
    """Everything sealed in any object that some key in the folders opens."""
    secrets = [path.read_text("ascii").strip() for folder in folders for path in folder.glob("*.key")]
    identities = [x25519.Identity.from_str(secret) for secret in secrets]
    found = []
    for sealed in set(_SEALED.findall(objects(desk))):
        for identity in identities:
            try:
                found.append(decrypt(base64.b64decode(sealed), [identity]).decode())
            except DecryptError:
                continue
    return found


def id_card(digits: str) -> str:
    """An ID card's number from its first 17 digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def wrong(number: str) -> str:
    """The same number with another check digit."""
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def company_number(first: str) -> str:
    """A company's number from its first 17 characters."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(c) * 3**i % 31 for i, c in enumerate(first))
    return first + alphabet[-total % 31]
