"""A real DNS server in this process: UDP and TCP on one loopback port, zones given as text, faults at will.

It answers as a recursive resolver would: right NODATA, NXDOMAIN, empty non-terminals, CNAME chains, wildcards (RFC
4592) and truncation with TCP behind it. With the default origin ``"."`` one text holds the whole world: whatever is
not in it does not exist.

    with DnsServer('good.test. TXT "v=spf1 -all"') as server:
        dns = dns_for(server)
        assert dns.lookup("good.test", "TXT").records == ("v=spf1 -all",)
        server.fail("good.test", "servfail")        # or refused, silence, garbage, wrong_id, truncate, loop, slow
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.node
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone

from soluciones.answer.net.resolver import Resolver

Fault = Literal["servfail", "refused", "silence", "garbage", "wrong_id", "truncate", "loop", "slow", "notimp"]
Answers = Callable[[], list[str]]
SLOW_SECONDS = 0.4
_SOA = "{origin} 300 IN SOA ns.{host} hostmaster.{host} 1 3600 600 86400 60\n"
_LONGEST_CHAIN = 16


class DnsServer:
    """See the module. A context manager; ``port`` serves UDP and TCP on 127.0.0.1."""

    def __init__(self, zone: str | Mapping[str, str] = "", origin: str = ".", *, tcp: bool = True) -> None:
        """``zone``: master-file text below ``origin`` (TTL 300 unless given), or several as ``{origin: text}``."""
        self.port = 0
        self.queries: list[tuple[str, str, str]] = []
        """(name, type, ``udp``|``tcp``) in order of arrival; names in lower case without the last dot."""
        self._tcp_too = tcp
        self._faults: dict[tuple[str, str], Fault] = {}
        self._live: dict[tuple[str, str], Answers] = {}
        self._zones: dict[dns.name.Name, dns.zone.Zone] = {}
        self._servers: list[socketserver.BaseServer] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        for name, text in (zone if isinstance(zone, Mapping) else {origin: zone}).items():
            self.set_zone(text, name)

    # --- what a test turns

    def set_zone(self, text: str, origin: str = ".") -> None:
        """Replaces the zone ``origin``."""
        top = dns.name.from_text(origin)
        host = "" if top == dns.name.root else top.to_text()
        soa = "" if " SOA " in text else _SOA.format(origin=top.to_text(), host=host)
        source = f"$TTL 300\n{soa}{text}\n"
        self._zones[top] = dns.zone.from_text(source, top, relativize=False, check_origin=False)

    def fail(self, name: str, fault: Fault, rdtype: str = "*") -> None:
        """Questions for ``name`` (``"*"``: every name) go wrong that way from now on."""
        self._faults[_key(name), rdtype] = fault

    def heal(self) -> None:
        """No more faults."""
        self._faults.clear()

    def answer(self, name: str, rdtype: str, answers: Answers) -> None:
        """Answers ``name`` with what ``answers()`` gives at each question (TTL 0): for names that change their mind."""
        self._live[_key(name), rdtype] = answers

    def count(self, name: str = "", rdtype: str = "") -> int:
        """How many questions came, of one name and of one type when given."""
        with self._lock:
            asked = Counter((n, t) for n, t, _ in self.queries)
        wanted = _key(name)
        return sum(k for (n, t), k in asked.items() if (not name or n == wanted) and (not rdtype or t == rdtype))

    # --- life

    def __enter__(self) -> DnsServer:
        udp, tcp = _pair(self)
        self.port = udp.server_address[1]
        if not self._tcp_too:
            tcp.server_close()
        self._servers = [udp, tcp] if self._tcp_too else [udp]
        for server in self._servers:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(5)

    # --- answering

    def reply(self, wire: bytes, how: str) -> bytes | None:
        """The reply to one message; None for silence."""
        try:
            query = dns.message.from_wire(wire)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None
        name, rdtype = _key(question.name.to_text()), dns.rdatatype.to_text(question.rdtype)
        with self._lock:
            self.queries.append((name, rdtype, how))
        fault = self._fault(name, rdtype)
        if fault == "silence":
            return None
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        if fault == "garbage":
            return wire[:2] + b"\x81\x80" + b"\xff" * 20
        if fault == "loop":  # a name that points at itself
            return wire[:2] + b"\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x10\x00\x01"
        response = self._response(query, fault)
        if fault == "wrong_id":
            response.id = query.id ^ 0x1234
        return self._wire(response, query, how, fault)

    def _wire(self, response: dns.message.Message, query: dns.message.Message, how: str, fault: Fault | None) -> bytes:
        limit = 65535 if how == "tcp" else max(512, query.payload)
        if how == "udp" and fault == "truncate":
            limit = 0
        try:
            if limit:
                return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            pass
        cut = dns.message.make_response(query, recursion_available=True)
        cut.flags |= dns.flags.TC
        return cut.to_wire()

    def _fault(self, name: str, rdtype: str) -> Fault | None:
        keys = ((name, rdtype), (name, "*"), ("*", rdtype), ("*", "*"))
        return next((self._faults[key] for key in keys if key in self._faults), None)

    def _response(self, query: dns.message.Message, fault: Fault | None) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        if fault in ("servfail", "refused", "notimp"):
            response.set_rcode(dns.rcode.from_text(fault.upper()))
            return response
        question = query.question[0]
        live = self._live.get((_key(question.name.to_text()), dns.rdatatype.to_text(question.rdtype)))
        if live is not None:
            records = live()
            if records:
                response.answer.append(dns.rrset.from_text(question.name, 0, "IN", question.rdtype, *records))
            return response
        self._follow(response, question.name, question.rdtype)
        return response

    def _follow(self, response: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> None:
        for _ in range(_LONGEST_CHAIN):
            zone = self._zone_of(name)
            if zone is None:
                if not response.answer:
                    response.set_rcode(dns.rcode.REFUSED)
                return
            node = _node(zone, name)
            if node is None:
                if not _is_empty_non_terminal(zone, name):
                    response.set_rcode(dns.rcode.NXDOMAIN)
                _add_soa(response, zone)
                return
            alias = node.get_rdataset(zone.rdclass, dns.rdatatype.CNAME)
            if alias is not None and rdtype != dns.rdatatype.CNAME:
                response.answer.append(_rrset(name, alias))
                name = alias[0].target
                continue
            found = node.get_rdataset(zone.rdclass, rdtype)
            if found is None:
                _add_soa(response, zone)
                return
            response.answer.append(_rrset(name, found))
            return

    def _zone_of(self, name: dns.name.Name) -> dns.zone.Zone | None:
        best = max((top for top in self._zones if name.is_subdomain(top)), key=len, default=None)
        return None if best is None else self._zones[best]


def dns_for(server: DnsServer | int, **options: Any) -> Resolver:
    """The product's own resolver, asking that server (or port); names below ``.test`` are looked up."""
    port = server if isinstance(server, int) else server.port
    return Resolver((("127.0.0.1", port),), allow_special=frozenset({"test"}), **options)


