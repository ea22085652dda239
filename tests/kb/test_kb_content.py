"""Reading a whole content folder: what is taken, what is optional, what is refused with file, line and hint."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kb_support import write

from soluciones.kb import limits
from soluciones.kb.content import read_content
from soluciones.kb.site import Site
from soluciones.kb.types import ContentError, Problem

A, B = "guides/es/a.md", "guides/es/b.md"
GUIDE = "---\nid: uno\ntitle: Uno\n---\n\nTexto.\n\n## Puertos\n\nMás.\n"
OTHER = "---\nid: dos\ntitle: Dos\naliases: [antes]\n---\n\nTexto.\n"
REFUSED: dict[str, tuple[dict[str, str | bytes], tuple[str, str, int]]] = {
    "broken YAML": ({A: "---\nid: uno\ntitle: [\n---\nx\n"}, ("broken_yaml", A, 4)),
    "a YAML alias": ({A: "---\nid: &a uno\ntitle: *a\n---\nx\n"}, ("yaml_alias", A, 2)),
    "YAML nested too deep": (
        {A: f"---\nid: uno\ntitle: {'[' * 5000}\n---\nx\n"},
        ("yaml_too_deep", A, 3),
    ),
    "a Python object in YAML": (
        {A: "---\nid: uno\ntitle: !!python/object/apply:os.system [ls]\n---\nx\n"},
        ("broken_yaml", A, 3),
    ),
    "a key that stands twice": ({A: "---\nid: uno\ntitle: A\nid: dos\n---\nx\n"}, ("duplicate_key", A, 4)),
    "a date that is none": (
        {A: "---\nid: uno\ntitle: A\nupdated: 2026-13-45\n---\nx\n"},
        ("bad_yaml_value", A, 4),
    ),
    "a number for a date": (
        {A: "---\nid: uno\ntitle: A\nreview_by: 2026\n---\nx\n"},
        ("bad_front_matter", A, 4),
    ),
    "an unknown type": ({A: "---\nid: uno\ntitle: A\ntype: faq\n---\nx\n"}, ("bad_front_matter", A, 4)),
    "a word for a list": (
        {A: "---\nid: uno\ntitle: A\ntopics: empezar\n---\nx\n"},
        ("bad_front_matter", A, 4),
    ),
    "a bad entry of a list": (
        {A: "---\nid: uno\ntitle: A\ntopics:\n  - bien\n  - Muy Mal\n---\nx\n"},
        ("bad_front_matter", A, 6),
    ),
    "no front matter": ({A: "# Hola\n"}, ("missing_front_matter", A, 1)),
    "front matter not closed": ({A: "---\nid: uno\ntitle: A\n\nTexto\n"}, ("front_matter_not_closed", A, 1)),
    "a time that YAML takes for a number": ({A: "---\nid: uno\ntitle: 12:30\n---\nx\n"}, ("bad_yaml_value", A, 3)),
    "a number that never ends": ({A: f"---\nid: uno\ntitle: {'1:' * 20_000}1\n---\nx\n"}, ("bad_yaml_value", A, 3)),
    "front matter that is a list": ({A: "---\n- a\n---\nx\n"}, ("bad_front_matter", A, 1)),
    "no id": ({A: "---\ntitle: Cambiar la contraseña\n---\nx\n"}, ("missing_id", A, 1)),
    "no id in a plain folder": ({"uno.md": "---\ntitle: Uno\n---\nx\n"}, ("missing_id", "uno.md", 1)),
    "no title": ({A: "---\nid: uno\n---\nx\n"}, ("missing_title", A, 1)),
    "a blank title": ({A: "---\nid: uno\ntitle: ' '\n---\nx\n"}, ("missing_title", A, 3)),
    "an id with capitals": ({A: "---\nid: Uno Más\ntitle: A\n---\nx\n"}, ("bad_id", A, 2)),
    "a folder of another language": (
        {A: "---\nid: uno\ntitle: A\nlang: fr\n---\nx\n"},
        ("wrong_language", A, 4),
    ),
    "an id that stands twice": ({A: GUIDE, B: GUIDE}, ("duplicate_id", B, 2)),
    "an alias that is an id": (
        {A: GUIDE, B: OTHER.replace("antes", "uno")},
        ("duplicate_alias", B, 4),
    ),
    "an alias that stands twice": (
        {A: OTHER, B: OTHER.replace("dos", "tres")},
        ("duplicate_alias", B, 4),
    ),
    "a link to no guide": ({A: GUIDE + "\n[x](nada.md)\n"}, ("dead_link", A, 12)),
    "a link to no section": (
        {A: GUIDE, B: OTHER + "\nUna\nlínea [x](uno.md#nada).\n"},
        ("dead_anchor", B, 10),
    ),
    "a link to no section of its own": ({A: GUIDE + "\n[x](#nada)\n"}, ("dead_anchor", A, 12)),
    "a link with another scheme": ({A: GUIDE + "\n[x](ftp://e.com)\n"}, ("bad_link", A, 12)),
    "a related guide that is not there": (
        {A: "---\nid: uno\ntitle: A\nrelated:\n- nada\n---\nx\n"},
        ("dead_related", A, 5),
    ),
    "an explicit anchor that stands twice": (
        {A: GUIDE + "\n## A {#x}\n\na\n\n## B {#x}\n\nb\n"},
        ("duplicate_anchor", A, 16),
    ),
    "a heading without text": ({A: GUIDE + "\n##\n\na\n"}, ("empty_heading", A, 12)),
    "a guide without a body": ({A: "---\nid: uno\ntitle: A\n---\n"}, ("empty_guide", A, 5)),
    "a guide of comments": ({A: "---\nid: uno\ntitle: A\n---\n<!-- x -->\n"}, ("empty_guide", A, 5)),
    "an empty file": ({A: ""}, ("missing_front_matter", A, 1)),
    "Latin-1": ({A: GUIDE.encode() + "\ncontraseña\n".encode("latin-1")}, ("bad_encoding", A, 12)),
    "UTF-16": ({A: GUIDE.encode("utf-16")}, ("bad_encoding", A, 1)),
    "a NUL byte": ({A: GUIDE + "\0\n"}, ("nul_byte", A, 11)),
    "a guide over the cap": (
        {A: GUIDE + "a\n\n" * (limits.MAX_FILE_BYTES // 3)},
        ("file_too_large", A, 0),
    ),
    "50,000 brackets": ({A: GUIDE + "\n" + "[" * 50_000}, ("paragraph_too_long", A, 12)),
    "too many blocks": ({A: GUIDE + "\n" + "# a\n" * 20_000}, ("guide_too_complex", A, 5)),
    "too much raw HTML": ({A: GUIDE + "\n" + "<div>" * 2_000}, ("too_much_html", A, 12)),
    "broken facts.yml": ({A: GUIDE, "facts.yml": "mail: {\n"}, ("broken_yaml", "facts.yml", 2)),
    "an unknown key in glossary.yml": (
        {A: GUIDE, "glossary.yml": "entries:\n- term: a\n  synonyms: [b]\n  sinonimos: [c]\n"},
        ("unknown_key", "glossary.yml", 4),
    ),
    "site.yml that is a list": ({A: GUIDE, "site.yml": "- a\n"}, ("bad_value", "site.yml", 1)),
    "an intent id that stands twice": (
        {A: GUIDE, **{f"intents/{n}.yml": "id: x\ntool: ports\nguides: []\nexamples: {}\n" for n in "ab"}},
        ("duplicate_id", "intents/b.yml", 1),
    ),
    "no guides": ({"leame.txt": "x"}, ("no_guides", ".", 0)),
    "a file name with control characters": ({"guides/es/a\nb.md": GUIDE}, ("bad_file_name", "guides/es/a\\nb.md", 0)),
}


def refusal(folder: Path) -> tuple[Problem, ...]:
    """The problems of a folder that must be refused."""
    with pytest.raises(ContentError) as caught:
        read_content(folder)
    return caught.value.problems


@pytest.mark.parametrize(("files", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_bad_folder_is_refused_with_place_and_hint(
    tmp_path: Path, files: dict[str, str | bytes], expected: tuple[str, str, int]
) -> None:
    """A fault is reported once, under its code, at its file and line, with a hint."""
    errors = [problem for problem in refusal(write(tmp_path, files)) if problem.severity == "error"]
    assert [(problem.code, problem.path, problem.line) for problem in errors] == [expected]
    assert errors[0].hint
    assert f"{expected[1]}:{expected[2]}: error: " in str(errors[0])


def test_every_missing_key_of_a_file_is_named(tmp_path: Path) -> None:
    """A facts file without its keys is refused with one error for each."""
    problems = refusal(write(tmp_path, {A: GUIDE, "facts.yml": "ports: []\n"}))
    assert {problem.code for problem in problems} == {"missing_key"}
    assert [problem.message.split("`")[1] for problem in problems] == ["mail", "addresses", "spf", "clients"]


def test_both_places_of_a_doubled_id_are_named(tmp_path: Path) -> None:
    """The message about a doubled id names the other file and line."""
    (problem,) = refusal(write(tmp_path, {A: GUIDE, B: GUIDE}))
    assert "guides/es/a.md:2" in problem.message


def test_a_missing_id_gets_a_suggestion(tmp_path: Path) -> None:
    """The hint for a missing id is made from the title, and the file's name is not taken for it."""
    (problem,) = refusal(write(tmp_path, {"uno.md": "---\ntitle: ¿Señal débil?\n---\nx\n"}))
    assert "id: senal-debil" in problem.hint


