"""Failed attempts for tests."""

from datetime import UTC, datetime, timedelta

from ops.dead_letters.failures import Failure

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def failed_attempts(
    signature: str = "not JSON", minutes: float = 0, *, kind: str = "invalid", times: int = 1
) -> list[Failure]:
    """Failures with the same cause, some minutes after START."""
    at = START + timedelta(minutes=minutes)
    return [Failure(message_id="m", kind=kind, reason="r", signature=signature, at=at) for _ in range(times)]


def failed_groups(number: int) -> list[Failure]:
    """Groups of failures, each smaller and later than the one before it."""
    return [
        one for index in range(number) for one in failed_attempts(f"cause {index}", 10 * index, times=number - index)
    ]
