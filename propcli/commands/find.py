"""`propcli find`: the phone rings; a few words, and there are the home, the person, the open tickets."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show_table, told
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.engine.table import Word
    from propcli.records.finding import Hit, Match

LOGGED = 20  # ids that are put on record where personal data is shown


def register(app: typer.Typer) -> None:
    app.command("find", help=_("Records of every kind that all the words fit, the best first."))(find)


def find(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD…",
            help=_(
                "A room (0501, 3-2-0501), a name or its pinyin (王, wangli, wl), at least three digits of a phone "
                "number, a number plate, an id or its end, a word of a ticket's summary; - reads them from stdin."
            ),
        ),
    ],
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help=_("Only unit, resident, ticket, visitor, …")),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help=_("How many to print."))] = 20,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 when nothing is found."))] = False,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # single characters are all that is asked; loads in a third
    from propcli.engine.table import Column, Table
    from propcli.records import matching
    from propcli.records.finding import FINDABLE, WHAT, search

    form = options.form(format)
    chosen = options.codes(WHAT, kind, "--kind") or tuple(WHAT)
    if limit < 1:
        raise Refusal(say("--limit: {n} is too few", n=limit), hint=say("write 1 or more"))
    typed = matching.words(_unseen() if words == ["-"] else words)
    here = session()
    found = search(here.people, typed, here.now, [kind for kind in FINDABLE if kind.name in chosen])
    shown = found.matches[:limit]
    ids = [match.entry.record.id for match in shown]
    # the words themselves are personal data and stay out of the history
    options.revealed(reveal and bool(ids), " ".join(["find", *ids[:LOGGED], *(["…"] if len(ids) > LOGGED else [])]))
    columns = [
        Column("record", say("record")),
        Column("what", say("kind")),
        Column("name", say("name"), wide=True),
        Column("phone", say("phone"), wide=True),
        Column("units", say("units"), wide=True),
        Column("state", say("state")),
        Column("summary", say("summary"), wide=True),
        Column("matched", say("matched"), wide=True),
    ]
    rows = [_row(match, reveal) for match in shown]
    show_table(Table("found", None, columns, rows, say("Nothing was found.")), form)
    if len(found.matches) > limit:
        more = len(found.matches) - limit
        note(say("{n} more; write more of it, or --limit {all}", n=more, all=len(found.matches)))
    if found.hidden:
        note(say("{n} residents have sealed parts that could not be searched: their keys are not here", n=found.hidden))
    if found.closed:
        note(
            say(
                "{n} other records have sealed parts that could not be searched: their keys are not here",
                n=found.closed,
            )
        )
    return told(found.problems, 1 if exit_code and not shown else 0)


def _unseen() -> list[str]:
    """Words from stdin: what a program is started with can be read by everybody on the machine."""
    return sys.stdin.readline(4096).split()


def _row(match: "Match", reveal: bool) -> dict[str, Any]:
    from propcli.desk.views import state_of
    from propcli.engine.table import Word
    from propcli.kinds.catalog import RESIDENT, UNIT
    from propcli.output.privacy import mask_name, mask_phone

    entry = match.entry
    record = entry.record
    return {
        "record": record.id,
        "what": Word(entry.kind.name, entry.kind.title),
        "name": [name if reveal or isinstance(name, Text) else mask_name(name) for name in entry.called],
        "phone": [phone if reveal else mask_phone(phone) for phone in entry.phones],
        "units": [say("public area") if unit == "public" else unit for unit in entry.units],
        "state": state_of(record, session().local),
        "summary": record.title if entry.kind not in (UNIT, RESIDENT) else None,
        "matched": [_matched(hit, reveal) for hit in {_shown_as(hit): hit for hit in match.hits}.values()],
    }


def _shown_as(hit: "Hit") -> tuple[str, str]:
    """What tells hits apart in the list: the field, and of a plate, which has no column, which one."""
    from propcli.records.matching import Rank

    code = "pinyin" if hit.rank is Rank.PINYIN else hit.field.name
    return code, hit.field.value if code == "plate" else ""


def _matched(hit: "Hit", reveal: bool) -> "Word":
    """Which field a word fits; a plate with what of it may be shown."""
    from propcli.engine.table import Word
    from propcli.output.privacy import mask_plate
    from propcli.records.finding import FIELD

    code, plate = _shown_as(hit)
    if not plate:
        return Word(code, FIELD.word(code))
    shown = plate if reveal else mask_plate(plate)
    return Word(code, Text("{field} {plate}", {"field": FIELD.word(code), "plate": shown}))
