"""DNS questions of one check: each asked once, no more than some dozens, no longer than a few seconds in all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from soluciones.answer.net.contract import Dns, DnsReply

MAX_QUESTIONS = 30
"""A record with ten lookups needs about twenty; more would only follow a record that is broken already."""
MAX_SECONDS = 2.8
"""After that no question is begun; one that was begun may take two seconds more, so that five are kept."""


class Questions:
    """A ``Dns`` that remembers what it asked and stops at a number of questions or seconds (``over_budget``)."""

    def __init__(
        self,
        dns: Dns,
        limit: int = MAX_QUESTIONS,
        seconds: float = MAX_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dns = dns
        self._left = limit
        self._clock = clock
        self._deadline = clock() + seconds
        self._known: dict[tuple[str, str], DnsReply] = {}

    @property
    def asked(self) -> int:
        """Questions put so far."""
        return sum(reply.status != "over_budget" for reply in self._known.values())

    def lookup(self, name: str, rdtype: str) -> DnsReply:
        """One question."""
        return self.lookup_all([(name, rdtype)])[0]

    def lookup_all(self, questions: Sequence[tuple[str, str]]) -> tuple[DnsReply, ...]:
        """Several at once; those already answered cost nothing."""
        keys = [(name.lower().removesuffix("."), rdtype) for name, rdtype in questions]
        wanted = [key for key in dict.fromkeys(keys) if key not in self._known]
        late = self._clock() > self._deadline
        asked = [] if late else wanted[: self._left]
        self._left -= len(asked)
        for key, reply in zip(asked, self._dns.lookup_all(asked) if asked else (), strict=True):
            self._known[key] = reply
        over = {key: DnsReply(*key, "over_budget") for key in wanted[len(asked) :]}
        self._known.update({} if late else over)
        return tuple(self._known.get(key) or DnsReply(*key, "over_budget") for key in keys)


def bounded(dns: Dns) -> Questions:
    """``dns`` itself when it is bounded already, so that several checks share one budget."""
    return dns if isinstance(dns, Questions) else Questions(dns)
