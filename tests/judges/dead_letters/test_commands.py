"""`orders dlq` without a function that processes what it sends. These are suites of tests/system/."""
# ruff: noqa: F401, F403 - pytest collects the imported tests

import pytest

from ops.cli.exit_codes import Exit
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, dead, fill
from tests.support.orders import body
from tests.system.cli.dlq.test_archive import *
from tests.system.cli.dlq.test_edit import *
from tests.system.cli.dlq.test_list import (
    test_a_list_of_many_dead_letters_has_each_once_oldest_first,
    test_after_ctrl_c_in_the_middle_of_a_list_all_letters_can_be_seen_again,
    test_what_somebody_else_holds_is_said_to_be_hidden,
)
from tests.system.cli.dlq.test_message_group import *

SHOW_WHEN_A_LETTER_EXPIRES = {
    "test_a_doubled_field_is_shown_twice_and_corrected",
    "test_a_list_of_many_dead_letters_has_each_once_oldest_first",
    "test_after_ctrl_c_in_the_middle_of_a_list_all_letters_can_be_seen_again",
    "test_what_somebody_else_holds_is_said_to_be_hidden",
}


@pytest.fixture(autouse=True)
def retention_period(request: pytest.FixtureRequest) -> None:
    if request.node.originalname in SHOW_WHEN_A_LETTER_EXPIRES and "elasticmq" in request.node.name:
        pytest.skip("ElasticMQ keeps every message: its queues have no retention period")


@pytest.mark.parametrize("command", [("list",), ("show", "T-1")])
def test_a_queue_without_a_retention_period_is_one_line(
    request: pytest.FixtureRequest, dlq: Orders, queues: OrderQueues, command: tuple[str, ...]
) -> None:
    if "localstack" in request.node.name:
        pytest.skip("LocalStack has it")
    fill(queues, body("T-1"))
    ran = dlq(*command)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
    assert "has no MessageRetentionPeriod" in ran.err
    assert dead(queues) == [body("T-1")]
