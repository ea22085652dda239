"""Properties of chunks, over Markdown made up by Hypothesis."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from kb_support import HEAD_LINES, count_words, guide_and_problems

from soluciones.kb.chunker import chunk_guide, context_text
from soluciones.kb.html_text import html_to_text
from soluciones.kb.types import Guide

PLAIN_LINES = (Path(__file__).parent / "cases" / "lines.txt").read_text(encoding="utf-8").splitlines()
"""Every kind of Markdown line the engine knows; add the ones that surprise you."""
ODD_LINES = ("", "", "", "palabra " * 30, "\tcódigo", "\u00a0", "\u2028x", "x\x0cy", "x\x1cy", "a\\", "b  ")
LINES = st.sampled_from((*ODD_LINES, *PLAIN_LINES))
BODIES = st.one_of(
    st.lists(LINES, max_size=40).map("\n".join),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=400),
    st.lists(st.one_of(LINES, st.text("#*_`[]()<>|-+:!&\\ \n\t1.a~={}", max_size=20)), max_size=30).map("\n".join),
)
MANY = settings(max_examples=400, deadline=None)


def made(body: str) -> Guide | None:
    """The guide, or None when the body shows nothing."""
    guide, problems = guide_and_problems(body)
    assert not any(problem.code == "markdown_failed" for problem in problems), problems
    return None if any(problem.code == "empty_guide" for problem in problems) else guide


@MANY
@given(BODIES)
def test_every_line_is_in_some_chunk(body: str) -> None:
    """Every non-blank line of a guide's body lies in the span of some chunk."""
    guide = made(body)
    if guide is None:
        return
    covered: set[int] = set()
    for chunk in chunk_guide(guide, count_words, 40):
        covered.update(range(chunk.span.first_line, chunk.span.last_line + 1))
    lines = guide.source.split("\n")
    missing = [n for n, line in enumerate(lines, 1) if n > HEAD_LINES and line.strip() and n not in covered]
    assert not missing


@MANY
@given(BODIES)
def test_every_chunk_points_back_to_its_lines(body: str) -> None:
    """A span's offsets cut exactly its lines out of the source; chunks stay in the body and in reading order."""
    guide = made(body)
    if guide is None:
        return
    lines = guide.source.split("\n")
    chunks = chunk_guide(guide, count_words, 40)
    for chunk in chunks:
        span = chunk.span
        assert HEAD_LINES < span.first_line <= span.last_line <= len(lines)
        assert guide.source[span.start : span.end] == "\n".join(lines[span.first_line - 1 : span.last_line])
    whole = [chunk.span.first_line for chunk in chunks if chunk.row is None]
    assert whole == sorted(whole)


@MANY
@given(BODIES)
def test_the_text_of_a_chunk_is_the_text_of_its_html(body: str) -> None:
    """HTML → text of a chunk, of a block and of a table row equals the text beside it."""
    guide = made(body)
    if guide is None:
        return
    for chunk in chunk_guide(guide, count_words, 40):
        assert html_to_text(chunk.html) == chunk.text
        assert chunk.text.strip()
    for section in guide.sections:
        for block in section.blocks:
            assert html_to_text(block.html) == block.text
            for row in block.rows:
                assert row.text in block.text
                assert len(row.cells) == len(block.head)


@MANY
@given(BODIES)
def test_the_words_of_a_guide_are_all_in_its_chunks(body: str) -> None:
    """No block is left out, doubled or reordered: joined, the chunks say what the sections say."""
    guide = made(body)
    if guide is None:
        return
    said = [block.text for section in guide.sections for block in section.blocks if block.text]
    chunks = chunk_guide(guide, count_words, 40)
    found = [chunk.text for chunk in chunks if chunk.row is None and chunk.blocks]
    assert " ".join(" ".join(found).split()) == " ".join(" ".join(said).split())


@MANY
@given(BODIES, st.integers(12, 60))
def test_prose_keeps_within_the_bound(body: str, bound: int) -> None:
    """Prose that can be cut is never longer than the bound, heading path included."""
    guide = made(body)
    if guide is None:
        return
    for chunk in chunk_guide(guide, count_words, bound):
        path = count_words(" > ".join(chunk.path))
        divisible = not any(tag in chunk.html for tag in ("<pre", "<table", "<img"))
        if chunk.kind == "prose" and divisible and chunk.blocks and path < bound:
            assert count_words(context_text(chunk.path, chunk.text)) <= bound


@MANY
@given(BODIES)
def test_ids_are_unique(body: str) -> None:
    """No two chunks of a guide share an id, and no two sections an anchor."""
    guide = made(body)
    if guide is None:
        return
    ids = [chunk.id for chunk in chunk_guide(guide, count_words, 40)]
    assert len(set(ids)) == len(ids)


SECTIONS = st.lists(
    st.sampled_from(
        ("Texto.", "1. Paso.", "| A |\n|---|\n| 1 |", ":::note\nAviso.\n:::", "```\nx\n```", "palabra " * 60)
    ),
    min_size=2,
    max_size=6,
)


@MANY
@given(SECTIONS, st.integers(0, 5))
def test_an_edited_section_changes_no_id_of_another(bodies: list[str], edited: int) -> None:
    """Changing the text of one section leaves the ids of the chunks of all other sections as they were."""
    edited %= len(bodies)

    def ids(texts: list[str]) -> list[str]:
        guide, _ = guide_and_problems("".join(f"## S{number}\n\n{text}\n\n" for number, text in enumerate(texts)))
        return [chunk.id for chunk in chunk_guide(guide, count_words, 40) if chunk.anchor != f"s{edited}"]

    changed = [f"Antes.\n\n{text}" if number == edited else text for number, text in enumerate(bodies)]
    assert ids(bodies) == ids(changed)
