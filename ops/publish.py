"""Publishes orders to the topic: in batches, several at once. One order's failure affects no other."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from handler.chunks import batches
from ops.clients import IN_FLIGHT
from ops.orders_file import MAX_PUBLISH_BYTES
from ops.pacer import Pacer
from ops.threads import Threads

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

PUBLISH_BATCH = 10
"""The maximum number of messages in one request (SNS API Reference, PublishBatch)."""
GroupOf = Callable[[str], str | None]
TRIES = 4
FIRST_PAUSE_SECONDS = 0.2
"""The pause before the second try. Each later pause is twice as long."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """An order that the topic did not accept, and why."""

    body: str
    reason: str


def publish_orders(
    sns: "SNSClient",
    topic_arn: str,
    bodies: Iterable[str],
    *,
    on_progress: Callable[[int], None] = lambda _count: None,
    rate: float | None = None,
    group_of: GroupOf = lambda _body: None,
) -> list[Rejection]:
    """Publish each body, at most `rate` a second, and return the rejected ones.

    `group_of` returns the message group ID of a body, which SNS passes on to SQS, or None.
    `on_progress` receives the number of orders that were accepted or rejected since its last call. If the first request
    fails as a whole, nothing was published and the error is raised. If a later one fails, its orders are rejected.
    """
    pacer = Pacer(rate)
    waiting = batches(bodies, _size_of, max_items=pacer.batch_size(PUBLISH_BATCH), max_bytes=MAX_PUBLISH_BYTES)
    first = next(waiting, None)
    if first is None:
        return []
    pacer.wait(len(first))
    rejections = _publish_batch(sns, topic_arn, first, group_of)
    on_progress(len(first))
    sizes: dict[Future[list[Rejection]], int] = {}

    def collect(done: Iterable[Future[list[Rejection]]]) -> None:
        for future in done:
            rejections.extend(future.result())
            on_progress(sizes.pop(future))

    with Threads(IN_FLIGHT) as threads:
        for batch in waiting:
            pacer.wait(len(batch))
            sizes[threads.submit(_publish_or_reject, sns, topic_arn, batch, group_of)] = len(batch)
            timeout = None if len(sizes) >= IN_FLIGHT else 0
            collect(wait(sizes, timeout=timeout, return_when=FIRST_COMPLETED).done)
        collect(wait(sizes).done)
    return rejections


def _size_of(body: str) -> int:
    return len(body.encode())


def _publish_batch(sns: "SNSClient", topic_arn: str, bodies: Sequence[str], group_of: GroupOf) -> list[Rejection]:
    """Publish with one request, and retry the orders that SNS rejected for a reason of its own."""
    waiting = list(bodies)
    rejections: list[Rejection] = []
    for attempt in range(TRIES):
        retryable = _send(sns, topic_arn, waiting, rejections, group_of)
        if not retryable:
            return rejections
        if attempt < TRIES - 1:
            time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
        waiting = [rejection.body for rejection in retryable]
    return rejections + retryable


def _send(
    sns: "SNSClient", topic_arn: str, bodies: Sequence[str], rejections: list[Rejection], group_of: GroupOf
) -> list[Rejection]:
    """Send one request. Add its permanent rejections to the list, and return those that another try may change."""
    entries = [_entry(position, body, group_of(body)) for position, body in enumerate(bodies)]
    answer = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
    retryable: list[Rejection] = []
    for failure in answer.get("Failed", []):
        reason = ": ".join(filter(None, (failure["Code"], failure.get("Message"))))
        rejection = Rejection(bodies[int(failure["Id"])], reason)
        (rejections if failure["SenderFault"] else retryable).append(rejection)
    return retryable


def _entry(position: int, body: str, group: str | None) -> Any:
    entry = {"Id": str(position), "Message": body}
    return entry if group is None else {**entry, "MessageGroupId": group}


def _publish_or_reject(sns: "SNSClient", topic_arn: str, bodies: Sequence[str], group_of: GroupOf) -> list[Rejection]:
    """Publish. If the request fails as a whole, reject its orders, because orders before them were published."""
    try:
        return _publish_batch(sns, topic_arn, bodies, group_of)
    except (ClientError, BotoCoreError) as error:
        return [Rejection(body, str(error)) for body in bodies]
