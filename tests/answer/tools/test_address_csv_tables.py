"""Reading and writing tables: any separator, any quoting, any bytes; nothing is lost and nothing is calculated."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.tools.tables.decoding import decode, decode_windows
from soluciones.answer.tools.tables.delimited import (
    guard,
    is_formula,
    read_table,
    split_rows,
    unguard,
    vote,
    write_table,
)
from tests.parser_property import parser_property


def cells(text: str) -> list[tuple[str, ...]]:
    """The rows of a text."""
    return [row.cells for row in read_table(text).rows]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("ana@a.es\nluis@a.es\n", ""),
        ("ana@a.es;Ana\nluis@a.es;Luis\n", ";"),
        ("ana@a.es,Ana\nluis@a.es,Luis\n", ","),
        ("ana@a.es\tAna\nluis@a.es\tLuis\n", "\t"),
        ("ana@a.es|Ana\nluis@a.es|Luis\n", "|"),
        ("ana@a.es:x\nluis@a.es:y\n", ":"),
        ("ana\nluis\n", ""),
        ("correo;nombre\nana@a.es;López, Ana\nluis@a.es;Paz, Luis\n", ";"),
        ('"ana@a.es";"a, b"\n"luis@a.es";"c"\n', ";"),
        ("ana@a.es;Ana;\nluis@a.es;;\n;;\n", ";"),
        ("nota: uno\nnota: dos\n", ""),
        ("a@a.es, b@a.es, c@a.es\nd@a.es\n", ","),
        ("sep=|\na|b\n", "|"),
        ('"sep=,"\na;b,c;d\n', ","),
        ("ana@a.es;Ana\nluis@a.es\n", ";"),
        ("", ""),
    ],
)
def test_the_vote(text: str, delimiter: str) -> None:
    """The separator whose cells are addresses and whose lines agree; one column is one column."""
    assert read_table(text).delimiter == delimiter


def test_the_line_that_names_the_separator_is_dropped() -> None:
    """``sep=;`` is no row, and lines are still counted from the top of the file."""
    table = read_table("sep=;\nana;luis\n")
    assert [(row.line, row.cells) for row in table.rows] == [(2, ("ana", "luis"))]


def test_quotes_line_breaks_and_blank_rows() -> None:
    """Quoted separators, quotes and line breaks belong to the cell; blank rows are counted, lines too."""
    table = read_table('a;"b;1\nb2"\n\n;\n"c ""d""";e\n')
    assert [(row.line, row.cells) for row in table.rows] == [(1, ("a", "b;1\nb2")), (5, ('c "d"', "e"))]
    assert table.blank == 2


def test_an_open_quote_is_a_sign() -> None:
    """A quote that never closes does not swallow the rest of the file."""
    table = read_table('a;"b\nc;d\n')
    assert [row.cells for row in table.rows] == [("a", '"b'), ("c", "d")]
    assert table.unclosed == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    """A byte order mark, UTF-8, then cp1252: ñ stays ñ, and only what nothing tells is called a guess."""
    decoded = decode("correo\tnombre\nbegoña@a.es\tBegoña".encode(encoding))
    assert decoded.text == "correo\tnombre\nbegoña@a.es\tBegoña"
    assert decoded.guessed == (encoding in ("utf-16-le", "utf-16-be", "cp1252"))


def test_cp1252_is_total() -> None:
    """Every byte has a character, and those of cp1252 its own."""
    text = decode_windows(bytes(range(256)))
    assert len(set(text)) == 256
    assert (text[0x80], text[0xF1]) == ("€", "ñ")


@pytest.mark.parametrize("cell", ["=1+1", "+41", "-1", "@x", "\t=1", " =1", "\r=1", "＝1", "=cmd|' /C calc'!A0"])
def test_formulas_are_guarded(cell: str) -> None:
    """A cell that a spreadsheet would calculate gets an apostrophe, which is taken off again when read."""
    assert guard(cell) == f"'{cell}"
    assert unguard(guard(cell)) == cell
    assert not is_formula(guard(cell))


def test_ordinary_cells_are_not_guarded() -> None:
    """Words, numbers and an apostrophe stay."""
    assert [guard(cell) for cell in ("ana", "5", "'ana", "", "a=b")] == ["ana", "5", "'ana", "", "a=b"]


CELLS = st.text(max_size=12) | st.sampled_from(
    ["a@b.es", '"', '""', ";", ",", "\n", "\r\n", "\t", "=1", "'", "'=1", "ñ", "\x00"]
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8)


@pytest.mark.parser
@parser_property
@given(ROWS, st.sampled_from([";", ",", "\t", "|"]))
def test_what_the_standard_library_writes_is_read(rows: list[list[str]], delimiter: str) -> None:
    """Differential: rows written by ``csv`` come back cell by cell; only blank ones are left out."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    expected = [tuple(row) for row in rows if any(cell.strip().strip("\ufeff") for cell in row)]
    assert [row.cells for row in split_rows(stream.getvalue(), delimiter).rows] == expected


@pytest.mark.parser
@parser_property
@given(ROWS)
def test_what_we_write_the_standard_library_reads(rows: list[list[str]]) -> None:
    """Differential the other way: our files are read by ``csv``, guards taken off, as what went in."""
    content = write_table(rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))
    kept = [row for row in rows if row != [""]]
    assert [[unguard(cell) for cell in row] for row in read if row not in ([], [""])] == [
        [unguard(cell) for cell in row] for row in kept
    ]


@pytest.mark.parser
@parser_property
@given(st.text(st.sampled_from("a@.;,\t|:\"\r\n '=ñ"), max_size=200) | st.text(max_size=200))
def test_any_text_is_read_and_no_letter_is_lost(text: str) -> None:
    """Every text has a table; letters stand in it as often as in the text; lines ascend."""
    table = read_table(text)
    letters = sum(cell.count("a") for row in table.rows for cell in row.cells)
    assert letters == text.count("a")
    assert [row.line for row in table.rows] == sorted(row.line for row in table.rows)


@pytest.mark.parser
@parser_property
@given(st.binary(max_size=300))
def test_any_bytes_are_decoded(content: bytes) -> None:
    """No bytes raise; the text can be written as UTF-8."""
    decode(content).text.encode("utf-8")


@pytest.mark.parametrize(
    "text", ['"' * 50_000, '"\n' * 25_000, '";"' * 16_000, ";" * 50_000, "a@b.es:" * 7_000, "\r" * 50_000]
)
def test_hostile_tables_are_read_at_once(text: str) -> None:
    """50 KB made to take long take less than a second (far less: the bound is for a busy machine)."""
    start = time.process_time()
    read_table(text)
    vote(text)
    assert time.process_time() - start < 1
