"""What the program has to say, before anybody has chosen a language.

Everything below the commands speaks in `Text`: an English pattern and the values that go into it. The
pattern is the key of the translation; only `propcli.output.language` turns a Text into words of a language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """An English `str.format` pattern, its values (which may be Texts themselves) and, for single words that
    mean different things in different places, the context that tells them apart."""

    pattern: str
    values: Mapping[str, Any] = field(default_factory=dict)
    context: str = ""

    def __str__(self) -> str:
        return self.pattern.format_map({k: str(v) for k, v in self.values.items()})


class Person(str):
    """The id of a member of staff, to be shown with the name."""


def say(pattern: str, **values: Any) -> Text:
    """A sentence: `say("unknown field {name}", name=name)`. The literal pattern is collected for translation."""
    return Text(pattern, values)


def N_(pattern: str) -> str:
    """Marks a pattern for translation where it stands; it is translated where it is used."""
    return pattern
