"""The development question set keeps the shape, the counts and the bytes its README promises."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

DEV = Path(__file__).resolve().parents[2] / "bench" / "dev"
QUESTIONS = DEV / "questions.jsonl"
README = DEV / "README.md"

TENANT = {
    "primeros-pasos",
    "protocolos-y-puertos",
    "sincronizar-dispositivos",
    "cambiar-contrasena",
    "transferir-producto",
    "spf-wix-jimdo",
    "contactos-duplicados",
    "caracteres-permitidos",
    "para-cc-cco",
    "crear-direccion",
    "suplantacion-y-spam",
}
STANDARDS = {"que-es-spf", "que-es-dmarc", "codigos-error-smtp", "imap-o-pop3", "leer-cabeceras"}
LANGS = ("es", "en", "fr", "de", "it")
KINDS = {"direct", "howto", "problem", "concept", "tool", "typo", "followup", "unanswerable"}
TOOLS = {"mail-address", "ports", "client-setup"}
TYPES: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "q": (str,),
    "lang": (str,),
    "kind": (str,),
    "guides": (list,),
    "facts": (list,),
    "tool": (str, type(None)),
    "no_tool": (bool,),
    "context": (list,),
    "typo": (bool,),
}

Row = dict[str, Any]


def _rows() -> list[Row]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


ROWS = _rows()


def _is_tuning(row: Row) -> bool:
    return int(hashlib.sha1(row["id"].encode()).hexdigest(), 16) % 2 == 0


def _count(**wanted: Any) -> int:
    return sum(all(row[key] == value for key, value in wanted.items()) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_line_has_exactly_the_agreed_fields(row: Row) -> None:
    """Each line has the ten agreed keys with the agreed types and values."""
    assert row.keys() == TYPES.keys()
    assert [key for key, types in TYPES.items() if not isinstance(row[key], types)] == []
    assert re.fullmatch(rf"{row['lang']}-\d{{3}}", row["id"])
    assert row["lang"] in LANGS
    assert row["kind"] in KINDS
    assert row["tool"] is None or row["tool"] in TOOLS
    assert set(row["guides"]) <= TENANT | STANDARDS
    assert len(set(row["guides"])) == len(row["guides"])
    strings = [row["q"], *row["context"], *(option for fact in row["facts"] for option in fact.split("|"))]
    assert [text for text in strings if not text or text != text.strip()] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_labels_of_a_line_do_not_contradict_each_other(row: Row) -> None:
    """A line that wants a tool, has no answer, is a typo or a follow-up says so in every field."""
    assert (row["kind"] == "unanswerable") == (not row["guides"])
    assert (row["kind"] == "followup") == bool(row["context"])
    assert row["typo"] or row["kind"] != "typo"
    assert not (row["tool"] and row["no_tool"])
    if row["kind"] == "tool":
        assert row["tool"]
    if not row["guides"]:
        assert row["no_tool"]
        assert row["facts"] == []


def test_ids_and_questions_are_unique() -> None:
    """No id occurs twice, and no question is asked twice with the same context."""
    ids = Counter(row["id"] for row in ROWS)
    asked = Counter((row["q"].casefold(), *row["context"]) for row in ROWS)
    assert [key for key, n in (ids + asked).items() if n > 1] == []


def test_every_guide_has_enough_spanish_questions() -> None:
    """Each tenant guide is the best answer to at least 8 Spanish questions, each standards guide to at least 4."""
    first = Counter(row["guides"][0] for row in ROWS if row["lang"] == "es" and row["guides"])
    assert {guide: first[guide] for guide in TENANT if first[guide] < 8} == {}
    assert {guide: first[guide] for guide in STANDARDS if first[guide] < 4} == {}
    assert first.total() >= 110


def test_every_kind_and_language_has_enough_questions() -> None:
    """The set holds the least amounts of typos, follow-ups, tools, languages and unanswerable questions."""
    assert len(ROWS) >= 200
    assert _count(kind="typo", typo=True) >= 25
    assert _count(kind="followup") >= 12
    assert _count(kind="unanswerable") >= 45
    assert sum(row["tool"] is not None for row in ROWS) >= 25
    assert {row["tool"] for row in ROWS} == TOOLS | {None}
    for lang in LANGS:
        unanswerable = _count(lang=lang, kind="unanswerable")
        assert unanswerable >= 2
        assert _count(lang=lang) - unanswerable >= 12


def test_both_halves_of_the_split_can_measure_every_guide() -> None:
    """The tuning half and the reporting half each hold a question for every guide and every kind."""
    for tuning in (True, False):
        half = [row for row in ROWS if _is_tuning(row) is tuning]
        assert {row["guides"][0] for row in half if row["guides"]} == TENANT | STANDARDS
        assert {row["kind"] for row in half} == KINDS


def _readme_counts() -> dict[str, list[int]]:
    """Return the README's count rows: name → [answerable, unanswerable, tuning, reporting, total]."""
    found = re.findall(r"^\| (es|en|fr|de|it|all) ((?:\| +\d+ ){5})\|$", README.read_text(encoding="utf-8"), re.M)
    return {name: [int(cell) for cell in cells.split("|")[1:]] for name, cells in found}


def test_the_readme_states_the_counts_of_the_file() -> None:
    """The counts table of the README equals what the file holds."""
    expected = {}
    for name in (*LANGS, "all"):
        rows = [row for row in ROWS if name in (row["lang"], "all")]
        answerable = sum(bool(row["guides"]) for row in rows)
        tuning = sum(_is_tuning(row) for row in rows)
        expected[name] = [answerable, len(rows) - answerable, tuning, len(rows) - tuning, len(rows)]
    assert _readme_counts() == expected


def test_the_file_is_the_one_the_readme_froze() -> None:
    """The SHA-256 of the question file is the one written in the README, so no question changes unnoticed."""
    digest = hashlib.sha256(QUESTIONS.read_bytes()).hexdigest()
    assert f"`{digest}`" in README.read_text(encoding="utf-8")
