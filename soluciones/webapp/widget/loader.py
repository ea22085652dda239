"""``/widget.js``: the one file a host page names. Small, cached for minutes: it says which version is to be had."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, request

from soluciones.kb.types import LANGUAGES
from soluciones.webapp import languages
from soluciones.webapp.assets import Assets

FRESH_SECONDS = 300
"""How long a new version of the server may go unnoticed on host pages."""
STALE_SECONDS = 24 * 3600
"""How long browsers may use the old one while they ask for the new one."""
TEXTS = ("launcher", "placeholder")
"""Texts that are needed before anything is asked for, in the order in which the loader reads them."""
_NOT_NEEDED = re.compile(r"^\s+|^/\*.*\*/\n", re.MULTILINE)
"""Indentation, and comments that fill a line."""
_VERSION_MARK, _TEXTS_MARK = "__VERSION__", '"__TEXTS__"'


def first_texts(lang: str) -> list[str]:
    """The texts that the loader shows."""
    known = languages.texts.domain(lang, "widget")
    return [known.get(f"widget.ui.{key}", "") for key in TEXTS]


@lru_cache(maxsize=4)
def _made(path: Path, _changed: int, version: str) -> tuple[bytes, bytes, str]:
    """The file, the same compressed, and its tag."""
    source = _NOT_NEEDED.sub("", path.read_text("utf-8"))
    texts = json.dumps({lang: first_texts(lang) for lang in LANGUAGES}, ensure_ascii=False, separators=(",", ":"))
    body = source.replace(_VERSION_MARK, version).replace(_TEXTS_MARK, texts).encode()
    return body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:20]


def loader() -> Response:
    """The loader as any page may run it."""
    assets: Assets = current_app.extensions["soluciones.assets"]
    path = assets.folder / "widget" / "loader.js"
    body, packed, tag = _made(path, path.stat().st_mtime_ns, assets.version)
    small = request.accept_encodings.quality("gzip") > 0
    response = current_app.response_class(packed if small else body, mimetype="text/javascript")
    if small:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{tag}-gzip" if small else tag)
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}, stale-while-revalidate={STALE_SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"  # the same for everybody, and nothing in it is secret
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response
