"""One result for many askers: whoever asks for the same thing meanwhile, or shortly after, gets the first one's answer.

So a hundred visitors who check the same server make one connection to it, not a hundred.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Result = TypeVar("Result")

SECONDS = 30.0
"""How long a result is repeated: long enough to calm a crowd, short enough for somebody who repairs and looks again."""
ENTRIES = 4096
"""Results kept; the least recently used goes first."""
WAIT_SECONDS = 12.0
"""Longest wait for a result that somebody else is making: a little more than the slowest tool takes."""


class StillRunning(Exception):
    """Somebody else's attempt did not end within the wait."""


@dataclass(eq=False, slots=True)
class _Flight:
    """A result in the making."""

    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None


class Once:
    """Cache and single flight, by key. Safe to use from many threads; starts none."""

    def __init__(
        self, seconds: float = SECONDS, entries: int = ENTRIES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._entries = entries
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        """key → (when it is too old, result)."""
        self._flights: dict[Hashable, _Flight] = {}

    def peek(self, key: Hashable) -> Any | None:
        """The kept result, or None when there is none that is fresh."""
        with self._lock:
            return self._fresh(key)

    def cached(
        self,
        key: Hashable,
        make: Callable[[], Result],
        *,
        seconds: Callable[[Result], float] | None = None,
        wait: float = WAIT_SECONDS,
    ) -> Result:
        """The fresh result of ``key``, else that of ``make()``, which runs once however many ask.

        Args:
            key: what the result belongs to; must name everything that it depends on.
            make: makes the result. What it raises reaches everybody who waited, and is not kept.
            seconds: how long a result may be repeated; that of the constructor when left out.
            wait: longest wait for somebody else's attempt, in seconds.

        Raises:
            StillRunning: somebody else's attempt took longer than ``wait``.
        """
        with self._lock:
            kept = self._fresh(key)
            if kept is not None:
                return kept  # type: ignore[no-any-return]
            flight = self._flights.get(key)
            mine = flight is None
            if flight is None:
                flight = self._flights[key] = _Flight()
        if mine:
            return self._fly(key, flight, make, seconds)
        if not flight.done.wait(wait):
            raise StillRunning
        if flight.error is not None:
            raise flight.error
        return flight.result  # type: ignore[no-any-return]

    def _fly(
        self,
        key: Hashable,
        flight: _Flight,
        make: Callable[[], Result],
        seconds: Callable[[Result], float] | None,
    ) -> Result:
        try:
            flight.result = result = make()
        except BaseException as error:
            flight.error = error
            raise
        else:
            self._keep(key, result, self._seconds if seconds is None else seconds(result))
            return result
        finally:
            with self._lock:
                self._flights.pop(key, None)
            flight.done.set()

    def _fresh(self, key: Hashable) -> Any | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        until, result = kept
        if self._clock() >= until:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return result

    def _keep(self, key: Hashable, result: object, seconds: float) -> None:
        if seconds <= 0:
            return
        with self._lock:
            self._kept[key] = (self._clock() + seconds, result)
            self._kept.move_to_end(key)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
