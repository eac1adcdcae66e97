"""The entry point. Lambda imports it once per instance, and the clients that it makes are used again and again."""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from handler.contract import METRICS_NAMESPACE, SERVICE_NAME, Variable
from handler.processor import BatchResponse, Processor
from handler.queue import receive_again
from handler.store import CONNECTIONS, DynamoDBStore

# One short line a message: what AWS says of the function in every record is in the log's name already.
logger = Logger(service=SERVICE_NAME, location=None, use_rfc3339=True)
# botocore waits 60 s by default, longer than the function runs. Nor is an answer waited for that comes too late to be
# reported (DynamoDBStore): what it is about goes back to the queue.
request_timeout = float(os.environ[Variable.REQUEST_TIMEOUT_SECONDS])
config = Config(
    connect_timeout=request_timeout,
    read_timeout=request_timeout,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=CONNECTIONS,
    tcp_keepalive=True,
)
processor = Processor(
    DynamoDBStore(os.environ[Variable.TABLE_NAME], boto3.client("dynamodb", config=config)),
    logger,
    Metrics(namespace=METRICS_NAMESPACE, service=SERVICE_NAME),
    max_receive_count=int(os.environ[Variable.MAX_RECEIVE_COUNT]),
    retry_at_once=receive_again(os.environ[Variable.RETRY_AT_ONCE_QUEUE_URL], config, logger),
)


def handle(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Process a batch of SQS messages, and answer which of them failed."""
    logger.append_keys(requestId=context.aws_request_id)
    return processor.process(event["Records"], context.get_remaining_time_in_millis() / 1000)
