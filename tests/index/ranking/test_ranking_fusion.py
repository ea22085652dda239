"""Scales on which two retrievers meet."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.ranking import constants as c
from soluciones.index.ranking.fusion import (
    best_per_group,
    best_two_per_group,
    faq_closeness,
    min_max,
    rare_guides,
    share_of_best,
)
from soluciones.index.ranking.vectors import VectorIndex

scores = st.lists(st.floats(0, 50, width=32), min_size=1, max_size=40)
cosines = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=40)


@given(scores)
@settings(max_examples=200, deadline=None)
def test_shares_keep_the_order_and_reach_one(values: list[float]) -> None:
    """The best allowed score becomes 1, the order stays, and what is not allowed becomes 0."""
    array = np.array(values, dtype=np.float32)
    allowed = np.arange(len(values)) % 3 != 1
    shares = share_of_best(array, allowed)
    assert not shares[~allowed].any()
    assert np.isclose(shares.max(initial=0), 1.0) or not array[allowed].any()
    kept = array[allowed]
    assert (np.diff(shares[allowed][np.argsort(kept, kind="stable")]) >= 0).all()


@given(cosines)
@settings(max_examples=200, deadline=None)
def test_min_max_spans_the_allowed_values(values: list[float]) -> None:
    """Values come to lie between 0 and 1; with any spread both ends are reached."""
    array = np.array(values, dtype=np.float32)
    allowed = np.ones(len(values), dtype=bool)
    stretched = min_max(array, allowed)
    assert ((stretched >= 0) & (stretched <= 1)).all()
    if array.max() - array.min() > 1e-3:
        assert stretched[array.argmax()] == 1
        assert stretched[array.argmin()] == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 9, width=32)), max_size=40))
@settings(max_examples=200, deadline=None)
def test_best_two_of_each_group(pairs: list[tuple[int, float]]) -> None:
    """Best and runner-up of each group are those of a plain sort, 0 where there is none."""
    groups = np.array([group for group, _ in pairs], dtype=np.int32)
    values = np.array([value for _, value in pairs], dtype=np.float32)
    best, second = best_two_per_group(values, groups, 5)
    for group in range(5):
        expected = [*sorted((value for g, value in pairs if g == group), reverse=True), 0.0, 0.0]
        assert (best[group], second[group]) == (np.float32(expected[0]), np.float32(expected[1]))
    assert np.array_equal(best, best_per_group(values, groups, 5))


def test_listed_questions_lift_only_when_close() -> None:
    """Nothing below the floor, 1 for the same question, rising between."""
    lifted = faq_closeness(np.array([-1.0, c.FAQ_FLOOR, 0.7, 0.9, 1.0], dtype=np.float32))
    assert lifted[0] == lifted[1] == 0
    assert lifted[4] == 1
    assert 0 < lifted[2] < lifted[3] < 1


def test_rarity_grows_with_the_help_centre() -> None:
    """Three guides are few in a small help centre, a tenth in a large one."""
    assert rare_guides(0) == rare_guides(16) == c.RARE_GUIDES
    assert rare_guides(2550) == 255


def unit(rows: list[list[float]]) -> np.ndarray:
    """Rows scaled to length 1."""
    array = np.array(rows, dtype=np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


def test_centred_cosines_spread_what_raw_ones_crowd() -> None:
    """Vectors in one narrow cone get raw cosines near 1 and centred ones that tell them apart."""
    passages = unit([[1, 0.1, 0], [1, 0, 0.1], [1, -0.1, -0.1]])
    queries = unit([[1, 0.1, 0.02], [1, 0.0, -0.1]])
    index = VectorIndex(passages, np.array([0, 1, 2, -1], dtype=np.int32), queries, ["a", "b"], {3: "a"})
    likeness = index.likeness(queries[0])
    assert likeness.raw[:3].min() > 0.95
    assert likeness.centred[:3].argmax() == 0
    assert likeness.centred[:3].max() - likeness.centred[:3].min() > 1
    assert np.isclose(likeness.raw[3], 1.0) and np.isclose(likeness.centred[3], 1.0)


def test_centred_cosines_are_those_of_the_definition() -> None:
    """The fast computation equals subtracting the means, scaling to length 1 and multiplying."""
    random = np.random.default_rng(7)
    passages = unit(random.normal(1, 0.3, (30, 8)).tolist())
    queries = unit(random.normal(1, 0.3, (c.QUERY_CENTRE_MINIMUM, 8)).tolist())
    texts = [f"q{number}" for number in range(len(queries))]
    index = VectorIndex(passages, np.arange(30, dtype=np.int32), queries, texts, {})
    question = unit(random.normal(1, 0.3, (1, 8)).tolist())[0]
    centred = unit((passages - passages.mean(axis=0)).tolist())
    expected = centred @ unit([(question - queries.mean(axis=0)).tolist()])[0]
    assert np.allclose(index.likeness(question).centred, expected, atol=1e-5)


def test_stored_questions_have_their_vectors() -> None:
    """A listed text gives its own row, any other text none."""
    queries = unit([[1, 0], [0, 1]])
    index = VectorIndex(unit([[1, 1]]), np.array([0], dtype=np.int32), queries, ["a", "b"], {})
    found = index.query_vector("b")
    assert found is not None and np.array_equal(found, queries[1])
    assert index.query_vector("c") is None
    assert index.query_rows(["b", "c", "a"]).tolist() == [1, 0]
