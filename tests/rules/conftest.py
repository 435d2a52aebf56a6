"""What fails inside `asking` is shown as fully as what fails inside a test."""

import pytest

pytest.register_assert_rewrite(f"{__package__}.asking")
