"""Plain `git pull` merges records as `propcli sync` does: a merge driver in the repository's configuration, and a line
in the estate's .gitattributes that gives it the records."""

from pathlib import PurePosixPath

from propcli.store.history import History
from propcli.store.trees import run

ATTRIBUTES = PurePosixPath(".gitattributes")
LINE = "*.yaml merge=propcli"
CONFLICT = 40  # how `propcli merge-file` says that it left a conflict in the file
NAME = "records of propcli"
# where propcli is not there, or does not run, git merges line by line as it does without a driver
COMMAND = (
    "propcli merge-file %O %A %B %P; said=$?; "
    f"test $said -eq {CONFLICT} && exit 1; test $said -eq 0 && exit 0; "
    "git merge-file -L here -L before -L there %A %O %B || exit 1"
)


def installed(history: History) -> bool:
    """Whether git merges the records of the estate with propcli."""
    code, out, _error = run(history.root, ["config", "merge.propcli.driver"])
    return not code and out.decode("utf-8", "replace").strip() == COMMAND and attributed(history)


def attributed(history: History) -> bool:
    """Whether the records are given to the driver."""
    out = run(history.root, ["check-attr", "merge", "--", "tickets/x.yaml"])[1]
    return out.decode("utf-8", "replace").strip().endswith(": propcli")


def install(history: History) -> None:
    """Tell git of the driver, in the configuration of this repository. The line in .gitattributes belongs to the estate
    and is committed (`with_line`)."""
    for key, value in (("name", NAME), ("driver", COMMAND)):
        run(history.root, ["config", f"merge.propcli.{key}", value])


def with_line(attributes: bytes | None) -> bytes:
    """The content of .gitattributes with the line that gives records to the driver."""
    text = (attributes or b"").decode("utf-8", "surrogateescape")
    if LINE in text.splitlines():
        return attributes or b""
    if text and not text.endswith("\n"):
        text += "\n"
    return f"{text}{LINE}\n".encode("utf-8", "surrogateescape")
