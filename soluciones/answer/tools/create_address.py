"""Tool T14: creating an address: whether it can be created, and the exact path for oneself, for others, or «NO LO SÉ».

``data``: ``address`` (``{local_part, valid, codes, suggestions, domain}``, ``domain`` as typed, or null); ``for_whom``
(me|others|unknown or ""); ``branch`` (a|b|c or ""); ``invite``; ``quota``; ``count``; ``kind`` (mailbox|list);
``groups``: parts of the checklist in order, ``{id, title, steps: [{text, guide, anchor, from_guide}]}``, verbatim;
``consequences``: rows as in ``steps``; ``password`` (chosen|random|random_unless_personal|not_shown or ""), with
``password_label``; ``added_to_mail`` (true|false|null when it is not known); ``from_guide``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.create_address_path import Path, path_for
from soluciones.answer.tools.dialogue_choices import read_choice, read_count, says_unknown
from soluciones.answer.tools.guide_steps import group, rows
from soluciones.answer.tools.mail_address import LONGEST, MAX_ADDRESS, MailAddressTool
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused, read_text
from soluciones.answer.types import Fact, Finding, ToolResult
from soluciones.kb.facts import Source

FOR_WHOM = ("me", "others", "unknown")
QUOTA = ("yes", "no", "unknown")
INVITE = ("existing_users", "new_address", "personal_address", "unknown")
KINDS = ("mailbox", "list")

_GUIDE = "crear-direccion"
_CHARACTERS = MailAddressTool()
_ADDRESS_CODES = (
    "forbidden_in_table",
    "not_in_allowed_list",
    "non_ascii",
    "control",
    "dot_first",
    "dot_last",
    "dot_consecutive",
    "too_long",
    "empty",
    "reserved",
    "reserved_lookalike",
    "role_name",
    "no_suggestion",
    "cleaned",
)
"""What ``mail-address`` may find in a local part; told in its words."""


@dataclass(frozen=True, slots=True)
class _Request:
    """The slots, read."""

    local: str
    """The part before the @, wrapping off; "" when not given."""
    domain: str
    """What was typed after the @."""
    skipped: bool
    """Asked for the address, the visitor said «no lo sé»."""
    for_whom: str
    invite: str
    quota: str
    kind: str
    count: int | None

    @property
    def several(self) -> bool:
        """More than one address at once."""
        return self.count is not None and self.count > 1

    def slots(self) -> dict[str, Any]:
        """The slots it ran with; an address is kept in the one slot ``local_part``."""
        found = {
            "local_part": f"{self.local}@{self.domain}" if self.domain else self.local,
            "for_whom": self.for_whom,
            "invite": self.invite,
            "quota": self.quota,
            "kind": self.kind,
            "count": self.count,
        }
        return {name: value for name, value in found.items() if value}


class CreateAddressTool:
    """See the module. Slots: ``local_part`` or ``email``, ``for_whom``, ``invite``, ``quota``, ``count``, ``kind``."""

    id = "create-address"
    mode: ToolMode = "form"
    guides: tuple[str, ...] = (_GUIDE,)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("local_part", {"type": "string", "maxLength": LONGEST}, pii=True),
        SlotSpec("email", {"type": "string", "maxLength": LONGEST}, pii=True),
        SlotSpec("for_whom", {"type": "string", "enum": list(FOR_WHOM)}, required=True),
        SlotSpec("invite", {"type": "string", "enum": list(INVITE)}),
        SlotSpec("quota", {"type": "string", "enum": list(QUOTA)}),
        SlotSpec("count", {"type": "integer", "minimum": 1}),
        SlotSpec("kind", {"type": "string", "enum": list(KINDS)}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        **{code: _CHARACTERS.findings[code] for code in _ADDRESS_CODES},
        "address_ok": None,
        "address_open": (_GUIDE, "crear"),
        "domain_not_needed": (_GUIDE, "crear"),
        "branch_me": (_GUIDE, "para-usted"),
        "branch_others": (_GUIDE, "para-otros-usuarios"),
        "branch_existing": (_GUIDE, "para-usuarios-existentes"),
        "branch_invite": (_GUIDE, "invitar-a-un-usuario"),
        "branch_unknown": (_GUIDE, "no-lo-se"),
        "password_chosen": (_GUIDE, "para-usted"),
        "password_random": (_GUIDE, "para-otros-usuarios"),
        "password_depends": (_GUIDE, "usuario-invitado"),
        "password_not_shown": (_GUIDE, "usuario-invitado"),
        "validate_later": (_GUIDE, "usuario-invitado"),
        "not_added_to_mail": (_GUIDE, "no-lo-se"),
        "logout_everywhere": ("cambiar-contrasena", "que-ocurre"),
        "quota_missing": (_GUIDE, "solicitar-cuota"),
        "quota_check": (_GUIDE, "requisitos"),
        "several": (_GUIDE, "varias-direcciones"),
        "list": (_GUIDE, "reenvios"),
        BAD_INPUT: (_GUIDE, "crear"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Judges the address, asks what is missing, gives the path; never raises."""
        try:
            request = self._read(slots, context)
        except SlotRefused as error:
            return refused(self, context, error)
        verdict = _CHARACTERS.run({"local_part": request.local}, context) if request.local else None
        if request.kind == "list":
            return self._other_way(request, "list", verdict, context)
        if request.several:
            return self._other_way(request, "several", verdict, context)
        if verdict is not None and verdict.status == "bad":
            return self._bad_address(request, verdict, context)
        missing = self._missing(request)
        if missing:
            question = ask(self, context, missing, request.slots())
            found = tuple(self._about_address(request, verdict, context))
            return replace(question, findings=found, data=self._data(request, verdict, None, context))
        return self._path(request, verdict, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _read(self, slots: Slots, context: ToolContext) -> _Request:
        text = read_text(slots, "local_part", MAX_ADDRESS, nul=True) or read_text(slots, "email", MAX_ADDRESS, nul=True)
        skipped = text is not None and says_unknown(text, self, "local_part", context)
        cleaned = "" if skipped else clean_address(text or "")
        local, at, domain = cleaned.rpartition("@")
        return _Request(
            local if at else domain,
            domain if at else "",
            skipped,
            read_choice(slots, "for_whom", FOR_WHOM, self, context),
            read_choice(slots, "invite", INVITE, self, context),
            read_choice(slots, "quota", QUOTA, self, context),
            read_choice(slots, "kind", KINDS, self, context),
            read_count(slots, "count"),
        )

    @staticmethod
    def _missing(request: _Request) -> str:
        """The next question, at most three of them: address, for whom, how others get it."""
        if not request.local and not request.skipped and not request.for_whom:
            return "local_part"
        if not request.for_whom:
            return "for_whom"
        return "invite" if request.for_whom == "others" and not request.invite else ""

    def _bad_address(self, request: _Request, verdict: ToolResult, context: ToolContext) -> ToolResult:
        found = (*verdict.findings, *self._domain_typed(request, context))
        suggested = verdict.data["suggestions"]
        key = "bad_try" if suggested else "bad"
        headline = context.say(f"create_address.headline.{key}", suggestion=suggested[0] if suggested else "")
        kept = {name: value for name, value in request.slots().items() if name != "local_part"}
        after = tuple(
            {
                "label": context.say("create_address.next.use", name=name),
                "tool": self.id,
                "slots": {**kept, "local_part": name},
            }
            for name in suggested
        )
        return ToolResult(
            self.id,
            "bad",
            headline,
            verdict.facts,
            self._data(request, verdict, None, context),
            found,
            form=form(self, context, ("local_part",)),
            next=after,
            slots=request.slots(),
        )

    def _other_way(self, request: _Request, code: str, verdict: ToolResult | None, context: ToolContext) -> ToolResult:
        """Lists are forwards, and several addresses come from a CSV file: another path altogether."""
        sources = context.facts.procedure(f"create_address.{code}")
        address = tuple(self._about_address(request, verdict, context))
        found = (finding(self, context, code, "ok", count=request.count or 0), *address)
        data = self._data(request, verdict, None, context)
        data["groups"] = [group(self, context, code, sources)] if sources else []
        facts = facts_from(sources)
        after: list[Mapping[str, Any]] = []
        if code == "several":
            after.append({"label": context.say("create_address.next.csv"), "tool": "address-csv", "slots": {}})
        else:
            after.append(
                {"label": context.say("create_address.next.single"), "tool": self.id, "slots": {"kind": "mailbox"}}
            )
        headline = context.say(f"create_address.headline.{code}", count=request.count or 0)
        status = worst(item.status for item in found)
        return ToolResult(self.id, status, headline, facts, data, found, next=tuple(after), slots=request.slots())

    def _path(self, request: _Request, verdict: ToolResult | None, context: ToolContext) -> ToolResult:
        path = path_for(request.for_whom, request.invite, request.quota)
        found = (
            *self._about_address(request, verdict, context),
            *(finding(self, context, code, "ok") for code in path.codes),
            *self._about_quota(request, context),
        )
        sources = [source for name in path.facts for source in context.facts.procedure(f"create_address.{name}")]
        facts: tuple[Fact, ...] = (*facts_from(sources), *(verdict.facts if verdict else ()))
        return ToolResult(
            self.id,
            worst(item.status for item in found),
            context.say(f"create_address.headline.{path.headline}"),
            tuple(dict.fromkeys(facts)),
            self._data(request, verdict, path, context),
            found,
            next=tuple(self._next(request, context)),
            slots=request.slots(),
        )

    def _about_address(self, request: _Request, verdict: ToolResult | None, context: ToolContext) -> Iterable[Finding]:
        if verdict is None:
            if request.skipped:
                yield finding(self, context, "address_open", "ok")
            return
        if verdict.status != "bad":
            yield finding(self, context, "address_ok", "ok", name=verdict.data["local_part"])
        yield from verdict.findings
        yield from self._domain_typed(request, context)

    def _domain_typed(self, request: _Request, context: ToolContext) -> Iterable[Finding]:
        if request.domain:
            yield finding(self, context, "domain_not_needed", "ok")

    def _about_quota(self, request: _Request, context: ToolContext) -> Iterable[Finding]:
        if request.quota == "no":
            yield finding(self, context, "quota_missing", "warn")
        elif request.quota != "yes":
            yield finding(self, context, "quota_check", "ok")

    def _data(
        self, request: _Request, verdict: ToolResult | None, path: Path | None, context: ToolContext
    ) -> dict[str, Any]:
        password = path.password if path else ""
        return {
            "address": _address(request, verdict),
            "for_whom": request.for_whom,
            "branch": path.branch if path else "",
            "invite": request.invite,
            "quota": request.quota,
            "count": request.count,
            "kind": request.kind or "mailbox",
            "groups": list(self._groups(path, context)) if path else [],
            "consequences": rows(self._consequences(path, context)) if path else [],
            "password": password,
            "password_label": context.say(f"create_address.password.{password}") if password else "",
            "added_to_mail": path.added_to_mail if path else None,
            "from_guide": True,
        }

    def _groups(self, path: Path, context: ToolContext) -> Iterable[dict[str, Any]]:
        for name in path.groups:
            part = group(self, context, name, context.facts.procedure(f"create_address.{name}"))
            if part["steps"]:
                yield part

    @staticmethod
    def _consequences(path: Path, context: ToolContext) -> Iterable[Source]:
        return (source for name in path.consequences for source in context.facts.procedure(f"create_address.{name}"))

    def _next(self, request: _Request, context: ToolContext) -> Iterable[Mapping[str, Any]]:
        address = f"{request.local}@{request.domain}" if request.local and request.domain else ""
        setup = {"email": address} if address else {}
        yield {"label": context.say("create_address.next.setup"), "tool": "client-setup", "slots": setup}
        yield {"label": context.say("create_address.next.csv"), "tool": "address-csv", "slots": {}}
        yield {"label": context.say("create_address.next.list"), "tool": self.id, "slots": {"kind": "list"}}


def _address(request: _Request, verdict: ToolResult | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "local_part": verdict.data["local_part"],
        "valid": verdict.data["valid"],
        "codes": list(verdict.data["codes"]),
        "suggestions": list(verdict.data["suggestions"]),
        "domain": request.domain,
    }
