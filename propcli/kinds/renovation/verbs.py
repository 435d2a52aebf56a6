"""`propcli renovation`: the agreement, payments, the permit [N5, N6, N7], and lists of filings."""

from typing import TYPE_CHECKING, Annotated

import typer

from propcli.commands import options, standing
from propcli.commands.options import EVERY, By, Text
from propcli.commands.session import session, show, show_table
from propcli.commands.standing import Step
from propcli.engine.problem import Refusal
from propcli.engine.text import Text as Message
from propcli.engine.text import say
from propcli.kinds.catalog import RENOVATION, UNIT
from propcli.kinds.renovation import apply as renovation_apply
from propcli.kinds.renovation import end as renovation_end
from propcli.kinds.renovation import site as renovation_site
from propcli.kinds.renovation import steps as filing
from propcli.kinds.renovation.steps import Id, Words, show_missing
from propcli.output.language import _, words

if TYPE_CHECKING:
    from propcli.kinds.renovation.file import File
    from propcli.kinds.renovation.model import Renovation
    from propcli.records.recording import Recorder


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Renovation filings, from application to refund [N1-N13]."))
    renovation_apply.register(group)
    options.commands(
        group,
        ("sign", sign, _("Copies of the agreement signed: contractor, owner, centre [N5].")),
        ("pay", pay, _("Deposit and rubbish-removal fee paid [N6].")),
        ("permit", permit, _("The permit: works may begin, for at most the term [N7, N9].")),
        ("certificate", certificate, _("Copies of the certificate given out: passes, door, owner [N7].")),
        ("told", told, _("Maintenance and security were told of the permit [N10].")),
    )
    renovation_site.register(group)
    renovation_end.register(group)
    options.commands(
        group,
        ("check", check, _("What is still missing for the next step, each with its rule.")),
        ("list", list_, _("Filings by building, low floors first [N13]; the open ones unless asked otherwise.")),
        ("show", show_one, _("The cover sheet: term, owner, contact, state, payments, what happened [N13].")),
        ("note", note, _("Write something down.")),
    )
    app.add_typer(group, name="renovation")


# --- agreement, payments, permit


def sign(
    filing_id: Id,
    copies: Annotated[
        list[str], typer.Option("--copies", metavar="WHOSE", help=_("contractor, owner, centre or all."))
    ],
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who signed."))] = None,
    by: By = None,
) -> int:
    from propcli.kinds.renovation.model import COPY

    def steps(_recorder: "Recorder", _record: "Renovation", file: "File") -> list[Step]:
        wanted = options.chosen(COPY, file.terms.copies, copies, "--copies")
        return [("signed", {"copies": tuple(c for c in wanted if c not in file.signed) or wanted, "who": who})]

    filing.change(filing_id, by, steps)
    return 0


def pay(
    filing_id: Id,
    paid: Annotated[
        list[str], typer.Option("--paid", metavar="WHAT=YUAN", help=_("deposit=2000, rubbish_fee=300. Several times."))
    ],
    receipt: Annotated[str | None, typer.Option(metavar="NUMBER", help=_("The receipt's number."))] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help=_("Who paid."))] = None,
    by: By = None,
) -> int:
    from propcli.kinds.renovation.model import FILING_PAYMENT

    notes: list[Message] = []

    def steps(_recorder: "Recorder", _record: "Renovation", file: "File") -> list[Step]:
        found: list[Step] = []
        asked = file.terms.payments or tuple(FILING_PAYMENT)
        for text in paid:
            what, sign, amount = text.replace("＝", "=").partition("=")
            if not sign:
                raise Refusal(
                    say("--paid: {value} has no amount", value=repr(text)), hint=say("write WHAT=YUAN, deposit=2000")
                )
            codes = options.chosen(FILING_PAYMENT, asked, [what.strip()], "--paid")
            if len(codes) != 1:
                raise Refusal(say("--paid: {value} does not say what was paid", value=repr(text)))
            (code,) = codes
            yuan = options.money(amount, "--paid")
            found.append(("paid", {"payment": code, "amount": yuan, "receipt": receipt, "who": who}))
            values = {"what": FILING_PAYMENT.word(code), "amount": f"{yuan:,.2f}"}
            before = file.paid.get(code)
            if before is None:
                notes.append(say("  {what}: {amount} yuan", **values))
            else:
                together = f"{before + (yuan or 0):,.2f}"
                notes.append(say("  {what}: {amount} yuan, with what was paid before {sum}", **values, sum=together))
        return found

    filing.change(filing_id, by, steps, notes)
    return 0


