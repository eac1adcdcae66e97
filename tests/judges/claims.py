"""What this project claims about AWS and Pulumi, and how somebody with an account can try it.

Tests name the claims that a judge tries: `@pytest.mark.judged(Judge.ELASTICMQ, "poison-order")`.
"""

from collections.abc import Mapping
from typing import NamedTuple, get_args

from infra.settings import Runtime

RUNTIMES: tuple[str, ...] = get_args(Runtime)
"""The values of the setting `processorRuntime`."""


class Claim(NamedTuple):
    """A claim, and the way to try it on AWS, both in Markdown."""

    text: str
    on_aws: str
    why_nobody: str = ""
    """Why nobody can judge it here, if nobody does."""


NO_PLUGIN = "the provider's plugin decides, and cannot be downloaded here"
CLAIMS: Mapping[str, Claim] = {
    "provider-properties": Claim(
        "AWS accepts the value of every property",
        "`pulumi up --stack dev`, and the same for a copy of `prod`",
    ),
    "real-provider": Claim(
        "The real AWS provider deploys the program as declared, to AWS and to the emulator",
        "`pulumi up --stack dev`. Compare `aws dynamodb describe-continuous-backups`, `aws lambda "
        "list-event-source-mappings` and `aws lambda get-function-concurrency` with the settings. For the stack "
        "`local`: the commands in [local.md](local.md#with-the-pulumi-cli)",
        NO_PLUGIN,
    ),
    "same-declaration": Claim(
        "A second run of the program declares the same resources: the engine finds nothing to change",
        "`pulumi preview --stack dev` after `pulumi up`",
    ),
    "second-update": Claim(
        "The real AWS provider finds nothing to change after `pulumi up`",
        "`pulumi up --stack dev` twice: the second time, all resources are unchanged",
        NO_PLUGIN,
    ),
    "unconfirmed-subscription": Claim(
        "`pulumi up` removes a subscription that was never confirmed",
        "set `alertAddresses` and deploy; then `pulumi config --stack dev rm alertAddresses`, and deploy again",
        NO_PLUGIN,
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
        "Without TLS, publishing to the topics and all requests to the queues are denied",
        "`aws --endpoint-url http://sns.eu-west-1.amazonaws.com sns publish …` is denied",
    ),
    "workflow-permissions": Claim(
        "The roles of GitHub's workflows may do what a preview and a deployment of their stacks need, and nothing else",
        "open a pull request, merge it, and read the log of each job: no `AccessDenied`",
    ),
    "tool-permissions": Claim(
        "The permissions in [running.md](running.md#permissions) and [dead-letters-guarantees.md]"
        "(dead-letters-guarantees.md#permissions) are sufficient for the `orders` command, and each is needed",
        "run each command with a role that has only these permissions",
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
        "The functions log into the log groups that the program created, and Lambda adds no line about a success",
        "`aws logs tail` as above; no second group `/aws/lambda/…` appears, and no line `platform.…`",
        "AWS's runtime emulator prints what functions log; only Lambda itself brings it into a group",
    ),
    "lambda-lines": Claim(
        "The log contains the handler's records as they are, and `orders logs` knows the errors of Lambda's runtime",
        "`orders logs`, before and after `aws lambda update-function-configuration` with a handler that does not exist",
    ),
    "autonaming": Claim(
        "Autonaming gives `prod` unique names",
        "`pulumi stack output --stack prod`",
    ),
    **{
        f"zip-{runtime}": Claim(f"The zip runs on `{runtime}`", "set `processorRuntime`; publish an order")
        for runtime in RUNTIMES
    },
    "zip-arm64": Claim(
        "The zip runs on arm64 and x86_64",
        "set `processorArchitecture`; publish an order",
    ),
    "pulumi-install": Claim(
        "`pulumi install` creates `.venv` from `requirements.txt`, and the program runs from it",
        "the first commands above",
    ),
    "bad-setting": Claim(
        "A bad setting results in one message, without a traceback, in the real language host",
        "`pulumi config --stack dev set batchSize 20`, then `pulumi preview`",
    ),
    "dead-letter-source": Claim(
        "Only `OrderQueue` may use `OrderDLQ`",
        "`aws sqs set-queue-attributes` on another queue, with `OrderDLQ` in its redrive policy, is refused",
        "no implementation here refuses such a queue",
    ),
    "destroy": Claim(
        "`pulumi destroy` deletes every resource of a stack that is not protected",
        "`pulumi destroy` of a stack of your own, then `aws resourcegroupstaggingapi get-resources`",
    ),
    "destroy-protected": Claim(
        "`pulumi destroy` deletes the queues, table and log groups of `prod` only after you remove their protection",
        "[the commands](running.md#replace-or-destroy-a-protected-stack), on a stack of your own",
    ),
    "key-use": Claim(
        "With `customerManagedKey`, SNS, the alarms, the logs, the functions, the stream and the table may use the key",
        "set it, subscribe to `OrderEvents`, publish an order, raise an alarm, and read the logs",
    ),
    "key-on-and-off": Claim(
        "When `customerManagedKey` is turned on or off, the permissions exist before the key encrypts queues, "
        "topics and the table, and the key leaves the stack after these stop using it",
        "set it, deploy, remove it, deploy, and publish an order after each step",
    ),
    "key-changes": Claim(
        "AWS changes the key of topics, queues, table and log groups in use",
        "the same; the resources have not been replaced",
    ),
    "key-policy-alone": Claim(
        "The key's policy alone lets the functions read the queue and the stream, and write the table",
        "set `customerManagedKey` on a new stack, publish an order",
    ),
    "key-policy-roles": Claim(
        "KMS accepts a key's policy that names roles created a moment before",
        "the same: `pulumi up` reports no `MalformedPolicyDocument`",
        "no implementation here has KMS's delay until it knows a new role",
    ),
    "tracing-permissions": Claim(
        "With `activeTracing`, SNS and both functions may record traces in X-Ray, and nobody else",
        "set it, publish orders for some seconds, and look for the trace as in [monitoring.md](monitoring.md#traces)",
    ),
    "trace-of-a-write": Claim(
        "Lambda's runtime passes the trace of an invocation to the processor, which records each request to DynamoDB",
        "the same; the trace contains `DynamoDB`",
    ),
    "partiql-permission": Claim(
        "`dynamodb:PartiQLInsert` is sufficient for the batch of `INSERT`s",
        "the order from above is stored; DynamoDB Local accepted the batch, but does not check IAM",
    ),
    "retry-at-once": Claim(
        "Orders that can never succeed are in `OrderDLQ` after `maxReceiveCount` receives, without waiting for a "
        "visibility timeout",
        "publish `{}`, read `OrderDLQ`, and compare the times of the failed attempts in the log",
    ),
    "dead-letter-tool": Claim(
        "`orders dead-letters` loses no dead letter, even if it is killed in the middle",
        "publish `{}` some times, and kill `orders dlq redrive --all --confirm` or `orders dlq archive` while it runs",
    ),
    "move-task": Claim(
        "`orders dead-letters move start`, `status` and `cancel` start, follow and cancel a move task of SQS",
        "publish `{}`, then `orders dlq move start --confirm` and `orders dlq move status`; cancel it with `orders dlq "
        "move cancel` if it does not end",
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
        "When `orderEvents` is turned off and on again, permissions come before what needs them and go after it",
        "set it to `false`, deploy, set it to `true`, deploy, publish an order",
    ),
    "new-stream": Claim(
        "A table whose stream was turned off and on has a new stream, which contains every later change",
        "the same, and read the event from a queue that is subscribed to `OrderEvents`",
    ),
    "mapping-of-new-stream": Claim(
        "When `orderEvents` is turned off and on again, a new event source mapping reads the new stream",
        "the same",
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
        "A FIFO topic delivers the versions of an order in sequence, and a repeated event once",
        "the same with `orderEventsFifo`; then `orders events replay --all --confirm` twice",
    ),
    "alert-mails": Claim(
        "SNS mails each alarm to `alertAddresses`",
        "set it, confirm the subscription, and raise an alarm",
    ),
    "event-mails": Claim(
        "SNS mails events to `notifyAddresses`",
        "set it, confirm the subscription, and publish an order",
    ),
    "event-mails-statuses": Claim(
        "SNS mails to `notifyAddresses` only the events of orders with a status of `notifyStatuses`",
        "set both, and publish orders with several statuses",
    ),
    "alarms-publish": Claim(
        "Alarms may publish to `OrderAlerts`",
        "subscribe to it, then `aws cloudwatch set-alarm-state --alarm-name "
        "OrderDLQNotEmpty --state-value ALARM --state-reason try`",
    ),
    "alarm-clears": Claim(
        "An alarm notifies `OrderAlerts` when it is raised, and again when it clears by itself",
        "subscribe to `OrderAlerts`, publish `{}`, wait for the alarm, remove the letter with `orders dlq archive`, "
        "and wait for the end of the alarm",
    ),
    "dlq-growing": Claim(
        "`OrderDLQGrowing` reports a second dead letter while the first one still waits",
        'publish `{}`, and ten minutes later `{"a": 1}`',
        "no implementation here raises alarms on expressions",
    ),
    "system-errors": Claim(
        "DynamoDB reports `SystemErrors` of `BatchExecuteStatement` by table and operation",
        "only after such an error; its latency on the dashboard has the same dimensions",
    ),
    "dashboard": Claim(
        "CloudWatch accepts the dashboard without a warning, and draws every graph",
        "open the `dashboardName` of `pulumi stack output`",
        "only CloudWatch checks and draws dashboards",
    ),
    "metrics-namespace": Claim(
        "The metrics in the log records have the format that CloudWatch reads, with the namespace `Orders`",
        "CloudWatch, Metrics, after the first order",
    ),
    "security-rules": Claim(
        "The stacks follow the rules in [security.md](security.md) that checkov has too, except where it says so",
        "turn on AWS Security Hub, and compare its findings with the exceptions",
    ),
}
