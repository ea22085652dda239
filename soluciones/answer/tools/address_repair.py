"""Repairs of a local part: what the visitor probably wanted, spelt so that it can be created."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from soluciones.answer.tools.address_rules import check_local, is_combining, look_alike
from soluciones.kb.facts import AddressRules

MAX_SUGGESTIONS = 3
"""More than three are no help."""

_LETTERS = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
}  # fmt: skip
"""Letters and dashes that do not decompose (NFKD) into an ASCII one."""
_TO_LETTERS = str.maketrans(_LETTERS)

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
"""German writes an umlaut as two letters; other languages drop the dots."""

_LOOK_ALIKES = dict(
    zip("аеорсухіѕјһԁɡАВЕКМНОРСТХІЅЈαορνΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxisjhdgABEKMHOPCTXISJaopvABEZHIKMNOPTYX", strict=True)
)
"""Cyrillic and Greek letters that look Latin; used only in a text that has Latin letters too."""

_AND = {"es": "y", "fr": "et", "de": "und", "it": "e", "en": "and"}

_ALTERNATIVES = {
    "es": ("avisos", "notificaciones"),
    "en": ("notices", "notifications"),
    "fr": ("avis", "notifications"),
    "de": ("hinweise", "benachrichtigungen"),
    "it": ("avvisi", "notifiche"),
}
"""What to call a mailbox instead of a reserved name."""

_SEPARATORS = re.compile(r"[\s,;/]+")
_OTHER = re.compile(r"[^A-Za-z0-9._-]+")
_DOTS = re.compile(r"\.{2,}")
_DASHED_DOTS = re.compile(r"-?\.-?")


def suggestions(local: str, lang: str, rules: AddressRules) -> tuple[str, ...]:
    """Up to three local parts that the rule allows, best first; none when nothing of the text can be kept.

    Args:
        local: a local part that was refused or warned of.
        lang: language of the visitor; decides how umlauts and ``&`` are written.
        rules: the host's rules.
    """
    report = check_local(local, rules)
    if report.valid and look_alike(local, rules) is None:
        return ()
    repaired = tuple(_valid(_candidates(local, lang), local, rules))
    if repaired or ("reserved" not in report.codes and look_alike(local, rules) is None):
        return repaired
    return tuple(_valid(_ALTERNATIVES.get(lang, _ALTERNATIVES["es"]), local, rules))


def _valid(candidates: Iterable[str], original: str, rules: AddressRules) -> Iterator[str]:
    seen: set[str] = set()
    for candidate in candidates:
        text = _tidy(candidate, rules.max_length)
        key = text.casefold()
        if not text or key in seen or text == original or look_alike(text, rules) is not None:
            continue
        if check_local(text, rules).valid:
            seen.add(key)
            yield text
        if len(seen) == MAX_SUGGESTIONS:
            return


def _tidy(text: str, limit: int) -> str:
    """Dots single and inside, at most ``limit`` characters."""
    return _DOTS.sub(".", text).strip(".")[:limit].rstrip(".")


def _candidates(local: str, lang: str) -> Iterator[str]:
    text = unicodedata.normalize("NFC", local)
    spellings = _spellings(text, lang)
    for ascii_text in spellings:
        separated = _SEPARATORS.sub(".", ascii_text.strip())
        yield _OTHER.sub("", separated)
    for ascii_text in spellings:
        yield _DASHED_DOTS.sub(".", _OTHER.sub(".", _SEPARATORS.sub("-", ascii_text.strip())))
        yield _OTHER.sub("", _SEPARATORS.sub("", ascii_text))


def _spellings(text: str, lang: str) -> tuple[str, ...]:
    """The text in ASCII letters: the visitor's language's way first; empty when it is in another script."""
    if _is_mixed_script(text):
        text = text.translate({ord(other): latin for other, latin in _LOOK_ALIKES.items()})
    if any(_is_foreign_letter(char) for char in text):
        return ()
    text = text.replace("&", f".{_AND.get(lang, 'y')}.")
    plain, german = _to_ascii(text), _to_ascii(text.translate(_UMLAUTS))
    ordered = (german, plain) if lang == "de" else (plain, german)
    return tuple(dict.fromkeys(spelling for spelling in ordered if _has_substance(spelling)))


def _has_substance(text: str) -> bool:
    return any(char.isascii() and char.isalnum() for char in text)


def _to_ascii(text: str) -> str:
    return "".join(
        char for char in unicodedata.normalize("NFKD", text.translate(_TO_LETTERS)) if not is_combining(char)
    )


def _is_foreign_letter(char: str) -> bool:
    """A letter that has no Latin spelling of its own."""
    if char.isascii() or char in _LETTERS or not char.isalpha():
        return False
    base = unicodedata.normalize("NFKD", char)[0]
    return not base.isascii()


def _is_mixed_script(text: str) -> bool:
    latin = any(char.isascii() and char.isalpha() for char in text)
    return latin and any(char in _LOOK_ALIKES for char in text)
