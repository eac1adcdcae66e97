"""The last part of `make bench`: measure the starts of the handlers in Lambda's runtime, and write them to the page."""

import sys
from collections.abc import Iterator
from functools import partial

from bench import report
from tests.judges.aws_lambda.bootstrap import Bootstrap, installed_bootstrap
from tests.judges.aws_lambda.starts import measure
from tests.judges.claims import RUNTIMES
from tests.judges.kits import Missing

ROUNDS = 11
on_progress = partial(print, file=sys.stderr)


def installed() -> Iterator[tuple[str, Bootstrap]]:
    for runtime in RUNTIMES:
        try:
            yield runtime, installed_bootstrap(runtime)
        except Missing as missing:
            on_progress(f"{runtime} is not measured: {missing}")


if bootstraps := dict(installed()):
    report.write_starts(measure(bootstraps, ROUNDS, on_progress))
