"""What was typed for options, as the codes and amounts it means; refused by the option's name."""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.engine.words import Vocabulary
from propcli.output import language

if TYPE_CHECKING:
    from decimal import Decimal

T = TypeVar("T")
EVERY = ("all", "全部")


def code(vocabulary: Vocabulary, typed: str | None, option: str) -> str | None:
    """The code for what was typed for an option, in either language; refuses what is not in the vocabulary."""
    if typed is None:
        return None
    found = language.parse(vocabulary, typed)
    if found is None:
        raise unknown(option, typed, known(vocabulary, vocabulary))
    return found


def unknown(option: str, typed: str, those: str) -> Refusal:
    """That an option takes only some words."""
    what = say("{option}: {value} is not known", option=option, value=repr(typed))
    return Refusal(what, hint=say("one of: {known}", known=those))


def known(vocabulary: Vocabulary, codes: Iterable[str]) -> str:
    """Codes to choose from, with their words where these say more."""
    said = ((code, language.words(vocabulary.word(code))) for code in codes)
    return ", ".join(code if word == code else f"{code} {word}" for code, word in said) or "–"


def parts(typed: Iterable[str] | None) -> list[str]:
    """What repeated options name, each perhaps several with commas, of full width too, or as the program lists them."""
    return [part for text in typed or () for part in re.split(r"\s*[,，、]\s*", text.strip()) if part]


def chosen(
    vocabulary: Vocabulary,
    asked: Iterable[str],
    typed: Iterable[str] | None,
    option: str,
    every: Iterable[str] | None = None,
) -> tuple[str, ...]:
    """Several codes among those that are asked for here; `all` means each of them, or each of `every`."""
    asked = tuple(asked)
    found: dict[str, None] = {}
    for part in parts(typed):
        if part in EVERY:
            found.update(dict.fromkeys(asked if every is None else every))
            continue
        picked = part if part in asked else language.parse(vocabulary, part)
        if picked is None or picked not in asked:
            raise Refusal(
                say("{option}: {value} is not asked for here; there is no such word", option=option, value=part)
                if picked is None
                else say("{option}: {value} is not asked for here", option=option, value=part),
                hint=say("one of: {known}", known=known(vocabulary, asked)),
            )
        found[picked] = None
    return tuple(found)


def money(typed: str | None, option: str) -> "Decimal | None":
    """Yuan from an option, exact to the fen."""
    from propcli.engine.record import Money

    return amount(Money, typed, option)


def amount(annotation: Any, typed: str | None, option: str) -> "Decimal | None":
    from pydantic import TypeAdapter, ValidationError

    try:
        return None if typed is None else TypeAdapter(annotation).validate_python(typed.strip())
    except ValidationError as error:
        raise Refusal(say("{option}: {what}", option=option, what=error.errors()[0]["ctx"]["text"])) from None


def of(option: str, make: Callable[[], T]) -> T:
    """What is made of an option's value; what refuses it names the option."""
    try:
        return make()
    except Refusal as refusal:
        reasons = [say("{option}: {what}", option=option, what=reason) for reason in refusal.reasons]
        raise Refusal(*reasons, hint=refusal.hint) from None
