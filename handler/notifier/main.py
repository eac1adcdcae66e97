"""The entry point of OrderNotifier. Lambda imports it once per instance."""

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from handler.contract import RecordField, Variable
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.notifier import Notifier
from handler.notifier.topic import EventTopic
from handler.notifier.tries import LoneTries
from handler.response import BatchResponse
from handler.runtime import Context, client, log

notifier = Notifier(
    EventTopic(os.environ[Variable.EVENT_TOPIC_ARN], client("sns")),
    GivenUpQueue(os.environ[Variable.GIVEN_UP_QUEUE_URL], partial(client, "sqs"), log),
    log,
    LoneTries(Path(tempfile.gettempdir(), "OrderNotifier")),
    retry_seconds=float(os.environ[Variable.EVENT_RETRY_SECONDS]),
)


def handle(event: dict[str, Any], context: Context) -> BatchResponse:
    """Tell the changes in a batch of stream records. Returns the sequence numbers of those that are delayed."""
    log.context[RecordField.REQUEST_ID] = context.aws_request_id
    return notifier.tell(event["Records"], context.get_remaining_time_in_millis() / 1000)
