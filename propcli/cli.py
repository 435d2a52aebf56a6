"""The typer app: global options, the table of commands, and the one place where errors become messages.

Only the module of the command asked for is imported; the language is chosen before that, so that help is in it."""

import os
import re
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from propcli.output import language
from propcli.output.language import _, words

if TYPE_CHECKING:
    import typer

    from propcli.engine.problem import Refusal

# command: its module below propcli, with `register(app)`; the kinds of record come before these
COMMANDS = {
    "weather": "commands.weather",
    "dispatch": "commands.dispatch",
    "overdue": "commands.overdue",
    "due": "commands.overdue",
    "explain": "commands.explain",
    "report": "commands.report",
    "show": "commands.show",
    "edit": "commands.edit",
    "validate": "commands.validate",
    "audit": "commands.audit",
    "keys": "commands.keys",
    "import": "commands.importing",
    "find": "commands.find",
    "doctor": "commands.doctor",
    "sync": "commands.sync",
    "renumber": "commands.sync",
    "merge-file": "commands.mergefile",
    "init": "commands.init",
    "schema": "commands.schema",
}
GLOBAL = ("--estate", "--lang", "--at")


def run(arguments: list[str]) -> int:
    """Run a command line; the exit code."""
    from propcli.commands.session import Session, mutter, note, start
    from propcli.store import caller

    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller (>&-)
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for good
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - for good
    given, rest = hoist(arguments)
    language.use(_language(given))
    unfinished = [option for option, value in given.items() if value == ""]
    if unfinished:
        return _usage(_("{option} needs a value").format(option=unfinished[0]))
    if given.get("--lang") and given["--lang"].lower()[:2] not in ("en", "zh", "中文"):
        return _usage(_("--lang is en or zh"))
    try:
        folder = Path.cwd()
    except FileNotFoundError:
        mutter("propcli: " + _("the folder you are in is gone") + "\n")
        return 3
    start(Session(given.get("--estate"), given.get("--at"), dict(os.environ), folder))
    os.environ.pop("PROPCLI_PASSPHRASE", None)  # neither git nor its hooks nor an editor has to know it
    caller.start(_named(rest), [*rest, given.get("--at", "")], note, sys.stdin.isatty())
    code = _carried_out(rest)
    with suppress(KeyboardInterrupt):  # the answer is given
        caller.over()
    return code


def _named(rest: list[str]) -> str:
    """What the command is called: no word of its arguments, which may be somebody's name."""
    from propcli.kinds.catalog import KINDS

    words = [argument for argument in rest if not argument.startswith("-")][:2]
    grouped = words[:1] and (words[0] in KINDS or words[0] in ("report", "keys", "import"))
    safe = [word for word in words[: 2 if grouped else 1] if re.fullmatch(r"[a-z-]{1,20}", word)]
    return " ".join(["propcli", *safe])


def _carried_out(rest: list[str]) -> int:
    """Carry a command out; every error is a message and an exit code."""
    import typer
    from typer.exceptions import TyperException

    from propcli.commands.session import mutter, on_record, silence
    from propcli.engine.problem import Refusal
    from propcli.store import caller

    try:
        command = typer.main.get_command(_app(rest))
        result = command.main(rest, prog_name="propcli", standalone_mode=False)
        _flush()
        caller.answered()
        return result if isinstance(result, int) else 0
    except Refusal as refusal:
        return _refused(refusal)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
            sys.stdout.write(context.get_help() + "\n")
            return 2
        return _usage(error.format_message(), context.command_path if context else "propcli")
    except (KeyboardInterrupt, EOFError, typer.Abort):
        if caller.caller().recorded:
            mutter("\npropcli: " + _("interrupted; on record: {what}").format(what=on_record()) + "\n")
        else:
            mutter("\npropcli: " + _("interrupted; nothing was recorded") + "\n")
        return 130
    except SystemExit:
        # typer's answer to a closed pipe: the reader went away (| head)
        silence()
        return 0
    except OSError as error:
        silence()
        where = f"{error.filename}: " if error.filename else ""
        mutter(f"propcli: {where}{error.strerror or error}\n")
        if caller.caller().recorded:
            mutter("  " + _("on record all the same: {what}").format(what=on_record()) + "\n")
        return 3


