"""Small content folders and guides for the tests of ``kb``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from soluciones.kb.chunker import chunk_guide
from soluciones.kb.front_matter import read_head
from soluciones.kb.guide import build_guide
from soluciones.kb.problems import Problems
from soluciones.kb.types import Chunk, ContentError, Guide, Problem

HEAD = "---\nid: guia\ntitle: Guía\n---\n"
HEAD_LINES = HEAD.count("\n")


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def count_words(text: str) -> int:
    """A stand-in for the model's tokenizer: words and two special tokens."""
    return len(text.split()) + 2


def guide_and_problems(body: str, head: str = HEAD) -> tuple[Guide, tuple[Problem, ...]]:
    """One guide, alone in the world."""
    problems = Problems()
    source = head + body
    front = read_head(source, "guia.md", problems)
    assert front is not None, problems.all()
    guide, _ = build_guide(source, front, "es", "guia.md", lambda name: None, problems)
    return guide, problems.all()


def guide_of(body: str, head: str = HEAD) -> Guide:
    """One guide without errors."""
    guide, problems = guide_and_problems(body, head)
    errors = [problem for problem in problems if problem.severity == "error"]
    assert not errors, ContentError(tuple(errors))
    return guide


def chunks_of(body: str, max_tokens: int = 40, head: str = HEAD) -> tuple[Chunk, ...]:
    """The chunks of one guide, its size bound in words."""
    return chunk_guide(guide_of(body, head), count_words, max_tokens)


def read_cases(path: Path) -> list[tuple[str, str, str]]:
    """Title, input and expected output of each case of a file: title, ``.``, input, ``.``, output, ``.``."""
    cases = []
    lines = path.read_text(encoding="utf-8").split("\n")
    while any(line.strip() for line in lines):
        parts = []
        for _ in range(3):
            end = lines.index(".")
            parts.append("\n".join(lines[:end]))
            lines = lines[end + 1 :]
        cases.append((parts[0].strip(), f"{parts[1]}\n", parts[2]))
    return cases
