"""Finding codes of the analyser → the sections that explain or repair them; quotes and next tools by verdict."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from soluciones.answer.tools.headers.judgement import VerdictName
from soluciones.answer.tools.results import BAD_INPUT
from soluciones.answer.types import ToolStatus

_READ = "leer-cabeceras"
_CODES = "codigos-error-smtp"
_SPOOF = "suplantacion-y-spam"
_DMARC = "que-es-dmarc"
_SPF = "que-es-spf"
_PASSWORD = "cambiar-contrasena"  # noqa: S105 - a guide's id

_VERDICTS: Mapping[str, tuple[str, str] | None] = {
    "sent_by_your_account": (_READ, "esmtpsa"),
    "forged_elsewhere": (_SPOOF, "cuenta-hackeada"),
    "bounce_of_forged_mail": (_READ, "rebotes-ajenos"),
    "bounce_of_your_mail": (_CODES, "que-hacer"),
    "cannot_tell": (_READ, "no-se-puede-saber"),
}
_MISSING: Mapping[str, tuple[str, str] | None] = {
    "no_headers": (_READ, "obtener"),
    "no_received": (_READ, "obtener"),
    "no_auth_results": (_READ, "authentication-results"),
    "no_original": (_READ, "rebotes-ajenos"),
    "original_without_received": (_READ, "rebotes-ajenos"),
    "incomplete_chain": (_READ, "obtener"),
    "headers_reordered": (_READ, "obtener"),
    "own_address_missing": (_READ, "no-se-puede-saber"),
    "account_not_named": (_READ, "esmtpsa"),
    "auth_not_available": (_READ, "authentication-results"),
    "auth_results_untrusted": (_READ, "authentication-results"),
    "folding_repaired": (_READ, "obtener"),
    "input_truncated": (_READ, "obtener"),
}
_EVIDENCE: Mapping[str, tuple[str, str] | None] = {
    "authenticated_submission": (_READ, "esmtpsa"),
    "submitted_by_other_account": (_READ, "esmtpsa"),
    "other_account_of_your_domain": (_READ, "esmtpsa"),
    "webmail_submission": (_READ, "esmtpsa"),
    "script_origin": (_READ, "received-fiables"),
    "entered_from_outside": (_READ, "received-fiables"),
    "received_untrusted": (_READ, "received-fiables"),
    "negative_delay": (_READ, "received-fiables"),
    "dmarc_pass": (_DMARC, "para-que-sirve"),
    "dmarc_fail": (_DMARC, "para-que-sirve"),
    "spf_pass": (_SPF, "que-comprueba"),
    "spf_other_domain": (_DMARC, "alineacion"),
    "spf_fail": (_SPF, "que-comprueba"),
    "authorised_server_only": (_SPF, "que-comprueba"),
    "dkim_pass": (_READ, "authentication-results"),
    "dkim_fail": (_READ, "authentication-results"),
    "dkim_verified": None,
    "dkim_broken": (_READ, "authentication-results"),
    "dkim_not_checkable": (_READ, "authentication-results"),
    "dkim_unknown": (_READ, "authentication-results"),
    "several_senders": (_READ, "from-return-path"),
    "display_name_spoof": (_READ, "from-return-path"),
    "return_path_differs": (_READ, "from-return-path"),
    "reply_to_differs": (_READ, "from-return-path"),
    "mailing_list": (_READ, "listas-y-reenvios"),
    "forwarded": (_READ, "listas-y-reenvios"),
    "auto_reply": (_READ, "rebotes-ajenos"),
    "other_sender": (_READ, "from-return-path"),
}
_BOUNCE: Mapping[str, tuple[str, str] | None] = {
    "original_login": (_READ, "esmtpsa"),
    "original_passed_provider": (_READ, "rebotes-ajenos"),
    "original_from_outside": (_READ, "rebotes-ajenos"),
    "original_never_passed": (_READ, "rebotes-ajenos"),
    "original_claims_provider": (_READ, "received-fiables"),
    "provider_unknown": (_READ, "rebotes-ajenos"),
    "other_original": (_READ, "rebotes-ajenos"),
    "message_id_matches": (_READ, "message-id"),
    "message_id_differs": (_READ, "message-id"),
    "delivery_delayed": (_CODES, "codigos-temporales"),
    "delivered_notice": None,
}
_REASONS: Mapping[str, tuple[str, str] | None] = {
    "bounce_address_unknown": (_CODES, "ampliados-direcciones"),
    "bounce_address_invalid": (_CODES, "ampliados-direcciones"),
    "bounce_domain_unknown": (_CODES, "ampliados-direcciones"),
    "bounce_sender_rejected": (_CODES, "codigos-definitivos"),
    "bounce_mailbox_full": (_CODES, "ampliados-direcciones"),
    "bounce_mailbox_disabled": (_CODES, "ampliados-direcciones"),
    "bounce_too_large": (_CODES, "ampliados-red"),
    "bounce_server_trouble": (_CODES, "codigos-temporales"),
    "bounce_no_answer": (_CODES, "ampliados-red"),
    "bounce_loop": (_CODES, "ampliados-red"),
    "bounce_too_many_recipients": (_CODES, "codigos-temporales"),
    "bounce_protocol": (_CODES, "codigos-definitivos"),
    "bounce_content": (_CODES, "como-se-lee"),
    "bounce_policy": (_CODES, "ampliados-seguridad"),
    "bounce_blocklist": (_CODES, "ampliados-seguridad"),
    "bounce_relay": (_CODES, "ampliados-seguridad"),
    "bounce_spf": ("spf-wix-jimdo", "registro-spf"),
    "bounce_unauthenticated": (_CODES, "ampliados-seguridad"),
    "bounce_dmarc": (_DMARC, "alineacion"),
    "bounce_dkim": (_CODES, "ampliados-seguridad"),
    "bounce_reverse_dns": (_CODES, "ampliados-seguridad"),
    "bounce_credentials": (_PASSWORD, "aplicar-la-contrasena"),
    "bounce_deferred": (_CODES, "codigos-temporales"),
    "bounce_other_permanent": (_CODES, "codigos-definitivos"),
    "bounce_other_temporary": (_CODES, "codigos-temporales"),
}
_ADVICE: Mapping[str, tuple[str, str] | None] = {
    "check_sent_folder": (_READ, "message-id"),
    "change_password": (_PASSWORD, "donde-cambiarla"),
    "remove_from_allow_list": (_SPOOF, "lista-blanca"),
    "check_catch_all": (_SPOOF, "precauciones"),
    "other_service": (_DMARC, "alineacion"),
    "publish_dmarc": (_DMARC, "plan-por-etapas"),
}
CATALOGUE: Mapping[str, tuple[str, str] | None] = MappingProxyType(
    {**_VERDICTS, **_MISSING, **_EVIDENCE, **_BOUNCE, **_REASONS, **_ADVICE, BAD_INPUT: (_READ, "obtener")}
)
QUOTES: Mapping[VerdictName, tuple[str, ...]] = MappingProxyType(
    {
        "sent_by_your_account": ("message_headers.login",),
        "forged_elsewhere": ("message_headers.forged", "message_headers.allow_list"),
        "bounce_of_forged_mail": ("message_headers.backscatter", "message_headers.precautions"),
        "bounce_of_your_mail": ("message_headers.own_bounce",),
        "cannot_tell": ("message_headers.uncertain",),
    }
)
"""Ids of the quoted sentences in ``facts.yml``."""
STATUS_OF_EVIDENCE: Mapping[str, ToolStatus] = MappingProxyType(
    {"yours": "warn", "forged": "warn", "neutral": "ok", "missing": "unknown"}
)
DSN_NEXT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "spf": ("spf",),
        "unauthenticated": ("spf", "dmarc"),
        "dmarc": ("dmarc", "dns-check"),
        "dkim": ("dns-check",),
        "policy": ("dns-check",),
        "credentials": ("password-devices",),
    }
)
"""Kind of failure → tools that find the cause."""
