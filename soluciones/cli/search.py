"""``kb search``: passages on the screen, or a TREC run file."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from soluciones.answer.answerer import Answerer, open_service
from soluciones.answer.language import detect
from soluciones.answer.wire import search_json
from soluciones.cli.jsonl import read_jsonl
from soluciones.settings import Settings

RUN_TAG = "soluciones"


def search_one(settings: Settings, query: str, lang: str, limit: int, as_json: bool, explain: bool) -> None:
    """Prints the best passages."""
    service = open_service(settings, warm=False)
    result = service.search(query, lang or detect(query), limit=limit)
    data = search_json(result, explain)
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
        return
    console = Console(highlight=False)
    for hit in data["hits"]:
        console.print(f"[bold]{hit['score']:.3f}[/]  {' › '.join(hit['path'])}  [dim]{hit['guide']}#{hit['anchor']}[/]")
        console.print(f"       {hit['text'][:160]}".replace("\n", " "), markup=False)
        if explain:
            console.print(
                "       " + "  ".join(f"{name}={value:.3f}" for name, value in hit["parts"].items()), markup=False
            )
    if not data["hits"]:
        console.print("nothing found")
    if data["suggestion"]:
        console.print(f"¿Quiso decir «{data['suggestion']}»?", markup=False)


def search_file(settings: Settings, queries: Path, run: Path, lang: str, limit: int) -> None:
    """Writes ``query Q0 guide rank score tag`` for every query, guides best first."""
    service = open_service(settings, warm=False)
    lines: list[str] = []
    for row in read_jsonl(queries):
        lines += _ranked(
            service,
            str(row.get("id", "")),
            str(row.get("text") or row.get("q") or ""),
            str(row.get("lang") or lang),
            limit,
        )
    run.write_text("\n".join(lines) + "\n" if lines else "", encoding="utf-8")
    Console(stderr=True).print(f"{run}: {len(lines)} lines")


def _ranked(service: Answerer, query_id: str, text: str, lang: str, limit: int) -> list[str]:
    result = service.search(text, lang or detect(text), limit=max(limit * 4, limit))
    return [
        f"{query_id} Q0 {guide} {rank} {score:.6f} {RUN_TAG}"
        for rank, (guide, score) in enumerate(result.guides[:limit], start=1)
    ]
