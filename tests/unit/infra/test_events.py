"""The topic of events, its mails, and the queue of events that were given up."""

import pytest

from infra.resource_types import ALARM, FUNCTION, MAPPING, QUEUE, QUEUE_POLICY, ROLE, ROLE_POLICY, SUBSCRIPTION, TOPIC
from tests.support.arns import arn
from tests.support.recorder import Program, recorded

CHANGES = ["stored", "updated"]


def mails(settings: dict[str, str]) -> dict[str, object]:
    """Return the filter policies of the mails, by address."""
    program = recorded("dev", settings)
    found = [one for one in program.all(SUBSCRIPTION) if one.name != "OrderSubscription"]
    assert {(one.inputs["topic"], one.inputs["protocol"]) for one in found} == {(arn(TOPIC, "OrderEvents"), "email")}
    return {one.inputs["endpoint"]: one.document("filterPolicy") for one in found}


def test_each_address_gets_the_changes_of_orders_but_no_replays() -> None:
    addresses = {"notifyAddresses": "sales@example.com, depot@example.com"}
    assert mails(addresses) == {
        "sales@example.com": {"eventType": CHANGES},
        "depot@example.com": {"eventType": CHANGES},
    }


def test_with_statuses_an_address_gets_the_changes_of_orders_that_now_have_one_of_them() -> None:
    chosen = {"notifyAddresses": "sales@example.com", "notifyStatuses": "shipped, returned"}
    assert mails(chosen) == {"sales@example.com": {"eventType": CHANGES, "status": ["shipped", "returned"]}}


def test_the_filters_read_the_message_attributes() -> None:
    program = recorded("dev", {"notifyAddresses": "sales@example.com"})
    mail = program.one(SUBSCRIPTION, "OrderEvents-sales@example.com")
    assert "filterPolicyScope" not in mail.inputs, "the default of SNS is the message attributes"


def test_nobody_gets_mails_who_is_not_in_the_settings(dev: Program) -> None:
    assert [one.name for one in dev.all(SUBSCRIPTION)] == ["OrderSubscription"]


def test_events_that_were_given_up_are_kept_as_long_as_dead_letters(dev: Program) -> None:
    given_up, dead_letters = (dev.one(QUEUE, name).inputs for name in ("OrderEventsDLQ", "OrderDLQ"))
    assert given_up["messageRetentionSeconds"] == dead_letters["messageRetentionSeconds"] == 14 * 24 * 3600


def test_the_topic_needs_tls(dev: Program) -> None:
    [denied] = dev.one("aws:sns/topicPolicy:TopicPolicy", "OrderEvents").document("policy")["Statement"]
    assert (denied["Sid"], denied["Effect"], denied["Resource"]) == ("OnlyOverTls", "Deny", arn(TOPIC, "OrderEvents"))


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_fifo_topic_has_a_name_like_the_other_resources_and_the_ending_that_sns_requires(stack: str) -> None:
    program = recorded(stack, {"orderEventsFifo": "true"})
    topic = program.one(TOPIC, "OrderEvents").inputs
    # The mocks give a resource its logical name. The engine gives the queue the name that the stack's file demands.
    assert topic == {"fifoTopic": True, "name": "OrderEvents.fifo", "tracingConfig": "PassThrough"}
    assert program.outputs["eventTopicArn"] == arn(TOPIC, "OrderEvents.fifo")
    [may_tell] = program.one(ROLE_POLICY, "OrderNotifierMayTell").document("policy")["Statement"]
    assert may_tell["Resource"] == arn(TOPIC, "OrderEvents.fifo")


def test_a_fifo_topic_is_a_replacement_of_the_standard_one_with_another_name(dev: Program) -> None:
    standard, fifo = (
        dev.one(TOPIC, "OrderEvents"),
        recorded("dev", {"orderEventsFifo": "true"}).one(TOPIC, "OrderEvents"),
    )
    assert standard.urn == fifo.urn
    assert "name" not in standard.inputs


def test_without_events_nothing_of_them_is_there() -> None:
    program = recorded("dev", {"orderEvents": "false"})
    assert [one.name for one in program.resources if "Event" in one.name or "Notifier" in one.name] == []
    for type_token, number in ((FUNCTION, 1), (MAPPING, 1), (ROLE, 1), (TOPIC, 2), (QUEUE, 3), (QUEUE_POLICY, 3)):
        assert len(program.all(type_token)) == number, type_token
    assert len(program.all(ALARM)) == 12
    told = {name: value for name, value in program.outputs.items() if value == ""}
    assert told.keys() == {"eventTopicArn", "givenUpQueueUrl", "notifierName", "notifierLogGroupName"}
