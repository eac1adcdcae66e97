"""Why an event could not be told."""

import traceback
from typing import NamedTuple


class Failure(NamedTuple):
    """A failure with a reason in words, and a signature that all failures of its cause share."""

    reason: str
    signature: str
    is_permanent: bool = False
    """Whether another try cannot help."""
    exception: str = ""
    """The traceback of an exception that nobody expected, or empty."""

    @classmethod
    def of_bug(cls, bug: Exception, *, is_permanent: bool = False) -> "Failure":
        """Return the failure of an exception that nobody expected."""
        name = type(bug).__name__
        return cls(f"{name}: {bug}", name, is_permanent, "".join(traceback.format_exception(bug)).rstrip())
