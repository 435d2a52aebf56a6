"""`propcli edit ID`: a record in $EDITOR, saved and committed only if it is valid, like visudo."""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from propcli.commands import options
from propcli.commands.session import complain, session, show
from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import say
from propcli.output.language import _, words


def register(app: typer.Typer) -> None:
    app.command("edit", help=_("Open a record in $EDITOR; it is saved only if it is valid."))(edit)


def edit(
    record: Annotated[
        str,
        typer.Argument(metavar="ID", help=_("A ticket's id or its ending, a staff id, policy, calendar or settings.")),
    ],
    by: options.By = None,
) -> int:
    from propcli.store.transaction import operation

    here = session()
    root = here.estate.root
    path, name = _path(record)
    before = (root / path).read_bytes()
    edited = _edited(path, before)
    if edited is None:
        show(say("{path} is as it was.", path=str(path)))
        return 0
    with operation(root) as op:
        if op.read(path) != before:
            raise Refusal(
                say("{path} was changed by somebody else meanwhile", path=str(path)),
                hint=say("your version is kept in {file}", file=str(_keep(path, edited))),
                code=3,
            )
        op.write(path, edited)
        op.commit(
            "\n".join(
                [words(say("{name} edited", name=name)), "", f"Record: {name}", "Event: edited", f"By: {here.desk(by)}"]
            )
        )
    show(say("{path} is saved.", path=str(path)))
    return 0


def _path(record: str) -> tuple[PurePosixPath, str]:
    from propcli.kinds import staff, ticket

    here = session()
    single = {
        "policy": "policy.yaml",
        "calendar": "calendar.yaml",
        "settings": "propcli.yaml",
        "estate": "propcli.yaml",
    }
    if record in single:
        return PurePosixPath(single[record]), record
    if record in {path.stem for path in here.estate.paths("staff")[0]}:
        return staff.path_of(record), record
    ticket_id = here.ticket_id(record)
    return ticket.path_of(ticket_id), ticket_id


def _edited(path: PurePosixPath, before: bytes) -> bytes | None:
    """What the editor leaves, when it is valid; None when nothing changed. Refuses what stays invalid."""
    with tempfile.TemporaryDirectory(prefix="propcli-") as folder:
        file = Path(folder) / path.name
        file.write_bytes(before)
        while True:
            _run_editor(file)
            after = file.read_bytes()
            if after == before:
                return None
            problems = _check(path, after)
            if not problems:
                return after
            complain(problems)
            if sys.stdin.isatty() and typer.confirm(
                _("Not valid. Edit again (no: throw the change away)"), default=True
            ):
                continue
            raise Refusal(say("{path} was not saved: it would not be valid", path=str(path)), code=3)


def _run_editor(file: Path) -> None:
    editor = session().environment.get("VISUAL") or session().environment.get("EDITOR") or "vi"
    try:
        code = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode
    except (OSError, ValueError) as error:
        raise Refusal(
            say("the editor {editor} cannot be started: {why}", editor=editor, why=str(error)),
            hint=say("set EDITOR to one that is installed"),
            code=3,
        ) from None
    if code:
        raise Refusal(say("the editor ended with {code}; nothing was changed", code=code), code=3)


def _check(path: PurePosixPath, content: bytes) -> list[Problem]:
    """Everything wrong with a file as it would be, by itself and against the estate."""
    from propcli.desk import checks
    from propcli.desk.recording import surroundings
    from propcli.engine.policy import Policy
    from propcli.kinds import ticket
    from propcli.kinds.calendar import CalendarFile
    from propcli.kinds.settings import Settings
    from propcli.kinds.staff import Staff
    from propcli.kinds.ticket import Ticket
    from propcli.store.reading import load, locate

    estate = session().estate
    name = str(path)
    findings: list[checks.Finding] = []
    around = surroundings(estate, with_tickets=True)
    if name == "policy.yaml":
        policy, problems = load(Policy, content, name)
        if policy:
            around = checks.Surroundings(around.staff, around.teams, frozenset(policy.routing))
            findings = list(checks.policy_references(policy, around, estate.calendar))
    elif name == "calendar.yaml":
        _file, problems = load(CalendarFile, content, name)
    elif name == "propcli.yaml":
        settings, problems = load(Settings, content, name)
        if settings:
            findings = list(checks.settings_references(settings, around))
    elif path.parts[0] == "staff":
        person, problems = load(Staff, content, name)
        if person:
            findings = list(checks.staff_references(person, around))
            if person.id != path.stem:
                findings.append((("id",), say("the id of a record stays what it is: {id}", id=path.stem), None))
    else:
        found, problems = load(Ticket, content, name)
        if found:
            findings = [*checks.ticket_references(found, around), *checks.ticket_life(found)]
            if ticket.path_of(found.id) != path:
                findings.append((("id",), say("the id of a record stays what it is: {id}", id=path.stem), None))
    return problems + (locate(content, name, findings) if findings else [])


def _keep(path: PurePosixPath, content: bytes) -> Path:
    """Somebody's edited version that cannot be saved now, put where it is not lost."""
    handle, name = tempfile.mkstemp(prefix="propcli-", suffix=f"-{path.name}")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    return Path(name)
