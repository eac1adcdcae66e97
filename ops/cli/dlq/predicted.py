"""What a redrive would do with letters, by number."""

from collections.abc import Mapping

from handler.outcome import Kind
from ops.cli.output import print_row
from ops.dead_letters.forecast import FORECASTS

COLUMNS = {"count": 8, "what": 0}


def print_forecast(found: Mapping[Kind, int]) -> None:
    """Print the number of letters for each outcome, largest first."""
    for kind, count in sorted(found.items(), key=lambda pair: -pair[1]):
        print_row({"count": f"{count:,}", "what": FORECASTS[kind]}, COLUMNS)
