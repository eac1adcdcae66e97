"""`orders dead-letters`, or `orders dlq`: a module for each command, or for a few that are alike."""

import typer

from ops.commands.dead_letters.edit import edit
from ops.commands.dead_letters.keep import archive_, purge, restore
from ops.commands.dead_letters.listing import groups, list_
from ops.commands.dead_letters.past import history
from ops.commands.dead_letters.redrive import redrive
from ops.commands.dead_letters.show import show
from ops.commands.dead_letters.watching import watch

dead_letters = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

dead_letters.command("list")(list_)
dead_letters.command("groups")(groups)
dead_letters.command("show")(show)
dead_letters.command("edit")(edit)
dead_letters.command("redrive")(redrive)
dead_letters.command("archive")(archive_)
dead_letters.command("restore")(restore)
dead_letters.command("purge")(purge)
dead_letters.command("history")(history)
dead_letters.command("watch")(watch)
