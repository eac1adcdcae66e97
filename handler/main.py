"""The entry point. Lambda imports it once per instance, and the client that it makes is used again and again."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from handler.contract import SERVICE_NAME, TABLE_NAME_VARIABLE
from handler.processor import BatchResponse, Processor
from handler.store import DynamoDBStore

# One short line an order: what AWS says of the function in every record is in the log's name already.
logger = Logger(service=SERVICE_NAME, location=None, use_rfc3339=True)
processor = Processor(DynamoDBStore(os.environ[TABLE_NAME_VARIABLE]), logger)


def handle(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Process a batch of SQS messages, and answer which of them failed."""
    logger.append_keys(requestId=context.aws_request_id)
    return processor.process(event)
