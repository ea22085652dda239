"""Which lines of a header may be believed: those that the recipient's own servers wrote.

Read from the top, every server vouches for the next line only if it received the message from a machine of its own
organisation. The first line in which it received it from elsewhere is the boundary; what stands below came with the
message and may be invented.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soluciones.answer.tools.headers.auth_results import (
    FAILURES,
    AuthResult,
    read_auth_results,
    read_received_spf,
)
from soluciones.answer.tools.headers.block import Block, Field
from soluciones.answer.tools.headers.mailboxes import organisation
from soluciones.answer.tools.headers.received import Hop, kind_of, read_received

MAX_HOPS = 200
MAX_RESULT_FIELDS = 50
"""``Authentication-Results`` and ``Received-SPF`` lines that are read, from the top; the lower ones never count."""
_PROVIDERS: tuple[frozenset[str], ...] = (
    frozenset(("google.com", "gmail.com", "googlemail.com")),
    frozenset(("outlook.com", "hotmail.com", "live.com", "msn.com", "microsoft.com", "hotmail.es", "outlook.es")),
    frozenset(("yahoo.com", "yahoodns.net", "yahoo.net", "ymail.com", "aol.com")),
    frozenset(("icloud.com", "me.com", "mac.com", "apple.com")),
)
"""Organisations whose mail servers and mailboxes have several names. General knowledge, not from the guides."""
_BELOW_BOUNDARY = (_PROVIDERS[0], _PROVIDERS[1])
"""They write their results below their own first ``Received`` line; others write them at the top."""
_MIN_REORDERED = 3


@dataclass(frozen=True, slots=True)
class Chain:
    """The part of a row of hops that can be believed."""

    trusted: int = 0
    """So many hops from the top."""
    origin: int | None = None
    """The hop at which the message came in: from outside, by a login, or from a program; None when no line shows it."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A header's hops and results with what may be believed of them."""

    servers: frozenset[str] = frozenset()
    """Organisational domains of the recipient's own servers; empty when unknown."""
    ours: bool = False
    """They are those of this help centre's tenant."""
    hops: tuple[Hop, ...] = ()
    chain: Chain = Chain()
    results: tuple[tuple[AuthResult, bool], ...] = ()
    """Each result, and whether it may be believed."""
    reordered: bool = False

    @property
    def believed(self) -> tuple[AuthResult, ...]:
        """The results that count."""
        return tuple(result for result, good in self.results if good)

    @property
    def origin(self) -> Hop | None:
        """Where the message came in, by a line that can be believed."""
        return self.hops[self.chain.origin] if self.chain.origin is not None else None


def assess(block: Block, site: frozenset[str]) -> Trust:
    """Reads the hops and results of a header and says which count.

    Args:
        block: the header.
        site: organisational domains of the tenant's servers.
    """
    lines = [index for index, field in enumerate(block.fields) if field.key == "received"][:MAX_HOPS]
    hops = tuple(read_received(block.fields[index].value) for index in lines)
    servers = own_servers(hops, site)
    if reordered(block, hops, site):
        return Trust(servers, servers == site, hops, Chain(), _results(block, site, None, None), reordered=True)
    chain = walk(hops, servers)
    below = chain.trusted
    limit = lines[below] if below < len(lines) else len(block.fields)
    boundary = lines[chain.origin] if chain.origin is not None else None
    origin = hops[chain.origin] if chain.origin is not None else None
    named = servers or (site if not hops else frozenset())
    results = _results(block, named, limit, boundary, origin)
    return Trust(named, named == site, hops, chain, results)


def own_servers(hops: Sequence[Hop], site: frozenset[str]) -> frozenset[str]:
    """The organisation of the server that wrote the topmost line with a public name."""
    for hop in hops[:10]:
        if hop.remark:
            continue
        name = organisation(hop.by)
        if "." in name and kind_of(name) == "none":
            return group_of(name, site)
        if not hop.by or not _inside(hop, frozenset()):
            break
    return frozenset(hop.by for hop in hops[:1] if hop.by)


def group_of(name: str, site: frozenset[str]) -> frozenset[str]:
    """All organisational domains of the mail service that a host or mail domain belongs to."""
    own = organisation(name)
    known = (site, *_PROVIDERS)
    return next((group for group in known if own in group), frozenset((own,)) if own else frozenset())


