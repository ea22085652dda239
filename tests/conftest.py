"""What several suites share: the real content built once with the real model, and a real server on it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from soluciones.answer.answerer import Answerer, open_service
from soluciones.index.builder import build
from soluciones.index.embedding import open_embedder, prepare_model
from soluciones.index.store.store import Store
from soluciones.kb.content import read_content
from soluciones.settings import Settings

pytest_plugins = ["tests.system.browser_guard"]
"""Watches every page that a browser test opens."""

ROOT = Path(__file__).parents[1]
START_SECONDS = 60
"""Patience for a server on a busy machine; how fast it really is, `make bench` says."""


def settings_in(folder: Path) -> Settings:
    """Settings of a test: the repository's content and model, its own index and state."""
    return Settings(
        content=ROOT / "content",
        index=folder / "index",
        models=ROOT / "var" / "models",
        state=folder / "state",
        port=0,
        network=False,  # a test that needs DNS brings its own server
    )


@pytest.fixture(scope="session")
def real_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings over an index built from the real content with the real model."""
    # The index stays between runs: only what changed is encoded again. Test processes side by side get a copy each.
    folder = tmp_path_factory.mktemp("real")
    index = ROOT / "var" / "test-index"
    if "PYTEST_XDIST_WORKER" in os.environ:
        if index.is_dir():
            shutil.copytree(index, folder / "index")
        index = folder / "index"
    settings = settings_in(folder).model_copy(update={"index": index})
    prepare_model(settings, print)
    build(read_content(settings.content), open_embedder(settings), Store(settings.index))
    return settings


@pytest.fixture(scope="session")
def service(real_settings: Settings) -> Answerer:
    """The answer layer on the real index."""
    return open_service(real_settings)


@dataclass(frozen=True)
class Server:
    """A running ``kb serve``."""

    url: str
    pid: int
    settings: Settings
    log: Path


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def environment(settings: Settings, port: int) -> dict[str, str]:
    """Environment of a server process with these settings."""
    names = ("content", "index", "models", "state", "network", "dns_server")
    given = {f"SOLUCIONES_{name.upper()}": str(getattr(settings, name)) for name in names}
    return os.environ | given | {"SOLUCIONES_PORT": str(port), "PYTHONUNBUFFERED": "1"}


def start_server(settings: Settings, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Starts ``kb serve --no-build`` and waits until it says it is ready."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "soluciones.cli.main", "serve", "--no-build"],
            env=environment(settings, port),
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=settings.state.parent,
        )
    deadline, last = time.monotonic() + START_SECONDS, ""
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as reply:
                if reply.status == 200:
                    return process, url
        except OSError as error:
            last = f"{error!r} {error.read()[:500] if isinstance(error, urllib.error.HTTPError) else ''}"
            time.sleep(0.05)
        assert process.poll() is None, log.read_text("utf-8", "replace")
    process.kill()
    raise AssertionError(f"not ready in {START_SECONDS} s: {last} {log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def server(real_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all read-only tests, ended by its process id."""
    log = tmp_path_factory.mktemp("server") / "log"
    process, url = start_server(real_settings, log)
    yield Server(url, process.pid, real_settings, log)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
