"""What a kind of record declares besides its models and its life. The commands that every kind has (to begin a record,
each step, `list`, `show`, `edit`, `import`) are made from it; what is only its own, it names.

Hooks are called under the lock with the change that is under way (`propcli.records.changing.Change`)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from typing import Any

from propcli.engine.lifecycle import Ask
from propcli.engine.text import Text
from propcli.engine.words import Vocabulary


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the list, or a line of `show`: a field by its type or, with `value`, what is found from the record
    and the view it is seen in (`propcli.desk.views.View`). `more`: only for programs, and where data are revealed;
    `paragraph`: of lines of its own, below the others."""

    key: str
    title: Text | None = None
    value: Callable[[Any, Any], Any] | None = None
    wide: bool = False
    more: bool = False
    paragraph: bool = False


def plain(names: str) -> tuple[Shown, ...]:
    """Columns or lines that say a field and no more, by the fields' names."""
    return tuple(Shown(name) for name in names.split())


@dataclass(frozen=True, slots=True)
class Filter:
    """An option of the list besides --state and --unit: which records are meant. `every`: in whatever state.

    Without a test the option is one of the record's fields, or `field`: what is typed is read by what that is, several
    with commas, and means the records that have one of those. With a test it is given to that: as it is typed (yes or
    no without a metavar) or, with a `field` too, read like one."""

    name: str
    help: str = ""
    test: Callable[[Any, str], bool] | None = None
    metavar: str = ""
    every: bool = False
    field: str = ""

    @property
    def like(self) -> str:
        """The field that says what is typed; none where it stays as it is."""
        return self.field or ("" if self.test is not None else self.name)


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of a kind: its columns, which states it shows unless asked (`default`: a state or the name of a group),
    and what it says when there is nothing. `period`: the field that --month, --from and --to are about."""

    columns: tuple[Shown, ...]
    empty: Text
    default: str = "all"
    help: str = ""
    state_help: str = ""
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    order: Callable[[Any], Any] | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class Tables:
    """What a row of a table may say of a record: `fields` of a mapping. Where the kind has no import of its own, these
    are, besides the id, fields of the record or of its events; `events`: what happened, as the values of a row come to
    it, each with its fields; those it does not name are the record's own."""

    fields: tuple[str, ...] = ()
    events: Callable[[dict[str, Any]], list[tuple[str, dict[str, Any]]]] = lambda _values: []
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sole:
    """What one record of the kind has at a time: a card, the plate of a car. `field`: where it stands; `held(record,
    day)`: whether the record has it on that day; `alike`: a value as it is compared; `marks`: one of these stands in
    the file of every record that has it; `taken(holder, value, personal)`: who has it, and what can be done
    (`personal`: the personal fields of that record, as far as they can be opened)."""

    field: str
    held: Callable[[Any, date], bool]
    alike: Callable[[str], str]
    marks: tuple[bytes, ...]
    taken: Callable[[Any, str, Mapping[str, Any]], tuple[Text, Text | None]]


@dataclass(frozen=True, slots=True)
class Verb:
    """A command that is more than options that become one event. `where`: its module below propcli and the function;
    `help` where no step of that name has it."""

    name: str
    where: str
    help: str = ""


def function_at(where: str) -> Any:
    """The function that a declaration names: its module below propcli, and its name there."""
    module, _sign, name = where.partition(":")
    return getattr(import_module(f"propcli.{module}"), name)


def deferred(where: str) -> Callable[..., Any]:
    """The function at `where`, loaded when it is first called: the list of commands does not need it."""
    return lambda *given, **named: function_at(where)(*given, **named)


def no_notes(_record: Any, _here: Any) -> Iterable[Text]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One kind. `asked`: the fields a new record is asked for, in this order; `needed`: those it cannot be begun
    without though the model can; `asks`: how, where the field does not say it.

    `begins(change, fields, event, by)` completes the fields of a new record and of its first event (`completed`: fields
    that the model requires and that may be left to it); `before[event](change, record, fields)` looks at a
    step before it is taken and may put others before or after it, or a function of one of the modules `looks` that is
    named for the event does; `after(record, here)` says more of how it stands, and
    `lacking(record, here)`, last, what it lacks for what comes next. `begins` may return the steps that follow the
    first.
    `opening(record)`: the first event of a record whose file has none yet, or None.
    `names(change, record, who, by)`: how its events name somebody, where not as every other's do.
    `called(record, who, people)`: and how whoever they name is shown.
    `state_at(record, now)`: its state, where time alone changes it, of `states`.
    `labels` and `flags`: what stands before a value in the line of an event, and the words for yes and no; `untold`:
    fields that such a line leaves out; labels and untold by field, or as `event.field` for one event alone;
    `says[field](record, event, view)`: what it tells of a field that its type does not tell so (None: nothing).
    `sole`: what only one of them has at a time.
    `finds`: its texts in which `find` looks, besides whom and what it names.
    `checks(record, around)`: what keeps a record from being written besides its types and its life; `validates`: what
    is told of one that stands; `show(id, form, whole=…)`: a screen of its own. They are named by module and function,
    so that they are loaded only where they are needed. `headline(record)`: the record in one line, if not as
    everywhere; `heading(record, view)`: the first line of `show`, if not that. `explains(record, here)`: what
    `explain` says of it besides what is owed."""

    show_help: str
    listing: Listing | None = None
    tables: Tables = Tables()
    details: tuple[Shown, ...] = ()
    asked: tuple[str, ...] = ()
    needed: frozenset[str] = frozenset()
    asks: Mapping[str, Ask] = field(default_factory=dict)
    begins: Callable[..., Any] | None = None
    completed: frozenset[str] = frozenset()
    opening: Callable[[Any], dict[str, Any] | None] | None = None
    before: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    looks: tuple[str, ...] = ()
    after: Callable[[Any, Any], Iterable[Text]] = no_notes
    lacking: Callable[..., Any] = no_notes
    states: Vocabulary | None = None
    state_at: Callable[[Any, datetime], str] | None = None
    names: Callable[..., str] | None = None
    called: Callable[[Any, str, Any], Any] | None = None
    labels: Mapping[str, Text] = field(default_factory=dict)
    flags: Mapping[str, tuple[Text | None, Text | None]] = field(default_factory=dict)
    untold: frozenset[str] = frozenset()
    sole: Sole | None = None
    finds: tuple[str, ...] = ()
    says: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    headline: Callable[[Any], Text] | None = None
    heading: Callable[[Any, Any], Text] | None = None
    explains: Callable[[Any, Any], Iterable[Text | str]] = no_notes
    id_help: str = ""
    verbs: tuple[Verb, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)  # of verbs of two words: the first, and its help
    checks: str = ""
    validates: str = ""
    show: str = ""

    def before_step(self, event: str) -> Callable[..., Any] | None:
        """What looks at a step before it is taken, if anything does."""
        named = (getattr(import_module(f"propcli.{module}"), event, None) for module in self.looks)
        return self.before.get(event) or next(filter(None, named), None)

    @property
    def open_states(self) -> Collection[str]:
        """The states in which there is still something to do: those that the list shows unless asked otherwise."""
        if self.listing is None:
            return ()
        if self.listing.default == "all":
            return tuple(self.states or ())
        return self.listing.groups.get(self.listing.default, (self.listing.default,))
