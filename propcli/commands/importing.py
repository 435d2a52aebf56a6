"""`propcli import tickets|units|residents|renovations FILE --map MAP.yaml`: records of another system, all or none."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show, show_report, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import KINDS, UNIT, Kind
from propcli.output import language
from propcli.output.harmless import harmless
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.engine.record import Model
    from propcli.engine.table import Table as Drawn
    from propcli.kinds.renovation.imports import Draft as FilingDraft
    from propcli.kinds.resident.imports import ResidentPlan, Table
    from propcli.kinds.resident.recognising import Answers, Question
    from propcli.records.importing import Mapping, Plan
    from propcli.records.recording import Recorder
    from propcli.store.sheets import Sheet

SHOWN = 50  # bad rows printed to a person; json and csv have them all

File = Annotated[Path, typer.Argument(metavar="FILE", help=_("A .csv, .tsv, .xlsx or .jsonl file."))]
Map = Annotated[Path, typer.Option("--map", metavar="MAP.yaml", help=_("What its columns mean (docs/guide.md)."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Only show what would happen."))]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help=_("Write the good rows though there are bad ones."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Bring records over from CSV or Excel."))
    group.command("tickets", help=_("Tickets, all or none, in one commit; a mapping says what the columns mean."))(
        tickets
    )
    group.command("units", help=_("Units, all or none, in one commit; rows of one home are taken together."))(units)
    group.command(
        "residents", help=_("Residents and their ties to units, all or none, in one commit. Nobody is guessed.")
    )(residents)
    group.command(
        "renovations", help=_("Renovation filings, all or none, in one commit; what is running goes on here.")
    )(renovations)
    for kind in KINDS.values():
        if kind.tabled:
            help_ = _("All or none, in one commit: {kind}").format(kind=words(kind.title))
            group.command(kind.folder, help=help_)(_of_kind(kind))
    app.add_typer(group, name="import")


def _of_kind(kind: Kind) -> Callable[..., int]:
    """The command that brings over the records of a kind that declares what its tables say."""

    def run(
        file: File,
        mapping: Map,
        dry_run: DryRun = False,
        skip_bad: SkipBad = False,
        by: options.By = None,
        format: options.Format = "table",
    ) -> int:
        from propcli.records import tables
        from propcli.records.importing import check_mapping
        from propcli.records.sole import holding

        form = options.form(format)
        here = session()
        now = here.happened()
        described, sheet = _read(file, mapping, careful=True)
        check_mapping(described, sheet, tables.targets(kind), tables.required(kind, described))
        records = _records(kind.model)
        known = frozenset(record.id for record in records)
        holders = holding(kind, records, here.today, here.keys)
        units = frozenset(here.estate.ids(UNIT))
        zone = here.estate.settings.zone
        plan = tables.Table(kind, sheet, described, zone, units, known, now, language.parse, holders).plan()
        _tell(plan, form, None)
        n = len(plan.drafts)
        return _carry_out(
            plan,
            lambda recorder: tables.write(kind, plan.drafts, recorder, here.keys),
            say("Import {n} records from {system}", n=n, system=described.system),
            say("{n} records were written.", n=n),
            (dry_run, skip_bad),
            by,
            show if form == "table" else note,
        )

    return run


def tickets(
    file: File,
    mapping: Map,
    dry_run: DryRun = False,
    skip_bad: SkipBad = False,
    by: options.By = None,
    format: options.Format = "table",
) -> int:
    from propcli.kinds.catalog import TICKET
    from propcli.kinds.ticket.imports import REQUIRED, TARGETS, prepare
    from propcli.kinds.ticket.model import Ticket
    from propcli.records.checking import IMPORTER
    from propcli.records.household import of_resident
    from propcli.records.importing import check_mapping
    from propcli.records.recording import surroundings

    form = options.form(format)
    estate = session().estate
    described, sheet = _read(file, mapping, careful=False)
    check_mapping(described, sheet, TARGETS, REQUIRED)
    known = [(t.source.system, t.source.id) for t in _records(Ticket) if t.source]
    plan = prepare(sheet, described, estate.settings.zone, surroundings(estate), known)
    del sheet
    _tell_tickets(plan, form)

    here = session()
    now = here.happened()

    def write(recorder: "Recorder") -> None:
        met: dict[tuple[str | None, ...], str] = {}
        for draft in plan.drafts:
            fields = of_resident(recorder, here.people, draft.fields, met, now, IMPORTER)
            recorder.add(TICKET, recorder.new_id(TICKET, draft.day), fields, draft.events)

    n = len(plan.drafts)
    return _carry_out(
        plan,
        write,
        say("Import {n} tickets from {system}", n=n, system=described.system),
        say("{n} tickets were written.", n=n),
        (dry_run, skip_bad),
        by,
        show,
    )


def units(
    file: File,
    mapping: Map,
    dry_run: DryRun = False,
    skip_bad: SkipBad = False,
    by: options.By = None,
    format: options.Format = "table",
) -> int:
    from propcli.kinds.unit import imports as import_units
    from propcli.kinds.unit.model import Unit
    from propcli.records.importing import check_mapping

    form = options.form(format)
    here = session()
    now = here.happened()
    described, sheet = _read(file, mapping, careful=True)
    check_mapping(described, sheet, import_units.TARGETS, import_units.required(described))
    zone = here.estate.settings.zone
    plan = import_units.prepare(sheet, described, zone, _records(Unit), now, language.parse)
    n = len(plan.drafts)
    buildings = len({draft.id.split("-")[0] for draft in plan.drafts})
    _tell(plan, form, say("new: {n} units in {buildings} buildings", n=n, buildings=buildings) if n else None)
    return _carry_out(
        plan,
        lambda recorder: import_units.write(plan, recorder),
        say("Import {n} units from {system}", n=n, system=described.system),
        say("{n} units were written.", n=n),
        (dry_run, skip_bad),
        by,
        show if form == "table" else note,
    )


def residents(
    file: File,
    mapping: Map,
    same: Annotated[
        list[str] | None,
        typer.Option("--same", metavar="ROW=ID", help=_("The person of this row is R-00012, or that of another row.")),
    ] = None,
    new: Annotated[
        list[int] | None, typer.Option("--new", metavar="ROW", help=_("The person of this row is somebody new."))
    ] = None,
    dry_run: DryRun = False,
    skip_bad: SkipBad = False,
    by: options.By = None,
    format: options.Format = "table",
) -> int:
    from propcli.kinds.resident import imports as import_residents
    from propcli.kinds.resident.model import Resident
    from propcli.kinds.unit.model import Unit
    from propcli.records.importing import check_mapping

    form = options.form(format)
    here = session()
    now = here.happened()
    described, sheet = _read(file, mapping, careful=True)
    check_mapping(described, sheet, import_residents.TARGETS, import_residents.required(described))
    homes = _records(Unit)
    if not homes:
        raise Refusal(say("there are no units on record to tie people to"), hint=say("propcli import units first"))
    people = here.people
    faces = [people.add(resident) for resident in _records(Resident)]
    answers = _answers(same or [], new or [], {row.number for row in sheet.rows})
    table = import_residents.Table(sheet, described, here.estate.settings, homes, faces, now, language.parse)
    plan = _asked(table, answers)
    _tell(plan, form, _people(plan))
    if plan.nobody:
        note(say("note: {n} rows name nobody; they were passed over", n=plan.nobody))
    for row in plan.unneeded:
        note(say("note: who row {row} is was certain without being told", row=row))
    n = sum(len(draft.new) for draft in plan.drafts)
    ties = sum(len(ties) for draft in plan.drafts for ties in draft.ties.values())
    return _carry_out(
        plan,
        lambda recorder: import_residents.write(plan, recorder, people, now),
        say("Import {n} residents from {system}", n=n, system=described.system),
        say("{n} residents and {ties} ties were written.", n=n, ties=ties),
        (dry_run, skip_bad),
        by,
        show if form == "table" else note,
    )


def renovations(
    file: File,
    mapping: Map,
    dry_run: DryRun = False,
    skip_bad: SkipBad = False,
    by: options.By = None,
    format: options.Format = "table",
) -> int:
    from propcli.kinds.renovation import imports as import_renovations
    from propcli.kinds.renovation.model import Renovation
    from propcli.kinds.renovation.requirements import rules_of
    from propcli.records.importing import check_mapping
    from propcli.records.recording import surroundings

    form = options.form(format)
    here = session()
    now = here.happened()
    estate = here.estate
    described, sheet = _read(file, mapping, careful=True)
    check_mapping(described, sheet, import_renovations.TARGETS, import_renovations.required(described))
    known = [(filing.source.system, filing.source.id) for filing in _records(Renovation) if filing.source]
    to = import_renovations.Destination(estate.settings, surroundings(estate), rules_of(estate.policy), now)
    plan = import_renovations.prepare(sheet, described, to, known)
    _tell(plan, form, _filings(plan))
    n = len(plan.drafts)
    return _carry_out(
        plan,
        lambda recorder: import_renovations.write(plan, recorder, here.people, now),
        say("Import {n} renovation filings from {system}", n=n, system=described.system),
        say("{n} renovation filings were written.", n=n),
        (dry_run, skip_bad),
        by,
        show if form == "table" else note,
    )


# --- what they share


def _read(file: Path, mapping: Path, careful: bool) -> "tuple[Mapping, Sheet]":
    """The mapping and the table. Refuses what cannot be read."""
    from propcli.records.importing import Mapping
    from propcli.store import opening, sheets
    from propcli.store.reading import load
    from propcli.store.yamlfile import MAX_BYTES

    try:
        raw = opening.given(mapping, MAX_BYTES)
    except OSError as error:
        raise Refusal(say("{file} cannot be read: {why}", file=str(mapping), why=error.strerror or "")) from None
    described, problems = load(Mapping, raw, str(mapping))
    if described is None:
        raise Refusal(say("{file} cannot be used", file=str(mapping)), code=3, problems=tuple(problems))
    return described, sheets.read(file, described.encoding, described.delimiter, described.sheet, careful)


def _records(model: "type[Model]") -> list[Any]:
    """What is on record already; refuses to add to what is not in order."""
    reading = session().estate.read(model)
    if reading.problems:
        raise Refusal(say("put the records right before importing more"), code=3, problems=tuple(reading.problems))
    return list(reading.records)


def _carry_out(
    plan: "Plan[Any]",
    write: "Callable[[Recorder], None]",
    subject: Text,
    done: Text,
    how: tuple[bool, bool],
    by: str | None,
    end: Callable[[Text], None],
) -> int:
    """Write what is planned, in one commit, or say why not. `how`: only to look, and whether bad rows are left out."""
    from propcli.records.checking import IMPORTER
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    dry_run, skip_bad = how
    if plan.bad and not skip_bad:
        end(say("Nothing was written. Put the rows right, or give --skip-bad to leave them out."))
        return 3
    if dry_run:
        end(say("This was a dry run: nothing was written."))
        return 0
    if not plan.drafts:
        end(say("Nothing to write."))
        return 0
    session().trusted()
    estate = session().estate
    with operation(estate.root) as op:
        recorder = Recorder(estate, op)
        write(recorder)
        recorder.commit(words(subject), by or IMPORTER)
    end(done)
    return 0


# --- who is who


def _answers(same: list[str], new: list[int], rows: set[int]) -> "Answers":
    """What the options say of rows. Refuses rows and people that there are not."""
    from propcli.kinds.catalog import RESIDENT
    from propcli.kinds.resident.recognising import Answers

    chosen: dict[int, str] = {}
    for typed in same:
        row, sign, who = (part.strip() for part in typed.partition("="))
        if not sign or not row.isdecimal() or not who:
            raise Refusal(say("--same: {value} is not ROW=ID", value=repr(typed)), hint=say("write --same 5=R-00012"))
        chosen[int(row)] = str(int(who)) if who.isdecimal() else session().record_id(RESIDENT, who)
    for option, named in (("--same", chosen), ("--new", new)):
        for number in named:
            if number not in rows:
                raise Refusal(say("{option}: the table has no row {row}", option=option, row=number))
    both = sorted(set(chosen) & set(new))
    if both:
        raise Refusal(say("row {row} cannot be the same as somebody and new", row=both[0]))
    return Answers(chosen, frozenset(new))


def _asked(table: "Table", answers: "Answers") -> "ResidentPlan":
    """The plan, once every question is answered that somebody at a terminal can answer."""
    from propcli.kinds.resident.recognising import Answers

    plan = table.plan(answers)
    while plan.questions and sys.stdin.isatty():
        question = plan.questions[0]
        chosen = _ask(question)
        answers = (
            Answers(answers.same, answers.new | {question.row})
            if chosen is None
            else Answers({**answers.same, question.row: chosen}, answers.new)
        )
        plan = table.plan(answers)
    return plan


def _ask(question: "Question") -> str | None:
    """Whom the person at the terminal says a row is; None for somebody new."""
    from propcli.kinds.resident.recognising import on_record

    sys.stderr.write(harmless(words(say("row {row}: {what}", row=question.row, what=question.text))) + "\n")
    known = [*question.candidates]
    for number, who in enumerate(known, 1):
        line = say("the same as {who}", who=who) if on_record(who) else say("the same as in row {row}", row=who)
        sys.stderr.write(f"  {number}  {words(line)}\n")
    somebody_new = words(say("a new person"))
    sys.stderr.write(f"  0  {somebody_new}\n")
    while True:
        typed = str(typer.prompt(_("Which"), err=True)).strip()
        if typed.isdecimal() and int(typed) <= len(known):
            return known[int(typed) - 1] if int(typed) else None
        sys.stderr.write(words(say("one of: {known}", known=", ".join(str(n) for n in range(len(known) + 1)))) + "\n")


# --- printing


def _bad_rows(plan: "Plan[Any]", form: str) -> "Drawn":
    from propcli.engine.table import Column, Table

    shown = plan.bad if form != "table" else plan.bad[:SHOWN]
    columns = [
        Column("row", say("row")),
        Column("column", say("column")),
        Column("cell", say("cell")),
        Column("reason", say("reason"), wide=True),
    ]
    rows = [{"row": b.row, "column": b.column, "cell": b.cell, "reason": b.reason} for b in shown]
    return Table("bad_rows", None, columns, rows)


def _repairs(plan: "Plan[Any]") -> "Drawn":
    from propcli.engine.table import Column, Table

    columns = [
        Column("row", say("row")),
        Column("column", say("column")),
        Column("cell", say("cell")),
        Column("repair", say("repair")),
        Column("was", say("was"), wide=True),
        Column("became", say("became"), wide=True),
    ]
    rows = [
        {
            "row": r.row,
            "column": r.column,
            "cell": r.cell,
            "repair": r.kind,
            "was": r.was or None,
            "became": r.became or None,
        }
        for r in plan.repairs
    ]
    return Table("repairs", None, columns, rows)


def _rows(plan: "Plan[Any]", new: int) -> Text:
    return say(
        "{rows} rows: {new} new, {known} imported before, {bad} bad",
        rows=plan.rows,
        new=new,
        known=plan.known,
        bad=plan.bad_rows,
    )


def _show_bad(plan: "Plan[Any]") -> None:
    if plan.bad:
        show_table(_bad_rows(plan, "table"), "table")
    if len(plan.bad) > SHOWN:
        show(say("… and {n} more (--format csv has them all)", n=len(plan.bad) - SHOWN))


def _tell(plan: "Plan[Any]", form: str, what: Text | None) -> None:
    """What an import of units or residents would do. For programs, one report."""
    from propcli.engine.table import Report

    if form != "table":
        facts = {"rows": plan.rows, "new": plan.new_rows, "known": plan.known, "bad": plan.bad_rows}
        show_report(Report("import", say("Import"), facts, [_bad_rows(plan, form), _repairs(plan)]), form)
        return
    _show_bad(plan)
    repaired = plan.repaired()
    lines: Iterable[Text | None] = (
        _rows(plan, plan.new_rows),
        what,
        say("repaired: {what}", what=repaired) if repaired else None,
    )
    for line in lines:
        if line is not None:
            show(line)


def _people(plan: "ResidentPlan") -> Text | None:
    if not plan.drafts:
        return None
    [draft] = plan.drafts
    return say(
        "new: {people} residents, {ties} ties to {units} units; added to: {completed} residents",
        people=len(draft.new),
        ties=sum(len(ties) for ties in draft.ties.values()),
        units=len(draft.ties),
        completed=len(draft.completed),
    )


def _filings(plan: "Plan[FilingDraft]") -> Text | None:
    if not plan.drafts:
        return None
    count = Counter(draft.state for draft in plan.drafts)
    return say(
        "new: {applied} applied for, {working} with works going on, {closed} closed, filed {first} to {last}",
        applied=count["applied"],
        working=count["working"],
        closed=count["closed"],
        first=plan.drafts[0].day,
        last=plan.drafts[-1].day,
    )


def _tell_tickets(plan: "Plan[Any]", form: str) -> None:
    if form != "table":
        show_table(_bad_rows(plan, form), form)
        return
    _show_bad(plan)
    show(_rows(plan, len(plan.drafts)))
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
