"""Looks names up for everybody: judged names only, cached, each question once at a time, within its deadline."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial

from soluciones.answer.net.contract import DnsReply, DnsStatus
from soluciones.answer.net.exchange import TYPES, Server, ask
from soluciones.answer.net.health import Health
from soluciones.answer.net.names import query_name
from soluciones.answer.net.once import Once, StillRunning
from soluciones.answer.net.pool import LazyPool, PoolFull
from soluciones.answer.net.servers import Servers

LOOKUP_SECONDS = 2.0
"""One question, all attempts together."""
BATCH_SECONDS = 5.0
"""Several questions at once."""
MAX_BATCH = 64
"""Questions in one batch; those beyond are answered ``over_budget``."""
KNOWN_SECONDS = 30.0
"""How long an answer is repeated: somebody who repairs a record and checks again must see it soon."""
UNKNOWN_SECONDS = 3.0
"""How long a failure is repeated: the same visitor trying again at once meets it, the next try is a real one."""
_ENTRIES = 4096


class Resolver:
    """The ``Dns`` of the contract, without a visitor's budget. One for the whole process."""

    def __init__(
        self,
        servers: Sequence[Server] | Servers = (),
        *,
        allow_special: frozenset[str] = frozenset(),
        lookup_seconds: float = LOOKUP_SECONDS,
        batch_seconds: float = BATCH_SECONDS,
        cache: Once | None = None,
    ) -> None:
        """``servers``: name servers to ask, those of this machine when empty.

        ``allow_special``: endings such as ``test`` that are looked up although the public DNS does not know them.
        """
        self._servers = servers if isinstance(servers, Servers) else Servers(tuple(servers))
        self._allow_special = allow_special
        self._lookup_seconds = lookup_seconds
        self._batch_seconds = batch_seconds
        self._cache = Once(KNOWN_SECONDS, _ENTRIES) if cache is None else cache
        self._pool = LazyPool()
        self._health = Health()

    def lookup(self, name: str, rdtype: str) -> DnsReply:
        """One question. Never raises."""
        judged, refused = self._judge(name, rdtype)
        return refused or self._cached(judged, rdtype.upper())

    def lookup_all(self, questions: Sequence[tuple[str, str]]) -> tuple[DnsReply, ...]:
        """Several at once within ``batch_seconds``; what has not come by then is ``timeout``. Never raises."""
        until = time.monotonic() + self._batch_seconds
        waiting = [self._begin(name, rdtype, place) for place, (name, rdtype) in enumerate(questions)]
        return tuple(
            item if isinstance(item, DnsReply) else _wait(item, question, until)
            for item, question in zip(waiting, questions, strict=True)
        )

    def kept(self, name: str, rdtype: str) -> DnsReply | None:
        """The reply if it costs no question: refused by our own rules, or fresh in the cache."""
        judged, refused = self._judge(name, rdtype)
        return refused or self._cache.peek((judged, rdtype.upper()))

    def close(self) -> None:
        """Lets the threads go; the resolver can still be used."""
        self._pool.close()

    def _judge(self, name: str, rdtype: str) -> tuple[str, DnsReply | None]:
        judged = query_name(name, allow_special=self._allow_special)
        if judged.problem or rdtype.upper() not in TYPES:
            return "", DnsReply(name[:255], rdtype[:16], "refused")
        return judged.name, None

    def _begin(self, name: str, rdtype: str, place: int) -> DnsReply | Future[DnsReply]:
        if place >= MAX_BATCH:
            return _failed(name, rdtype, "over_budget")
        known = self.kept(name, rdtype)
        if known is not None:
            return known
        try:
            return self._pool.submit(partial(self.lookup, name, rdtype))
        except PoolFull:
            return _failed(name, rdtype, "over_budget")

    def _cached(self, name: str, rdtype: str) -> DnsReply:
        try:
            return self._cache.cached(
                (name, rdtype),
                lambda: self._ask(name, rdtype),
                seconds=lambda reply: KNOWN_SECONDS if reply.known else UNKNOWN_SECONDS,
                wait=self._lookup_seconds,
            )
        except StillRunning:
            return _failed(name, rdtype, "timeout")

    def _ask(self, name: str, rdtype: str) -> DnsReply:
        servers = self._servers.current()
        if not self._health.may_ask(servers):
            return _failed(name, rdtype, "timeout")
        reply = ask(servers, name, rdtype, self._lookup_seconds)
        self._health.heard(reply.status != "timeout")
        return reply


def _wait(future: Future[DnsReply], question: tuple[str, str], until: float) -> DnsReply:
    try:
        return future.result(max(until - time.monotonic(), 0))
    except FutureTimeout:
        future.cancel()
        return _failed(*question, "timeout")


def _failed(name: str, rdtype: str, status: DnsStatus) -> DnsReply:
    return DnsReply(name[:255], rdtype[:16], status)
