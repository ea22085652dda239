"""Follows the includes of an SPF record through the DNS and counts what a receiver would have to ask.

The tree is walked a level at a time, so that all names of one level are asked for at once. Counted is the worst case
(RFC 7208 §4.6.4): a sender that no term matches, so that every term is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from soluciones.answer.mailauth.spf_parse import SpfRecord, Term, is_spf, parse_spf
from soluciones.answer.net.contract import Dns, DnsReply

MAX_LOOKUPS = 10
"""RFC 7208 §4.6.4: more is a permanent error."""
MAX_VOIDS = 2
"""RFC 7208 §4.6.4 (SHOULD): more lookups without an answer are a permanent error."""
MAX_MX = 10
"""RFC 7208 §4.6.4: an ``mx`` term with more exchanges is a permanent error."""
_MAX_NODES = 40
_MAX_DEPTH = 12


@dataclass(slots=True)
class Node:
    """One record of the tree: the checked one, or what an ``include`` or ``redirect`` leads to."""

    domain: str
    record: SpfRecord
    above: tuple[str, ...] = ()
    """Domains on the way here, the checked one first."""
    children: dict[int, Node] = field(default_factory=dict)
    """Index of the term → the record it leads to."""
    problems: dict[int, str] = field(default_factory=dict)
    """Index of the term → code of what went wrong in looking it up."""
    voids: dict[int, int] = field(default_factory=dict)
    """Index of the term → lookups without an answer that it causes itself."""

    def cost(self, term: Term) -> int:
        """Lookups that a term needs, those inside it counted too."""
        if not term.costly or not self.record.is_read(term):
            return 0
        child = self.children.get(term.index)
        return 1 + (child.total() if child else 0)

    def total(self) -> int:
        """Lookups of the whole record."""
        return sum(self.cost(term) for term in self.record.terms)

    def void_total(self) -> int:
        """Lookups without an answer, those inside included records counted too."""
        return sum(self.voids.values()) + sum(child.void_total() for child in self.children.values())

    def walk(self) -> Iterator[Node]:
        """The record and all below, in the order of reading."""
        yield self
        for index in sorted(self.children):
            yield from self.children[index].walk()


def build(record: SpfRecord, domain: str, dns: Dns | None) -> Node:
    """The tree below a record. Without ``dns`` it is the record alone.

    Args:
        record: the checked record.
        domain: where it stands; "" when unknown, and then ``a`` and ``mx`` without a name cannot be looked up.
        dns: asked at most level by level, three batches a level.
    """
    root = Node(domain.lower(), record, (domain.lower(),) if domain else ())
    level, nodes = [root], 1
    depth = 0
    while level and dns is not None:
        depth += 1
        replies = _ask(level, dns)
        below: list[Node] = []
        for node in level:
            for term in _followed(node):
                if nodes >= _MAX_NODES or depth > _MAX_DEPTH:
                    node.problems[term.index] = "unresolved"
                    continue
                child = _include(node, term, replies)
                if child is not None:
                    nodes += 1
                    node.children[term.index] = child
                    below.append(child)
        _addresses(level, dns)
        level = below
    return root


def _read(node: Node) -> Iterator[Term]:
    return (term for term in node.record.terms if term.costly and node.record.is_read(term) and not term.macro)


def _followed(node: Node) -> Iterator[Term]:
    return (term for term in _read(node) if term.name in ("include", "redirect"))


def _ask(level: Iterable[Node], dns: Dns) -> dict[str, DnsReply]:
    names = list(dict.fromkeys(_target(term) for node in level for term in _followed(node)))
    return dict(zip(names, dns.lookup_all([(name, "TXT") for name in names]) if names else (), strict=True))


def _target(term: Term) -> str:
    return term.value.lower().removesuffix(".")


def _include(node: Node, term: Term, replies: dict[str, DnsReply]) -> Node | None:
    """The record behind an ``include`` or ``redirect``; None, with ``node.problems`` set, when there is none."""
    name = _target(term)
    if name in node.above:
        node.problems[term.index] = "loop"
        return None
    reply = replies[name]
    if not reply.known:
        node.problems[term.index] = "unresolved"
        return None
    found = [text for text in reply.records if is_spf(text)]
    if reply.status != "ok":
        node.voids[term.index] = 1
    if len(found) != 1:
        node.problems[term.index] = "several" if found else "no_record"
        return None
    child = Node(name, parse_spf(found[0]), (*node.above, name))
    if child.record.errors:
        node.problems[term.index] = "syntax"
    return child


def _addresses(level: Iterable[Node], dns: Dns) -> None:
    """Looks up what ``a``, ``mx`` and ``exists`` name: only to tell which answer nothing."""
    wanted = [(node, term, _target(term) or node.domain) for node in level for term in _read(node)]
    wanted = [item for item in wanted if item[1].name in ("a", "mx", "exists") and item[2]]
    types = {"a": "A", "mx": "MX", "exists": "A"}
    replies = dns.lookup_all([(name, types[term.name]) for _, term, name in wanted]) if wanted else ()
    hosts: list[tuple[Node, Term, str]] = []
    for (node, term, name), reply in zip(wanted, replies, strict=True):
        if not reply.known:
            node.problems[term.index] = "unresolved"
        elif term.name == "mx" and reply.status == "ok":
            exchanges = _exchanges(reply)
            if len(exchanges) > MAX_MX:
                node.problems[term.index] = "mx_many"
            hosts.extend((node, term, host) for host in exchanges[:MAX_MX])
        elif term.name == "a" and reply.status == "no_data":
            hosts.append((node, term, name))  # perhaps it has only an IPv6 address
        elif reply.status != "ok":
            node.voids[term.index] = node.voids.get(term.index, 0) + 1
    _hosts(hosts, dns)


def _hosts(hosts: Sequence[tuple[Node, Term, str]], dns: Dns) -> None:
    """Counts hosts that have neither an IPv4 nor an IPv6 address."""
    if not hosts:
        return
    first = dns.lookup_all([(host, "A") for *_, host in hosts])
    second = [host for (*_, host), reply in zip(hosts, first, strict=True) if reply.status == "no_data"]
    sixth = dict(zip(second, dns.lookup_all([(host, "AAAA") for host in second]) if second else (), strict=True))
    for (node, term, host), reply in zip(hosts, first, strict=True):
        last = sixth.get(host, reply)
        if not last.known:
            node.problems.setdefault(term.index, "unresolved")
        elif last.status != "ok":
            node.voids[term.index] = node.voids.get(term.index, 0) + 1


def _exchanges(reply: DnsReply) -> list[str]:
    """Host names of MX records in presentation form (``10 mx.ejemplo.com.``); the null MX names none."""
    names = (record.rpartition(" ")[2].lower().removesuffix(".") for record in reply.records)
    return list(dict.fromkeys(name for name in names if name))
