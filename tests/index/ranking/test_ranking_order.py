"""Why one passage comes before another, one reason at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.ranking import constants as c
from soluciones.index.ranking.order import Corpus, Evidence, Ranking, rank
from soluciones.index.types import Query
from soluciones.kb.types import Chunk, ChunkKind, Guide, Span

SPAN = Span(1, 1, 0, 1)
PINNED = {
    "SEMANTIC_SHARE": 0.5,
    "SEMANTIC_SHARE_FOREIGN": 0.85,
    "SECOND_PASSAGE": 0.25,
    "WHOLE_GUIDE": 0.25,
    "FAQ_LEXICAL": 0.1,
    "FAQ_SEMANTIC": 0.6,
    "FAQ_FLOOR": 0.45,
    "PAGE_BOOST": 0.05,
    "SAME_LANGUAGE": 0.1,
    "EXACT_TERM": 0.15,
}
Shape = Sequence[tuple[str, ChunkKind]]
TWO_GUIDES: Shape = (("a", "prose"), ("a", "prose"), ("a", "faq"), ("b", "prose"), ("b", "prose"), ("b", "faq"))


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixed weights: tuning them on questions must not change what each part is for."""
    for name, value in PINNED.items():
        monkeypatch.setattr(c, name, value)


def guide(name: str, **more: Any) -> Guide:
    """A guide without text."""
    fields: dict[str, Any] = {"lang": "es", "type": "how-to"} | more
    return Guide(id=name, title=name, summary="", path="", source="", sections=(), **fields)


def chunk(number: int, of: Guide, kind: ChunkKind = "prose", **more: Any) -> Chunk:
    """A chunk of a guide."""
    return Chunk(f"{of.id}#{number}", of.id, of.lang, "", (of.id,), kind, "x", "", SPAN, **more)


def corpus(shape: Shape = TWO_GUIDES) -> Corpus:
    """Guides and chunks of a given shape."""
    guides = {name: guide(name) for name, _ in shape}
    return Corpus(list(guides.values()), [chunk(i, guides[name], kind) for i, (name, kind) in enumerate(shape)])


def evidence(of: Corpus, **given: Any) -> Evidence:
    """Evidence of which only some is given; the rest is nothing found."""
    chunks, guides = len(of.chunks), len(of.guides)
    values: dict[str, Any] = {
        "allowed": np.ones(chunks, dtype=bool),
        "lexical": np.zeros(chunks),
        "lexical_guides": np.zeros(guides),
        "exact_chunks": np.zeros(chunks),
        "exact_guides": np.zeros(guides),
        "cosine": np.zeros(chunks),
    } | given
    arrays = {name: None if v is None else np.asarray(v, dtype=bool if name == "allowed" else np.float32)
              for name, v in values.items()}  # fmt: skip
    return Evidence(**arrays)


def order(ranking: Ranking, of: Corpus) -> list[str]:
    """Guides of the ranked chunks."""
    return [of.chunks[number].guide for number in ranking.order]


@pytest.mark.usefixtures("pinned")
def test_the_better_passage_of_either_retriever_comes_first() -> None:
    """Keywords alone decide where meanings are level, and meaning where words are."""
    small = corpus()
    assert rank(small, evidence(small, lexical=[0, 0, 0, 0, 5, 0]), Query("x")).order[0] == 4
    assert rank(small, evidence(small, cosine=[0, 0, 0, 0.3, 0, 0]), Query("x")).order[0] == 3


@pytest.mark.usefixtures("pinned")
def test_scores_are_fused_and_not_ranks() -> None:
    """A clear keyword winner beats a passage that is first by meaning only by a hair."""
    small = corpus()
    found = evidence(small, lexical=[10, 1, 0, 1, 1, 0], cosine=[0.50, 0, 0, 0.52, 0, 0])
    assert rank(small, found, Query("x")).order[0] == 0


@pytest.mark.usefixtures("pinned")
def test_listed_questions_lift_their_guide_and_are_not_shown() -> None:
    """A near-identical listed question puts its guide first; the question itself is no hit."""
    small = corpus()
    found = evidence(small, lexical=[5, 0, 0, 4, 0, 0], cosine=[0.4, 0, 0.1, 0.4, 0, 0.97])
    ranking = rank(small, found, Query("x"))
    assert order(ranking, small)[0] == "b"
    assert not any(small.faq[number] for number in ranking.order)


@pytest.mark.usefixtures("pinned")
def test_a_second_good_passage_speaks_for_its_guide() -> None:
    """Of two guides with equal best passages the one with the better second passage leads."""
    small = corpus()
    assert order(rank(small, evidence(small, lexical=[5, 0, 0, 5, 4, 0]), Query("x")), small)[0] == "b"


@pytest.mark.usefixtures("pinned")
def test_the_guide_as_a_whole_counts() -> None:
    """Of equal passages the one whose whole guide matches better leads."""
    small = corpus()
    assert (
        order(rank(small, evidence(small, lexical=[5, 0, 0, 5, 0, 0], lexical_guides=[1, 4]), Query("x")), small)[0]
        == "b"
    )


@pytest.mark.usefixtures("pinned")
def test_foreign_questions_lean_on_meaning() -> None:
    """The same evidence is decided by words for a Spanish question and by meaning for a German one."""
    small = corpus()
    found = evidence(small, lexical=[5, 0, 0, 1, 0, 0], cosine=[0.2, 0, 0, 0.4, 0, 0])
    assert order(rank(small, found, Query("x", lang="es")), small)[0] == "a"
    german = rank(small, found, Query("x", lang="de"))
    assert order(german, small)[0] == "b"
    assert german.foreign


