"""Absolute addresses, from what the owner of the site has said and never from what a stranger's request says."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import request

from soluciones.answer.links import guide_url
from soluciones.webapp.access import web
from soluciones.webapp.pages import site
from soluciones.webapp.problems import Problem

_BASE = re.compile(r"https?://[^\s/?#\"'<>\\@]+(/[^\s?#\"'<>\\]*)?", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
"""Whoever asks by these names sits at this machine: trying the product out needs no settings."""


def origin() -> str:
    """What public addresses begin with, without a trailing slash; "" when nobody has said it.

    ``base_url`` of ``site.yml``, else the request's host where ``trusted_hosts`` has let it pass or it is this machine.
    A forwarded host (``X-Forwarded-Host`` and the like) is not looked at.
    """
    base = site().base_url.strip().rstrip("/")
    if _BASE.fullmatch(base):
        return base
    host = request.host
    known = _HOST if web().settings.trusted_hosts else _LOOPBACK  # Flask has refused hosts that are not on the list
    return f"{request.scheme}://{host}" if known.fullmatch(host) else ""


def absolute(path: str) -> str:
    """The public address of a path of ours; the path itself, a relative reference, where there is none."""
    return origin() + path


def need_origin() -> str:
    """As ``origin``, for files that are of no use without absolute addresses.

    Raises:
        Problem: 404 when nobody has said the public address.
    """
    found = origin()
    if not found:
        raise Problem(404, "no_public_address")
    return found


def topic_path(lang: str, topic: str) -> str:
    """Path of a topic's page."""
    return f"/{lang}/topics/{quote(topic)}"


def tool_path(lang: str, tool: str) -> str:
    """Path of a tool's page."""
    return f"/{lang}/tools/{quote(tool)}"


def twin_path(lang: str, guide: str) -> str:
    """Path of a guide's Markdown twin."""
    return guide_url(lang, guide) + ".md"
