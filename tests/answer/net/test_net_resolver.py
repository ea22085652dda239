"""The resolver against a real DNS server in this process: what is known, what is not, and what it costs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.net.exchange import MAX_RECORDS
from soluciones.answer.net.once import Once
from soluciones.answer.net.pool import LazyPool, PoolFull
from soluciones.answer.net.resolver import Resolver
from soluciones.answer.net.servers import Servers, parse_server
from tests.dns_server import DnsServer, Fault, closed_port, dns_for
from tests.parser_property import parser_property

LONG = "x" * 240
ZONE = f"""
good.test. 120 MX 20 mx2.good.test.
good.test. 120 MX 10 mx.good.test.
good.test. TXT "v=spf1 " "-all"
good.test. TXT "other"
mx.good.test. A 192.0.2.1
a.b.good.test. A 192.0.2.1
*.wild.test. TXT "wild"
sub.wild.test. A 192.0.2.2
alias.test. CNAME alias2.test.
alias2.test. CNAME good.test.
dangling.test. CNAME gone.test.
big.test. TXT {" ".join(f'"{LONG}"' for _ in range(9))}
bytes.test. TXT "\\255\\254caf\\195\\169"
old.test. SPF "v=spf1 -all"
"""


@pytest.fixture(scope="module")
def _served() -> Iterator[DnsServer]:
    with DnsServer(ZONE) as running:
        yield running


@pytest.fixture
def server(_served: DnsServer) -> DnsServer:
    """The server, healed and with an empty log."""
    _served.heal()
    _served.queries.clear()
    return _served


@pytest.mark.parametrize(
    ("name", "rdtype", "status"),
    [
        ("good.test", "MX", "ok"),
        ("GOOD.test.", "mx", "ok"),
        ("good.test", "AAAA", "no_data"),
        ("gone.test", "A", "no_name"),
        ("b.good.test", "A", "no_data"),
        ("x.wild.test", "TXT", "ok"),
        ("x.wild.test", "A", "no_data"),
        ("x.sub.wild.test", "TXT", "no_name"),
        ("dangling.test", "A", "no_name"),
        ("old.test", "SPF", "ok"),
        ("big.test", "TXT", "ok"),
        ("localhost", "A", "refused"),
        ("x.local", "A", "refused"),
        ("127.0.0.1", "A", "refused"),
        ("not a name", "A", "refused"),
        ("good.test", "ANY", "refused"),
        ("good.test", "AXFR", "refused"),
        ("good.test", "", "refused"),
    ],
)
def test_statuses(server: DnsServer, name: str, rdtype: str, status: str) -> None:
    """Records, a name without such records, no such name (also under a wildcard), and what is not asked at all."""
    assert dns_for(server).lookup(name, rdtype).status == status
    assert (server.count() == 0) == (status == "refused")


@pytest.mark.parametrize(
    ("fault", "status", "most_seconds"),
    [
        ("servfail", "servfail", 1),
        ("refused", "servfail", 1),
        ("notimp", "servfail", 1),
        ("silence", "timeout", 3),
        ("garbage", "servfail", 3),
        ("wrong_id", "servfail", 3),
        ("loop", "servfail", 3),
        ("truncate", "ok", 1),
        ("slow", "ok", 2),
    ],
)
def test_faults_are_not_known(server: DnsServer, fault: Fault, status: str, most_seconds: float) -> None:
    """SERVFAIL, REFUSED, silence, rubbish, a forger's wrong id: not known, in time. Truncation only costs TCP."""
    server.fail("good.test", fault)
    start = time.monotonic()
    reply = dns_for(server).lookup("good.test", "TXT")
    assert reply.status == status
    assert reply.known == (status == "ok")
    assert time.monotonic() - start < most_seconds


def test_a_second_question_helps_after_one_failure(server: DnsServer) -> None:
    """A failed answer is asked again at once, and a lost packet too."""
    faults: list[Fault] = ["servfail"]

    class Once(DnsServer):
        def _fault(self, name: str, rdtype: str) -> Fault | None:
            return faults.pop() if faults else None

    with Once(ZONE) as shaky:
        assert dns_for(shaky).lookup("good.test", "TXT").status == "ok"
        faults.append("silence")
        assert dns_for(shaky).lookup("good.test", "MX").status == "ok"


def test_a_truncated_answer_comes_by_tcp(server: DnsServer) -> None:
    """More than fits into UDP: the whole record, asked for again by TCP."""
    reply = dns_for(server).lookup("big.test", "TXT")
    assert reply.records == (LONG * 9,)
    assert len(reply.strings[0]) == 9
    assert [how for _, _, how in server.queries] == ["udp", "tcp"]


