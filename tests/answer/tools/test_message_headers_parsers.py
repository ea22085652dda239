"""The parsers of the header analyser: they never raise, stay within their bounds, and read back what they write."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soluciones.answer.tools.base import ToolContext
from soluciones.answer.tools.headers.auth_results import (
    MAX_RESULTS,
    AuthResult,
    read_auth_results,
    read_received_spf,
    write_auth_results,
)
from soluciones.answer.tools.headers.block import (
    MAX_VALUE,
    Block,
    Field,
    prepare,
    read_block,
    split_lines,
    write_block,
)
from soluciones.answer.tools.headers.bounce import bounce_in_text, find_bounce
from soluciones.answer.tools.headers.delivery import MAX_RECIPIENTS, read_report
from soluciones.answer.tools.headers.mailboxes import (
    MAX_MAILBOXES,
    Mailbox,
    aligned,
    organisation,
    read_mailboxes,
    write_mailbox,
)
from soluciones.answer.tools.headers.parts import MAX_PARTS, content_type, walk
from soluciones.answer.tools.headers.received import kind_of, read_received
from soluciones.answer.tools.headers.source import read_source, shown
from soluciones.answer.tools.headers.status_codes import KINDS, find_basic, find_enhanced, kind_of_status
from soluciones.answer.tools.headers.trust import assess
from soluciones.answer.tools.headers.words import decode_words
from soluciones.answer.tools.message_headers import MessageHeadersTool
from tests.parser_property import parser_property

pytestmark = pytest.mark.parser
CORPUS = Path(__file__).parent / "cases" / "message_headers"
TOOL = MessageHeadersTool()

PIECES = st.sampled_from(
    [
        "Received: ", "from ", "by ", "with ESMTPSA ", "for <a@b.c>", "; Mon, 23 Nov 2026 10:15:02 +0100", "\n", "\n\t",
        "\r\n", "From: ", "ana@ejemplo.com", "<", ">", "(", ")", '"', "\\", "=?utf-8?Q?", "?=",
        "Authentication-Results: ",
        "spf=pass ", "dkim=fail", "; ", "header.d=x.org", "[203.0.113.9]", "mx1.infomaniak.ch",
        "Subject: failure notice",
        "Content-Type: multipart/report; boundary=b", "\n\n--b\n", "Content-Type: message/delivery-status\n\n",
        "Final-Recipient: rfc822; x@y.z\n", "Status: 5.1.1\n", "Content-Type: message/rfc822\n\n", "550 5.7.26 ", "> ",
        "\x00", "é", "\u202e", "Return-Path: <>\n", "mailer-daemon@x.com", "--b--", "Date: ", "-0000", "99999999999",
    ]
)  # fmt: skip
SOUP = st.lists(PIECES | st.text(max_size=12), max_size=30).map("".join)
LABEL = st.text("abcxyz09", min_size=1, max_size=5).map(lambda text: f"a{text}")
DOMAIN = st.builds("{}.{}".format, LABEL, st.sampled_from(["com", "example.org", "co.uk", "infomaniak.ch", "example"]))
ADDRESS = st.builds("{}@{}".format, LABEL, DOMAIN)
NAME = st.text('AaÑñé ,.()<>\\";:-', max_size=12).map(lambda text: f"N{text}n")


@parser_property
@given(SOUP | st.binary(max_size=400), st.sampled_from(["", "ana@ejemplo.com"]))
def test_the_tool_answers_anything(context: ToolContext, message: str | bytes, own: str) -> None:
    """Whatever is pasted or uploaded, there is a verdict with its reason, or a refusal."""
    result = TOOL.run({"message": message, "own_address": own}, context)
    assert result.headline
    assert result.status in ("refused", "need_input") or result.data["reason"]


@parser_property
@given(SOUP)
def test_header_reading_is_bounded_and_stable(text: str) -> None:
    """Values are unfolded and cut; reading what was written gives the same fields (unfolding is idempotent)."""
    lines = split_lines(read_source(text).text)
    for repair in (False, True):
        block = read_block(lines, repair=repair)
        assert all(len(field.value) <= MAX_VALUE and "\n" not in field.value for field in block.fields)
        assert block.body <= len(lines)
        again = read_block(split_lines(write_block(block)))
        assert again.fields == block.fields


@parser_property
@given(st.lists(st.tuples(st.sampled_from(["Received", "X-A", "Subject"]), LABEL, LABEL), min_size=1, max_size=4))
def test_lost_indentation_is_repaired(fields: list[tuple[str, str, str]]) -> None:
    """Folded headers read alike with and without the spaces before their second lines."""
    folded = "".join(f"{name}: {first}\n\tby {second};\n" for name, first, second in fields)
    block = read_block(split_lines(folded), repair=True)
    flat = read_block(split_lines(folded.replace("\t", "")), repair=True)
    assert block.fields == flat.fields
    assert "folding_repaired" in flat.notes
    assert len(block.fields) == len(fields)


@parser_property
@given(st.lists(st.tuples(LABEL, LABEL), min_size=3, max_size=6))
def test_quoting_and_double_spacing_come_off(fields: list[tuple[str, str]]) -> None:
    """A header block quoted with ``>`` or with blank lines in between is the same block."""
    plain = ["From: a@b.example", "To: c@d.example", "Subject: x", *(f"X-{name}: {value}" for name, value in fields)]
    expected = read_block(plain, repair=True).fields
    spaced = [line for entry in plain for line in (entry, "")]
    for changed in ([f"> {line}" for line in plain], spaced, ["Hola:", "", *plain]):
        before, rest = prepare(changed)
        assert read_block(rest, repair=True).fields == expected
        assert all(line in ("", "Hola:") for line in before)


@parser_property
@given(SOUP)
def test_mailbox_reading_is_bounded(text: str) -> None:
    """At most twenty mailboxes, addresses with exactly one host part, names without controls."""
    found = read_mailboxes(text)
    assert len(found) <= MAX_MAILBOXES
    for box in found:
        assert not box.address or box.address.count("@") >= 1
        assert box.name == shown(box.name, 200)
        assert box.claimed != box.address or not box.claimed


@parser_property
@given(st.lists(st.tuples(NAME, ADDRESS), min_size=1, max_size=3))
def test_written_mailboxes_are_read_back(pairs: list[tuple[str, str]]) -> None:
    """Names with commas, quotes, brackets and backslashes survive; each address is the one in angle brackets."""
    boxes = tuple(Mailbox(address, " ".join(name.split())) for name, address in pairs)
    found = read_mailboxes(", ".join(write_mailbox(box) for box in boxes))
    assert [box.address for box in found] == [box.address for box in boxes]
    stripped = [box.name.strip("'\" ") for box in boxes]
    assert [box.name for box in found] == stripped


@parser_property
@given(ADDRESS, ADDRESS)
def test_a_shown_address_is_never_the_address(shown_address: str, real: str) -> None:
    """``shown <real>``, quoted or not: the address is the real one, the shown one is told when it differs."""
    for text in (f"{shown_address} <{real}>", f'"{shown_address}" <{real}>', f"<{real}> ({shown_address})"):
        (box,) = read_mailboxes(text)
        assert box.address == real
        assert box.claimed == ("" if shown_address == real else shown_address)


@parser_property
@given(SOUP)
def test_received_reading_never_raises(text: str) -> None:
    """Any text is a hop, with numeric addresses where it says address."""
    hop = read_received(text)
    assert kind_of(hop.ip) != "none" or not hop.ip
    assert hop.time is None or hop.time.tzinfo is UTC


@parser_property
@given(
    DOMAIN,
    DOMAIN,
    DOMAIN,
    st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str),
    st.sampled_from(["SMTP", "ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA"]),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
)
def test_received_lines_of_known_shape_are_read(
    helo: str, rdns: str, by: str, ip: str, protocol: str, time: datetime
) -> None:
    """Postfix's, Exim's and qmail's ways to write the same hop give the same host, address, login and time."""
    stamp = time.replace(microsecond=0, tzinfo=UTC)
    date = stamp.strftime("%a, %d %b %Y %H:%M:%S +0000")
    for clause in (
        f"from {helo} ({rdns} [{'IPv6:' if ':' in ip else ''}{ip}])",
        f"from {rdns} ([{ip}]:4321 helo={helo})",
        f"from {rdns} (HELO {helo}) ({ip})",
    ):
        hop = read_received(f"{clause} by {by} (Postfix) with {protocol} id 1 for <a@b.example>; {date} (x)")
        assert (hop.helo, hop.rdns, hop.by) == (helo, rdns, by)
        assert hop.ip.replace("::", ":").count(":") == ip.replace("::", ":").count(":")
        assert hop.login == protocol.endswith("A")
        assert hop.time == stamp
        assert hop.recipient == "a@b.example"


