"""What changes of the function do to the orders that it processes."""

from collections.abc import Iterator

from ops.review.finding import Finding, Verdict
from ops.review.preview import Change
from ops.review.rules.context import Context, finding
from ops.review.settings import changed_files

UNTRIED = "A review does not run the code. `make test` does."


def code(change: Change, context: Context) -> Iterator[Finding]:
    """Another zip file. The component records the hash of each file in it."""
    files = changed_files(context.systems.of(change))
    if files is None:
        names = ": the files before are not recorded yet"
    elif files:
        names = f": {', '.join(files)}"
    else:
        names = ": its files are the same, and only the zip file differs"
    yield finding(Verdict.LOOK, change, f"changes the code of {change.name}{names}", UNTRIED)
