"""Tool T12: a contact file → duplicates with the reason, side by side, and the file with them merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.contacts.compare import clean, rows
from soluciones.answer.tools.contacts.keys import PhoneBook, likely_region, shown_name
from soluciones.answer.tools.contacts.matching import Group, Matcher
from soluciones.answer.tools.contacts.merge import Merged, merge, reference_of
from soluciones.answer.tools.contacts.model import Card, CardFile
from soluciones.answer.tools.contacts.reader import MAX_CARDS, TooMuch, read_cards
from soluciones.answer.tools.contacts.report import report
from soluciones.answer.tools.contacts.writer import write_file
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.tables.decoding import NAMES
from soluciones.answer.tools.values import MAX_UPLOAD_BYTES, SlotRefused, read_list, read_text, read_upload
from soluciones.answer.types import Download, Finding, ToolResult

REGIONS = ("CH", "ES", "FR", "DE", "IT", "AT", "BE", "GB", "US")
_DEFAULT_REGION = {"es": "ES", "fr": "FR", "de": "DE", "it": "IT", "en": "GB"}
_GUIDE = "contactos-duplicados"
_TICK = re.compile(r"(g[0-9]{1,5})(?::([0-9]{1,5}))?")
"""``g3``, or ``g3:17`` to keep card 17 as the reference."""
MAX_GROUPS = 100
"""Groups shown side by side; all are in the report and in the merged file."""
MAX_CARDS_SHOWN = 6
MAX_PROBLEMS = 50
_LINES_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Wish:
    """The slots, read."""

    content: bytes | str
    region: str | None
    merge: tuple[tuple[str, int], ...] | None
    """Group id and number of its reference card (0: choose); None when the visitor has not ticked anything yet."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Everything worked out from one file."""

    file: CardFile
    matcher: Matcher
    groups: tuple[Group, ...]
    references: Mapping[str, Card]
    ticked: frozenset[str]
    merged: Mapping[int, Merged]
    gone: frozenset[int]
    region_from: str


