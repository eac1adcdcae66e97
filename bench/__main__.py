"""`make bench`: run the benchmarks and write docs/benchmarks.md."""

import sys
from functools import partial

from bench import capacity, cold, dead_letters, flow, notifying, publishing, report, startup, warm

# Progress goes to standard error, because the handlers write to standard output, as they do in Lambda.
on_progress = partial(print, file=sys.stderr)
starts = cold.measure(on_progress)
published = publishing.measure(on_progress)
commands = startup.measure(on_progress)
moves = dead_letters.measure(on_progress)
with warm.services() as service:
    batches = warm.measure(service, on_progress)
    notified = notifying.measure(service, on_progress)
report.write_flow(flow.measure(on_progress))
report.write_capacity(capacity.measure(on_progress))
report.write(batches, notified, starts, published, moves, commands)
report.draw_costs()
on_progress(f"written: {report.PAGE}")
