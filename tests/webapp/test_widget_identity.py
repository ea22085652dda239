"""Signed visitors: good tokens of every configured kind, and a file of bad ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask.testing import FlaskClient
from web_fake import SITE, FakeService

from soluciones.kb.site import Site, Widget
from soluciones.settings import Settings
from soluciones.webapp.app import create_app
from soluciones.webapp.widget.examples import example
from soluciones.webapp.widget.identity import BadToken, NoKey, Verifier, bound, verifier, verify, visitor_of

NOW = 1_800_000_000
SECRET = b"a secret of more than thirty-two bytes"
ED, OTHER_ED = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
EC, OTHER_EC = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases" / "tokens.json").read_text("utf-8"))
CLAIMS = {"aud": "default", "sub": "42", "iat": -10, "exp": 600, "name": "Ana", "email": "ana@ejemplo.com"}
TIMES = {"iat", "exp", "nbf"}


def b64(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def pem(key: Any) -> bytes:
    """A public key as PEM."""
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(key.public_key().public_bytes(serialization.Encoding.PEM, kind))


def _es256(key: ec.EllipticCurvePrivateKey, text: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def signature(how: str, text: bytes) -> bytes:
    """The signature of ``text`` in one of the ways that the cases name."""
    secrets = {
        "other": b"another secret of thirty-two bytes!", "empty_secret": b"", "newline_secret": SECRET + b"\n",
        "public_as_secret": pem(ED),
    }  # fmt: skip
    if how in secrets:
        return hmac.new(secrets[how], text, hashlib.sha256).digest()
    if how in {"hs384", "hs512"}:
        return hmac.new(SECRET, text, how.replace("hs", "sha")).digest()
    fixed = {"empty": b"", "zeros": bytes(64), "foreign": hmac.new(SECRET, b"another text", hashlib.sha256).digest()}
    if how in fixed:
        return fixed[how]
    if "eddsa" in how:
        return (ED if how == "eddsa" else OTHER_ED).sign(text)
    if "es256" in how:
        return _es256(EC if how == "es256" else OTHER_EC, text)
    whole = hmac.new(SECRET, text, hashlib.sha256).digest()
    return whole[:16] if how == "cut" else whole


def token(case: dict[str, Any], now: int = NOW) -> str:
    """The token of a case: times are seconds from ``now``; null takes a name away."""
    if "raw" in case:
        return str(case["raw"]).replace("LONG", "a" * 3000 + "." + "b" * 3000 + "." + "c" * 3000)
    header = {k: v for k, v in ({"alg": "HS256", "typ": "JWT"} | case.get("header", {})).items() if v is not None}
    claims = {k: v for k, v in (CLAIMS | case.get("claims", {})).items() if v is not None}
    for name in TIMES & claims.keys():
        if isinstance(claims[name], int | float) and not isinstance(claims[name], bool):
            claims[name] += now
    payload = str(case.get("payload", json.dumps(claims)))
    payload = payload.replace("NOW", str(now)).replace("LATER", str(now + 60)).replace("DEEP", "[" * 900)
    text = f"{b64(json.dumps(header).encode())}.{b64(payload.encode())}"
    return f"{text}.{b64(signature(case.get('sign', 'secret'), text.encode()))}{case.get('suffix', '')}"


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Verifier]:
    """A verifier of each kind."""
    files = {"secret": SECRET + b"\n", "eddsa": pem(ED), "es256": pem(EC)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return {
        "secret": verifier(Settings(state=tmp_path, widget_secret_file=tmp_path / "secret")),
        "eddsa": verifier(Settings(state=tmp_path, widget_public_key_file=tmp_path / "eddsa")),
        "es256": verifier(Settings(state=tmp_path, widget_public_key_file=tmp_path / "es256")),
    }


def test_there_are_enough_bad_tokens() -> None:
    """The file keeps its size: at least forty ways to be wrong."""
    assert len({case["why"] for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_bad_token_proves_nothing(case: dict[str, Any], keys: dict[str, Verifier]) -> None:
    """Each is refused by the key it is aimed at."""
    with pytest.raises(BadToken):
        verify(token(case), keys[case.get("keys", "secret")], "default", lambda: NOW)


@pytest.mark.parametrize(
    "case",
    [
        {},
        {"header": {"typ": None}},
        {"header": {"typ": "jwt"}},
        {"header": {"kid": "2026-11"}},
        {"claims": {"aud": ["other", "default"]}},
        {"claims": {"iat": 59, "exp": 600}},
        {"claims": {"iat": -600, "exp": -59}},
        {"claims": {"iat": 0, "exp": 86400}},
        {"claims": {"nbf": 0}},
        {"claims": {"iat": -0.5}},
        {"claims": {"sub": "ñandú@ejemplo.com"}},
        {"header": {"alg": "EdDSA"}, "sign": "eddsa", "keys": "eddsa"},
        {"header": {"alg": "Ed25519"}, "sign": "eddsa", "keys": "eddsa"},
        {"header": {"alg": "ES256"}, "sign": "es256", "keys": "es256"},
    ],
)
def test_a_good_token_proves_its_sub(case: dict[str, Any], keys: dict[str, Verifier]) -> None:
    """All configured kinds, the edges of the clock included."""
    found = verify(token(case), keys[case.get("keys", "secret")], "default", lambda: NOW)
    assert found.sub == case.get("claims", {}).get("sub", "42")
    assert (found.name, found.email) == ("Ana", "ana@ejemplo.com")


@pytest.mark.parametrize(
    "claims",
    [{"email": "x"}, {"email": 1}, {"email": "a b@c.de"}, {"email": "@" * 300}, {"name": ["x"], "email": None}],
)
def test_odd_names_and_addresses_are_left_out(claims: dict[str, Any], keys: dict[str, Verifier]) -> None:
    """They only fill in a form: a bad one is no reason to refuse a visitor."""
    assert verify(token({"claims": claims}), keys["secret"], "default", lambda: NOW).email == ""


def test_keys_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    """Short secrets, PEM as a secret, RSA, other curves, nonsense, both kinds at once, and none."""
    contents = {
        "short": b"x" * 31,
        "pem": pem(ED),
        "rsa": pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "p384": pem(ec.generate_private_key(ec.SECP384R1())),
        "nonsense": b"-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in ("short", "pem", "missing"):
        with pytest.raises(NoKey):
            verifier(Settings(widget_secret_file=tmp_path / name))
    for name in ("rsa", "p384", "nonsense", "missing"):
        with pytest.raises(NoKey):
            verifier(Settings(widget_public_key_file=tmp_path / name))
    with pytest.raises(NoKey):
        verifier(Settings())
    with pytest.raises(NoKey):
        verifier(Settings(widget_secret_file=tmp_path / "short", widget_public_key_file=tmp_path / "pem"))


def test_a_bound_id_is_one_visitors_own() -> None:
    """The exchange goes back for the same visitor, leads elsewhere for others, and leaves guests' ids alone."""
    key, stored = b"k" * 44, "0123456789abcdef0123456789abcdef"
    ana, eva = visitor_of("42", "default", key), visitor_of("43", "default", key)
    shown = bound(stored, ana, key)
    assert shown != stored
    assert bound(shown, ana, key) == stored
    assert bound(shown, eva, key) not in {stored, shown}
    assert bound(stored, "", key) == stored
    assert bound("no id", ana, key) == ""
    assert visitor_of("42", "other", key) != ana != visitor_of("42", "default", b"another key")


