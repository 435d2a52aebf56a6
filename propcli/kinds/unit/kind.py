"""What the commands on units are made from."""

from propcli.kinds.declaration import Declaration
from propcli.kinds.unit.life import STEPS

__all__ = ["DECLARED", "STEPS"]
DECLARED = Declaration(
    show_help="The whole file of a home on one screen; --at DAY: who owned it and lived there.",
    show="kinds.unit.show:show_unit",
)
