"""What a request holds on to: one generation, whole and in memory, from its first line to its last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from soluciones.index.embedded import EmbeddedEngine, Encode
from soluciones.index.keyword.analysis import terms
from soluciones.index.keyword.search import KeywordIndex
from soluciones.index.ranking.order import Corpus
from soluciones.index.ranking.vectors import VectorIndex
from soluciones.index.store.generation import Generation
from soluciones.index.store.records import Records
from soluciones.index.types import Embedder, Vectors
from soluciones.kb.types import LANGUAGES, Chunk, Content, Guide

OpenEmbedder = Callable[[], Embedder]
"""Gives the embedder; called at the first question that needs it, not before."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation as it is served. Stays usable when its folder is gone."""

    id: str
    created: datetime
    model: str
    """Fingerprint of the embedder that made the vectors."""
    counts: Mapping[str, int]
    """``guides``, ``chunks``, ``passages``, ``queries``."""
    guides: Mapping[str, Guide]
    """By id, in the order of the content folder."""
    aliases: Mapping[str, str]
    """Old guide id → id."""
    chunks: tuple[Chunk, ...]
    content: Content
    engine: EmbeddedEngine

    def query_vector(self, text: str) -> Vectors | None:
        """Unit vector (dim,) of a listed question, intent example or known unanswerable question; else None."""
        return None if self.engine.vectors is None else self.engine.vectors.query_vector(text)


def open_snapshot(generation: Generation, embedder: OpenEmbedder | None, report: Callable[[str], None]) -> Snapshot:
    """Opens a generation for searching; ``report`` is told when its vectors cannot be used."""
    manifest, records = generation.manifest, generation.records
    content = records.content
    aliases = {alias: guide.id for guide in content.guides for alias in guide.aliases}
    return Snapshot(
        id=manifest.id,
        created=manifest.created,
        model=manifest.model,
        counts=MappingProxyType(dict(manifest.counts)),
        guides=MappingProxyType({guide.id: guide for guide in content.guides}),
        aliases=MappingProxyType(aliases),
        chunks=records.chunks,
        content=content,
        engine=_engine(manifest.id, records, aliases, _encoder(embedder, manifest.model, report)),
    )


def _engine(generation: str, records: Records, aliases: Mapping[str, str], encode: Encode) -> EmbeddedEngine:
    content = records.content
    langs = frozenset(guide.lang for guide in content.guides)
    vocabulary = frozenset(term for text, lang in known_sentences(content) for term in terms(text, lang))
    faq = {ordinal: chunk.text for ordinal, chunk in enumerate(records.chunks) if chunk.kind == "faq"}
    return EmbeddedEngine(
        generation,
        Corpus(content.guides, records.chunks),
        KeywordIndex(records.keyword, content.glossary, langs, vocabulary),
        VectorIndex(records.passages, records.passage_rows, records.queries, records.query_texts, faq)
        if len(records.passages)
        else None,
        encode,
        aliases,
        out_of_scope=[text for text, _ in out_of_scope(content)],
    )


def known_sentences(content: Content) -> Iterator[tuple[str, str]]:
    """(text, language) of every sentence that intents and the site list: their words are real words."""
    for intent in content.intents:
        examples = intent.get("examples")
        if isinstance(examples, Mapping):
            for lang, texts in examples.items():
                yield from ((str(text), str(lang)) for text in texts)
        for key in ("negatives", "not"):
            negatives = intent.get(key)
            if isinstance(negatives, list | tuple):
                yield from ((str(text), LANGUAGES[0]) for text in negatives)
    yield from out_of_scope(content)


def out_of_scope(content: Content) -> Iterator[tuple[str, str]]:
    """(question, language) of the known questions that no guide answers."""
    listed = content.site.get("out_of_scope")
    if isinstance(listed, Mapping):
        for lang, texts in listed.items():
            yield from ((str(text), str(lang)) for text in texts)


def _encoder(embedder: OpenEmbedder | None, model: str, report: Callable[[str], None]) -> Encode:
    """Encodes questions with the model that made the vectors, and with no other."""
    if embedder is None:
        return lambda text: None
    lock = threading.Lock()
    opened: list[Embedder | None] = []

    def ready() -> Embedder | None:
        with lock:
            if not opened:
                found = embedder()
                if found.fingerprint != model:
                    report(
                        f"the index was built with model {model} but {found.fingerprint} is set: "
                        "only keywords are searched until the index is built again"
                    )
                opened.append(found if found.fingerprint == model else None)
            return opened[0]

    def encode(text: str) -> Vectors | None:
        current = ready()
        return None if current is None else current.encode_queries([text])[0]

    return encode
