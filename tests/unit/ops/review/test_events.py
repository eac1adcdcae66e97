"""What a change does to events: each change in both directions, and what no longer speaks of orders."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.live import Live, QueueFacts
from ops.review.preview import UNKNOWN
from ops.review.review import review
from ops.review.rules import RULES, event_inputs
from tests.support.previews import ARN, URL, preview, step

LOSES, INTERRUPTS, WEAKENS, LOOK, SAFE = (
    Verdict.LOSES,
    Verdict.INTERRUPTS,
    Verdict.WEAKENS,
    Verdict.LOOK,
    Verdict.SAFE,
)
NOTIFIER = "urn:pulumi:dev::orders::orders:index:OrderSystem$orders:index:OrderNotifier"
COMPONENT = f"{NOTIFIER}::OrderNotifier"
STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/Orders/stream/2026-01-01T00:00:00.000"
EMPTY = QueueFacts(visible=0, in_flight=0, oldest_seconds=None)
TWO = QueueFacts(visible=2, in_flight=0, oldest_seconds=60)
TELL = {"Effect": "Allow", "Action": "sns:Publish", "Resource": ARN}


def of_notifier(
    operation: str,
    kind: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    name: str = "R",
    **state: Any,
) -> dict[str, Any]:
    """A step of a resource in OrderNotifier."""
    made = step(operation, kind, name, before, after, None, COMPONENT, **state)
    return {**made, "urn": f"{NOTIFIER}${kind}::{name}"}


def findings(*steps: dict[str, Any], live: Live | None = None) -> list[Finding]:
    return list(review(preview(*steps), live or Live()).findings)


def policy(*statements: Mapping[str, Any]) -> dict[str, str]:
    return {"role": "OrderNotifier", "policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


def to(queue: str) -> dict[str, Any]:
    return {"destinationConfig": {"onFailure": {"destinationArn": f"{ARN}{queue}"}}}


def variables(**values: str) -> dict[str, Any]:
    return {"environment": {"variables": values}}


REPORTS = {"functionResponseTypes": ["ReportBatchItemFailures"]}
DIRECTIONS = [
    (types.QUEUE, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": 90}, SAFE, LOSES),
    (types.QUEUE, {"sqsManagedSseEnabled": True}, {"kmsMasterKeyId": "k"}, INTERRUPTS, WEAKENS),
    (types.QUEUE, {"maxMessageSize": 1024}, {"maxMessageSize": 2048}, SAFE, WEAKENS),
    (types.QUEUE, {"visibilityTimeoutSeconds": 30}, {"visibilityTimeoutSeconds": 20}, SAFE, SAFE),
    (types.TOPIC, {}, {"kmsMasterKeyId": "k"}, INTERRUPTS, WEAKENS),
    (types.TOPIC, {"signatureVersion": 1}, {"signatureVersion": 2}, SAFE, SAFE),
    (types.TOPIC, policy(TELL), policy(), INTERRUPTS, WEAKENS),
    (types.SUBSCRIPTION, {"filterPolicy": '{"a": ["b"]}'}, {"filterPolicy": "{}"}, LOOK, LOOK),
    (types.MAPPING, {"enabled": True}, {"enabled": False}, INTERRUPTS, SAFE),
    (types.MAPPING, {}, {"filterCriteria": {"filters": [{"pattern": "{}"}]}}, INTERRUPTS, SAFE),
    (types.MAPPING, REPORTS, {}, INTERRUPTS, SAFE),
    (types.FUNCTION, variables(ORDERS_CUSTOM_METRICS="true"), variables(ORDERS_CUSTOM_METRICS="false"), SAFE, SAFE),
    (types.MAPPING, {"functionName": "One"}, {"functionName": "Other"}, LOOK, LOOK),
    (types.MAPPING, {"batchSize": 100}, {"batchSize": 10}, SAFE, SAFE),
    (types.MAPPING, {"maximumBatchingWindowInSeconds": 0}, {"maximumBatchingWindowInSeconds": 9}, LOOK, SAFE),
    (types.MAPPING, {"maximumRecordAgeInSeconds": 7200}, {"maximumRecordAgeInSeconds": 60}, WEAKENS, SAFE),
    (types.MAPPING, {"maximumRecordAgeInSeconds": -1}, {"maximumRecordAgeInSeconds": 60}, WEAKENS, SAFE),
    (types.MAPPING, {"maximumRetryAttempts": -1}, {"maximumRetryAttempts": 2}, WEAKENS, WEAKENS),
    (types.MAPPING, {"bisectBatchOnFunctionError": True}, {}, WEAKENS, SAFE),
    (types.MAPPING, to("a"), {}, WEAKENS, WEAKENS),
    (
        types.FUNCTION,
        variables(ORDERS_EVENT_TOPIC_ARN="a"),
        variables(ORDERS_EVENT_TOPIC_ARN="b"),
        INTERRUPTS,
        INTERRUPTS,
    ),
    (types.FUNCTION, variables(ORDERS_EVENT_TOPIC_ARN="a"), variables(ORDERS_EVENT_TOPIC_ARN=UNKNOWN), LOOK, LOOK),
    (types.FUNCTION, variables(ORDERS_EVENT_TOPIC_ARN="a"), variables(), INTERRUPTS, LOOK),
    (
        types.FUNCTION,
        variables(ORDERS_EVENT_RETRY_SECONDS="60"),
        variables(ORDERS_EVENT_RETRY_SECONDS="90"),
        SAFE,
        WEAKENS,
    ),
    (types.FUNCTION, variables(PYTHONPATH="a"), variables(PYTHONPATH="b"), LOOK, LOOK),
    (types.FUNCTION, {"environment": {}}, {"environment": UNKNOWN}, LOOK, LOOK),
    (types.FUNCTION, {"reservedConcurrentExecutions": 10}, {"reservedConcurrentExecutions": 0}, INTERRUPTS, LOOK),
    (types.FUNCTION, {"timeout": 30}, {"timeout": 3}, LOOK, SAFE),
    (types.FUNCTION, {"handler": "a"}, {"handler": "b"}, LOOK, LOOK),
    (types.FUNCTION, {"role": "a"}, {"role": "b"}, LOOK, LOOK),
    (types.FUNCTION, {"memorySize": 512}, {"memorySize": 256}, LOOK, SAFE),
    (types.LOG_GROUP, {"retentionInDays": 90}, {"retentionInDays": 14}, WEAKENS, SAFE),
    (types.ROLE, {"permissionsBoundary": ARN}, {}, WEAKENS, LOOK),
    (types.ROLE_POLICY, policy(TELL), policy(), INTERRUPTS, WEAKENS),
    (types.QUEUE_POLICY, policy({**TELL, "Principal": "*"}), policy(), INTERRUPTS, WEAKENS),
]


@pytest.mark.parametrize(("kind", "one", "other", "forth", "back"), DIRECTIONS)
def test_the_direction_of_a_change_decides(
    kind: str, one: dict[str, Any], other: dict[str, Any], forth: Verdict, back: Verdict
) -> None:
    for before, after, verdict in ((one, other, forth), (other, one, back)):
        found = findings(of_notifier("update", kind, before, after))
        assert found[0].verdict is verdict, found
        assert_that_no_order_waits(found)


def assert_that_no_order_waits(found: list[Finding]) -> None:
    """Orders are stored whatever happens to the resources of events."""
    said = " ".join(f"{one.what} {one.why} {one.instead}" for one in found)
    for phrase in (
        "orders wait",
        "orders fail",
        "Orders wait",
        "dead letter",
        "every order",
        "each order",
        "processor",
    ):
        assert phrase not in said.replace("newest version of each order", "")


REMOVED = {
    types.QUEUE: LOSES,
    types.TOPIC: INTERRUPTS,
    types.MAPPING: INTERRUPTS,
    types.FUNCTION: INTERRUPTS,
    types.ROLE: INTERRUPTS,
    types.ROLE_POLICY: INTERRUPTS,
    types.QUEUE_POLICY: WEAKENS,
    types.TOPIC_POLICY: WEAKENS,
    types.LOG_GROUP: WEAKENS,
    types.SUBSCRIPTION: WEAKENS,
}


@pytest.mark.parametrize(("kind", "verdict"), REMOVED.items())
def test_a_resource_that_is_deleted_has_the_verdict_of_its_events(kind: str, verdict: Verdict) -> None:
    found = findings(of_notifier("delete", kind, {"a": "b"}))
    assert found[0].verdict is verdict
    assert_that_no_order_waits(found)


def test_every_type_with_a_rule_for_events_has_rules_for_orders_too() -> None:
    assert event_inputs.RULES.keys() <= RULES.keys()


@pytest.mark.parametrize(("facts", "verdict"), [(EMPTY, INTERRUPTS), (TWO, LOSES), (None, LOSES)])
def test_the_events_that_were_given_up_are_lost_with_their_queue(facts: QueueFacts | None, verdict: Verdict) -> None:
    deleted = of_notifier("delete", types.QUEUE, {}, name="OrderEventsDLQ")
    [found] = findings(deleted, live=Live(queues={deleted["urn"]: facts} if facts else {}))
    assert found.verdict is verdict


def test_a_replaced_topic_names_the_subscribers_of_other_programs() -> None:
    [found] = findings(of_notifier("replace", types.TOPIC, {}, {"fifoTopic": True}, reasons=["fifoTopic"]))
    assert found.verdict is INTERRUPTS
    assert "those of other programs too" in found.why
    assert "orders events replay" in found.instead


@pytest.mark.parametrize(("start", "said"), [("TRIM_HORIZON", "told again"), ("LATEST", "are not told")])
@pytest.mark.parametrize("is_renamed", [False, True])
def test_a_new_mapping_of_the_stream_begins_where_it_starts(start: str, said: str, *, is_renamed: bool) -> None:
    old = {"eventSourceArn": STREAM, "startingPosition": "TRIM_HORIZON", "functionName": "a"}
    new = {**old, "startingPosition": start, "functionName": "b"}
    replaced = [of_notifier("replace", types.MAPPING, old, new, reasons=["functionName"])]
    renamed = [
        of_notifier("delete", types.MAPPING, old),
        of_notifier("create", types.MAPPING, None, new, name="New"),
    ]
    found = findings(*(renamed if is_renamed else replaced))
    assert found[0].verdict is INTERRUPTS
    assert said in found[0].why
    assert_that_no_order_waits(found)


def test_a_mapping_of_another_stream_tells_nothing_again() -> None:
    old = {"eventSourceArn": STREAM, "startingPosition": "TRIM_HORIZON"}
    new = {**old, "eventSourceArn": UNKNOWN}
    [found] = findings(of_notifier("replace", types.MAPPING, old, new, reasons=["eventSourceArn"]))
    assert found.verdict is LOOK
    assert "another stream" in found.why


def test_another_reader_of_the_stream_takes_nothing_from_the_notifier() -> None:
    reads = {"eventSourceArn": STREAM, "startingPosition": "TRIM_HORIZON"}
    there, new = of_notifier("same", types.MAPPING, reads, reads), step("create", types.MAPPING, "Other", None, reads)
    assert [one.verdict for one in findings(there, new)] == [LOOK]


def test_a_queue_of_this_program_that_subscribes_to_events_loses_no_orders() -> None:
    topic = of_notifier("same", types.TOPIC, {}, {}, name="OrderEvents")
    queue = {"protocol": "sqs", "topic": f"{ARN}OrderEvents"}
    found = findings(topic, step("delete", types.SUBSCRIPTION, "Mine", queue))
    assert [one.verdict for one in found] == [WEAKENS]


def test_a_reader_of_the_events_that_were_given_up_deletes_them() -> None:
    gives_up = {"startingPosition": "TRIM_HORIZON", **to("OrderEventsDLQ")}
    reader = step("create", types.MAPPING, "Other", None, {"eventSourceArn": f"{ARN}OrderEventsDLQ"})
    found = findings(of_notifier("same", types.MAPPING, gives_up, gives_up), reader)
    assert [one.verdict for one in found] == [LOSES]


def test_the_notifier_may_get_another_role_before_the_old_one_goes() -> None:
    found = findings(of_notifier("replace", types.ROLE, {}, {}, reasons=["name"]))
    assert [one.verdict for one in found] == [LOOK]


def test_permissions_that_go_with_their_role_say_nothing_more_than_the_role() -> None:
    role = of_notifier("delete", types.ROLE, {}, name="OrderNotifier")
    assert len(findings(role, of_notifier("delete", types.ROLE_POLICY, policy(TELL)))) == 1


def test_what_goes_with_another_resource_says_nothing_more_than_that() -> None:
    found = findings(
        of_notifier("delete", types.MAPPING, {"startingPosition": "TRIM_HORIZON"}),
        of_notifier("delete", types.FUNCTION, {}),
        of_notifier("delete", types.ROLE, {}),
        of_notifier("delete", types.TOPIC, {}, name="OrderEvents"),
        of_notifier("delete", types.TOPIC_POLICY, {"arn": f"{ARN}OrderEvents"}),
        of_notifier("delete", types.QUEUE, {}, name="OrderEventsDLQ"),
        of_notifier("delete", types.QUEUE_POLICY, {"queueUrl": f"{URL}OrderEventsDLQ"}),
    )
    assert [one.verdict for one in found] == [LOSES, INTERRUPTS, INTERRUPTS, *[SAFE] * 4]


def test_the_permissions_of_a_new_notifier_widen_nothing() -> None:
    component = {
        "op": "create",
        "urn": COMPONENT,
        "newState": {"type": "orders:index:OrderNotifier", "custom": False, "parent": "", "inputs": {}},
    }
    known = of_notifier("create", types.ROLE_POLICY, None, policy(TELL))
    unknown = of_notifier("create", types.ROLE_POLICY, None, {"policy": UNKNOWN}, name="Other")
    there = step("same", types.QUEUE, "OrderQueue", {}, {})
    assert findings(there, component, known, unknown) == []


@pytest.mark.parametrize(
    ("before", "after", "verdict", "said"),
    [
        ({"streamEnabled": False}, {"streamEnabled": True, "streamViewType": "NEW_AND_OLD_IMAGES"}, SAFE, None),
        ({"streamEnabled": True}, {"streamEnabled": False}, INTERRUPTS, "turns the stream of R off"),
        (
            {"streamEnabled": True, "streamViewType": "NEW_AND_OLD_IMAGES"},
            {"streamEnabled": True, "streamViewType": "KEYS_ONLY"},
            INTERRUPTS,
            "changes the content of the stream of R",
        ),
    ],
)
def test_the_stream_of_the_table(
    before: dict[str, Any], after: dict[str, Any], verdict: Verdict, said: str | None
) -> None:
    found = findings(step("update", types.TABLE, "R", before, after))
    assert found[0].verdict is verdict
    assert said is None or found[0].what == said
