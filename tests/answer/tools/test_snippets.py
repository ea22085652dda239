"""The example programs run as they are against real servers, and refuse what they must refuse."""

from __future__ import annotations

import ast
import email
import email.policy
import json
import os
import re
import shutil
import socket
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.snippets import SnippetsTool
from soluciones.i18n import LOCALE_DIR, Catalogue
from soluciones.kb.types import LANGUAGES
from tests.fault_servers import Authority, lines, serve, tls
from tests.mail_servers import MailServers, Unavailable, mail_servers
from tests.parser_property import parser_property

HERE = Path(__file__).parent
GUIDES = HERE.parents[2] / "content" / "guides" / "es"
CASES = yaml.safe_load((HERE / "cases" / "snippets.yml").read_text("utf-8"))
COMMANDS = {"python": [sys.executable], "php": ["php"], "node": ["node"]}
CODE = ("python", "php", "node")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    """Dovecot and Postfix."""
    try:
        with mail_servers() as running:
            yield running
    except Unavailable as reason:
        pytest.skip(str(reason))


def _at(context: ToolContext, ports: Mapping[int, int]) -> ToolContext:
    """The tenant's facts with its server on loopback."""
    mail = context.facts.mail.model_copy(update={"incoming": "localhost", "outgoing": "localhost"})
    moved = tuple(
        port.model_copy(update={"port": ports[port.port]}) for port in context.facts.ports if port.port in ports
    )
    return replace(context, facts=context.facts.model_copy(update={"mail": mail, "ports": moved}))


