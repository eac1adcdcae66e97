"""`orders dead-letters`, or `orders dlq` for short: one module for each command."""

from ops.cli.lazy import LazyCommand, lazy_app

COMMANDS = {
    "list": LazyCommand("ops.cli.dlq.list:list_", "List every dead letter once, oldest first."),
    "groups": LazyCommand("ops.cli.dlq.groups:groups", "Group dead letters by class and signature."),
    "show": LazyCommand("ops.cli.dlq.show:show", "Show a dead letter and why it failed."),
    "edit": LazyCommand("ops.cli.dlq.edit:edit", "Correct a dead letter, or many in the same way."),
    "redrive": LazyCommand("ops.cli.dlq.redrive:redrive", "Send dead letters to OrderQueue again."),
    "move": LazyCommand("ops.cli.dlq.move:app", "Let SQS move all dead letters to OrderQueue."),
    "archive": LazyCommand("ops.cli.dlq.archive:archive", "Move dead letters to a file."),
    "restore": LazyCommand("ops.cli.dlq.restore:restore", "Put the dead letters of a file back into a queue."),
    "purge": LazyCommand("ops.cli.dlq.purge:purge", "Delete the dead letters that a file contains."),
    "history": LazyCommand("ops.cli.dlq.history:history", "Show who changed dead letters, when and why."),
    "watch": LazyCommand("ops.cli.dlq.watch:watch", "Watch the queues and the failures, until Ctrl-C."),
}

app = lazy_app(COMMANDS, "Find out why orders failed, fix them and send them again.")
