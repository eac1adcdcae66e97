"""Who may do what in the pipeline, and who may not."""

from tests.judges.iam.questions import OTHER_ACCOUNT, may, may_not
from tests.judges.iam.tables.names import (
    ADMINISTRATOR,
    CLOUDWATCH,
    EVENTS,
    NOTIFIER,
    ORDERS,
    PROCESSOR,
    PROCESSOR_LOG,
    SNS,
    STREAM,
    TABLE,
    WITHOUT_TLS,
    in_another_region,
)
from tests.support.arns import ACCOUNT, REGION

QUEUE, DEAD_LETTERS, UNDELIVERED, GIVEN_UP = QUEUES = (
    *("queue OrderQueue", "queue OrderDLQ"),
    *("queue OrderUndelivered", "queue OrderEventsDLQ"),
)
ALERTS = "topic OrderAlerts"
TOPICS = (ORDERS, EVENTS, ALERTS)
ANOTHER_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Another"
ANOTHER_STREAM = f"{ANOTHER_TABLE}/stream/2026-11-27T00:00:00.000"
NOTIFIER_LOG = "log group /aws/lambda/OrderNotifier > :log-stream:one"
FOR_ORDERS = {"aws:SourceArn": ORDERS, "aws:SourceAccount": ACCOUNT}
ALARM = "metric alarm OrderDLQNotEmpty"
FOR_AN_ALARM = {"aws:SourceArn": ALARM, "aws:SourceAccount": ACCOUNT}

