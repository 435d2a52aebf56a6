"""The command group of a kind of record, made from what the kind declares: to begin one, each step, `list`, `show`,
`edit`. Only the command that was asked for is made whole; for the list of commands, names and help are enough."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast

import typer

from propcli.commands import asking, options
from propcli.engine.lifecycle import Ask, Step
from propcli.engine.text import N_
from propcli.kinds.catalog import Kind
from propcli.kinds.declaration import Filter, Verb, function_at
from propcli.output.language import _

Function = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a group: its words, its help, and how its function is found."""

    name: str
    help: str
    make: Callable[[], Function]


def named(app: typer.Typer, kind: Kind) -> None:
    """Put a kind into the list of commands, by its name and help alone."""
    app.add_typer(typer.Typer(help=_(kind.help)), name=kind.name)


def register(app: typer.Typer, kind: Kind, typed: Sequence[str]) -> None:
    """Put the group of a kind on the app. `typed`: the words after the kind's name."""
    declared = kind.declared
    every = list(commands(kind))
    asked = [command for command in every if command.name.split() == [*typed][: len(command.name.split())]]
    group = typer.Typer(no_args_is_help=True, help=_(kind.help))
    inner: dict[str, typer.Typer] = {}
    for command in asked or every:
        *above, name = command.name.split()
        to = group
        if above:
            if above[0] not in inner:
                inner[above[0]] = typer.Typer(no_args_is_help=True, help=_(declared.groups[above[0]]))
                group.add_typer(inner[above[0]], name=above[0])
            to = inner[above[0]]
        to.command(name, help=_(command.help))(command.make() if asked else _nothing)
    app.add_typer(group, name=kind.name)


def _nothing() -> int:
    """Stands for a command in the list of commands."""
    return 0


def commands(kind: Kind) -> Iterable[Command]:
    """Every command of a kind: what begins a record, its steps in the order of its life, what is only its own, and
    what every kind has."""
    declared = kind.declared
    own = {verb.name: verb for verb in declared.verbs}
    whole = {step.verb: step for step in kind.steps.values()}
    found: dict[str, Command] = {}
    for each in kind.steps.values():
        step = whole.get(each.command, each)
        name = step.command
        if not name or name in found:
            continue
        if name in own:
            verb = own.pop(name)
            found[name] = Command(name, verb.help or step.help, _own(kind, verb, step))
        else:
            found[name] = Command(name, step.help, _step(kind, step))
    for verb in own.values():
        help_ = verb.help or (declared.show_help if verb.name == "show" else "")
        found[verb.name] = Command(verb.name, help_, _own(kind, verb))
    if declared.listing is not None and "list" not in found:
        found["list"] = Command("list", declared.listing.help, _list(kind))
    if "show" not in found:
        found["show"] = Command("show", declared.show_help, _show(kind))
    help_ = N_("Open the record in $EDITOR; it is saved only if it is valid.")
    found["edit"] = Command("edit", help_, _at("commands.edit:edit"))
    return found.values()


def _at(where: str) -> Callable[[], Function]:
    return lambda: cast(Function, function_at(where))


def _own(kind: Kind, verb: Verb, step: Step | None = None) -> Callable[[], Function]:
    """A command that has a function. Where that takes `**typed`, these are the fields of its step, or of a new record,
    that it does not ask for itself."""

    def make() -> Function:
        function = cast(Function, function_at(verb.where))
        own = list(inspect.signature(function).parameters.values())
        if not own or own[-1].kind is not inspect.Parameter.VAR_KEYWORD:
            return function
        from propcli.engine.fields import shapes

        if step is not None and step.after:
            known, asks, names = shapes(kind.event), step.asks, (*step.needs, *step.takes)
        else:
            known, asks, names = shapes(kind.model), kind.declared.asks, kind.declared.asked
        left = [name for name in names if name not in [p.name for p in own]]
        asked = [asking.parameter(known[name], asks.get(name, asking.NOTHING), False) for name in left]

        def run(**given: Any) -> int:
            return function(**given)

        return _signed(run, [*asked, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own[:-1])])

    return make


