"""The table of word vectors, read row by row from its file.

It is by far the largest part of a multilingual model (250,000 × 384), and a question needs some twenty rows. ``pread``
takes just those; a memory map would in time pull all of its pages into every process's resident size, and would kill
the process (SIGBUS) instead of raising if the file were cut short.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

WORDS = "words.npy"


class WordTable:
    """Rows of a C-ordered two-dimensional ``.npy`` file, by number."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        version = npy.read_magic(self._file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        (self.count, self.dim), fortran, self._dtype = read(self._file)
        assert not fortran, "written by us in C order"
        self._start = self._file.tell()
        self._row_bytes = self.dim * self._dtype.itemsize

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of ``ids`` (n,) as float32 (n, dim).

        :raises IndexError: an id outside the table.
        :raises OSError: the file cannot be read or has been cut short.
        """
        wanted, places = np.unique(ids, return_inverse=True)
        if len(wanted) and not 0 <= wanted[0] <= wanted[-1] < self.count:
            raise IndexError(f"token ids run from 0 to {self.count - 1}")
        descriptor, size, start = self._file.fileno(), self._row_bytes, self._start
        raw = b"".join(os.pread(descriptor, size, start + size * number) for number in wanted.tolist())
        if len(raw) != size * len(wanted):
            raise OSError(f"{self._file.name} has been cut short")
        table = np.frombuffer(raw, dtype=self._dtype).reshape(len(wanted), self.dim)
        return table.astype(np.float32)[places]
