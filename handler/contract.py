"""The names that the infrastructure and the code in Lambda agree on, each written here once."""

from typing import Final

ENTRY_POINT: Final = "handler.main.handle"
"""What Lambda calls, as `package.module.function`."""

TABLE_NAME_VARIABLE: Final = "ORDERS_TABLE"
"""Environment variable of the function: the name of the table that orders are stored in."""

SERVICE_NAME: Final = "orders"
"""The `service` of every log record."""


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
