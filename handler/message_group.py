"""Message groups: SNS and SQS deliver the messages of a group in order."""

import hashlib
import re

MAX_CHARACTERS = 128
"""The longest message group ID (SQS API Reference, SendMessage)."""
# Letters, digits and this punctuation (SQS API Reference, SendMessage): every visible ASCII character.
_VALID = re.compile(rf"[!-~]{{1,{MAX_CHARACTERS}}}", re.ASCII)


def group_id(text: str) -> str:
    """Return a message group ID for a text: the text itself, or its hash if it is not valid as an ID."""
    return (
        text if _VALID.fullmatch(text) else "sha256:" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    )
