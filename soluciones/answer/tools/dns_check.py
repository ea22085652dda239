"""Tool T8: the mail records of a domain as five lights, MX, SPF, DKIM, DMARC and NS.

What could not be looked up is ``unknown``, never ``bad``. For a sub-domain without MX the registered
domain above it is checked.

``data``:

* ``domain`` (str, as people read it), ``ascii`` (str, A-labels), ``checked`` (str, A-labels: the domain the lights are
  of), ``fell_back`` (bool: ``checked`` is the registered domain above ``ascii``), ``exists`` (bool | null: unknown),
* ``selector`` (str: the DKIM selector named, "" for none),
* ``lights``: five times {``id`` (mx | spf | dkim | dmarc | ns), ``label``, ``status`` (ok | warn | bad | unknown),
  ``status_label``, ``text`` (its gravest finding), ``host`` (name asked), ``type`` (of record), ``ttl`` (seconds, 0:
  no record), ``ttl_label`` (str), ``records`` [str], ``codes`` [str], ``entries`` (what to type):
  [{``host``, ``type``, ``value``, ``from_guide`` (bool)}]}; empty when the domain does not exist or was refused,
* ``spf_lookups``, ``spf_voids`` (int | null), ``txt_count`` (int), ``from_guide`` (false: it is measured).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from soluciones.answer.mailauth.problem import RecordProblem
from soluciones.answer.mailauth.spf_check import SpfCheck, check_spf
from soluciones.answer.net.contract import Dns
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.dns_check_auth import dmarc_light, spf_light
from soluciones.answer.tools.dns_check_codes import CATALOGUE, text_key
from soluciones.answer.tools.dns_check_data import card
from soluciones.answer.tools.dns_check_dkim import dkim_light
from soluciones.answer.tools.dns_check_domain import MAX_SELECTOR, DomainWish, read_domain, read_selector
from soluciones.answer.tools.dns_check_gather import Gathered, Selectors, gather
from soluciones.answer.tools.dns_check_light import Light
from soluciones.answer.tools.dns_check_mx import mx_light
from soluciones.answer.tools.dns_check_ns import ns_light
from soluciones.answer.tools.results import ask, facts_from, form, refused, worst
from soluciones.answer.tools.values import SlotRefused, read_text
from soluciones.answer.types import Finding, Place, ToolResult, ToolStatus

MAX_DOMAIN = 1_000
"""Characters of what may be pasted: a long URL is one, a page is none."""
MANY_TXT = 10
_ORDER: tuple[ToolStatus, ...] = ("refused", "error", "bad", "unknown", "warn", "need_input", "ok")
_LENDS = frozenset({"dkim_no_selector"})
"""Unknown by nature, so it colours its own light only, not the whole result."""


class DnsCheckTool:
    """See the module. Slots: ``domain`` (domain, URL or address), ``selector`` (DKIM, optional)."""

    id = "dns-check"
    mode: ToolMode = "network"
    guides: tuple[str, ...] = (
        *("registros-dns-del-correo", "spf-wix-jimdo", "que-es-spf", "que-es-dmarc"),
        *("primeros-pasos", "suplantacion-y-spam", "codigos-error-smtp"),
    )
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("domain", {"type": "string", "maxLength": MAX_DOMAIN, "x-one-line": True}, required=True, pii=True),
        SlotSpec("selector", {"type": "string", "maxLength": MAX_SELECTOR}),
    )
    findings: Mapping[str, tuple[str, str] | None] = CATALOGUE

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Checks the domain; never raises."""
        try:
            typed = read_text(slots, "domain", MAX_DOMAIN)
            named = read_text(slots, "selector", MAX_SELECTOR * 4)
        except SlotRefused as error:
            return refused(self, context, error)
        if typed is None or not typed.strip():
            return ask(self, context, "domain", slots)
        wish = read_domain(typed)
        selector = wish.selector if named is None or not named.strip() else read_selector(named)
        if wish.problem:
            return self._no(wish.problem, context)
        if selector is None:
            return self._no("selector_invalid", context)
        if context.network is None:
            return self._no("special_use", context) if wish.special else self._off(wish, selector, context)
        return self._check(wish, selector, context.network.dns, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """Domain and selector."""
        return form(self, context)

    def _check(self, wish: DomainWish, selector: str, dns: Dns, context: ToolContext) -> ToolResult:
        found, shared = gather(wish.name, Selectors(selector, context.site.dns.dkim_selectors), dns)
        off = found.mx.status == "network_off"
        if found.refused or (off and wish.special):
            return self._no("special_use", context)
        if off:
            return self._off(wish, selector, context)
        if found.missing:
            gone = self._finding(RecordProblem("domain_unknown", "bad", {"domain": wish.shown}), context)
            return self._result("bad", gone.text, (gone,), wish, selector, context, card(wish, selector, exists=False))
        spf = check_spf(found.name, found.txt, shared, context.facts)
        lights = (
            mx_light(found.name, found.mx, found.own, found.mx_hosts, context.site.dns.mx),
            spf_light(found.name, spf, context.facts.spf.record),
            dkim_light(found.name, found.dkim, found.domainkey),
            dmarc_light(found.name, shared),
            ns_light(found.ns.name or found.name, found.ns, context.site.dns.nameservers, context.site.organisation),
        )
        return self._lit(wish, selector, found, lights, spf, context)

    def _lit(
        self,
        wish: DomainWish,
        selector: str,
        found: Gathered,
        lights: tuple[Light, ...],
        spf: SpfCheck,
        context: ToolContext,
    ) -> ToolResult:
        problems = [*_general(wish, found), *(problem for light in lights for problem in light.problems)]
        status = worst(problem.status for problem in problems if problem.code not in _LENDS)
        ordered = sorted(problems, key=lambda problem: _ORDER.index(problem.status))
        findings = tuple(self._finding(problem, context) for problem in ordered)
        data = card(wish, selector, exists=True if found.mx.known else None, found=found, spf=spf)
        data["lights"] = [self._row(light, context) for light in lights]
        headline = self._headline(status, wish.shown, lights, context)
        return self._result(status, headline, findings, wish, selector, context, data, lights)

    def _result(
        self,
        status: ToolStatus,
        headline: str,
        findings: tuple[Finding, ...],
        wish: DomainWish,
        selector: str,
        context: ToolContext,
        data: Mapping[str, Any],
        lights: tuple[Light, ...] = (),
    ) -> ToolResult:
        known = {"domain": wish.shown} | ({"selector": selector} if selector else {})
        return ToolResult(
            self.id,
            status,
            headline,
            self._facts(lights, context),
            data,
            findings,
            form=form(self, context, filled=known),
            next=tuple(_next(wish, lights, context)),
            slots=known,
        )

    def _row(self, light: Light, context: ToolContext) -> dict[str, Any]:
        first = light.problems[0]
        return {
            "id": light.id,
            "label": context.say(f"dns_check.light.{light.id}"),
            "status": light.status,
            "status_label": context.say(f"dns_check.status.{light.status}"),
            "text": self._finding(first, context).text,
            "host": light.host,
            "type": light.rdtype,
            "ttl": light.ttl,
            "ttl_label": context.say("dns_check.ttl", seconds=light.ttl) if light.ttl else "",
            "records": [_printable(record) for record in light.records[:_MOST_RECORDS]],
            "codes": [problem.code for problem in light.problems],
            "entries": [
                {"host": e.host, "type": e.rdtype, "value": e.value, "from_guide": e.from_guide} for e in light.entries
            ],
        }

    def _headline(self, status: ToolStatus, domain: str, lights: Iterable[Light], context: ToolContext) -> str:
        def named(wanted: str) -> list[str]:
            return [light.id.upper() for light in lights if light.status == wanted]

        listed = {wanted: ", ".join(named(wanted)) for wanted in ("bad", "unknown", "warn")}
        if not listed.get(status):  # ok, or only the general findings have something to say
            key = "ok" if status == "ok" else f"general_{status}"
            return context.say(f"dns_check.headline.{key}", domain=domain)
        return context.say(f"dns_check.headline.{status}", domain=domain, lights=listed[status])

    def _finding(self, problem: RecordProblem, context: ToolContext) -> Finding:
        place = CATALOGUE[problem.code]
        params = {key: _printable(str(value)) for key, value in problem.params.items()}
        text = context.say(text_key(problem.code), **params)
        return Finding(problem.code, problem.status, text, Place(*place) if place else None)

    def _facts(self, lights: Iterable[Light], context: ToolContext) -> tuple[Any, ...]:
        shown = {light.id for light in lights}
        sources = [context.facts.spf.source] if "spf" in shown else []
        if "ns" in shown and context.facts.dns_diagnosis is not None:
            sources.append(context.facts.dns_diagnosis)
        return facts_from(sources)

    def _no(self, code: str, context: ToolContext) -> ToolResult:
        """What was typed is no domain that can be checked. It is not repeated."""
        problem = self._finding(RecordProblem(code, "refused"), context)
        return ToolResult(self.id, "refused", problem.text, findings=(problem,), form=self.form(context))

    def _off(self, wish: DomainWish, selector: str, context: ToolContext) -> ToolResult:
        problem = self._finding(RecordProblem("network_off", "unknown"), context)
        data = card(wish, selector, exists=None)
        return self._result("unknown", problem.text, (problem,), wish, selector, context, data)


_MOST_RECORDS = 20
_LONGEST = 3_000


def _printable(text: str) -> str:
    """Record text as a card can show it: cut, and without characters that are not seen or turn the writing round."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:_LONGEST])


def _general(wish: DomainWish, found: Gathered) -> Iterable[RecordProblem]:
    """What concerns the domain as a whole."""
    if found.over_budget:
        yield RecordProblem("over_budget", "unknown")
    if found.name != found.asked_for:
        yield RecordProblem("fell_back", "ok", {"domain": wish.shown, "checked": found.name})
    if wish.shown != wish.name:
        yield RecordProblem("idn", "ok", {"domain": wish.shown, "ascii": wish.name})
    if len(found.txt.records) > MANY_TXT:
        yield RecordProblem("txt_many", "warn", {"count": len(found.txt.records)})
    for reply, code in zip(found.wild, ("wildcard_mx", "wildcard_txt"), strict=True):
        if reply.status == "ok":
            yield RecordProblem(code, "warn", {"domain": found.name})
    for reply in found.services:
        if reply.status == "ok":
            declined = all(record.endswith(" .") for record in reply.records)
            yield RecordProblem("srv_declined" if declined else "srv_found", "ok", {"name": reply.name})


def _next(wish: DomainWish, lights: Iterable[Light], context: ToolContext) -> Iterable[Mapping[str, Any]]:
    """The tools that repair what was found; the message itself when the zone has nothing to repair."""
    status: dict[str, ToolStatus] = {light.id: light.status for light in lights}
    for tool in ("spf", "dmarc"):
        if status.get(tool, "ok") != "ok":
            label = context.say(f"dns_check.next.{tool}", domain=wish.shown)
            yield {"label": label, "tool": tool, "slots": {"domain": wish.shown}}
    if status and not {"bad", "unknown"} & {status["mx"], status["spf"], status["dmarc"]}:
        yield {"label": context.say("dns_check.next.headers"), "tool": "message-headers", "slots": {}}
