"""A system with two tables in memory."""

import pytest

from tests.support.fake_tables import RecoveredSystem


@pytest.fixture
def recovered() -> RecoveredSystem:
    return RecoveredSystem()
