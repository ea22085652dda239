"""The repository itself: nothing of the machine it was written on, every text in every language."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from soluciones.kb.types import LANGUAGES

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "soluciones" / "locale"
DOMAINS = sorted(path.stem for path in (LOCALE / "es").glob("*.po"))
FIELD = re.compile(r"\{(\w*)[^}]*\}")


def messages(lang: str, domain: str) -> dict[str, str]:
    """All texts of one catalogue file."""
    with (LOCALE / lang / f"{domain}.po").open("rb") as handle:
        return {str(m.id): str(m.string) for m in read_po(handle) if m.id}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_stands_in_every_language(domain: str, lang: str) -> None:
    """A catalogue has the keys of the Spanish one, none empty, with the same placeholders, and none else."""
    reference, texts = messages("es", domain), messages(lang, domain)
    assert texts.keys() == reference.keys()
    for key, text in texts.items():
        assert text.strip(), key
        assert key.startswith(f"{domain}."), key
        assert set(FIELD.findall(text)) == set(FIELD.findall(reference[key])), key


def test_catalogues_are_the_same_files_in_every_language() -> None:
    """No language has a catalogue that Spanish lacks."""
    for lang in LANGUAGES:
        assert sorted(path.stem for path in (LOCALE / lang).glob("*.po")) == DOMAINS


def test_nothing_of_the_machine_is_in_the_repository() -> None:
    """No tracked text file names a path of a home or work folder, or a package registry's host."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    forbidden = re.compile(
        "|".join(("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "pypi" + r"\.org", "--(extra-)?index-url"))
    )
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".png", ".onnx", ".ico", ".woff2"} or not path.is_file():
            continue
        assert not forbidden.search(path.read_text(encoding="utf-8")), name
