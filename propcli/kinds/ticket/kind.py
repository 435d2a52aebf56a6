"""What the commands on tickets are made from."""

from propcli.kinds.declaration import Declaration
from propcli.kinds.ticket.life import STEPS

__all__ = ["DECLARED", "STEPS"]
DECLARED = Declaration(
    show_help="One ticket with everything that happened.",
    checks="kinds.ticket.checks:acceptors",
    validates="kinds.ticket.checks:caller_in_clear",
    show="kinds.ticket.show:show_ticket",
)
