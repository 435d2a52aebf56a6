"""`propcli audit as-of`: any command that only looks, on the estate as it was."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands.past import tell_cut, the_past
from propcli.commands.session import note, session, start
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.kinds.declaration import function_at
from propcli.output.language import _

if TYPE_CHECKING:
    from datetime import datetime

    from propcli.store.past import Past

# what only looks, and needs no history of its own
LOOKING = frozenset({"overdue", "due", "explain", "report", "show", "validate", "find"})


def register(group: typer.Typer) -> None:
    group.command(
        "as-of",
        help=_("Any command that only looks, on the estate as it was: propcli audit as-of 2026-03-01 overdue."),
        context_settings={"ignore_unknown_options": True},
    )(as_of)


def as_of(
    date: Annotated[str, typer.Argument(metavar="DATE", help=_("A day (its end) or a time."))],
    command: Annotated[list[str], typer.Argument(metavar="COMMAND…", help=_("What to run there, like overdue."))],
) -> int:
    here = session()
    moment = here.time(date, "DATE", end_of_day=True)
    assert moment is not None
    _refuse_changing(command)
    past = the_past()
    head = past.head()
    commit = past.last_before(moment, head) if head else ""
    if not commit:
        raise Refusal(say("nothing was on record yet: {at}", at=moment), hint=say("propcli audit lists the commits"))
    with _laid_out(past, commit) as folder:
        note(say("as of {at}: commit {commit}", at=moment, commit=commit[:10]))
        tell_cut(past)
        return _run(folder, moment, command)


def _refuse_changing(command: "Sequence[str]") -> None:
    """Refuses what would change the past, or put on record that somebody looked at it."""
    from propcli.kinds.catalog import KINDS

    name, *rest = command
    if not (name in LOOKING or (name in KINDS and rest[:1] in (["list"], ["show"])) or command == ["dispatch"]):
        raise Refusal(
            say("the past can only be looked at: {command}", command=" ".join(command)),
            hint=say("one of: {known}", known=", ".join([*sorted(LOOKING), "ticket list", "unit show", "…"])),
        )
    if "--reveal" in rest:
        raise Refusal(say("--reveal is put on record, and nothing can be in the past"), hint=say("look without it"))


@contextmanager
def _laid_out(past: "Past", commit: str) -> Iterator[Path]:
    """The records as a commit has them, in a folder of the git directory: only as private as they are there."""
    private = past.history.private()
    for left in private.glob("past-*"):
        if not _alive(left.name.removeprefix("past-")):
            shutil.rmtree(left, ignore_errors=True)
    folder = private / f"past-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        files = past.files(commit)
        content = past.contents({*files.values()})
        for path, blob in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content[blob])
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        pass
    return True


def _run(folder: Path, moment: "datetime", command: "Sequence[str]") -> int:
    """The command, in this process, with the clock set back."""
    outer, before = session(), os.environ.get("PROPCLI_NOW")
    os.environ["PROPCLI_NOW"] = moment.isoformat()
    try:
        return int(function_at("cli:run")(["--estate", str(folder), *command]))
    finally:
        with suppress(KeyError):
            del os.environ["PROPCLI_NOW"]
        if before is not None:
            os.environ["PROPCLI_NOW"] = before
        start(outer)
