"""What may be said of an SPF or DMARC record, and the section of a guide that repairs or explains it.

A tool that builds on ``check_spf`` and ``check_dmarc`` takes the codes from here; the texts are
``spf.finding.<code>`` and ``dmarc.finding.<code>``, filled with the problem's ``params``.
"""

from __future__ import annotations

from collections.abc import Mapping

_SPF, _STEPS, _DMARC = "que-es-spf", "spf-wix-jimdo", "que-es-dmarc"
_TYPO = (_SPF, "errores-frecuentes")
_COUNT = (_SPF, "diez-consultas")
_TEMPORARY = (_SPF, "errores-temporales-permanentes")

SPF_PLACES: Mapping[str, tuple[str, str] | None] = {
    "no_record": (_STEPS, "registro-spf"),
    "domain_unknown": _TEMPORARY,
    "not_recognised": _TYPO,
    "several_records": (_SPF, "unir-registros"),
    "lookup_failed": _TEMPORARY,
    "unresolved": _TEMPORARY,
    "network_off": _TEMPORARY,
    **dict.fromkeys(
        (
            *("typo_invisible", "typo_quotes", "typo_dash", "typo_prefix", "typo_version", "typo_comma"),
            *("typo_space", "typo_qualifier", "typo_mechanism", "typo_equals", "typo_value", "typo_idn"),
            *("typo_ip_version", "typo_ip_name", "unknown_term", "modifier_unknown", "modifier_twice"),
            *("value_missing", "value_unexpected", "domain_invalid", "ip4_invalid", "ip6_invalid"),
            *("cidr_invalid", "address_private"),
        ),
        _TYPO,
    ),
    "macro": (_SPF, "macros"),
    "macro_invalid": (_SPF, "macros"),
    "include_mail_host": (_STEPS, "registro-spf"),
    "include_wrong_tld": (_STEPS, "registro-spf"),
    "include_misspelt": (_STEPS, "registro-spf"),
    "missing_include": (_STEPS, "registro-spf"),
    "include_qualifier": (_SPF, "calificadores"),
    "plus_all": (_SPF, "mas-all"),
    "everyone": (_SPF, "mas-all"),
    "neutral_all": (_SPF, "interrogacion-all"),
    "missing_all": (_SPF, "interrogacion-all"),
    "soft_all": (_SPF, "menos-all"),
    "after_all": (_SPF, "despues-de-all"),
    "redirect_ignored": (_SPF, "redirect"),
    "duplicate_term": _COUNT,
    "too_many_lookups": _COUNT,
    "mx_many": _COUNT,
    "too_many_voids": (_SPF, "consultas-vacias"),
    "voids": (_SPF, "consultas-vacias"),
    "ptr": (_SPF, "ptr"),
    "include_no_record": (_SPF, "bucles"),
    "include_several": (_SPF, "bucles"),
    "include_broken": (_SPF, "bucles"),
    "include_loop": (_SPF, "bucles"),
    "long_record": (_SPF, "cadenas-largas"),
    "strings_glued": (_SPF, "cadenas-largas"),
}
"""Every code of ``SpfCheck.problems``."""

_TAGS = (_DMARC, "etiquetas")
_PLACE = (_DMARC, "donde")
_REPORTS = (_DMARC, "informes")
_EXTERNAL = (_DMARC, "autorizacion-externa")
_TEST = (_DMARC, "modo-de-prueba")
_POLICY = (_DMARC, "politicas")

DMARC_PLACES: Mapping[str, tuple[str, str] | None] = {
    "no_record": _PLACE,
    "not_recognised": _TAGS,
    "several_records": _PLACE,
    "wrong_place": _PLACE,
    "domain_unknown": _PLACE,
    "inherited": _PLACE,
    "lookup_failed": (_DMARC, "no-se-puede-leer"),
    "version_invalid": _TAGS,
    "typo_characters": _TAGS,
    "syntax": _TAGS,
    "tag_twice": _TAGS,
    "tag_misspelt": _TAGS,
    "unknown_tag": _TAGS,
    "value_invalid": _TAGS,
    "policy_missing": _TAGS,
    "policy_invalid": _TAGS,
    "policy_misspelt": _TAGS,
    "psd": _TAGS,
    "subdomains_weaker": _TAGS,
    "pct": (_DMARC, "pct"),
    "removed_tag": (_DMARC, "pct"),
    "policy_none": (_DMARC, "plan-por-etapas"),
    "policy_quarantine": _POLICY,
    "policy_reject": _POLICY,
    "testing": _TEST,
    "reject_testing": _TEST,
    "rua_missing": _REPORTS,
    "rua_many": _REPORTS,
    "ruf": _REPORTS,
    "fo_without_ruf": _REPORTS,
    "uri_scheme_missing": _REPORTS,
    "uri_scheme_other": _REPORTS,
    "uri_address_invalid": _REPORTS,
    "uri_not_encoded": _REPORTS,
    "uri_size_suffix": _REPORTS,
    "strict": (_DMARC, "alineacion"),
    "external_permitted": _EXTERNAL,
    "external_not_permitted": _EXTERNAL,
    "external_unknown": _EXTERNAL,
}
"""Every code of ``DmarcCheck.problems``."""
