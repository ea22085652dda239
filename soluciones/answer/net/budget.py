"""How much may go out: a bucket for each visitor, and one for all of them together."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

LOOKUP_COST = 1.0
"""One DNS question. Cached answers cost nothing."""
DIAL_COST = 10.0
"""One connection."""
VISITOR_BURST = 240.0
"""A visitor's whole session of checks at once: a full domain check is some 20 to 40 questions."""
VISITOR_PER_SECOND = 2.0
"""Then three or four full checks a minute: enough for somebody who repairs records, useless for scanning."""
ALL_BURST = 3_000.0
ALL_PER_SECOND = 100.0
"""Everybody together, so that many visitors do not make this server a reflector."""
_VISITORS = 20_000
AT_ONCE = 32
"""Questions of one visitor under way: one whole check and a bit, so that slow domains of one do not hold up others."""


class Budget:
    """Token buckets. The table is bounded; whoever was away longest is forgotten first."""

    def __init__(
        self,
        burst: float = VISITOR_BURST,
        per_second: float = VISITOR_PER_SECOND,
        all_burst: float = ALL_BURST,
        all_per_second: float = ALL_PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst, self._per_second = burst, per_second
        self._all_burst, self._all_per_second = all_burst, all_per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._all = (all_burst, clock())
        self._visitors: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """visitor → (tokens, when they were counted)."""

    def take(self, visitor: str, cost: float) -> bool:
        """Takes ``cost`` from both buckets, or from neither: False when one has not enough."""
        with self._lock:
            now = self._clock()
            shared = _filled(self._all, self._all_burst, self._all_per_second, now)
            own = _filled(self._visitors.get(visitor, (self._burst, now)), self._burst, self._per_second, now)
            enough = own >= cost and shared >= cost
            self._all = (shared - cost * enough, now)
            self._visitors[visitor] = (own - cost * enough, now)
            self._visitors.move_to_end(visitor)
            while len(self._visitors) > _VISITORS:
                self._visitors.popitem(last=False)
            return enough

    def __len__(self) -> int:
        return len(self._visitors)


class InFlight:
    """How many questions of each visitor are under way."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._now: dict[str, int] = {}

    def enter(self, visitor: str, wanted: int) -> int:
        """Room for so many of ``wanted``; each has to ``leave`` again."""
        with self._lock:
            busy = self._now.get(visitor, 0)
            given = max(min(wanted, self._most - busy), 0)
            if given:
                self._now[visitor] = busy + given
            return given

    def leave(self, visitor: str, count: int) -> None:
        """Gives the room back."""
        with self._lock:
            left = self._now.get(visitor, 0) - count
            if left > 0:
                self._now[visitor] = left
            else:
                self._now.pop(visitor, None)


def _filled(bucket: tuple[float, float], burst: float, per_second: float, now: float) -> float:
    tokens, counted = bucket
    return min(burst, tokens + max(now - counted, 0.0) * per_second)
