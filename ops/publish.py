"""Publishing orders to the topic: in batches, several at once, each order's failure its own."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local.pipeline import PUBLISH_BATCH
from ops.orders_file import MAX_PUBLISH_BYTES

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

IN_FLIGHT = 8
TRIES = 4
FIRST_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that the topic did not take."""

    body: str
    reason: str


def publish(
    sns: "SNSClient",
    topic_arn: str,
    bodies: Iterable[str],
    *,
    told: Callable[[int], None] = lambda _count: None,
    rate: float | None = None,
) -> list[Refused]:
    """Publish each body, at most `rate` a second, and return what was refused.

    `told` is called with how many were settled, accepted or not, since it was called last. A request that fails as a
    whole refuses its orders, unless it is the first one: then nothing was published, and its error is raised.
    """
    waiting = batches(bodies, 1 if rate and rate < PUBLISH_BATCH else PUBLISH_BATCH)
    first = next(waiting, None)
    if first is None:
        return []
    refused = _publish_batch(sns, topic_arn, first)
    told(len(first))
    next_at = time.monotonic() + (len(first) / rate if rate else 0)
    sizes: dict[Future[list[Refused]], int] = {}

    def settle(done: Iterable[Future[list[Refused]]]) -> None:
        for future in done:
            refused.extend(future.result())
            told(sizes.pop(future))

    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        for batch in waiting:
            if rate:
                time.sleep(max(0.0, next_at - time.monotonic()))
                next_at = max(next_at, time.monotonic()) + len(batch) / rate
            sizes[threads.submit(_publish_or_refuse, sns, topic_arn, batch)] = len(batch)
            patience = None if len(sizes) >= IN_FLIGHT else 0
            settle(wait(sizes, timeout=patience, return_when=FIRST_COMPLETED).done)
        settle(wait(sizes).done)
    return refused


def batches(bodies: Iterable[str], most: int = PUBLISH_BATCH) -> Iterator[list[str]]:
    """The bodies in their order, as many together as one request takes."""
    batch: list[str] = []
    size = 0
    for body in bodies:
        length = len(body.encode())
        if batch and (len(batch) == most or size + length > MAX_PUBLISH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += length
    if batch:
        yield batch


def _publish_batch(sns: "SNSClient", topic_arn: str, bodies: Sequence[str]) -> list[Refused]:
    """Publish until all are accepted, or refused for good, or tried often enough."""
    waiting = list(bodies)
    refused: list[Refused] = []
    for attempt in range(TRIES):
        answer = sns.publish_batch(
            TopicArn=topic_arn,
            PublishBatchRequestEntries=[
                {"Id": str(position), "Message": body} for position, body in enumerate(waiting)
            ],
        )
        failed = [
            (Refused(waiting[int(one["Id"])], _reason(one["Code"], one.get("Message"))), one["SenderFault"])
            for one in answer.get("Failed", [])
        ]
        last = attempt == TRIES - 1
        refused += [failure for failure, hopeless in failed if hopeless or last]
        waiting = [failure.body for failure, hopeless in failed if not (hopeless or last)]
        if not waiting:
            break
        time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
    return refused


def _publish_or_refuse(sns: "SNSClient", topic_arn: str, bodies: Sequence[str]) -> list[Refused]:
    """The same, where others were published already: what becomes of all of them has to be told."""
    try:
        return _publish_batch(sns, topic_arn, bodies)
    except (ClientError, BotoCoreError) as error:
        return [Refused(body, str(error)) for body in bodies]


def _reason(code: str, message: str | None) -> str:
    return f"{code}: {message}" if message else code
