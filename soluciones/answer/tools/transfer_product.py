"""Tool T15: a product goes to another organisation: go or no-go, what follows, the steps of both sides.

``data``: ``go`` (go|no_go|unknown); ``side`` (sender|receiver|unknown or ""), ``role``, ``kinds`` (list), ``scope``,
``products``, ``problem``; ``checks``: ``{id, status (ok|warn|bad|unknown), label, quote, guide, anchor, from_guide}``;
``consequences``: ``{text, guide, anchor, from_guide}``; ``groups``: parts of the checklist, ``{id, title, steps}`` with
rows like the consequences, verbatim; ``message``: ``{subject, body}`` for the receiver, or null; ``from_guide``.
The file ``transferencia-producto.txt`` is that message, in the visitor's language, without personal data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.dialogue_choices import read_choice, read_choices
from soluciones.answer.tools.files.plain import TEXT_MIME, write
from soluciones.answer.tools.guide_steps import group, rows
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused
from soluciones.answer.types import Download, Finding, ToolResult, ToolStatus
from soluciones.kb.facts import Source

SIDES = ("sender", "receiver", "unknown")
ROLES = ("admin", "legal", "other", "unknown")
PRODUCTS = ("one", "several")
KINDS = ("mail", "domain", "web", "jelastic", "newsletter", "other")
SCOPES = ("own", "else", "unknown")
PROBLEMS = ("cannot_receive", "no_menu", "find_transfer")
FILE_NAME = "transferencia-producto.txt"

_GUIDE = "transferir-producto"
_MAY_SEND = ("admin", "legal")
_MAY_RECEIVE = ("admin",)
"""The guide asks for administrative permissions; whether a legal representative has them it does not say."""


@dataclass(frozen=True, slots=True)
class _Request:
    """The slots, read; "" for what was not said."""

    side: str
    role: str
    products: str
    kinds: tuple[str, ...]
    scope: str
    problem: str

    @property
    def sends(self) -> bool:
        """The visitor gives the product away, as far as is known."""
        return self.side in ("sender", "unknown")

    @property
    def receives(self) -> bool:
        """The visitor takes it over, as far as is known."""
        return self.side in ("receiver", "unknown")

    @property
    def only_jelastic(self) -> bool:
        """Another guide is the right one."""
        return self.kinds == ("jelastic",)

    @property
    def several(self) -> bool:
        """More than one product."""
        return self.products == "several" or len(self.kinds) > 1

    def slots(self) -> dict[str, Any]:
        """The slots it ran with."""
        found = {
            "side": self.side,
            "role": self.role,
            "products": self.products,
            "kind": list(self.kinds),
            "scope": self.scope,
            "problem": self.problem,
        }
        return {name: value for name, value in found.items() if value}


class TransferProductTool:
    """See the module. Slots: ``side``, ``role``, ``products``, ``kind`` (list), ``scope``, ``problem``."""

    id = "transfer-product"
    mode: ToolMode = "form"
    guides: tuple[str, ...] = (_GUIDE,)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("side", {"type": "string", "enum": list(SIDES)}),
        SlotSpec("role", {"type": "string", "enum": list(ROLES)}),
        SlotSpec("products", {"type": "string", "enum": list(PRODUCTS)}),
        SlotSpec("kind", {"type": "array", "items": {"type": "string", "enum": list(KINDS)}, "maxItems": len(KINDS)}),
        SlotSpec("scope", {"type": "string", "enum": list(SCOPES)}),
        SlotSpec("problem", {"type": "string", "enum": list(PROBLEMS)}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "role_ok": None,
        "role_not_allowed": (_GUIDE, "requisitos"),
        "role_unknown": (_GUIDE, "requisitos"),
        "receiver_role_ok": None,
        "receiver_no_permission": (_GUIDE, "requisitos"),
        "receiver_check_permission": (_GUIDE, "requisitos"),
        "no_interruption": (_GUIDE, "consecuencias"),
        "users_lose_access": (_GUIDE, "consecuencias"),
        "invoices_stay": (_GUIDE, "consecuencias"),
        "jelastic_other_guide": (_GUIDE, "jelastic-cloud"),
        "newsletter_no_menu": (_GUIDE, "metodo-alternativo"),
        "one_product_menu": (_GUIDE, "metodo-alternativo"),
        "batch": (_GUIDE, "generar-el-enlace"),
        "finish_yourself": (_GUIDE, "tres-opciones"),
        "send_link": (_GUIDE, "tres-opciones"),
        "new_organisation": (_GUIDE, "recibir-el-producto"),
        "cannot_receive": (_GUIDE, "recibir-el-producto"),
        "no_menu": (_GUIDE, "metodo-alternativo"),
        "find_transfer": (_GUIDE, "transferencias-en-curso"),
        BAD_INPUT: (_GUIDE, "requisitos"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Asks what is missing, then says whether it can be done and how; never raises."""
        try:
            request = self._read(slots, context)
        except SlotRefused as error:
            return refused(self, context, error)
        if request.problem:
            return self._trouble(request, context)
        missing = self._missing(request)
        if missing:
            question = ask(self, context, missing, request.slots())
            headline = context.say(f"transfer_product.ask.{missing}{self._ask_variant(missing, request)}")
            return replace(question, headline=headline, data=self._data(request, (), context))
        return self._preflight(request, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _read(self, slots: Slots, context: ToolContext) -> _Request:
        return _Request(
            read_choice(slots, "side", SIDES, self, context),
            read_choice(slots, "role", ROLES, self, context),
            read_choice(slots, "products", PRODUCTS, self, context),
            read_choices(slots, "kind", KINDS, self, context),
            read_choice(slots, "scope", SCOPES, self, context),
            read_choice(slots, "problem", PROBLEMS, self, context),
        )

    @staticmethod
    def _missing(request: _Request) -> str:
        """The next question: which side, which role, what, whose. A no-go ends the questions; who receives has two."""
        if request.only_jelastic:
            return ""
        if not request.side:
            return "side"
        if not request.role:
            return "role"
        if request.role == "other" or not request.sends:
            return ""
        return "kind" if not request.kinds else "" if request.scope else "scope"

    @staticmethod
    def _ask_variant(slot: str, request: _Request) -> str:
        return "_receiver" if slot == "role" and request.side == "receiver" else ""

    def _trouble(self, request: _Request, context: ToolContext) -> ToolResult:
        names = {
            "cannot_receive": ("not_clickable", "receiver_role", "new_organisation"),
            "no_menu": ("no_manage",),
            "find_transfer": ("pending",),
        }[request.problem]
        found = [finding(self, context, request.problem, "ok")]
        if request.problem == "cannot_receive":
            found += [finding(self, context, code, "ok") for code in ("receiver_check_permission", "new_organisation")]
        parts = {"cannot_receive": ("receive",), "no_menu": ("send",), "find_transfer": ()}[request.problem]
        data = self._data(request, parts, context)
        facts = facts_from(source for name in (*names, *parts) for source in _sources(name, context))
        headline = context.say(f"transfer_product.headline.{request.problem}")
        after = tuple(self._next(request, context))
        return ToolResult(self.id, "ok", headline, facts, data, tuple(found), next=after, slots=request.slots())

    def _preflight(self, request: _Request, context: ToolContext) -> ToolResult:
        found = tuple(self._findings(request, context))
        checks = self._checks(request)
        parts = () if self._go(request) == "no_go" else tuple(_parts(request))
        data = self._data(request, parts, context)
        message = data["message"]
        files = (self._file(message, context),) if message else ()
        names = [_CHECK_SOURCES[name] for name in checks]
        names += [*(_CONSEQUENCES if request.sends else ()), *parts]
        return ToolResult(
            self.id,
            worst(item.status for item in found),
            context.say(f"transfer_product.headline.{self._headline(request)}"),
            facts_from(source for name in names for source in _sources(name, context)),
            data,
            found,
            files,
            next=tuple(self._next(request, context)),
            slots=request.slots(),
        )

    @staticmethod
    def _go(request: _Request) -> str:
        if request.only_jelastic or request.role == "other":
            return "no_go"
        return "go" if request.role in (_MAY_RECEIVE if request.side == "receiver" else _MAY_SEND) else "unknown"

    def _headline(self, request: _Request) -> str:
        if request.only_jelastic:
            return "jelastic"
        go = self._go(request)
        side = "receiver" if request.side == "receiver" else "sender"
        return f"{go}_{side}"

    def _checks(self, request: _Request) -> Mapping[str, ToolStatus]:
        statuses: Mapping[str, ToolStatus] = {"go": "ok", "no_go": "bad"}
        role = statuses.get(self._go(request), "unknown")
        if request.only_jelastic:
            return {"jelastic": "warn"}
        checks: dict[str, ToolStatus] = {}
        if request.sends:
            checks["sender_role"] = role
        if request.receives:
            # On the unknown side the role is that of the sending organisation: nothing is known of the other one.
            checks["receiver_role"] = role if request.side == "receiver" else "unknown"
        if "jelastic" in request.kinds:
            checks["jelastic"] = "warn"
        return checks

    def _findings(self, request: _Request, context: ToolContext) -> Iterable[Finding]:
        if request.only_jelastic:
            yield finding(self, context, "jelastic_other_guide", "warn")
            return
        yield from self._about_role(request, context)
        if self._go(request) == "no_go":
            return
        if request.sends:
            yield finding(self, context, "no_interruption", "ok")
            yield finding(self, context, "users_lose_access", "warn")
            yield finding(self, context, "invoices_stay", "ok")
            yield from self._about_products(request, context)
            if request.scope != "else":
                yield finding(self, context, "finish_yourself", "ok")
            if request.scope != "own":
                yield finding(self, context, "send_link", "ok")
        if request.receives:
            yield finding(self, context, "new_organisation", "ok")

    def _about_role(self, request: _Request, context: ToolContext) -> Iterable[Finding]:
        if request.side == "receiver":
            code, status = {
                "other": ("receiver_no_permission", "bad"),
                "admin": ("receiver_role_ok", "ok"),
            }.get(request.role, ("receiver_check_permission", "unknown"))
        else:
            code, status = {
                "other": ("role_not_allowed", "bad"),
                "unknown": ("role_unknown", "unknown"),
            }.get(request.role, ("role_ok", "ok"))
        known: Mapping[str, ToolStatus] = {"ok": "ok", "bad": "bad", "unknown": "unknown"}
        yield finding(self, context, code, known[status])

    def _about_products(self, request: _Request, context: ToolContext) -> Iterable[Finding]:
        if "jelastic" in request.kinds:
            yield finding(self, context, "jelastic_other_guide", "warn")
        if "newsletter" in request.kinds:
            yield finding(self, context, "newsletter_no_menu", "ok")
        elif request.several:
            yield finding(self, context, "batch", "ok")
        else:
            yield finding(self, context, "one_product_menu", "ok")

    def _data(self, request: _Request, parts: Iterable[str], context: ToolContext) -> dict[str, Any]:
        names = tuple(parts)
        consequences = _CONSEQUENCES if "send" in names else ()
        found = (group(self, context, name, _sources(name, context)) for name in names)
        asked = not self._missing(request) and not request.problem
        return {
            "go": self._go(request) if asked else "unknown",
            "side": request.side,
            "role": request.role,
            "kinds": list(request.kinds),
            "scope": request.scope,
            "products": "several" if request.several else request.products,
            "problem": request.problem,
            "checks": list(self._check_rows(request, context)) if asked else [],
            "consequences": rows(source for name in consequences for source in _sources(name, context)),
            "groups": [part for part in found if part["steps"]],
            "message": self._message(context) if "send" in names and request.scope != "own" else None,
            "from_guide": True,
        }

    def _check_rows(self, request: _Request, context: ToolContext) -> Iterable[dict[str, Any]]:
        for name, status in self._checks(request).items():
            source = next(iter(_sources(_CHECK_SOURCES[name], context)), None)
            yield {
                "id": name,
                "status": status,
                "label": context.say(f"transfer_product.check.{name}"),
                "quote": source.quote if source else "",
                "guide": source.guide if source else "",
                "anchor": source.anchor if source else "",
                "from_guide": source is not None,
            }

    @staticmethod
    def _message(context: ToolContext) -> dict[str, str]:
        """For whoever receives: places in brackets are filled in by the visitor, nothing else is personal."""
        organisation = context.site.organisation
        lines = [context.say(f"transfer_product.message.{name}", organisation=organisation) for name in _MESSAGE]
        body = "\n\n".join((*lines[:2], "\n".join(lines[2:7]), *lines[7:]))
        return {"subject": context.say("transfer_product.message.subject", organisation=organisation), "body": body}

    @staticmethod
    def _file(message: Mapping[str, str], context: ToolContext) -> Download:
        subject = context.say("transfer_product.message.subject_line", subject=message["subject"])
        content = write(f"{subject}\n\n{message['body']}\n")
        return Download(FILE_NAME, TEXT_MIME, content, context.say("transfer_product.file"))

    def _next(self, request: _Request, context: ToolContext) -> Iterable[Mapping[str, Any]]:
        if request.problem != "cannot_receive":
            slots = {"problem": "cannot_receive"}
            yield {"label": context.say("transfer_product.next.cannot_receive"), "tool": self.id, "slots": slots}
        if request.problem != "find_transfer":
            slots = {"problem": "find_transfer"}
            yield {"label": context.say("transfer_product.next.find_transfer"), "tool": self.id, "slots": slots}


_CONSEQUENCES = ("no_interruption", "users", "invoices")
_CHECK_SOURCES = {"sender_role": "role", "receiver_role": "receiver_role", "jelastic": "jelastic"}
_MESSAGE = ("greeting", "intro", "step1", "step2", "step3", "step4", "step5", "needs", "trouble", "closing")


def _parts(request: _Request) -> Iterable[str]:
    """Parts of the checklist, named like ``procedures`` in ``facts.yml`` after ``transfer_product.``."""
    if request.sends:
        yield "send"
        yield from {"own": ("finish",), "else": ("copy_link", "mail_link")}.get(
            request.scope, ("copy_link", "mail_link", "finish")
        )
        if "newsletter" in request.kinds:
            yield "no_manage"
        elif not request.several:
            yield "manage"
    if request.receives or request.scope == "else":
        yield "receive"
        yield "not_clickable"
        yield "new_organisation"


def _sources(name: str, context: ToolContext) -> tuple[Source, ...]:
    return context.facts.procedure(f"transfer_product.{name}")
