"""Every number that a tenant guide calls a port is a port of ``facts.yml``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from soluciones.kb.checks.base import Linted, blocks, fold_words, line_of
from soluciones.kb.types import Block

PORT_WORDS = frozenset(("puerto", "puertos", "port", "ports", "porta", "porte"))
"""In es, en, fr, de, it, folded."""
_JOINING_WORDS = frozenset(("y", "e", "o", "u", "and", "or", "et", "ou", "und", "oder", "ed"))
_BETWEEN = 2
"""Words that may stand between: "puertos SMTP 587", "puerto número 993"."""
_WORD = re.compile(r"[^\W_]+")


def ports(linted: Linted) -> None:
    """Look at the text, at table columns headed "Puerto", and at ``host:port``."""
    if linted.facts is None:
        return
    known = {port.port for port in linted.facts.ports}
    hosts = {linted.facts.mail.incoming, linted.facts.mail.outgoing}
    for guide in linted.tenant_guides():
        for _, block in blocks(guide):
            found = {*spoken_ports(block.text), *_in_columns(block), *_behind_hosts(block.text, hosts)}
            for number in sorted(found - known):
                line = line_of(guide, block.span, str(number))
                message = f"port {number} is not in facts.yml"
                hint = "Correct the number, or add the port to `ports:`."
                linted.problems.error("unknown_port", guide.path, line, message, hint)


def spoken_ports(text: str) -> Iterator[int]:
    """The numbers in "puerto 993", "puertos SMTP 587 y 25"."""
    for line in text.split("\n"):
        words = [word.casefold() for word in _WORD.findall(line)]
        for position, word in enumerate(words):
            if word in PORT_WORDS:
                yield from _numbers(words[position + 1 :][: _BETWEEN + 20])


def _numbers(words: list[str]) -> Iterator[int]:
    start = next((i for i, word in enumerate(words[: _BETWEEN + 1]) if _is_port(word)), None)
    if start is None:
        return
    for word in words[start:]:
        if _is_port(word):
            yield int(word)
        elif word not in _JOINING_WORDS:
            return


def _is_port(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 5 and 0 < int(word) <= 65535


def _in_columns(block: Block) -> Iterator[int]:
    columns = [i for i, head in enumerate(block.head) if PORT_WORDS & set(fold_words(head).split())]
    for row in block.rows:
        for column in columns:
            if column < len(row.cells):
                yield from (int(word) for word in _WORD.findall(row.cells[column]) if _is_port(word))


def _behind_hosts(text: str, hosts: set[str]) -> Iterator[int]:
    for host in hosts:
        for rest in text.split(f"{host}:")[1:]:
            word = _WORD.match(rest)
            if word and _is_port(word[0]):
                yield int(word[0])
