"""Tables."""

from typing import Any

from local.resources.registry import Cloud, Inputs, ResourceState, UnsupportedResource, resource_type


@resource_type(
    "aws:dynamodb/table:Table",
    "attributes",
    "billingMode",
    "deletionProtectionEnabled",
    "hashKey",
    "onDemandThroughput.maxWriteRequestUnits",
    "pointInTimeRecovery.enabled",
    "pointInTimeRecovery.recoveryPeriodInDays",
    "serverSideEncryption.enabled",
    "serverSideEncryption.kmsKeyArn",
    "streamEnabled",
    "streamViewType",
)
def _table(cloud: Cloud, name: str, inputs: Inputs) -> ResourceState:
    dynamodb = cloud.clients.dynamodb
    changeable: dict[str, Any] = {
        "BillingMode": inputs["billingMode"],
        "DeletionProtectionEnabled": inputs["deletionProtectionEnabled"],
        **_encryption(inputs),
        **_maximum(inputs),
    }
    try:
        table = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        table = dynamodb.create_table(TableName=name, **_keys(inputs), **changeable, Tags=cloud.tag_list)[
            "TableDescription"
        ]
    else:
        if any(table.get(key) != value for key, value in _keys(inputs).items()):
            raise UnsupportedResource(f"the keys of {name} cannot change in place: restart the emulator")
        dynamodb.update_table(TableName=name, **changeable)
    _stream(cloud, name, inputs)
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=_recovery(inputs))
    described = dynamodb.describe_table(TableName=name)["Table"]
    return name, {"arn": described["TableArn"], "name": name, "streamArn": described.get("LatestStreamArn", "")}


def _stream(cloud: Cloud, name: str, inputs: Inputs) -> None:
    """Enable or disable the stream. DynamoDB refuses a request that changes nothing."""
    dynamodb = cloud.clients.dynamodb
    table = dynamodb.describe_table(TableName=name)["Table"]
    if table.get("StreamSpecification", {}).get("StreamEnabled", False) != inputs["streamEnabled"]:
        wanted: Any = {"StreamEnabled": inputs["streamEnabled"]}
        if inputs["streamEnabled"]:
            wanted["StreamViewType"] = inputs["streamViewType"]
        dynamodb.update_table(TableName=name, StreamSpecification=wanted)


def _keys(inputs: Inputs) -> dict[str, Any]:
    return {
        "KeySchema": [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
    }


def _encryption(inputs: Inputs) -> dict[str, Any]:
    encryption = inputs.get("serverSideEncryption")
    if not encryption:
        return {}
    return {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": encryption["kmsKeyArn"]}}


def _maximum(inputs: Inputs) -> dict[str, Any]:
    maximum = inputs.get("onDemandThroughput")
    return {"OnDemandThroughput": {"MaxWriteRequestUnits": maximum["maxWriteRequestUnits"]}} if maximum else {}


def _recovery(inputs: Inputs) -> Any:
    recovery = inputs["pointInTimeRecovery"]
    return {
        "PointInTimeRecoveryEnabled": recovery["enabled"],
        "RecoveryPeriodInDays": recovery["recoveryPeriodInDays"],
    }
