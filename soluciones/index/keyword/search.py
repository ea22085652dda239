"""The keyword index of one generation, open for searching. Held in memory: its files may be deleted meanwhile."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import RamStorage
from whoosh.scoring import BM25F

from soluciones.index.keyword.analysis import clean
from soluciones.index.keyword.fields import (
    CHUNK_VIEW,
    FIELD_B,
    FIELD_BOOSTS,
    FIELDS,
    GUIDE_FIELD_BOOSTS,
    GUIDE_VIEW,
    K1,
    TERMS_FILE,
    WORDS_FILE,
)
from soluciones.index.keyword.plan import Alternative, Plan, Want, make_plan
from soluciones.index.keyword.synonyms import Thesaurus
from soluciones.index.keyword.typos import Speller, Word

Floats = NDArray[np.float32]
Postings = tuple[NDArray[np.int32], Floats]

MAX_QUERY_CHARS = 4_000
"""Text beyond this is not read: the API refuses longer questions, this keeps every other caller bounded too."""
POSTINGS_CACHE = 4096
"""Decoded posting lists kept in each view."""


class _Weighting(BM25F):  # type: ignore[misc]  # Whoosh is untyped to us
    """BM25F with one rarity for each term, whichever field it stands in: a word is not rare for being in no title."""

    def __init__(self, frequency: Mapping[str, int]) -> None:
        super().__init__(K1=K1, **{f"{name}_B": value for name, value in FIELD_B.items()})
        self._frequency = frequency

    def idf(self, searcher: Any, fieldname: str, text: str) -> float:
        return idf(searcher.doc_count_all(), self._frequency.get(text, 0))


def idf(documents: int, frequency: int) -> float:
    """Rarity of a term: 1 + ln(N / (n + 1)), as Whoosh has it, never below a small positive number."""
    return max(0.1, 1.0 + math.log(max(documents, 1) / (frequency + 1)))


class _View:
    """One Whoosh index with one searcher, opened once and kept."""

    def __init__(
        self, storage: RamStorage, name: str, frequency: Mapping[str, int], boosts: Mapping[str, float]
    ) -> None:
        self._searcher = storage.open_index(indexname=name).searcher(weighting=_Weighting(frequency))
        reader = self._searcher.reader()
        self.size = int(reader.doc_count_all())
        self.frequency = frequency
        self._boosts = boosts
        self._ordinals = np.zeros(self.size, dtype=np.int32)
        for document, stored in reader.iter_docs():
            self._ordinals[document] = stored["ordinal"]
        self._lock = threading.Lock()
        self._postings = lru_cache(maxsize=POSTINGS_CACHE)(self._read)

    def idf(self, term: str) -> float:
        return idf(self.size, self.frequency.get(term, 0))

    def _read(self, term: str) -> Postings:
        """Ordinals and BM25F scores of the documents that hold a term, over all fields."""
        total: dict[int, float] = {}
        if term in self.frequency:
            with self._lock:  # Whoosh's readers share file positions
                for name in FIELDS:
                    if (name, term) in self._searcher.reader():
                        self._add(total, name, term)
        documents = np.fromiter(total, dtype=np.int32, count=len(total))
        scores = np.fromiter(total.values(), dtype=np.float32, count=len(total))
        return self._ordinals[documents], scores

    def _add(self, total: dict[int, float], name: str, term: str) -> None:
        boost = self._boosts[name]
        matcher = self._searcher.postings(name, term)
        while matcher.is_active():
            document = matcher.id()
            total[document] = total.get(document, 0.0) + boost * matcher.score()
            matcher.next()

    def score(self, way: Alternative, ceiling: float) -> Floats:
        """Scores (size,) of one alternative; zero where any of its terms is missing.

        ``ceiling`` is the rarity of the word that was typed: a rare synonym counts no more than that word.
        """
        total = np.zeros(self.size, dtype=np.float32)
        hits = np.zeros(self.size, dtype=np.int16)
        for term in way.terms:
            ordinals, scores = self._postings(term)
            total[ordinals] += scores * np.float32(way.weight * min(1.0, ceiling / self.idf(term)))
            hits[ordinals] += 1
        total[hits < len(way.terms)] = 0.0
        return total


@dataclass(frozen=True, slots=True)
class Found:
    """What the keyword index says about one question. Arrays go by ordinal."""

    chunks: Floats
    """(chunks,) BM25F score of each chunk."""
    guides: Floats
    """(guides,) BM25F score of each whole guide."""
    wants: tuple[Want, ...]
    rarity: Floats
    """(wants,) idf of each want among guides; of an unknown one the highest there is."""
    credit: Floats
    """(wants, guides) how much of each want each guide holds, 0 to 1."""
    exact_chunks: Floats
    """(chunks,) idf-weighted share of the question's rare exact terms in each chunk; zeros if it has none."""
    exact_guides: Floats
    """(guides,) the same for whole guides."""
    suggestion: str
    expansions: tuple[tuple[str, str, str], ...]
    """(typed, looked up as, ``synonym`` or ``typo``) for each other word that was looked up."""

    @property
    def empty(self) -> bool:
        """Whether no word of the question stands in any guide."""
        return not any(want.known for want in self.wants)


