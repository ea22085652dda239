"""A domain or host name in a question: bare, in a URL, with a port, or after an @."""

from __future__ import annotations

import re

from soluciones.answer.slots.tokens import Question
from soluciones.answer.slots.words import words
from soluciones.answer.tools.address_domain import check_domain, public_suffix

FILE_ENDINGS = words("file_endings")
"""Some of them are top-level domains too (zip, mov, md, sh, py); in a help centre they are files."""

_HOST = re.compile(
    r"(?:https?://|imaps?://|pop3?s?://|smtps?://|//)?(?:www\.)?"
    r"((?:[^\W_](?:[\w-]{0,62})\.){1,10}[^\W\d_][\w-]{1,62})\.?(?::(\d{1,10}))?(?:[/?#]\S*)?\Z"
)
_SENTENCE_GLUE = re.compile(r"[^\W_]\.[^\W\d_a-zß-öø-ÿ][a-zß-öø-ÿ]+\Z")
"""``correo.Es``: a full stop without its space, not a domain."""
_MAX_TOKEN = 300


def find_domain_in(text: str) -> tuple[str, int | None] | None:
    """The host name and port that a run of text is, None when it is none.

    ``p.ej`` is not one, because the public suffix list does not know ``ej``; neither is a date or a file name.
    """
    if "." not in text or len(text) > _MAX_TOKEN:
        return None
    match = _HOST.match(text)
    if not match:
        return None
    host = match.group(1)
    if host.rpartition(".")[2].casefold() in FILE_ENDINGS or _SENTENCE_GLUE.search(host):
        return None
    if not public_suffix(host) or not check_domain(host).valid:
        return None
    return host.casefold(), int(match.group(2)) if match.group(2) else None


def find_domain(question: Question, email: str | None) -> tuple[str, int | None] | None:
    """The first domain of the question with its port; else the domain of ``email``; else None."""
    for token in question.tokens:
        if "@" in token.text:
            local, _, domain = token.text.rpartition("@")
            found = None if local else find_domain_in(domain)
        else:
            found = find_domain_in(token.text)
        if found:
            return found
    if email is None:
        return None
    report = check_domain(email.rpartition("@")[2])
    return (report.unicode, None) if report.valid and report.suffix else None