RESULT = st.builds(
    lambda method, result, domain: AuthResult("", method, result, domain),
    st.sampled_from(["spf", "dkim", "dmarc"]),
    st.sampled_from(["pass", "fail", "softfail", "none", "neutral", "temperror", "permerror"]),
    DOMAIN,
)


@parser_property
@given(DOMAIN | st.just(""), st.lists(RESULT, min_size=1, max_size=6))
def test_written_results_are_read_back(server: str, results: list[AuthResult]) -> None:
    """With the server's name, as RFC 8601 says, or without it, as Microsoft writes."""
    named = tuple(AuthResult(server, item.method, item.result, item.domain) for item in results)
    text = write_auth_results(server, named)
    assert read_auth_results(text) == named
    assert read_auth_results(text.replace("=pass", "=pass (comment; x=y (nested))")) == named


@parser_property
@given(SOUP)
def test_result_reading_is_bounded(text: str) -> None:
    """At most forty results, all in lower case."""
    found = read_auth_results(text)
    assert len(found) <= MAX_RESULTS
    assert all(item.result == item.result.lower() for item in found)
    read_received_spf(text)


@parser_property
@given(SOUP)
def test_report_and_status_reading_never_raises(text: str) -> None:
    """Reports of any shape: bounded, each failure of a known kind."""
    lines = split_lines(text)
    report = read_report(lines)
    assert len(report.deliveries) <= MAX_RECIPIENTS
    assert all(item.kind in (*KINDS, "") for item in report.deliveries)
    bounce_in_text(lines)
    assert kind_of_status(find_enhanced(text), find_basic(text), text) in (*KINDS, "")


