"""The commands that show when a letter expires. ElasticMQ keeps every message: its queues have no retention period."""
# ruff: noqa: F401 - pytest collects the imported tests

from collections.abc import Iterator

import pytest

from ops.cli.exit_codes import Exit
from ops.clients import Clients
from tests.judges.dead_letters.queues import clients_over, judges_of
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, dead, fill
from tests.support.orders import body
from tests.system.cli.dlq.test_edit import test_a_doubled_field_is_shown_twice_and_corrected
from tests.system.cli.dlq.test_list import (
    test_a_list_of_many_dead_letters_has_each_once_oldest_first,
    test_after_ctrl_c_in_the_middle_of_a_list_all_letters_can_be_seen_again,
    test_what_somebody_else_holds_is_said_to_be_hidden,
)

CLAIM = "dead-letter-tool"


@pytest.fixture(scope="module", params=judges_of(CLAIM, "localstack"))
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    with clients_over(request.param, request) as clients:
        yield clients


@pytest.mark.parametrize("clients", judges_of(CLAIM, "elasticmq"), indirect=True)
@pytest.mark.parametrize("command", [("list",), ("show", "T-1")])
def test_a_queue_without_a_retention_period_is_one_line(
    dlq: Orders, queues: OrderQueues, command: tuple[str, ...]
) -> None:
    fill(queues, body("T-1"))
    ran = dlq(*command)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
    assert "has no MessageRetentionPeriod" in ran.err
    assert dead(queues) == [body("T-1")]
