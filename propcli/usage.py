"""What is wrong with a command line, in our words, and help in the language chosen.

typer says it in English sentences that change with its versions. They are not taken apart: the commands are made of the
classes here, which see what typer raises where it is raised, with what was typed at hand."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, get_args, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from propcli.output.language import _


class Wrong(TyperException):
    """A command line that cannot be used; the message is for whoever typed it."""

    def __init__(self, message: str, context: Any) -> None:
        super().__init__(message)
        self.ctx = context


class _Ours:
    """What is said the same of commands and of groups."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """typer's own, but for the one word it does not translate."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), _("Usage:") + " ")

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help, which typer describes in English only."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this message and exit.")
        return option


class Command(_Ours, TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _explained(self, ctx, args):
            return super().parse_args(ctx, args)


class Group(_Ours, TyperGroup):
    """A group may say (as its `obj`) which of its commands is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        meant = self.context_settings.get("obj")
        if isinstance(meant, str) and not {*args[:1]} & {*self.commands, "--help", "-h"}:
            args.insert(0, meant)
        given = list(args)
        with _explained(self, ctx, args):
            rest = super().parse_args(ctx, args)
        if not _parsed(self, ctx, given)[1]:
            raise Wrong(_("a command is missing"), ctx)
        return rest

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except Wrong:
            raise
        except TyperException:
            close = ", ".join(repr(name) for name in get_close_matches(args[0], self.commands))
            said = _("there is no command {name}").format(name=_shown(args[0])) + _close(close)
            raise Wrong(said, ctx) from None


def adopt(app: typer.Typer) -> None:
    """Let the commands and groups of an app be made of these classes."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.cls = Group
            adopt(group.typer_instance)


@contextmanager
def _explained(command: Any, context: Any, args: Iterable[str]) -> Iterator[None]:
    """What typer raises meanwhile is said in our words. A kind we do not know stays as it is."""
    given = list(args)  # typer takes them away one by one
    try:
        yield
    except TyperException as error:
        said = _said(error, command, context, given)
        if said is None:
            raise
        raise Wrong(said, getattr(error, "ctx", None)) from error


def _said(error: Any, command: Any, context: Any, given: list[str]) -> str | None:
    """A message for an exception, from its kind and what it carries."""
    if hasattr(error, "possibilities"):
        option = _shown(error.option_name)
        return _("there is no option {option}").format(option=option) + _close(
            ", ".join(sorted(error.possibilities or ()))
        )
    if hasattr(error, "option_name"):
        known = [p for p in command.get_params(context) if error.option_name in p.opts]
        flag = any(getattr(p, "is_flag", False) for p in known)
        said = _("{option} takes no value") if flag else _("{option} needs a value")
        return said.format(option=_shown(error.option_name))
    if isinstance(error, typer.BadParameter):
        return _said_of_value(error, command, context, given)
    extra = _parsed(command, context, given)[1] if given else []
    return _("{what} is one word too many").format(what=_shown(" ".join(extra))) if extra else None


def _said_of_value(error: Any, command: Any, context: Any, given: list[str]) -> str | None:
    param = error.param
    if param is None:
        return None
    is_option = param.param_type_name == "option"
    name = " / ".join(param.opts) if is_option else param.metavar or param.name.upper()
    if hasattr(error, "param_type"):  # there is no value
        return (
            _("the option {option} is missing").format(option=name)
            if is_option
            else _("{name} is missing").format(name=name)
        )
    typed = _parsed(command, context, given)[0].get(param.name)
    values = typed if isinstance(typed, list | tuple) else [typed]
    wrong = [str(value) for value in values if value is not None and not _is_number(value)]
    if wrong and _wants_number(get_type_hints(command.callback).get(param.name)):
        return _("{option}: {value} is not a number").format(option=name, value=_shown(wrong[0]))
    return _("{option}: {what}").format(option=name, what=error.message)


def _parsed(command: Any, context: Any, given: list[str]) -> tuple[dict[str, Any], list[str]]:
    """What was typed for each parameter, and what is left over."""
    values, left, _order = command.make_parser(context).parse_args(list(given))
    return values, left


def _wants_number(annotation: Any) -> bool:
    return annotation in (int, float) or any(_wants_number(part) for part in get_args(annotation))


def _is_number(typed: Any) -> bool:
    try:
        int(typed)
    except ValueError:
        return False
    return True


def _close(names: str) -> str:
    return _(" (did you mean {close}?)").format(close=names) if names else ""


def _shown(typed: str) -> str:
    """What was typed, without what would act on the terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in typed)
