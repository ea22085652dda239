"""What ``dns-check`` can say, and the section that repairs or explains it."""

from __future__ import annotations

from collections.abc import Mapping

from soluciones.answer.mailauth.codes import DMARC_PLACES, SPF_PLACES
from soluciones.answer.tools.results import BAD_INPUT

GUIDE = "registros-dns-del-correo"
_UNCHECKED = (GUIDE, "no-se-pudo-comprobar")
_WHICH = (GUIDE, "que-dominio")
_ALIAS = (GUIDE, "mx-ip-o-alias")
_KEY = (GUIDE, "dkim-clave")
_SELECTOR = (GUIDE, "dkim-selector")
_DIAGNOSIS = ("spf-wix-jimdo", "verificar")

_OWN: Mapping[str, tuple[str, str] | None] = {
    BAD_INPUT: _WHICH,
    "not_a_name": _WHICH,
    "is_address": _WHICH,
    "single_label": _WHICH,
    "public_suffix": _WHICH,
    "special_use": _WHICH,
    "idn": _WHICH,
    "selector_invalid": _SELECTOR,
    "domain_unknown": (GUIDE, "dominio-no-existe"),
    "fell_back": (GUIDE, "subdominios"),
    "network_off": _UNCHECKED,
    "over_budget": _UNCHECKED,
    "txt_many": (GUIDE, "muchos-txt"),
    "wildcard_mx": (GUIDE, "comodines"),
    "wildcard_txt": (GUIDE, "comodines"),
    "srv_found": (GUIDE, "srv"),
    "srv_declined": (GUIDE, "srv"),
    "mx_found": (GUIDE, "mx"),
    "mx_ours": (GUIDE, "mx"),
    "mx_elsewhere": (GUIDE, "mx-de-otro-proveedor"),
    "mx_mixed": (GUIDE, "mx-de-otro-proveedor"),
    "mx_missing": (GUIDE, "sin-mx"),
    "mx_implicit": (GUIDE, "sin-mx"),
    "mx_null": (GUIDE, "mx-nulo"),
    "mx_null_mixed": (GUIDE, "mx-nulo"),
    "mx_is_ip": _ALIAS,
    "mx_is_cname": _ALIAS,
    "mx_bad_name": _ALIAS,
    "mx_no_address": _ALIAS,
    "mx_private": _ALIAS,
    "mx_unchecked": _UNCHECKED,
    "mx_unknown": _UNCHECKED,
    "dkim_ok": (GUIDE, "dkim"),
    "dkim_none": (GUIDE, "dkim"),
    "dkim_no_selector": _SELECTOR,
    "dkim_selector_missing": _SELECTOR,
    "dkim_wrong_place": (GUIDE, "dkim-nombre"),
    "dkim_cname": (GUIDE, "dkim-alias"),
    "dkim_cname_dangling": (GUIDE, "dkim-alias"),
    "dkim_domainkey_alias": (GUIDE, "dkim-alias"),
    "dkim_several": (GUIDE, "dkim-nombre"),
    "dkim_broken": _KEY,
    "dkim_short_key": _KEY,
    "dkim_weak_key": _KEY,
    "dkim_sha1": _KEY,
    "dkim_revoked": (GUIDE, "dkim-revocada"),
    "dkim_testing": (GUIDE, "dkim-revocada"),
    "dkim_unknown": _UNCHECKED,
    "ns_found": (GUIDE, "ns"),
    "ns_ours": _DIAGNOSIS,
    "ns_elsewhere": _DIAGNOSIS,
    "ns_mixed": (GUIDE, "ns"),
    "ns_single": (GUIDE, "ns"),
    "ns_unknown": _UNCHECKED,
    "spf_ok": ("que-es-spf", "leer-un-registro"),
}
_NEVER = frozenset({"domain_unknown", "network_off"})
"""Codes of the SPF and DMARC checks that cannot come here: without domain or network nothing is judged."""
SPF, DMARC = "spf", "dmarc"

CATALOGUE: Mapping[str, tuple[str, str] | None] = {
    **_OWN,
    **{f"{SPF}_{code}": place for code, place in SPF_PLACES.items() if code not in _NEVER},
    **{f"{DMARC}_{code}": place for code, place in DMARC_PLACES.items() if code not in _NEVER},
}
"""The codes of the SPF and DMARC lights are those of these tools with ``spf_`` and ``dmarc_`` before them."""


def text_key(code: str) -> str:
    """Where the text of a code stands: the tools ``spf`` and ``dmarc`` lend theirs."""
    if code in _OWN:
        return f"dns_check.finding.{code}"
    tool, _, own = code.partition("_")
    return f"{tool}.finding.{own}"
