"""Every way in which a mail server or a network fails has its own code, within its deadline, and none is invented."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from soluciones.answer.net.once import Once
from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.probe.report import Limits
from soluciones.answer.tools.server_check import ServerCheckTool
from soluciones.answer.types import ToolResult
from tests.fault_servers import (
    Authority,
    Handler,
    MappedDialer,
    RefusingDialer,
    command,
    drip,
    imap,
    lines,
    network,
    say,
    serve,
    smtp_starttls,
    tls,
    wait_for_end,
)

LIMITS = Limits(step_seconds=1.5, total_seconds=5.0)
"""Shorter than in earnest, so that silent servers do not cost the suite half a minute."""
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """The trusted authority and the other one."""
    return Authority()


@pytest.fixture(scope="module")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The trusted authority's certificate."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.ca.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def check(context: ToolContext, ca_file: str) -> Iterator[Any]:
    """``check(port, handler)`` runs the tool against one fault server that plays that port."""
    with ExitStack() as stack:

        def run(port: int, handler: Handler, limits: Limits = LIMITS) -> ToolResult:
            local = stack.enter_context(serve(handler))
            tool = ServerCheckTool(limits, Once(), ca_file)
            return tool.run({"port": port}, replace(context, network=network(MappedDialer({port: local}))))

        yield run


def _old_tls(authority: Authority) -> ssl.SSLContext:
    context = authority.context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _many_lines(sock: socket.socket) -> None:
    lines(sock, "* OK ready")
    tag = command(sock).split()[0]
    lines(sock, *["* CAPABILITY IMAP4rev1"] * 500, f"{tag} OK")
    wait_for_end(sock)


def _endless(sock: socket.socket) -> None:
    for _ in range(1_000):
        sock.sendall(b"x" * 4096)


def _silent_after_greeting(sock: socket.socket) -> None:
    lines(sock, "* OK ready")
    wait_for_end(sock)


def _bad_reply(sock: socket.socket) -> None:
    lines(sock, "* OK ready")
    command(sock)
    lines(sock, "HTTP/1.1 200 OK")
    wait_for_end(sock)


def _close(sock: socket.socket) -> None:
    return


def _no_auth(sock: socket.socket) -> None:
    lines(sock, "220 mail")
    command(sock)
    lines(sock, "250-mail", "250 PIPELINING")
    wait_for_end(sock)


def _faults(a: Authority) -> Mapping[str, tuple[int, Handler, str, str]]:
    """Name → (port played, server, status, code)."""
    good = a.context()
    expired = a.context(since=NOW - 90 * DAY, until=NOW - 30 * DAY)
    future = a.context(since=NOW + 30 * DAY, until=NOW + 90 * DAY)
    wrong = a.context("otro.ejemplo.com")
    stranger = a.context(trusted=False)
    soon = a.context(until=NOW + 5 * DAY)
    go = b"220 go\r\n"
    return {
        "good": (993, tls(good, imap), "ok", "answers"),
        "expired": (993, tls(expired, imap), "bad", "certificate_expired"),
        "future": (993, tls(future, imap), "bad", "certificate_not_yet_valid"),
        "soon": (993, tls(soon, imap), "warn", "certificate_expiring"),
        "wrong host": (993, tls(wrong, imap), "bad", "certificate_wrong_host"),
        "untrusted": (993, tls(stranger, imap), "bad", "certificate_untrusted"),
        "expired after starttls": (
            587, smtp_starttls(go, tls(expired, wait_for_end)), "bad", "certificate_expired",
        ),
        "plain on a TLS port": (993, imap, "bad", "not_tls"),
        "http on a TLS port": (993, say("HTTP/1.1 400 Bad Request", "", "x"), "bad", "not_tls"),
        "silent before TLS": (993, wait_for_end, "bad", "tls_timeout"),
        "silent after TLS": (993, tls(good, wait_for_end), "bad", "greeting_timeout"),
        "silent on a STARTTLS port": (143, wait_for_end, "bad", "greeting_timeout"),
        "silent after the greeting": (993, tls(good, _silent_after_greeting), "bad", "reply_timeout"),
        "silent after STARTTLS": (587, smtp_starttls(go, wait_for_end), "bad", "tls_timeout"),
        "TLS 1.0 only": (993, tls(_old_tls(a), imap), "bad", "tls_too_old"),
        "endless line": (993, tls(good, _endless), "bad", "line_too_long"),
        "endless line in clear": (25, _endless, "bad", "line_too_long"),
        "too many lines": (993, tls(good, _many_lines), "bad", "too_many_lines"),
        "too many greeting lines": (587, say(*["220-hola"] * 500), "bad", "too_many_lines"),
        "BYE": (993, tls(good, say("* BYE too many connections")), "bad", "server_bye"),
        "421": (587, say("421 4.3.2 Service not available"), "bad", "service_unavailable"),
        "421 in several lines": (465, tls(good, say("421-wait", "421 later")), "bad", "service_unavailable"),
        "554": (587, say("554 5.7.1 no"), "bad", "greeting_refused"),
        "POP3 -ERR": (995, tls(good, say("-ERR [SYS/TEMP] busy")), "bad", "greeting_refused"),
        "STARTTLS not offered": (587, smtp_starttls(b"", wait_for_end, offered=False), "bad", "starttls_not_offered"),
        "STARTTLS refused": (587, smtp_starttls(b"454 4.7.0 TLS not available\r\n", wait_for_end), "bad",
                             "starttls_refused"),
        "STARTTLS injection": (587, smtp_starttls(go + b"250 AUTH EVIL\r\n", tls(good, _no_auth)), "bad",
                               "starttls_injection"),
        "garbage greeting": (993, tls(good, say("\x00\x01¿qué?")), "bad", "greeting_unexpected"),
        "SMTP on the IMAP port": (993, tls(good, say("220 mail ESMTP")), "bad", "greeting_unexpected"),
        "IMAP on the SMTP port": (465, tls(good, say("* OK ready")), "bad", "greeting_unexpected"),
        "reply of another protocol": (993, tls(good, _bad_reply), "bad", "reply_unexpected"),
        "closes at once": (143, _close, "bad", "closed"),
        "closes at once instead of TLS": (993, _close, "bad", "closed"),
        "closes after TLS": (993, tls(good, _close), "bad", "closed"),
        "slow drip": (143, drip(b"* OK ready and very very slow\r\n", 0.2), "bad", "too_slow"),
        "no AUTH": (465, tls(good, _no_auth), "warn", "auth_not_offered"),
    }  # fmt: skip


NAMES = tuple(_faults(Authority()))


@pytest.fixture(scope="module")
def faults(authority: Authority) -> Mapping[str, tuple[int, Handler, str, str]]:
    """All fault servers, with certificates of this run."""
    return _faults(authority)


@pytest.mark.parametrize("name", NAMES)
def test_each_fault_has_its_code_within_its_deadline(
    name: str, faults: Mapping[str, tuple[int, Handler, str, str]], check: Any
) -> None:
    """The server's fault gives the expected status and code, at the latest when the total time is over."""
    port, handler, status, code = faults[name]
    started = time.monotonic()
    result = check(port, handler)
    took = time.monotonic() - started
    (row,) = result.data["ports"]
    assert (result.status, row["code"]) == (status, code), (row["detail"], row["stages"])
    assert took < LIMITS.total_seconds + 2.0
    assert all(stage["ms"] is None or stage["ms"] <= LIMITS.total_seconds * 1000 + 500 for stage in row["stages"])
    assert result.headline and row["verdict"]


