"""What a look at the ports means: status, words, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.port_choice import LAST_RESORT, better_than, select
from soluciones.answer.tools.probe.report import NOT_CHECKED, Certificate, PortReport
from soluciones.answer.tools.results import BAD_INPUT, worst
from soluciones.answer.types import ToolStatus
from soluciones.kb.facts import Port

ANSWERS = "answers"
"""Everything went well."""
_GUIDE = "no-conecta-con-el-servidor"
_PORTS = "protocolos-y-puertos"
EXPIRING_DAYS = 14
"""A certificate that ends so soon should have been renewed by now. Not from a guide."""
_NAMES_SHOWN = 3

CATALOGUE: Mapping[str, tuple[str, str] | None] = {
    ANSWERS: (_GUIDE, "el-servidor-responde"),
    "connect_timeout": (_GUIDE, "no-responde"),
    "connection_refused": (_GUIDE, "conexion-rechazada"),
    "tls_timeout": (_GUIDE, "no-responde"),
    "greeting_timeout": (_GUIDE, "no-responde"),
    "reply_timeout": (_GUIDE, "no-responde"),
    "too_slow": (_GUIDE, "no-responde"),
    "closed": (_GUIDE, "servidor-cierra"),
    "server_bye": (_GUIDE, "servidor-cierra"),
    "service_unavailable": (_GUIDE, "servidor-cierra"),
    "greeting_refused": (_GUIDE, "servidor-cierra"),
    "greeting_unexpected": (_GUIDE, "respuesta-extrana"),
    "reply_unexpected": (_GUIDE, "respuesta-extrana"),
    "line_too_long": (_GUIDE, "respuesta-extrana"),
    "too_many_lines": (_GUIDE, "respuesta-extrana"),
    "starttls_injection": (_GUIDE, "respuesta-extrana"),
    "starttls_not_offered": (_GUIDE, "starttls-no-disponible"),
    "starttls_refused": (_GUIDE, "starttls-no-disponible"),
    "not_tls": (_GUIDE, "cifrado-equivocado"),
    "tls_too_old": (_GUIDE, "tls-antiguo"),
    "tls_failed": (_GUIDE, "tls-antiguo"),
    "certificate_expired": (_GUIDE, "certificado-caducado"),
    "certificate_not_yet_valid": (_GUIDE, "certificado-caducado"),
    "certificate_expiring": (_GUIDE, "certificado-caducado"),
    "certificate_wrong_host": (_GUIDE, "certificado-otro-nombre"),
    "certificate_untrusted": (_GUIDE, "certificado-no-reconocido"),
    "certificate_invalid": (_GUIDE, "certificado-no-reconocido"),
    "auth_not_offered": (_PORTS, "puertos-587-y-25"),
    "host_not_allowed": (_PORTS, "nombre-del-servidor"),
    "port_not_allowed": (_PORTS, "tabla-de-puertos"),
    "network_off": (_GUIDE, "no-se-pudo-comprobar"),
    "not_configured": (_GUIDE, "no-se-pudo-comprobar"),
    "address_forbidden": (_GUIDE, "no-se-pudo-comprobar"),
    "name_unknown": (_GUIDE, "no-se-pudo-comprobar"),
    "name_unresolved": (_GUIDE, "no-se-pudo-comprobar"),
    "unreachable": (_GUIDE, "no-se-pudo-comprobar"),
    "over_budget": (_GUIDE, "no-se-pudo-comprobar"),
    "circuit_open": (_GUIDE, "no-se-pudo-comprobar"),
    "out_of_time": (_GUIDE, "no-se-pudo-comprobar"),
    "trust_store_missing": (_GUIDE, "no-se-pudo-comprobar"),
    BAD_INPUT: (_PORTS, "tabla-de-puertos"),
}
"""Finding code → the section that explains and repairs it."""
_OWN_RULES = {"host_not_allowed": "not_configured", "port_not_allowed": "not_configured"}
"""The dialer's refusals of what the site's settings leave out: the visitor did nothing wrong."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A port, what was seen, and what it means."""

    port: Port
    report: PortReport
    codes: tuple[tuple[str, ToolStatus], ...]
    """Finding codes with their status, the gravest first; never empty."""

    @property
    def status(self) -> ToolStatus:
        """The gravest."""
        return worst(status for _, status in self.codes)


def judge(ports: Sequence[Port], reports: Sequence[PortReport], context: ToolContext) -> tuple[Judged, ...]:
    """What each report means, in the light of the others.

    A port that does not let us connect in time is bad only when another port of the run could be reached: else the
    fault may be our own network's. Port 25 is often closed to whoever is no mail server, so it never counts as bad.
    """
    reached = any(report.address for report in reports)
    return tuple(
        Judged(port, report, _codes(port, report, reached, context))
        for port, report in zip(ports, reports, strict=True)
    )


def _codes(port: Port, report: PortReport, reached: bool, context: ToolContext) -> tuple[tuple[str, ToolStatus], ...]:
    if report.failure:
        code = _OWN_RULES.get(report.failure, report.failure)
        unknown = code in NOT_CHECKED
        if code == "connect_timeout" and reached and port.port not in LAST_RESORT:
            unknown = False
        return ((code, "unknown" if unknown else "bad"),)
    found: list[tuple[str, ToolStatus]] = []
    days = days_left(report.certificate, context)
    if days is not None and days <= EXPIRING_DAYS:
        found.append(("certificate_expiring", "warn"))
    if port.direction == "out" and not report.auth:
        found.append(("auth_not_offered", "ok" if port.port in LAST_RESORT else "warn"))
    return (*found, (ANSWERS, "ok"))