PIPELINE = (
    # SNS delivers orders, and sends the orders that it cannot deliver to a queue of their own.
    may(SNS, "sqs:SendMessage", QUEUE, UNDELIVERED, when=FOR_ORDERS),
    may_not(SNS, "sqs:SendMessage", QUEUE, UNDELIVERED, when={"aws:SourceArn": EVENTS}),
    may_not(SNS, "sqs:SendMessage", QUEUE, UNDELIVERED, when={"aws:SourceArn": f"{ORDERS} of another account"}),
    may_not(SNS, "sqs:SendMessage", QUEUE, UNDELIVERED, when={"aws:SourceArn": f"{ORDERS} of another Region"}),
    may_not(SNS, "sqs:SendMessage", QUEUE, UNDELIVERED, when=FOR_ORDERS | WITHOUT_TLS),
    may_not(SNS, "sqs:SendMessage", DEAD_LETTERS, GIVEN_UP, when=FOR_ORDERS),
    may_not(SNS, "sqs:ReceiveMessage sqs:DeleteMessage", *QUEUES, when=FOR_ORDERS),
    may_not("s3.amazonaws.com", "sqs:SendMessage", *QUEUES, when=FOR_ORDERS),
    # The processor, and Lambda, which polls the queue and logs with the role of the function
    may(PROCESSOR, "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility", QUEUE),
    may(PROCESSOR, "dynamodb:PartiQLInsert dynamodb:PutItem", TABLE),
    may(PROCESSOR, "logs:CreateLogStream logs:PutLogEvents", PROCESSOR_LOG),
    may_not(PROCESSOR, "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility", DEAD_LETTERS, UNDELIVERED),
    may_not(PROCESSOR, "sqs:SendMessage sqs:PurgeQueue sqs:SetQueueAttributes", *QUEUES),
    may_not(PROCESSOR, "sqs:ReceiveMessage", QUEUE, when=WITHOUT_TLS),
    may_not(PROCESSOR, "sqs:ReceiveMessage", f"{QUEUE} of another account"),
    may_not(PROCESSOR, "sqs:ReceiveMessage sqs:ChangeMessageVisibility", *in_another_region(QUEUE)),
    may_not(PROCESSOR, "dynamodb:PartiQLUpdate dynamodb:PartiQLDelete dynamodb:PartiQLSelect", TABLE),
    may_not(PROCESSOR, "dynamodb:GetItem dynamodb:DeleteItem dynamodb:UpdateItem dynamodb:DeleteTable", TABLE),
    may_not(PROCESSOR, "dynamodb:PutItem", f"{TABLE} of another account", *in_another_region(TABLE), ANOTHER_TABLE),
    may_not(PROCESSOR, "dynamodb:GetRecords", STREAM),
    may_not(PROCESSOR, "logs:CreateLogStream logs:PutLogEvents", NOTIFIER_LOG, *in_another_region(PROCESSOR_LOG)),
    may_not(PROCESSOR, "logs:DeleteLogStream", PROCESSOR_LOG),
    may_not(PROCESSOR, "sns:Publish", *TOPICS),
    # The notifier, and Lambda, which polls the stream and gives records up with the role of the function.
    # dynamodb:ListStreams has no row: AWS's reference gives it no resource, but AWS's guide to streams allows it on
    # those of one table, as the policy here does.
    may(NOTIFIER, "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator", STREAM),
    may(NOTIFIER, "sns:Publish", EVENTS),
    may(NOTIFIER, "sqs:SendMessage", GIVEN_UP),
    may(NOTIFIER, "logs:CreateLogStream logs:PutLogEvents", NOTIFIER_LOG),
    may_not(NOTIFIER, "dynamodb:GetItem dynamodb:Scan dynamodb:PutItem dynamodb:PartiQLInsert", TABLE),
    may_not(NOTIFIER, "dynamodb:PutResourcePolicy", STREAM),
    may_not(NOTIFIER, "dynamodb:GetRecords", ANOTHER_STREAM, STREAM.replace(" >", " of another account >")),
    may_not(NOTIFIER, "dynamodb:GetRecords", *in_another_region(STREAM)),
    may_not(NOTIFIER, "sns:Publish", ORDERS, ALERTS, *in_another_region(EVENTS)),
    may_not(NOTIFIER, "sns:Publish", EVENTS, when=WITHOUT_TLS),
    may_not(NOTIFIER, "sns:Subscribe sns:SetTopicAttributes", EVENTS),
    may_not(NOTIFIER, "sqs:SendMessage", QUEUE, DEAD_LETTERS, UNDELIVERED, *in_another_region(GIVEN_UP)),
    may_not(NOTIFIER, "sqs:SendMessage", GIVEN_UP, when=WITHOUT_TLS),
    may_not(NOTIFIER, "sqs:ReceiveMessage sqs:DeleteMessage", GIVEN_UP),
    may_not(NOTIFIER, "logs:CreateLogStream logs:PutLogEvents", PROCESSOR_LOG, *in_another_region(NOTIFIER_LOG)),
    may_not(NOTIFIER, "logs:DeleteLogStream", NOTIFIER_LOG),
    # The alarms
    may(CLOUDWATCH, "sns:Publish", ALERTS, when=FOR_AN_ALARM),
    may_not(CLOUDWATCH, "sns:Publish", ORDERS, EVENTS, when=FOR_AN_ALARM),
    may_not(CLOUDWATCH, "sns:Publish", ALERTS, when=FOR_AN_ALARM | WITHOUT_TLS),
    *(
        may_not(CLOUDWATCH, "sns:Publish", ALERTS, when=FOR_AN_ALARM | {"aws:SourceArn": f"{ALARM} of another {place}"})
        for place in ("account", "Region")
    ),
    may_not(CLOUDWATCH, "sns:Publish", ALERTS, when=FOR_AN_ALARM | {"aws:SourceAccount": OTHER_ACCOUNT}),
    may_not(CLOUDWATCH, "sns:Subscribe sns:DeleteTopic", ALERTS, when=FOR_AN_ALARM),
    may_not("events.amazonaws.com", "sns:Publish", *TOPICS, when=FOR_AN_ALARM),
    # Who gets the roles
    may("lambda.amazonaws.com", "sts:AssumeRole", PROCESSOR, NOTIFIER),
    may_not("lambda.amazonaws.com", "sts:TagSession", PROCESSOR, NOTIFIER),
    may_not("ec2.amazonaws.com", "sts:AssumeRole", PROCESSOR, NOTIFIER),
    may_not(ADMINISTRATOR, "sts:AssumeRole", PROCESSOR, NOTIFIER),
    # A person of the account whose own policy allows the calls of the orders command: no other policy is in the way.
    may(ADMINISTRATOR, "sns:Publish", ORDERS, EVENTS),
    may(ADMINISTRATOR, "sqs:SendMessage", QUEUE, DEAD_LETTERS),
    may(ADMINISTRATOR, "sqs:ReceiveMessage sqs:ChangeMessageVisibility sqs:DeleteMessage", DEAD_LETTERS, GIVEN_UP),
    may(ADMINISTRATOR, "sqs:StartMessageMoveTask sqs:ListMessageMoveTasks sqs:CancelMessageMoveTask", DEAD_LETTERS),
    may(ADMINISTRATOR, "sqs:GetQueueAttributes", *QUEUES),
    may(ADMINISTRATOR, "dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Scan dynamodb:DescribeTable", TABLE),
    may(ADMINISTRATOR, "dynamodb:GetShardIterator dynamodb:GetRecords", STREAM),
    may(ADMINISTRATOR, "logs:FilterLogEvents", "log group /aws/lambda/OrderProcessor"),
    may(ADMINISTRATOR, "logs:CreateLogStream logs:PutLogEvents", PROCESSOR_LOG),
    # Nobody without TLS. The policy of a topic can deny only some actions, and only publishing transfers orders.
    may_not(ADMINISTRATOR, "sns:Publish", *TOPICS, when=WITHOUT_TLS),
    may_not(ADMINISTRATOR, "sqs:SendMessage sqs:ReceiveMessage sqs:GetQueueAttributes", *QUEUES, when=WITHOUT_TLS),
    may(ADMINISTRATOR, "sns:GetTopicAttributes", *TOPICS, when=WITHOUT_TLS),
    # Nobody without a permission, and nobody of another account.
    may_not("another role", "sqs:SendMessage sqs:ReceiveMessage", *QUEUES),
    may_not("another role", "sns:Publish sns:Subscribe", *TOPICS),
    may_not("an administrator of another account", "sqs:SendMessage sqs:ReceiveMessage sqs:DeleteQueue", *QUEUES),
    may_not("an administrator of another account", "sns:Publish sns:Subscribe sns:DeleteTopic", *TOPICS),
    may_not("an administrator of another account", "dynamodb:GetItem dynamodb:PutItem", TABLE),
    may_not("an administrator of another account", "sts:AssumeRole", PROCESSOR, NOTIFIER),
)
