"""Addresses in a question: ``email``, and a bare ``local_part`` when the words around it say that it is one.

An address is taken although it is wrong (``anna..alpha@ejemplo.com``): judging it is the tool's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from soluciones.answer.slots.domains import FILE_ENDINGS, find_domain_in
from soluciones.answer.slots.fold import fold
from soluciones.answer.slots.tokens import Question, Token
from soluciones.answer.slots.words import words
from soluciones.kb.facts import Facts

_QUOTED_EMAIL = re.compile(r"[\"«“„]([^\"«»“”„@\n]{1,80}@[^\"«»“”„@\s]{1,255})[\"»”“]")
"""In quotation marks an address may hold a space: «ana lopez@ejemplo.com»."""
_QUOTED_LOCAL = re.compile(r"(\"[^\"\n@]{1,64}\"@\S{1,255})")
"""RFC 5322 quoted local part: ``"a b"@ejemplo.com``."""
_OPENING = "([{<«“„‘¿¡`*"
_CLOSING = ")]}>»”’?!.,;:…`*\"'"
_TAG = re.compile(r"(?:rua|ruf|smtp\.mailfrom|smtp\.auth|header\.(?:from|i)|envelope-from)=", re.IGNORECASE)
"""What stands before an address in a record or a header."""
_ENDINGS = words("usual_endings")
_LIST = re.compile(r"[,;]")

_LOCAL_CUES = re.compile(
    r"\b(?:valid[oae]?s?|correct[oae]?s?|permitid[oa]s?|puedo|puede|podria|sirve|vale|"
    r"crear|creo|cree|direccion|buzon|cuenta|usuario|nombre|"
    r"allowed|can i|may i|create|address|mailbox|user ?name|account|"
    r"puis-je|peut-on|valable|autorisee?s?|creer|adresse|boite|compte|"
    r"erlaubt|gultig|darf|kann ich|anlegen|erstellen|postfach|konto|"
    r"posso|ammess[oaie]|consentit[oaie]|creare|indirizzo|casella|nome)\b"
)
_NAMED = re.compile(
    r"\b(?:direccion|buzon|cuenta|usuario|nombre|address|mailbox|user ?name|account|adresse|boite|compte|postfach|"
    r"konto|indirizzo|casella|nome|crear|create|creer|anlegen|creare|valid[oae]?|usar|utilizar|use|utiliser|verwenden|usare)"
    r"(?: (?:de correo|de usuario|de courriel|e-?mail|email|mail|llamad[oa]|como|named|called|namens|nommee?|"
    r"chiamat[oa]|di posta|el|la|il|the|das|die|l'adresse)){0,3}[ :]{1,3}[\"«“„']([^\"«»“”„'@\n]{1,64})[\"»”“']"
)
"""A cue word, then something in quotation marks: crear la dirección «maría pérez»."""
_BARE = re.compile(r"[^\W_]+(?:[._+]+[^\W_]+|-[^\W_]+){1,8}\Z")
_STRONG = re.compile(r"[._+]")


def find_email(question: Question) -> str | None:
    """The first address of the question, valid or not; split it at the last @."""
    for pattern in (_QUOTED_LOCAL, _QUOTED_EMAIL):
        quoted = pattern.search(question.text) if "@" in question.text else None
        if quoted:
            return quoted.group(1).strip().rstrip(_CLOSING)
    return next((email for token in question.tokens if (email := _email_of(token))), None)


def _email_of(token: Token) -> str | None:
    if "@" not in token.raw:
        return None
    text = token.raw.lstrip(_OPENING + "\"'").rstrip(_CLOSING)
    tag = _TAG.match(text)
    text = text[tag.end() :] if tag else text
    if text[:7].casefold() == "mailto:":
        text = text[7:].partition("?")[0]
    pieces = [piece for piece in _LIST.split(text) if piece]
    if len(pieces) > 1 and all("@" in piece for piece in pieces):
        text = pieces[0]
    local, at, domain = text.rpartition("@")
    if domain.startswith("[") and "]" in token.raw:
        domain = domain.removesuffix("]") + "]"  # an IP literal
    text = f"{local}@{domain}"
    is_url = "://" in local
    return text if at and local.strip("@") and domain and not is_url else None


def find_local_part(question: Question, facts: Facts) -> str | None:
    """A local part without its domain, only where the question speaks of making or judging an address."""
    for token in question.tokens:
        if token.raw.rstrip(_CLOSING).endswith("@") and token.text.strip("@"):
            return token.text.rstrip("@")
    if not _LOCAL_CUES.search(question.folded):
        return None
    named = _NAMED.search(question.folded)
    if named and len(named.group(1).strip()) > 1:
        return question.text[named.start(1) : named.end(1)].strip()
    return next(iter(_bare(question.tokens, facts)), None)


def _bare(tokens: Iterable[Token], facts: Facts) -> Iterable[str]:
    known = {fold(name) for rule in facts.addresses.reserved for name in (rule.name, *rule.look_alikes)}
    for token in tokens:
        if token.folded in known or _looks_local(token.text):
            yield token.text


def _looks_local(text: str) -> bool:
    """``maría.pérez`` and ``ana_maria``; not ``p.ej``, ``ejemplo.com``, ``lista.csv``, ``e-mail`` or ``2.5``."""
    if "@" in text or "/" in text or len(text) > 64 or not _BARE.match(text) or not _STRONG.search(text):
        return False
    pieces = re.split(r"[._+-]+", text)
    if all(len(piece) <= 2 for piece in pieces) or not any(char.isalpha() for char in text):
        return False
    if pieces[-1].casefold() in FILE_ENDINGS or pieces[0].isdigit():
        return False
    ending = text.rpartition(".")[2].casefold()
    return find_domain_in(text) is None or (len(ending) > 2 and ending not in _ENDINGS)
