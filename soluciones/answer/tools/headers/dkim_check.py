"""Checks DKIM signatures of whole messages (RFC 6376) with dkimpy; the key is asked for through the guarded DNS only.

dkimpy is made for mail servers; before it sees a message, everything that costs it more than linear time is refused.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import dkim

from soluciones.answer.net.contract import Network
from soluciones.answer.tools.headers.mailboxes import host

DkimStatus = Literal["absent", "not_checkable", "unknown", "broken", "verified"]
MAX_SIGNATURES = 4
_MAX_HEADERS = 256 * 1024
_MAX_RUN = 1_000
"""Longest run of blanks: dkimpy's expression for trailing blanks is quadratic in it."""
_MAX_KEY = 1_600
"""Characters of a key record: an RSA key of 8,192 bits has 1,500; a longer one would only cost time."""
_BLANKS = bytes.maketrans(b"\t", b" ")

_silent = logging.getLogger("soluciones.dkim")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False  # dkimpy logs domains, keys and signatures
_silent.setLevel(logging.CRITICAL + 1)


class _KeyNotKnown(Exception):
    """The key could not be asked for, or is not published any more."""


@dataclass(frozen=True, slots=True)
class DkimCheck:
    """What the signatures say."""

    status: DkimStatus = "absent"
    domains: tuple[str, ...] = ()
    """Signing domains: of the valid signatures when ``verified``, else of all."""
    reason: str = ""
    """Why nothing could be checked: ``headers_only``, ``network_off``, ``pasted``, ``no_key``, ``unreadable``."""


def check_dkim(
    raw: bytes, signatures: tuple[str, ...], whole: bool, pasted: bool, network: Network | None
) -> DkimCheck:
    """Checks up to ``MAX_SIGNATURES`` signatures. Never raises.

    Args:
        raw: the message as it came.
        signatures: values of its ``DKIM-Signature`` fields, top first.
        whole: the body is there; the signature covers it too.
        pasted: the text came through the clipboard, which may change it: then a failure proves nothing.
        network: None: nothing may be asked for.
    """
    signatures = signatures[:MAX_SIGNATURES]
    domains = tuple(dict.fromkeys(name for value in signatures if (name := _domain(value))))
    if not signatures:
        return DkimCheck()
    if not whole:
        return DkimCheck("not_checkable", domains, "headers_only")
    if network is None:
        return DkimCheck("unknown", domains, "network_off")
    if not _harmless(raw):
        return DkimCheck("unknown", domains, "unreadable")
    outcomes = [(_domain(value), _verify(raw, index, network)) for index, value in enumerate(signatures)]
    good = tuple(dict.fromkeys(name for name, outcome in outcomes if outcome == "verified" and name))
    if good:
        return DkimCheck("verified", good)
    unknown = next((outcome for _, outcome in outcomes if outcome not in ("broken", "verified")), "")
    if unknown or pasted:
        return DkimCheck("unknown", domains, unknown or "pasted")
    return DkimCheck("broken", domains)


def _verify(raw: bytes, index: int, network: Network) -> str:
    def key(name: bytes, timeout: int = 5) -> bytes:
        reply = network.dns.lookup(name.decode("ascii", "replace").rstrip("."), "TXT")
        if not reply.known:
            raise _KeyNotKnown("network_off" if reply.status == "network_off" else "no_key")
        record = next((text for text in reply.records if "p=" in text), "")
        if not record or len(record) > _MAX_KEY or record.replace(" ", "").endswith("p="):
            raise _KeyNotKnown("no_key")
        return record.encode("ascii", "replace")

    try:
        good = dkim.DKIM(raw, logger=_silent, minkey=1024).verify(index, dnsfunc=key)
    except _KeyNotKnown as error:
        return str(error)
    except dkim.ValidationError as error:
        return "no_key" if str(error).startswith(("x=", "t=", "unknown signature")) else "broken"  # expired: not false
    except Exception:  # dkimpy lets parser errors of many kinds through; a message that it cannot read proves nothing
        return "unreadable"
    return "verified" if good else "broken"


def _harmless(raw: bytes) -> bool:
    head = raw[: _MAX_HEADERS + 4]
    if b"\n\n" not in head and b"\r\n\r\n" not in head:
        return False
    return b" " * _MAX_RUN not in raw.translate(_BLANKS).replace(b"\r\n", b" ").replace(b"\n", b" ")


def _domain(signature: str) -> str:
    for tag in signature.split(";")[:40]:
        name, equals, value = tag.partition("=")
        if equals and name.strip() == "d":
            return host(value)
    return ""
