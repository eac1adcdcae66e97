"""A batch of messages: each is stored or reported as failed, on its own."""

from collections.abc import Mapping
from typing import Any, TypedDict

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from handler.order import InvalidOrder, parse_order
from handler.store import OrderStore

REFUSALS = frozenset({"SerializationException", "ValidationException"})
"""DynamoDB's ways to say that it will never take this item, for example because it is larger than 400 KB."""


class BatchItemFailure(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    """What the event source mapping reads: the ids of the messages that go back to the queue."""

    batchItemFailures: list[BatchItemFailure]


class Processor:
    """Stores the orders of a batch. One order's failure touches no other."""

    def __init__(self, store: OrderStore, logger: Logger) -> None:
        self._store = store
        self._logger = logger

    def process(self, event: Mapping[str, Any]) -> BatchResponse:
        """Process an SQS event (`{"Records": [...]}`) and say which of its messages failed."""
        failed = [record["messageId"] for record in event["Records"] if not self._succeeds(record)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    def _succeeds(self, record: Mapping[str, Any]) -> bool:
        about = {"messageId": record["messageId"], "attempt": int(record["attributes"]["ApproximateReceiveCount"])}
        try:
            order = parse_order(record["body"])
            about["orderId"] = order.order_id
            self._store.put(order)
        except InvalidOrder as invalid:
            self._log_failure(about | {"orderId": invalid.order_id}, "invalid", invalid)
        except ClientError as error:
            refused = error.response["Error"]["Code"] in REFUSALS
            self._log_failure(about, "invalid" if refused else "transient", error)
        except BotoCoreError as error:
            self._log_failure(about, "transient", error)
        except Exception as bug:  # noqa: BLE001 - must not take the batch's other orders along; the queue keeps this one
            self._log_failure(about, "unexpected", bug, exc_info=True)
        else:
            self._logger.info("order stored", extra=about)
            return True
        return False

    def _log_failure(
        self, about: Mapping[str, Any], error_class: str, error: Exception, *, exc_info: bool = False
    ) -> None:
        """The one record of a failed attempt, by which a dead letter is explained later."""
        extra = {**about, "errorClass": error_class, "reason": str(error)}
        self._logger.error("order failed", extra=extra, exc_info=exc_info)
