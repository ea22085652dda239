"""Code that site owners copy: how their server signs a visitor's token. Tests run both and verify what they print."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).with_name("example_files")
_FILES = {"python": "sign.py.txt", "node": "sign.mjs.txt"}


def example(name: Literal["python", "node"] | str, site_id: str) -> str:
    """One example, for the widget of that id.

    Raises:
        KeyError: there is no such example.
    """
    return (FOLDER / _FILES[name]).read_text("utf-8").replace("__SITE__", site_id).rstrip()
