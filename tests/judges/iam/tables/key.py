"""Who may use the key of the pipeline, and who may not.

No role has a permission on the key of its own: the policy of the key has them all.
"""

from tests.judges.iam.questions import OTHER_ACCOUNT, OTHER_REGION, may, may_not
from tests.judges.iam.tables.names import (
    ADMINISTRATOR,
    CHANGE,
    CIPHER,
    CLOUDWATCH,
    EVENTS,
    KEY,
    NOTIFIER,
    ORDERS,
    PROCESSOR,
    SNS,
    USE,
    via,
)
from tests.support.arns import ACCOUNT, REGION

LOGS = f"logs.{REGION}.amazonaws.com"
FOR_THIS_ACCOUNT, FOR_ANOTHER = {"aws:SourceAccount": ACCOUNT}, {"aws:SourceAccount": OTHER_ACCOUNT}


def of_log(group: str) -> dict[str, str]:
    return {"kms:EncryptionContext:aws:logs:arn": group}


WITH_A_KEY = (
    # The services: to send to encrypted queues and topics, and to encrypt log groups.
    may(SNS, "kms:Decrypt kms:GenerateDataKey", KEY, when=FOR_THIS_ACCOUNT),
    may(CLOUDWATCH, "kms:Decrypt kms:GenerateDataKey", KEY, when=FOR_THIS_ACCOUNT),
    may_not(SNS, "kms:Decrypt kms:GenerateDataKey", KEY, when=FOR_ANOTHER),
    may_not(CLOUDWATCH, "kms:Decrypt kms:GenerateDataKey", KEY, when=FOR_ANOTHER),
    may_not(SNS, f"kms:Encrypt {CHANGE}", KEY, when=FOR_THIS_ACCOUNT),
    may_not(CLOUDWATCH, f"kms:Encrypt {CHANGE}", KEY, when=FOR_THIS_ACCOUNT),
    may_not("s3.amazonaws.com", USE, KEY, when=FOR_THIS_ACCOUNT),
    may(LOGS, CIPHER, KEY, when=of_log("log group /aws/lambda/OrderProcessor")),
    may(LOGS, CIPHER, KEY, when=of_log("log group /aws/lambda/OrderNotifier")),
    may_not(LOGS, CIPHER, KEY, when=of_log("log group /aws/lambda/OrderProcessor of another account")),
    may_not(LOGS, CIPHER, KEY, when=of_log("log group /aws/lambda/OrderProcessor of another Region")),
    may_not(LOGS, CIPHER, KEY, when=of_log(f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/Other")),
    may_not(LOGS, "kms:CreateGrant", KEY, when=of_log("log group /aws/lambda/OrderProcessor")),
    may_not(LOGS, f"{USE} {CHANGE}", KEY),
    may_not("logs.us-east-1.amazonaws.com", CIPHER, KEY, when=of_log("log group /aws/lambda/OrderProcessor")),
    # The processor reads the queue and writes the table.
    may(PROCESSOR, "kms:Decrypt", KEY, when=via("sqs")),
    may(PROCESSOR, USE, KEY, when=via("dynamodb")),
    may_not(PROCESSOR, "kms:GenerateDataKey kms:Encrypt", KEY, when=via("sqs")),
    may_not(PROCESSOR, "kms:Decrypt", KEY, when=via("sns")),
    may_not(PROCESSOR, "kms:Decrypt", KEY, when=via("sqs", OTHER_REGION)),
    may_not(PROCESSOR, USE, KEY, when=via("dynamodb", OTHER_REGION)),
    may_not(PROCESSOR, USE, KEY),
    may_not(PROCESSOR, CHANGE, KEY, when=via("dynamodb")),
    # The notifier reads the stream, publishes events and sends what is given up.
    may(NOTIFIER, "kms:Decrypt kms:DescribeKey", KEY, when=via("dynamodb")),
    may(NOTIFIER, "kms:Decrypt kms:GenerateDataKey", KEY, when=via("sns")),
    may(NOTIFIER, "kms:Decrypt kms:GenerateDataKey", KEY, when=via("sqs")),
    may_not(NOTIFIER, "kms:GenerateDataKey kms:Encrypt", KEY, when=via("dynamodb")),
    may_not(NOTIFIER, f"kms:Encrypt {CHANGE}", KEY, when=via("sns")),
    may_not(NOTIFIER, USE, KEY),
    may_not(NOTIFIER, "kms:Decrypt", KEY, when=via("s3")),
    *(may_not(NOTIFIER, "kms:Decrypt", KEY, when=via(one, OTHER_REGION)) for one in ("dynamodb", "sns", "sqs")),
    # The account keeps its say over the key, and nobody else has one.
    may(ADMINISTRATOR, f"{USE} {CHANGE}", KEY),
    may_not("another role", USE, KEY, when=via("sqs")),
    may_not("another role", USE, KEY, when=via("dynamodb")),
    may_not("another role", USE, KEY, when=via("sns")),
    may_not("an administrator of another account", f"{USE} {CHANGE}", KEY),
    may_not("an administrator of another account", USE, KEY, when=via("sqs")),
    may_not("an administrator of another account", USE, KEY, when=via("dynamodb")),
)

# A publisher with the statement in docs/aws.md, which it needs besides its permission to publish
PUBLISHER, TO = "a publisher", "kms:EncryptionContext:aws:sns:topicArn"
PUBLISHING = (
    may(PUBLISHER, "kms:GenerateDataKey kms:Decrypt", KEY, when=via("sns") | {TO: ORDERS}),
    may_not(PUBLISHER, "kms:GenerateDataKey kms:Decrypt", KEY, when=via("sns") | {TO: EVENTS}),
    *(
        may_not(
            PUBLISHER, "kms:GenerateDataKey kms:Decrypt", KEY, when=via("sns") | {TO: f"{ORDERS} of another {place}"}
        )
        for place in ("account", "Region")
    ),
    may_not(PUBLISHER, "kms:GenerateDataKey kms:Decrypt", KEY, when=via("sqs") | {TO: ORDERS}),
    may_not(PUBLISHER, "kms:GenerateDataKey kms:Decrypt", KEY, when=via("sns", OTHER_REGION) | {TO: ORDERS}),
    may_not(PUBLISHER, "kms:GenerateDataKey kms:Decrypt", f"{KEY} of another Region", when=via("sns") | {TO: ORDERS}),
    may_not(PUBLISHER, "kms:Encrypt", KEY, when=via("sns") | {TO: ORDERS}),
)
