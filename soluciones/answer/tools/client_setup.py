"""Tool T5: the settings of a mail program, and the files that set it up. Never a password, in or out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from soluciones.answer.slots.clients import SYSTEMS, clients_on, find_client
from soluciones.answer.slots.fold import compose, fold
from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_domain import OTHER_PROVIDERS, DomainReport, check_domain
from soluciones.answer.tools.address_rules import check_local
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.client_labels import client_label
from soluciones.answer.tools.files.account import make_account
from soluciones.answer.tools.files.bundle import GENERIC_CLIENT, FileSet, files_for
from soluciones.answer.tools.files.settings import Account, clean_name
from soluciones.answer.tools.port_choice import best, select
from soluciones.answer.tools.results import BAD_INPUT, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused, read_text
from soluciones.answer.types import Finding, ToolResult
from soluciones.kb.facts import ClientApp, Port, Source

MAX_ADDRESS = 512
"""Read at most; the form takes ``LONGEST``."""
LONGEST = 320
MAX_DISPLAY_NAME = 200
_MAX_CLIENT = 80

_GUIDE = "sincronizar-dispositivos"
_PORTS = "protocolos-y-puertos"
_PROTOCOLS = {"imap": "imap", "pop": "pop3", "pop3": "pop3"}


@dataclass(frozen=True, slots=True)
class _Request:
    """The slots, read."""

    client: ClientApp | None
    """None when none was named, or one that the guides do not know."""
    unknown_client: bool
    system: str | None
    email: str
    """As typed, unwrapped; empty when not given."""
    local: str
    domain: DomainReport | None
    address_valid: bool
    display_name: str
    protocol: str

    @property
    def other_provider(self) -> bool:
        """A mailbox of another company: this server does not serve it."""
        return self.domain is not None and self.domain.ascii in OTHER_PROVIDERS

    @property
    def personal(self) -> bool:
        """Files may carry the address."""
        return self.address_valid and not self.other_provider

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        found = {
            "client": self.client.id if self.client else None,
            "os": self.system,
            "email": self.email,
            "display_name": self.display_name,
            "protocol": "pop" if self.protocol == "pop3" else None,
        }
        return {name: value for name, value in found.items() if value}


class ClientSetupTool:
    """See the module. Slots: ``client``, ``os``, ``email``, ``display_name``, ``protocol`` (imap|pop)."""

    id = "client-setup"
    mode: ToolMode = "instant"
    guides: tuple[str, ...] = (_GUIDE, _PORTS, "cambiar-contrasena")
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("client", {"type": "string", "maxLength": _MAX_CLIENT}, required=True),
        SlotSpec("os", {"type": "string", "enum": list(SYSTEMS)}),
        SlotSpec("email", {"type": "string", "maxLength": LONGEST}, pii=True),
        SlotSpec("display_name", {"type": "string", "maxLength": MAX_DISPLAY_NAME}, pii=True),
        SlotSpec("protocol", {"type": "string", "enum": ["imap", "pop"]}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "pop3_asked": ("imap-o-pop3", "cual-elegir"),
        "address_invalid": ("caracteres-permitidos", "partes-de-una-direccion"),
        "address_missing": (_GUIDE, "usuario-y-contrasena"),
        "address_idn": None,
        "other_provider": (_PORTS, "nombre-del-servidor"),
        "client_unknown": (_GUIDE, "si-el-problema-continua"),
        "profile_unsigned": None,
        "profile_signed": None,
        "password_on_device": (_GUIDE, "usuario-y-contrasena"),
        "admin_only": None,
        BAD_INPUT: (_GUIDE, "datos-de-configuracion"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Gives the settings and files; never raises."""
        try:
            request = _read(slots, context)
        except SlotRefused as error:
            return refused(self, context, error)
        account = _account(request, context)
        if account is None:
            return ToolResult(self.id, "error", context.say("tool.error"), slots=request.slots())
        groups = tuple(_groups(account, context))
        known = request.client or (_generic(context) if request.unknown_client else None)
        files = files_for(known, account, _lines(groups), context)
        found = tuple(self._findings(request, files, context))
        asks = request.client is None and not request.unknown_client
        status = "need_input" if asks else worst(item.status for item in found)
        return ToolResult(
            self.id,
            status,
            self._headline(request, asks, context),
            facts_from(_sources(request, account, context)),
            _data(request, account, groups, files, context),
            found,
            files.downloads,
            self._form(request, context),
            _next(context),
            request.slots(),
            "client" if asks else "",
        )

    def _headline(self, request: _Request, asks: bool, context: ToolContext) -> str:
        if asks:
            return context.say("client_setup.ask")
        named = request.client if request.client and request.client.id != GENERIC_CLIENT else None
        label = client_label(named, context) if named else ""
        return context.say(f"client_setup.headline.{'client' if label else 'any'}", client=label)

    def _findings(self, request: _Request, files: FileSet, context: ToolContext) -> Iterable[Finding]:
        if request.email and not request.address_valid:
            yield finding(self, context, "address_invalid", "warn")
        if request.other_provider:
            domain = request.domain.unicode if request.domain else ""
            yield finding(self, context, "other_provider", "warn", domain=domain)
        if request.protocol == "pop3":
            port = best(context.facts, "pop3")
            yield finding(self, context, "pop3_asked", "warn", port=port.port if port else "")
        if request.unknown_client:
            yield finding(self, context, "client_unknown", "ok")
        if not request.email:
            yield finding(self, context, "address_missing", "ok")
        if request.personal and request.domain is not None and "domain_idn" in request.domain.warnings:
            yield finding(self, context, "address_idn", "ok", domain=request.domain.unicode, ascii=request.domain.ascii)
        if "mobileconfig" in files.kinds:
            yield finding(self, context, "profile_signed" if context.sign else "profile_unsigned", "ok")
        if files.for_admins:
            yield finding(self, context, "admin_only", "ok", files=", ".join(files.for_admins))
        yield finding(self, context, "password_on_device", "ok")

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form, with the programs of ``facts.yml`` to choose from."""
        return form(
            self,
            context,
            choices={"client": {client.id: client_label(client, context) for client in context.facts.clients}},
        )

    def _form(self, request: _Request, context: ToolContext) -> Mapping[str, Any] | None:
        """What would make the answer better: the program, the address, the name."""
        filled = request.slots()
        wanted = [spec.name for spec in self.slots if spec.name not in filled and spec.name != "os"]
        clients = clients_on(context.facts, request.system)
        choices = {"client": {client.id: client_label(client, context) for client in clients}}
        return form(self, context, wanted, choices=choices) if wanted else None


def _read(slots: Slots, context: ToolContext) -> _Request:
    system = read_text(slots, "os", _MAX_CLIENT)
    if system is not None and system.casefold() not in SYSTEMS:
        raise SlotRefused("os", "wrong_type")
    system = system.casefold() if system else None
    named = read_text(slots, "client", _MAX_CLIENT)
    client = _client(named, system, context)
    email = clean_address(read_text(slots, "email", MAX_ADDRESS) or "")
    protocol = (read_text(slots, "protocol", _MAX_CLIENT) or "imap").casefold()
    if protocol not in _PROTOCOLS:
        raise SlotRefused("protocol", "wrong_type")
    local, at, domain_text = email.rpartition("@")
    domain = check_domain(domain_text) if at else None
    valid = bool(domain and domain.valid and check_local(local, context.facts.addresses).valid)
    name = clean_name(read_text(slots, "display_name", MAX_DISPLAY_NAME) or "")
    unknown = named is not None and bool(named.strip()) and client is None
    return _Request(client, unknown, system, email, local, domain, valid, name, _PROTOCOLS[protocol])


def _client(named: str | None, system: str | None, context: ToolContext) -> ClientApp | None:
    """The program of a slot: by its id, else by what people call it."""
    if not named:
        return None
    by_id = next((client for client in context.facts.clients if client.id == named), None)
    return by_id or find_client(fold(compose(named)), context.facts, system)


def _generic(context: ToolContext) -> ClientApp | None:
    return next((client for client in context.facts.clients if client.id == GENERIC_CLIENT), None)


def _account(request: _Request, context: ToolContext) -> Account | None:
    personal = request.personal and request.domain is not None
    domain = request.domain.ascii if personal and request.domain else ""
    return make_account(
        context.facts,
        context.site.organisation,
        protocol=request.protocol,
        email=f"{request.local}@{domain}" if personal else "",
        domain=domain,
        display_name=request.display_name if personal else "",
    )


def _groups(account: Account, context: ToolContext) -> Iterable[dict[str, Any]]:
    """The settings block, in the order in which programs ask."""
    for side, host, port in (
        ("incoming", account.incoming_host, account.incoming),
        ("outgoing", account.outgoing_host, account.outgoing),
    ):
        protocol = port.protocol.upper()
        settings = [
            _field("server", host, context, protocol=protocol),
            _field("port", str(port.port), context, protocol=protocol),
            _field("security", context.say(f"client_setup.tls.{port.tls}"), context, copy=False),
        ]
        if side == "outgoing" and context.facts.mail.same_settings_outgoing:
            settings.append(_field("auth", context.say("client_setup.value.auth"), context, copy=False))
        title = context.say(f"client_setup.group.{side}", protocol=protocol)
        yield {"id": side, "title": title, "settings": settings}
    user = account.email or context.say("client_setup.value.username")
    credentials = [
        _field("username", user, context, copy=not account.generic),
        _field("password", context.say("client_setup.value.password"), context, copy=False),
    ]
    yield {"id": "user", "title": context.say("client_setup.group.user"), "settings": credentials}


def _field(name: str, value: str, context: ToolContext, copy: bool = True, **params: object) -> dict[str, Any]:
    label = context.say(f"client_setup.field.{name}", **params)
    return {"id": name, "label": label, "value": value, "copy": copy, "from_guide": True}


def _lines(groups: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Label and value of every setting, for the text file."""
    return [(item["label"], item["value"]) for group in groups for item in group["settings"]]


