"""Who the visitor is, when the site that embeds the widget vouches for it with a short-lived signed token (RFC 7519).

The algorithm follows from the configured key and from nothing in the token: a secret file means HS256, an Ed25519 key
EdDSA, a P-256 key ES256. Headers that would name or bring another key are refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soluciones.settings import Settings

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OctKey, OKPKey

MAX_TOKEN_CHARS = 4_096
"""Four claims and a signature take some 400."""
MAX_LIFE_SECONDS = 24 * 3600
SKEW_SECONDS = 60
"""Clocks of two servers differ by seconds; a minute is what most libraries allow."""
MIN_SECRET_BYTES = 32
"""RFC 7518 §3.2: an HS256 key has at least the size of the hash."""
MAX_SUB_CHARS = 255
_MAX_EXACT = 2**53
_HEADER_NAMES = frozenset(["alg", "typ", "kid"])
"""``kid`` is allowed and ignored, for libraries that always write it."""
_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\Z")
_VISITOR_BYTES = 12


class BadToken(Exception):
    """The token proves nothing; the message is one of a few fixed reasons, for the site's developers."""


class NoKey(Exception):
    """Nothing is configured to verify tokens with, or it cannot be used."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key and the only algorithms it is used with."""

    key: OctKey | OKPKey | ECKey
    algorithms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a valid token says."""

    sub: str
    name: str = ""
    email: str = ""


def verifier(settings: Settings) -> Verifier:
    """The configured key.

    Raises:
        NoKey: none, both kinds, a short secret, or a file that cannot be read as a key.
    """
    secret, public = settings.widget_secret_file, settings.widget_public_key_file
    if (secret is None) == (public is None):
        raise NoKey("set either a secret file or a public key file")
    path = secret or public
    assert path is not None
    try:
        return _load(path, path.stat().st_mtime_ns, secret is not None)
    except OSError as error:
        raise NoKey("the key file cannot be read") from error


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int, secret: bool) -> Verifier:
    from joserfc.errors import JoseError  # a tenth of a second to import, and most sites sign nothing
    from joserfc.jwk import ECKey, OctKey, OKPKey

    raw = path.read_bytes().strip()
    if secret:
        if len(raw) < MIN_SECRET_BYTES or raw.startswith(b"-----BEGIN"):
            raise NoKey("the secret has fewer than 32 bytes, or is a PEM file")
        return Verifier(OctKey.import_key(raw), frozenset(["HS256"]))
    for kind, curve, algorithms in ((OKPKey, "Ed25519", ("EdDSA", "Ed25519")), (ECKey, "P-256", ("ES256",))):
        try:
            key = kind.import_key(raw)
        except (ValueError, TypeError, JoseError):
            continue
        if key.as_dict(private=False).get("crv") == curve:
            return Verifier(key, frozenset(algorithms))
    raise NoKey("the public key is neither Ed25519 nor P-256")


def verify(token: str, keys: Verifier, audience: str, now: Callable[[], float] = time.time) -> Identity:
    """The identity that a token proves.

    Args:
        token: in compact form.
        keys: key and algorithms.
        audience: the widget's id; ``aud`` must name it.
        now: seconds since 1970.

    Raises:
        BadToken: it proves nothing.
    """
    from joserfc import jws
    from joserfc.errors import JoseError

    found = _TOKEN.match(token) if len(token) <= MAX_TOKEN_CHARS else None
    if found is None:
        raise BadToken("not a signed token in compact form")
    header = _json(found[1], "header")
    if not header.keys() <= _HEADER_NAMES:
        raise BadToken("a header that is not allowed")
    if not isinstance(header.get("alg"), str) or header["alg"] not in keys.algorithms:
        raise BadToken("another algorithm than the configured one")
    if "typ" in header and (not isinstance(header["typ"], str) or header["typ"].upper() != "JWT"):
        raise BadToken("another type than JWT")
    try:
        jws.deserialize_compact(token, keys.key, algorithms=sorted(keys.algorithms))
    except (JoseError, ValueError, TypeError):
        raise BadToken("the signature does not match") from None
    claims = _json(found[2], "payload")
    _check_times(claims, now())
    _check_audience(claims.get("aud"), audience)
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= MAX_SUB_CHARS or _plain(sub, MAX_SUB_CHARS) != sub:
        raise BadToken("no usable sub")
    return Identity(sub, _plain(claims.get("name"), 200), _email(claims.get("email")))


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    issued, expires = _second(claims, "iat"), _second(claims, "exp")
    if not 0 < expires - issued <= MAX_LIFE_SECONDS:
        raise BadToken("exp is not within 24 hours of iat")
    if issued > now + SKEW_SECONDS:
        raise BadToken("iat lies in the future")
    if expires <= now - SKEW_SECONDS:
        raise BadToken("expired")
    if "nbf" in claims and _second(claims, "nbf") > now + SKEW_SECONDS:
        raise BadToken("not valid yet")


def _second(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _MAX_EXACT:
        raise BadToken(f"no usable {name}")
    return float(value)


def _check_audience(found: object, audience: str) -> None:
    several = found if isinstance(found, list) else [found]
    if not all(isinstance(one, str) for one in several) or audience not in several:
        raise BadToken("aud does not name this widget")


def _json(part: str, name: str) -> dict[str, Any]:
    """A part of the token as an object. Names that stand twice are refused: two readers could read two things."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (binascii.Error, UnicodeDecodeError, ValueError, RecursionError):
        raise BadToken(f"the {name} cannot be read") from None
    if not isinstance(value, dict):
        raise BadToken(f"the {name} is no object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(_name: str) -> Any:
    raise ValueError("not JSON")


def _plain(value: object, limit: int) -> str:
    """A text without control and format characters, cut; "" for anything else."""
    if not isinstance(value, str):
        return ""
    return "".join(char for char in value[:limit] if unicodedata.category(char)[0] != "C").strip()


def _email(value: object) -> str:
    text = _plain(value, 255)
    return text if "@" in text and len(text) <= 254 and not any(map(str.isspace, text)) else ""


def visitor_of(sub: str, site_id: str, key: bytes) -> str:
    """An opaque name of an identified visitor; nobody without the server's key can undo it or make it."""
    text = f"{site_id}\0{sub}".encode("utf-8", "replace")
    return hashlib.blake2b(text, key=key[:64], digest_size=_VISITOR_BYTES, person=b"widget-visitor").hexdigest()


def bound(conversation: str, visitor: str, key: bytes) -> str:
    """A conversation's id as this visitor may know it, from the stored one; and back again.

    The two differ by bytes that only the server can make for that visitor. Whoever else sends the visitor's id names
    a conversation that does not exist. A guest's ids are the stored ones. What is no id stays none.
    """
    if not visitor:
        return conversation
    if not re.fullmatch(r"[0-9a-f]{32}", conversation):
        return ""
    pad = hashlib.blake2b(visitor.encode(), key=key[:64], digest_size=16, person=b"conversation").digest()
    return bytes(a ^ b for a, b in zip(bytes.fromhex(conversation), pad, strict=True)).hex()
