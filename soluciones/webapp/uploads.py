"""Files that visitors give to tools: held in memory for one request, capped, and never named, kept or logged."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import IO, Any

from flask import Flask, Request, request

from soluciones.webapp.limits import MAX_JSON_BYTES, MAX_UPLOAD_BYTES, body_limit
from soluciones.webapp.problems import Problem, file_too_large

MULTIPART = "multipart/form-data"
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""JSON strings; the last one may lack its end. Possessive, so that no text makes it go back."""


class MemoryRequest(Request):
    """A request whose files stay in memory: the library would write those above 500 KB to the disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def upload_slots(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the slots that take a file."""
    properties: Mapping[str, Any] = schema.get("properties") or {}
    return tuple(name for name, one in properties.items() if isinstance(one, Mapping) and "x-upload" in one)


def posted_files(schema: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of this request by slot; a field that was left empty is not there.

    Raises:
        Problem: 413 when a file is too large.
    """
    found = {}
    for name in upload_slots(schema):
        file = request.files.get(name)
        content = file.stream.read(MAX_UPLOAD_BYTES + 1) if file is not None else b""
        if len(content) > MAX_UPLOAD_BYTES:
            raise file_too_large()
        if content:
            found[name] = content
    return found


def check_sizes(schema: Mapping[str, Any], slots: Mapping[str, Any]) -> None:
    """Refuses content of file slots that is larger than a file may be, pasted or as base64.

    Raises:
        Problem: 413.
    """
    for name in upload_slots(schema):
        value = slots.get(name)
        text = value.get("base64") if isinstance(value, Mapping) else value
        if not isinstance(text, str):
            continue
        padding = len(text) - len(text.rstrip("="))
        size = len(text) * 3 // 4 - padding if isinstance(value, Mapping) else len(text.encode("utf-8", "replace"))
        if size > MAX_UPLOAD_BYTES:
            raise file_too_large()


def without_uploads(schema: Mapping[str, Any], slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots less what visitors have uploaded or pasted into a file slot: fit for links and hidden fields."""
    uploads = upload_slots(schema)
    return {name: value for name, value in slots.items() if name not in uploads and not isinstance(value, bytes)}


def without_contents(form: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A form whose file slots are empty, whatever they have been filled with."""
    if form is None:
        return None
    uploads = upload_slots(form)
    properties = form.get("properties") or {}
    emptied = {
        name: {key: value for key, value in one.items() if key != "default"} if name in uploads else one
        for name, one in properties.items()
    }
    return {**form, "properties": emptied}


def holds_uploads(schema: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    """Whether visitors' files are among the slots."""
    return len(without_uploads(schema, slots)) < len(slots)


def _bound() -> None:
    limit = body_limit(request.path, request.content_type or "")
    request.max_content_length = limit
    if request.mimetype == MULTIPART:
        request.max_form_memory_size = min(limit, MAX_UPLOAD_BYTES)  # one pasted text, which is no file part
    elif limit > MAX_JSON_BYTES and request.is_json:
        _bound_structure(request.get_data())


def _bound_structure(body: bytes) -> None:
    """Refuses a large body unless its size is that of its texts.

    A large text costs its own size; seven megabytes of empty lists would cost two hundred.

    Raises:
        Problem: 413.
    """
    if len(body) > MAX_JSON_BYTES and len(_STRINGS.sub(b"", body)) > MAX_JSON_BYTES:
        raise Problem(413, "too_large")


def init_app(app: Flask) -> None:
    """Lets tool routes take files, in memory only."""
    app.request_class = MemoryRequest
    app.before_request(_bound)