def test_no_password_word_is_ever_sent(authority: Authority, check: Any) -> None:
    """The server hears the words for capabilities and goodbye, nothing else."""
    heard: list[str] = []

    def listen(sock: socket.socket) -> None:
        lines(sock, "* OK ready")
        while True:
            word = command(sock)
            heard.append(word)
            tag, verb = word.split()
            lines(sock, *(["* CAPABILITY IMAP4rev1 AUTH=PLAIN"] if verb == "CAPABILITY" else []), f"{tag} OK")

    check(993, tls(authority.context(), listen))
    time.sleep(0.1)
    assert [word.split()[1] for word in heard] == ["CAPABILITY", "LOGOUT"]


def test_a_bad_certificate_is_read_but_nothing_is_said_over_it(authority: Authority, check: Any) -> None:
    """Names and dates of a refused certificate are shown; over that connection not one byte is sent."""
    heard: list[bytes] = []

    def listen(sock: socket.socket) -> None:
        heard.append(sock.recv(100))

    result = check(993, tls(authority.context("otro.ejemplo.com"), listen))
    certificate = result.data["ports"][0]["certificate"]
    assert certificate["names"] == ["otro.ejemplo.com"]
    assert (certificate["matches"], certificate["trusted"], certificate["verify_code"]) == (False, False, 62)
    assert "otro.ejemplo.com" in result.findings[0].text
    time.sleep(0.1)
    assert set(heard) <= {b""}


