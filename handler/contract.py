"""Names that the code in Lambda shares with the infrastructure and the `orders` command. Each is defined only here."""

from enum import StrEnum
from typing import Final

ENTRY_POINT: Final = "handler.main.handle"
"""The function of OrderProcessor that Lambda calls, as `package.module.function`."""
NOTIFIER_ENTRY_POINT: Final = "handler.notifier.main.handle"
"""The function of OrderNotifier that Lambda calls."""

SERVICE_NAME: Final = "orders"
"""The value of the field `service` in log records."""

METRICS_NAMESPACE: Final = "Orders"

FUNCTION_DIMENSION: Final = "FunctionName"
"""The only dimension of the handler's metrics: the function's name. It separates systems in one account and Region."""

FUNCTION_NAME_VARIABLE: Final = "AWS_LAMBDA_FUNCTION_NAME"
"""The environment variable in which Lambda itself passes the function's name."""


class OutcomeMetric(StrEnum):
    """The metrics that count messages by outcome. Their names are those of `handler.outcome.Kind`."""

    STORED = "OrdersStored"
    UPDATED = "OrdersUpdated"
    DUPLICATE = "OrdersDuplicate"
    STALE = "OrdersStale"
    CONFLICT = "OrdersConflict"
    INVALID = "OrdersInvalid"
    TRANSIENT = "OrdersTransient"


BATCH_PROCESSED: Final = "batch processed"
"""The message of the processor's record of a batch."""

ORDER_AGE: Final = "OrderAge"
"""The metric of an order's age when it was stored: the seconds since its timestamp."""


class EventMetric(StrEnum):
    """The metrics that count events by what the notifier did with them."""

    TOLD = "EventsTold"
    DELAYED = "EventsDelayed"
    """A later invocation tells them."""
    GIVEN_UP = "EventsGivenUp"
    """They are in the queue of events that were given up."""


class EventType(StrEnum):
    """What an event tells about an order. The value of the message attribute `eventType`."""

    STORED = "stored"
    """The order is new."""
    UPDATED = "updated"
    """The order replaced an earlier version."""
    REPLAYED = "replayed"
    """An operator tells the stored version again. Whether the order was new is not known any more."""

    @property
    def in_event(self) -> str:
        """The type in the document of an event."""
        return f"order.{self}"


class EventAttribute:
    """The names of the message attributes of an event, by which subscribers filter."""

    TYPE: Final = "eventType"
    STATUS: Final = "status"
    PREVIOUS_STATUS: Final = "previousStatus"


class GivenUpField:
    """The names of the fields of a message in the queue of events that were given up."""

    ORDER_ID: Final = "orderId"
    REASON: Final = "reason"
    SIGNATURE: Final = "signature"
    RECORD: Final = "record"
    """The record of the table's stream. It lacks its images if they would make the message too large."""
    EVENT: Final = "event"
    """The event, in place of the images."""


class RecordField:
    """The names of the fields of log records, which the `orders` command reads."""

    REQUEST_ID: Final = "requestId"
    MESSAGE_ID: Final = "messageId"
    MESSAGE_IDS: Final = "messageIds"
    """The messages whose failures share a record."""
    ORDER_ID: Final = "orderId"
    ORDER_IDS: Final = "orderIds"
    """The orders whose delayed events share a record."""
    ATTEMPT: Final = "attempt"
    MAX_ATTEMPTS: Final = "maxAttempts"
    ERROR_CLASS: Final = "errorClass"
    REASON: Final = "reason"
    SIGNATURE: Final = "signature"
    EXCEPTION: Final = "exception"
    OMITTED: Final = "omitted"
    """The number of characters or entries that a shortened record lacks, by the name of the field."""


class Variable:
    """The names of the functions' environment variables."""

    TABLE_NAME: Final = "ORDERS_TABLE"
    """The name of the table that stores the orders."""
    MAX_RECEIVE_COUNT: Final = "ORDERS_MAX_RECEIVE_COUNT"
    """The number of receives after which SQS moves a message to the dead-letter queue."""
    RETRY_AT_ONCE_QUEUE_URL: Final = "ORDERS_RETRY_AT_ONCE_QUEUE_URL"
    """The URL of OrderQueue if permanent failures are retried at once, otherwise empty."""
    REQUEST_TIMEOUT_SECONDS: Final = "ORDERS_REQUEST_TIMEOUT_SECONDS"
    """The connect timeout and the read timeout of each try of a request: a fifth of the function's timeout.

    A request has two tries. Each waits for a connection and for a response, so that both take four fifths at most. The
    last fifth is left for the delay between them, the log and the function's response.
    """
    CUSTOM_METRICS: Final = "ORDERS_CUSTOM_METRICS"
    """`false` if the functions write no custom metrics. Functions that lack the variable write them."""
    EVENT_TOPIC_ARN: Final = "ORDERS_EVENT_TOPIC_ARN"
    """The ARN of OrderEvents."""
    GIVEN_UP_QUEUE_URL: Final = "ORDERS_GIVEN_UP_QUEUE_URL"
    """The URL of OrderEventsDLQ, to which the notifier sends the events that it gives up."""
    EVENT_RETRY_SECONDS: Final = "ORDERS_EVENT_RETRY_SECONDS"
    """The age of a change, in seconds, at which the notifier gives up its event."""


class Attribute:
    """The names of the fields that the code itself refers to. `handler.fields` lists all fields with their rules."""

    ORDER_ID: Final = "orderId"
    USER_ID: Final = "userId"
    STATUS: Final = "status"
    TIMESTAMP: Final = "timestamp"


PARTITION_KEY: Final = Attribute.ORDER_ID
MAX_PARTITION_KEY_BYTES: Final = 2048
"""The maximum size of a partition key's value, in bytes of UTF-8 (DynamoDB Developer Guide, Constraints)."""

INSTANT: Final = "timestampUtc"
"""The table's attribute that contains the order's timestamp in UTC with all its digits, so that it sorts by time."""
