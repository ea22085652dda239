"""What the author of a mistyped SPF record meant: mistakes made in copying one by hand or from a document.

Each repair is named, so that it can be shown; nothing is repaired that could mean two things.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import idna
from rapidfuzz.distance import OSA

from soluciones.answer.mailauth.spf_parse import MAX_RECORD, MAX_TERMS, MECHANISMS, MODIFIERS, is_spf, parse_term
from soluciones.kb.facts import SpfRecord as SpfFacts

MAX_TYPOS = 30
"""Mistakes that are listed; a text with more is not a record."""

_QUOTES = "“”„‟«»‹›‘’‚‛″′＂＇`´"
_DASHES = "‐‑‒–—―−﹘﹣－"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_SPACES = "\t\r\n\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_WIDE = {"：": ":", "＝": "=", "～": "~", "？": "?", "＋": "+", "／": "/", "．": ".", "，": ",", "；": ";"}
_TO_DASH = dict.fromkeys(map(ord, _DASHES), "-") | {ord("∼"): "~", ord("˜"): "~", ord("～"): "~"}

_PREFIX = re.compile(
    r"(?:(?:spf|txt|record|registro|in|value|valor)[\s:=]{1,3}){1,3}(?=\"?v\s?[=:]\s?spf)", re.IGNORECASE
)
_VERSION = re.compile(
    r"(?:v(?:ersion)?\s?[=:-]{0,2}\s?)?(?:spf|sfp|psf|fsp)\s?v?[12lI]?(?:\.0)?[,;.:]?"
    r"(?=\s|\Z|[-+~?]?(?:include|all|redirect|exists|ip4|ip6|mx|ptr|a[:\s]))",
    re.IGNORECASE,
)
_BARE = re.compile(r"[-+~?]?(?:include:|ip4:|ip6:)|redirect=", re.IGNORECASE)
"""Terms that are nothing else: a text that begins so lacks only its version."""
_STARTS_LIKE_SPF = re.compile(r"(?:v|spf|sfp|psf|fsp)", re.IGNORECASE)
_SENDER_ID = re.compile(r"spf2\.0/", re.IGNORECASE)
_COMMA = re.compile(r"[,;]+(?=[\s,;]|\Z)|[,;]+(?=[-+~?]?(?:include:|ip4:|ip6:|a:|mx:|all\b|redirect=))", re.IGNORECASE)
_URL = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_WRONG_NAMES = {
    "ip": "ip4", "ipv4": "ip4", "ipv6": "ip6", "ip-4": "ip4", "ip-6": "ip6", "inc": "include", "exist": "exists",
    "host": "a",
}  # fmt: skip
_FUZZY = ("include", "redirect", "exists")
_SLIP = 2
"""Letters that may be wrong in a long word: ``inlcude``, ``includ``, ``inclde:``."""
_MAX_VALUE = 253


@dataclass(frozen=True, slots=True)
class Typo:
    """One mistake and its repair."""

    code: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """A record as it was meant."""

    text: str
    typos: tuple[Typo, ...] = ()


def looks_like_spf(text: str) -> bool:
    """Whether a text was surely meant as an SPF record, rightly written or not."""
    return is_spf(_characters(text[:MAX_RECORD], []).text)


def repair(text: str, spf: SpfFacts, mail_hosts: frozenset[str] = frozenset()) -> Repaired:
    """The record with its mistakes put right; the text itself, spaces apart, when there are none.

    Args:
        text: one record, without the quotes of a zone file.
        spf: the include whose misspellings are known.
        mail_hosts: mail servers that get written in the include's place.
    """
    typos: list[Typo] = []
    start = _characters(text[:MAX_RECORD], typos)
    if not is_spf(start.text):
        return Repaired(start.text, tuple(typos[:MAX_TYPOS]))
    words = _joined(start.text[6:].split()[:MAX_TERMS], typos)
    terms = [_term(word, spf, mail_hosts, typos) for word in words]
    return Repaired(" ".join(["v=spf1", *terms]), tuple(dict.fromkeys(typos))[:MAX_TYPOS])


def _characters(text: str, typos: list[Typo]) -> Repaired:
    """Quotes, dashes, invisible characters, and what stands before the first term."""
    text = _step(text, "typo_invisible", _without_invisible, typos)
    text = _step(text, "typo_quotes", _without_quotes, typos)
    text = _step(text, "typo_dash", lambda line: line.translate(_TO_DASH), typos)
    text = text.strip()
    if _SENDER_ID.match(text):
        return Repaired(text)
    prefix = _PREFIX.match(text)
    if prefix:
        typos.append(Typo("typo_prefix", prefix.group().strip(), ""))
        text = text[prefix.end() :].lstrip('"')
    version = None if is_spf(text) or not _STARTS_LIKE_SPF.match(text) else _VERSION.match(text)
    if version:
        rest = text[version.end() :]
        glued = rest.partition(" ")[0][:40]
        typos.append(Typo("typo_version", version.group() + glued, f"v=spf1 {glued}".rstrip()))
        text = f"v=spf1 {rest.lstrip()}"
    elif _BARE.match(text) and not parse_term(text.split()[0]).problem:
        typos.append(Typo("typo_version", text.split()[0][:60], f"v=spf1 {text.split()[0][:60]}"))
        text = f"v=spf1 {text}"
    if not is_spf(text):
        return Repaired(text)
    text = _step(text, "typo_comma", lambda line: _COMMA.sub(" ", line), typos)
    return Repaired(" ".join(text.split()))


def _step(text: str, code: str, change: Callable[[str], str], typos: list[Typo]) -> str:
    changed = change(text)
    if changed != text and " ".join(changed.split()) != " ".join(text.split()):
        where = next(i for i, char in enumerate(text) if not changed.startswith(char, i))
        typos.append(Typo(code, _around(text, where), _around(changed, where)))
    return changed


def _around(text: str, where: int) -> str:
    """The word at a place."""
    start = text.rfind(" ", max(0, where - 40), where) + 1 or max(0, where - 12)
    end = text.find(" ", where + 1, where + 40)
    return text[start : end if end > 0 else where + 20].strip()


def _without_invisible(text: str) -> str:
    spaced = "".join(" " if char in _SPACES else _WIDE.get(char, char) for char in text)
    return "".join(char for char in spaced if char not in _INVISIBLE and (char >= " " and char != "\x7f"))


def _without_quotes(text: str) -> str:
    return "".join(char for char in text if char not in _QUOTES and char != '"' and char != "'")


def _joined(words: list[str], typos: list[Typo]) -> list[str]:
    """Puts together what a space has torn: ``- all``, ``include: x``, ``include :x``."""
    done: list[str] = []
    for word in words:
        last = done[-1] if done else ""
        if last and (last in ("-", "+", "~", "?") or _open_end(last) or (word[0] in ":=" and _is_name(last))):
            typos.append(Typo("typo_space", f"{last} {word}", last + word))
            done[-1] = last + word
        else:
            done.append(word)
    return done


def _open_end(word: str) -> bool:
    return word[-1] in ":=" and _is_name(word[:-1])


def _is_name(word: str) -> bool:
    name = word.lstrip("-+~?").lower()
    return name in MECHANISMS or name in MODIFIERS or _name_meant(name) != name


def _term(word: str, spf: SpfFacts, mail_hosts: frozenset[str], typos: list[Typo]) -> str:
    """One term as it was meant. Stops at the first reading that is right."""
    now = word
    for code, reading in _readings(word, spf, mail_hosts):
        if reading != now:
            typos.append(Typo(code, now, reading))
            now = reading
    return now


def _readings(word: str, spf: SpfFacts, mail_hosts: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Successive repairs of one term, each built on the last."""
    qualifier, name, sign, value = _parts(word)
    if len(qualifier) > 1:
        qualifier = "" if len(set(qualifier)) > 1 else qualifier[0]
        if not qualifier:
            return  # ``-~all`` could mean either
        yield "typo_qualifier", f"{qualifier}{name}{sign}{value}"
    meant = _name_meant(name)
    if meant != name.lower():
        name = meant
        yield "typo_mechanism", f"{qualifier}{name}{sign}{value}"
    wanted = "=" if name.lower() in MODIFIERS else ":"
    if sign and sign != wanted and name.lower() in (*MECHANISMS, *MODIFIERS):
        sign = wanted
        yield "typo_equals", f"{qualifier}{name}{sign}{value}"
    if not value:
        return
    name, value, code = _value_meant(name, value)
    if code:
        yield code, f"{qualifier}{name}{sign}{value}"
    if name.lower() in ("include", "redirect"):
        code = _tenant_typo(value, spf, mail_hosts)
        if code:
            yield code, f"{qualifier}{name}{sign}{spf.include}"


