"""The function that tells changes, and its event source mapping."""

import pytest

from handler.contract import NOTIFIER_ENTRY_POINT, Variable
from infra.notifier import SECONDS_TO_GIVE_UP
from infra.resource_types import FUNCTION, MAPPING, QUEUE, ROLE, ROLE_POLICY, TABLE, TOPIC
from infra.settings import EventRetrySeconds
from tests.support.arns import arn
from tests.support.recorder import Program, recorded

SECONDS_IN_STREAM = 24 * 3600
"""How long a stream keeps a change (DynamoDB Developer Guide, "DynamoDB Streams")."""


def test_the_function_runs_the_code_of_the_processor_with_an_entry_point_of_its_own(dev: Program) -> None:
    notifier, processor = (dev.one(FUNCTION, f"Order{name}").inputs for name in ("Notifier", "Processor"))
    assert notifier["code"].path == processor["code"].path
    assert notifier["handler"] == NOTIFIER_ENTRY_POINT
    assert notifier["role"] == arn(ROLE, "OrderNotifier")
    assert (notifier["runtime"], notifier["architectures"]) == ("python3.11", ["arm64"])
    assert (notifier["memorySize"], notifier["timeout"]) == (512, 30)
    assert notifier["environment"] == {
        "variables": {
            Variable.EVENT_TOPIC_ARN: arn(TOPIC, "OrderEvents"),
            Variable.GIVEN_UP_QUEUE_URL: "https://OrderEventsDLQ",
            Variable.EVENT_RETRY_SECONDS: "14400",
            Variable.REQUEST_TIMEOUT_SECONDS: "6.0",
            Variable.CUSTOM_METRICS: "true",
        }
    }


def test_no_setting_of_the_processors_load_applies_to_the_notifier(dev: Program) -> None:
    load = {
        "processorMemoryMegabytes": "1024",
        "processorTimeoutSeconds": "4",
        "reservedConcurrency": "30",
        "maximumConcurrency": "20",
        "batchSize": "5",
        "batchingWindowSeconds": "1",
    }
    other = recorded("dev", load)
    assert other.one(MAPPING, "OrderNotifier").inputs == dev.one(MAPPING, "OrderNotifier").inputs
    for name in ("memorySize", "timeout", "reservedConcurrentExecutions", "environment"):
        assert other.one(FUNCTION, "OrderNotifier").inputs[name] == dev.one(FUNCTION, "OrderNotifier").inputs[name]


def test_the_mapping_reads_the_stream_from_its_beginning_and_keeps_what_it_discards(dev: Program) -> None:
    assert dev.one(MAPPING, "OrderNotifier").inputs == {
        "batchSize": 100,
        "bisectBatchOnFunctionError": True,
        "destinationConfig": {"onFailure": {"destinationArn": arn(QUEUE, "OrderEventsDLQ")}},
        "eventSourceArn": arn(TABLE, "Orders/stream/2025-05-03T12:00:00.000"),
        "functionName": arn(FUNCTION, "OrderNotifier"),
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "maximumRecordAgeInSeconds": 14_400 + SECONDS_TO_GIVE_UP,
        "startingPosition": "TRIM_HORIZON",
    }


@pytest.mark.parametrize("bound", ["ge", "le"])
def test_lambda_discards_a_change_after_the_notifier_gives_it_up_and_before_the_stream_forgets_it(bound: str) -> None:
    limits = EventRetrySeconds.__metadata__[0].metadata  # type: ignore[attr-defined]  # of Annotated
    [retried] = [getattr(limit, bound) for limit in limits if hasattr(limit, bound)]
    discarded = retried + SECONDS_TO_GIVE_UP
    # Lambda API Reference, CreateEventSourceMapping: MaximumRecordAgeInSeconds is 60 to 604,800.
    assert 60 <= retried < discarded < min(SECONDS_IN_STREAM, 604_800)


def test_the_function_and_the_mapping_are_made_when_the_role_may_do_its_work(dev: Program) -> None:
    permissions = {policy.urn for policy in dev.all(ROLE_POLICY) if policy.inputs["role"] == "OrderNotifier"}
    assert len(permissions) == 4
    assert permissions <= dev.one(FUNCTION, "OrderNotifier").dependencies
    assert permissions <= dev.one(MAPPING, "OrderNotifier").dependencies


def test_the_stream_is_there_before_the_mapping(dev: Program) -> None:
    assert dev.one(TABLE).urn in dev.one(MAPPING, "OrderNotifier").dependencies
