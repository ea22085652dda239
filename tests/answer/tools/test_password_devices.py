"""A new mailbox password: every device named once, in order, with the guide's words; and no password anywhere."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.password_devices import MAX_SHORTCUTS, PasswordDevicesTool
from soluciones.answer.types import ToolResult
from soluciones.kb.types import LANGUAGES
from tests.guided_tools import (
    assert_all_reachable,
    assert_as_told,
    assert_in_words,
    assert_verbatim,
    case_id,
    cases,
)

TOOL = "password-devices"
CASES = cases(TOOL)
SECRETS = [
    "hunter2hunter2",
    "Tr0ub4dor&3",
    "correct horse battery",
    "P@ss.w0rd",
    "contraseña: 1234",
    "¡Secreto!9",
    "qwerty@123",
]


def _plain(result: ToolResult) -> str:
    files = [file.content.decode() for file in result.downloads]
    return json.dumps({**asdict(result), "downloads": files}, ensure_ascii=False)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_devices_are_listed_as_the_case_says(case: dict[str, Any], run: Any) -> None:
    """Status, findings, question, rows and files are those of the case; what is quoted is verbatim."""
    result = run(TOOL, case["slots"], case.get("lang", "es"))
    assert_as_told(result, case)
    assert_verbatim(result)
    if "devices" in case:
        assert [row["id"] for row in result.data["devices"]] == case["devices"]
    if "files" in case:
        assert [file.name for file in result.downloads] == case["files"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_devices_are_told_in_every_language(lang: str, run: Any) -> None:
    """Each case is told in each language, with steps and signs."""
    for case in CASES:
        result = run(TOOL, case["slots"], lang)
        assert_in_words(result)
        assert all(row["steps"] and all(row["steps"]) for row in result.data.get("devices", ()))


def test_every_finding_about_devices_is_reachable(run: Any) -> None:
    """The cases give each code of the catalogue."""
    assert_all_reachable(TOOL, [run(TOOL, case["slots"], case.get("lang", "es")) for case in CASES])


def test_every_program_of_the_tenant_has_a_row(run: Any, facts: Any) -> None:
    """Each known program gives one row; those that the guide names quote its line."""
    named = {client for app in facts.password_apps for client in app.clients}
    assert named <= {client.id for client in facts.clients}
    for client in facts.clients:
        (row,) = run(TOOL, {"devices": [client.id]}).data["devices"]
        assert (row["id"], row["label"], row["named_in_guide"]) == (client.id, client.label, client.id in named)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("slot", ["devices", "email", "scope", "password", "contrasena"])
def test_a_password_is_never_taken_shown_or_kept(slot: str, secret: str, run: Any) -> None:
    """What looks like a password appears nowhere in the result, in whatever slot it was typed."""
    for value in (secret, [secret]):
        for lang in LANGUAGES:
            assert secret not in _plain(run(TOOL, {"devices": ["thunderbird"], slot: value}, lang))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("abcXYZ019!$%&#._-", min_size=10, max_size=20))
def test_unknown_text_is_dropped(run: Any, text: str) -> None:
    """Text that names no program is counted, not repeated."""
    assert text not in _plain(run(TOOL, {"devices": ["Outlook", f"zzz{text}"], "email": text}))


def test_sessions_and_signs_are_shown(run: Any) -> None:
    """The sentence on sessions is the guide's; the codes of a wrong password are marked as not the guide's own."""
    result = run(TOOL, {"devices": ["thunderbird"]})
    assert any(
        "la sesión de esa dirección de correo se cierra en todos los dispositivos" in f.text for f in result.facts
    )
    assert any("Usar la misma configuración que para el servidor de entrada" in fact.text for fact in result.facts)
    signs = {(row["protocol"], row["message"], row["from_guide"]) for row in result.data["signs"]}
    assert signs == {("IMAP", "AUTHENTICATIONFAILED", False), ("SMTP", "535 5.7.8", False)}


def test_the_list_to_print_has_boxes_and_no_address(run: Any) -> None:
    """One box for each device and step, CRLF, the same each time, and the address is left blank."""
    slots = {"devices": ["thunderbird", "apple_mail_ios"], "email": "ana.lopez@ejemplo.com"}
    (file,) = run(TOOL, slots).downloads
    text = file.content.decode()
    assert text.count("[ ]") == 1 + 2 * (1 + 3)
    assert "ejemplo" not in text
    assert "\n" not in text.replace("\r\n", "")
    assert file.content == run(TOOL, slots).downloads[0].content


def test_what_comes_next_is_set_up_and_server(run: Any) -> None:
    """Some set-up cards with the address, then the server check."""
    result = run(TOOL, {"devices": "iphone, mac, android, gmail, thunderbird, outlook", "email": "ana@ejemplo.com"})
    tools = [step["tool"] for step in result.next]
    assert tools == ["client-setup"] * MAX_SHORTCUTS + ["server-check"]
    assert result.next[0]["slots"]["email"] == "ana@ejemplo.com"
    for step in result.next[:MAX_SHORTCUTS]:
        assert run("client-setup", step["slots"]).data["client"]["id"] == step["slots"]["client"]


def test_a_choice_of_the_form_is_one_device(run: Any) -> None:
    """Every title of the form's list, «y» and brackets included, is read as that one program."""
    options = run(TOOL, {}).form["properties"]["devices"]["items"]["oneOf"]
    for option in options:
        if option["const"] != "unknown":
            rows = run(TOOL, {"devices": option["title"]}).data["devices"]
            assert [row["id"] for row in rows] == [option["const"]]


def test_hostile_devices_are_read_quickly(run: Any) -> None:
    """Longest texts, twenty of them, are counted as unknown and nothing more."""
    for text in ("y " * 200, "," * 400, "a y " * 100, "outlook " * 50):
        result = run(TOOL, {"devices": [text] * 20})
        assert result.headline


def test_a_tenant_without_procedures_still_gets_a_list(context: ToolContext) -> None:
    """Without procedures or lines of the guide the list stands, and nothing is said about the guide."""
    update = {"procedures": (), "password_apps": ()}
    bare = ToolContext("es", context.facts.model_copy(update=update), context.site, context.texts)
    result = PasswordDevicesTool().run({"devices": ["unknown"]}, bare)
    assert len(result.data["devices"]) == len(context.facts.clients)
    assert "not_named" not in {item.code for item in result.findings}
