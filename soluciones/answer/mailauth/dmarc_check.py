"""Judges the DMARC record of a domain: found where it has to be, read as receivers read it (RFC 9989, RFC 9990)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from soluciones.answer.mailauth.dmarc_judge import judge
from soluciones.answer.mailauth.dmarc_parse import DmarcRecord, is_dmarc, looks_like_dmarc, parse_dmarc
from soluciones.answer.mailauth.problem import RecordProblem, in_order, shown
from soluciones.answer.mailauth.questions import bounded
from soluciones.answer.net.contract import Dns, DnsReply
from soluciones.answer.tools.address_domain import registrable_domain
from soluciones.answer.tools.results import worst
from soluciones.answer.types import ToolStatus

_MAX_WALK = 7
"""Labels below which the tree walk begins for a long name (RFC 9989 §4.10)."""
_MAX_EXTERNAL = 4
"""Foreign report domains whose permission is looked up."""


@dataclass(frozen=True, slots=True)
class External:
    """A report address outside the domain's organisation."""

    domain: str
    name: str
    """Where its permission has to stand: ``ejemplo.com._report._dmarc.otro.ejemplo``."""
    permitted: bool | None
    """None when it could not be looked up."""


@dataclass(frozen=True, slots=True)
class DmarcCheck:
    """The result of a check."""

    status: ToolStatus
    problems: tuple[RecordProblem, ...] = ()
    """Gravest first. Texts: ``dmarc.finding.<code>``; places of repair: ``DMARC_PLACES``."""
    record: str = ""
    """The record that counts, or the one that was meant to; "" for none."""
    found_at: str = ""
    """The name it stands at, e.g. ``_dmarc.ejemplo.com``; "" for none."""
    records: tuple[str, ...] = ()
    """All DMARC records at that name."""
    policy: str = ""
    """What receivers apply to this domain: ``none``, ``quarantine``, ``reject``, "" for nothing."""
    inherited: bool = False
    """The record stands at a parent domain."""
    external: tuple[External, ...] = ()
    ttl: int = 0


def check_dmarc(domain: str, dns: Dns) -> DmarcCheck:
    """Checks what a domain publishes, or what it takes over from a parent domain.

    Args:
        domain: A-label form, no trailing dot.
        dns: asked at most about twenty questions in three batches.
    """
    dns = bounded(dns)
    reply = dns.lookup(f"_dmarc.{domain}", "TXT")
    if not reply.known:
        return _unknown(reply.name or f"_dmarc.{domain}")
    records = tuple(text for text in reply.records if is_dmarc(text))
    if len(records) == 1:
        return _judged(domain, f"_dmarc.{domain}", records, reply, dns)
    if records:
        problem = RecordProblem("several_records", "bad", {"count": len(records), "name": f"_dmarc.{domain}"})
        return DmarcCheck("bad", (problem,), records[0], f"_dmarc.{domain}", records, ttl=reply.ttl)
    near = tuple(text for text in reply.records if looks_like_dmarc(text))
    if near:
        problems = in_order([RecordProblem("not_recognised", "bad", {"record": shown(near[0])}), *judge(near[0])])
        return DmarcCheck("bad", problems, near[0], f"_dmarc.{domain}", near, ttl=reply.ttl)
    return _elsewhere(domain, dns)


def _unknown(name: str) -> DmarcCheck:
    return DmarcCheck("unknown", (RecordProblem("lookup_failed", "unknown", {"name": name}),))


def _judged(domain: str, name: str, records: tuple[str, ...], reply: DnsReply, dns: Dns) -> DmarcCheck:
    """A record was found, at the domain or above it."""
    text = records[0]
    record = parse_dmarc(text)
    owner = name.removeprefix("_dmarc.")
    external = permissions(owner, record, dns)
    inherited = owner != domain
    problems = [*judge(text), *_external_problems(external)]
    policy = record.policy
    if inherited:
        policy = record.get("sp") or policy
        problems.append(RecordProblem("inherited", "ok", {"name": name, "policy": policy or "none"}))
    ordered = in_order(problems)
    status = worst(problem.status for problem in ordered)
    return DmarcCheck(status, ordered, text, name, records, policy, inherited, external, reply.ttl)


