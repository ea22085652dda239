"""Chunks: names, questions, bounds, markup of pieces."""

from kb_support import HEAD, chunks_of, count_words, guide_of

from soluciones.kb.chunker import chunk_guides, context_text
from soluciones.kb.html_text import html_to_text

BODY = "Entrada.\n\n## Uno\n\nTexto uno.\n\n## Dos\n\n1. Paso.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n"


def test_ids_survive_edits_elsewhere() -> None:
    """A chunk keeps its id when other sections of the guide change."""
    before = {chunk.id for chunk in chunks_of(BODY) if chunk.anchor == "dos"}
    after = {
        chunk.id
        for chunk in chunks_of("Otra.\n\n" + BODY.replace("Texto uno.", "Nuevo.\n\nMás."))
        if chunk.anchor == "dos"
    }
    assert before == after
    assert len(before) == 3


def test_an_id_names_guide_section_and_text() -> None:
    """An id is guide, anchor and eight hexadecimal digits, and changes with the chunk's own text."""
    one, other = (chunks_of(f"## Uno\n\n{text}\n")[0].id for text in ("a", "b"))
    assert one != other
    name, _, digest = one.rpartition(":")
    assert name == "guia#uno"
    assert len(digest) == 8
    assert int(digest, 16) >= 0


def test_equal_texts_in_one_section_get_different_ids() -> None:
    """Equal texts under one heading are told apart by a number."""
    ids = [chunk.id for chunk in chunks_of("1. Paso.\n\n:::note\nx\n:::\n\n1. Paso.\n")]
    assert len(set(ids)) == 3
    assert ids[2] == f"{ids[0]}-2"


def test_questions_are_faq_chunks_at_their_own_lines() -> None:
    """Each question of the front matter is a faq chunk that points at its line and shows no HTML."""
    questions = "questions:\n  - ¿Uno?\n  # nota\n  - >\n    ¿Dos,\n    plegada?\n  - '¿Tres?'\n---\n"
    head = f"---\nid: guia\ntitle: Guía\n{questions}"
    chunks = [chunk for chunk in chunks_of("Texto.\n", head=head) if chunk.kind == "faq"]
    assert [chunk.text for chunk in chunks] == ["¿Uno?", "¿Dos, plegada?", "¿Tres?"]
    assert [(chunk.span.first_line, chunk.span.last_line) for chunk in chunks] == [(5, 5), (7, 9), (10, 10)]
    assert all(chunk.html == "" and chunk.anchor == "" and chunk.path == ("Guía",) for chunk in chunks)


def test_questions_in_one_line_share_it() -> None:
    """Questions of a list in brackets point at the line of the list."""
    head = HEAD.replace("---\n", "---\nquestions: [¿Uno?, ¿Dos?]\n", 1)
    chunks = [chunk for chunk in chunks_of("Texto.\n", head=head) if chunk.kind == "faq"]
    assert [chunk.span.first_line for chunk in chunks] == [2, 2]


def test_an_internal_guide_gives_internal_chunks() -> None:
    """The audience of a guide is the audience of its chunks, questions included."""
    head = HEAD.replace("---\n", "---\naudience: agent\nquestions: [¿Uno?]\n", 1)
    assert {chunk.audience for chunk in chunks_of("Texto.\n", head=head)} == {"agent"}


def test_a_long_paragraph_without_sentences_is_cut_between_words() -> None:
    """A single sentence over the bound is cut between words, and nothing is lost."""
    text = " ".join(f"palabra{number}" for number in range(200))
    chunks = chunks_of(f"{text}\n", max_tokens=30)
    assert all(count_words(context_text(chunk.path, chunk.text)) <= 30 for chunk in chunks)
    assert " ".join(chunk.text for chunk in chunks) == text


def test_pieces_of_a_paragraph_are_whole_html() -> None:
    """Emphasis and links that span a cut are closed before it and opened again behind it."""
    body = (
        "Antes **"
        + " ".join(["negrita"] * 40)
        + "** y ["
        + " ".join(["enlace"] * 40)
        + "](https://ejemplo.com/?a=1&b=2) fin.\n"
    )
    chunks = chunks_of(body, max_tokens=20)
    assert len(chunks) > 4
    for chunk in chunks:
        assert chunk.html.startswith("<p>")
        assert chunk.html.endswith("</p>")
        assert chunk.html.count("<strong>") == chunk.html.count("</strong>")
        assert chunk.html.count("<a href=") == chunk.html.count("</a>")
        assert html_to_text(chunk.html) == chunk.text
    linked = [chunk for chunk in chunks if "enlace" in chunk.text]
    assert all('href="https://ejemplo.com/?a=1&amp;b=2"' in chunk.html for chunk in linked)


def test_a_list_is_cut_without_empty_items() -> None:
    """Cutting a list between items leaves no empty item on either side."""
    chunks = chunks_of("".join(f"- punto número {number}\n" for number in range(40)), max_tokens=30)
    assert len(chunks) > 2
    assert all("<li></li>" not in chunk.html for chunk in chunks)
    assert sum(chunk.html.count("<li>") for chunk in chunks) == 40


def test_a_list_with_code_is_not_cut() -> None:
    """A bullet list over the bound that holds code stays whole, since code is never cut."""
    body = "".join(f"- punto {number}\n\n      codigo = {number}\n\n" for number in range(20))
    assert len(chunks_of(body, max_tokens=20)) == 1


def test_blocks_of_a_chunk_are_positions_in_its_section() -> None:
    """``blocks`` leads from a chunk to the blocks of its section that it shows."""
    guide = guide_of("## Uno\n\na\n\nb:\n\n1. c\n\n:::note\nd\n:::\n")
    section = guide.sections[0]
    for chunk in chunk_guides([guide], count_words, 40):
        assert chunk.text == "\n".join(section.blocks[position].text for position in chunk.blocks)


def test_a_guide_of_images_without_text_is_still_covered() -> None:
    """Where there is nothing to read, the heading stands in."""
    chunks = chunks_of("## Pantallas\n\n![](https://ejemplo.com/a.png)\n")
    assert [(chunk.text, chunk.anchor) for chunk in chunks] == [("Pantallas", "pantallas")]
