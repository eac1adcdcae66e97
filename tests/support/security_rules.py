"""What public rule sets ask of the services that the program uses, as rules over what the program registers.

The ids are those of cdk-nag (AwsSolutions-, NIST.800.53.R5-, Serverless-, and LambdaEventSourceSQSVisibilityTimeout),
checkov (CKV_, CKV2_), cfn-lint (E, W and I with four digits) and serverless-rules (ES, WS). The functions are this
project's own: a rule is what its ids demand, told in terms of the Pulumi provider's inputs, and where one set asks for
more than another, the most. What the program does not follow stands in docs/security.md.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from infra.settings import Runtime
from tests.support.recorder import Program, Registered, arn

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
BACKUP = "aws:backup/selection:Selection"
FUNCTION = "aws:lambda/function:Function"
KEY = "aws:kms/key:Key"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
POLICY = "aws:iam/policy:Policy"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TABLE = "aws:dynamodb/table:Table"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"

Predicate = Callable[[Registered, Program], Any]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A demand on every resource of some types.

    `kept_by` and `broken_by` are programs as small as can be: in the first the rule finds nothing, in the second
    something.
    """

    ids: tuple[str, ...]
    demand: str
    types: tuple[str, ...]
    holds: Predicate
    kept_by: tuple[Registered, ...]
    broken_by: tuple[Registered, ...]

    def looks_at(self, program: Program) -> list[Registered]:
        return [resource for resource in program.resources if resource.type in self.types]

    def broken_in(self, program: Program) -> list[Registered]:
        return [resource for resource in self.looks_at(program) if not self.holds(resource, program)]


# How rules look at resources


def given(*keys: str) -> Predicate:
    """One of these inputs is there, and neither empty nor false."""
    return lambda resource, _: any(resource.inputs.get(key) for key in keys)


def listed(value: Any) -> list[Any]:
    """In a policy, a list of one may do without being a list."""
    return value if isinstance(value, list) else [value]


def statements(resource: Registered, effect: str = "Allow") -> list[dict[str, Any]]:
    documents = [resource.document(key) for key in ("policy", "assumeRolePolicy") if key in resource.inputs]
    return [s for document in documents for s in listed(document["Statement"]) if s["Effect"] == effect]


def allowed(resource: Registered, key: str) -> list[str]:
    """All actions, or all resources, that a policy allows."""
    return [value for statement in statements(resource) for value in listed(statement.get(key, []))]


def principals(statement: dict[str, Any], kind: str) -> list[str]:
    """Whom a statement is about: those of a kind (`AWS`, `Service`), and everyone as `*`."""
    principal = statement.get("Principal", {})
    return listed(principal if isinstance(principal, str) else principal.get(kind, []))


def names_nobody_at_large(resource: Registered, _: Program) -> bool:
    return not [s for s in statements(resource) if "*" in principals(s, "AWS")]


def names_no_other_account(resource: Registered, _: Program) -> bool:
    return not [s for s in statements(resource) if principals(s, "AWS") and "Condition" not in s]


def only_over_tls(action: str, policy_type: str, key: str, output: str) -> Predicate:
    """One of the program's policies denies the resource's `action` to everyone who comes without TLS."""

    def denies(statement: dict[str, Any]) -> bool:
        insecure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
        return (
            "*" in principals(statement, "AWS")
            and action in listed(statement["Action"])
            and str(insecure).lower() == "false"
        )

    def holds(resource: Registered, program: Program) -> bool:
        own = [policy for policy in program.all(policy_type) if policy.inputs[key] == output.format(resource.name)]
        return any(denies(statement) for policy in own for statement in statements(policy, "Deny"))

    return holds


def dead_letters(resource: Registered) -> str | None:
    """The ARN of the queue that a queue, subscription or function sets aside in."""
    if "redrivePolicy" in resource.inputs:
        found = resource.document("redrivePolicy")["deadLetterTargetArn"]
    else:
        found = resource.inputs.get("deadLetterConfig", {}).get("targetArn")
    return found or None


def queue_of(mapping: Registered, program: Program) -> Registered | None:
    return next((q for q in program.all(QUEUE) if arn(QUEUE, q.name) == mapping.inputs["eventSourceArn"]), None)


