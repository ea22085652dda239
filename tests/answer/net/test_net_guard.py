"""Budget, breaker, shared results, and what a visitor's ``Network`` does with them."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.net.breaker import Breaker
from soluciones.answer.net.budget import DIAL_COST, Budget
from soluciones.answer.net.contract import ConnectRefused
from soluciones.answer.net.dialer import GuardedDialer
from soluciones.answer.net.guard import NetworkHub, VisitorDns
from soluciones.answer.net.once import Once, StillRunning
from soluciones.kb.site import DialTarget, Site
from soluciones.settings import Settings
from tests.dns_server import DnsServer, closed_port, dns_for
from tests.parser_property import parser_property

SITE = Site.model_validate(yaml.safe_load((Path(__file__).parents[3] / "content" / "site.yml").read_text("utf-8")))
LOOPBACK = "127.0.0.1"
TEST = frozenset({"test"})


@pytest.fixture
def server() -> Iterator[DnsServer]:
    """A DNS that knows one mail server, here."""
    with DnsServer("mail.test. A 127.0.0.1\ngood.test. MX 10 mail.test.\n") as running:
        yield running


def _hub(server: DnsServer, *servers: DialTarget, budget: Budget | None = None) -> NetworkHub:
    settings = Settings(dns_server=f"{LOOPBACK}:{server.port}")
    site = SITE.model_copy(update={"servers": servers})
    return NetworkHub(settings, site, allow_addresses=[LOOPBACK], allow_special=TEST, budget=budget)


# --- budget


def test_a_visitor_s_budget_ends_and_grows_again() -> None:
    """A burst, then so many a second; another visitor is not touched."""
    now = [0.0]
    budget = Budget(burst=5, per_second=1, clock=lambda: now[0])
    assert [budget.take("a", 1) for _ in range(7)] == [True] * 5 + [False] * 2
    assert budget.take("b", 5)
    now[0] = 2
    assert [budget.take("a", 1) for _ in range(3)] == [True, True, False]
    now[0] = 1_000
    assert [budget.take("a", 1) for _ in range(6)] == [True] * 5 + [False]


def test_everybody_together_has_a_budget_too() -> None:
    """A thousand visitors with one question each are stopped like one with a thousand; a refusal takes nothing."""
    budget = Budget(burst=10, per_second=1, all_burst=100, all_per_second=0, clock=lambda: 0.0)
    assert sum(budget.take(f"visitor-{number}", 1) for number in range(1_000)) == 100


def test_the_table_of_visitors_is_bounded() -> None:
    """A flood of invented visitors pushes the oldest out, not the memory up."""
    budget = Budget(all_burst=1e9)
    for number in range(25_000):
        budget.take(f"v{number}", 1)
    assert len(budget) == 20_000


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 50), st.floats(0, 5)), max_size=60))
@parser_property
def test_nobody_ever_gets_more_than_burst_and_refill(steps: list[tuple[str, float, float]]) -> None:
    """Whatever the order of takes and pauses."""
    now = 0.0
    budget = Budget(burst=20, per_second=2, all_burst=40, all_per_second=3, clock=lambda: now)
    spent = dict.fromkeys("abc", 0.0)
    for visitor, cost, pause in steps:
        now += pause
        if budget.take(visitor, cost):
            spent[visitor] += cost
    assert all(total <= 20 + 2 * now + 1e-6 for total in spent.values())
    assert sum(spent.values()) <= 40 + 3 * now + 1e-6


# --- breaker


def test_a_breaker_opens_lets_one_through_and_closes() -> None:
    """Three failures open it; after the pause one asker tries; success closes it, failure opens it again."""
    now = [0.0]
    breaker = Breaker(failures=3, open_seconds=10, clock=lambda: now[0])
    for _ in range(3):
        assert breaker.allows("x")
        breaker.note("x", worked=False)
    assert not breaker.allows("x")
    assert breaker.allows("y")
    now[0] = 10.1
    assert [breaker.allows("x"), breaker.allows("x")] == [True, False]
    breaker.note("x", worked=False)
    now[0] = 15
    assert not breaker.allows("x")
    now[0] = 21
    assert breaker.allows("x")
    breaker.note("x", worked=True)
    assert breaker.allows("x")


# --- shared results


def test_one_makes_it_all_get_it() -> None:
    """Twenty askers at once: made once, the same object for all; made again when it is too old."""
    now, made = [0.0], itertools.count()
    once = Once(seconds=30, clock=lambda: now[0])

    def make() -> list[int]:
        time.sleep(0.05)
        return [next(made)]

    with ThreadPoolExecutor(20) as crowd:
        results = list(crowd.map(lambda _: once.cached("k", make), range(20)))
    assert all(result is results[0] for result in results)
    now[0] = 31
    assert once.cached("k", make) == [1]
    assert once.cached("other", make) == [2]


def test_a_failure_reaches_everybody_and_is_not_kept() -> None:
    """Those who waited get the same error; the next one tries anew."""
    once, gate = Once(), threading.Event()

    def fail() -> None:
        gate.wait(5)
        raise ValueError("no")

    def ask(_: int) -> str:
        try:
            once.cached("k", fail)
        except ValueError:
            return "no"
        return "yes"

    with ThreadPoolExecutor(5) as crowd:
        asked = [crowd.submit(ask, number) for number in range(5)]
        time.sleep(0.05)
        gate.set()
        assert {item.result(5) for item in asked} == {"no"}
    assert once.cached("k", lambda: "now") == "now"


def test_nobody_waits_for_ever_for_another_s_result() -> None:
    """A slow maker does not hold the others longer than they want to wait."""
    once, gate = Once(), threading.Event()
    thread = threading.Thread(target=lambda: once.cached("k", lambda: gate.wait(5)))
    thread.start()
    time.sleep(0.05)
    with pytest.raises(StillRunning):
        once.cached("k", lambda: True, wait=0.05)
    gate.set()
    thread.join(5)


def test_results_can_be_kept_shorter_or_not_at_all() -> None:
    """The maker of a result knows how long it is good; the number of results is bounded."""
    made = itertools.count()
    once = Once(entries=10)
    assert [once.cached("k", lambda: next(made), seconds=lambda _: 0) for _ in range(3)] == [0, 1, 2]
    for number in range(50):
        once.cached(number, lambda number=number: number)
    assert len(once) == 10
    assert once.peek(49) == 49
    assert once.peek(1) is None


# --- the hub


def test_the_hub_starts_nothing(server: DnsServer) -> None:
    """Made before the server forks: no thread, no socket, no question."""
    before = threading.active_count()
    _hub(server).for_visitor("x")
    assert threading.active_count() == before
    assert server.count() == 0


def test_with_the_network_off_nothing_is_asked(server: DnsServer) -> None:
    """Every question and every connection says ``network_off``."""
    settings = Settings(network=False, dns_server=f"{LOOPBACK}:{server.port}")
    network = NetworkHub(settings, SITE).for_visitor("x")
    assert network.dns.lookup("good.test", "MX").status == "network_off"
    assert [reply.status for reply in network.dns.lookup_all([("a.test", "A")] * 2)] == ["network_off"] * 2
    with pytest.raises(ConnectRefused) as caught:
        network.dialer.dial("mail.infomaniak.com", 993, 1)
    assert caught.value.code == "network_off"
    assert server.count() == 0


def test_a_wrong_setting_is_told_at_once() -> None:
    """A name where an address has to stand."""
    with pytest.raises(ValueError, match=r"dns\.example"):
        NetworkHub(Settings(dns_server="dns.example"), SITE)


def test_budget_is_spent_by_questions_not_by_the_cache(server: DnsServer) -> None:
    """What is kept or refused costs nothing; beyond the budget ``over_budget``, and another visitor goes on."""
    hub = _hub(server, budget=Budget(burst=3, per_second=0))
    dns = hub.for_visitor("a").dns
    assert [dns.lookup("good.test", "MX").status for _ in range(10)] == ["ok"] * 10
    assert [dns.lookup(f"x{number}.local", "A").status for number in range(9)] == ["refused"] * 9
    replies = dns.lookup_all([("n1.test", "A"), ("n2.test", "A"), ("n3.test", "A"), ("good.test", "MX")])
    assert [reply.status for reply in replies] == ["no_name", "no_name", "over_budget", "ok"]
    assert hub.for_visitor("a").dns.lookup("n4.test", "A").status == "over_budget"
    assert hub.for_visitor("b").dns.lookup("n4.test", "A").status == "no_name"
    assert server.count() == 4


def test_one_request_waits_so_long_and_no_longer(server: DnsServer) -> None:
    """A request whose time for DNS is spent gets ``timeout`` at once; the visitor's next request starts anew."""
    server.fail("*", "silence")
    resolver = dns_for(server, lookup_seconds=0.2)
    dns = VisitorDns(resolver, Budget(), "x", seconds=0.3)
    for number in range(2):
        dns.lookup(f"slow{number}.test", "A")
    start = time.monotonic()
    assert {dns.lookup(f"late{number}.test", "A").status for number in range(20)} == {"timeout"}
    assert time.monotonic() - start < 0.3
    server.heal()
    assert VisitorDns(resolver, Budget(), "x").lookup("good.test", "MX").status == "ok"


