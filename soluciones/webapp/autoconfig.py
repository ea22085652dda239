"""Serves mail programs their settings at the addresses where they look.

Thunderbird: ``https://autoconfig.DOMAIN/mail/config-v1.1.xml?emailaddress=…`` and
``https://DOMAIN/.well-known/autoconfig/mail/config-v1.1.xml``. Outlook: ``POST /autodiscover/autodiscover.xml`` with
the address in XML ([MS-OXDSCLI] §3.1.5), any capitals. Apple has no such address: ``/mail/profile.mobileconfig`` with
``?email=…`` is ours, for a link on the site's own pages. Whoever runs the site points the names at this server.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from flask import Blueprint, Response, request

from soluciones.answer.tools.files.autodiscover import RESPONSE
from soluciones.answer.tools.files.serving import MAX_ADDRESS_CHARS
from soluciones.answer.types import Download
from soluciones.webapp import languages
from soluciones.webapp.access import web
from soluciones.webapp.problems import Problem

autoconfig = Blueprint("autoconfig", __name__)
_MAX_REQUEST_BYTES = 16 * 1024
"""Outlook's request is under 1 KB."""
_CACHE = "private, max-age=300"


def _file(kind: str, address: str) -> Download:
    if not web().service.generation:
        raise Problem(503, "not_ready")
    found = web().service.mail_config(kind, address[: MAX_ADDRESS_CHARS + 1], request.host, languages.current())
    if found is None:
        raise Problem(404, "not_found")
    return found


def _send(file: Download, *, attachment: bool = False) -> Response:
    response = Response(file.content, mimetype=file.mime)
    response.headers["Cache-Control"] = _CACHE
    if attachment:
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
    return response


@autoconfig.get("/mail/config-v1.1.xml")
@autoconfig.get("/.well-known/autoconfig/mail/config-v1.1.xml")
def thunderbird() -> Response:
    """Settings for a domain; the address only tells which."""
    return _send(_file("thunderbird", request.args.get("emailaddress", "")))


@autoconfig.get("/mail/profile.mobileconfig")
def apple() -> Response:
    """A profile for an address, or one that asks for it on the device."""
    return _send(_file("mobileconfig", request.args.get("email", "")), attachment=True)


@autoconfig.route("/autodiscover/autodiscover.xml", methods=["GET", "POST"])
@autoconfig.route("/Autodiscover/Autodiscover.xml", methods=["GET", "POST"])
@autoconfig.route("/AutoDiscover/AutoDiscover.xml", methods=["GET", "POST"])
def outlook() -> Response:
    """Outlook asks by POST with XML; what cannot be answered gets Outlook's own form of an error."""
    address = (
        _address_asked(request.get_data(cache=False)[: _MAX_REQUEST_BYTES + 1]) if request.method == "POST" else ""
    )
    if not address:
        return Response(_error("600", "Invalid Request"), mimetype="application/xml")
    try:
        return _send(_file("autodiscover", address))
    except Problem as problem:
        if problem.status != 404:
            raise
        return Response(_error("500", "The email address can't be found."), mimetype="application/xml")


def _address_asked(body: bytes) -> str:
    """The address in Outlook's request; "" when it is none. Entities and document types are refused."""
    from defusedxml import DefusedXmlException, ElementTree

    if len(body) > _MAX_REQUEST_BYTES:
        return ""
    try:
        root: Element = ElementTree.fromstring(body, forbid_dtd=True)
    except (DefusedXmlException, ElementTree.ParseError, ValueError, LookupError):
        return ""
    found = next((node for node in root.iter() if node.tag.rpartition("}")[2] == "EMailAddress"), None)
    return (found.text or "").strip() if found is not None else ""


def _error(code: str, message: str) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Autodiscover xmlns="{RESPONSE}"><Response><Error Time="00:00:00" '
        f'Id="0"><ErrorCode>{code}</ErrorCode><Message>{message}</Message><DebugData/></Error></Response></Autodiscover>\n'
    )
    return text.encode()
