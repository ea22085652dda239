from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.embedding.words import WordTable

TABLE = np.arange(60, dtype=np.float16).reshape(20, 3)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 20 rows of 3 numbers."""
    path = tmp_path_factory.mktemp("words") / "words.npy"
    np.save(path, TABLE)
    return path


@given(ids=st.lists(st.integers(0, 19), max_size=50))
@settings(max_examples=100, deadline=None)
def test_rows_are_those_of_the_table(path: Path, ids: list[int]) -> None:
    """Rows come in the order asked for, repeated ones too, as float32."""
    rows = WordTable(path).rows(np.array(ids, dtype=np.int64))
    assert rows.dtype == np.float32
    assert np.array_equal(rows, TABLE[ids] if ids else np.zeros((0, 3)))


@pytest.mark.parametrize("number", [-1, 20])
def test_ids_outside_the_table_are_refused(path: Path, number: int) -> None:
    """An id that has no row raises IndexError instead of reading elsewhere."""
    with pytest.raises(IndexError):
        WordTable(path).rows(np.array([0, number]))


def test_a_file_cut_short_raises(tmp_path: Path) -> None:
    """A row that is missing from the file raises OSError instead of giving a vector of other numbers."""
    path = tmp_path / "words.npy"
    np.save(path, TABLE)
    table = WordTable(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 2)
    with pytest.raises(OSError, match="cut short"):
        table.rows(np.array([19]))
