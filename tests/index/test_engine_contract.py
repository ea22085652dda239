"""What every engine promises, whatever stands behind it. A new engine adds its fixture and inherits the class."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.types import Engine, Query, SearchResult
from tests.fake_embedder import FakeEmbedder
from tests.index.support import built, small_content

SIGNALS = {
    "agreement", "cosine", "cosine_best", "cosine_margin", "cosine_z", "coverage", "coverage_all", "coverage_best",
    "exact_missing", "faq_cosine", "faq_cosine_top", "foreign", "guide_margin", "guide_ratio", "guide_score", "lexical",
    "lexical_per_term", "out_of_scope", "overlap", "synonyms", "terms", "typos", "unknown",
}  # fmt: skip
OPERATORS = (
    "AND OR NOT",
    "*",
    "?",
    "~",
    ":",
    "(",
    '"',
    "puerto*",
    "puerto~9",
    "body:puerto AND (",
    "[a TO z]",
    "^^^",
    "\\",
)
CODE = ("' OR 1=1; DROP TABLE guides;--", "(a+)+$", "<script>x</script>", "../../etc/passwd", "{{7*7}}", "%s%n")
CHARACTERS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\x1b[31m",
    "\ud800",
    "🙂🙂🙂",
    "👩\u200d👧",
    "какой порт",
    "密码",
    "كلمة المرور",
    "ひらがな",
)
FLOODS = (
    "((((((((((" * 400,
    "ﷺ" * 50,
    "e\u0301" * 2_000,
    "a" * 4_000,
    "ß" * 4_000,
    "1." * 2_000,
    "-" * 4_000,
    "palabra " * 10_000,
    " ".join(f"palabra{number}" for number in range(10_000)),
    "contrasenia " * 500,
)
HOSTILE = OPERATORS + CODE + CHARACTERS + FLOODS


class EngineContract:
    """The promises. Subclasses give the fixtures ``engine`` (the small help centre) and ``embedder`` (its model)."""

    @pytest.mark.parametrize(
        ("question", "lang", "guide"),
        [
            ("¿Qué puerto uso para IMAP?", "es", "puertos"),
            ("cambiar contraseña", "es", "contrasena"),
            ("CAMBIAR CONTRASEÑA", "es", "contrasena"),
            ("5.7.26", "es", "errores"),
            ("how do I change my password", "en", "contrasena"),
            ("spf wix", "es", "spf"),
        ],
    )
    def test_finds_the_guide(self, engine: Engine, question: str, lang: str, guide: str) -> None:
        """The right guide comes first, among guides and among hits."""
        result = engine.search(Query(question, lang))
        assert result.guides[0][0] == guide
        assert result.hits[0].chunk.guide == guide

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    @pytest.mark.parametrize("lang", ["es", "de"])
    def test_hostile_text_is_only_text(self, engine: Engine, text: str, lang: str) -> None:
        """Operators, controls, other scripts, code and floods give a result that keeps every promise."""
        self.check(engine.search(Query(text, lang)), Query(text, lang))

    @given(st.text(max_size=100), st.sampled_from(["es", "fr", "?"]), st.integers(-1, 30))
    @settings(max_examples=150, deadline=None)
    def test_any_text_keeps_the_promises(self, engine: Engine, text: str, lang: str, limit: int) -> None:
        """No text and no limit makes a search fail or return something inconsistent."""
        query = Query(text, lang, limit=limit)
        self.check(engine.search(query), query)

    def check(self, result: SearchResult, query: Query) -> None:
        """The promises on a single result."""
        assert len(result.hits) <= max(0, query.limit)
        scores = [hit.score for hit in result.hits]
        assert all(np.isfinite(score) for score in scores)
        assert all(better >= worse - 1e-9 for better, worse in pairwise(scores))
        for hit in result.hits:
            assert abs(sum(hit.parts.values()) - hit.score) < 1e-6
            assert hit.chunk.kind != "faq"
            assert hit.chunk.audience == "visitor"
        ranked = [score for _, score in result.guides]
        assert ranked == sorted(ranked, reverse=True)
        if result.hits:
            assert set(result.signals) == SIGNALS
            assert result.guides[0][0] == result.hits[0].chunk.guide
            assert abs(result.guides[0][1] - result.hits[0].score) < 1e-6
        assert all(np.isfinite(value) for value in result.signals.values())

    def test_nothing_but_signs_finds_nothing(self, engine: Engine) -> None:
        """A text without a letter or digit has no hits and costs no encoding."""
        assert engine.search(Query("¿?!… 🙂")).hits == ()

    def test_internal_guides_are_for_agents(self, engine: Engine) -> None:
        """A visitor never sees an internal guide; an agent does."""
        question = "restaurar buzones borrados procedimiento interno"
        visitor = engine.search(Query(question, limit=100))
        assert "interno" not in {guide for guide, _ in visitor.guides} | {hit.chunk.guide for hit in visitor.hits}
        assert engine.search(Query(question, audience="agent")).hits[0].chunk.guide == "interno"

    def test_filters_hold(self, engine: Engine) -> None:
        """Product and type bound what is found."""
        reference = engine.search(Query("contraseña", type="reference"))
        assert {guide for guide, _ in reference.guides} <= {"puertos"}
        product = engine.search(Query("contraseña", products=("dominio",), limit=50))
        assert {guide for guide, _ in product.guides} == {"spf", "copias", "errores"}
        assert engine.search(Query("contraseña", type="tutorial")).hits == ()

    def test_guides_by_id_and_alias(self, engine: Engine) -> None:
        """A guide is found by its id and its old id; an unknown one is None."""
        guide = engine.guide("puertos")
        assert guide is not None
        assert engine.guide("ports-viejo") is guide
        assert engine.guide("nada") is None

    def test_a_given_vector_is_used_instead_of_encoding(self, engine: Engine, embedder: FakeEmbedder) -> None:
        """A question that brings its vector is not encoded again; one that brings none is encoded once."""
        vector = embedder.encode_queries(["¿Qué puerto uso para IMAP?"])[0]
        before = len(embedder.encoded)
        given = engine.search(Query("¿Qué puerto uso para IMAP?", vector=vector))
        assert len(embedder.encoded) == before
        own = engine.search(Query("¿Qué puerto uso para IMAP?"))
        assert len(embedder.encoded) == before + 1
        assert own.vector is not None and np.allclose(own.vector, vector)
        assert [hit.chunk.id for hit in own.hits] == [hit.chunk.id for hit in given.hits]

    @pytest.mark.parametrize(
        "vector", [np.ones(3, np.float32), np.full(64, np.nan, np.float32), np.ones((2, 64), np.float32)]
    )
    def test_a_wrong_vector_is_ignored(self, engine: Engine, vector: np.ndarray) -> None:
        """A vector of another model or without numbers leaves the keywords to answer."""
        result = engine.search(Query("puerto 993", vector=vector))
        assert result.vector is None
        assert result.hits[0].chunk.guide == "puertos"

    def test_misspelt_words_are_found_and_mended(self, engine: Engine) -> None:
        """A slip leads to the guide and to a suggestion in the visitor's own wording."""
        result = engine.search(Query("cambiar la contrasenia"))
        assert result.hits[0].chunk.guide == "contrasena"
        assert result.suggestion == "cambiar la contraseña"

    def test_the_page_being_read_helps(self, engine: Engine) -> None:
        """The visitor's page gains a little and is not forced to the top."""

        def score(page: str) -> float:
            return dict(engine.search(Query("campo", page=page)).guides)["copias"]

        assert score("copias") > score("")
        assert engine.search(Query("cambiar contraseña", page="spf")).guides[0][0] == "contrasena"

    def test_answers_are_the_same_every_time(self, engine: Engine) -> None:
        """Threads that ask the same get the same."""
        questions = ["puerto imap", "contraseña", "error 550", "registro spf"] * 10
        alone = [[(hit.chunk.id, hit.score) for hit in engine.search(Query(q)).hits] for q in questions]
        with ThreadPoolExecutor(8) as pool:
            together = list(
                pool.map(lambda q: [(h.chunk.id, h.score) for h in engine.search(Query(q)).hits], questions)
            )
        assert alone == together

    def test_signals_tell_a_good_answer_from_none(self, engine: Engine) -> None:
        """A question the guides answer covers its words and agrees; an alien one does neither."""
        good = engine.search(Query("¿Qué puerto uso para recibir por IMAP?")).signals
        alien = engine.search(Query("¿Cuál es la capital de Francia?")).signals
        assert good["coverage_all"] > 0.5 > alien["coverage_all"]
        assert good["cosine"] > alien["cosine"]
        assert alien["unknown"] > good["unknown"]
        assert alien["out_of_scope"] > 0.99 > good["out_of_scope"]
        assert engine.search(Query("puerto 466")).signals["exact_missing"] == 1


