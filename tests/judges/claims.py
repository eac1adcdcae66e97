"""What this project claims about AWS and cannot try there, and how somebody with an account can try it."""

from collections.abc import Mapping
from typing import NamedTuple


class Claim(NamedTuple):
    """A claim, and the way to try it on AWS, both in Markdown."""

    text: str
    on_aws: str
    why_nobody: str = ""
    """Why nobody can judge it here, if nobody does."""


CLAIMS: Mapping[str, Claim] = {
    "provider-properties": Claim(
        "The real AWS provider accepts every property",
        "`pulumi preview --stack dev`, then `pulumi up`, then `pulumi up` again: all unchanged",
    ),
    "role-permissions": Claim(
        "The role's policies are sufficient under AWS's own IAM",
        "the order from above is stored; the log has no `AccessDenied`",
    ),
    "queue-policy": Claim(
        "The queue's policy allows only the topic to deliver",
        "the same; `aws sqs send-message` from another account is denied",
    ),
    "tls": Claim(
        "Requests without TLS are denied",
        "`aws --endpoint-url http://sns.eu-west-1.amazonaws.com sns publish …` is denied",
    ),
    "undelivered": Claim(
        "Orders that SNS cannot deliver go to `OrderUndelivered`",
        "deny `sqs:SendMessage` in the queue's policy, publish an order, read `OrderUndelivered`",
    ),
    "poison-order": Claim(
        "After 3 receives, a poison order is in `OrderDLQ` with its message ID",
        "publish `{}`, and compare the IDs in `OrderDLQ` and in the log",
    ),
    "orders-in-table": Claim(
        "DynamoDB stores new orders in one request for 25 of them, replaces earlier versions, and refuses duplicates, "
        "older versions and orders that are too large or too deep, each on its own",
        "publish an order twice, then a later and an earlier version, and compare `orders get` and `orders logs`",
    ),
    "changes-in-stream": Claim(
        "The records of the table's stream contain what an event needs, each version of an order once and in sequence",
        "publish an order and a later version, and read the events from a queue that is subscribed to `OrderEvents`",
    ),
    "log-groups": Claim(
        "The functions log into the log groups that the program created",
        "`aws logs tail` as above; no second group `/aws/lambda/…` appears",
    ),
    "autonaming": Claim(
        "Autonaming gives `prod` unique names",
        "`pulumi stack output --stack prod`",
    ),
    "zip-runs": Claim(
        "The zip runs on arm64 and x86_64, Python 3.11 to 3.14",
        "set `processorArchitecture`, `processorRuntime`; publish an order",
    ),
    "pulumi-install": Claim(
        "`pulumi install` creates `.venv` from `requirements.txt`, and the program runs from it",
        "the first commands above",
    ),
    "bad-setting": Claim(
        "A bad setting results in one message, without a traceback, in the real language host",
        "`pulumi config --stack dev set batchSize 20`, then `pulumi preview`",
    ),
    "local-stack": Claim(
        "`pulumi up --stack local` deploys on the emulator through the real provider",
        "the commands in [local.md](local.md#with-the-pulumi-cli)",
    ),
    "declared-values": Claim(
        "The days of point-in-time recovery, `maximumConcurrency` and reserved concurrency are as declared",
        "`aws dynamodb describe-continuous-backups`, `aws lambda list-event-source-mappings`, `aws "
        "lambda get-function-concurrency`",
    ),
    "dead-letter-source": Claim(
        "Only `OrderQueue` may use `OrderDLQ`",
        "`aws sqs set-queue-attributes` on another queue, with `OrderDLQ` in its redrive policy, is refused",
    ),
    "destroy": Claim(
        "`destroy` deletes every resource, and deletes the queues, table and log groups of `prod` only "
        "after you remove their protection",
        "the commands above, on a stack of your own",
    ),
    "key-use": Claim(
        "With `customerManagedKey`, SNS, the alarms, the logs, the functions, the stream and the table may use the key",
        "set it, subscribe to `OrderEvents`, publish an order, raise an alarm, and read the logs",
    ),
    "key-on-and-off": Claim(
        "`customerManagedKey` can be turned on and off on a stack in use",
        "the emulator cannot change the key of a log group; the tests do without that",
    ),
    "key-policy-alone": Claim(
        "The key's policy alone lets the functions read the queue and the stream, and write the table; "
        "KMS accepts the new roles in it",
        "set `customerManagedKey` on a new stack, publish an order",
    ),
    "partiql-permission": Claim(
        "`dynamodb:PartiQLInsert` is sufficient for the batch of `INSERT`s",
        "the order from above is stored; DynamoDB Local accepted the batch, but does not check IAM",
    ),
    "retry-at-once": Claim(
        "Orders that can never succeed are in `OrderDLQ` within 2 seconds of their first receive, after "
        "`maxReceiveCount` receives and without waiting for a visibility timeout",
        "publish `{}`, read `OrderDLQ`, and compare the times of the failed attempts in the log",
    ),
    "stream-permissions": Claim(
        "The four permissions on `table/Orders/stream/*` are sufficient for the event source mapping of "
        "`OrderNotifier`",
        "publish an order, and read its event from a queue that is subscribed to `OrderEvents`",
    ),
    "given-up-permissions": Claim(
        "Lambda and the notifier may send to `OrderEventsDLQ`",
        "write an item without `userId` to the table with the console, read `OrderEventsDLQ`",
    ),
    "events-off-and-on": Claim(
        "`orderEvents` can be turned off and on again on a stack in use; the mapping reads the new stream",
        "set it to `false`, deploy, set it to `true`, deploy, publish an order",
    ),
    "events-fifo": Claim(
        "`orderEventsFifo` replaces the topic, and its name ends with `.fifo`",
        "set it, deploy, and `pulumi stack output eventTopicArn`",
    ),
    "filter-policy": Claim(
        "A filter policy of a subscriber chooses events by `status` and `eventType`",
        "deploy the lines of [events.md](events.md#subscribe-a-queue), publish orders with several statuses",
    ),
    "fifo-events": Claim(
        "A FIFO topic tells the versions of an order in their order, and tells a repeated event once",
        "the same with `orderEventsFifo`; then `orders events replay --all --confirm` twice",
    ),
    "mails": Claim(
        "Mails of `notifyAddresses` arrive, and only for the chosen statuses",
        "set `notifyAddresses` and `notifyStatuses`, confirm, publish orders with several statuses",
    ),
    "alarms-publish": Claim(
        "Alarms may publish to `OrderAlerts`, and emails arrive",
        "set `alertAddresses`, confirm, then `aws cloudwatch set-alarm-state --alarm-name "
        "OrderDLQNotEmpty --state-value ALARM --state-reason try`",
    ),
    "dead-letter-tool": Claim(
        "`orders dead-letters` loses no dead letter, even if it is killed in the middle",
        "publish `{}` some times, and kill `orders dlq redrive --all --confirm` or `orders dlq archive` while it runs",
    ),
    "move-task": Claim(
        "`orders dead-letters move` starts, follows and cancels a move task of SQS",
        "publish `{}`, then `orders dlq move start --confirm`, `orders dlq move status`, and again",
    ),
    "dlq-growing": Claim(
        "`OrderDLQGrowing` reports a second dead letter while the first one still waits",
        'publish `{}`, and ten minutes later `{"a": 1}`',
    ),
    "system-errors": Claim(
        "DynamoDB reports `SystemErrors` of `BatchExecuteStatement` by table",
        "only after such an error; its latency on the dashboard has the same dimensions",
    ),
    "dashboard": Claim(
        "CloudWatch accepts the dashboard without a warning, and draws every graph",
        "open the `dashboardName` of `pulumi stack output`",
    ),
    "unconfirmed-subscription": Claim(
        "`pulumi up` removes a subscription that was never confirmed",
        "set `alertAddresses` and deploy; then `pulumi config --stack dev rm alertAddresses`, and deploy again",
    ),
    "metrics-namespace": Claim(
        "The metrics appear under the namespace `Orders`",
        "CloudWatch, Metrics, after the first order",
    ),
}