def _parts(word: str) -> tuple[str, str, str, str]:
    """``-include:x`` → ``("-", "include", ":", "x")``. The prefix length of ``a/24`` counts as the value."""
    bare = word.lstrip("-+~?")
    qualifier = word[: len(word) - len(bare)]
    for place, char in enumerate(bare):
        if char in ":=":
            return qualifier, bare[:place], char, bare[place + 1 :]
        if char == "/":
            return qualifier, bare[:place], "", bare[place:]
    return qualifier, bare, "", ""


def _name_meant(name: str) -> str:
    lower = name.lower()
    if lower in MECHANISMS or lower in MODIFIERS:
        return lower
    if lower in _WRONG_NAMES:
        return _WRONG_NAMES[lower]
    if lower in ("alll", "al", "aall", "all.", "a11", "ll"):
        return "all"
    if not 4 <= len(lower) <= 12:
        return lower
    near = [word for word in _FUZZY if OSA.distance(lower, word, score_cutoff=_SLIP) <= _SLIP]
    return near[0] if len(near) == 1 else lower


def _value_meant(name: str, value: str) -> tuple[str, str, str]:
    """``(name, value, code)``; the code is "" when the value can stay as it is."""
    lower = name.lower()
    address, slash, _ = value.partition("/")
    version = _address_version(address)
    if lower in ("ip4", "ip6"):
        if version and lower != f"ip{version}":
            return f"ip{version}", value, "typo_ip_version"
        if not version and not slash and not parse_term(f"a:{value}").problem:
            return "a", value, "typo_ip_name"
        return name, value, ""
    if version and lower in ("include", "a", "mx"):
        return f"ip{version}", value, "typo_ip_name"
    bare = _URL.sub("", value, count=1) if _URL.match(value) else value
    if bare != value or lower == "include":
        bare = bare.rpartition("@")[2].rstrip("/")
    if "%" not in bare and not bare.isascii():
        bare = _a_label(bare)
        return name, bare, "typo_idn" if bare != value else ""
    if bare != value and bare and (slash or "@" in value) and not parse_term(f"{lower}:{bare}").problem:
        return name, bare, "typo_value"
    return name, value, ""


def _address_version(text: str) -> int:
    try:
        return ipaddress.ip_address(text).version
    except ValueError:
        return 0


def _a_label(value: str) -> str:
    if len(value) > _MAX_VALUE:
        return value
    try:
        return idna.encode(value, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return value


def _tenant_typo(value: str, spf: SpfFacts, mail_hosts: frozenset[str]) -> str:
    """The code of a misspelling of the tenant's include, "" for any other name."""
    name, wanted = value.lower().removesuffix("."), spf.include
    if name == wanted:
        return ""
    if name in mail_hosts:
        return "include_mail_host"
    if name.rpartition(".")[0] == wanted.rpartition(".")[0]:
        return "include_wrong_tld"
    if len(name) < len(wanted) + 4 and OSA.distance(name, wanted, score_cutoff=2) <= 2:
        return "include_misspelt"
    hosts = {wanted.partition(".")[2], *(host.partition(".")[2] for host in mail_hosts)}
    return "include_mail_host" if name in hosts or name.removeprefix("spf.") in hosts else ""
