"""A service that accepts connections and never answers."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from ops.local_system import LocalSystem

OUTPUTS = {
    "dashboardUrl": "",
    "deadLetterQueueUrl": "http://queue/OrderDLQ",
    "queueUrl": "http://queue/OrderQueue",
    "undeliveredQueueUrl": "http://queue/OrderUndelivered",
    "topicArn": "arn:aws:sns:us-east-1:000000000000:OrderTopic",
    "tableName": "Orders",
    "logGroupName": "/aws/lambda/OrderProcessor",
    "processorName": "OrderProcessor",
}


class SilentService:
    """Listens on loopback, and counts the connections."""

    def __init__(self, listener: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.connections: list[socket.socket] = []
        self._listener = listener

    def accept(self) -> None:
        try:
            while True:
                self.connections.append(self._listener.accept()[0])
        except OSError:
            return

    @property
    def system(self) -> LocalSystem:
        return LocalSystem(url=self.url, outputs=OUTPUTS)


@contextmanager
def silent_service() -> Iterator[SilentService]:
    """Run the service until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        service = SilentService(listener)
        thread = Thread(target=service.accept, daemon=True)
        thread.start()
        yield service
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in service.connections:
        connection.close()
