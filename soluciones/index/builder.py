"""Building a generation: chunks, vectors (only for texts not seen before), keywords, one swap."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from soluciones.index.keyword.analysis import ANALYSIS_VERSION
from soluciones.index.keyword.fields import write_keyword_index
from soluciones.index.store.errors import DamagedGeneration, StoreError
from soluciones.index.store.generation import Generation, publish, read_generation
from soluciones.index.store.lock import builder_lock
from soluciones.index.store.manifest import SCHEMA_VERSION, Manifest
from soluciones.index.store.records import Records, dump_chunks, dump_content, dump_guides
from soluciones.index.store.snapshot import known_sentences
from soluciones.index.store.store import Store
from soluciones.index.types import Embedder, Vectors
from soluciones.kb.chunker import chunk_guides, context_text
from soluciones.kb.types import Chunk, Content

BUILD_VERSION = 1
"""Raise when the same content would give another index, e.g. other keyword fields."""
BATCH = 32
"""Texts encoded at a time: enough to keep two cores busy, few enough for smooth progress."""

Stage = Literal["chunk", "encode", "keyword", "write", "done"]


@dataclass(frozen=True, slots=True)
class BuildEvent:
    """How far a build has come."""

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    generation: str
    """Id of the generation that serves now."""
    unchanged: bool
    """Nothing had changed; no generation was made."""
    guides: int
    chunks: int
    encoded: int
    """Texts given to the embedding model."""
    reused: int
    """Texts whose vectors came from an earlier generation."""
    pruned: tuple[str, ...]
    """Old generations deleted."""
    seconds: float


Progress = Callable[[BuildEvent], None]


def build(
    content: Content,
    embedder: Embedder,
    store: Store,
    progress: Progress = lambda event: None,
    force: bool = False,
) -> BuildReport:
    """Builds a generation from a content folder and lets it serve.

    With ``force`` a generation is made even if nothing has changed. Whatever goes wrong, or if the process is killed,
    the old generation goes on serving.

    Raises:
        BuilderBusy: another build is running.
        StoreError: the folder cannot be written, e.g. the disk is full.
    """
    started = time.monotonic()
    try:
        with builder_lock(store.layout.root):
            store.layout.sweep()
            report = _build(content, embedder, store, progress, force)
    except OSError as error:
        raise StoreError(
            f"the index in {store.layout.root} cannot be written: {error}. "
            "The previous index goes on serving; make room or correct the rights and run the build again."
        ) from error
    progress(BuildEvent("done", 1, 1))
    return replace(report, seconds=time.monotonic() - started)


def _build(content: Content, embedder: Embedder, store: Store, progress: Progress, force: bool) -> BuildReport:
    total = len(content.guides)
    progress(BuildEvent("chunk", 0, total))
    chunks = chunk_guides(content.guides, embedder.count_tokens, embedder.max_tokens)
    progress(BuildEvent("chunk", total, total))
    digest = content_hash(content, chunks, embedder.fingerprint)

    previous = _newest(store)
    serving = store.layout.current_id()
    report = BuildReport(serving, True, total, len(chunks), encoded=0, reused=0, pruned=(), seconds=0.0)
    if previous is not None and not force and _same(previous.manifest, serving, digest):
        return report

    vectors = _Vectors(embedder, previous, progress)
    records = _records(content, chunks, vectors, progress)
    counts = {
        "guides": total,
        "chunks": len(chunks),
        "passages": len(records.passages),
        "queries": len(records.query_texts),
    }
    manifest = publish(
        store.layout,
        records,
        digest,
        embedder.fingerprint,
        counts,
        lambda done, files: progress(BuildEvent("write", done, files)),
    )
    return replace(
        report,
        generation=manifest.id,
        unchanged=False,
        encoded=vectors.encoded,
        reused=vectors.reused,
        pruned=store.layout.prune(),
    )


def content_hash(content: Content, chunks: Sequence[Chunk], model: str) -> str:
    """SHA-256 over everything an index is made from, the code's own versions included."""
    digest = hashlib.sha256(f"{SCHEMA_VERSION}.{ANALYSIS_VERSION}.{BUILD_VERSION}\0{model}".encode())
    for part in (dump_content(content), dump_guides(content.guides), dump_chunks(tuple(chunks))):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def query_side_texts(content: Content, chunks: Sequence[Chunk]) -> tuple[str, ...]:
    """Everything that is compared with a question as a question: listed questions, intents, known unanswerable ones."""
    listed = (chunk.text for chunk in chunks if chunk.kind == "faq")
    asked = (question for guide in content.guides for question in guide.questions)
    return tuple(dict.fromkeys((*listed, *asked, *(text for text, _ in known_sentences(content)))))


