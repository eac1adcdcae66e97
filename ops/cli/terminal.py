"""What commands draw in a terminal: tables, progress bars and pages that refresh."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import MofNCompleteColumn, Progress
from rich.text import Text

from ops.errors import explain_aws_error
from ops.text import printable

console = Console(highlight=False)
progress_console = Console(stderr=True)

REFRESH_SECONDS = 5


def cell(text: str, style: str = "") -> Text:
    """A text from outside for a table: escaped, and without markup."""
    return Text(printable(text), style)


def print_styled(*parts: tuple[str, str]) -> None:
    """Print one line at full length: texts, each with its style."""
    console.print(Text.assemble(*(cell(*part) for part in parts)), soft_wrap=True)


def print_page(page: RenderableType) -> None:
    """Print a page as wide as the terminal. In a file or a pipe, it has 80 columns, or as many as COLUMNS says."""
    console.print(page)


def progress_bar() -> Progress:
    """A progress bar on standard error that disappears at the end. Not shown unless that is a terminal."""
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    return Progress(*columns, console=progress_console, transient=True, disable=not progress_console.is_terminal)


def refresh_page(page: Callable[[], RenderableType]) -> NoReturn:
    """Draw a page every few seconds, until Ctrl-C."""
    with Live(console=console, screen=console.is_terminal, auto_refresh=False) as live:
        while True:
            live.update(Group(_page_or_error(page), Text(f"{datetime.now():%H:%M:%S}  Ctrl-C ends")))  # noqa: DTZ005 - the user's own clock
            live.refresh()
            time.sleep(REFRESH_SECONDS)


def _page_or_error(page: Callable[[], RenderableType]) -> RenderableType:
    """The page, or the reason why AWS did not answer this time: the next refresh may succeed."""
    try:
        return page()
    except (BotoCoreError, ClientError) as error:
        if (known := explain_aws_error(error)) is None:
            raise
        return cell(str(known), "red")
