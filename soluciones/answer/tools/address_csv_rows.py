"""Each row of a list: can its address be created, could it after a repair, and does it stand in the list already?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_csv_columns import is_full_address
from soluciones.answer.tools.address_domain import DomainReport, check_domain
from soluciones.answer.tools.address_repair import suggestions
from soluciones.answer.tools.address_rules import check_local, look_alike
from soluciones.answer.tools.tables.delimited import unguard
from soluciones.kb.facts import AddressRules

RowStatus = Literal["ok", "repaired", "error"]
MAX_CELL = 512
"""Characters of a cell that are judged; a longer one is no address."""
_SHOWN = 80
_ENDS = frozenset(" \t\r\n:;,|/\\\"'<>()")
"""Behind a domain these begin something else, which may be a password: it is not shown."""
_SEPARATORS = ":;|\t\r\n"
"""They stand in no address; a cell with one holds several things."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row."""

    number: int
    """1-based row below the titles, blank rows not counted."""
    line: int
    cell: str
    """The address cell as it stands."""
    doubtful: bool = False
    """It has no domain where the others have one, and may be a password or a shifted row: it is not shown."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found out about one row."""

    entry: Entry
    status: RowStatus
    codes: tuple[str, ...] = ()
    """Reasons, in the order in which they are told; a row that is ``ok`` may have warnings."""
    local: str = ""
    """Local part that can be created; "" when there is none."""
    domain: str = ""
    """A-label domain, "" when the cell has none."""
    proposal: str = ""
    """What to write instead when the row is an error and there is an idea."""
    others: tuple[str, ...] = ()
    """Further local parts it could be repaired to."""
    twin: int = 0
    """Row that has the address already, 0 for none."""

    @property
    def result(self) -> str:
        """The address to create, "" for an error."""
        if self.status == "error":
            return ""
        return f"{self.local}@{self.domain}" if self.domain else self.local


def judge_rows(entries: Sequence[Entry], domain: str, rules: AddressRules, lang: str) -> tuple[tuple[Judged, ...], str]:
    """Judges all rows, then looks for the same address twice.

    Args:
        entries: the rows.
        domain: A-label domain they should have; "" to take the most frequent one.
        rules: the host's rules.
        lang: language, for the repairs.

    Returns:
        The rows in order, and the domain that they were held against ("" when no row has one).
    """
    reports: dict[str, DomainReport] = {}
    parts = [_parts(entry.cell) for entry in entries]
    for _, typed, _ in parts:
        if typed not in reports:
            reports[typed] = check_domain(typed)
    counts = Counter(reports[typed].ascii for local, typed, at in parts if at and reports[typed].valid)
    wanted = domain or (max(counts, key=lambda name: counts[name]) if counts else "")
    judged = [
        _judge(entry, part, reports[part[1]], wanted, rules, lang) for entry, part in zip(entries, parts, strict=True)
    ]
    return tuple(_without_twins(judged)), wanted


def _parts(cell: str) -> tuple[str, str, bool]:
    """Local part, domain, whether there is an @; of a cell that is far too long, nothing."""
    if len(cell) > MAX_CELL:
        return cell[: MAX_CELL + 1], "", False
    text = clean_address(unguard(cell.strip()))
    local, at, domain = text.rpartition("@")
    return (local, domain, True) if at else (text, "", False)


def _judge(
    entry: Entry, parts: tuple[str, str, bool], report: DomainReport, wanted: str, rules: AddressRules, lang: str
) -> Judged:
    local, _, has_at = parts
    if len(entry.cell) > MAX_CELL:
        return Judged(entry, "error", ("too_long",))
    if not local and not has_at:
        return Judged(entry, "error", ("empty",))
    if entry.doubtful or has_extra_text(spelling(entry.cell)):
        return Judged(entry, "error", ("extra_text",), proposal=inner_address(spelling(entry.cell)))
    verdict = check_local(local, rules)
    codes = list(verdict.codes)
    bad_domain: list[str] = list(report.codes) if has_at else []
    other = has_at and report.valid and wanted and report.ascii != wanted
    if other:
        bad_domain.append("mixed_domains")
    domain = report.ascii if has_at else wanted
    odd = [code for code in report.warnings if has_at and code != "domain_idn"]
    repaired = suggestions(local, lang, rules) if codes else ()
    proposal = _address(repaired[0] if repaired else "", domain)
    if bad_domain or "reserved" in codes or (codes and not repaired):
        more = ["no_suggestion"] if codes and not repaired and local else []
        return Judged(entry, "error", (*codes, *bad_domain, *more, *odd), domain=domain, proposal=proposal)
    warnings = [*(["reserved_lookalike"] if look_alike(local, rules) is not None else []), *odd]
    if codes:
        return Judged(entry, "repaired", (*codes, *warnings), repaired[0], domain, others=repaired[1:])
    return Judged(entry, "ok", tuple(warnings), local, domain)


def _address(local: str, domain: str) -> str:
    return f"{local}@{domain}" if local and domain else local


def _without_twins(rows: Sequence[Judged]) -> Iterable[Judged]:
    """The first row keeps an address; one that was right from the beginning goes before one that was repaired."""
    owners: dict[tuple[str, str], Judged] = {}
    for status in ("ok", "repaired"):
        for row in rows:
            if row.status == status:
                owners.setdefault((row.local.casefold(), row.domain), row)
    for row in rows:
        owner = owners.get((row.local.casefold(), row.domain)) if row.status != "error" else None
        if owner is None or owner is row:
            yield row
            continue
        same = spelling(row.entry.cell) == spelling(owner.entry.cell) or "repaired" not in (row.status, owner.status)
        code = "duplicate" if same else "repair_collision"
        free = next((name for name in row.others if (name.casefold(), row.domain) not in owners), "")
        proposal = _address(free, row.domain) if code == "repair_collision" else ""
        yield replace(row, status="error", codes=(*row.codes, code), twin=owner.entry.number, proposal=proposal)


def spelling(cell: str) -> str:
    """A cell as it is compared before any repair: upper and lower case are one."""
    return clean_address(unguard(cell.strip())).casefold()


def shown(entry: Entry) -> str:
    """The address cell of a row as it may be shown."""
    return "…" if entry.doubtful else echo(entry.cell)


def echo(cell: str) -> str:
    """A cell as it may be shown: the address in it and nothing around it, which could be a password.

    Nothing unseen, at most 80 characters.
    """
    text = clean_address(unguard(cell[: MAX_CELL + 1].strip()))
    if has_extra_text(text):
        inside = inner_address(text)
        text = f"… {inside} …" if inside else "…"
    local, at, domain = text.rpartition("@")
    end = next((place for place, char in enumerate(domain) if char in _ENDS), len(domain))
    text = f"{local}{at}{domain[:end]}" + ("…" if end < len(domain) else "") if at and "…" not in text else text
    line = "".join(char if char.isprintable() else "�" for char in text)
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def has_extra_text(text: str) -> bool:
    """Whether a cell holds more than one address: a separator, or something behind an address."""
    if any(sign in text for sign in _SEPARATORS):
        return True
    words = text.split()
    return len(words) > 1 and any(is_full_address(word) for word in words[:-1])


def inner_address(text: str) -> str:
    """The one full address among other text; "" when there is none or more than one."""
    pieces = text.translate(dict.fromkeys(map(ord, _SEPARATORS), " ")).split()
    found = [clean_address(piece) for piece in pieces if is_full_address(piece)]
    return found[0] if len(found) == 1 and check_domain(found[0].rpartition("@")[2]).valid else ""
