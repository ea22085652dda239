"""What a conversation remembers of a form that was filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from soluciones.answer.dialogue.forms import after_form
from soluciones.answer.dialogue.pending import Pending
from soluciones.answer.service import ConversationState
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.client_labels import client_label
from soluciones.answer.tools.registry import TOOLS
from soluciones.answer.types import ToolResult
from soluciones.i18n import Catalogue
from soluciones.kb.facts import Facts
from soluciones.kb.site import Site

CONTENT = Path(__file__).parents[3] / "content"
STATE = ConversationState(
    lang="es",
    tool="client-setup",
    question="configurar el correo",
    slots={"client": "thunderbird"},
    turns=2,
    pending=(Pending("ports", "direction", {"port": [993]}, failures=1), Pending("client-setup", "client")),
)


def test_a_filled_form_ends_the_waiting() -> None:
    """The tool is no longer asked for; the other one still is; the question stays what it was."""
    after = after_form(STATE, ToolResult("client-setup", "ok", "x", slots={"os": "ios", "email": "a@b.es"}), "fr")
    assert [item.tool for item in after.pending] == ["ports"]
    assert after.slots == {"client": "thunderbird", "os": "ios"}
    assert (after.question, after.lang, after.tool) == ("configurar el correo", "fr", "client-setup")


def test_a_form_that_asks_for_more_waits_for_that() -> None:
    """The next value can be given in words."""
    after = after_form(STATE, ToolResult("dns-check", "need_input", "¿?", slots={"x": 1}, asks="domain"), "es")
    assert after.pending[-1] == Pending("dns-check", "domain", {"x": 1})
    assert (after.tool, after.slots) == ("dns-check", {})


@pytest.mark.parametrize("status", ["refused", "error"])
def test_what_went_wrong_changes_nothing(status: str) -> None:
    """A refused value leaves the dialogue where it was."""
    after = after_form(STATE, ToolResult("ports", status, "x"), "es")  # type: ignore[arg-type]
    assert after == STATE


@pytest.mark.parametrize("lang", ["en", "fr", "de", "it"])
def test_mail_programs_are_called_what_visitors_call_them(lang: str) -> None:
    """No Spanish name stands in the form of another language; a program that is not well known keeps the tenant's."""
    facts = Facts.model_validate(yaml.safe_load((CONTENT / "facts.yml").read_text("utf-8")))
    site = Site.model_validate(yaml.safe_load((CONTENT / "site.yml").read_text("utf-8")))
    context = ToolContext(lang, facts, site, Catalogue())
    names = {client.id: client_label(client, context) for client in facts.clients}
    assert names["android_mail"] != "Correo de Android"
    assert names["thunderbird"] == "Mozilla Thunderbird"
    form = TOOLS["client-setup"].form(context)
    titles = {str(one["const"]): one["title"] for one in form["properties"]["client"]["oneOf"]}
    assert titles["android_mail"] == names["android_mail"]
