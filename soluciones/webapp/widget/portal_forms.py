"""The portal's own forms behind the widget's calls: what they ask, check, keep and say stays in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from soluciones.webapp import languages, logs
from soluciones.webapp.pages import FRAGMENT

Fields = Mapping[str, str | Sequence[str]]


def fragment(method: str, name: str, fields: Fields) -> tuple[str, int]:
    """What ``/<lang>/<name>`` answers our own script: HTML and status.

    The caller has been checked already, so the hooks that check pages' requests are not run again; the view checks
    what the form holds.

    Args:
        method: ``GET`` or ``POST``.
        name: last part of the portal's address, e.g. ``feedback``.
        fields: the form's fields, or the query.

    Raises:
        Problem: whatever the view refuses.
    """
    lang = languages.current()
    values = {key: value if isinstance(value, str) else list(value) for key, value in fields.items()}
    builder = EnvironBuilder(
        path=f"/{lang}/{name}",
        method=method,
        base_url=request.host_url,
        query_string=urlencode(values, doseq=True) if method == "GET" else None,
        data=values if method == "POST" else None,
        headers=Headers({FRAGMENT: "1", logs.HEADER: logs.request_id()}),
        environ_base={"REMOTE_ADDR": request.remote_addr or ""},
    )
    with current_app.request_context(builder.get_environ()) as context:
        rule = context.request.url_rule
        if rule is None:
            raise LookupError(f"no page {name}")
        arguments = dict(context.request.view_args or {})
        languages.set_current(arguments.pop("lang", lang))
        made = current_app.ensure_sync(current_app.view_functions[rule.endpoint])(**arguments)
        response: Response = current_app.make_response(made)
        return response.get_data(as_text=True), response.status_code