class KeywordIndex:
    """Searches one generation's words. Thread-safe and immutable."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        glossary: Mapping[str, object],
        langs: frozenset[str],
        vocabulary: frozenset[str] = frozenset(),
    ) -> None:
        """Opens what ``write_keyword_index`` made.

        ``langs``: languages of the guides. ``vocabulary``: terms that are real words though no guide holds them.
        """
        storage = RamStorage()
        storage.files = dict(files)
        frequencies = json.loads(files[TERMS_FILE])
        words = {folded: Word(*entry) for folded, entry in json.loads(files[WORDS_FILE]).items()}
        self._chunks = _View(storage, CHUNK_VIEW, frequencies[CHUNK_VIEW], FIELD_BOOSTS)
        self._guides = _View(storage, GUIDE_VIEW, frequencies[GUIDE_VIEW], GUIDE_FIELD_BOOSTS)
        self._thesaurus = Thesaurus(glossary)
        self._speller = Speller(words)
        self._langs = langs
        self._vocabulary = vocabulary

    def plan(self, text: str, lang: str) -> Plan:
        """What would be looked up for a question."""
        return make_plan(
            clean(text[:MAX_QUERY_CHARS]),
            lang,
            frequency=self._frequency,
            thesaurus=self._thesaurus,
            speller=self._speller if lang in self._langs else None,
            vocabulary=self._vocabulary,
        )

    def search(self, text: str, lang: str = "es", rare_guides: int = 0) -> Found:
        """Scores every chunk and guide in one pass over the question's words; no text is ever an operator.

        ``rare_guides``: an exact term found in at most that many guides counts as rare.
        """
        plan = self.plan(text, lang)
        chunks = np.zeros(self._chunks.size, dtype=np.float32)
        guides = np.zeros(self._guides.size, dtype=np.float32)
        credit = np.zeros((len(plan.wants), self._guides.size), dtype=np.float32)
        exact_chunks, exact_guides, exact_total = np.zeros_like(chunks), np.zeros_like(guides), 0.0
        for row, want in enumerate(plan.wants):
            chunks += self._best(self._chunks, want)[0]
            best, credit[row] = self._best(self._guides, want)
            guides += best
            for leaf in want.leaves:
                weight = self._rare_exact(leaf, rare_guides)
                if weight:
                    exact_total += weight
                    exact_chunks += weight * (self._chunks.score(leaf.alternatives[0], math.inf) > 0)
                    exact_guides += weight * (self._guides.score(leaf.alternatives[0], math.inf) > 0)
        if exact_total:
            exact_chunks, exact_guides = exact_chunks / np.float32(exact_total), exact_guides / np.float32(exact_total)
        return Found(
            chunks=chunks,
            guides=guides,
            wants=plan.wants,
            rarity=np.array([self._rarity(want) for want in plan.wants], dtype=np.float32),
            credit=credit,
            exact_chunks=exact_chunks,
            exact_guides=exact_guides,
            suggestion=plan.suggestion,
            expansions=_expansions(plan),
        )

    def _frequency(self, term: str) -> int:
        return self._chunks.frequency.get(term, 0) + self._guides.frequency.get(term, 0)

    def _rarity(self, want: Want) -> float:
        """Rarity among guides: of a name that of its known words; of a word only synonyms know, the first synonym's."""
        own = [leaf.term for leaf in want.leaves if self._frequency(leaf.term)]
        if own:
            return sum(map(self._guides.idf, own))
        first = want.alternatives[0].terms if want.alternatives else ()
        return max(map(self._guides.idf, first), default=idf(self._guides.size, 0))

    def _rare_exact(self, want: Want, rare_guides: int) -> float:
        """Weight of a want that is a number, host or code which few guides hold, else 0."""
        if not (want.exact and want.alternatives and want.alternatives[0].origin == "exact"):
            return 0.0
        return self._rarity(want) if self._guides.frequency.get(want.term, 0) <= rare_guides else 0.0

    def _best(self, view: _View, want: Want) -> tuple[Floats, Floats]:
        """(score, credit) of the best alternative in each document; the words of a name together are one of them."""
        score = np.zeros(view.size, dtype=np.float32)
        credit = np.zeros(view.size, dtype=np.float32)
        for member in want.members:
            member_score, member_credit = self._best(view, member)
            score += member_score
            credit += member_credit / np.float32(len(want.members))
        own = [leaf.term for leaf in want.leaves if self._frequency(leaf.term)]
        ceiling = min(map(view.idf, own), default=math.inf)
        for way in want.alternatives:
            found = view.score(way, math.inf if way.origin == "exact" else ceiling)
            np.maximum(score, found, out=score)
            np.maximum(credit, np.where(found > 0, np.float32(way.credit), np.float32(0)), out=credit)
        return score, credit


def _expansions(plan: Plan) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (want.text, way.text, way.origin)
        for outer in plan.wants
        for want in (outer, *outer.members)
        for way in want.alternatives
        if way.origin in ("synonym", "typo")
    )
