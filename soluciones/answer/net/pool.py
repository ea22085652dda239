"""A few threads for questions that go out at the same time. None exists before the first one is needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

THREADS = 48
"""Enough for three visitors' whole checks at once, started as they are needed; the threads only wait."""
WAITING = 256
"""Questions under way or in the queue. Beyond, nothing more is taken, so that a dead name server piles nothing up."""


class PoolFull(Exception):
    """Too much is waiting already."""


class LazyPool:
    """Threads that start at the first task and, after a fork, anew in the child.

    A server forks its workers from a process that must have no thread of ours, so nothing starts in the constructor.
    """

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = threads
        self._waiting = waiting
        self._lock = threading.Lock()
        self._owner = 0
        self._executor: ThreadPoolExecutor | None = None
        self._room = threading.BoundedSemaphore(waiting)

    def submit(self, task: Callable[[], Result]) -> Future[Result]:
        """Runs ``task`` on a thread.

        Raises:
            PoolFull: too much is waiting already.
        """
        executor, room = self._running()
        if not room.acquire(blocking=False):
            raise PoolFull
        future = executor.submit(task)
        future.add_done_callback(lambda _: room.release())
        return future

    def _running(self) -> tuple[ThreadPoolExecutor, threading.BoundedSemaphore]:
        with self._lock:
            if self._executor is None or self._owner != os.getpid():
                self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix="dns")
                self._room = threading.BoundedSemaphore(self._waiting)
                self._owner = os.getpid()
            return self._executor, self._room

    def close(self) -> None:
        """Lets the threads go. The pool starts anew when used again."""
        with self._lock:
            if self._executor is not None and self._owner == os.getpid():
                self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None
