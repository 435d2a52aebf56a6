"""Options that many commands share, so that they are called and explained the same everywhere."""

from typing import Annotated

import typer

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.engine.words import Vocabulary
from propcli.output import language
from propcli.output.language import _
from propcli.output.table import FORMATS

Id = Annotated[str, typer.Argument(metavar="ID", help=_("The ticket's id, or any unambiguous ending of it."))]
By = Annotated[str | None, typer.Option("--by", metavar="STAFF", help=_("Who did it (id or name)."))]
Format = Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help=_("How to print it."))]
Text = Annotated[str | None, typer.Option("--text", help=_("In words."))]
Who = Annotated[
    str | None, typer.Option("--who", metavar="NAME", help=_("The resident it was agreed with or told to."))
]
How = Annotated[str | None, typer.Option("--how", metavar="CHANNEL", help=_("By which channel (phone, visit, …)."))]
From = Annotated[str | None, typer.Option("--from", metavar="TIME", help=_("From this time or day."))]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help=_("Until this time, or the end of this day."))]
Month = Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help=_("A whole month."))]
Reveal = Annotated[bool, typer.Option("--reveal", help=_("Show names and phones in full."))]


def code(vocabulary: Vocabulary, typed: str | None, option: str) -> str | None:
    """The code for what was typed for an option, in either language; refuses what is not in the vocabulary."""
    if typed is None:
        return None
    found = language.parse(vocabulary, typed)
    if found is None:
        known = ", ".join(
            name if (label := language.words(vocabulary.word(name))) == name else f"{name} {label}"
            for name in vocabulary
        )
        raise Refusal(
            say("{option}: {value} is not known", option=option, value=repr(typed)),
            hint=say("one of: {known}", known=known),
        )
    return found


def codes(vocabulary: Vocabulary, typed: list[str] | None, option: str) -> tuple[str, ...]:
    """Several codes, from a repeated option or one with commas."""
    return tuple(
        c
        for part in typed or ()
        for item in part.split(",")
        if item and (c := code(vocabulary, item, option)) is not None
    )


def form(typed: str) -> str:
    """One of the output formats."""
    if typed not in FORMATS:
        raise Refusal(
            say("{option}: {value} is not known", option="--format", value=repr(typed)),
            hint=say("one of: {known}", known=", ".join(FORMATS)),
        )
    return typed
