"""Circuit breaker per target: a server that does not answer is left alone for a moment."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

FAILURES = 5
"""Failed connections in a row."""
OPEN_SECONDS = 10.0
"""How long nobody connects then; afterwards one asker tries."""
_TARGETS = 256


class Breaker:
    """Closed: everybody connects. Open: nobody. Half open: one asker, whose outcome decides."""

    def __init__(
        self,
        failures: int = FAILURES,
        open_seconds: float = OPEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._state: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()
        """target → (failures in a row, when the next try is due)."""

    def allows(self, target: Hashable) -> bool:
        """Whether to try now. A half-open breaker lets one asker through per ``open_seconds``."""
        with self._lock:
            failures, due = self._state.get(target, (0, 0.0))
            if failures < self._failures:
                return True
            if self._clock() < due:
                return False
            self._state[target] = (failures, self._clock() + self._open_seconds)
            return True

    def note(self, target: Hashable, worked: bool) -> None:
        """Notes how a try ended."""
        with self._lock:
            if worked:
                self._state.pop(target, None)
                return
            failures = self._state.get(target, (0, 0.0))[0] + 1
            self._state[target] = (failures, self._clock() + self._open_seconds)
            self._state.move_to_end(target)
            while len(self._state) > _TARGETS:
                self._state.popitem(last=False)
