"""What the keyword index finds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soluciones.index.keyword.fields import write_keyword_index
from soluciones.index.keyword.plan import MAX_CORRECTIONS, MAX_WANTS
from soluciones.index.keyword.search import Found, KeywordIndex
from soluciones.index.keyword.synonyms import Thesaurus
from soluciones.kb.chunker import chunk_guides
from soluciones.kb.types import Chunk, Content
from tests.fake_embedder import FakeEmbedder
from tests.index.support import guide_text, read_guides, small_content

GLOSSARY = {
    "entries": [
        {"term": "contraseña", "synonyms": ["clave"], "translations": {"fr": ["mot de passe"], "en": ["password"]}},
        {"term": "copia oculta", "synonyms": ["cci", "bcc"]},
    ]
}


def opened(content: Content) -> tuple[KeywordIndex, tuple[Chunk, ...]]:
    """The keyword index of some content, and its chunks."""
    chunks = chunk_guides(content.guides, FakeEmbedder().count_tokens)
    files = write_keyword_index(content.guides, chunks)
    return KeywordIndex(files, content.glossary, frozenset({"es"}), frozenset({"secret"})), chunks


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """The small help centre."""
    return small_content(tmp_path_factory.mktemp("content"))


@pytest.fixture(scope="module")
def index(content: Content) -> KeywordIndex:
    """Its keyword index."""
    return opened(content)[0]


def best_guide(content: Content, found: Found) -> str:
    """Id of the guide with the highest whole-guide score; "" if nothing was found."""
    return content.guides[int(found.guides.argmax())].id if found.guides.any() else ""


@pytest.mark.parametrize(
    ("question", "guide"),
    [
        ("¿Qué puerto uso para recibir por IMAP?", "puertos"),
        ("465", "puertos"),
        ("POP3", "puertos"),
        ("pop", "puertos"),
        ("error 5.7.26", "errores"),
        ("spf.infomaniak.ch", "spf"),
        ("include:spf.infomaniak.ch", "spf"),
        ("-all", "spf"),
        ("configuraciones verificacion wix", "spf"),
        ("456", ""),
        ("5.7.27", ""),
        ("qué es lo que", ""),
    ],
)
def test_words_numbers_hosts_and_codes_lead_to_their_guide(
    content: Content, index: KeywordIndex, question: str, guide: str
) -> None:
    """The guide that holds the words wins, and a number that no guide holds finds nothing."""
    assert best_guide(content, index.search(question)) == guide


@pytest.mark.parametrize(
    ("question", "lang"),
    [("passwort", "de"), ("mot de passe", "fr"), ("my password", "en"), ("clave", "es"), ("password", "es")],
)
def test_other_words_for_an_idea_find_it(content: Content, index: KeywordIndex, question: str, lang: str) -> None:
    """Synonyms and translations of the glossary find the guide's own word, and the explanation names it."""
    found = index.search(question, lang)
    assert best_guide(content, found) == "contrasena"
    assert any(to == "contraseña" and origin == "synonym" for _, to, origin in found.expansions)
    assert not found.suggestion


def test_names_of_several_words_match_as_a_whole() -> None:
    """«mot de passe» is one name; «mot» alone is none."""
    thesaurus = Thesaurus(GLOSSARY)
    assert [(m.start, m.length) for m in thesaurus.matches(["olvid", "mot", "pas"])] == [(1, 2)]
    assert thesaurus.matches(["mot"]) == ()
    assert {name.text for name in thesaurus.others("cci")} == {"copia oculta", "bcc"}


def test_a_word_of_an_unknown_name_does_not_match_by_chance(tmp_path: Path) -> None:
    """The «passe» of «mot de passe» does not find «pase», though the stems agree."""
    guides = {
        "a": guide_text("a", "Contraseña", "Cambie la contraseña."),
        "b": guide_text("b", "Otra cosa", "Pase a la otra cosa con un pase."),
    }
    content = read_guides(tmp_path, guides)
    found = opened(content)[0].search("mot de passe", "fr")
    assert [bool(score) for score in found.guides] == [True, False]


def test_the_exact_word_beats_its_synonym(tmp_path: Path) -> None:
    """Of two like guides the one with the typed word comes first, even if its synonym is the rarer word."""
    guides = {
        "a": guide_text("a", "Acceso", "Escriba la clave del buzón en el programa."),
        "b": guide_text("b", "Acceso", "Escriba la contraseña del buzón en el programa."),
        "c": guide_text("c", "Otra", "La clave está en otra parte."),
        "d": guide_text("d", "Otra más", "La clave sirve para abrir."),
    }
    content = read_guides(tmp_path, guides)
    found = opened(content)[0].search("clave")
    scores = dict(zip([guide.id for guide in content.guides], found.guides, strict=True))
    assert scores["a"] > scores["b"] > 0