def test_a_byte_that_is_not_utf8_is_named_with_its_offset(tmp_path: Path) -> None:
    """Bad encoding names the byte and its offset."""
    (problem,) = refusal(write(tmp_path, {"a.md": b"---\nid: a\ntitle: a\xf1o\n---\nx\n"}))
    assert problem.message == "not UTF-8: byte 0xf1 at offset 18"
    assert problem.line == 3


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    """Faults of several files are reported together, errors before warnings."""
    files = {
        "a.md": "---\ntitle: A\nfoo: 1\n---\nx\n",
        "b.md": "---\nid: b\n---\nx\n",
        "facts.yml": "[",
        "c.md": b"\xff",
    }
    problems = refusal(write(tmp_path, files))
    assert [problem.code for problem in problems] == [
        "missing_id",
        "missing_title",
        "bad_encoding",
        "broken_yaml",
        "unknown_key",
    ]


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A sparse file of 50 GB is refused by its size, without being read."""
    write(tmp_path, {"a.md": GUIDE})
    with (tmp_path / "b.md").open("wb") as stream:
        stream.truncate(50 * 1024**3)
    (problem,) = refusal(tmp_path)
    assert (problem.code, problem.path) == ("file_too_large", "b.md")


def test_a_named_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """A pipe among the guides is refused at once."""
    os.mkfifo(write(tmp_path, {"a.md": GUIDE}) / "b.md")
    assert [problem.code for problem in refusal(tmp_path)] == ["not_a_file"]


LINKS = {
    "a link to itself": (B, "b.md", "bad_symlink"),
    "a link to nowhere": (B, "nada.md", "bad_symlink"),
    "a link to a folder above": ("guides/es/arriba", "..", "symlink_to_folder"),
    "a link to a file outside": (B, "/etc/hostname", "symlink_outside"),
    "a link to a folder outside": ("guides/es/fuera", "/etc", "symlink_outside"),
    "facts.yml as a link outside": ("facts.yml", "/etc/hostname", "symlink_outside"),
}


@pytest.mark.parametrize(("name", "target", "code"), LINKS.values(), ids=LINKS)
def test_links_that_loop_or_leave_are_refused(tmp_path: Path, name: str, target: str, code: str) -> None:
    """A symbolic link that loops, leads nowhere, to a folder or outside is refused by name."""
    write(tmp_path, {A: GUIDE})
    (tmp_path / name).symlink_to(target)
    assert [(problem.code, problem.path) for problem in refusal(tmp_path)] == [(code, name)]


def test_a_link_to_a_file_inside_is_read(tmp_path: Path) -> None:
    """Mounted configuration links its files to a hidden folder beside them; that is read, once."""
    write(tmp_path, {"guides/es/..data/a.md": GUIDE})
    (tmp_path / A).symlink_to("..data/a.md")
    assert [guide.path for guide in read_content(tmp_path).guides] == [A]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    """A file without read permission is reported by name."""
    (write(tmp_path, {"a.md": GUIDE}) / "a.md").chmod(0)
    assert [problem.code for problem in refusal(tmp_path)] == ["unreadable"]


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder over the cap of files is refused."""
    monkeypatch.setattr("soluciones.kb.files.MAX_FILES", 10)
    write(tmp_path, {f"x{number}.txt": "" for number in range(11)})
    assert "too_many_files" in [problem.code for problem in refusal(tmp_path)]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing folder is a content error too."""
    assert [problem.code for problem in refusal(tmp_path / "nada")] == ["no_folder"]


def test_a_folder_of_only_guides_gets_a_plain_site(tmp_path: Path) -> None:
    """Without site, facts, glossary and intents the folder is read, and shelves come from the guides."""
    content = read_content(write(tmp_path, {A: GUIDE.replace("---\n\n", "topics: [dominio-propio]\n---\n\n")}))
    site = Site.model_validate(content.site)
    assert site.name == "Centro de ayuda"
    assert [(topic.id, topic.title["es"]) for topic in site.topics] == [("dominio-propio", "Dominio propio")]
    assert content.facts == {}
    assert content.glossary == {"entries": []}
    assert content.intents == ()


def test_a_plain_folder_of_markdown_is_read(tmp_path: Path) -> None:
    """Guides may lie anywhere in a folder without ``guides/``; their language is theirs or Spanish."""
    files = {
        "a.md": GUIDE,
        "sub/b.MD": OTHER.replace("title: Dos", "title: Deux\nlang: fr"),
        ".git/c.md": "x",
        "leame.txt": "x",
    }
    guides = read_content(write(tmp_path, files)).guides
    assert [(guide.id, guide.lang, guide.path) for guide in guides] == [
        ("uno", "es", "a.md"),
        ("dos", "fr", "sub/b.MD"),
    ]


def test_the_folder_of_a_guide_is_its_language(tmp_path: Path) -> None:
    """A guide in ``guides/fr`` is French without saying so."""
    assert [guide.lang for guide in read_content(write(tmp_path, {"guides/fr/a.md": GUIDE})).guides] == ["fr"]


def test_a_byte_order_mark_and_windows_newlines_are_read(tmp_path: Path) -> None:
    """A file saved by a Windows editor reads like any other, its source with Unix newlines."""
    (guide,) = read_content(write(tmp_path, {"a.md": b"\xef\xbb\xbf" + GUIDE.replace("\n", "\r\n").encode()})).guides
    assert guide.source == GUIDE
    assert [section.anchor for section in guide.sections] == ["", "puertos"]


def test_unknown_keys_are_warned_of(tmp_path: Path) -> None:
    """An unknown key of the front matter is a warning at its line, and the guide is read."""
    content = read_content(write(tmp_path, {"a.md": GUIDE.replace("title: Uno", "title: Uno\nautor: yo")}))
    assert [(p.severity, p.code, p.path, p.line) for p in content.problems] == [("warning", "unknown_key", "a.md", 4)]


def test_unknown_tools_are_warned_of_only_when_tools_are_known(tmp_path: Path) -> None:
    """A guide's tool that is not among the known ones is a warning; without a list nothing is said."""
    folder = write(tmp_path, {"a.md": GUIDE.replace("title: Uno", "title: Uno\ntools: [ports, espejo]")})
    assert read_content(folder).problems == ()
    assert [(p.code, p.line) for p in read_content(folder, known_tools={"ports"}).problems] == [("unknown_tool", 4)]


