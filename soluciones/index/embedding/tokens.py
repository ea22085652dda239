"""Text → token ids for the serving side, by the lean Unigram or by the ``tokenizers`` library."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer

from soluciones.index.embedding.prepared import Manifest
from soluciones.index.embedding.unigram import TOKENIZER, UnigramTokens


class Tokens(Protocol):
    """A tokenizer as the embedder sees it: ids without special tokens, which the embedder adds."""

    def encode(self, text: str, limit: int) -> list[int]:
        """Return the first ``limit`` ids of ``text``."""
        ...

    def count(self, text: str) -> int:
        """Return the number of ids of ``text``, without a limit."""
        ...


class LibraryTokens:
    """Any tokenizer that ``tokenizers`` can load (WordPiece, BPE…: their vocabularies are small)."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def encode(self, text: str, limit: int) -> list[int]:
        """Return the first ``limit`` ids of ``text``."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids[:limit]

    def count(self, text: str) -> int:
        """Return the number of ids of ``text``, without a limit."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)


def open_tokens(folder: Path, manifest: Manifest) -> Tokens:
    """Open the tokenizer of a prepared folder."""
    return UnigramTokens(folder) if manifest.tokens == "unigram" else LibraryTokens(folder)
