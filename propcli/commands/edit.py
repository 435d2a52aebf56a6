"""`propcli edit ID`: a record in $EDITOR, saved and committed only if it is valid, like visudo."""

import errno
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from propcli.commands import options
from propcli.commands.session import complain, session, show
from propcli.engine.problem import Problem, Refusal
from propcli.engine.text import Text, say
from propcli.output.language import _, words

MOST = 16 << 20  # bytes of what an editor leaves; a record has less


def register(app: typer.Typer) -> None:
    app.command("edit", help=_("Open a record in $EDITOR; it is saved only if it is valid."))(edit)


def edit(
    record: Annotated[
        str,
        typer.Argument(metavar="ID", help=_("A record's id or its ending, or policy, calendar, settings.")),
    ],
    by: options.By = None,
) -> int:
    from propcli.store.history import History
    from propcli.store.transaction import operation, settle

    here = session()
    root = here.estate.root
    here.trusted()
    History(root).check_ready()  # before somebody works at what cannot be saved
    settle(root)
    path, name = _path(record)
    editor = _signature(by)
    before = here.estate.raw(path)
    edited = _edited(path, before)
    if edited is None:
        show(say("{path} is as it was.", path=str(path)))
        return 0
    try:
        with operation(root) as op:
            if op.read(path) != before:
                raise Refusal(say("{path} was changed by somebody else meanwhile", path=str(path)), code=3)
            op.write(path, edited)
            op.commit(
                "\n".join(
                    [words(say("{name} edited", name=name)), "", f"Record: {name}", "Event: edited", f"By: {editor}"]
                )
            )
    except Refusal as refusal:
        refusal.hint = _kept(refusal.hint, _keep(path, edited))
        raise
    show(say("{path} is saved.", path=str(path)))
    return 0


def _signature(by: str | None) -> str:
    """Who edits. Where the settings themselves are what has to be mended, git's author has to do."""
    try:
        return session().desk(by)
    except Refusal:
        if by is not None or "propcli.yaml" not in _broken():
            raise
        return "-"


def _broken() -> set[str]:
    from propcli.records.validation import validate

    return {problem.path for problem in validate(session().estate)[1]}


def _kept(hint: Text | None, file: Path) -> Text:
    kept = say("your version is kept in {file}", file=str(file))
    return say("{hint}; {kept}", hint=hint, kept=kept) if hint else kept


def _path(record: str) -> tuple[PurePosixPath, str]:
    here = session()
    single = {
        "policy": "policy.yaml",
        "calendar": "calendar.yaml",
        "settings": "propcli.yaml",
        "estate": "propcli.yaml",
    }
    if record in single:
        return PurePosixPath(single[record]), record
    kind, record_id = here.find(record)
    return kind.path(record_id), record_id


def _edited(path: PurePosixPath, before: bytes) -> bytes | None:
    """What the editor leaves, when it is valid; None when nothing changed. Refuses what stays invalid."""
    from propcli.store.drafts import draft

    with _ending_tidily(), draft(_private(), path.name, before) as file:
        while True:
            _run_editor(file)
            after = _typed(file)
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
            raise Refusal(
                say("{path} was not saved: it would not be valid", path=str(path)),
                hint=_kept(None, _keep(path, after)),
                code=3,
            )


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
    """Everything wrong with a file as it would be, and whatever it would make wrong elsewhere in the estate."""
    from propcli.records.validation import validate
    from propcli.store.estate import Estate
    from propcli.store.reading import locate
    from propcli.store.yamlfile import read

    estate = session().estate
    data, _problems = read(content, str(path))
    if len(path.parts) > 1 and data is not None and data.get("id") != path.stem:
        return locate(
            content, str(path), [(("id",), say("the id of a record stays what it is: {id}", id=path.stem), None)]
        )
    _files, after = validate(Estate(estate.root, {path: content}))
    if not after:
        return []
    before = set(map(repr, validate(estate)[1]))
    return [problem for problem in after if problem.path == str(path) or repr(problem) not in before]


def _keep(path: PurePosixPath, content: bytes) -> Path:
    """Somebody's edited version that cannot be saved now, put where it is not lost."""
    from propcli.store.drafts import keep

    try:
        return keep(session().keys.folder, path.name, content)
    except OSError:  # read-only, or full: anywhere is better than lost
        return keep(_private(), path.name, content)


def _private() -> Path:
    from propcli.store.history import History

    return History(session().estate.root).private()


def _typed(file: Path) -> bytes:
    """What the editor left. Refuses what it made a link or a pipe of, and what no record can be."""
    from propcli.store import opening

    found = opening.content(file, file.parent, MOST)
    if found is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    if len(found) > MOST:
        raise Refusal(say("{file} has more than {most} MB; that much is not read", file=file.name, most=MOST >> 20))
    return found


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Asked to end, or left by its terminal, the program takes with it what it has put down in clear."""

    def end(number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
