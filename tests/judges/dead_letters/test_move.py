"""`orders dlq move` over queues that have move tasks. The emulator has none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.clients import Clients
from ops.queues import arn_of_queue
from tests.judges.dead_letters.queues import clients_over, judges_of
from tests.support.command import Orders, find_system, run_orders
from tests.support.dead_letters import OrderQueues, fill
from tests.support.orders import body
from tests.support.waiting import eventually

CLAIM = "move-task"


@pytest.fixture(scope="module", params=judges_of(CLAIM))
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    with clients_over(request.param, request) as clients:
        yield clients


@pytest.fixture
def queues(clients: Clients) -> OrderQueues:
    """OrderQueue with OrderDLQ as its dead-letter queue: SQS moves only from queues that are one."""
    queues = OrderQueues.make(clients)
    target = arn_of_queue(clients.sqs, queues.dead_letters)
    policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 3})
    clients.sqs.set_queue_attributes(QueueUrl=queues.source, Attributes={"RedrivePolicy": policy})
    return queues


@pytest.fixture
def move(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, queues: OrderQueues
) -> Orders:
    """Run `orders dlq move`."""
    find_system(monkeypatch, tmp_path, queues.clients.emulator_url, queues.outputs)
    return lambda *arguments: run_orders(monkeypatch, capsys, "dlq", "move", *arguments)


def bodies(queues: OrderQueues, url: str) -> list[str]:
    return sorted(letter.body for letter in queues.letters_in(url))


NO_TASK = "SQS lists no move task of OrderDLQ\n"
CANCELED = {"elasticmq": NO_TASK, "localstack": "CANCELLED"}
"""The status of a canceled move task, by judge. ElasticMQ forgets it."""


def status(move: Orders) -> str:
    """The status of the latest move task, or the error if none is listed."""
    ran = move("status", "--json")
    return str(json.loads(ran.out)[0]["status"]) if ran.code == Exit.DONE else ran.err


def test_all_dead_letters_are_moved_and_the_status_says_so(move: Orders, queues: OrderQueues) -> None:
    letters = fill(queues, *(body(f"O-{number}") for number in range(12)))
    assert move("start", "--confirm", "--rate", "500").code == Exit.DONE
    eventually(lambda: status(move) == "COMPLETED", "the end of the move task")
    assert bodies(queues, queues.source) == sorted(letter.body for letter in letters)
    assert bodies(queues, queues.dead_letters) == []


def test_a_second_start_while_one_runs_is_one_line_and_a_canceled_task_leaves_the_rest(
    request: pytest.FixtureRequest, move: Orders, queues: OrderQueues
) -> None:
    letters = fill(queues, *(body(f"O-{number}") for number in range(12)))
    assert move("start", "--confirm", "--rate", "1").code == Exit.DONE
    again = move("start", "--confirm")
    assert (again.code, again.err) == (Exit.INCOMPLETE, "a move task is running already: SQS runs one at a time\n")
    assert status(move) == "RUNNING"
    assert move("cancel").code == Exit.DONE
    canceled = CANCELED[request.node.callspec.params["clients"]]
    eventually(lambda: status(move) == canceled, "the end of the move task")
    moved, left = bodies(queues, queues.source), bodies(queues, queues.dead_letters)
    assert sorted(moved + left) == sorted(letter.body for letter in letters)
    assert left
    assert move("cancel").err == "no move task is running\n"


def test_before_the_first_task_there_is_none_to_show(move: Orders) -> None:
    none_yet = move("status")
    assert (none_yet.code, none_yet.err) == (Exit.INCOMPLETE, NO_TASK)


@pytest.mark.parametrize("clients", judges_of(CLAIM, "localstack"), indirect=True)
def test_dead_letters_of_no_queue_are_not_moved_and_one_line_says_why(move: Orders, queues: OrderQueues) -> None:
    # ElasticMQ moves from any queue.
    queues.clients.sqs.set_queue_attributes(QueueUrl=queues.source, Attributes={"RedrivePolicy": ""})
    refused = move("start", "--confirm")
    assert (refused.code, refused.out, len(refused.err.splitlines())) == (Exit.INCOMPLETE, "", 1), refused
    assert refused.err.startswith("no queue has OrderDLQ as its dead-letter queue")


def test_a_dead_letter_queue_that_does_not_exist_is_one_line(move: Orders, queues: OrderQueues) -> None:
    queues.clients.sqs.delete_queue(QueueUrl=queues.dead_letters)
    missing = move("start", "--confirm")
    assert (missing.code, missing.out, len(missing.err.splitlines())) == (Exit.NO_ACCESS, "", 1), missing
