"""Which of the site's languages is this question in? Built for short texts: «puerto imap», «hello», «merci».

Three witnesses are added up: everyday words (``data/function_words.yml``), letters that only some languages use, and
lingua's n-gram model. The language of the visitor's page and of the conversation is the starting belief, so a text that
says nothing («IMAP?», an address) stays in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

import yaml

from soluciones.kb.types import LANGUAGES

_WORD = re.compile(r"[^\W\d_]+(?:'(?=\s|$))?")
_NOISE = re.compile(r"\S*@\S*|https?://\S+|\S*\.\S+\.\S*|v=spf1\S*|\S*\d\S*")
"""Addresses, hosts, records and numbers say nothing about the language and mislead letter statistics."""
_LETTERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys("ñ¿¡áíóú", ("es",)),
    **dict.fromkeys("ßäöü", ("de",)),
    **dict.fromkeys("çêâîôûœ", ("fr",)),
    **dict.fromkeys("èàù", ("fr", "it")),
    **dict.fromkeys("ìò", ("it",)),
    "é": ("es", "fr"),
}

_WORD_WEIGHT = 1.3
"""One everyday word of one language alone; shared words count their fraction."""
_LETTER_WEIGHT = 1.2
"""A letter only one language has is stronger than a word that may be a name."""
_NGRAM_WEIGHT = 1.0
"""lingua's confidence (0..1): enough to decide among unknown words, not against two everyday words."""
_PRIOR_WEIGHT = 0.9
"""The page's language wins when the text is silent; one clear word of another language does not overturn it by itself,
two do."""
_MAX_CHARS = 400


@cache
def _function_words() -> Mapping[str, tuple[str, ...]]:
    raw = yaml.safe_load(resources.files("soluciones.answer").joinpath("data/function_words.yml").read_text("utf-8"))
    words: dict[str, list[str]] = {}
    for lang, text in raw.items():
        for word in dict.fromkeys(text.split()):
            words.setdefault(word, []).append(lang)
    return {word: tuple(langs) for word, langs in words.items()}


@cache
def _detector():  # type: ignore[no-untyped-def]  # lingua ships no types for its builder
    from lingua import Language, LanguageDetectorBuilder

    languages = (Language.SPANISH, Language.ENGLISH, Language.FRENCH, Language.GERMAN, Language.ITALIAN)
    # Low accuracy mode: trigrams only, 8 MB instead of 140 MB; the words above do the rest.
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()


def warm_up() -> None:
    """Loads the word lists and n-gram models, so that the first visitor does not wait for them."""
    detect("¿qué puerto uso?")


def fold(text: str) -> str:
    """Lower case without accents; ñ stays ñ."""
    text = text.lower().replace("ñ", "\0")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.replace("\0", "ñ")


def scores(text: str, prior: str = "") -> dict[str, float]:
    """Evidence for each language, larger is likelier. ``prior`` is the language of the page or conversation."""
    text = _NOISE.sub(" ", text[:_MAX_CHARS])
    total = dict.fromkeys(LANGUAGES, 0.0)
    if prior in total:
        total[prior] += _PRIOR_WEIGHT
    known = _function_words()
    words = _WORD.findall(fold(text))
    for word in words:
        langs = known.get(word, ())
        for lang in langs:
            total[lang] += _WORD_WEIGHT / len(langs)
    for letter in set(text.lower()):
        langs = _LETTERS.get(letter, ())
        for lang in langs:
            total[lang] += _LETTER_WEIGHT / len(langs)
    if words:
        for value in _detector().compute_language_confidence_values(text):
            total[value.language.iso_code_639_1.name.lower()] += _NGRAM_WEIGHT * value.value
    return total


def detect(text: str, prior: str = "", allowed: Collection[str] = LANGUAGES) -> str:
    """The likeliest language among ``allowed``; ``prior`` (or Spanish) when the text says nothing."""
    prior = prior or LANGUAGES[0]
    ranked = sorted(
        ((score, lang == prior, lang) for lang, score in scores(text, prior).items() if lang in allowed),
        reverse=True,
    )
    if not ranked:
        return prior
    return ranked[0][2]
