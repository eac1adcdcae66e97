"""The order queue, the function and the table of a stack, without the usual emulator."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3

from handler.contract import PARTITION_KEY, Variable
from ops.clients import LOCAL_KEY, LOCAL_REGION, Clients, local_clients
from ops.queues import count_messages
from tests.judges.aws_lambda.bootstrap import PATIENCE_SECONDS, Bootstrap, Function, running_function
from tests.judges.aws_lambda.poller import Poller
from tests.support.gateway import Gateway, gateway_to
from tests.support.recorder import Program
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A queue of orders, its dead-letter queue, the function that a poller invokes, and the table."""

    sqs: "SQSClient"
    queue_url: str
    dead_letters_url: str
    function: Function
    poller: Poller
    dynamodb: Gateway
    """The proxy between the function and DynamoDB Local."""
    _clients: Clients
    _table: str

    def stored(self) -> list[str]:
        """The IDs of the orders in the table."""
        found = self._clients.dynamodb.scan(TableName=self._table, ConsistentRead=True)
        return [item[PARTITION_KEY]["S"] for item in found["Items"]]

    def send(self, bodies: Sequence[str]) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)

    def process_all(self) -> None:
        """Poll until the queue is empty."""

        def is_empty() -> bool:
            return not self.poller.poll() and not count_messages(self.sqs, self.queue_url).total

        eventually(is_empty, "no message", PATIENCE_SECONDS)

    def dead_letters(self) -> dict[str, str]:
        """The bodies of the dead letters by message ID. They stay hidden afterwards."""
        found: dict[str, str] = {}
        while messages := self.sqs.receive_message(
            QueueUrl=self.dead_letters_url, MaxNumberOfMessages=10, VisibilityTimeout=60
        ).get("Messages"):
            found.update((message["MessageId"], message["Body"]) for message in messages)
        return found

    def failures(self, message_id: str) -> list[dict[str, Any]]:
        """The records of a message's failures, by attempt."""
        return [record for record in self.function.records if record.get("messageId") == message_id]


def sqs_of(url: str) -> "SQSClient":
    """A plain client: the one of the command rejects answers without AWS's headers, which ElasticMQ lacks."""
    return boto3.client(
        "sqs",
        endpoint_url=url,
        region_name=LOCAL_REGION,
        aws_access_key_id=LOCAL_KEY,
        aws_secret_access_key=LOCAL_KEY,
    )


@contextmanager
def running_flow(program: Program, bootstrap: Bootstrap, folder: Path, *, queues: str, database: str) -> Iterator[Flow]:
    """Run the flow as the program declares it, on the SQS and the DynamoDB with these URLs."""
    function = program.one("aws:lambda/function:Function", "OrderProcessor").inputs
    mapping = program.one("aws:lambda/eventSourceMapping:EventSourceMapping", "OrderProcessor").inputs
    sqs, clients = sqs_of(queues), local_clients(database)
    queue_url, dead_letters_url = _create_queues(program, sqs)
    table = _create_table(clients)
    with ExitStack() as running:
        gateway = running.enter_context(gateway_to(clients))
        variables = {
            Variable.TABLE_NAME: table,
            Variable.RETRY_AT_ONCE_QUEUE_URL: queue_url,
            "AWS_ENDPOINT_URL_DYNAMODB": gateway.url,
            "AWS_ENDPOINT_URL_SQS": queues,
        }
        run = running.enter_context(running_function(bootstrap, folder, function, variables))
        yield Flow(
            sqs=sqs,
            queue_url=queue_url,
            dead_letters_url=dead_letters_url,
            function=run,
            poller=Poller(sqs, queue_url, run.invoke, mapping),
            dynamodb=gateway,
            _clients=clients,
            _table=table,
        )


def _create_queues(program: Program, sqs: "SQSClient") -> tuple[str, str]:
    """Create the queues as the program declares them, with new names. Returns their URLs."""
    declared = program.one("aws:sqs/queue:Queue", "OrderQueue").inputs
    redrive = program.one("aws:sqs/redrivePolicy:RedrivePolicy", "OrderQueue").document("redrivePolicy")
    name = uuid4().hex
    dead_letters_url = sqs.create_queue(QueueName=f"OrderDLQ-{name}")["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=dead_letters_url, AttributeNames=["QueueArn"])
    target: Mapping[str, Any] = {**redrive, "deadLetterTargetArn": answer["Attributes"]["QueueArn"]}
    queue_url = sqs.create_queue(
        QueueName=f"OrderQueue-{name}",
        Attributes={
            "VisibilityTimeout": str(int(declared["visibilityTimeoutSeconds"])),
            "RedrivePolicy": json.dumps(target),
        },
    )["QueueUrl"]
    return queue_url, dead_letters_url


def _create_table(clients: Clients) -> str:
    name = f"Orders-{uuid4()}"
    clients.dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name
