"""`orders dlq` without a function that processes what it sends. These are suites of tests/system/."""
# ruff: noqa: F401, F403 - pytest collects the imported tests

from tests.system.cli.dlq.test_archive import *
from tests.system.cli.dlq.test_bulk_edit import (
    test_a_dry_run_forecasts_the_result_shows_three_differences_and_changes_nothing,
    test_edited_letters_keep_their_attributes_and_the_others_stay,
)
from tests.system.cli.dlq.test_edit import *
from tests.system.cli.dlq.test_message_group import *

del test_a_doubled_field_is_shown_twice_and_corrected  # noqa: F821 - test_expiry.py runs it
