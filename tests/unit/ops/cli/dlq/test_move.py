"""SQS's own move of dead letters, over a hand-written SQS: neither the emulator nor moto has it."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ops.commands.dead_letters.native import native_move
from ops.errors import Exit, UserError
from ops.system import System

DLQ, QUEUE = "https://sqs/1/OrderDLQ", "https://sqs/1/OrderQueue"


class FakeSQS:
    """What SQS does of it: one task at a time, and a list of them, the newest first."""

    def __init__(self) -> None:
        self.tasks: list[dict[str, Any]] = []
        self.started: list[dict[str, Any]] = []

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803 - SQS's names
        assert AttributeNames == ["QueueArn"]
        return {"Attributes": {"QueueArn": f"arn:aws:sqs:eu-west-1:1:{QueueUrl.rpartition('/')[2]}"}}

    def start_message_move_task(self, **arguments: Any) -> dict[str, Any]:
        self.started.append(arguments)
        task = {"Status": "RUNNING", "TaskHandle": "handle"}
        self.tasks.insert(0, task | {"ApproximateNumberOfMessagesMoved": 3, "ApproximateNumberOfMessagesToMove": 9})
        return {"TaskHandle": "handle"}

    def list_message_move_tasks(self, SourceArn: str, MaxResults: int) -> dict[str, Any]:  # noqa: N803 - SQS's names
        assert (SourceArn, MaxResults) == ("arn:aws:sqs:eu-west-1:1:OrderDLQ", 10)
        return {"Results": self.tasks}

    def cancel_message_move_task(self, TaskHandle: str) -> dict[str, Any]:  # noqa: N803 - SQS's names
        assert TaskHandle == "handle"
        self.tasks[0]["Status"] = "CANCELLED"
        return {"ApproximateNumberOfMessagesMoved": 3}


class FakeLogs:
    """Takes the history."""

    exceptions = SimpleNamespace(ResourceAlreadyExistsException=KeyError)

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def create_log_stream(self, **_: Any) -> None:
        if self.records:
            raise KeyError

    def put_log_events(self, *, logEvents: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803 - CloudWatch's names
        self.records += [json.loads(event["message"]) for event in logEvents]


class FakeSystem:
    def __init__(self) -> None:
        self.sqs = FakeSQS()
        self.logs = FakeLogs()
        self.sts = SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::1:user/ann"})

    def output(self, name: str) -> str:
        return {"deadLetterQueueUrl": DLQ, "queueUrl": QUEUE, "logGroupName": "log"}[name]


def move(system: FakeSystem, what: str, *, confirm: bool = False, rate: float = 100, as_json: bool = False) -> None:
    stand_in: Any = system
    whole: System = stand_in
    native_move(whole, what, rate=rate, confirm=confirm, reason="calm again", as_json=as_json)


def test_nothing_is_started_without_a_word_of_confirmation(capsys: pytest.CaptureFixture[str]) -> None:
    system = FakeSystem()
    move(system, "start")
    assert system.sqs.started == []
    assert capsys.readouterr().out.startswith("nothing was started")


@pytest.mark.parametrize(("rate", "asked"), [(0.2, 1), (100, 100), (5000, 500)])
def test_sqs_moves_from_the_dead_letters_to_the_queue_as_fast_as_it_may(rate: float, asked: int) -> None:
    system = FakeSystem()
    move(system, "start", confirm=True, rate=rate)
    assert system.sqs.started == [
        {
            "SourceArn": "arn:aws:sqs:eu-west-1:1:OrderDLQ",
            "DestinationArn": "arn:aws:sqs:eu-west-1:1:OrderQueue",
            "MaxNumberOfMessagesPerSecond": asked,
        }
    ]
    begun, ended = system.logs.records
    assert (begun["history"], begun["step"], begun["why"]) == ("native redrive", "begun", "calm again")
    assert (ended["step"], ended["task"]) == ("ended", "handle")
    assert begun["who"].startswith("arn:aws:iam::1:user/ann")


def test_how_far_it_is_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    system = FakeSystem()
    with pytest.raises(UserError) as none_yet:
        move(system, "status")
    assert none_yet.value.exit_code == Exit.NOT_ALL
    move(system, "start", confirm=True)
    capsys.readouterr()
    move(system, "status")
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["status", "moved", "of", "why"],
        ["RUNNING", "3", "9"],
    ]
    move(system, "status", as_json=True)
    assert json.loads(capsys.readouterr().out) == [{"status": "RUNNING", "moved": 3, "of": 9, "why": ""}]


def test_it_is_cancelled_where_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    system = FakeSystem()
    with pytest.raises(UserError, match="not moving anything"):
        move(system, "cancel")
    move(system, "start", confirm=True)
    move(system, "cancel")
    assert capsys.readouterr().out.endswith("cancelled; about 3 were moved\n")
    assert system.sqs.tasks[0]["Status"] == "CANCELLED"
    with pytest.raises(UserError, match="not moving anything"):
        move(system, "cancel")


def test_it_knows_three_words() -> None:
    with pytest.raises(UserError, match="start, status or cancel, not stop") as told:
        move(FakeSystem(), "stop")
    assert told.value.exit_code == Exit.USAGE
