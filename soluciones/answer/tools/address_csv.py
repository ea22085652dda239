"""Tool T2: a list of addresses to create → each row checked and repaired, duplicates found, clean list and report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soluciones.answer.tools.address_csv_columns import Columns, is_full_address, looks_secret, read_columns, row_width
from soluciones.answer.tools.address_csv_rows import Entry, Judged, judge_rows, shown
from soluciones.answer.tools.address_domain import check_domain
from soluciones.answer.tools.base import Slots, SlotSpec, ToolContext, ToolMode
from soluciones.answer.tools.results import BAD_INPUT, ask, facts_from, finding, form, refused, worst
from soluciones.answer.tools.tables.decoding import NAMES, Decoded, decode
from soluciones.answer.tools.tables.delimited import Row, Table, is_formula, read_table, unguard, write_table
from soluciones.answer.tools.values import MAX_UPLOAD_BYTES, SlotRefused, read_text, read_upload
from soluciones.answer.types import Download, Finding, ToolResult, ToolStatus

MAX_ROWS = 10_000
MAX_SHOWN = 200
"""Rows in ``data``; all are in the report."""
MAX_COLUMNS = 200
_MAX_LINES = 100_000
_MAX_CELLS = 1_000_000
_ROWS_NAMED = 5
_MAX_DOMAIN = 255

_CHARACTERS = "caracteres-permitidos"
_CREATE = "crear-direccion"
_REPORT = ("row", "line", "input", "status", "reasons", "result", "proposal", "twin")
_WARNINGS = ("reserved_lookalike", "domain_unknown_suffix", "domain_confusable")


@dataclass(frozen=True, slots=True)
class _List:
    """A list that was read."""

    table: Table
    columns: Columns
    body: tuple[Row, ...]
    """Rows without the titles."""
    entries: tuple[Entry, ...]
    decoded: Decoded
    formulas: int
    """Cells that a spreadsheet would calculate."""


class _Unreadable(ValueError):
    """The list as a whole cannot be judged.

    Attributes:
        code: a code of the tool's catalogue.
        limit: the limit that was passed, 0 for none.
    """

    def __init__(self, code: str, limit: int = 0) -> None:
        self.code = code
        self.limit = limit
        super().__init__(code)


class AddressCsvTool:
    """See the module. Slots: ``csv`` (a file or pasted lines), ``domain`` (the one that all rows should have).

    ``data``:

    * ``rows``: up to 200 of ``{row, line, input, status (ok, repaired, error), status_label, codes, labels, result,
      proposal, twin}``; ``input`` shows the address only, ``twin`` is the row that has it already (0: none).
    * ``counts``: ``{rows, ok, repaired, error, duplicates, blank}``; ``shown``: rows in ``rows``.
    * ``codes``: ``[{code, label, count}]`` over all rows, most frequent first.
    * ``encoding``, ``encoding_guessed``, ``delimiter`` ("" for one column), ``delimiter_label``, ``header`` (bool).
    * ``address_column``: ``{number (1-based), title}``; ``columns``: how many there are.
    * ``domain``: the one rows were held against, ``domains``: ``[{domain, count}]``, up to 10.
    * ``password_columns``: ``[{number, title, sure}]``: left empty in every file and shown nowhere.
    * ``from_guide``: True for the address rules; ``format_from_guide``: False, no guide gives the columns of the file.
    """

    id = "address-csv"
    mode: ToolMode = "upload"
    guides: tuple[str, ...] = (_CREATE, _CHARACTERS)
    slots: tuple[SlotSpec, ...] = (
        SlotSpec(
            "csv",
            {"type": "string", "maxLength": MAX_UPLOAD_BYTES, "x-upload": [".csv", ".txt"], "x-mime": "text/csv"},
            required=True,
            pii=True,
        ),
        SlotSpec("domain", {"type": "string", "maxLength": _MAX_DOMAIN, "x-one-line": True}),
    )
    findings: Mapping[str, tuple[str, str] | None] = {
        "forbidden_in_table": (_CHARACTERS, "prohibidos"),
        "not_in_allowed_list": (_CHARACTERS, "fuera-de-las-listas"),
        "non_ascii": (_CHARACTERS, "no-ascii"),
        "control": (_CHARACTERS, "prohibidos"),
        "dot_first": (_CHARACTERS, "punto"),
        "dot_last": (_CHARACTERS, "punto"),
        "dot_consecutive": (_CHARACTERS, "punto"),
        "too_long": (_CHARACTERS, "longitud-maxima"),
        "empty": (_CHARACTERS, "partes-de-una-direccion"),
        "reserved": (_CREATE, "nombres-reservados"),
        "reserved_lookalike": (_CREATE, "nombres-reservados"),
        "no_suggestion": (_CHARACTERS, "permitidos"),
        "extra_text": (_CREATE, "preparar-lista"),
        "duplicate": (_CREATE, "preparar-lista"),
        "repair_collision": (_CREATE, "preparar-lista"),
        "mixed_domains": (_CREATE, "preparar-lista"),
        "domain_empty": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_invalid": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_ip_literal": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_incomplete": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_is_suffix": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_special_use": (_CHARACTERS, "partes-de-una-direccion"),
        "domain_unknown_suffix": None,
        "domain_confusable": None,
        "password_column": (_CREATE, "preparar-lista"),
        "several_address_columns": (_CREATE, "preparar-lista"),
        "no_address_column": (_CREATE, "preparar-lista"),
        "encoding_guessed": (_CREATE, "preparar-lista"),
        "unclosed_quote": (_CREATE, "preparar-lista"),
        "formula_cell": (_CREATE, "preparar-lista"),
        "empty_file": (_CREATE, "preparar-lista"),
        "too_many_rows": (_CREATE, "varias-direcciones"),
        "too_many_columns": (_CREATE, "preparar-lista"),
        "quota_reminder": (_CREATE, "requisitos"),
        BAD_INPUT: (_CREATE, "varias-direcciones"),
    }

    def run(self, slots: Slots, context: ToolContext) -> ToolResult:
        """Judges every row; never raises."""
        try:
            content = read_upload(slots, "csv")
            domain = _domain(slots)
        except SlotRefused as error:
            return refused(self, context, error)
        if content is None:
            return ask(self, context, "csv", {"domain": domain} if domain else {}, only=("csv", "domain"))
        try:
            found = _read(content)
        except _Unreadable as error:
            problem = finding(self, context, error.code, "refused", limit=error.limit)
            return ToolResult(self.id, "refused", problem.text, findings=(problem,), form=form(self, context))
        rows, held = judge_rows(found.entries, domain, context.facts.addresses, context.lang)
        return self._result(found, rows, held, slots, domain, context)

    def form(self, context: ToolContext) -> Mapping[str, Any]:
        """The whole form."""
        return form(self, context)

    def _result(
        self, found: _List, rows: Sequence[Judged], held: str, slots: Slots, domain: str, context: ToolContext
    ) -> ToolResult:
        items = tuple(self._findings(found, rows, held, context))
        counts = Counter(row.status for row in rows)
        status = worst(item.status for item in items)
        key = "all_ok" if counts["ok"] == len(rows) else "none_left" if counts["error"] == len(rows) else "some"
        headline = context.say(f"address_csv.headline.{key}", **_numbers(rows))
        facts = context.facts
        sources = [*facts.procedure("address_csv.quota"), *facts.procedure("address_csv.import")]
        used = {"csv": slots["csv"], **({"domain": domain} if domain else {})}
        data = _data(found, rows, held, context)
        files = tuple(_downloads(found, rows, context))
        after = tuple(_next(context))
        return ToolResult(self.id, status, headline, facts_from(sources), data, items, files, next=after, slots=used)

    def _findings(self, found: _List, rows: Sequence[Judged], held: str, context: ToolContext) -> Iterable[Finding]:
        for code in _codes(rows):
            hit = [row for row in rows if code in row.codes]
            status: ToolStatus = "bad" if any(row.status == "error" for row in hit) else "warn"
            yield finding(
                self,
                context,
                code,
                status if code not in _WARNINGS else "warn",
                rows=_named(row.entry.number for row in hit),
                count=len(hit),
                domain=held,
                limit=context.facts.addresses.max_length,
            )
        yield from self._file_findings(found, context)
        if any(row.status != "error" for row in rows):
            yield finding(self, context, "quota_reminder", "ok", count=sum(row.status != "error" for row in rows))

    def _file_findings(self, found: _List, context: ToolContext) -> Iterable[Finding]:
        columns = found.columns
        if columns.secret:
            names = ", ".join(_title(columns, number, context) for number in sorted(columns.secret)[:_ROWS_NAMED])
            yield finding(self, context, "password_column", "warn", columns=names)
        if columns.several:
            named = _title(columns, columns.address or 0, context)
            yield finding(self, context, "several_address_columns", "warn", column=named)
        if found.decoded.guessed:
            yield finding(self, context, "encoding_guessed", "warn", encoding=NAMES[found.decoded.encoding])
        if found.table.unclosed:
            yield finding(self, context, "unclosed_quote", "warn", line=found.table.unclosed)
        if found.formulas:
            yield finding(self, context, "formula_cell", "warn", count=found.formulas)


def _domain(slots: Slots) -> str:
    """The A-label domain wanted, "" for none.

    Raises:
        SlotRefused: no domain.
    """
    text = (read_text(slots, "domain", _MAX_DOMAIN) or "").strip().removeprefix("@")
    report = check_domain(text)
    if text and not report.valid:
        raise SlotRefused("domain", "wrong_type")
    return report.ascii


def _read(content: bytes | str) -> _List:
    decoded = decode(content)
    text = decoded.text
    if text.count("\n") + text.count("\r") > 2 * _MAX_LINES:
        raise _Unreadable("too_many_rows", MAX_ROWS)
    if max(map(text.count, ";,\t|:")) > _MAX_CELLS:
        raise _Unreadable("too_many_columns", MAX_COLUMNS)
    table = read_table(text)
    if not table.rows:
        raise _Unreadable("empty_file")
    if isinstance(content, str) or len(table.rows) == 1:
        table = _flat(table)
    if len(table.rows) > MAX_ROWS + 1:
        raise _Unreadable("too_many_rows", MAX_ROWS)
    if max(row_width(row.cells) for row in table.rows) > MAX_COLUMNS:  # before each of them is judged
        raise _Unreadable("too_many_columns", MAX_COLUMNS)
    columns = read_columns(table.rows)
    body = table.rows[bool(columns.titles) :]
    if len(body) > MAX_ROWS:
        raise _Unreadable("too_many_rows", MAX_ROWS)
    if not body:
        raise _Unreadable("empty_file")
    if columns.address is None:
        raise _Unreadable("no_address_column")
    entries = tuple(_entry(number, row, columns) for number, row in enumerate(body, start=1))
    formulas = sum(_is_formula(cell) for row in body for n, cell in enumerate(row.cells) if n not in columns.secret)
    return _List(table, columns, body, entries, decoded, formulas)


def _entry(number: int, row: Row, columns: Columns) -> Entry:
    place = columns.address or 0
    cell = row.cells[place] if place < len(row.cells) else ""
    if not columns.full or "@" in cell or not cell.strip():
        return Entry(number, row.line, cell)
    shifted = not columns.several and any(is_full_address(other) for other in row.cells)
    return Entry(number, row.line, cell, doubtful=shifted or looks_secret(cell.strip()))


def _is_formula(cell: str) -> bool:
    return is_formula(unguard(cell).strip())


def _flat(table: Table) -> Table:
    """Pasted addresses, several in a line: each is a row of its own, when there is nothing but addresses."""
    cells = [(row.line, cell) for row in table.rows for cell in row.cells if cell.strip()]
    words = [(line, word) for line, cell in cells for word in cell.split()]
    for pieces in (words, cells):
        if len(pieces) > len(table.rows) and all(is_full_address(piece) for _, piece in pieces):
            return Table(tuple(Row(line, (piece,)) for line, piece in pieces), "", table.blank, table.unclosed)
    return table


def _codes(rows: Sequence[Judged]) -> list[str]:
    """Codes of all rows, the most frequent first."""
    counts = Counter(code for row in rows for code in row.codes)
    return sorted(counts, key=lambda code: (-counts[code], code))


def _named(numbers: Iterable[int]) -> str:
    """``3, 8, 12, …``."""
    listed = list(numbers)
    return ", ".join(map(str, listed[:_ROWS_NAMED])) + (", …" if len(listed) > _ROWS_NAMED else "")


def _title(columns: Columns, number: int, context: ToolContext) -> str:
    """A column by its title where that is surely one, else by its number."""
    sure = number == columns.address or number in columns.sure_secret
    title = columns.titles[number][:40] if number < len(columns.titles) and sure else ""
    shown = "".join(char for char in title if char.isprintable())
    return f"«{shown}»" if shown else context.say("address_csv.column_number", number=number + 1)


def _numbers(rows: Sequence[Judged]) -> dict[str, int]:
    counts = Counter(row.status for row in rows)
    twins = sum(bool(row.twin) for row in rows)
    names: tuple[str, ...] = ("ok", "repaired", "error")
    return {"rows": len(rows), **{name: counts[name] for name in names}, "duplicates": twins}  # type: ignore[index]


def _data(found: _List, rows: Sequence[Judged], held: str, context: ToolContext) -> dict[str, Any]:
    counts = Counter(code for row in rows for code in row.codes)
    domains = Counter(row.domain for row in rows if row.domain)
    columns = found.columns
    first = [_row(row, context) for row in rows[:MAX_SHOWN]]
    return {
        "rows": first,
        "shown": len(first),
        "counts": {**_numbers(rows), "blank": found.table.blank},
        "codes": [{"code": c, "label": context.say(f"address_csv.code.{c}"), "count": counts[c]} for c in _codes(rows)],
        "encoding": found.decoded.encoding,
        "encoding_guessed": found.decoded.guessed,
        "delimiter": found.table.delimiter,
        "delimiter_label": context.say(f"address_csv.delimiter.{_DELIMITER_NAMES[found.table.delimiter]}"),
        "header": bool(columns.titles),
        "address_column": {
            "number": (columns.address or 0) + 1,
            "title": _title(columns, columns.address or 0, context),
        },
        "columns": columns.width,
        "domain": held,
        "domains": [{"domain": name, "count": count} for name, count in domains.most_common(10)],
        "password_columns": [
            {"number": n + 1, "title": _title(columns, n, context), "sure": n in columns.sure_secret}
            for n in sorted(columns.secret)
        ],
        "from_guide": True,
        "format_from_guide": False,
    }


_DELIMITER_NAMES = {"": "none", ";": "semicolon", ",": "comma", "\t": "tab", "|": "bar", ":": "colon"}


def _row(row: Judged, context: ToolContext) -> dict[str, Any]:
    return {
        "row": row.entry.number,
        "line": row.entry.line,
        "input": shown(row.entry),
        "status": row.status,
        "status_label": context.say(f"address_csv.status.{row.status}"),
        "codes": list(row.codes),
        "labels": [context.say(f"address_csv.code.{code}") for code in row.codes],
        "result": row.result,
        "proposal": row.proposal,
        "twin": row.twin,
    }


def _downloads(found: _List, rows: Sequence[Judged], context: ToolContext) -> Iterable[Download]:
    def say(key: str) -> str:
        return context.say(f"address_csv.{key}")

    csv = "text/csv; charset=utf-8"
    if any(row.status != "error" for row in rows):
        content = write_table(_clean_rows(found, rows, context))
        yield Download("direcciones-limpias.csv", csv, content, say("download.clean"))
    lines = [[say(f"report.{name}") for name in _REPORT], *(_report_row(row, say) for row in rows)]
    yield Download("informe.csv", csv, write_table(lines), say("download.report"))


def _clean_rows(found: _List, rows: Sequence[Judged], context: ToolContext) -> Iterable[list[str]]:
    """The list again without its errors: addresses repaired, columns of passwords empty, all else as it was."""
    columns = found.columns
    if columns.titles:
        guessed = columns.secret - columns.sure_secret
        yield [_title(columns, n, context) if n in guessed else title for n, title in enumerate(columns.titles)]
    for row, source in zip(rows, found.body, strict=True):
        if row.status != "error":
            cells = (source.cells + ("",) * columns.width)[: columns.width]
            yield [
                row.result if n == columns.address else "" if n in columns.secret else unguard(cell)
                for n, cell in enumerate(cells)
            ]


def _report_row(row: Judged, say: Any) -> list[str]:
    reasons = ", ".join(say(f"code.{code}") for code in row.codes)
    twin = str(row.twin or "")
    entry = row.entry
    status = say(f"status.{row.status}")
    return [str(entry.number), str(entry.line), shown(entry), status, reasons, row.result, row.proposal, twin]


def _next(context: ToolContext) -> Iterable[Mapping[str, Any]]:
    for key in ("import", "quota"):
        question = context.say(f"address_csv.next.{key}_question")
        yield {"label": context.say(f"address_csv.next.{key}"), "question": question}
