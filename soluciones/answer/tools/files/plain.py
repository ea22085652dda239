"""The settings as a text to read and as a QR code to point a telephone at."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno

TEXT_MIME = "text/plain; charset=utf-8"
SVG_MIME = "image/svg+xml"
_SCALE = 4
_MASK = 0
"""Any mask can be read; weighing all eight takes four times as long (80 ms → 15 ms on one core)."""
_BORDER = 4
"""ISO/IEC 18004 asks for four modules of quiet zone."""


def file_name(domain: str) -> str:
    """``correo-<domain>.txt``."""
    return f"correo-{domain}.txt" if domain else "correo.txt"


def qr_name(domain: str) -> str:
    """``correo-<domain>.svg``."""
    return f"correo-{domain}.svg" if domain else "correo.svg"


def text(title: str, fields: Sequence[tuple[str, str]], notes: Sequence[str] = ()) -> str:
    """A title, ``label: value`` lines and remarks."""
    body = [f"{label}: {value}" for label, value in fields]
    return "\n".join([title, "", *body, *([""] if notes else []), *notes]) + "\n"


def write(content: str) -> bytes:
    """The text with the line ends that every system's editor shows."""
    return content.replace("\n", "\r\n").encode()


def qr_svg(content: str) -> bytes:
    """A QR code of the text, error correction M, as a stand-alone SVG without style attributes."""
    out = io.BytesIO()
    segno.make(content, error="m", boost_error=False, micro=False, mask=_MASK).save(
        out, kind="svg", scale=_SCALE, border=_BORDER, xmldecl=True, svgns=True, light="#fff", dark="#000", nl=False
    )
    return out.getvalue()
