"""The entry point of OrderProcessor. Lambda imports it once per instance."""

import os
from functools import partial
from typing import Any

from botocore.config import Config

from handler.contract import RecordField, Variable
from handler.processor import Processor
from handler.queue import RetryAtOnce
from handler.response import BatchResponse
from handler.runtime import Context, client, config, log, request_timeout
from handler.store import DynamoDBStore
from handler.tracing import trace_requests

# Retrying at once is best effort: a single try, because it must end before the response is due.
single_try = config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
table_name, dynamodb = os.environ[Variable.TABLE_NAME], client("dynamodb")
trace_requests(dynamodb, table_name)
processor = Processor(
    DynamoDBStore(table_name, dynamodb, log.bug),
    log,
    max_receive_count=int(os.environ[Variable.MAX_RECEIVE_COUNT]),
    retry_at_once=RetryAtOnce(
        os.environ[Variable.RETRY_AT_ONCE_QUEUE_URL],
        partial(client, "sqs", single_try),
        log,
        longest_request_seconds=2 * request_timeout,  # to connect, and to wait for the response
    ),
)


def handle(event: dict[str, Any], context: Context) -> BatchResponse:
    """Process a batch of SQS messages. Returns the ids of the messages that failed."""
    log.context[RecordField.REQUEST_ID] = context.aws_request_id
    return processor.process(event["Records"], context.get_remaining_time_in_millis() / 1000)
