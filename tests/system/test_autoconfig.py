"""Mail programs that look for their settings find them here."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator

import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient

from soluciones.answer.answerer import Answerer
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.files.serving import mail_config
from soluciones.i18n import Catalogue
from soluciones.settings import Settings
from soluciones.webapp.app import create_app

pytestmark = pytest.mark.model
ASK = (
    '<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/'
    '2006"><Request><EMailAddress>{}</EMailAddress><AcceptableResponseSchema>x</AcceptableResponseSchema></Request>'
    "</Autodiscover>"
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x><EMailAddress>ana@&b;.com</EMailAddress></x>'


@pytest.fixture(scope="module")
def client(
    service: Answerer, real_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """The whole application on the real content."""
    settings = real_settings.model_copy(update={"state": tmp_path_factory.mktemp("state")})
    with create_app(settings, service).test_client() as found:
        yield found


@pytest.mark.parametrize("path", ["/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"])
def test_thunderbird_finds_its_file(client: FlaskClient, path: str) -> None:
    """By the address asked for, or by the host name ``autoconfig.DOMAIN`` when there is none."""
    by_address = client.get(path, query_string={"emailaddress": "ana@müller.ch"})
    assert by_address.mimetype == "application/xml"
    assert ElementTree.fromstring(by_address.data).findtext("emailProvider/domain") == "xn--mller-kva.ch"
    by_host = client.get(path, headers={"Host": "autoconfig.ejemplo.com"})
    assert ElementTree.fromstring(by_host.data).findtext("emailProvider/domain") == "ejemplo.com"
    assert b"ana" not in by_address.data


@pytest.mark.parametrize("path", ["/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"])
def test_outlook_gets_its_settings(client: FlaskClient, path: str) -> None:
    """A POST with the address is answered with the servers and that login name."""
    reply = client.post(path, data=ASK.format("ana@ejemplo.com"), content_type="text/xml")
    root = ElementTree.fromstring(reply.data)
    texts = {node.tag.rpartition("}")[2]: node.text for node in root.iter()}
    assert reply.status_code == 200
    assert (texts["LoginName"], texts["Server"]) == ("ana@ejemplo.com", "mail.infomaniak.com")


@pytest.mark.parametrize(
    "body", ["", "<", ASK.format(""), ASK.format("ana..b@ejemplo.com"), BOMB, ASK.format("x" * 70_000)]
)
def test_bad_requests_of_outlook_get_its_error(client: FlaskClient, body: str) -> None:
    """Rubbish, an entity bomb, no address or one that cannot be: an error in Outlook's form, no settings, no crash."""
    reply = client.post("/autodiscover/autodiscover.xml", data=body, content_type="text/xml")
    assert reply.status_code in (200, 413)
    assert b"LoginName" not in reply.data
    if reply.status_code == 200:
        assert b"ErrorCode" in reply.data


def test_apple_profile_by_link(client: FlaskClient) -> None:
    """The profile comes as a file with the right type and a name without the local part."""
    reply = client.get("/mail/profile.mobileconfig", query_string={"email": "zacarias@ejemplo.com"})
    assert reply.mimetype == "application/x-apple-aspen-config"
    assert "correo-ejemplo.com.mobileconfig" in reply.headers["Content-Disposition"]
    assert plistlib.loads(reply.data)["PayloadContent"][0]["EmailAddress"] == "zacarias@ejemplo.com"


def test_addresses_that_cannot_be_are_not_found(client: FlaskClient) -> None:
    """A file with a broken address in it is never made."""
    for address in ("ana..b@ejemplo.com", "ana", "@ejemplo.com", "a@" + "x" * 400):
        assert client.get("/mail/profile.mobileconfig", query_string={"email": address}).status_code == 404


def test_only_the_sites_domains_are_served(service: Answerer) -> None:
    """With a list of domains others get nothing; with serving off nobody does."""
    known = service.knowledge()
    assert known.facts is not None
    for rules, served in (({"serve": True, "domains": ("ejemplo.com",)}, True), ({"serve": False}, False)):
        site = known.site.model_copy(
            update={"autoconfig": known.site.autoconfig.model_copy(update={"domains": (), **rules})}
        )
        context = ToolContext("es", known.facts, site, Catalogue())
        assert (mail_config("thunderbird", "ana@ejemplo.com", "x", context) is not None) is served
        assert mail_config("autodiscover", "ana@otro.com", "x", context) is None