def _flush() -> None:
    """What is printed goes out now: an error of that is told by whoever printed."""
    from propcli.commands.session import out

    out("")


def hoist(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Take the global options out of a command line, wherever they stand before `--`."""
    given: dict[str, str] = {}
    rest: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--":
            rest += [argument, *pending]
        elif argument in GLOBAL:
            given[argument] = next(pending, "")
        elif argument.split("=", 1)[0] in GLOBAL and "=" in argument:
            option, value = argument.split("=", 1)
            given[option] = value
        else:
            rest.append(argument)
    return given, rest


def _language(given: dict[str, str]) -> str:
    """--lang, else the estate's `language`, else the locale."""
    if given.get("--lang"):
        return language.choose(given["--lang"], {})
    start = Path(given.get("--estate") or os.environ.get("PROPCLI_ESTATE") or ".")
    try:
        folders = (
            [start] if given.get("--estate") or os.environ.get("PROPCLI_ESTATE") else [Path.cwd(), *Path.cwd().parents]
        )
        for folder in (*folders, start / "records"):
            marker = folder / "propcli.yaml"
            if marker.is_file():
                with marker.open(encoding="utf-8", errors="replace") as file:
                    peek = file.read(65536)
                # a peek: the words of help and errors are needed before the file can be read in earnest
                found = re.search(r"^language:\s*['\"]?(en|zh)\b", peek, re.M)
                if found:
                    return found[1]
                break
    except OSError:
        pass
    return language.choose(None, os.environ)


def _app(rest: list[str]) -> "typer.Typer":
    import typer

    from propcli.kinds.catalog import KINDS
    from propcli.usage import adopt

    app = typer.Typer(
        name="propcli",
        help=_("The office of a property service centre, in plain files under git."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )

    @app.callback()
    def options(
        estate: str | None = typer.Option(
            None, metavar="DIR", help=_("The estate's folder (else PROPCLI_ESTATE, else found).")
        ),
        at: str | None = typer.Option(None, metavar="TIME", help=_("Work as if it were this time.")),
        lang: str | None = typer.Option(None, metavar="en|zh", help=_("The language to print in.")),
        version: bool = typer.Option(False, "--version", help=_("Print the version.")),
    ) -> None:
        if version:
            from propcli import __version__

            print(f"propcli {__version__}")
            raise typer.Exit()

    words = [argument for argument in rest if not argument.startswith("-")]
    wanted = words[0] if words else None
    for kind in [KINDS[wanted]] if wanted in KINDS else [] if wanted in COMMANDS else KINDS.values():
        from propcli.commands import groups

        if wanted:
            groups.register(app, kind, words[1:])
        else:
            groups.named(app, kind)
    for name in [COMMANDS[wanted]] if wanted in COMMANDS else [] if wanted in KINDS else COMMANDS.values():
        import_module(f"propcli.{name}").register(app)
    adopt(app)
    return app


def _refused(refusal: "Refusal") -> int:
    from propcli.commands.session import complain, mutter

    err = mutter
    with suppress(OSError):
        _flush()
    if refusal.title is not None or len(refusal.reasons) > 1:
        err("propcli: " + (words(refusal.title) if refusal.title else _("refused")) + "\n")
        for reason in refusal.reasons:
            err(f"  - {words(reason)}\n")
    elif refusal.reasons:
        err(f"propcli: {words(refusal.reasons[0])}\n")
    complain(sorted(refusal.problems, key=lambda p: p.place))
    if refusal.hint is not None:
        err(f"  {words(refusal.hint)}\n")
    return refusal.code


def _usage(message: str, command: str = "propcli") -> int:
    from propcli.commands.session import mutter

    see = _("see: {command} --help").format(command=command)
    mutter(f"propcli: {message}\n  {see}\n")
    return 2
