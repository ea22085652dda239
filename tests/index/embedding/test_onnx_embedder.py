from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from soluciones.index.types import Embedder
from soluciones.settings import Settings

pytestmark = pytest.mark.model

NASTY = [
    *["", " ", "\0", "\ud800", "\udfff\ud800", "😀" * 50, "\u200b\u200d", "a\0b", "</s><pad>", "\u202e", "\ufdfa" * 20],
    *[
        "日本語の質問",
        "Ω" * 3000,
        "palabra " * 10_000,
        "x" * 200_000,
        "\n\t\r",
        "'; DROP TABLE guides; --",
        "(a|b)*" * 99,
    ],
]


def test_vectors_are_unit_float32(embedder: Embedder, texts: list[str]) -> None:
    """Every vector is float32 of length one."""
    for vectors in (embedder.encode_queries(texts), embedder.encode_passages(texts)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(texts), embedder.dim) == (50, 384)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_order_is_kept_through_length_sorted_batches(embedder: Embedder, texts: list[str]) -> None:
    """A text's vector is the same alone and among longer and shorter ones, in the place of its text."""
    many = [*texts, "palabra " * 300, "", *texts[::-1]]
    together = embedder.encode_passages(many)
    alone = np.vstack([embedder.encode_passages([text]) for text in many])
    assert np.sum(together * alone, axis=1).min() > 0.99999


def test_prompts_differ(embedder: Embedder) -> None:
    """A question and a passage of the same words have different vectors."""
    same = ["cambiar la contraseña"]
    assert float(embedder.encode_queries(same)[0] @ embedder.encode_passages(same)[0]) < 0.999


def test_no_texts(embedder: Embedder) -> None:
    """An empty list gives an array of shape (0, dim)."""
    assert embedder.encode_queries([]).shape == embedder.encode_passages([]).shape == (0, embedder.dim)


@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text[:12]))
def test_nasty_text_has_a_vector(embedder: Embedder, text: str) -> None:
    """NUL, lone surrogates, emoji, endless words and other scripts give a finite unit vector."""
    for vectors in (embedder.encode_queries([text]), embedder.encode_passages([text, "hola"])):
        assert np.isfinite(vectors).all()
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_long_text_is_cut_not_refused(embedder: Embedder) -> None:
    """Words beyond the model's 512 tokens do not change a passage's vector."""
    long = "palabra " * 600
    assert np.array_equal(
        embedder.encode_passages([long]), embedder.encode_passages([long + "y algo distinto al final"])
    )


def test_count_tokens(embedder: Embedder) -> None:
    """Tokens are counted with the two special ones and without a limit."""
    assert embedder.count_tokens("") == 2
    assert embedder.count_tokens("puerto") == 3
    assert embedder.count_tokens("puerto " * 2000) == 2002
    assert embedder.count_tokens("\ud800") >= 2


def test_threads_share_an_embedder(embedder: Embedder, texts: list[str]) -> None:
    """Eight threads at once get the vectors that one gets."""
    expected = embedder.encode_queries(texts)
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda text: embedder.encode_queries([text])[0], texts))
    assert np.sum(expected * np.array(got), axis=1).min() > 0.99999


def test_meaning_is_found_across_languages(embedder: Embedder) -> None:
    """A question in English is nearest to the Spanish passage that answers it."""
    passages = ["Use el puerto 993 para IMAP con SSL.", "Elimine los contactos duplicados.", "Cambie su contraseña."]
    nearest = embedder.encode_passages(passages) @ embedder.encode_queries(["I forgot my password"])[0]
    assert int(nearest.argmax()) == 2


SERVE = """
import sys
from pathlib import Path
from soluciones.index.embedding import open_embedder, prepare_model
from soluciones.settings import Settings
settings = Settings(models=Path(sys.argv[1]))
prepare_model(settings, print)
open_embedder(settings).encode_queries(["hola"])
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "onnxscript", "scipy", "sklearn", "sympy"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak // 1024)
"""


def test_serving_needs_no_torch_and_little_memory(model_settings: Settings) -> None:
    """A process that finds the model prepared, opens it and encodes imports no torch and stays below 300 MB."""
    command = [sys.executable, "-c", SERVE, str(model_settings.models)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout.split()[-1]) < 300
