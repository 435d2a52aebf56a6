"""The JSON Schemas: in step with the models, and of one mind with `validate`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from propcli.commands.schema import schemas
from tests.conftest import Desk

ROOT = Path(__file__).parent.parent
KINDS = (
    "ticket",
    "unit",
    "resident",
    "renovation",
    "pass",
    "visitor",
    "staff",
    "parking",
    "access",
    "stay",
    "policy",
    "calendar",
    "settings",
    "mapping",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_repository_is_the_models(kind: str) -> None:
    """`make schemas` after a change of a model."""
    assert json.loads((ROOT / "schemas" / f"{kind}.json").read_text(encoding="utf-8")) == schemas()[kind]


def test_there_is_a_schema_for_every_kind_and_no_other() -> None:
    """Nothing left over from a kind that is gone."""
    assert {path.stem for path in (ROOT / "schemas").glob("*.json")} == set(schemas()) == set(KINDS)


def check(kind: str, *files: Path) -> int:
    """What the independent validator says: 0 good, 1 bad."""
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(ROOT / "schemas" / f"{kind}.json")]
    return subprocess.run([*command, *map(str, files)], capture_output=True, check=False).returncode


@pytest.mark.slow
def test_both_validators_accept_the_sample_estate() -> None:
    """Every record of records/ is good to check-jsonschema and to `validate`."""
    records = ROOT / "records"
    assert Desk(records).run("validate", PROPCLI_NOW="2026-10-31T18:00:00+08:00").code == 0
    assert check("ticket", *records.glob("tickets/**/*.yaml")) == 0
    assert check("staff", *records.glob("staff/*.yaml")) == 0
    for kind, file in (("policy", "policy.yaml"), ("calendar", "calendar.yaml"), ("settings", "propcli.yaml")):
        assert check(kind, records / file) == 0


GOOD = """\
id: T-20261014-001
kind: repair
category: water
urgency: normal
status: waiting
channel: phone
reported: 2026-10-14T10:00:00+08:00
unit: '3-2-0501'
summary: 水管漏水
caller:
  name: 王丽
  phone: '13800138000'
acceptor: zhou.min
events:
- at: 2026-10-14T10:00:00+08:00
  by: zhou.min
  event: accepted
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("kind: repair", "kind: repiar"),
        ("urgency: normal\n", ""),
        ("status: waiting", "status: open"),
        ("2026-10-14T10:00:00+08:00", "2026-10-14"),
        ("unit: '3-2-0501'", "unit: 0501"),
        ("summary: 水管漏水", "summary: ''"),
        ("caller:", "colour: red\ncaller:"),
        ("event: accepted", "event: acepted"),
        ("event: accepted", "event: accepted\n  rating: 6"),
        ("event: accepted", "event: accepted\n  solved: 'no'"),
        ("events:", "events: []\nevents_:"),
        ("T-20261014-001", "T-1"),
        ("zhou.min", "Zhou Min"),
    ],
)
def test_both_validators_agree_on_a_record(desk: Desk, old: str, new: str) -> None:
    """Good or bad, by the schema alone, the two come to the same verdict."""
    file = desk.write("tickets/2026/10/T-20261014-001.yaml", GOOD.replace(old, new, 1) if old else GOOD)
    ours = desk.run("validate").code
    assert (ours, check("ticket", file)) == ((0, 0) if not old else (3, 1))
