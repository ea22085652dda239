"""Texts of the interface in five languages, from gettext catalogues ``locale/<lang>/<domain>.po``.

Message ids are keys such as ``ports.headline.recommended``; the part before the first dot is the domain, so each
part of the product has a small file of its own. ``{name}`` in a text is filled with ``str.format``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE_DIR = Path(__file__).parent / "locale"
REFERENCE = "es"


class MissingText(KeyError):
    """A key stands in no catalogue, not even the Spanish one: a programming error, caught by tests."""


@lru_cache(maxsize=256)
def _domain(folder: Path, lang: str, domain: str) -> dict[str, str]:
    path = folder / lang / f"{domain}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as handle:
        catalogue = read_po(handle, locale=lang, domain=domain)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}


class Catalogue:
    """All texts below one folder. Loaded lazily, a domain at a time."""

    def __init__(self, folder: Path = LOCALE_DIR) -> None:
        self._folder = folder

    def text(self, lang: str, key: str, **params: object) -> str:
        """The text of ``key`` in ``lang``, in Spanish when that language lacks it.

        Raises:
            MissingText: the key is unknown in Spanish too.
        """
        domain = key.partition(".")[0]
        found = _domain(self._folder, lang, domain).get(key) or _domain(self._folder, REFERENCE, domain).get(key)
        if found is None:
            raise MissingText(f"{key} (looked in {domain}.po for {lang} and {REFERENCE})")
        return found.format(**params) if params else found

    def domain(self, lang: str, domain: str) -> dict[str, str]:
        """All texts of one domain, the language's own over the Spanish ones; for the browser."""
        return _domain(self._folder, REFERENCE, domain) | _domain(self._folder, lang, domain)