def permit(
    filing_id: Id,
    start: Annotated[str | None, typer.Option("--from", metavar="DAY", help=_("The first day, if not today."))] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help=_("The last day; else the longest term."))
    ] = None,
    copies: Annotated[
        list[str] | None,
        typer.Option("--certificate", metavar="COPY", help=_("Copies given out now: passes, door, owner or all.")),
    ] = None,
    teams: Annotated[
        list[str] | None,
        typer.Option("--told", metavar="TEAM", help=_("Teams told now: engineering, security or all.")),
    ] = None,
    by: By = None,
) -> int:
    from propcli.engine.policy import after

    here = session()
    notes: list[Message] = []

    def steps(recorder: "Recorder", record: "Renovation", file: "File") -> list[Step]:
        begins = options.day(start, "--from") or here.today
        ends = options.day(until, "--until")
        if ends is None:
            if file.terms.term is None:
                raise Refusal(say("the option {option} is missing", option="--until"))
            ends = after(begins, file.terms.term)
        found: list[Step] = [("permitted", {"start": begins, "until": ends})]
        if given := _copies(file, copies or [], "--certificate"):
            found.append(("certified", {"copies": given}))
        if informed := _teams(teams or [], "--told"):
            found.append(("told", {"teams": informed}))
        notes.extend(_now_renovating(recorder, record, by))
        notes.append(say("  permit: {start} to {until}", start=begins, until=ends))
        return found

    filing.change(filing_id, by, steps, notes)
    return 0


def _now_renovating(recorder: "Recorder", record: "Renovation", by: str | None) -> list[Message]:
    """The unit's state goes with the permit, where it was empty or lived in by its owner [U1]."""
    from propcli.records.household import unit_of

    unit = unit_of(recorder, record.unit)
    if unit is None or unit.status not in ("vacant", "owner_occupied"):
        return []
    event = standing.event(UNIT, unit, "state_changed", by, {"state": "renovating", "reason": record.id})
    after = recorder.step(UNIT, unit.id, [event])
    return [Message("  {line}", {"line": standing.headline(after)})]


def _copies(file: "File", typed: list[str], option: str) -> tuple[str, ...]:
    from propcli.kinds.renovation.model import CERTIFICATE

    return options.chosen(CERTIFICATE, file.terms.certificate, typed, option)


def _teams(typed: list[str], option: str) -> tuple[str, ...]:
    from propcli.kinds.renovation.gate import rules_of

    here = session()
    asked = rules_of(here.estate.policy).told
    named = options.parts(typed)
    return tuple(
        dict.fromkeys(team for part in named for team in (asked if part in EVERY else (here.team(part, option),)))
    )


def certificate(
    filing_id: Id,
    copies: Annotated[list[str], typer.Option("--copies", metavar="COPY", help=_("passes, door, owner or all."))],
    text: Text = None,
    by: By = None,
) -> int:
    filing.change(
        filing_id,
        by,
        lambda _recorder, _record, file: [("certified", {"copies": _copies(file, copies, "--copies"), "text": text})],
    )
    return 0


def told(
    filing_id: Id,
    teams: Annotated[list[str], typer.Option("--teams", metavar="TEAM", help=_("engineering, security or all."))],
    text: Text = None,
    by: By = None,
) -> int:
    filing.take(filing_id, by, ("told", {"teams": _teams(teams, "--teams"), "text": text}))
    return 0


# --- looking


def check(
    filing_id: Id,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 when something is missing."))] = False,
) -> int:
    from propcli.kinds.renovation.life import LIFE
    from propcli.kinds.renovation.model import Renovation

    here = session()
    record = here.estate.one(Renovation, here.record_id(RENOVATION, filing_id))
    assert record is not None
    then = LIFE.as_of(record, here.as_of)
    if then is None:
        raise Refusal(say("{id} did not exist yet at {at}", id=record.id, at=here.as_of))
    show(words(standing.headline(then)).rstrip())
    lacking = show_missing(then)
    if then.status in ("refused", "cancelled", "closed"):
        show(say("  nothing more comes"))
    return 1 if exit_code and lacking else 0


def list_(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help=_("applied, working, expired, …; open (the default) or all.")),
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=_("A unit, or the beginning of one: 3-2."))] = None,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.reading import Office
    from propcli.engine.table import Table
    from propcli.kinds.renovation.filings import shelf
    from propcli.kinds.renovation.life import OPEN
    from propcli.kinds.renovation.model import EXPIRED, STATES, state_at
    from propcli.kinds.renovation.reports import FILING_COLUMNS, filing_row
    from propcli.output.privacy import mask_name, masked

    form = options.form(format)
    here = session()
    wanted = options.states(state, "open", STATES, {name: OPEN | {EXPIRED} for name in ("open", "未结")})
    office = Office()
    rows = [
        filing_row(record, here.today, here.people, lambda name: masked(name, mask_name, reveal))
        for record in sorted(office.records(RENOVATION), key=shelf)
        if state_at(record, here.today) in wanted and options.at_unit(record, unit)
    ]
    options.revealed(reveal, "renovation list")
    show_table(Table("renovations", None, FILING_COLUMNS, rows, say("No such filings.")), form)
    return office.finish()


def show_one(
    filing_id: Id,
    whole: Annotated[bool, typer.Option("--all", help=_("Its whole history, not only the latest."))] = False,
    format: options.Format = "table",
) -> int:
    from propcli.kinds.renovation.show import show_filing

    return show_filing(session().record_id(RENOVATION, filing_id), options.form(format), whole)


def note(filing_id: Id, text: Words, by: By = None) -> int:
    filing.take(filing_id, by, ("noted", {"text": text}))
    return 0
