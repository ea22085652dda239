"""A cap on how much one visitor sends in an hour, kept in memory only: nobody's address is written down for it."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

_HOUR = 3600.0
_VISITORS = 4_096
"""Visitors remembered; beyond it the one heard least recently is forgotten."""
_BEHIND_PROXY = 25
"""An address that is not public is a proxy's or a local network's: many people come from it."""


def share(address: str) -> int:
    """How many visitors an address may stand for."""
    try:
        return 1 if ipaddress.ip_address(address).is_global else _BEHIND_PROXY
    except ValueError:
        return _BEHIND_PROXY


class Floods:
    """At most so many in an hour, each visitor."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``limit``: how many; 0 for as many as come."""
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, visitor: str, times: int = 1) -> float:
        """Counts one more; 0.0 when it is within the limit, else the seconds after which there is room again.

        Args:
            visitor: opaque key.
            times: how many visitors that key stands for.
        """
        if self._limit == 0:
            return 0.0
        now = self._clock()
        with self._lock:
            seen = self._seen.setdefault(visitor, deque())
            self._seen.move_to_end(visitor)
            while len(self._seen) > _VISITORS:
                self._seen.popitem(last=False)
            while seen and seen[0] <= now - _HOUR:
                seen.popleft()
            if len(seen) >= self._limit * times:
                return max(1.0, seen[0] + _HOUR - now)
            seen.append(now)
            return 0.0
