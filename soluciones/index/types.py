"""The words of the index: what is asked of it and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from soluciones.kb.types import Audience, Chunk, Guide

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Anything that turns text into unit vectors. Prompts (``query: ``, ``passage: ``) are its own affair."""

    fingerprint: str
    """Changes whenever the vectors would change; vectors are reused only under the same fingerprint."""
    dim: int
    max_tokens: int

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """N strings → float32 (n, dim), L2-normalised."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """N strings → float32 (n, dim), L2-normalised."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text`` with special tokens, without truncation."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """One question as the index sees it."""

    text: str
    lang: str = "es"
    """Language of the question, one of ``kb.types.LANGUAGES``."""
    products: tuple[str, ...] = ()
    type: str = ""
    """Only guides of this type; empty for all."""
    page: str = ""
    """Guide id that the visitor is looking at; empty if none."""
    audience: Audience = "visitor"
    """``agent`` also sees internal guides. Filtered before ranking."""
    limit: int = 10
    per_guide: int = 5
    """At most this many passages of one guide: a list of results should show several guides."""
    vector: Vectors | None = None
    """Unit vector (dim,) of the question if it has been encoded already: one question, one encoding."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk with its score and the parts of that score."""

    chunk: Chunk
    score: float
    parts: Mapping[str, float]
    """Named parts; they sum to ``score``."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What one search found."""

    hits: tuple[Hit, ...]
    """Best first; at most ``Query.limit``."""
    guides: tuple[tuple[str, float], ...]
    """Guide ids with their scores, best first: a guide's score is not only that of its best chunk."""
    signals: Mapping[str, float]
    """Evidence for confidence: e.g. centred cosine of the best hit, share of query terms found, margins."""
    generation: str
    suggestion: str = ""
    """«¿Quiso decir…?»: the question with misspelt words corrected from the index's own words; empty if none."""
    vector: Vectors | None = None
    """The question's unit vector, for intents."""


class Engine(Protocol):
    """Behind this one door stand the embedded index (default) and later others; one contract test class for all."""

    generation: str

    def search(self, query: Query) -> SearchResult: ...

    def guide(self, guide_id: str) -> Guide | None:
        """The guide of that id or alias, as built into this generation."""
        ...
