"""Notes that authors leave in HTML comments: no page shows them, so no other form of a guide may either."""

from __future__ import annotations

import re

_FENCE = re.compile(r"[ >]*(`{3,}|~{3,})")
_OPEN, _CLOSE = "<!--", "-->"
_MAX_INDENT = 3
"""Deeper lines may be indented code (CommonMark, section 4.4)."""


def without_comments(markdown: str) -> str:
    """The text without HTML comments outside code; every other character stays as it is. Takes linear time."""
    if _OPEN not in markdown:
        return markdown
    kept: list[str] = []
    fence, inside = "", False
    for line in markdown.splitlines(keepends=True):
        if inside:
            _, closed, rest = line.partition(_CLOSE)
            inside = not closed
            line = rest
            if not rest.strip():
                continue
        elif (mark := _FENCE.match(line)) is not None:
            fence = _fence_after(fence, mark[1])
        if not fence and _may_hold_comment(line):
            shown, inside = _cut(line)
            if not shown.strip() and line.strip():
                continue
            line = shown
        kept.append(line)
    return "".join(kept)


def _fence_after(fence: str, mark: str) -> str:
    """The fence that is open after a line with that mark; "" for none."""
    if not fence:
        return mark
    return "" if mark[0] == fence[0] and len(mark) >= len(fence) else fence


def _may_hold_comment(line: str) -> bool:
    at = line.find(_OPEN)
    if at < 0 or len(line) - len(line.lstrip(" ")) > _MAX_INDENT or line.startswith("\t"):
        return False
    return "`" not in line[:at]  # it may stand in a code span


def _cut(line: str) -> tuple[str, bool]:
    """The line without its comments, and whether the last one goes on in the next line."""
    shown: list[str] = []
    place = 0
    while (start := line.find(_OPEN, place)) >= 0:
        shown.append(line[place:start])
        end = line.find(_CLOSE, start + len(_OPEN))
        if end < 0:
            return "".join(shown) + ("\n" if "".join(shown).strip() else ""), True
        place = end + len(_CLOSE)
    return "".join(shown) + line[place:], False