def test_front_matter_is_carried_over(tmp_path: Path) -> None:
    """Every key of the front matter stands in the guide."""
    head = (
        "---\nid: uno\ntitle: 2026\nsummary: Breve.\ntype: reference\nproducts: [correo]\ntopics: [dominio]\n"
        "questions: [¿A?]\ntools: [ports]\nrelated: [dos]\naliases: [viejo]\naudience: agent\nsource: RFC 7208\n"
        "updated: 2026-11-23\nreview_by: '2027-05-01'\n---\nx\n"
    )
    guide = next(g for g in read_content(write(tmp_path, {"a.md": head, "b.md": OTHER})).guides if g.id == "uno")
    assert (guide.title, guide.summary, guide.type, guide.audience) == ("2026", "Breve.", "reference", "agent")
    assert (guide.products, guide.topics, guide.questions, guide.tools) == (
        ("correo",),
        ("dominio",),
        ("¿A?",),
        ("ports",),
    )
    assert (guide.related, guide.aliases, guide.references) == (("dos",), ("viejo",), ("RFC 7208",))
    assert (str(guide.updated), str(guide.review_by)) == ("2026-11-23", "2027-05-01")


LINKED = {
    "dos.md": "/es/guides/dos",
    "antes.md": "/es/guides/dos",
    "../otra/b.md": "/es/guides/dos",
    "dos.md#sección-1": None,
    "#puertos": "/es/guides/uno#puertos",
    "uno.md#puertos": "/es/guides/uno#puertos",
    "https://ejemplo.com/a.md": "https://ejemplo.com/a.md",
    "/es/": "/es/",
    "mailto:ana@ejemplo.com": "mailto:ana@ejemplo.com",
}


