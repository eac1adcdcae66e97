"""The entry point. Lambda imports it once per instance, so that all invocations of the instance share its clients."""

import os
import sys
from functools import cache, partial
from typing import Any, Protocol

from botocore.config import Config
from botocore.session import get_session

from handler.contract import FUNCTION_DIMENSION, FUNCTION_NAME_VARIABLE, RecordField, Variable
from handler.log import Log
from handler.processor import BatchResponse, Processor
from handler.queue import RetryAtOnce
from handler.store import CONNECTIONS, DynamoDBStore

log = Log(sys.stdout)
log.context[FUNCTION_DIMENSION] = os.environ.get(FUNCTION_NAME_VARIABLE, "outside Lambda")
# botocore's default timeout is 60 seconds, which is longer than the function runs. Variable.REQUEST_TIMEOUT_SECONDS
# explains the value.
request_timeout = float(os.environ[Variable.REQUEST_TIMEOUT_SECONDS])
config = Config(
    connect_timeout=request_timeout,
    read_timeout=request_timeout,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=CONNECTIONS,
    tcp_keepalive=True,
    # Both settings save CPU time. DynamoDB validates the requests itself, and nothing reads the default user agent.
    parameter_validation=False,
    user_agent="orders",
)
# botocore instead of boto3, because importing boto3 takes longer than importing the whole handler.
session = get_session()


@cache
def client(service: str, config: Config = config) -> Any:
    return session.create_client(service, config=config)


# Retrying at once is best effort: a single try, because it must end before the response is due.
single_try = config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
processor = Processor(
    DynamoDBStore(os.environ[Variable.TABLE_NAME], client("dynamodb"), log.bug),
    log,
    max_receive_count=int(os.environ[Variable.MAX_RECEIVE_COUNT]),
    retry_at_once=RetryAtOnce(
        os.environ[Variable.RETRY_AT_ONCE_QUEUE_URL],
        partial(client, "sqs", single_try),
        log,
        longest_request_seconds=2 * request_timeout,  # to connect, and to wait for the response
    ),
)


class Context(Protocol):
    """The part of Lambda's context object that the function uses."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


def handle(event: dict[str, Any], context: Context) -> BatchResponse:
    """Process a batch of SQS messages. Returns the ids of the messages that failed."""
    log.context[RecordField.REQUEST_ID] = context.aws_request_id
    return processor.process(event["Records"], context.get_remaining_time_in_millis() / 1000)
