"""What fails inside `asking` is shown as fully as what fails inside a test; an estate that seals."""

import pytest

pytest.register_assert_rewrite(f"{__package__}.asking", f"{__package__}.cars")


@pytest.fixture
def sealed(homes):
    """The four homes, in an estate that seals names, phones and plates."""
    homes.write("propcli.yaml", (homes.root / "propcli.yaml").read_text("utf-8") + "sealed: [name, phones, plates]\n")
    homes.git("commit", "--quiet", "-am", "Seal")
    return homes
