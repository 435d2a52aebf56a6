"""`propcli audit verify`: whether the history is what commands made of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show, show_table
from propcli.engine.text import say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.records.standing import Finding
    from propcli.store.anchors import Anchor
    from propcli.store.past import Past

MARK = "verified.json"


def register(group: typer.Typer) -> None:
    group.command(
        "verify", help=_("Whether every commit did what it says, and nothing was changed since. Exits with 1 if not.")
    )(verify)


def verify(
    anchor: Annotated[
        list[str] | None,
        typer.Option(
            "--anchor",
            metavar="COMMIT|FILE",
            help=_("What was anchored has to be there: a commit, a file, a folder of them."),
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help=_("Tell only of commits made since this time or day."))
    ] = None,
    signed: Annotated[bool, typer.Option("--signed", help=_("Every commit has to be signed."))] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help=_("From the first commit on, whatever was verified before."))
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("What was changed by hand counts like a forgery."))
    ] = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.judging import Judge
    from propcli.commands.past import the_past
    from propcli.records.auditing import Asked, audit, latest

    form = options.form(format)
    here = session()
    begin = here.time(since, "--since")
    past = the_past()
    mark = None if anew else _mark(past)
    clock = not here.environment.get("PROPCLI_NOW")  # events of a rehearsal are not of git's time
    asked = Asked(datetime.now(UTC), clock, signed, _anchors(past, anchor or []), mark, Judge(past, clock))
    outcome, new = audit(past, asked)
    if new is not None:
        _keep(past, new)
    found = latest(outcome.findings, begin)
    _show(found, form)
    wrong = [finding for finding in found if finding.alarm or strict]
    (show if form == "table" else note)(
        say(
            "{n} commits, {looked} of them looked at now: {wrong} forged or damaged, {told} told apart.",
            n=outcome.checked,
            looked=outcome.looked,
            wrong=sum(finding.alarm for finding in found),
            told=sum(not finding.alarm for finding in found),
        )
        if outcome.head
        else say("There is no commit yet.")
    )
    return 1 if wrong else 0


def _show(found: "list[Finding]", form: str) -> None:
    from propcli.engine.table import Column, Table

    columns = [
        Column("commit", say("commit")),
        Column("at", say("when")),
        Column("record", say("record")),
        Column("what", say("what"), wide=True),
    ]
    rows = [_row(finding) for finding in found]
    if form != "table":
        codes = [Column("alarm", say("alarm")), Column("code", say("code"))]
        show_table(Table("verify", None, [*columns, *codes], rows), form)
        return
    alarms, others = [r for r in rows if r["alarm"]], [r for r in rows if not r["alarm"]]
    if alarms:
        show(say("Forged or damaged"))
        show_table(Table("alarms", None, columns, alarms), form)
    if others:
        show(say("By hand, and changes of rules: no forgery"))
        show_table(Table("told", None, columns, others), form)


def _row(finding: "Finding") -> dict[str, Any]:
    from propcli.output.language import words

    return {
        "commit": finding.commit[:10],
        "at": finding.at,
        "record": finding.record or None,
        "what": words(finding.what),
        "alarm": finding.alarm,
        "code": finding.code.removeprefix("told_"),
    }


def _anchors(past: "Past", given: list[str]) -> "list[Anchor]":
    from propcli.store.anchors import kept

    config = past.config() if given else {}
    return [anchor for one in given for anchor in kept(one, session().folder, config)]


# --- what was verified before


def _place(past: "Past") -> Path:
    return past.history.private() / MARK


def _mark(past: "Past") -> dict[str, Any] | None:
    """What an earlier verification by this version left. It can be deleted at any time."""
    from propcli import __version__

    try:
        mark = json.loads(_place(past).read_bytes())
    except (OSError, ValueError):
        return None
    return mark if isinstance(mark, dict) and mark.get("version") == __version__ else None


def _keep(past: "Past", mark: dict[str, Any]) -> None:
    from propcli import __version__

    try:
        place = _place(past)
        beside = place.with_suffix(".new")
        beside.write_text(json.dumps({"version": __version__, **mark}, ensure_ascii=False), encoding="utf-8")
        beside.replace(place)
    except OSError:
        pass  # where nothing can be written the next verification begins anew
