"""`propcli audit anchor`: the last commit, to be kept where nobody who rewrites the history can reach it."""

from pathlib import Path
from typing import Annotated

import typer

from propcli.commands.session import out, session, show
from propcli.engine.problem import Refusal
from propcli.engine.text import say
from propcli.output.language import _


def register(group: typer.Typer) -> None:
    group.command(
        "anchor",
        help=_("Print or keep elsewhere which commit is the last: what leads to it cannot be rewritten unseen."),
    )(anchor)


def anchor(
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE|DIR", help=_("Keep it in a file, or in a new one of this folder.")),
    ] = None,
    sign: Annotated[
        bool, typer.Option("--sign", help=_("Sign the file with the key git signs with (ssh, gpg)."))
    ] = False,
    timestamp: Annotated[
        str | None,
        typer.Option("--timestamp", metavar="URL", help=_("Have a time stamping authority stamp the file (RFC 3161).")),
    ] = None,
) -> int:
    from propcli.commands.past import the_past
    from propcli.store import anchors

    here = session()
    past = the_past()
    head = past.head()
    if not head:
        raise Refusal(say("there is no commit yet"), code=3)
    for option, given in (("--sign", sign), ("--timestamp", timestamp)):
        if given and to is None:
            raise Refusal(say("{option} needs --to: it makes a file beside the anchor's", option=option))
    ids = past.ids(head)
    looks = len(past.about(head, None, ["Event: revealed"]))
    made = anchors.Anchor(head, next(iter(past.deeds([head]))).committer.at, len(ids), looks)
    text = anchors.text(here.estate.settings.name, made)
    if to is None:
        out(text)
        return 0
    name = to / f"{made.at:%Y%m%d-%H%M%S}-{head[:10]}{anchors.ENDING}" if (here.folder / to).is_dir() else to
    file = here.folder / name
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise Refusal(say("{file} is there already; an anchor is never written over", file=str(name))) from None
    show(say("{commit} is anchored in {file}.", commit=head[:10], file=str(name)))
    if not here.outside(file):
        show(say("It lies in a repository: keep a copy where nobody who can change this one can change it."))
    if sign:
        show(say("Its signature is {file}.", file=str(name.with_name(anchors.sign(file, past.config()).name))))
    if timestamp:
        show(say("Its time stamp is {file}.", file=str(name.with_name(anchors.stamp(file, timestamp).name))))
    return 0
