"""The office's vocabularies: the codes that stand in records, and the words people read and type for them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from propcli.engine.text import Text

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


class Vocabulary:
    """A closed (or, for categories and teams, extensible) list of codes and what they are called in English.

    The translations of the labels live in the message catalog under the vocabulary's name as context, so that
    a person may type `报修` where a record says `repair`."""

    every: ClassVar[dict[str, "Vocabulary"]] = {}

    def __init__(self, name: str, codes: Iterable[str], **labels: str) -> None:
        self.name = name
        self.labels = {code: labels.get(code, code.replace("_", " ")) for code in codes}
        Vocabulary.every[name] = self

    def extend(self, labels: Mapping[str, str]) -> None:
        """More codes and what they are called, which a kind of record brings with it."""
        self.labels.update(labels)

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __contains__(self, code: object) -> bool:
        return code in self.labels

    def word(self, code: str) -> Text:
        """The label of a code; a code the list does not know (an estate's own category) stands for itself."""
        label = self.labels.get(code)
        return Text(label, context=self.name) if label else Text("{code}", {"code": code})


class Closed(Vocabulary):
    """A vocabulary that is all there is: a field that is `Annotated[str, …]` with it takes no other code."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.literal_schema([*self])
