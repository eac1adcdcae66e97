"""Orders and their events on the whole system."""
# ruff: noqa: F403 - pytest collects the imported tests

import pytest

from tests.judges.judge import Judge
from tests.system.test_events import *
from tests.system.test_flow import *

pytestmark = pytest.mark.judged(Judge.LOCALSTACK, "poison-order", "changes-in-stream")
