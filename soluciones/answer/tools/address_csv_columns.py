"""What the columns of a list are, by their content first: addresses, passwords, the rest; and whether it has titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from soluciones.answer.tools.address_clean import clean_address
from soluciones.answer.tools.address_csv_words import is_address_title, is_harmless_title, is_secret_title
from soluciones.answer.tools.tables.delimited import Row, unguard

_SAMPLE = 500
"""Rows by which a column is judged."""
_MOST = 0.5
_SIGNS = frozenset("!#$%&*?^~+=<>{}[]()|\\/@")
"""Signs of passwords; those that names, dates and numbers have are not among them."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a list is made of."""

    titles: tuple[str, ...]
    """Texts of the first row; empty when it has none."""
    address: int | None
    """0-based column of the addresses; None when it cannot be told for certain."""
    secret: frozenset[int]
    """Columns whose cells are neither shown nor written."""
    sure_secret: frozenset[int]
    """Those whose title says so."""
    several: bool = False
    """More than one column holds addresses."""
    full: bool = False
    """The addresses have their domain: a cell without one may be anything."""
    width: int = 1


def read_columns(rows: Sequence[Row]) -> Columns:
    """Judges a list. Never raises; an empty one has no address column."""
    if not rows:
        return Columns((), None, frozenset(), frozenset())
    width = max(row_width(row.cells) for row in rows)
    titles = _titles(rows, width)
    body = rows[bool(titles) :][:_SAMPLE]
    cells = [[_cell(row, column) for row in body] for column in range(width)]
    by_title = frozenset(column for column, title in enumerate(titles) if is_secret_title(title))
    address, several = _address_column(cells, titles, by_title)
    guessed = frozenset(
        column
        for column in range(width)
        if column != address and column not in by_title and _may_be_secret(cells[column], titles[column : column + 1])
    )
    full = address is not None
    if address is None:
        address = _local_column(cells, titles, by_title | guessed)
    return Columns(titles, address, (by_title | guessed) - {address}, by_title, several, full, width)


def row_width(cells: Sequence[str]) -> int:
    """Cells without the empty ones at the end, which separators at the end of a line make."""
    return next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 1)


def _cell(row: Row, column: int) -> str:
    return row.cells[column].strip() if column < len(row.cells) else ""


def _titles(rows: Sequence[Row], width: int) -> tuple[str, ...]:
    first = tuple(_cell(rows[0], column) for column in range(width))
    if any("@" in cell for cell in first):
        return ()
    alone = sum(map(bool, first)) == 1
    known = [is_address_title(cell, alone=alone) or is_secret_title(cell) for cell in first]
    harmless = not alone and sum(is_harmless_title(cell) for cell in first) > 0
    if any(known) or harmless:
        return first
    body = rows[1:_SAMPLE]
    full = [sum(is_full_address(_cell(row, column)) for row in body) for column in range(width)]
    return first if body and max(full) == len(body) and max(full) > 1 else ()


def is_full_address(cell: str) -> bool:
    """Whether a cell looks like an address with a domain, whatever its letters."""
    if "@" not in cell or len(cell) > 400:
        return False
    _, _, domain = clean_address(unguard(cell)).rpartition("@")
    return "." in domain and " " not in domain and ":" not in domain


def _address_column(
    cells: Sequence[Sequence[str]], titles: Sequence[str], secret: frozenset[int]
) -> tuple[int | None, bool]:
    """The column with most full addresses; of several that of the title, then that of the fewest domains."""
    hits = {n: sum(map(is_full_address, texts)) for n, texts in enumerate(cells) if n not in secret}
    most = max(hits.values(), default=0)
    if not most:
        return None, False
    filled = {n: sum(map(bool, cells[n])) for n in hits}
    good = [n for n in hits if hits[n] > _MOST * most and hits[n] >= _MOST * filled[n]]
    good = good or [n for n in hits if hits[n] == most][:1]

    def rank(column: int) -> tuple[bool, int, int]:
        titled = column < len(titles) and is_address_title(titles[column])
        domains = Counter(cell.rpartition("@")[2].casefold() for cell in cells[column] if "@" in cell)
        return not titled, len(domains), column

    return min(good, key=rank), len(good) > 1


def _local_column(cells: Sequence[Sequence[str]], titles: Sequence[str], secret: frozenset[int]) -> int | None:
    """Without full addresses: the titled column, or the only one it can be. Two that could be: none, no guess."""
    titled = [column for column, title in enumerate(titles) if column not in secret and is_address_title(title)]
    if titled:
        return titled[0]
    open_columns = [column for column, texts in enumerate(cells) if column not in secret and any(texts)]
    if len(open_columns) == 1:
        return open_columns[0]
    fit = [column for column in open_columns if _share([_is_word(text) for text in cells[column]], cells[column]) > 0.8]
    harmless = {column for column, title in enumerate(titles) if is_harmless_title(title)}
    left = [column for column in fit if column not in harmless]
    return left[0] if len(left) == 1 else None


def _share(hits: Sequence[bool], cells: Sequence[str]) -> float:
    filled = sum(map(bool, cells))
    return sum(hits) / filled if filled else 0.0


def _is_word(text: str) -> bool:
    return bool(text) and len(text) <= 64 and not any(char.isspace() for char in text) and not text.isdecimal()


def _may_be_secret(cells: Sequence[str], title: Sequence[str]) -> bool:
    """A column without a known title whose cells look made up: better left out than shown."""
    if title and (is_harmless_title(title[0]) or is_address_title(title[0])):
        return False
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(looks_secret(cell) for cell in filled) / len(filled) >= _MOST


def looks_secret(cell: str) -> bool:
    """One word of six signs or more that mixes kinds: letters with digits or signs, or capitals inside."""
    if not 6 <= len(cell) <= 128 or any(char.isspace() for char in cell) or is_full_address(cell) or "://" in cell:
        return False
    lower, upper = any(char.islower() for char in cell), any(char.isupper() for char in cell[1:])
    digit, sign = any(char.isdecimal() for char in cell), any(char in _SIGNS for char in cell)
    if not lower and not upper:
        return sign and digit
    return digit or sign or (lower and upper and not cell.replace("-", "").istitle())
