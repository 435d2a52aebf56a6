"""The honest year, made once, and copies of it to be forged."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit.forging import Forger
from tests.audit.honest import DatedDesk, year


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> DatedDesk:
    """Verified once: whoever copies it has what a verification leaves."""
    desk = year(tmp_path_factory.mktemp("year") / "estate")
    assert desk.verify()[0] == 0
    desk.git("repack", "-adq")  # a copy is quicker then
    return desk


@pytest.fixture
def forger(honest: DatedDesk, tmp_path: Path) -> Iterator[Forger]:
    """A copy of the honest year and what is needed to forge it."""
    shutil.copytree(honest.root, tmp_path / "estate", symlinks=True)
    desk = DatedDesk(tmp_path / "estate")
    desk.now = honest.now
    yield Forger(desk)
