"""Text with separators ↔ rows of cells. ``csv`` of the standard library refuses long cells and guesses badly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soluciones.answer.tools.tables.decoding import BOM

DELIMITERS = (";", ",", "\t", "|", ":")
"""In the order in which a tie is decided. The colon only where the cells it makes are addresses (``a@b.es:x``)."""
_SEP = re.compile(r'"?sep=([;,\t|:])"?[ ;,\t]{0,20}$', re.IGNORECASE)
"""The line by which spreadsheets are told the separator."""
_ADDRESS = re.compile(r"[^\s@;,|:<>\"]{1,64}@[^\s@;,|:<>\"]{1,255}")
_SAMPLE = 16_384
_SAMPLE_ROWS = 60
_AGREE = 0.6
"""Share of the rows that must have the same number of cells."""
_FORMULA = "=+-@＝＋－＠"
"""Signs by which a spreadsheet takes a cell for a formula (OWASP: CSV injection)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table that is not blank."""

    line: int
    """1-based line of the file where it begins."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows."""

    rows: tuple[Row, ...]
    delimiter: str
    """"" when each line is one cell."""
    blank: int = 0
    """Lines without any cell filled in; not among ``rows``."""
    unclosed: int = 0
    """Line of a quote that never ends, 0 when there is none; it was taken for an ordinary sign."""


def read_table(text: str, delimiter: str | None = None) -> Table:
    """Reads a text; without ``delimiter`` by its ``sep=`` line, else by vote. Never raises."""
    first, end, rest = text.partition("\n")
    told = _SEP.match(first.strip("\r \ufeff")) if len(first) < 40 else None
    if told:
        table = split_rows(rest, told[1])
        moved = tuple(Row(row.line + 1, row.cells) for row in table.rows)
        return Table(moved, told[1], table.blank, table.unclosed + 1 if table.unclosed else 0)
    del end
    return split_rows(text, vote(text) if delimiter is None else delimiter)


def vote(text: str) -> str:
    """The separator: whose cells are addresses in most lines, whose lines agree best; "" for one column."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    single = _share_of_addresses(split_rows(sample, "").rows[:_SAMPLE_ROWS])
    best, best_score = "", (single, 0.0)
    for candidate in DELIMITERS:
        if candidate not in sample:
            continue
        rows = split_rows(sample, candidate).rows[:_SAMPLE_ROWS]
        widths = [len(row.cells) for row in rows]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        agree = widths.count(usual) / len(widths) if usual > 1 and widths else 0.0
        addresses = _share_of_addresses(rows)
        evident = addresses > 0.5 and addresses > single + 0.3
        if agree < _AGREE and not evident and not _all_addresses(rows):
            continue
        score = (round(addresses, 2), round(max(agree, 0.01), 2))
        if score > best_score and (candidate != ":" or addresses > best_score[0]):
            best, best_score = candidate, score
    return best


def _share_of_addresses(rows: Sequence[Row]) -> float:
    """Share of the rows with a cell that is an address and nothing else."""
    return sum(any(_is_address(cell) for cell in row.cells) for row in rows) / len(rows) if rows else 0.0


def _all_addresses(rows: Sequence[Row]) -> bool:
    cells = [cell for row in rows for cell in row.cells if cell.strip()]
    return len(cells) > len(rows) and all("@" in cell for cell in cells)


def _is_address(cell: str) -> bool:
    return "@" in cell and len(cell) < 400 and _ADDRESS.fullmatch(cell.strip()) is not None


def split_rows(text: str, delimiter: str) -> Table:
    """Cells by RFC 4180, tolerant: text behind a closing quote belongs to the cell, an unclosed quote is a sign."""
    reader = _Reader(text, delimiter)
    return reader.table()


class _Reader:
    """One pass over a text; every character is looked at a bounded number of times."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._stop = re.compile(f"[{re.escape(delimiter)}\r\n]")
        self._at = 0
        self._line = 1
        self._unclosed = 0

    def table(self) -> Table:
        """All rows."""
        rows, blank = [], 0
        while self._at < len(self._text):
            line, cells = self._line, self._row()
            if any(cell.strip().strip(BOM) for cell in cells):
                rows.append(Row(line, tuple(cells)))
            else:
                blank += 1
        return Table(tuple(rows), self._delimiter, blank, self._unclosed)

    def _row(self) -> list[str]:
        cells = []
        while True:
            cells.append(self._cell())
            sign = self._text[self._at : self._at + 1]
            self._at += 1
            if sign == self._delimiter and sign:
                continue
            if sign:
                self._line += 1
                if sign == "\r" and self._text[self._at : self._at + 1] == "\n":
                    self._at += 1
            return cells

    def _cell(self) -> str:
        quoted = self._quoted() if self._text[self._at : self._at + 1] == '"' else ""
        found = self._stop.search(self._text, self._at)
        end = found.start() if found else len(self._text)
        rest = self._text[self._at : end]
        self._at = end
        return quoted + rest

    def _quoted(self) -> str:
        """The text of a quoted cell, moving behind its closing quote; "" and no move when it never closes."""
        pieces, position = [], self._at + 1
        while True:
            close = self._text.find('"', position)
            if close < 0:
                self._unclosed = self._unclosed or self._line
                return ""
            if self._text[close + 1 : close + 2] != '"':
                break
            pieces.append(self._text[position : close + 1])
            position = close + 2
        pieces.append(self._text[position:close])
        self._at = close + 1
        cell = "".join(pieces)
        self._line += cell.count("\n") or cell.count("\r")
        return cell


def write_table(rows: Iterable[Sequence[str]], delimiter: str = ";") -> bytes:
    """A CSV file that Excel opens as it is: UTF-8 with a mark, formulas made harmless."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return (BOM + stream.getvalue()).encode("utf-8", "replace")


def guard(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before the sign."""
    return f"'{cell}" if is_formula(cell) else cell


def unguard(cell: str) -> str:
    """Undoes ``guard``."""
    return cell[1:] if cell[:1] == "'" and is_formula(cell[1:]) else cell


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would calculate the cell."""
    return cell[:1] in ("\t", "\r", "\n") or cell.lstrip()[:1] in tuple(_FORMULA) if cell else False
