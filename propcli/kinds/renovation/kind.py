"""What the commands on renovations are made from."""

from propcli.kinds.declaration import Declaration
from propcli.kinds.renovation.life import STEPS
from propcli.kinds.renovation.model import STATES, state_at

__all__ = ["DECLARED", "STEPS"]
DECLARED = Declaration(
    finds=("works", "place", "contractor"),
    show_help="The cover sheet: term, owner, contact, state, payments, what happened [N13].",
    validates="kinds.renovation.checks:ruled",
    show="kinds.renovation.show:show_filing",
    states=STATES,
    state_at=lambda filing, now: state_at(filing, now.date()),
)
