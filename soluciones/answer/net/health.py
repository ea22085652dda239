"""Whether the name server answers at all: with a dead one, visitors hear so at once instead of waiting in a queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from soluciones.answer.net.exchange import Server, ask

FAILURES = 5
"""Unanswered questions in a row before the name server itself is doubted."""
OPEN_SECONDS = 5.0
"""How long nothing is asked before the next look."""
_PROBE = (".", "NS")
"""A question that any working recursive server answers: one visitor's dead domain does not stop everybody."""
_PROBE_SECONDS = 0.8


class Health:
    """Circuit breaker of the name server. Opens on silence only; SERVFAIL is an answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._probing = threading.Lock()
        self._silent = 0
        self._dead_until = 0.0

    def heard(self, answered: bool) -> None:
        """Notes whether a question was answered."""
        with self._lock:
            self._silent = 0 if answered else self._silent + 1

    def may_ask(self, servers: Sequence[Server]) -> bool:
        """Whether to ask. After several silences in a row one asker probes; the others wait for what it finds.

        They wait, at most for the probe's 0.8 seconds, because doubt is no verdict: the server may be well.
        """
        known = self._known()
        if known is not None:
            return known
        with self._probing:
            known = self._known()
            if known is not None:
                return known
            alive = ask(servers, *_PROBE, _PROBE_SECONDS).status != "timeout"
            with self._lock:
                if alive:
                    self._silent = 0
                else:
                    self._dead_until = self._clock() + OPEN_SECONDS
            return alive

    def _known(self) -> bool | None:
        """Well or dead; None when somebody has to look."""
        with self._lock:
            if self._silent < FAILURES:
                return True
            return False if self._clock() < self._dead_until else None
