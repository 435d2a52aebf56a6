"""What happened to a record, a line an event, the same for every kind."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from propcli.engine.text import Text
from propcli.output.language import CLAUSES, words

if TYPE_CHECKING:
    from propcli.desk.views import Names


def event_line(event: Any, what: Text, names: "Names", said: Iterable[str]) -> str:
    """When, what, who, and what the event says."""
    by = names.person(event.by)
    values = {"at": event.at, "what": what, "by": by.text if by else "", "said": words(CLAUSES).join(said)}
    return words(Text("  {at}  {what}  {by}  {said}", values)).rstrip()
