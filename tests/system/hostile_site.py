"""A site whose guides are attacks: each title, summary, question, heading, cell and line of code is one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import yaml

from soluciones.answer.answerer import Answerer
from soluciones.index.builder import build
from soluciones.index.store.store import Store
from soluciones.kb.content import read_content
from soluciones.settings import Settings
from tests.conftest import ROOT
from tests.fake_embedder import FakeEmbedder
from tests.system.scan_site import serving

CASES = Path(__file__).parent / "cases"
_NUMBER = re.compile(r"⟦([0-9a-f]{2,5})⟧")
_ON_A_GUIDE = 12
"""Attacks on one guide."""


def read_attacks() -> list[str]:
    """The lines of ``cases/xss.txt``."""
    lines = (CASES / "xss.txt").read_text("utf-8").splitlines()
    kept = [line for line in lines if line and line != "#" and not line.startswith("# ")]
    return [_NUMBER.sub(lambda found: chr(int(found[1], 16)), line) for line in kept]


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _body(number: int, attacks: Sequence[str]) -> str:
    parts = [f"Texto del ataque {number}: {attacks[0]}"]
    for place, attack in enumerate(attacks):
        attack = attack.replace("\0", "")  # a file with this byte is refused whole
        line = _one_line(attack)
        cell = line.replace("|", "\\|")
        parts += [
            f"## Apartado {place} {line} {{#apartado-{place}}}",
            f"Ataque {number} en una línea: {attack}",
            attack,
            f"- punto {line}\n- [enlace {line}](https://ejemplo.com/?{quote(line)})",
            f"1. paso {line}\n2. otro paso `{line}`",
            f"| puerto | valor |\n|---|---|\n| 993 | {cell} |",
            f"```\n{line}\n```",
            f":::warning\n{line}\n:::",
        ]
    return "\n\n".join(parts) + "\n"


def write_guides(folder: Path, attacks: Sequence[str]) -> list[str]:
    """Writes the guides into a content folder and gives their ids."""
    ids = []
    for number, first in enumerate(range(0, len(attacks), _ON_A_GUIDE)):
        some = attacks[first : first + _ON_A_GUIDE]
        head = {
            "id": f"ataque-{number}",
            "title": f"Ataque {number} {_one_line(some[0])}",
            "summary": f"Resumen {number} {_one_line(some[1 % len(some)])}",
            "lang": "es",
            "type": "reference",
            "topics": ["configuracion"],
            "questions": [f"ataque {number} pregunta {_one_line(attack)}" for attack in some],
            "updated": "2026-11-23",
        }
        text = f"---\n{yaml.safe_dump(head, allow_unicode=True)}---\n\n{_body(number, some)}"
        (folder / "guides" / "es" / f"ataque-{number}.md").write_text(text, encoding="utf-8")
        ids.append(str(head["id"]))
    return ids


def hostile_settings(folder: Path) -> tuple[Settings, list[str]]:
    """Settings over an index of the real content and the hostile guides, made without the model; and their ids."""
    shutil.copytree(ROOT / "content", folder / "content")
    ids = write_guides(folder / "content", read_attacks())
    settings = Settings(
        content=folder / "content", index=folder / "index", state=folder / "state", network=False, port=0
    )
    build(read_content(settings.content), FakeEmbedder(), Store(settings.index))
    return settings, ids


@contextmanager
def hostile_site(settings: Settings) -> Iterator[str]:
    """The address of a site on that index."""
    with serving(settings, Answerer(Store(settings.index, FakeEmbedder))) as url:
        yield url


__all__ = ["hostile_settings", "hostile_site", "read_attacks"]
