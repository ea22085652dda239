"""``Authentication-Results`` (RFC 8601) and ``Received-SPF`` (RFC 7208 §9.1), read tolerantly.

Microsoft leaves the server's name out, others forget semicolons in comments; nothing of that is an error here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from soluciones.answer.tools.headers.mailboxes import host

MAX_VALUE = 8_000
MAX_RESULTS = 40
METHODS = ("spf", "dkim", "dmarc", "arc", "compauth", "auth", "iprev", "bimi", "dkim-adsp")
FAILURES = frozenset(("fail", "softfail"))
UNCHECKED = frozenset(("temperror", "permerror"))
_RESULT = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]{0,30})(?:/\d{1,3})?\s*=\s*([A-Za-z][A-Za-z0-9_-]{0,30})")
_PROPERTY = re.compile(
    r"(?<![\w.-])((?:[A-Za-z][A-Za-z0-9-]{0,30}\.)?[A-Za-z][A-Za-z0-9_-]{0,40})=(\"[^\"]{0,400}\"|[^\s;]{1,400})"
)
_SERVER = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,255}")
_IP = re.compile(r"(?:sender IP is|designates?|client-ip=|address)\s{0,8}=?\s{0,8}([0-9A-Fa-f:.]{3,45})", re.IGNORECASE)
_SPF = re.compile(r"\s*([A-Za-z]{1,20})")
_DOMAINS = {
    "spf": ("smtp.mailfrom", "smtp.mail", "envelope-from", "smtp.helo", "helo"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
    "auth": ("smtp.auth", "smtp.mailfrom"),
}


@dataclass(frozen=True, slots=True)
class AuthResult:
    """One method's result."""

    server: str
    """Who says so, lower case; "" when the line names nobody."""
    method: str
    """Lower case, e.g. ``spf``."""
    result: str
    """Lower case, e.g. ``softfail``."""
    domain: str = ""
    """The domain it is about, lower case."""
    ip: str = ""
    """The handing machine's address, where the comment names it."""
    account: str = ""
    """With ``auth``: who logged in, lower case."""
    source: str = "authentication-results"
    """Lower-case name of the field it stood in."""


def read_auth_results(value: str, source: str = "authentication-results") -> tuple[AuthResult, ...]:
    """The results of one field, in order, at most ``MAX_RESULTS``. Never raises."""
    plain, comments = _without_comments(value[:MAX_VALUE])
    segments = _segments(plain)
    if source == "arc-authentication-results":
        segments = [part for part in segments if not re.match(r"\s*i\s*=\s*\d", part)]
    server = ""
    if segments and not _RESULT.match(segments[0]):
        found = _SERVER.match(segments[0].strip())
        server = host(found[0]) if found else ""
        segments = segments[1:]
    results: list[AuthResult] = []
    for segment in segments:
        results.extend(_result(segment, server, source, comments))
    return tuple(results[:MAX_RESULTS])


def read_received_spf(value: str) -> AuthResult | None:
    """The result of a ``Received-SPF`` field; None when it holds none."""
    text = value[:MAX_VALUE]
    found = _SPF.match(text)
    if found is None:
        return None
    plain, comments = _without_comments(text)
    properties = {key.lower(): data.strip('"') for key, data in _PROPERTY.findall(plain)}
    said = comments[0].partition(":")[0].strip() if comments else ""
    server = properties.get("receiver", "") or (said if _SERVER.fullmatch(said) else "")
    domain = _domain_of(properties.get("envelope-from", "") or properties.get("helo", ""))
    address = properties.get("client-ip", "") or _address(comments)
    return AuthResult(host(server), "spf", _word(found[1]), domain, address, source="received-spf")


def write_auth_results(server: str, results: tuple[AuthResult, ...]) -> str:
    """A field value as RFC 8601 has it: ``read_auth_results`` of it gives the same results."""
    parts = [server] if server else []
    for item in results:
        key = _DOMAINS.get(item.method, ("header.from",))[0]
        parts.append(f"{item.method}={item.result}" + (f" {key}={item.domain}" if item.domain else ""))
    return "; ".join(parts if results else [*parts, "none"])


def _result(segment: str, server: str, source: str, comments: list[str]) -> Iterator[AuthResult]:
    found = _RESULT.match(segment)
    if found is None or found[1].lower() not in METHODS:
        return
    method = found[1].lower()
    properties = {key.lower(): data.strip('"') for key, data in _PROPERTY.findall(segment[found.end() :])}
    domain = next((properties[key] for key in _DOMAINS.get(method, ()) if properties.get(key)), "")
    own = [comments[int(number)] for number in re.findall("\ue000(\\d{1,4})\ue001", segment)]
    address = _address(own) if method == "spf" else ""
    account = properties.get("smtp.auth", "").lower() if method == "auth" else ""
    yield AuthResult(server, method, _word(found[2]), _domain_of(domain), address, account, source)


def _word(result: str) -> str:
    word = result.lower()
    return {"hardfail": "fail", "bestguesspass": "none", "unknown": "permerror", "error": "temperror"}.get(word, word)


def _domain_of(value: str) -> str:
    return host(value.strip("<>").rpartition("@")[2])[:253]


def _address(comments: list[str]) -> str:
    for text in comments:
        for found in _IP.finditer(text[:600]):
            if "." in found[1] or ":" in found[1]:
                return found[1].strip(".").lower()
    return ""


def _without_comments(text: str) -> tuple[str, list[str]]:
    """The text with each comment replaced by a mark, and the comments. Quoted strings hold no comments."""
    out: list[str] = []
    comments: list[str] = []
    current: list[str] = []
    depth, quoted = 0, False
    for char in text.replace("\ue000", "").replace("\ue001", ""):
        if char == '"' and not depth:
            quoted = not quoted
        if char == "(" and not quoted:
            depth += 1
            if depth == 1:
                current = []
                continue
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                out.append(f" \ue000{len(comments)}\ue001 ")
                comments.append("".join(current))
                continue
        (current if depth else out).append(char)
    if depth:
        comments.append("".join(current))
    return "".join(out), comments


def _segments(plain: str) -> list[str]:
    """Cuts at semicolons outside quotes; empty pieces go."""
    parts: list[str] = []
    start, quoted = 0, False
    for index, char in enumerate(plain):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            parts.append(plain[start:index])
            start = index + 1
    parts.append(plain[start:])
    return [part for part in parts if part.strip()]
