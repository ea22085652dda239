"""Signs a configuration profile: CMS ``SignedData`` with the profile inside, DER (RFC 5652; Apple's profile guide).

An unsigned profile installs too, with a warning. The certificate of a public web server can sign.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


class SigningKeyError(ValueError):
    """The site's certificate or key cannot be used; the text says why and never quotes the key."""


def open_signer(certificate: Path | None, key: Path | None) -> Callable[[bytes], bytes] | None:
    """A function that signs, or None when neither file is set.

    Raises:
        SigningKeyError: only one of the two is set, one cannot be read, they do not belong together, or the key is
            neither RSA nor EC.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise SigningKeyError("profile_certificate and profile_key must be set together")
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs7

    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyError(f"profile_certificate or profile_key cannot be read: {type(error).__name__}") from error
    if not isinstance(private, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise SigningKeyError("profile_key must be an RSA or EC key")
    if chain[0].public_key() != private.public_key():
        raise SigningKeyError("profile_key is not the key of the first certificate in profile_certificate")

    def sign(content: bytes) -> bytes:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(chain[0], private, hashes.SHA256())
        for issuer in chain[1:]:
            builder = builder.add_certificate(issuer)
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])

    return sign