def walk(hops: Sequence[Hop], servers: frozenset[str]) -> Chain:
    """How far down the lines were written by ``servers``, the first of them believed."""
    if not servers:
        return Chain()
    for index, hop in enumerate(hops):
        if hop.remark:
            continue
        if not hop.by or not _belongs(hop.by, servers):
            return Chain(index)
        further = index + 1 < len(hops) and _belongs(hops[index + 1].by, servers)
        inside = _inside(hop, servers)
        # Servers of one house also log in to each other, and filters hand messages back as local programs.
        if not inside or ((hop.login or hop.local) and (hop.account or not further)):
            return Chain(index + 1, index)
    return Chain(len(hops), len(hops) - 1 if hops and hops[-1].web and not hops[-1].rdns else None)


def reordered(block: Block, hops: Sequence[Hop], site: frozenset[str]) -> bool:
    """The lines stand in another order than they were written in: some web pages sort them."""
    keys = [field.key for field in block.fields]
    if len(keys) >= 8 and len(set(keys)) >= 6 and keys == sorted(keys):
        return True
    times = [hop.time for hop in hops if hop.time is not None]
    if len(times) < _MIN_REORDERED or (hops and organisation(hops[0].by) in site):
        return False
    return all(first < second for first, second in itertools.pairwise(times))


def _belongs(name: str, servers: frozenset[str]) -> bool:
    """A name of the organisation, or one that only has a meaning inside it."""
    return bool(name) and (organisation(name) in servers or "." not in name.strip(".") or kind_of(name) == "private")


def _inside(hop: Hop, servers: frozenset[str]) -> bool:
    """The line says that the message came from the same organisation's machine, and says it on good grounds."""
    if not hop.has_from or hop.ip_kind == "private":
        return True
    if hop.rdns:
        return organisation(hop.rdns) in servers
    own_name = organisation(hop.helo) in servers
    if hop.ip:  # Exchange looks no names up; mail from outside comes in by its "Frontend Transport"
        return own_name and hop.microsoft and "frontend" not in hop.via.lower()
    return "." not in hop.helo or (own_name and (hop.microsoft or hop.protocol.upper().startswith("LMTP")))


def _results(
    block: Block,
    servers: frozenset[str],
    limit: int | None,
    boundary: int | None,
    origin: Hop | None = None,
) -> tuple[tuple[AuthResult, bool], ...]:
    """All results, those of ``Authentication-Results`` first.

    Args:
        block: the header.
        servers: whose word counts.
        limit: index of the first field that came with the message; None: nothing can be believed.
        boundary: index of the ``Received`` line of the boundary.
        origin: that line, read.
    """
    found: list[tuple[AuthResult, bool]] = []
    seen: set[str] = set()
    topmost = True
    for index, field in _numbered(block, "authentication-results"):
        results = read_auth_results(field.value)
        above = boundary is None or index < boundary
        good = limit is not None and index < limit and (topmost or above) and _own_word(results, servers)
        good = good and not (seen & {result.method for result in results})
        for result in results:
            strict = above or servers in _BELOW_BOUNDARY or result.result in FAILURES
            found.append((result, good and strict and not _contradicts(result, origin)))
        seen |= {result.method for result in results} if good else set()
        topmost = False
    return (*found, *_spf_fields(block, servers, limit, origin))


def _numbered(block: Block, key: str) -> list[tuple[int, Field]]:
    return [(index, field) for index, field in enumerate(block.fields) if field.key == key][:MAX_RESULT_FIELDS]


def _spf_fields(
    block: Block, servers: frozenset[str], limit: int | None, origin: Hop | None
) -> Iterable[tuple[AuthResult, bool]]:
    """``Received-SPF`` lines, of which the topmost may count; the other field's results stand before it."""
    lower = False
    for index, field in _numbered(block, "received-spf"):
        result = read_received_spf(field.value)
        if result is None:
            continue
        good = not lower and limit is not None and index < limit and organisation(result.server) in servers
        yield result, good and not _contradicts(result, origin)
        lower = True


def _own_word(results: Sequence[AuthResult], servers: frozenset[str]) -> bool:
    if not results:
        return False
    name = results[0].server
    if not name:  # Microsoft names nobody in this line
        return servers == _PROVIDERS[1]
    return organisation(name) in servers or name in servers


def _contradicts(result: AuthResult, origin: Hop | None) -> bool:
    """The result is about another machine than the one that handed the message over: then it is not this server's."""
    return bool(origin is not None and origin.ip and result.ip and result.method == "spf" and result.ip != origin.ip)
