"""Rules for SNS topics and their subscriptions."""

from infra.resource_types import QUEUE, SUBSCRIPTION, TOPIC, TOPIC_POLICY
from tests.support.arns import arn
from tests.support.recorder import Program, Registration
from tests.support.security_rules.rule import WITHOUT_TLS, Rule, dead_letters, document, given, made, only_over_tls


def endpoint_is_of_the_protocol(subscription: Registration, _: Program) -> bool:
    service = {"sqs": "sqs", "lambda": "lambda", "firehose": "firehose"}.get(subscription.inputs["protocol"])
    return service is None or subscription.inputs["endpoint"].startswith(f"arn:aws:{service}:")


TOPICS = (
    Rule(
        ids=("CKV_AWS_26", "NIST.800.53.R5-SNSEncryptedKMS"),
        demand="A topic is encrypted with a key in KMS.",
        types=(TOPIC,),
        holds=given("kmsMasterKeyId"),
        kept_by=(made(TOPIC, kmsMasterKeyId="key"),),
        broken_by=(made(TOPIC),),
    ),
    Rule(
        ids=("AwsSolutions-SNS3",),
        demand="A topic's policy denies publishing without TLS.",
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
        demand="A subscription's endpoint matches its protocol.",
        types=(SUBSCRIPTION,),
        holds=endpoint_is_of_the_protocol,
        kept_by=(made(SUBSCRIPTION, protocol="sqs", endpoint=arn(QUEUE, "it")),),
        broken_by=(made(SUBSCRIPTION, protocol="lambda", endpoint=arn(QUEUE, "it")),),
    ),
)