class TestEmbeddedEngine(EngineContract):
    """The default engine."""

    @pytest.fixture(scope="class")
    @classmethod
    def embedder(cls) -> FakeEmbedder:
        """The model of the engine."""
        return FakeEmbedder()

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, tmp_path_factory: pytest.TempPathFactory, embedder: FakeEmbedder) -> Engine:
        """The small help centre, built and opened."""
        folder: Path = tmp_path_factory.mktemp("engine")
        store, _ = built(folder / "index", small_content(folder / "content"), embedder)
        return store.snapshot().engine


def test_stored_vectors_are_those_of_the_model(tmp_path: Path) -> None:
    """Listed questions, intent examples and unanswerable questions keep their query-side vectors."""
    embedder = FakeEmbedder()
    store, _ = built(tmp_path / "index", small_content(tmp_path / "content"), embedder)
    snapshot = store.snapshot()
    texts = [
        "¿Qué es el campo CCI?",
        "quiero renovar mi secreto",
        "renew my secret",
        "cambiar la bombilla",
        "¿Cuál es la capital de Francia?",
    ]
    for text in texts:
        vector = snapshot.query_vector(text)
        assert vector is not None, text
        assert np.allclose(vector, embedder.encode_queries([text])[0])
    assert snapshot.query_vector("otra cosa") is None