def _same(manifest: Manifest, serving: str, digest: str) -> bool:
    return manifest.id == serving and manifest.content_hash == digest


def _newest(store: Store) -> Generation | None:
    """The current generation if it is whole, else the newest whole one."""
    current = store.layout.current_id()
    for generation in dict.fromkeys([current, *store.layout.ids()] if current else store.layout.ids()):
        try:
            return read_generation(store.layout, generation)
        except DamagedGeneration:
            continue
    return None


def _records(content: Content, chunks: tuple[Chunk, ...], vectors: _Vectors, progress: Progress) -> Records:
    texts = [context_text(chunk.path, chunk.text) for chunk in chunks if chunk.kind != "faq"]
    unique = list(dict.fromkeys(texts))
    row = {text: number for number, text in enumerate(unique)}
    rows = [-1 if chunk.kind == "faq" else row[context_text(chunk.path, chunk.text)] for chunk in chunks]
    questions = query_side_texts(content, chunks)
    vectors.expect(unique, questions)
    passages = vectors.passages(unique)
    queries = vectors.queries(questions)
    progress(BuildEvent("keyword", 0, 1))
    keyword = write_keyword_index(content.guides, chunks)
    progress(BuildEvent("keyword", 1, 1))
    return Records(
        content=content,
        chunks=chunks,
        passages=passages,
        passage_texts=tuple(map(_digest, unique)),
        passage_rows=np.array(rows, dtype=np.int32),
        queries=queries,
        query_texts=questions,
        keyword=keyword,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class _Vectors:
    """Vectors of texts: taken from an earlier generation of the same model, else encoded."""

    def __init__(self, embedder: Embedder, previous: Generation | None, progress: Progress) -> None:
        self._embedder = embedder
        self._progress = progress
        self._known_passages: Mapping[str, Vectors] = {}
        self._known_queries: Mapping[str, Vectors] = {}
        if previous is not None and previous.manifest.model == embedder.fingerprint:
            old = previous.records
            self._known_passages = dict(zip(old.passage_texts, old.passages, strict=True))
            self._known_queries = dict(zip(old.query_texts, old.queries, strict=True))
        self.encoded = 0
        self.reused = 0
        self._total = 0

    def expect(self, passages: Sequence[str], queries: Sequence[str]) -> None:
        """Counts what has to be encoded, for the progress."""
        new_passages = sum(_digest(text) not in self._known_passages for text in passages)
        self._total = new_passages + sum(text not in self._known_queries for text in queries)
        self._progress(BuildEvent("encode", 0, self._total))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) vectors of passages."""
        return self._fill(texts, [self._known_passages.get(_digest(text)) for text in texts], True)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) vectors of query-side texts."""
        return self._fill(texts, [self._known_queries.get(text) for text in texts], False)

    def _fill(self, texts: Sequence[str], known: Sequence[Vectors | None], passages: bool) -> Vectors:
        result = np.zeros((len(texts), self._embedder.dim), dtype=np.float32)
        missing = []
        for row, vector in enumerate(known):
            if vector is None:
                missing.append(row)
            else:
                result[row] = vector
        self.reused += len(texts) - len(missing)
        missing.sort(key=lambda row: len(texts[row]))  # texts of one length share a batch: less padding to compute
        encode = self._embedder.encode_passages if passages else self._embedder.encode_queries
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            result[batch] = encode([texts[row] for row in batch])
            self.encoded += len(batch)
            self._progress(BuildEvent("encode", self.encoded, self._total))
        return result
