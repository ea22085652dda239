"""Posts a hand-off to the address that the site's operator has set."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from soluciones import __version__
from soluciones.answer.net.operator import OperatorTarget, cut_off, within_own_network
from soluciones.webapp.delivery.failure import Undelivered
from soluciones.webapp.delivery.letter import EVENT

SECONDS = 20.0
"""One attempt, looking the name up and reading the reply included."""
_REPLY_BYTES = 64 * 1024
"""Only the status counts; a longer reply is not read to its end."""
_AS_IS = "/%:=&?~+!$,;'@()*[]-._"


@dataclass(frozen=True, slots=True)
class Webhook:
    """The operator's address."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    seconds: float = SECONDS
    clock: Callable[[], float] = time.time
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def post(self, handoff: str, body: bytes) -> None:
        """One attempt. Redirects are not followed: they would lead where no setting allows.

        Args:
            handoff: the id, by which the receiver knows a repetition.
            body: JSON.

        Raises:
            Undelivered, ConnectRefused, OSError, http.client.HTTPException: it was not taken.
        """
        until = time.monotonic() + self.seconds
        parts = urlsplit(self.url)
        secure, host = parts.scheme == "https", parts.hostname or ""
        port = parts.port or (443 if secure else 80)
        dialled = OperatorTarget(host, port).dial(host, port, self.seconds)
        with closing(dialled.sock), cut_off(dialled.sock, until - time.monotonic()):
            if not secure and not within_own_network(dialled.address):
                raise Undelivered("plain_http_outside")
            connection = http.client.HTTPConnection(host, port, timeout=self.seconds)
            connection.default_port = 443 if secure else 80
            sock = dialled.sock
            connection.sock = self.context().wrap_socket(sock, server_hostname=host) if secure else sock
            try:
                status = self._exchange(connection, parts.path, parts.query, handoff, body)
            except (OSError, http.client.HTTPException):
                if time.monotonic() >= until:
                    raise Undelivered("timeout") from None
                raise
            finally:
                connection.close()
        if not 200 <= status < 300:
            raise Undelivered("redirect" if 300 <= status < 400 else f"http_{status}")

    def _exchange(
        self, connection: http.client.HTTPConnection, path: str, query: str, handoff: str, body: bytes
    ) -> int:
        target = quote(path or "/", _AS_IS) + (f"?{quote(query, _AS_IS)}" if query else "")
        connection.request("POST", target, body, self._headers(handoff, body))
        reply = connection.getresponse()
        reply.read(_REPLY_BYTES)
        return reply.status

    def _headers(self, handoff: str, body: bytes) -> dict[str, str]:
        moment = str(int(self.clock()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"Soluciones/{__version__}",
            "Connection": "close",
            "Idempotency-Key": handoff,
            "Soluciones-Event": EVENT,
            "Soluciones-Timestamp": moment,
        }
        if self.secret:
            headers["Soluciones-Signature"] = signature(self.secret, moment, body)
        return headers


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``v1=`` and HMAC-SHA256 over the timestamp, a full stop and the body, in hexadecimal."""
    signed = timestamp.encode("ascii") + b"." + body
    return "v1=" + hmac.new(secret.encode("utf-8"), signed, hashlib.sha256).hexdigest()
