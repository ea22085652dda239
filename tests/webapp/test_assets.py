"""Static files: hashed, compressed, bundled, and never half-written."""

from __future__ import annotations

import gzip
import re
import stat
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from soluciones.webapp import assets

LINK = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def test_every_file_of_a_page_is_there_immutable_and_compressed(client: FlaskClient) -> None:
    """What a page links to answers 200, may be kept for ever, and comes compressed to those who can read that."""
    links = LINK.findall(client.get("/es/").get_data(as_text=True))
    assert len(links) >= 5
    for link in links:
        response = client.get(link, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        if len(response.data) > 250:
            assert response.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(response.data) == client.get(link).data


def test_addresses_of_another_version_lead_to_this_one(client: FlaskClient) -> None:
    """A page that was opened before an update still finds its modules; what never was is not found."""
    response = client.get("/static/000000000000/site.css")
    assert response.status_code == 302
    assert client.get(response.location).status_code == 200
    assert client.get("/static/000000000000/no.css").status_code == 404
    assert client.get("/static/000000000000/../app.py").status_code == 404


def test_the_widgets_bundle_knows_no_rem(tmp_path: Path) -> None:
    """Lengths of the widget do not depend on the host page's root font size; the page's own bundle keeps them."""
    folder = assets.collect(tmp_path).folder
    assert "rem" not in re.sub(r"[a-z-]*rem[a-z]+|[a-z]+rem\b", "", (folder / "widget.css").read_text())
    assert re.search(r"\drem", (folder / "site.css").read_text())
    assert assets.in_pixels("a{margin:1.5rem -.25rem;b:clamp(1rem,2vw,3rem)}") == (
        "a{margin:24px -4px;b:clamp(16px,2vw,48px)}"
    )


def test_modules_import_only_what_exists() -> None:
    """Every relative import of every module names a file."""
    for path in assets.SOURCE.rglob("*.js"):
        for name in re.findall(r'(?:from|import)\s*\(?"(\.[^"]+)"', path.read_text()):
            assert (path.parent / name).is_file(), f"{path.name} imports {name}"


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a read-only state folder (or a file in its place) the files are served from elsewhere."""
    monkeypatch.setattr(assets, "_made", {})
    (tmp_path / "state").write_text("in the way")
    made = assets.collect(tmp_path / "state")
    assert (made.folder / "site.css").is_file()
    assert stat.S_IMODE(made.folder.stat().st_mode) & 0o077 == 0


def test_old_versions_are_forgotten_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few former versions stay for pages that are still open; older ones go."""
    monkeypatch.setattr(assets, "_made", {})
    for number in range(6):
        (tmp_path / "static" / f"{number:012d}").mkdir(parents=True)
    made = assets.collect(tmp_path)
    assert made.folder.is_dir()
    assert len(list((tmp_path / "static").iterdir())) == 4


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_pages_and_answers_travel_compressed(client: FlaskClient, coding: str) -> None:
    """A page is sent compressed to those who can read that, and says that it depends on it."""
    response = client.get("/es/", headers={"Accept-Encoding": coding})
    assert response.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in response.headers["Vary"]
    assert len(response.data) < len(client.get("/es/").data) / 2
