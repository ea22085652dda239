"""Names of topics, products and guides that one file takes from another."""

from __future__ import annotations

from collections.abc import Iterable

from soluciones.kb.checks.base import Linted, head_line
from soluciones.kb.types import Guide


def references(linted: Linted) -> None:
    """Check guides against ``site.yml``, and ``site.yml`` and the intents against the guides."""
    if linted.site is not None:
        topics = {topic.id for topic in linted.site.topics}
        products = {product.id for product in linted.site.products}
        for guide in linted.content.guides:
            _names(guide, "topics", guide.topics, topics, linted)
            _names(guide, "products", guide.products, products, linted)
        for name in linted.site.featured:
            if linted.guide(name) is None:
                message = f"`featured` names no guide: `{name}`"
                linted.problems.error("unknown_guide", "site.yml", 0, message, "Correct or remove it.")
    for intent in linted.content.intents:
        guides = intent.get("guides")
        for name in guides if isinstance(guides, list) else ():
            if linted.guide(str(name)) is None:
                message = f"intent `{intent.get('id')}` names no guide: `{name}`"
                linted.problems.error("unknown_guide", "intents", 0, message, "Correct or remove it.")


def _names(guide: Guide, key: str, given: Iterable[str], known: set[str], linted: Linted) -> None:
    for position, name in enumerate(given):
        if name not in known:
            line = head_line(guide, key, position)
            message = f"`{name}` is not one of the {key} of site.yml"
            hint = f"Known: {', '.join(sorted(known)) or 'none'}."
            linted.problems.error("unknown_name", guide.path, line, message, hint)
