"""The fake store passes the suite that the real one passes."""

from collections.abc import Callable
from typing import Any

import pytest

from handler.contract import PARTITION_KEY
from tests.support.orders import FakeStore
from tests.support.store_suite import StoreSuite


class TestTheFake(StoreSuite):
    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()

    @pytest.fixture
    def item(self, store: FakeStore) -> Callable[[str], Any]:
        return lambda order_id: next((item for item in store.items if item[PARTITION_KEY] == order_id), None)
