"""Guides and the chunks they give, as files that a writer can add to: ``cases/chunks/*.txt``.

A case is a title, a line ``.``, the guide's body, a line ``.``, its chunks, a line ``.``. A chunk is shown as
``[kind #anchor first-last row n] headings`` with lines counted in the body, then its text. The bound is 40 words.
"""

from pathlib import Path

import pytest
from kb_support import HEAD_LINES, chunks_of, read_cases

from soluciones.kb.types import Chunk

FILES = sorted((Path(__file__).parent / "cases" / "chunks").glob("*.txt"))
CASES = [case for path in FILES for case in read_cases(path)]


def shown(chunk: Chunk) -> str:
    """A chunk as the case files write it."""
    row = "" if chunk.row is None else f" row {chunk.row}"
    place = f"{chunk.span.first_line - HEAD_LINES}-{chunk.span.last_line - HEAD_LINES}"
    head = f"[{chunk.kind} #{chunk.anchor} {place}{row}] {' > '.join(chunk.path[1:])}".rstrip()
    return "\n".join([head, *(f"  {line}" if line else "" for line in chunk.text.split("\n"))])


@pytest.mark.parametrize(("title", "body", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_guide_gives_exactly_these_chunks(title: str, body: str, expected: str) -> None:
    """Each case file's guide gives exactly the chunks written under it."""
    assert "\n".join(shown(chunk) for chunk in chunks_of(body)) == expected
