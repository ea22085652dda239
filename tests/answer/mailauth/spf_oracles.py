"""checkdmarc and pyspf, asking a DNS server of ours: two independent judges of SPF records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import checkdmarc.spf
import checkdmarc.utils
import dns.exception
import dns.rdatatype
import dns.resolver
import pytest
import spf as pyspf


@dataclass(frozen=True)
class Opinion:
    """What an oracle says."""

    verdict: str
    """``ok``, ``none``, ``permerror`` or ``temperror``."""
    lookups: int | None
    voids: int | None
    text: str = ""
    matched: str = ""
    """pyspf only: the term that decided, "" when none did or when it is ``all``."""


def resolver_for(port: int) -> dns.resolver.Resolver:
    """A dnspython resolver without a cache that asks that port of loopback."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = port
    resolver.timeout = resolver.lifetime = 1.5
    return resolver


def ask_checkdmarc(name: str, resolver: dns.resolver.Resolver) -> Opinion:
    """Its own cache is keyed by name, not by resolver: ``forget`` it before another server is asked."""
    found: dict[str, Any] = checkdmarc.spf.check_spf(name, resolver=resolver, timeout=1.5, retries=0)
    lookups, voids = found.get("dns_lookups"), found.get("void_dns_lookups")
    if found.get("valid"):
        return Opinion("ok", lookups, voids)
    text = str(found.get("error", ""))
    none = "does not exist" in text and found.get("record") is None
    return Opinion("none" if none else "permerror", lookups, voids, text)


def forget() -> None:
    """Empties checkdmarc's cache, which is one for the whole process."""
    checkdmarc.utils.DNS_CACHE.clear()


def use_server(monkeypatch: pytest.MonkeyPatch, resolver: dns.resolver.Resolver) -> None:
    """Turns pyspf's module-wide look-up to that resolver: it takes none as an argument."""

    def lookup(name: str, qtype: str, tcpfallback: bool = True, timeout: int = 30, **_: object) -> list[Any]:
        try:
            answers = resolver.resolve(name, qtype, search=False)
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
            return []
        except (dns.exception.DNSException, UnicodeError) as error:
            raise pyspf.TempError(f"DNS {error}") from error
        return [((name, qtype), _value(record)) for record in answers]

    monkeypatch.setattr(pyspf, "DNSLookup", lookup)


def _value(record: Any) -> Any:
    if record.rdtype == dns.rdatatype.TXT:
        return record.strings
    if record.rdtype == dns.rdatatype.MX:
        return record.preference, record.exchange.to_text(omit_final_dot=True)
    if record.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
        return record.address
    return record.to_text().removesuffix(".")


def ask_pyspf(name: str, ip: str, record: str | None = None) -> Opinion:
    """The result for a message from ``ip``; ``record`` is judged in place of what the domain publishes."""
    query = pyspf.query(i=ip, s=f"someone@{name}", h=name, strict=True)
    result, _, text = query.check(spf=record) if record else query.check()
    verdict = {"permerror": "permerror", "temperror": "temperror", "none": "none"}.get(result, "ok")
    matched = query.mechanism or ""
    stopped = "" if verdict != "ok" or matched.lower().lstrip("+-~?") == "all" else matched
    return Opinion(verdict, query.lookups, query.void_lookups, f"{result} {text}", stopped)


def result_of(record: str, ip: str, name: str = "sender.dif.com") -> str:
    """``pass``, ``fail``, ``softfail``, ``neutral``, ``permerror``… of an unpublished record."""
    query = pyspf.query(i=ip, s=f"someone@{name}", h=name, strict=True)
    return str(query.check(spf=record)[0])