class Signed(FakeService):
    """A help centre that looks at visitors' tokens."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def site(self) -> Site:
        return SITE.model_copy(update={"widget": Widget.model_validate({"identity": self.mode})})


def app_client(tmp_path: Path, mode: str, *, with_key: bool = True) -> tuple[FlaskClient, Signed]:
    """A client on a help centre with that ``identity``."""
    (tmp_path / "secret").write_bytes(SECRET)
    service = Signed(mode)
    settings = Settings(state=tmp_path / "state", widget_secret_file=tmp_path / "secret" if with_key else None)
    return create_app(settings, service).test_client(), service


def ask(client: FlaskClient, made: str = "", **more: str) -> Any:
    """Asks as the widget does."""
    headers = {"Origin": "http://localhost"} | ({"Authorization": f"Bearer {made}"} if made else {})
    return client.post("/widget/v1/ask", json={"site": "default", "question": "puerto", **more}, headers=headers)


def now_token(**claims: Any) -> str:
    """A token that is good now."""
    import time

    return token({"claims": claims}, int(time.time()))


def test_enforced_identity_stops_everything_but_the_words(tmp_path: Path) -> None:
    """Without a token only the widget's texts are had; the refusal says what it stops."""
    client, _ = app_client(tmp_path, "enforced")
    own = {"Origin": "http://localhost"}
    assert client.get("/widget/v1/config?site=default", headers=own).json["identity"] == "enforced"
    refused = ask(client)
    assert refused.status_code == 401
    assert refused.json["code"] == "widget_identity"
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    for path in ("suggest?site=default&q=x", "search?site=default&q=x", "handoff?site=default"):
        assert client.get(f"/widget/v1/{path}", headers=own).status_code == 401
    for path in ("feedback", "handoff"):
        assert client.post(f"/widget/v1/{path}", json={"site": "default"}, headers=own).status_code == 401
    form = {"data": {"site": "default"}, "content_type": "multipart/form-data", "headers": own}
    assert client.post("/widget/v1/tools/ports", **form).status_code == 401
    assert client.get("/es/widget/frame").status_code == 403
    assert ask(client, now_token()).status_code == 200


