"""The result as plain rows for the card and the download. Labels come from the texts ``message_headers.…``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.headers.auth_results import AuthResult, read_auth_results
from soluciones.answer.tools.headers.delivery import Delivery
from soluciones.answer.tools.headers.judge_bounce import original_address
from soluciones.answer.tools.headers.judgement import Judgement
from soluciones.answer.tools.headers.mail_evidence import delays
from soluciones.answer.tools.headers.mailboxes import Mailbox, aligned, find_address, read_mailboxes
from soluciones.answer.tools.headers.message import Reading
from soluciones.answer.tools.headers.received import Hop
from soluciones.answer.tools.headers.source import shown
from soluciones.answer.tools.headers.words import decode_words

MAX_SHOWN_HOPS = 40
MAX_SHOWN_RESULTS = 40
_NAME = 100
Row = dict[str, Any]


def card(reading: Reading, judgement: Judgement, context: ToolContext) -> Row:
    """All of ``ToolResult.data`` but the evidence; keys as in the tool's docstring."""
    bounce = reading.bounce
    return {
        "verdict": judgement.verdict,
        "verdict_label": _say(context, "verdict", judgement.verdict),
        "reason": judgement.reason,
        "kind": kind_of(reading),
        "own_address": shown(reading.own, 254) or None,
        "own_address_source": reading.own_source,
        "identities": identities(reading, context),
        "hops": hops(reading, context),
        "hops_total": len(reading.trust.hops),
        "auth_results": results(reading, context),
        "dkim": _dkim(reading, context),
        "dialect": bounce.dialect if bounce else None,
        "deliveries": [delivery_row(item, context) for item in bounce.deliveries] if bounce else [],
        "original": _original(reading),
        "limits_hit": ["input_truncated"] if "input_truncated" in reading.notes else [],
        "from_guide": False,
    }


def kind_of(reading: Reading) -> str:
    """What was given: ``bounce``, ``message``, ``headers`` or ``text``."""
    if reading.bounce is not None:
        return "bounce"
    if not reading.block.fields:
        return "text"
    return "message" if reading.whole else "headers"


def identities(reading: Reading, context: ToolContext) -> list[Row]:
    """Who the header names, and whether each belongs to the organisation of the visible sender."""
    if not reading.block.fields:
        return []
    rows = [_identity("from", box, reading, context) for box in reading.senders[:4]]
    for name in ("sender", "reply-to", "return-path"):
        value = reading.block.first(name)
        if value:
            rows += [_identity(name, box, reading, context) for box in read_mailboxes(value)[:2]]
            if name == "return-path" and value.strip() == "<>":
                rows.append(_identity(name, Mailbox(""), reading, context))
    domain = reading.block.first("message-id").strip().strip("<>").rpartition("@")[2]
    if domain:
        rows.append(_identity("message-id", Mailbox(f"@{domain.lower()}"), reading, context))
    return rows


def hops(reading: Reading, context: ToolContext) -> list[Row]:
    """The way of the message, the last stop first."""
    chain = reading.trust.chain
    waits = delays(reading.trust.hops)
    rows = []
    for index, hop in enumerate(reading.trust.hops[:MAX_SHOWN_HOPS]):
        trusted = index < chain.trusted
        rows.append(
            {
                "n": len(reading.trust.hops) - index,
                "from": shown(hop.rdns or hop.helo, _NAME),
                "from_claimed": shown(hop.helo, _NAME),
                "ip": hop.ip,
                "ip_kind": hop.ip_kind,
                "ip_label": _say(context, "ip", hop.ip_kind) if hop.ip else "",
                "by": shown(hop.by, _NAME),
                "protocol": shown(hop.protocol, 40),
                "authenticated": hop.login,
                "account": shown(hop.account, _NAME),
                "time": _time(hop),
                "delay_s": None if (wait := waits[index]) is None else int(wait),
                "trusted": trusted,
                "trusted_label": _say(context, "trusted", "yes" if trusted else "no"),
                "boundary": index == chain.origin,
            }
        )
    return rows


def results(reading: Reading, context: ToolContext) -> list[Row]:
    """The results of the checks, those of other servers included and marked."""
    arc = [
        (result, False)
        for value in reading.block.values("arc-authentication-results")[:10]
        for result in read_auth_results(value, "arc-authentication-results")
    ]
    rows = [(*item, context) for item in (*reading.trust.results, *arc)]
    return [_result(reading, *row) for row in rows[:MAX_SHOWN_RESULTS]]


def delivery_row(item: Delivery, context: ToolContext) -> Row:
    """One recipient of a delivery report."""
    kind = item.kind
    return {
        "recipient": shown(item.recipient, 254),
        "action": item.action,
        "action_label": _say(context, "action", item.action) if item.action else "",
        "status": item.status,
        "basic": item.basic,
        "reason": kind,
        "meaning": context.say(f"message_headers.status.{kind}") if kind else "",
        "permanence": item.permanence,
        "permanence_label": _say(context, "permanence", item.permanence),
        "diagnostic": item.diagnostic,
        "server": item.server,
    }


def _identity(name: str, box: Mailbox, reading: Reading, context: ToolContext) -> Row:
    same = name == "from" or (aligned(box.domain, reading.sender.domain) if box.domain else None)
    return {
        "field": name,
        "label": _say(context, "identity", name.replace("-", "_")),
        "name": shown(box.name, _NAME),
        "address": shown(box.address, 254),
        "domain": shown(box.domain, 253),
        "claimed": shown(box.claimed, 254),
        "aligned": same,
        "aligned_label": "" if same is None or name == "from" else _say(context, "aligned", "yes" if same else "no"),
    }


def _result(reading: Reading, result: AuthResult, trusted: bool, context: ToolContext) -> Row:
    return {
        "server": shown(result.server, _NAME),
        "method": result.method,
        "result": result.result,
        "domain": shown(result.domain, _NAME),
        "trusted": trusted,
        "trusted_label": _say(context, "trusted", "yes" if trusted else "no"),
        "aligned": aligned(result.domain, reading.sender.domain) if result.domain else None,
        "source": result.source,
    }


def _dkim(reading: Reading, context: ToolContext) -> Row:
    check = reading.dkim
    return {
        "status": check.status,
        "label": _say(context, "dkim", check.status),
        "domains": [shown(name, _NAME) for name in check.domains],
        "reason": check.reason,
    }


def _original(reading: Reading) -> Row | None:
    if reading.bounce is None or not reading.bounce.original.fields:
        return None
    block = reading.bounce.original
    return {
        "from": shown(original_address(block), 254),
        "to": shown(find_address(block.first("to")), 254),
        "subject": shown(decode_words(block.first("subject")), 200),
        "date": shown(block.first("date"), 60),
        "message_id": shown(block.first("message-id"), 200),
    }


def _time(hop: Hop) -> str | None:
    return hop.time.isoformat() if hop.time else None


def _say(context: ToolContext, group: str, value: str) -> str:
    return context.say(f"message_headers.{group}.{value}")


def evidence_row(code: str, text: str, shows: str, trusted: bool, context: ToolContext) -> Mapping[str, Any]:
    """One piece of evidence."""
    return {
        "code": code,
        "text": text,
        "shows": shows,
        "shows_label": _say(context, "shows", shows),
        "trusted": trusted,
        "trusted_label": _say(context, "trusted", "yes" if trusted else "no"),
    }
