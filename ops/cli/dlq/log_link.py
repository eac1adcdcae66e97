"""Where a letter's records in the log are: a link, or a command."""

import shlex
from collections.abc import Sequence
from urllib.parse import quote

from ops.cli.options import command_on
from ops.dead_letters.failures import Failure
from ops.dead_letters.lease import Lease
from ops.system import System
from ops.text import needs_no_quotes, printable


def log_link(system: System, lease: Lease, attempts: Sequence[Failure]) -> str:
    """A link to a letter's records in the CloudWatch console, or on an emulator the command that shows them.

    The attempts are those of the letter, oldest first.
    """
    start = (attempts[0].at if attempts else None) or lease.first_seen
    if system.clients.endpoint_url:
        # The processor logs no order ID for a body that it cannot read, even if the command finds one.
        # The attempts of the letter itself come first: a publisher can set its former message IDs.
        by_age = sorted(attempts, key=lambda attempt: lease.logged_as.index(attempt.message_id))
        logged = [attempt.order_id for attempt in by_age if attempt.order_id]
        since = start.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
        return command_on(system, f"logs --since {since}{_order_option(logged[0]) if logged else ''}")
    region = system.outputs.region
    pattern = _quoted(_filter_pattern(lease.logged_as))
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


def _filter_pattern(message_ids: Sequence[str]) -> str:
    """The pattern of CloudWatch Logs for the lines that contain one of these IDs."""
    terms = ['"{}"'.format(message_id.replace('"', '\\"')) for message_id in message_ids]
    return terms[0] if len(terms) == 1 else " ".join(f"?{term}" for term in terms)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="backslashreplace")


def _encoded(text: str) -> str:
    """The console's own encoding of the part after `#`: percent-encoding with `$` in place of `%`."""
    return _quoted(text).replace("%", "$")