def sets_aside_or_is_set_aside_in(queue: Registered, program: Program) -> bool:
    return bool(dead_letters(queue)) or arn(QUEUE, queue.name) in map(dead_letters, program.resources)


def dead_letters_are_of_the_same_type(queue: Registered, program: Program) -> bool:
    fifo = {arn(QUEUE, other.name): bool(other.inputs.get("fifoQueue")) for other in program.all(QUEUE)}
    own = fifo[arn(QUEUE, queue.name)]
    return fifo.get(dead_letters(queue) or "", own) == own


def hidden_six_times_as_long_as_a_batch_takes(queue: Registered, program: Program) -> bool:
    functions = {arn(FUNCTION, function.name): function for function in program.all(FUNCTION)}
    readers = [functions[m.inputs["functionName"]] for m in program.all(MAPPING) if queue_of(m, program) is queue]
    hidden = queue.inputs.get("visibilityTimeoutSeconds", 30)
    return all(hidden >= 6 * reader.inputs["timeout"] for reader in readers)


def failures_go_somewhere(mapping: Registered, program: Program) -> Any:
    # Lambda gives a mapping's failures a destination only where it reads a stream; a queue redrives them itself.
    source = queue_of(mapping, program)
    return mapping.inputs.get("destinationConfig") or (source and dead_letters(source))


def logs_into_a_group_with_retention(function: Registered, program: Program) -> bool:
    group = function.inputs.get("loggingConfig", {}).get("logGroup", f"/aws/lambda/{function.name}")
    return any(g.name == group and g.inputs.get("retentionInDays") for g in program.all(LOG_GROUP))


def variables(function: Registered) -> dict[str, str]:
    found: dict[str, str] = function.inputs.get("environment", {}).get("variables", {})
    return found


# Access key ids of AWS, private keys, and what has no other reason to be forty characters of base64.
SECRET = re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|^[A-Za-z0-9+/]{40}$")


def no_variable_is_a_secret(function: Registered, _: Program) -> bool:
    return not [value for value in variables(function).values() if SECRET.search(value)]


def no_variable_is_lambdas_own(function: Registered, _: Program) -> bool:
    # Lambda Developer Guide, "Defined runtime environment variables": the reserved ones.
    return not [name for name in variables(function) if name.startswith("AWS_") or name == "_HANDLER"]


def variables_fit_into_4_kilobytes(function: Registered, _: Program) -> bool:
    return sum(len(text.encode()) for item in variables(function).items() for text in item) <= 4096


def endpoint_is_of_the_protocol(subscription: Registered, _: Program) -> bool:
    service = {"sqs": "sqs", "lambda": "lambda", "firehose": "firehose"}.get(subscription.inputs["protocol"])
    return service is None or subscription.inputs["endpoint"].startswith(f"arn:aws:{service}:")


def attributes_are_those_of_keys(table: Registered, _: Program) -> bool:
    indexes = [*table.inputs.get("globalSecondaryIndexes", []), *table.inputs.get("localSecondaryIndexes", [])]
    keys = {keyed.get(key) for keyed in (table.inputs, *indexes) for key in ("hashKey", "rangeKey")} - {None}
    return {attribute["name"] for attribute in table.inputs["attributes"]} == keys


def has_no_capacity_to_outgrow(table: Registered, _: Program) -> bool:
    provisioned = table.inputs.get("readCapacity") or table.inputs.get("writeCapacity")
    return table.inputs.get("billingMode") == "PAY_PER_REQUEST" and not provisioned


def is_backed_up(table: Registered, program: Program) -> bool:
    return any(arn(TABLE, table.name) in selection.inputs["resources"] for selection in program.all(BACKUP))


def is_protected(resource: Registered, _: Program) -> bool:
    return resource.protect or bool(resource.inputs.get("deletionProtectionEnabled"))


def is_trusted_to_services_alone(role: Registered, _: Program) -> bool:
    return all(principals(s, "Service") and not principals(s, "AWS") for s in statements(role))


def has_no_policy_of_awss_own(resource: Registered, _: Program) -> bool:
    attached = [*resource.inputs.get("managedPolicyArns", []), resource.inputs.get("policyArn", "")]
    return not [policy for policy in attached if ":aws:policy/" in policy]


