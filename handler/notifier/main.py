"""The entry point of OrderNotifier. Lambda imports it once per instance."""

import os
from typing import Any

from handler.concurrency import Threads
from handler.contract import RecordField, Variable
from handler.notifier.encoding import encode_once
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.notifier import Notifier
from handler.notifier.topic import EventTopic
from handler.response import BatchResponse
from handler.runtime import Context, client, log

threads = Threads()
notifier = Notifier(
    EventTopic(os.environ[Variable.EVENT_TOPIC_ARN], encode_once(client("sns")), threads),
    GivenUpQueue(os.environ[Variable.GIVEN_UP_QUEUE_URL], lambda: client("sqs"), threads, log),
    log,
    retry_seconds=float(os.environ[Variable.EVENT_RETRY_SECONDS]),
)


def handle(event: dict[str, Any], context: Context) -> BatchResponse:
    """Tell the changes in a batch of stream records. Returns the sequence numbers of those that are delayed."""
    log.context[RecordField.REQUEST_ID] = context.aws_request_id
    return notifier.tell(event["Records"], context.get_remaining_time_in_millis() / 1000)
