"""`orders dlq move` over a hand-written SQS. `make test-judges` tries it on ElasticMQ and LocalStack, too."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra.outputs import DeployedOutputs
from ops.cli.exit_codes import Exit
from ops.clients import Clients
from ops.system import System
from tests.support.command import Orders, run_orders
from tests.support.fake_history import FakeHistoryLog

DLQ, QUEUE = "https://sqs/1/OrderDLQ", "https://sqs/1/OrderQueue"


# AWS's answers, as LocalStack's tests recorded them (test_sqs_move_task.snapshot.json).
ALREADY_RUNNING = (
    "Value arn:aws:sqs:eu-west-1:1:OrderDLQ for parameter SourceArn is invalid. Reason: There is already a task "
    "running. Only one active task is allowed for a source queue arn at a given time."
)
NO_SOURCE = "Source queue must be configured as a Dead Letter Queue."


def error(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class FakeSQS:
    """The part of SQS that runs move tasks: one task at a time, and a list of tasks, newest first."""

    def __init__(self) -> None:
        self.tasks: list[dict[str, Any]] = []
        self.started: list[dict[str, Any]] = []
        self.has_just_ended = False
        self.has_source = True

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803 - SQS's names
        found = {
            "QueueArn": f"arn:aws:sqs:eu-west-1:1:{QueueUrl.rpartition('/')[2]}",
            "ApproximateNumberOfMessages": "1200",
            "ApproximateNumberOfMessagesNotVisible": "3",
        }
        return {"Attributes": {name: found[name] for name in AttributeNames}}

    def start_message_move_task(self, **arguments: Any) -> dict[str, Any]:
        if any(task["Status"] == "RUNNING" for task in self.tasks):
            raise error("InvalidParameterValue", ALREADY_RUNNING, "StartMessageMoveTask")
        if not self.has_source:
            raise error("InvalidParameterValue", NO_SOURCE, "StartMessageMoveTask")
        self.started.append(arguments)
        task = {"Status": "RUNNING", "TaskHandle": "handle"}
        self.tasks.insert(0, task | {"ApproximateNumberOfMessagesMoved": 3, "ApproximateNumberOfMessagesToMove": 9})
        return {"TaskHandle": "handle"}

    def list_message_move_tasks(self, SourceArn: str, MaxResults: int) -> dict[str, Any]:  # noqa: N803 - SQS's names
        assert (SourceArn, MaxResults) == ("arn:aws:sqs:eu-west-1:1:OrderDLQ", 10)
        return {"Results": self.tasks}

    def cancel_message_move_task(self, TaskHandle: str) -> dict[str, Any]:  # noqa: N803 - SQS's names
        assert TaskHandle == "handle"
        if self.has_just_ended:
            raise error("ResourceNotFoundException", "Task does not exist.", "CancelMessageMoveTask")
        self.tasks[0]["Status"] = "CANCELLED"
        return {"ApproximateNumberOfMessagesMoved": 3}


class FakeSystem(System):
    """A stack with clients that are written by hand."""

    def __init__(self) -> None:
        clients = SimpleNamespace(
            sqs=FakeSQS(),
            logs=FakeHistoryLog(),
            sts=SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::1:user/ann"}),
        )
        outputs = DeployedOutputs("dev", {"deadLetterQueueUrl": DLQ, "queueUrl": QUEUE, "logGroupName": "log"})
        super().__init__(outputs, cast("Clients", clients))

    @property
    def sqs(self) -> FakeSQS:
        return cast("FakeSQS", self.clients.sqs)

    @property
    def logs(self) -> FakeHistoryLog:
        return cast("FakeHistoryLog", self.clients.logs)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    system = FakeSystem()
    monkeypatch.setattr("ops.cli.dlq.move.find_system", lambda _stack: system)
    return system


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Orders:
    """Runs `orders dlq move`."""
    return lambda *arguments: run_orders(monkeypatch, capsys, "dlq", "move", *arguments)


def test_nothing_is_started_without_a_word_of_confirmation(system: FakeSystem, move: Orders) -> None:
    assert move("start", "--rate", "20").out == (
        "SQS would move about 1,203 letters, at most 20 a second\n"
        "`orders dlq groups` shows why they failed: edit or archive those that fail again\n"
        "nothing was started: add --confirm\n"
    )
    assert system.sqs.started == []


@pytest.mark.parametrize("rate", [1, 100, 500])
def test_sqs_moves_from_the_dead_letters_to_the_queue_as_fast_as_it_may(
    system: FakeSystem, move: Orders, rate: int
) -> None:
    assert move("start", "--confirm", "--rate", str(rate), "--reason", "calm again").code == Exit.DONE
    assert system.sqs.started == [
        {
            "SourceArn": "arn:aws:sqs:eu-west-1:1:OrderDLQ",
            "DestinationArn": "arn:aws:sqs:eu-west-1:1:OrderQueue",
            "MaxNumberOfMessagesPerSecond": rate,
        }
    ]
    begun, ended = system.logs.records
    assert (begun["history"], begun["step"], begun["why"]) == ("move start", "begun", "calm again")
    assert begun["rate"] == rate
    assert (ended["step"], ended["task"]) == ("ended", "handle")
    assert begun["who"].startswith("arn:aws:iam::1:user/ann")


@pytest.mark.parametrize("rate", ["0", "0.5", "501"])
def test_a_rate_that_sqs_does_not_accept_is_refused(system: FakeSystem, move: Orders, rate: str) -> None:
    ran = move("start", "--confirm", "--rate", rate)
    assert (ran.code, ran.out, system.sqs.started, system.logs.records) == (Exit.USAGE, "", [], [])
    assert "--rate" in ran.err


@pytest.mark.usefixtures("system")
def test_how_far_it_is_can_be_asked(move: Orders) -> None:
    none_yet = move("status")
    assert (none_yet.code, none_yet.err) == (Exit.INCOMPLETE, "SQS lists no move task of OrderDLQ\n")
    move("start", "--confirm")
    assert [line.split() for line in move("status").out.splitlines()] == [
        ["status", "moved", "of", "why"],
        ["RUNNING", "3", "9"],
    ]
    assert json.loads(move("status", "--json").out) == [{"status": "RUNNING", "moved": 3, "of": 9, "why": ""}]


def test_it_is_canceled_where_it_runs(system: FakeSystem, move: Orders) -> None:
    none_yet = move("cancel")
    assert (none_yet.code, none_yet.err) == (Exit.INCOMPLETE, "no move task is running\n")
    move("start", "--confirm")
    assert move("cancel").out == "canceled; about 3 were moved\n"
    assert system.sqs.tasks[0]["Status"] == "CANCELLED"
    assert move("cancel").err == "no move task is running\n"


def test_a_second_start_while_one_runs_is_one_line(system: FakeSystem, move: Orders) -> None:
    move("start", "--confirm")
    ran = move("start", "--confirm")
    assert (ran.code, ran.out) == (Exit.INCOMPLETE, "")
    assert ran.err == "a move task is running already: SQS runs one at a time\n"
    assert [record["step"] for record in system.logs.records] == ["begun", "ended", "begun", "stopped"]


def test_dead_letters_of_no_queue_are_not_moved_and_one_line_says_why(system: FakeSystem, move: Orders) -> None:
    system.sqs.has_source = False
    ran = move("start", "--confirm")
    assert (ran.code, ran.out) == (Exit.INCOMPLETE, "")
    assert ran.err.startswith("no queue has OrderDLQ as its dead-letter queue")
    assert [record["step"] for record in system.logs.records] == ["begun", "stopped"]


def test_cancelling_a_task_that_has_just_ended_is_one_line(system: FakeSystem, move: Orders) -> None:
    move("start", "--confirm")
    system.sqs.has_just_ended = True
    ran = move("cancel")
    assert (ran.code, ran.out, ran.err) == (Exit.INCOMPLETE, "", "the move task has ended, so nothing was canceled\n")


def test_it_knows_three_words(move: Orders) -> None:
    ran = move("stop")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert "stop" in ran.err