def test_a_truncated_answer_without_tcp_is_not_known() -> None:
    """Half an answer is none: no verdict on a cut record."""
    with DnsServer(ZONE, tcp=False) as server:
        assert not dns_for(server).lookup("big.test", "TXT").known


def test_records_in_the_contract_s_form(server: DnsServer) -> None:
    """TXT joined without a space, undecodable bytes replaced, in a fixed order; smallest TTL; where aliases led."""
    dns = dns_for(server)
    text = dns.lookup("good.test", "TXT")
    assert text.records == ("other", "v=spf1 -all")
    assert text.strings == (("other",), ("v=spf1 ", "-all"))
    assert dns.lookup("good.test", "MX").records == ("10 mx.good.test.", "20 mx2.good.test.")
    assert dns.lookup("good.test", "MX").ttl == 120
    assert dns.lookup("bytes.test", "TXT").records == ("\ufffd\ufffdcafé",)
    alias = dns.lookup("alias.test", "TXT")
    assert (alias.records, alias.canonical) == (text.records, "good.test")
    assert dns.lookup("dangling.test", "A").canonical == "gone.test"
    assert dns.lookup("good.test", "TXT").canonical == ""


def test_an_absurd_number_of_records_is_not_known(server: DnsServer) -> None:
    """Never a cut set: "no SPF among the first thousand" would be a false verdict."""
    with DnsServer("".join(f'many.test. TXT "{n}"\n' for n in range(MAX_RECORDS + 1))) as many:
        assert dns_for(many).lookup("many.test", "TXT").status == "servfail"


def test_answers_are_kept_failures_hardly(server: DnsServer) -> None:
    """Half a minute for what is known, three seconds for what failed; however the name is spelt."""
    now = [0.0]
    dns = dns_for(server, cache=Once(clock=lambda: now[0]))
    for name in ("good.test", "Good.Test.", " good.test "):
        dns.lookup(name, "MX")
    assert server.count("good.test", "MX") == 1
    now[0] = 29.9
    dns.lookup("good.test", "MX")
    assert server.count("good.test", "MX") == 1
    now[0] = 30.1
    dns.lookup("good.test", "MX")
    assert server.count("good.test", "MX") == 2
    server.fail("good.test", "servfail", "TXT")
    assert dns.lookup("good.test", "TXT").status == "servfail"
    server.heal()
    now[0] += 2
    assert dns.lookup("good.test", "TXT").status == "servfail"
    now[0] += 2
    assert dns.lookup("good.test", "TXT").status == "ok"


def test_a_crowd_asks_once(server: DnsServer) -> None:
    """Thirty visitors at the same moment: one question."""
    server.fail("good.test", "slow")
    dns = dns_for(server)
    with ThreadPoolExecutor(30) as crowd:
        replies = list(crowd.map(lambda _: dns.lookup("good.test", "NS"), range(30)))
    assert {reply.status for reply in replies} == {"no_data"}
    assert server.count("good.test", "NS") == 1


def test_a_batch_is_answered_in_order_and_in_time(server: DnsServer) -> None:
    """Side by side: twelve slow answers take hardly longer than one; one silent name does not spoil the others."""
    server.fail("*", "slow")
    dns = dns_for(server)
    names = [f"n{number}.test" for number in range(12)]
    start = time.monotonic()
    replies = dns.lookup_all([(name, "A") for name in names])
    assert [reply.name for reply in replies] == names
    assert time.monotonic() - start < 2.5
    server.heal()
    server.fail("silent.test", "silence")
    replies = dns.lookup_all([("silent.test", "A"), ("good.test", "MX"), ("x.local", "A"), ("gone.test", "A")])
    assert [reply.status for reply in replies] == ["timeout", "ok", "refused", "no_name"]


def test_a_batch_ends_at_its_deadline(server: DnsServer) -> None:
    """Forty silent names: what has not come by then is a timeout, and nobody waits for it."""
    server.fail("*", "silence")
    dns = dns_for(server, batch_seconds=0.5)
    start = time.monotonic()
    replies = dns.lookup_all([(f"n{number}.test", "A") for number in range(40)])
    assert {reply.status for reply in replies} <= {"timeout"}
    assert time.monotonic() - start < 1.5
    dns.close()


