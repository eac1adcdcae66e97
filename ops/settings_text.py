"""Settings of a stack's file, checked one by one where a command reads them. They are text there."""

from collections.abc import Mapping

from ops.errors import InvalidInput
from ops.prices import LAMBDA_GIGABYTE_SECOND


def whole_number(settings: Mapping[str, str], key: str, least: int) -> int:
    """Return a setting as a number. Raises InvalidInput if it is less, or no whole number."""
    try:
        number = int(settings[key])
    except ValueError:
        number = least - 1
    if number < least:
        raise InvalidInput(f"{key} is {settings[key]}, but must be a whole number of at least {least}")
    return number


def architecture(settings: Mapping[str, str]) -> str:
    """Return processorArchitecture. Raises InvalidInput if Lambda has no such architecture."""
    text = settings["processorArchitecture"]
    if text not in LAMBDA_GIGABYTE_SECOND:
        known = " or ".join(LAMBDA_GIGABYTE_SECOND)
        raise InvalidInput(f"processorArchitecture is {text}, but must be {known}")
    return text