# What changes rights, or gets credentials that have others.
RIGHTS = re.compile(r"^(\*|iam:|sts:|sso|organizations:)|:(Add|Remove)Permission|:(Put|Set|Create)\w*(Policy|Grant)")


def grants_no_rights(policy: Registered, _: Program) -> bool:
    return not [action for action in allowed(policy, "Action") if RIGHTS.search(action)]


def is_of_the_language_with_variables(resource: Registered, _: Program) -> bool:
    documents = [resource.document(key) for key in ("policy", "assumeRolePolicy") if key in resource.inputs]
    return all(document.get("Version") == "2012-10-17" for document in documents)


def has_actions_that_happen(alarm: Registered, _: Program) -> bool:
    actions = ("alarmActions", "okActions", "insufficientDataActions")
    return alarm.inputs.get("actionsEnabled", True) and any(alarm.inputs.get(key) for key in actions)


def has_a_policy(key: Registered, program: Program) -> bool:
    return "policy" in key.inputs or any(p.inputs["keyId"] == f"{key.name}-id" for p in program.all(KEY_POLICY))


# The examples' resources


def made(type_token: str, **inputs: Any) -> Registered:
    """A resource that is called `it`, with these inputs; a policy's are JSON."""
    return named("it", type_token, **inputs)


def named(name: str, type_token: str, **inputs: Any) -> Registered:
    return Registered(
        type=type_token,
        name=name,
        inputs={key: json.dumps(value) if key.endswith("olicy") else value for key, value in inputs.items()},
        parent="",
        urn=f"{type_token}::{name}",
        dependencies=frozenset(),
        protect=False,
        custom=True,
    )


