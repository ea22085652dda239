"""Tool T3: a port, a protocol or a direction → what the guide says of it, and what to type in the mail program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.port_choice import (
    LAST_RESORT,
    NOT_MAIL,
    Mismatch,
    better_than,
    is_port_number,
    mismatches,
    order,
    select,
)
from soluciones.answer.tools.results import BAD_INPUT, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused, read_list, read_text
from soluciones.answer.types import Finding, ToolResult, ToolStatus
from soluciones.kb.facts import Port

MAX_PORTS = 8
"""Ports compared at once."""
_MAX_WORD = 32
_MAX_DIGITS = 12

_GUIDE = "protocolos-y-puertos"
_DEVICES = "sincronizar-dispositivos"
_CHOOSE = "imap-o-pop3"
_PROTOCOLS = {
    "imap": "imap", "imaps": "imap", "imap4": "imap", "pop": "pop3", "pops": "pop3", "pop3": "pop3", "pop3s": "pop3",
    "smtp": "smtp", "smtps": "smtp", "submission": "smtp", "submissions": "smtp", "esmtp": "smtp",
}  # fmt: skip
_DIRECTIONS = ("in", "out")
_PROBLEMS = ("send", "receive", "blocked")
_RANK_STATUS: Mapping[str, ToolStatus] = {"recommended": "ok", "supported": "ok", "tolerated": "warn"}


@dataclass(frozen=True, slots=True)
class _Wish:
    """The slots, read."""

    numbers: tuple[int, ...] = ()
    protocols: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    """Protocols named that no mail port here speaks, e.g. ``exchange``."""
    direction: str | None = None
    problem: str | None = None

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        found = {
            "port": list(self.numbers),
            "proto": [*self.protocols, *self.foreign],
            "direction": self.direction,
            "problem": self.problem,
        }
        return {name: value for name, value in found.items() if value}


class PortsTool:
    """See the module. Slots: ``port`` (list), ``proto`` (list), ``direction``, ``problem``; none is required."""

    id = "ports"
    mode: ToolMode = "instant"
    guides: tuple[str, ...] = (_GUIDE, _DEVICES, _CHOOSE)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("port", {"type": "array", "items": {"type": "integer"}, "maxItems": MAX_PORTS}),
        SlotSpec(
            "proto", {"type": "array", "items": {"type": "string", "enum": ["imap", "pop3", "smtp"]}, "maxItems": 8}
        ),
        SlotSpec("direction", {"type": "string", "enum": list(_DIRECTIONS)}),
        SlotSpec("problem", {"type": "string", "enum": list(_PROBLEMS)}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "recommended": None,
        "supported": (_GUIDE, "puertos-recomendados"),
        "pop3_supported": (_CHOOSE, "cual-elegir"),
        "tolerated": (_GUIDE, "puertos-587-y-25"),
        "port_25": (_GUIDE, "puertos-587-y-25"),
        "starttls": (_GUIDE, "ssl-tls-o-starttls"),
        "port_unknown": (_GUIDE, "tabla-de-puertos"),
        "not_mail_port": (_GUIDE, "tabla-de-puertos"),
        "not_a_port": (_GUIDE, "tabla-de-puertos"),
        "protocol_unknown": (_GUIDE, "tabla-de-puertos"),
        "direction_mismatch": (_GUIDE, "tabla-de-puertos"),
        "protocol_mismatch": (_GUIDE, "tabla-de-puertos"),
        "send_fallback": (_DEVICES, "no-puede-enviar"),
        "receive_fallback": (_DEVICES, "no-puede-recibir"),
        "blocked": (_GUIDE, "puertos-recomendados"),
        BAD_INPUT: (_GUIDE, "tabla-de-puertos"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Looks up what was asked; never raises."""
        try:
            wish = _read(slots)
        except SlotRefused as error:
            return refused(self, context, error)
        if wish.numbers:
            return self._numbers(wish, context)
        return self._choice(wish, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _numbers(self, wish: _Wish, context: ToolContext) -> ToolResult:
        known = order(port for number in wish.numbers if (port := context.facts.port(number)) is not None)
        wrong = mismatches(known, context.facts, wish.protocols, wish.direction)
        found = (*self._unlisted(wish, context), *self._mismatched(wrong, context))
        found += tuple(self._about(known, wrong, wish, context))
        better = [other for port in known if (other := better_than(port, context.facts)) is not None]
        ports = tuple(dict.fromkeys([*(case.better for case in wrong), *(() if wrong else better), *known]))
        rows = [_row(port, context, port in known) for port in ports]
        rows += [_unknown_row(n, context) for n in wish.numbers if is_port_number(n) and context.facts.port(n) is None]
        status = worst(item.status for item in found)
        refused_all = not any(is_port_number(number) for number in wish.numbers)
        status = "refused" if refused_all else "bad" if status == "refused" else status
        headline = self._headline(wish, known, wrong, context)
        return self._result(status, headline, ports, rows, found, wish, context)

    def _headline(self, wish: _Wish, known: Sequence[Port], wrong: Sequence[Mismatch], context: ToolContext) -> str:
        if wrong:
            return context.say("ports.headline.mismatch", **_words(wrong[0].better, context), wrong=wrong[0].port.port)
        if not known:
            code = self._unlisted_code(wish.numbers[0])
            service = NOT_MAIL.get(wish.numbers[0], "")
            return context.say(f"ports.headline.{code}", port=wish.numbers[0], service=service)
        if len(known) > 1:
            same = len({port.direction for port in known}) == 1
            others = ", ".join(str(port.port) for port in known[1:])
            key = "compare" if same else "several"
            return context.say(f"ports.headline.{key}", others=others, **_words(known[0], context))
        better = better_than(known[0], context.facts)
        key = known[0].rank if better or known[0].rank == "recommended" else "supported_best"
        return context.say(f"ports.headline.{key}", better=better.port if better else "", **_words(known[0], context))

    def _unlisted(self, wish: _Wish, context: ToolContext) -> Iterable[Finding]:
        statuses: Mapping[str, ToolStatus] = {
            "port_unknown": "unknown",
            "not_mail_port": "bad",
            "not_a_port": "refused",
        }
        for number in wish.numbers:
            if context.facts.port(number) is None:
                code = self._unlisted_code(number)
                yield finding(self, context, code, statuses[code], port=number, service=NOT_MAIL.get(number, ""))
        yield from self._foreign(wish, context)

    def _unlisted_code(self, number: int) -> str:
        if not is_port_number(number):
            return "not_a_port"
        return "not_mail_port" if number in NOT_MAIL else "port_unknown"

    def _foreign(self, wish: _Wish, context: ToolContext) -> Iterable[Finding]:
        for name in wish.foreign:
            yield finding(self, context, "protocol_unknown", "unknown", name=name.upper())

    def _mismatched(self, wrong: Sequence[Mismatch], context: ToolContext) -> Iterable[Finding]:
        for case in wrong:
            names = {"name": case.port.name, "wanted": case.better.name, "use": case.better.port}
            yield finding(self, context, case.kind, "bad", port=case.port.port, **names)

    def _about(
        self, ports: Sequence[Port], wrong: Sequence[Mismatch], wish: _Wish, context: ToolContext
    ) -> Iterable[Finding]:
        """What is to be known of ports that exist."""
        for port in ports:
            better = better_than(port, context.facts)
            if port.rank == "recommended" and not wrong:
                yield finding(self, context, "recommended", "ok", **_words(port, context))
            elif port.protocol == "pop3" and better is None:
                yield finding(self, context, "pop3_supported", "ok", **_words(port, context))
            elif better is not None:
                code = "port_25" if port.port == 25 else "tolerated" if port.rank == "tolerated" else "supported"
                yield finding(self, context, code, _RANK_STATUS[port.rank], port=port.port, better=better.port)
        starttls = ", ".join(str(port.port) for port in ports if port.tls == "starttls")
        if starttls:
            yield finding(self, context, "starttls", "ok", ports=starttls)
        if wish.problem == "blocked":
            yield finding(self, context, "blocked", "ok")

    def _choice(self, wish: _Wish, context: ToolContext) -> ToolResult:
        """No number was given: the recommended port first, then the others."""
        protocols, direction = (
            wish.protocols,
            wish.direction or {"send": "out", "receive": "in"}.get(wish.problem or ""),
        )
        ports = select(context.facts, protocols, direction)
        if (wish.foreign and not protocols) or not select(context.facts, (), direction):
            return self._nothing(wish, context)
        if wish.problem == "send":
            ports = tuple(port for port in ports if port.port not in LAST_RESORT)
        conflict = not ports
        if conflict:
            # «IMAP para enviar»: the direction says what the visitor wants to do, the protocol is the mistake.
            ports = select(context.facts, (), direction)
        found = [*self._foreign(wish, context), *self._conflicts(conflict, ports, wish, context)]
        found += self._about(ports[:1], (), wish, context)
        if wish.problem in ("send", "receive"):
            found.append(finding(self, context, f"{wish.problem}_fallback", "ok"))
        heads = [port for port in ports if port.rank == "recommended"] or list(ports[:1])
        key = "pair" if len(heads) > 1 else "use"
        pair = {"port2": heads[1].port, "name2": heads[1].name} if len(heads) > 1 else {}
        headline = context.say(f"ports.headline.{key}", **_words(heads[0], context), **pair)
        status = worst(item.status for item in found)
        rows = [_row(port, context, port in heads) for port in ports]
        return self._result(status, headline, ports, rows, found, wish, context)

    def _conflicts(self, conflict: bool, ports: Sequence[Port], wish: _Wish, context: ToolContext) -> Iterable[Finding]:
        wrong = next(iter(select(context.facts, wish.protocols)), None)
        if not conflict or wrong is None:
            return
        names = {"name": wrong.name, "wanted": ports[0].name, "use": ports[0].port}
        yield finding(self, context, "direction_mismatch", "bad", port=wrong.port, **names)

    def _nothing(self, wish: _Wish, context: ToolContext) -> ToolResult:
        """Only protocols or directions that the guides do not know: say so, and show what there is."""
        ports = select(context.facts)
        found = tuple(self._foreign(wish, context))
        rows = [_row(port, context, False) for port in ports]
        return self._result("unknown", context.say("ports.headline.nothing"), ports, rows, found, wish, context)

    def _result(
        self,
        status: ToolStatus,
        headline: str,
        ports: Sequence[Port],
        rows: Sequence[Mapping[str, Any]],
        found: Sequence[Finding],
        wish: _Wish,
        context: ToolContext,
    ) -> ToolResult:
        mail = context.facts.mail
        sources = [port.source for port in ports] + ([mail.source] if ports else [])
        data = {
            "host": mail.incoming,
            "ports": list(rows),
            "best": ports[0].port if ports else None,
            "requested": list(wish.numbers),
            "comparison": len(wish.numbers) > 1,
            "from_guide": True,
        }
        after = _next(status, context)
        asked = form(self, context) if status in ("refused", "unknown") else None
        return ToolResult(
            self.id,
            status,
            headline,
            facts_from(sources),
            data,
            tuple(found),
            form=asked,
            next=after,
            slots=wish.slots(),
        )


def _read(slots: Slots) -> _Wish:
    numbers = tuple(dict.fromkeys(_number(value) for value in read_list(slots, "port", MAX_PORTS)))
    words = [_word(value) for value in read_list(slots, "proto", MAX_PORTS)]
    known = tuple(dict.fromkeys(_PROTOCOLS[word] for word in words if word in _PROTOCOLS))
    foreign = tuple(dict.fromkeys(word for word in words if word not in _PROTOCOLS))
    direction = _enum(slots, "direction", _DIRECTIONS)
    return _Wish(numbers, known, foreign, direction, _enum(slots, "problem", _PROBLEMS))


def _number(value: Any) -> int:
    if isinstance(value, bool):
        raise SlotRefused("port", "wrong_type")
    if isinstance(value, int):
        return int(max(-1, min(value, 10**_MAX_DIGITS)))
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_MAX_DIGITS:
        return int(value)
    if isinstance(value, str):
        digits = value.strip()
        if len(digits) <= _MAX_DIGITS and digits.removeprefix("-").isdecimal():
            return int(digits)
    raise SlotRefused("port", "wrong_type")


def _word(value: Any) -> str:
    word = read_text({"proto": value}, "proto", _MAX_WORD)
    if word is None or not word.strip().isalnum():
        raise SlotRefused("proto", "wrong_type")
    return word.strip().casefold()


def _enum(slots: Slots, name: str, values: Sequence[str]) -> str | None:
    value = read_text(slots, name, _MAX_WORD)
    if value is not None and value not in values:
        raise SlotRefused(name, "wrong_type")
    return value


def _words(port: Port, context: ToolContext) -> dict[str, object]:
    tls = context.say(f"ports.tls.{port.tls}")
    return {"port": port.port, "name": port.name, "tls": tls, "server": _server(port, context)}


def _server(port: Port, context: ToolContext) -> str:
    mail = context.facts.mail
    return mail.incoming if port.direction == "in" else mail.outgoing


def _row(port: Port, context: ToolContext, asked: bool) -> dict[str, Any]:
    better = better_than(port, context.facts)
    return {
        "port": port.port,
        "protocol": port.protocol,
        "name": port.name,
        "direction": port.direction,
        "direction_label": context.say(f"ports.direction.{port.direction}"),
        "tls": port.tls,
        "type_in_client": context.say(f"ports.tls.{port.tls}"),
        "rank": port.rank,
        "rank_label": context.say(f"ports.rank.{port.rank}"),
        "server": _server(port, context),
        "better": better.port if better else None,
        "quote": port.source.quote,
        "guide": port.source.guide,
        "anchor": port.source.anchor,
        "asked": asked,
        "from_guide": True,
    }


def _unknown_row(number: int, context: ToolContext) -> dict[str, Any]:
    """A port that the guides do not know: nothing is said of it but that."""
    label = context.say("ports.rank.unknown")
    row: dict[str, Any] = {"port": number, "rank": "unknown", "rank_label": label, "asked": True, "from_guide": False}
    if number in NOT_MAIL:
        row["service"] = NOT_MAIL[number]
    return row


def _next(status: ToolStatus, context: ToolContext) -> tuple[Mapping[str, Any], ...]:
    label = context.say("ports.next.setup")
    return ({"label": label, "tool": "client-setup", "slots": {}},) if status in ("ok", "warn") else ()