def _elsewhere(domain: str, dns: Dns) -> DmarcCheck:
    """Nothing at ``_dmarc``: looks in the places where it is put by mistake, and walks up the tree."""
    parents = [f"_dmarc.{name}" for name in parent_domains(domain)]
    wrong = [domain, f"_dmarc.{domain}.{domain}", f"dmarc.{domain}", f"_dmarc._dmarc.{domain}"]
    replies = dns.lookup_all([(name, "TXT") for name in (*parents, *wrong)])
    problems: list[RecordProblem] = []
    lost = next((name for name, reply in zip(parents, replies, strict=False) if not reply.known), None)
    if lost is not None:
        return _unknown(lost)
    above = _organisation(replies[: len(parents)])
    if above is not None:
        found = tuple(text for text in above.records if is_dmarc(text))
        return _judged(domain, parents[replies.index(above)], found, above, dns)
    misplaced = ""
    for name, reply in zip(wrong, replies[len(parents) :], strict=True):
        found = tuple(text for text in reply.records if looks_like_dmarc(text))
        if found:
            misplaced = misplaced or found[0]
            params = {"name": name, "right": f"_dmarc.{domain}"}
            problems.append(RecordProblem("wrong_place", "bad", params))
    at_domain = replies[len(parents)]
    if at_domain.status == "no_name" and not problems:
        problems.append(RecordProblem("domain_unknown", "bad", {"domain": domain}))
    elif not problems:
        problems.append(RecordProblem("no_record", "bad", {"name": f"_dmarc.{domain}"}))
    return DmarcCheck("bad", in_order(problems), misplaced)


def _organisation(replies: Sequence[DnsReply]) -> DnsReply | None:
    """Whose record serves a domain without one (RFC 9989 §4.10.2); None when no parent has exactly one.

    The walk goes up to the top: the record with the fewest labels counts, unless ``psd=n`` ends it earlier or ``psd=y``
    says that the domain below is the organisation's.

    Args:
        replies: of the parents, nearest first.
    """
    below: DnsReply | None = None
    chosen: DnsReply | None = None
    for reply in replies:
        records = [text for text in reply.records if is_dmarc(text)]
        if len(records) == 1:
            psd = parse_dmarc(records[0]).get("psd")
            if psd == "y":
                return below or reply
            chosen = reply
            if psd == "n":
                break
        below = reply if len(records) == 1 else None
    return chosen


def parent_domains(domain: str) -> tuple[str, ...]:
    """Domains above ``domain`` that the tree walk asks, nearest first (RFC 9989 §4.10); the root is not among them."""
    labels = domain.split(".")
    start = 1 if len(labels) <= _MAX_WALK + 1 else len(labels) - _MAX_WALK
    return tuple(".".join(labels[i:]) for i in range(start, len(labels)))


def foreign_receivers(domain: str, record: DmarcRecord) -> tuple[str, ...]:
    """Domains of report addresses outside the organisation of ``domain`` (RFC 9990 §4), in order."""
    own = registrable_domain(domain)
    domains = (uri.domain for name in ("rua", "ruf") for uri in record.uris(name) if uri.domain)
    return tuple(dict.fromkeys(other for other in domains if registrable_domain(other) != own))


def permissions(domain: str, record: DmarcRecord, dns: Dns | None) -> tuple[External, ...]:
    """Whether each foreign report address of a record may receive reports of ``domain`` (RFC 9990 §4)."""
    foreign = foreign_receivers(domain, record)[:_MAX_EXTERNAL]
    names = [f"{domain}._report._dmarc.{other}" for other in foreign]
    if dns is None:
        return tuple(External(other, name, None) for other, name in zip(foreign, names, strict=True))
    replies = dns.lookup_all([(name, "TXT") for name in names]) if names else ()
    return tuple(
        External(other, name, any(is_dmarc(text) for text in reply.records) if reply.known else None)
        for other, name, reply in zip(foreign, names, replies, strict=True)
    )


def _external_problems(external: tuple[External, ...]) -> Iterator[RecordProblem]:
    codes: dict[bool | None, tuple[str, ToolStatus]] = {
        True: ("external_permitted", "ok"),
        False: ("external_not_permitted", "bad"),
        None: ("external_unknown", "unknown"),
    }
    for item in external:
        code, status = codes[item.permitted]
        yield RecordProblem(code, status, {"domain": item.domain, "name": item.name})
