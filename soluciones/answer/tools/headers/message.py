"""Everything read from what was given, before anything is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from soluciones.answer.net.contract import Network
from soluciones.answer.tools.headers.block import MAX_LINES, TRANSPORT, Block, prepare, read_block, split_lines
from soluciones.answer.tools.headers.bounce import Bounce, bounce_in_text, find_bounce, is_automatic_reply
from soluciones.answer.tools.headers.dkim_check import DkimCheck, check_dkim
from soluciones.answer.tools.headers.mailboxes import Mailbox, find_address, normal, organisation, read_mailboxes
from soluciones.answer.tools.headers.parts import STATUS, Part, guess_parts, walk
from soluciones.answer.tools.headers.source import Source, read_source
from soluciones.answer.tools.headers.trust import Trust, assess
from soluciones.kb.facts import Facts
from soluciones.kb.site import Site

OwnSource = Literal["given", "delivered", "none"]
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was given, read."""

    block: Block = field(default_factory=Block)
    """Headers of the message itself; no fields when there are none."""
    trust: Trust = field(default_factory=Trust)
    site: frozenset[str] = frozenset()
    """Organisational domains of the tenant's servers."""
    bounce: Bounce | None = None
    dkim: DkimCheck = field(default_factory=DkimCheck)
    own: str = ""
    """The visitor's address, normalised; "" when unknown."""
    own_source: OwnSource = "none"
    senders: tuple[Mailbox, ...] = ()
    whole: bool = False
    """A body came along."""
    automatic: bool = False
    notes: frozenset[str] = frozenset()

    @property
    def transport(self) -> bool:
        """There are fields that only a real header has."""
        return any(item.key in TRANSPORT or item.key.startswith(("x-", "arc-")) for item in self.block.fields)

    @property
    def sender(self) -> Mailbox:
        """The (first) author; empty when there is none."""
        return self.senders[0] if self.senders else Mailbox("")

    @property
    def claims_own(self) -> bool:
        """``From`` names the visitor's address."""
        return bool(self.own) and any(box.address == self.own for box in self.senders)


def site_servers(facts: Facts, site: Site) -> frozenset[str]:
    """Organisational domains of the tenant's own mail servers."""
    mail = facts.mail
    names = [mail.incoming, mail.outgoing, mail.webmail, facts.spf.include, *site.dns.mx]
    names += [target.host for target in site.servers]
    return frozenset(organisation(name) for name in names if name)


def read_message(value: bytes | str, own_address: str, facts: Facts, site: Site, network: Network | None) -> Reading:
    """Reads headers, a whole message or the text of a bounce. Never raises."""
    source = read_source(value)
    lines = split_lines(source.text)
    notes = {"input_truncated"} if len(lines) == MAX_LINES else set()
    servers = site_servers(facts, site)
    before, rest = prepare(lines)
    lead = bounce_in_text(before) if any(line.strip() for line in before) else None
    if not rest or (lead is not None and lead.dialect != "generic"):
        return _text_only(lines, normal(own_address), servers, frozenset(notes))
    block = read_block(rest, repair=True)
    if not block.values("received") and any(part.type in STATUS for part in guess_parts(lines)):
        return _text_only(lines, normal(own_address), servers, frozenset(notes))  # a report without its headers
    whole = block.ended and any(line.strip() for line in rest[block.body :])
    parts = walk(block, rest)
    inner = _wrapped_report(parts)
    if inner is not None:  # a bounce that was forwarded as an attachment
        block, parts = inner
    bounce = find_bounce(block, parts) or (lead if not block.values("received") else None)
    trust = assess(block, servers)
    own, own_source = _own_address(own_address, block, trust)
    raw = _raw(source, rest)
    dkim = (
        DkimCheck() if bounce else check_dkim(raw, block.values("dkim-signature"), whole, source.raw is None, network)
    )
    return Reading(
        block,
        trust,
        servers,
        bounce,
        dkim,
        own,
        own_source,
        read_mailboxes(", ".join(block.values("from")[:3])),
        whole,
        bounce is None and is_automatic_reply(block),
        frozenset(notes | block.notes),
    )


def _text_only(lines: Sequence[str], own: str, servers: frozenset[str], notes: frozenset[str]) -> Reading:
    """No headers of its own: the text of a bounce, perhaps with its parts, or no message at all."""
    parts = guess_parts(lines)
    bounce = find_bounce(Block(), parts) if any(part.type in STATUS for part in parts) else None
    bounce = bounce or bounce_in_text(lines)
    source: OwnSource = "given" if own else "none"
    return Reading(site=servers, bounce=bounce, own=own, own_source=source, notes=notes)


def _wrapped_report(parts: Sequence[Part]) -> tuple[Block, tuple[Part, ...]] | None:
    if any(part.type in STATUS and part.inside == 0 for part in parts):
        return None
    for part in parts:
        if part.inside == 1 and part.type == "multipart/report":
            return part.block, walk(part.block, part.lines, part.end)
    return None


def _own_address(given: str, block: Block, trust: Trust) -> tuple[str, OwnSource]:
    if given:
        return normal(given), "given"
    for name in _DELIVERED:
        address = find_address(block.first(name))
        if address:
            return address, "delivered"
    for hop in trust.hops[: trust.chain.trusted]:
        if hop.recipient:
            return hop.recipient, "delivered"
    to = read_mailboxes(block.first("to"))
    if len(to) == 1 and to[0].address and trust.hops:
        return to[0].address, "delivered"
    return "", "none"


def _raw(source: Source, lines: Sequence[str]) -> bytes:
    """The bytes that were signed: an upload as it came, of pasted text the lines from the first header on."""
    return source.raw if source.raw is not None else "\n".join(lines).encode("utf-8", "replace")
