"""`orders dlq` on the whole system, whose function processes what the command sends."""
# ruff: noqa: F401, F403 - pytest collects the imported tests

import pytest

from tests.judges.judge import Judge
from tests.system.cli.dlq.conftest import dlq, queues
from tests.system.cli.dlq.test_groups import test_groups_say_what_dead_letters_have_in_common
from tests.system.cli.dlq.test_history import *
from tests.system.cli.dlq.test_list import (
    test_each_dead_letter_is_listed_once_with_its_reason_and_none_is_lost_or_hidden,
)
from tests.system.cli.dlq.test_not_found import test_a_letter_that_is_not_there_is_said_to_be_unknown
from tests.system.cli.dlq.test_redrive import *
from tests.system.cli.dlq.test_redrive_failures import *
from tests.system.cli.dlq.test_selection import (
    test_letters_are_chosen_by_order_message_group_class_and_field,
    test_only_what_was_chosen_is_sent_and_the_rest_stays_as_it_is,
)
from tests.system.cli.dlq.test_show import (
    test_a_dead_letter_is_shown_with_its_flaw_its_attempts_and_its_attributes,
    test_the_forecast_of_a_letter_is_shown_beside_the_order_in_the_table,
)

pytestmark = pytest.mark.judged(Judge.LOCALSTACK, "dead-letter-tool")
