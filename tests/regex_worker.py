"""A process that times regular expressions on hostile texts: it can be killed, a thread inside ``re`` cannot.

Reads one job a line, writes ``{"at": text number}`` before each text and one ``{"slow": [...]}`` after the last.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.regex_attacks import Attack, attacks

SCREEN = 2_000
"""Characters of the first try; the dearest texts of it are then measured long."""
DEAREST = 3
FLOOR = 0.1
"""Seconds; below, on the largest input there can be, the shape of the curve harms nobody, and on a busy machine the
clock and the scheduler are measured rather than the expression."""
WORST_RATIO = 3.2
"""Twice as long a text takes twice the time when linear, four times when quadratic."""
WORST_SECONDS = 1.5 / 50_000
"""A character; an expression for short texts only has at least 50 ms in all."""


def main() -> None:
    """One job a line: ``pattern``, ``flags``, ``bytes``, ``how``, ``cap``."""
    for line in sys.stdin:
        job = json.loads(line)
        source = job["pattern"].encode("latin-1") if job["bytes"] else job["pattern"]
        pattern = re.compile(source, job["flags"])
        _say(slow=judge(pattern, job["how"], job["cap"]))


def judge(pattern: re.Pattern[Any], how: list[str], cap: int) -> list[str]:
    """What is slower than linear, in words: the texts that show it."""
    costs: list[tuple[float, str, Attack]] = []
    for attack in attacks(pattern):
        _say(at=repr(attack))
        text = attack.text(min(SCREEN, cap))
        costs += [(_cost(pattern, name, text), name, attack) for name in how]
    slow = []
    for _, name, attack in sorted(costs, key=lambda cost: -cost[0])[:DEAREST]:
        _say(at=repr(attack))
        verdict = _verdict(pattern, name, attack, cap)
        if verdict:
            slow.append(f"{name} on {attack!r}: {verdict}")
    return slow


def _verdict(pattern: re.Pattern[Any], how: str, attack: Attack, cap: int) -> str:
    """What is wrong with the time that a text takes; "" when nothing is."""
    for size in (cap // 8, cap // 2, cap):  # what is too slow on a part would take minutes on the whole
        limit = max(0.05, WORST_SECONDS * size)
        spent = _cost(pattern, how, attack.text(size))
        if spent > limit and (spent := min(spent, _cost(pattern, how, attack.text(size)))) > limit:
            return f"{spent:.3f} s at {size}"
    if spent < FLOOR:
        return ""
    half = min(_cost(pattern, how, attack.text(cap // 2)) for _ in range(3))
    whole = min(spent, *(_cost(pattern, how, attack.text(cap)) for _ in range(2)))
    return f"{half:.3f} s at {cap // 2}, {whole:.3f} s at {cap}" if whole > WORST_RATIO * max(half, FLOOR / 3) else ""


def _say(**words: object) -> None:
    print(json.dumps(words), flush=True)


def _cost(pattern: re.Pattern[Any], how: str, text: str) -> float:
    """Seconds of processor time: other programs on the machine do not count."""
    subject: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "surrogatepass")
    work = _WAYS[how]
    start = time.process_time()
    work(pattern, subject)
    return time.process_time() - start


def _scan(pattern: re.Pattern[Any], text: Any) -> None:
    for _ in pattern.finditer(text):
        pass


_WAYS: dict[str, Callable[[re.Pattern[Any], Any], object]] = {
    "scan": _scan,
    "match": lambda pattern, text: pattern.match(text),
    "fullmatch": lambda pattern, text: pattern.fullmatch(text),
}
"""``scan`` is ``search`` from every place: what finditer, findall, sub and split do."""

if __name__ == "__main__":
    main()