@pytest.mark.parametrize("mode", ["optional", "enforced"])
def test_a_bad_token_is_refused_even_where_guests_are_welcome(tmp_path: Path, mode: str) -> None:
    """401 with the reason for the site's developers."""
    client, service = app_client(tmp_path, mode)
    reply = ask(client, token({"sign": "other"}))
    assert reply.status_code == 401
    assert reply.json["code"] == "widget_token"
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    assert not service.asked


def test_guests_keep_working_where_identity_is_optional(tmp_path: Path) -> None:
    """No token, no difference."""
    assert ask(app_client(tmp_path, "optional")[0]).status_code == 200


def test_tokens_are_not_looked_at_when_identity_is_off(tmp_path: Path) -> None:
    """A page that sends one anyway is a guest's."""
    client, service = app_client(tmp_path, "off", with_key=False)
    assert ask(client, "nonsense").status_code == 200
    assert len(service.asked[0].visitor) == 24


def test_without_a_key_nobody_is_believed(tmp_path: Path) -> None:
    """A configuration without a key refuses tokens and does not let them pass unread."""
    client, _ = app_client(tmp_path, "optional", with_key=False)
    assert ask(client, now_token()).status_code == 503
    assert ask(client).status_code == 200


def test_nobody_continues_another_visitors_conversation(tmp_path: Path) -> None:
    """The id goes on for its own visitor; for others and for guests, here and in the API, it begins anew."""
    client, service = app_client(tmp_path, "optional")
    ana, eva = now_token(), now_token(sub="43")
    shown = ask(client, ana).json["conversation"]
    again = ask(client, ana, conversation=shown)
    assert again.json["conversation"] == shown
    assert service.asked[-1].state.turns == 1
    for stranger in (eva, ""):
        reply = ask(client, stranger, conversation=shown)
        assert reply.json["conversation"] != shown
        assert service.asked[-1].state.turns == 0
    api = client.post("/api/v1/ask", json={"question": "puerto", "conversation": shown})
    assert api.json["conversation"] != shown
    assert service.asked[-1].state.turns == 0
    assert service.asked[0].visitor == service.asked[1].visitor != service.asked[2].visitor


def test_the_contact_is_filled_in_for_an_identified_visitor(tmp_path: Path) -> None:
    """The form that calls for a person holds the address that the site vouches for, and the visitor's own id."""
    client, _ = app_client(tmp_path, "optional")
    made = now_token()
    shown = ask(client, made).json["conversation"]
    headers = {"Origin": "http://localhost", "Authorization": f"Bearer {made}"}
    text = client.get(f"/widget/v1/handoff?site=default&lang=es&conversation={shown}", headers=headers).get_data(True)
    assert '"value":"ana@ejemplo.com"' in text
    assert shown in text
    guest = client.get("/widget/v1/handoff?site=default&lang=es", headers={"Origin": "http://localhost"}).get_data(True)
    assert "ana@ejemplo.com" not in guest


@pytest.mark.parametrize("name", ["python", "node"])
def test_the_owners_examples_make_good_tokens(tmp_path: Path, keys: dict[str, Verifier], name: str) -> None:
    """What site owners copy runs as it stands and is believed."""
    program = sys.executable if name == "python" else shutil.which("node")
    if program is None:
        pytest.skip("no node on this machine")
    path = tmp_path / ("sign.py" if name == "python" else "sign.mjs")
    path.write_text(example(name, "default"), "utf-8")
    made = subprocess.run(
        [program, str(path)], env={"WIDGET_SECRET": SECRET.decode()}, capture_output=True, text=True, check=True
    )
    assert verify(made.stdout.strip(), keys["secret"], "default").sub == "42"
