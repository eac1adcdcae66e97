"""Publishes events for the commands, with the code of the notifier."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from handler.chunks import batches
from handler.notifier.event import Event
from handler.notifier.failure import Failure
from handler.notifier.topic import MAX_ENTRIES, EventTopic
from ops.pacer import Pacer

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

PATIENCE_SECONDS = 60
"""How long SNS may take for the events that are sent at once."""
AT_ONCE = 8 * MAX_ENTRIES


class Teller:
    """Publishes events, at most `rate` a second."""

    def __init__(self, sns: "SNSClient", topic_arn: str, rate: float | None = None) -> None:
        self._pacer = Pacer(rate)
        self._topic = EventTopic(topic_arn, sns)

    def tell(
        self, events: Iterable[Event], on_progress: Callable[[int], None] = lambda _count: None
    ) -> Iterator[tuple[Event, Failure]]:
        """Publish events, each of another order. Yields those that were not told."""
        size = self._pacer.batch_size(AT_ONCE)
        # The topic splits each part by size.
        for part in batches(events, lambda _event: 0, max_items=size, max_bytes=0):
            self._pacer.wait(len(part))
            failures = self._topic.publish(part, time.monotonic() + PATIENCE_SECONDS)
            yield from ((event, failure) for event, failure in zip(part, failures, strict=True) if failure)
            on_progress(len(part))
