"""`propcli keys`: the keys of sealed fields: are they all here, a backup of them, and the way back from it [T12]."""

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands.session import session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.engine.problem import Problem
    from propcli.store.estate import Reading

File = Annotated[Path, typer.Argument(metavar="FILE", help=_("The backup, encrypted with a passphrase."))]
FORMAT = 1
MOST = 64 << 20  # bytes of a backup; a key has about 150
KEY = re.compile(r"age1[0-9a-z]{58}", re.ASCII)

TRIES = 5  # to open a backup on a busy machine


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("The keys of what is sealed. They are never in the repository."))
    group.command("check", help=_("Which keys of this estate are here, which are missing. Exits with 3 if one is."))(
        check
    )
    group.command("backup", help=_("Write every key of this estate into one encrypted file."))(backup)
    group.command("restore", help=_("Bring keys back from a backup; those of forgotten people stay destroyed."))(
        restore
    )
    app.add_typer(group, name="keys")


def _holders() -> tuple[dict[str, str], dict[str, str]]:
    """Public key → record id: of records that need it, and of residents who were forgotten."""
    needed: dict[str, str] = {}
    forgotten: dict[str, str] = {}
    for record in _with_keys():
        (forgotten if record.status == "forgotten" else needed)[record.key] = record.id
    return needed, forgotten


def _with_keys() -> list[Any]:
    """Every record that has a key. Whose key is needed, and whose must not come back, only good records say."""
    from propcli.kinds.catalog import KINDS

    problems: list[Problem] = []
    found: list[Any] = []
    for model in (kind.model for kind in KINDS.values() if "key" in kind.model.model_fields):
        reading: Reading[Any] = session().estate.read(model)
        problems += reading.problems
        found += [record for record in reading.records if record.key is not None]
    if problems:
        raise Refusal(say("put the records right first"), code=3, problems=tuple(problems))
    return found


def _spoilt() -> list[Text]:
    """What is sealed and does not open although its key is here."""
    from propcli.kinds.renovation.filings import workers_of
    from propcli.kinds.renovation.model import Renovation
    from propcli.kinds.resident.model import Resident
    from propcli.records.hidden import personal
    from propcli.records.people import face
    from propcli.store.sealing import Spoilt

    said: list[Text] = []
    for record in _with_keys():
        try:
            if isinstance(record, Resident):
                face(record, session().keys)
            else:
                personal(record, session().keys)
            if isinstance(record, Renovation):
                workers_of(record, session().keys)
        except Spoilt as refusal:
            said += refusal.reasons
    return said


def check() -> int:
    keys = session().keys
    needed, forgotten = _holders()
    here = [key for key in needed if keys.secret(key) is not None]
    spoilt = _spoilt()
    missing = sorted(record for key, record in needed.items() if key not in here)
    left = sorted(record for key, record in forgotten.items() if keys.has(key))
    show(say("{folder}: {have} of {want} keys are here", folder=str(keys.folder), have=len(here), want=len(needed)))
    if missing:
        show(say("  missing: {ids}", ids=missing))
    for reason in spoilt:
        show(Text("  {what}", {"what": reason}))
    for record in left:
        show(
            say("  {id} was forgotten, but the key is here: propcli resident forget {id} --reason … ends it", id=record)
        )
    return 3 if missing or spoilt or left else 0


def backup(file: File) -> int:
    from pyrage import passphrase

    from propcli.store import opening

    keys = session().keys
    needed, _forgotten = _holders()
    found = {key: secret for key in needed if (secret := keys.secret(key)) is not None}
    if not found:
        raise Refusal(say("there are no keys to back up"))
    if not session().outside(file):
        raise Refusal(
            say("the backup would lie in the repository: {file}", file=str(file)),
            hint=say("once it is committed, nobody can be forgotten any more; choose a place outside"),
        )
    if os.path.lexists(file):
        raise Refusal(say("{file} exists already", file=str(file)), hint=say("choose another name"))
    body = json.dumps({"format": FORMAT, "keys": found}).encode()
    sealed = passphrase.encrypt(body, _passphrase(confirm=True))
    with opening.fresh(session().folder / file, 0o600) as out:
        out.write(sealed)
        out.flush()
        os.fsync(out.fileno())
    keys.note_backup(found, session().now)
    show(say("{n} keys are in {file}.", n=len(found), file=str(file)))
    show(say("Keep it and the passphrase apart from the repository. Make a new one, and destroy this, after a forget."))
    missing = len(needed) - len(found)
    if missing:
        show(say("{n} keys are not here and so not in it.", n=missing))
    return 0


def restore(file: File) -> int:
    from pyrage import DecryptError

    from propcli.store import opening

    keys = session().keys
    if not file.is_file():
        raise Refusal(say("there is no file {file}", file=str(file)), code=3)
    try:
        body = json.loads(_decrypted(opening.given(file, MOST), _passphrase(confirm=False)))
        found: dict[str, str] = {key: body["keys"][key] for key in body["keys"] if KEY.fullmatch(key)}
    except (DecryptError, ValueError, KeyError, TypeError):
        raise Refusal(say("{file} is no backup of keys, or the passphrase is wrong", file=str(file)), code=3) from None
    _needed, forgotten = _holders()
    buried = [key for key in found if key in forgotten]
    new = [key for key in found if key not in forgotten and not keys.has(key)]
    for key in new:
        keys.add(key, found[key])
    show(say("{new} keys restored, {had} were here", new=len(new), had=len(found) - len(new) - len(buried)))
    if buried:
        show(say("  left out, forgotten since: {ids}", ids=sorted(forgotten[key] for key in buried)))
    return 0


def _passphrase(confirm: bool) -> str:
    """From the file PROPCLI_PASSPHRASE_FILE names, from PROPCLI_PASSPHRASE, or asked for unseen."""
    from propcli.store import opening

    file = session().environment.get("PROPCLI_PASSPHRASE_FILE")
    if file:
        return opening.given(session().folder / file, 4096).decode("utf-8", "replace").rstrip("\r\n")
    given = session().environment.get("PROPCLI_PASSPHRASE")
    if given:
        return given
    if not sys.stdin.isatty():
        hint = say("name a file that has it in PROPCLI_PASSPHRASE_FILE, or run it at a terminal")
        raise Refusal(say("the passphrase is missing"), hint=hint)
    while True:
        first = str(typer.prompt(_("Passphrase"), hide_input=True))
        if not confirm or first == str(typer.prompt(_("The same again"), hide_input=True)):
            return first
        show(say("These were not the same."))


def _decrypted(sealed: bytes, secret: str) -> bytes:
    """What a passphrase opens. It is made to take its time; a machine that is busy just now takes that for an attack,
    and does it when asked again."""
    from pyrage import DecryptError, passphrase

    for _try in range(TRIES):
        try:
            return bytes(passphrase.decrypt(sealed, secret))
        except DecryptError as error:
            if "work" not in str(error).lower():
                raise
    raise Refusal(say("this machine is too busy to open the backup now"), hint=say("try again later"), code=3)
