"""What do we know? A content folder, read whole, checked, and refused with every reason at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from soluciones.kb.facts import Facts
from soluciones.kb.files import Folder
from soluciones.kb.front_matter import Head, read_head
from soluciones.kb.glossary import Glossary
from soluciones.kb.guide import build_guide
from soluciones.kb.markdown.page import Link
from soluciones.kb.problems import Problems
from soluciones.kb.types import LANGUAGES, Content, Guide
from soluciones.kb.yaml_models import plain, read_intents, read_model, read_site

DEFAULT_LANG = LANGUAGES[0]
_LANG_FOLDER = re.compile(r"guides/([a-z]{2}(?:-[A-Za-z]{2})?)/")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A guide whose head has been read."""

    path: str
    source: str
    head: Head
    lang: str

    @property
    def id(self) -> str:
        return self.head.meta.id

    def line(self, *path: str | int) -> int:
        return self.head.loaded.line(path)


def read_content(folder: Path, *, known_tools: Collection[str] | None = None) -> Content:
    """Read and check a content folder.

    The folder holds ``guides/<lang>/*.md`` (or just ``*.md``) and, all optional, ``site.yml``, ``facts.yml``,
    ``glossary.yml``, ``out_of_scope.yml`` and ``intents/*.yml``.

    Args:
        folder: the folder; nothing outside it is read.
        known_tools: ids of the tools there are; guides that name others get a warning. None: not checked.

    Raises:
        ContentError: something is wrong; it carries every problem found, errors first.
    """
    problems = Problems()
    if not folder.is_dir():
        problems.error("no_folder", str(folder), 0, "there is no such folder", "Give the folder with --content DIR.")
        problems.raise_if_errors()
    files = Folder(folder, problems)
    drafts = _read_heads(files)
    guides = _build(drafts, problems)
    if known_tools is not None:
        _check_tools(drafts, known_tools, problems)
    site = read_site(files, guides)
    facts = read_model(files, "facts.yml", Facts)
    glossary = read_model(files, "glossary.yml", Glossary) or Glossary()
    intents = read_intents(files)
    problems.raise_if_errors()
    return Content(
        guides=guides,
        site=plain(site),
        facts=plain(facts) if facts else {},
        glossary=plain(glossary),
        intents=tuple(plain(intent) for intent in intents),
        problems=problems.all(),
    )


def _read_heads(files: Folder) -> list[_Draft]:
    under = "guides" if files.is_folder("guides") else ""
    paths = files.walk(under, (".md",))
    if not paths and not files.problems.has_errors:
        hint = "Put guides into guides/es/, one Markdown file each."
        files.problems.error("no_guides", under or ".", 0, "the content folder holds no guides", hint)
    drafts = []
    for path in paths:
        source = files.read(path)
        head = read_head(source, path, files.problems) if source is not None else None
        if source is not None and head is not None:
            drafts.append(_Draft(path, source, head, _language(path, head, files.problems)))
    return drafts


def _language(path: str, head: Head, problems: Problems) -> str:
    found = _LANG_FOLDER.match(path)
    if found is None:
        return head.meta.lang or DEFAULT_LANG
    if head.meta.lang not in (None, found[1]):
        message = f"`lang: {head.meta.lang}` in a folder of `{found[1]}`"
        problems.error("wrong_language", path, head.loaded.line(("lang",)), message, "Move the file or correct `lang`.")
    return found[1]


def _build(drafts: list[_Draft], problems: Problems) -> tuple[Guide, ...]:
    owners = _owners(drafts, problems)
    stems = {draft.path.rpartition("/")[2][:-3]: draft for draft in drafts}

    def resolve(name: str) -> tuple[str, str] | None:
        draft = owners.get(name) or stems.get(name)
        return (draft.id, draft.lang) if draft else None

    guides: list[Guide] = []
    links: list[tuple[str, Link]] = []
    for draft in drafts:
        guide, found = build_guide(draft.source, draft.head, draft.lang, draft.path, resolve, problems)
        guides.append(guide)
        links.extend((draft.path, link) for link in found)
    _check_links(guides, links, problems)
    _check_related(drafts, owners, problems)
    return tuple(guides)


def _owners(drafts: list[_Draft], problems: Problems) -> Mapping[str, _Draft]:
    """Who answers to each id and alias; doubled names are reported with both places."""
    owners: dict[str, _Draft] = {}
    for draft in drafts:
        other = owners.setdefault(draft.id, draft)
        if other is not draft:
            message = f"id `{draft.id}` stands also in {other.path}:{other.line('id')}"
            problems.error("duplicate_id", draft.path, draft.line("id"), message, "Give each guide an id of its own.")
    for draft in drafts:
        for position, alias in enumerate(draft.head.meta.aliases):
            other = owners.setdefault(alias, draft)
            if other is not draft or alias == draft.id:
                line = draft.line("aliases", position)
                message = f"alias `{alias}` is a name of {other.path}:{other.line('id')}"
                problems.error("duplicate_alias", draft.path, line, message, "Remove the alias from one of the two.")
    return owners


def _check_links(guides: list[Guide], links: list[tuple[str, Link]], problems: Problems) -> None:
    anchors = {guide.id: {section.anchor for section in guide.sections} | {""} for guide in guides if guide.sections}
    for path, link in links:
        if link.anchor not in anchors.get(link.target, {link.anchor}):  # a guide that was refused has no sections yet
            known = ", ".join(sorted(f"#{anchor}" for anchor in anchors[link.target] if anchor)[:12]) or "none"
            message = f"guide `{link.target}` has no section `#{link.anchor[:80]}`"
            problems.error("dead_anchor", path, link.line, message, f"Its sections: {known}.")


def _check_related(drafts: list[_Draft], owners: Mapping[str, _Draft], problems: Problems) -> None:
    for draft in drafts:
        for position, name in enumerate(draft.head.meta.related):
            line = draft.line("related", position)
            if name not in owners:
                problems.error("dead_related", draft.path, line, f"there is no guide `{name}`", "Correct or remove it.")
            elif owners[name] is draft:
                hint = "Remove it from `related`."
                problems.warning("self_related", draft.path, line, "a guide related to itself", hint)


def _check_tools(drafts: list[_Draft], known_tools: Collection[str], problems: Problems) -> None:
    for draft in drafts:
        for position, tool in enumerate(draft.head.meta.tools):
            if tool not in known_tools:
                hint = f"Known tools: {', '.join(sorted(known_tools))}."
                line = draft.line("tools", position)
                problems.warning("unknown_tool", draft.path, line, f"there is no tool `{tool}`", hint)
