"""The DKIM light: the public keys of a domain (RFC 6376 §3.6.1, RFC 8301, RFC 8463)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from soluciones.answer.mailauth.problem import RecordProblem
from soluciones.answer.net.contract import DnsReply
from soluciones.answer.tools.dns_check_light import Light, by_gravity

MIN_BITS = 1024
"""RFC 8301 §3.2: verifiers must not accept shorter RSA keys."""
GOOD_BITS = 2048
"""RFC 8301 §3.2: signers should use at least this."""
MAX_RECORD = 8_192
"""Characters of a record that is read; an RSA key of 16,384 bits has fewer than 3,000."""
_ED25519_BYTES = 32


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key record, read."""

    problem: str = ""
    """``broken``: not a key record; ``revoked``: ``p=`` is empty; "" else."""
    kind: str = "rsa"
    """``k=``: ``rsa`` or ``ed25519``."""
    bits: int = 0
    testing: bool = False
    """``t=y``: receivers are asked to treat signatures as if there were none."""
    only_sha1: bool = False
    """``h=sha1``: RFC 8301 forbids the only digest that the record allows."""


@dataclass(frozen=True, slots=True)
class DkimFound:
    """What stands at one selector."""

    selector: str
    asked: bool
    """The visitor named it; otherwise it is one that the site expects."""
    reply: DnsReply
    """TXT at ``<selector>._domainkey.<domain>``."""
    doubled: DnsReply
    """TXT at the same name with the domain twice: what a panel makes of a name typed in full."""


def parse_key(text: str) -> DkimKey:
    """Reads a key record. Never raises."""
    if len(text) > MAX_RECORD:
        return DkimKey("broken")
    tags = _tags(text)
    if tags is None or "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return DkimKey("broken")
    kind = tags.get("k", "rsa").lower()
    flags = {flag.strip().lower() for flag in tags.get("t", "").split(":")}
    digests = {digest.strip().lower() for digest in tags.get("h", "").split(":") if digest.strip()}
    bits = 0 if not tags["p"] else _bits(kind, tags["p"])
    problem = "revoked" if not tags["p"] else "" if bits else "broken"
    return DkimKey(problem, kind, bits, "y" in flags, digests == {"sha1"})


def dkim_light(name: str, found: Sequence[DkimFound], above: DnsReply) -> Light:
    """Judges the keys.

    Args:
        name: the domain.
        found: what stands at each selector that is known.
        above: TXT at ``_domainkey.<domain>``: NXDOMAIN there means that there is no selector at all (RFC 8020).
    """
    host = f"{found[0].selector}._domainkey.{name}" if found else f"_domainkey.{name}"
    problems = [problem for item in found for problem in _one(item)]
    if above.canonical:
        problems.append(RecordProblem("dkim_domainkey_alias", "warn", {"target": above.canonical}))
    if not problems:
        problems.append(_without_selector(name, above))
    records = tuple(record for item in found for record in item.reply.records)
    ttl = min((item.reply.ttl for item in found if item.reply.status == "ok"), default=0)
    return Light("dkim", host, "TXT", by_gravity(problems), records, ttl)


def _without_selector(name: str, above: DnsReply) -> RecordProblem:
    if not above.known:
        return RecordProblem("dkim_unknown", "unknown", {"name": f"_domainkey.{name}"})
    if above.status == "no_name":
        return RecordProblem("dkim_none", "warn", {"domain": name})
    return RecordProblem("dkim_no_selector", "unknown", {"domain": name})


def _one(item: DkimFound) -> Iterator[RecordProblem]:
    reply, selector = item.reply, {"selector": item.selector}
    if not reply.known:
        yield RecordProblem("dkim_unknown", "unknown", {"name": reply.name})
    elif reply.status != "ok" and reply.canonical:
        yield RecordProblem("dkim_cname_dangling", "bad", {**selector, "target": reply.canonical})
    elif reply.status != "ok" and item.doubled.status == "ok":
        yield RecordProblem("dkim_wrong_place", "bad", {"found": item.doubled.name, "name": reply.name})
    elif reply.status != "ok":
        yield RecordProblem("dkim_selector_missing", "bad" if item.asked else "warn", {"name": reply.name})
    else:
        if reply.canonical:
            yield RecordProblem("dkim_cname", "ok", {**selector, "target": reply.canonical})
        yield from _records(reply.records, selector)


def _records(records: Sequence[str], selector: Mapping[str, str]) -> Iterator[RecordProblem]:
    keys = [parse_key(record) for record in records]
    readable = [key for key in keys if key.problem != "broken"]
    if len(readable) > 1:
        yield RecordProblem("dkim_several", "bad", {**selector, "count": len(readable)})
    elif not readable:
        yield RecordProblem("dkim_broken", "bad", selector)
    else:
        yield from _key(readable[0], selector)


def _key(key: DkimKey, selector: Mapping[str, str]) -> Iterator[RecordProblem]:
    params = {**selector, "bits": key.bits, "kind": key.kind.upper(), "least": MIN_BITS, "good": GOOD_BITS}
    if key.problem == "revoked":
        yield RecordProblem("dkim_revoked", "bad", params)
        return
    if key.kind == "rsa" and key.bits < MIN_BITS:
        yield RecordProblem("dkim_short_key", "bad", params)
    elif key.kind == "rsa" and key.bits < GOOD_BITS:
        yield RecordProblem("dkim_weak_key", "warn", params)
    elif not key.only_sha1:
        yield RecordProblem("dkim_ok", "ok", params)
    if key.only_sha1:
        yield RecordProblem("dkim_sha1", "bad", params)
    if key.testing:
        yield RecordProblem("dkim_testing", "warn", params)


def _tags(text: str) -> dict[str, str] | None:
    """``tag=value`` pairs (RFC 6376 §3.2), white space taken out of the values; None when it is no such list."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if not name and not equals:
            continue
        if not equals or not name or name in tags:
            return None
        tags[name] = "".join(value.split())
    return tags


def _bits(kind: str, text: str) -> int:
    """Length of the key in bits; 0 when it is none."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return 0
    if kind == "ed25519":
        return len(raw) * 8 if len(raw) == _ED25519_BYTES else 0
    if kind != "rsa":
        return 0
    try:
        key = load_der_public_key(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0
