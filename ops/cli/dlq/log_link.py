"""Where a letter's records in the log are: a link, or a command."""

import shlex
from collections.abc import Sequence
from urllib.parse import quote

from ops.dead_letters.failures import Failure
from ops.dead_letters.lease import Lease
from ops.system import System
from ops.text import needs_no_quotes, printable


def log_link(system: System, lease: Lease, attempts: Sequence[Failure]) -> str:
    """A link to a letter's records in the CloudWatch console, or on this machine the command that shows them.

    The attempts are those of the letter, oldest first.
    """
    start = (attempts[0].at if attempts else None) or lease.first_seen
    if system.clients.endpoint_url:
        # The processor logs no order ID for a body that it cannot read, even if the command finds one.
        logged = [attempt.order_id for attempt in attempts if attempt.order_id]
        since = start.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
        return f"orders logs --since {since}{_order_option(logged[0]) if logged else ''}"
    region = system.outputs.region
    pattern = _quoted(f'"{lease.logged_as}"')
    group = _encoded(_quoted(system.outputs.log_group_name))
    events = _encoded(f"?filterPattern={pattern}&start={int(start.timestamp() * 1000)}")
    return (
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}/log-events{events}"
    )


def _order_option(order_id: str) -> str:
    """The option that names an order, safe to copy into a shell: publishers choose the IDs of orders."""
    shown = printable(order_id)
    return f" --order {shown}" if needs_no_quotes(shown) else f" --order={shlex.quote(shown)}"


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="backslashreplace")


def _encoded(text: str) -> str:
    """The console's own encoding of the part after `#`: percent-encoding with `$` in place of `%`."""
    return _quoted(text).replace("%", "$")