def test_one_visitor_has_so_many_questions_under_way(server: DnsServer) -> None:
    """Slow domains of one visitor leave room for the others; afterwards there is room again."""
    server.fail("*", "slow")
    hub = _hub(server)
    with ThreadPoolExecutor(4) as tabs:
        batches = [[(f"n{tab}x{number}.test", "A") for number in range(16)] for tab in range(4)]
        replies = [reply for batch in tabs.map(hub.for_visitor("a").dns.lookup_all, batches) for reply in batch]
        assert sum(reply.status == "over_budget" for reply in replies) == 32
    assert hub.for_visitor("b").dns.lookup("good.test", "MX").status == "ok"
    assert hub.for_visitor("a").dns.lookup("n9.test", "MX").status == "no_name"
    hub.close()


# --- connections


def test_a_permitted_target_is_reached(server: DnsServer, canary: Any) -> None:
    """Name, port and address in order: an open connection, with the address and the times."""
    network = _hub(server, DialTarget(host="mail.test", ports=(canary.port,))).for_visitor("x")
    dialled = network.dialer.dial("mail.test", canary.port, 2)
    assert dialled.address == LOOPBACK
    assert dialled.resolve_ms >= 0 <= dialled.connect_ms
    dialled.sock.close()
    assert canary.connections() == [LOOPBACK]


