"""The names that the infrastructure and the code in Lambda agree on, each written here once."""

from enum import StrEnum
from typing import Final

ENTRY_POINT: Final = "handler.main.handle"
"""What Lambda calls, as `package.module.function`."""

SERVICE_NAME: Final = "orders"
"""The `service` of every log record and metric."""

METRICS_NAMESPACE: Final = "Orders"

SERVICE_DIMENSION: Final = "service"
"""The one dimension of every metric; its value is SERVICE_NAME."""


class OutcomeMetric(StrEnum):
    """The metrics that count messages by what became of them: one for each kind of outcome, under its name."""

    STORED = "OrdersStored"
    UPDATED = "OrdersUpdated"
    DUPLICATE = "OrdersDuplicate"
    STALE = "OrdersStale"
    CONFLICT = "OrdersConflict"
    INVALID = "OrdersInvalid"
    TRANSIENT = "OrdersTransient"


ORDER_AGE: Final = "OrderAge"
"""The metric of how old an order's version was when it was stored, in seconds."""

BATCH_SIZE: Final = "BatchSize"
"""The metric of how many messages a batch had."""


class Variable:
    """The environment variables of the function."""

    TABLE_NAME: Final = "ORDERS_TABLE"
    """The table that orders are stored in."""
    MAX_RECEIVE_COUNT: Final = "ORDERS_MAX_RECEIVE_COUNT"
    """After how many receives SQS sets an order aside."""
    RETRY_AT_ONCE_QUEUE_URL: Final = "ORDERS_RETRY_AT_ONCE_QUEUE_URL"
    """The queue, where orders that can never succeed are to have their next receives at once; empty where not."""
    REQUEST_TIMEOUT_SECONDS: Final = "ORDERS_REQUEST_TIMEOUT_SECONDS"
    """How long one try of one request may take."""


class Attribute:
    """The attributes that every order has, in messages and in the table alike."""

    ORDER_ID: Final = "orderId"
    USER_ID: Final = "userId"
    ITEM_NAME: Final = "itemName"
    QUANTITY: Final = "quantity"
    STATUS: Final = "status"
    TIMESTAMP: Final = "timestamp"


PARTITION_KEY: Final = Attribute.ORDER_ID
MAX_PARTITION_KEY_BYTES: Final = 2048
"""DynamoDB's limit on a partition key's value, in bytes of UTF-8 (DynamoDB Developer Guide, Constraints)."""

INSTANT: Final = "timestampUtc"
"""The table's attribute that sorts as time does: the order's timestamp in UTC, with all of its digits."""
