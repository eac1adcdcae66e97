"""The end of a pool of threads."""

import time
from threading import Event, Thread

import pytest

from ops.threads import Threads


def test_a_pool_waits_for_a_call_whose_submission_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    has_begun, start, ended = Event(), Thread.start, list[str]()

    def call() -> None:
        has_begun.set()
        time.sleep(0.2)
        ended.append("call")

    def interrupted(thread: Thread) -> None:
        start(thread)
        has_begun.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), Threads(2) as threads:
        threads.submit(call)
    assert ended == ["call"]


def test_a_pool_whose_end_was_noted_calls_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    has_ended, start, called, late_threads = Event(), Thread.start, list[str](), list[Thread]()

    def late(thread: Thread) -> None:
        run = thread.run
        late_threads.append(thread)
        monkeypatch.setattr(thread, "run", lambda: has_ended.wait() and run())
        start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(Thread, "start", late)
    with pytest.raises(KeyboardInterrupt), Threads(1) as threads:
        threads.submit(called.append, "call")
    has_ended.set()
    late_threads[0].join()
    assert called == []


def test_results_and_errors_are_those_of_the_calls() -> None:
    with Threads(2) as threads:
        assert list(threads.map(int, ["1", "2", "3"])) == [1, 2, 3]
        failed = threads.submit(int, "no number")
    with pytest.raises(ValueError, match="no number"):
        failed.result()
