"""How the house is built: imports point down, and the start is light."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import IDENTITY, Desk

PACKAGE = Path(__file__).parent.parent / "propcli"
# the floors of the house, from the ground: a module uses its own floor and those below
FLOORS = ("engine", "kinds", "store", "records", "desk", "rooms", "commands", "verbs", ".")
# of the small modules of kinds, those that the floors above know by name; the others are rooms like the large ones
SHARED = {"catalog", "declaration", "settings", "calendar", "staff"}
# in the folder of a large kind: what the record is, and what is typed and shown; the rest stands between
GROUND = {"words", "steps", "kind", "model", "life", "file", "warranty"}
TYPED = {"verbs", "step_verbs", "show", "move_in"}


def floor(module: str) -> int:
    """On which floor a module stands. `output` draws what it is given and stands beside `store`."""
    _propcli, *parts = module.split(".")
    if len(parts) < 2:
        return FLOORS.index(".")
    if parts[0] == "kinds" and len(parts) == 2:
        return FLOORS.index("kinds" if parts[1] in SHARED else "rooms")
    if parts[0] == "kinds":
        return FLOORS.index("kinds" if parts[2] in GROUND else "verbs" if parts[2] in TYPED else "rooms")
    return FLOORS.index("store" if parts[0] == "output" else parts[0])


MODULES = {
    ".".join(("propcli", *p.relative_to(PACKAGE).with_suffix("").parts)): p
    for p in PACKAGE.rglob("*.py")
    if p.name != "__init__.py"
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_down(module: str) -> None:
    """The verbs of the kinds → commands → rooms → desk → records → store → kinds → engine."""
    used = {name for name in imports(MODULES[module]) if name in MODULES}
    above = {name for name in used if floor(name) > floor(module)}
    assert not above, module


def test_there_is_no_circle_of_imports() -> None:
    """Nor one that an import inside a function would hide."""
    uses = {module: {n for n in imports(path) if n in MODULES and n != module} for module, path in MODULES.items()}
    while leaves := {module for module, used in uses.items() if not used & uses.keys()}:
        uses = {module: used for module, used in uses.items() if module not in leaves}
    assert not uses


@pytest.mark.parametrize("module", sorted(m for m in MODULES if floor(m) < FLOORS.index("commands")))
def test_rules_read_neither_the_clock_nor_the_environment(module: str) -> None:
    """The present time, the environment and the screen are parameters."""
    if module.split(".")[1] in ("store", "output"):
        return
    source = MODULES[module].read_text(encoding="utf-8")
    for word in ("datetime.now", "date.today", "time.time", "os.environ", "Path.cwd", "print(", "sys.std"):
        assert word not in source, f"{word} in {module}"


@pytest.mark.parametrize("path", list(PACKAGE.rglob("*.py")), ids=str)
def test_only_the_history_knows_git_and_nobody_typers_inside(path: Path) -> None:
    """GitPython in one module; click and typer's private modules nowhere."""
    used = imports(path)
    if path.name != "history.py":
        assert not any(name.split(".")[0] == "git" for name in used)
    assert not any(name.split(".")[0] == "click" or name.startswith("typer._") for name in used)


def modules_of(*arguments: str, folder: Path | None = None) -> set[str]:
    """Which modules a command line imports."""
    code = (
        "import sys; from propcli.__main__ import main; sys.argv = ['propcli', *sys.argv[1:]]; code = main(); "
        "sys.stderr.write('\\n'.join(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **IDENTITY, "PYTHONPATH": str(PACKAGE.parent), "PROPCLI_NOW": "2026-10-14T10:00:00+08:00"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_the_version_loads_nothing() -> None:
    """Asked for its version, the program imports two of its own modules and no library."""
    loaded = modules_of("--version")
    assert {name for name in loaded if name.startswith("propcli")} == {"propcli", "propcli.__main__"}
    assert not loaded & {"typer", "pydantic", "ruamel.yaml", "git", "tabulate"}


def test_reading_loads_neither_git_nor_locks(template: Path) -> None:
    """overdue reads: it starts no git, takes no lock, imports none of what those need; JSON needs no tables."""
    loaded = modules_of("overdue", "--format", "json", folder=template)
    assert not loaded & {"git", "tabulate", "rich", "babel", "python_calamine"}


def test_a_change_does_not_load_gitpython(desk: Desk) -> None:
    """It is there for reading the history and making repositories; a step asks git itself."""
    desk.add()
    assert "git" not in modules_of("ticket", "note", "001", "--text", "x", folder=desk.root)
    assert "git" in modules_of("audit", folder=desk.root)


def test_help_does_not_load_records() -> None:
    """Help is shown before anything heavy is imported."""
    assert not modules_of("ticket", "--help") & {"git", "tabulate", "rich", "ruamel.yaml", "propcli.kinds.ticket.model"}


@pytest.mark.parametrize("noun", ["unit", "resident"])
def test_the_help_of_a_kind_loads_no_models(noun: str) -> None:
    """The list of a kind's commands is made from words alone. (What typer itself loads is not ours.)"""
    heavy = {"ruamel.yaml", "git", "tabulate", "propcli.engine.record", "propcli.records.changing"}
    assert not modules_of(noun, "--help") & {*heavy, f"propcli.kinds.{noun}.model"}


def test_help_loads_no_models() -> None:
    """The list of commands names every command, and builds none of their models."""
    assert not modules_of("--help") & {"pydantic", "ruamel.yaml", "git", "tabulate", "pyrage"}


def test_a_ticket_is_taken_in_without_the_models_of_other_kinds(desk: Desk) -> None:
    """Renovation filings are looked at where something leaks, and nowhere else."""
    command = ("ticket", "add", "--kind", "repair", "--unit", "3-2-0501", "--name", "王丽", "--summary", "漏水")
    assert "propcli.kinds.renovation.model" not in modules_of(*command, "--category", "water", folder=desk.root)
    assert "propcli.kinds.renovation.model" in modules_of(*command, "--category", "leak", folder=desk.root)
