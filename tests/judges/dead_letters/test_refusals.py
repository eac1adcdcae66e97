"""What `orders dlq` refuses or only announces. These are suites of tests/system/."""
# ruff: noqa: F401, F403 - pytest collects the imported tests

from tests.system.cli.dlq.test_damaged import *
from tests.system.cli.dlq.test_not_found import test_a_queue_that_is_not_there_is_one_line
from tests.system.cli.dlq.test_redrive import (
    test_without_confirm_a_redrive_tells_what_would_come_of_it_and_sends_nothing,
)
