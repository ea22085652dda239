"""Reading YAML that may come from a stranger: safe types only, no aliases, bounded depth, each value with its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from soluciones.kb.limits import MAX_NUMBER_CHARS, MAX_YAML_DEPTH

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml: slower, same result
    from yaml import SafeLoader  # type: ignore[assignment]

KeyPath = tuple[str | int, ...]
"""Keys and list positions from the top, e.g. ``("questions", 2)``."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A YAML document and where each of its values stands."""

    data: Any
    lines: Mapping[KeyPath, tuple[int, int]]
    """Path → first and last line of the value (of the key, for entries of a mapping), 1-based."""

    def line(self, path: KeyPath) -> int:
        """The line of a value, or of the nearest thing around it; 1 when nothing is known."""
        while path:
            if path in self.lines:
                return self.lines[path][0]
            path = path[:-1]
        return 1


class YamlTrouble(Exception):
    """YAML we do not read. ``line`` is 1-based."""

    def __init__(self, code: str, line: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.line, self.message, self.hint = code, line, message, hint


def load_yaml(text: str) -> Loaded:
    """Read one YAML document.

    Raises:
        YamlTrouble: syntax error, alias or anchor, too deep, doubled key, or a value that cannot be built.
    """
    try:
        _refuse_bombs(text)
        loader = SafeLoader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return Loaded(None, {})
            lines: dict[KeyPath, tuple[int, int]] = {}
            _note_lines(node, (), lines)
            return Loaded(loader.construct_document(node), lines)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise _syntax_trouble(error, text) from None
    except (ValueError, TypeError, OverflowError, KeyError) as error:
        # Implicit types: `2026-13-45` matches YAML's date pattern, and only the constructor finds out.
        hint = "Write dates as YYYY-MM-DD, or put the value in quotes."
        raise YamlTrouble("bad_yaml_value", _line_of_bad_value(text), str(error), hint) from None


def _refuse_bombs(text: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            hint = "Write the value out; a value that starts with * or & needs quotes."
            raise YamlTrouble("yaml_alias", line, "YAML anchors and aliases are not allowed", hint)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_YAML_DEPTH:
                raise YamlTrouble("yaml_too_deep", line, f"nested deeper than {MAX_YAML_DEPTH}", "Flatten the lists.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlTrouble("yaml_documents", line, "more than one YAML document", "Remove the second `---`.")


def _note_lines(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, tuple[int, int]]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if isinstance(key, yaml.ScalarNode) and name in seen:
                hint = "Keep one of the two; YAML would silently drop the first."
                raise YamlTrouble("duplicate_key", key.start_mark.line + 1, f"key `{name}` stands twice", hint)
            seen.add(name)
            lines[*path, name] = (key.start_mark.line + 1, _last_line(value))
            _note_lines(value, (*path, name), lines)
    elif isinstance(node, yaml.ScalarNode):
        _refuse_odd_number(node)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            lines[*path, position] = (item.start_mark.line + 1, _last_line(item))
            _note_lines(item, (*path, position), lines)


def _refuse_odd_number(node: yaml.ScalarNode) -> None:
    """YAML 1.1 reads 12:30 as 750, and a long 1:1:1… in quadratic time."""
    number = node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
    if number and (":" in node.value or len(node.value) > MAX_NUMBER_CHARS):
        message = f"{node.value[:40]!r} would be read as a number"
        raise YamlTrouble("bad_yaml_value", node.start_mark.line + 1, message, "Put it in quotes.")


def _last_line(node: yaml.Node) -> int:
    first: int = node.start_mark.line + 1
    last: int = node.end_mark.line + (1 if node.end_mark.column else 0)
    return max(first, last)


def _syntax_trouble(error: yaml.YAMLError, text: str) -> YamlTrouble:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        line = mark.line + 1
    else:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    hint = "Check the indentation; put values that hold `: `, `#`, `*` or `[` in quotes."
    return YamlTrouble("broken_yaml", line, f"broken YAML: {problem}", hint)


def _line_of_bad_value(text: str) -> int:
    """The first scalar that cannot be built, found by building them one at a time."""
    loader = SafeLoader(text)
    try:
        pending = [loader.get_single_node()]  # a stack, next one last
        while pending:
            node = pending.pop()
            if isinstance(node, yaml.MappingNode):
                pending.extend(part for pair in reversed(node.value) for part in reversed(pair))
            elif isinstance(node, yaml.SequenceNode):
                pending.extend(reversed(node.value))
            elif node is not None:
                try:
                    loader.construct_document(node)
                except (ValueError, TypeError, OverflowError, KeyError, yaml.YAMLError):
                    return int(node.start_mark.line) + 1
    finally:
        loader.dispose()
    return 1
