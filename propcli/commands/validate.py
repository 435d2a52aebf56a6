"""`propcli validate`: every problem of every file."""

import json
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands import options
from propcli.commands.session import problem_line, session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _, words

if TYPE_CHECKING:
    from datetime import date, datetime


def register(app: typer.Typer) -> None:
    app.command(
        "validate", help=_("Every problem of every record, as path:line:column. Exits with 3 if there is one.")
    )(validate)


def validate(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help=_("Only these files or folders."))] = None,
    format: Annotated[str, typer.Option("--format", metavar="text|json", help=_("How to print it."))] = "text",
) -> int:
    from propcli.records.validation import validate as check

    form = options.form(format, ("text", "json"))
    estate = session().estate
    only = [_inside(path, estate.root) for path in paths] if paths else None
    files, problems = check(estate, only, *_present())
    if form == "json":
        found = [
            {
                "path": p.path,
                "line": p.line,
                "column": p.column,
                "what": words(p.what),
                "hint": words(p.hint) if p.hint else None,
            }
            for p in problems
        ]
        show(json.dumps({"files": files, "problems": found}, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            show(problem_line(problem))
        summary = (
            say("{files} files, {n} problems", files=files, n=len(problems))
            if problems
            else say("{files} files, no problems", files=files)
        )
        show(summary)
    return 3 if problems else 0


def _present() -> "tuple[date | None, datetime | None]":
    """The day the command works at and the time it is, as far as the settings can be read; a clock that is behind what
    is on record does not say what is still to come."""
    from propcli.kinds.settings import Settings
    from propcli.store.estate import MARKER

    here = session()
    settings, _problems = here.estate.load(Settings, PurePosixPath(MARKER))
    if settings is None:
        return None, None
    return here.today, None if here.behind() else here.clock


def _inside(path: Path, root: Path) -> PurePosixPath:
    for base in (session().folder, root):
        full = Path(os.path.normpath(base / path))  # links are not followed: they are problems themselves
        if os.path.lexists(full):
            for whole in (full, full.resolve()):
                if whole.is_relative_to(root):
                    return PurePosixPath(whole.relative_to(root).as_posix())
    raise Refusal(say("{path} is not in the estate", path=str(path)))
