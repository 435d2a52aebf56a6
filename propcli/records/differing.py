"""What two versions of a record say otherwise, in words that a person can decide on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from propcli.engine.fields import Shape
from propcli.engine.record import Model
from propcli.engine.text import Person, Text, say
from propcli.output.language import listing, words


@dataclass(frozen=True)
class Difference:
    """What the two sides say otherwise: of which field, or why they do not go together; the words of both."""

    what: Text
    ours: Text | str = ""
    theirs: Text | str = ""


def of_field(its: Any, ours: Any, theirs: Any) -> Difference:
    """A field that both sides changed; what is sealed stays so."""
    name = Text("{field}", {"field": its.alias})
    if its.alias == "sealed":
        return Difference(name, say("(sealed)"), say("(sealed)"))
    return Difference(name, in_words(ours), in_words(theirs))


def in_words(value: Any, its: Shape | None = None) -> Text | str:
    """A value as it is told; a code by its word where the field says whose it is."""
    if value is None:
        return say("nothing")
    if its is not None and its.ref == "staff" and isinstance(value, str):
        return words(Person(value))
    if its is not None and its.vocabulary is not None and isinstance(value, str) and value in its.vocabulary:
        return its.vocabulary.word(value)
    if isinstance(value, Model):
        return in_words(value.plain())
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {words(in_words(one))}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return listing(words(in_words(one, its)) for one in value)
    return words(value)


def in_one(told: list[Text]) -> Text | str:
    return words(told) if told else say("nothing")


def lines(difference: Difference) -> Iterator[Text]:
    """A difference as it is told: what, and the words of both sides."""
    yield say("  {what}", what=difference.what)
    if difference.ours or difference.theirs:
        yield say("    here:  {words}", words=difference.ours)
        yield say("    there: {words}", words=difference.theirs)
