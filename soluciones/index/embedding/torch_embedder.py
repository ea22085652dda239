"""For models that cannot be exported: sentence-transformers itself. Importing this module is cheap, opening is not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from soluciones.index.embedding.prepared import TORCH_FOLDER, Manifest
from soluciones.index.embedding.text import clean, prompted
from soluciones.index.types import Vectors


class TorchEmbedder:
    """An ``Embedder`` over the ``sentence-transformers`` folder of a prepared model (about 1 GB of memory)."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        self.fingerprint = manifest.fingerprint
        self.dim = manifest.dim
        self.max_tokens = manifest.max_tokens
        self._prompts = manifest.prompts
        self._model = SentenceTransformer(str(folder / TORCH_FOLDER), device="cpu", local_files_only=True)
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode n questions → float32 (n, dim), L2-normalised."""
        return self._encode(self._prompts.query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode n passages → float32 (n, dim), L2-normalised."""
        return self._encode(self._prompts.passage, texts)

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text`` with special tokens, without prompt and without truncation."""
        return len(self._model.tokenizer(clean(text), truncation=False)["input_ids"])

    def _encode(self, prompt: str, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        cleaned = prompted("", texts)
        with self._lock:
            vectors = self._model.encode(
                cleaned, prompt=prompt, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)
