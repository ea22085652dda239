"""Tool T11: the headers of a message, a whole message or a bounce → who sent it, how one knows, and what to do.

``ToolResult.data`` (plain JSON; every value that came from the message is cleaned and cut):

- ``verdict``: ``sent_by_your_account`` | ``forged_elsewhere`` | ``bounce_of_forged_mail`` | ``bounce_of_your_mail`` |
  ``cannot_tell``; ``verdict_label``: in words; ``reason``: code of the rule that decided.
- ``kind``: ``message`` (with body) | ``headers`` | ``bounce`` | ``text`` (no header found).
- ``own_address``: the address judged for, or null; ``own_address_source``: ``given`` | ``delivered`` (read from the
  lines of the delivery) | ``none``.
- ``evidence``: ``[{code, text, shows: yours|forged|neutral|missing, shows_label, trusted, trusted_label}]``.
- ``identities``: ``[{field: from|sender|reply-to|return-path|message-id, label, name, address, domain, claimed,
  aligned: true|false|null, aligned_label}]``; ``claimed``: another address that the shown name pretends.
- ``hops``: ``[{n, from, from_claimed, ip, ip_kind: public|private|none, ip_label, by, protocol, authenticated, account,
  time (ISO 8601, UTC) or null, delay_s or null, trusted, trusted_label, boundary}]``, last stop first; ``hops_total``.
- ``auth_results``: ``[{server, method, result, domain, trusted, trusted_label, aligned, source}]``.
- ``dkim``: ``{status: absent|not_checkable|unknown|broken|verified, label, domains, reason}``: our own check.
- ``dialect``: of a bounce, or null; ``deliveries``: ``[{recipient, action, action_label, status, basic, reason,
  meaning, permanence: permanent|temporary|none|unknown, permanence_label, diagnostic, server}]``.
- ``original``: ``{from, to, subject, date, message_id}`` of the returned message, or null.
- ``limits_hit``: ``["input_truncated"]`` or empty; ``from_guide``: false (standards and general knowledge; what the
  guides say stands in ``facts``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.headers.card import card, evidence_row
from soluciones.answer.tools.headers.catalogue import CATALOGUE, DSN_NEXT, QUOTES, STATUS_OF_EVIDENCE
from soluciones.answer.tools.headers.judge_bounce import judge_bounce, original_address
from soluciones.answer.tools.headers.judge_mail import judge_mail
from soluciones.answer.tools.headers.judgement import Judgement
from soluciones.answer.tools.headers.mailboxes import normal
from soluciones.answer.tools.headers.message import Reading, read_message
from soluciones.answer.tools.headers.report import report
from soluciones.answer.tools.headers.source import shown
from soluciones.answer.tools.results import ask, facts_from, finding, form, refused
from soluciones.answer.tools.values import MAX_UPLOAD_BYTES, SlotRefused, read_text, read_upload
from soluciones.answer.types import Finding, ToolResult, ToolStatus

LONGEST = 320
"""Longest address of RFC 5321."""


class MessageHeadersTool:
    """See the module. Slots: ``message`` (pasted text or file), ``own_address``."""

    id = "message-headers"
    mode: ToolMode = "upload"
    guides: tuple[str, ...] = ("leer-cabeceras", "suplantacion-y-spam", "codigos-error-smtp")
    slots: tuple[SlotSpec, ...] = (
        SlotSpec(
            "message",
            {
                "type": "string",
                "maxLength": MAX_UPLOAD_BYTES,
                "x-upload": [".eml", ".txt"],
                "x-mime": "message/rfc822",
            },
            required=True,
            pii=True,
        ),
        SlotSpec("own_address", {"type": "string", "maxLength": LONGEST}, pii=True),
    )
    findings: Mapping[str, tuple[str, str] | None] = CATALOGUE

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Judges what was given; never raises."""
        try:
            own = _own(slots)
            message = read_upload(slots, "message")
        except SlotRefused as error:
            return refused(self, context, error)
        if message is None:
            return ask(self, context, "message", {"own_address": own} if own else {})
        reading = read_message(message, own, context.facts, context.site, context.network)
        judgement = judge_bounce(reading) if reading.bounce is not None else judge_mail(reading)
        return self._result(reading, judgement, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """Message and address."""
        return form(self, context)

    def _result(self, reading: Reading, judgement: Judgement, context: ToolContext) -> ToolResult:
        seen = tuple(self._seen(judgement, context))
        findings = tuple(self._findings(reading, judgement, seen, context))
        data = card(reading, judgement, context)
        data["evidence"] = [
            evidence_row(item.code, part.text, item.shows, item.trusted, context)
            for item, part in zip(judgement.evidence, seen, strict=True)
        ]
        headline = self._headline(reading, judgement, context)
        known = {"own_address": reading.own} if reading.own_source == "given" else {}
        again = judgement.verdict == "cannot_tell"
        return ToolResult(
            self.id,
            _status(reading, judgement),
            headline,
            facts_from(s for name in _quotes(reading, judgement) for s in context.facts.procedure(name)),
            data,
            findings,
            (report(headline, data, findings, context),) if reading.block.fields or reading.bounce else (),
            form(self, context, filled=known) if again else None,
            tuple(_next(reading, judgement, context)),
            known,
        )

    def _headline(self, reading: Reading, judgement: Judgement, context: ToolContext) -> str:
        kind = next((item.kind for item in _deliveries(reading) if item.kind), "")
        meaning = context.say(f"message_headers.status.{kind}") if kind else ""
        if judgement.verdict == "bounce_of_your_mail" and kind:
            return context.say("message_headers.headline.bounce_of_your_mail_because", meaning=meaning)
        if judgement.reason == "no_original" and kind:
            return context.say("message_headers.headline.no_original_because", meaning=meaning)
        if judgement.reason in ("no_headers", "other_sender", "own_address_missing", "no_original"):
            address = shown(reading.sender.domain, 80) or "?"
            return context.say(f"message_headers.headline.{judgement.reason}", domain=address)
        return context.say(f"message_headers.headline.{judgement.verdict}")

    def _seen(self, judgement: Judgement, context: ToolContext) -> Iterable[Finding]:
        for item in judgement.evidence:
            status = STATUS_OF_EVIDENCE[item.shows]
            yield finding(self, context, item.code, status, **_stated(item.params, context))

    def _findings(
        self, reading: Reading, judgement: Judgement, seen: Sequence[Finding], context: ToolContext
    ) -> Iterable[Finding]:
        """The verdict, the evidence, what the delivery report says, and what to do."""
        verdict = judgement.verdict
        yield finding(self, context, verdict, _status(reading, judgement))
        codes = {item.code for item in seen}
        if judgement.reason in CATALOGUE and judgement.reason not in codes | {verdict}:
            yield finding(self, context, judgement.reason, "unknown", **_reason_words(reading))
        once: dict[str, Finding] = {}
        for part in seen:
            once.setdefault(part.code, part)
        yield from once.values()
        yield from self._deliveries(reading, judgement, context)
        for note in sorted(reading.notes):
            yield finding(self, context, note, "warn" if note == "input_truncated" else "ok")
        for code in _advice(reading, judgement):
            yield finding(self, context, code, "warn", address=shown(reading.own, 100), name=_entry(reading))

    def _deliveries(self, reading: Reading, judgement: Judgement, context: ToolContext) -> Iterable[Finding]:
        """Reasons are the visitor's business only when the message may be theirs."""
        if judgement.verdict == "bounce_of_forged_mail":
            return
        for code, status, params in _reasons(reading):
            yield finding(self, context, code, status, **params)


def _own(slots: Slots) -> str:
    typed = read_text(slots, "own_address", LONGEST)
    if typed is None or not typed.strip():
        return ""
    address = normal(clean_address(typed))
    if not address:
        raise SlotRefused("own_address", "wrong_type")
    return address


def _deliveries(reading: Reading) -> Sequence[Any]:
    return reading.bounce.deliveries if reading.bounce else ()


def _reasons(reading: Reading) -> Iterable[tuple[str, ToolStatus, dict[str, object]]]:
    """Finding code, status and words of each kind of failure in a report, each once."""
    done: set[str] = set()
    for item in _deliveries(reading):
        code = f"bounce_{item.kind}" if item.kind else "delivered_notice"
        status: ToolStatus = "bad" if item.permanence == "permanent" else "warn" if item.kind else "ok"
        if not item.kind and item.permanence != "none":
            continue
        if code not in done:
            done.add(code)
            yield code, status, {"error": item.status or item.basic or "?"}
        if item.permanence == "temporary" and "delivery_delayed" not in done:
            done.add("delivery_delayed")
            yield "delivery_delayed", "warn", {}


def _status(reading: Reading, judgement: Judgement) -> ToolStatus:
    if judgement.verdict == "cannot_tell":
        return "unknown"
    if judgement.verdict != "bounce_of_your_mail":
        return "warn"
    kinds = {item.permanence for item in _deliveries(reading)}
    if "permanent" in kinds:
        return "bad"
    return "ok" if kinds == {"none"} else "warn"


def _quotes(reading: Reading, judgement: Judgement) -> Iterable[str]:
    yield from QUOTES[judgement.verdict]
    if judgement.verdict == "forged_elsewhere" and reading.claims_own:
        yield "message_headers.safe"


def _advice(reading: Reading, judgement: Judgement) -> Iterable[str]:
    verdict = judgement.verdict
    if verdict == "sent_by_your_account":
        yield "check_sent_folder"
        yield "change_password"
    elif verdict == "forged_elsewhere":
        if judgement.reason == "entered_from_outside":
            yield "other_service"
        if reading.claims_own or judgement.reason == "display_name_spoof":
            yield "remove_from_allow_list"
        if reading.claims_own:
            yield "publish_dmarc"
    elif verdict == "bounce_of_forged_mail":
        yield "check_catch_all"
        yield "publish_dmarc"
    elif judgement.reason in ("no_original", "original_without_received", "original_claims_provider", "other_original"):
        yield "check_sent_folder"


def _entry(reading: Reading) -> str:
    """The machine that handed the message over."""
    origin = reading.trust.origin
    return shown(origin.rdns or origin.ip or origin.helo, 100) if origin else "?"


def _reason_words(reading: Reading) -> dict[str, object]:
    return {"domain": shown(reading.sender.domain, 100) or "?", "server": "?", "account": "?", "ip": "?"}


def _next(reading: Reading, judgement: Judgement, context: ToolContext) -> Iterable[Mapping[str, Any]]:
    """Tools that carry on, with the domain that matters."""
    own = reading.own
    if not own and reading.bounce is not None:
        own = original_address(reading.bounce.original)
    domain = own.rpartition("@")[2]
    tools: list[str] = []
    if judgement.verdict in ("sent_by_your_account",):
        tools.append("password-devices")
    if judgement.verdict in ("forged_elsewhere", "bounce_of_forged_mail"):
        tools += ["dmarc", "dns-check"]
    if judgement.verdict != "bounce_of_forged_mail":
        tools += [tool for item in _deliveries(reading) for tool in DSN_NEXT.get(item.kind, ())]
    for tool in dict.fromkeys(tools):
        slots = {"domain": domain} if domain and tool != "password-devices" else {}
        yield {"label": context.say(f"message_headers.next.{tool.replace('-', '_')}"), "tool": tool, "slots": slots}


def _stated(params: Mapping[str, object], context: ToolContext) -> dict[str, object]:
    """What the header does not tell, in words: «Cuenta: ?» reads like a fault of ours."""
    return {
        name: context.say("message_headers.not_stated") if value == "?" else value for name, value in params.items()
    }
