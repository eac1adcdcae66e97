"""`make bench`: measure, and write docs/benchmarks.md."""

import sys
from functools import partial

from bench import cold, dead_letters, publishing, report, warm

# The handlers write to standard output, as Lambda has it.
told = partial(print, file=sys.stderr)
starts = cold.measure(told)
published = publishing.measure(told)
redriven = dead_letters.measure(told)
report.write(warm.measure(told), starts, published, redriven)
told(f"written: {report.PAGE}")
