"""The head of a guide: split off by python-frontmatter, read by the strict YAML loader, checked by a pydantic model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from frontmatter.default_handlers import YAMLHandler
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from soluciones.kb import limits
from soluciones.kb.anchors import slug
from soluciones.kb.lines import SourceLines
from soluciones.kb.problems import Problems
from soluciones.kb.types import Audience, GuideType, Span
from soluciones.kb.yaml_text import KeyPath, Loaded, YamlTrouble, load_yaml

ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,99}$"
LANG_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"


def _iso_date(value: object) -> object:
    # pydantic would also take Unix timestamps, and `updated: 0` is no date.
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError("not a date")


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str | int) else value


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.MAX_QUESTION_CHARS)]
Lines = Annotated[tuple[Line, ...], Field(max_length=limits.MAX_LIST_ITEMS)]
Name = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Names = Annotated[tuple[Name, ...], Field(max_length=limits.MAX_LIST_ITEMS)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class FrontMatter(BaseModel):
    """The keys of DESIGN.md, "A guide", plus ``audience`` and ``source``."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: Name
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.MAX_TITLE_CHARS)]
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=limits.MAX_SUMMARY_CHARS)] = ""
    lang: Annotated[str, StringConstraints(pattern=LANG_PATTERN)] | None = None
    type: GuideType = "how-to"
    products: Names = ()
    topics: Names = ()
    questions: Lines = ()
    tools: Names = ()
    related: Names = ()
    aliases: Names = ()
    audience: Audience = "visitor"
    source: Annotated[Lines, BeforeValidator(_one_or_many)] = ()
    updated: IsoDate | None = None
    review_by: IsoDate | None = None


class GuideHandler(YAMLHandler):  # type: ignore[misc]
    """python-frontmatter's splitter with exact `---` lines and our loader instead of its own."""

    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)

    def load(self, fm: str, **_kwargs: object) -> Loaded:
        """Read the YAML between the two `---` lines.

        Raises:
            YamlTrouble: see ``load_yaml``.
        """
        if len(fm) > limits.MAX_FRONT_MATTER_CHARS:
            message = f"front matter of {len(fm)} characters"
            raise YamlTrouble("front_matter_too_large", 1, message, "Move text into the body of the guide.")
        return load_yaml(fm)


@dataclass(frozen=True, slots=True)
class Head:
    """A guide's front matter and where the body begins."""

    meta: FrontMatter
    loaded: Loaded
    """Its line numbers are those of the file: the YAML begins on line 1, behind the `---`."""
    body_line: int
    """First line of the body, 1-based."""


class HeadTrouble(YamlTrouble):
    """No front matter, or it does not end."""


def split_head(source: str) -> tuple[Loaded, int]:
    """The YAML of the front matter and the first line of the body (1-based).

    Raises:
        YamlTrouble: missing, not closed, or unreadable front matter.
    """
    handler = GuideHandler()
    if not handler.detect(source):
        hint = "Begin the file with a line `---`, then `id:` and `title:`, then another `---`."
        raise HeadTrouble("missing_front_matter", 1, "the guide has no front matter", hint)
    try:
        text, body = handler.split(source)
    except ValueError:
        hint = "Write a line `---` between the front matter and the text."
        raise HeadTrouble("front_matter_not_closed", 1, "the front matter is never closed", hint) from None
    return handler.load(text), source.count("\n", 0, len(source) - len(body)) + 2


def read_head(source: str, path: str, problems: Problems) -> Head | None:
    """Read and check a guide's front matter; None when it cannot be used, with the reasons in ``problems``."""
    try:
        loaded, body_line = split_head(source)
    except YamlTrouble as trouble:
        problems.error(trouble.code, path, trouble.line, trouble.message, trouble.hint)
        return None
    if loaded.data is not None and not isinstance(loaded.data, dict):
        hint = "Write `key: value` lines."
        problems.error("bad_front_matter", path, 1, "the front matter is not a list of keys", hint)
        return None
    given = {key: value for key, value in (loaded.data or {}).items() if value is not None}
    _warn_of_unknown(given, loaded, path, problems)
    try:
        known = {key: value for key, value in given.items() if key in FrontMatter.model_fields}
        meta = FrontMatter.model_validate(known)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            _report(detail["type"], detail["loc"], detail["msg"], given, loaded, path, problems)
        return None
    return Head(meta, loaded, body_line)


def question_spans(source: str) -> tuple[Span, ...]:
    """Where each entry of ``questions`` stands in the file, in order; empty when there is no front matter."""
    try:
        loaded, _ = split_head(source)
    except YamlTrouble:
        return ()
    lines = SourceLines(source)
    spans: list[Span] = []
    while (place := loaded.lines.get(("questions", len(spans)))) is not None:
        spans.append(lines.trimmed(*place))
    return tuple(spans)


def _warn_of_unknown(given: Mapping[Any, object], loaded: Loaded, path: str, problems: Problems) -> None:
    for key in given:
        if key not in FrontMatter.model_fields:
            hint = f"Known keys: {', '.join(FrontMatter.model_fields)}."
            problems.warning("unknown_key", path, loaded.line((str(key),)), f"unknown key `{key}`", hint)


_HINT = "See DESIGN.md, “A guide”."
_HINTS: Mapping[str, str] = {
    "type": "One of tutorial, how-to, reference, explanation.",
    "audience": "visitor or agent.",
    "lang": "A language code such as es or pt-BR.",
    "updated": "A date such as 2026-11-23.",
    "review_by": "A date such as 2026-11-23.",
}


def _report(
    kind: str, loc: KeyPath, message: str, given: Mapping[Any, object], loaded: Loaded, path: str, problems: Problems
) -> None:
    key = str(loc[0]) if loc else ""
    line = loaded.line(tuple(part for part in loc if isinstance(part, str | int)))
    if kind == "missing" or (key == "title" and kind == "string_too_short"):
        what: Literal["id", "title"] = "id" if key == "id" else "title"
        title = given.get("title")
        example = (slug(title) if isinstance(title, str) else "") or "cambiar-contrasena"
        hint = f"Add `id: {example}`; it must never change afterwards." if what == "id" else "Add `title: …`."
        problems.error(f"missing_{what}", path, 1 if kind == "missing" else line, f"the guide has no {what}", hint)
    elif kind == "string_pattern_mismatch" and key != "lang":
        value = given.get(key)
        if len(loc) > 1 and isinstance(value, list | tuple) and isinstance(loc[1], int):
            value = value[loc[1]]
        code = "bad_id" if key == "id" else "bad_front_matter"
        hint = f"Lower-case letters, digits and hyphens, e.g. `{slug(str(value)) or 'mi-guia'}`."
        problems.error(code, path, line, f"`{key}` cannot be {str(value)[:80]!r}", hint)
    elif kind == "tuple_type":
        problems.error("bad_front_matter", path, line, f"`{key}` must be a list", f"Write `{key}: [one, two]`.")
    else:
        problems.error("bad_front_matter", path, line, f"`{key}`: {message}", _HINTS.get(key, _HINT))
