"""Tool T6: a small program that reads or sends mail, in Python, PHP or Node.js; it verifies the server's certificate.

``data``: ``host`` (str); ``requested`` ({``language``, ``action``}, null when left open); ``personal`` (bool: the
address stands in the code); ``from_guide`` (false: the code is ours, servers and ports are the guide's); ``snippets``:
one entry each

* ``language`` (python | php | node), ``language_label``, ``action`` (read | send), ``action_label``,
* ``file`` (name of the download), ``mime``, ``code`` (the whole program), ``run`` (what to type),
* ``server``, ``port``, ``tls`` (``SSL/TLS``), ``environment`` [names of the variables it reads].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_domain import OTHER_PROVIDERS, DomainReport, check_domain
from soluciones.answer.tools.address_rules import check_local
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.port_choice import select
from soluciones.answer.tools.results import BAD_INPUT, choice_title, facts_from, finding, form, refused, worst
from soluciones.answer.tools.snippets_code import ACTIONS, LANGUAGES, Action, CodeLanguage, Snippet, snippet
from soluciones.answer.tools.values import SlotRefused, read_text
from soluciones.answer.types import Download, Finding, ToolResult
from soluciones.kb.facts import Port, Source

_GUIDE = "protocolos-y-puertos"
_CODE = "api-y-python"
_MAX_WORD = 40
_MAX_ADDRESS = 512
_LONGEST = 320
_LANGUAGE_NAMES: Mapping[str, CodeLanguage] = {
    "python": "python", "python3": "python", "python 3": "python", "py": "python", "imaplib": "python",
    "smtplib": "python", "php": "php", "php8": "php", "php 8": "php", "imap_open": "php", "node": "node",
    "node.js": "node", "nodejs": "node", "javascript": "node", "js": "node",
}  # fmt: skip
_PROTOCOL: Mapping[Action, str] = {"read": "imap", "send": "smtp"}


@dataclass(frozen=True, slots=True)
class _Wish:
    """The slots, read."""

    language: CodeLanguage | None
    foreign: bool
    """A language was named that there is no example for."""
    action: Action | None
    email: str
    """As typed, unwrapped; empty when not given."""
    domain: DomainReport | None
    valid: bool

    @property
    def other_provider(self) -> bool:
        """A mailbox of another company: this server does not serve it."""
        return self.domain is not None and self.domain.ascii in OTHER_PROVIDERS

    @property
    def address(self) -> str:
        """What may stand in the code."""
        if not self.valid or self.domain is None or self.other_provider:
            return ""
        return f"{self.email.rpartition('@')[0]}@{self.domain.ascii}"

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        found = {"language": self.language, "action": self.action, "email": self.email}
        return {name: value for name, value in found.items() if value}


class SnippetsTool:
    """See the module. Slots: ``language`` (python|php|node), ``action`` (read|send), ``email``; none is required."""

    id = "snippets"
    mode: ToolMode = "instant"
    guides: tuple[str, ...] = (_GUIDE,)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("language", {"type": "string", "enum": list(LANGUAGES)}),
        SlotSpec("action", {"type": "string", "enum": list(ACTIONS)}),
        SlotSpec("email", {"type": "string", "maxLength": _LONGEST}, pii=True),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "verifies_certificate": (_GUIDE, _CODE),
        "password_not_in_file": (_GUIDE, _CODE),
        "php_imap_extension": (_GUIDE, "php"),
        "folder_names": (_GUIDE, _CODE),
        "language_unknown": (_GUIDE, _CODE),
        "address_invalid": ("caracteres-permitidos", "partes-de-una-direccion"),
        "other_provider": (_GUIDE, "nombre-del-servidor"),
        BAD_INPUT: (_GUIDE, _CODE),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Writes the programs; never raises."""
        try:
            wish = _read(slots, context)
        except SlotRefused as error:
            return refused(self, context, error)
        made = tuple(_snippets(wish, context))
        if not made:
            return ToolResult(self.id, "error", context.say("tool.error"), slots=wish.slots())
        found = tuple(self._findings(wish, made, context))
        labels = {item.file: context.say(f"snippets.label.{item.action}", file=item.file) for item in made}
        return ToolResult(
            self.id,
            worst(item.status for item in found),
            self._headline(wish, made, context),
            facts_from(_sources(made, context)),
            self._data(wish, made, context),
            found,
            tuple(Download(item.file, item.mime, item.code.encode("utf-8"), labels[item.file]) for item in made),
            form=form(self, context, filled=wish.slots()),
            next=_next(context),
            slots=wish.slots(),
        )

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _headline(self, wish: _Wish, made: tuple[Snippet, ...], context: ToolContext) -> str:
        key = wish.action or "both"
        if wish.language is None:
            return context.say(f"snippets.headline.{key}_any", host=context.facts.mail.incoming)
        label = choice_title(self, context, "language", wish.language)
        return context.say(f"snippets.headline.{key}", language=label, host=context.facts.mail.incoming)

    def _findings(self, wish: _Wish, made: tuple[Snippet, ...], context: ToolContext) -> Iterable[Finding]:
        if wish.foreign:
            yield finding(self, context, "language_unknown", "warn")
        if wish.email and not wish.valid:
            yield finding(self, context, "address_invalid", "warn")
        if wish.other_provider:
            yield finding(self, context, "other_provider", "warn", domain=wish.domain.unicode if wish.domain else "")
        yield finding(self, context, "verifies_certificate", "ok")
        yield finding(self, context, "password_not_in_file", "ok")
        if any((item.language, item.action) == ("php", "read") for item in made):
            yield finding(self, context, "php_imap_extension", "ok")
        if any((item.language, item.action) == ("python", "read") for item in made):
            yield finding(self, context, "folder_names", "ok")

    def _data(self, wish: _Wish, made: tuple[Snippet, ...], context: ToolContext) -> dict[str, Any]:
        return {
            "host": context.facts.mail.incoming,
            "requested": {"language": wish.language, "action": wish.action},
            "personal": bool(wish.address),
            "snippets": [self._row(item, context) for item in made],
            "from_guide": False,
        }

    def _row(self, item: Snippet, context: ToolContext) -> dict[str, Any]:
        mail = context.facts.mail
        return {
            "language": item.language,
            "language_label": choice_title(self, context, "language", item.language),
            "action": item.action,
            "action_label": choice_title(self, context, "action", item.action),
            "file": item.file,
            "mime": item.mime,
            "code": item.code,
            "run": item.run,
            "server": mail.incoming if item.action == "read" else mail.outgoing,
            "port": item.port.port,
            "tls": "SSL/TLS",
            "environment": ["MAIL_USER", "MAIL_PASSWORD"],
        }


