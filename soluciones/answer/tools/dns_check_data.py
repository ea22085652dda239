"""The part of the card's data that does not depend on the lights."""

from __future__ import annotations

from typing import Any

from soluciones.answer.mailauth.spf_check import SpfCheck
from soluciones.answer.tools.dns_check_domain import DomainWish
from soluciones.answer.tools.dns_check_gather import Gathered


def card(
    wish: DomainWish, selector: str, *, exists: bool | None, found: Gathered | None = None, spf: SpfCheck | None = None
) -> dict[str, Any]:
    """``ToolResult.data`` of ``dns-check`` without its lights; keys as the tool's docstring says."""
    checked = found.name if found else wish.name
    return {
        "domain": wish.shown,
        "ascii": wish.name,
        "checked": checked,
        "fell_back": checked != wish.name,
        "exists": exists,
        "selector": selector,
        "lights": [],
        "spf_lookups": spf.lookups if spf else None,
        "spf_voids": spf.voids if spf else None,
        "txt_count": len(found.txt.records) if found else 0,
        "from_guide": False,
    }