@pytest.fixture
def execute(tmp_path: Path, context: ToolContext) -> Run:
    """``execute(language, action, ports, ca, password, *arguments)`` runs a program as a visitor would."""

    def run(
        language: str, action: str, ports: Mapping[int, int], ca: Path | None, password: str, *arguments: str,
        address: str = "ana@ejemplo.com", lang: str = "es",
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        if shutil.which(COMMANDS[language][0]) is None:
            pytest.skip(f"{language} is not installed")
        slots = {"language": language, "action": action, "email": address}
        (file,) = SnippetsTool().run(slots, replace(_at(context, ports), lang=lang)).downloads
        (tmp_path / file.name).write_bytes(file.content)
        environment = {"PATH": os.environ["PATH"], "MAIL_PASSWORD": password, "HOME": str(tmp_path)}
        if ca is not None:
            environment |= {"SSL_CERT_FILE": str(ca), "NODE_EXTRA_CA_CERTS": str(ca)}
        return subprocess.run(
            [*COMMANDS[language], file.name, *arguments], cwd=tmp_path, env=environment, text=True,
            capture_output=True, timeout=60, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("language", CODE)
def test_reading_lists_the_inbox(language: str, servers: MailServers, execute: Run) -> None:
    """The program logs in over verified TLS and shows subjects, accents included; nothing is marked as read."""
    servers.submit(servers.user, subject="Reunión del año")
    servers.wait_for(servers.submit(servers.user))  # by then the first one has arrived too
    done = execute(language, "read", servers.ports, servers.ca_pem, servers.password)
    assert done.returncode == 0, done.stderr
    assert "Reunión del año" in done.stdout
    assert "Lectura terminada." in done.stdout


@pytest.mark.parametrize("language", CODE)
def test_sending_delivers(language: str, servers: MailServers, execute: Run) -> None:
    """The program sends a message that arrives, whole, at its own address when no other is named."""
    done = execute(language, "send", servers.ports, servers.ca_pem, servers.password)
    assert (done.returncode, done.stdout.strip()) == (0, "Mensaje enviado."), done.stderr
    raw = servers.wait_for("Subject:", seconds=10)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    # A message of another test may lie before it.
    while message["Subject"] != "Prueba de envío desde un programa":
        message = email.message_from_bytes(servers.wait_for("Subject:", seconds=10), policy=email.policy.default)
    assert message["From"].addresses[0].addr_spec == servers.user
    assert message.get_content().strip() == "Si lee esto, el envío funciona."


@pytest.mark.parametrize("language", CODE)
def test_the_recipient_is_the_first_argument(language: str, servers: MailServers, execute: Run) -> None:
    """A recipient that the server relays elsewhere gets it; one that is no address is refused by program or server."""
    before = len(servers.accepted)
    done = execute(language, "send", servers.ports, servers.ca_pem, servers.password, f"luis@{language}.example")
    assert done.returncode == 0, done.stderr
    for _ in range(100):
        if len(servers.accepted) > before:
            break
        time.sleep(0.1)
    assert f"luis@{language}.example" in [address for address, _ in servers.accepted]
    if language != "python":
        bad = execute(language, "send", servers.ports, servers.ca_pem, servers.password, "a>\r\nRCPT TO:<b@x.example")
        assert bad.returncode == 1
        assert "No es una dirección" in bad.stderr


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize(("action", "code"), [("read", "AUTHENTICATIONFAILED"), ("send", "535 5.7.8")])
def test_a_wrong_password_fails_as_documented(
    language: str, action: str, code: str, servers: MailServers, execute: Run
) -> None:
    """The program ends with status 1 and the code that the guides explain; it does not print the password."""
    done = execute(language, action, servers.ports, servers.ca_pem, "equivocada-77")
    assert done.returncode == 1, done.stdout
    assert code in done.stderr
    assert "equivocada-77" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize("action", ["read", "send"])
def test_an_untrusted_certificate_is_refused(language: str, action: str, servers: MailServers, execute: Run) -> None:
    """Without the authority in the system's list the program stops before it logs in."""
    done = execute(language, action, servers.ports, None, servers.password)
    assert done.returncode == 1, done.stdout
    assert re.search("certificat", done.stderr, re.IGNORECASE), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize("action", ["read", "send"])
def test_a_certificate_of_another_name_is_refused(language: str, action: str, execute: Run, tmp_path: Path) -> None:
    """A certificate that is trusted but made out to another server gets no password either."""
    authority = Authority()
    authority.ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    heard: list[bytes] = []

    def listen(sock: socket.socket) -> None:
        lines(sock, "* OK ready" if action == "read" else "220 ready")
        heard.append(sock.recv(100))

    with serve(tls(authority.context("otro.ejemplo.com"), listen)) as local:
        ports = {993: local, 465: local}
        done = execute(language, action, ports, tmp_path / "ca.pem", "secreta")
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert set(heard) <= {b""}


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize("action", ["read", "send"])
def test_no_server_is_told_in_one_line(language: str, action: str, execute: Run) -> None:
    """Where nobody listens the program says so and ends; no stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = execute(language, action, {993: port, 465: port}, None, "secreta")
    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["", "ana@ejemplo.com"])
@pytest.mark.parametrize("language", ["php", "node"])
def test_the_command_shown_runs_the_program(
    language: str, address: str, servers: MailServers, context: ToolContext, tmp_path: Path
) -> None:
    """Typed into bash, the command asks for what the program lacks and runs it."""
    if shutil.which(COMMANDS[language][0]) is None:
        pytest.skip(f"{language} is not installed")
    slots = {"language": language, "action": "read", "email": address}
    result = SnippetsTool().run(slots, _at(context, servers.ports))
    (tmp_path / result.downloads[0].name).write_bytes(result.downloads[0].content)
    ca = {"SSL_CERT_FILE": str(servers.ca_pem), "NODE_EXTRA_CA_CERTS": str(servers.ca_pem)}
    typed = f"{servers.password}\n" if address else f"{servers.user}\n{servers.password}\n"
    done = subprocess.run(
        ["bash", "-c", result.data["snippets"][0]["run"]], cwd=tmp_path, env={"PATH": os.environ["PATH"], **ca},
        input=typed, text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Lectura terminada." in done.stdout


def test_a_folder_with_accents_opens_as_the_guide_says(
    servers: MailServers, context: ToolContext, tmp_path: Path
) -> None:
    """The folder «Facturación» opens by the name in the guide, in modified UTF-7, and not by its plain name."""
    (file,) = SnippetsTool().run({"language": "python", "action": "read"}, _at(context, servers.ports)).downloads
    code = file.content.decode("utf-8")
    name = "Facturaci&APM-n"
    assert name in (GUIDES / "protocolos-y-puertos.md").read_text("utf-8")
    environment = {"MAIL_USER": servers.user, "MAIL_PASSWORD": servers.password, "SSL_CERT_FILE": str(servers.ca_pem)}
    for folder, status in ((name, 0), ("Facturación", 1)):
        (tmp_path / "p.py").write_text(code.replace('FOLDER = "INBOX"', f'FOLDER = "{folder}"'), "utf-8")
        command = [sys.executable, "p.py"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == status, done.stderr


@pytest.mark.parametrize("language", CODE)
def test_a_server_that_goes_away_ends_the_program(language: str, execute: Run, tmp_path: Path) -> None:
    """A connection that ends in the middle ends the program with a message, not with a trace or for ever waiting."""
    authority = Authority()
    authority.ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    def leave(sock: socket.socket) -> None:
        lines(sock, "220 ready")
        sock.recv(100)

    with serve(tls(authority.context("localhost"), leave)) as local:
        done = execute(language, "send", {465: local}, tmp_path / "ca.pem", "secreta")
    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize("action", ["read", "send"])
def test_every_language_of_the_visitor_gives_a_whole_program(
    lang: str, language: str, action: str, context: ToolContext, tmp_path: Path
) -> None:
    """Programs with texts in each language are syntactically right and hold no unfilled place."""
    slots = {"language": language, "action": action}
    (file,) = SnippetsTool().run(slots, replace(context, lang=lang)).downloads
    code = file.content.decode("utf-8")
    assert "@@" not in code
    assert "mail.infomaniak.com" in code
    if language == "python":
        ast.parse(code)
        return
    if shutil.which(COMMANDS[language][0]) is None:
        pytest.skip(f"{language} is not installed")
    (tmp_path / file.name).write_bytes(file.content)
    command = ["php", "-l", file.name] if language == "php" else ["node", "--check", file.name]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False).returncode == 0


def test_the_call_of_the_guide_stands_in_the_php_program(context: ToolContext) -> None:
    """The mailbox string is the one of the guide's section on PHP."""
    (file,) = SnippetsTool().run({"language": "php", "action": "read"}, context).downloads
    assert '"{mail.infomaniak.com:993/imap/ssl}"' in (GUIDES / "protocolos-y-puertos.md").read_text("utf-8")
    assert "'{mail.infomaniak.com:993/imap/ssl}'" in file.content.decode()


def test_programs_verify_and_hold_no_password(context: ToolContext) -> None:
    """No program switches verification off, and each takes the password from the environment."""
    for file in SnippetsTool().run({}, context).downloads:
        code = file.content.decode("utf-8")
        assert "MAIL_PASSWORD" in code
        statements = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith(("#", "//")))
        assert not re.search(
            "novalidate|CERT_NONE|_create_unverified|rejectUnauthorized|verify_peer' => false", statements
        )
    python = [file.content.decode() for file in SnippetsTool().run({"language": "python"}, context).downloads]
    assert all("ssl.create_default_context()" in code and "context=context" in code for code in python)


# --- the tool ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["slots"])[:60])
def test_the_tool_says_what_its_case_says(case: dict[str, Any], context: ToolContext) -> None:
    """Status, codes and files are those of the case; every file is in the data too."""
    result = SnippetsTool().run(case["slots"], context)
    assert result.status == case["status"], result.headline
    assert set(case["codes"]) <= {item.code for item in result.findings}
    if "files" in case:
        assert [file.name for file in result.downloads] == case["files"]
        assert [row["file"] for row in result.data["snippets"]] == case["files"]
    text = (GUIDES.parents[1] / "facts.yml").read_text("utf-8")
    assert all(fact.text in text for fact in result.facts)


def test_every_code_is_reachable_and_leads_somewhere(context: ToolContext) -> None:
    """Each finding comes out of a case, and its section exists."""
    tool = SnippetsTool()
    assert {item.code for case in CASES for item in tool.run(case["slots"], context).findings} == set(tool.findings)
    for code, place in tool.findings.items():
        assert place is not None
        source = (GUIDES / f"{place[0]}.md").read_text("utf-8")
        assert re.search(rf"^#+ .*\{{#{re.escape(place[1])}\}}$", source, re.MULTILINE), code


@pytest.mark.parametrize(
    "email",
    ['"; import os; os.system("id")#@ejemplo.com', "a\\@ejemplo.com", "a'b@ejemplo.com", "a\nb@ejemplo.com",
     "{x}@ejemplo.com", "@@HOST@@@ejemplo.com", "a@ejemplo.com<script>", "$(id)@ejemplo.com"],
)  # fmt: skip
def test_no_hostile_address_gets_into_the_code(email: str, context: ToolContext) -> None:
    """An address that could be more than an address is left out; the programs are those without an address."""
    plain = [file.content for file in SnippetsTool().run({}, context).downloads]
    assert [file.content for file in SnippetsTool().run({"email": email}, context).downloads] == plain


def test_a_good_address_stands_in_the_code(context: ToolContext) -> None:
    """The address is the user name of every program; names of files stay free of it."""
    result = SnippetsTool().run({"email": "Ana.Lopez-1@Müller.ch"}, context)
    assert result.data["personal"]
    for file in result.downloads:
        assert "Ana.Lopez-1@xn--mller-kva.ch" in file.content.decode()
        assert re.fullmatch(r"(leer-imap|enviar-smtp)\.(py|php|mjs)", file.name)


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.lists(st.text(max_size=3))
)
WORDS = st.sampled_from(["python", "PHP", "js", "read", "send", "a@b.es", "ana@gmail.com"])


