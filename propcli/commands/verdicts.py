"""Which verdicts a change of rules changes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from propcli.engine.text import Text
    from propcli.records.standing import Finding
    from propcli.store.past import Past


def with_verdicts(past: "Past", finding: "Finding") -> "Text":
    return finding.what
