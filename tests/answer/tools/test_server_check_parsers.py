"""The readers of lines, replies and certificates take any bytes: plain text within their caps, or one code."""

from __future__ import annotations

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.tools.probe.certificate import name_matches, read_certificate
from soluciones.answer.tools.probe.dialogue import auth_mechanisms, dialogue_for, offers
from soluciones.answer.tools.probe.lines import Deadline, LineReader, plain
from soluciones.answer.tools.probe.report import Limits, MailProtocol, ProbeFailed
from soluciones.answer.tools.server_check import ServerCheckTool
from tests.parser_property import parser_property

LIMITS = Limits(step_seconds=0.2, total_seconds=1.0, line_bytes=64, lines=8)
WORDS = st.sampled_from(
    [b"* OK", b"* BYE", b"a1 OK\r\n", b"* CAPABILITY AUTH=PLAIN STARTTLS\r\n", b"220 x\r\n", b"220-x\r\n",
     b"250-AUTH X\r\n", b"250 STARTTLS\r\n", b"421 no\r\n", b"+OK\r\n", b"-ERR\r\n", b".\r\n", b"SASL PLAIN\r\n", b"\n",
     b"\r", b"\x00\xff", b"x" * 100]
)  # fmt: skip
TALK = st.lists(WORDS | st.binary(max_size=20), max_size=15).map(b"".join)
CODES = set(ServerCheckTool.findings) | {"silent"}


def _reader(data: bytes, end: bool = True) -> tuple[LineReader, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.sendall(data)
    if end:
        theirs.shutdown(socket.SHUT_WR)
    deadline = Deadline(LIMITS, time.monotonic() + LIMITS.total_seconds)
    deadline.step()
    return LineReader(ours, LIMITS, deadline), theirs


@pytest.mark.parser
@parser_property
@given(st.sampled_from(["imap", "pop3", "smtp"]), TALK)
def test_any_talk_ends_in_capabilities_or_a_code(protocol: MailProtocol, data: bytes) -> None:
    """Whatever a server says, the dialogue ends with printable capabilities or with a code of the catalogue."""
    reader, theirs = _reader(data)
    with theirs:
        try:
            dialogue = dialogue_for(protocol)
            texts = [dialogue.greet(reader), *dialogue.capabilities(reader)]
            dialogue.starttls(reader)
        except ProbeFailed as failure:
            assert failure.code in CODES
            return
        auth = auth_mechanisms(protocol, texts[1:])
        assert all(32 <= ord(char) < 127 for text in (*texts, *auth) for char in text)
        assert all(len(text) <= LIMITS.line_bytes for text in texts)


@pytest.mark.parser
@parser_property
@given(TALK)
def test_lines_are_those_of_the_bytes_within_the_caps(data: bytes) -> None:
    """The lines read are the bytes up to each line feed, made plain, until a cap or the end is reached."""
    reader, theirs = _reader(data)
    seen: list[str] = []
    with theirs:
        try:
            while True:
                seen.append(reader.line())
        except ProbeFailed as failure:
            code = failure.code
    whole = data.split(b"\n")[:-1]
    assert seen == [plain(line) for line in whole[: len(seen)]]
    assert len(seen) <= LIMITS.lines
    if code == "closed":
        assert len(seen) == len(whole)
    else:
        assert code in {"line_too_long", "too_many_lines"}


def test_an_endless_line_is_given_up_early() -> None:
    """A megabyte without a line feed is not read to its end."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    sent = theirs.send(b"x" * 1_000_000)
    deadline = Deadline(LIMITS, time.monotonic() + 1)
    deadline.step()
    with ours, theirs:
        with pytest.raises(ProbeFailed, match="line_too_long"):
            LineReader(ours, LIMITS, deadline).line()
        assert sent > 8192
        assert len(ours.recv(1_000_000)) > sent - 8192


def test_silence_and_slowness_are_told_apart() -> None:
    """Nothing at all in time is silence; a part of a line in time is slowness."""
    for data, code in ((b"", "silent"), (b"* OK", "too_slow")):
        reader, theirs = _reader(data, end=False)
        with theirs, pytest.raises(ProbeFailed, match=code):
            reader.line()


@pytest.mark.parser
@parser_property
@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_a_certificate_or_none(der: bytes, host: str) -> None:
    """Bytes that are no certificate give None."""
    assert read_certificate(der, host, 0) is None


LABEL = st.text("ab-", min_size=1, max_size=3)
NAME = st.lists(LABEL | st.just("*"), min_size=1, max_size=4).map(".".join)


@pytest.mark.parser
@parser_property
@given(NAME, NAME)
def test_names_match_as_rfc_9525_says(name: str, host: str) -> None:
    """Equal, or a star for exactly the first label of at least three."""
    parts, wanted = name.split("."), host.split(".")
    wild = parts[0] == "*" and len(parts) >= 3 and "" not in parts and parts[1:] == wanted[1:]
    assert name_matches(name, host) == (name == host or wild)


@pytest.mark.parametrize(
    ("name", "host", "matches"),
    [
        ("mail.infomaniak.com", "MAIL.infomaniak.com.", True), ("*.infomaniak.com", "mail.infomaniak.com", True),
        ("*.infomaniak.com", "a.mail.infomaniak.com", False), ("*.infomaniak.com", "infomaniak.com", False),
        ("*.com", "infomaniak.com", False), ("*", "mail", False), ("m*.infomaniak.com", "mail.infomaniak.com", False),
        ("mail.*.com", "mail.infomaniak.com", False), ("*.0.0.1", "127.0.0.1", False), ("127.0.0.1", "127.0.0.1", True),
        ("", "mail.infomaniak.com", False), ("*.", "mail.", False),
    ],
)  # fmt: skip
def test_wildcards_and_addresses(name: str, host: str, matches: bool) -> None:
    """A star stands for one whole label, and never for a part of an address."""
    assert name_matches(name, host) is matches


@pytest.mark.parametrize(
    ("protocol", "entries", "auth"),
    [
        ("imap", ("IMAP4rev1", "AUTH=PLAIN", "auth=login", "AUTH="), ("PLAIN", "LOGIN")),
        ("pop3", ("USER", "SASL PLAIN LOGIN", "SASLX"), ("PLAIN", "LOGIN")),
        ("smtp", ("SIZE 1000", "AUTH PLAIN LOGIN PLAIN", "AUTH=OLD"), ("PLAIN", "LOGIN")),
        ("smtp", (), ()),
    ],
)
def test_mechanisms(protocol: MailProtocol, entries: tuple[str, ...], auth: tuple[str, ...]) -> None:
    """Mechanisms are found in each protocol's own spelling, each once."""
    assert auth_mechanisms(protocol, entries) == auth


def test_a_capability_is_a_whole_word() -> None:
    """``XSTARTTLS`` is not ``STARTTLS``; case and parameters do not matter."""
    assert offers(("starttls",), "STARTTLS")
    assert offers(("STLS now",), "STLS")
    assert not offers(("XSTARTTLS", "STARTTLSX", ""), "STARTTLS")
