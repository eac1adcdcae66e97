"""The differences between the settings and AWS, in previews that the real engine made and in made-up ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra import resource_types as types
from ops.errors import InvalidInput, NoAccess
from ops.review.drift import Difference, Kind, read_drift
from ops.review.preview import UNKNOWN
from tests.support.previews import step, urn

RECORDED = Path(__file__).parent / "previews/drift"
QUEUE = "aws:sqs/queue:Queue"
BACK = ": `pulumi up --refresh --stack dev` puts it back"
AGAIN = ": `pulumi up --refresh --stack dev` creates it again"
DEPLOY = ": `pulumi up --stack dev` deploys this change of the program or its settings"


def recorded(name: str) -> list[str]:
    return [str(one) for one in read_drift((RECORDED / f"{name}.json").read_text())]


def writes(most: int) -> dict[str, Any]:
    return {"onDemandThroughput": {"maxWriteRequestUnits": most}}


def redrive(receives: int) -> dict[str, str]:
    return {"redrivePolicy": json.dumps({"maxReceiveCount": receives})}


def refreshed(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {**step("refresh", kind, name, inputs, inputs)}


def drift(*steps: dict[str, Any]) -> list[Difference]:
    return list(read_drift(json.dumps({"steps": steps})))


def updated(
    kind: str, was: dict[str, Any], found: dict[str, Any], wanted: dict[str, Any], name: str = "OrderQueue"
) -> list[Difference]:
    return drift(refreshed(kind, name, was), step("update", kind, name, found, wanted))


def test_a_refreshed_output_is_no_difference() -> None:
    # The refresh changed the outputs of topics and queues: their policies are resources of their own.
    assert recorded("nothing") == []


def test_a_changed_queue_is_described_in_the_terms_of_the_settings() -> None:
    assert recorded("queue") == [
        f"OrderQueue's maximum receive count is 10, the program says 3{BACK}",
        f"OrderQueue's visibility timeout is 45 s, the settings say 30{BACK}",
    ]


def test_what_was_not_deployed_comes_last_and_has_another_remedy() -> None:
    assert recorded("queue-and-not-deployed") == [
        f"OrderQueue's maximum receive count is 10, the program says 3{BACK}",
        f"OrderQueue's visibility timeout is 45 s, the settings say 60{BACK}",
        f"OrderProcessor's batch size is 10, the settings say 5{DEPLOY}",
    ]


def test_a_changed_processor_is_described_in_the_terms_of_the_settings() -> None:
    assert recorded("processor") == [
        f"/aws/lambda/OrderProcessor's retention is 3 days, the settings say 30{BACK}",
        f"OrderProcessor's batch size is 7, the settings say 10{BACK}",
        f"OrderProcessor's event source mapping is off, the program says on{BACK}",
        f"OrderProcessor's maximum concurrency is 3, the settings say 10{BACK}",
        f"OrderProcessor's memory is 256 MB, the settings say 512{BACK}",
        f"OrderProcessor's timeout is 9 s, the settings say 5{BACK}",
    ]


def test_documents_lists_and_texts_are_named_and_not_shown() -> None:
    found = recorded("policy-and-alarm")
    for what in ("OrderQueue's queue policy", "OrderDLQ's tags", "OrderQueueTooOld's notification of its end"):
        assert f"AWS has another value for {what} than the program{BACK}" in found
    assert f"OrderQueueTooOld's threshold is 9,000, the settings say 300{BACK}" in found
    assert not [one for one in found if "arn:" in one or "Statement" in one]


def test_names_of_the_user_and_of_aws_are_shown_as_they_are() -> None:
    before = {"environment": {"variables": {"ORDERS_MAX_RECEIVE_COUNT": "3", "myName": "a"}}}
    after = {"environment": {"variables": {"ORDERS_MAX_RECEIVE_COUNT": "5", "myName": "b"}}}
    found = [one.what for one in updated(types.FUNCTION, before, after, before, "OrderProcessor")]
    assert found == [
        f"AWS has another value for OrderProcessor's environment variable {name} than the program"
        for name in ("ORDERS_MAX_RECEIVE_COUNT", "myName")
    ]
    one_queue, another = ({"dimensions": {"QueueName": name}} for name in ("a", "b"))
    [one] = updated(types.ALARM, one_queue, another, one_queue, "OrderDLQNotEmpty")
    assert "OrderDLQNotEmpty's dimension QueueName" in one.what


def test_deleted_resources_are_reported_with_what_is_lost() -> None:
    dropped = "SNS drops the orders that are published meanwhile"
    assert recorded("deleted-alarm-and-subscription") == [
        f"The metric alarm OrderDLQNotEmpty does not exist any more{AGAIN}",
        f"The topic subscription OrderSubscription does not exist any more. {dropped}{AGAIN}",
    ]


def test_what_follows_from_a_deleted_resource_is_not_reported() -> None:
    # The policies of the queue were deleted with it, and other inputs contain its ARN, which is not known yet.
    found = recorded("deleted-queue-and-table")
    assert f"The table Orders does not exist any more. Its orders are lost{AGAIN}" in found
    assert f"The queue OrderDLQ does not exist any more. Its messages are lost{AGAIN}" in found
    assert len(found) == 4


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({"policy": '{"a": 1, "b": 2}'}, {"policy": '{"b": 2, "a": 1}'}),
        ({"redrivePolicy": '{"maxReceiveCount":3}'}, {"redrivePolicy": '{"maxReceiveCount": 3}'}),
        ({"redrivePolicy": '{"maxReceiveCount": 3}'}, {"redrivePolicy": UNKNOWN}),
        ({"environment": {"variables": {"A": "b"}}}, {"environment": {"variables": {"A": UNKNOWN}}}),
        ({"environment": {"variables": {"A": "b"}}}, {"environment": UNKNOWN}),
        ({"code": {"hash": "a", "path": "b"}}, {"code": {"hash": "a", "assets": {}}}),
        ({"__defaults": []}, {"__defaults": ["name"]}),
    ],
)
def test_an_input_with_the_same_or_an_unknown_value_is_no_difference(
    found: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert updated(QUEUE, found, found, wanted) == []


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
IN_VARIABLES, TOKEN = "environment.variables.TOKEN", "environment variable TOKEN"
ONE_SECRET = {"variables": {"TOKEN": "[secret]"}}


@pytest.mark.parametrize(
    ("found", "wanted", "paths", "what"),
    [
        ("[secret]", "[secret]", ["environment"], "environment"),
        ("[secret]", "[secret]", [IN_VARIABLES], "environment"),
        ("[secret]", "[secret]", ["timeout"], None),
        (SECRET | {"ciphertext": "a"}, SECRET | {"ciphertext": "b"}, ["timeout"], None),
        (SECRET | {"ciphertext": "a"}, SECRET | {"ciphertext": "a"}, ["environment"], "environment"),
        ({"variables": {"TOKEN": "hunter2"}}, "[secret]", ["timeout"], None),
        ({"variables": {"TOKEN": "hunter2"}}, ONE_SECRET, [IN_VARIABLES], TOKEN),
        (ONE_SECRET, ONE_SECRET, [IN_VARIABLES], TOKEN),
        (
            ONE_SECRET,
            ONE_SECRET,
            ['environment["variables"]'],
            TOKEN,
        ),
        (ONE_SECRET, ONE_SECRET, [f"{IN_VARIABLES}2"], None),
    ],
)
def test_a_secret_differs_if_the_engine_says_so_and_is_never_shown(
    found: Any, wanted: Any, paths: list[str], what: str | None
) -> None:
    change = step("update", types.FUNCTION, "F", {"environment": found}, {"environment": wanted})
    told = [
        str(one) for one in drift(change | {"detailedDiff": {path: {} for path in paths}}, refreshed(QUEUE, "Q", {}))
    ]
    assert [one for one in told if "environment" in one.lower()] == told
    assert len(told) == (what is not None)
    assert all(f"{what} is a secret, and differs between AWS and the program{BACK}" in one for one in told)
    assert "hunter2" not in str(told)


def test_a_secret_of_an_update_without_a_reason_may_differ() -> None:
    change = step("update", types.FUNCTION, "F", {"environment": "[secret]"}, {"environment": "[secret]"})
    [told] = drift(change, refreshed(QUEUE, "Q", {}))
    assert told.what == "F's environment is a secret, and the preview does not show whether it differs"


@pytest.mark.parametrize(
    ("was", "found", "wanted", "what", "kind"),
    [
        ({}, {"delaySeconds": 5}, {}, "OrderQueue's delay seconds is 5, the program does not set it", Kind.CHANGED),
        (
            {"visibilityTimeoutSeconds": 30},
            {},
            {"visibilityTimeoutSeconds": 30},
            "OrderQueue's visibility timeout is not set, the settings say 30",
            Kind.CHANGED,
        ),
        (
            {"messageRetentionSeconds": 345600},
            {"messageRetentionSeconds": 345600},
            {"messageRetentionSeconds": 1209600},
            "OrderQueue's retention is 345,600 s, the settings say 1,209,600",
            Kind.NOT_DEPLOYED,
        ),
        (
            {"kmsMasterKeyId": "a@example.com"},
            {"kmsMasterKeyId": "b"},
            {"kmsMasterKeyId": "a@example.com"},
            "AWS has another value for OrderQueue's kms master key id than the program",
            Kind.CHANGED,
        ),
    ],
)
def test_each_difference_says_what_is_there_and_what_is_declared(
    was: dict[str, Any], found: dict[str, Any], wanted: dict[str, Any], what: str, kind: Kind
) -> None:
    [one] = updated(QUEUE, was, found, wanted)
    assert (one.what, one.kind) == (what, kind)


@pytest.mark.parametrize(
    ("kind", "name", "found", "wanted", "source"),
    [
        (types.QUEUE, "OrderQueue", {"visibilityTimeoutSeconds": 45}, {"visibilityTimeoutSeconds": 30}, "settings say"),
        (types.QUEUE, "OrderDLQ", {"visibilityTimeoutSeconds": 45}, {"visibilityTimeoutSeconds": 30}, "program says"),
        (types.REDRIVE_POLICY, "OrderQueue", redrive(10), redrive(3), "settings say 3"),
        (types.TABLE, "Orders", writes(9), writes(2000), "settings say 2,000"),
        (types.FUNCTION, "OrderProcessor", {"timeout": 9}, {}, "program does not set it"),
        (types.ALARM, "OrderQueueTooOld", {"threshold": 9000}, {"threshold": 300}, "settings say 300"),
        (types.ALARM, "OrderDLQNotEmpty", {"threshold": 1}, {"threshold": 0}, "program says 0"),
    ],
)
def test_the_settings_declare_what_they_determine_and_the_program_anything_else(
    kind: str, name: str, found: dict[str, Any], wanted: dict[str, Any], source: str
) -> None:
    [one] = updated(kind, wanted, found, wanted, name)
    assert f", the {source}" in one.what


def test_a_change_of_the_program_that_was_not_deployed_is_no_change_in_aws() -> None:
    found = drift(
        refreshed(QUEUE, "Old", {"name": "Old"}),
        refreshed(QUEUE, "Moved", {"name": "Moved"}),
        step("delete", QUEUE, "Old", {"name": "Old"}),
        step("create", QUEUE, "New", None, {"name": "New"}),
        step("replace", QUEUE, "Moved", {"name": "Moved"}, {"name": "Moved"}),
    )
    assert [(one.kind, one.what) for one in found] == [
        (Kind.NOT_DEPLOYED, "The queue Moved exists, and the program replaces it"),
        (Kind.NOT_DEPLOYED, "The queue New is in the program, and does not exist yet"),
        (Kind.NOT_DEPLOYED, "The queue Old exists, and is not in the program any more"),
    ]


def test_a_deleted_topic_has_lost_its_subscribers() -> None:
    kind = "aws:sns/topic:Topic"
    [one] = drift(refreshed(kind, "OrderEvents", {}), step("create", kind, "OrderEvents", None, {}))
    gone = "Its subscriptions are gone, also those of other programs"
    assert str(one) == f"The topic OrderEvents does not exist any more. {gone}{AGAIN}"


def test_no_address_is_shown() -> None:
    name, kind = "OrderAlerts-ops@example.com", "aws:sns/topicSubscription:TopicSubscription"
    inputs = {"endpoint": "ops@example.com", "protocol": "email"}
    [one] = drift(refreshed(kind, name, inputs), step("create", kind, name, None, inputs))
    assert str(one) == f"The topic subscription [address] does not exist any more{AGAIN}"
    assert "ops@" not in repr(one)


def test_the_command_names_the_stack_of_the_preview() -> None:
    changed = step("update", QUEUE, "It", {"delaySeconds": 1}, {"delaySeconds": 0})
    changed["urn"] = urn(QUEUE, "It").replace(":dev::", ":prod-eu::")
    before = {**refreshed(QUEUE, "It", {"delaySeconds": 0}), "urn": changed["urn"]}
    assert drift(before, changed)[0].remedy == "`pulumi up --refresh --stack prod-eu` puts it back"


def test_a_preview_without_a_refresh_cannot_be_compared() -> None:
    with pytest.raises(InvalidInput) as raised:
        drift(step("same", QUEUE, "It", {"delaySeconds": 0}, {"delaySeconds": 0}))
    assert "make it with `pulumi preview --refresh --json`" in str(raised.value)


def test_a_preview_that_failed_gives_its_reason() -> None:
    diagnostics = [{"severity": "error", "message": "error: no credentials for ops@example.com\n"}]
    with pytest.raises(NoAccess) as raised:
        read_drift(json.dumps({"steps": [], "diagnostics": diagnostics}))
    assert str(raised.value) == ("the preview failed, so the stack was not compared: no credentials for [address]")
