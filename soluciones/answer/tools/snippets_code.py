"""Fills the example programs: server and port from the facts, texts in the visitor's language, never a password."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from soluciones.answer.tools.base import ToolContext
from soluciones.kb.facts import Port

CodeLanguage = Literal["python", "php", "node"]
Action = Literal["read", "send"]
LANGUAGES: tuple[CodeLanguage, ...] = ("python", "php", "node")
ACTIONS: tuple[Action, ...] = ("read", "send")

_SUFFIX: Mapping[CodeLanguage, str] = {"python": "py", "php": "php", "node": "mjs"}
_MIME: Mapping[CodeLanguage, str] = {"python": "text/x-python", "php": "text/x-php", "node": "text/javascript"}
_NAME: Mapping[Action, str] = {"read": "leer-imap", "send": "enviar-smtp"}
_PROGRAM: Mapping[CodeLanguage, str] = {"python": "python3", "php": "php", "node": "node"}
_PLACE = re.compile(r"@@(t\.)?([A-Za-z_]{1,40})@@")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One runnable program."""

    language: CodeLanguage
    action: Action
    file: str
    """e.g. ``leer-imap.php``."""
    mime: str
    code: str
    run: str
    """What to type to run it."""
    port: Port


def snippet(language: CodeLanguage, action: Action, port: Port, email: str, context: ToolContext) -> Snippet:
    """The program for a language and an action.

    Args:
        language: what it is written in.
        action: what it does.
        port: where it connects; TLS from the first byte.
        email: a checked address, or "" for none.
        context: facts and texts.
    """
    mail = context.facts.mail
    host = mail.incoming if action == "read" else mail.outgoing
    quote = _php if language == "php" else _double
    user = quote(email)
    if language == "python" and not email:
        user = f'input("{context.say("snippets.code.ask_user")}: ")'
    values = {
        "HOST": quote(host),
        "PORT": str(port.port),
        "USER": user,
        "MAILBOX": quote(f"{{{host}:{port.port}/imap/ssl}}"),
    }

    def fill(found: re.Match[str]) -> str:
        return context.say(f"snippets.code.{found[2]}") if found[1] else values[found[2]]

    file = f"{_NAME[action]}.{_SUFFIX[language]}"
    code = _PLACE.sub(fill, _template(language, action))
    return Snippet(language, action, file, _MIME[language], code, _command(language, file, email), port)


def _command(language: CodeLanguage, file: str, email: str) -> str:
    """What to type in bash. Typed values are read unseen or aloud, but never stay in the shell's history."""
    run = f"{_PROGRAM[language]} {file}"
    if language == "python":
        return run  # asks by itself
    asks = 'read -rsp "MAIL_PASSWORD: " MAIL_PASSWORD && export MAIL_PASSWORD'
    user = "" if email else 'read -rp "MAIL_USER: " MAIL_USER && export MAIL_USER && '
    return f"{user}{asks} && {run}"


@cache
def _template(language: CodeLanguage, action: Action) -> str:
    name = f"{action}.{_SUFFIX[language]}.txt"
    return (files("soluciones.answer.tools.snippet_files") / name).read_text("utf-8")


def _double(text: str) -> str:
    """A string literal of Python and of JavaScript."""
    return json.dumps(text)


def _php(text: str) -> str:
    """A PHP literal in single quotes: only the quote and the backslash mean something there."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
