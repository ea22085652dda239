"""A server's certificate: why it was refused, and what stands in it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from cryptography import x509
from cryptography.x509.oid import NameOID

from soluciones.answer.tools.probe.lines import plain, shown
from soluciones.answer.tools.probe.report import Certificate

_CODES: Mapping[int, str] = {
    9: "certificate_not_yet_valid",
    10: "certificate_expired",
    18: "certificate_untrusted",  # self-signed
    19: "certificate_untrusted",  # self-signed in the chain
    20: "certificate_untrusted",  # issuer not known
    21: "certificate_untrusted",  # chain incomplete
    62: "certificate_wrong_host",
}
_MAX_NAMES = 20


def verify_failure(verify_code: int) -> str:
    """The finding for OpenSSL's X509_V_ERR number."""
    return _CODES.get(verify_code, "certificate_invalid")


def read_certificate(der: bytes | None, host: str, verify_code: int) -> Certificate | None:
    """What stands in a certificate; None when there is none or it cannot be read.

    Args:
        der: the certificate.
        host: name that it should be good for.
        verify_code: OpenSSL's verdict, 0 for accepted.
    """
    if not der:
        return None
    try:
        parsed = x509.load_der_x509_certificate(der)
        names = _names(parsed)
        return Certificate(
            subject=_common_name(parsed.subject),
            issuer=_issuer(parsed.issuer),
            names=names[:_MAX_NAMES],
            not_before=parsed.not_valid_before_utc,
            not_after=parsed.not_valid_after_utc,
            matches=any(name_matches(name, host) for name in names),
            trusted=verify_code == 0,
            verify_code=verify_code,
        )
    except (ValueError, TypeError):
        # A certificate may hold anything, broken extensions and impossible dates included.
        return None


def name_matches(name: str, host: str) -> bool:
    """Whether a certificate's name is that of a host (RFC 9525 §6.3): equal, or ``*`` for the whole first label."""
    name, host = name.casefold().rstrip("."), host.casefold().rstrip(".")
    if name == host:
        return True
    first, dot, rest = name.partition(".")
    if first != "*" or not dot or "." not in rest:
        return False
    host_first, _, host_rest = host.partition(".")
    return bool(host_first) and host_rest == rest and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _names(parsed: x509.Certificate) -> tuple[str, ...]:
    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    dns = found.get_values_for_type(x509.DNSName)
    addresses = found.get_values_for_type(x509.IPAddress)
    return tuple(_clean(str(name)) for name in (*dns, *addresses))


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return _clean(str(found[0].value)) if found else ""


def _issuer(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    organisation = _clean(str(found[0].value)) if found else ""
    return organisation or _common_name(name)


def _clean(text: str) -> str:
    return shown(plain(text.encode("ascii", "replace")))
