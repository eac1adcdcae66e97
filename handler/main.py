"""The entry point. Lambda imports it once per instance, and the clients that it makes are used again and again."""

import os
import sys
from functools import cache, partial
from typing import Any, Protocol

from botocore.config import Config
from botocore.session import get_session

from handler.contract import Variable
from handler.log import Log
from handler.processor import BatchResponse, Processor
from handler.queue import receive_again
from handler.store import CONNECTIONS, DynamoDBStore

log = Log(sys.stdout)
# botocore waits 60 s by default, longer than the function runs. Nor is an answer waited for that comes too late to be
# reported (DynamoDBStore): what it is about goes back to the queue.
request_timeout = float(os.environ[Variable.REQUEST_TIMEOUT_SECONDS])
config = Config(
    connect_timeout=request_timeout,
    read_timeout=request_timeout,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=CONNECTIONS,
    tcp_keepalive=True,
    # Both for the CPU of a batch: DynamoDB validates what it gets, and nobody reads the versions of what is below us.
    parameter_validation=False,
    user_agent="orders",
)
# botocore and not boto3, which would take longer to import than all of the handler.
session = get_session()


@cache
def client(service: str, config: Config = config) -> Any:
    return session.create_client(service, config=config)


# A favour is asked for once: it has to be over before the answer is due.
once = config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
processor = Processor(
    DynamoDBStore(os.environ[Variable.TABLE_NAME], client("dynamodb")),
    log,
    max_receive_count=int(os.environ[Variable.MAX_RECEIVE_COUNT]),
    retry_at_once=receive_again(
        os.environ[Variable.RETRY_AT_ONCE_QUEUE_URL],
        partial(client, "sqs", once),
        log,
        longest_request_seconds=2 * request_timeout,  # to connect, and to be answered
    ),
)


class Context(Protocol):
    """What Lambda says of the invocation."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


def handle(event: dict[str, Any], context: Context) -> BatchResponse:
    """Process a batch of SQS messages, and answer which of them failed."""
    log.context["requestId"] = context.aws_request_id
    return processor.process(event["Records"], context.get_remaining_time_in_millis() / 1000)
