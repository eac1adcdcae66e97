"""Timing several methods in turns, so that a change of the machine's speed affects all of them."""

import time
from collections.abc import Callable, Mapping
from statistics import median


def median_seconds(
    methods: Mapping[str, Callable[[], object]], rounds: int, *, prepare: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """Run each method once per round. Returns the median seconds of each method.

    `prepare` runs before each method, and its time does not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, method in methods.items():
            prepare()
            started = time.perf_counter()
            method()
            taken[name].append(time.perf_counter() - started)
    return {name: median(times) for name, times in taken.items()}
