"""Powertools as in its documentation: batch processor, parser and idempotency, which stores each order once."""

import json
import os
from typing import Any

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.parser import BaseModel
from aws_lambda_powertools.utilities.parser import parse as parse_model
from pydantic import create_model

from handler.fields import FIELDS

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
processor = BatchProcessor(event_type=EventType.SQS)
config = IdempotencyConfig(event_key_jmespath="[orderId, timestamp]")


# The fields are those of the contract, so that this handler checks as many as ours.
_FIELDS: Any = {
    field.name: (type(field.example), ...) if field.is_required else (type(field.example) | None, None)
    for field in FIELDS
}
Order = create_model("Order", __base__=BaseModel, **_FIELDS)


def parse(body: str) -> BaseModel:
    return parse_model(event=json.loads(body), model=Order)


@idempotent_function(  # type: ignore[untyped-decorator]  # as Powertools declares it
    data_keyword_argument="order",
    config=config,
    persistence_store=DynamoDBPersistenceLayer(table_name="Idempotency"),
)
def store(order: dict[str, Any]) -> None:
    table.put_item(Item=order)


def store_record(record: SQSRecord) -> None:
    store(order=parse(record.body).model_dump(exclude_none=True))


def handle(event: dict[str, Any], context: Any) -> Any:
    config.register_lambda_context(context)
    return process_partial_response(event, store_record, processor, context)
