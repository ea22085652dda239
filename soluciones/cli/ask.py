"""``kb ask``: one question on the screen, or a file of questions as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from soluciones.answer.answerer import Answerer, open_service
from soluciones.answer.service import MAX_QUESTION_CHARS, AskRequest, ConversationState
from soluciones.answer.slots.blocks import fits
from soluciones.answer.wire import answer_json
from soluciones.cli.jsonl import read_jsonl
from soluciones.settings import Settings


def ask_one(settings: Settings, question: str, lang: str, as_json: bool) -> None:
    """Prints one answer."""
    data = _ask(open_service(settings, warm=False), {"q": question, "lang": lang})
    if as_json:
        print(_line(data))
    else:
        _print(Console(highlight=False), data)


def ask_file(settings: Settings, questions: Path) -> None:
    """Prints one JSON answer a line, in the order of the questions. ``context`` holds earlier questions."""
    service = open_service(settings, warm=False)
    for row in read_jsonl(questions):
        print(_line(_ask(service, row)), flush=True)


def _line(data: Mapping[str, Any]) -> str:
    # A lone surrogate in a question must not break the output.
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _ask(service: Answerer, row: Mapping[str, Any]) -> dict[str, Any]:
    question, lang = str(row.get("q", "")), str(row.get("lang") or "")
    if not fits(question, MAX_QUESTION_CHARS):
        return _too_long(question)
    state = ConversationState()
    for earlier in row.get("context") or ():
        _, state = service.ask(AskRequest(str(earlier), lang, state=state))
    answer, _ = service.ask(AskRequest(question, lang, state=state, page=str(row.get("page") or "")))
    return answer_json(answer)


def _too_long(question: str) -> dict[str, Any]:
    """The API's problem+json for the same case."""
    return {
        "type": "about:blank",
        "title": "Question too long",
        "status": 413,
        "detail": f"The question has {len(question)} characters; at most {MAX_QUESTION_CHARS} are read. Shorten it.",
    }


def _print(console: Console, data: Mapping[str, Any]) -> None:
    if "detail" in data:
        console.print(data["detail"], markup=False)
        return
    console.print(f"[dim]{data['status']}  confidence {data['confidence']:.2f}  {data['lang']}[/]")
    if data["message"]:
        console.print(data["message"], markup=False)
    for tool in data["tools"]:
        console.print(f"[bold]{tool['id']}[/] ({tool['status']})", end=" ")
        console.print(tool["headline"], markup=False)
        for download in tool["downloads"]:
            console.print(f"   file: {download['name']}  {download['mime']}", markup=False)
    for block in data["answer"]:
        console.print()
        console.print(block["text"], markup=False)
    for number, citation in enumerate(data["citations"], start=1):
        console.print(f"\n[{number}] {citation['title']} › {citation['section']}\n    {citation['url']}", markup=False)
    for choice in data["choices"]:
        console.print(f" · {choice['label']}", markup=False)
    for guide in data["related"]:
        console.print(f" → {guide['title']}  {guide['url']}", markup=False)
