"""The optional key: the resources that it encrypts, and its policy."""

from typing import Any

import pytest

from infra.resource_types import KEY, LOG_GROUP, QUEUE, ROLE, ROLE_POLICY, TABLE, TOPIC
from tests.support.arns import ACCOUNT, REGION, arn
from tests.support.recorder import Program, recorded

KEY_ARN, KEY_ID = arn(KEY, "OrderKey-id"), "OrderKey-id"


@pytest.fixture(scope="module")
def encrypted() -> Program:
    return recorded("prod", {"customerManagedKey": "true"})


@pytest.fixture(scope="module")
def default() -> Program:
    return recorded("prod")


def test_without_the_setting_there_is_no_key_and_the_services_own_encrypt(default: Program) -> None:
    assert default.all("aws:kms/key:Key") == []
    for queue in default.all("aws:sqs/queue:Queue"):
        assert (queue.inputs["sqsManagedSseEnabled"], "kmsMasterKeyId" in queue.inputs) == (True, False)


def test_with_it_every_topic_queue_table_and_log_is_encrypted_with_the_key(encrypted: Program) -> None:
    for topic in encrypted.all("aws:sns/topic:Topic"):
        assert topic.inputs["kmsMasterKeyId"] == KEY_ID, topic.name
    for queue in encrypted.all("aws:sqs/queue:Queue"):
        # SQS accepts only one of the two encryption settings.
        assert (queue.inputs["kmsMasterKeyId"], "sqsManagedSseEnabled" in queue.inputs) == (KEY_ID, False), queue.name
    table = encrypted.one("aws:dynamodb/table:Table")
    assert table.inputs["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": KEY_ARN}
    assert [group.inputs["kmsKeyId"] for group in encrypted.all("aws:cloudwatch/logGroup:LogGroup")] == [KEY_ARN] * 2


def statements(program: Program) -> dict[str, dict[str, Any]]:
    return {entry["Sid"]: entry for entry in program.one("aws:kms/key:Key").document("policy")["Statement"]}


def test_the_account_keeps_its_say_over_the_key(encrypted: Program) -> None:
    assert statements(encrypted)["AccountAdministers"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


@pytest.mark.parametrize("service", ["sns", "cloudwatch"])
def test_sns_and_alarms_still_deliver_and_only_for_this_account(encrypted: Program, service: str) -> None:
    allowed = statements(encrypted)[f"{service.capitalize()}MayUse"]
    assert allowed["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert allowed["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_logs_may_use_the_key_for_the_logs_of_the_functions_alone(encrypted: Program) -> None:
    allowed = statements(encrypted)["LogsMayUse"]
    assert allowed["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    groups = [
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/Order{function}*"
        for function in ("Processor", "Notifier")
    ]
    assert allowed["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}


def test_the_processor_may_use_the_key_for_its_queue_and_through_dynamodb(encrypted: Program) -> None:
    allowed = {sid: statements(encrypted)[sid] for sid in ("MayReadEncrypted", "MayWriteEncrypted")}
    for entry, service in zip(allowed.values(), ("sqs", "dynamodb"), strict=True):
        assert entry["Principal"] == {"AWS": arn(ROLE, "OrderProcessor")}
        assert entry["Condition"] == {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}}
    assert allowed["MayReadEncrypted"]["Action"] == ["kms:Decrypt"]
    assert not any(action.endswith("*") for entry in allowed.values() for action in entry["Action"])


def test_the_notifier_may_use_the_key_for_the_stream_and_for_what_it_sends(encrypted: Program) -> None:
    read, send = (statements(encrypted)[f"NotifierMay{what}Encrypted"] for what in ("Read", "Send"))
    assert read["Principal"] == send["Principal"] == {"AWS": arn(ROLE, "OrderNotifier")}
    assert read["Action"] == ["kms:Decrypt", "kms:DescribeKey"]
    assert read["Condition"] == {"StringEquals": {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}}
    assert send["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert send["Condition"] == {
        "StringEquals": {"kms:ViaService": [f"sns.{REGION}.amazonaws.com", f"sqs.{REGION}.amazonaws.com"]}
    }


def test_without_events_nobody_else_may_use_the_key() -> None:
    program = recorded("prod", {"customerManagedKey": "true", "orderEvents": "false"})
    assert [sid for sid in statements(program) if sid.startswith("Notifier")] == []


def test_all_permissions_on_the_key_are_in_its_policy_so_that_they_exist_before_anything_is_encrypted(
    encrypted: Program, default: Program
) -> None:
    granted = [one for one in encrypted.resources if "kms:" in str(one.inputs.get("policy"))]
    assert [one.type for one in granted] == [KEY]
    assert {role.urn for role in encrypted.all(ROLE)} <= encrypted.one(KEY).dependencies
    assert encrypted.statements(ROLE_POLICY) == default.statements(ROLE_POLICY)


@pytest.mark.parametrize("type_token", [TOPIC, QUEUE, TABLE, LOG_GROUP])
def test_what_the_key_encrypts_depends_on_it(encrypted: Program, type_token: str) -> None:
    for resource in encrypted.all(type_token):
        assert encrypted.one(KEY).urn in resource.dependencies, resource.name


def test_a_key_that_leaves_the_stack_stays_in_aws(encrypted: Program) -> None:
    assert [one.name for one in encrypted.resources if one.retained] == ["OrderKey"]


def test_a_deleted_key_can_be_called_back_for_as_long_as_kms_allows(encrypted: Program) -> None:
    assert encrypted.one("aws:kms/key:Key").inputs["deletionWindowInDays"] == 30