def test_a_misspelt_word_is_searched_as_meant_and_suggested(content: Content, index: KeywordIndex) -> None:
    """A slip finds the meant word; the suggestion keeps all other wording, accents and capitals."""
    found = index.search("¿CÓMO  cambio la Contrasenia,  porfa?")
    assert best_guide(content, found) == "contrasena"
    assert found.suggestion == "¿CÓMO  cambio la Contraseña,  porfa?"
    assert ("Contrasenia", "contraseña", "typo") in found.expansions


@pytest.mark.parametrize(
    ("question", "lang"),
    [
        ("puerto 466", "es"),
        ("error 5.7.25", "es"),
        ("spf.infomaniak.cx", "es"),
        ("contrasenia", "de"),
        ("clave", "es"),
        ("secreto", "es"),
    ],
)
def test_numbers_hosts_foreign_and_real_words_are_not_corrected(index: KeywordIndex, question: str, lang: str) -> None:
    """Nothing is suggested for tokens with digits, hosts, foreign questions, glossary words and other real words."""
    assert index.search(question, lang).suggestion == ""


@pytest.mark.parametrize(
    "question", ["AND", "puerto AND NOT puerto", "puerto OR *", "body:puerto", '"puerto', "puerto~2"]
)
def test_operators_do_nothing(index: KeywordIndex, question: str) -> None:
    """Words of query languages are words: the scores are those of the text without its signs."""
    plain = "".join(char if char.isalnum() else " " for char in question)
    assert np.allclose(index.search(question).chunks, index.search(plain).chunks)


def test_long_texts_are_capped_to_their_rarest_words(content: Content, index: KeywordIndex) -> None:
    """Of hundreds of different words at most 64 are looked up, the known ones among them."""
    text = "465 " + " ".join(f"w{number}" for number in range(600)) + " contraseña"
    found = index.search(text)
    assert len(found.wants) == MAX_WANTS
    assert {want.text for want in found.wants if want.known} == {"465", "contraseña"}


def test_only_some_unknown_words_are_corrected(index: KeywordIndex) -> None:
    """A text of a hundred misspelt words costs a bounded number of corrections."""
    slips = [f"contraseñ{a}{b}" for a in "qwxyz" for b in "bcdfghjk"]
    found = index.search(" ".join(slips))
    assert 0 < len({typed for typed, _, origin in found.expansions if origin == "typo"}) <= MAX_CORRECTIONS


def test_rare_exact_terms_are_marked_where_they_stand(content: Content, index: KeywordIndex) -> None:
    """A code in one guide is rare there and nowhere else; a word is never an exact term."""
    found = index.search("error 5.7.26 autenticación", rare_guides=1)
    number = [guide.id for guide in content.guides].index("errores")
    assert found.exact_guides[number] == pytest.approx(1.0)
    assert found.exact_guides.sum() == pytest.approx(1.0)
    assert not index.search("autenticación", rare_guides=1).exact_guides.any()
    assert not index.search("error 5.7.26", rare_guides=0).exact_guides.any()


def test_credit_tells_which_guide_holds_which_word(content: Content, index: KeywordIndex) -> None:
    """Each known word gives full credit in its guides, part credit by synonym, none elsewhere."""
    found = index.search("wix clave")
    ids = [guide.id for guide in content.guides]
    wix, key = (found.credit[row] for row in range(2))
    assert wix[ids.index("spf")] == pytest.approx(1.0)
    assert not np.delete(wix, ids.index("spf")).any()
    assert 0 < key[ids.index("contrasena")] < 1


def test_threads_share_one_index(content: Content, index: KeywordIndex) -> None:
    """Many threads searching a freshly opened index at once get the answers that one thread gets."""
    questions = ["puerto imap", "contraseña", "5.7.26", "copia oculta", "registro spf wix", "dispositivos"] * 20
    alone = [index.search(question).chunks for question in questions]
    index = opened(content)[0]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: index.search(question).chunks, questions))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@given(st.text(max_size=200), st.sampled_from(["es", "en", "fr", "de", "it", "xx", ""]))
@settings(max_examples=200, deadline=None)
def test_any_text_is_searched_without_error(index: KeywordIndex, text: str, lang: str) -> None:
    """Scores are finite and not negative, and credit lies between 0 and 1, for any text in any language."""
    found = index.search(text, lang, 3)
    for scores in (found.chunks, found.guides, found.rarity):
        assert np.isfinite(scores).all()
        assert (scores >= 0).all()
    for shares in (found.credit, found.exact_chunks, found.exact_guides):
        assert ((shares >= 0) & (shares <= 1 + 1e-6)).all()
