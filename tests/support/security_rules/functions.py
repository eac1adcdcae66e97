"""Rules for Lambda functions and event source mappings."""

import re
from typing import Any, get_args

from infra.resource_types import FUNCTION, LOG_GROUP, MAPPING, QUEUE
from infra.settings import Runtime
from tests.support.arns import arn
from tests.support.recorder import Program, Registration
from tests.support.security_rules.rule import READS, REDRIVES, Rule, dead_letters, given, made, queue_of, redriven_to


def failures_go_somewhere(mapping: Registration, program: Program) -> Any:
    # Only mappings that read a stream have a destination for failures. A queue has its redrive policy.
    source = queue_of(mapping, program)
    return mapping.inputs.get("destinationConfig") or (source and redriven_to(source, program))


def logs_into_a_group_with_retention(function: Registration, program: Program) -> bool:
    group = function.inputs.get("loggingConfig", {}).get("logGroup", f"/aws/lambda/{function.name}")
    return any(g.name == group and g.inputs.get("retentionInDays") for g in program.all(LOG_GROUP))


def variables(function: Registration) -> dict[str, str]:
    found: dict[str, str] = function.inputs.get("environment", {}).get("variables", {})
    return found


# IDs of AWS principals and keys, private keys, and any forty base64 characters, which look like secret access keys.
SECRET = re.compile(
    r"(A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}"
    r"|-----BEGIN"
    r"|(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])"
)


def no_variable_is_a_secret(function: Registration, _: Program) -> bool:
    return not [value for value in variables(function).values() if SECRET.search(value)]


def no_variable_is_lambdas_own(function: Registration, _: Program) -> bool:
    # Reserved names: Lambda Developer Guide, "Defined runtime environment variables".
    return not [name for name in variables(function) if name.startswith("AWS_") or name == "_HANDLER"]


def variables_fit_into_4_kilobytes(function: Registration, _: Program) -> bool:
    return sum(len(text.encode()) for item in variables(function).items() for text in item) <= 4096


FUNCTIONS = (
    Rule(
        ids=("AwsSolutions-L1", "Serverless-LambdaLatestVersion"),
        demand="A function uses the latest runtime.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs["runtime"] == get_args(Runtime)[-1],
        kept_by=(made(FUNCTION, runtime="python3.14"),),
        broken_by=(made(FUNCTION, runtime="python3.13"),),
    ),
    Rule(
        ids=("CKV_AWS_363", "E2531"),
        demand="A function does not use a runtime that AWS no longer supports.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs["runtime"] in get_args(Runtime),
        kept_by=(made(FUNCTION, runtime="python3.11"),),
        broken_by=(made(FUNCTION, runtime="python3.9"),),
    ),
    Rule(
        ids=("CKV_AWS_50", "WS1000", "Serverless-LambdaTracing"),
        demand="A function has active tracing.",
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
        demand="A function reserves concurrency, which also limits its concurrency.",
        types=(FUNCTION,),
        holds=lambda function, _: function.inputs.get("reservedConcurrentExecutions", -1) > 0,
        kept_by=(made(FUNCTION, reservedConcurrentExecutions=1),),
        broken_by=(made(FUNCTION, reservedConcurrentExecutions=-1),),
    ),
    Rule(
        ids=("CKV_AWS_173",),
        demand="A function's environment variables are encrypted with a customer managed key.",
        types=(FUNCTION,),
        # checkov also rejects a key without variables, in Terraform.
        holds=lambda function, _: bool(function.inputs.get("kmsKeyArn")) == bool(variables(function)),
        kept_by=(made(FUNCTION, kmsKeyArn="key", environment={"variables": {"A": "a"}}), made(FUNCTION)),
        broken_by=(made(FUNCTION, environment={"variables": {"A": "a"}}),),
    ),
    Rule(
        ids=("CKV_AWS_45",),
        demand="A function's environment variables contain no secrets.",
        types=(FUNCTION,),
        holds=no_variable_is_a_secret,
        kept_by=(made(FUNCTION, environment={"variables": {"TABLE": "Orders"}}),),
        broken_by=(made(FUNCTION, environment={"variables": {"KEYS": f"id:{40 * 'k'}"}}),),
    ),
    Rule(
        ids=("E3663",),
        demand="A function's environment variables do not use names that Lambda reserves.",
        types=(FUNCTION,),
        holds=no_variable_is_lambdas_own,
        kept_by=(made(FUNCTION, environment={"variables": {"REGION": "eu-west-1"}}),),
        broken_by=(made(FUNCTION, environment={"variables": {"AWS_REGION": "eu-west-1"}}),),
    ),
    Rule(
        ids=("E3697",),
        demand="A function's environment variables are at most 4 KB in total.",
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
        demand="A function sets its memory size.",
        types=(FUNCTION,),
        holds=given("memorySize"),
        kept_by=(made(FUNCTION, memorySize=128),),
        broken_by=(made(FUNCTION),),
    ),
    Rule(
        ids=("ES1006", "Serverless-LambdaDefaultTimeout"),
        demand="A function sets its timeout.",
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
        demand="A function logs into a log group of the program, and the group has a retention period.",
        types=(FUNCTION,),
        holds=logs_into_a_group_with_retention,
        kept_by=(made(FUNCTION, loggingConfig={"logGroup": "it"}), made(LOG_GROUP, retentionInDays=1)),
        broken_by=(made(FUNCTION), made(LOG_GROUP, retentionInDays=1)),
    ),
    Rule(
        ids=("ES1001", "Serverless-LambdaEventSourceMappingDestination"),
        demand="An event source mapping sends failures to a destination or to its queue's dead-letter queue.",
        types=(MAPPING,),
        holds=failures_go_somewhere,
        kept_by=(READS, made(QUEUE), REDRIVES),
        broken_by=(READS, made(QUEUE)),
    ),
    Rule(
        ids=("E3634",),
        demand="An event source mapping that reads a queue has no starting position.",
        types=(MAPPING,),
        holds=lambda mapping, program: not (queue_of(mapping, program) and mapping.inputs.get("startingPosition")),
        kept_by=(READS, made(QUEUE)),
        broken_by=(made(MAPPING, startingPosition="LATEST", eventSourceArn=arn(QUEUE, "it")), made(QUEUE)),
    ),
)