def _read(slots: Slots, context: ToolContext) -> _Wish:
    named = (read_text(slots, "language", _MAX_WORD) or "").strip().casefold()
    action = (read_text(slots, "action", _MAX_WORD) or "").strip().casefold() or None
    if action is not None and action not in ACTIONS:
        raise SlotRefused("action", "wrong_type")
    email = clean_address(read_text(slots, "email", _MAX_ADDRESS) or "")
    local, at, domain_text = email.rpartition("@")
    domain = check_domain(domain_text) if at else None
    valid = bool(domain and domain.valid and check_local(local, context.facts.addresses).valid)
    language = _LANGUAGE_NAMES.get(named)
    chosen: Action | None = next((item for item in ACTIONS if item == action), None)
    return _Wish(language, bool(named) and language is None, chosen, email, domain, valid)


def _snippets(wish: _Wish, context: ToolContext) -> Iterable[Snippet]:
    """Those wished for; all of what was left open."""
    for language in (wish.language,) if wish.language else LANGUAGES:
        for action in (wish.action,) if wish.action else ACTIONS:
            port = _port(action, context)
            if port is not None:
                yield snippet(language, action, port, wish.address, context)


def _port(action: Action, context: ToolContext) -> Port | None:
    """The best port with TLS from the first byte."""
    ports = select(context.facts, (_PROTOCOL[action],))
    return next((port for port in ports if port.tls == "implicit"), None)


def _sources(made: tuple[Snippet, ...], context: ToolContext) -> Iterable[Source]:
    yield from context.facts.procedure("snippets.api")
    for item in made:
        yield item.port.source
    for language in dict.fromkeys(item.language for item in made):
        yield from context.facts.procedure(f"snippets.{language}")


def _next(context: ToolContext) -> tuple[Mapping[str, Any], ...]:
    return (
        {"label": context.say("snippets.next.check"), "tool": "server-check", "slots": {}},
        {"label": context.say("snippets.next.ports"), "tool": "ports", "slots": {}},
    )
