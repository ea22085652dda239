"""Files made for machines: made once a generation, asked for again with a conditional GET."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, current_app, request
from flask.sansio.app import App

from soluciones import __version__
from soluciones.webapp import actions, languages
from soluciones.webapp.access import web
from soluciones.webapp.machines.addresses import origin

_EXTENSION = "soluciones.machines"
_MAX_BYTES = 64 * 1024 * 1024
"""All files kept together; the least recently used ones go first."""
HOUR = 3600
TEN_MINUTES = 600
ASK_AGAIN = 0
"""Keep it, but ask each time whether it is still the same."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One finished file."""

    body: bytes
    made: datetime


class Documents:
    """Finished files by generation, language, origin and name. Thread-safe."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Document] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key, build: Callable[[], str]) -> Document:
        """The file of a key, made by ``build`` when it is not there."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        made = Document(build().encode("utf-8", "replace"), datetime.now(UTC).replace(microsecond=0))
        with self._lock:
            return self._keep(key, made)

    def _keep(self, key: Key, made: Document) -> Document:
        if key in self._kept:  # another thread was faster; its date stays the file's date
            return self._kept[key]
        self._kept[key] = made
        self._bytes += len(made.body)
        while self._bytes > self._max_bytes:
            self._bytes -= len(self._kept.popitem(last=False)[1].body)
        return made


def init_app(app: App) -> None:
    """Gives the app its shelf of files."""
    app.extensions[_EXTENSION] = Documents()


def respond(name: str, mimetype: str, max_age: int, build: Callable[[], str]) -> Response:
    """A file as an answer to this request: whole, or 304 when the reader has it.

    Args:
        name: what the file is; together with generation, language and origin it says what is in it.
        mimetype: without charset.
        max_age: seconds for which it need not be asked for again; ``ASK_AGAIN`` for none.
        build: makes it.

    Raises:
        Problem: 503 when there is no index yet.
    """
    actions.ready()
    documents: Documents = current_app.extensions[_EXTENSION]
    key = (web().service.generation, __version__, origin(), languages.current(), name)
    document = documents.get(key, build)
    response = Response(document.body, content_type=f"{mimetype}; charset=utf-8")
    # The entity tag is the content's, not the generation's: a generation that leaves a file alone costs nobody a byte.
    response.add_etag()
    response.last_modified = document.made
    response.headers["Cache-Control"] = f"public, max-age={max_age}" if max_age else "no-cache"
    response.make_conditional(request)
    return response
