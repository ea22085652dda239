"""Static files: bundled, hashed, compressed once, and served by WhiteNoise.

All files share one version, the hash of everything, and stand below ``/static/<version>/``: relative imports between ES
modules then need no rewriting, and browsers may keep every file for ever.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, Response, redirect
from rjsmin import jsmin
from werkzeug.exceptions import NotFound
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from soluciones.webapp.headers import FILE_POLICY

SOURCE = Path(__file__).parent / "static"
PREFIX = "/static"
_YEAR = 365 * 24 * 3600
_VERSION_CHARS = 12
_OLD_VERSIONS = 3

BUNDLES = {
    "site.css": ("tokens.css", "parts.css", "cards.css", "page.css", "portal.css", "people.css"),
    "widget.css": ("tokens.css", "parts.css", "cards.css", "people.css", "widget/widget.css"),
}
"""One request instead of six for what every page needs; the widget wears the same components."""
_WIDGET_MODULES = tuple(f"widget/{name}.js" for name in ("nodes", "talk", "search", "frame", "app"))
"""What every widget needs, in the order in which they build on each other: one request instead of five."""
_IMPORT = re.compile(r'^import .* from "\./.*";\n', re.MULTILINE)
_REM = re.compile(r"(?<![\w.])(\d*\.?\d+)rem\b")
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_FRACTION = re.compile(r"(?<![\w.-])(\d+\.\d+)px")
_FINE_PX = 1.5
_USED = re.compile(r"var\(--([\w-]+)")
_TOKEN = re.compile(r"--([\w-]+):[^;}]*;?")
_LEADING_ZERO = re.compile(r"(?<![\w.])0(?=\.\d)\.")
_CSS_BLANK = re.compile(r"\s*([{};,])\s*|(:) +|(?<=[{;])\s+")
_ROOT_PX = 16
"""A host page may have any root font size; inside it the widget's lengths must not depend on that."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Where the finished files are and what their addresses begin with."""

    folder: Path
    version: str

    def url(self, name: str) -> str:
        """The address of a file.

        Raises:
            KeyError: there is no such file.
        """
        if not (self.folder / name).is_file():
            raise KeyError(name)
        return f"{PREFIX}/{self.version}/{name}"


def in_pixels(css: str) -> str:
    """A style sheet with its ``rem`` lengths as ``px``."""
    return _REM.sub(lambda match: f"{float(match[1]) * _ROOT_PX:g}px", css)


def squeezed(name: str, text: str) -> str:
    """A file of the widget without what only people read; every byte of it is paid by other people's visitors.

    Lengths lose what no screen shows, fractions of a pixel beyond the first one and a half; tokens that the widget does
    not use stay behind.
    """
    if not name.endswith(".css"):
        return str(jsmin(text))
    dense = _CSS_BLANK.sub(lambda match: match[1] or match[2] or "", text).replace(";}", "}").replace(" > ", ">")
    dense = _FRACTION.sub(lambda match: f"{float(match[1]):.0f}px" if float(match[1]) > _FINE_PX else match[0], dense)
    used = set(_USED.findall(dense))
    dense = _TOKEN.sub(lambda match: match[0] if match[1] in used else "", dense)
    return _LEADING_ZERO.sub(".", dense)


def _contents(source: Path) -> dict[str, bytes]:
    files = {str(path.relative_to(source)): path.read_bytes() for path in sorted(source.rglob("*")) if path.is_file()}
    for bundle, parts in BUNDLES.items():
        css = "\n".join(files[part].decode() for part in parts if part in files)
        css = _COMMENT.sub("", css)
        files[bundle] = (squeezed(bundle, in_pixels(css)) if bundle == "widget.css" else css).encode()
    if all(name in files for name in _WIDGET_MODULES):
        script = "".join(files[name].decode() for name in _WIDGET_MODULES)
        files[_WIDGET_MODULES[-1]] = _IMPORT.sub("", script).encode()
    for name in [name for name in files if re.fullmatch(r"widget/.*\.js", name)]:
        files[name] = squeezed(name, files[name].decode()).encode()
    return files


def _version(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:_VERSION_CHARS]


def _write(files: dict[str, bytes], folder: Path) -> None:
    """Writes and compresses all files, aside first: a folder that exists is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(prefix=".static-", dir=folder.parent))
    try:
        compressor = Compressor(quiet=True)
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if compressor.should_compress(name):
                list(compressor.compress(str(path)))
        try:
            aside.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was quicker, with the same bytes
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


_made: dict[str, Path] = {}
"""Version → its folder, for further applications of this process."""


def _forget_old(folder: Path, version: str) -> None:
    """Removes the files of versions long gone; pages that are open still ask for those of the last ones."""
    old = [path for path in folder.iterdir() if path.name != version and not path.name.startswith(".")]
    for path in sorted(old, key=lambda item: item.stat().st_mtime, reverse=True)[_OLD_VERSIONS:]:
        shutil.rmtree(path, ignore_errors=True)


def collect(state: Path) -> Assets:
    """Makes the folder of this version's files below ``state`` unless it is there."""
    files = _contents(SOURCE)
    version = _version(files)
    known = _made.get(version)
    if known is not None and known.is_dir():
        return Assets(known, version)
    folder = state / "static" / version
    try:
        if not folder.is_dir():
            _write(files, folder)
        _forget_old(folder.parent, version)
    except OSError:  # a state folder that cannot be written does not stop a page from being seen
        folder = Path(tempfile.mkdtemp(prefix="soluciones-static-")) / version
        _write(files, folder)
    _made[version] = folder
    return Assets(folder, version)


def _headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the widget's files are used by other sites' pages
    headers["Content-Security-Policy"] = FILE_POLICY


def init_app(app: Flask, state: Path) -> Assets:
    """Serves the static files of ``app``; addresses of older versions lead to the present one."""
    assets = collect(state)
    app.extensions["soluciones.assets"] = assets
    served = WhiteNoise(
        app.wsgi_app, max_age=_YEAR, immutable_file_test=lambda _path, _url: True, add_headers_function=_headers
    )
    served.add_files(str(assets.folder), f"{PREFIX}/{assets.version}/")
    app.wsgi_app = served  # type: ignore[method-assign]  # Flask's documented way to wrap itself

    def other_version(_version: str, name: str) -> Response:
        try:
            response = redirect(assets.url(name), 302)
        except KeyError:
            raise NotFound from None
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response  # type: ignore[return-value]  # werkzeug's own class of it

    app.add_url_rule(f"{PREFIX}/<_version>/<path:name>", "static_other_version", other_version)
    return assets