@parser_property
@given(st.lists(st.tuples(ADDRESS, st.sampled_from(["5.1.1", "4.2.2", "5.7.26", "2.1.5"])), min_size=1, max_size=5))
def test_written_reports_are_read_back(rows: list[tuple[str, str]]) -> None:
    """Recipients and statuses come back, with and without blank lines between the blocks."""
    for gap in ("\n", ""):
        text = "Reporting-MTA: dns; mx.example.org\n\n"
        text += gap.join(f"Final-Recipient: rfc822; {address}\nStatus: {status}\n" for address, status in rows)
        found = read_report(split_lines(text))
        assert [(item.recipient, item.status) for item in found.deliveries] == rows


@parser_property
@given(SOUP)
def test_parts_are_bounded(text: str) -> None:
    """At most a hundred parts; each lies within the message."""
    lines = split_lines(text)
    parts = walk(read_block(lines), lines)
    assert 1 <= len(parts) <= MAX_PARTS
    for part in parts:
        assert 0 <= part.start <= max(part.start, part.end) <= len(part.lines) + 1
        part.text()
    content_type(text)


@parser_property
@given(st.text(max_size=200))
def test_words_and_shown_text_never_raise(text: str) -> None:
    """Decoding leaves text without encoded words alone; shown text is clean, short and stable."""
    if "=?" not in text:
        assert decode_words(text) == text
    line = shown(decode_words(text), 50)
    assert len(line) <= 50
    assert shown(line, 50) == line


@parser_property
@given(st.text(min_size=1, max_size=40).filter(lambda t: t == t.strip() and "\n" not in t and t.isprintable()))
def test_words_of_the_standard_library_are_decoded(text: str) -> None:
    """What ``email.header`` encodes is decoded to the same text."""
    from email.header import Header

    encoded = Header(text, "utf-8", maxlinelen=70).encode().replace("\n ", " ")
    assert decode_words(encoded) == text


@parser_property
@given(st.lists(st.sampled_from(["Received", "Authentication-Results", "From", "X-Y"]).flatmap(
    lambda key: SOUP.map(lambda value: Field(key, value.replace("\n", " ")))), max_size=6))  # fmt: skip
