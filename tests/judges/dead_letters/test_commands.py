"""`orders dlq` without a function that processes what it sends. These are suites of tests/system/."""
# ruff: noqa: F403 - pytest collects the imported tests

from tests.system.cli.dlq.test_archive import *
from tests.system.cli.dlq.test_edit import *
from tests.system.cli.dlq.test_message_group import *

del test_a_doubled_field_is_shown_twice_and_corrected  # noqa: F821 - test_expiry.py runs it