@pytest.mark.parser
@parser_property
@given(st.dictionaries(st.sampled_from(["language", "action", "email", "password"]), ANYTHING | WORDS))
def test_any_slots_give_a_result_that_can_be_written(context: ToolContext, slots: dict[str, Any]) -> None:
    """Whatever the slots hold there is a headline, plain JSON, and Python that parses."""
    result = SnippetsTool().run(slots, context)
    assert result.headline
    json.dumps(asdict(replace(result, downloads=())))
    for file in result.downloads:
        if file.name.endswith(".py"):
            ast.parse(file.content)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_results_are_told_in_every_language(lang: str, context: ToolContext) -> None:
    """Headline, findings and labels of every case are there, without unfilled places."""
    for case in CASES:
        result = SnippetsTool().run(case["slots"], replace(context, lang=lang))
        texts = [result.headline, *(item.text for item in result.findings), *(f.label for f in result.downloads)]
        assert all(text and not re.search(r"\{[a-z_0-9]+\}", text) for text in texts), case


def test_catalogues_have_the_same_keys_and_places() -> None:
    """All five languages hold the same keys and places; texts that go into code hold no sign that code reads."""
    files = {lang: _texts(lang) for lang in LANGUAGES}
    for lang, texts in files.items():
        assert texts.keys() == files["es"].keys(), lang
        assert all(_places(text) == _places(files["es"][key]) for key, text in texts.items()), lang
        for key, text in texts.items():
            assert text
            assert not key.startswith("snippets.code.") or not set(text) & set("'\"\\`${}\n"), (lang, key)


def _texts(lang: str) -> dict[str, str]:
    source = (LOCALE_DIR / lang / "snippets.po").read_text("utf-8")
    catalogue = Catalogue()
    return {key: catalogue.text(lang, key) for key in re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
