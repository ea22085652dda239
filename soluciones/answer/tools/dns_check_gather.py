"""Asks everything that the five lights need: in two rounds, three for a sub-domain that receives no mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from soluciones.answer.mailauth.questions import Questions
from soluciones.answer.net.contract import Dns, DnsReply
from soluciones.answer.tools.dns_check_dkim import DkimFound
from soluciones.answer.tools.dns_check_domain import organisational
from soluciones.answer.tools.dns_check_mx import hosts_to_check

PROBE = "nombre-que-no-existe-7f3a"
"""Label that nobody has: an answer for it comes from a wildcard. Always the same, so that results can be repeated."""
MAX_QUESTIONS = 80
"""Of a whole check, SPF and DMARC included; some 30 are usual."""
SERVICES = ("_imaps._tcp", "_submissions._tcp")
"""Where mail programs may look for their settings (RFC 6186, RFC 8314)."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that was asked for one domain."""

    name: str
    asked_for: str
    """The domain the visitor named; another one than ``name`` when the check fell back on the registered domain."""
    mx: DnsReply
    txt: DnsReply
    ns: DnsReply
    own: tuple[DnsReply, ...]
    """A and AAAA of the domain itself."""
    domainkey: DnsReply
    """TXT at ``_domainkey``."""
    wild: tuple[DnsReply, ...]
    """MX and TXT of a name that does not exist."""
    services: tuple[DnsReply, ...]
    dkim: tuple[DkimFound, ...]
    mx_hosts: Mapping[str, Sequence[DnsReply]]

    @property
    def refused(self) -> bool:
        """The connector does not ask for such names."""
        return self.mx.status == "refused"

    @property
    def over_budget(self) -> bool:
        """The visitor asked too much in a short time."""
        return any(reply.status == "over_budget" for reply in (self.mx, self.txt, self.ns))

    @property
    def missing(self) -> bool:
        """The DNS says that there is no such domain."""
        return self.mx.status == "no_name"


@dataclass(frozen=True, slots=True)
class Selectors:
    """DKIM selectors to look at."""

    asked: str
    """The one that the visitor named, "" for none."""
    expected: tuple[str, ...]
    """Those of the site's settings."""

    def all(self) -> tuple[tuple[str, bool], ...]:
        """Each with whether the visitor named it."""
        if self.asked:
            return ((self.asked, True),)
        return tuple((selector, False) for selector in self.expected)


def gather(name: str, selectors: Selectors, dns: Dns) -> tuple[Gathered, Questions]:
    """Asks for a domain; for the registered one above it when the domain itself takes no mail.

    Returns:
        What came, and the bounded ``Dns`` that the rest of the check has to share.
    """
    questions = Questions(dns, limit=MAX_QUESTIONS)
    first = _base(name, name, selectors, questions)
    organisation = organisational(name)
    takes_none = first.mx.status in ("no_data", "no_name")
    if takes_none and organisation != name:
        first = _base(organisation, name, selectors, questions)
    return _with_hosts(first, questions), questions


def _base(name: str, asked_for: str, selectors: Selectors, dns: Dns) -> Gathered:
    chosen = selectors.all()
    keys = [f"{selector}._domainkey.{name}" for selector, _ in chosen]
    wanted = [
        *((name, rdtype) for rdtype in ("MX", "TXT", "A", "AAAA")),
        (organisational(name), "NS"),
        (f"_domainkey.{name}", "TXT"),
        *((f"{PROBE}.{name}", rdtype) for rdtype in ("MX", "TXT")),
        *((f"{service}.{name}", "SRV") for service in SERVICES),
        (f"_dmarc.{name}", "TXT"),  # asked in the same round; the DMARC check finds it answered
        *((key, "TXT") for key in keys),
        *((f"{key}.{name}", "TXT") for key in keys),
    ]
    got = dict(zip(wanted, dns.lookup_all(wanted), strict=True))
    return Gathered(
        name,
        asked_for,
        mx=got[name, "MX"],
        txt=got[name, "TXT"],
        ns=got[organisational(name), "NS"],
        own=(got[name, "A"], got[name, "AAAA"]),
        domainkey=got[f"_domainkey.{name}", "TXT"],
        wild=(got[f"{PROBE}.{name}", "MX"], got[f"{PROBE}.{name}", "TXT"]),
        services=tuple(got[f"{service}.{name}", "SRV"] for service in SERVICES),
        dkim=tuple(
            DkimFound(selector, asked, got[key, "TXT"], got[f"{key}.{name}", "TXT"])
            for (selector, asked), key in zip(chosen, keys, strict=True)
        ),
        mx_hosts={},
    )


def _with_hosts(found: Gathered, dns: Dns) -> Gathered:
    hosts = hosts_to_check(found.mx)
    wanted = [(host, rdtype) for host in hosts for rdtype in ("A", "AAAA")]
    replies = dns.lookup_all(wanted) if wanted else ()
    pairs = {host: replies[2 * place : 2 * place + 2] for place, host in enumerate(hosts)}
    return replace(found, mx_hosts=pairs)
