"""Trials that deploy the stack with other settings. Each of them leaves the settings as they were."""

from collections.abc import Iterator
from contextlib import contextmanager

from pulumi.automation import CommandError

from ops.cli.exit_codes import Exit
from tests.aws_trial.failures import an_alarm_reaches_its_topic
from tests.aws_trial.leftovers import leftovers
from tests.aws_trial.orders import events_reach_a_subscriber, functions_log_into_their_groups
from tests.aws_trial.probes import DAYS, events_until, store, subscribed_queue, wait
from tests.aws_trial.stream import stream_of, the_stream_has_each_version
from tests.aws_trial.trial import Attempt
from tests.support.deployment import Deployment
from tests.support.mappings import mapping_of

ALWAYS_UNRESERVED = 100
"""The concurrency that Lambda keeps unreserved in an account."""


@contextmanager
def deployed_with(system: Deployment, **settings: str) -> Iterator[None]:
    """Deploy with these settings, and at the end without them."""
    try:
        system.deploy(**settings)
        yield
    finally:
        system.deploy(**dict.fromkeys(settings, ""))


def values_are_as_declared(system: Deployment) -> str:
    clients = system.clients
    expected = {"pointInTimeRecoveryDays": 7, "maximumConcurrency": 2}
    unreserved = clients.lambda_.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    can_reserve = unreserved >= ALWAYS_UNRESERVED + 2
    if can_reserve:
        expected["reservedConcurrency"] = 2
    with deployed_with(system, **{setting: str(value) for setting, value in expected.items()}):
        outputs = system.pipeline().outputs
        backups = clients.dynamodb.describe_continuous_backups(TableName=outputs["tableName"])
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        mapping = mapping_of(clients, outputs["processorName"])
        reserved = clients.lambda_.get_function_concurrency(FunctionName=outputs["processorName"])
        found = {
            "pointInTimeRecoveryDays": recovery["RecoveryPeriodInDays"],
            "maximumConcurrency": mapping["ScalingConfig"]["MaximumConcurrency"],
            "reservedConcurrency": reserved.get("ReservedConcurrentExecutions"),
        }
    assert {setting: found[setting] for setting in expected} == expected
    quota = "" if can_reserve else f"reservedConcurrency, because the account has only {unreserved} unreserved; "
    return f"{expected}; not tried: {quota}other values, the emulator"


def a_runtime_stores_an_order(runtime: str) -> Attempt:
    return lambda system: _an_order_is_stored_with(system, processorRuntime=runtime)


def both_architectures_store_an_order(system: Deployment) -> str:
    return "; ".join(
        _an_order_is_stored_with(system, processorArchitecture=architecture) for architecture in ("x86_64", "arm64")
    )


def _an_order_is_stored_with(system: Deployment, **settings: str) -> str:
    with deployed_with(system, **settings):
        order_id = store(system)
    return f"{order_id} was stored with {', '.join(settings.values())}"


def events_can_be_off_for_a_while(system: Deployment) -> str:
    before = stream_of(system)
    with deployed_with(system, orderEvents="false"):
        assert system.pipeline().outputs["eventTopicArn"] == ""
        store(system)
    assert stream_of(system) != before
    return f"{events_reach_a_subscriber(system)}; {the_stream_has_each_version(system)}"


def a_fifo_topic_tells_versions_in_order(system: Deployment) -> str:
    before = system.pipeline().outputs["eventTopicArn"]
    with deployed_with(system, orderEventsFifo="true"):
        after: str = system.pipeline().outputs["eventTopicArn"]
        assert after.endswith(".fifo")
        assert after != before
        url = subscribed_queue(system, after)
        order_id = store(system, timestamp=DAYS[0])
        for day in DAYS[1:]:
            store(system, orderId=order_id, timestamp=day)
        for _ in range(2):
            replayed = system.orders("events", "replay", "--order", order_id, "--confirm")
            assert replayed.returncode == Exit.DONE, replayed.stdout + replayed.stderr
        events = events_until(system, url, store(system))
    told = [(event["type"], event["time"]) for event in events if event["subject"] == order_id]
    updates = [("order.updated", day) for day in DAYS[1:]]
    assert told == [("order.stored", DAYS[0]), *updates, ("order.replayed", DAYS[-1])]
    return f"{before} became {after}; a queue got {told}"


def an_unconfirmed_subscription_is_removed(system: Deployment) -> str:
    # AWS's own simulator of mailboxes. It confirms nothing.
    with deployed_with(system, alertAddresses="success@simulator.amazonses.com"):
        pass
    state = system.stack.export_stack().deployment
    assert state
    assert [one["urn"] for one in state["resources"] if "simulator.amazonses.com" in one["urn"]] == []
    return "the second deployment succeeded, and the state does not contain it any more"


def the_key_can_be_off_for_a_while(system: Deployment) -> str:
    places = ("topicArn", "queueUrl", "tableName", "logGroupName")
    before = [system.pipeline().outputs[place] for place in places]
    store(system)
    try:
        system.deploy(customerManagedKey="false")
        wait(lambda: encrypted_with(system) == {""}, "the end of the use of the key")
        store(system)
    finally:
        system.deploy(customerManagedKey="true")
    store(system)
    wait(lambda: "" not in encrypted_with(system), "the use of the key")
    assert [system.pipeline().outputs[place] for place in places] == before
    return "nothing was replaced, and orders were stored after each step"


def everything_uses_the_key(system: Deployment) -> str:
    assert "" not in encrypted_with(system)
    used = (an_alarm_reaches_its_topic, events_reach_a_subscriber, functions_log_into_their_groups)
    return "; ".join(use(system) for use in used)


def encrypted_with(system: Deployment) -> set[str]:
    """The keys of OrderTopic, OrderQueue, the table and the log group. Empty is a key of AWS's own, or none."""
    outputs, clients = system.pipeline().outputs, system.clients
    topic = clients.sns.get_topic_attributes(TopicArn=outputs["topicArn"])["Attributes"]
    queue = clients.sqs.get_queue_attributes(QueueUrl=outputs["queueUrl"], AttributeNames=["All"])["Attributes"]
    table = clients.dynamodb.describe_table(TableName=outputs["tableName"])["Table"]
    [group] = clients.logs.describe_log_groups(logGroupNamePrefix=outputs["logGroupName"])["logGroups"]
    return {
        topic.get("KmsMasterKeyId", ""),
        queue.get("KmsMasterKeyId", ""),
        table.get("SSEDescription", {}).get("KMSMasterKeyArn", ""),
        group.get("kmsKeyId", ""),
    }


def a_protected_stack_is_not_destroyed(system: Deployment) -> str:
    system.deploy(protectOrders="true")
    try:
        refused = system.pulumi("destroy", "--yes")
        table = system.clients.dynamodb.describe_table(TableName=system.pipeline().outputs["tableName"])["Table"]
    finally:
        system.deploy(protectOrders="false")
    assert refused.returncode != 0
    assert table["DeletionProtectionEnabled"]
    return "Pulumi refused, and DynamoDB protects the table"


def destroy_leaves_nothing(system: Deployment) -> str:
    try:
        system.stack.destroy()
    except CommandError as error:
        raise AssertionError(f"destroy failed: {error}") from error
    assert leftovers(system) == []
    return "nothing has the stack's name any more"
