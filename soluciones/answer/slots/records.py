"""Technical strings: an SPF or DMARC record, a DKIM selector, an SMTP error code, a number of addresses."""

from __future__ import annotations

import re

from soluciones.answer.slots.tokens import Question

MAX_TERMS = 40
"""Terms of a record that are read; a record with more could not be looked up anyway (RFC 7208 §4.6.4)."""

_START = re.compile(r"v=spf1(?=\s|$)", re.IGNORECASE)
_TERM = re.compile(
    r"[-+~?]?(?:all|include:\S+|a(?:[:/]\S+)?|mx(?:[:/]\S+)?|ptr(?::\S+)?|ip4:\S+|ip6:\S+|exists:\S+)\Z"
    r"|(?:redirect|exp)=\S+\Z",
    re.IGNORECASE,
)
_ALL = re.compile(r"[-+~?]?all\Z", re.IGNORECASE)
_WORDS = frozenset({"a", "mx", "all"})
"""Terms that are also words: trailing ones belong to the question, not to the record."""
_CLOSING = "\"'»”’.,;?!)`"

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_BASIC = re.compile(r"(?<![\d.,])([45]\d\d)(?![\d.,]*\d)")
_PAIR = re.compile(r"(?<![\d.,])([245]\d\d)[ -]([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE_CUE = re.compile(
    r"\b(?:errore?s?|error|codigo|code|codice|rebot\w{1,4}|bounce\w{0,2}|rechaz\w{1,4}|devuel\w{1,5}|smtp|fehler\w{0,8}|"
    r"erreur|rejet\w{0,4}|reject\w{0,3}|refus\w{0,3}|abgelehnt|rifiut\w{1,4}|status|returned|respuesta|response)\b"
)

_DMARC = re.compile(r"v ?= ?DMARC1(?: ?; ?[A-Za-z]{1,5} ?= ?[^;\s]{1,400}){0,20}", re.IGNORECASE)
_DOMAINKEY = re.compile(r"(?<![\w-])([a-z0-9][a-z0-9_-]{0,62})\._domainkey\b")
_SELECTOR = re.compile(
    r"\bsele(?:c|k|t)?t(?:or|eur|ore)\b(?: dkim)?(?: (?:es|is|est|ist|e|se llama|called|named|hei(?:ss|ß)t|s'appelle))?"
    r"(?: ?[:=] ?| ?[\"'«“]| )([a-z0-9][a-z0-9_-]{0,62})(?![\w.-]*\w)"
)
_NAMED = re.compile(r"[:=\"'«“] ?\Z")
_USUAL_SELECTORS = frozenset({"default", "google", "dkim", "mail", "k", "s"})
"""Without a digit or a sign before it, only these are taken for a selector and not for the next word."""
_COUNT = re.compile(
    r"(?<![\d.,])(\d{1,5}) (?:\w{1,12} ){0,2}(?:direcciones|buzones|cuentas|correos electronicos|addresses|mailboxes|"
    r"accounts|adresses|boites|comptes|adressen|postfacher|konten|indirizzi|caselle)\b"
)


def find_spf(question: Question) -> str | None:
    """The SPF record pasted in the question, up to its all-term and no further."""
    start = _START.search(question.text)
    if not start:
        return None
    terms = [start.group()]
    for word in question.text[start.end() :].split()[:MAX_TERMS]:
        term = word.rstrip(_CLOSING)
        if not _TERM.match(term):
            break
        terms.append(term)
        if _ALL.match(term):
            return " ".join(terms)
        if term != word:
            break
    while len(terms) > 1 and terms[-1].casefold() in _WORDS:
        terms.pop()
    return " ".join(terms)


def find_error_code(question: Question, ports: list[int]) -> str | None:
    """``550 5.7.1``, ``5.7.1`` or ``535``: the last only beside a word like *error*, never a port."""
    pair = _PAIR.search(question.folded)
    if pair:
        return f"{pair.group(1)} {pair.group(2)}"
    enhanced = _ENHANCED.search(question.folded)
    if enhanced:
        return enhanced.group(1)
    if not _CODE_CUE.search(question.folded):
        return None
    codes = (match.group(1) for match in _BASIC.finditer(question.folded))
    return next((code for code in codes if int(code) not in ports), None)


def find_dmarc(question: Question) -> str | None:
    """The DMARC record pasted in the question: ``v=DMARC1`` and the tags that follow it."""
    match = _DMARC.search(question.text)
    return match.group().rstrip(_CLOSING + " ;") if match else None


def find_selector(question: Question) -> str | None:
    """A DKIM selector: beside the word, or before ``._domainkey``."""
    key = _DOMAINKEY.search(question.folded)
    if key:
        return key.group(1)
    named = _SELECTOR.search(question.folded)
    if not named:
        return None
    name = named.group(1)
    told = any(char.isdigit() for char in name) or name in _USUAL_SELECTORS
    return name if told or _NAMED.search(question.folded[: named.start(1)]) else None


def find_count(question: Question) -> int | None:
    """How many addresses or mailboxes are wanted: «crear 25 direcciones»."""
    match = _COUNT.search(question.folded)
    return int(match.group(1)) if match else None