@pytest.mark.parametrize(("target", "url"), LINKED.items(), ids=LINKED)
def test_links_between_guides_lead_to_their_pages(tmp_path: Path, target: str, url: str | None) -> None:
    """A link names a guide by id, alias or file; it becomes the page's address, and other addresses stay."""
    write(tmp_path, {A: f"{GUIDE}\n[x]({target})\n", B: OTHER})
    if url is None:
        assert [problem.code for problem in refusal(tmp_path)] == ["dead_anchor"]
        return
    guide = next(guide for guide in read_content(tmp_path).guides if guide.id == "uno")
    assert f'href="{url}"' in guide.sections[-1].blocks[-1].html


def test_out_of_scope_questions_are_merged_into_the_site(tmp_path: Path) -> None:
    """``out_of_scope.yml`` adds to the site's own list, each question once."""
    site = "name: A\norganisation: B\ntagline: {es: c}\ntopics: []\nproducts: []\nout_of_scope:\n  es: [¿Uno?]\n"
    extra = "es: [¿Uno?, ¿Dos?]\nfr: [Trois ?]\n"
    content = read_content(write(tmp_path, {"a.md": GUIDE, "site.yml": site, "out_of_scope.yml": extra}))
    assert Site.model_validate(content.site).out_of_scope == {"es": ("¿Uno?", "¿Dos?"), "fr": ("Trois ?",)}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from((A, "facts.yml", "site.yml", "glossary.yml", "out_of_scope.yml", "intents/a.yml")),
    st.one_of(
        st.binary(max_size=300),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=300).map(str.encode),
        st.text("-:[]{}&*!|>'\"#%@` \n\tab0.?,~", max_size=120).map(
            lambda text: f"---\nid: a\n{text}\n---\n{text}".encode()
        ),
        st.text("-:[]{}&*!|>'\"#%@` \n\tab0.?,~", max_size=120).map(str.encode),
    ),
)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes) -> None:
    """Whatever the bytes of a file, the folder is read or refused with problems; nothing else is raised."""
    folder = write(tmp_path_factory.mktemp("any"), {"guides/es/buena.md": GUIDE, name: data})
    try:
        assert read_content(folder).guides
    except ContentError as error:
        assert any(problem.severity == "error" for problem in error.problems)
        assert all(problem.code != "markdown_failed" and problem.hint for problem in error.problems)
