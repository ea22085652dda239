"""What is written into Whoosh: two views of the guides, one by chunk and one by whole guide."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from whoosh import fields
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.filedb.filestore import RamStorage

from soluciones.index.keyword.analysis import Token, analyse, clean
from soluciones.kb.types import Chunk, Guide

FIELDS = ("title", "headings", "questions", "body")

FIELD_BOOSTS = MappingProxyType({"title": 2.0, "headings": 1.5, "questions": 1.5, "body": 1.0})
"""Weight of each field in the chunk view: a heading says what the passage is about."""
GUIDE_FIELD_BOOSTS = MappingProxyType({"title": 4.0, "headings": 1.5, "questions": 3.0, "body": 1.0})
"""In the whole-guide view titles and questions weigh most: the trial of issue 6 gained 0.01 nDCG by a heavy title."""
FIELD_B = MappingProxyType({"title": 0.3, "headings": 0.3, "questions": 0.2, "body": 0.75})
"""BM25 length normalisation (0 none, 1 full): a long title is no longer about less, a long body is."""
K1 = 1.2
"""BM25 saturation, the usual value."""

CHUNK_VIEW = "chunks"
GUIDE_VIEW = "guides"
TERMS_FILE = "terms.json"
WORDS_FILE = "words.json"


@dataclass(frozen=True, slots=True)
class _Document:
    ordinal: int
    guide: str
    texts: tuple[tuple[str, str], ...]
    """(field, text) pairs; a field may come more than once."""
    lang: str


def write_keyword_index(guides: Sequence[Guide], chunks: Sequence[Chunk]) -> dict[str, bytes]:
    """The whole keyword index as files (name → bytes); ordinals are the positions in ``guides`` and ``chunks``."""
    storage = RamStorage()
    by_id = {guide.id: guide for guide in guides}
    words: Counter[tuple[str, str]] = Counter()
    by_chunk = (_chunk(ordinal, chunk, by_id[chunk.guide]) for ordinal, chunk in enumerate(chunks))
    by_guide = (_guide(ordinal, guide) for ordinal, guide in enumerate(guides))
    frequencies = {
        CHUNK_VIEW: _write_view(storage, CHUNK_VIEW, by_chunk, None),
        GUIDE_VIEW: _write_view(storage, GUIDE_VIEW, by_guide, words),
    }
    files = {name: bytes(data) for name, data in storage.files.items()}
    files[TERMS_FILE] = json.dumps(frequencies, ensure_ascii=False, sort_keys=True).encode()
    files[WORDS_FILE] = json.dumps(_vocabulary(words), ensure_ascii=False, sort_keys=True).encode()
    return files


def _chunk(ordinal: int, chunk: Chunk, guide: Guide) -> _Document:
    if chunk.kind == "faq":
        # A question stands for itself: with its guide's title it would look like every other one of that guide.
        return _Document(ordinal, guide.id, (("questions", chunk.text),), chunk.lang)
    texts = (("title", guide.title), *(("headings", heading) for heading in chunk.path[1:]), ("body", chunk.text))
    return _Document(ordinal, guide.id, texts, chunk.lang)


def _guide(ordinal: int, guide: Guide) -> _Document:
    texts = [("title", guide.title), ("body", guide.summary)]
    texts += [("questions", question) for question in guide.questions]
    for section in guide.sections:
        if section.anchor:
            texts.append(("headings", section.title))
        texts += [("body", block.text) for block in section.blocks]
    return _Document(ordinal, guide.id, tuple(texts), guide.lang)


def _schema() -> fields.Schema:
    # Terms come analysed, joined by spaces; positions are not kept because nothing asks for phrases.
    text = {name: fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False) for name in FIELDS}
    return fields.Schema(ordinal=fields.STORED, guide=fields.STORED, **text)


def _write_view(
    storage: RamStorage, view: str, documents: Iterable[_Document], words: Counter[tuple[str, str]] | None
) -> dict[str, int]:
    """Writes one Whoosh index in one segment; returns in how many documents each term stands."""
    writer = storage.create_index(_schema(), indexname=view).writer()
    frequency: Counter[str] = Counter()
    for document in documents:
        row: dict[str, list[str]] = {}
        for name, text in document.texts:
            tokens = analyse(clean(text), document.lang)
            row.setdefault(name, []).extend(term for token in tokens for term in token.terms)
            if words is not None:
                words.update(_spellings(tokens))
        frequency.update(set().union(*row.values()))
        texts = {name: " ".join(found) for name, found in row.items() if found}
        writer.add_document(ordinal=document.ordinal, guide=document.guide, **texts)
    writer.commit(optimize=True)
    return dict(frequency)


def _spellings(tokens: Iterable[Token]) -> Iterable[tuple[str, str]]:
    return ((token.folded, token.surface.lower()) for token in tokens if not token.exact and token.folded.isalpha())


def _vocabulary(words: Counter[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """Folded word → its commonest spelling and its count over all spellings."""
    result: dict[str, tuple[str, int]] = {}
    best: dict[str, int] = {}
    for (folded, spelling), count in sorted(words.items()):
        display, total = result.get(folded, ("", 0))
        if count > best.get(folded, 0):
            best[folded], display = count, spelling
        result[folded] = (display, total + count)
    return result
