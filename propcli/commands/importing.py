"""`propcli import tickets FILE --map MAP.yaml`: another system's tickets, all or none."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands import options
from propcli.commands.session import session, show, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.desk.importing import Plan

SHOWN = 50  # bad rows printed to a person; json and csv have them all


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Bring records over from CSV or Excel."))
    group.command("tickets", help=_("Tickets, all or none, in one commit; a mapping says what the columns mean."))(
        tickets
    )
    app.add_typer(group, name="import")


def tickets(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A .csv, .tsv, .xlsx or .jsonl file."))],
    mapping: Annotated[
        Path, typer.Option("--map", metavar="MAP.yaml", help=_("What its columns mean (docs/guide.md)."))
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only show what would happen."))] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help=_("Write the good rows though there are bad ones."))
    ] = False,
    by: options.By = None,
    format: options.Format = "table",
) -> int:
    from propcli.desk.checks import IMPORTER
    from propcli.desk.importing import Mapping, check_mapping, prepare
    from propcli.desk.recording import Recorder, surroundings
    from propcli.kinds.catalog import TICKET
    from propcli.kinds.ticket import Ticket
    from propcli.store import sheets
    from propcli.store.reading import load
    from propcli.store.transaction import operation

    form = options.form(format)
    here = session()
    estate = here.estate
    try:
        raw = mapping.read_bytes()
    except OSError as error:
        raise Refusal(say("{file} cannot be read: {why}", file=str(mapping), why=error.strerror or "")) from None
    described, problems = load(Mapping, raw, str(mapping))
    if described is None:
        raise Refusal(say("{file} cannot be used", file=str(mapping)), code=3, problems=tuple(problems))
    sheet = sheets.read(file, described.encoding, described.delimiter, described.sheet)
    check_mapping(described, sheet)
    reading = estate.read(Ticket)
    if reading.problems:
        raise Refusal(say("put the records right before importing more"), code=3, problems=tuple(reading.problems))
    known = [(t.source.system, t.source.id) for t in reading.records if t.source]
    del reading
    plan = prepare(sheet, described, estate.settings.zone, surroundings(estate), known)
    del sheet
    _tell(plan, form)
    if plan.bad and not skip_bad:
        show(say("Nothing was written. Put the rows right, or give --skip-bad to leave them out."))
        return 3
    if dry_run:
        show(say("This was a dry run: nothing was written."))
        return 0
    if not plan.drafts:
        show(say("Nothing to write."))
        return 0
    with operation(estate.root) as op:
        recorder = Recorder(estate, op)
        for draft in plan.drafts:
            recorder.add(TICKET, recorder.new_id(TICKET, draft.day), draft.fields, draft.events)
        recorder.commit(
            words(say("Import {n} tickets from {system}", n=len(plan.drafts), system=described.system)), by or IMPORTER
        )
    show(say("{n} tickets were written.", n=len(plan.drafts)))
    return 0


def _tell(plan: "Plan", form: str) -> None:
    from propcli.engine.table import Column, Table

    columns = [Column("row", say("row")), Column("column", say("column")), Column("reason", say("reason"), wide=True)]
    shown = plan.bad if form != "table" else plan.bad[:SHOWN]
    rows = [{"row": b.row, "column": b.column, "reason": b.reason} for b in shown]
    if rows or form != "table":
        show_table(Table("bad_rows", None, columns, rows), form)
    if form != "table":
        return
    if len(plan.bad) > len(shown):
        show(say("… and {n} more (--format csv has them all)", n=len(plan.bad) - len(shown)))
    show(
        say(
            "{rows} rows: {new} new, {known} imported before, {bad} bad",
            rows=plan.rows,
            new=len(plan.drafts),
            known=plan.known,
            bad=plan.bad_rows,
        )
    )
    states: dict[str, int] = {}
    for draft in plan.drafts:
        state = "closed" if len(draft.events) > 1 else "open"
        states[state] = states.get(state, 0) + 1
    if states:
        first, last = plan.drafts[0].fields["reported"], plan.drafts[-1].fields["reported"]
        show(
            say(
                "new: {open} open, {closed} closed, reported {first} to {last}",
                open=states.get("open", 0),
                closed=states.get("closed", 0),
                first=first,
                last=last,
            )
        )
