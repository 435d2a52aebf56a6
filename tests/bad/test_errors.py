"""Every bad record of tests/errors/ in an estate: `validate` says exactly what stands beside it.

A file's first line says where in the estate it belongs. PROPCLI_WRITE_EXPECTED=1 writes the .expected files anew;
read them, as a clerk would, before they are committed."""

import os
from pathlib import Path

import pytest
from conftest import Desk

ERRORS = Path(__file__).parent.parent / "errors"
CASES = sorted(path.stem for path in ERRORS.glob("*.yaml"))
TICKET = "tickets/2026/10/T-20261014-001.yaml"
# files that cannot begin with a comment
PLACES = {"bom": TICKET, "utf-16": TICKET, "empty": TICKET}

# the good ticket beside the bad one
NEIGHBOUR = """\
id: T-20261013-001
kind: repair
category: water
urgency: normal
status: waiting
channel: phone
reported: 2026-10-13T09:00:00+08:00
unit: '3-2-0502'
summary: 水表漏水
source:
  system: legacy
  id: '77'
events:
- at: 2026-10-13T09:00:00+08:00
  by: import
  event: imported
"""


def place_of(case: str) -> str:
    """Where in the estate a bad file belongs."""
    first = (ERRORS / f"{case}.yaml").read_bytes().split(b"\n", 1)[0]
    return PLACES.get(case) or first.removeprefix(b"# place: ").decode()


@pytest.mark.parametrize("case", CASES)
def test_validate_says_exactly_what_is_wrong(desk: Desk, case: str) -> None:
    """In English to the letter; in Chinese there are words for it, and the same verdict."""
    desk.write("tickets/2026/10/T-20261013-001.yaml", NEIGHBOUR)
    desk.write(place_of(case), (ERRORS / f"{case}.yaml").read_bytes())
    before = desk.snapshot()
    result = desk.run("validate", at="2027-02-01T10:00:00+08:00" if case.startswith("filing-") else None)
    expected = ERRORS / f"{case}.expected"
    if os.environ.get("PROPCLI_WRITE_EXPECTED"):
        expected.write_text(result.all, "utf-8")
    assert result.all == expected.read_text("utf-8")
    assert result.code == 3
    desk.language = "zh"
    chinese = desk.run("validate")
    assert chinese.code == 3
    assert chinese.all.count(f"{place_of(case)}:") == result.all.count(f"{place_of(case)}:")
    assert desk.snapshot() == before


def test_every_bad_record_has_its_message() -> None:
    assert {path.stem for path in ERRORS.glob("*.expected")} == set(CASES)
