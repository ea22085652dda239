"""A real server: what it imports, how much it takes, how it bears bad input, swaps and signals."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from soluciones.index.builder import build
from soluciones.index.embedding import open_embedder
from soluciones.index.store.store import Store
from soluciones.kb.content import read_content
from tests.conftest import ROOT, Server, settings_in, start_server

pytestmark = pytest.mark.model

MAX_MEMORY = 400 * 2**20
"""Bytes of resident memory of all processes of the server."""
HOSTILE = [json.loads(line)["q"] for line in (Path(__file__).parent / "hostile.jsonl").read_text("utf-8").splitlines()]


def post(url: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a POST."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def ask(url: str, question: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """One question to the API."""
    return post(f"{url}/api/v1/ask", json.dumps({"question": question, **more}).encode())


def processes(pid: int) -> list[psutil.Process]:
    """The server's process and its children."""
    main = psutil.Process(pid)
    return [main, *main.children(recursive=True)]


def test_server_never_loads_torch_and_stays_small(server: Server) -> None:
    """After a hundred questions no process of the server has torch's libraries, and all together stay under 400 MB."""
    for number in range(100):
        assert ask(server.url, f"¿Qué puerto uso para IMAP? {number}")[0] == 200
    family = processes(server.pid)
    loaded = [m.path for p in family for m in p.memory_maps() if "torch" in m.path or "transformers" in m.path]
    assert not loaded
    memory = sum(p.memory_full_info().pss for p in family)
    print(f"memory of the serving processes: {memory / 2**20:.0f} MiB")
    assert memory <= MAX_MEMORY


def test_answering_imports_neither_torch_nor_transformers(server: Server) -> None:
    """The modules of a process that answered a question hold no part of the torch family."""
    code = (
        "import sys; from soluciones.settings import Settings; from soluciones.answer.answerer import open_service;"
        "open_service(Settings()); import soluciones.webapp.wsgi;"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'sklearn') if m in sys.modules])"
    )
    from tests.conftest import environment

    run = subprocess.run(
        [sys.executable, "-c", code], env=environment(server.settings, 0), capture_output=True, text=True, check=True
    )
    assert run.stdout.strip().endswith("[]"), run.stdout


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_questions_get_an_answer_or_a_problem(server: Server, number: int) -> None:
    """Whatever is sent is answered (200) or refused with a problem that says why (4xx), in the asked language."""
    status, data = ask(server.url, HOSTILE[number], lang="es")
    assert status == 200 or 400 <= status < 500, data
    if status != 200:
        assert data["status"] == status
        assert data["title"]
        assert data["detail"]
    else:
        assert data["status"] in {"answered", "clarify", "no_answer", "handoff", "chat"}


def test_the_four_promised_questions(server: Server) -> None:
    """The port with its guide and card, the address verdict with a repair, the profile, and a kind refusal."""
    _, port = ask(server.url, "¿Qué puerto uso para recibir por IMAP?")
    assert port["citations"][0]["guide"] == "protocolos-y-puertos"
    assert "993" in port["answer"][0]["text"] + port["answer"][1]["text"]
    assert [tool["id"] for tool in port["tools"]] == ["ports"]
    _, address = ask(server.url, "¿es válida ana..lopez@ejemplo.com?")
    assert address["tools"][0]["status"] == "bad"
    assert "ana.lopez@ejemplo.com" in address["tools"][0]["data"]["suggestions"]
    _, phone = ask(server.url, "configurar mi iPhone")
    names = [download["name"] for download in phone["tools"][0]["downloads"]]
    assert "correo.mobileconfig" in names
    with urllib.request.urlopen(server.url + phone["tools"][0]["downloads"][0]["url"], timeout=10) as file:
        assert file.status == 200
        assert "attachment" in file.headers["Content-Disposition"]
    _, capital = ask(server.url, "¿cuál es la capital de Francia?")
    assert capital["status"] == "no_answer"
    assert capital["message"]
    assert capital["related"]


def test_conversation_carries_over(server: Server) -> None:
    """«¿y para enviar?» after a question on receiving is answered with the sending port."""
    _, first = ask(server.url, "¿Qué puerto uso para recibir por IMAP?")
    _, second = ask(server.url, "¿y para enviar?", conversation=first["conversation"])
    assert second["status"] == "answered"
    assert any("465" in block["text"] for block in second["answer"])


def test_swaps_under_load_fail_nothing_and_mix_nothing(server: Server, tmp_path: Path) -> None:
    """While twenty generations with other wording swap in, every reply is whole and of exactly one generation."""
    settings = settings_in(tmp_path)
    content = tmp_path / "content"
    (content / "guides" / "es").mkdir(parents=True)
    for name in ("protocolos-y-puertos", "caracteres-permitidos"):
        source = (ROOT / "content" / "guides" / "es" / f"{name}.md").read_text("utf-8")
        source = "\n".join(line for line in source.split("\n") if not line.startswith(("related:", "tools:")))
        (content / "guides" / "es" / f"{name}.md").write_text(_unlinked(source), "utf-8")
    embedder, store = open_embedder(server.settings), Store(settings.index)
    _mark(content, 0)
    build(read_content(content), embedder, store)
    process, url = start_server(settings, tmp_path / "log")
    stop, seen, wrong = threading.Event(), set[str](), list[Any]()

    def visitor() -> None:
        while not stop.is_set():
            status, data = ask(url, "¿Qué puerto uso para recibir por IMAP?")
            marks = {word for b in data.get("answer", ()) for word in b["text"].split() if word.startswith("versión-")}
            if status != 200 or data["status"] != "answered" or len(marks) > 1:
                wrong.append((status, data))
            seen.add(data.get("generation", ""))

    try:
        with ThreadPoolExecutor(4) as pool:
            visitors = [pool.submit(visitor) for _ in range(4)]
            for version in range(1, 21):
                _mark(content, version)
                build(read_content(content), embedder, store)
                time.sleep(0.4)
            stop.set()
            for future in visitors:
                future.result()
    finally:
        stop.set()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    assert not wrong, wrong[:2]
    assert len(seen) >= 10, seen


def _unlinked(source: str) -> str:
    """Internal links to guides that are not in the small content become plain words."""
    import re

    return re.sub(r"\[([^\]]+)\]\([\w-]+\.md(#[\w-]+)?\)", r"\1", source)


def _mark(content: Path, version: int) -> None:
    """Puts the version into every paragraph of both guides."""
    import re

    for path in content.glob("guides/es/*.md"):
        head, body = path.read_text("utf-8").split("\n---\n", 1)
        body = re.sub(r" ?versión-\d+", "", body)
        body = re.sub(r"(?m)^([A-ZÁÉÍÓÚ][^\n|]*[.:])$", rf"\1 versión-{version}", body)
        path.write_text(f"{head}\n---\n{body}", "utf-8")


def test_terminated_server_ends_by_itself(server: Server, tmp_path: Path) -> None:
    """SIGTERM ends the server and its workers."""
    process, _ = start_server(server.settings, tmp_path / "log")
    family = processes(process.pid)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
