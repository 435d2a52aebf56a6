"""What the commands on residents are made from."""

from propcli.kinds.declaration import Declaration
from propcli.kinds.resident.life import STEPS

__all__ = ["DECLARED", "STEPS"]
DECLARED = Declaration(
    show_help="One resident: what is known, homes, tickets.",
    checks="kinds.resident.checks:in_clear",
    show="kinds.resident.verbs:show_resident",
)
