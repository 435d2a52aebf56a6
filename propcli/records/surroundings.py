"""What an estate has that records may refer to, looked up when it is asked for."""

from collections.abc import Callable
from datetime import date
from functools import cache

from propcli.kinds.catalog import KINDS, STAFF, UNIT
from propcli.kinds.staff import Staff
from propcli.records.checking import Surroundings
from propcli.store.estate import Estate


def surroundings(estate: Estate) -> Surroundings:
    """What records of the estate may refer to. Records are known by their file names."""
    known = _Known(estate)
    return Surroundings(known, frozenset(estate.settings.sealed), estate.policy, _last_days(estate))


class _Known(dict[str, frozenset[str] | None]):
    """The ids of each kind, looked up when they are asked for. Kinds numbered by day are not asked about: there are
    many, and a step that names one has read it."""

    def __init__(self, estate: Estate) -> None:
        super().__init__(team=frozenset(estate.settings.teams), category=frozenset(estate.policy.routing))
        self.estate = estate

    def __missing__(self, name: str) -> frozenset[str] | None:
        kind = KINDS[name]
        ids = frozenset(self.estate.ids(kind)) if kind.period != "day" else None
        self[name] = None if kind is UNIT and not ids else ids
        return self[name]


def _last_days(estate: Estate) -> Callable[[str], date | None]:
    """The last day of whoever has left; each file of staff is read when somebody asks for it."""

    @cache
    def last_day(staff_id: str) -> date | None:
        person = estate.load(Staff, STAFF.path(staff_id))[0] if STAFF.is_id(staff_id) else None
        return person.left if person is not None else None

    return last_day