@pytest.mark.usefixtures("pinned")
def test_the_page_being_read_breaks_ties_only() -> None:
    """The visitor's page leads among equals and yields to a clearly better guide."""
    small = corpus()
    level = evidence(small, lexical=[5, 0, 0, 5, 0, 0])
    assert order(rank(small, level, Query("x", page="b")), small)[0] == "b"
    assert order(rank(small, level, Query("x", page="a")), small)[0] == "a"
    clear = evidence(small, lexical=[5, 0, 0, 3, 0, 0], cosine=[0.5, 0, 0, 0.1, 0, 0])
    assert order(rank(small, clear, Query("x", page="b")), small)[0] == "a"


@pytest.mark.usefixtures("pinned")
def test_a_rare_exact_term_is_not_outranked_by_a_vector() -> None:
    """A passage with the asked code leads although another passage is nearer by meaning and by its listed question."""
    small = corpus()
    found = evidence(
        small, lexical=[2, 0, 0, 0, 0, 0], exact_chunks=[1, 0, 0, 0, 0, 0], exact_guides=[1, 0],
        cosine=[0.0, 0.1, 0, 0.9, 0.8, 0.99],
    )  # fmt: skip
    with_guard = rank(small, found, Query("x", lang="fr"))
    assert order(with_guard, small)[0] == "a"
    assert with_guard.parts["guard"].min() < 0
    without = rank(small, evidence(small, lexical=[2, 0, 0, 0, 0, 0], cosine=found.cosine), Query("x", lang="fr"))
    assert order(without, small)[0] == "b"


@pytest.mark.usefixtures("pinned")
def test_passages_in_the_visitors_language_come_first_among_equals() -> None:
    """Where guides exist in two languages, the question's own leads."""
    spanish, french = guide("a"), guide("b", lang="fr")
    both = Corpus([spanish, french], [chunk(0, spanish), chunk(1, french)])
    level = evidence(both, lexical=[1, 1])
    assert order(rank(both, level, Query("x", lang="fr")), both)[0] == "b"
    assert order(rank(both, level, Query("x", lang="es")), both)[0] == "a"


def test_without_vectors_only_passages_with_a_word_are_found() -> None:
    """Keywords alone return what holds a word and nothing else."""
    small = corpus()
    ranking = rank(small, evidence(small, lexical=[0, 3, 0, 0, 1, 0], cosine=None), Query("x"))
    assert ranking.order.tolist() == [1, 4]


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        (Query("x"), {"open", "mail", "ref"}),
        (Query("x", audience="agent"), {"open", "mail", "ref", "agents"}),
        (Query("x", products=("mail",)), {"open", "mail"}),
        (Query("x", type="reference"), {"ref"}),
        (Query("x", type="reference", products=("mail",)), set()),
    ],
)
def test_filters_come_before_ranking(query: Query, seen: set[str]) -> None:
    """Audience, product and type decide what can be found at all; guides of no product are for every product."""
    guides = [
        guide("open"),
        guide("mail", products=("mail", "x")),
        guide("ref", type="reference", products=("dns",)),
        guide("agents", audience="agent"),
    ]
    chunks = [chunk(number, one, audience=one.audience) for number, one in enumerate(guides)]
    filtered = Corpus(guides, chunks)
    assert {one.guide for one, allowed in zip(chunks, filtered.allowed(query), strict=True) if allowed} == seen


floats = st.floats(0, 20, width=32)


@given(
    lexical=st.lists(floats, min_size=6, max_size=6),
    whole=st.lists(floats, min_size=2, max_size=2),
    cosine=st.lists(st.floats(-1, 1, width=32), min_size=6, max_size=6) | st.none(),
    exact=st.lists(st.floats(0, 1, width=32), min_size=6, max_size=6),
    allowed=st.lists(st.booleans(), min_size=6, max_size=6),
    lang=st.sampled_from(["es", "fr"]),
    page=st.sampled_from(["", "a", "b", "?"]),
)
@settings(max_examples=500, deadline=None)
def test_whatever_is_found_the_ranking_holds_together(
    lexical: list[float],
    whole: list[float],
    cosine: list[float] | None,
    exact: list[float],
    allowed: list[bool],
    lang: str,
    page: str,
) -> None:
    """Parts sum to scores, scores fall along the order, guides score as their best passage, nothing hidden is shown."""
    small = corpus()
    guides = [max(exact[:2]), max(exact[3:5])]
    found = evidence(
        small,
        lexical=lexical,
        lexical_guides=whole,
        cosine=cosine,
        exact_chunks=exact,
        exact_guides=guides,
        allowed=allowed,
    )
    ranking = rank(small, found, Query("x", lang=lang, page=page))
    scores = ranking.scores[ranking.order]
    for number in ranking.order:
        assert allowed[number] and not small.faq[number]
        total = sum(float(part[number]) for part in ranking.parts.values())
        assert abs(total - ranking.scores[number]) < 1e-6
    assert (np.diff(scores) <= 0).all()
    if len(scores):
        assert ranking.guide_scores.max() == scores[0]
    holders = [n for n in ranking.order if exact[n] > 0]
    if holders:
        ceiling = max(ranking.scores[n] for n in holders)
        shown = [n for n in range(6) if np.isfinite(ranking.scores[n])]
        best = max(lexical[n] for n in range(6) if allowed[n] and not small.faq[n])
        vague = [n for n in shown if lexical[n] < c.GUARD_LEXICAL * best * 0.999 and guides[small.guide_of[n]] == 0]
        assert all(ranking.scores[n] < ceiling for n in vague)
