"""The letters of an action, as its records in the history name them."""

import json
from collections.abc import Iterable, Mapping

from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import Letter

NAMED = "named"
"""The letters of an action: the order ID of each, by message ID, or None if it contains none or more than one."""
MAX_NAMED_BYTES = 100_000
"""Our limit for the letters that a record names. CloudWatch Logs accepts events of 256 KB at least."""


def named(letters: Iterable[Lease | Letter]) -> Mapping[str, Mapping[str, str | None]]:
    """The detail of a record that names letters. Empty if they are too many for a record."""
    found, size = dict[str, str | None](), 0
    for letter in letters:
        found[letter.message_id] = letter.order_id
        size += len(json.dumps({letter.message_id: letter.order_id}))
        if size > MAX_NAMED_BYTES:
            return {}
    return {NAMED: found}
