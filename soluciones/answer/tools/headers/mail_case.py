"""A message with what its trusted lines amount to: the facts that the rules and the evidence are made from."""

from __future__ import annotations

from dataclasses import dataclass

from soluciones.answer.tools.headers.auth_results import AuthResult
from soluciones.answer.tools.headers.mailboxes import aligned, find_address
from soluciones.answer.tools.headers.message import Reading
from soluciones.answer.tools.headers.received import Hop
from soluciones.answer.tools.headers.trust import group_of, walk

_SRS = ("srs0=", "srs0+", "srs0-", "srs1=", "srs1+", "srs1-")
"""Local parts of rewritten envelope senders: the message was forwarded."""


@dataclass(frozen=True, slots=True)
class Case:
    """A reading with what its trusted results amount to."""

    reading: Reading
    spf: AuthResult | None
    dmarc: AuthResult | None
    dkim: tuple[AuthResult, ...]
    signed: bool
    """A valid signature of the visible sender's organisation."""
    origin: Hop | None
    """Where the message came in, extended through the tenant's servers when they are vouched for."""
    listed: str
    """Domain of the mailing list that sent it on, "" when it was none."""
    forwarded: bool

    @property
    def spf_aligned(self) -> bool:
        """SPF passed for the visible sender's organisation."""
        return self.spf is not None and self.spf.result == "pass" and aligned(self.spf.domain, self.domain)

    @property
    def dmarc_aligned(self) -> bool:
        """DMARC passed, and for that domain."""
        if self.dmarc is None or self.dmarc.result != "pass":
            return False
        return not self.dmarc.domain or aligned(self.dmarc.domain, self.domain)

    @property
    def domain(self) -> str:
        """The domain that has to be vouched for: the visitor's where ``From`` names it, else the visible sender's."""
        return visible_domain(self.reading)


def visible_domain(reading: Reading) -> str:
    """See ``Case.domain``: with several authors, a signature of another one's says nothing for the visitor's."""
    return reading.own.rpartition("@")[2] if reading.claims_own else reading.sender.domain


def build_case(reading: Reading) -> Case:
    """Weighs the results that can be believed."""
    believed = reading.trust.believed
    first = {result.method: result for result in reversed(believed)}
    signatures = tuple(result for result in believed if result.method == "dkim")
    domain = visible_domain(reading)
    signed = any(result.result == "pass" and aligned(result.domain, domain) for result in signatures)
    signed = signed and bool(reading.trust.hops)  # a result without the lines around it could come from anybody
    if reading.dkim.status == "verified":
        signed = signed or any(aligned(name, domain) for name in reading.dkim.domains)
    spf = first.get("spf")
    passing = spf is not None and spf.result == "pass"
    path = find_address(reading.block.first("return-path"))
    vouched = spf.domain if spf is not None and passing else ""
    listed = _list_domain(reading, vouched, signatures)
    forwarded = path.startswith(_SRS) and aligned(path.rpartition("@")[2], vouched)
    origin = _origin(reading, signed or passing)
    return Case(reading, spf, first.get("dmarc"), signatures, signed, origin, listed, forwarded)


def _list_domain(reading: Reading, vouched: str, signatures: tuple[AuthResult, ...]) -> str:
    """The list's domain when the list's own server is vouched for; a bare ``List-Id`` anybody can write."""
    name = (
        reading.block.first("list-id").rpartition("<")[2].strip("<> ")
        or find_address(reading.block.first("list-post")).rpartition("@")[2]
    )
    if not name:
        return ""
    good = [vouched, *(result.domain for result in signatures if result.result == "pass")]
    return name if any(aligned(name, domain) for domain in good) else ""


def _origin(reading: Reading, vouched: bool) -> Hop | None:
    """The hop where the message came in; where it came by the tenant's or a known provider's server, that one's."""
    trust = reading.trust
    if trust.origin is None or not vouched or not trust.origin.rdns or trust.origin.login:
        return trust.origin
    group = group_of(trust.origin.rdns, reading.site)
    if group == trust.servers or (group != reading.site and len(group) < 2):
        return trust.origin
    below = trust.hops[trust.chain.trusted :]
    chain = walk(below, group)
    return below[chain.origin] if chain.origin is not None else trust.origin


def same_account(account: str, own: str) -> bool:
    """A login name is that of the address: in full, or its local part alone."""
    return bool(account and own) and (account == own or ("@" not in account and account == own.partition("@")[0]))


def noted_login(case: Case) -> str:
    """The login that the recipient's own server notes as ``auth=pass``."""
    results = case.reading.trust.believed
    return next((r.account for r in results if r.method == "auth" and r.result == "pass" and r.account), "")


def entered(reading: Reading) -> bool:
    """By a line that can be believed it came from another organisation, without a login."""
    origin = reading.trust.origin
    return origin is not None and origin.has_from and not (origin.login or origin.web or origin.local)


def delivered_to_own(reading: Reading) -> bool:
    """The visitor's own mailbox is the one that received it."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "to")
    places = [find_address(reading.block.first(name)) for name in names]
    places += [hop.recipient for hop in reading.trust.hops[: reading.trust.chain.trusted]]
    return reading.own in places
