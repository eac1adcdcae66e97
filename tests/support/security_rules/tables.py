"""Rules for DynamoDB tables, and for everything that keeps data."""

from infra.resource_types import KEY, LOG_GROUP, QUEUE, TABLE
from tests.support.arns import arn
from tests.support.recorder import Program, Registration
from tests.support.resource_types import BACKUP
from tests.support.security_rules.rule import Rule, made


def attributes_are_those_of_keys(table: Registration, _: Program) -> bool:
    indexes = [*table.inputs.get("globalSecondaryIndexes", []), *table.inputs.get("localSecondaryIndexes", [])]
    keys = {keyed.get(key) for keyed in (table.inputs, *indexes) for key in ("hashKey", "rangeKey")} - {None}
    return {attribute["name"] for attribute in table.inputs["attributes"]} == keys


def has_no_capacity_to_outgrow(table: Registration, _: Program) -> bool:
    provisioned = table.inputs.get("readCapacity") or table.inputs.get("writeCapacity")
    return table.inputs.get("billingMode") == "PAY_PER_REQUEST" and not provisioned


def is_backed_up(table: Registration, program: Program) -> bool:
    return any(arn(TABLE, table.name) in selection.inputs["resources"] for selection in program.all(BACKUP))


def is_protected(resource: Registration, _: Program) -> bool:
    return resource.protect or bool(resource.inputs.get("deletionProtectionEnabled"))


TABLES = (
    Rule(
        ids=("CKV_AWS_28", "AwsSolutions-DDB3", "NIST.800.53.R5-DynamoDBPITREnabled"),
        demand="A table has point-in-time recovery.",
        types=(TABLE,),
        holds=lambda table, _: table.inputs.get("pointInTimeRecovery", {}).get("enabled"),
        kept_by=(made(TABLE, pointInTimeRecovery={"enabled": True}),),
        broken_by=(made(TABLE, pointInTimeRecovery={"enabled": False}),),
    ),
    Rule(
        ids=("CKV_AWS_119",),
        demand="A table is encrypted with a customer managed key.",
        types=(TABLE,),
        holds=lambda table, _: all(
            table.inputs.get("serverSideEncryption", {}).get(key) for key in ("enabled", "kmsKeyArn")
        ),
        kept_by=(made(TABLE, serverSideEncryption={"enabled": True, "kmsKeyArn": "key"}),),
        broken_by=(made(TABLE, serverSideEncryption={"kmsKeyArn": "key"}),),
    ),
    Rule(
        ids=("NIST.800.53.R5-DynamoDBInBackupPlan",),
        demand="A table is in a backup plan of AWS Backup.",
        types=(TABLE,),
        holds=is_backed_up,
        kept_by=(made(TABLE), made(BACKUP, resources=[arn(TABLE, "it")])),
        broken_by=(made(TABLE), made(BACKUP, resources=[arn(TABLE, "other")])),
    ),
    Rule(
        ids=("CKV2_AWS_16", "E3638", "NIST.800.53.R5-DynamoDBAutoScalingEnabled"),
        demand="A table uses on-demand billing without a set capacity, so that it needs no scaling.",
        types=(TABLE,),
        holds=has_no_capacity_to_outgrow,
        kept_by=(made(TABLE, billingMode="PAY_PER_REQUEST"),),
        broken_by=(made(TABLE, billingMode="PAY_PER_REQUEST", readCapacity=5),),
    ),
    Rule(
        ids=("E3039",),
        demand="A table declares the attributes of its keys and no others.",
        types=(TABLE,),
        holds=attributes_are_those_of_keys,
        kept_by=(made(TABLE, hashKey="orderId", attributes=[{"name": "orderId", "type": "S"}]),),
        broken_by=(made(TABLE, hashKey="orderId", attributes=[{"name": "userId", "type": "S"}]),),
    ),
    Rule(
        ids=("I3011",),
        demand="A resource that stores data or keys is protected from deletion.",
        types=(TABLE, QUEUE, LOG_GROUP, KEY),
        holds=is_protected,
        kept_by=(made(TABLE, deletionProtectionEnabled=True),),
        broken_by=(made(TABLE, deletionProtectionEnabled=False),),
    ),
)
