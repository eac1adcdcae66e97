"""`orders dlq` killed and stopped at each of its steps. These are the suites of tests/system/."""
# ruff: noqa: F403 - pytest collects the imported tests

from tests.system.cli.dlq.killed.test_archive import *
from tests.system.cli.dlq.killed.test_redrive import *
from tests.system.cli.dlq.killed.test_restore import *
from tests.system.cli.dlq.killed.test_stopped import *