def document(**statement: Any) -> dict[str, Any]:
    """A policy of one statement, which allows unless it says otherwise."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


WITHOUT_TLS: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
SELF = {"deadLetterTargetArn": arn(QUEUE, "DLQ"), "maxReceiveCount": 3}
READS = made(MAPPING, eventSourceArn=arn(QUEUE, "it"), functionName=arn(FUNCTION, "it"))
SNS: dict[str, Any] = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}


QUEUES = (
    Rule(
        ids=("CKV_AWS_27", "AwsSolutions-SQS2"),
        demand="A queue is encrypted, with SQS's keys or with one in KMS.",
        types=(QUEUE,),
        holds=given("sqsManagedSseEnabled", "kmsMasterKeyId"),
        kept_by=(made(QUEUE, sqsManagedSseEnabled=True), made(QUEUE, kmsMasterKeyId="key")),
        broken_by=(made(QUEUE, sqsManagedSseEnabled=False),),
    ),
    Rule(
        ids=("CKV2_AWS_73",),
        demand="A queue that is encrypted by KMS has a customer's key; SNS could not deliver with AWS's.",
        types=(QUEUE,),
        holds=lambda queue, _: "alias/aws/sqs" not in queue.inputs.get("kmsMasterKeyId", ""),
        kept_by=(made(QUEUE, kmsMasterKeyId="key"),),
        broken_by=(made(QUEUE, kmsMasterKeyId="alias/aws/sqs"),),
    ),
    Rule(
        ids=("AwsSolutions-SQS3", "ES6000", "Serverless-SQSRedrivePolicy"),
        demand="A queue has a dead-letter queue, or is one.",
        types=(QUEUE,),
        holds=sets_aside_or_is_set_aside_in,
        kept_by=(made(QUEUE, redrivePolicy=SELF), named("DLQ", QUEUE)),
        broken_by=(made(QUEUE), named("DLQ", QUEUE)),
    ),
    Rule(
        ids=("E3502",),
        demand="A FIFO queue has a FIFO queue for its dead letters, a standard one a standard one.",
        types=(QUEUE,),
        holds=dead_letters_are_of_the_same_type,
        kept_by=(made(QUEUE, redrivePolicy=SELF), named("DLQ", QUEUE)),
        broken_by=(made(QUEUE, redrivePolicy=SELF, fifoQueue=True), named("DLQ", QUEUE)),
    ),
    Rule(
        ids=("AwsSolutions-SQS4",),
        demand="A queue has a policy that denies everything to everyone who comes without TLS.",
        types=(QUEUE,),
        holds=only_over_tls("sqs:*", QUEUE_POLICY, "queueUrl", "https://{}"),
        kept_by=(
            made(QUEUE),
            made(QUEUE_POLICY, queueUrl="https://it", policy=document(Action="sqs:*", **WITHOUT_TLS)),
        ),
        broken_by=(
            made(QUEUE),
            made(QUEUE_POLICY, queueUrl="https://it", policy=document(Action="sqs:SendMessage", **WITHOUT_TLS)),
        ),
    ),
    Rule(
        ids=("LambdaEventSourceSQSVisibilityTimeout", "E3505"),
        demand="A queue hides what a function has received for six times the function's time-out.",
        types=(QUEUE,),
        holds=hidden_six_times_as_long_as_a_batch_takes,
        kept_by=(made(QUEUE, visibilityTimeoutSeconds=30), READS, made(FUNCTION, timeout=5)),
        broken_by=(made(QUEUE, visibilityTimeoutSeconds=29), READS, made(FUNCTION, timeout=5)),
    ),
    Rule(
        ids=("I3013",),
        demand="A queue says how long it keeps its messages.",
        types=(QUEUE,),
        holds=given("messageRetentionSeconds"),
        kept_by=(made(QUEUE, messageRetentionSeconds=60),),
        broken_by=(made(QUEUE),),
    ),
)

TOPICS = (
    Rule(
        ids=("CKV_AWS_26", "NIST.800.53.R5-SNSEncryptedKMS"),
        demand="A topic is encrypted, with a key in KMS.",
        types=(TOPIC,),
        holds=given("kmsMasterKeyId"),
        kept_by=(made(TOPIC, kmsMasterKeyId="key"),),
        broken_by=(made(TOPIC),),
    ),
    Rule(
        ids=("AwsSolutions-SNS3",),
        demand="A topic has a policy that denies publishing to everyone who comes without TLS.",
        types=(TOPIC,),
        holds=only_over_tls("sns:Publish", TOPIC_POLICY, "arn", arn(TOPIC, "{}")),
        kept_by=(
            made(TOPIC),
            made(TOPIC_POLICY, arn=arn(TOPIC, "it"), policy=document(Action="sns:Publish", **WITHOUT_TLS)),
        ),
        broken_by=(
            made(TOPIC),
            made(TOPIC_POLICY, arn=arn(TOPIC, "other"), policy=document(Action="sns:Publish", **WITHOUT_TLS)),
        ),
    ),
    Rule(
        ids=("ES7000", "Serverless-SNSRedrivePolicy"),
        demand="A subscription has a dead-letter queue.",
        types=(SUBSCRIPTION,),
        holds=lambda subscription, _: dead_letters(subscription),
        kept_by=(made(SUBSCRIPTION, redrivePolicy={"deadLetterTargetArn": arn(QUEUE, "DLQ")}),),
        broken_by=(made(SUBSCRIPTION),),
    ),
    Rule(
        ids=("W3694",),
        demand="A subscription's endpoint is what its protocol says.",
        types=(SUBSCRIPTION,),
        holds=endpoint_is_of_the_protocol,
        kept_by=(made(SUBSCRIPTION, protocol="sqs", endpoint=arn(QUEUE, "it")),),
        broken_by=(made(SUBSCRIPTION, protocol="lambda", endpoint=arn(QUEUE, "it")),),
    ),
)

FUNCTIONS = (
    Rule(
        ids=("AwsSolutions-L1", "Serverless-LambdaLatestVersion"),
        demand="A function has the latest runtime.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs["runtime"] == get_args(Runtime)[-1],
        kept_by=(made(FUNCTION, runtime="python3.14"),),
        broken_by=(made(FUNCTION, runtime="python3.13"),),
    ),
    Rule(
        ids=("CKV_AWS_363", "E2531"),
        demand="A function has no runtime that AWS has given up.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs["runtime"] in get_args(Runtime),
        kept_by=(made(FUNCTION, runtime="python3.11"),),
        broken_by=(made(FUNCTION, runtime="python3.9"),),
    ),
    Rule(
        ids=("CKV_AWS_50", "WS1000", "Serverless-LambdaTracing"),
        demand="A function is traced.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs.get("tracingConfig", {}).get("mode") == "Active",
        kept_by=(made(FUNCTION, tracingConfig={"mode": "Active"}),),
        broken_by=(made(FUNCTION, tracingConfig={"mode": "PassThrough"}),),
    ),
    Rule(
        ids=("CKV_AWS_116", "NIST.800.53.R5-LambdaDLQ", "Serverless-LambdaDLQ"),
        demand="A function has a dead-letter queue.",
        types=(FUNCTION,),
        holds=lambda function, _: dead_letters(function),
        kept_by=(made(FUNCTION, deadLetterConfig={"targetArn": arn(QUEUE, "DLQ")}),),
        broken_by=(made(FUNCTION),),
    ),
    Rule(
        ids=("CKV_AWS_117", "NIST.800.53.R5-LambdaInsideVPC"),
        demand="A function is in a VPC.",
        types=(FUNCTION,),
        holds=given("vpcConfig"),
        kept_by=(made(FUNCTION, vpcConfig={"subnetIds": ["subnet"], "securityGroupIds": ["group"]}),),
        broken_by=(made(FUNCTION),),
    ),
    Rule(
        ids=("CKV_AWS_115", "NIST.800.53.R5-LambdaConcurrency"),
        demand="A function reserves concurrency, which is also the most that it gets.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs.get("reservedConcurrentExecutions", -1) > 0,
        kept_by=(made(FUNCTION, reservedConcurrentExecutions=1),),
        broken_by=(made(FUNCTION, reservedConcurrentExecutions=-1),),
    ),
    Rule(
        ids=("CKV_AWS_173",),
        demand="A function's variables are encrypted with a customer's key.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs.get("kmsKeyArn") or not variables(function),
        kept_by=(made(FUNCTION, kmsKeyArn="key", environment={"variables": {"A": "a"}}), made(FUNCTION)),
        broken_by=(made(FUNCTION, environment={"variables": {"A": "a"}}),),
    ),
    Rule(
        ids=("CKV_AWS_45",),
        demand="A function's variables hold no secrets.",
        types=(FUNCTION,),
        holds=no_variable_is_a_secret,
        kept_by=(made(FUNCTION, environment={"variables": {"TABLE": "Orders"}}),),
        broken_by=(made(FUNCTION, environment={"variables": {"USER": "AKIA" + 16 * "X"}}),),
    ),
    Rule(
        ids=("E3663",),
        demand="A function's variables have no name that is Lambda's own.",
        types=(FUNCTION,),
        holds=no_variable_is_lambdas_own,
        kept_by=(made(FUNCTION, environment={"variables": {"REGION": "eu-west-1"}}),),
        broken_by=(made(FUNCTION, environment={"variables": {"AWS_REGION": "eu-west-1"}}),),
    ),
    Rule(
        ids=("E3697",),
        demand="A function's variables take 4 KB at most.",
        types=(FUNCTION,),
        holds=variables_fit_into_4_kilobytes,
        kept_by=(made(FUNCTION, environment={"variables": {"A": 4095 * "a"}}),),
        broken_by=(made(FUNCTION, environment={"variables": {"A": 4096 * "a"}}),),
    ),
    Rule(
        ids=("CKV_AWS_272",),
        demand="A function runs only signed code.",
        types=(FUNCTION,),
        holds=given("codeSigningConfigArn"),
        kept_by=(made(FUNCTION, codeSigningConfigArn="signing"),),
        broken_by=(made(FUNCTION),),
    ),
    Rule(
        ids=("ES1005", "Serverless-LambdaDefaultMemorySize"),
        demand="A function says how much memory it gets.",
        types=(FUNCTION,),
        holds=given("memorySize"),
        kept_by=(made(FUNCTION, memorySize=128),),
        broken_by=(made(FUNCTION),),
    ),
    Rule(
        ids=("ES1006", "Serverless-LambdaDefaultTimeout"),
        demand="A function says how long it may take.",
        types=(FUNCTION,),
        holds=given("timeout"),
        kept_by=(made(FUNCTION, timeout=3),),
        broken_by=(made(FUNCTION),),
    ),
    Rule(
        ids=("W2533",),
        demand="A function from a zip has a handler and a runtime.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs.get("handler") and function.inputs.get("runtime"),
        kept_by=(made(FUNCTION, handler="main.handle", runtime="python3.11"),),
        broken_by=(made(FUNCTION, runtime="python3.11"),),
    ),
    Rule(
        ids=("WS1004",),
        demand="A function logs into a group of the program that has a retention.",
        types=(FUNCTION,),
        holds=logs_into_a_group_with_retention,
        kept_by=(made(FUNCTION, loggingConfig={"logGroup": "it"}), made(LOG_GROUP, retentionInDays=1)),
        broken_by=(made(FUNCTION), made(LOG_GROUP, retentionInDays=1)),
    ),
    Rule(
        ids=("ES1001", "Serverless-LambdaEventSourceMappingDestination"),
        demand="What fails in a mapping goes to a destination, or to the dead-letter queue of the queue that it reads.",
        types=(MAPPING,),
        holds=failures_go_somewhere,
        kept_by=(READS, made(QUEUE, redrivePolicy=SELF)),
        broken_by=(READS, made(QUEUE)),
    ),
    Rule(
        ids=("E3634",),
        demand="A mapping that reads a queue has no position to start from.",
        types=(MAPPING,),
        holds=lambda mapping, program: not (queue_of(mapping, program) and mapping.inputs.get("startingPosition")),
        kept_by=(READS, made(QUEUE)),
        broken_by=(made(MAPPING, startingPosition="LATEST", eventSourceArn=arn(QUEUE, "it")), made(QUEUE)),
    ),
)

TABLES = (
    Rule(
        ids=("CKV_AWS_28", "AwsSolutions-DDB3", "NIST.800.53.R5-DynamoDBPITREnabled"),
        demand="A table can be restored to any point in time.",
        types=(TABLE,),
        holds=lambda table, _: table.inputs.get("pointInTimeRecovery", {}).get("enabled"),
        kept_by=(made(TABLE, pointInTimeRecovery={"enabled": True}),),
        broken_by=(made(TABLE, pointInTimeRecovery={"enabled": False}),),
    ),
    Rule(
        ids=("CKV_AWS_119",),
        demand="A table is encrypted with a customer's key.",
        types=(TABLE,),
        holds=lambda table, _: table.inputs.get("serverSideEncryption", {}).get("kmsKeyArn"),
        kept_by=(made(TABLE, serverSideEncryption={"enabled": True, "kmsKeyArn": "key"}),),
        broken_by=(made(TABLE, serverSideEncryption={"enabled": True}),),
    ),
    Rule(
        ids=("NIST.800.53.R5-DynamoDBInBackupPlan",),
        demand="A table is in a plan of AWS Backup.",
        types=(TABLE,),
        holds=is_backed_up,
        kept_by=(made(TABLE), made(BACKUP, resources=[arn(TABLE, "it")])),
        broken_by=(made(TABLE), made(BACKUP, resources=[arn(TABLE, "other")])),
    ),
    Rule(
        ids=("CKV2_AWS_16", "E3638", "NIST.800.53.R5-DynamoDBAutoScalingEnabled"),
        demand="A table is paid by the request and has no capacity set, so that nothing needs scaling.",
        types=(TABLE,),
        holds=has_no_capacity_to_outgrow,
        kept_by=(made(TABLE, billingMode="PAY_PER_REQUEST"),),
        broken_by=(made(TABLE, billingMode="PAY_PER_REQUEST", readCapacity=5),),
    ),
    Rule(
        ids=("E3039",),
        demand="A table declares the attributes of its keys, and no others.",
        types=(TABLE,),
        holds=attributes_are_those_of_keys,
        kept_by=(made(TABLE, hashKey="orderId", attributes=[{"name": "orderId", "type": "S"}]),),
        broken_by=(made(TABLE, hashKey="orderId", attributes=[{"name": "userId", "type": "S"}]),),
    ),
    Rule(
        ids=("I3011",),
        demand="What keeps data or keys is protected from deletion.",
        types=(TABLE, QUEUE, LOG_GROUP, KEY),
        holds=is_protected,
        kept_by=(made(TABLE, deletionProtectionEnabled=True),),
        broken_by=(made(TABLE, deletionProtectionEnabled=False),),
    ),
)

POLICIES = (
    Rule(
        ids=("CKV_AWS_168", "CKV_AWS_169", "CKV_AWS_283", "CKV_AWS_387", "CKV_AWS_33", "CKV_AWS_60"),
        demand="No policy allows anything to everyone, on whatever condition.",
        types=(QUEUE_POLICY, TOPIC_POLICY, KEY_POLICY, KEY, ROLE),
        holds=names_nobody_at_large,
        kept_by=(made(QUEUE_POLICY, policy=document(**SNS)), made(TOPIC_POLICY, policy=document(**WITHOUT_TLS))),
        broken_by=(made(QUEUE_POLICY, policy=document(Principal={"AWS": ["*"]}, Action="sqs:SendMessage")),),
    ),
    Rule(
        ids=("CKV_AWS_385",),
        demand="A topic's or queue's policy names accounts and their users only with a condition.",
        types=(TOPIC_POLICY, QUEUE_POLICY),
        holds=names_no_other_account,
        kept_by=(made(QUEUE_POLICY, policy=document(**SNS)),),
        broken_by=(made(TOPIC_POLICY, policy=document(Principal=ACCOUNT, Action="sns:Publish")),),
    ),
    Rule(
        ids=(
            "CKV_AWS_63",
            "CKV_AWS_62",
            "CKV_AWS_72",
            "NIST.800.53.R5-IAMPolicyNoStatementsWithAdminAccess",
            "NIST.800.53.R5-IAMPolicyNoStatementsWithFullAccess",
            "Serverless-LambdaStarPermissions",
            "WS1003",
        ),
        demand="No policy allows actions by a wildcard.",
        types=(ROLE_POLICY, POLICY, QUEUE_POLICY, TOPIC_POLICY, ROLE),
        holds=lambda policy, _: not any("*" in action for action in allowed(policy, "Action")),
        kept_by=(
            made(QUEUE_POLICY, policy=document(**SNS)),
            made(QUEUE_POLICY, policy=document(Action="sqs:*", **WITHOUT_TLS)),
        ),
        broken_by=(made(ROLE_POLICY, policy=document(Action=["sqs:Receive*"], Resource="queue")),),
    ),
    Rule(
        ids=("CKV_AWS_356", "CKV_AWS_108", "CKV_AWS_111"),
        demand="No role may do anything on every resource.",
        types=(ROLE_POLICY, POLICY),
        holds=lambda policy, _: "*" not in allowed(policy, "Resource"),
        kept_by=(made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource="queue")),),
        broken_by=(made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource=["queue", "*"])),),
    ),
    Rule(
        ids=("AwsSolutions-IAM5",),
        demand="No role may do anything on resources with a wildcard in their names.",
        types=(ROLE_POLICY, POLICY),
        holds=lambda policy, _: not any("*" in resource for resource in allowed(policy, "Resource")),
        kept_by=(made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource="queue")),),
        broken_by=(made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource="queues-*")),),
    ),
    Rule(
        ids=("CKV_AWS_110", "CKV_AWS_107", "CKV_AWS_109", "CKV2_AWS_40"),
        demand="No role may change rights, or get credentials.",
        types=(ROLE_POLICY, POLICY),
        holds=grants_no_rights,
        kept_by=(made(ROLE_POLICY, policy=document(Action="dynamodb:PutItem", Resource="table")),),
        broken_by=(made(ROLE_POLICY, policy=document(Action="iam:PassRole", Resource="role")),),
    ),
    Rule(
        ids=("CKV_AWS_61",),
        demand="A role is trusted to services, and to nobody else.",
        types=(ROLE,),
        holds=is_trusted_to_services_alone,
        kept_by=(made(ROLE, assumeRolePolicy=document(Principal={"Service": "lambda.amazonaws.com"})),),
        broken_by=(made(ROLE, assumeRolePolicy=document(Principal=ACCOUNT)),),
    ),
    Rule(
        ids=("AwsSolutions-IAM4", "CKV_AWS_274", "CKV2_AWS_56"),
        demand="No role has a policy of AWS's own.",
        types=(ROLE, ATTACHMENT),
        holds=has_no_policy_of_awss_own,
        kept_by=(made(ROLE), made(ATTACHMENT, policyArn="arn:aws:iam::111122223333:policy/ours")),
        broken_by=(made(ATTACHMENT, policyArn="arn:aws:iam::aws:policy/AdministratorAccess"),),
    ),
    Rule(
        ids=("NIST.800.53.R5-IAMNoInlinePolicy",),
        demand="A role has no inline policies.",
        types=(ROLE, ROLE_POLICY),
        holds=lambda resource, _: resource.type == ROLE and not resource.inputs.get("inlinePolicies"),
        kept_by=(made(ROLE),),
        broken_by=(made(ROLE_POLICY),),
    ),
    Rule(
        ids=("W2511",),
        demand="A policy is written in the present version of the policy language.",
        types=(ROLE, ROLE_POLICY, POLICY, QUEUE_POLICY, TOPIC_POLICY, KEY, KEY_POLICY),
        holds=is_of_the_language_with_variables,
        kept_by=(made(ROLE_POLICY, policy=document()),),
        broken_by=(made(ROLE_POLICY, policy={"Version": "2008-10-17", "Statement": []}),),
    ),
)

LOGS_AND_ALARMS = (
    Rule(
        ids=(
            "CKV_AWS_66",
            "NIST.800.53.R5-CloudWatchLogGroupRetentionPeriod",
            "Serverless-CloudWatchLogGroupRetentionPeriod",
        ),
        demand="A log group has a retention.",
        types=(LOG_GROUP,),
        holds=given("retentionInDays"),
        kept_by=(made(LOG_GROUP, retentionInDays=1),),
        broken_by=(made(LOG_GROUP),),
    ),
    Rule(
        ids=("CKV_AWS_338",),
        demand="A log is kept for a year.",
        types=(LOG_GROUP,),
        # 0 is for ever.
        holds=lambda group, _: not 0 < group.inputs.get("retentionInDays", 0) < 365,
        kept_by=(made(LOG_GROUP, retentionInDays=365),),
        broken_by=(made(LOG_GROUP, retentionInDays=180),),
    ),
    Rule(
        ids=("CKV_AWS_158", "NIST.800.53.R5-CloudWatchLogGroupEncrypted"),
        demand="A log group is encrypted with a customer's key.",
        types=(LOG_GROUP,),
        holds=given("kmsKeyId"),
        kept_by=(made(LOG_GROUP, kmsKeyId="key"),),
        broken_by=(made(LOG_GROUP),),
    ),
    Rule(
        ids=("CKV_AWS_319", "NIST.800.53.R5-CloudWatchAlarmAction"),
        demand="An alarm does something.",
        types=(ALARM,),
        holds=has_actions_that_happen,
        kept_by=(made(ALARM, alarmActions=["topic"]),),
        broken_by=(made(ALARM, alarmActions=["topic"], actionsEnabled=False),),
    ),
    Rule(
        ids=("E3615",),
        demand="An alarm's period is 10, 20 or 30 seconds, or whole minutes.",
        types=(ALARM,),
        holds=lambda alarm, _: (period := alarm.inputs.get("period", 60)) in (10, 20, 30) or period % 60 == 0,
        kept_by=(made(ALARM, period=300),),
        broken_by=(made(ALARM, period=90),),
    ),
)

KEYS = (
    Rule(
        ids=("CKV_AWS_7", "AwsSolutions-KMS5", "NIST.800.53.R5-KMSBackingKeyRotationEnabled"),
        demand="A key is rotated.",
        types=(KEY,),
        holds=given("enableKeyRotation"),
        kept_by=(made(KEY, enableKeyRotation=True),),
        broken_by=(made(KEY),),
    ),
    Rule(
        ids=("CKV_AWS_227",),
        demand="A key is enabled.",
        types=(KEY,),
        holds=lambda key, _: key.inputs.get("isEnabled", True),
        kept_by=(made(KEY),),
        broken_by=(made(KEY, isEnabled=False),),
    ),
    Rule(
        ids=("CKV2_AWS_64",),
        demand="A key has a policy of the program's.",
        types=(KEY,),
        holds=has_a_policy,
        kept_by=(made(KEY, policy=document(Principal=ACCOUNT)), named("b", KEY), made(KEY_POLICY, keyId="b-id")),
        broken_by=(made(KEY),),
    ),
)

RULES: tuple[Rule, ...] = (*QUEUES, *TOPICS, *FUNCTIONS, *TABLES, *POLICIES, *LOGS_AND_ALARMS, *KEYS)
