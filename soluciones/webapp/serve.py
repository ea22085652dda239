"""Serves the application with granian."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Callable

from soluciones.settings import Settings

_BACKPRESSURE = 2_048
"""Connections a process holds at once. Each half-open one counts, so a small figure would let a few idle strangers
lock everyone out; the threads bound the work, not this."""
_HEADER_TIMEOUT_MS = 10_000
"""A request's headers must be complete after this long."""
_KILL_TIMEOUT = 10
"""Seconds that running requests are given when the server is told to stop."""
_READY_WAIT = 120.0
_TARGET = "soluciones.webapp.wsgi:gateway"


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


class PortTaken(Exception):
    """The port cannot be listened on."""

    hint = "stop what uses it, or choose another port with --port"


def _check_free(host: str, port: int) -> None:
    """Granian shares ports between processes, so a second server would start without a word and get half the visitors.

    Raises:
        PortTaken: the port is in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"port {port} on {host} cannot be used: {error.strerror}") from error


def _to_environment(settings: Settings) -> None:
    """Workers are fresh processes and read their settings again: what the command line said must reach them."""
    for name, value in settings.model_dump(mode="json").items():
        key = f"SOLUCIONES_{name.upper()}"
        if value is None:
            os.environ.pop(key, None)
            continue
        os.environ[key] = value if isinstance(value, str) else json.dumps(value)


def _url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def _announce_ready(url: str, started: float, announce: Callable[[str], None], host: str) -> None:
    request = urllib.request.Request(f"{url}/readyz", headers={"Host": host} if host else {})  # noqa: S310 - our own
    while time.monotonic() - started < _READY_WAIT:
        try:
            with urllib.request.urlopen(request, timeout=2):  # noqa: S310 - our own address, http only
                announce(f"Ready in {time.monotonic() - started:.1f} s: {url}")
                return
        except OSError:
            time.sleep(0.05)
    announce(f"Not ready after {_READY_WAIT:.0f} s; see {url}/readyz")


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT, then lets running requests end.

    Args:
        settings: where to listen, how many processes and threads, and everything the application needs.
        announce: told each step, in English, for the terminal.

    Raises:
        PortTaken: the port cannot be used.
    """
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from soluciones.webapp.forking import ForkFirst

    started = time.monotonic()
    port = settings.port or _free_port(settings.host)
    _check_free(settings.host, port)
    _to_environment(settings)
    server = ForkFirst(
        _TARGET,
        address=settings.host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.workers,
        backlog=_BACKPRESSURE,
        backpressure=_BACKPRESSURE,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT_MS),
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_KILL_TIMEOUT,
    )
    url = _url(settings.host, port)
    processes = "1 process" if settings.workers == 1 else f"{settings.workers} processes"
    announce(f"Starting {processes} with {settings.threads} threads on {url}")
    trusted = settings.trusted_hosts[0].lstrip(".") if settings.trusted_hosts else ""
    watcher = threading.Thread(target=_announce_ready, args=(url, started, announce, trusted), daemon=True)
    server.after_fork = watcher.start  # no thread may run while granian forks
    server.serve()
    announce("Stopped")
