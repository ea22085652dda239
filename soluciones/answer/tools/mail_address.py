"""Tool T1: can this address, or this character, be used when an address is created here? If not, what can?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email

from soluciones.answer.slots.characters import character_named
from soluciones.answer.tools.address_clean import INVISIBLE, clean_address
from soluciones.answer.tools.address_domain import OTHER_PROVIDERS, DomainReport, check_domain
from soluciones.answer.tools.address_repair import suggestions
from soluciones.answer.tools.address_rules import (
    CHAR_CODES,
    LocalReport,
    char_code,
    char_source,
    check_local,
    look_alike,
    sources,
)
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.results import BAD_INPUT, facts_from, finding, form, refused, worst
from soluciones.answer.tools.values import SlotRefused, read_text
from soluciones.answer.types import Finding, ToolResult, ToolStatus

MAX_ADDRESS = 512
"""Characters of an address that are judged; more is refused unread."""
LONGEST = 320
"""Longest address of RFC 5321 (64 + @ + 255); what the form takes."""
MAX_CHARACTERS = 40
"""Characters asked about at once; room for a name («signo de exclamación»)."""

_CHARACTERS = "caracteres-permitidos"
_CREATE = "crear-direccion"
_ROLE_NAMES = frozenset({"abuse", "hostmaster", "noc", "security", "webmaster"})
"""RFC 2142: names by which a domain is expected to be reached. Information only, not from the guides."""
_SPELT = " ,;/&"
"""Signs that are written in another way rather than left out."""
_SHOWN = {" ": "␠", "\t": "␉", "\n": "␊", "\r": "␍", "\x7f": "␡"}


@dataclass(frozen=True, slots=True)
class _Judged:
    """An address or a local part with everything found out about it."""

    text: str
    pasted: str
    report: LocalReport
    domain: DomainReport | None
    repaired: tuple[str, ...]


class MailAddressTool:
    """See the module. Slots: one of ``email``, ``local_part``, ``character``."""

    id = "mail-address"
    mode: ToolMode = "instant"
    guides: tuple[str, ...] = (_CHARACTERS, _CREATE)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec("email", {"type": "string", "maxLength": LONGEST}, pii=True),
        SlotSpec("local_part", {"type": "string", "maxLength": LONGEST}, pii=True),
        SlotSpec("character", {"type": "string", "maxLength": MAX_CHARACTERS}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "forbidden_in_table": (_CHARACTERS, "prohibidos"),
        "not_in_allowed_list": (_CHARACTERS, "fuera-de-las-listas"),
        "non_ascii": (_CHARACTERS, "no-ascii"),
        "control": (_CHARACTERS, "prohibidos"),
        "dot_first": (_CHARACTERS, "punto"),
        "dot_last": (_CHARACTERS, "punto"),
        "dot_consecutive": (_CHARACTERS, "punto"),
        "dot_rule": (_CHARACTERS, "punto"),
        "too_long": (_CHARACTERS, "longitud-maxima"),
        "empty": (_CHARACTERS, "partes-de-una-direccion"),
        "reserved": (_CREATE, "nombres-reservados"),
        "reserved_lookalike": (_CREATE, "nombres-reservados"),
        "role_name": None,
        "no_suggestion": (_CHARACTERS, "permitidos"),
        "creation_rule_only": (_CHARACTERS, "normas-internacionales"),
        "cleaned": None,
        "domain_empty": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_invalid": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_ip_literal": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_incomplete": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_is_suffix": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_special_use": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_unknown_suffix": None,
        "domain_confusable": None,
        "domain_idn": None,
        BAD_INPUT: (_CHARACTERS, "partes-de-una-direccion"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Judges what was given; never raises."""
        try:
            email = read_text(slots, "email", MAX_ADDRESS, nul=True)
            local = read_text(slots, "local_part", MAX_ADDRESS, nul=True)
            character = read_text(slots, "character", MAX_CHARACTERS, nul=True)
        except SlotRefused as error:
            return refused(self, context, error)
        if email is not None:
            return self._address(email, context)
        if local is not None:
            return self._local_part(local, context)
        if character is not None:
            return self._character(character, context)
        return self._ask(slots, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _ask(self, slots: Slots, context: ToolContext) -> ToolResult:
        typed_nothing = any(slots.get(spec.name) == "" for spec in self.slots)
        found = (finding(self, context, "empty", "need_input"),) if typed_nothing else ()
        asked = form(self, context, only=("email",))
        return ToolResult(
            self.id, "need_input", context.say("mail_address.ask"), findings=found, form=asked, asks="email"
        )

    def _address(self, pasted: str, context: ToolContext) -> ToolResult:
        text = clean_address(pasted)
        if "@" not in text:
            return self._local_part(pasted, context, slot="email")
        local, _, domain_text = text.rpartition("@")
        report = check_local(local, context.facts.addresses)
        domain = check_domain(domain_text)
        repaired = suggestions(local, context.lang, context.facts.addresses)
        if domain.valid:
            repaired = tuple(f"{name}@{domain_text}" for name in repaired)
        return self._result(_Judged(text, pasted, report, domain, repaired), {"email": text}, context)

    def _local_part(self, pasted: str, context: ToolContext, slot: str = "local_part") -> ToolResult:
        text = clean_address(pasted)
        report = check_local(text, context.facts.addresses)
        repaired = suggestions(text, context.lang, context.facts.addresses)
        return self._result(_Judged(text, pasted, report, None, repaired), {slot: text}, context)

    def _result(self, judged: _Judged, slots: Mapping[str, str], context: ToolContext) -> ToolResult:
        found = tuple(self._findings(judged, context))
        status = worst(item.status for item in found)
        kind = "local_part" if judged.domain is None else "address"
        headline = context.say(f"mail_address.headline.{kind}_{status}", address=_shown_text(judged.text))
        facts = facts_from(sources(judged.report, context.facts.addresses))
        after = tuple(_next_steps(judged, kind, status, context))
        return ToolResult(
            self.id, status, headline, facts, _data(judged, kind, context), found, next=after, slots=slots
        )

    def _findings(self, judged: _Judged, context: ToolContext) -> Iterable[Finding]:
        yield from self._local_findings(judged, context)
        if judged.domain is not None:
            for code in judged.domain.codes:
                yield finding(self, context, code, "bad", domain=_shown_text(judged.domain.domain))
            yield from self._domain_warnings(judged.domain, context)
        if judged.report.codes and not judged.repaired and judged.report.local:
            yield finding(self, context, "no_suggestion", "ok")
        if judged.domain is not None and _may_exist_elsewhere(judged):
            yield finding(self, context, "creation_rule_only", "ok")
        if judged.text != judged.pasted.strip():
            yield finding(self, context, "cleaned", "ok", address=_shown_text(judged.text))

    def _local_findings(self, judged: _Judged, context: ToolContext) -> Iterable[Finding]:
        rules, report = context.facts.addresses, judged.report
        for code in report.codes:
            if code in CHAR_CODES:
                chars = dict.fromkeys(v.char for v in report.characters if v.code == code)
                yield finding(self, context, code, "bad", chars=_list(chars, context))
            else:
                length = {"length": len(report.local), "limit": rules.max_length}
                yield finding(self, context, code, "bad", name=report.local[:40], **length)
        alike = look_alike(report.local, rules)
        if alike is not None:
            yield finding(self, context, "reserved_lookalike", "warn", name=report.local, reserved=alike.name)
        if report.local.casefold() in _ROLE_NAMES:
            yield finding(self, context, "role_name", "ok", name=report.local)

    def _domain_warnings(self, domain: DomainReport, context: ToolContext) -> Iterable[Finding]:
        for code in domain.warnings:
            status: ToolStatus = "ok" if code == "domain_idn" else "warn"
            yield finding(self, context, code, status, domain=domain.unicode, ascii=domain.ascii)

    def _character(self, text: str, context: ToolContext) -> ToolResult:
        rules = context.facts.addresses
        chars = _characters_of(text)
        codes = {char: char_code(char, rules) for char in chars}
        found = [
            finding(self, context, code, "bad", chars=_list([c for c in chars if codes[c] == code], context))
            for code in CHAR_CODES
            if code in codes.values()
        ]
        if "." in chars:
            found.append(finding(self, context, "dot_rule", "ok"))
        yes = [char for char in chars if codes[char] == "allowed"]
        no = [char for char in chars if codes[char] != "allowed"]
        key = "mixed" if yes and no else "allowed" if yes else "refused"
        headline = context.say(f"mail_address.headline.char_{key}", yes=_list(yes, context), no=_list(no, context))
        data = {
            "kind": "character",
            "valid": not no,
            "codes": [item.code for item in found if item.status == "bad"],
            "characters": [
                _cell(i, char, codes[char]) | {"instead": list(_instead(char, context))} for i, char in enumerate(chars)
            ],
            "from_guide": True,
        }
        facts = facts_from(char_source(char, codes[char], rules) for char in chars)
        return ToolResult(
            self.id, "bad" if no else "ok", headline, facts, data, tuple(found), slots={"character": "".join(chars)}
        )


def _characters_of(text: str) -> tuple[str, ...]:
    """The distinct characters asked about; the name of a character counts as that character."""
    composed = unicodedata.normalize("NFC", text)
    named = character_named(composed)
    if named:
        return (named,)
    visible = [char for char in composed if not char.isspace()]
    return tuple(dict.fromkeys(visible or composed[:1]))


def _instead(char: str, context: ToolContext) -> tuple[str, ...]:
    """How a character is usually written when it is not allowed: ``ñ`` → ``n``."""
    rules = context.facts.addresses
    if char_code(char, rules) == "allowed" or not (char.isalpha() or char in _SPELT):
        return ()
    repaired = suggestions(f"x{char}x", context.lang, rules)
    inner = (text[1:-1] for text in repaired if text.startswith("x") and text.endswith("x"))
    return tuple(text for text in inner if text)


def _data(judged: _Judged, kind: str, context: ToolContext) -> dict[str, Any]:
    rules, report, domain = context.facts.addresses, judged.report, judged.domain
    codes = [*report.codes, *(domain.codes if domain else ())]
    return {
        "kind": kind,
        "input": judged.text,
        "valid": not codes,
        "codes": codes,
        "local_part": report.local,
        "length": len(report.local),
        "max_length": rules.max_length,
        "max_length_applies_to": rules.max_length_applies_to,
        "characters": [_cell(v.index, v.char, v.code) for v in report.characters],
        "suggestions": list(judged.repaired),
        "domain": None if domain is None else _domain_data(domain),
        "language": context.lang,
        "from_guide": True,
    }


def _domain_data(domain: DomainReport) -> dict[str, Any]:
    return {
        "typed": domain.domain,
        "unicode": domain.unicode,
        "ascii": domain.ascii,
        "public_suffix": domain.suffix,
        "valid": domain.valid,
        "codes": list(domain.codes),
        "warnings": list(domain.warnings),
        "from_guide": False,
    }


def _cell(index: int, char: str, code: str) -> dict[str, Any]:
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    return {"index": index, "char": char, "shown": _shown(char), "name": name, "code": code}


def _shown(char: str) -> str:
    """The character as a card can show it: nothing unseen, nothing that turns the direction of writing."""
    if char in _SHOWN:
        return _SHOWN[char]
    if char in INVISIBLE or unicodedata.category(char)[0] == "C" or (char.isspace() and char != " "):
        return f"U+{ord(char):04X}"
    return f"◌{char}" if unicodedata.category(char)[0] == "M" else char


def _shown_text(text: str) -> str:
    limit, shown = 80, ""
    for char in text:
        piece = char if char == " " else _bracketed(_shown(char))  # an unseen one takes eight characters
        if len(shown) + len(piece) > limit:
            return f"{shown}…"
        shown += piece
    return shown


def _bracketed(shown: str) -> str:
    return f"⟨{shown}⟩" if len(shown) > 2 else shown


def _list(chars: Iterable[str], context: ToolContext) -> str:
    """``«ñ», «+»``; the space by its name."""
    space = context.say("mail_address.char.space")
    return ", ".join(space if char == " " else f"«{_shown(char)}»" for char in chars)


def _may_exist_elsewhere(judged: _Judged) -> bool:
    """Refused here, yet ordinary mail elsewhere: the rule is about creating addresses on this service."""
    if judged.domain is None or not judged.domain.valid:
        return False
    if judged.domain.ascii in OTHER_PROVIDERS:
        return True
    if judged.report.valid:
        return False
    try:
        validate_email(f"{judged.report.local}@{judged.domain.ascii}", check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


def _next_steps(judged: _Judged, kind: str, status: ToolStatus, context: ToolContext) -> Iterable[Mapping[str, Any]]:
    slot = "email" if kind == "address" and "@" in "".join(judged.repaired) else "local_part"
    for text in judged.repaired:
        label = context.say("mail_address.next.check", address=text)
        yield {"label": label, "tool": MailAddressTool.id, "slots": {slot: text}}
    if status == "ok":
        yield {
            "label": context.say("mail_address.next.create"),
            "question": context.say("mail_address.next.create_question"),
        }
