"""Port numbers in a question, and the numbers that are none: counts, dates, prices, error codes.

A number is a port when the word *port* introduces it, when it follows a host and a colon, or when it is one of the
mail ports of ``facts.yml`` and nothing near it says otherwise.
"""

from __future__ import annotations

import re

from soluciones.answer.slots.domains import find_domain_in
from soluciones.answer.slots.tokens import Question
from soluciones.kb.facts import Facts

MAX_PORTS = 8
"""Ports of one question; more is not a question."""

_WORD = r"(?:puertos?|ports?|portas?|porte|porto)"
_FILLER = (
    r"(?:[ :=#]{1,3}(?:es|el|los|numero|num|n[.o°º]{0,2}|no\.|number|nummer|smtps?|imaps?|pop3?s?|tcp|is|le|la|the|der|"
    r"il|de)){0,3}"
)
_SEPARATOR = (
    r"(?: ?[,/;&] ?(?:y |and |et |und |e |o |u )?(?:el |al |le |la |the |il )?"
    r"| (?:o|u|y|e|ni|or|and|vs\.?|versus|contra|frente a|en vez de|en lugar de|ou|et|oder|und|al?|to|zu|que|than|"
    r"instead of|plutot que|statt|invece di|invece del) (?:del? |el |al |le |la |the |il )?(?:puerto |port |porta )?)"
)
_CUED = re.compile(rf"\b{_WORD}\b{_FILLER}[ :=#\"«(]{{1,3}}(-?\d{{1,10}}(?:{_SEPARATOR}\d{{1,10}}){{0,7}})(?![\w])")
_AFTER = re.compile(rf"(?<![\w.,/:-])(\d{{1,10}}) {_WORD}\b")
"""«the 993 port», «der 993 Port»."""
_NUMBER = re.compile(r"-?\d{1,10}")
_BARE = re.compile(r"(?<![\w.,/:$€£@#+-])\d{2,5}(?![\w@%€$£]|[.,:/-]\d|/)")
_COUNTED = re.compile(
    r" ?(?:€|\$|£|%|euros?|eur|chf|usd|dolares|francos?|francs?|franken|pesos|"
    r"direccion|correos?\b|e-?mails?\b|mails?\b|mensajes?|cuentas?|buzon|usuari|contactos?|personas?|destinatari|caracter|"
    r"letras|archivos?|ficheros?|dominios?|alias|empleados?|clientes|dias?\b|horas?\b|minutos?|segundos?|anos?\b|meses|"
    r"veces|[mgkt]b\b|megas?|gigas?|"
    r"address|accounts?|mailbox|messages?|users?|contacts?|people|recipients?|files?|days?\b|hours?|minutes?|years?|"
    r"adresses?|boites?|comptes?|utilisateurs?|personnes?|destinataires?|jours?|heures?|fichiers?|ans\b|courriels?|"
    r"adressen?|postfach|konten|nutzer|benutzer|kontakte|empfanger|nachrichten|tage|stunden|jahre|zeichen|"
    r"indirizz|caselle|utenti|contatti|messaggi|persone|giorni|ore\b|anni|"
    r"de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|se?p?tiembre|octubre|noviembre|diciembre)|"
    r"(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
    r"(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre)\b|"
    r"\. ?(?:januar|februar|marz|april|mai|juni|juli|august|september|oktober|november|dezember)\b|\d)"
)
"""After a number: what it counts, its currency, its month, or another number."""
_NOT_BEFORE = re.compile(
    r"(?:\b(?:errore?|error|codigo|code|codice|fehler|fehlercode|erreur|numero|articulo|pagina|ano|factor|"
    r"euros?|chf|usd|eur|\d)|[€$£])[ :#]{1,2}\Z"
)
_CONTEXT = re.compile(r"\b(?:smtps?|imaps?|pop3?s?|starttls|ssl|tls|" + _WORD[3:-1] + r")\b")
_BY = re.compile(
    r"\b(?:por|sobre|en|con|via|through|on|over|par|sur|uber|auf|su|tramite)(?: el| le| the| il| la| den)? \Z"
)
_DISTINCT = 100
"""Three-digit mail ports (143, 465, 587, 993, 995) are hardly ever anything else once counts are excluded."""
_ROUND = frozenset({110})
"""A three-digit mail port that is also an everyday amount."""


def find_ports(question: Question, facts: Facts) -> list[int]:
    """The ports named, in order, without repetition; impossible ones (0, 70000) included, for the tool to refuse."""
    found: dict[int, int] = {}
    for match in _CUED.finditer(question.folded):
        if _COUNTED.match(question.folded, match.end(1)) and not _is_listed(match.group(1)):
            continue
        for digits in _NUMBER.finditer(match.group(1)):
            found.setdefault(int(digits.group()), match.start(1) + digits.start())
    for match in _AFTER.finditer(question.folded):
        found.setdefault(int(match.group(1)), match.start(1))
    for token in question.tokens:
        host = find_domain_in(token.text)
        if host and host[1] is not None:
            found.setdefault(host[1], token.start)
    for number, place in _known(question, facts, bool(found)):
        found.setdefault(number, place)
    return sorted(found, key=lambda number: found[number])[:MAX_PORTS]


def _is_listed(text: str) -> bool:
    return len(_NUMBER.findall(text)) > 1


def _known(question: Question, facts: Facts, has_ports: bool) -> list[tuple[int, int]]:
    """Mail ports that stand bare: «465 o 587», «IMAP 993», «enviar por el 25»."""
    known = {port.port for port in facts.ports}
    candidates = [
        match
        for match in _BARE.finditer(question.folded)
        if int(match.group()) in known and not _is_amount(question.folded, match)
    ]
    context = has_ports or bool(_CONTEXT.search(question.folded)) or len(candidates) > 1
    return [
        (int(match.group()), match.start())
        for match in candidates
        if context
        or _is_distinct(int(match.group()))
        or _BY.search(question.folded[max(0, match.start() - 24) : match.start()])
    ]


def _is_amount(folded: str, match: re.Match[str]) -> bool:
    before = folded[max(0, match.start() - 16) : match.start()]
    return bool(_COUNTED.match(folded, match.end()) or _NOT_BEFORE.search(before))


def _is_distinct(number: int) -> bool:
    return number > _DISTINCT and number not in _ROUND
