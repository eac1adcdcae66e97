"""A stub of DynamoDB and SNS. It accepts every request after a fixed time, so that only the clients differ."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Stub:
    """A running stub, which has a process of its own."""

    url: str
    latency: "Synchronized[float]"
    """Seconds until each response. Can be set at any time."""
    requests: "Synchronized[int]"
    """The number of requests so far."""


@contextmanager
def stub() -> Iterator[Stub]:
    """Run a stub on loopback until the end of the `with` block."""
    processes = get_context("spawn")
    port, latency, requests = processes.Value("i", 0), processes.Value("d", 0.0), processes.Value("i", 0)
    listening = processes.Event()
    process = processes.Process(target=_serve, args=(port, latency, requests, listening), daemon=True)
    process.start()
    try:
        if not listening.wait(30):
            raise TimeoutError("the stub did not start within 30 s")
        yield Stub(f"http://127.0.0.1:{port.value}", latency, requests)
    finally:
        process.terminate()
        process.join()


def _serve(
    port: "Synchronized[int]", latency: "Synchronized[float]", requests: "Synchronized[int]", listening: Event
) -> None:
    class Connection(_Connection):
        shared = latency, requests

    with ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        port.value = server.server_address[1]
        listening.set()
        server.serve_forever()


class _Connection(StreamRequestHandler):
    """The part of HTTP that botocore needs. The standard library's server would be slower than the measured code."""

    disable_nagle_algorithm = True
    shared: ClassVar["tuple[Synchronized[float], Synchronized[int]]"]

    def handle(self) -> None:
        latency, requests = self.shared
        while self.rfile.readline():
            size = 0
            while (header := self.rfile.readline().strip().lower()) != b"":
                if header.startswith(b"content-length:"):
                    size = int(header.partition(b":")[2])
            body = self.rfile.read(size)
            with requests.get_lock():
                requests.value += 1
            answer = _answer(body)
            time.sleep(latency.value)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n"
            self.wfile.write(head % len(answer) + answer)


def _answer(body: bytes) -> bytes:
    """Return the service's response to an accepted request."""
    if statements := body.count(b'"Statement"'):
        return b'{"Responses": [%s]}' % b", ".join([b'{"TableName": "Orders"}'] * statements)
    if entries := body.count(b".Id="):
        accepted = (f"<member><Id>{n}</Id><MessageId>{n}</MessageId></member>" for n in range(entries))
        found = f"<PublishBatchResult><Successful>{''.join(accepted)}</Successful><Failed/></PublishBatchResult>"
        return f"<PublishBatchResponse>{found}</PublishBatchResponse>".encode()
    if body.startswith(b"Action=Publish&"):
        return b"<PublishResponse><PublishResult><MessageId>0</MessageId></PublishResult></PublishResponse>"
    if b'"ConsistentRead"' in body:
        return b'{"Item": {"orderId": {"S": "O1"}}}'
    return b"{}"
