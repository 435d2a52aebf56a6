"""`propcli init`: make an estate."""

from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from propcli.commands.session import complain, session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import N_, say
from propcli.output import language
from propcli.output.language import _, words

TEAMS = {
    "engineering": say("Engineering"),
    "security": say("Security"),
    "cleaning": say("Cleaning"),
    "greening": say("Greening"),
    "service": say("Service"),
}


def register(app: typer.Typer) -> None:
    app.command("init", help=_("Make an estate: its folder, settings, policy and calendar, in a git repository."))(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder; it is made if it is not there."))],
    name: Annotated[str | None, typer.Option(help=_("What the estate is called (else the folder's name)."))] = None,
    timezone: Annotated[str, typer.Option(help=_("Its time zone."))] = "Asia/Shanghai",
) -> int:
    from propcli.kinds.settings import Settings
    from propcli.records.validation import validate
    from propcli.store import driver, history, yamlfile
    from propcli.store.estate import MARKER, Estate
    from propcli.store.reading import load
    from propcli.store.transaction import operation

    root = session().folder / folder
    if (root / MARKER).exists():
        raise Refusal(say("{folder} is an estate already", folder=str(folder)))
    settings = {
        "format": 1,
        "name": name or root.resolve().name,
        "timezone": timezone,
        "language": language.current(),
        "teams": {code: {"name": words(title)} for code, title in TEAMS.items()},
    }
    text = yamlfile.dump(settings) + _(SETTINGS_HELP)
    record, problems = load(Settings, text.encode(), MARKER)
    if record is None:
        raise Refusal(*(p.what for p in problems))
    root.mkdir(parents=True, exist_ok=True)
    if not history.inside(root):
        history.init(root)
    defaults = files("propcli") / "defaults"
    with operation(root.resolve()) as op:
        op.write(PurePosixPath(MARKER), text.encode())
        for file in ("policy.yaml", "calendar.yaml"):
            if not (root / file).exists():
                op.write(PurePosixPath(file), (defaults / file).read_bytes())
        op.write(driver.ATTRIBUTES, driver.with_line(op.read(driver.ATTRIBUTES)))
        driver.install(op.history)
        op.commit(words(say("Begin the estate {name}", name=record.name)))
    (root / "staff").mkdir(exist_ok=True)
    estate = Estate(root)
    show(say("{name} begins in {folder}.", name=estate.settings.name, folder=str(folder)))
    show(
        say(
            "Next: write down who works here, one file each, and in propcli.yaml who sits at the desk. "
            "staff/zhang.wei.yaml:"
        )
    )
    show(STAFF_EXAMPLE)
    show(say("then take in the first ticket: propcli ticket add (in {folder})", folder=str(folder)))
    return 3 if complain(validate(estate)[1]) else 0


SETTINGS_HELP = N_(
    """\
# manager: chen.jing        who complaints and escalations end with
# desk: zhou.min            who is at the desk when a command does not say --by
# occupied_units: 486       for the complaint rate per 100 occupied homes
# a team's supervisor: supervisor: wang.gang below its name
"""
)
STAFF_EXAMPLE = """
    id: zhang.wei
    name: 张伟
    role: technician
    team: engineering
    skills: [water, electricity, leak]
    shifts:
    - days: [working]
      hours: 08:00-17:30
"""
