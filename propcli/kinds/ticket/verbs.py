"""What is more than options that become one event: taking a ticket in, sending somebody, the work order."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from propcli.commands import asking, options, standing
from propcli.commands.dispatch import run_plan
from propcli.commands.options import Id
from propcli.commands.reading import Office
from propcli.commands.session import Session, session, show
from propcli.desk.dispatch import not_here
from propcli.engine.fields import shapes
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.engine.words import Vocabulary
from propcli.kinds.catalog import TICKET
from propcli.kinds.staff import Staff
from propcli.kinds.ticket.intake import Intake, admit
from propcli.kinds.ticket.model import Ticket, is_unit
from propcli.kinds.ticket.words import CATEGORY, CHANNEL, KIND, SEVERITY, URGENCY
from propcli.kinds.ticket.workorder import work_order
from propcli.output.language import _, parse, words
from propcli.records.changing import changing, said, step, subject
from propcli.records.people import caller_of
from propcli.store import opening, yamlfile
from propcli.store.reading import ADD, described, load


def add(
    name: Annotated[str | None, typer.Option(help=_("Who raised it."))] = None,
    phone: Annotated[str | None, typer.Option(help=_("That person's phone."))] = None,
    caller_unit: Annotated[
        str | None, typer.Option(help=_("Where that person lives, if the matter is elsewhere."))
    ] = None,
    harm: Annotated[
        bool, typer.Option("--harm", help=_("Harm is still going on: urgent, stop the harm first [T5]."))
    ] = False,
    payment_reason: Annotated[str | None, typer.Option(help=_("Why that is not as the warranty says."))] = None,
    by: options.By = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help=_("Take it from a YAML file (- for standard input)."))
    ] = None,
    **typed: Any,
) -> int:
    here = session()
    moment = here.happened()
    given = asking.read(here, shapes(TICKET.model), TICKET.declared.asks, typed)
    if "unit" in given:
        given["unit"] = options.unit(given["unit"])
    caller = {key: value for key, value in (("name", name), ("phone", phone), ("unit", caller_unit)) if value}
    _complete(given, caller, harm, payment_reason)
    if source is not None and given:
        raise Refusal(say("--from brings every field; leave the other options away"))
    intakes = [_intake(_asked(given), "")] if source is None else _from_file(source)
    desk = here.desk(by) if not all(i.acceptor for i in intakes) else (intakes[0].acceptor or "")
    with changing(here) as change:
        made = [admit(change.recorder, here.people, intake, moment, desk) for intake in intakes]
        first = subject(made[0][0], ["accepted"])
        change.recorder.commit(first if len(made) == 1 else words(say("{n} tickets accepted", n=len(made))), desk)
    for ticket, notes in made:
        standing.show_standing(ticket, notes)
    return 0


def _complete(given: dict[str, Any], caller: dict[str, str], harm: bool, payment_reason: str | None) -> None:
    """What options say that are no fields; refuses those that do not go together."""
    if harm and given.setdefault("urgency", "urgent") != "urgent":
        raise Refusal(say("--harm goes with --urgency urgent: harm that is going on is stopped first [T5]"))
    if "resident" in given and "name" in caller:
        raise Refusal(say("--resident goes without --name"))
    if payment_reason and "payment" not in given:
        raise Refusal(say("--payment-reason goes with --payment free or paid"))
    if caller and "name" not in caller:
        raise Refusal(say("--phone and --caller-unit need --name"))
    given.update({key: value for key, value in (("caller", caller), ("payment_reason", payment_reason)) if value})


def _intake(fields: dict[str, Any], where: str) -> Intake:
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


def _from_file(source: str) -> list[Intake]:
    """The tickets of a YAML file: fields of one, or a list of them under `tickets`."""
    most = yamlfile.MAX_BYTES
    raw = opening.bounded(sys.stdin.buffer, most, "stdin") if source == "-" else opening.given(Path(source), most)
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


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """The fields given, and at a terminal what a ticket cannot be without [T2], asked for."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not terminal or all(name in given for name in ("kind", "category", "unit", "summary")):
        return given
    if "kind" not in given:
        given["kind"] = _choose(_("Kind"), KIND, list(KIND), "repair")
    if given["kind"] == "complaint" and "severity" not in given:
        given["severity"] = _choose(_("Severity"), SEVERITY, list(SEVERITY))
    if "category" not in given:
        given["category"] = _choose(_("Category"), CATEGORY, list(session().estate.policy.routing))
    if "unit" not in given:
        given["unit"] = _unit()
    if "place" not in given and (place := _line(_("Exact place"), optional=True)):
        given["place"] = place
    if "summary" not in given:
        given["summary"] = _line(_("What is it, in one line"))
    if "channel" not in given:
        given["channel"] = _choose(_("Channel"), CHANNEL, list(CHANNEL), "phone")
    if "caller" not in given and "resident" not in given and given["channel"] not in ("patrol", "suggestion_box"):
        caller = {"name": _line(_("Who raised it")), "phone": _line(_("Phone"), optional=True)}
        given["caller"] = {key: value for key, value in caller.items() if value or key == "name"}
    if "urgency" not in given:
        harm = typer.confirm(_("Is harm still going on"), default=False)
        given["urgency"] = "urgent" if harm else _choose(_("Urgency"), URGENCY, list(URGENCY), "normal")
    return given