@pytest.mark.parametrize(("name", "verify"), [("expired", {10}), ("wrong host", {62}), ("untrusted", {18, 19, 20, 21})])
def test_the_verify_code_is_told(
    name: str, verify: set[int], faults: Mapping[str, tuple[int, Handler, str, str]], check: Any
) -> None:
    """OpenSSL's number of the refusal stands in the data, for those who look it up."""
    port, handler, _, _ = faults[name]
    assert check(port, handler).data["ports"][0]["certificate"]["verify_code"] in verify


@pytest.mark.parametrize("pause", [0.0, 0.2], ids=["same packet", "own packet"])
def test_text_before_tls_never_counts_as_said_under_tls(authority: Authority, check: Any, pause: float) -> None:
    """Clear text after the reply to STARTTLS is refused; its words are in no list, however the packets fall."""

    def inject(sock: socket.socket) -> None:
        time.sleep(pause)
        sock.sendall(b"250-mail\r\n250 AUTH EVIL\r\n")
        tls(authority.context(), _no_auth)(sock)

    (row,) = check(587, smtp_starttls(b"220 go\r\n" if pause else b"220 go\r\n250 X\r\n", inject)).data["ports"]
    assert row["status"] == "bad"
    assert row["code"] == ("not_tls" if pause else "starttls_injection")
    assert (row["auth"], row["capabilities"]) == ([], [])


def test_stages_after_the_failure_are_skipped(authority: Authority, check: Any) -> None:
    """The strip shows which stage failed and which were not reached."""
    (row,) = check(993, wait_for_end).data["ports"]
    assert [(stage["id"], stage["status"]) for stage in row["stages"]] == [
        ("connect", "ok"), ("tls", "bad"), ("certificate", "skipped"), ("greeting", "skipped"),
        ("capabilities", "skipped"),
    ]  # fmt: skip


def test_the_step_deadline_holds_against_a_drip_in_every_stage(authority: Authority, check: Any) -> None:
    """A server that sends a byte now and then is cut off after the step's seconds, not after each byte's."""
    started = time.monotonic()
    check(993, drip(b"\x16\x03\x03\x10\x00" + b"x" * 200, 0.1))
    assert time.monotonic() - started < LIMITS.step_seconds + LIMITS.total_seconds


def test_the_total_deadline_ends_what_the_steps_would_allow(authority: Authority, check: Any) -> None:
    """Steps that are each in time do not add up to more than the whole: the rest is unknown, not bad."""

    def slow(sock: socket.socket) -> None:
        time.sleep(0.5)
        lines(sock, "* OK ready")
        while True:
            tag = command(sock).split()[0]
            time.sleep(0.5)
            lines(sock, "* CAPABILITY IMAP4rev1 STARTTLS", f"{tag} OK")

    result = check(143, slow, Limits(step_seconds=0.9, total_seconds=0.9))
    assert (result.status, result.data["ports"][0]["code"]) == ("unknown", "out_of_time")


UNKNOWN = ("name_unknown", "name_unresolved", "unreachable", "over_budget", "circuit_open", "address_forbidden")


@pytest.mark.parametrize("code", [*UNKNOWN, "host_not_allowed", "port_not_allowed", "timeout", "network_off"])
def test_what_could_not_be_checked_is_unknown(code: str, context: ToolContext) -> None:
    """A dialer that makes no connection for reasons of ours never makes the server look bad."""
    tool = ServerCheckTool(LIMITS, Once())
    result = tool.run({"port": 993}, replace(context, network=network(RefusingDialer(code))))
    expected = {"timeout": "connect_timeout", "host_not_allowed": "not_configured"}
    expected["port_not_allowed"] = "not_configured"
    assert result.status == "unknown"
    assert [item.code for item in result.findings] == [expected.get(code, code)]
    assert [item.status for item in result.findings] == ["unknown"]


def test_without_a_network_it_is_unknown(context: ToolContext) -> None:
    """Where nothing may go out, the result is unknown with the code ``network_off``."""
    result = ServerCheckTool().run({}, context)
    assert (result.status, result.findings[0].code) == ("unknown", "network_off")
    assert result.data["ports"] == []


def test_a_timeout_is_bad_only_beside_a_port_that_answers(
    authority: Authority, context: ToolContext, ca_file: str
) -> None:
    """One port out of reach while another answers is bad; on port 25, which many networks close, it stays unknown."""

    class Dialer(MappedDialer):
        def dial(self, host: str, port: int, timeout: float):  # type: ignore[no-untyped-def]
            if port != 993:
                return RefusingDialer("timeout").dial(host, port, timeout)
            return super().dial(host, port, timeout)

    with serve(tls(authority.context(), imap)) as local:
        run = replace(context, network=network(Dialer({993: local})))
        both = ServerCheckTool(LIMITS, Once(), ca_file).run({"port": [993, 465]}, run)
        last = ServerCheckTool(LIMITS, Once(), ca_file).run({"port": [993, 25]}, run)
    assert (both.status, [row["status"] for row in both.data["ports"]]) == ("bad", ["ok", "bad"])
    assert (last.status, [row["status"] for row in last.data["ports"]]) == ("warn", ["ok", "unknown"])


