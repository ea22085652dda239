"""A Unigram tokenizer that opens in milliseconds.

``tokenizers`` builds a trie of all pieces when it loads one: 1.1 s and 280 MB for the 250,000 pieces of XLM-R
(tokenizers 0.23), more than all the rest of a serving process. Here the pieces lie in one hash table of plain arrays
(~10 MB, no start-up work), and the best segmentation of a word (Viterbi; Kudo 2018, arXiv:1804.10959) is found in
Python; words repeat, so a cache answers most. Normalising and splitting into words stay with ``tokenizers``.
"""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

TOKENIZER = "tokenizer.json"
PIECES = "pieces.npz"

UNKNOWN_PENALTY = 10.0
"""An unknown character costs this more than the rarest piece, as in SentencePiece and ``tokenizers``."""
_CACHED_WORDS = 20_000
_CACHED_LENGTH = 64
_LOAD_FACTOR = 0.5


def convert(source: dict[str, Any], folder: Path) -> None:
    """Write ``tokenizer.json`` (without its vocabulary) and ``pieces.npz`` from a parsed Unigram ``tokenizer.json``.

    Control tokens are left out of the table: what a visitor types can never become one.
    """
    vocabulary: list[tuple[str, float]] = [(piece, score) for piece, score in source["model"]["vocab"]]
    control = {token["content"] for token in source.get("added_tokens", []) if token.get("special")}
    encoded = [piece.encode("utf-8") for piece, _score in vocabulary]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    np.savez(
        folder / PIECES,
        blob=np.frombuffer(b"".join(encoded), dtype=np.uint8),
        ends=ends.astype(np.uint32),
        scores=np.array([score for _piece, score in vocabulary], dtype=np.float64),
        slots=_hash_table(encoded, {number for number, (piece, _) in enumerate(vocabulary) if piece in control}),
        longest=np.array(max(len(piece) for piece, _score in vocabulary)),
        unknown=np.array(source["model"]["unk_id"]),
    )
    model = {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0]], "byte_fallback": False}
    shell = {**source, "model": model, "added_tokens": [], "post_processor": None, "truncation": None, "padding": None}
    (folder / TOKENIZER).write_text(json.dumps(shell, ensure_ascii=False), encoding="utf-8")


def _hash_table(encoded: list[bytes], skipped: set[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Open addressing by CRC-32: each slot holds ``crc << 32 | id + 1``, 0 for empty; the size is a power of two."""
    size = 1 << int(len(encoded) / _LOAD_FACTOR).bit_length()
    slots = [0] * size
    for number, piece in enumerate(encoded):
        if number in skipped or not piece:
            continue
        crc = zlib.crc32(piece)
        place = crc & (size - 1)
        while slots[place]:
            place = (place + 1) & (size - 1)
        slots[place] = crc << 32 | (number + 1)
    return np.array(slots, dtype=np.uint64)


class UnigramTokens:
    """Text → ids, the same as the library's (``tokenizers.models.Unigram`` without byte fallback)."""

    def __init__(self, folder: Path) -> None:
        shell = Tokenizer.from_file(str(folder / TOKENIZER))
        self._normalizer = shell.normalizer
        self._splitter = shell.pre_tokenizer
        with np.load(folder / PIECES) as arrays:
            self._blob = arrays["blob"].tobytes()
            self._ends = memoryview(arrays["ends"])
            self._scores = memoryview(arrays["scores"])
            self._slots = memoryview(arrays["slots"])
            self._longest = int(arrays["longest"])
            self._unknown = int(arrays["unknown"])
            self._unknown_score = float(arrays["scores"].min()) - UNKNOWN_PENALTY
        self._mask = len(self._slots) - 1
        self._cached = lru_cache(maxsize=_CACHED_WORDS)(self._segment)

    def encode(self, text: str, limit: int) -> list[int]:
        """Ids without special tokens, the first ``limit`` of them."""
        ids: list[int] = []
        for word in self._words(text):
            # No piece is longer than `longest`, so what lies beyond cannot be among the first `limit` tokens.
            ids.extend(self._ids(word[: limit * self._longest]))
            if len(ids) >= limit:
                break
        return ids[:limit]

    def count(self, text: str) -> int:
        """Number of ids without special tokens."""
        return sum(len(self._ids(word)) for word in self._words(text))

    def _words(self, text: str) -> list[str]:
        if self._normalizer is not None:
            text = self._normalizer.normalize_str(text)
        if self._splitter is None:
            return [text]
        return [word for word, _span in self._splitter.pre_tokenize_str(text)]

    def _ids(self, word: str) -> tuple[int, ...]:
        return self._cached(word) if len(word) <= _CACHED_LENGTH else self._segment(word)

    def _segment(self, word: str) -> tuple[int, ...]:
        """The segmentation of ``word`` with the highest sum of scores."""
        length = len(word)
        best = [0.0] + [float("-inf")] * length
        came: list[tuple[int, int]] = [(0, 0)] * (length + 1)
        letters = [letter.encode("utf-8") for letter in word]
        scores, unknown, crc32 = self._scores, self._unknown, zlib.crc32
        for start in range(length):
            so_far = best[start]
            fallback = so_far + self._unknown_score
            if fallback > best[start + 1]:
                best[start + 1], came[start + 1] = fallback, (start, unknown)
            crc = 0
            for end in range(start + 1, min(start + self._longest, length) + 1):
                crc = crc32(letters[end - 1], crc)
                piece = self._find(crc, letters, start, end)
                if piece >= 0:
                    score = so_far + scores[piece]
                    if score > best[end]:
                        best[end], came[end] = score, (start, piece)
        return self._backtrack(came, length)

    def _find(self, crc: int, letters: list[bytes], start: int, end: int) -> int:
        """Id of the piece ``letters[start:end]``, whose CRC-32 is ``crc``; -1 if there is none."""
        place = crc & self._mask
        while slot := self._slots[place]:
            if slot >> 32 == crc:
                piece = (slot & 0xFFFFFFFF) - 1
                if self._blob[self._ends[piece] : self._ends[piece + 1]] == b"".join(letters[start:end]):
                    return piece
            place = (place + 1) & self._mask
        return -1

    def _backtrack(self, came: list[tuple[int, int]], end: int) -> tuple[int, ...]:
        ids: list[int] = []
        while end > 0:
            end, piece = came[end]
            # Neighbouring unknown characters are one unknown token, as in the library.
            if not (piece == self._unknown and ids and ids[-1] == piece):
                ids.append(piece)
        return tuple(reversed(ids))
