"""The list of a kind of record: the states and the unit asked for, the kind's own filters, masked unless revealed."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from propcli.commands import asking, options
from propcli.commands.periods import period
from propcli.commands.reading import Office
from propcli.commands.session import session, show_table
from propcli.engine.fields import Shape, shapes

if TYPE_CHECKING:
    from propcli.desk.measures import Period
    from propcli.kinds.catalog import Kind
    from propcli.kinds.declaration import Filter


def list_records(
    kind: "Kind", state: list[str] | None, unit: str | None, typed: dict[str, Any], reveal: bool, format: str
) -> int:
    """Print the records of a kind; 3 where one cannot be read."""
    declared = kind.declared
    listing = declared.listing
    assert listing is not None
    form = options.form(format)
    asked = [one for one in listing.filters if typed.get(one.name)]
    dated = bool(typed.get("month") or typed.get("start"))
    default = "all" if dated or any(one.every for one in asked) else listing.default
    vocabulary = declared.states or kind.life.states
    wanted = options.states(state, default, vocabulary, listing.groups)
    tests = [_test(kind, one, typed[one.name]) for one in asked]
    if dated or typed.get("end"):
        tests.append(_within(listing.period, period(typed["month"], typed["start"], typed["end"])))
    office = Office()
    view = office.view(reveal)
    records = [
        record
        for record in office.records(kind)
        if view.state(record).code in wanted
        and options.at_unit(record, options.unit(unit))
        and all(test(record) for test in tests)
    ]
    if listing.order is not None:
        records.sort(key=listing.order)
    shown = [column for column in listing.columns if not column.more or form != "table" or reveal]
    table = view.table(kind.folder, None, shown, records, listing.empty, kind)
    options.revealed(reveal, f"{kind.name} list")
    show_table(table, form)
    return office.finish()


def filtered(kind: "Kind", one: "Filter") -> Shape:
    """What is typed for a filter that is read like a field: several of those."""
    return replace(shapes(kind.model)[one.like], name=one.name, many=True)


def _within(name: str, span: "Period") -> Callable[[Any], bool]:
    return lambda record: getattr(record, name) in span


def _test(kind: "Kind", one: "Filter", typed: Any) -> Callable[[Any], bool]:
    """Whether a filter means a record, given what was typed for it."""
    test = one.test or (lambda record, value: value == getattr(record, one.like))
    if not one.like:
        return lambda record: test(record, typed)
    values = asking.value(session(), filtered(kind, one), asking.NOTHING, typed)
    return lambda record: not values or any(test(record, value) for value in values)
