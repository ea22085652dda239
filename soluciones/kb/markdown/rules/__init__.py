"""Block rules, tried in this order; the first that says "mine" makes the block. A new kind of block is one new file
and one new line here.
"""

from __future__ import annotations

from soluciones.kb.markdown.page import Group, Page, Rule
from soluciones.kb.markdown.rules.bullet_list import bullet_list
from soluciones.kb.markdown.rules.code import code
from soluciones.kb.markdown.rules.hr import hr
from soluciones.kb.markdown.rules.html_block import html_block
from soluciones.kb.markdown.rules.note import note
from soluciones.kb.markdown.rules.ordered_list import ordered_list
from soluciones.kb.markdown.rules.paragraph import paragraph
from soluciones.kb.markdown.rules.quote import quote
from soluciones.kb.markdown.rules.table import table
from soluciones.kb.types import Block

RULES: tuple[tuple[str, Rule], ...] = (
    ("paragraph", paragraph),
    ("ordered_list", ordered_list),
    ("bullet_list", bullet_list),
    ("table", table),
    ("code", code),
    ("note", note),
    ("quote", quote),
    ("html_block", html_block),
    ("hr", hr),
)


def blocks_of(group: Group, page: Page) -> tuple[Block, ...]:
    """The blocks that a top-level group makes; none when it shows nothing."""
    for _name, rule in RULES:
        made = rule(group, page)
        if made is not None:
            return made
    return ()
