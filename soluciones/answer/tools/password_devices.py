"""Tool T16: a mailbox has a new password: every program and device where it must be typed. Takes none itself.

``data``: ``scope`` (mailbox|account|wifi|unknown); ``devices``: rows in order, ``{id, label, named_in_guide, quote,
guide, anchor, from_guide, steps: [text]}``, ``steps`` in the visitor's language; ``username`` (or ""); ``groups``:
``{id, title, steps: [{text, guide, anchor, from_guide}]}``, verbatim; ``signs`` of an old stored password:
``{protocol, action, message, standard, from_guide: false}``; ``unrecognised`` (number); ``from_guide``.
The file ``lista-dispositivos.txt`` is the list with boxes to tick, without any address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from soluciones.answer.slots.clients import find_client
from soluciones.answer.slots.fold import compose, fold
from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_domain import check_domain
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.client_labels import client_label
from soluciones.answer.tools.dialogue_choices import read_choice, says_unknown
from soluciones.answer.tools.files.plain import TEXT_MIME, write
from soluciones.answer.tools.guide_steps import group
from soluciones.answer.tools.recipient_people import is_address
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused, read_list, read_text
from soluciones.answer.types import Download, Finding, ToolResult
from soluciones.kb.facts import ClientApp, Source

SCOPES = ("mailbox", "account", "wifi", "unknown")
MAX_DEVICES = 20
MAX_SHORTCUTS = 4
"""Set-up cards offered; more would bury the list."""
FILE_NAME = "lista-dispositivos.txt"
OTHER = "other"
"""Id of "any other program"."""
UNKNOWN = "unknown"

_MAX_TEXT = 400
_LONGEST = 320
_GUIDE = "cambiar-contrasena"
_APPLY = (_GUIDE, "aplicar-la-contrasena")
_PART = re.compile(r"[,;/+\n]| (?:y|e|and|et|und|o|or|ou|oder|also|tambien) ")
_SIGNS = (
    ("imap", "receive", "AUTHENTICATIONFAILED", "RFC 5530"),
    ("smtp", "send", "535 5.7.8", "RFC 4954"),
)
"""What servers answer to a wrong password: public standards, measured on Dovecot and Postfix, from no guide."""


@dataclass(frozen=True, slots=True)
class _Request:
    """The slots, read. Whatever is no program and no address is dropped here: it could be a password."""

    clients: tuple[ClientApp, ...]
    unrecognised: int
    """Devices named that are no known program; their text is not kept."""
    everything: bool
    """The visitor does not know, or means all of them."""
    email: str
    email_dropped: bool
    scope: str

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        devices = [client.id for client in self.clients] or ([UNKNOWN] if self.everything else [])
        found = {"devices": devices, "email": self.email, "scope": self.scope}
        return {name: value for name, value in found.items() if value}


class PasswordDevicesTool:
    """See the module. Slots: ``devices`` (list of programs), ``email``, ``scope``; none takes a password."""

    id = "password-devices"
    mode: ToolMode = "form"
    guides: tuple[str, ...] = (_GUIDE,)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("devices", {"type": "array", "items": {"type": "string", "maxLength": 80}, "maxItems": MAX_DEVICES}),
        SlotSpec("email", {"type": "string", "maxLength": _LONGEST}, pii=True),
        SlotSpec("scope", {"type": "string", "enum": list(SCOPES)}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "sessions_closed": (_GUIDE, "que-ocurre"),
        "smtp_password": ("sincronizar-dispositivos", "usuario-y-contrasena"),
        "old_password_signs": (_GUIDE, "contrasena-antigua"),
        "not_named": ("sincronizar-dispositivos", "datos-de-configuracion"),
        "device_unrecognised": (_GUIDE, "aplicaciones-que-debe-revisar"),
        "all_apps": (_GUIDE, "aplicaciones-que-debe-revisar"),
        "email_ignored": ("sincronizar-dispositivos", "usuario-y-contrasena"),
        "which_password": (_GUIDE, "que-contrasena"),
        "account_password": (_GUIDE, "que-contrasena"),
        "not_this_password": (_GUIDE, "que-contrasena"),
        BAD_INPUT: _APPLY,
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Gives the list; never raises, never takes a password."""
        try:
            request = self._read(slots, context)
        except SlotRefused as error:
            return refused(self, context, error)
        if request.scope in ("wifi", "account"):
            return self._other_password(request, context)
        if not request.clients and not request.everything:
            found = tuple(self._about_input(request, context))
            asked = self._ask(request, context)
            return replace(asked, findings=found, facts=facts_from(_sources("sessions", context)))
        return self._checklist(request, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form, with the programs of ``facts.yml`` to choose from."""
        return form(self, context, choices=self._choices(context))

    def _choices(self, context: ToolContext) -> Mapping[str, Mapping[str, str]]:
        devices = {client.id: client_label(client, context) for client in context.facts.clients}
        return {"devices": {**devices, UNKNOWN: context.say("password_devices.choice.devices.unknown")}}

    def _ask(self, request: _Request, context: ToolContext) -> ToolResult:
        return ask(self, context, "devices", request.slots(), choices=self._choices(context))

    def _read(self, slots: Slots, context: ToolContext) -> _Request:
        scope = read_choice(slots, "scope", SCOPES, self, context)
        members = read_list(slots, "devices", MAX_DEVICES)
        texts = [read_text({"devices": member}, "devices", _MAX_TEXT) or "" for member in members]
        found: dict[str, ClientApp] = {}
        unrecognised, everything = 0, False
        for text in texts:
            if text == UNKNOWN or says_unknown(text, self, "devices", context):
                everything = True
                continue
            for part in _parts(text, context):
                client = _client(part, context)
                if client is None:
                    unrecognised += 1
                else:
                    found[client.id] = client
        order = [client for client in context.facts.clients if client.id in found]
        typed = (read_text(slots, "email", _LONGEST) or "").strip()
        email = clean_address(typed)
        good = _is_mailbox(email)
        return _Request(tuple(order), unrecognised, everything, email if good else "", bool(typed) and not good, scope)

    def _other_password(self, request: _Request, context: ToolContext) -> ToolResult:
        wifi = request.scope == "wifi"
        code = "not_this_password" if wifi else "account_password"
        found = finding(self, context, code, "refused" if wifi else "unknown")
        after = {
            "label": context.say("password_devices.next.mailbox"),
            "tool": self.id,
            "slots": {"scope": "mailbox"},
        }
        return ToolResult(
            self.id,
            "refused" if wifi else "unknown",
            context.say(f"password_devices.headline.{request.scope}"),
            facts_from(_sources("which", context)),
            {"scope": request.scope, "devices": [], "groups": [], "signs": [], "from_guide": True},
            (found,),
            form=self.form(context),
            next=(after,),
            slots={"scope": request.scope},
        )

    def _checklist(self, request: _Request, context: ToolContext) -> ToolResult:
        devices = list(self._rows(request, context))
        found = tuple(self._findings(request, devices, context))
        title = context.say("password_devices.file.title")
        content = write("\n".join((title, "", *self._lines(devices, context))) + "\n")
        label = context.say("password_devices.file.label")
        shown = [str(row["label"]) for row in devices[:MAX_SHORTCUTS]]
        places = ", ".join(shown) + ("…" if len(devices) > MAX_SHORTCUTS else "")
        names = ("change", "sessions", "apply", "outgoing", "signs", "username")
        named = [row["source"] for row in devices if row["source"] is not None]
        groups = (group(self, context, name, _sources(name, context)) for name in ("change", "apply"))
        data = {
            "scope": request.scope or "mailbox",
            "devices": [{key: value for key, value in row.items() if key != "source"} for row in devices],
            "username": request.email,
            "groups": [part for part in groups if part["steps"]],
            "signs": [self._sign(sign, context) for sign in _SIGNS],
            "unrecognised": request.unrecognised,
            "from_guide": True,
        }
        return ToolResult(
            self.id,
            worst(item.status for item in found),
            context.say("password_devices.headline.list", places=places),
            facts_from([*(source for name in names for source in _sources(name, context)), *named]),
            data,
            found,
            (Download(FILE_NAME, TEXT_MIME, content, label),),
            next=tuple(self._next(request, context)),
            slots=request.slots(),
        )

    def _rows(self, request: _Request, context: ToolContext) -> Iterable[dict[str, Any]]:
        """One row for each program; all lines of the guide when the visitor does not know."""
        if request.everything and context.facts.password_apps:
            for app in context.facts.password_apps:
                yield self._row(app.clients[0] if app.clients else OTHER, app.source.quote, app.source, context)
            return
        for client in context.facts.clients if request.everything else request.clients:
            apps = (app.source for app in context.facts.password_apps if client.id in app.clients)
            yield self._row(client.id, client_label(client, context), next(apps, None), context)
        if request.unrecognised and OTHER not in {client.id for client in request.clients}:
            yield self._row(OTHER, context.say("password_devices.other"), None, context)

    def _row(self, name: str, label: str, source: Source | None, context: ToolContext) -> dict[str, Any]:
        return {
            "id": name,
            "label": label,
            "named_in_guide": source is not None,
            "quote": source.quote if source else "",
            "guide": source.guide if source else _GUIDE,
            "anchor": source.anchor if source else "aplicar-la-contrasena",
            "from_guide": source is not None,
            "steps": [context.say(f"password_devices.step.{step}") for step in ("incoming", "outgoing", "test")],
            "source": source,
        }

    @staticmethod
    def _lines(devices: Sequence[Mapping[str, Any]], context: ToolContext) -> Iterable[str]:
        """The printable list. The address is left blank: the file holds no personal data."""
        yield context.say("password_devices.file.address")
        yield ""
        yield f"[ ] {context.say('password_devices.file.changed')}"
        for row in devices:
            yield f"[ ] {row['label']}"
            yield from (f"    [ ] {step}" for step in row["steps"])
        yield ""
        yield context.say("password_devices.file.never")

    @staticmethod
    def _sign(sign: tuple[str, str, str, str], context: ToolContext) -> dict[str, Any]:
        protocol, action, message, standard = sign
        return {
            "protocol": protocol.upper(),
            "action": context.say(f"password_devices.sign.{action}"),
            "message": message,
            "standard": standard,
            "from_guide": False,
        }

    def _findings(
        self, request: _Request, devices: Sequence[Mapping[str, Any]], context: ToolContext
    ) -> Iterable[Finding]:
        yield finding(self, context, "sessions_closed", "ok")
        yield finding(self, context, "smtp_password", "ok")
        yield finding(self, context, "old_password_signs", "ok")
        if request.everything:
            yield finding(self, context, "all_apps", "ok")
        unnamed = [row["label"] for row in devices if not row["named_in_guide"]]
        if unnamed and context.facts.password_apps:
            yield finding(self, context, "not_named", "ok", apps=", ".join(unnamed))
        yield from self._about_input(request, context)

    def _about_input(self, request: _Request, context: ToolContext) -> Iterable[Finding]:
        if request.unrecognised:
            yield finding(self, context, "device_unrecognised", "warn", count=request.unrecognised)
        if request.email_dropped:
            yield finding(self, context, "email_ignored", "warn")
        if request.scope == UNKNOWN:
            yield finding(self, context, "which_password", "ok")

    @staticmethod
    def _next(request: _Request, context: ToolContext) -> Iterable[Mapping[str, Any]]:
        for client in request.clients[:MAX_SHORTCUTS]:
            slots = {"client": client.id, **({"email": request.email} if request.email else {})}
            label = context.say("password_devices.next.setup", client=client_label(client, context))
            yield {"label": label, "tool": "client-setup", "slots": slots}
        yield {"label": context.say("password_devices.next.server"), "tool": "server-check", "slots": {}}


def _is_mailbox(text: str) -> bool:
    """An address whose domain could exist: ``P@ss.word`` is none, and may be a password."""
    domain = check_domain(text.rpartition("@")[2])
    return is_address(text) and domain.valid and "domain_unknown_suffix" not in domain.warnings


def _client(text: str, context: ToolContext) -> ClientApp | None:
    by_id = next((client for client in context.facts.clients if client.id == text), None)
    return by_id or find_client(fold(compose(text)), context.facts)


def _parts(text: str, context: ToolContext) -> Iterable[str]:
    """«mi iPhone y Outlook» → two; a title of the form («Apple Mail (iPhone y iPad)») stays whole."""
    whole = text.strip()
    titled = next(
        (client.id for client in context.facts.clients if whole in (client.label, client_label(client, context))), ""
    )
    yield from [titled] if titled else [piece.strip() for piece in _split(whole) if piece.strip()]


def _split(text: str) -> list[str]:
    """Cut at commas, slashes and «y», found in the folded text, which is as long as the text."""
    composed = compose(text)
    pieces, start = [], 0
    for match in _PART.finditer(fold(composed)):
        pieces.append(composed[start : match.start()])
        start = match.end()
    return [*pieces, composed[start:]]


def _sources(name: str, context: ToolContext) -> tuple[Source, ...]:
    return context.facts.procedure(f"password_devices.{name}")