def test_a_batch_has_a_size(server: DnsServer) -> None:
    """Questions beyond 64 are not asked."""
    replies = dns_for(server).lookup_all([("good.test", "MX")] * 70)
    assert [reply.status for reply in replies].count("over_budget") == 6
    assert dns_for(server).lookup_all([]) == ()


def test_a_dead_name_server_is_noticed_and_so_is_its_return(server: DnsServer) -> None:
    """After five silences it is left alone: answers come at once, and again when it is back (5 seconds)."""
    server.fail("*", "silence")
    dns = dns_for(server, lookup_seconds=0.2)
    for number in range(5):
        dns.lookup(f"dead{number}.test", "A")
    dns.lookup("dead5.test", "A")
    start = time.monotonic()
    for number in range(10, 30):
        assert dns.lookup(f"dead{number}.test", "A").status == "timeout"
    assert time.monotonic() - start < 0.5
    server.heal()
    dns._health._dead_until = 0.0  # as if the five seconds were over
    assert dns.lookup("good.test", "MX").status == "ok"


def test_one_dead_domain_does_not_close_the_resolver(server: DnsServer) -> None:
    """Names that nobody answers for count against the name server only when it is silent on the root too."""
    for number in range(8):
        server.fail(f"dead{number}.test", "silence")
    dns = dns_for(server, lookup_seconds=0.15)
    for number in range(8):
        assert dns.lookup(f"dead{number}.test", "A").status == "timeout"
    replies = dns.lookup_all([("good.test", rdtype) for rdtype in ("MX", "TXT", "NS", "A", "AAAA", "SOA", "CNAME")])
    assert {reply.status for reply in replies} == {"ok", "no_data"}


def test_no_server_at_all_is_not_known() -> None:
    """A port on which nobody listens: not known, quickly or not; never "no such name"."""
    assert not dns_for(closed_port()).lookup("good.test", "MX").known


def test_nothing_runs_before_it_is_needed(server: DnsServer) -> None:
    """No thread from the constructor nor from single questions; a server may fork after them."""
    before = threading.active_count()
    dns = dns_for(server)
    assert threading.active_count() == before
    names_before = {thread.name for thread in threading.enumerate()}
    dns.lookup("good.test", "MX")
    assert not {t.name for t in threading.enumerate() if t.name.startswith("dns_")} - names_before


def test_the_pool_starts_anew_in_a_forked_process() -> None:
    """A child that inherits a used pool has none of its threads; it gets its own."""
    pool = LazyPool(2, 4)
    assert pool.submit(lambda: 1).result(5) == 1
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if pool.submit(lambda: 2).result(5) == 2 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    pool.close()


def test_the_pool_takes_so_much_and_no_more() -> None:
    """A full queue says so instead of growing; there is room again afterwards."""
    gate = threading.Event()
    pool = LazyPool(1, 3)
    waiting = [pool.submit(lambda: gate.wait(10)) for _ in range(3)]
    with pytest.raises(PoolFull):
        pool.submit(lambda: True)
    gate.set()
    assert all(item.result(5) for item in waiting)
    assert pool.submit(lambda: True).result(5)
    pool.close()


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5300", ("192.0.2.1", 5300)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5300", ("2001:db8::1", 5300)),
    ],
)
def test_the_setting_names_an_address_and_a_port(text: str, server: tuple[str, int]) -> None:
    """With and without a port, both families."""
    assert parse_server(text) == server


@pytest.mark.parametrize("text", ["dns.example.com", "192.0.2.1:0", "192.0.2.1:x", "192.0.2.1:70000", "[::1", "1.2.3"])
def test_a_setting_that_names_nothing_is_refused(text: str) -> None:
    """At start-up, not at the first question."""
    with pytest.raises(ValueError, match=r".+"):
        parse_server(text)


def test_the_machine_s_own_servers_are_read() -> None:
    """Without a setting: at most three addresses, none when the machine has none."""
    assert len(Servers().current()) <= 3
    assert Resolver(Servers(())).lookup("localhost", "A").status == "refused"


@given(st.binary(max_size=200))
@parser_property
@pytest.mark.parser
def test_any_reply_gives_a_status(wire: bytes) -> None:
    """Whatever bytes come back for a question: a reply with a status, never an exception."""
    import dns.exception
    import dns.message

    from soluciones.answer.net.exchange import _reply

    try:
        message = dns.message.from_wire(
            b"\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + wire, ignore_trailing=True
        )
    except (dns.exception.DNSException, ValueError, EOFError):
        return
    assert _reply("good.test", "TXT", message, 0.0).status in {"ok", "no_data", "no_name", "servfail"}
