"""`propcli pass` and `propcli visitor`: what passes the gate [U9]."""

import typer

from propcli.commands import passes, visitors


def register(app: typer.Typer) -> None:
    passes.register(app)
    visitors.register(app)