def _sources(request: _Request, account: Account, context: ToolContext) -> Iterable[Source]:
    if request.client is not None and request.client.source is not None:
        yield request.client.source
    yield context.facts.mail.source
    yield account.incoming.source
    yield account.outgoing.source


def _data(
    request: _Request, account: Account, groups: Iterable[dict[str, Any]], files: FileSet, context: ToolContext
) -> dict[str, Any]:
    client = request.client
    return {
        "client": {"id": client.id, "label": client.label} if client else None,
        "os": request.system,
        "protocol": account.incoming.protocol,
        "groups": list(groups),
        "alternatives": [_alternative(port, context) for port in _fallbacks(account, context)],
        "files": [dict(entry) for entry in files.entries],
        "qr_svg": files.qr_svg,
        "srv": list(files.srv),
        "personal": not account.generic,
        "from_guide": True,
    }


def _fallbacks(account: Account, context: ToolContext) -> tuple[Port, ...]:
    """The second port to try on each side; not a third (25 is for servers)."""
    found = []
    for port in (account.incoming, account.outgoing):
        others = [other for other in select(context.facts, (port.protocol,)) if other != port]
        found += others[:1]
    return tuple(found)


def _alternative(port: Port, context: ToolContext) -> dict[str, Any]:
    tls = context.say(f"client_setup.tls.{port.tls}")
    when = context.say(f"client_setup.fallback.{port.direction}", port=port.port, tls=tls)
    return {"port": port.port, "tls": port.tls, "direction": port.direction, "text": when, "quote": port.source.quote}


def _next(context: ToolContext) -> tuple[Mapping[str, Any], ...]:
    return (
        {"label": context.say("client_setup.next.ports"), "tool": "ports", "slots": {}},
        {
            "label": context.say("client_setup.next.trouble"),
            "question": context.say("client_setup.next.trouble_question"),
        },
    )
