"""``kb lint``: what it says about a small folder (``cases/folder``) after one edit, and about the real content."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kb_support import write

from soluciones.kb.checks.ports import spoken_ports
from soluciones.kb.checks.spf import shown_records
from soluciones.kb.lint import lint
from soluciones.kb.types import Problem

FOLDER = Path(__file__).parent / "cases" / "folder"
CONTENT = Path(__file__).parents[2] / "content"
TODAY = date(2026, 11, 24)
PORTS, SPF, STANDARD, FACTS, SITE = (
    "guides/es/puertos.md",
    "guides/es/spf.md",
    "guides/es/que-es-spf.md",
    "facts.yml",
    "site.yml",
)
Edit = tuple[str, str, str]
"""File, what stands in it, what to write instead."""

FAULTS: dict[str, tuple[Edit, tuple[str, str, str, int]]] = {
    "a quote that is nowhere": (
        (FACTS, "Use correo.ejemplo.com para todo", "Use otro servidor"),
        ("error", "quote_not_found", FACTS, 8),
    ),
    "a quote of another section": (
        (FACTS, "anchor: tabla", "anchor: servidor"),
        ("error", "quote_not_found", FACTS, 19),
    ),
    "a quote of no section": ((FACTS, "anchor: tabla", "anchor: mesa"), ("error", "quote_without_section", FACTS, 19)),
    "a quote of no guide": (
        (FACTS, "guide: puertos\n", "guide: nada\n"),
        ("error", "quote_without_guide", FACTS, 19),
    ),
    "a guide that no longer says it": (
        (PORTS, "para todo.", "siempre."),
        ("error", "quote_not_found", FACTS, 8),
    ),
    "an unknown port in the text": (
        (PORTS, "es el puerto 993", "es el puerto 994"),
        ("error", "unknown_port", PORTS, 25),
    ),
    "a second port in a list": (
        (PORTS, "es el puerto 993", "usa los puertos IMAP 993 o 144"),
        ("error", "unknown_port", PORTS, 25),
    ),
    "an unknown port in a table": (
        (PORTS, "| IMAPs |", "| IMAPs |\n| 466 | SMTPs |"),
        ("error", "unknown_port", PORTS, 24),
    ),
    "an unknown port behind a host": (
        (PORTS, "es el puerto 993", "es correo.ejemplo.com:994"),
        ("error", "unknown_port", PORTS, 25),
    ),
    "an unknown host in the text": (
        (PORTS, "visite otra.com", "visite smtp.ejemplo.com"),
        ("error", "unknown_host", PORTS, 17),
    ),
    "an unknown host in a link": (
        (PORTS, "https://panel.ejemplo.com/x", "https://panell.ejemplo.com/x"),
        ("error", "unknown_host", PORTS, 16),
    ),
    "the host of the record under another ending": (
        (PORTS, "visite otra.com", "visite smtp.ejemplo.org"),
        ("error", "unknown_host", PORTS, 17),
    ),
    "another SPF record": (
        (SPF, "acaba en all.", "acaba en all: v=spf1 include:spf.ejemplo.org ~all."),
        ("error", "wrong_spf_record", SPF, 10),
    ),
    "a question of another guide": (
        (SPF, "¿Qué es SPF?", "que servidor uso"),
        ("error", "duplicate_question", SPF, 6),
    ),
    "a question that stands twice": (
        (SPF, "[¿Qué es SPF?", "\n- ¿y en wix?\n- a\n- b\n- c\n- ¿Y en Wix? #"),
        ("warning", "repeated_question", SPF, 11),
    ),
    "four questions": ((SPF, "[¿Qué es SPF?, ", "["), ("warning", "question_count", SPF, 6)),
    "thirteen questions": (
        (SPF, "[¿Qué es SPF?, ", f"[{', '.join(f'¿{n}?' for n in range(9))}, "),
        ("warning", "question_count", SPF, 6),
    ),
    "no review date": ((SPF, "review_by: 2030-01-01\n", ""), ("warning", "missing_review_by", SPF, 1)),
    "a review overdue": ((SPF, "2030-01-01", "2026-11-23"), ("warning", "review_overdue", SPF, 7)),
    "an update to come": (
        (SPF, "review_by", "updated: 2027-01-01\nreview_by"),
        ("warning", "updated_in_future", SPF, 7),
    ),
    "no summary": ((SPF, "summary: El registro.\n", ""), ("warning", "missing_summary", SPF, 1)),
    "an empty section": ((PORTS, "## Tabla", "## Vacía\n\n## Tabla"), ("error", "empty_section", PORTS, 19)),
    "a jump of heading levels": (
        (PORTS, "El puerto seguro", "#### Más\n\nEl puerto seguro"),
        ("warning", "heading_jump", PORTS, 25),
    ),
    "a heading as large as the title": ((PORTS, "## Servidor", "# Servidor"), ("warning", "h1_in_body", PORTS, 14)),
    "a topic that cannot be one": (
        (SPF, "[configuracion]", "[configuración-de-correo, configuracion]"),
        ("error", "bad_front_matter", SPF, 5),
    ),
    "a topic that the site has not": ((SPF, "[configuracion]", "[dominio]"), ("error", "unknown_name", SPF, 5)),
    "a product that the site has not": ((PORTS, "[correo]", "[web]"), ("error", "unknown_name", PORTS, 5)),
    "a featured guide that is not there": ((SITE, "[puertos]", "[nada]"), ("error", "unknown_guide", SITE, 0)),
    "a tool that is not there": ((SPF, "review_by", "tools: [espejo]\nreview_by"), ("warning", "unknown_tool", SPF, 7)),
    "an unknown box": ((SPF, "Un registro", ":::peligro\nUn registro"), ("warning", "unknown_container", SPF, 10)),
    "a box that is not closed": (
        (SPF, "Un registro", ":::note\nUn registro"),
        ("warning", "unclosed_container", SPF, 10),
    ),
    "a fault that stops a build": ((SPF, "id: spf", "id: puertos"), ("error", "duplicate_id", SPF, 2)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small folder."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    return tmp_path


def found(folder: Path) -> list[Problem]:
    """The problems of a folder, with one tool known."""
    return list(lint(folder, known_tools={"ports"}, today=TODAY))


def test_the_small_folder_is_clean(folder: Path) -> None:
    """A folder without faults gives no problems; mail addresses, other hosts and standards guides raise none."""
    assert found(folder) == []


@pytest.mark.parametrize(("edit", "expected"), FAULTS.values(), ids=FAULTS)
def test_one_fault_gives_one_problem(folder: Path, edit: Edit, expected: tuple[str, str, str, int]) -> None:
    """Each seeded fault is found at its file and line, and nothing else is."""
    name, old, new = edit
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1, "the edit must change something"
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = found(folder)
    assert [(problem.severity, problem.code, problem.path, problem.line) for problem in problems] == [expected]
    assert problems[0].hint


def test_an_intent_without_its_guide_is_found(folder: Path) -> None:
    """An intent that names a guide that is not there is an error."""
    write(folder, {"intents/x.yml": "id: x\ntool: ports\nguides: [puertos, nada]\nexamples: {}\n"})
    assert [problem.code for problem in found(folder)] == ["unknown_guide"]


def test_a_quote_with_markdown_marks_gets_that_hint(folder: Path) -> None:
    """A quote copied from the source with its marks is told how to write it."""
    facts = folder / "facts.yml"
    quote = "'Use `correo.ejemplo.com` para todo'"
    facts.write_text(facts.read_text().replace("Use correo.ejemplo.com para todo", quote))
    (problem,) = found(folder)
    assert "without Markdown marks" in problem.hint


def test_without_facts_nothing_is_compared_with_them(folder: Path) -> None:
    """A folder without facts.yml is linted for everything else."""
    (folder / "facts.yml").unlink()
    write(folder, {PORTS: (folder / PORTS).read_text().replace("993", "1")})
    assert found(folder) == []


SPOKEN = {
    "el puerto 993 (IMAP)": [993],
    "Puertos 993, 465 y 587.": [993, 465, 587],
    "los puertos SMTP 587 y 25": [587, 25],
    "puerto número 143": [143],
    "Port 110 or 995": [110, 995],
    "puerto seguro para recibir hasta 64 mensajes": [],
    "un aeropuerto 27 y 4 pasaportes": [],
    "puerto 70000": [],
    "993 es el puerto": [],
}


@pytest.mark.parametrize(("text", "numbers"), SPOKEN.items(), ids=SPOKEN)
def test_ports_are_numbers_spoken_of_as_ports(text: str, numbers: list[int]) -> None:
    """Only a number that stands behind the word is taken for a port."""
    assert list(spoken_ports(text)) == numbers


RECORDS = {
    "empieza por v=spf1 y sigue": [],
    "v=spf1 a todos": [],
    "copie v=spf1   include:a.es -all.": ["v=spf1 include:a.es -all"],
    "«v=spf1 a mx ip4:192.0.2.0/24 ~all» y no «v=spf1 -all»": ["v=spf1 a mx ip4:192.0.2.0/24 ~all", "v=spf1 -all"],
}


@pytest.mark.parametrize(("text", "records"), RECORDS.items(), ids=RECORDS)
def test_records_end_where_their_terms_end(text: str, records: list[str]) -> None:
    """A record is its version and the SPF terms behind it; the bare version in a sentence is none."""
    assert list(shown_records(text)) == records


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_looking_for_ports_and_records_never_fails(text: str) -> None:
    """Any text can be looked at, and ports are possible ones."""
    assert all(0 < number <= 65535 for number in spoken_ports(f"puerto {text}"))
    assert all(record.startswith("v=spf1 ") for record in shown_records(f"v=spf1 {text}"))


def test_the_real_content_has_no_errors() -> None:
    """The content of this repository can be built, and its guides agree with its facts."""
    errors = [str(problem) for problem in lint(CONTENT, today=TODAY) if problem.severity == "error"]
    assert errors == []
