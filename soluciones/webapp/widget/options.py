"""Everything a site owner can set, call, hear and style, from ``options.json``, which the client's tests read too."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, get_args

FILE = Path(__file__).with_name("options.json")
Mode = Literal["bubble", "modal", "inline", "search", "frame"]
MODES: tuple[Mode, ...] = get_args(Mode)
TAG = "soluciones-kb"
GLOBAL = "SolucionesKB"
EVENT_PREFIX = "soluciones:"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: ``data-<name>`` on the script, ``<name>`` on the element, key of the global."""

    name: str
    values: tuple[str, ...] = ()
    """All of them, or one example."""
    default: str = ""
    """"" where there is none, or it follows the page."""


@dataclass(frozen=True, slots=True)
class Named:
    """A method, an event, a CSS variable or a part."""

    name: str
    call: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """All of it."""

    options: tuple[Option, ...]
    methods: tuple[Named, ...]
    events: tuple[Named, ...]
    variables: tuple[Named, ...]
    parts: tuple[Named, ...]
    frame_sends: tuple[str, ...] = field(default=())
    frame_hears: tuple[str, ...] = field(default=())

    @property
    def option_names(self) -> frozenset[str]:
        """Names of all options."""
        return frozenset(option.name for option in self.options)


@cache
def reference() -> Reference:
    """The file's content."""
    raw = json.loads(FILE.read_text("utf-8"))
    lists = {key: tuple(Named(**item) for item in raw[key]) for key in ("methods", "events", "variables", "parts")}
    options = tuple(Option(item["name"], tuple(item["values"]), item["default"]) for item in raw["options"])
    return Reference(
        options, **lists, frame_sends=tuple(raw["frame"]["sends"]), frame_hears=tuple(raw["frame"]["hears"])
    )


def csp_lines(origin: str, mode: Mode = "bubble") -> tuple[str, ...]:
    """What a host page's Content-Security-Policy must allow, and nothing else."""
    if mode == "frame":
        return (f"frame-src {origin}",)
    return (f"script-src {origin}", f"connect-src {origin}")


def snippet(origin: str, site_id: str, mode: Mode = "bubble", lang: str = "", title: str = "") -> str:
    """What a site owner pastes into a page.

    Args:
        origin: ours.
        site_id: ``widget.id`` of ``site.yml``.
        mode: which of the modes.
        lang: language of the frame's page.
        title: accessible name of the frame; it must not hold quotes.
    """
    if mode == "frame":
        address = f"{origin}/{lang}/widget/frame?site={site_id}"
        return f'<iframe src="{address}" title="{title}" width="400" height="640"></iframe>'
    extra = {"bubble": "", "modal": ' data-mode="modal"'}.get(mode, f' data-mode="{mode}" data-target="#help"')
    script = f'<script async src="{origin}/widget.js" data-site="{site_id}"{extra}></script>'
    return script if mode in {"bubble", "modal"} else f'<div id="help"></div>\n{script}'
