"""`propcli import KIND FILE --map MAP.yaml`: records of another system, all or none."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.session import note, session, show, show_report, show_table
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.catalog import KINDS, RENOVATION, RESIDENT, TICKET, UNIT, Kind
from propcli.kinds.declaration import function_at
from propcli.output.harmless import harmless
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.engine.table import Table as Drawn
    from propcli.kinds.resident.recognising import Answers, Question
    from propcli.records.importing import Import
    from propcli.records.mapping import BadRow, Mapping, Plan, Repair
    from propcli.store.sheets import Sheet

SHOWN = 50  # bad rows printed to a person; json and csv have them all

File = Annotated[Path, typer.Argument(metavar="FILE", help=_("A .csv, .tsv, .xlsx or .jsonl file."))]
Map = Annotated[Path, typer.Option("--map", metavar="MAP.yaml", help=_("What its columns mean (docs/guide.md)."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Only show what would happen."))]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help=_("Write the good rows though there are bad ones."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Bring records over from CSV or Excel."))
    for kind, help_ in (
        (TICKET, _("Tickets, all or none, in one commit; a mapping says what the columns mean.")),
        (UNIT, _("Units, all or none, in one commit; rows of one home are taken together.")),
        (RESIDENT, _("Residents and their ties to units, all or none, in one commit. Nobody is guessed.")),
        (RENOVATION, _("Renovation filings, all or none, in one commit; what is running goes on here.")),
    ):
        group.command(kind.folder, help=help_)(residents if kind is RESIDENT else _of_kind(kind))
    for kind in KINDS.values():
        if kind.tabled:
            help_ = _("All or none, in one commit: {kind}").format(kind=words(kind.title))
            group.command(kind.folder, help=help_)(_of_kind(kind))
    app.add_typer(group, name="import")


def _of_kind(kind: Kind) -> Callable[..., int]:
    """The command that brings over the records of a kind."""

    def run(
        file: File,
        mapping: Map,
        dry_run: DryRun = False,
        skip_bad: SkipBad = False,
        by: options.By = None,
        format: options.Format = "table",
    ) -> int:
        if kind.tabled:
            from propcli.records import tables

            return _bring(tables.Import(kind), file, mapping, (dry_run, skip_bad), by, format)
        its = function_at(f"kinds.{kind.name}.imports:Import")()
        return _bring(its, file, mapping, (dry_run, skip_bad), by, format)

    return run


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
    from propcli.kinds.resident.imports import Import

    people = Import(_answers(same or [], new or []), _answered if sys.stdin.isatty() else None)
    return _bring(people, file, mapping, (dry_run, skip_bad), by, format)


def _bring(its: "Import[Any]", file: Path, mapping: Path, how: tuple[bool, bool], by: str | None, format: str) -> int:
    """Read, tell what would happen, and write it in one commit, or say why not. `how`: only to look, and whether bad
    rows are left out."""
    from propcli.records.checking import IMPORTER
    from propcli.records.mapping import check_mapping
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    form, here = options.form(format), session()
    here.happened()
    described, sheet = _read(file, mapping)
    check_mapping(described, sheet, its.targets, its.required(described))
    plan = its.plan(here, described, sheet)
    del sheet  # a large table is not needed while it is written
    _tell(plan, form, its.found(plan))
    for line in its.notes(plan):
        note(line)
    dry_run, skip_bad = how
    end = show if form == "table" else note
    if plan.bad and not skip_bad:
        end(say("Nothing was written. Put the rows right, or give --skip-bad to leave them out."))
        return 3
    if dry_run:
        end(say("This was a dry run: nothing was written."))
        return 0
    if not plan.drafts:
        end(say("Nothing to write."))
        return 0
    counts = its.counts(plan)
    here.trusted()
    with operation(here.estate.root) as change:
        recorder = Recorder(here.estate, change)
        its.write(plan, recorder, here)
        subject = Text(its.subject.pattern, {**counts, "system": described.system})
        recorder.commit(words(subject), by or IMPORTER)
    end(Text(its.done.pattern, counts))
    return 0


def _read(file: Path, mapping: Path) -> "tuple[Mapping, Sheet]":
    """The mapping and the table. Refuses what cannot be read."""
    from propcli.records.mapping import Mapping
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
    return described, sheets.read(file, described.encoding, described.delimiter, described.sheet)


def _answers(same: list[str], new: list[int]) -> "Answers":
    """What the options say of rows."""
    from propcli.kinds.resident.recognising import Answers

    chosen: dict[int, str] = {}
    for typed in same:
        row, sign, who = (part.strip() for part in typed.partition("="))
        if not sign or not row.isdecimal() or not who:
            raise Refusal(say("--same: {value} is not ROW=ID", value=repr(typed)), hint=say("write --same 5=R-00012"))
        chosen[int(row)] = str(int(who)) if who.isdecimal() else session().record_id(RESIDENT, who)
    return Answers(chosen, frozenset(new))


def _answered(question: "Question", answers: "Answers") -> "Answers":
    """The answers, with that of the person at the terminal about one row more."""
    from propcli.kinds.resident.recognising import Answers

    chosen = _ask(question)
    if chosen is None:
        return Answers(answers.same, answers.new | {question.row})
    return Answers({**answers.same, question.row: chosen}, answers.new)


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


def _drawn(name: str, found: "Sequence[BadRow | Repair]", **more: Text) -> "Drawn":
    """Rows of the table that was read, with where they stand there and what is said of them."""
    from propcli.engine.table import Column, Table

    titles = {"row": say("row"), "column": say("column"), "cell": say("cell"), **more}
    columns = [Column(key, title, wide=key in ("reason", "was", "became")) for key, title in titles.items()]
    rows = [{c.key: getattr(one, c.key) or (None if c.wide else "") for c in columns} for one in found]
    return Table(name, None, columns, rows)


def _tell(plan: "Plan[Any]", form: str, what: Text | None) -> None:
    """What an import would do. For programs, one report."""
    from propcli.engine.table import Report

    if form != "table":
        facts = {"rows": plan.rows, "new": plan.new_rows, "known": plan.known, "bad": plan.bad_rows}
        bad = _drawn("bad_rows", plan.bad, reason=say("reason"))
        mended = _drawn("repairs", plan.repairs, repair=say("repair"), was=say("was"), became=say("became"))
        show_report(Report("import", say("Import"), facts, [bad, mended]), form)
        return
    if plan.bad:
        show_table(_drawn("bad_rows", plan.bad[:SHOWN], reason=say("reason")), "table")
    if len(plan.bad) > SHOWN:
        show(say("… and {n} more (--format csv has them all)", n=len(plan.bad) - SHOWN))
    count = {"rows": plan.rows, "new": plan.new_rows, "known": plan.known, "bad": plan.bad_rows}
    show(say("{rows} rows: {new} new, {known} imported before, {bad} bad", **count))
    if what is not None:
        show(what)
    if repaired := plan.repaired():
        show(say("repaired: {what}", what=repaired))
