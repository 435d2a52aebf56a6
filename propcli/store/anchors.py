"""Anchors: the last commit of a history, written down where nobody who rewrites the history can reach it."""

import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say

TITLE = "propcli anchor 1"
NAMESPACE = "propcli-anchor"
ENDING = ".anchor"
TSA_SECONDS, MOST_BYTES = 30, 1 << 16
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """`commits` and `looks`: how many there were up to it, how many of them looks at personal data. `forged`: what is
    wrong with its signature, if it has one."""

    head: str
    at: datetime | None = None
    commits: int | None = None
    looks: int = 0
    forged: Text | None = None


def text(estate: str, anchor: Anchor) -> str:
    """An anchor as it is printed and kept."""
    assert anchor.at is not None
    return (
        f"{TITLE}\nestate: {estate}\nhead: {anchor.head}\ncommits: {anchor.commits}\nlooks: {anchor.looks}\n"
        f"at: {anchor.at.isoformat()}\n"
    )


def kept(given: str, folder: Path, config: dict[str, str]) -> list[Anchor]:
    """The anchors that are meant: a commit's id, a file, or a folder of such files. Refuses what is none. `config`:
    git's settings, for the signatures."""
    if _ID.fullmatch(given):
        return [Anchor(given)]
    place = folder / given
    files = sorted(place.glob(f"*{ENDING}")) if place.is_dir() else [place]
    if not files:
        raise Refusal(say("there is no anchor in {folder}", folder=given))
    return [a for file in files for a in _read(file, f"{given}/{file.name}" if place.is_dir() else given, config)]


def _read(file: Path, called: str, config: dict[str, str]) -> list[Anchor]:
    try:
        said = file.read_text("utf-8", "replace")
    except OSError as error:
        raise Refusal(
            say("{file} cannot be read: {why}", file=called, why=error.strerror or ""),
            hint=say("give a commit's whole id, a file that propcli audit anchor wrote, or a folder of them"),
        ) from None
    forged = wrong_signature(file, config) or wrong_stamp(file, config)
    found = []
    for block in said.split(TITLE)[1:]:
        values = dict(re.findall(r"^(\w+): (.*)$", block, re.M))
        if not _ID.fullmatch(values.get("head", "")):
            continue
        try:
            at = datetime.fromisoformat(values.get("at", ""))
        except ValueError:
            at = None
        commits, looks = values.get("commits", ""), values.get("looks", "")
        found.append(
            Anchor(
                values["head"],
                at,
                int(commits) if commits.isdigit() else None,
                int(looks) if looks.isdigit() else 0,
                forged,
            )
        )
    if not found:
        raise Refusal(say("{file} is no anchor", file=called))
    return found


def sign(file: Path, config: dict[str, str]) -> Path:
    """Sign an anchor's file with the key that git signs commits with (ssh or gpg); the signature's file."""
    key = config.get("user.signingkey", "")
    if config.get("gpg.format") == "ssh":
        if not key:
            raise Refusal(say("git has no key to sign with"), hint=say("git config user.signingkey FILE"), code=3)
        command = [
            config.get("gpg.ssh.program") or "ssh-keygen",
            "-Y",
            "sign",
            "-n",
            NAMESPACE,
            "-f",
            _path(key),
            str(file),
        ]
        made = Path(f"{file}.sig")
    else:
        made = Path(f"{file}.asc")
        command = [config.get("gpg.program") or "gpg", "--batch", "--yes", "--armor", "--detach-sign"]
        command += [*(["--local-user", key] if key else []), "--output", str(made), str(file)]
    code, said = _run(command)
    if code:
        raise Refusal(say("it could not be signed: {said}", said=said), code=3)
    return made


def wrong_signature(file: Path, config: dict[str, str]) -> Text | None:
    """What is wrong with the signature beside an anchor; None where it is good or there is none."""
    ssh, gpg = Path(f"{file}.sig"), Path(f"{file}.asc")
    if ssh.exists():
        allowed = config.get("gpg.ssh.allowedsignersfile", "")
        if not allowed:
            return say("who may sign is not known here (gpg.ssh.allowedSignersFile)")
        program = config.get("gpg.ssh.program") or "ssh-keygen"
        code, who = _run([program, "-Y", "find-principals", "-s", str(ssh), "-f", _path(allowed)])
        if not code:
            signer = who.splitlines()[0]
            command = [program, "-Y", "verify", "-n", NAMESPACE, "-s", str(ssh), "-f", _path(allowed), "-I", signer]
            code, _said = _run(command, file.read_bytes())
        return say("the signature of the anchor is wrong or by an unknown key") if code else None
    if gpg.exists():
        code, _said = _run([config.get("gpg.program") or "gpg", "--batch", "--verify", str(gpg), str(file)])
        return say("the signature of the anchor is wrong or by an unknown key") if code else None
    return None


# --- time stamps (RFC 3161)


def stamp(file: Path, url: str) -> Path:
    """Have a time stamping authority say that an anchor's file was there now; the stamp's file."""
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    if not url.startswith(("https://", "http://")):
        raise Refusal(say("--timestamp: {url} is no address of a time stamping authority", url=url))
    asked = file.with_name(file.name + ".tsq")
    code, said = _run(["openssl", "ts", "-query", "-data", str(file), "-sha256", "-cert", "-out", str(asked)])
    if code:
        raise Refusal(say("no time stamp could be asked for: {said}", said=said), code=3)
    try:
        request = Request(url, asked.read_bytes(), {"Content-Type": "application/timestamp-query"})
        with urlopen(request, timeout=TSA_SECONDS) as answer:
            made = answer.read(MOST_BYTES)
    except (URLError, OSError, ValueError) as error:
        raise Refusal(say("{url} gives no time stamp: {why}", url=url, why=str(error)), code=3) from None
    finally:
        asked.unlink(missing_ok=True)
    stamped = Path(f"{file}.tsr")
    stamped.write_bytes(made)
    return stamped


def wrong_stamp(file: Path, config: dict[str, str]) -> Text | None:
    """What is wrong with the time stamp beside an anchor; None where it is good or there is none."""
    stamped = Path(f"{file}.tsr")
    if not stamped.exists():
        return None
    trusted = config.get("propcli.timestampca", "")
    if not trusted:
        return say("whose time stamps are good is not known here (git config propcli.timestampCA FILE)")
    verify = ["openssl", "ts", "-verify", "-data", str(file), "-in", str(stamped), "-CAfile", _path(trusted)]
    return say("the time stamp of the anchor is wrong or by an unknown authority") if _run(verify)[0] else None


def _path(name: str) -> str:
    return str(Path(name).expanduser())


def _run(command: list[str], given: bytes = b"") -> tuple[int, str]:
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False)
    except FileNotFoundError:
        raise Refusal(say("{program} is not installed (or not on PATH)", program=command[0]), code=3) from None
    return done.returncode, (done.stdout or done.stderr).decode("utf-8", "replace").strip()
