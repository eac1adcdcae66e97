"""Rules for SQS queues."""

from infra.resource_types import FUNCTION, MAPPING, QUEUE, QUEUE_POLICY
from tests.support.arns import arn
from tests.support.recorder import Program, Registration
from tests.support.security_rules.rule import (
    READS,
    REDRIVES,
    WITHOUT_TLS,
    Rule,
    dead_letters,
    document,
    given,
    made,
    named,
    only_over_tls,
    queue_of,
    redriven_to,
)


def has_a_dead_letter_queue_or_is_one(queue: Registration, program: Program) -> bool:
    return bool(redriven_to(queue, program)) or arn(QUEUE, queue.name) in map(dead_letters, program.resources)


def dead_letters_are_of_the_same_type(queue: Registration, program: Program) -> bool:
    fifo = {arn(QUEUE, other.name): bool(other.inputs.get("fifoQueue")) for other in program.all(QUEUE)}
    own = fifo[arn(QUEUE, queue.name)]
    return fifo.get(redriven_to(queue, program) or "", own) == own


def hidden_six_times_as_long_as_a_batch_takes(queue: Registration, program: Program) -> bool:
    functions = {arn(FUNCTION, function.name): function for function in program.all(FUNCTION)}
    readers = [functions[m.inputs["functionName"]] for m in program.all(MAPPING) if queue_of(m, program) is queue]
    hidden = queue.inputs.get("visibilityTimeoutSeconds", 30)
    return all(hidden >= 6 * reader.inputs["timeout"] for reader in readers)


FAILURES = {"destinationArn": arn(QUEUE, "Failures")}

QUEUES = (
    Rule(
        ids=("AwsSolutions-SQS2",),
        demand="A queue is encrypted with SQS's keys or with a key in KMS.",
        types=(QUEUE,),
        holds=given("sqsManagedSseEnabled", "kmsMasterKeyId"),
        kept_by=(made(QUEUE, sqsManagedSseEnabled=True), made(QUEUE, kmsMasterKeyId="key")),
        broken_by=(made(QUEUE, sqsManagedSseEnabled=False),),
    ),
    Rule(
        # checkov accepts SQS's own keys in Terraform, and only keys in KMS in CloudFormation.
        ids=("CKV_AWS_27",),
        demand="A queue is encrypted with a key in KMS.",
        types=(QUEUE,),
        holds=given("kmsMasterKeyId"),
        kept_by=(made(QUEUE, kmsMasterKeyId="key"),),
        broken_by=(made(QUEUE, sqsManagedSseEnabled=True),),
    ),
    Rule(
        ids=("CKV2_AWS_73",),
        demand="A queue that KMS encrypts uses a customer managed key, because SNS cannot use AWS's key.",
        types=(QUEUE,),
        holds=lambda queue, _: "alias/aws/sqs" not in queue.inputs.get("kmsMasterKeyId", ""),
        kept_by=(made(QUEUE, kmsMasterKeyId="key"),),
        broken_by=(made(QUEUE, kmsMasterKeyId="alias/aws/sqs"),),
    ),
    Rule(
        ids=("AwsSolutions-SQS3", "ES6000", "Serverless-SQSRedrivePolicy"),
        demand="A queue has a dead-letter queue or is one.",
        types=(QUEUE,),
        holds=has_a_dead_letter_queue_or_is_one,
        kept_by=(
            *(made(QUEUE), REDRIVES, named("DLQ", QUEUE)),
            *(named("Failures", QUEUE), made(MAPPING, destinationConfig={"onFailure": FAILURES})),
        ),
        broken_by=(made(QUEUE), named("DLQ", QUEUE)),
    ),
    Rule(
        ids=("E3502",),
        demand="A queue and its dead-letter queue have the same type, FIFO or standard.",
        types=(QUEUE,),
        holds=dead_letters_are_of_the_same_type,
        kept_by=(made(QUEUE), REDRIVES, named("DLQ", QUEUE)),
        broken_by=(made(QUEUE, fifoQueue=True), REDRIVES, named("DLQ", QUEUE)),
    ),
    Rule(
        ids=("AwsSolutions-SQS4",),
        demand="A queue's policy denies all requests without TLS.",
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
        demand="A queue's visibility timeout is at least six times the timeout of the function that reads it.",
        types=(QUEUE,),
        holds=hidden_six_times_as_long_as_a_batch_takes,
        kept_by=(made(QUEUE, visibilityTimeoutSeconds=30), READS, made(FUNCTION, timeout=5)),
        broken_by=(made(QUEUE, visibilityTimeoutSeconds=29), READS, made(FUNCTION, timeout=5)),
    ),
    Rule(
        ids=("I3013",),
        demand="A queue sets its retention period.",
        types=(QUEUE,),
        holds=given("messageRetentionSeconds"),
        kept_by=(made(QUEUE, messageRetentionSeconds=60),),
        broken_by=(made(QUEUE),),
    ),
)
