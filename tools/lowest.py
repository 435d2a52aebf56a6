"""The lowest versions that pyproject.toml admits, as constraints for pip: each `>=` read as `==`. Needs no library."""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def lowest(requirement: str) -> str:
    """A requirement held to its lower bound. One without a bound would be tested by chance, so it is refused."""
    parts = re.fullmatch(r"(?P<name>[\w.-]+)(\[[\w,-]+\])?>=(?P<version>[\w.]+)", requirement)
    if parts is None:
        raise SystemExit(f"pyproject.toml: {requirement}: not of the form name>=version")
    return f"{parts['name']}=={parts['version']}"


def main() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    for requirement in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        sys.stdout.write(lowest(requirement) + "\n")


if __name__ == "__main__":
    main()
