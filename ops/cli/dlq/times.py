"""Points in time and durations, as the dead-letter commands print them."""

from datetime import UTC, datetime, timedelta


def time_text(time: datetime) -> str:
    """Format a time in UTC: `2026-11-24 11:08:38Z`."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def duration_text(duration: timedelta) -> str:
    """Format a duration in its two largest units: `3 d 4 h`. A negative one is `0 s`."""
    seconds = max(0, int(duration.total_seconds()))
    parts = [
        (seconds // 86_400, "d"),
        (seconds // 3_600 % 24, "h"),
        (seconds // 60 % 60, "m"),
        (seconds % 60, "s"),
    ]
    first = next((position for position, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])