def closed_port() -> int:
    """A UDP and TCP port of loopback on which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _key(name: str) -> str:
    return name.lower().removesuffix(".") if name != "." else "."


def _node(zone: dns.zone.Zone, name: dns.name.Name) -> dns.node.Node | None:
    """The name's own records, else those of the wildcard at its closest encloser (RFC 4592)."""
    node = zone.get_node(name)
    if node is not None or _is_empty_non_terminal(zone, name):
        return node
    above = name
    while above != zone.origin and above != dns.name.root:
        above = above.parent()
        if zone.get_node(above) is not None or _is_empty_non_terminal(zone, above):
            return zone.get_node(dns.name.Name(("*", *above.labels)))
    return zone.get_node(dns.name.Name(("*", *above.labels)))


def _is_empty_non_terminal(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    return any(owner != name and owner.is_subdomain(name) for owner in zone.nodes)


def _rrset(name: dns.name.Name, rdataset: Any) -> dns.rrset.RRset:
    found = dns.rrset.RRset(name, rdataset.rdclass, rdataset.rdtype)
    found.update(rdataset)
    return found


def _add_soa(response: dns.message.Message, zone: dns.zone.Zone) -> None:
    soa = zone.get_rdataset(zone.origin, dns.rdatatype.SOA)  # type: ignore[arg-type]
    if soa is not None:
        response.authority.append(_rrset(zone.origin, soa))  # type: ignore[arg-type]


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    owner: DnsServer


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    owner: DnsServer


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, sock = self.request
        answer = self.server.owner.reply(wire, "udp")  # type: ignore[attr-defined]
        if answer is not None:
            with contextlib.suppress(OSError):
                sock.sendto(answer, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = 5

    def handle(self) -> None:
        with contextlib.suppress(OSError, struct.error):
            while True:
                (length,) = struct.unpack("!H", self.rfile.read(2))
                answer = self.server.owner.reply(self.rfile.read(length), "tcp")  # type: ignore[attr-defined]
                if answer is not None:
                    self.wfile.write(struct.pack("!H", len(answer)) + answer)


def _pair(owner: DnsServer) -> tuple[_Udp, _Tcp]:
    """Both servers on the same port."""
    for _ in range(50):
        udp = _Udp(("127.0.0.1", 0), _UdpHandler)
        try:
            tcp = _Tcp(("127.0.0.1", udp.server_address[1]), _TcpHandler)
        except OSError:
            udp.server_close()
            continue
        udp.owner = tcp.owner = owner
        return udp, tcp
    raise OSError("no port free for both UDP and TCP")
