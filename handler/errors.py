"""The error of a message that can never be processed."""


class InvalidOrder(Exception):
    """The message is not a valid order. Retrying cannot help.

    `reason` is for the person who corrects the message. All messages with the same flaw share a `signature`. `field` is
    the name of the field with the flaw, or None if the flaw is not in a required field. `order_id` is None if the
    message contains no usable orderId.
    """

    def __init__(self, reason: str, signature: str | None = None, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.signature = signature or reason
        self.field = field
        self.order_id: str | None = None
