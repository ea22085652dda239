"""The languages in which a site shows itself to the world."""

from __future__ import annotations

from soluciones.webapp import languages
from soluciones.webapp.pages import offered, site

LOCALES = {"es": "es_ES", "en": "en_GB", "fr": "fr_FR", "de": "de_DE", "it": "it_IT"}
"""Open Graph wants a territory."""


def public_languages() -> tuple[str, ...]:
    """Languages of the site, the default one first; never empty."""
    default = default_language()
    return (default, *(lang for lang in offered() if lang != default))


def default_language() -> str:
    """Where those go whose language we do not speak."""
    choice = offered()
    default = languages.known(site().default_language)
    return default if default in choice or not choice else choice[0]
