"""`orders table`: one module for each command."""

from ops.cli.lazy import LazyCommand, lazy_app

COMMANDS = {
    "restore": LazyCommand("ops.cli.table.restore:restore", "Restore the table to a new one, as it was at a time."),
    "compare": LazyCommand("ops.cli.table.compare:compare", "Show how the orders of another table differ."),
    "merge": LazyCommand("ops.cli.table.merge:merge", "Store the orders of another table that are new or newer."),
}

app = lazy_app(COMMANDS, "Get orders back from an earlier state of the table.")