class ContactsDedupeTool:
    """See the module. Slots: ``vcard`` (a file or pasted text), ``region``, ``merge`` (ids of the ticked groups).

    ``data``:

    * ``cards``, ``damaged``, ``certain``, ``possible``: numbers (cards read, pieces set aside, groups of each kind);
      ``merged_cards``: cards that went into another; ``result_cards``: cards of the new file.
    * ``region``, ``region_from`` (``slot``, ``file``, ``language``), ``encoding``, ``encoding_guessed``, ``versions``.
    * ``groups``: up to 100 of ``{id, kind, kind_label, ticked, size, reference (card number), cards: [{number, line,
      name, reference}], pairs: [{a, b, reasons, labels}], rows: [{field, label, values, same, matches, added}]}``.
    * ``groups_more``: groups not shown; ``ticked_more``: ids of the ticked ones among them (to be sent again).
    * ``problems``: up to 50 of ``{code, line, number, text}``; ``problems_more``.
    * ``from_guide``: False, the comparison is this tool's own; the guide's sentences are in ``facts``.
    """

    id = "contacts-dedupe"
    mode: ToolMode = "upload"
    guides: tuple[str, ...] = (_GUIDE,)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec(
            "vcard",
            {
                "type": "string",
                "maxLength": MAX_UPLOAD_BYTES,
                "x-upload": [".vcf", ".vcard"],
                "x-mime": "text/vcard",
            },
            required=True,
            pii=True,
        ),
        SlotSpec("region", {"type": "string", "enum": list(REGIONS)}),
        SlotSpec("merge", {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": MAX_CARDS}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "no_duplicates": None,
        "certain_duplicates": (_GUIDE, "fusionar"),
        "possible_duplicates": (_GUIDE, "quizas-la-misma-persona"),
        "shared_contact": (_GUIDE, "quizas-la-misma-persona"),
        "values_differ": (_GUIDE, "que-se-conserva"),
        "photo_left_out": (_GUIDE, "que-se-conserva"),
        "group_unknown": (_GUIDE, "fusionar"),
        "card_not_closed": (_GUIDE, "problemas-vcard"),
        "bad_line": (_GUIDE, "problemas-vcard"),
        "text_outside": (_GUIDE, "problemas-vcard"),
        "encoding_guessed": (_GUIDE, "problemas-vcard"),
        "old_version": (_GUIDE, "formatos-vcard"),
        "not_vcard": (_GUIDE, "formatos-vcard"),
        "too_many_cards": (_GUIDE, "formatos-vcard"),
        "too_many_lines": (_GUIDE, "problemas-vcard"),
        BAD_INPUT: (_GUIDE, "formatos-vcard"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Compares the cards of a file and merges the ticked groups; never raises."""
        try:
            wish = _read(slots)
        except SlotRefused as error:
            return refused(self, context, error)
        if wish is None:
            return ask(self, context, "vcard", {})
        try:
            file = read_cards(wish.content)
        except TooMuch as error:
            return self._unreadable(error.code, context, limit=error.limit)
        if not file.cards and not any(piece.number for piece in file.damaged):
            return self._unreadable("not_vcard", context)
        outcome = _work_out(file, wish, context.lang)
        return self._result(outcome, wish, slots, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _unreadable(self, code: str, context: ToolContext, **params: object) -> ToolResult:
        found = finding(self, context, code, "refused", **params)
        return ToolResult(self.id, "refused", found.text, findings=(found,), form=form(self, context))

    def _result(self, done: _Outcome, wish: _Wish, slots: Slots, context: ToolContext) -> ToolResult:
        found = tuple(self._findings(done, wish, context))
        sources = context.facts.procedure("contacts_dedupe.kept") if done.groups else ()
        used: dict[str, Any] = {"vcard": slots["vcard"], "region": done.matcher.book.region}
        if wish.merge is not None:
            used["merge"] = [f"{group}:{number}" if number else group for group, number in wish.merge]
        return ToolResult(
            self.id,
            worst(item.status for item in found),
            self._headline(done, context),
            facts_from(sources),
            _data(done, context),
            found,
            tuple(_downloads(done, context)),
            next=tuple(self._next(done, context)),
            slots=used,
        )

    def _headline(self, done: _Outcome, context: ToolContext) -> str:
        certain = sum(group.kind == "certain" for group in done.groups)
        counts = {"cards": len(done.file.cards), "certain": certain, "possible": len(done.groups) - certain}
        if not done.file.cards:
            key = "all_damaged"
        elif certain:
            key = "both" if counts["possible"] else "certain"
        else:
            key = "possible" if counts["possible"] else "none"
        return context.say(f"contacts_dedupe.headline.{key}", **counts)

    def _next(self, done: _Outcome, context: ToolContext) -> Iterable[Mapping[str, Any]]:
        if done.groups:
            say = "contacts_dedupe.next.guide"
            yield {"label": context.say(say), "question": context.say(f"{say}_question")}

    def _findings(self, done: _Outcome, wish: _Wish, context: ToolContext) -> Iterable[Finding]:
        certain = sum(group.kind == "certain" for group in done.groups)
        if certain:
            yield finding(self, context, "certain_duplicates", "warn", groups=certain, cards=len(done.gone))
        if len(done.groups) > certain:
            yield finding(self, context, "possible_duplicates", "warn", groups=len(done.groups) - certain)
        if any(reason.startswith("shared") for group in done.groups for reason in _all_reasons(group, done.matcher)):
            yield finding(self, context, "shared_contact", "warn")
        if not done.groups and done.file.cards:
            yield finding(self, context, "no_duplicates", "ok", cards=len(done.file.cards))
        differing = sum(bool(result.others) for result in done.merged.values())
        if differing:
            yield finding(self, context, "values_differ", "warn", cards=differing)
        photos = sum(result.photos_left for result in done.merged.values())
        if photos:
            yield finding(self, context, "photo_left_out", "warn", photos=photos)
        unknown = [group for group, _ in wish.merge or () if group not in done.references]
        if unknown:
            yield finding(self, context, "group_unknown", "warn", groups=", ".join(unknown[:_LINES_NAMED]))
        yield from self._file_findings(done.file, context)

    def _file_findings(self, file: CardFile, context: ToolContext) -> Iterable[Finding]:
        for code in ("card_not_closed", "bad_line", "text_outside"):
            lines = [piece.line for piece in file.damaged if piece.code == code]
            if lines:
                named = ", ".join(map(str, lines[:_LINES_NAMED])) + (", …" if len(lines) > _LINES_NAMED else "")
                yield finding(self, context, code, "warn", lines=named)
        if file.guessed:
            yield finding(self, context, "encoding_guessed", "warn", encoding=NAMES[file.encoding])
        if any(card.version == "2.1" for card in file.cards):
            yield finding(self, context, "old_version", "ok")


def _read(slots: Slots) -> _Wish | None:
    content = read_upload(slots, "vcard")
    region = read_text(slots, "region", 2)
    if region is not None and region.upper() not in REGIONS:
        raise SlotRefused("region", "wrong_type")
    ticks = _ticks(slots) if slots.get("merge") not in (None, "") else None
    return None if content is None else _Wish(content, region.upper() if region else None, ticks)


def _ticks(slots: Slots) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for value in read_list(slots, "merge", MAX_CARDS):
        match = _TICK.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise SlotRefused("merge", "wrong_type")
        found[match[1]] = int(match[2] or 0)
    return tuple(found.items())


def _work_out(file: CardFile, wish: _Wish, lang: str) -> _Outcome:
    default = _DEFAULT_REGION.get(lang, "CH")
    likely = likely_region(file.cards, "")
    region = wish.region or likely or default
    region_from = "slot" if wish.region else "file" if likely else "language"
    matcher = Matcher(file.cards, PhoneBook(region))
    groups = matcher.groups()
    chosen = dict(wish.merge) if wish.merge is not None else {g.id: 0 for g in groups if g.kind == "certain"}
    references = {group.id: _reference(group, matcher.cards, chosen.get(group.id, 0)) for group in groups}
    ticked = frozenset(group.id for group in groups if group.id in chosen)
    sets = _overlapping([group for group in groups if group.id in ticked], references, chosen)
    merged: dict[int, Merged] = {}
    gone: set[int] = set()
    for members, reference in sets:
        cards = [matcher.cards[index] for index in members]
        merged[reference.number] = merge(cards, reference, matcher.book)
        gone |= {card.number for card in cards if card is not reference}
    return _Outcome(file, matcher, groups, references, ticked, merged, frozenset(gone), region_from)


def _reference(group: Group, cards: Sequence[Card], number: int) -> Card:
    members = [cards[index] for index in group.members]
    return next((card for card in members if card.number == number), None) or reference_of(members)


def _overlapping(
    groups: Sequence[Group], references: Mapping[str, Card], chosen: Mapping[str, int]
) -> list[tuple[list[int], Card]]:
    """Ticked groups with a card in common become one; its reference is one that the visitor chose, else the first's."""
    found: list[tuple[set[int], list[Group]]] = []
    home: dict[int, int] = {}
    for group in groups:
        places = sorted({home[index] for index in group.members if index in home})
        members, parts = set(group.members), [group]
        for place in places:
            members |= found[place][0]
            parts = [*found[place][1], *parts]
            found[place] = (set(), [])
        found.append((members, parts))
        home.update(dict.fromkeys(members, len(found) - 1))
    result = []
    for members, parts in found:
        if members:
            decisive = next((group for group in parts if chosen.get(group.id)), parts[0])
            result.append((sorted(members), references[decisive.id]))
    return result


def _downloads(done: _Outcome, context: ToolContext) -> Iterable[Download]:
    def say(key: str) -> str:
        return context.say(f"contacts_dedupe.{key}")

    if done.groups:
        content = write_file(done.file, done.merged, done.gone)
        yield Download("contactos-fusionados.vcf", "text/vcard; charset=utf-8", content, say("download.vcf"))
    if done.groups or done.file.damaged:
        table = report(done.file, done.matcher, done.groups, done.references, done.ticked, say)
        yield Download("duplicados.csv", "text/csv; charset=utf-8", table, say("download.csv"))


def _data(done: _Outcome, context: ToolContext) -> dict[str, Any]:
    file, groups = done.file, done.groups
    certain = sum(group.kind == "certain" for group in groups)
    return {
        "cards": len(file.cards),
        "damaged": len(file.damaged),
        "certain": certain,
        "possible": len(groups) - certain,
        "merged_cards": len(done.gone),
        "result_cards": len(file.cards) - len(done.gone),
        "region": done.matcher.book.region,
        "region_from": done.region_from,
        "encoding": file.encoding,
        "encoding_guessed": file.guessed,
        "versions": sorted({card.version for card in file.cards}),
        "groups": [_group(group, done, context) for group in groups[:MAX_GROUPS]],
        "groups_more": max(0, len(groups) - MAX_GROUPS),
        "ticked_more": [group.id for group in groups[MAX_GROUPS:] if group.id in done.ticked],
        "problems": [
            {
                "code": piece.code,
                "line": piece.line,
                "number": piece.number,
                "text": context.say(f"contacts_dedupe.problem.{piece.code}"),
            }
            for piece in file.damaged[:MAX_PROBLEMS]
        ],
        "problems_more": max(0, len(file.damaged) - MAX_PROBLEMS),
        "from_guide": False,
    }


def _shown_members(group: Group, done: _Outcome) -> list[int]:
    """The reference first, then the others in the order of the file."""
    reference = done.references[group.id]
    ordered = sorted(group.members, key=lambda index: (done.matcher.cards[index] is not reference, index))
    return ordered[:MAX_CARDS_SHOWN]


def _group(group: Group, done: _Outcome, context: ToolContext) -> dict[str, Any]:
    def label(key: str) -> str:
        return context.say(f"contacts_dedupe.field.{key}")

    reference, members = done.references[group.id], _shown_members(group, done)
    cards = [done.matcher.cards[index] for index in members]
    return {
        "id": group.id,
        "kind": group.kind,
        "kind_label": context.say(f"contacts_dedupe.kind.{group.kind}"),
        "ticked": group.id in done.ticked,
        "size": len(group.members),
        "reference": reference.number,
        "cards": [
            {"number": c.number, "line": c.line, "name": clean(shown_name(c)), "reference": c is reference}
            for c in cards
        ],
        "pairs": [
            {
                "a": done.matcher.cards[one].number,
                "b": done.matcher.cards[other].number,
                "reasons": list(reasons),
                "labels": [context.say(f"contacts_dedupe.reason.{reason}") for reason in reasons],
            }
            for one, other in combinations(sorted(members), 2)
            if (reasons := done.matcher.reasons(one, other))
        ],
        "rows": rows(cards, reference, done.matcher.book, label),
    }


def _all_reasons(group: Group, matcher: Matcher) -> set[str]:
    """Reasons within the first cards of a group; a certain group has none that are shared."""
    if group.kind == "certain":
        return set()
    pairs = combinations(group.members[:MAX_CARDS_SHOWN], 2)
    return {reason for one, other in pairs for reason in matcher.reasons(one, other)}
