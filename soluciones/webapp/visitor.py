"""Who asks, for budgets only: an opaque key from the address, never stored or logged."""

from __future__ import annotations

import hashlib

from flask import g, request

from soluciones.webapp.access import web
from soluciones.webapp.secret import secret_key

_BYTES = 12


def visitor_key() -> str:
    """The same text for the same address until the server's key changes; nobody without the key can undo it.

    Whoever has proved who they are has a key of their own, wherever they come from.
    """
    proved: str = g.get("visitor", "")
    if proved:
        return proved
    address = (request.remote_addr or "").encode("utf-8", "replace")
    key = secret_key(web().settings.state)
    return hashlib.blake2b(address, key=key[:64], digest_size=_BYTES).hexdigest()
