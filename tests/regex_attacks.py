"""Hostile texts for a regular expression, worked out from its own parse tree.

A backtracking matcher is slow where a repetition can be split in several ways, or where a search starts again at every
place of a text that it has already read to its end. So every repetition is pumped with what it repeats, alone and with
what stands before it, and ended with something that cannot follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

ALPHABET = "a0 .-_@,:;=<>\"'/\\([\t\nñAé€*?%+#\x00"
"""What classes are tried with."""
GENERIC = (
    *("a", " ", "0", "a.", "@", "a@", "<", ";", "-", "\n", "\r\n", "\t", '"', "(", "=", ".", "ñ", "\n ", "a b "),
    *(
        "x: y\n",
        "=?utf-8?q?",
        "a=b; ",
        "v=spf1 ",
        "include:a.b ",
        "1.2.3.4 ",
        "a@b.c, ",
        "https://a.b/",
        "BEGIN:VCARD\n",
    ),
)
"""Units that need no knowledge of the expression."""
ENDS = ("", "!", "\n\x00")
"""What the pumped text ends in: nothing, a sign that seldom fits, a line end that never does."""
_UNBOUNDED = 8
"""A repetition of at most so many cannot be pumped."""
_REPEATS = tuple(
    code
    for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
    if (code := getattr(_constants, name, None)) is not None
)


@dataclass(frozen=True, slots=True)
class Attack:
    """``head``, then ``unit`` as often as it fits, then ``end``."""

    head: str
    unit: str
    end: str

    def text(self, size: int) -> str:
        """About ``size`` characters."""
        return self.head + self.unit * max(1, (size - len(self.head) - len(self.end)) // len(self.unit)) + self.end


def attacks(pattern: re.Pattern[Any]) -> list[Attack]:
    """The texts to try on ``pattern``, each once, in a stable order."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = list(
        _parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    )
    whole = _sample(tree)
    letters = "".join(dict.fromkeys(_letters(tree)))[:24]
    found: dict[Attack, None] = {}
    for prefix, body in _pumps(tree, ""):
        for end in ENDS:
            found[Attack(prefix, body, end)] = None
        if prefix:
            found[Attack("", prefix + body, "")] = None
            found[Attack("", prefix, "")] = None
    for unit in (whole, *letters, *(one + two for one, two in pairwise(letters)), *GENERIC):
        if unit:
            for end in ENDS[:2]:
                found[Attack("", unit, end)] = None
    return list(found)


def _pumps(tree: Sequence[Any], before: str) -> Iterator[tuple[str, str]]:
    """Every repetition: a text that leads to it, and what it repeats."""
    for code, argument in tree:
        if code in _REPEATS:
            low, high, body = argument
            if high > _UNBOUNDED:
                for sample in _samples(list(body)):
                    if sample:
                        yield before, sample
            yield from _pumps(list(body), before)
            before += _sample(list(body)) * min(int(low), 4)
            continue
        for branch in _children(code, argument):
            yield from _pumps(branch, before)
        before += _sample([(code, argument)])


def _children(code: Any, argument: Any) -> list[list[Any]]:
    if code is _constants.BRANCH:
        return [list(branch) for branch in argument[1]]
    if code is _constants.SUBPATTERN:
        return [list(argument[3])]
    if code in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [list(argument[1])]
    if code is getattr(_constants, "ATOMIC_GROUP", None):
        return [list(argument)]
    return []


def _samples(tree: Sequence[Any]) -> list[str]:
    """Up to six texts of ``tree``: of each branch, of several members of a class."""
    if len(tree) == 1:
        code, argument = tree[0]
        if code is _constants.IN:
            return _members(argument)[:6]
        if code is _constants.ANY:
            return ["a", " "]
        if code in _REPEATS:
            return _samples(list(argument[2]))
        children = _children(code, argument)
        if children and code not in (_constants.ASSERT, _constants.ASSERT_NOT):
            return [text for child in children for text in _samples(child)[:3]][:6]
    return [_sample(tree)]


def _sample(tree: Sequence[Any]) -> str:
    """One short text of ``tree``; what looks around is left out."""
    return "".join(_one(code, argument) for code, argument in tree)


def _one(code: Any, argument: Any) -> str:
    if code is _constants.LITERAL:
        return chr(argument)
    if code is _constants.NOT_LITERAL:
        return next(char for char in ALPHABET if ord(char) != argument)
    if code is _constants.IN:
        return next(iter(_members(argument)), "")
    if code is _constants.ANY:
        return "a"
    if code in _REPEATS:
        return _sample(list(argument[2])) * min(max(int(argument[0]), min(1, int(argument[1]))), 64)
    children = _children(code, argument)
    if children and code not in (_constants.ASSERT, _constants.ASSERT_NOT):
        return _sample(children[0])
    return ""


def _members(items: Sequence[Any]) -> list[str]:
    """Characters that a class takes: its own, then those of ``ALPHABET``."""
    own = [chr(value) for code, value in items if code is _constants.LITERAL]
    own += [chr(value[0]) for code, value in items if code is _constants.RANGE]
    return [char for char in dict.fromkeys([*own[:4], *ALPHABET, *own]) if _takes(items, char)]


def _takes(items: Sequence[Any], char: str) -> bool:
    negated = bool(items) and items[0][0] is _constants.NEGATE
    return negated != any(_is_in(code, value, char) for code, value in items)


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip


def _is_in(code: Any, value: Any, char: str) -> bool:
    if code is _constants.LITERAL:
        return bool(ord(char) == value)
    if code is _constants.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if code is _constants.CATEGORY:
        return bool(re.match(_CATEGORIES[str(value)], char))
    return False


def _letters(tree: Sequence[Any]) -> Iterator[str]:
    """The characters an expression is about."""
    for code, argument in tree:
        if code is _constants.LITERAL:
            yield chr(argument)
        elif code is _constants.IN:
            yield from _members(argument)[:3]
        elif code in _REPEATS:
            yield from _letters(list(argument[2]))
        else:
            for child in _children(code, argument):
                yield from _letters(child)
