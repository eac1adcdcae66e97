"""Trials of orders that fail, of alarms, and of requests that AWS has to refuse."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from infra.policies import policy
from ops.cli.exit_codes import Exit
from ops.queues import count_messages, name_of_queue
from tests.aws_trial.probes import (
    dead_letter,
    messages_in,
    order,
    poison,
    publish,
    subscribed_queue,
    wait,
    wait_for_message,
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
    """Cancel a slow move task, and let another one end. The orders fail again, as dead letters with other IDs."""
    before = [dead_letter(system, order_id) for order_id in [poison(system) for _ in range(SLOW_LETTERS)]]
    wait(lambda: _in_flight(system) == 0, "all dead letters to be visible")
    _move(system, "start", "--rate", "1", "--confirm")
    _move(system, "cancel")
    wait(lambda: _move_status(system) == "CANCELLED", "the end of the canceled move task")
    left = {letter.message_id for letter in system.pipeline().dead_letters()} & set(before)
    assert left, "the task had ended before it was canceled"
    wait(lambda: _in_flight(system) == 0, "all dead letters to be visible")
    _move(system, "start", "--confirm")
    wait(lambda: _move_status(system) == "COMPLETED", "the end of the move task")
    wait(lambda: not left & {letter.message_id for letter in system.pipeline().dead_letters()}, "the letters to leave")
    return f"canceled with {len(left)} of {SLOW_LETTERS} letters left, then moved all"


def _move(system: Deployment, *words: str) -> str:
    ran = system.orders("dlq", "move", *words)
    assert ran.returncode == Exit.DONE, ran.stdout + ran.stderr
    return ran.stdout


def _move_status(system: Deployment) -> str:
    """The status of the latest move task."""
    return str(json.loads(_move(system, "status", "--json"))[0]["status"])


def _in_flight(system: Deployment) -> int:
    return count_messages(system.clients.sqs, system.pipeline().outputs["deadLetterQueueUrl"]).in_flight


def _attempts(system: Deployment, order_id: str) -> list[dict[str, str]] | None:
    found = [record for record in system.pipeline().log_records_of(order_id) if record["level"] == "ERROR"]
    return found if len(found) == 3 else None


def another_dead_letter_raises_an_alarm(system: Deployment) -> str:
    first = poison(system)
    dead_letter(system, first)
    [name] = [name for name in system.pipeline().outputs["alarmNames"] if name.startswith("OrderDLQGrowing")]

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
    outputs = system.pipeline().outputs
    url = subscribed_queue(system, outputs["alertTopicArn"])
    [name] = [name for name in outputs["alarmNames"] if name.startswith("OrderDLQNotEmpty")]
    system.clients.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a trial")
    wait_for_message(system, url, name)
    return f"a subscriber got the alarm {name}"


def an_alarm_clears_by_itself(system: Deployment) -> str:
    outputs, cloudwatch = system.pipeline().outputs, system.clients.cloudwatch
    [name] = [name for name in outputs["alarmNames"] if name.startswith("OrderDLQNotEmpty")]

    def is_clear() -> bool:
        return bool(cloudwatch.describe_alarms(AlarmNames=[name], StateValue="OK")["MetricAlarms"])

    _empty_dead_letter_queue(system)
    wait(is_clear, f"{name} to be OK while OrderDLQ is empty")
    url = subscribed_queue(system, outputs["alertTopicArn"])
    poison(system)
    _wait_for_alarm(system, url, name, "ALARM")
    _empty_dead_letter_queue(system)
    _wait_for_alarm(system, url, name, "OK")
    return f"a subscriber got the alarm {name} and its end"


def _empty_dead_letter_queue(system: Deployment) -> None:
    """Delete all dead letters. SQS purges a queue only once a minute."""
    sqs, pipeline = system.clients.sqs, system.pipeline()
    url = pipeline.outputs["deadLetterQueueUrl"]

    def is_empty() -> bool:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return pipeline.waiting("deadLetterQueueUrl") == 0

    wait(is_empty, "the end of the dead letters")


def _wait_for_alarm(system: Deployment, url: str, name: str, state: str) -> None:
    def has_come() -> bool:
        alarms = map(json.loads, messages_in(system, url))
        return any((alarm["AlarmName"], alarm["NewStateValue"]) == (name, state) for alarm in alarms)

    wait(has_come, f"the message that {name} is {state}")


def what_sns_cannot_deliver_is_kept(system: Deployment) -> str:
    url = system.pipeline().outputs["queueUrl"]
    sqs = system.clients.sqs
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy(denied))})
    try:
        undelivered = order()
        publish(system, undelivered)
        wait_for_message(system, system.pipeline().outputs["undeliveredQueueUrl"], undelivered["orderId"])
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": before})
    return f"{undelivered['orderId']} is in OrderUndelivered"


def another_queue_may_not_use_the_dead_letter_queue(system: Deployment) -> str:
    sqs = system.clients.sqs
    url = system.pipeline().outputs["deadLetterQueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    try:
        sqs.create_queue(QueueName=f"{system.stack.name}-source", Attributes={"RedrivePolicy": redrive})
    except ClientError as error:
        return f"SQS refused it: {error.response['Error'].get('Message')}"
    raise AssertionError(f"another queue uses {name_of_queue(url)}")


def a_request_without_tls_is_denied(system: Deployment) -> str:
    sns = boto3.client("sns", region_name=system.clients.region, use_ssl=False)
    try:
        sns.publish(TopicArn=system.pipeline().outputs["topicArn"], Message=json.dumps(order()))
    except ClientError as error:
        assert error.response["Error"].get("Code") == "AuthorizationError", str(error)
        return "SNS refused it"
    raise AssertionError("SNS accepted an order without TLS")
