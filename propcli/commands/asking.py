"""Options made from the fields of models: what they are called, how they are explained, what was typed for them."""

import inspect
import sys
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.commands import options
from propcli.engine.lifecycle import Ask
from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.output import language
from propcli.output.language import _

if TYPE_CHECKING:
    from propcli.commands.session import Session
    from propcli.engine.fields import Shape
    from propcli.kinds.catalog import Kind

METAVARS = {"staff": "STAFF", "team": "TEAM", "category": "CATEGORY", "resident": "ID|NAME", "ticket": "ID"}
NOTHING = Ask()


def option(its: "Shape", ask: Ask) -> str:
    """What an option is called where it is spoken of."""
    if ask.argument:
        return ask.metavar or METAVARS.get(its.ref or "") or _metavar(its) or its.name.upper()
    return (ask.option or "--" + its.name.replace("_", "-")).split("/")[0]


def parameter(its: "Shape", ask: Ask, required: bool) -> inspect.Parameter:
    """A parameter as typer reads it. What is needed and missing is asked for at a terminal."""
    help_ = _(ask.help or its.help) or None
    metavar = _(ask.metavar) or METAVARS.get(its.ref or "") or _metavar(its)
    many = its.many or ask.several
    asked = required and not many and sys.stdin.isatty() and sys.stdout.isatty()
    prompt: Any = _(its.title).capitalize() if asked else False
    kind: Any = bool if its.base is bool else list[str] if many else str
    if ask.argument:
        info: Any = typer.Argument(metavar=metavar or its.name.upper(), help=help_)
    elif kind is bool:
        info = typer.Option(ask.option or "--" + its.name.replace("_", "-"), help=help_)
    else:
        info = typer.Option(option(its, ask), metavar=metavar, help=help_, prompt=prompt)
    annotation: Any = Annotated[kind if required else kind | None, info]
    default = inspect.Parameter.empty if required else None
    return inspect.Parameter(its.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _metavar(its: "Shape") -> str | None:
    from datetime import date, datetime
    from decimal import Decimal

    if its.named or its.private == "name":
        return "NAME"
    codes = its.codes or tuple(its.vocabulary or ())
    if its.vocabulary is not None and len(codes) <= 4:
        return "|".join(codes)
    return {datetime: "TIME", date: "DAY", Decimal: "YUAN"}.get(its.base)


def read(
    here: "Session", known: "Mapping[str, Shape]", asks: Mapping[str, Ask], typed: Mapping[str, Any]
) -> dict[str, Any]:
    """What was typed, as values; refuses everything that is none, at once. What was not given is left out."""
    values: dict[str, Any] = {}
    refusals: list[Refusal] = []
    for name, given in typed.items():
        if given is None or given == []:
            continue
        try:
            values[name] = value(here, known[name], asks.get(name, NOTHING), given)
        except Refusal as refusal:
            refusals.append(refusal)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise Refusal(*(reason for refusal in refusals for reason in hinted(refusal)))
    return values


def hinted(refusal: Refusal) -> Iterable[Text]:
    """The reasons of a refusal among others: its hint goes with them."""
    for reason in refusal.reasons:
        yield say("{what} ({hint})", what=reason, hint=refusal.hint) if refusal.hint is not None else reason


def value(here: "Session", its: "Shape", ask: Ask, typed: Any) -> Any:
    """One option's value by what its field is."""
    if ask.raw:
        return typed
    name = option(its, ask)
    if its.many:
        # what is nothing but empty is no list of none
        several = (options.parts(typed) or typed) if its.ref or its.vocabulary or its.private == "plates" else typed
        return tuple(_one(here, its, ask, name, one) for one in several)
    return _one(here, its, ask, name, typed)


def _one(here: "Session", its: "Shape", ask: Ask, name: str, typed: Any) -> Any:
    from datetime import date, datetime

    if its.ref == "category":
        return options.category(typed, name)
    if its.vocabulary is not None:
        return options.code(its.vocabulary, typed, name)
    if its.ref == "staff":
        return here.person(typed, name)
    if its.ref == "team":
        return here.team(typed, name)
    if its.ref == "resident":
        return here.resident(typed, name)
    if its.ref == "ticket":
        return here.ticket_id(typed)
    if its.model is not None:  # a part of a record that says how it is typed
        return options.of(name, lambda: its.model.typed(typed, language.parse))  # type: ignore[union-attr]
    if its.base is datetime:
        return here.visit(typed) if name == "--appointment" else here.time(typed, name, end_of_day=ask.end)
    if its.base is date:
        return options.day(typed, name)
    if its.private == "phones":
        from propcli.records.people import phone

        return options.of(name, lambda: phone(typed, here.estate.settings.region))
    if its.private == "plates":
        from propcli.records.plates import written

        return written(typed)
    return typed


def parted(
    kind: "Kind", values: Mapping[str, Any], own: Collection[str], asks: Mapping[str, Ask], record_id: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values as fields of the record (those of `own`) and of the event; refuses whatever does not fit, at once."""
    found: list[dict[str, Any]] = []
    reasons: list[Text] = []
    title: Text | None = None
    for model, mine in ((kind.event, False), (kind.model, True)):
        try:
            found.append(checked(model, {n: v for n, v in values.items() if (n in own) is mine}, asks, record_id))
        except Refusal as refusal:
            reasons += refusal.reasons
            title = refusal.title
    if reasons:
        raise Refusal(*reasons, title=title)
    event, fields = found
    return fields, event


def checked(
    model: Any, values: Mapping[str, Any], asks: Mapping[str, Ask], record_id: str | None = None
) -> dict[str, Any]:
    """Values as the fields of a model have them; refuses every one that does not fit, by its option. `record_id`: the
    record that they are of."""
    from propcli.engine.fields import shapes

    known = shapes(model)
    raw = {name: value for name, value in values.items() if asks.get(name, NOTHING).raw}
    names = {name: option(known[name], asks.get(name, NOTHING)) for name in values}
    try:
        return {**options.typed(model, {n: v for n, v in values.items() if n not in raw}, names), **raw}
    except Refusal as refusal:
        title = say("{record}: refused", record=record_id) if record_id else None
        raise Refusal(*refusal.reasons, title=title) from None
