"""The portal's blueprint with all its pages on it."""

from __future__ import annotations

from soluciones.webapp.portal import guide_views, home_views, search_views, tool_views
from soluciones.webapp.portal.blueprint import LANG, by_language, portal

_ROUTES = (home_views, search_views, guide_views, tool_views)
"""Importing them puts their routes on ``portal``."""

__all__ = ["LANG", "by_language", "portal"]