def days_left(certificate: Certificate | None, context: ToolContext) -> int | None:
    """Whole days until the certificate ends, negative when it has ended; None without one."""
    return None if certificate is None else (certificate.not_after - context.now()).days


def overall(judged: Sequence[Judged]) -> ToolStatus:
    """``bad`` when a port is, ``unknown`` only when nothing could be told."""
    statuses = [item.status for item in judged]
    if "bad" in statuses:
        return "bad"
    if all(status == "unknown" for status in statuses):
        return "unknown"
    return worst(status if status != "unknown" else "warn" for status in statuses)


def headline(judged: Sequence[Judged], context: ToolContext) -> str:
    """The verdict in one sentence."""
    bad = [item for item in judged if item.status == "bad"]
    well = [item for item in judged if item.status in ("ok", "warn")]
    params = {"host": context.facts.mail.incoming, "bad": _numbers(bad), "well": _numbers(well)}
    unknown = _numbers(item for item in judged if item.status == "unknown")
    key = _headline_key(len(bad), len(well), bool(unknown))
    return context.say(f"server_check.headline.{key}", unknown=unknown, **params)


def _headline_key(bad: int, well: int, unknown: bool) -> str:
    if bad:
        return "some_bad" if well else "all_bad"
    if not well:
        return "unknown"
    return "some_unknown" if unknown else "ok"


def _numbers(items: Iterable[Judged]) -> str:
    return ", ".join(str(item.port.port) for item in items)


def plain_params(ports: Sequence[Port], context: ToolContext) -> dict[str, object]:
    """What every text may name before anything was seen."""
    return {"host": context.facts.mail.incoming, "port": ", ".join(str(port.port) for port in ports)}


def text_params(item: Judged, context: ToolContext) -> dict[str, object]:
    """What a finding's text may name."""
    certificate = item.report.certificate
    days = days_left(certificate, context)
    stage = item.report.failed_stage
    return {
        "host": item.report.target.host,
        "port": item.port.port,
        "name": item.port.name,
        "tls": context.say(f"server_check.tls.{item.port.tls}"),
        "other": _other(item.port, context),
        "stage": context.say(f"server_check.stage.{stage}") if stage else "",
        "date": certificate.not_after.date().isoformat() if certificate else "?",
        "days": abs(days) if days is not None else "?",
        "names": ", ".join(certificate.names[:_NAMES_SHOWN]) if certificate and certificate.names else "?",
        "issuer": (certificate.issuer if certificate else "") or "?",
    }


def _other(port: Port, context: ToolContext) -> int:
    """The port to try instead: the better one, else the next of the same protocol."""
    better = better_than(port, context.facts)
    others = [other for other in select(context.facts, (port.protocol,)) if other != port]
    return (better or (others[0] if others else port)).port


def row(item: Judged, context: ToolContext) -> dict[str, Any]:
    """One port for the card."""
    report, port = item.report, item.port
    code = item.codes[0][0]
    params = text_params(item, context)
    return {
        "port": port.port,
        "protocol": port.protocol,
        "name": port.name,
        "direction": port.direction,
        "tls": port.tls,
        "tls_label": params["tls"],
        "status": item.status,
        "code": code,
        "verdict": context.say(f"server_check.finding.{code}", ports=port.port, **params),
        "stages": [_stage(stage.id, stage.status, stage.ms, context) for stage in report.stages],
        "tls_version": report.tls_version,
        "cipher": report.cipher,
        "certificate": _certificate(report.certificate, context),
        "greeting": report.greeting,
        "auth": list(report.auth),
        "capabilities": list(report.capabilities),
        "detail": report.detail,
        "total_ms": report.total_ms,
    }


def _stage(stage: str, status: str, ms: float | None, context: ToolContext) -> dict[str, Any]:
    return {
        "id": stage,
        "label": context.say(f"server_check.stage.{stage}"),
        "status": status,
        "status_label": context.say(f"server_check.stage_status.{status}"),
        "ms": ms,
    }


def _certificate(certificate: Certificate | None, context: ToolContext) -> dict[str, Any] | None:
    if certificate is None:
        return None
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": list(certificate.names),
        "matches": certificate.matches,
        "trusted": certificate.trusted,
        "not_before": certificate.not_before.date().isoformat(),
        "not_after": certificate.not_after.date().isoformat(),
        "days_left": days_left(certificate, context),
        "verify_code": certificate.verify_code,
    }


def next_steps(judged: Sequence[Judged], context: ToolContext) -> tuple[Mapping[str, Any], ...]:
    """What to do now: another port when one fails, the settings when all is well."""
    failed = [item for item in judged if item.status == "bad"]
    tried = {item.port.port for item in judged}
    steps: list[Mapping[str, Any]] = []
    for other in dict.fromkeys(_other(item.port, context) for item in failed):
        if other not in tried:
            label = context.say("server_check.next.try", port=other)
            steps.append({"label": label, "tool": "server-check", "slots": {"port": [other]}})
    steps.append({"label": context.say("server_check.next.setup"), "tool": "client-setup", "slots": {}})
    if not failed:
        password = context.say("server_check.next.password_question")
        steps.append({"label": context.say("server_check.next.password"), "question": password})
    return tuple(steps)
