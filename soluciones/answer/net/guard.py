"""The one way out. ``NetworkHub`` is made once per process; each request takes its visitor's ``Network`` from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence

from soluciones.answer.net.budget import DIAL_COST, LOOKUP_COST, Budget, InFlight
from soluciones.answer.net.contract import ConnectRefused, Dialled, DnsReply, DnsStatus, Network
from soluciones.answer.net.dialer import GuardedDialer
from soluciones.answer.net.once import Once
from soluciones.answer.net.resolver import Resolver
from soluciones.answer.net.servers import Servers, parse_server
from soluciones.kb.site import Site
from soluciones.settings import Settings

DNS_SECONDS = 5.0
"""All the DNS waiting of one ``Network``, that is of one request. Spent, every question is ``timeout`` at once."""


class NetworkHub:
    """Everything that leaves this process. Starts no thread and opens nothing until it is used."""

    def __init__(
        self,
        settings: Settings,
        site: Site,
        *,
        allow_addresses: Collection[str] = (),
        allow_special: frozenset[str] = frozenset(),
        budget: Budget | None = None,
    ) -> None:
        """``allow_addresses``, ``allow_special``: exceptions of dialler and resolver, see there.

        Raises:
            ValueError: the setting ``dns_server`` is neither empty nor an address with or without a port.
        """
        fixed = (parse_server(settings.dns_server),) if settings.dns_server.strip() else ()
        self._on = settings.network
        self._resolver = Resolver(Servers(fixed), allow_special=allow_special)
        self._dialer = GuardedDialer(site.servers, self._resolver, allow_addresses=allow_addresses)
        self._budget = Budget() if budget is None else budget
        self._in_flight = InFlight()
        self._once = Once()

    def for_visitor(self, key: str) -> Network:
        """A ``Network`` for one request of the visitor that ``key`` stands for (opaque; two requests, same key).

        With the setting ``network`` off, every question is ``network_off`` and every connection refused so.
        """
        if not self._on:
            return Network(_NoDns(), _NoDialer(), self._once)
        dns = VisitorDns(self._resolver, self._budget, key, in_flight=self._in_flight)
        return Network(dns, VisitorDialer(self._dialer, self._budget, key), self._once)

    def close(self) -> None:
        """Lets the threads go."""
        self._resolver.close()


class VisitorDns:
    """The resolver within one visitor's budget and one request's time."""

    def __init__(
        self,
        resolver: Resolver,
        budget: Budget,
        visitor: str,
        seconds: float = DNS_SECONDS,
        in_flight: InFlight | None = None,
    ) -> None:
        self._resolver = resolver
        self._in_flight = InFlight() if in_flight is None else in_flight
        self._budget = budget
        self._visitor = visitor
        self._left = seconds
        self._lock = threading.Lock()

    def lookup(self, name: str, rdtype: str) -> DnsReply:
        """One question."""
        return self.lookup_all([(name, rdtype)])[0]

    def lookup_all(self, questions: Sequence[tuple[str, str]]) -> tuple[DnsReply, ...]:
        """Several at once. What costs nothing is answered even when budget or time are spent."""
        ready = [self._without_asking(*question) for question in questions]
        asked = [question for question, reply in zip(questions, ready, strict=True) if reply is None]
        room = self._in_flight.enter(self._visitor, len(asked))
        start = time.monotonic()
        try:
            answers = self._ask(asked[:room])
        finally:
            self._in_flight.leave(self._visitor, room)
        with self._lock:
            self._left -= time.monotonic() - start
        rest = iter([*answers, *(_not_asked(*question, "over_budget") for question in asked[room:])])
        return tuple(next(rest) if reply is None else reply for reply in ready)

    def _ask(self, questions: Sequence[tuple[str, str]]) -> Sequence[DnsReply]:
        if len(questions) == 1:  # no need of another thread
            return (self._resolver.lookup(*questions[0]),)
        return self._resolver.lookup_all(questions) if questions else ()

    def _without_asking(self, name: str, rdtype: str) -> DnsReply | None:
        kept = self._resolver.kept(name, rdtype)
        if kept is not None:
            return kept
        if self._left <= 0:
            return _not_asked(name, rdtype, "timeout")
        if not self._budget.take(self._visitor, LOOKUP_COST):
            return _not_asked(name, rdtype, "over_budget")
        return None


class VisitorDialer:
    """The dialler within one visitor's budget."""

    def __init__(self, dialer: GuardedDialer, budget: Budget, visitor: str) -> None:
        self._dialer = dialer
        self._budget = budget
        self._visitor = visitor

    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        """Connects. What is not permitted anyway costs nothing.

        Raises:
            ConnectRefused: with the reason.
        """
        self._dialer.permitted(host, port)
        if not self._budget.take(self._visitor, DIAL_COST):
            raise ConnectRefused("over_budget")
        return self._dialer.dial(host, port, timeout)


class _NoDns:
    def lookup(self, name: str, rdtype: str) -> DnsReply:
        return _not_asked(name, rdtype, "network_off")

    def lookup_all(self, questions: Sequence[tuple[str, str]]) -> tuple[DnsReply, ...]:
        return tuple(self.lookup(*question) for question in questions)


class _NoDialer:
    def dial(self, host: str, port: int, timeout: float) -> Dialled:
        raise ConnectRefused("network_off")


def _not_asked(name: str, rdtype: str, status: DnsStatus) -> DnsReply:
    return DnsReply(name[:255], rdtype[:16], status)
