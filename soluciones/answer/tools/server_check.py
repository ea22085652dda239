"""Tool T7: does the tenant's own mail server answer, how far does a connection get, and whose turn is it now?

The host is no slot: it comes from ``facts.yml`` and must stand in ``site.yml``. Nothing that needs a login is said,
and no port is looked at twice within half a minute.

``data``: ``host`` (str); ``checked_at`` (ISO 8601, UTC; the oldest of the ports); ``total_ms`` (float);
``from_guide`` (false: it is measured); ``limits`` (``step_seconds``, ``total_seconds``); ``allowed_ports`` ([int]);
``ports``: one entry a port with

* ``port``, ``protocol``, ``name`` (``IMAPs``), ``direction``, ``tls`` (``implicit`` | ``starttls``), ``tls_label``,
* ``status`` (ok | warn | bad | unknown), ``code`` (finding, ``answers`` when all went well), ``verdict`` (words),
* ``stages``: [{``id``, ``label``, ``status`` (ok | bad | unknown | skipped), ``status_label``, ``ms`` (or null)}],
* ``tls_version``, ``cipher`` (empty when TLS was not reached), ``greeting``, ``detail`` (technical word of a failure),
* ``certificate``: null or {``subject``, ``issuer``, ``names`` [str], ``matches`` (bool), ``trusted`` (bool),
  ``not_before``, ``not_after`` (dates), ``days_left`` (int, negative when past), ``verify_code`` (OpenSSL's, 0 good)},
* ``auth`` [str], ``capabilities`` [str], ``total_ms``.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from soluciones.answer.net.contract import Dialer
from soluciones.answer.net.once import Once, StillRunning
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.probe.look import look
from soluciones.answer.tools.probe.report import Limits, PortReport, Target
from soluciones.answer.tools.results import facts_from, finding, form, refused
from soluciones.answer.tools.server_check_input import (
    MAX_PORTS,
    HostRefused,
    PortRefused,
    allowed_ports,
    read_ports,
    server_of,
)
from soluciones.answer.tools.server_check_words import (
    ANSWERS,
    CATALOGUE,
    Judged,
    headline,
    judge,
    next_steps,
    overall,
    plain_params,
    row,
    text_params,
)
from soluciones.answer.tools.values import SlotRefused
from soluciones.answer.types import Finding, ToolResult
from soluciones.kb.facts import Port

_GUIDE = "no-conecta-con-el-servidor"
_PORTS = "protocolos-y-puertos"
_SECONDS_KEPT = 30.0


class ServerCheckTool:
    """See the module. Slot: ``port`` (numbers or protocol names; 993 and 465 when left out)."""

    id = "server-check"
    mode: ToolMode = "network"
    guides: tuple[str, ...] = (_GUIDE, _PORTS, "sincronizar-dispositivos", "cambiar-contrasena", "codigos-error-smtp")
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("port", {"type": "array", "items": {"type": "integer"}, "maxItems": MAX_PORTS}),
    )
    findings: Mapping[str, tuple[str, str] | None] = CATALOGUE

    def __init__(
        self,
        limits: Limits | None = None,
        once: Once | None = None,
        extra_ca: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A checker.

        Args:
            limits: how much time and text a server gets.
            once: cache and single flight.
            extra_ca: file of a further authority to trust, besides the system's.
            clock: seconds, for the deadlines.
        """
        self._limits = limits or Limits()
        self._once = once or Once(_SECONDS_KEPT)
        self._extra_ca = extra_ca
        self._clock = clock

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Looks at the ports; never raises."""
        try:
            ports = read_ports(slots, context)
        except SlotRefused as error:
            return refused(self, context, error)
        except HostRefused:
            return self._refused("host_not_allowed", context)
        except PortRefused as error:
            return self._refused("port_not_allowed", context, port=error.number)
        if context.network is None:
            return self._network_off(ports, context)
        started = self._clock()
        judged = judge(ports, self._look(ports, context.network.dialer, context), context)
        return self._result(judged, round((self._clock() - started) * 1000, 1), context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The ports to choose from."""
        labels = {port.port: f"{port.port} · {port.name}" for port in context.facts.ports}
        whole = dict(form(self, context))
        whole["properties"] = {
            name: {**spec, "items": {"oneOf": [{"const": n, "title": label} for n, label in labels.items()]}}
            for name, spec in whole["properties"].items()
        }
        return whole

    def _look(self, ports: Sequence[Port], dialer: Dialer, context: ToolContext) -> list[PortReport]:
        """All ports at once; each look ends by itself within the whole's time."""
        end = self._clock() + self._limits.total_seconds
        tls, allowed = self._tls, allowed_ports(context)

        def one(port: Port) -> PortReport:
            target = Target(server_of(port, context), port.port, port.protocol, port.tls == "implicit")
            if port.port not in allowed:
                return PortReport(target, (), "not_configured")
            return self._one(target, dialer, tls, end, context)

        with ThreadPoolExecutor(max_workers=len(ports), thread_name_prefix="server-check") as pool:
            return list(pool.map(one, ports))

    def _one(self, target: Target, dialer: Dialer, tls: ssl.SSLContext, end: float, context: ToolContext) -> PortReport:
        def see() -> PortReport:
            seen = replace(look(target, dialer, tls, end, self._limits, self._clock), at=context.now())
            if seen.failure == "certificate_untrusted" and not (self._extra_ca or _knows_authorities()):
                return replace(seen, failure="trust_store_missing")
            return seen

        try:
            return self._once.cached(
                (target.host, target.port),
                see,
                # What could not be checked may be checkable the next moment, and for the next visitor.
                seconds=lambda report: _SECONDS_KEPT if report.told else 0.0,
                wait=max(0.0, end - self._clock()),
            )
        except StillRunning:
            return PortReport(target, (), "out_of_time")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Verifying, TLS 1.2 or later (RFC 8996)."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.hostname_checks_common_name = False  # RFC 9525
        if self._extra_ca:
            context.load_verify_locations(self._extra_ca)
        return context

    def _result(self, judged: Sequence[Judged], total_ms: float, context: ToolContext) -> ToolResult:
        rows = [row(item, context) for item in judged]
        seen = min((item.report.at for item in judged if item.report.at), default=None)
        return ToolResult(
            self.id,
            overall(judged),
            headline(judged, context),
            facts_from([context.facts.mail.source, *(item.port.source for item in judged)]),
            self._data(rows, total_ms, context, seen),
            tuple(self._findings(judged, context)),
            form=self.form(context),
            next=next_steps(judged, context),
            slots={"port": [item.port.port for item in judged]},
        )

    def _findings(self, judged: Sequence[Judged], context: ToolContext) -> Iterable[Finding]:
        """What failed, port by port; then what works, together."""
        for item in judged:
            for code, status in item.codes:
                if code != ANSWERS:
                    yield finding(self, context, code, status, **text_params(item, context))
        well = [item.port.port for item in judged if (ANSWERS, "ok") in item.codes]
        if well:
            yield finding(self, context, ANSWERS, "ok", ports=", ".join(map(str, well)))

    def _data(
        self, rows: Sequence[Mapping[str, Any]], total_ms: float, context: ToolContext, seen: datetime | None = None
    ) -> dict[str, Any]:
        return {
            "host": context.facts.mail.incoming,
            "checked_at": (seen or context.now()).isoformat(timespec="seconds"),
            "total_ms": total_ms,
            "limits": {"step_seconds": self._limits.step_seconds, "total_seconds": self._limits.total_seconds},
            "allowed_ports": [port.port for port in context.facts.ports if port.port in allowed_ports(context)],
            "ports": list(rows),
            "from_guide": False,
        }

    def _refused(self, code: str, context: ToolContext, **params: object) -> ToolResult:
        """Another host or another port: said with the guide's sentence on the only server name."""
        known = ", ".join(str(port.port) for port in context.facts.ports)
        problem = finding(self, context, code, "refused", host=context.facts.mail.incoming, known=known, **params)
        return ToolResult(
            self.id,
            "refused",
            problem.text,
            facts_from([context.facts.mail.source]),
            self._data([], 0.0, context),
            (problem,),
            form=self.form(context),
        )

    def _network_off(self, ports: Sequence[Port], context: ToolContext) -> ToolResult:
        problem = finding(self, context, "network_off", "unknown", **plain_params(ports, context))
        return ToolResult(
            self.id,
            "unknown",
            problem.text,
            facts_from([context.facts.mail.source]),
            self._data([], 0.0, context),
            (problem,),
            form=self.form(context),
            slots={"port": [port.port for port in ports]},
        )


def _knows_authorities() -> bool:
    """Whether this machine has any list of authorities. Without one every certificate looks untrusted."""
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())))
