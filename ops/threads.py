"""Threads for several requests at once."""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Semaphore
from types import TracebackType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads(ThreadPoolExecutor):
    """A pool of threads. After its end no call is in progress, not even one whose submission Ctrl-C interrupted.

    ThreadPoolExecutor starts a thread first, and then notes that it has to wait for it. Ctrl-C can come in between.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._count = count
        self._running = Semaphore(count)
        self._has_ended = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function in one of the threads."""

        def call() -> T:
            with self._running:
                if self._has_ended:
                    raise CancelledError
                return fn(*args, **kwargs)

        return super().submit(call)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        self._has_ended = True
        for _ in range(self._count):
            self._running.acquire()
        self._running.release(self._count)
