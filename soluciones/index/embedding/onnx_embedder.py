"""The serving side: numpy and onnxruntime; no torch."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from soluciones.index.embedding.prepared import Manifest
from soluciones.index.embedding.text import clean, prompted
from soluciones.index.embedding.tokens import open_tokens
from soluciones.index.embedding.words import WORDS, WordTable
from soluciones.index.types import Vectors

ENCODER = "encoder.onnx"
QUERY_TOKENS = 256
"""A question is cut here, so that a pasted page costs at most some 100 ms; questions have 5 to 40 tokens."""
BATCH_TOKENS = 2048
"""Padded tokens of one run: more is no faster on a CPU and costs memory (2048 took ~60 MB)."""
_SMALL_RUN = 512
"""Larger runs give their scratch memory back afterwards."""


class OnnxEmbedder:
    """An ``Embedder`` over a prepared folder. Safe to share between threads."""

    def __init__(self, folder: Path, manifest: Manifest, threads: int) -> None:
        self.fingerprint = manifest.fingerprint
        self.dim = manifest.dim
        self.max_tokens = manifest.max_tokens
        self._prompts = manifest.prompts
        self._before, self._after = manifest.before, manifest.after
        self._tokens = open_tokens(folder, manifest)
        self._words = WordTable(folder / WORDS)
        self._session = open_session(folder / ENCODER, threads)
        self._trim = onnxruntime.RunOptions()
        self._trim.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        # One run at a time: it has all the encoder threads, and memory stays that of one run.
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode n questions → float32 (n, dim), L2-normalised; each is cut at ``QUERY_TOKENS``."""
        return self._encode(prompted(self._prompts.query, texts), min(self.max_tokens, QUERY_TOKENS))

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode n passages → float32 (n, dim), L2-normalised; each is cut at ``max_tokens``."""
        return self._encode(prompted(self._prompts.passage, texts), self.max_tokens)

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text`` with special tokens, without prompt and without truncation."""
        return len(self._before) + self._tokens.count(clean(text)) + len(self._after)

    def _encode(self, texts: list[str], limit: int) -> Vectors:
        room = limit - len(self._before) - len(self._after)
        ids = [self._before + self._tokens.encode(text, room) + self._after for text in texts]
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for batch in _batches([len(row) for row in ids]):
            vectors[batch] = self._run([ids[place] for place in batch])
        return vectors

    def _run(self, rows: list[list[int]]) -> Vectors:
        """Encode one batch of id lists, padding to the longest."""
        longest = max(1, *map(len, rows))
        mask = np.zeros((len(rows), longest), dtype=np.int64)
        for place, row in enumerate(rows):
            mask[place, : len(row)] = 1
        embeds = np.zeros((len(rows), longest, self._words.dim), dtype=np.float32)
        embeds[mask == 1] = self._words.rows(np.array([number for row in rows for number in row], dtype=np.int64))
        options = self._trim if mask.size > _SMALL_RUN else None
        with self._lock:
            output: list[NDArray[np.float32]] = self._session.run(
                None, {"inputs_embeds": embeds, "attention_mask": mask}, options
            )
        return output[0]


def open_session(path: Path, threads: int) -> Any:
    """Open an ONNX Runtime session for CPU with ``threads`` threads that sleep, and do not spin, between runs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Places of texts of like length, each batch within ``BATCH_TOKENS`` padded tokens."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[place] * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