def test_connections_cost_more_than_questions(server: DnsServer, canary: Any) -> None:
    """A budget for two connections makes two; what is not permitted costs nothing."""
    hub = _hub(server, DialTarget(host="mail.test", ports=(canary.port,)), budget=Budget(2 * DIAL_COST, 0))
    dialer = hub.for_visitor("x").dialer
    for _ in range(5):
        with pytest.raises(ConnectRefused):
            dialer.dial("elsewhere.test", canary.port, 1)
    for _ in range(2):
        dialer.dial("mail.test", canary.port, 1).sock.close()
    with pytest.raises(ConnectRefused) as caught:
        dialer.dial("mail.test", canary.port, 1)
    assert caught.value.code == "over_budget"
    assert len(canary.connections()) == 2


def test_refused_and_unresolved_are_told_apart(server: DnsServer) -> None:
    """A closed port, a name that does not exist, a DNS that does not answer: each its own code."""
    port = closed_port()
    targets = tuple(DialTarget(host=name, ports=(port,)) for name in ("mail.test", "gone.test", "broken.test"))
    server.fail("broken.test", "servfail")
    dialer = _hub(server, *targets).for_visitor("x").dialer
    codes = {}
    for target in targets:
        with pytest.raises(ConnectRefused) as caught:
            dialer.dial(target.host, port, 1)
        codes[target.host] = caught.value.code
    assert codes == {"mail.test": "refused", "gone.test": "name_unknown", "broken.test": "name_unresolved"}


def test_a_full_backlog_ends_at_the_deadline(server: DnsServer) -> None:
    """A server that takes no connection: ``timeout``, in time."""
    with socket.socket() as full:
        full.bind((LOOPBACK, 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex((LOOPBACK, port))
        dialer = GuardedDialer(
            (DialTarget(host="mail.test", ports=(port,), addresses=(LOOPBACK,)),),
            dns_for(server),
            allow_addresses=[LOOPBACK],
        )
        start = time.monotonic()
        with pytest.raises(ConnectRefused) as caught:
            dialer.dial("mail.test", port, 0.5)
        assert caught.value.code == "timeout"
        assert time.monotonic() - start < 2
        for filler in fillers:
            filler.close()


def test_a_failing_target_is_left_alone(server: DnsServer) -> None:
    """After five failures in a row nobody connects for a while (``circuit_open``); another port goes on."""
    dead, alive = closed_port(), socket.create_server((LOOPBACK, 0))
    live_port = alive.getsockname()[1]
    dialer = _hub(server, DialTarget(host="mail.test", ports=(dead, live_port))).for_visitor("x").dialer
    codes = []
    for _ in range(7):
        with pytest.raises(ConnectRefused) as caught:
            dialer.dial("mail.test", dead, 1)
        codes.append(caught.value.code)
    assert codes == ["refused"] * 5 + ["circuit_open"] * 2
    dialer.dial("mail.test", live_port, 1).sock.close()
    alive.close()


def test_the_second_address_is_tried(server: DnsServer, canary: Any) -> None:
    """Several permitted addresses: the next one when the first does not take the connection."""
    with socket.socket() as blocker:
        blocker.bind(("127.0.0.9", 0))  # bound, not listening: refused
        port = blocker.getsockname()[1]
        with socket.create_server(("127.0.0.10", port)):
            target = DialTarget(host="mail.test", ports=(port,), addresses=("127.0.0.9", "127.0.0.10"))
            dialer = GuardedDialer((target,), dns_for(server), allow_addresses=["127.0.0.9", "127.0.0.10"])
            dialled = dialer.dial("mail.test", port, 1)
            assert dialled.address == "127.0.0.10"
            dialled.sock.close()
