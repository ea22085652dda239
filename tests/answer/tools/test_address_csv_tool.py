"""Lists of addresses: every row judged, duplicates found, passwords never shown, nothing lost."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from large_cases import expand

from soluciones.answer.tools.address_csv import AddressCsvTool
from soluciones.answer.tools.address_csv_rows import echo
from soluciones.answer.tools.address_rules import check_local
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES
from tests.parser_property import parser_property

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "cases" / "address-csv.yml").read_text("utf-8"))
SMALL = [case for case in CASES if "repeat" not in str(case["slots"])]
TOOL = AddressCsvTool()


def use(context: ToolContext, content: Any, **slots: Any) -> ToolResult:
    """Runs the tool on a list."""
    return TOOL.run({"csv": content, **slots}, context)


def table(result: ToolResult, name: str) -> list[list[str]]:
    """A file of a result as rows."""
    content = next(file.content for file in result.downloads if file.name == name)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def everything(result: ToolResult) -> str:
    """All that a visitor could see or download, less the list itself."""
    shown = {key: value for key, value in asdict(result).items() if key not in ("slots", "downloads")}
    return json.dumps(shown, ensure_ascii=False) + "".join(file.content.decode("utf-8") for file in result.downloads)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["slots"])[:60])
def test_the_tool_says_what_its_case_says(case: dict[str, Any], context: ToolContext) -> None:
    """Status, finding codes, row statuses and results are those of the case."""
    spoken = ToolContext(case.get("lang", "es"), context.facts, context.site, context.texts)
    result = TOOL.run(expand(case["slots"]), spoken)
    assert result.status == case["status"], result.headline
    assert set(case["codes"]) <= {item.code for item in result.findings}
    rows = result.data.get("rows", [])
    if "rows" in case:
        assert [row["status"] for row in rows] == case["rows"]
    if "results" in case:
        assert [row["result"] for row in rows if row["result"]] == case["results"]


def test_every_finding_is_reachable_and_leads_to_a_section(context: ToolContext) -> None:
    """The cases produce every code of the catalogue; every place is a heading of a guide."""
    seen = {item.code for case in CASES for item in TOOL.run(expand(case["slots"]), context).findings}
    assert seen == set(TOOL.findings)
    for place in filter(None, TOOL.findings.values()):
        guide = (HERE.parents[2] / "content" / "guides" / "es" / f"{place[0]}.md").read_text("utf-8")
        assert re.search(rf"^#+ .*\{{#{place[1]}\}}$", guide, re.MULTILINE), place


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_is_told_in_every_language(lang: str, context: ToolContext) -> None:
    """Each case has a headline, findings and labels in each language, without unfilled places."""
    spoken = ToolContext(lang, context.facts, context.site, context.texts)
    for case in SMALL:
        result = TOOL.run(case["slots"], spoken)
        texts = [result.headline, *(f.text for f in result.findings), *(d.label for d in result.downloads)]
        texts += [label for row in result.data.get("rows", ()) for label in (*row["labels"], row["status_label"])]
        assert all(text and not re.search(r"\{[a-z_]+\}", text) for text in texts), case


def test_the_quota_is_named_in_the_guide_s_words(context: ToolContext) -> None:
    """Quotas and the import are quoted; the columns of the file are said not to be from a guide."""
    result = use(context, "ana@empresa.com")
    assert any("cuotas de correo" in fact.text for fact in result.facts)
    assert {fact.guide for fact in result.facts} == {"crear-direccion"}
    assert result.data["format_from_guide"] is False


def test_the_clean_list_has_the_other_columns_too(context: ToolContext) -> None:
    """Right and repaired rows with their other cells; errors are left out and stand in the report."""
    source = "Nombre;Correo;Cuota\nEva;muñoz@empresa.com;1\nX;no-reply@empresa.com;2\n\nAna;ana@empresa.com;=1+1\n"
    result = use(context, source.encode())
    assert table(result, "direcciones-limpias.csv") == [
        ["Nombre", "Correo", "Cuota"],
        ["Eva", "munoz@empresa.com", "1"],
        ["Ana", "ana@empresa.com", "'=1+1"],
    ]
    report = table(result, "informe.csv")
    assert [row[:4] for row in report[1:]] == [
        ["1", "2", "muñoz@empresa.com", "Corregida"],
        ["2", "3", "no-reply@empresa.com", "Error"],
        ["3", "5", "ana@empresa.com", "Correcta"],
    ]
    assert result.data["counts"] == {"rows": 3, "ok": 1, "repaired": 1, "error": 1, "duplicates": 0, "blank": 1}


def test_a_row_that_was_right_goes_before_one_that_was_repaired(context: ToolContext) -> None:
    """«munoz» keeps its name although «muñoz» stands above it; the other gets another proposal where there is one."""
    rows = use(context, "ana lopez@empresa.com\nana.lopez@empresa.com\n").data["rows"]
    assert [(row["status"], row["twin"]) for row in rows] == [("error", 2), ("ok", 0)]
    assert rows[0]["codes"] == ["forbidden_in_table", "repair_collision"]
    assert rows[0]["proposal"] == "ana-lopez@empresa.com"


def test_excel_s_unicode_text(context: ToolContext) -> None:
    """UTF-16 with tabs, as a spreadsheet saves «Unicode text»."""
    result = use(context, "Nombre\tCorreo\r\nBegoña\tbegona@empresa.com\r\n".encode("utf-16"))
    assert (result.data["delimiter"], result.data["address_column"]["number"]) == ("\t", 2)
    assert table(result, "direcciones-limpias.csv")[1] == ["Begoña", "begona@empresa.com"]


def test_two_hundred_rows_are_shown_and_all_are_reported(context: ToolContext) -> None:
    """10,000 rows: 200 on the card, all in the report, in seconds."""
    start = time.process_time()
    result = use(context, "".join(f"ana{n}@empresa.com\n" for n in range(10_000)).encode())
    assert (len(result.data["rows"]), len(table(result, "informe.csv"))) == (200, 10_001)
    assert time.process_time() - start < 20


SECRETS = ["S3creta!", "hunter2hunter2", "contraseña", "12345678", "correcto caballo"]


@pytest.mark.parametrize(
    "title",
    [
        "contraseña", "Contraseñas", "CONTRASENA", "clave", "Clave de acceso", "password", "InitialPassword", "pwd",
        "Passwort", "Kennwort", "Initial-Passwort", "mot de passe", "Mot de passe initial", "mdp", "parola d'ordine",
        "parola chiave", "contraseña_inicial", "PIN", "Secreto", "pass",
    ],
)  # fmt: skip
@pytest.mark.parametrize("secret", SECRETS)
def test_a_titled_password_column_is_shown_nowhere(title: str, secret: str, context: ToolContext) -> None:
    """In five languages: the column is emptied in every file, in no text, and warned of."""
    result = use(context, f"correo;{title};nombre\nana@empresa.com;{secret}x9;Ana\n".encode())
    assert f"{secret}x9" not in everything(result)
    assert "password_column" in {item.code for item in result.findings}
    assert table(result, "direcciones-limpias.csv")[1] == ["ana@empresa.com", "", "Ana"]
    assert result.data["password_columns"][0]["sure"] is True


@pytest.mark.parametrize(
    "content",
    [
        "ana@empresa.com;Xk9!tR2pQ\nluis@empresa.com;hunter2hunter2\n",
        "Xk9!tR2pQ,ana@empresa.com\nhunter2hunter2,luis@empresa.com\n",
        "ana@empresa.com:Xk9!tR2pQ\nluis@empresa.com:hunter2hunter2\n",
        "ana;Xk9!tR2pQ\nluis;hunter2hunter2\n",
        "Xk9!tR2pQ\tana\nhunter2hunter2\tluis\n",
        "correo\nana@empresa.com Xk9!tR2pQ\nluis@empresa.com: hunter2hunter2\n",
        "correo\nXk9!tR2pQ:ana@empresa.com\nhunter2hunter2|luis@empresa.com\n",
        'correo\n"ana@empresa.com\nXk9!tR2pQ"\n"hunter2hunter2\tluis@empresa.com"\n',
        "correo;dato\nana@empresa.com;Xk9!tR2pQ\nluis@empresa.com;hunter2hunter2\n",
        "correo;nota\nana@empresa.com;a\nluis@empresa.com;b\nXk9!tR2pQ;eva@empresa.com\nhunter2hunter2;x\n",
        "correo;Xk9!tR2pQ\nana@empresa.com;pP7?aa11zz\nluis@empresa.com;hunter2hunter2\n",
    ],
)
def test_a_column_that_looks_like_passwords_is_shown_nowhere(content: str, context: ToolContext) -> None:
    """Without a title too, on either side, and in one cell with the address."""
    shown = everything(use(context, content.encode()))
    assert "Xk9!tR2pQ" not in shown
    assert "hunter2" not in shown


def test_names_and_numbers_are_no_passwords(context: ToolContext) -> None:
    """Ordinary columns are kept: names, departments, telephones, dates."""
    source = (
        "ana@empresa.com;Ana María;Ventas;+41 22 345 67 89;2026-11-23\nluis@empresa.com;Luis;Compras;022;1.2.2026\n"
    )
    result = use(context, source.encode())
    assert result.data["password_columns"] == []
    assert table(result, "direcciones-limpias.csv")[0] == [
        "ana@empresa.com", "Ana María", "Ventas", "'+41 22 345 67 89", "2026-11-23",
    ]  # fmt: skip


def test_no_column_is_guessed_between_two(context: ToolContext) -> None:
    """Names without @ in two columns, no titles: the tool asks instead of perhaps showing passwords."""
    result = use(context, b"caballo;ana\ngrapadora;luis\n")
    assert result.findings[0].code == "no_address_column"
    assert "caballo" not in everything(result)


def test_what_is_shown_of_a_cell() -> None:
    """Only the address: nothing behind it, nothing unseen, not half a page."""
    assert echo("Ana <ana@empresa.com>") == "ana@empresa.com"
    assert echo("ana@empresa.com;x") == "… ana@empresa.com …"
    assert echo("ana@empresa.com,secreto") == "ana@empresa.com…"
    assert echo("secreto:sin dirección") == "…"
    assert echo("an\u202ea@empresa.com") == "an�a@empresa.com"
    assert len(echo("a" * 100_000)) == 80


CELLS = st.text(max_size=15) | st.sampled_from(
    ["ana@empresa.com", "Ana@empresa.com", "muñoz@empresa.com", "munoz@empresa.com", "x@otra.es", "no-reply", "=1+1",
     "a@b", '"', "@", "-ana@empresa.com", "ana lopez@empresa.com", "a:b@c.es", "correo", "\x00",
     "名前@empresa.com"]
)  # fmt: skip
LISTS = st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=8)


@pytest.mark.parser
@parser_property
@given(LISTS, st.sampled_from([";", ",", "\t", "|", "\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_list_is_answered_and_no_row_is_lost(
    context: ToolContext, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    """Every row is in the report; results can be created and are different; no cell of a file is a formula."""
    result = use(context, "\n".join(delimiter.join(row) for row in rows).encode(encoding))
    json.dumps(result.data)
    if result.status in ("refused", "need_input"):
        return
    shown = result.data["rows"]
    report = table(result, "informe.csv")
    assert [row[0] for row in report[1:]] == [str(n) for n in range(1, result.data["counts"]["rows"] + 1)]
    created = [row["result"] for row in shown if row["result"]]
    assert len({text.casefold() for text in created}) == len(created)
    assert all(check_local(text.partition("@")[0], context.facts.addresses).valid for text in created)
    for file in result.downloads:
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in table(result, file.name) for cell in row
        )
    clean = table(result, "direcciones-limpias.csv")[result.data["header"] :] if created else []
    column = result.data["address_column"]["number"] - 1
    assert [row[column].removeprefix("'") for row in clean] == created


@pytest.mark.parser
@parser_property
@given(
    st.binary(max_size=300)
    | st.text(max_size=300)
    | st.none()
    | st.integers()
    | st.dictionaries(st.text(max_size=3), st.text())
)
def test_anything_gives_a_result(context: ToolContext, value: Any) -> None:
    """Whatever the slot holds, there is a headline."""
    assert TOOL.run({"csv": value}, context).headline


HOSTILE = [
    '"' * 50_000, '""' * 25_000, "a@b.es;" * 300, "a" * 50_000 + "@b.es", "@" * 50_000, "ñ " * 25_000, "." * 50_000,
    "=" * 50_000, "<" * 50_000, "mailto:" * 7_000, "a\x00" * 25_000, ":" * 50_000, "%41" * 16_000, "a@" + "b." * 25_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_lists_are_answered_at_once(text: str, context: ToolContext) -> None:
    """50 KB made to take long take less than a second or two (the bound is for a busy machine)."""
    start = time.process_time()
    result = use(context, text)
    assert time.process_time() - start < 3
    assert len(result.headline) < 300
