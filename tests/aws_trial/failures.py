"""Trials of orders that fail, of alarms, and of requests that AWS has to refuse."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from infra.policies import policy
from ops.cli.exit_codes import Exit
from ops.queues import count_messages, name_of_queue
from tests.aws_trial.probes import (
    change_mapping,
    dead_letter,
    dead_letters,
    messages_in,
    order,
    poison,
    publish_until,
    subscribed_queue,
    take,
    wait,
)
from tests.support.deployment import Deployment

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

AT_ONCE = timedelta(seconds=2)
SLOW_LETTERS = 10
"""How many dead letters a move task of one letter a second has not moved when it is canceled."""
PERIOD = timedelta(minutes=5)
"""The period of OrderDLQGrowing, as in infra/alarms.py."""
QUIET_SECONDS = 6 * PERIOD.seconds


def a_poison_order_keeps_its_message_id(system: Deployment) -> str:
    order_id = poison(system)
    message_id = dead_letter(system, order_id)
    attempts = wait(lambda: _attempts(system, order_id), f"three attempts of {order_id} in the log")
    assert {one["messageId"] for one in attempts} == {message_id}
    return f"message {message_id} has failed {len(attempts)} times"


def a_poison_order_does_not_wait(system: Deployment) -> str:
    order_id = poison(system)
    dead_letter(system, order_id)
    attempts = wait(lambda: _attempts(system, order_id), f"three attempts of {order_id} in the log")
    times = sorted(datetime.fromisoformat(one["timestamp"]) for one in attempts)
    assert times[-1] - times[0] < AT_ONCE, f"the attempts took {times[-1] - times[0]}"
    return f"its attempts took {(times[-1] - times[0]).total_seconds():.1f} s"


def sqs_moves_dead_letters_back(system: Deployment) -> str:
    """Cancel a slow move task, and let another one end.

    While the second task runs, the function gets no orders. They would fail, and return to OrderDLQ before the task
    finds it empty.
    """
    before = dead_letters(system, [poison(system) for _ in range(SLOW_LETTERS)])
    wait(lambda: _in_flight(system) == 0, "all dead letters to be visible")
    _move(system, "start", "--rate", "1", "--confirm")
    _move(system, "cancel")
    _wait_for_move(system, "CANCELLED")
    left = {letter.message_id for letter in system.pipeline().dead_letters()} & before
    assert left, "the task had ended before it was canceled"
    wait(lambda: _in_flight(system) == 0, "all dead letters to be visible")
    with _no_processing(system):
        _move(system, "start", "--confirm")
        _wait_for_move(system, "COMPLETED")
        remaining = {letter.message_id for letter in system.pipeline().dead_letters()}
    assert not left & remaining, f"SQS has not moved {left & remaining}"
    return f"canceled with {len(left)} of {SLOW_LETTERS} letters left, then moved all"


@contextmanager
def _no_processing(system: Deployment) -> Iterator[None]:
    """Keep orders in OrderQueue, and let the function have them at the end."""
    name = system.pipeline().outputs["processorName"]
    change_mapping(system, name, "Disabled", Enabled=False)
    try:
        yield
    finally:
        change_mapping(system, name, "Enabled", Enabled=True)


def _move(system: Deployment, *words: str) -> str:
    ran = system.orders("dlq", "move", *words)
    assert ran.returncode == Exit.DONE, ran.stdout + ran.stderr
    return ran.stdout


def _wait_for_move(system: Deployment, end: str) -> None:
    """Wait until the latest move task has this status. A task that ends otherwise fails the trial at once."""

    def has_ended() -> bool:
        latest = json.loads(_move(system, "status", "--json"))[0]
        status = str(latest["status"])
        assert status in {"RUNNING", "CANCELLING", end}, f"the move task ended: {latest}"
        return status == end

    wait(has_ended, f"the move task to be {end}")


def _in_flight(system: Deployment) -> int:
    return count_messages(system.clients.sqs, system.pipeline().outputs["deadLetterQueueUrl"]).in_flight


def _attempts(system: Deployment, order_id: str) -> list[dict[str, str]] | None:
    found = [record for record in system.pipeline().log_records_of(order_id) if record["level"] == "ERROR"]
    return found if len(found) == 3 else None


def another_dead_letter_raises_an_alarm(system: Deployment) -> str:
    first = poison(system)
    dead_letter(system, first)
    name = _alarm(system, "OrderDLQGrowing")

    def alarm() -> "MetricAlarmTypeDef":
        return system.clients.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]

    # The first letter may raise the alarm, too. It is over as soon as the metric has not grown for two periods.
    wait(lambda: has_stopped_growing(system) and alarm()["StateValue"] == "OK", f"{name} to be OK", QUIET_SECONDS)
    before = datetime.now(UTC)
    second = poison(system)
    wait(lambda: alarm()["StateValue"] == "ALARM" and alarm()["StateUpdatedTimestamp"] > before, f"{name} to be raised")
    return f"{name} was OK while {first} waited, and was raised after {second}"


def has_stopped_growing(system: Deployment) -> bool:
    """Whether OrderDLQ had the same number of visible letters, at least one, in three periods of the alarm."""
    now = datetime.now(UTC)
    points = system.clients.cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": name_of_queue(system.pipeline().outputs["deadLetterQueueUrl"])}],
        StartTime=now - 4 * PERIOD,
        EndTime=now,
        Period=PERIOD.seconds,
        Statistics=["Maximum"],
    )["Datapoints"]
    levels = [point["Maximum"] for point in sorted(points, key=lambda point: point["Timestamp"])][-3:]
    return len(levels) == 3 and levels[0] == levels[1] == levels[2] >= 1


def an_alarm_reaches_its_topic(system: Deployment) -> str:
    name = _alarm(system, "OrderDLQNotEmpty")
    url = subscribed_queue(system, system.pipeline().outputs["alertTopicArn"])
    _clear(system, name)  # CloudWatch notifies only when the state of an alarm changes.
    system.clients.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a trial")
    _wait_for_alarm(system, url, name, "ALARM")
    return f"a subscriber got the alarm {name}"


def an_alarm_clears_by_itself(system: Deployment) -> str:
    name = _alarm(system, "OrderDLQNotEmpty")
    _clear(system, name)
    url = subscribed_queue(system, system.pipeline().outputs["alertTopicArn"])
    poison(system)
    _wait_for_alarm(system, url, name, "ALARM")
    _clear(system, name)
    _wait_for_alarm(system, url, name, "OK")
    return f"a subscriber got the alarm {name} and its end"


def _alarm(system: Deployment, title: str) -> str:
    """Return the name of an alarm, which begins with a title."""
    [name] = [name for name in system.pipeline().outputs["alarmNames"] if name.startswith(title)]
    return str(name)


def _clear(system: Deployment, alarm: str) -> None:
    """Delete all dead letters, those that still arrive included, until the alarm on them is OK."""
    pipeline = system.pipeline()
    url = pipeline.outputs["deadLetterQueueUrl"]

    def is_clear() -> bool:
        take(system, url)
        [found] = system.clients.cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return found["StateValue"] == "OK" and pipeline.waiting("deadLetterQueueUrl") == 0

    wait(is_clear, f"{alarm} to be OK while OrderDLQ is empty")


def _wait_for_alarm(system: Deployment, url: str, name: str, state: str) -> None:
    def has_come() -> bool:
        alarms = map(json.loads, messages_in(system, url))
        return any((alarm["AlarmName"], alarm["NewStateValue"]) == (name, state) for alarm in alarms)

    wait(has_come, f"the message that {name} is {state}")


def what_sns_cannot_deliver_is_kept(system: Deployment) -> str:
    url = system.pipeline().outputs["undeliveredQueueUrl"]

    def kept(published: list[str]) -> str | None:
        bodies = messages_in(system, url)
        return next((order_id for order_id in published for body in bodies if order_id in body), None)

    with _deliveries_denied(system):
        undelivered = publish_until(system, kept, "an order in OrderUndelivered")
    return f"{undelivered} is in OrderUndelivered"


@contextmanager
def _deliveries_denied(system: Deployment) -> Iterator[None]:
    """Deny every delivery to OrderQueue. At the end, wait until it gets orders again."""
    sqs, pipeline = system.clients.sqs, system.pipeline()
    url = pipeline.outputs["queueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": _arn_of(system, url)}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy(denied))})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": before})
        publish_until(system, lambda published: next(filter(pipeline.order, published), None), "an order in the table")


def another_queue_may_not_use_the_dead_letter_queue(system: Deployment) -> str:
    """Another queue may have its own dead-letter queue, and is refused OrderDLQ."""
    sqs = system.clients.sqs
    source, own = (sqs.create_queue(QueueName=f"{system.stack.name}-{use}")["QueueUrl"] for use in ("source", "dlq"))

    def send_dead_letters_to(url: str) -> None:
        redrive = json.dumps({"deadLetterTargetArn": _arn_of(system, url), "maxReceiveCount": 3})
        sqs.set_queue_attributes(QueueUrl=source, Attributes={"RedrivePolicy": redrive})

    send_dead_letters_to(own)
    try:
        send_dead_letters_to(system.pipeline().outputs["deadLetterQueueUrl"])
    except ClientError as error:
        code, message = error.response["Error"].get("Code"), error.response["Error"].get("Message")
        assert code == "InvalidParameterValue", f"SQS refused it for another reason: {error}"
        return f"SQS refused it: {message}"
    raise AssertionError("another queue uses OrderDLQ")


def _arn_of(system: Deployment, url: str) -> str:
    return system.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def a_request_without_tls_is_denied(system: Deployment) -> str:
    sns = boto3.client("sns", region_name=system.clients.region, use_ssl=False)
    try:
        sns.publish(TopicArn=system.pipeline().outputs["topicArn"], Message=json.dumps(order()))
    except ClientError as error:
        assert error.response["Error"].get("Code") == "AuthorizationError", str(error)
        return "SNS refused it"
    raise AssertionError("SNS accepted an order without TLS")
