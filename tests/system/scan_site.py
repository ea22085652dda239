"""The whole site in this process, as the scans visit it: a made-up DNS, a mail server that answers, the real index."""

from __future__ import annotations

import io
import os
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml
from werkzeug.serving import WSGIRequestHandler, make_server

from soluciones.answer.answerer import Answerer
from soluciones.answer.net.contract import Network
from soluciones.answer.net.once import Once
from soluciones.answer.service import Service
from soluciones.index.embedding import open_embedder
from soluciones.index.store.store import Store
from soluciones.settings import Settings
from soluciones.webapp import logs
from soluciones.webapp.app import create_app
from tests.dns_server import DnsServer, closed_port, dns_for
from tests.fault_servers import Authority, MappedDialer, imap, tls

CASES = Path(__file__).parent / "cases"


class _Quiet(WSGIRequestHandler):
    """Says nothing of requests, and keeps a connection for the next one."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """See the base class."""


class _Hub:
    """The same small world for every visitor."""

    def __init__(self, zone: DnsServer, ports: Mapping[int, int]) -> None:
        self._network = Network(dns_for(zone), MappedDialer(ports), Once())

    def for_visitor(self, key: str) -> Network:
        """See ``Hub``."""
        return self._network


class _Imap(socketserver.ThreadingTCPServer):
    """A good IMAP server with TLS from the first byte."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self._talk = tls(context, imap)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """One conversation."""
        request.settimeout(5)
        with suppress(OSError):
            self._talk(request)


@contextmanager
def _running(server: Any, port: int) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name) if before is None else os.environ.update({name: before})


@contextmanager
def serving(settings: Settings, service: Service) -> Iterator[str]:
    """Serves an application on a free port of this machine and gives its address."""
    logs.configure(io.StringIO())
    server = make_server("127.0.0.1", 0, create_app(settings, service), threaded=True, request_handler=_Quiet)
    with _running(server, server.server_port) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def scan_site(settings: Settings) -> Iterator[str]:
    """The address of a site on the index of ``settings``, with a state of its own, that reaches nothing outside."""
    zone = yaml.safe_load((CASES / "browser_tools.yml").read_text("utf-8"))["zone"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        dns = stack.enter_context(DnsServer(zone))
        authority = Authority()
        authority.ca.cert_pem.write_to_path(str(folder / "ca.pem"))
        variable = ssl.get_default_verify_paths().openssl_cafile_env
        stack.enter_context(_environment(variable, str(folder / "ca.pem")))
        mail = _Imap(authority.context())
        port = stack.enter_context(_running(mail, int(mail.socket.getsockname()[1])))
        hub = _Hub(dns, {993: port, 587: closed_port()})
        answerer = Answerer(Store(settings.index, lambda: open_embedder(settings)), hub_for=lambda site: hub)
        own = settings.model_copy(update={"state": folder / "state", "network": True})
        yield stack.enter_context(serving(own, answerer))
