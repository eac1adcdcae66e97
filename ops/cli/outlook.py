"""How the commands show a pause, and what becomes of the orders that wait."""

from collections.abc import Iterator
from datetime import timedelta

from ops.cli.dlq.times import duration_text, time_text
from ops.pause.outlook import Outlook
from ops.pause.record import Pause
from ops.system import System
from ops.text import counted

Row = tuple[str, str]


def pause_rows(pause: Pause | None) -> Iterator[Row]:
    """Yield who stopped the event source mapping."""
    if pause is None:
        yield "paused", "not with `orders pause`: CloudTrail has the caller of UpdateEventSourceMapping"
        return
    yield "paused", f"since {time_text(pause.since)}"
    yield "", f"by {pause.who}"
    yield "", f"because {pause.why}"
    if pause.resumed_by:
        yield "", f"{pause.resumed_by} began to resume it, and was stopped: run `orders resume` again"


def outlook_rows(outlook: Outlook) -> Iterator[Row]:
    """Yield how long the orders that wait are safe, and how long the queue takes to empty."""
    expiry, drain = map(_time, (outlook.first_expiry_seconds, outlook.drain_seconds))
    yield "orders that wait", f"{outlook.waiting:,}"
    yield "first order expires", f"in {expiry}" if expiry else "not known yet: CloudWatch reports no age"
    emptied = f"{drain} after a resume" if drain else "not within a day after a resume"
    yield "queue is empty", f"{emptied}, with {outlook.arriving:,.1f} new orders a second"
    if outlook.dead:
        yield "", f"but {counted(outlook.dead, 'order')} would come to OrderDLQ: see `orders capacity`"


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else duration_text(timedelta(seconds=seconds))


def intake_lines(system: System) -> Iterator[str]:
    """Yield how to hold the publishers. This tool does not do it."""
    topic = system.outputs.topic_arn
    yield "a pause does not hold publishers: SNS accepts their orders, and they wait in the queue"
    yield "to hold them as well, ask each publisher to keep its orders and to publish them later"
    yield f"SNS itself can only refuse them, with this statement in the policy of {topic.rpartition(':')[2]}:"
    yield f'  {{"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": "{topic}"}}'
    yield "a publisher then gets AuthorizationError, and its order is lost unless it tries again later"
    yield "`pulumi up --refresh` takes the statement out of the policy again"
