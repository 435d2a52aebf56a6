"""Which unit a row of a table is about [U1]: as it is written there, and as the estate calls it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from propcli.engine.ids import UNIT_ID
from propcli.engine.record import quoted
from propcli.engine.text import say
from propcli.kinds.ticket.words import PUBLIC
from propcli.records import repairs
from propcli.records.cells import Cells
from propcli.records.mapping import place_targets
from propcli.store.sheets import Number


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as a row names it: as it is written there, and in the form of an id. `numeric`: the room was a number in
    a workbook, which keeps no leading zero."""

    written: str
    id: str
    numeric: bool

    @property
    def building(self) -> str:
        return self.id.split("-")[0]

    @property
    def room(self) -> str:
        return self.id.split("-")[2]

    def settle(self, cells: Cells, unit_id: str) -> str:
        """Take it for this unit; a repair where zeros were lost or signs are full-width. `3栋` is only a notation."""
        if unit_id != self.id or repairs.plain(self.written) != self.written:
            cells.repaired("room", target_of(cells), self.written, unit_id)
        return unit_id


def target_of(cells: Cells) -> str:
    """The field that complaints about a unit stand at: the whole of it, or the room."""
    return place_targets(cells.reader.mapping)[-1]


def place_of(cells: Cells, public: bool = False) -> Place | None:
    """The unit a row names, in the form of an id; complains about what is none. `public`: the public area would do."""
    mapping = cells.reader.mapping
    targets = place_targets(mapping)
    columns = mapping.columns.get("unit", ()) if targets == ("unit",) else ()
    if len(columns) > 1:  # building, entrance and room in columns of their own
        sound = cells.sound("unit")
        parts = [str(cells.row.cells.get(name, "")).strip() if sound else "" for name in columns]
    else:
        parts = [cells.sound(target) or "" for target in targets]
        columns = columns or mapping.columns.get("room", ())
    if not all(parts):
        cells.require((t for t, text in zip(targets, parts, strict=False) if not text), lambda _target: None)
        return None
    found = repairs.unit(parts[0] if len(parts) == 1 else "-".join(repairs.part(part) for part in parts))
    written = "-".join(parts)
    if not UNIT_ID.fullmatch(found):
        what = say("{value} is not a unit (building-entrance-room, like 3-2-0501)", value=quoted(written))
        if public:
            what = say("{what} nor public for the public area", what=what)
        cells.complain(target_of(cells), what)
        return None
    return Place(written, found, any(isinstance(cells.row.cells.get(name), Number) for name in columns[-1:]))


def unit_or_public(cells: Cells, register: "Register") -> str | None:
    """The unit on record that a row names, else as it stands there; `public` where the mapping says so."""
    if place_targets(cells.reader.mapping) == ("unit",):
        found, wrong = len(cells.repairs), len(cells.bad)
        named = cells.sound("unit")
        if named == PUBLIC or len(cells.bad) > wrong:
            return named
        del cells.repairs[found:]  # they are found once more
    place = place_of(cells, public=True)
    return place.settle(cells, register.meant(place.id) or place.id) if place is not None else None


@dataclass
class Register:
    """The units on record, to find the one a row means though its zeros are lost."""

    ids: frozenset[str]
    _loose: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for unit_id in self.ids:
            self._loose.setdefault(repairs.loose(unit_id), []).append(unit_id)

    def meant(self, written: str) -> str | None:
        """The unit on record: of that very id, else the only one that differs by leading zeros alone."""
        if written in self.ids:
            return written
        close = self._loose.get(repairs.loose(written), [])
        return close[0] if len(close) == 1 else None


class Widths:
    """How wide rooms are written in each building, by its units on record and the rooms a table has as text."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._rooms: dict[str, list[str]] = {}
        for unit_id in ids:
            building, _entrance, room = unit_id.split("-")
            if room.isdigit():
                self._rooms.setdefault(building, []).append(room)

    def padded(self, place: Place) -> str:
        """The unit's id with the zeros its room has lost; as it stands where that is not certain: if not all other
        rooms of the building are equally wide, or none of them begins with a zero."""
        others = list(self._rooms.get(place.building, ()))
        if not place.numeric and place.room in others:
            others.remove(place.room)
        widths = {len(room) for room in others}
        if not place.room.isdigit() or len(widths) != 1 or not any(room.startswith("0") for room in others):
            return place.id
        return "-".join((*place.id.split("-")[:2], place.room.zfill(widths.pop())))
