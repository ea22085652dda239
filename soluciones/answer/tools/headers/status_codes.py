"""What a delivery status says, by one word per kind (RFC 3463, RFC 5248 registry, RFC 5321 §4.2; texts by that word).

The most telling source wins: first words of the diagnostic that name SPF, DMARC, a block list or relaying, then the
enhanced code, then the three-digit one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Permanence = Literal["permanent", "temporary", "none", "unknown"]

ENHANCED: Mapping[str, str] = {
    "1.0": "address_invalid", "1.1": "address_unknown", "1.2": "domain_unknown", "1.3": "address_invalid",
    "1.4": "address_invalid", "1.6": "address_unknown", "1.7": "sender_rejected", "1.8": "sender_rejected",
    "1.9": "server_trouble", "1.10": "domain_unknown",
    "2.0": "mailbox_disabled", "2.1": "mailbox_disabled", "2.2": "mailbox_full", "2.3": "too_large",
    "2.4": "address_invalid",
    "3.0": "server_trouble", "3.1": "server_trouble", "3.2": "server_trouble", "3.3": "server_trouble",
    "3.4": "too_large", "3.5": "server_trouble",
    "4.0": "no_answer", "4.1": "no_answer", "4.2": "no_answer", "4.3": "domain_unknown", "4.4": "domain_unknown",
    "4.5": "server_trouble", "4.6": "loop", "4.7": "no_answer", "4.8": "loop", "4.14": "loop",
    "4.310": "domain_unknown", "4.316": "no_answer",
    "5.0": "protocol", "5.1": "protocol", "5.2": "protocol", "5.3": "too_many_recipients", "5.4": "protocol",
    "5.5": "protocol", "5.6": "protocol",
    "6.0": "content", "6.1": "content", "6.2": "content", "6.3": "content", "6.4": "content", "6.5": "content",
    "6.6": "content", "6.7": "content",
    "7.0": "policy", "7.1": "policy", "7.2": "policy", "7.3": "policy", "7.5": "policy", "7.7": "content",
    "7.8": "credentials", "7.9": "credentials", "7.10": "credentials", "7.11": "credentials", "7.13": "credentials",
    "7.20": "dkim", "7.21": "dkim", "7.22": "dkim", "7.23": "spf", "7.24": "spf", "7.25": "reverse_dns",
    "7.26": "unauthenticated", "7.27": "sender_rejected", "7.28": "policy", "7.29": "unauthenticated",
    "7.30": "policy", "7.509": "dmarc", "7.515": "unauthenticated", "7.606": "blocklist",
}  # fmt: skip
"""Second and third number → kind. 4.14, 4.31x, 7.5xx and 7.6xx are Microsoft's own."""
BASIC: Mapping[str, str] = {
    "421": "server_trouble", "450": "deferred", "451": "deferred", "452": "server_trouble", "454": "server_trouble",
    "500": "protocol", "501": "address_invalid", "502": "protocol", "503": "protocol", "504": "protocol",
    "530": "credentials", "534": "credentials", "535": "credentials", "550": "policy", "551": "address_unknown",
    "552": "mailbox_full", "553": "sender_rejected", "554": "policy", "556": "domain_unknown",
}  # fmt: skip
KINDS: tuple[str, ...] = tuple(
    sorted({*ENHANCED.values(), *BASIC.values(), "relay", "other_permanent", "other_temporary"})
)
_VAGUE = frozenset(("policy", "deferred", "protocol", "address_invalid", "no_answer"))
"""Kinds that the diagnostic's own words may make more precise."""
_HINTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("dmarc", ("dmarc",)),
    ("unauthenticated", ("unauthenticated",)),
    ("spf", ("spf ", "spf:", "spf)", "spf-", "sender policy framework", "openspf")),
    ("blocklist", ("spamhaus", "blacklist", "blocklist", "block list", "blocked using", " rbl ", "dnsbl", "barracuda")),
    ("relay", ("relay access denied", "relaying denied", "unable to relay", "relay not permitted")),
    ("reverse_dns", ("reverse dns", "ptr record", "rdns", "reverse hostname")),
    (
        "domain_unknown",
        ("domain not found", "domain name not found", "domain does not exist", "nxdomain", "name or service not known"),
    ),
    (
        "address_unknown",
        (
            "user unknown", "unknown user", "no such user", "does not exist", "doesn't exist", "mailbox not found",
            "no mailbox here",
            "recipientnotfound", "not found by smtp address lookup",
            "recipient not found", "invalid recipient", "unknown recipient", "no such mailbox",
            "mailbox unavailable", "address rejected: access denied",
            "recipient address rejected: undeliverable", "address rejected: user",
        ),
    ),
    ("mailbox_full", ("over quota", "quota exceeded", "mailbox full", "mailbox is full", "overquota", "storage quota")),
    ("too_large", ("message size", "too large", "size limit")),
    ("loop", ("too many hops", "mail loop", "loops back", "hop count")),
)  # fmt: skip
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BASIC = re.compile(r"(?<![\d.#])([245]\d\d)(?![\d.])(?=[ \-\n]|$)")


def find_enhanced(text: str) -> str:
    """The first ``x.y.z`` status in a text; "" without. Addresses such as 5.1.1.2 are none."""
    found = _ENHANCED.search(text[:8_000])
    return ".".join(str(int(number)) for number in found.groups()) if found else ""


def find_basic(text: str) -> str:
    """The first three-digit reply code that is failure or delay; "" without."""
    for found in _BASIC.finditer(text[:8_000]):
        if found[1] in BASIC:
            return found[1]
    return ""


def kind_of_status(status: str, basic: str, diagnostic: str) -> str:
    """One of ``KINDS``; "" for a success or when nothing is known."""
    leading = (status or basic)[:1]
    if leading == "2" or not (status or basic or diagnostic):
        return ""
    rest = status.partition(".")[2]
    kind = ENHANCED.get(rest, "") or _by_subject(rest, leading)
    if not kind:
        kind = _hinted(diagnostic) or BASIC.get(basic, "")
    elif kind in _VAGUE or rest == "1.10":  # RFC 7505: the domain takes no mail; Exchange: no such recipient
        kind = _hinted(diagnostic) or kind
    if leading == "4" and kind == "policy":
        kind = "deferred"
    return kind or ("other_temporary" if leading == "4" else "other_permanent")


def permanence(status: str, basic: str, action: str = "") -> Permanence:
    """By the first figure; ``none`` for successes, ``unknown`` when there is no code and no action."""
    leading = (status or basic)[:1]
    if action in ("delivered", "relayed", "expanded") or leading == "2":
        return "none"
    if action == "delayed" or leading == "4":
        return "temporary"
    if leading == "5" or action == "failed":
        return "permanent"
    return "unknown"


def _by_subject(rest: str, leading: str) -> str:
    subject = rest.partition(".")[0]
    kinds = {"1": "address_invalid", "2": "mailbox_disabled", "3": "server_trouble", "4": "no_answer",
             "5": "protocol", "6": "content", "7": "deferred" if leading == "4" else "policy"}  # fmt: skip
    return kinds.get(subject, "")


def _hinted(diagnostic: str) -> str:
    text = f"{diagnostic[:2_000].lower()} "
    return next((kind for kind, words in _HINTS if any(word in text for word in words)), "")
