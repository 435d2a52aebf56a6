"""A year of honest use raises no alarm; what was done by hand is told apart."""

import pytest

from tests.audit.honest import DatedDesk, year


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> DatedDesk:
    return year(tmp_path_factory.mktemp("year") / "estate")


def test_a_year_of_honest_use_raises_no_alarm(honest: DatedDesk) -> None:
    code, said = honest.verify()
    assert code == 0, said
    print(said)