def test_trust_is_a_prefix(fields: list[Field]) -> None:
    """However the fields stand, what is trusted is a run from the top and the boundary is its last line."""
    trust = assess(Block(tuple(fields)), frozenset(("infomaniak.ch",)))
    assert 0 <= trust.chain.trusted <= len(trust.hops)
    assert trust.chain.origin is None or trust.chain.origin == trust.chain.trusted - 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("mail.ejemplo.com", "ejemplo.com", True),
        ("ejemplo.co.uk", "otro.co.uk", False),
        ("boletin.ejemplo.co.uk", "ejemplo.co.uk", True),
        ("ejemplo.com", "ejemplo.com.evil.example", False),
        ("EJEMPLO.com.", "ejemplo.com", True),
        ("españa.example", "xn--espaa-rta.example", True),
        ("a.b.example", "c.b.example", True),
        ("com", "com", True),
        ("", "", False),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_alignment_is_by_organisation(first: str, second: str, same: bool) -> None:
    """Relaxed alignment goes by the public suffix list, whatever the spelling."""
    assert aligned(first, second) is same


def test_organisation_of_unknown_endings() -> None:
    """An ending that is on no list counts as a suffix of one label."""
    assert organisation("a.b.intranet") == "b.intranet"
    assert organisation("localhost") == "localhost"


def _walked(message: Message) -> list[tuple[str, int]]:
    found = [(message.get_content_type(), 0)]
    stack: list[tuple[Message, int]] = [(message, 0)]
    found = []
    while stack:
        part, depth = stack.pop()
        found.append((part.get_content_type(), depth))
        payload = part.get_payload()
        if part.is_multipart() and isinstance(payload, list) and part.get_content_type() != "message/delivery-status":
            stack.extend((child, depth + 1) for child in reversed(payload) if isinstance(child, Message))
    return found


WELL_FORMED = sorted(
    path.name
    for path in CORPUS.glob("*.eml")
    if b"multipart/" in path.read_bytes() and b"base64" not in path.read_bytes()
)


@pytest.mark.parametrize("name", WELL_FORMED)
def test_well_formed_reports_agree_with_the_standard_library(name: str) -> None:
    """Parts, depths and delivery-status fields are those that ``email`` finds."""
    raw = (CORPUS / name).read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    lines = split_lines(read_source(raw).text)
    parts = walk(read_block(lines), lines)
    assert [(part.type, part.depth) for part in parts] == _walked(message)
    statuses = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    for ours, theirs in zip((part for part in parts if part.type == "message/delivery-status"), statuses, strict=True):
        blocks = theirs.get_payload()
        expected = [str(block["Status"]).strip() for block in blocks if isinstance(block, Message) and block["Status"]]
        assert [item.status for item in read_report(ours.body_lines()).deliveries] == expected


@parser_property
@given(
    st.lists(st.tuples(ADDRESS, st.sampled_from(["5.1.1", "4.4.1", "5.7.26"])), min_size=1, max_size=4),
    st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=80),
)
def test_reports_made_by_the_standard_library_are_read(rows: list[tuple[str, str]], text: str) -> None:
    """A report assembled by ``email`` (other folding, other order) gives recipients, statuses and the original."""
    original = EmailMessage()
    original["From"], original["To"], original["Message-ID"] = "ana@ejemplo.com", rows[0][0], "<1@ejemplo.com>"
    original.set_content("Hola")
    blocks = "\n".join(f"Final-Recipient: rfc822; {a}\nAction: failed\nStatus: {s}\n" for a, s in rows)
    boundary = "frontera-0001"
    human = EmailMessage()
    human.set_content(text)
    raw = (
        "From: MAILER-DAEMON@mx.example.org\nTo: ana@ejemplo.com\nSubject: Undelivered Mail Returned to Sender\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\n\n'
        f"--{boundary}\n{human}\n--{boundary}\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example.org\n\n{blocks}\n--{boundary}\nContent-Type: message/rfc822\n\n"
        f"{original}\n--{boundary}--\n"
    )
    lines = split_lines(raw)
    block = read_block(lines)
    bounce = find_bounce(block, walk(block, lines))
    assert bounce is not None
    assert [(item.recipient, item.status) for item in bounce.deliveries] == rows
    assert bounce.original.first("message-id") == "<1@ejemplo.com>"
