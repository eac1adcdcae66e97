"""The `orders` command."""

import sys

from ops.cli import interrupt

with interrupt.exiting_at_once():
    from infra.outputs import MissingOutput
    from ops.cli.exit_codes import exit_code_of
    from ops.cli.lazy import LazyCommand, lazy_app
    from ops.cli.output import prepare_streams, print_error
    from ops.errors import NoAccess, UserError, explain_aws_error, explain_full_disk

DEAD_LETTERS = "ops.cli.dlq:app"

COMMANDS = {
    "publish": LazyCommand("ops.cli.publish:publish", "Validate every order, then publish."),
    "get": LazyCommand("ops.cli.get:get", "Show an order as the table stores it."),
    "list": LazyCommand("ops.cli.list:list_", "List the orders in the table."),
    "trace": LazyCommand("ops.cli.trace:trace", "Show the life of one order."),
    "logs": LazyCommand("ops.cli.logs:logs", "Show the log of the processor or the notifier."),
    "review": LazyCommand("ops.cli.review:review", "Show what a change of the program or its settings does to orders."),
    "adopt": LazyCommand("ops.cli.adopt:adopt", "Bring resources that were made by hand into a stack."),
    "drift": LazyCommand("ops.cli.drift:drift", "Show what differs between the settings and AWS."),
    "status": LazyCommand("ops.cli.status:status", "Show queues, alarms and recent failures."),
    "pause": LazyCommand("ops.cli.pause:pause", "Stop to process orders: they wait in the queue."),
    "resume": LazyCommand("ops.cli.resume:resume", "Process orders again after a pause."),
    "mute": LazyCommand("ops.cli.mute:mute", "Let no alarm notify anybody during planned work."),
    "unmute": LazyCommand("ops.cli.unmute:unmute", "Let the alarms notify again before a mute ends."),
    "dead-letters": LazyCommand(DEAD_LETTERS, "Find out why orders failed, fix them and send them again."),
    "dlq": LazyCommand(DEAD_LETTERS, "Short for dead-letters.", hidden=True),
    "contract": LazyCommand(
        "ops.cli.contract:contract", "Print the contract of orders and events, for publishers and consumers."
    ),
    "events": LazyCommand("ops.cli.events:app", "Tell subscribers again about changes of orders."),
    "table": LazyCommand("ops.cli.table:app", "Get orders back from an earlier state of the table."),
    "cost": LazyCommand("ops.cli.cost:cost", "Estimate the cost of a million orders on AWS."),
    "capacity": LazyCommand("ops.cli.capacity:capacity", "Simulate what a stack can carry, and what it costs."),
    "local": LazyCommand("ops.cli.local:local", "Run the whole system on this machine."),
    "drill": LazyCommand(
        "ops.cli.drill:drill", "Break the local system at random, so that somebody can practise mending it."
    ),
    "demo": LazyCommand("ops.cli.demo:demo", "Show what happens to 101 orders on this machine."),
}

app = lazy_app(COMMANDS, "Operate the order pipeline, on AWS or on this machine.", completion=True)


def main() -> None:
    """Run a command. A problem that the user can solve is one line and an exit code; a bug keeps its traceback."""
    interrupt.exit_at_once()
    prepare_streams()
    try:
        app()
    except UserError as error:
        _exit(error)
    except MissingOutput as error:
        _exit(NoAccess(str(error)))
    except Exception as error:
        if (explained := _explain(error)) is None:
            raise
        _exit(explained)


def _explain(error: Exception) -> UserError | None:
    if isinstance(error, OSError) and (full := explain_full_disk(error)):
        return full
    # Imported on use: a command that succeeds does not need it.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    return explain_aws_error(error) if isinstance(error, BotoCoreError | ClientError) else None


def _exit(error: UserError) -> None:
    print_error(*error.lines)
    sys.exit(exit_code_of(error))
