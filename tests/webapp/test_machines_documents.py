"""Conditional GET, caching and headers of the files for machines."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from machines_bench import Bench, make_client, real
from web_fake import GUIDES

from soluciones.webapp.machines.documents import Documents

FILES = (
    "/sitemap.xml",
    "/es/sitemap.xml",
    "/es/changes.xml",
    "/es/opensearch.xml",
    "/llms.txt",
    "/es/llms.txt",
    "/llms-full.txt",
    "/es/llms-full.txt",
    "/es/guides/crear-direccion.md",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the small site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("small"), Bench())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A reader of the real site; nothing in this module changes it."""
    return make_client(tmp_path_factory.mktemp("real"), real())


@pytest.mark.parametrize("path", FILES)
def test_who_has_a_file_is_not_sent_it_again(client: FlaskClient, path: str) -> None:
    """304 without a body for the entity tag, for its weak form in a list and for the date; 200 for another tag."""
    first = client.get(path)
    tag, day = first.headers["ETag"], first.headers["Last-Modified"]
    assert parsedate_to_datetime(day) <= datetime.now(UTC)
    for have in ({"If-None-Match": tag}, {"If-None-Match": f'"x", W/{tag}'}, {"If-Modified-Since": day}):
        again = client.get(path, headers=have)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    for other in ({"If-None-Match": '"x"'}, {"If-None-Match": '"x"', "If-Modified-Since": day}):
        assert client.get(path, headers=other).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("path", ["/sitemap.xml", "/es/guides/protocolos-y-puertos.md"])
def test_compressed_files_are_not_sent_again_either(reader: FlaskClient, path: str, coding: str) -> None:
    """A reader that takes compressed files gets one, and 304 for the tag that came with it."""
    take = {"Accept-Encoding": coding}
    first = reader.get(path, headers=take)
    assert first.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in first.headers["Vary"]
    for have in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        again = reader.get(path, headers=take | have)
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", [*FILES, "/robots.txt"])
def test_files_are_no_pages(client: FlaskClient, path: str) -> None:
    """Nothing in them runs, nothing guesses their type, no cookie comes along, and HEAD tells the length."""
    response = client.get(path)
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"].endswith("; charset=utf-8")
    assert response.headers["Cache-Control"] in {"no-cache", "public, max-age=600", "public, max-age=3600"}
    assert "Set-Cookie" not in response.headers
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(response.data))
    assert client.post(path).status_code == 405


def test_a_new_generation_is_told_at_once(tmp_path: Path) -> None:
    """When guides change the files do; a file that stays the same keeps its tag."""
    service = Bench()
    client = make_client(tmp_path, service)
    before = {path: client.get(path).headers["ETag"] for path in FILES}
    service.generation = "000002-fake"
    service.all = (replace(GUIDES[0], title="Puertos nuevos", source="Nuevo.\n"), GUIDES[1])
    after = {path: client.get(path).headers["ETag"] for path in FILES}
    changed = {path for path in FILES if before[path] != after[path]}
    assert changed == {"/es/changes.xml", "/llms.txt", "/es/llms.txt", "/llms-full.txt", "/es/llms-full.txt"}


def test_hosts_and_languages_do_not_mix(tmp_path: Path) -> None:
    """A file kept for one address or language is never given for another."""
    client = make_client(tmp_path, Bench())
    for _ in range(2):
        for host in ("localhost", "127.0.0.1:8000"):
            assert f"http://{host}/fr/" in client.get("/fr/changes.xml", headers={"Host": host}).get_data(as_text=True)
    assert client.get("/fr/llms.txt").data != client.get("/de/llms.txt").data
    assert client.get("/llms.txt").data == client.get("/es/llms.txt").data


def test_the_shelf_has_an_end() -> None:
    """The least recently used files go first; what is too large for the shelf is still given."""
    shelf = Documents(max_bytes=10)
    made: list[str] = []

    def get(name: str, size: int = 4) -> bytes:
        def build() -> str:
            made.append(name)
            return name * size

        return shelf.get((name,), build).body

    for name in ("a", "b", "a", "c", "a", "b"):
        assert get(name) == name.encode() * 4
    assert made == ["a", "b", "c", "b"]
    assert len(get("z", 50)) == 50
    assert get("a") == b"aaaa"


def test_who_came_second_gets_the_first_ones_file() -> None:
    """Two readers at once make one file: its date does not go on."""
    shelf = Documents()

    def slow() -> str:
        inner.append(shelf.get(("a",), lambda: "x"))
        time.sleep(0)
        return "x"

    inner: list[object] = []
    assert shelf.get(("a",), slow) is inner[0]