def test_a_refused_connection(context: ToolContext) -> None:
    """A closed port is told as such."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    tool = ServerCheckTool(LIMITS, Once())
    result = tool.run({"port": 993}, replace(context, network=network(MappedDialer({993: port}))))
    assert (result.status, result.findings[0].code) == ("bad", "connection_refused")


def test_many_visitors_make_one_connection(authority: Authority, context: ToolContext, ca_file: str) -> None:
    """Twenty at once and one a little later are served by a single connection; other ports go on their own."""
    dialer = MappedDialer({})
    once = Once(30.0)
    tool = ServerCheckTool(LIMITS, once, ca_file)

    def slow(sock: socket.socket) -> None:
        time.sleep(0.3)
        imap(sock)

    with serve(tls(authority.context(), slow)) as local:
        dialer.ports = {993: local}
        run = replace(context, network=network(dialer))
        results: list[ToolResult] = []
        threads = [threading.Thread(target=lambda: results.append(tool.run({"port": 993}, run))) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        results.append(tool.run({"port": 993}, run))
    assert {result.status for result in results} == {"ok"}
    assert dialer.dialled == [993]


def test_what_could_not_be_checked_is_not_kept(authority: Authority, context: ToolContext, ca_file: str) -> None:
    """A visitor whose budget is used up does not spoil the answer of the next one."""
    tool = ServerCheckTool(LIMITS, Once(30.0), ca_file)
    first = tool.run({"port": 993}, replace(context, network=network(RefusingDialer("over_budget"))))
    with serve(tls(authority.context(), imap)) as local:
        second = tool.run({"port": 993}, replace(context, network=network(MappedDialer({993: local}))))
    assert (first.status, second.status) == ("unknown", "ok")


def test_seven_silent_ports_take_no_longer_than_one(context: ToolContext) -> None:
    """All ports are looked at side by side."""
    with serve(wait_for_end) as local:
        ports = dict.fromkeys((993, 465, 995, 143, 110, 587, 25), local)
        started = time.monotonic()
        result = ServerCheckTool(LIMITS, Once()).run(
            {"port": list(ports)}, replace(context, network=network(MappedDialer(ports)))
        )
    assert time.monotonic() - started < LIMITS.step_seconds * 4
    assert (result.status, len(result.data["ports"])) == ("bad", 7)


def test_every_code_of_the_catalogue_is_reachable(
    faults: Mapping[str, tuple[int, Handler, str, str]], context: ToolContext
) -> None:
    """The codes seen in this file, in the input tests and by the dialer are all there are."""
    seen = {code for _, _, _, code in faults.values()} | set(UNKNOWN)
    seen |= {"connect_timeout", "not_configured", "network_off", "connection_refused", "out_of_time"}
    seen |= {"host_not_allowed", "port_not_allowed", "bad_input", "trust_store_missing"}
    assert set(ServerCheckTool.findings) - seen == {"certificate_invalid", "tls_failed"}


def test_other_refusals_of_tls_and_certificates(
    context: ToolContext, check: Any, tmp_path: Path, authority: Authority
) -> None:
    """A certificate for something else than servers is invalid; a server without a common cipher fails in TLS."""
    weak = authority.context()
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("AES128-SHA:@SECLEVEL=0")
    assert check(993, tls(weak, imap)).data["ports"][0]["code"] == "tls_failed"
    assert check(993, tls(_client_only(authority, tmp_path), imap)).data["ports"][0]["code"] == "certificate_invalid"


def _client_only(authority: Authority, folder: Path) -> ssl.SSLContext:
    """A certificate of the trusted authority that is good for clients only (RFC 5280 §4.2.1.12)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer = x509.load_pem_x509_certificate(authority.ca.cert_pem.bytes())
    signer = serialization.load_pem_private_key(authority.ca.private_key_pem.bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([])).issuer_name(issuer.subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(NOW - DAY).not_valid_after(NOW + 90 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("mail.infomaniak.com")]), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False,  # type: ignore[arg-type]
        )
        .sign(signer, hashes.SHA256())  # type: ignore[arg-type]
    )  # fmt: skip
    (folder / "c.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem", folder / "k.pem")
    return context