def _line(question: str, optional: bool = False) -> str:
    more: dict[str, Any] = {"default": "", "show_default": False} if optional else {}
    return str(typer.prompt(question, **more)).strip()


def _unit() -> str:
    while not is_unit(unit := options.unit(_line(_("Unit (3-2-0501, or public)"))) or ""):
        show(say("{value} is not a unit (building-entrance-room)", value=repr(unit)))
    return unit


def _choose(question: str, vocabulary: Vocabulary, known: list[str], default: str | None = None) -> str:
    """One of some codes, by its number or its name in either language."""
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


def dispatch(
    ticket_id: Id,
    order: Annotated[bool, typer.Option("--printed", help=_("With a printed order; without this, orally."))] = False,
    anyway: Annotated[
        str | None, typer.Option(metavar="REASON", help=_("Why somebody is sent who is off duty or on leave [D6]."))
    ] = None,
    by: options.By = None,
    **typed: Any,
) -> int:
    here = session()
    found = here.ticket_id(ticket_id)
    if typed["assignee"] is None and typed["team"] is None:
        return run_plan(only=found, apply=True, explain=False, one_commit=False, by=by, printed=order)
    ticket = here.estate.one(TICKET.model, found)
    given = asking.read(here, shapes(TICKET.event), TICKET.steps["dispatched"].asks, typed)
    fields = {**given, **_whom(here, ticket, given, anyway), "order": "printed" if order else "oral"}
    standing.show_change(*step(here, TICKET, found, by, "dispatched", fields))
    return 0


def _whom(here: Session, ticket: Any, given: dict[str, Any], anyway: str | None) -> dict[str, Any]:
    """Who is sent: the team is the one named, else the person's, else the one for the category, whose other teams help
    [T9]. Somebody off duty or on leave goes only for a reason [D6]."""
    person, lead = given.get("assignee"), given.get("team")
    member = here.estate.one(Staff, person) if person else None
    if member is not None and not member.employed(here.today):
        raise Refusal(say("--to: {name} does not work here at that time", name=member.name))
    bar = not_here(member, here.estate.calendar, here.now) if member is not None else None
    if bar is not None and anyway is None:
        raise Refusal(
            say("--to: {name}: {bar} [D6]", name=member.name if member else "", bar=bar),
            hint=say("send somebody else, or say why with --anyway REASON"),
        )
    routed = here.estate.policy.routing.get(ticket.category, ())
    if lead is None:
        lead = (member.team if member else None) or next(iter(routed), None)
    others = tuple(t for t in routed[1:] if t != lead) if routed[:1] == (lead,) else ()
    why = {"reason": anyway} if anyway is not None else {}
    return {"team": lead, "co_teams": given.get("co_teams") or others, **why}


def print_(ticket_id: Id) -> int:
    here = session()
    ticket = here.estate.one(Ticket, here.ticket_id(ticket_id))
    assert ticket is not None
    office = Office()
    caller = caller_of(ticket, here.people)
    show(work_order(ticket, office.settings.name, office.names, caller, here.people.who).rstrip("\n"))
    return 0
