"""Options that many commands share, so that they are called and explained the same everywhere."""

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.engine.words import Vocabulary
from propcli.output.language import _
from propcli.output.table import FORMATS
from propcli.records.choosing import EVERY as EVERY
from propcli.records.choosing import amount as amount
from propcli.records.choosing import chosen as chosen
from propcli.records.choosing import code as code
from propcli.records.choosing import known as known
from propcli.records.choosing import money as money
from propcli.records.choosing import of as of
from propcli.records.choosing import parts as parts
from propcli.records.choosing import unknown as unknown

if TYPE_CHECKING:
    from datetime import date

    from propcli.engine.record import Model

Id = Annotated[str, typer.Argument(metavar="ID", help=_("The record's id, or any unambiguous ending of it."))]
By = Annotated[str | None, typer.Option("--by", metavar="STAFF", help=_("Who did it (id or name)."))]
Format = Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help=_("How to print it."))]
Text = Annotated[str | None, typer.Option("--text", help=_("In words."))]
From = Annotated[str | None, typer.Option("--from", metavar="TIME", help=_("From this time or day."))]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help=_("Until this time, or the end of this day."))]
Month = Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help=_("A whole month."))]
Whole = Annotated[bool, typer.Option("--all", help=_("Its whole history, not only the latest."))]
Reveal = Annotated[
    bool, typer.Option("--reveal", help=_("Show personal data in full; that you looked is put on record [T12]."))
]


def category(typed: str, option: str) -> str:
    """A category by code or name; one that the estate added to its routing stands for itself [T4]."""
    from propcli.commands.session import session
    from propcli.kinds.ticket.words import CATEGORY

    return typed if typed in session().estate.policy.routing else code(CATEGORY, typed, option) or typed


def unit(typed: str | None) -> str | None:
    """A unit as it is typed; the public area in whichever of its names."""
    return "public" if typed in ("公共", "公共区域", "公区") else typed


def codes(vocabulary: Vocabulary, typed: Iterable[str] | None, option: str) -> tuple[str, ...]:
    """Several codes, from a repeated option or one with commas."""
    return tuple(found for part in parts(typed) if (found := code(vocabulary, part, option)) is not None)


def day(typed: str | None, option: str) -> "date | None":
    """A day from an option; refuses what is not one."""
    from propcli.commands.session import session

    here = session()
    try:
        moment = here.time(typed, option)
    except Refusal:
        raise Refusal(
            say("{option}: {value} is not a day", option=option, value=repr(typed)),
            hint=say("write 2026-11-21, today, tomorrow or yesterday"),
        ) from None
    return None if moment is None else moment.astimezone(here.estate.settings.zone).date()


def typed(model: "type[Model]", fields: dict[str, Any], names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Values of options as the fields of a model, each checked; empty ones are left out. `names`: of options that are
    not called as their fields."""
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    from propcli.store.reading import described

    checked: dict[str, Any] = {}
    wrong = []
    for name, value in fields.items():
        if value is None or value == ():
            continue
        field = model.model_fields[name]
        option = (names or {}).get(name) or "--" + name.replace("_", "-")
        try:
            # as in the model itself, what is nothing but spaces is empty
            adapter = TypeAdapter(field.rebuild_annotation(), config=ConfigDict(str_strip_whitespace=True))
            checked[name] = adapter.validate_python(value)
        except ValidationError as error:
            for _where, what, hint in described(error, model):
                text = say("{option}: {what}", option=option, what=what)
                wrong.append(say("{what} ({hint})", what=text, hint=hint) if hint is not None else text)
    if wrong:
        raise Refusal(*wrong)
    return checked


def revealed(reveal: bool, command: str) -> None:
    """Put on record that personal data is shown in full [T12]; refuses to show it where that cannot be recorded."""
    if reveal:
        from propcli.commands.session import session

        session().record_reveal(command)


def secret(typed: str, question: str) -> str:
    """A value that may be asked for without showing it (`-`), so that it stays out of the shell's history."""
    if typed != "-":
        return typed
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=True)).strip()
    return sys.stdin.readline().strip()


def states(
    typed: Sequence[str] | None, default: str, vocabulary: Vocabulary, groups: Mapping[str, Collection[str]]
) -> set[str]:
    """The states asked for with --state: several, with commas, and names for groups of them."""
    wanted: set[str] = set()
    for part in parts(typed or [default]):
        if part in EVERY:
            wanted |= set(vocabulary)
        elif part in groups:
            wanted |= set(groups[part])
        else:
            wanted.add(code(vocabulary, part, "--state") or "")
    return wanted


def at_unit(record: Any, typed: str | None) -> bool:
    """Whether a record is about a unit, or about one whose id begins like that; those about none are about no other."""
    return typed is None or f"{record.unit or ''}-".startswith(typed + "-")


def form(typed: str, forms: Collection[str] = FORMATS) -> str:
    """One of the output formats, or of those that a command has."""
    if typed not in forms:
        raise unknown("--format", typed, ", ".join(forms))
    return typed
