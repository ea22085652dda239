"""Finds «Para: … CC: … CCO: …» in a pasted text, in five languages, and lines that name no recipient (De, Asunto…)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from soluciones.answer.slots.fold import fold

Box = Literal["to", "cc", "bcc"]
MAX_LABELS = 200
"""A pasted message has three or four; what comes after so many stays in the last box."""
BOXES: tuple[Box, ...] = ("to", "cc", "bcc")
Kind = Literal["", "to", "cc", "bcc", "from", "skip"]

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("bcc", "cco|cci|bcc|ccn|copia oculta|con copia oculta|copia carbon oculta|en copia oculta|blind copy"),
    (
        "bcc",
        "blind carbon copy|copie cachee|copie carbone invisible|blindkopie|copia nascosta",
    ),
    ("bcc", "copia conoscenza nascosta"),
    ("cc", "cc|con copia|copia|copia carbon|en copia|copie|copie carbone|kopie|carbon copy|copia conoscenza|c.c."),
    ("to", "para|to|pour|destinatario|destinatarios|destinataire|destinataires|empfanger|destinatari|recipients"),
)
_LINE_START: tuple[tuple[Kind, str], ...] = (
    ("to", "a|an|per"),
    ("from", "de|from|von|da|remitente|expediteur|absender|mittente"),
    ("skip", "asunto|subject|objet|betreff|oggetto|fecha|date|datum|data|enviado|enviado el|sent|envoye|gesendet"),
    ("skip", "inviato|reply-to|responder a|repondre a|antwort an|rispondi a|message-id|x-mailer"),
)
"""Words that are a label only at the start of a line: anywhere else «a:» and «de:» are ordinary text."""


def _table(words: tuple[tuple[Kind, str], ...]) -> dict[str, Kind]:
    return {word: kind for kind, line in words for word in line.split("|")}


_ANYWHERE = _table(_WORDS)
_AT_START = _ANYWHERE | _table(_LINE_START)


def _either(words: dict[str, Kind]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LABEL = re.compile(
    rf"(?:(?:^|\n)[ \t>*•-]{{0,8}}(?P<start>{_either(_AT_START)})[*_]{{0,2}}"
    rf"|(?<![\w@.+\"'-])(?P<inside>{_either(_ANYWHERE)}))[ \t]{{0,4}}:"
)
"""Bounded everywhere; runs over the folded text, which is as long as the text itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the text that belongs to one box."""

    kind: Kind
    text: str


def split_labels(text: str) -> Iterator[Part]:
    """The text cut at its first labels, in order; ``from`` and ``skip`` reach to the end of their line.

    Args:
        text: composed (NFC), with line feeds as line ends.
    """
    kind: Kind = ""
    start = 0
    for match in islice(_LABEL.finditer(fold(text)), MAX_LABELS):
        yield from _parts(kind, text[start : match.start()])
        word = match.group("start")
        kind = _AT_START[word] if word else _ANYWHERE[match.group("inside")]
        start = match.end()
    yield from _parts(kind, text[start:])


def _parts(kind: Kind, text: str) -> Iterator[Part]:
    if kind not in ("from", "skip"):
        yield Part(kind, text)
        return
    line, _, rest = text.partition("\n")
    yield Part(kind, line)
    yield Part("", rest)