def _signed(function: Function, parameters: list[inspect.Parameter]) -> Function:
    """A function with the signature that typer is to read."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in parameters}
    return function


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _step(kind: Kind, step: Step) -> Callable[[], Function]:
    return lambda: begin(kind, step) if not step.after else take(kind, step)


def take(kind: Kind, step: Step) -> Function:
    """The command that lets a step happen: its options are the fields of the event."""
    from propcli.engine.fields import narrowed, shapes

    asked = [name for name in (*step.needs, *step.takes) if name not in step.fills]
    known = {
        name: narrowed(its, step.asks.get(name, asking.NOTHING).of)
        for name, its in shapes(kind.event).items()
        if name in asked
    }
    order = [name for name in asked if name in known]
    order.sort(key=lambda name: not step.asks.get(name, asking.NOTHING).argument)
    along = {name: shapes(kind.model)[name] for name in step.along}
    asks = {**step.asks, **step.along}

    def run(record_id: str, by: str | None = None, **typed: Any) -> int:
        from propcli.commands.session import session
        from propcli.commands.standing import show_change
        from propcli.records import changing

        here = session()
        extra = _extras(step, typed)
        given = asking.read(here, known | along, asks, typed)
        found = here.resident(record_id, "ID") if kind.name == "resident" else here.record_id(kind, record_id)
        of_record, of_event = asking.parted(kind, given, along, asks, found)
        given = of_event | of_record | {name: value for name, value in extra.items() if value}
        after, notes = changing.step(here, kind, found, by, step.event, given)
        show_change(after, notes)
        return 0

    parameters = [
        asking.parameter(known[name], ask, name in step.needs if ask.needed is None else ask.needed)
        for name in order
        for ask in (step.asks.get(name, asking.NOTHING),)
    ]
    parameters += [asking.parameter(along[name], ask, bool(ask.needed)) for name, ask in step.along.items()]
    parameters += [_extra(name, ask) for name, ask in step.extra.items()]
    return _signed(run, [_parameter("record_id", options.Id), *parameters, _parameter("by", options.By, None)])


def _extra(name: str, ask: Ask) -> inspect.Parameter:
    """An option that is no field: a text where it has a metavar, else yes or no."""
    info = typer.Option(ask.option or "--" + name.replace("_", "-"), metavar=_(ask.metavar) or None, help=_(ask.help))
    if not ask.metavar:
        return _parameter(name, Annotated[bool, info], False)
    kind: Any = list[str] if ask.several else str
    return _parameter(name, Annotated[kind if ask.needed else kind | None, info], *([] if ask.needed else [None]))


def _extras(step: Step, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed for a step's options that are no fields, taken out of the rest."""
    found = {}
    for name, ask in step.extra.items():
        value = typed.pop(name)
        if value:
            found[name] = options.secret(value, _(ask.secret)) if ask.secret else value
    return found


def begin(kind: Kind, step: Step) -> Function:
    """The command that begins a record: its options are fields of the record and of its first event."""
    from propcli.engine.fields import shapes

    declared = kind.declared
    of_record, of_event = shapes(kind.model), shapes(kind.event)
    asked = {name: of_record[name] for name in declared.asked}
    besides = {n: of_event[n] for n in (*step.needs, *step.takes) if n not in (*asked, *step.fills)}
    known, asks = {**asked, **besides}, {**declared.asks, **step.asks}
    numbered = bool(kind.prefix)

    def run(record_id: str | None = None, by: str | None = None, **typed: Any) -> int:
        from propcli.commands.session import session
        from propcli.commands.standing import show_change
        from propcli.records import changing

        here = session()
        here.happened()
        if record_id is not None:
            options.typed(kind.model, {"id": record_id}, {"id": "ID"})
        extra = _extras(step, typed)
        given = asking.read(here, known, asks, typed)
        fields, event = asking.parted(kind, given, asked, asks)
        made, notes = changing.begin(here, kind, record_id, by, step.event, fields | extra, event)
        show_change(made, notes)
        return 0

    needed = {name for name, its in asked.items() if its.required and name not in declared.completed} | declared.needed
    needed |= {name for name in step.needs if name in besides}
    parameters = [asking.parameter(its, asks.get(name, asking.NOTHING), name in needed) for name, its in known.items()]
    parameters.sort(key=lambda p: p.default is not inspect.Parameter.empty)
    parameters += [_extra(name, ask) for name, ask in step.extra.items()]
    id_ = Annotated[str, typer.Argument(metavar="ID", help=_(declared.id_help))]
    first = [] if numbered else [_parameter("record_id", id_)]
    return _signed(run, [*first, *parameters, _parameter("by", options.By, None)])


def _list(kind: Kind) -> Callable[[], Function]:
    def make() -> Function:
        listing = kind.declared.listing
        assert listing is not None

        def run(
            state: list[str] | None, unit: str | None = None, reveal: bool = False, format: str = "table", **typed: Any
        ) -> int:
            from propcli.commands.listing import list_records

            return list_records(kind, state, unit, typed, reveal, format)

        parameters = [
            _parameter(
                "state",
                Annotated[list[str] | None, typer.Option("--state", metavar="STATE", help=_(listing.state_help))],
                None,
            )
        ]
        if "unit" in kind.model.model_fields:
            help_ = _("A unit, or the beginning of one: 3-2.")
            parameters.append(_parameter("unit", Annotated[str | None, typer.Option("--unit", help=help_)], None))
        parameters += [_filter(kind, one) for one in listing.filters]
        if listing.period:
            span = {"month": options.Month, "start": options.From, "end": options.To}
            parameters += [_parameter(name, annotation, None) for name, annotation in span.items()]
        parameters += [_parameter("reveal", options.Reveal, False), _parameter("format", options.Format, "table")]
        return _signed(run, parameters)

    return make


def _filter(kind: Kind, one: Filter) -> inspect.Parameter:
    if one.like:
        from propcli.commands.listing import filtered

        return asking.parameter(filtered(kind, one), Ask(help=one.help, metavar=one.metavar), False)
    kind_of_option: Any = (str | None) if one.metavar else bool
    info = typer.Option(f"--{one.name}", metavar=one.metavar or None, help=_(one.help))
    return _parameter(one.name, Annotated[kind_of_option, info], None if one.metavar else False)


def _show(kind: Kind) -> Callable[[], Function]:
    def make() -> Function:
        def run(record_id: str, whole: bool = False, format: str = "table") -> int:
            from propcli.commands.session import session
            from propcli.commands.showing import show_any

            return show_any(kind, session().record_id(kind, record_id), options.form(format), whole)

        whole = [_parameter("whole", options.Whole, False)] if kind.declared.show else []
        parameters = [_parameter("record_id", options.Id), *whole, _parameter("format", options.Format, "table")]
        return _signed(run, parameters)

    return make
