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

SCREEN = 8_000
"""Characters of the first try; the dearest texts of it are then measured long."""
DEAREST = 4
FLOOR = 0.02
"""Seconds; below, the clock and the scheduler are measured rather than the expression."""
WORST_RATIO = 3.2
"""Twice as long a text takes twice the time when linear, four times when quadratic."""
WORST_SECONDS = 1.5


def main() -> None:
    """One job a line: ``pattern``, ``flags``, ``bytes``, ``how``, ``cap``."""
    for line in sys.stdin:
        job = json.loads(line)
        source = job["pattern"].encode("latin-1") if job["bytes"] else job["pattern"]
        pattern = re.compile(source, job["flags"])
        print(json.dumps({"slow": judge(pattern, job["how"], job["cap"])}), flush=True)


def judge(pattern: re.Pattern[Any], how: list[str], cap: int) -> list[str]:
    """What is slower than linear, in words: the texts that show it."""
    tries = attacks(pattern)
    costs: list[tuple[float, str, Attack]] = []
    for number, attack in enumerate(tries):
        print(json.dumps({"at": repr(attack), "number": number}), flush=True)
        text = attack.text(min(SCREEN, cap))
        costs += [(_cost(pattern, name, text), name, attack) for name in how]
    slow = []
    for _, name, attack in sorted(costs, key=lambda cost: -cost[0])[:DEAREST]:
        print(json.dumps({"at": repr(attack)}), flush=True)
        long = min(_cost(pattern, name, attack.text(cap)) for _ in range(2))
        if long < FLOOR:
            continue
        half = min(_cost(pattern, name, attack.text(cap // 2)) for _ in range(3))
        long = min(long, *(_cost(pattern, name, attack.text(cap)) for _ in range(2)))
        if long > WORST_SECONDS or long > WORST_RATIO * max(half, FLOOR / 3):
            slow.append(f"{name} on {attack!r}: {half:.3f} s at {cap // 2}, {long:.3f} s at {cap}")
    return slow


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
