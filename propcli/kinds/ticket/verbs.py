"""`propcli ticket`: the group. Taking in and looking at tickets; their steps are in `ticket_steps`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.commands.options import Id, code, codes
from propcli.commands.session import session, show, show_table
from propcli.commands.standing import show_standing, subject
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.kinds.ticket import step_verbs as ticket_steps
from propcli.output.language import _, words
from propcli.records.changing import said

if TYPE_CHECKING:
    from propcli.desk.measures import Period
    from propcli.kinds.ticket.intake import Intake
    from propcli.kinds.ticket.model import Ticket


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help=_("Tickets: repairs, complaints and whatever else residents raise."))
    group.command("add", help=_("Take a ticket in. At a terminal, what is missing is asked for."))(add)
    group.command("list", help=_("Tickets, the open ones unless asked otherwise."))(list_)
    group.command("show", help=_("One ticket with everything that happened."))(show_one)
    group.command("print", help=_("The work order, to be printed and signed [P5]."))(print_)
    ticket_steps.register(group)
    from propcli.commands.edit import edit

    group.command("edit", help=_("Open the record in $EDITOR; it is saved only if it is valid."))(edit)
    app.add_typer(group, name="ticket")


def add(
    kind: Annotated[
        str | None,
        typer.Option(help=_("repair, complaint, suggestion, inquiry, help, convenience, entrusted, praise.")),
    ] = None,
    category: Annotated[
        str | None, typer.Option(help=_("water, electricity, elevator, leak, noise, … (policy.yaml, routing)."))
    ] = None,
    unit: Annotated[str | None, typer.Option(help=_("The unit, like 3-2-0501, or public for the public area."))] = None,
    summary: Annotated[str | None, typer.Option(help=_("What it is, in one line."))] = None,
    name: Annotated[str | None, typer.Option(help=_("Who raised it."))] = None,
    phone: Annotated[str | None, typer.Option(help=_("That person's phone."))] = None,
    caller_unit: Annotated[
        str | None, typer.Option(help=_("Where that person lives, if the matter is elsewhere."))
    ] = None,
    urgency: Annotated[str | None, typer.Option(help=_("urgent, normal (the default) or low."))] = None,
    harm: Annotated[
        bool, typer.Option("--harm", help=_("Harm is still going on: urgent, stop the harm first [T5]."))
    ] = False,
    severity: Annotated[
        str | None, typer.Option(help=_("Of a complaint: major, important or minor [C1, C2, C3]."))
    ] = None,
    channel: Annotated[str | None, typer.Option(help=_("phone (the default), visit, web, wechat, letter, …"))] = None,
    building: Annotated[str | None, typer.Option(help=_("The building, where the place is public."))] = None,
    place: Annotated[str | None, typer.Option(help=_("The exact place."))] = None,
    detail: Annotated[str | None, typer.Option(help=_("Everything else that was said."))] = None,
    resident: Annotated[
        str | None, typer.Option(metavar="ID|NAME", help=_("Who raised it, of those on record (else --name)."))
    ] = None,
    part: Annotated[
        str | None, typer.Option(help=_("What is to be repaired, for the warranty: pipes, roof, fit_out, … [P6]."))
    ] = None,
    payment: Annotated[
        str | None, typer.Option(metavar="free|paid", help=_("Whether the owner pays; else as the warranty says [P2]."))
    ] = None,
    payment_reason: Annotated[str | None, typer.Option(help=_("Why that is not as the warranty says."))] = None,
    convenient: Annotated[str | None, typer.Option(help=_("When a visit suits, in words."))] = None,
    appointment: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("The time agreed for a visit [P7]."))
    ] = None,
    asked_by: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("The time by which the resident asked for it [C3]."))
    ] = None,
    expected: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("When the resident was told it will be done [T8]."))
    ] = None,
    reported: Annotated[
        str | None, typer.Option(metavar="TIME", help=_("When it was reported, if not just now."))
    ] = None,
    by: options.By = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help=_("Take it from a YAML file (- for standard input)."))
    ] = None,
) -> int:
    from propcli.kinds.ticket.intake import admit
    from propcli.kinds.ticket.model import CHANNEL, KIND, PART, PAYMENT, SEVERITY, URGENCY
    from propcli.records.recording import Recorder
    from propcli.store.transaction import operation

    here = session()
    moment = here.happened()
    given: dict[str, Any] = {
        "kind": code(KIND, kind, "--kind"),
        "category": _category(category),
        "severity": code(SEVERITY, severity, "--severity"),
        "urgency": code(URGENCY, urgency, "--urgency"),
        "channel": code(CHANNEL, channel, "--channel"),
        "reported": here.time(reported, "--reported"),
        "unit": _unit(unit),
        "building": building,
        "place": place,
        "summary": summary,
        "detail": detail,
        "caller": {k: v for k, v in (("name", name), ("phone", phone), ("unit", caller_unit)) if v} if name else None,
        "resident": here.resident(resident, "--resident") if resident else None,
        "part": code(PART, part, "--part"),
        "payment": code(PAYMENT, payment, "--payment"),
        "payment_reason": payment_reason,
        "convenient": convenient,
        "appointment": here.visit(appointment),
        "asked_by": here.time(asked_by, "--asked-by", end_of_day=True),
        "expected": here.time(expected, "--expected", end_of_day=True),
    }
    if harm:
        if given["urgency"] not in (None, "urgent"):
            raise Refusal(say("--harm goes with --urgency urgent: harm that is going on is stopped first [T5]"))
        given["urgency"] = "urgent"
    if resident and name:
        raise Refusal(say("--resident goes without --name"))
    if payment_reason and not payment:
        raise Refusal(say("--payment-reason goes with --payment free or paid"))
    if (phone or caller_unit) and not name:
        raise Refusal(say("--phone and --caller-unit need --name"))
    given = {key: value for key, value in given.items() if value is not None}
    if source is not None:
        if given:
            raise Refusal(say("--from brings every field; leave the other options away"))
        intakes = _from_file(source)
    else:
        if sys.stdin.isatty() and sys.stdout.isatty():
            _ask(given)
        intakes = [_intake(given, "")]
    desk = here.desk(by) if not all(i.acceptor for i in intakes) else (intakes[0].acceptor or "")
    with operation(here.estate.root) as op:
        recorder = Recorder(here.estate, op)
        made = [admit(recorder, here.people, intake, moment, desk) for intake in intakes]
        first = subject(made[0].ticket, ["accepted"])
        recorder.commit(first if len(made) == 1 else words(say("{n} tickets accepted", n=len(made))), desk)
    for admitted in made:
        show_standing(admitted.ticket, admitted.notes)
    return 0


def _category(typed: str | None) -> str | None:
    """A category by code or name; one that the estate added to its routing stands for itself."""
    from propcli.kinds.ticket.model import CATEGORY

    if typed is None or typed in session().estate.policy.routing:
        return typed
    return code(CATEGORY, typed, "--category")


def _unit(typed: str | None) -> str | None:
    return "public" if typed in ("公共", "公共区域", "公区") else typed


def _intake(fields: dict[str, Any], where: str) -> "Intake":
    from pydantic import ValidationError

    from propcli.kinds.ticket.intake import Intake
    from propcli.store.reading import ADD, described

    try:
        return Intake.model_validate(fields)
    except ValidationError as error:
        if where:
            found = described(error, Intake)
            reasons = [
                say("{option}: {what}", option=".".join(map(str, at)), what=what) if at else what
                for at, what, _ in found
            ]
            raise Refusal(*reasons, title=Text("{where}", {"where": where})) from None
        missing = [e["loc"] for e in error.errors() if e["type"] == "missing"]
        options = ["--" + ("name" if loc == ("caller", "name") else str(loc[-1])) for loc in missing]
        others = [
            text for text in said(error, Intake) if text.pattern != "{what} ({hint})" or text.values["hint"] != ADD
        ]
        raise Refusal(*(say("{option} is missing", option=option) for option in options), *others) from None


def _from_file(source: str) -> "list[Intake]":
    """The tickets of a YAML file: fields of one, or a list of them under `tickets`."""
    from propcli.kinds.ticket.intake import Intake
    from propcli.store import yamlfile
    from propcli.store.reading import load

    raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    name = "stdin" if source == "-" else source
    data, problems = yamlfile.read(raw, name)
    if problems or data is None:
        raise Refusal(say("{file} cannot be used", file=name), problems=tuple(problems))
    if set(data) == {"tickets"}:
        if not isinstance(data["tickets"], list) or not data["tickets"]:
            raise Refusal(say("{file}: tickets is not a list of tickets", file=name))
        return [_intake(item, f"{name}: tickets[{i}]") for i, item in enumerate(data["tickets"], 1)]
    intake, problems = load(Intake, raw, name)
    if intake is None:
        raise Refusal(say("{file} cannot be used", file=name), problems=tuple(problems))
    return [intake]


def _ask(given: dict[str, Any]) -> None:
    """Ask at the terminal for what a ticket cannot be without [T2]."""
    from propcli.kinds.ticket.model import CATEGORY, CHANNEL, KIND, SEVERITY, URGENCY, is_unit

    if all(name in given for name in ("kind", "category", "unit", "summary")):
        return
    from propcli.output.language import parse

    routing = session().estate.policy.routing

    def choose(question: str, vocabulary: Any, known: list[str], default: str | None = None) -> str:
        labels = [words(vocabulary.word(c)) for c in known]
        show("  ".join(f"{n} {label}" for n, label in enumerate(labels, 1)))
        while True:
            shown = None if default is None else words(vocabulary.word(default))
            typed = str(typer.prompt(question, default=shown)).strip()
            if typed.isdigit() and 0 < int(typed) <= len(known):
                return known[int(typed) - 1]
            found = typed if typed in known else parse(vocabulary, typed)
            if found in known:
                return found
            show(say("one of: {known}", known=", ".join(labels)))

    if "kind" not in given:
        given["kind"] = choose(_("Kind"), KIND, list(KIND), "repair")
    if given["kind"] == "complaint" and "severity" not in given:
        given["severity"] = choose(_("Severity"), SEVERITY, list(SEVERITY))
    if "category" not in given:
        given["category"] = choose(_("Category"), CATEGORY, list(routing))
    if "unit" not in given:
        while not is_unit(unit := _unit(str(typer.prompt(_("Unit (3-2-0501, or public)"))).strip()) or ""):
            show(say("{value} is not a unit (building-entrance-room)", value=repr(unit)))
        given["unit"] = unit
    if "place" not in given and (place := str(typer.prompt(_("Exact place"), default="", show_default=False)).strip()):
        given["place"] = place
    if "summary" not in given:
        given["summary"] = str(typer.prompt(_("What is it, in one line"))).strip()
    if "channel" not in given:
        given["channel"] = choose(_("Channel"), CHANNEL, list(CHANNEL), "phone")
    if "caller" not in given and "resident" not in given and given["channel"] not in ("patrol", "suggestion_box"):
        caller = {"name": str(typer.prompt(_("Who raised it"))).strip()}
        if phone := str(typer.prompt(_("Phone"), default="", show_default=False)).strip():
            caller["phone"] = phone
        given["caller"] = caller
    if "urgency" not in given:
        harm = typer.confirm(_("Is harm still going on"), default=False)
        given["urgency"] = "urgent" if harm else choose(_("Urgency"), URGENCY, list(URGENCY), "normal")


def list_(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help=_("waiting, assigned, …, open (the default) or all.")),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind")] = None,
    category: Annotated[list[str] | None, typer.Option("--category")] = None,
    team: Annotated[str | None, typer.Option("--team")] = None,
    assignee: Annotated[str | None, typer.Option("--assignee", metavar="STAFF", help=_("Who it was given to."))] = None,
    acceptor: Annotated[str | None, typer.Option("--acceptor", metavar="STAFF", help=_("Who took it in."))] = None,
    urgency: Annotated[list[str] | None, typer.Option("--urgency")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=_("A unit, or the beginning of one: 3-2."))] = None,
    building: Annotated[str | None, typer.Option("--building")] = None,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="WORDS", help=_("Words in summary, detail, place or what was noted.")),
    ] = None,
    month: options.Month = None,
    start: options.From = None,
    end: options.To = None,
    reveal: options.Reveal = False,
    format: options.Format = "table",
) -> int:
    from propcli.commands.periods import period
    from propcli.commands.reading import Office
    from propcli.desk.reports import TICKET_COLUMNS, ticket_row
    from propcli.engine.table import Column, Table
    from propcli.kinds.ticket.life import OPEN
    from propcli.kinds.ticket.model import KIND, STATUS, URGENCY
    from propcli.output.privacy import mask_name, mask_phone, masked
    from propcli.records.people import caller_of

    form = options.form(format)
    here = session()
    wanted = options.states(state, "all" if month or start else "open", STATUS, {"open": OPEN, "未结": OPEN})
    kinds, urgencies = codes(KIND, kind, "--kind"), codes(URGENCY, urgency, "--urgency")
    categories = tuple(c for t in category or () for item in t.split(",") if (c := _category(item)))
    assigned = here.person(assignee, "--assignee") if assignee else None
    accepted = here.person(acceptor, "--acceptor") if acceptor else None
    team_code = here.team(team) if team else None
    asked: Period | None = period(month, start, end) if month or start or end else None
    office = Office()
    rows = []
    for ticket in office.tickets():
        if (
            ticket.status not in wanted
            or (kinds and ticket.kind not in kinds)
            or (categories and ticket.category not in categories)
            or (urgencies and ticket.urgency not in urgencies)
            or (team_code and ticket.team != team_code)
            or (assigned and assigned != ticket.assignee and assigned not in ticket.helpers)
            or (accepted and accepted != ticket.acceptor)
            or not options.at_unit(ticket, _unit(unit))
            or (building and ticket.home != building)
            or (asked and ticket.reported not in asked)
            or (text and text.lower() not in _all_text(ticket))
        ):
            continue
        row = ticket_row(ticket, office.names)
        name, phone = caller_of(ticket, here.people)
        row["caller"], row["phone"] = masked(name, mask_name, reveal), masked(phone, mask_phone, reveal)
        rows.append(row)
    columns = [*TICKET_COLUMNS, Column("reported", say("reported"))]
    if form != "table" or reveal:
        columns += [Column("severity", say("severity")), Column("caller", say("caller")), Column("phone", say("phone"))]
    options.revealed(reveal, "ticket list")
    show_table(Table("tickets", None, columns, rows, say("No such tickets.")), form)
    return office.finish()


def _all_text(ticket: "Ticket") -> str:
    spoken = [part for event in ticket.events for part in (event.text, event.cause, event.reason)]
    if ticket.caller:
        spoken += [ticket.caller.name, ticket.caller.phone]
    return "\n".join(part for part in (ticket.id, ticket.summary, ticket.detail, ticket.place, *spoken) if part).lower()


def show_one(ticket_id: Id, format: options.Format = "table") -> int:
    from propcli.kinds.ticket.show import show_ticket

    return show_ticket(session().ticket_id(ticket_id), options.form(format))


def print_(ticket_id: Id) -> int:
    from propcli.commands.reading import Office
    from propcli.kinds.ticket.model import Ticket
    from propcli.kinds.ticket.workorder import work_order
    from propcli.records.people import caller_of

    here = session()
    ticket = here.estate.one(Ticket, here.ticket_id(ticket_id))
    assert ticket is not None
    office = Office()
    caller = caller_of(ticket, here.people)
    show(work_order(ticket, office.settings.name, office.names, caller, here.people.who).rstrip("\n"))
    return 0
