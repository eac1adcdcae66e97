"""`orders events`: one module for each command."""

from ops.cli.lazy import LazyCommand, lazy_app

COMMANDS = {
    "failed": LazyCommand("ops.cli.events.failed:failed", "List the events that the notifier gave up, oldest first."),
    "replay": LazyCommand("ops.cli.events.replay:replay", "Tell the stored versions of orders again."),
}

app = lazy_app(COMMANDS, "Tell subscribers again about changes of orders.")
