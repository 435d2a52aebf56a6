"""`propcli audit show` and `audit as-of`: one commit as it is, and the estate as it was."""

import typer


def register(group: typer.Typer) -> None:
    pass
