"""Signed profiles, with certificates made here and read by OpenSSL."""

from __future__ import annotations

import datetime
import plistlib
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.client_setup import ClientSetupTool
from soluciones.answer.tools.files.signing import SigningKeyError, open_signer

NOW = datetime.datetime.now(datetime.UTC)


def _pair(folder: Path, key: Any, name: str = "correo.example") -> tuple[Path, Path]:
    """A self-signed certificate and its key as PEM files."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(NOW - datetime.timedelta(days=1))
    built = builder.not_valid_after(NOW + datetime.timedelta(days=9)).sign(key, hashes.SHA256())
    certificate, private = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    none = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none))
    return certificate, private


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_verifies_the_signed_profile(kind: str, tmp_path: Path, context: ToolContext) -> None:
    """``openssl smime -verify`` accepts the file and gives back, byte for byte, the unsigned profile."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    certificate, private = _pair(tmp_path, key)
    slots = {"client": "apple_mail_ios", "email": "ana@ejemplo.com"}
    tool = ClientSetupTool()
    plain = tool.run(slots, context)
    signed = tool.run(slots, replace(context, sign=open_signer(certificate, private)))
    assert [d.name for d in plain.downloads] == [d.name for d in signed.downloads]
    file = tmp_path / "correo.mobileconfig"
    file.write_bytes(signed.downloads[0].content)
    command = ["openssl", "smime", "-verify", "-inform", "DER", "-in", str(file), "-CAfile", str(certificate)]
    verified = subprocess.run([*command, "-purpose", "any"], capture_output=True, check=True)
    assert verified.stdout == plain.downloads[0].content
    assert plistlib.loads(verified.stdout)["PayloadContent"]
    assert "profile_signed" in {item.code for item in signed.findings}
    assert "profile_unsigned" in {item.code for item in plain.findings}


def test_openssl_refuses_a_changed_profile(tmp_path: Path, context: ToolContext) -> None:
    """One changed letter in the signed file and the verification fails."""
    certificate, private = _pair(tmp_path, rsa.generate_private_key(65537, 2048))
    sign = open_signer(certificate, private)
    content = ClientSetupTool().run({"client": "apple_mail_ios"}, replace(context, sign=sign)).downloads[0].content
    file = tmp_path / "correo.mobileconfig"
    file.write_bytes(content.replace(b"EmailTypeIMAP", b"EmailTypePOPx"))
    command = ["openssl", "smime", "-verify", "-inform", "DER", "-in", str(file), "-CAfile", str(certificate)]
    assert subprocess.run([*command, "-purpose", "any"], capture_output=True, check=False).returncode != 0


def test_keys_that_cannot_sign_are_told(tmp_path: Path) -> None:
    """Half a pair, a foreign key, a missing file and rubbish each raise with a sentence, never with the key's text."""
    first = _pair(tmp_path, ec.generate_private_key(ec.SECP256R1()), "one.example")
    second = _pair(tmp_path, ec.generate_private_key(ec.SECP256R1()), "two.example")
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    assert open_signer(None, None) is None
    wrong = [
        (first[0], None),
        (None, first[1]),
        (first[0], second[1]),
        (tmp_path / "no", first[1]),
        (first[0], rubbish),
    ]
    for public, private in wrong:
        with pytest.raises(SigningKeyError) as error:
            open_signer(public, private)
        assert "BEGIN" not in str(error.value)
